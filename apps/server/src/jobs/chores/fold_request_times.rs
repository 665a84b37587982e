//! Times of single requests are folded into their buckets.

use std::time::Duration;

use async_trait::async_trait;
use metrics_exporter_prometheus::PrometheusHandle;
use shared_kernel::StoreError;

use super::Chore;

/// Without it times are kept one by one until somebody reads `/metrics`, and perhaps nobody ever does.
pub struct FoldRequestTimes {
    pub metrics: PrometheusHandle,
}

#[async_trait]
impl Chore for FoldRequestTimes {
    fn name(&self) -> &'static str {
        "fold_request_times"
    }

    fn period(&self) -> Duration {
        Duration::from_secs(5)
    }

    async fn run(&self) -> Result<(), StoreError> {
        self.metrics.run_upkeep();
        Ok(())
    }
}
