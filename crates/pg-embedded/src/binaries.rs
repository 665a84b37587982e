//! Where PostgreSQL's programs are. To look in one more place, extend [`Places::candidates`].

use std::{
    env,
    ffi::OsString,
    fs, io,
    path::{Path, PathBuf},
    process::Command,
};

/// The oldest major version the SQL of this project runs on.
pub const OLDEST_MAJOR: u32 = 15;

/// Debian and Ubuntu put each major version in a folder of its own, outside `PATH`.
const DEBIAN_ROOT: &str = "/usr/lib/postgresql";

/// No usable PostgreSQL programs. The text is meant for the person who started the program.
#[derive(Debug, thiserror::Error)]
pub enum NotFound {
    /// Nothing in any of the usual places.
    #[error(
        "PostgreSQL's programs (initdb and postgres, version {OLDEST_MAJOR} or newer) were not found in PG_BIN_DIR, pg_config, PATH \
         or {DEBIAN_ROOT}.{} Do one of: `cargo xtask dev` (fetches them into this project, installs nothing), \
         `apt-get install postgresql`, set PG_BIN_DIR to the folder that holds them, or set DATABASE_URL to a running server.",
        too_old.as_ref().map(|(dir, major)| format!(" The version in {} is {major}, too old.", dir.display())).unwrap_or_default()
    )]
    Nowhere {
        /// A complete but too old version that was passed over, if any.
        too_old: Option<(PathBuf, u32)>,
    },
    /// `PG_BIN_DIR` was given, so nothing else was tried.
    #[error(
        "PG_BIN_DIR is {}, which {reason}. Set it to a folder with initdb and postgres of version {OLDEST_MAJOR} or newer, \
         unset it to search the usual places, or set DATABASE_URL to a running server.",
        dir.display()
    )]
    Given {
        /// The value of `PG_BIN_DIR`.
        dir: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

/// PostgreSQL's programs of one major version, in one folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binaries {
    dir: PathBuf,
    major: u32,
}

impl Binaries {
    /// Looks in `PG_BIN_DIR`, `$PG_CONFIG` or `pg_config --bindir`, each entry of `PATH`, and the highest
    /// `/usr/lib/postgresql/*/bin`. A folder counts only with both `initdb` and `postgres`: libpq's development package
    /// brings a `pg_config` without a server.
    pub fn find() -> Result<Self, NotFound> {
        Places::from_env().find()
    }

    /// The folder with `initdb` and `postgres`.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The major version, for example 15.
    pub fn version(&self) -> u32 {
        self.major
    }

    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    /// The programs' own shared libraries, where they were unpacked rather than installed.
    pub(crate) fn library_dir(&self) -> Option<PathBuf> {
        library_dir(&self.dir)
    }

    fn at(dir: &Path) -> Result<Self, Unusable> {
        for name in ["initdb", "postgres"] {
            if !dir.join(name).is_file() {
                return Err(Unusable::Incomplete(name));
            }
        }
        let dir = fs::canonicalize(dir).map_err(Unusable::Unreadable)?;
        let major = major_of(&dir)?;
        if major < OLDEST_MAJOR {
            return Err(Unusable::TooOld(dir, major));
        }
        Ok(Self { dir, major })
    }
}

fn library_dir(bin_dir: &Path) -> Option<PathBuf> {
    let lib = bin_dir.parent()?.join("lib");
    lib.join("libpq.so.5").exists().then_some(lib)
}

fn major_of(dir: &Path) -> Result<u32, Unusable> {
    let mut command = Command::new(dir.join("postgres"));
    command.arg("--version");
    if let Some(lib) = library_dir(dir) {
        command.env("LD_LIBRARY_PATH", lib);
    }
    let output = command.output().map_err(Unusable::Unreadable)?;
    if !output.status.success() {
        return Err(Unusable::DoesNotRun(
            String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        ));
    }
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    parse_major(&text).ok_or(Unusable::DoesNotRun(text))
}

/// `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)` is 15, `18beta1` is 18.
fn parse_major(text: &str) -> Option<u32> {
    let version = text.split_once(") ")?.1;
    let digits = version.split(|c: char| !c.is_ascii_digit()).next()?;
    digits.parse().ok()
}

#[derive(Debug, thiserror::Error)]
enum Unusable {
    #[error("holds no `{0}`")]
    Incomplete(&'static str),
    #[error("cannot be read: {0}")]
    Unreadable(io::Error),
    #[error("holds a `postgres` that does not run: {0}")]
    DoesNotRun(String),
    #[error("holds version {1}")]
    TooOld(PathBuf, u32),
}

/// The places to look in, as values, so that tests need not change the process's environment.
#[derive(Debug, Default)]
struct Places {
    pg_bin_dir: Option<PathBuf>,
    pg_config: Option<PathBuf>,
    path: Option<OsString>,
    debian_root: PathBuf,
}

impl Places {
    fn from_env() -> Self {
        let set = |name| env::var_os(name).filter(|value| !value.is_empty());
        Self {
            pg_bin_dir: set("PG_BIN_DIR").map(PathBuf::from),
            pg_config: Some(set("PG_CONFIG").map_or_else(|| "pg_config".into(), PathBuf::from)),
            path: set("PATH"),
            debian_root: DEBIAN_ROOT.into(),
        }
    }

