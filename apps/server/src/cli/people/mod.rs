//! `guichet people import`

mod file;
mod line;
mod placed;

use std::io::{self, Read as _, Write as _};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use settings::Config;
use shared_kernel::file_text;
use support_domain::use_cases::{Imported, import_people, taken_ids};

use self::placed::{People, in_words};
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
        check(&core, &people).await?;
        import(&core, &people).await
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

/// Fails, before anybody is entered, for all whose id somebody of the other kind has.
async fn check(core: &Core, people: &People) -> Result<(), String> {
    let mut wrong = Vec::new();
    for (part, some) in people.all().chunks(AT_ONCE).enumerate() {
        let taken = core.work.run(async |tx| taken_ids(tx, some).await);
        let taken = taken.await.map_err(|error| chain(&error))?;
        wrong.extend(
            taken
                .into_iter()
                .map(|(place, why)| (part * AT_ONCE + place, why)),
        );
    }
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(in_words(people.told(&wrong)).join("\n"))
    }
}

/// In many transactions: whoever is in before a failure stays, and the file can be read again.
async fn import(core: &Core, people: &People) -> Result<Imported, String> {
    let (mut done, mut seen, all) = (Imported::default(), 0, people.all().len());
    for some in people.all().chunks(AT_ONCE) {
        let imported = core
            .work
            .run(async |tx| import_people(tx, core.surroundings(), some.to_vec()).await);
        done = done.and(imported.await.map_err(|error| chain(&error))?);
        seen += some.len();
        if seen % TOLD_EVERY == 0 {
            let _ = writeln!(io::stderr(), "{seen} of {all} people");
        }
    }
    Ok(done)
}
