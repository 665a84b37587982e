//! What a server killed with `kill -9` leaves behind: a postmaster on its way out, backends without one, a stale
//! `postmaster.pid`.
//!
//! PostgreSQL processes work inside their data folder, so `/proc/<pid>/cwd` tells which ones are ours; a process id
//! in `postmaster.pid` alone may by now belong to anybody.

use std::{fs, path::Path, time::Duration};

use rustix::process::{Pid, Signal, kill_process};

use crate::{ClusterError, postmaster::wait_until};

/// How long an unfinished shutdown may take before the next, harder signal.
const PATIENCE: Duration = Duration::from_secs(20);

const POLL: Duration = Duration::from_millis(10);

/// Returns once no process uses `data`. The caller holds the folder's lock, so nobody starts one meanwhile.
///
/// `postmaster.pid` goes only after that: removed under a living backend it would let two postmasters write one folder.
pub(crate) fn clear(data: &Path) -> Result<(), ClusterError> {
    let Ok(data) = fs::canonicalize(data) else {
        return Ok(());
    };
    let pid_file = data.join("postmaster.pid");
    // A postmaster asked to shut down waits for its backends; a crashed one's backends end by themselves.
    for signal in [Signal::INT, Signal::QUIT, Signal::KILL] {
        let left = processes_in(&data);
        if left.is_empty() {
            break;
        }
        tracing::warn!(folder = %data.display(), pids = ?left, signal = signal.as_raw(), "ending PostgreSQL processes of an earlier run");
        let postmaster = postmaster_pid(&pid_file);
        for pid in left {
            // Backends answer SIGINT by cancelling a query, so that one is for the postmaster alone.
            if signal != Signal::INT || Some(pid) == postmaster {
                send(pid, signal);
            }
        }
        wait_until(PATIENCE, POLL, || {
            processes_in(&data).is_empty().then_some(())
        });
    }
    let left = processes_in(&data);
    if !left.is_empty() {
        return Err(ClusterError::Leftover {
            folder: data,
            pids: left,
        });
    }
    if cfg!(target_os = "linux") && pid_file.exists() {
        tracing::info!(folder = %data.display(), "the last run did not end properly; PostgreSQL recovers from its log");
        fs::remove_file(&pid_file).map_err(ClusterError::io("remove", &pid_file))?;
    }
    Ok(())
}

fn send(pid: i32, signal: Signal) {
    if let Some(pid) = Pid::from_raw(pid)
        && let Err(error) = kill_process(pid, signal)
    {
        // Usually gone by itself in between.
        tracing::debug!(%pid, %error, "signal not delivered");
    }
}

fn postmaster_pid(pid_file: &Path) -> Option<i32> {
    fs::read_to_string(pid_file)
        .ok()?
        .lines()
        .next()?
        .trim()
        .parse()
        .ok()
}

fn processes_in(data: &Path) -> Vec<i32> {
    fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let pid = entry.file_name().to_str()?.parse().ok()?;
            let cwd = fs::read_link(entry.path().join("cwd")).ok()?;
            let program = fs::read_link(entry.path().join("exe")).ok()?;
            // A shell that stands in the folder is not PostgreSQL.
            (cwd == data && program.file_name()?.to_str()?.starts_with("postgres")).then_some(pid)
        })
        .collect()
}
