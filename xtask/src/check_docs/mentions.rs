//! What a text names: targets of links, and paths and modules between backticks. Blocks of code are left out.

use std::fmt;

/// Every folder has one, so alone it names none.
const FOLDERS_OWN: &str = "mod.rs";

/// What makes a name without a slash one of a file.
const LONE: [&str; 2] = [".rs", ".md"];

/// … and one with a slash, besides a slash at its end.
const ENDINGS: [&str; 10] = [
    ".rs", ".md", ".toml", ".sql", ".json", ".svg", ".html", ".mjs", ".js", ".py",
];

/// Folders of the repository: what begins with one is a path whatever its ending.
const FOLDERS: [&str; 8] = [
    "apps",
    "crates",
    "docs",
    "fuzz",
    "migrations",
    "tests",
    "xtask",
    ".ci",
];

#[derive(Debug)]
pub(super) struct Mention {
    pub(super) line: usize,
    /// Lines that belong together have the same.
    pub(super) paragraph: usize,
    pub(super) named: Named,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Named {
    /// Without what follows a `#`.
    Link(String),
    Path(String),
    /// `store_pg::search::Part`
    Module(Vec<String>),
}

impl fmt::Display for Named {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Link(path) | Self::Path(path) => to.write_str(path),
            Self::Module(path) => to.write_str(&path.join("::")),
        }
    }
}

pub(super) fn of_markdown(text: &str) -> Vec<Mention> {
    let lines = text.lines().map(Some);
    gather(lines, true)
}

/// Links of these are names of Rust, which `cargo doc` looks at.
pub(super) fn of_module_docs(text: &str) -> Vec<Mention> {
    let lines = text
        .lines()
        .map(|line| line.trim_start().strip_prefix("//!"));
    gather(lines, false)
}

fn gather<'text>(
    lines: impl Iterator<Item = Option<&'text str>>,
    with_targets: bool,
) -> Vec<Mention> {
    let mut found = Vec::new();
    let mut in_code = false;
    let mut paragraph = 0;
    for (index, line) in lines.enumerate() {
        let Some(line) = line.map(str::trim) else {
            continue;
        };
        if line.starts_with("```") {
            in_code = !in_code;
        }
        if line.is_empty() || line.starts_with(['#', '|']) {
            paragraph += 1;
        }
        if in_code {
            continue;
        }
        let mut named = spans(line);
        if with_targets {
            named.extend(targets(line));
        }
        found.extend(named.into_iter().map(|named| Mention {
            line: index + 1,
            paragraph,
            named,
        }));
    }
    found
}

/// Every second piece between backticks.
fn spans(line: &str) -> Vec<Named> {
    line.split('`')
        .skip(1)
        .step_by(2)
        .filter_map(|span| path(span).or_else(|| module(span)))
        .collect()
}

fn path(span: &str) -> Option<Named> {
    let written_out = span
        .chars()
        .all(|letter| letter.is_ascii_alphanumeric() || "_-./".contains(letter));
    let first = span.split('/').next().unwrap_or_default();
    let hidden = first.is_empty() || (first.starts_with('.') && !FOLDERS.contains(&first));
    let ends = |endings: &[&str]| endings.iter().any(|ending| span.ends_with(ending));
    let is_path = if span.contains('/') {
        ends(&ENDINGS) || span.ends_with('/') || FOLDERS.contains(&first)
    } else {
        ends(&LONE) && span != FOLDERS_OWN
    };
    (written_out && !hidden && is_path).then(|| Named::Path(span.to_owned()))
}

fn module(span: &str) -> Option<Named> {
    let path: Vec<String> = span
        .trim_end_matches("()")
        .split("::")
        .map(str::to_owned)
        .collect();
    let is_name = |part: &String| {
        !part.is_empty()
            && part
                .chars()
                .all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
    };
    (path.len() > 1 && path.iter().all(is_name)).then_some(Named::Module(path))
}

/// Targets within the repository.
fn targets(line: &str) -> Vec<Named> {
    line.split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
        .filter(|target| !target.contains("://") && !target.starts_with("mailto:"))
        .map(|target| target.split('#').next().unwrap_or_default())
        .filter(|target| !target.is_empty())
        .map(|target| Named::Link(target.to_owned()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<String> {
        of_markdown(text)
            .iter()
            .map(|one| one.named.to_string())
            .collect()
    }

    #[test]
    fn paths_modules_and_links_are_named() {
        assert_eq!(
            names("`a/b.rs`, `c.rs`, `tests/bench`, `d/`, `e::f()`, [g](../h.md#i) ![j](k.svg)"),
            [
                "a/b.rs",
                "c.rs",
                "tests/bench",
                "d/",
                "e::f",
                "../h.md",
                "k.svg"
            ]
        );
    }

    #[test]
    fn other_words_are_not() {
        let text = "`GET /a/b`, `/a/`, `.guichet/`, `text/html`, `config.toml`, `a/<b>.rs`, `Vec<a::b>`, [x](https://y/z.md)";
        assert_eq!(names(text), Vec::<String>::new());
    }

    #[test]
    fn a_paragraph_ends_at_an_empty_line_a_heading_and_a_row() {
        let found = of_markdown("`a.rs`\n`b.rs`\n\n`c.rs`\n| `d.rs` |\n# `e.rs`\n");
        let paragraphs: Vec<usize> = found.iter().map(|one| one.paragraph).collect();
        assert_eq!(paragraphs, [0, 0, 1, 2, 3]);
    }
}
