//! Finds PostgreSQL's own programs and runs a private cluster in a folder.
//!
//! The server uses it where no `DATABASE_URL` is configured, the test kit for its throw-away cluster. Nothing here
//! speaks SQL: the caller connects to [`Cluster::url`], creates its database and asserts what it relies on.
//!
//! - [`Binaries`]: where the programs are (`binaries.rs`);
//! - `account`: which system account runs them, because PostgreSQL refuses to run as root;
//! - `folder`: what lies where in the data folder, who may read it, and the lock that keeps a second server out;
//! - `leftover`: what a server killed with `kill -9` leaves behind;
//! - `postmaster`: the process itself, from its start to its end;
//! - [`Cluster`]: the whole, in order.
//!
//! To add a setting to every cluster, extend `settings` in `cluster/mod.rs`. To look for the programs in one more place,
//! extend `Places` in `binaries.rs`; `xtask` looks in the same places and must be extended with it.

mod account;
mod binaries;
mod cluster;
mod error;
mod folder;
mod leftover;
mod postmaster;
mod purpose;

pub use binaries::{Binaries, NotFound, OLDEST_MAJOR};
pub use cluster::{Cluster, ClusterOptions};
pub use error::ClusterError;
pub use purpose::Purpose;
