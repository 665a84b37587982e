//! `guichet migrate`

use std::process::ExitCode;

use super::output::{chain, fail, say};
use crate::config::Config;
use crate::process::database::Database;

pub(super) async fn run(config: &Config) -> ExitCode {
    match Database::open_migrated(config).await {
        Ok(database) => {
            database.close();
            say("the database is up to date")
        }
        Err(error) => fail(&chain(&error), 1),
    }
}
