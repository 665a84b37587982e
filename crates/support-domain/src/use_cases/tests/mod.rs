//! What each verb does, whom it refuses and what it tells others, in order. A file a verb.

mod add_response;
mod assign_ticket;
mod change_status;
mod close_quiet_tickets;
mod create_ticket;
mod enter_people;
mod escalate_ticket;
mod import_people;
mod rate_ticket;

use shared_kernel::TicketId;

use crate::thread::EntryText;

/// The ticket most tests are about.
const T1: &str = "TICKET-A1";

fn t1() -> TicketId {
    TicketId::parse(T1).unwrap()
}

fn text(text: &str) -> EntryText {
    EntryText::parse(text).unwrap()
}
