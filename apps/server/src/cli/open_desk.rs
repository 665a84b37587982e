//! A command over the shop's data: opened, used, closed.

use std::process::ExitCode;
use std::sync::Arc;

use super::output::{chain, fail};
use crate::bootstrap::Core;
use crate::config::Config;
use crate::process::clock::SystemClock;
use crate::process::database::Database;

/// Opens the database, does the work over it and closes it again, whatever came of it. The work
/// also gets the URL, and says itself what it did.
pub(super) async fn with_open_desk(
    config: &Config,
    work: impl AsyncFnOnce(Core, &str) -> Result<ExitCode, String>,
) -> ExitCode {
    let database = match Database::open_migrated(config).await {
        Ok(database) => database,
        Err(error) => return fail(&chain(&error), 1),
    };
    let done = match Core::new(config, Arc::new(SystemClock), &database.url) {
        Ok(core) => work(core, &database.url).await,
        Err(error) => Err(chain(&error)),
    };
    database.close();
    done.unwrap_or_else(|message| fail(&message, 1))
}
