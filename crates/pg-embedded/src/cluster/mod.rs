//! A private cluster: prepared, started, addressed, stopped.

use std::{
    fs,
    path::{Path, PathBuf},
};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use rustix::process::Signal;

use crate::{
    Binaries, ClusterError, Purpose, account,
    folder::Folder,
    leftover,
    postmaster::{self, Postmaster},
};

/// The superuser of every cluster made here. It has no password: only the owner of the folder reaches the socket.
const USER: &str = "guichet";

/// The socket's name needs a port, and the socket's folder is ours alone.
const PORT: &str = "5432";

/// What must not be escaped in a URL's host or path.
const URL_PART: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// Said on the command line, which wins over anything in the folder's configuration files.
const DURABLE: [&str; 3] = ["fsync=on", "synchronous_commit=on", "full_page_writes=on"];

/// Nothing here survives a crash of the machine, and nothing needs to.
const THROW_AWAY: [&str; 7] = [
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "wal_level=minimal",
    "max_wal_senders=0",
    "shared_buffers=64MB",
    "max_connections=200",
];

/// What to start.
#[derive(Debug, Clone)]
pub struct ClusterOptions {
    /// The programs to run.
    pub binaries: Binaries,
    /// The application's data folder; the cluster lives in its `pg/<major>/data`. Created when missing.
    pub data_dir: PathBuf,
    /// Decides durability. A folder keeps the purpose it was made for.
    pub purpose: Purpose,
}

/// A running private cluster, reached by unix socket only. Stopped on drop, and by the system when this process dies.
#[derive(Debug)]
pub struct Cluster {
    // Before the folder: the process ends first, then the lock is released.
    postmaster: Postmaster,
    folder: Folder,
    purpose: Purpose,
}

impl Cluster {
    /// Starts the cluster in `options.data_dir`, making it first when there is none, and returns once it accepts
    /// connections: about 1 s for a new one, 0.1 s for an old one, longer after a crash. Blocks; a thread of its own
    /// keeps the process, so the calling thread may end.
    ///
    /// Run as root, PostgreSQL drops to the account `postgres`, else `nobody`.
    pub fn start(options: ClusterOptions) -> Result<Self, ClusterError> {
        let ClusterOptions {
            binaries,
            data_dir,
            purpose,
        } = options;
        let folder = Folder::prepare(&data_dir, &binaries, purpose)?;
        leftover::clear(&folder.data())?;
        if !folder.data().exists() {
            initdb(&binaries, &folder, purpose)?;
        }

        let mut command = account::command(&binaries, "postgres", folder.account.as_ref());
        command.arg("-D").arg(folder.data());
        command.arg("-k").arg(&folder.socket_dir);
        command.args(["-p", PORT]);
        for setting in settings(purpose) {
            command.args(["-c", setting]);
        }
        let log = folder.open_log()?;
        let stdout = log
            .try_clone()
            .map_err(ClusterError::io("open", &folder.log()))?;
        command.stdout(stdout).stderr(log);
        let postmaster = Postmaster::start(command, &folder)?;
        let cluster = Self {
            postmaster,
            folder,
            purpose,
        };
        cluster.check_durability()?;
        tracing::info!(
            folder = %cluster.folder.root().display(),
            version = binaries.version(),
            purpose = purpose.name(),
            account = cluster.folder.account.as_ref().map(|account| account.name.as_str()),
            pid = cluster.pid(),
            "private PostgreSQL cluster is ready"
        );
        Ok(cluster)
    }

    /// A connection URL for `database` over the unix socket. A new cluster has only the database `postgres`.
    pub fn url(&self, database: &str) -> String {
        let host = self.folder.socket_dir.to_string_lossy();
        format!(
            "postgres://{USER}@{}:{PORT}/{}",
            utf8_percent_encode(&host, URL_PART),
            utf8_percent_encode(database, URL_PART)
        )
    }

    /// The folder with the cluster and its log. Usually `pg` in the data folder; elsewhere when PostgreSQL's account
    /// cannot enter the data folder.
    pub fn folder(&self) -> &Path {
        self.folder.root()
    }

    /// The postmaster's process id.
    pub fn pid(&self) -> u32 {
        self.postmaster.pid()
    }

    /// False once the process has ended, by whatever cause.
    pub fn is_running(&mut self) -> bool {
        matches!(self.postmaster.exit_status(), Ok(None))
    }

    /// Fast shutdown: sessions end, a checkpoint is written. Usually 20 to 100 ms; after 30 s an immediate shutdown
    /// follows. Does nothing when the process has ended already.
    pub fn stop(&mut self) -> Result<(), ClusterError> {
        self.postmaster
            .stop()
            .map_err(ClusterError::io("stop PostgreSQL in", self.folder.root()))
    }

    /// Stops a throw-away cluster and deletes its folder, wherever that is. A real one is stopped and kept.
    pub fn discard(mut self) -> Result<(), ClusterError> {
        self.stop()?;
        match self.purpose {
            Purpose::Real => Ok(()),
            Purpose::ThrowAway => self.folder.remove(),
        }
    }

    /// PostgreSQL notes the options it really runs with in `postmaster.opts`.
    fn check_durability(&self) -> Result<(), ClusterError> {
        if self.purpose == Purpose::ThrowAway {
            return Ok(());
        }
        let path = self.folder.data().join("postmaster.opts");
        let options = fs::read_to_string(&path).map_err(ClusterError::io("read", &path))?;
        match DURABLE.iter().find(|setting| !options.contains(*setting)) {
            Some(setting) => Err(ClusterError::NotDurable { setting }),
            None => Ok(()),
        }
    }
}

fn settings(purpose: Purpose) -> impl Iterator<Item = &'static str> {
    let by_purpose: &[&str] = match purpose {
        Purpose::Real => &DURABLE,
        Purpose::ThrowAway => &THROW_AWAY,
    };
    let common: &[&str] = &[
        "listen_addresses=",
        "unix_socket_permissions=0700",
        "timezone=UTC",
        "log_timezone=UTC",
    ];
    common.iter().chain(by_purpose).copied()
}

fn initdb(binaries: &Binaries, folder: &Folder, purpose: Purpose) -> Result<(), ClusterError> {
    let unfinished = folder.unfinished_data();
    if unfinished.exists() {
        fs::remove_dir_all(&unfinished).map_err(ClusterError::io("remove", &unfinished))?;
    }
    tracing::info!(folder = %folder.root().display(), "making a new PostgreSQL cluster, about a second");
    let mut command = account::command(binaries, "initdb", folder.account.as_ref());
    command.arg("-D").arg(&unfinished);
    command.args([
        "-U",
        USER,
        "-A",
        "trust",
        "--locale=C.UTF-8",
        "-E",
        "UTF8",
        "--no-instructions",
    ]);
    command.arg(match purpose {
        Purpose::Real => "--data-checksums",
        Purpose::ThrowAway => "--no-sync",
    });
    postmaster::end_with_parent(&mut command, Signal::KILL);
    let output = command
        .output()
        .map_err(ClusterError::io("run", &binaries.program("initdb")))?;
    if !output.status.success() {
        let text = [output.stdout, output.stderr].concat();
        return Err(ClusterError::Initdb {
            status: output.status,
            output: String::from_utf8_lossy(&text).trim().to_owned(),
        });
    }
    let data = folder.data();
    fs::rename(&unfinished, &data).map_err(ClusterError::io("create", &data))
}

#[cfg(test)]
mod tests;
