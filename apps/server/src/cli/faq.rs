//! `guichet faq export` and `guichet faq import`

use std::io::{Read as _, Write as _};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use faq_domain::use_cases::{Base, ImportError};
use settings::Config;

use super::open_desk::with_open_desk;
use super::output::{chain, fail, say};
use crate::bootstrap::Core;
use crate::faq::exchange;
use crate::faq::transfer::{self, Faults};

/// How long other instances may take to hear of an import.
const FAREWELL: std::time::Duration = std::time::Duration::from_secs(2);

#[derive(Debug, Args)]
pub(super) struct FaqArgs {
    #[command(subcommand)]
    command: FaqCommand,
}

#[derive(Debug, Subcommand)]
enum FaqCommand {
    /// Write the whole base as JSON.
    Export {
        /// Where to; `-` is standard output.
        #[arg(default_value = "-")]
        file: String,
    },
    /// Bring the base to what a file says; what the file does not name stays as it is.
    Import {
        /// Where from; `-` is standard input.
        #[arg(default_value = "-")]
        file: String,
    },
}

pub(super) async fn run(config: &Config, args: &FaqArgs) -> ExitCode {
    // Read before a database is looked for: most mistakes are in the file.
    let base = match &args.command {
        FaqCommand::Export { .. } => None,
        FaqCommand::Import { file } => match read(file) {
            Ok(base) => Some(base),
            Err(faults) => return refuse(config, &faults).await,
        },
    };
    let exchanged = async |core: Core, url: &str| match (&args.command, base) {
        (FaqCommand::Export { file }, _) => export(&core, file).await,
        (FaqCommand::Import { .. }, base) => import(core, url, base.unwrap_or_default()).await,
    };
    with_open_desk(config, exchanged, |line| {
        if line.is_empty() {
            ExitCode::SUCCESS
        } else {
            say(&line)
        }
    })
    .await
}

/// Tells all that is wrong with a file.
async fn refuse(config: &Config, faults: &Faults) -> ExitCode {
    let refused = fail(&faults.told().join("\n"), 1);
    if !faults.ask_the_base() {
        return refused;
    }
    let unknown = async |core: Core, _: &str| {
        let unknown = exchange::unknown_categories(&core.store, faults).await;
        unknown.map_err(|error| chain(&error))
    };
    with_open_desk(config, unknown, |unknown| fail(&unknown.join("\n"), 1)).await
}

fn read(file: &str) -> Result<Base, Faults> {
    let named = |error: std::io::Error| Faults::of_file(&format!("{file}: {error}"));
    let bytes = if file == "-" {
        let mut bytes = Vec::new();
        let read = std::io::stdin().read_to_end(&mut bytes);
        read.map(|_| bytes)
    } else {
        std::fs::read(file)
    };
    transfer::read_bytes(bytes.map_err(named)?)
}

async fn export(core: &Core, file: &str) -> Result<String, String> {
    let text = exchange::export(&core.store).await;
    let text = text.map_err(|error| chain(&error))?;
    if file == "-" {
        let written = std::io::stdout().write_all(text.as_bytes());
        return written
            .map(|()| String::new())
            .map_err(|error| error.to_string());
    }
    std::fs::write(file, text).map_err(|error| format!("{file}: {error}"))?;
    Ok(format!("the knowledge base is in {file}"))
}

async fn import(core: Core, url: &str, base: Base) -> Result<String, String> {
    let imported = exchange::import(&core.work, core.surroundings(), base).await;
    let imported = imported.map_err(|error| match &error {
        ImportError::UnknownCategories(_) => error.to_string(),
        ImportError::Faq(error) => chain(error),
    })?;
    // Running servers look at what has changed.
    let farewell = tokio::time::timeout(FAREWELL, core.tell_others(url.to_owned()));
    let _ = farewell.await;
    Ok(format!(
        "{} categories and {} articles entered or changed, {} were so already",
        imported.categories, imported.articles, imported.unchanged
    ))
}
