//! Lists and searches: filters, order, pages and cursors, totals.

use chrono::DateTime;
use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Nullable, SmallInt, Text, Timestamptz};
use diesel_async::AsyncPgConnection;
use shared_kernel::{Page, StoreError, TicketId};
use support_domain::ports::{
    ListPosition, SortBy, SortOrder, Start, TicketFilter, TicketPage, TicketWindow,
};
use support_domain::rights::Scope;
use support_domain::{StatusGroup, Ticket};

use super::rows::{RATING_JOIN, TICKET_COLUMNS, TicketRow};
use crate::analytics::totals::ALL_DAYS;
use crate::error::from_diesel;
use crate::search::{matches_words, web_search};
use crate::unit::statement::Statement;

/// A condition and how to bind its values.
struct Condition {
    sql: &'static str,
    bind: Box<dyn FnOnce(Statement) -> Statement + Send>,
}

fn condition(sql: &'static str, values: Vec<String>) -> Condition {
    let bind = move |statement: Statement| {
        values
            .into_iter()
            .fold(statement, Statement::bind::<Text, String>)
    };
    Condition {
        sql,
        bind: Box::new(bind),
    }
}

const SEARCH_AS_STAFF: &str = concat!(
    "(m.msg_id = upper({}) OR m.msg_id IN (SELECT coalesce(s.msg_parent_id, s.msg_id) FROM ___xtr_msg s WHERE ",
    matches_words!("s"),
    " AND s.msg_kind IN ('ticket', 'response', 'note')))"
);
const SEARCH_AS_CUSTOMER: &str = concat!(
    "(m.msg_id = upper({}) OR m.msg_id IN (SELECT coalesce(s.msg_parent_id, s.msg_id) FROM ___xtr_msg s WHERE ",
    matches_words!("s"),
    " AND s.msg_kind IN ('ticket', 'response')))"
);

fn conditions(filter: &TicketFilter) -> Vec<Condition> {
    let mut all = vec![condition("m.msg_kind = 'ticket'", vec![])];
    all.extend(scope_conditions(&filter.scope));
    all.extend(word_conditions(filter));
    if let Some(keyword) = &filter.keyword {
        let sql = if filter.scope.sees_notes() {
            SEARCH_AS_STAFF
        } else {
            SEARCH_AS_CUSTOMER
        };
        all.push(condition(
            sql,
            vec![keyword.trim().to_owned(), web_search(keyword)],
        ));
    }
    for (sql, instant) in [
        ("m.msg_date >= {}", filter.from),
        ("m.msg_date < {}", filter.until),
    ] {
        all.extend(instant.map(|at| Condition {
            sql,
            bind: Box::new(move |statement: Statement| statement.bind::<Timestamptz, _>(at)),
        }));
    }
    all
}

/// What the caller may see at all: the same rule as [`Scope::holds`].
fn scope_conditions(scope: &Scope) -> Vec<Condition> {
    let Scope::Own { customer, email } = scope else {
        return Vec::new();
    };
    let email = email.as_ref().map_or("", |key| key.as_str()).to_owned();
    vec![
        condition("m.msg_cst_id = {}", vec![customer.as_str().to_owned()]),
        condition(
            "(NOT m.msg_unverified OR m.msg_contact_key = {})",
            vec![email],
        ),
    ]
}

/// The filters that compare one column with one word.
fn word_conditions(filter: &TicketFilter) -> Vec<Condition> {
    const CUSTOMER_WITH_ADDRESS: &str =
        "m.msg_cst_id = (SELECT cst_id FROM ___xtr_customer WHERE cst_mail_key = {})";
    let group = filter.group.map(|group| match group {
        StatusGroup::Open => condition("m.msg_open = '1'", vec![]),
        StatusGroup::Closed => condition("m.msg_open = '0'", vec![]),
    });
    let words = [
        (
            "m.msg_status = {}",
            filter.status.map(|status| status.as_str().to_owned()),
        ),
        (
            "m.msg_priority = {}",
            filter.priority.map(|priority| priority.as_str().to_owned()),
        ),
        (
            "m.msg_category = {}",
            filter.category.map(|category| category.as_str().to_owned()),
        ),
        (
            "m.msg_cnfa_id = {}",
            filter.assignee.as_ref().map(|id| id.as_str().to_owned()),
        ),
        (
            "m.msg_cst_id = {}",
            filter.customer.as_ref().map(|id| id.as_str().to_owned()),
        ),
        (
            CUSTOMER_WITH_ADDRESS,
            filter.email.as_ref().map(|key| key.as_str().to_owned()),
        ),
    ];
    let words = words
        .into_iter()
        .filter_map(|(sql, word)| Some(condition(sql, vec![word?])));
    group.into_iter().chain(words).collect()
}

