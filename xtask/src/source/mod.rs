//! The product's source as the checks see it: crates, their modules and files, and which file names which.
//!
//! Modules are followed from `lib.rs` (or `main.rs`) by their `mod` lines, so what only tests see is left out exactly.
//! `scan` reads one file, `imports` resolves names. Nothing is expanded: a path that a macro builds is not seen.

mod imports;
mod scan;
mod tokens;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use crate::run::{self, Failure, Outcome};

pub(crate) use scan::{Function, words};

/// Under this name a `main.rs` stands beside a `lib.rs`; no module can be called so.
const PROGRAM: &str = "main.rs";

/// A crate of ours, without its tests.
#[derive(Debug)]
pub(crate) struct Crate {
    /// As in a path of Rust: `store_pg`.
    pub(crate) name: String,
    /// In the repository: `crates/store-pg`.
    pub(crate) folder: String,
    pub(crate) files: Vec<File>,
    modules: BTreeMap<Vec<String>, Module>,
}

#[derive(Debug)]
pub(crate) struct File {
    /// In the repository.
    pub(crate) path: String,
    /// Without those of inline tests.
    pub(crate) lines: usize,
    pub(crate) functions: Vec<Function>,
}

#[derive(Debug)]
struct Module {
    /// An index into the crate's files.
    file: usize,
    names: scan::Module,
}

/// Every crate of the product, and this one.
pub(crate) fn product(root: &Path) -> Outcome<Vec<Crate>> {
    let mut folders = vec!["apps/server".to_owned(), "xtask".to_owned()];
    let crates = root.join("crates");
    for entry in fs::read_dir(&crates)
        .map_err(run::file_error("read", &crates))?
        .flatten()
    {
        if entry.path().join("Cargo.toml").is_file() {
            folders.push(format!("crates/{}", entry.file_name().to_string_lossy()));
        }
    }
    folders.sort();
    folders
        .iter()
        .map(|folder| Crate::read(root, folder))
        .collect()
}

impl Crate {
    pub(crate) fn read(root: &Path, folder: &str) -> Outcome<Self> {
        let manifest = root.join(folder).join("Cargo.toml");
        let text = fs::read_to_string(&manifest).map_err(run::file_error("read", &manifest))?;
        let name = text
            .lines()
            .find_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'))
            .ok_or_else(|| Failure::new(format!("{} has no name", manifest.display())))?;
        let mut read = Self {
            name: name.replace('-', "_"),
            folder: folder.to_owned(),
            files: Vec::new(),
            modules: BTreeMap::new(),
        };
        let source = format!("{folder}/src");
        let here = |file: &str| root.join(&source).join(file).is_file();
        if here("lib.rs") {
            read.follow(root, &format!("{source}/lib.rs"), &[])?;
        }
        if here("main.rs") {
            let program = [PROGRAM.to_owned()];
            let module: &[String] = if here("lib.rs") { &program } else { &[] };
            read.follow(root, &format!("{source}/main.rs"), module)?;
        }
        Ok(read)
    }

    /// Reads a file and all that its `mod` lines lead to.
    fn follow(&mut self, root: &Path, path: &str, module: &[String]) -> Outcome {
        let place = root.join(path);
        let text = fs::read_to_string(&place).map_err(run::file_error("read", &place))?;
        let scanned =
            scan::scan(&text).map_err(|error| Failure::new(format!("{path}: {error}")))?;
        let file = self.files.len();
        self.files.push(File {
            path: path.to_owned(),
            lines: text.lines().count().saturating_sub(scanned.test_lines),
            functions: scanned.functions,
        });
        for mut names in scanned.modules {
            let inner = std::mem::take(&mut names.path);
            let full = [module, inner.as_slice()].concat();
            let children = names.children.clone();
            self.modules.insert(full.clone(), Module { file, names });
            for child in children {
                let below = folder_of_children(path, &inner);
                let places = [
                    format!("{below}/{child}.rs"),
                    format!("{below}/{child}/mod.rs"),
                ];
                let found = places
                    .iter()
                    .find(|place| root.join(place).is_file())
                    .ok_or_else(|| Failure::new(format!("{path}: no file of `mod {child}`")))?;
                self.follow(root, found, &[full.as_slice(), &[child]].concat())?;
            }
        }
        Ok(())
    }

    /// Which file names which, by their places in `files`; nothing names itself.
    pub(crate) fn arrows(&self) -> BTreeMap<usize, BTreeSet<usize>> {
        let mut arrows: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
        for (path, module) in &self.modules {
            let targets = self.named_by(path, &module.names);
            arrows
                .entry(module.file)
                .or_default()
                .extend(targets.into_iter().filter(|target| *target != module.file));
        }
        arrows
    }

    /// Whether outside code is named so anywhere in the product's code: a crate, mostly.
    pub(crate) fn names(&self, word: &str) -> bool {
        self.modules.values().any(|module| {
            let names = &module.names;
            let imported = names
                .imports
                .iter()
                .filter_map(|import| import.path.first());
            names.words.contains(word) || imported.into_iter().any(|first| first == word)
        })
    }

    /// Whether `store_pg::search::Part` and the like stands for something. Below a type nothing is looked at.
    pub(crate) fn has(&self, path: &[String]) -> bool {
        self.resolve(&[], path, 0)
            .is_some_and(|found| found.is_defined)
    }

    pub(crate) fn file(&self, index: usize) -> &str {
        self.files.get(index).map_or("", |file| file.path.as_str())
    }
}

fn folder_of_children(path: &str, inner: &[String]) -> String {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let mut below = folder.to_owned();
    if !matches!(name, "lib.rs" | "main.rs" | "mod.rs") {
        below = format!("{below}/{}", name.trim_end_matches(".rs"));
    }
    for module in inner {
        below = format!("{below}/{module}");
    }
    below
}

#[cfg(test)]
pub(crate) mod testing;
