//! A private PostgreSQL that died is started again.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use shared_kernel::StoreError;

use super::Chore;
use crate::process::database::PrivateDatabase;

/// Looks after a private PostgreSQL. A named one is its owner's to look after.
pub struct ReviveDatabase {
    pub database: Arc<PrivateDatabase>,
}

#[async_trait]
impl Chore for ReviveDatabase {
    fn name(&self) -> &'static str {
        "revive_database"
    }

    fn period(&self) -> Duration {
        Duration::from_secs(1)
    }

    async fn run(&self) -> Result<(), StoreError> {
        let database = Arc::clone(&self.database);
        tokio::task::spawn_blocking(move || database.revive())
            .await
            .map_err(|_| StoreError::defect("the thread that looks after PostgreSQL failed"))?
    }
}
