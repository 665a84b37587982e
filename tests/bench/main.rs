//! The load figures, measured from outside: `cargo xtask bench`.
//!
//! Starts a private durable PostgreSQL and the release build of `guichet` beside itself, loads them through
//! loopback, and prints one table. Everything it starts it stops. `--quick` halves the durations, `--only ROW` measures
//! one row (`contact`, `history`, `live`, `chat`, `idle`, `faq`, `faq-search`).
//!
//! - `contact`: `POST /api/support/contact` beside `pgbench` running the same SQL, and the server's memory;
//! - `history`: whether reading costs more with twenty times the tickets;
//! - `live`: from the answered POST to the event on a staff socket;
//! - `chat`: from the POST of a message to the event at its recipient, beside the npm `socket.io` server;
//! - `idle`: memory of thousands of connected users, beside the same;
//! - `faq`: an article from memory beside a bare actix route (`bare`) that answers the same bytes;
//! - `faq_search`: a search among 20,000 articles;
//! - `sockets`, `people`, `npm_peer`: light WebSocket clients, whom they speak for, and that server;
//! - `capture`, `log`, `pgbench`: the transaction as PostgreSQL's own log has it, and the script made of it;
//! - `http`, `load`: a client that costs little and the loops around it;
//! - `desk`, `server`, `proc`: what is started, and what the system says it used.
//!
//! To add a row: a module with one function that answers [`report::Row`]s, called in [`measure`].

mod bare;
mod capture;
mod chat;
mod contact;
mod desk;
mod durable_row;
mod faq;
mod faq_search;
mod history;
mod http;
mod idle;
mod live;
mod load;
mod log;
mod npm_peer;
mod people;
mod pgbench;
mod proc;
mod report;
mod server;
mod sockets;

use std::process::ExitCode;
use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use desk::Desk;
use report::Row;

/// A benchmark stops at the first thing that is not as expected; the text says what.
type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// What can be measured alone.
const ROWS: [&str; 7] = [
    "contact",
    "history",
    "live",
    "chat",
    "idle",
    "faq",
    "faq-search",
];

/// What the command line asks for.
struct Plan {
    quick: bool,
    only: Option<String>,
}

impl Plan {
    fn from_arguments() -> Outcome<Self> {
        let mut plan = Self {
            quick: false,
            only: None,
        };
        let mut arguments = std::env::args().skip(1);
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--quick" => plan.quick = true,
                "--only" => {
                    let row = arguments.next().unwrap_or_default();
                    if !ROWS.contains(&row.as_str()) {
                        return Err(format!("--only {}", ROWS.join("|")).into());
                    }
                    plan.only = Some(row);
                }
                other => {
                    return Err(format!("unknown argument {other}; [--quick] [--only ROW]").into());
                }
            }
        }
        Ok(plan)
    }

    fn wants(&self, row: &str) -> bool {
        self.only.as_deref().is_none_or(|only| only == row)
    }

    /// A duration of the full run, halved by `--quick`.
    fn lasting(&self, full: Duration) -> Duration {
        if self.quick { full / 2 } else { full }
    }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, argument, address, answer] = arguments.as_slice()
        && argument == bare::ARGUMENT
    {
        return finished(bare::serve(address, answer).map(|()| String::new()));
    }
    // One thread: the clients must leave the cores to what is measured.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    match runtime {
        Ok(runtime) => runtime.block_on(measured()),
        Err(error) => finished(Err(error.into())),
    }
}

async fn measured() -> ExitCode {
    finished(tokio::select! {
        measured = run() => measured,
        _ = tokio::signal::ctrl_c() => Err("interrupted".into()),
    })
}

fn finished(measured: Outcome<String>) -> ExitCode {
    match measured {
        Ok(table) => {
            println!("{table}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("guichet-bench: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Outcome<String> {
    let plan = Plan::from_arguments()?;
    raise_open_files()?;
    let mut desk = Desk::open()?;
    let measured = measure(&plan, &desk).await;
    desk.close()?;
    Ok(report::table(&measured?))
}

async fn measure(plan: &Plan, desk: &Desk) -> Outcome<Vec<Row>> {
    let mut rows = vec![report::surroundings(desk)];
    if plan.wants("contact") {
        rows.extend(contact::rows(plan, desk).await?);
    }
    if plan.wants("history") {
        rows.extend(history::rows(plan, desk).await?);
    }
    if plan.wants("live") {
        rows.extend(live::rows(plan, desk).await?);
    }
    if plan.wants("chat") {
        rows.extend(chat::rows(plan, desk).await?);
    }
    if plan.wants("idle") {
        rows.extend(idle::rows(plan, desk).await?);
    }
    if plan.wants("faq") {
        rows.extend(faq::rows(plan, desk).await?);
    }
    if plan.wants("faq-search") {
        rows.extend(faq_search::rows(plan, desk).await?);
    }
    Ok(rows)
}

/// Thousands of sockets are thousands of files here too.
fn raise_open_files() -> Outcome<()> {
    let maximum = getrlimit(Resource::Nofile).maximum;
    let current = maximum;
    setrlimit(Resource::Nofile, Rlimit { current, maximum })?;
    Ok(())
}

/// One line of progress.
fn say(line: impl std::fmt::Display) {
    eprintln!("  {line}");
}
