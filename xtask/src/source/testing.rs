//! Small crates on disk, for tests of the checks.

use std::fs;

use tempfile::TempDir;

use super::Crate;

/// A folder with these files.
pub(crate) fn folder(files: &[(&str, &str)]) -> TempDir {
    let root = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    root
}

/// The crate `shop` at `apps/server`, of these files of its `src`.
pub(crate) fn shell(files: &[(&str, &str)]) -> Crate {
    let placed: Vec<(String, &str)> = files
        .iter()
        .map(|(path, text)| (format!("apps/server/src/{path}"), *text))
        .collect();
    let mut all: Vec<(&str, &str)> = placed
        .iter()
        .map(|(path, text)| (path.as_str(), *text))
        .collect();
    all.push((
        "apps/server/Cargo.toml",
        "[package]\nname = \"shop\"\nversion = \"0.1.0\"\n",
    ));
    Crate::read(folder(&all).path(), "apps/server").unwrap()
}

/// Its arrows as `from -> to`, without the folder.
pub(crate) fn arrows(of: &Crate) -> Vec<String> {
    let short = |index: usize| of.file(index).trim_start_matches("apps/server/src/");
    of.arrows()
        .iter()
        .flat_map(|(from, targets)| {
            targets
                .iter()
                .map(move |to| format!("{} -> {}", short(*from), short(*to)))
        })
        .collect()
}
