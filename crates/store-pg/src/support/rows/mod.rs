//! Rows of the ticket tables and what they mean. The only place that knows both.

mod entry;
mod file;
mod meta;
mod people;
mod ticket;

pub(super) use entry::EntryRow;
pub(super) use file::FileRow;
pub(super) use meta::meta_of;
pub(crate) use people::is_active;
pub(super) use people::{CUSTOMER_COLUMNS, CustomerRow, StaffRow, is_typed, key, mail, phone};
pub(super) use ticket::{RATING_JOIN, TICKET_COLUMNS, TicketRow};
