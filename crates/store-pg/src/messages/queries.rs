//! Reading messages.

use async_trait::async_trait;
use chrono::DateTime;
use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Nullable, Text, Timestamptz};
use diesel_async::AsyncPgConnection;
use messages_domain::ports::{Counted, CustomerLine, MessageCounts, MessageFilter, Start};
use messages_domain::rights::Scope;
use messages_domain::{Message, MessageQueries, State};
use shared_kernel::{CustomerId, EntryId, Limit, Page, StaffId, StoreError};

use super::rows::{COLUMNS, MessageRow};
use super::writing;
use crate::error::{bad_row, from_diesel};
use crate::figures::ALL_DAYS;
use crate::search::{matches_words, web_search};
use crate::statement::Statement;
use crate::store::PgStore;

/// The `WHERE` of a list, for the values of [`conditions`], in this order.
const FILTERED: &str = "m.msg_kind = 'message' AND m.msg_deleted_at IS NULL \
    AND ({} IS NULL OR (m.msg_cst_id = {} AND m.msg_archived_at IS NULL))";

/// Conditions as text, and their values in order: only what is asked for, so that indexes serve.
fn conditions(filter: &MessageFilter) -> (String, Vec<Option<String>>) {
    let own = match &filter.scope {
        Scope::All => None,
        Scope::Own(customer) => Some(customer.as_str().to_owned()),
    };
    let mut sql = FILTERED.to_owned();
    let mut binds = vec![own.clone(), own];
    let mut add = |text: &str, value: Option<String>, times: usize| {
        if value.is_some() {
            sql.push_str(text);
            binds.extend(std::iter::repeat_n(value, times));
        }
    };
    add(
        " AND m.msg_cst_id = {}",
        filter.customer.as_ref().map(|id| id.as_str().to_owned()),
        1,
    );
    add(
        " AND m.msg_cnfa_id = {}",
        filter.staff.as_ref().map(|id| id.as_str().to_owned()),
        1,
    );
    let conversation = filter
        .conversation
        .as_ref()
        .map(|id| id.as_str().to_owned());
    add(
        " AND (m.msg_id = {} OR m.msg_parent_id = {})",
        conversation,
        2,
    );
    add(
        concat!(" AND ", matches_words!("m")),
        filter.search.as_deref().map(web_search),
        1,
    );
    match filter.state {
        Some(State::Open) => sql.push_str(" AND m.msg_open = '1'"),
        Some(State::Closed) => sql.push_str(" AND m.msg_open = '0'"),
        None => {}
    }
    (sql, binds)
}

fn bound(sql: String, binds: Vec<Option<String>>) -> Statement {
    binds
        .into_iter()
        .fold(Statement::new(sql), Statement::bind::<Nullable<Text>, _>)
}

