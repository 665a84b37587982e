//! Developer commands, one file each; this file only dispatches. To add one: a file with `pub(crate) fn run`, a line
//! in [`dispatch`], a line in [`USAGE`].
//!
//! Shared by the commands: `run` (child processes, steps, failures), `postgres` (where PostgreSQL's programs are) and
//! `source` (the product's modules and who names whom).
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line tool speaks on its terminal"
)]

mod bench;
mod check_deps;
mod check_docs;
mod ci;
mod db_fetch;
mod dev;
mod openapi;
mod pg_programs;
mod postgres;
mod run;
mod source;
mod test;

use std::process::ExitCode;

use run::{Failure, Outcome};

const USAGE: &str = "\
cargo xtask <command>

  dev [--port N] [--data-dir D]  build, load demo data, start the server, print what to try
  test [args]                    every test, on a private throw-away PostgreSQL
  test-e2e [filter]              the end-to-end tests only
  test-faults [filter]           kill, cut and fill: what a crash must not lose
  check-deps [--report]          who may depend on whom, and how large things may grow
  check-docs                     every path the documents name exists
  openapi [--check]              write docs/openapi.json, or compare it with the code
  ci                             everything a change must pass
  bench [args]                   release build and the load figures
  db fetch                       PostgreSQL's programs into var/, nothing installed

Environment: PG_BIN_DIR names the folder of PostgreSQL's programs.";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("xtask: {}", failure.message);
            ExitCode::from(failure.code)
        }
    }
}

fn dispatch(arguments: &[String]) -> Outcome {
    let Some((command, rest)) = arguments.split_first() else {
        return Err(Failure::usage(USAGE));
    };
    match command.as_str() {
        "dev" => dev::run(rest),
        "test" => test::all(rest),
        "test-e2e" => test::end_to_end(rest),
        "test-faults" => test::faults(rest),
        "check-deps" => check_deps::run(rest),
        "check-docs" => check_docs::run(),
        "openapi" => openapi::run(rest),
        "ci" => ci::run(),
        "bench" => bench::run(rest),
        "db" if rest.first().is_some_and(|word| word == "fetch") => db_fetch::run(),
        "help" | "--help" | "-h" => {
            println!("{USAGE}");
            Ok(())
        }
        unknown => Err(Failure::usage(&format!(
            "unknown command `{unknown}`\n\n{USAGE}"
        ))),
    }
}
