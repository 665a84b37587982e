//! `guichet figures`

use std::process::ExitCode;

use clap::Args;
use settings::Config;
use shared_kernel::StoreError;
use store_pg::PgStore;

use super::open_desk::with_open_desk;
use super::output::{chain, say};
use crate::bootstrap::Core;

#[derive(Debug, Args)]
pub(super) struct FiguresArgs {
    /// Count every figure anew from the tickets; writers wait meanwhile.
    #[arg(long)]
    rebuild: bool,
}

pub(super) async fn run(config: &Config, args: &FiguresArgs) -> ExitCode {
    let counted = async |core: Core, _: &str| {
        let differences = differences(&core.store, args.rebuild).await;
        differences.map_err(|error| chain(&error))
    };
    with_open_desk(config, counted, |differences| {
        for difference in &differences {
            say(difference);
        }
        if differences.is_empty() {
            say("the figures agree with the tickets")
        } else {
            say("rows were put in by hand, or there is a defect: guichet figures --rebuild counts all anew");
            ExitCode::FAILURE
        }
    })
    .await
}

async fn differences(store: &PgStore, rebuild: bool) -> Result<Vec<String>, StoreError> {
    if rebuild {
        store.rebuild_figures().await?;
    }
    store.figure_differences().await
}