fn sort_column(by: SortBy) -> &'static str {
    match by {
        SortBy::CreatedAt => "m.msg_date",
        SortBy::UpdatedAt => "m.updated_at",
        SortBy::Priority => "m.msg_priority_rank",
        SortBy::Subject => "m.msg_subject COLLATE \"fr-x-icu\"",
    }
}

/// The rows after a row, in the list's order.
fn after(position: &ListPosition, window: &TicketWindow) -> Option<Condition> {
    let (value, id) = (position.value.clone(), position.id.as_str().to_owned());
    let sql = match (window.sort_by, window.order) {
        (SortBy::CreatedAt, SortOrder::Descending) => "(m.msg_date, m.msg_id) < ({}, {})",
        (SortBy::CreatedAt, SortOrder::Ascending) => "(m.msg_date, m.msg_id) > ({}, {})",
        (SortBy::UpdatedAt, SortOrder::Descending) => "(m.updated_at, m.msg_id) < ({}, {})",
        (SortBy::UpdatedAt, SortOrder::Ascending) => "(m.updated_at, m.msg_id) > ({}, {})",
        (SortBy::Priority, SortOrder::Descending) => "(m.msg_priority_rank, m.msg_id) < ({}, {})",
        (SortBy::Priority, SortOrder::Ascending) => "(m.msg_priority_rank, m.msg_id) > ({}, {})",
        (SortBy::Subject, SortOrder::Descending) => {
            "(m.msg_subject COLLATE \"fr-x-icu\", m.msg_id) < ({}, {})"
        }
        (SortBy::Subject, SortOrder::Ascending) => {
            "(m.msg_subject COLLATE \"fr-x-icu\", m.msg_id) > ({}, {})"
        }
    };
    let bind: Box<dyn FnOnce(Statement) -> Statement + Send> = match window.sort_by {
        SortBy::CreatedAt | SortBy::UpdatedAt => {
            let micros = value
                .parse()
                .ok()
                .and_then(DateTime::from_timestamp_micros)?;
            Box::new(move |s| s.bind::<Timestamptz, _>(micros).bind::<Text, _>(id))
        }
        SortBy::Priority => {
            let rank: i16 = value.parse().ok()?;
            Box::new(move |s| s.bind::<SmallInt, _>(rank).bind::<Text, _>(id))
        }
        SortBy::Subject => Box::new(move |s| s.bind::<Text, _>(value).bind::<Text, _>(id)),
    };
    Some(Condition { sql, bind })
}

fn position_of(ticket: &Ticket, by: SortBy) -> ListPosition {
    let value = match by {
        SortBy::CreatedAt => ticket.created_at.timestamp_micros().to_string(),
        SortBy::UpdatedAt => ticket.updated_at.timestamp_micros().to_string(),
        SortBy::Priority => ticket.priority.rank().to_string(),
        SortBy::Subject => ticket.subject.as_str().to_owned(),
    };
    ListPosition {
        value,
        id: TicketId::clone(&ticket.id),
    }
}

/// Statements of more conditions are not kept prepared: filters and orders combine to thousands,
/// some 70 kB each on every connection, and any customer could ask for them all.
const MOST_KEPT_CONDITIONS: usize = 4;

fn assemble(head: &str, conditions: Vec<Condition>, tail: &str) -> Statement {
    let joined: Vec<&str> = conditions.iter().map(|condition| condition.sql).collect();
    let mut statement = Statement::new(format!("{head} WHERE {} {tail}", joined.join(" AND ")));
    if conditions.len() > MOST_KEPT_CONDITIONS {
        statement = statement.rarely();
    }
    conditions
        .into_iter()
        .fold(statement, |statement, condition| {
            (condition.bind)(statement)
        })
}

