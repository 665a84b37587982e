//! Whom staff may write to.

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Array, Nullable, Text, Timestamptz};
use diesel_async::AsyncPgConnection;
use messages_domain::ports::{CustomerLine, CustomerPosition};
use shared_kernel::{CustomerId, Limit, Page, Start, StoreError};

use crate::error::{bad_row, from_diesel};
use crate::filtered_list::{self, Filters};
use crate::search::words_of;

#[derive(QueryableByName)]
struct CustomerLineRow {
    #[diesel(sql_type = Text)]
    cst_id: String,
    #[diesel(sql_type = Text)]
    cst_name: String,
    #[diesel(sql_type = Text)]
    cst_fname: String,
    #[diesel(sql_type = Nullable<Text>)]
    cst_mail: Option<String>,
    #[diesel(sql_type = Timestamptz)]
    updated_at: DateTime<Utc>,
}

impl TryFrom<CustomerLineRow> for CustomerLine {
    type Error = StoreError;

    fn try_from(row: CustomerLineRow) -> Result<Self, StoreError> {
        let id = CustomerId::parse(row.cst_id.clone())
            .map_err(|_| bad_row("___xtr_customer", &row.cst_id, "cst_id"))?;
        Ok(Self {
            id,
            first_name: row.cst_fname,
            name: row.cst_name,
            email: row.cst_mail,
            updated_at: row.updated_at,
        })
    }
}

/// All of these words occur in what is known of a customer.
const HAS_WORDS: &str = "\
(SELECT bool_and(strpos(known.text, word) > 0) FROM unnest({}) AS word, (
    SELECT lower(unaccent(concat_ws(' ', c.cst_fname, c.cst_name, c.cst_mail, c.cst_id))) AS text OFFSET 0) AS known)";

fn filters(search: Option<&str>) -> Filters {
    let mut all = Filters::default();
    all.add("c.cst_activ = '1'");
    if let Some(search) = search.filter(|search| !search.trim().is_empty()) {
        let words = words_of(search);
        all.add_bound(HAS_WORDS, |statement| {
            statement.bind::<Array<Text>, _>(words)
        });
    }
    all
}

/// A part of the list, latest changed first.
pub(super) async fn list(
    conn: &AsyncPgConnection,
    search: Option<&str>,
    start: &Start<CustomerPosition>,
    limit: Limit,
) -> Result<Page<CustomerLine>, StoreError> {
    let mut wanted = filters(search);
    let offset = match start {
        Start::Page(page) => page.offset(limit),
        Start::After(last) => {
            let at = DateTime::from_timestamp_micros(last.micros).unwrap_or_default();
            let id = last.id.as_str().to_owned();
            let after = "c.updated_at <= {} AND (c.updated_at < {} OR c.cst_id > {})";
            wanted.add_bound(after, move |statement| {
                statement
                    .bind::<Timestamptz, _>(at)
                    .bind::<Timestamptz, _>(at)
                    .bind::<Text, _>(id)
            });
            0
        }
    };
    let listing = wanted.select(
        "SELECT c.cst_id, c.cst_name, c.cst_fname, c.cst_mail, c.updated_at FROM ___xtr_customer c",
        "ORDER BY c.updated_at DESC, c.cst_id LIMIT {} OFFSET {}",
    );
    let rows: Vec<CustomerLineRow> = filtered_list::bind_page(listing, limit, offset)
        .rows(conn)
        .await
        .map_err(from_diesel)?;
    let counting = filters(search).count("___xtr_customer c");
    let total = filtered_list::total(conn, counting).await?;
    let (items, has_more) = filtered_list::page(rows, limit)?;
    Ok(Page {
        items,
        total,
        has_more,
    })
}
