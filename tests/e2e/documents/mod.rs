//! What the documents tell people to paste into a terminal works when it is pasted.
//!
//! Each document is one terminal beside a running server with the demonstration shop: its shell
//! blocks run in their order, all of them twice. A block that cannot run says why in its fence,
//! ` ```sh skip="the reason"`. A program that is not on this machine skips the blocks that name it, aloud.

mod blocks;
mod terminal;

use std::fs;
use std::path::{Path, PathBuf};

use blocks::blocks;
use terminal::Terminal;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn text(document: &str) -> String {
    fs::read_to_string(root().join(document)).expect("a document of this project")
}

/// `README.md` and every Markdown file below `docs/`.
fn documents() -> Vec<String> {
    let mut found = vec!["README.md".to_owned()];
    let mut folders = vec![PathBuf::from("docs")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(root().join(&folder))
            .expect("a folder")
            .flatten()
        {
            let path = folder.join(entry.file_name());
            if entry.path().is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == "md") {
                found.push(path.display().to_string());
            }
        }
    }
    found.sort();
    found
}

#[test]
fn every_shell_block_runs_in_a_test_or_says_why_not() {
    let runs = ["README.md", "docs/OPERATIONS.md"];
    for document in documents() {
        for block in blocks(&text(&document)) {
            let at = format!("{document}:{}", block.line);
            assert!(
                block.skip.as_ref().is_none_or(|why| why.len() > 10),
                "{at}: why?"
            );
            assert!(
                block.skip.is_some() || runs.contains(&document.as_str()),
                "{at} runs in no test: name the document in `runs` and give it one"
            );
        }
    }
}

#[test]
fn the_settings_the_operations_guide_begins_with_are_settings() {
    let guide = text("docs/OPERATIONS.md");
    let (_, after) = guide.split_once("```ini\n").expect("the settings");
    let (block, _) = after.split_once("```").expect("its end");
    let settings = block.lines().map(|line| {
        let (name, rest) = line.split_once('=').expect("a variable");
        let value = rest.split("  ").next().unwrap_or_default();
        (
            name.to_owned(),
            value.replace('…', "0123456789abcdef0123456789abcdef"),
        )
    });
    settings::Config::load(settings).expect("a configuration");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_readme_says_to_paste_works_every_time() {
    Terminal::beside_a_server()
        .await
        .paste_twice("README.md")
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_operations_guide_says_to_paste_works_every_time() {
    Terminal::beside_a_server()
        .await
        .paste_twice("docs/OPERATIONS.md")
        .await;
}
