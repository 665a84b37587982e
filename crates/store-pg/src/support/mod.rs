//! Tickets and their people.
//!
//! `tickets`, `thread` and `people` read and write, `list` finds and `order` sorts, `rows` knows what the
//! columns mean, `unit` is the unit of work as the domain sees it, `queries` what readers ask;
//! `arrivals` enters callers on first use, `entering` those whom the shop names, `directory` tells who is there.

mod arrivals;
mod directory;
mod entering;
mod list;
mod order;
mod people;
mod queries;
mod rows;
mod thread;
mod tickets;
mod unit;

pub(crate) use rows::is_active;
