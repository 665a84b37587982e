//! Rows of messages and what they mean.

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Nullable, Text, Timestamptz};
use messages_domain::{CloseReason, Content, Message, Priority, Side, State, Subject};
use shared_kernel::{CustomerId, EntryId, IdError, OrderId, StaffId, StoreError, UserId};

use crate::error::bad_row;

/// The columns [`MessageRow`] reads, from `___xtr_msg m`.
pub(super) const COLUMNS: &str = "m.msg_id, m.msg_cst_id, m.msg_cnfa_id, m.msg_ord_id, m.msg_parent_id, m.msg_author_id, \
    m.msg_author_kind, m.msg_subject, m.msg_content, m.msg_priority, m.msg_open, m.msg_date, m.updated_at, m.msg_read_at, \
    m.msg_archived_at, m.msg_deleted_at, m.msg_close_reason, m.msg_version";

#[derive(QueryableByName)]
pub(super) struct MessageRow {
    #[diesel(sql_type = Text)]
    msg_id: String,
    #[diesel(sql_type = Text)]
    msg_cst_id: String,
    #[diesel(sql_type = Nullable<Text>)]
    msg_cnfa_id: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    msg_ord_id: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    msg_parent_id: Option<String>,
    #[diesel(sql_type = Text)]
    msg_author_id: String,
    #[diesel(sql_type = Text)]
    msg_author_kind: String,
    #[diesel(sql_type = Text)]
    msg_subject: String,
    #[diesel(sql_type = Text)]
    msg_content: String,
    #[diesel(sql_type = Text)]
    msg_priority: String,
    #[diesel(sql_type = Text)]
    msg_open: String,
    #[diesel(sql_type = Timestamptz)]
    msg_date: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    updated_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    msg_read_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    msg_archived_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    msg_deleted_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Text>)]
    msg_close_reason: Option<String>,
    #[diesel(sql_type = BigInt)]
    msg_version: i64,
}

impl TryFrom<MessageRow> for Message {
    type Error = StoreError;

    fn try_from(row: MessageRow) -> Result<Self, StoreError> {
        let bad = |column: &str| bad_row("___xtr_msg", &row.msg_id, column);
        let bad_id = |column: &'static str| move |_: IdError| column;
        let ids = || -> Result<_, &'static str> {
            Ok((
                EntryId::parse(row.msg_id.clone()).map_err(bad_id("msg_id"))?,
                CustomerId::parse(row.msg_cst_id.clone()).map_err(bad_id("msg_cst_id"))?,
                row.msg_cnfa_id
                    .clone()
                    .map(StaffId::parse)
                    .transpose()
                    .map_err(bad_id("msg_cnfa_id"))?,
                row.msg_ord_id
                    .clone()
                    .map(OrderId::parse)
                    .transpose()
                    .map_err(bad_id("msg_ord_id"))?,
                row.msg_parent_id
                    .clone()
                    .map(EntryId::parse)
                    .transpose()
                    .map_err(bad_id("msg_parent_id"))?,
                UserId::parse(row.msg_author_id.clone()).map_err(bad_id("msg_author_id"))?,
            ))
        };
        let (id, customer, staff, order, root, author) = ids().map_err(bad)?;
        Ok(Self {
            id,
            customer,
            staff,
            order,
            root,
            author,
            author_side: Side::parse(&row.msg_author_kind).ok_or_else(|| bad("msg_author_kind"))?,
            priority: Priority::parse(&row.msg_priority).ok_or_else(|| bad("msg_priority"))?,
            state: if row.msg_open == "1" {
                State::Open
            } else {
                State::Closed
            },
            created_at: row.msg_date,
            updated_at: row.updated_at,
            read_at: row.msg_read_at,
            archived_at: row.msg_archived_at,
            deleted_at: row.msg_deleted_at,
            close_reason: row.msg_close_reason.map(CloseReason::from_stored),
            version: u64::try_from(row.msg_version).map_err(|_| bad("msg_version"))?,
            subject: Subject::from_stored(row.msg_subject),
            content: Content::from_stored(row.msg_content),
        })
    }
}
