//! The one way to change anything: a use case in a unit of work.
//!
//! `executor` runs a use case; `consequences` has what it tells translated and written with the change; `attempts`
//! opens the transaction, commits it, and begins again what collided. HTTP, jobs, chores, first sign-in, import and
//! start-up all go through it; `http/write` adds idempotency. To change something from a new place:
//! take the [`Executor`] and call [`Executor::run`] with the domain's use case.

mod attempts;
mod collides;
mod consequences;
mod executor;
mod unit;

pub use attempts::{Attempts, Ending};
pub use collides::Collides;
pub use executor::Executor;
pub use unit::{DeskStore, DeskTx};
