//! Lists and searches: filters, order, pages and cursors, totals.

use analytics_domain::Measure;
use chrono::{DateTime, Utc};
use diesel::sql_types::{Nullable, Text, Timestamptz};
use diesel_async::AsyncPgConnection;
use shared_kernel::{CustomerId, EmailKey, Page, StoreError, TicketId};
use support_domain::ports::{Assignee, Start, TicketFilter, TicketPage, TicketWindow};
use support_domain::rights::Scope;
use support_domain::{Category, Priority, Status, StatusGroup};

use super::order::{add_after, order_by, position_of};
use super::rows::{RATING_JOIN, TICKET_COLUMNS, TicketRow};
use crate::analytics::totals::ALL_DAYS;
use crate::error::from_diesel;
use crate::filtered_list::{self, Filters};
use crate::search::{matches_words, web_search};
use crate::unit::statement::Statement;

const SEARCH_AS_STAFF: &str = concat!(
    "(m.msg_id = upper({}) OR m.msg_id IN (SELECT coalesce(s.msg_parent_id, s.msg_id) FROM ___xtr_msg s WHERE ",
    matches_words!("s"),
    " AND s.msg_kind IN ('ticket', 'response', 'note')))"
);
/// Only what is theirs is looked through: else anybody's words, and mostly those they are without, cost
/// as much as everybody has ever written.
const SEARCH_AS_CUSTOMER: &str = concat!(
    "(m.msg_id = upper({}) OR m.msg_id IN (SELECT coalesce(s.msg_parent_id, s.msg_id) FROM ___xtr_msg s WHERE ",
    matches_words!("s"),
    " AND s.msg_kind IN ('ticket', 'response') AND s.msg_cst_id = {}))"
);

fn filters(filter: &TicketFilter) -> Filters {
    let mut all = Filters::default();
    all.add("m.msg_kind = 'ticket'");
    add_scope(&mut all, &filter.scope);
    add_words(&mut all, filter);
    if let Some(keyword) = &filter.keyword {
        add_search(&mut all, keyword, &filter.scope);
    }
    add_instant(&mut all, "m.msg_date >= {}", filter.from);
    add_instant(&mut all, "m.msg_date < {}", filter.until);
    all
}

fn add_search(all: &mut Filters, keyword: &str, scope: &Scope) {
    let (id, words) = (keyword.trim().to_owned(), web_search(keyword));
    let searched = |statement: Statement| statement.bind::<Text, _>(id).bind::<Text, _>(words);
    match scope {
        Scope::All => all.add_bound(SEARCH_AS_STAFF, searched),
        Scope::Own { customer, .. } => {
            let customer = customer.as_str().to_owned();
            all.add_bound(SEARCH_AS_CUSTOMER, move |statement| {
                searched(statement).bind::<Text, _>(customer)
            });
        }
    }
}

fn add_instant(all: &mut Filters, sql: &'static str, instant: Option<DateTime<Utc>>) {
    if let Some(at) = instant {
        all.add_bound(sql, move |statement| statement.bind::<Timestamptz, _>(at));
    }
}

/// What the caller may see at all: the same rule as [`Scope::holds`].
fn add_scope(all: &mut Filters, scope: &Scope) {
    if let Scope::Own { customer, email } = scope {
        let email = email.as_ref().map_or("", |key| key.as_str());
        all.add_text("m.msg_cst_id = {}", Some(customer.as_str()));
        all.add_text(
            "(NOT m.msg_unverified OR m.msg_contact_key = {})",
            Some(email),
        );
    }
}

/// The filters that compare one column with one word.
fn add_words(all: &mut Filters, filter: &TicketFilter) {
    const CUSTOMER_WITH_ADDRESS: &str =
        "m.msg_cst_id = (SELECT cst_id FROM ___xtr_customer WHERE cst_mail_key = {})";
    match filter.group {
        Some(StatusGroup::Open) => all.add("m.msg_open = '1'"),
        Some(StatusGroup::Closed) => all.add("m.msg_open = '0'"),
        None => {}
    }
    all.add_text("m.msg_status = {}", filter.status.map(Status::as_str));
    all.add_text("m.msg_priority = {}", filter.priority.map(Priority::as_str));
    all.add_text("m.msg_category = {}", filter.category.map(Category::as_str));
    match &filter.assignee {
        Some(Assignee::Is(staff)) => all.add_text("m.msg_cnfa_id = {}", Some(staff.as_str())),
        Some(Assignee::Nobody) => all.add("m.msg_cnfa_id IS NULL"),
        None => {}
    }
    all.add_text(
        "m.msg_cst_id = {}",
        filter.customer.as_ref().map(CustomerId::as_str),
    );
    all.add_text(
        CUSTOMER_WITH_ADDRESS,
        filter.email.as_ref().map(EmailKey::as_str),
    );
}