#[derive(QueryableByName)]
struct CountRow {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

async fn total(conn: &AsyncPgConnection, filter: &MessageFilter) -> Result<u64, StoreError> {
    let unfiltered = filter.scope == Scope::All
        && filter.customer.is_none()
        && filter.staff.is_none()
        && filter.conversation.is_none()
        && filter.search.is_none();
    let statement = if unfiltered {
        let state = filter.state.map(|state| state.as_str().to_owned());
        let sql = format!(
            "SELECT coalesce(sum(count), 0)::bigint AS count FROM {ALL_DAYS} f \
             WHERE measure = 'messages' AND ({{}} IS NULL OR status = {{}})"
        );
        bound(sql, vec![state.clone(), state])
    } else {
        let (sql, binds) = conditions(filter);
        bound(
            format!("SELECT count(*) AS count FROM ___xtr_msg m WHERE {sql}"),
            binds,
        )
    };
    let row: Option<CountRow> = statement.row(conn).await.map_err(from_diesel)?;
    Ok(u64::try_from(row.map_or(0, |row| row.count)).unwrap_or_default())
}

#[derive(QueryableByName)]
struct CountsRow {
    #[diesel(sql_type = BigInt)]
    total: i64,
    #[diesel(sql_type = BigInt)]
    open: i64,
    #[diesel(sql_type = BigInt)]
    closed: i64,
    #[diesel(sql_type = BigInt)]
    unread: i64,
}

const CUSTOMER_COUNTS: &str = "\
SELECT count(*) AS total, count(*) FILTER (WHERE msg_open = '1') AS open, count(*) FILTER (WHERE msg_open = '0') AS closed,
    count(*) FILTER (WHERE msg_read_at IS NULL AND msg_author_kind = {}) AS unread
FROM ___xtr_msg WHERE msg_kind = 'message' AND msg_deleted_at IS NULL AND msg_cst_id = {}";

fn counts_statement(of: &Counted) -> Statement {
    let of_customer = |unread_author: &str, customer: &CustomerId| {
        Statement::new(CUSTOMER_COUNTS)
            .bind::<Text, _>(unread_author.to_owned())
            .bind::<Text, _>(customer.as_str().to_owned())
    };
    let of_all = |staff: Option<&StaffId>| {
        let staff = staff.map(|id| id.as_str().to_owned());
        let sum =
            |condition: &str| format!("coalesce(sum(count) FILTER (WHERE {condition}), 0)::bigint");
        let sql = format!(
            "SELECT {} AS total, {} AS open, {} AS closed, {} AS unread FROM {ALL_DAYS} f",
            sum("measure = 'messages'"),
            sum("measure = 'messages' AND status = 'open'"),
            sum("measure = 'messages' AND status = 'closed'"),
            sum("measure = 'unread_by_support' AND ({} IS NULL OR agent = {})"),
        );
        bound(sql, vec![staff.clone(), staff])
    };
    match of {
        Counted::OwnOf(customer) => of_customer("staff", customer),
        Counted::WithCustomer(customer) => of_customer("customer", customer),
        Counted::ForStaff(staff) => of_all(Some(staff)),
        Counted::Overview => of_all(None),
    }
}

#[derive(QueryableByName)]
#[expect(clippy::struct_field_names, reason = "the columns' names")]
struct CustomerLineRow {
    #[diesel(sql_type = Text)]
    cst_id: String,
    #[diesel(sql_type = Text)]
    cst_name: String,
    #[diesel(sql_type = Text)]
    cst_fname: String,
    #[diesel(sql_type = Nullable<Text>)]
    cst_mail: Option<String>,
}

#[async_trait]
impl MessageQueries for PgStore {
    async fn messages(
        &self,
        filter: &MessageFilter,
        start: &Start,
        limit: Limit,
    ) -> Result<Page<Message>, StoreError> {
        let conn = self.connection().await?;
        let (mut sql, binds) = conditions(filter);
        if matches!(start, Start::After(..)) {
            sql.push_str(" AND (m.msg_date, m.msg_id) < ({}, {})");
        }
        let sql = format!(
            "SELECT {COLUMNS} FROM ___xtr_msg m WHERE {sql} ORDER BY m.msg_date DESC, m.msg_id DESC LIMIT {{}} OFFSET {{}}"
        );
        let mut statement = bound(sql, binds);
        let mut offset = 0;
        match start {
            Start::Page(page) => offset = page.offset(limit),
            Start::After(micros, id) => {
                let at = DateTime::from_timestamp_micros(*micros).unwrap_or_default();
                statement = statement
                    .bind::<Timestamptz, _>(at)
                    .bind::<Text, _>(id.as_str().to_owned());
            }
        }
        // One row more than asked for tells whether more follow.
        let rows: Vec<MessageRow> = statement
            .bind::<BigInt, _>(i64::from(limit.get()) + 1)
            .bind::<BigInt, _>(offset)
            .rows(&conn)
            .await
            .map_err(from_diesel)?;
        let total = total(&conn, filter).await?;
        let wanted = usize::try_from(limit.get()).unwrap_or(usize::MAX);
        let has_more = rows.len() > wanted;
        let items = rows
            .into_iter()
            .take(wanted)
            .map(Message::try_from)
            .collect::<Result<_, _>>()?;
        Ok(Page {
            items,
            total,
            has_more,
        })
    }

    async fn message(&self, id: &EntryId) -> Result<Option<Message>, StoreError> {
        let conn = self.connection().await?;
        writing::find(&conn, id).await
    }

    async fn message_counts(&self, of: &Counted) -> Result<MessageCounts, StoreError> {
        let conn = self.connection().await?;
        let row: Option<CountsRow> = counts_statement(of).row(&conn).await.map_err(from_diesel)?;
        Ok(
            row.map_or_else(MessageCounts::default, |row| MessageCounts {
                total: row.total,
                open: row.open,
                closed: row.closed,
                unread: row.unread,
            }),
        )
    }

    async fn customers(&self, limit: Limit) -> Result<Vec<CustomerLine>, StoreError> {
        const SQL: &str = "SELECT cst_id, cst_name, cst_fname, cst_mail FROM ___xtr_customer \
            WHERE cst_activ = '1' ORDER BY updated_at DESC, cst_id LIMIT {}";
        let conn = self.connection().await?;
        let rows: Vec<CustomerLineRow> = Statement::new(SQL)
            .bind::<BigInt, _>(i64::from(limit.get()))
            .rows(&conn)
            .await
            .map_err(from_diesel)?;
        rows.into_iter()
            .map(|row| {
                let id = CustomerId::parse(row.cst_id.clone())
                    .map_err(|_| bad_row("___xtr_customer", &row.cst_id, "cst_id"))?;
                let name = [row.cst_fname, row.cst_name].join(" ").trim().to_owned();
                Ok(CustomerLine {
                    id,
                    name,
                    email: row.cst_mail,
                })
            })
            .collect()
    }
}
