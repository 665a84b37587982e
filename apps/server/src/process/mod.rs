//! The process: what the server takes from the machine, and how it shows that it is well.
//!
//! - `clock`: the time;
//! - `telemetry`: logs, and the recorder of what `/metrics` shows; `last_words`: lines that do not go through the log;
//! - `open_files`: how many sockets the process may hold;
//! - `database`: which PostgreSQL, private or named;
//! - `health`: alive, ready, and the gauges; `chore_ledger`: how the chores are going.
//!
//! Nothing here knows a ticket, a message or an article. To add one more: a file, its line here,
//! and its call in `bootstrap` or in `cli::serve`.

pub mod chore_ledger;
pub mod clock;
pub mod database;
pub mod health;
pub mod last_words;
pub mod open_files;
pub mod telemetry;