pub(super) async fn list(
    conn: &AsyncPgConnection,
    filter: &TicketFilter,
    window: &TicketWindow,
) -> Result<TicketPage, StoreError> {
    let mut wanted = conditions(filter);
    let offset = match &window.start {
        Start::Page(page) => page.offset(window.limit),
        Start::After(position) => {
            wanted.extend(after(position, window));
            0
        }
    };
    let direction = if window.order == SortOrder::Ascending {
        "ASC"
    } else {
        "DESC"
    };
    let head = format!("SELECT {TICKET_COLUMNS} FROM ___xtr_msg m {RATING_JOIN}");
    let column = sort_column(window.sort_by);
    let tail =
        format!("ORDER BY {column} {direction}, m.msg_id {direction} LIMIT {{}} OFFSET {{}}");
    // One row more than asked for tells whether more follow.
    let rows: Vec<TicketRow> = assemble(&head, wanted, &tail)
        .bind::<BigInt, _>(i64::from(window.limit.get()) + 1)
        .bind::<BigInt, _>(offset)
        .rows(conn)
        .await
        .map_err(from_diesel)?;
    let total = total(conn, filter).await?;
    let wanted = usize::try_from(window.limit.get()).unwrap_or(usize::MAX);
    let has_more = rows.len() > wanted;
    let items = rows
        .into_iter()
        .take(wanted)
        .map(Ticket::try_from)
        .collect::<Result<Vec<_>, _>>()?;
    let next = items
        .last()
        .filter(|_| has_more)
        .map(|ticket| position_of(ticket, window.sort_by));
    Ok(TicketPage {
        page: Page {
            items,
            total,
            has_more,
        },
        next,
    })
}

#[derive(QueryableByName)]
struct CountRow {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// Exact totals: from the figures where they know the filter, else by counting.
async fn total(conn: &AsyncPgConnection, filter: &TicketFilter) -> Result<u64, StoreError> {
    let figures_know_it = filter.scope == Scope::All
        && filter.customer.is_none()
        && filter.email.is_none()
        && filter.keyword.is_none()
        && filter.from.is_none()
        && filter.until.is_none();
    let statement = if figures_know_it {
        total_from_figures(filter)
    } else {
        assemble(
            "SELECT count(*) AS count FROM ___xtr_msg m",
            conditions(filter),
            "",
        )
    };
    let row: Option<CountRow> = statement.row(conn).await.map_err(from_diesel)?;
    Ok(u64::try_from(row.map_or(0, |row| row.count)).unwrap_or_default())
}

fn total_from_figures(filter: &TicketFilter) -> Statement {
    let sql = format!(
        "SELECT coalesce(sum(count), 0)::bigint AS count FROM {ALL_DAYS} f WHERE measure = 'tickets' \
         AND ({{}} IS NULL OR status = {{}}) AND ({{}} IS NULL OR priority = {{}}) AND ({{}} IS NULL OR category = {{}}) \
         AND ({{}} IS NULL OR agent = {{}}) AND ({{}} IS NULL OR (status IN ('open', 'in_progress', 'waiting_customer')) = ({{}} = 'open'))"
    );
    [
        filter.status.map(|status| status.as_str().to_owned()),
        filter.priority.map(|priority| priority.as_str().to_owned()),
        filter.category.map(|category| category.as_str().to_owned()),
        filter.assignee.as_ref().map(|id| id.as_str().to_owned()),
        filter.group.map(|group| group.as_str().to_owned()),
    ]
    .into_iter()
    .fold(Statement::new(sql), |statement, value| {
        statement
            .bind::<Nullable<Text>, _>(value.clone())
            .bind::<Nullable<Text>, _>(value)
    })
}

#[cfg(test)]
mod tests {
    use diesel::pg::Pg;
    use diesel::query_builder::QueryFragment as _;
    use shared_kernel::CustomerId;
    use support_domain::Priority;

    use super::*;

    #[test]
    fn only_common_lists_are_kept_prepared() {
        let is_kept = |filter: &TicketFilter| {
            assemble("SELECT 1 FROM ___xtr_msg m", conditions(filter), "")
                .is_safe_to_cache_prepared(&Pg)
                .unwrap()
        };
        let mut filter = TicketFilter::all(Scope::Own {
            customer: CustomerId::parse("cst-1").unwrap(),
            email: None,
        });
        assert!(is_kept(&filter));
        filter.priority = Some(Priority::High);
        assert!(is_kept(&filter));
        filter.keyword = Some("frein".to_owned());
        assert!(!is_kept(&filter));
    }
}
