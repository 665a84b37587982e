//! What lies where in the data folder, who may read it, and the lock that keeps a second server out.
//!
//! ```text
//! <data folder>/pg/            0700, owned by the account that runs PostgreSQL
//!   lock                       held by the server that uses the folder
//!   15/data                    the cluster, named by major version
//!   15/data.new                an initdb that was interrupted; removed on the next start
//!   15/purpose                 "real" or "throw-away"
//!   15/postgres.log
//!   15/socket                  unix socket, unless the path is too long for one
//! ```

use std::{
    env,
    fs::{self, File, Permissions, TryLockError},
    io,
    os::unix::fs::{MetadataExt, PermissionsExt, chown},
    path::{Path, PathBuf},
};

use crate::{
    Binaries, ClusterError, Purpose,
    account::{self, Account},
};

/// The system allows 107 bytes with the socket's own name; the rest is a margin.
const LONGEST_SOCKET_DIR: usize = 80;

/// Above this the log of earlier runs is set aside when a cluster starts, bytes.
const LARGEST_LOG: u64 = 8 * 1024 * 1024;

/// Where data goes that must outlive a restart of the machine, when root's own folder is closed to the account.
const LASTING_ROOT: &str = "/var/lib";

/// A locked, prepared folder. The lock ends with this value.
#[derive(Debug)]
pub(crate) struct Folder {
    root: PathBuf,
    versioned: PathBuf,
    pub(crate) socket_dir: PathBuf,
    pub(crate) account: Option<Account>,
    _lock: File,
}

impl Folder {
    /// Creates what is missing, takes the lock, and decides the account and the place of the socket.
    pub(crate) fn prepare(
        data_dir: &Path,
        binaries: &Binaries,
        purpose: Purpose,
    ) -> Result<Self, ClusterError> {
        fs::create_dir_all(data_dir).map_err(ClusterError::io("create", data_dir))?;
        let data_dir = &fs::canonicalize(data_dir).map_err(ClusterError::io("open", data_dir))?;
        let major = binaries.version().to_string();
        let account = Account::choose(&data_dir.join("pg").join(&major).join("data"))?;
        account::check_programs(binaries, account.as_ref())?;

        let root = place(data_dir, binaries, purpose, account.as_ref());
        private_dir(&root, account.as_ref())?;
        let lock = take_lock(&root)?;
        let versioned = root.join(&major);
        private_dir(&versioned, account.as_ref())?;
        let socket_dir = socket_dir(&versioned);
        private_dir(&socket_dir, account.as_ref())?;

        let folder = Self {
            root,
            versioned,
            socket_dir,
            account,
            _lock: lock,
        };
        folder.check_version(binaries.version(), purpose)?;
        folder.check_purpose(purpose)?;
        Ok(folder)
    }

    /// The folder that holds everything, `pg` in the data folder unless it had to move.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.versioned.join("data")
    }

    /// Where initdb works, so that an interrupted one never looks like a cluster.
    pub(crate) fn unfinished_data(&self) -> PathBuf {
        self.versioned.join("data.new")
    }

    pub(crate) fn log(&self) -> PathBuf {
        self.versioned.join("postgres.log")
    }

    /// Opened for appending, after a large one was set aside.
    pub(crate) fn open_log(&self) -> Result<File, ClusterError> {
        let log = self.log();
        if fs::metadata(&log).is_ok_and(|file| file.len() > LARGEST_LOG) {
            let old = log.with_extension("log.old");
            fs::rename(&log, &old).map_err(ClusterError::io("set aside", &log))?;
        }
        File::options()
            .create(true)
            .append(true)
            .open(&log)
            .map_err(ClusterError::io("open", &log))
    }

    /// The log's last lines, for an error message.
    pub(crate) fn log_tail(&self) -> String {
        let text = fs::read(self.log()).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let lines: Vec<&str> = text.lines().collect();
        lines
            .get(lines.len().saturating_sub(15)..)
            .unwrap_or_default()
            .join("\n")
    }

    /// Removes everything of the cluster, the socket's folder in the temp folder too.
    pub(crate) fn remove(self) -> Result<(), ClusterError> {
        if self.socket_dir.exists() {
            fs::remove_dir_all(&self.socket_dir)
                .map_err(ClusterError::io("remove", &self.socket_dir))?;
        }
        fs::remove_dir_all(&self.root).map_err(ClusterError::io("remove", &self.root))
    }

    /// Real data of another major version must not silently give way to an empty cluster.
    fn check_version(&self, programs: u32, purpose: Purpose) -> Result<(), ClusterError> {
        if purpose == Purpose::ThrowAway || self.data().exists() {
            return Ok(());
        }
        let newest = fs::read_dir(&self.root)
            .into_iter()
            .flatten()
            .flatten()
            .filter(|entry| entry.path().join("data").exists())
            .filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok())
            .max();
        match newest {
            Some(found) => Err(ClusterError::OtherVersion {
                folder: self.root.clone(),
                found,
                programs,
            }),
            None => Ok(()),
        }
    }

    /// Throw-away clusters run without fsync; a marker keeps that from ever happening to real data.
    fn check_purpose(&self, purpose: Purpose) -> Result<(), ClusterError> {
        let marker = self.versioned.join("purpose");
        if self.data().exists() {
            // Data without a marker is nobody's to throw away.
            let made_for =
                fs::read_to_string(&marker).unwrap_or_else(|_| Purpose::Real.name().to_owned());
            if made_for.trim() != purpose.name() {
                return Err(ClusterError::OtherPurpose {
                    folder: self.root.clone(),
                    made_for: made_for.trim().to_owned(),
                    asked_for: purpose.name(),
                });
            }
        }
        fs::write(&marker, purpose.name()).map_err(ClusterError::io("write", &marker))
    }
}

