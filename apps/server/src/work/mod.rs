//! The one way to change anything: a use case in a unit of work.
//!
//! `executor` runs a use case; `consequences` has what it tells translated and written with the change;
//! `attempts` begins the transaction, ends it, and begins again what collided, which `collides` says;
//! `unit` is the transaction over every domain. HTTP, chores, first sign-in, import, the demonstration and
//! start-up go through it; `http/write` adds idempotency. To change something from a new place: take the
//! [`Executor`] and call [`Executor::run`] with the domain's use case; a task that moves between threads
//! takes [`Executor::attempts`]. A new domain: its port in [`DeskTx`], its error in `collides`.

mod attempts;
mod collides;
mod consequences;
mod executor;
mod unit;

pub use attempts::{Attempts, Ending};
pub use collides::Collides;
pub use executor::Executor;
pub use unit::{DeskStore, DeskTx};
