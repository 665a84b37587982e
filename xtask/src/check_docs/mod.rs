//! `check-docs`: every path and module that the documents name exists. Read are `README.md`, `migrations/README.md`,
//! `docs/*.md`, the decision records and the `//!` docs of crates.
//!
//! A record says what was true when it was decided and is not rewritten when files move, so of records only links are
//! looked at; all else is alive and must be right. `mentions` finds what is named, `places` where it may be.

mod mentions;
mod places;

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{
    run::{self, Failure, Outcome},
    source::{self, Crate},
};
use mentions::{Mention, Named};
use places::Places;

const RECORDS: &str = "docs/adr/";

pub(crate) fn run() -> Outcome {
    let root = run::root();
    let product = source::product(&root)?;
    let documents = documents(&root)?;
    let mut found = Vec::new();
    for path in &documents {
        let place = root.join(path);
        let text = fs::read_to_string(&place).map_err(run::file_error("read", &place))?;
        found.extend(missing(&root, &product, path, &text));
    }
    if found.is_empty() {
        println!("    {} documents, every path exists", documents.len());
        return Ok(());
    }
    Err(Failure::new(format!(
        "named in the documents, and not there:\n  {}",
        found.join("\n  ")
    )))
}

/// All documents, by their paths in the repository.
fn documents(root: &Path) -> Outcome<Vec<String>> {
    let mut found = vec!["README.md".to_owned(), "migrations/README.md".to_owned()];
    for folder in ["docs", "docs/adr"] {
        below(root, Path::new(folder), "md", false, &mut found)?;
    }
    for folder in ["apps", "crates", "xtask", "tests"] {
        below(root, Path::new(folder), "rs", true, &mut found)?;
    }
    found.sort();
    Ok(found)
}

fn below(root: &Path, folder: &Path, ending: &str, deep: bool, into: &mut Vec<String>) -> Outcome {
    let place = root.join(folder);
    for entry in fs::read_dir(&place)
        .map_err(run::file_error("read", &place))?
        .flatten()
    {
        let path: PathBuf = folder.join(entry.file_name());
        if entry.path().is_dir() {
            if deep && !path.ends_with("node_modules") {
                below(root, &path, ending, deep, into)?;
            }
        } else if path.extension().is_some_and(|found| found == ending) {
            into.push(path.to_string_lossy().into_owned());
        }
    }
    Ok(())
}

/// What one document names and nothing answers to, as `document:line: name`.
fn missing(root: &Path, product: &[Crate], document: &str, text: &str) -> Vec<String> {
    let mentions = if is_rust(document) {
        mentions::of_module_docs(text)
    } else {
        mentions::of_markdown(text)
    };
    let mut places = Places::of(root, document, is_rust(document));
    let mut paragraph = 0;
    let mut found = Vec::new();
    for mention in mentions {
        if mention.paragraph != paragraph {
            paragraph = mention.paragraph;
            places.forget();
        }
        if document.starts_with(RECORDS) && !matches!(mention.named, Named::Link(_)) {
            continue;
        }
        if !exists(&mention, &mut places, product) {
            found.push(format!("{document}:{}: {}", mention.line, mention.named));
        }
    }
    found
}

/// Its `//!` docs are read, and nothing else of it.
fn is_rust(document: &str) -> bool {
    Path::new(document)
        .extension()
        .is_some_and(|ending| ending == "rs")
}

fn exists(mention: &Mention, places: &mut Places<'_>, product: &[Crate]) -> bool {
    match &mention.named {
        Named::Link(path) => places.beside(path),
        Named::Path(path) => places.anywhere(path),
        Named::Module(path) => product
            .iter()
            .find(|one| path.first() == Some(&one.name))
            .is_none_or(|one| one.has(path)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::testing::{folder, shell};

    fn lost(document: &str, text: &str) -> Vec<String> {
        let root = folder(&[
            ("apps/server/src/http/routes.rs", ""),
            ("apps/server/src/events/told/tests.rs", ""),
            ("apps/server/src/events/told.rs", ""),
            ("crates/notify/src/policy.rs", ""),
            ("crates/notify/templates/a.txt", ""),
            ("docs/OTHER.md", ""),
        ]);
        let product = [shell(&[
            ("lib.rs", "pub mod http;"),
            ("http.rs", "pub struct Answer;"),
        ])];
        missing(root.path(), &product, document, text)
    }

    #[test]
    fn long_and_short_paths_are_found() {
        let text = "See `apps/server/src/http/routes.rs`, `http/routes.rs`, `notify/src/policy.rs` and `policy.rs`.\n\
                    The words are in `crates/notify/src/policy.rs` and `templates/`. [Other](OTHER.md#here)";
        assert_eq!(lost("docs/ONE.md", text), Vec::<String>::new());
    }

    #[test]
    fn what_is_gone_is_named_with_its_line() {
        let text = "# One\n\n`http/field.rs`, `crates/notify/src/gone.rs`\n\n`templates/` and [two](TWO.md)\n";
        assert_eq!(
            lost("docs/ONE.md", text),
            [
                "docs/ONE.md:3: http/field.rs",
                "docs/ONE.md:3: crates/notify/src/gone.rs",
                "docs/ONE.md:5: templates/",
                "docs/ONE.md:5: TWO.md"
            ]
        );
    }

    #[test]
    fn what_is_no_path_of_ours_is_left_alone() {
        let text = "`GET /api/messages`, `/stats`, `text/html`, `http/<resource>/<verb>.rs`, `.guichet/mail/`, `a::b`\n\
                    ```sh\ncat `gone/file.rs`\n```\n[site](https://example.org/x.rs) [here](#part)";
        assert_eq!(lost("docs/ONE.md", text), Vec::<String>::new());
    }

    #[test]
    fn of_a_record_only_links_are_looked_at() {
        let text = "`http/field.rs` [two](0002-two.md)";
        assert_eq!(
            lost("docs/adr/0001-one.md", text),
            ["docs/adr/0001-one.md:1: 0002-two.md"]
        );
    }

    #[test]
    fn docs_of_a_module_may_name_its_neighbours() {
        let text = "//! Tests are in `told/tests.rs`, not in `lost.rs`.\n// `other.rs`\n";
        assert_eq!(
            lost("apps/server/src/events/told.rs", text),
            ["apps/server/src/events/told.rs:1: lost.rs"]
        );
    }

    #[test]
    fn modules_of_our_crates_are_looked_up() {
        let text = "`shop::http::Answer`, `tokio::spawn`, `shop::http::Gone`";
        assert_eq!(
            lost("docs/ONE.md", text),
            ["docs/ONE.md:1: shop::http::Gone"]
        );
    }
}