    fn find(&self) -> Result<Binaries, NotFound> {
        if let Some(dir) = &self.pg_bin_dir {
            return Binaries::at(dir).map_err(|reason| NotFound::Given {
                dir: dir.clone(),
                reason: reason.to_string(),
            });
        }
        let mut too_old = None;
        for dir in self.candidates() {
            match Binaries::at(&dir) {
                Ok(found) => return Ok(found),
                Err(Unusable::TooOld(dir, major)) => too_old = Some((dir, major)),
                Err(reason) => {
                    tracing::debug!(dir = %dir.display(), %reason, "no PostgreSQL programs here");
                }
            }
        }
        Err(NotFound::Nowhere { too_old })
    }

    fn candidates(&self) -> Vec<PathBuf> {
        let mut dirs: Vec<PathBuf> = self
            .pg_config
            .iter()
            .filter_map(|program| bindir(program))
            .collect();
        if let Some(path) = &self.path {
            dirs.extend(env::split_paths(path));
        }
        dirs.extend(debian_dirs(&self.debian_root));
        dirs
    }
}

fn bindir(pg_config: &Path) -> Option<PathBuf> {
    let output = Command::new(pg_config).arg("--bindir").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().into())
}

/// Highest version first, compared as numbers: 9 comes after 15.
fn debian_dirs(root: &Path) -> Vec<PathBuf> {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn fake_programs(dir: &Path, version: &str) {
        fs::create_dir_all(dir).unwrap();
        // Written by a process of its own: a file this one has open for writing may leak into another test's fork for a
        // moment, and cannot be run until that child is gone.
        let script = r#"for name in initdb postgres; do
            printf '#!/bin/sh\necho "postgres (PostgreSQL) %s"\n' "$2" > "$1/$name" && chmod 755 "$1/$name" || exit 1
        done"#;
        let status = Command::new("sh")
            .args(["-c", script, "sh"])
            .arg(dir)
            .arg(version)
            .status();
        assert!(status.unwrap().success());
    }

    #[test]
    fn major_version_is_read_from_releases_and_betas() {
        assert_eq!(
            parse_major("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)"),
            Some(15)
        );
        assert_eq!(parse_major("postgres (PostgreSQL) 18beta1"), Some(18));
        assert_eq!(parse_major("something else"), None);
    }

    #[test]
    fn highest_debian_version_wins_by_number() {
        let root = tempfile::tempdir().unwrap();
        for major in ["9", "15", "17"] {
            fake_programs(&root.path().join(major).join("bin"), &format!("{major}.1"));
        }
        let places = Places {
            debian_root: root.path().into(),
            ..Places::default()
        };
        assert_eq!(places.find().unwrap().version(), 17);
    }

    #[test]
    fn path_comes_before_debian_and_too_old_is_passed_over_and_named() {
        let root = tempfile::tempdir().unwrap();
        let old = root.path().join("old");
        fake_programs(&old, "14.9");
        let mut places = Places {
            path: Some(old.clone().into()),
            debian_root: root.path().join("debian"),
            ..Places::default()
        };
        let message = places.find().unwrap_err().to_string();
        assert!(
            message.contains("is 14, too old") && message.contains("cargo xtask dev"),
            "{message}"
        );

        fake_programs(&root.path().join("debian/16/bin"), "16.2");
        assert_eq!(places.find().unwrap().version(), 16);

        let newer = root.path().join("newer");
        fake_programs(&newer, "18.0");
        places.path = Some(env::join_paths([old, newer]).unwrap());
        assert_eq!(places.find().unwrap().version(), 18);
    }

    #[test]
    fn a_given_folder_is_used_or_refused_but_never_replaced() {
        let root = tempfile::tempdir().unwrap();
        let given = root.path().join("given");
        fake_programs(&root.path().join("debian/16/bin"), "16.2");
        fs::create_dir(&given).unwrap();
        fs::write(given.join("initdb"), "").unwrap();
        let places = Places {
            pg_bin_dir: Some(given.clone()),
            debian_root: root.path().join("debian"),
            ..Places::default()
        };
        let message = places.find().unwrap_err().to_string();
        assert!(message.contains("holds no `postgres`"), "{message}");

        fake_programs(&given, "17.0");
        assert_eq!(places.find().unwrap().version(), 17);
    }

    #[test]
    fn programs_of_this_machine_are_found() {
        assert!(Binaries::find().unwrap().version() >= OLDEST_MAJOR);
    }
}
