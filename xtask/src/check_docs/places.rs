//! Where a path of a document may lead: beside the document, from a root everybody knows, or near what the same
//! paragraph named before.

use std::path::{Path, PathBuf};

/// Short forms begin here; the sources of each crate are added.
const ROOTS: [&str; 7] = [
    "",
    "apps/server/src",
    "apps/server",
    "crates",
    "tests",
    "tests/src",
    "xtask/src",
];

/// Folders that a server or a checkout makes while it runs, and routes written without their first slash.
const NOT_OURS: [&str; 3] = ["mail/", "pg/", "var/"];

pub(super) struct Places<'root> {
    root: &'root Path,
    /// The document's folder.
    beside: PathBuf,
    roots: Vec<PathBuf>,
    /// Folders of what this paragraph named.
    near: Vec<PathBuf>,
}

impl<'root> Places<'root> {
    pub(super) fn of(root: &'root Path, document: &str, is_module: bool) -> Self {
        let beside = Path::new(document)
            .parent()
            .unwrap_or(Path::new(""))
            .to_owned();
        let mut roots: Vec<PathBuf> = ROOTS.iter().map(PathBuf::from).collect();
        let crates = root
            .join("crates")
            .read_dir()
            .into_iter()
            .flatten()
            .flatten();
        roots.extend(crates.map(|entry| Path::new("crates").join(entry.file_name()).join("src")));
        roots.push(beside.clone());
        // A module may name its neighbours, and its crate's other files from the crate's folder.
        if is_module {
            roots.extend(beside.ancestors().map(Path::to_owned));
            roots.push(Path::new(document).with_extension(""));
        }
        Self {
            root,
            beside,
            roots,
            near: Vec::new(),
        }
    }

    /// A new paragraph.
    pub(super) fn forget(&mut self) {
        self.near.clear();
    }

    /// A link is relative to its document.
    pub(super) fn beside(&self, path: &str) -> bool {
        self.root.join(&self.beside).join(path).exists()
    }

    pub(super) fn anywhere(&mut self, path: &str) -> bool {
        if NOT_OURS.iter().any(|folder| path.starts_with(folder)) {
            return true;
        }
        let found = self
            .roots
            .iter()
            .chain(&self.near)
            .map(|place| place.join(path))
            .find(|place| self.root.join(place).exists());
        let Some(found) = found else { return false };
        self.near.extend(
            found
                .ancestors()
                .skip(usize::from(!path.ends_with('/')))
                .filter(|folder| folder.components().count() > 1)
                .map(Path::to_owned),
        );
        true
    }
}
