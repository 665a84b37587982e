//! `guichet after-restore`

use std::process::ExitCode;
use std::sync::Arc;

use super::{chain, fail, say};
use crate::bootstrap::Core;
use crate::config::Config;
use crate::process::clock::SystemClock;
use crate::process::database::Database;

pub(super) async fn run(config: &Config) -> ExitCode {
    let database = match Database::open_migrated(config).await {
        Ok(database) => database,
        Err(error) => return fail(&chain(&error), 1),
    };
    let done = match Core::new(config, Arc::new(SystemClock), &database.url) {
        Ok(core) => core
            .store
            .renew_epochs()
            .await
            .map_err(|error| chain(&error)),
        Err(error) => Err(chain(&error)),
    };
    database.close();
    match done {
        Ok(streams) => say(&format!(
            "{streams} streams have a new epoch; older cursors get resyncRequired"
        )),
        Err(message) => fail(&message, 1),
    }
}
