//! A command over the shop's data: opened, used, closed.

use std::process::ExitCode;
use std::sync::Arc;

use settings::Config;

use super::output::{chain, fail};
use crate::bootstrap::Core;
use crate::process::clock::SystemClock;
use crate::process::database::Database;

/// Opens the database, does the work over it, which also gets the URL, and closes it again. What came
/// of it is told only then: who waits for the line may start a server on the same folder at once.
pub(super) async fn with_open_desk<T>(
    config: &Config,
    work: impl AsyncFnOnce(Core, &str) -> Result<T, String>,
    tell: impl FnOnce(T) -> ExitCode,
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
    match done {
        Ok(outcome) => tell(outcome),
        Err(message) => fail(&message, 1),
    }
}
