//! PostgreSQL: unit of work, tickets, conversations, knowledge base, event log, job queue, figures, search.
//!
//! Diesel stays in here: rows are private and become domain types at once, constraint names become
//! domain words in `error.rs`. Statements are written as SQL and prepared once per connection
//! (`unit/statement.rs`). To add a table: a migration, a row type and the statements in the folder of
//! its domain, the port's methods on [`PgTx`] (writes) or [`PgStore`] (reads).

mod analytics;
mod bigint;
mod error;
mod faq;
mod housekeeping;
mod jobs;
mod link;
mod log;
mod messages;
mod search;
mod support;
mod unit;

pub use faq::{CountedView, FaqNews, FaqPosition};
pub use housekeeping::Swept;
pub use jobs::queue::{ClaimedJob, JobCounts, JobQueue};
pub use link::connect::{is_connection_url, is_on_this_machine};
pub use link::migrations::{MigrationError, migrate, pending_migrations};
pub use link::pool::DatabaseSettings;
pub use link::server_admin::{Durability, create_database, durability};
pub use link::thread_pools::PoolStatus;
pub use log::neighbours::Neighbours;
pub use log::payload::WakeupHint;
pub use log::wakeup::{Told, WakeupListener, Wakeups};
pub use unit::lent::{CommitListener, Lent};
pub use unit::store::PgStore;
pub use unit::translation::{EventTranslator, Translation};
pub use unit::tx::PgTx;
