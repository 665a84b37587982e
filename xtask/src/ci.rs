//! `ci`: everything a change must pass, in order of how soon it fails. Stops at the first failure with its exit code.

use std::time::Instant;

use crate::{
    check_deps, check_docs, openapi,
    run::{self, Outcome},
    test,
};

pub(crate) fn run() -> Outcome {
    let started = Instant::now();
    run::step("format", &mut run::cargo(["fmt", "--all", "--check"]))?;
    run::timed("dependencies", || check_deps::run(&[]))?;
    run::timed("paths in documents", check_docs::run)?;
    deny()?;
    run::step(
        "lint",
        &mut run::cargo([
            "clippy",
            "--workspace",
            "--all-targets",
            "--",
            "-D",
            "warnings",
        ]),
    )?;
    // Private items too: most links stand in comments on them, and only so are they looked at.
    run::step(
        "documentation",
        run::cargo([
            "doc",
            "--workspace",
            "--no-deps",
            "--document-private-items",
            "--keep-going",
        ])
        .env("RUSTDOCFLAGS", "-D warnings"),
    )?;
    run::timed("OpenAPI document", || openapi::run(&["--check".to_owned()]))?;
    test::all(&[])?;
    println!(
        "==> everything passed in {:.0} s",
        started.elapsed().as_secs_f64()
    );
    Ok(())
}

/// Licences, sources and known vulnerabilities. A missing tool or network is said aloud, never taken for a pass.
fn deny() -> Outcome {
    let deny = |arguments: &[&str]| run::cargo([&["deny"], arguments].concat());
    if run::output(&mut deny(&["--version"])).is_err() {
        println!(
            "==> cargo-deny: SKIPPED, it is not installed; `cargo install --locked cargo-deny` adds it"
        );
        return Ok(());
    }
    run::step(
        "licences, bans, sources",
        &mut deny(&["check", "licenses", "bans", "sources"]),
    )?;
    if let Err(failure) = run::output(&mut deny(&["fetch", "db"])) {
        let reason = failure
            .message
            .lines()
            .next()
            .unwrap_or_default()
            .to_owned();
        println!("==> advisories: SKIPPED, the advisory database is out of reach ({reason})");
        return Ok(());
    }
    run::step("advisories", &mut deny(&["check", "advisories"]))
}
