//! The job queue: `enqueue` is what a commit adds, `queue` what workers do with it.

pub(crate) mod enqueue;
pub(crate) mod queue;
