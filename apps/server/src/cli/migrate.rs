//! `guichet migrate`

use settings::Config;
use std::process::ExitCode;

use super::{chain, fail, say};
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
