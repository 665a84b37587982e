//! What the system says a process used.

use std::fs;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use crate::Outcome;

/// `/proc` counts CPU time in hundredths of a second on Linux, whatever the kernel's own tick is.
const TICKS_PER_SECOND: f64 = 100.0;

/// Memory a process holds now, KiB.
pub(crate) struct Memory {
    /// All of it.
    pub(crate) resident: u64,
    /// The part that is not the program file or libraries.
    pub(crate) anonymous: u64,
    pub(crate) threads: u64,
}

impl Memory {
    pub(crate) fn of(pid: u32) -> Outcome<Self> {
        let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
        Ok(Self {
            resident: field(&status, "VmRSS:")?,
            anonymous: field(&status, "RssAnon:")?,
            threads: field(&status, "Threads:")?,
        })
    }

    pub(crate) fn megabytes(kibibytes: u64) -> String {
        format!("{}.{} MB", kibibytes / 1024, kibibytes % 1024 * 10 / 1024)
    }
}

fn field(status: &str, name: &str) -> Outcome<u64> {
    let value = status
        .lines()
        .find_map(|line| line.strip_prefix(name))
        .and_then(|rest| rest.split_whitespace().next())
        .and_then(|number| number.parse().ok());
    value.ok_or_else(|| format!("/proc/<pid>/status has no {name}").into())
}

/// Fields of `/proc/<pid>/stat`, counted from the state, which follows the name in parentheses.
struct Stat(Vec<u64>);

impl Stat {
    fn of(pid: &str) -> Option<Self> {
        let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        let (_, rest) = text.rsplit_once(')')?;
        let fields = rest.split_whitespace();
        Some(Self(
            fields
                .map(|field| field.parse().unwrap_or_default())
                .collect(),
        ))
    }

    fn at(&self, index: usize) -> u64 {
        self.0.get(index).copied().unwrap_or_default()
    }

    fn parent(&self) -> u64 {
        self.at(1)
    }

    fn own(&self) -> u64 {
        self.at(11) + self.at(12)
    }

    fn reaped_children(&self) -> u64 {
        self.at(13) + self.at(14)
    }
}

#[expect(clippy::cast_precision_loss, reason = "a count of ticks is small")]
fn seconds(ticks: u64) -> f64 {
    ticks as f64 / TICKS_PER_SECOND
}

/// CPU seconds used so far, or between two moments.
pub(crate) struct Usage {
    pub(crate) server: f64,
    /// PostgreSQL with all its sessions.
    pub(crate) postgres: f64,
    /// This process: the clients.
    pub(crate) own: f64,
    /// Programs this process ran to their end: pgbench.
    pub(crate) ended: f64,
    /// The whole machine.
    all: f64,
    /// The moment, or how long ago the other one was.
    at: Duration,
}

impl Usage {
    pub(crate) fn now(server: u32, postmaster: u32) -> Self {
        Self {
            server: cpu_of(server),
            postgres: cpu_of_family(postmaster),
            own: cpu_of(std::process::id()),
            ended: cpu_of_ended_children(),
            all: cpu_of_all(),
            at: since_start(),
        }
    }

    /// What was used since this moment.
    pub(crate) fn until(&self, later: &Self) -> Self {
        Self {
            server: later.server - self.server,
            postgres: later.postgres - self.postgres,
            own: later.own - self.own,
            ended: later.ended - self.ended,
            all: later.all - self.all,
            at: later.at - self.at,
        }
    }

    /// Cores taken by programs that are not measured, on average.
    pub(crate) fn cores_elsewhere(&self) -> f64 {
        let measured = self.server + self.postgres + self.own + self.ended;
        (self.all - measured).max(0.0) / self.at.as_secs_f64()
    }
}

/// CPU seconds of a process itself.
fn cpu_of(pid: u32) -> f64 {
    seconds(Stat::of(&pid.to_string()).map_or(0, |stat| stat.own()))
}

/// CPU seconds of this process's children that have ended.
fn cpu_of_ended_children() -> f64 {
    seconds(Stat::of("self").map_or(0, |stat| stat.reaped_children()))
}

/// CPU seconds of a process and its children, ended or not: for PostgreSQL, of all its sessions.
fn cpu_of_family(pid: u32) -> f64 {
    let eldest = Stat::of(&pid.to_string()).map_or(0, |stat| stat.own() + stat.reaped_children());
    let children: u64 = fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Stat::of(entry.file_name().to_str()?))
        .filter(|stat| stat.parent() == u64::from(pid))
        .map(|stat| stat.own())
        .sum();
    seconds(eldest + children)
}

/// How often the threads of a process gave up their core to wait.
pub(crate) fn waits_of(pid: u32) -> u64 {
    fs::read_dir(format!("/proc/{pid}/task"))
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|thread| fs::read_to_string(thread.path().join("status")).ok())
        .filter_map(|status| field(&status, "voluntary_ctxt_switches:").ok())
        .sum()
}

/// CPU seconds all programs of the machine used since it started.
fn cpu_of_all() -> f64 {
    let text = fs::read_to_string("/proc/stat").unwrap_or_default();
    let fields = text.lines().next().unwrap_or_default().split_whitespace();
    let ticks: Vec<u64> = fields.filter_map(|field| field.parse().ok()).collect();
    // user, nice, system, idle, iowait, irq, softirq: all but the two that are waiting.
    let busy = [0, 1, 2, 5, 6].map(|index| ticks.get(index).copied().unwrap_or_default());
    seconds(busy.iter().sum())
}

fn since_start() -> Duration {
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed()
}