pub(super) async fn list(
    conn: &AsyncPgConnection,
    filter: &TicketFilter,
    window: &TicketWindow,
) -> Result<TicketPage, StoreError> {
    let mut wanted = filters(filter);
    let offset = match &window.start {
        Start::Page(page) => page.offset(window.limit),
        Start::After(position) => {
            add_after(&mut wanted, position, window)?;
            0
        }
    };
    let head = filtered_list::with_beginnings(TICKET_COLUMNS);
    let listing = wanted.select_bound(
        &format!("{head} FROM ___xtr_msg m {RATING_JOIN}"),
        |statement| filtered_list::bind_beginning(statement, window.limit),
        &format!(
            "{} LIMIT {{}} OFFSET {{}}{}",
            order_by(window),
            filtered_list::END_OF_BEGINNINGS
        ),
    );
    let rows: Vec<TicketRow> = filtered_list::bind_page(listing, window.limit, offset)
        .rows(conn)
        .await
        .map_err(from_diesel)?;
    let total = total(conn, filter).await?;
    let (items, has_more) = filtered_list::page(rows, window.limit)?;
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

/// Whether a scope holds a ticket, without reading it: as [`Scope::holds`] says of one that was read.
pub(super) async fn is_held(
    conn: &AsyncPgConnection,
    id: &TicketId,
    scope: &Scope,
) -> Result<bool, StoreError> {
    let mut wanted = Filters::default();
    wanted.add("m.msg_kind = 'ticket'");
    wanted.add_text("m.msg_id = {}", Some(id.as_str()));
    add_scope(&mut wanted, scope);
    let found = filtered_list::total(conn, wanted.count("___xtr_msg m")).await?;
    Ok(found > 0)
}

/// Exact totals: from the figures where they know the filter, else by counting.
async fn total(conn: &AsyncPgConnection, filter: &TicketFilter) -> Result<u64, StoreError> {
    let figures_know_it = filter.scope == Scope::All
        && filter.customer.is_none()
        && filter.email.is_none()
        && filter.keyword.is_none()
        && filter.from.is_none()
        && filter.until.is_none();
    let counting = if figures_know_it {
        total_from_figures(filter)
    } else {
        filters(filter).count("___xtr_msg m")
    };
    filtered_list::total(conn, counting).await
}

fn total_from_figures(filter: &TicketFilter) -> Statement {
    let sql = format!(
        "SELECT coalesce(sum(count), 0)::bigint AS count FROM {ALL_DAYS} f WHERE measure = '{}' \
         AND ({{}} IS NULL OR status = {{}}) AND ({{}} IS NULL OR priority = {{}}) AND ({{}} IS NULL OR category = {{}}) \
         AND ({{}} IS NULL OR agent = {{}}) AND ({{}} IS NULL OR (status IN ('open', 'in_progress', 'waiting_customer')) = ({{}} = 'open'))",
        Measure::Tickets.as_str()
    );
    [
        filter.status.map(|status| status.as_str().to_owned()),
        filter.priority.map(|priority| priority.as_str().to_owned()),
        filter.category.map(|category| category.as_str().to_owned()),
        filter.assignee.as_ref().map(|assignee| match assignee {
            Assignee::Is(staff) => staff.as_str().to_owned(),
            // As figures write it.
            Assignee::Nobody => String::new(),
        }),
        filter.group.map(|group| group.as_str().to_owned()),
    ]
    .into_iter()
    .fold(Statement::new(sql), |statement, value| {
        statement
            .bind::<Nullable<Text>, _>(value.clone())
            .bind::<Nullable<Text>, _>(value)
    })
}
