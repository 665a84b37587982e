//! `bench`: release build, then the load generator with its own cluster. Its arguments are passed on.

use std::process::Command;

use crate::{
    postgres,
    run::{self, Outcome},
};

pub(crate) fn run(arguments: &[String]) -> Outcome {
    let bin_dir = postgres::ensure()?;
    run::step(
        "build in release mode",
        &mut run::cargo([
            "build",
            "--release",
            "-p",
            "guichet",
            "-p",
            "guichet-tests",
            "--bins",
        ]),
    )?;
    run::step(
        "bench",
        Command::new(run::built("release", "guichet-bench"))
            .args(arguments)
            .current_dir(run::root())
            .env("PG_BIN_DIR", bin_dir),
    )
}
