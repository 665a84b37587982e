//! PostgreSQL: unit of work, tickets, conversations, knowledge base, event log, job queue, figures, search.
//!
//! Diesel stays in here: rows are private and become domain types at once, constraint names become
//! domain words in `error.rs`. Statements are written as SQL and prepared once per connection
//! (`statement.rs`). To add a table: a migration, a row type and the statements in the folder of
//! its domain, the port's methods on [`tx::PgTx`] (writes) or [`PgStore`] (reads).

mod commit;
mod connect;
mod error;
mod event_log;
mod faq;
mod figures;
mod housekeeping;
mod idempotency;
mod jobs;
mod messages;
mod migrations;
mod near;
mod neighbours;
mod pool;
mod presence;
mod quiet_socket;
mod search;
mod session;
mod statement;
mod store;
mod support;
mod tx;
mod wakeup;

pub use connect::{is_connection_url, is_on_this_machine};
pub use faq::{CountedView, FaqNews, FaqPosition};
pub use housekeeping::Swept;
pub use jobs::{ClaimedJob, JobCounts, JobQueue};
pub use migrations::{MigrationError, migrate, pending_migrations};
pub use neighbours::Neighbours;
pub use pool::{DatabaseSettings, Durability, create_database, durability};
pub use store::{CommitListener, EventTranslator, Lent, PgStore, PoolStatus, Translation};
pub use tx::PgTx;
pub use wakeup::{Told, WakeupHint, WakeupListener, Wakeups};
