//! The command line: one file per command. `output` writes for all of them, `open_desk` opens the shop's data for
//! those that need it. To add one: a file with its `run`, a variant of [`Command`] and its arm in [`run`].

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
mod serve;
mod token;

use std::collections::BTreeMap;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use settings::{Config, ConfigError};

use self::output::{fail, say};

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
    let cli = Cli::parse();
    if matches!(cli.command, Some(Command::Openapi)) {
        return openapi();
    }
    let config = match load(&cli.common) {
        Ok(config) => config,
        Err(error) => return fail(&error.to_string(), 2),
    };
    crate::process::telemetry::start_logging(config.log.format);
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

fn load(common: &Common) -> Result<Config, ConfigError> {
    let mut environment: BTreeMap<String, String> = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
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
    match crate::http::openapi::api().to_pretty_json() {
        Ok(document) => say(&document),
        Err(error) => fail(&error.to_string(), 1),
    }
}
