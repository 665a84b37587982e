//! Writing tickets, and reading one with its people.

use analytics_domain::{Given, TicketFacts, deltas, rating_delta};
use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Bool, Integer, Jsonb, Nullable, SmallInt, Text, Timestamptz};
use diesel_async::AsyncPgConnection;
use shared_kernel::{StoreError, TicketId};
use support_domain::{Satisfaction, Ticket, TicketFile};

use super::rows::{CUSTOMER_COLUMNS, FileRow, RATING_JOIN, TICKET_COLUMNS, meta_of};
use crate::bigint::to_bigint;
use crate::error::from_diesel;
use crate::unit::statement::Statement;
use crate::unit::tx::PgTx;

const INSERT: &str = "\
INSERT INTO ___xtr_msg (msg_id, msg_kind, msg_cst_id, msg_ord_id, msg_subject, msg_content, msg_date, msg_author_id,
    msg_author_kind, msg_priority, msg_category, msg_status, msg_meta, msg_unverified, msg_contact_key, msg_version,
    created_at, updated_at)
VALUES ({}, 'ticket', {}, {}, {}, {}, {}, {}, 'customer', {}, {}, {}, {}, {}, {}, {}, {}, {})
ON CONFLICT (msg_id) DO NOTHING";

pub(super) async fn insert(tx: &mut PgTx, ticket: &Ticket) -> Result<bool, StoreError> {
    let inserted = Statement::new(INSERT)
        .bind::<Text, _>(ticket.id.as_str().to_owned())
        .bind::<Text, _>(ticket.customer.as_str().to_owned())
        .bind::<Nullable<Text>, _>(ticket.order.as_ref().map(|id| id.as_str().to_owned()))
        .bind::<Text, _>(ticket.subject.as_str().to_owned())
        .bind::<Text, _>(ticket.message.as_str().to_owned())
        .bind::<Timestamptz, _>(ticket.created_at)
        .bind::<Text, _>(ticket.customer.as_str().to_owned())
        .bind::<Text, _>(ticket.priority.as_str())
        .bind::<Text, _>(ticket.category.as_str())
        .bind::<Text, _>(ticket.status.as_str())
        .bind::<Jsonb, _>(meta_of(ticket))
        .bind::<Bool, _>(ticket.unverified)
        .bind::<Text, _>(ticket.contact.email.as_str().to_owned())
        .bind::<BigInt, _>(to_bigint(ticket.version))
        .bind::<Timestamptz, _>(ticket.created_at)
        .bind::<Timestamptz, _>(ticket.updated_at)
        .run(tx.begun().await?)
        .await
        .map_err(from_diesel)?;
    if inserted == 1 {
        tx.count(|day_of| deltas(None, &facts(ticket), day_of));
    }
    Ok(inserted == 1)
}

const UPDATE: &str = "\
UPDATE ___xtr_msg SET msg_cnfa_id = {}, msg_priority = {}, msg_status = {}, msg_open = {}, msg_close = {},
    msg_first_response_at = {}, msg_closed_at = {}, msg_closings = {}, msg_staff_responses = {}, msg_version = {}, updated_at = {}
WHERE msg_id = {} AND msg_version = {}";

pub(super) async fn update(
    tx: &mut PgTx,
    before: &Ticket,
    after: &Ticket,
) -> Result<(), StoreError> {
    let (open, close) = if after.status.is_open() {
        ("1", "0")
    } else {
        ("0", "1")
    };
    let updated = Statement::new(UPDATE)
        .bind::<Nullable<Text>, _>(after.assignee.as_ref().map(|id| id.as_str().to_owned()))
        .bind::<Text, _>(after.priority.as_str())
        .bind::<Text, _>(after.status.as_str())
        .bind::<Text, _>(open)
        .bind::<Text, _>(close)
        .bind::<Nullable<Timestamptz>, _>(after.first_response_at)
        .bind::<Nullable<Timestamptz>, _>(after.closed_at)
        .bind::<Integer, _>(count(after.closings))
        .bind::<Integer, _>(count(after.staff_responses))
        .bind::<BigInt, _>(to_bigint(after.version))
        .bind::<Timestamptz, _>(after.updated_at)
        .bind::<Text, _>(after.id.as_str().to_owned())
        .bind::<BigInt, _>(to_bigint(before.version))
        .run(tx.begun().await?)
        .await
        .map_err(from_diesel)?;
    if updated != 1 {
        return Err(StoreError::Stale);
    }
    tx.count(|day_of| deltas(Some(&facts(before)), &facts(after), day_of));
    match &after.satisfaction {
        Some(given) if before.satisfaction.is_none() => add_rating(tx, after, given).await,
        _ => Ok(()),
    }
}

