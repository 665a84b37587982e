//! Where PostgreSQL's programs are. The same places in the same order as the crate `pg-embedded`, which we do not
//! depend on so that a change there does not rebuild us; the answer is handed to children as `PG_BIN_DIR`.
//!
//! `XTASK_IGNORE_SYSTEM_POSTGRES=1` skips all places but `PG_BIN_DIR` and the fetched programs, to try fetching on a
//! machine that has PostgreSQL.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    db_fetch,
    pg_programs::{OLDEST_MAJOR, by_version, usable},
    run::{Failure, Outcome},
};

/// The folder of the programs, fetched when there are none.
pub(crate) fn ensure() -> Outcome<PathBuf> {
    if let Some(given) = env::var_os("PG_BIN_DIR").filter(|value| !value.is_empty()) {
        let dir = PathBuf::from(given);
        return usable(&dir).map(|_| dir.clone()).ok_or_else(|| {
            Failure::new(format!(
                "PG_BIN_DIR is {}, which has no initdb and postgres of version {OLDEST_MAJOR} or newer",
                dir.display()
            ))
        });
    }
    if env::var_os("XTASK_IGNORE_SYSTEM_POSTGRES").is_none()
        && let Some(dir) = installed()
    {
        return Ok(dir);
    }
    match db_fetch::fetched() {
        Some(dir) => Ok(dir),
        None => db_fetch::fetch(),
    }
}

fn installed() -> Option<PathBuf> {
    let pg_config = env::var_os("PG_CONFIG").unwrap_or_else(|| "pg_config".into());
    let bindir = Command::new(pg_config)
        .arg("--bindir")
        .output()
        .ok()
        .filter(|output| output.status.success())
        .map(|output| PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()));
    let path = env::var_os("PATH").unwrap_or_default();
    bindir
        .into_iter()
        .chain(env::split_paths(&path))
        .chain(by_version(Path::new("/usr/lib/postgresql")))
        .find(|dir| usable(dir).is_some())
}
