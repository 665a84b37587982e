//! Searches that found nothing are counted.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use shared_kernel::StoreError;

use super::Chore;
use crate::faq::unanswered::UnansweredSearches;

/// Writes unanswered searches, and once more at the end.
pub struct CountUnanswered {
    pub searches: Arc<UnansweredSearches>,
}

#[async_trait]
impl Chore for CountUnanswered {
    fn name(&self) -> &'static str {
        "count_unanswered"
    }

    /// How late a search may be counted.
    fn period(&self) -> Duration {
        Duration::from_millis(500)
    }

    async fn run(&self) -> Result<(), StoreError> {
        self.searches.write().await
    }

    async fn farewell(&self) {
        // A database that is away loses them; others say so.
        let _ = self.searches.write().await;
    }
}
