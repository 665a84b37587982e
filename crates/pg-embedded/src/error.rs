//! What can go wrong with a private cluster, in words for the person who started it.

use std::{io, path::PathBuf, process::ExitStatus};

/// Why a cluster did not start, or did not stop.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    /// A live process holds the folder's lock.
    #[error("another server already uses the data folder {}; stop it, or choose another folder", folder.display())]
    InUse {
        /// The folder both wanted.
        folder: PathBuf,
    },
    /// The folder holds data of another major version, which these programs cannot read.
    #[error(
        "the data folder {} was made by PostgreSQL {found}, and the programs found are version {programs}; \
         set PG_BIN_DIR to the programs of version {found}",
        folder.display()
    )]
    OtherVersion {
        /// The folder looked at.
        folder: PathBuf,
        /// The version that wrote the data.
        found: u32,
        /// The version of the programs at hand.
        programs: u32,
    },
    /// Real data would be run without durability, or throw-away data taken for real.
    #[error("the data folder {} was made for {made_for} data and cannot be opened for {asked_for} data", folder.display())]
    OtherPurpose {
        /// The folder looked at.
        folder: PathBuf,
        /// What its marker says.
        made_for: String,
        /// What the caller asked for.
        asked_for: &'static str,
    },
    /// PostgreSQL refuses to run as root, and no account to run it under exists.
    #[error(
        "PostgreSQL does not run as root, and neither `postgres` nor `nobody` exists here; start the server as another user"
    )]
    NoAccount,
    /// The account PostgreSQL is to run under cannot run the programs.
    #[error("the account `{account}` cannot run the programs in {}: {source}; make them readable to it, or set PG_BIN_DIR", dir.display())]
    ProgramsOutOfReach {
        /// The account's name.
        account: String,
        /// The folder of the programs.
        dir: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file or folder could not be made, read or changed.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// For example "create".
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A folder in the temp folder belongs to someone else, who could read what is put there.
    #[error("{} belongs to another account; remove it", path.display())]
    ForeignFolder {
        /// The folder in question.
        path: PathBuf,
    },
    /// `initdb` failed.
    #[error("PostgreSQL's initdb failed ({status}):\n{output}")]
    Initdb {
        /// How it ended.
        status: ExitStatus,
        /// What it wrote.
        output: String,
    },
    /// `postgres` ended before it was ready.
    #[error("PostgreSQL stopped while starting ({status}); the end of {}:\n{tail}", log.display())]
    Exited {
        /// How it ended.
        status: ExitStatus,
        /// Its log file.
        log: PathBuf,
        /// The log's last lines.
        tail: String,
    },
    /// `postgres` was not ready in time and was stopped.
    #[error("PostgreSQL was not ready after {waited_s} s; the end of {}:\n{tail}", log.display())]
    NotReady {
        /// Seconds waited.
        waited_s: u64,
        /// Its log file.
        log: PathBuf,
        /// The log's last lines.
        tail: String,
    },
    /// Processes of an earlier run hold the folder and do not end.
    #[error("PostgreSQL processes of an earlier run still use {} and do not end: {pids:?}", folder.display())]
    Leftover {
        /// The data folder.
        folder: PathBuf,
        /// Their process ids.
        pids: Vec<i32>,
    },
    /// The running server did not take the durability settings of a real cluster.
    #[error("PostgreSQL runs without `{setting}`, which real data needs; it was stopped")]
    NotDurable {
        /// The missing setting.
        setting: &'static str,
    },
}

impl ClusterError {
    /// For `map_err`: names the file with what was being done to it.
    pub(crate) fn io(
        action: &'static str,
        path: &std::path::Path,
    ) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io {
            action,
            path: path.to_owned(),
            source,
        }
    }
}
