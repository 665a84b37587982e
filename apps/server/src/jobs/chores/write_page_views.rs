//! Views of articles are written down.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use shared_kernel::StoreError;

use super::Chore;
use crate::faq::follower::Follower;

/// Writes page views. Beside [`super::FollowArticles`] and not in it: a table that is locked for one
/// must not stop the other.
pub struct WritePageViews {
    pub follower: Arc<Follower>,
}

#[async_trait]
impl Chore for WritePageViews {
    fn name(&self) -> &'static str {
        "write_page_views"
    }

    /// With the commits that are not on disk yet, a kill loses less than a second of views.
    fn period(&self) -> Duration {
        Duration::from_millis(200)
    }

    async fn run(&self) -> Result<(), StoreError> {
        self.follower.write_views().await
    }

    async fn farewell(&self) {
        self.follower.write_last_views().await;
    }
}
