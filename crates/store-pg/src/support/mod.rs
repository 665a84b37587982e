//! Tickets and their people.

mod arrivals;
mod list;
mod people;
mod queries;
mod rows;
mod thread;
mod tickets;
mod unit;

pub(crate) use people::is_active;
