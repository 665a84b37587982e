//! `guichet demo`

use std::process::ExitCode;
use std::sync::Arc;

use super::{chain, fail, say};
use crate::bootstrap::Core;
use crate::config::Config;
use crate::demo;
use crate::process::clock::SystemClock;
use crate::process::database::Database;

pub(super) async fn run(config: &Config) -> ExitCode {
    let database = match Database::open_migrated(config).await {
        Ok(database) => database,
        Err(error) => return fail(&chain(&error), 1),
    };
    let done = match Core::new(config, Arc::new(SystemClock), &database.url) {
        Ok(core) => demo::load(&core).await.map_err(|error| chain(&error)),
        Err(error) => Err(chain(&error)),
    };
    database.close();
    match done {
        Ok(0) => say("there are tickets already; nothing was loaded"),
        Ok(tickets) => say(&format!(
            "loaded a demonstration shop with {tickets} tickets"
        )),
        Err(message) => fail(&message, 1),
    }
}
