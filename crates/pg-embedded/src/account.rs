//! Which system account runs PostgreSQL, because it refuses to run as root.

use std::{
    fs, io,
    os::unix::{fs::MetadataExt, process::CommandExt},
    path::Path,
    process::{Command, Stdio},
};

use crate::{Binaries, ClusterError};

/// Accounts to drop to when we are root, best first. The id must exist in passwd, or PostgreSQL stops.
const UNPRIVILEGED: [&str; 2] = ["postgres", "nobody"];

/// An account of `/etc/passwd`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) name: String,
    pub(crate) uid: u32,
    pub(crate) gid: u32,
}

impl Account {
    /// The account to run PostgreSQL under; `None` means our own. A cluster that exists already keeps its owner, so
    /// that a folder first used without root can later be used with root.
    pub(crate) fn choose(existing_data: &Path) -> Result<Option<Self>, ClusterError> {
        if !is_root() {
            return Ok(None);
        }
        let accounts = read_passwd(&fs::read_to_string("/etc/passwd").unwrap_or_default());
        if let Ok(owner) = fs::metadata(existing_data).map(|data| data.uid())
            && owner != 0
            && let Some(account) = accounts.iter().find(|account| account.uid == owner)
        {
            return Ok(Some(account.clone()));
        }
        UNPRIVILEGED
            .iter()
            .find_map(|name| accounts.iter().find(|account| account.name == *name))
            .cloned()
            .map(Some)
            .ok_or(ClusterError::NoAccount)
    }
}

pub(crate) fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

fn read_passwd(text: &str) -> Vec<Account> {
    text.lines()
        .filter_map(|line| {
            let mut fields = line.split(':');
            let name = fields.next()?.to_owned();
            let uid = fields.nth(1)?.parse().ok()?;
            let gid = fields.next()?.parse().ok()?;
            Some(Account { name, uid, gid })
        })
        .collect()
}

/// One of PostgreSQL's programs, ready to run under `account` with a small, known environment.
pub(crate) fn command(binaries: &Binaries, name: &str, account: Option<&Account>) -> Command {
    let mut command = Command::new(binaries.program(name));
    // PGDATA, PGOPTIONS or TZ of the caller must not change what the cluster is.
    command
        .env_clear()
        .env("LC_ALL", "C.UTF-8")
        .env("TZ", "UTC");
    if let Some(path) = std::env::var_os("PATH") {
        command.env("PATH", path);
    }
    if let Some(lib) = binaries.library_dir() {
        command.env("LD_LIBRARY_PATH", lib);
    } else if let Some(lib) = std::env::var_os("LD_LIBRARY_PATH") {
        command.env("LD_LIBRARY_PATH", lib);
    }
    if let Some(account) = account {
        command.uid(account.uid).gid(account.gid);
    }
    // Our own current folder may be closed to the account.
    command.current_dir("/");
    command.stdin(Stdio::null());
    command
}

/// Whether `account` can run the programs at all.
pub(crate) fn check_programs(
    binaries: &Binaries,
    account: Option<&Account>,
) -> Result<(), ClusterError> {
    let Some(account) = account else {
        return Ok(());
    };
    run_version(binaries, account, Path::new("/")).map_err(|source| {
        ClusterError::ProgramsOutOfReach {
            account: account.name.clone(),
            dir: binaries.dir().to_owned(),
            source,
        }
    })
}

/// Whether `account` can enter `dir`, asked of the system itself, so that ACLs count too.
pub(crate) fn can_enter(binaries: &Binaries, account: &Account, dir: &Path) -> bool {
    run_version(binaries, account, dir).is_ok()
}

fn run_version(binaries: &Binaries, account: &Account, dir: &Path) -> io::Result<()> {
    // The child changes its folder after it changed its user, so a closed folder fails the spawn.
    let status = command(binaries, "postgres", Some(account))
        .arg("--version")
        .current_dir(dir)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()?;
    if status.success() {
        Ok(())
    } else {
        Err(io::Error::other(format!(
            "`postgres --version` failed ({status})"
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwd_lines_give_name_user_and_group() {
        let accounts = read_passwd(
            "root:x:0:0:root:/root:/bin/bash\nbroken\nnobody:x:65534:65533::/:/usr/sbin/nologin\n",
        );
        assert_eq!(accounts.len(), 2);
        assert_eq!(
            accounts[1],
            Account {
                name: "nobody".into(),
                uid: 65534,
                gid: 65533
            }
        );
    }
}
