//! The job queue.

pub(crate) mod queue;
