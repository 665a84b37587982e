//! `check-deps [--report]`: who may depend on whom, and how large things may grow. One file per rule, each with its
//! table or limits at its top; to add one: a file, a variant of [`Rule`], a line in [`breaches`].
//!
//! `--report` also prints how the house stands: lines, arrows of the shell, permissions nobody uses.

mod circles;
mod crates;
mod limits;
mod rooms;
mod unused;

use std::fmt;

use crate::{
    run::{self, Failure, Outcome},
    source::{self, Crate},
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rule {
    /// Crates and outside crates.
    Crate,
    /// Rooms of the shell.
    Room,
    /// Files that name each other in a ring.
    Circle,
    /// Lines of a file, of a function, of the shell.
    Limit,
    /// `foo.rs` beside `foo/`.
    Folder,
    /// A dependency that nothing names.
    Unused,
}

impl fmt::Display for Rule {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(match self {
            Self::Crate => "crate",
            Self::Room => "room",
            Self::Circle => "circle",
            Self::Limit => "limit",
            Self::Folder => "folder",
            Self::Unused => "unused",
        })
    }
}

pub(crate) fn run(arguments: &[String]) -> Outcome {
    let report = match arguments {
        [] => false,
        [word] if word == "--report" => true,
        _ => return Err(Failure::usage("check-deps takes nothing, or --report")),
    };
    let product = source::product(&run::root())?;
    if report {
        limits::report(&product);
        rooms::report(&product);
        circles::report(&product);
    }
    let found = breaches(&product)?;
    if found.is_empty() {
        println!(
            "    {} crates, {} files",
            product.len(),
            product.iter().map(|one| one.files.len()).sum::<usize>()
        );
        return Ok(());
    }
    let lines: Vec<String> = found
        .iter()
        .map(|(rule, text)| format!("{rule}: {text}"))
        .collect();
    Err(Failure::new(format!(
        "not allowed:\n  {}",
        lines.join("\n  ")
    )))
}

fn breaches(product: &[Crate]) -> Outcome<Vec<(Rule, String)>> {
    let root = run::root();
    let found = [
        (Rule::Crate, crates::breaches()?),
        (Rule::Room, rooms::breaches(product)),
        (Rule::Circle, circles::breaches(product)),
        (Rule::Limit, limits::breaches(product)),
        (Rule::Folder, limits::doubled(&root, product)),
        (Rule::Unused, unused::breaches(&root, product)?),
    ];
    Ok(found
        .into_iter()
        .flat_map(|(rule, texts)| texts.into_iter().map(move |text| (rule, text)))
        .collect())
}
