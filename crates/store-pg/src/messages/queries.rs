//! Reading messages.

use analytics_domain::Measure;
use async_trait::async_trait;
use chrono::DateTime;
use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Nullable, Text, Timestamptz};
use diesel_async::AsyncPgConnection;
use messages_domain::ports::{
    Counted, CustomerLine, CustomerPosition, MessageCounts, MessageFilter, Start,
};
use messages_domain::rights::Scope;
use messages_domain::{Message, MessageQueries, State};
use shared_kernel::{CustomerId, EntryId, Limit, Page, StaffId, StoreError};

use super::rows::{COLUMNS, MessageRow};
use super::{customers, find};
use crate::analytics::totals::ALL_DAYS;
use crate::error::from_diesel;
use crate::filtered_list::{self, Filters};
use crate::search::{matches_words, web_search};
use crate::unit::statement::Statement;
use crate::unit::store::PgStore;

fn filters(filter: &MessageFilter) -> Filters {
    let mut all = Filters::default();
    all.add("m.msg_kind = 'message' AND m.msg_deleted_at IS NULL");
    let own = match &filter.scope {
        Scope::All => None,
        Scope::Own(customer) => Some(customer.as_str().to_owned()),
    };
    all.add_bound(
        "({} IS NULL OR (m.msg_cst_id = {} AND m.msg_archived_at IS NULL))",
        |statement| bind_twice(statement, own),
    );
    all.add_text(
        "m.msg_cst_id = {}",
        filter.customer.as_ref().map(CustomerId::as_str),
    );
    all.add_text(
        "m.msg_cnfa_id = {}",
        filter.staff.as_ref().map(StaffId::as_str),
    );
    if let Some(root) = &filter.conversation {
        let root = root.as_str().to_owned();
        all.add_bound("(m.msg_id = {} OR m.msg_parent_id = {})", |statement| {
            bind_twice(statement, Some(root))
        });
    }
    all.add_text(
        matches_words!("m"),
        filter.search.as_deref().map(web_search),
    );
    match filter.state {
        Some(State::Open) => all.add("m.msg_open = '1'"),
        Some(State::Closed) => all.add("m.msg_open = '0'"),
        None => {}
    }
    all
}

fn bind_twice(statement: Statement, text: Option<String>) -> Statement {
    statement
        .bind::<Nullable<Text>, _>(text.clone())
        .bind::<Nullable<Text>, _>(text)
}

async fn total(conn: &AsyncPgConnection, filter: &MessageFilter) -> Result<u64, StoreError> {
    let figures_know_it = filter.scope == Scope::All
        && filter.customer.is_none()
        && filter.staff.is_none()
        && filter.conversation.is_none()
        && filter.search.is_none();
    let counting = if figures_know_it {
        let sql = format!(
            "SELECT coalesce(sum(count), 0)::bigint AS count FROM {ALL_DAYS} f \
             WHERE measure = '{}' AND ({{}} IS NULL OR status = {{}})",
            Measure::Messages.as_str()
        );
        let state = filter.state.map(|state| state.as_str().to_owned());
        bind_twice(Statement::new(sql), state)
    } else {
        filters(filter).count("___xtr_msg m")
    };
    filtered_list::total(conn, counting).await
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
        let sum = |measure: Measure, condition: &str| {
            let measure = measure.as_str();
            format!(
                "coalesce(sum(count) FILTER (WHERE measure = '{measure}'{condition}), 0)::bigint"
            )
        };
        let sql = format!(
            "SELECT {} AS total, {} AS open, {} AS closed, {} AS unread FROM {ALL_DAYS} f",
            sum(Measure::Messages, ""),
            sum(Measure::Messages, " AND status = 'open'"),
            sum(Measure::Messages, " AND status = 'closed'"),
            sum(Measure::UnreadBySupport, " AND ({} IS NULL OR agent = {})"),
        );
        bind_twice(Statement::new(sql), staff)
    };
    match of {
        Counted::OwnOf(customer) => of_customer("staff", customer),
        Counted::WithCustomer(customer) => of_customer("customer", customer),
        Counted::ForStaff(staff) => of_all(Some(staff)),
        Counted::Overview => of_all(None),
    }
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
        let mut wanted = filters(filter);
        let offset = match start {
            Start::Page(page) => page.offset(limit),
            Start::After(last) => {
                let at = DateTime::from_timestamp_micros(last.micros).unwrap_or_default();
                let id = last.id.as_str().to_owned();
                wanted.add_bound("(m.msg_date, m.msg_id) < ({}, {})", move |statement| {
                    statement.bind::<Timestamptz, _>(at).bind::<Text, _>(id)
                });
                0
            }
        };
        let listing = wanted.select(
            &format!("SELECT {COLUMNS} FROM ___xtr_msg m"),
            "ORDER BY m.msg_date DESC, m.msg_id DESC LIMIT {} OFFSET {}",
        );
        let rows: Vec<MessageRow> = filtered_list::bind_page(listing, limit, offset)
            .rows(&conn)
            .await
            .map_err(from_diesel)?;
        let total = total(&conn, filter).await?;
        let (items, has_more) = filtered_list::page(rows, limit)?;
        Ok(Page {
            items,
            total,
            has_more,
        })
    }

    async fn message(&self, id: &EntryId) -> Result<Option<Message>, StoreError> {
        let conn = self.connection().await?;
        find::find(&conn, id).await
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

    async fn customers(
        &self,
        search: Option<&str>,
        start: &shared_kernel::Start<CustomerPosition>,
        limit: Limit,
    ) -> Result<Page<CustomerLine>, StoreError> {
        let conn = self.connection().await?;
        customers::list(&conn, search, start, limit).await
    }
}
