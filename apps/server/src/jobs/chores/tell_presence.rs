//! Other instances are told who is connected here.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use shared_kernel::StoreError;

use super::Chore;
use crate::live::Presence;

/// Tells presence, and at the end that this instance is gone.
pub struct TellPresence {
    pub presence: Arc<Presence>,
}

#[async_trait]
impl Chore for TellPresence {
    fn name(&self) -> &'static str {
        "tell_presence"
    }

    fn period(&self) -> Duration {
        Duration::from_secs(1)
    }

    async fn run(&self) -> Result<(), StoreError> {
        self.presence.tell().await
    }

    async fn farewell(&self) {
        self.presence.leave().await;
    }
}
