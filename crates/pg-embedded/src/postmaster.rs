//! The `postgres` process itself: started so that it ends with us, awaited until ready, stopped within bounds.

use std::{
    fs, io,
    os::unix::process::CommandExt,
    path::Path,
    process::{Child, Command, ExitStatus},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};

use crate::{ClusterError, folder::Folder};

/// Crash recovery of a busy cluster may take minutes.
const START_LIMIT: Duration = Duration::from_mins(5);
const START_POLL: Duration = Duration::from_millis(5);
const STOP_POLL: Duration = Duration::from_millis(2);

/// How long each kind of stop may take: fast (ends sessions, writes a checkpoint), then immediate (recovers on the
/// next start), then none.
const STOP_STEPS: [(Signal, Duration); 3] = [
    (Signal::INT, Duration::from_secs(30)),
    (Signal::QUIT, Duration::from_secs(5)),
    (Signal::KILL, Duration::from_secs(5)),
];

/// A running `postgres`, stopped on drop.
#[derive(Debug)]
pub(crate) struct Postmaster {
    child: Child,
    /// The thread that started the process lives until this goes, see [`spawn`].
    _starter: mpsc::Sender<()>,
}

impl Postmaster {
    pub(crate) fn start(command: Command, folder: &Folder) -> Result<Self, ClusterError> {
        let program = command.get_program().to_owned();
        let (child, starter) =
            spawn(command).map_err(ClusterError::io("run", Path::new(&program)))?;
        let mut postmaster = Self {
            child,
            _starter: starter,
        };
        postmaster.wait_ready(folder)?;
        Ok(postmaster)
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn exit_status(&mut self) -> io::Result<Option<ExitStatus>> {
        self.child.try_wait()
    }

    /// Fast shutdown, then harder ones. Nothing to do when it ended already.
    pub(crate) fn stop(&mut self) -> io::Result<()> {
        for (signal, limit) in STOP_STEPS {
            if self.child.try_wait()?.is_some() {
                return Ok(());
            }
            if signal != Signal::INT {
                tracing::warn!(
                    pid = self.pid(),
                    signal = signal.as_raw(),
                    "PostgreSQL did not stop in time"
                );
            }
            // Our own child that we have not waited for: the id cannot have been given to another process.
            if let Some(pid) = self.raw_pid() {
                kill_process(pid, signal)?;
            }
            if let Some(ended) = wait_until(limit, STOP_POLL, || self.child.try_wait().transpose())
            {
                return ended.map(drop);
            }
        }
        Err(io::Error::other("the process did not end"))
    }

    fn raw_pid(&self) -> Option<Pid> {
        i32::try_from(self.child.id()).ok().and_then(Pid::from_raw)
    }

    fn wait_ready(&mut self, folder: &Folder) -> Result<(), ClusterError> {
        let pid_file = folder.data().join("postmaster.pid");
        let pid = self.child.id().to_string();
        let state = wait_until(START_LIMIT, START_POLL, || match self.child.try_wait() {
            Ok(Some(status)) => Some(Some(status)),
            _ => is_ready(&pid_file, &pid).then_some(None),
        });
        match state {
            Some(None) => Ok(()),
            Some(Some(status)) => Err(ClusterError::Exited {
                status,
                log: folder.log(),
                tail: folder.log_tail(),
            }),
            None => Err(ClusterError::NotReady {
                waited_s: START_LIMIT.as_secs(),
                log: folder.log(),
                tail: folder.log_tail(),
            }),
        }
    }
}

impl Drop for Postmaster {
    fn drop(&mut self) {
        if let Err(error) = self.stop() {
            tracing::error!(pid = self.pid(), %error, "PostgreSQL was not stopped");
        }
    }
}

/// Line 1 of `postmaster.pid` is the process, line 8 its state. The first matters: an old file may say "ready" too.
fn is_ready(pid_file: &Path, pid: &str) -> bool {
    let Ok(text) = fs::read_to_string(pid_file) else {
        return false;
    };
    let mut lines = text.lines().map(str::trim);
    lines.next() == Some(pid) && lines.nth(6) == Some("ready")
}

/// Starts the process on a thread of its own, which lives as long as the returned sender.
///
/// Linux sends the death signal when the *thread* that forked ends, and a runtime retires its idle blocking threads
/// after some seconds: started from one of those, PostgreSQL would vanish with it.
fn spawn(mut command: Command) -> io::Result<(Child, mpsc::Sender<()>)> {
    // Ctrl-C in the terminal is for us; we stop PostgreSQL after the last request.
    command.process_group(0);
    end_with_parent(&mut command, Signal::INT);
    let (starter, parked) = mpsc::channel::<()>();
    let (report, outcome) = mpsc::sync_channel(1);
    thread::Builder::new()
        .name("pg-embedded".into())
        .spawn(move || {
            if report.send(command.spawn()).is_ok() {
                // Nothing is ever sent: this returns when the postmaster is dropped.
                let _ = parked.recv();
            }
        })?;
    let child = outcome.recv().map_err(io::Error::other)??;
    Ok((child, starter))
}

/// Has the system send `signal` to the child when we die, even by `kill -9`.
pub(crate) fn end_with_parent(command: &mut Command, signal: Signal) {
    #[cfg(target_os = "linux")]
    {
        let parent = std::process::id();
        let hook = move || {
            rustix::process::set_parent_process_death_signal(Some(signal))?;
            // We may have died between fork and the line above.
            let now = rustix::process::getppid().map_or(0, Pid::as_raw_pid);
            if u32::try_from(now).is_ok_and(|now| now == parent) {
                Ok(())
            } else {
                Err(io::ErrorKind::NotConnected.into())
            }
        };
        #[expect(
            unsafe_code,
            reason = "pre_exec is the only place to set the death signal: after the change of user, before exec"
        )]
        // SAFETY: the hook makes two system calls and allocates nothing, so it is sound between fork and exec.
        unsafe {
            command.pre_exec(hook);
        }
    }
    #[cfg(not(target_os = "linux"))]
    let _ = (command, signal);
}

/// Asks `probe` every `poll` until it answers or `limit` is over.
pub(crate) fn wait_until<T>(
    limit: Duration,
    poll: Duration,
    mut probe: impl FnMut() -> Option<T>,
) -> Option<T> {
    let started = Instant::now();
    loop {
        if let Some(answer) = probe() {
            return Some(answer);
        }
        if started.elapsed() >= limit {
            return None;
        }
        #[expect(
            clippy::disallowed_methods,
            reason = "starting and stopping a cluster is blocking by contract; there is no runtime here"
        )]
        thread::sleep(poll);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_ready_line_counts() {
        let temp = tempfile::tempdir().unwrap();
        let file = temp.path().join("postmaster.pid");
        let text =
            |pid: &str, state: &str| format!("{pid}\n/data\n1\n5432\n/sock\n\n  1 2\n{state}   \n");
        assert!(!is_ready(&file, "42"));
        fs::write(&file, text("42", "starting")).unwrap();
        assert!(!is_ready(&file, "42"));
        fs::write(&file, text("41", "ready")).unwrap();
        assert!(!is_ready(&file, "42"));
        fs::write(&file, text("42", "ready")).unwrap();
        assert!(is_ready(&file, "42"));
    }
}
