//! The command line: one file per command. `output` writes for all of them, `refused` says what the parser does not
//! take, `open_desk` opens the shop's data for those that need it. To add one: a file with its `run`, a variant of [`Command`] and its arm in [`run`].

mod after_restore;
mod check_config;
mod demo;
mod doctor;
mod faq;
mod figures;
mod migrate;
mod open_desk;
mod output;
mod people;
mod refused;
mod serve;
mod token;

use std::collections::BTreeMap;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use settings::{Config, ConfigError};

use self::output::{fail, say};
use crate::process::last_words;

/// Support desk and messaging server.
#[derive(Debug, Parser)]
#[command(name = "guichet", version, about)]
struct Cli {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Args)]
struct Common {
    /// A configuration file; see config.default.toml for every key.
    #[arg(long, global = true, env = "GUICHET_CONFIG", value_name = "FILE")]
    config: Option<String>,
    /// Where secrets, the private database and written mail live.
    #[arg(long, global = true, value_name = "FOLDER")]
    data_dir: Option<String>,
    /// Listen on this port of 127.0.0.1 (another address: `GUICHET_BIND`).
    #[arg(long, global = true)]
    port: Option<u16>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server (the default).
    Serve,
    /// Bring the database up to date and stop.
    Migrate,
    /// Sign a token, for trying things out.
    Token(token::TokenArgs),
    /// Read the configuration, say what is in force, and stop.
    CheckConfig,
    /// Look for what could keep the server from working.
    Doctor,
    /// Load a small believable shop, unless there are tickets already.
    Demo,
    /// Print the OpenAPI document.
    Openapi,
    /// After restoring a backup: make clients that saw what is gone load everything anew.
    AfterRestore,
    /// Write the knowledge base into a file, or read it from one.
    Faq(faq::FaqArgs),
    /// Enter customers and staff from a file.
    People(people::PeopleArgs),
    /// Check the figures against a recount, or count them anew.
    Figures(figures::FiguresArgs),
}

/// Runs the program. Exit code 2: the configuration or the command line was refused.
pub async fn run() -> ExitCode {
    let mut environment = environment();
    if let (Ok(environment), Some(file)) = (&mut environment, named_file(arguments())) {
        environment.insert("GUICHET_CONFIG".to_owned(), file);
    }
    // Whatever is refused from here on is said in the form of the log.
    last_words::speak(settings::log_format(
        environment.as_ref().unwrap_or(&BTreeMap::new()),
    ));
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return refused::refuse(&error),
    };
    if matches!(cli.command, Some(Command::Openapi)) {
        return openapi();
    }
    let loaded = environment.and_then(|environment| {
        let names: Vec<String> = environment.keys().cloned().collect();
        Ok((load(environment, &cli.common)?, names))
    });
    let (config, names) = match loaded {
        Ok(loaded) => loaded,
        Err(error) => return fail(&error.to_string(), 2),
    };
    crate::process::telemetry::start_logging(config.log.format);
    for (name, meant) in settings::misspelt(&names) {
        tracing::warn!("{name} is not read: {meant} may be meant");
    }
    match cli.command.unwrap_or(Command::Serve) {
        Command::Serve => serve::run(&config).await,
        Command::Migrate => migrate::run(&config).await,
        Command::Token(args) => token::run(&config, &args),
        Command::CheckConfig => check_config::run(&config),
        Command::Doctor => doctor::run(&config).await,
        Command::Demo => demo::run(&config).await,
        Command::Figures(args) => figures::run(&config, &args).await,
        Command::Faq(args) => faq::run(&config, &args).await,
        Command::People(args) => people::run(&config, &args).await,
        Command::AfterRestore => after_restore::run(&config).await,
        Command::Openapi => openapi(),
    }
}

/// The variables. One of ours that is no text would else be passed over without a word.
fn environment() -> Result<BTreeMap<String, String>, ConfigError> {
    let mut environment = BTreeMap::new();
    for (name, value) in std::env::vars_os() {
        let Ok(name) = name.into_string() else {
            continue;
        };
        match value.into_string() {
            Ok(value) => {
                environment.insert(name, value);
            }
            Err(_) if settings::is_setting(&name) => {
                return Err(ConfigError::Value(format!("{name} is not UTF-8 text")));
            }
            Err(_) => {}
        }
    }
    Ok(environment)
}

fn arguments() -> impl Iterator<Item = String> {
    std::env::args_os().map(|argument| argument.to_string_lossy().into_owned())
}

/// The file the command line names, as far as can be told before it is taken.
fn named_file(arguments: impl Iterator<Item = String>) -> Option<String> {
    let mut arguments = arguments.skip_while(|argument| !argument.starts_with("--config"));
    let found = arguments.next()?;
    match found.strip_prefix("--config=") {
        Some(file) => Some(file.to_owned()),
        None if found == "--config" => arguments.next(),
        None => None,
    }
}

fn load(mut environment: BTreeMap<String, String>, common: &Common) -> Result<Config, ConfigError> {
    let mut set = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            environment.insert(name.to_owned(), value);
        }
    };
    set("GUICHET_CONFIG", common.config.clone());
    set("GUICHET__STORAGE__DATA_DIR", common.data_dir.clone());
    set(
        "GUICHET__HTTP__BIND",
        common.port.map(|port| format!("127.0.0.1:{port}")),
    );
    Config::load(environment)
}

fn openapi() -> ExitCode {
    match crate::http::routes::document().to_pretty_json() {
        Ok(document) => say(&document),
        Err(error) => fail(&error.to_string(), 1),
    }
}
