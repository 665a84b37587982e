//! The definition of every figure. One definition, one place: dashboards, lists and reports read
//! figures that were counted by these rules and no other.
//!
//! Figures are kept as [`cell::Delta`]s: a change of a ticket is turned into what it adds to and
//! takes from each figure. To add a figure: a [`cell::Measure`] with its definition, its
//! contribution in `contribution.rs`, and in the store its part of the recount and of the reading.

pub mod cell;
mod contribution;
pub mod ticket_totals;

pub use cell::{Cell, Delta, Measure};
pub use contribution::{Given, MessageFacts, TicketFacts, deltas, message_deltas, rating_delta};
pub use ticket_totals::{FigureQueries, TicketTotals};
