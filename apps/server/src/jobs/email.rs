//! One e-mail to one recipient.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use notify::{DeliveryError, Desk, EmailChannel, render_payload};
use store_pg::ClaimedJob;

use super::runner::{JobHandler, JobOutcome};

/// Renders and sends e-mails.
pub struct EmailHandler {
    channel: Arc<dyn EmailChannel>,
    desk: Arc<Desk>,
}

impl EmailHandler {
    /// Sends through a channel in a desk's name.
    pub fn new(channel: Arc<dyn EmailChannel>, desk: Arc<Desk>) -> Self {
        Self { channel, desk }
    }
}

#[async_trait]
impl JobHandler for EmailHandler {
    async fn run(&self, job: &ClaimedJob) -> JobOutcome {
        let email = match render_payload(&job.payload, &self.desk) {
            Ok(email) => email,
            Err(error) => {
                return JobOutcome::Hopeless {
                    reason: format!("cannot be rendered: {error}"),
                };
            }
        };
        match self.channel.send(&email).await {
            Ok(()) => JobOutcome::Done,
            Err(DeliveryError::Permanent { reason }) => JobOutcome::Hopeless { reason },
            // The whole channel is down: this mail was not refused, so the attempt does not count.
            Err(DeliveryError::Temporary {
                reason,
                retry_after,
                channel_down: true,
            }) => JobOutcome::Postponed {
                reason,
                wait: retry_after.unwrap_or(Duration::from_secs(5)),
            },
            Err(DeliveryError::Temporary {
                reason,
                retry_after,
                ..
            }) => JobOutcome::Failed {
                reason,
                wait: retry_after,
            },
        }
    }
}
