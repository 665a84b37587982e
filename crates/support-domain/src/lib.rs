//! The life of a ticket: creation, status, thread, assignment, escalation, satisfaction.
//!
//! Pure: no clock, no randomness, no SQL, no HTTP, no JSON names. `ticket` holds the rules,
//! `people` says who a caller is, `use_cases` has one file per verb, `ports` says what is needed of the outside. To add a verb:
//! its rule on [`Ticket`], a file in `use_cases`, an event in `events` if others must hear of it.

pub mod customer;
pub mod error;
pub mod events;
pub mod order;
pub mod people;
pub mod ports;
pub mod rights;
pub mod satisfaction;
pub mod staff;
#[cfg(test)]
mod testing;
pub mod thread;
pub mod ticket;
pub mod use_cases;

pub use customer::{Customer, FullName};
pub use error::{Named, Reserved, SupportError};
pub use events::{StatusCause, TicketEvent};
pub use order::Order;
pub use ports::{ArrivalsTx, DirectoryQueries, PeopleTx, SupportTx, TicketQueries};
pub use satisfaction::{Feedback, Rating, Satisfaction};
pub use staff::Staff;
pub use thread::{Author, AuthorKind, Entry, EntryKind};
pub use ticket::{
    Category, Contact, Message, OrderNumber, Priority, Status, StatusGroup, Subject, Ticket,
    TicketFile, Vehicle,
};
