//! Resolved tickets that stayed quiet are closed.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use shared_kernel::{Clock, IdGenerator, StoreError, Surroundings};
use support_domain::SupportError;
use support_domain::use_cases::close_quiet_tickets;

use super::Chore;
use crate::work::Executor;

/// Tickets closed in one transaction.
const LIMIT: u32 = 100;

/// Closes what has been resolved and quiet long enough, a batch at a time.
pub struct CloseQuietTickets {
    pub work: Arc<Executor>,
    pub clock: Arc<dyn Clock>,
    pub ids: Arc<dyn IdGenerator>,
}

#[async_trait]
impl Chore for CloseQuietTickets {
    fn name(&self) -> &'static str {
        "close_quiet_tickets"
    }

    fn period(&self) -> Duration {
        Duration::from_mins(1)
    }

    async fn run(&self) -> Result<(), StoreError> {
        let whole_batch = usize::try_from(LIMIT).unwrap_or(usize::MAX);
        while self.close_batch().await.map_err(store_error)? == whole_batch {}
        Ok(())
    }
}

impl CloseQuietTickets {
    async fn close_batch(&self) -> Result<usize, SupportError> {
        let with = Surroundings {
            clock: &*self.clock,
            ids: &*self.ids,
        };
        let mut attempts = self.work.attempts();
        loop {
            let closed = close_quiet_tickets(attempts.begin().await?, with, LIMIT).await;
            if let Some(count) = attempts.finish(closed).await? {
                return Ok(count);
            }
        }
    }
}

fn store_error(error: SupportError) -> StoreError {
    match error {
        SupportError::Store(error) => error,
        other => StoreError::defect(other.to_string()),
    }
}
