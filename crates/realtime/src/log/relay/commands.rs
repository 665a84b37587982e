//! What is asked of the relay's task. To add one: a variant, and its arm in `task`.

use shared_kernel::{StreamId, StreamPosition};
use tokio::sync::oneshot;

/// Something asked.
pub(super) enum Command {
    /// Somebody listens to these streams now.
    Follow(FollowRequest),
    /// Somebody who listened does no more.
    Unfollow(Vec<StreamId>),
}

/// Streams to follow, and who waits to hear where the log stands with them.
pub(super) struct FollowRequest {
    pub(super) streams: Vec<StreamId>,
    pub(super) reply: oneshot::Sender<Vec<StreamPosition>>,
}
