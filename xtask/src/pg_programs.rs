//! What makes a folder one of PostgreSQL's programs. Apart from `postgres`, which looks for them, so that `db_fetch` can
//! ask it of what it fetched.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

pub(crate) const OLDEST_MAJOR: u32 = 15;

/// `<root>/<major>/bin`, highest version first.
pub(crate) fn by_version(root: &Path) -> Vec<PathBuf> {
    let mut versions: Vec<(u32, PathBuf)> = fs::read_dir(root)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            Some((
                entry.file_name().to_str()?.parse().ok()?,
                entry.path().join("bin"),
            ))
        })
        .collect();
    versions.sort_by_key(|(major, _)| std::cmp::Reverse(*major));
    versions.into_iter().map(|(_, dir)| dir).collect()
}

/// The major version, when both programs are there, run, and are new enough.
pub(crate) fn usable(dir: &Path) -> Option<u32> {
    ["initdb", "postgres"]
        .iter()
        .all(|name| dir.join(name).is_file())
        .then_some(())?;
    let versions = ["initdb", "postgres"].map(|name| version(dir, name));
    let [Some(major), Some(_)] = versions else {
        return None;
    };
    (major >= OLDEST_MAJOR).then_some(major)
}

fn version(dir: &Path, name: &str) -> Option<u32> {
    let mut command = Command::new(dir.join(name));
    command.arg("--version");
    // Fetched programs bring their libraries along; `pg-embedded` sets the same.
    if let Some(lib) = dir.parent().map(|parent| parent.join("lib"))
        && lib.join("libpq.so.5").exists()
    {
        command.env("LD_LIBRARY_PATH", lib);
    }
    let output = command.output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let digits = text
        .split_once(") ")?
        .1
        .split(|c: char| !c.is_ascii_digit())
        .next()?;
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_without_a_server_is_not_usable() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("initdb"), "").unwrap();
        assert_eq!(usable(dir.path()), None);
    }

    #[test]
    fn versions_are_compared_as_numbers() {
        let root = tempfile::tempdir().unwrap();
        for major in ["9", "15", "notes"] {
            fs::create_dir(root.path().join(major)).unwrap();
        }
        let found = by_version(root.path());
        assert_eq!(
            found,
            [root.path().join("15/bin"), root.path().join("9/bin")]
        );
    }
}
