//! Articles in memory are kept in step with the database.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use shared_kernel::StoreError;

use super::Chore;
use crate::faq::follower::Follower;

/// Looks at the log of the knowledge base; hints of other instances make it look at once.
pub struct FollowArticles {
    pub follower: Arc<Follower>,
}

#[async_trait]
impl Chore for FollowArticles {
    fn name(&self) -> &'static str {
        "follow_articles"
    }

    fn period(&self) -> Duration {
        Duration::from_millis(200)
    }

    async fn run(&self) -> Result<(), StoreError> {
        self.follower.look().await
    }

    async fn rung(&self) {
        self.follower.nudged().await;
    }
}
