//! PostgreSQL: unit of work, tickets, conversations, knowledge base, event log, job queue, figures, search.
//!
//! - `link`: how the database is reached; knows no table.
//! - `unit`: one statement, one transaction, one commit, and the store that opens them.
//! - `log`, `jobs`, `analytics`: each has what a commit writes apart from what is read.
//! - `support`, `messages`, `faq`: a folder per domain. `search`: how words are compared.
//! - `filtered_list`: conditions put together; `housekeeping`: rows that have had their time.
//!
//! Diesel stays in here. It binds typed values, reads rows and runs migrations; it checks no query
//! against the schema, the tests under `tests/store` do. Statements are written as SQL and prepared
//! once per connection (`unit/statement.rs`). Rows are private and become domain types at once,
//! errors become `StoreError`s in `error.rs`: a broken constraint keeps its name in it, for the log;
//! nobody decides by that name.
//!
//! To add a table: a migration, a row type and the statements in the folder of its domain, the
//! port's methods on [`PgTx`] (writes) or [`PgStore`] (reads).

mod analytics;
mod bigint;
mod error;
mod faq;
mod filtered_list;
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
