//! The unit of work, over every domain at once, and the store that opens it.
//!
//! `statement` is how SQL is written and sent; `tx` the open transaction; `commit` what waits for
//! its end, `ctes` the one statement that writes that; `idempotency` the promise of one answer per
//! key; `lent` what the rest of the server lends, `translation` what an event becomes; `store` opens
//! transactions and hands out connections to readers.

mod commit;
mod ctes;
pub(crate) mod idempotency;
pub(crate) mod lent;
pub(crate) mod statement;
pub(crate) mod store;
pub(crate) mod translation;
pub(crate) mod tx;
