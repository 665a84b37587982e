//! The row of a ticket.

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Bool, Integer, Jsonb, Nullable, SmallInt, Text, Timestamptz};
use serde_json::Value;
use shared_kernel::{CustomerId, EmailKey, OrderId, StaffId, StoreError, TicketId};
use support_domain::{
    Category, Feedback, Message, Priority, Rating, Satisfaction, Status, Subject, Ticket,
};

use super::meta;
use crate::error::bad_row;

/// The columns [`TicketRow`] reads, from `___xtr_msg m` and [`RATING_JOIN`].
pub(in crate::support) const TICKET_COLUMNS: &str = "m.msg_id, m.msg_cst_id, m.msg_cnfa_id, m.msg_ord_id, m.msg_subject, m.msg_content, m.msg_date, \
    m.msg_priority, m.msg_category, m.msg_status, m.msg_meta, m.msg_unverified, m.msg_contact_key, m.msg_first_response_at, \
    m.msg_closed_at, m.msg_closings, m.msg_staff_responses, m.msg_version, m.updated_at, r.rating, r.feedback, r.rated_at";

/// The rating of the closing that stands.
pub(in crate::support) const RATING_JOIN: &str = "LEFT JOIN ticket_rating r ON r.msg_id = m.msg_id AND r.closing = m.msg_closings AND m.msg_open = '0'";

#[derive(QueryableByName)]
pub(in crate::support) struct TicketRow {
    #[diesel(sql_type = Text)]
    pub(in crate::support) msg_id: String,
    #[diesel(sql_type = Text)]
    msg_cst_id: String,
    #[diesel(sql_type = Nullable<Text>)]
    msg_cnfa_id: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    msg_ord_id: Option<String>,
    #[diesel(sql_type = Text)]
    msg_subject: String,
    #[diesel(sql_type = Text)]
    msg_content: String,
    #[diesel(sql_type = Timestamptz)]
    msg_date: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    msg_priority: String,
    #[diesel(sql_type = Text)]
    msg_category: String,
    #[diesel(sql_type = Text)]
    msg_status: String,
    #[diesel(sql_type = Jsonb)]
    msg_meta: Value,
    #[diesel(sql_type = Bool)]
    msg_unverified: bool,
    #[diesel(sql_type = Text)]
    msg_contact_key: String,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    msg_first_response_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    msg_closed_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Integer)]
    msg_closings: i32,
    #[diesel(sql_type = Integer)]
    msg_staff_responses: i32,
    #[diesel(sql_type = BigInt)]
    msg_version: i64,
    #[diesel(sql_type = Timestamptz)]
    updated_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<SmallInt>)]
    rating: Option<i16>,
    #[diesel(sql_type = Nullable<Text>)]
    feedback: Option<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    rated_at: Option<DateTime<Utc>>,
}

impl TryFrom<TicketRow> for Ticket {
    type Error = StoreError;

    fn try_from(row: TicketRow) -> Result<Self, StoreError> {
        let bad = |column: &str| bad_row("___xtr_msg", &row.msg_id, column);
        let satisfaction = match (row.rating, row.rated_at) {
            (Some(stars), Some(rated_at)) => Some(Satisfaction {
                rating: Rating::new(stars.into()).ok_or_else(|| bad("rating"))?,
                feedback: row.feedback.clone().map(Feedback::from_stored),
                rated_at,
            }),
            _ => None,
        };
        Ok(Self {
            id: TicketId::parse(row.msg_id.clone()).map_err(|_| bad("msg_id"))?,
            customer: CustomerId::parse(row.msg_cst_id.clone()).map_err(|_| bad("msg_cst_id"))?,
            assignee: row
                .msg_cnfa_id
                .clone()
                .map(StaffId::parse)
                .transpose()
                .map_err(|_| bad("msg_cnfa_id"))?,
            order: row
                .msg_ord_id
                .clone()
                .map(OrderId::parse)
                .transpose()
                .map_err(|_| bad("msg_ord_id"))?,
            priority: Priority::parse(&row.msg_priority).ok_or_else(|| bad("msg_priority"))?,
            category: Category::parse(&row.msg_category).ok_or_else(|| bad("msg_category"))?,
            status: Status::parse(&row.msg_status).ok_or_else(|| bad("msg_status"))?,
            vehicle: meta::vehicle_from(&row.msg_meta),
            order_number: meta::order_number_from(&row.msg_meta),
            unverified: row.msg_unverified,
            contact: meta::contact_from(
                EmailKey::from_stored(row.msg_contact_key.clone()),
                &row.msg_meta,
            ),
            created_at: row.msg_date,
            updated_at: row.updated_at,
            first_response_at: row.msg_first_response_at,
            closed_at: row.msg_closed_at,
            closings: u32::try_from(row.msg_closings).map_err(|_| bad("msg_closings"))?,
            staff_responses: u32::try_from(row.msg_staff_responses)
                .map_err(|_| bad("msg_staff_responses"))?,
            satisfaction,
            version: u64::try_from(row.msg_version).map_err(|_| bad("msg_version"))?,
            subject: Subject::from_stored(row.msg_subject),
            message: Message::from_stored(row.msg_content),
        })
    }
}
