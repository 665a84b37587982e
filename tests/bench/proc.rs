//! What the system says a process used.

use std::fs;

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
            fields.map(|field| field.parse().unwrap_or_default()).collect(),
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

/// CPU seconds of a process itself.
pub(crate) fn cpu_of(pid: u32) -> f64 {
    seconds(Stat::of(&pid.to_string()).map_or(0, |stat| stat.own()))
}

/// CPU seconds of this process's children that have ended.
pub(crate) fn cpu_of_ended_children() -> f64 {
    seconds(Stat::of("self").map_or(0, |stat| stat.reaped_children()))
}

/// CPU seconds of a process and its children, ended or not: for PostgreSQL, of all its sessions.
pub(crate) fn cpu_of_family(pid: u32) -> f64 {
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