async fn add_rating(
    tx: &mut PgTx,
    ticket: &Ticket,
    given: &Satisfaction,
) -> Result<(), StoreError> {
    const SQL: &str = "INSERT INTO ticket_rating (msg_id, closing, rating, feedback, rated_at, priority, category, agent) \
        VALUES ({}, {}, {}, {}, {}, {}, {}, {})";
    let facts = facts(ticket);
    Statement::new(SQL)
        .bind::<Text, _>(ticket.id.as_str().to_owned())
        .bind::<Integer, _>(count(ticket.closings))
        .bind::<SmallInt, _>(i16::from(given.rating.get()))
        .bind::<Nullable<Text>, _>(given.feedback.as_ref().map(|text| text.as_str().to_owned()))
        .bind::<Timestamptz, _>(given.rated_at)
        .bind::<Text, _>(facts.priority)
        .bind::<Text, _>(facts.category)
        .bind::<Text, _>(facts.agent.clone())
        .run(tx.begun().await?)
        .await
        .map_err(from_diesel)?;
    let given = Given {
        stars: given.rating.get(),
        at: given.rated_at,
    };
    tx.count(|day_of| [rating_delta(&facts, given, day_of)]);
    Ok(())
}

fn facts(ticket: &Ticket) -> TicketFacts {
    TicketFacts {
        status: ticket.status.as_str(),
        priority: ticket.priority.as_str(),
        category: ticket.category.as_str(),
        agent: ticket
            .assignee
            .as_ref()
            .map(|id| id.as_str().to_owned())
            .unwrap_or_default(),
        created_at: ticket.created_at,
        first_response_at: ticket.first_response_at,
        closed_at: ticket.closed_at,
    }
}

fn count(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// One ticket with its customer, assignee, standing rating, and its order when it is the customer's.
pub(super) async fn file(
    conn: &AsyncPgConnection,
    id: &TicketId,
) -> Result<Option<TicketFile>, StoreError> {
    let sql = format!(
        "SELECT {TICKET_COLUMNS}, {CUSTOMER_COLUMNS}, a.cnfa_name, a.cnfa_mail, o.ord_reference, o.ord_total_ttc::text AS ord_total_ttc \
         FROM ___xtr_msg m JOIN ___xtr_customer c ON c.cst_id = m.msg_cst_id \
         LEFT JOIN ___config_admin a ON a.cnfa_id = m.msg_cnfa_id \
         LEFT JOIN ___xtr_order o ON o.ord_id = m.msg_ord_id AND o.ord_cst_id = m.msg_cst_id {RATING_JOIN} \
         WHERE m.msg_id = {{}} AND m.msg_kind = 'ticket'"
    );
    let row: Option<FileRow> = Statement::new(sql)
        .bind::<Text, _>(id.as_str().to_owned())
        .row(conn)
        .await
        .map_err(from_diesel)?;
    row.map(TicketFile::try_from).transpose()
}

#[derive(QueryableByName)]
struct IdRow {
    #[diesel(sql_type = Text)]
    msg_id: String,
}

/// The lock and the read are two statements: after waiting for the lock, the second one sees what
/// the one before us committed, in the joined tables too.
pub(super) async fn lock(
    conn: &AsyncPgConnection,
    id: &TicketId,
) -> Result<Option<TicketFile>, StoreError> {
    let sql =
        "SELECT msg_id FROM ___xtr_msg WHERE msg_id = {} AND msg_kind = 'ticket' FOR NO KEY UPDATE";
    let locked: Option<IdRow> = Statement::new(sql)
        .bind::<Text, _>(id.as_str().to_owned())
        .row(conn)
        .await
        .map_err(from_diesel)?;
    match locked {
        Some(_) => file(conn, id).await,
        None => Ok(None),
    }
}

pub(super) async fn lock_resolved_before(
    conn: &AsyncPgConnection,
    instant: DateTime<Utc>,
    limit: u32,
) -> Result<Vec<TicketFile>, StoreError> {
    const SQL: &str = "SELECT msg_id FROM ___xtr_msg \
        WHERE msg_kind = 'ticket' AND msg_status = 'resolved' AND msg_closed_at <= {} \
        ORDER BY msg_closed_at LIMIT {} FOR NO KEY UPDATE SKIP LOCKED";
    let due: Vec<IdRow> = Statement::new(SQL)
        .bind::<Timestamptz, _>(instant)
        .bind::<BigInt, _>(i64::from(limit))
        .rows(conn)
        .await
        .map_err(from_diesel)?;
    let mut files = Vec::with_capacity(due.len());
    for row in due {
        let id = TicketId::parse(row.msg_id)
            .map_err(|_| StoreError::defect("a ticket's id is not one"))?;
        files.extend(file(conn, &id).await?);
    }
    Ok(files)
}
