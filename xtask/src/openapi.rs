//! `openapi`: the committed document, written from the code or compared with it.

use std::{fs, process::Command};

use crate::run::{self, Failure, Outcome};

pub(crate) fn run(arguments: &[String]) -> Outcome {
    let check = match arguments {
        [] => false,
        [flag] if flag == "--check" => true,
        _ => return Err(Failure::usage("cargo xtask openapi [--check]")),
    };
    run::step(
        "build the server",
        &mut run::cargo(["build", "-p", "guichet"]),
    )?;
    let from_code = run::output(Command::new(run::built("debug", "guichet")).arg("openapi"))?;
    if from_code.trim().is_empty() {
        return Err(Failure::new("`guichet openapi` printed nothing"));
    }
    let path = run::root().join("docs").join("openapi.json");
    if !check {
        fs::write(&path, from_code).map_err(run::file_error("write", &path))?;
        println!("    wrote docs/openapi.json");
        return Ok(());
    }
    let committed = fs::read_to_string(&path).map_err(run::file_error("read", &path))?;
    match first_difference(&committed, &from_code) {
        None => Ok(()),
        Some(line) => Err(Failure::new(format!(
            "docs/openapi.json differs from the code, first in line {line}; run `cargo xtask openapi` and commit it"
        ))),
    }
}

/// The number of the first line that differs, from 1.
fn first_difference(committed: &str, from_code: &str) -> Option<usize> {
    if committed == from_code {
        return None;
    }
    let same = committed
        .lines()
        .zip(from_code.lines())
        .take_while(|(left, right)| left == right);
    Some(same.count() + 1)
}

#[cfg(test)]
mod tests {
    use super::first_difference;

    #[test]
    fn the_first_differing_line_is_named_also_at_the_end() {
        assert_eq!(first_difference("a\nb\n", "a\nb\n"), None);
        assert_eq!(first_difference("a\nb\n", "a\nc\n"), Some(2));
        assert_eq!(first_difference("a\n", "a\nb\n"), Some(2));
    }
}
