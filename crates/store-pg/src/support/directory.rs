//! Reading who is there.

use async_trait::async_trait;
use diesel::QueryableByName;
use diesel::sql_types::{Bool, Text};
use shared_kernel::{CustomerId, Limit, Page, StaffId, StoreError};
use support_domain::ports::{Colleague, TeamStart};
use support_domain::{Customer, DirectoryQueries, Staff};

use super::people;
use super::rows::{StaffRow, is_active};
use crate::error::from_diesel;
use crate::filtered_list::{self, Filters};
use crate::unit::statement::Statement;
use crate::unit::store::PgStore;

const COLUMNS: &str = concat!(
    "SELECT cnfa_id, cnfa_name, cnfa_mail, ",
    is_active!(),
    " AS active FROM ___config_admin"
);

#[derive(QueryableByName)]
struct ColleagueRow {
    #[diesel(embed)]
    staff: StaffRow,
    #[diesel(sql_type = Bool)]
    active: bool,
}

impl TryFrom<ColleagueRow> for Colleague {
    type Error = StoreError;

    fn try_from(row: ColleagueRow) -> Result<Self, StoreError> {
        Ok(Self {
            staff: Staff::try_from(row.staff)?,
            is_active: row.active,
        })
    }
}

fn filters(is_active: Option<bool>) -> Filters {
    let mut all = Filters::default();
    all.add("true");
    match is_active {
        Some(true) => all.add(is_active!()),
        Some(false) => all.add(concat!("NOT (", is_active!(), ")")),
        None => {}
    }
    all
}

#[async_trait]
impl DirectoryQueries for PgStore {
    async fn team(
        &self,
        is_active: Option<bool>,
        start: &TeamStart,
        limit: Limit,
    ) -> Result<Page<Colleague>, StoreError> {
        let conn = self.connection().await?;
        let mut wanted = filters(is_active);
        let offset = match start {
            TeamStart::Page(page) => page.offset(limit),
            TeamStart::After(last) => {
                wanted.add_text("cnfa_id > {}", Some(last.as_str()));
                0
            }
        };
        let listing = wanted.select(COLUMNS, "ORDER BY cnfa_id LIMIT {} OFFSET {}");
        let rows: Vec<ColleagueRow> = filtered_list::bind_page(listing, limit, offset)
            .rows(&conn)
            .await
            .map_err(from_diesel)?;
        let counting = filters(is_active).count("___config_admin");
        let total = filtered_list::total(&conn, counting).await?;
        let (items, has_more) = filtered_list::page(rows, limit)?;
        Ok(Page {
            items,
            total,
            has_more,
        })
    }

    async fn colleague(&self, id: &StaffId) -> Result<Option<Colleague>, StoreError> {
        let conn = self.connection().await?;
        let row: Option<ColleagueRow> = Statement::new(format!("{COLUMNS} WHERE cnfa_id = {{}}"))
            .bind::<Text, _>(id.as_str().to_owned())
            .row(&conn)
            .await
            .map_err(from_diesel)?;
        row.map(Colleague::try_from).transpose()
    }

    async fn customer_of_id(&self, id: &CustomerId) -> Result<Option<Customer>, StoreError> {
        let conn = self.connection().await?;
        people::known_customer(&conn, id).await
    }
}
