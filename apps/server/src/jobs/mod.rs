//! Background work.
//!
//! `runner` is the only loop over the queue: claim in a short transaction, work outside any,
//! record in a second. `chores` are what is done again and again by the clock. To add a kind of job: a
//! variant of `JobKind` with its word in both directions, a file here with its [`JobHandler`], its pair in
//! `bootstrap::job_runner`.

pub mod chores;
mod email;
mod retry;
mod runner;

pub use email::EmailHandler;
pub use runner::{JobHandler, JobOutcome, JobRunner};
