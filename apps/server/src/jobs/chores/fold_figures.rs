//! Deltas of figures are folded into their totals.

use std::time::Duration;

use async_trait::async_trait;
use shared_kernel::StoreError;
use store_pg::PgStore;

use super::Chore;

/// Deltas folded at a time.
const LIMIT: u32 = 20_000;

/// Folds deltas, so that reads have few to add.
pub struct FoldFigures {
    pub store: PgStore,
}

#[async_trait]
impl Chore for FoldFigures {
    fn name(&self) -> &'static str {
        "fold_figures"
    }

    fn period(&self) -> Duration {
        Duration::from_secs(2)
    }

    async fn run(&self) -> Result<(), StoreError> {
        self.store.fold_figures(LIMIT).await.map(|_| ())
    }
}
