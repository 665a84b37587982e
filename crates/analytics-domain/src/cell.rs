//! Where a figure is counted.

use chrono::NaiveDate;

/// What is counted. Times are whole seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Measure {
    /// Tickets, on the day they were created. No total.
    Tickets,
    /// First public answers of support, on their day. Total: seconds since creation.
    Answers,
    /// Closings that stand, on their day. Total: seconds since creation. A reopened ticket loses
    /// its closing and counts its last one.
    Resolutions,
    /// Ratings given, on their day. Total: stars.
    Ratings,
    /// Messages that are not deleted, on the day they were written, by state. No total.
    Messages,
    /// Customers' messages support has not read, on the day they were written. No total.
    UnreadBySupport,
}

impl Measure {
    /// The stored word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tickets => "tickets",
            Self::Answers => "answers",
            Self::Resolutions => "resolutions",
            Self::Ratings => "ratings",
            Self::Messages => "messages",
            Self::UnreadBySupport => "unread_by_support",
        }
    }
}

/// One cell of the table of figures.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Cell {
    /// In the shop's time zone.
    pub day: NaiveDate,
    pub measure: Measure,
    /// Only tickets and messages are counted by status; empty for the other measures.
    pub status: &'static str,
    pub priority: &'static str,
    /// Empty for messages.
    pub category: &'static str,
    /// The assignee; empty when there is none.
    pub agent: String,
}

/// What a change adds to a cell, or takes from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delta {
    pub cell: Cell,
    pub count: i64,
    pub total: i64,
}