/// `pg` in the data folder, or a folder elsewhere when the account cannot enter the data folder (`/root` is 0700).
fn place(
    data_dir: &Path,
    binaries: &Binaries,
    purpose: Purpose,
    account: Option<&Account>,
) -> PathBuf {
    let Some(account) = account else {
        return data_dir.join("pg");
    };
    if account::can_enter(binaries, account, data_dir) {
        return data_dir.join("pg");
    }
    // The temp folder is emptied by the system, so it is not for data somebody means to keep.
    let parent = match purpose {
        Purpose::Real if Path::new(LASTING_ROOT).is_dir() => LASTING_ROOT.into(),
        _ => env::temp_dir(),
    };
    let moved = parent.join(format!("guichet-pg-{}", path_hash(data_dir)));
    tracing::warn!(
        data_dir = %data_dir.display(),
        instead = %moved.display(),
        account = account.name,
        "PostgreSQL's account cannot enter the data folder; the cluster is kept elsewhere"
    );
    moved
}

fn socket_dir(versioned: &Path) -> PathBuf {
    let inside = versioned.join("socket");
    if inside.as_os_str().len() <= LONGEST_SOCKET_DIR {
        return inside;
    }
    env::temp_dir().join(format!("guichet-socket-{}", path_hash(versioned)))
}

/// FNV-1a: the standard library's hash may change between releases, and the folder must be found again.
fn path_hash(path: &Path) -> String {
    let hash = path
        .as_os_str()
        .as_encoded_bytes()
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
        });
    format!("{hash:016x}")
}

/// Nobody but the account gets in: the cluster trusts whoever reaches its socket.
fn private_dir(dir: &Path, account: Option<&Account>) -> Result<(), ClusterError> {
    match fs::create_dir(dir) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            return Err(ClusterError::io("create", dir)(error));
        }
        _ => {}
    }
    let found = fs::symlink_metadata(dir).map_err(ClusterError::io("open", dir))?;
    let ours = rustix::process::geteuid().as_raw();
    let owner = account.map_or(ours, |account| account.uid);
    // In the temp folder anyone could have made the folder, or a link, before us.
    if !found.is_dir() || (found.uid() != owner && found.uid() != ours) {
        return Err(ClusterError::ForeignFolder {
            path: dir.to_owned(),
        });
    }
    if let Some(account) = account {
        chown(dir, Some(account.uid), Some(account.gid))
            .map_err(ClusterError::io("change the owner of", dir))?;
    }
    fs::set_permissions(dir, Permissions::from_mode(0o700)).map_err(ClusterError::io("close", dir))
}

fn take_lock(root: &Path) -> Result<File, ClusterError> {
    let path = root.join("lock");
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(ClusterError::io("open", &path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(ClusterError::InUse {
            folder: root.to_owned(),
        }),
        Err(TryLockError::Error(error)) => Err(ClusterError::io("lock", &path)(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_path_moves_the_socket_to_the_temp_folder_and_always_to_the_same_place() {
        let short = Path::new("/srv/guichet/pg/15");
        assert_eq!(socket_dir(short), short.join("socket"));
        let long = PathBuf::from(format!("/srv/{}/pg/15", "x".repeat(90)));
        let moved = socket_dir(&long);
        assert!(
            moved.as_os_str().len() <= LONGEST_SOCKET_DIR + 27,
            "{}",
            moved.display()
        );
        assert_eq!(moved, socket_dir(&long));
        assert_eq!(path_hash(Path::new("a")), "af63dc4c8601ec8c");
    }

    #[test]
    fn a_link_in_place_of_a_private_folder_is_refused() {
        let temp = tempfile::tempdir().unwrap();
        let target = temp.path().join("target");
        fs::create_dir(&target).unwrap();
        let link = temp.path().join("link");
        std::os::unix::fs::symlink(&target, &link).unwrap();
        assert!(matches!(
            private_dir(&link, None),
            Err(ClusterError::ForeignFolder { .. })
        ));
    }
}
