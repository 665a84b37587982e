//! The unit of work, over every domain at once, and the store that opens it.
//!
//! `statement` is how SQL is written and sent, `tx` the open transaction, `commit` what it writes
//! last, `idempotency` the promise of one answer per key, `store` the whole behind the ports.

pub(crate) mod commit;
pub(crate) mod idempotency;
pub(crate) mod statement;
pub(crate) mod store;
pub(crate) mod tx;
