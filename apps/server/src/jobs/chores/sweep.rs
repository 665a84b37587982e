//! Old rows of the log, the queue and the keys are removed.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use shared_kernel::{Clock, StoreError};
use store_pg::PgStore;

use super::Chore;

/// Removes what is kept for a time only.
pub struct Sweep {
    pub store: PgStore,
    pub clock: Arc<dyn Clock>,
}

#[async_trait]
impl Chore for Sweep {
    fn name(&self) -> &'static str {
        "sweep"
    }

    fn period(&self) -> Duration {
        Duration::from_mins(1)
    }

    async fn run(&self) -> Result<(), StoreError> {
        self.store.sweep(self.clock.now()).await.map(|_| ())
    }
}
