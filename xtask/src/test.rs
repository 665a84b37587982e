//! `test`, `test-e2e`, `test-faults`. The test kit starts its own throw-away cluster; it only needs to know the programs.

use std::process::Command;

use crate::{
    postgres,
    run::{self, Outcome},
};

/// Every test of the workspace.
pub(crate) fn all(arguments: &[String]) -> Outcome {
    test("tests", &["--workspace"], arguments)
}

/// Real sockets, real clients.
pub(crate) fn end_to_end(filter: &[String]) -> Outcome {
    test(
        "end-to-end tests",
        &["-p", "guichet-tests", "--test", "e2e"],
        filter,
    )
}

/// Kill, cut, fill. They say what they measured, and mostly wait, so more run at a time than there are cores. The
/// target has `test = false`, so `all` leaves them out.
pub(crate) fn faults(filter: &[String]) -> Outcome {
    let how = ["--", "--nocapture", "--test-threads=8"].map(str::to_owned);
    test(
        "fault tests",
        &["-p", "guichet-tests", "--test", "faults"],
        &[filter, &how].concat(),
    )
}

fn test(what: &str, selection: &[&str], arguments: &[String]) -> Outcome {
    let bin_dir = postgres::ensure()?;
    // The kill tests run the program itself, which `cargo test` alone does not build.
    run::step(
        "build the server",
        &mut run::cargo(["build", "-p", "guichet"]),
    )?;
    let mut command: Command = run::cargo(["test"]);
    command
        .args(selection)
        .args(arguments)
        .env("PG_BIN_DIR", bin_dir);
    run::step(what, &mut command)
}
