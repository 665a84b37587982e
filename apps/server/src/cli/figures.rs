//! `guichet figures`

use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;

use super::{chain, fail, say};
use crate::bootstrap::Core;
use crate::config::Config;
use crate::process::clock::SystemClock;
use crate::process::database::Database;

#[derive(Debug, Args)]
pub(super) struct FiguresArgs {
    /// Count every figure anew from the tickets; writers wait meanwhile.
    #[arg(long)]
    rebuild: bool,
}

pub(super) async fn run(config: &Config, args: &FiguresArgs) -> ExitCode {
    let database = match Database::open_migrated(config).await {
        Ok(database) => database,
        Err(error) => return fail(&chain(&error), 1),
    };
    let code = match check(config, &database, args.rebuild).await {
        Ok(code) => code,
        Err(message) => fail(&message, 1),
    };
    database.close();
    code
}

async fn check(config: &Config, database: &Database, rebuild: bool) -> Result<ExitCode, String> {
    let core =
        Core::new(config, Arc::new(SystemClock), &database.url).map_err(|error| chain(&error))?;
    if rebuild {
        core.store
            .rebuild_figures()
            .await
            .map_err(|error| chain(&error))?;
    }
    let differences = core
        .store
        .figure_differences()
        .await
        .map_err(|error| chain(&error))?;
    for difference in &differences {
        say(difference);
    }
    Ok(if differences.is_empty() {
        say("the figures agree with the tickets")
    } else {
        ExitCode::FAILURE
    })
}
