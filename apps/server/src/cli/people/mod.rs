//! `guichet people import`

mod csv_lines;
mod file;
mod line;

use std::io::{self, Read as _, Write as _};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use settings::Config;
use shared_kernel::file_text;
use support_domain::SupportError;
use support_domain::use_cases::{Imported, Person, import_people};

use super::open_desk::with_open_desk;
use super::output::{chain, fail, say};
use crate::bootstrap::Core;

/// People entered in one transaction.
const AT_ONCE: usize = 200;
/// Progress is told as often.
const TOLD_EVERY: usize = 5_000;

#[derive(Debug, Args)]
pub(super) struct PeopleArgs {
    #[command(subcommand)]
    command: PeopleCommand,
}

#[derive(Debug, Subcommand)]
enum PeopleCommand {
    /// Enter customers and staff, or bring those who are there to what a file says of them.
    Import {
        /// JSON lines, or CSV with a line of names; `-` is standard input.
        #[arg(default_value = "-")]
        file: String,
    },
}

pub(super) async fn run(config: &Config, args: &PeopleArgs) -> ExitCode {
    let PeopleCommand::Import { file } = &args.command;
    // Read before a database is looked for: most mistakes are in the file.
    let people = match text(file).and_then(|text| file::read(&text)) {
        Ok(people) => people,
        Err(wrong) => return fail(&wrong.join("\n"), 1),
    };
    let imported = async |core: Core, _: &str| {
        let imported = import(&core, people).await;
        imported.map_err(|error| chain(&error))
    };
    with_open_desk(config, imported, |done| {
        say(&format!(
            "{} people entered, {} changed, {} were so already",
            done.entered, done.changed, done.unchanged
        ))
    })
    .await
}

fn text(file: &str) -> Result<String, Vec<String>> {
    let read = || -> io::Result<Vec<u8>> {
        if file != "-" {
            return std::fs::read(file);
        }
        let mut bytes = Vec::new();
        io::stdin().read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    let bytes = read().map_err(|error| vec![format!("{file}: {error}")])?;
    // Spreadsheets write another encoding as soon as not asked: the line tells whose name it is.
    file_text(bytes).map_err(|error| vec![format!("{file}: {error}")])
}

/// In many transactions: whoever is in before a failure stays, and the file can be read again.
async fn import(core: &Core, people: Vec<Person>) -> Result<Imported, SupportError> {
    let (mut done, mut seen, all) = (Imported::default(), 0, people.len());
    for some in people.chunks(AT_ONCE) {
        let imported = core
            .work
            .run(async |tx| import_people(tx, core.surroundings(), some.to_vec()).await);
        done = done.and(imported.await?);
        seen += some.len();
        if seen % TOLD_EVERY == 0 {
            let _ = writeln!(io::stderr(), "{seen} of {all} people");
        }
    }
    Ok(done)
}
