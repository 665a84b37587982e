//! The real program in a process of its own, for tests that kill it.

use std::fs::{self, File, Permissions};
use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chrono::TimeDelta;
use guichet::process::clock::SystemClock;
use identity::{NewToken, sign};
use rustix::process::{Pid, kill_process};
use shared_kernel::{Clock as _, Role, UserId};
use tempfile::TempDir;

pub use rustix::process::Signal;

use crate::Api;

/// What signs the tokens of [`Process::staff`].
pub const SECRET: &str = "a-secret-for-killed-servers-of-enough-bytes-0123456789";

/// How long the program may take to become ready: a new cluster, or one to recover.
const READY: Duration = Duration::from_mins(1);

/// What the program may inherit; everything else would be configuration by accident.
const INHERITED: [&str; 6] = [
    "PATH",
    "HOME",
    "TMPDIR",
    "PG_BIN_DIR",
    "LD_LIBRARY_PATH",
    "RUST_BACKTRACE",
];

/// Where `cargo build` put the program: beside the folder this test program runs from.
///
/// # Panics
/// When it has not been built.
pub fn guichet_program() -> PathBuf {
    let own = std::env::current_exe().expect("a test program has a path");
    let folder = own
        .ancestors()
        .nth(2)
        .expect("target/<profile>/deps/<program>");
    let program = folder.join("guichet");
    assert!(
        program.exists(),
        "build it first: cargo build -p guichet ({})",
        program.display()
    );
    program
}

/// A data folder on disk that PostgreSQL's own account may enter; it goes with the value.
///
/// # Panics
/// When it cannot be made.
pub fn data_folder() -> TempDir {
    let folder = TempDir::with_prefix("guichet-faults-").expect("a temporary folder");
    fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).expect("our own folder");
    folder
}

/// A port nobody listens on, outside the range from which outgoing connections are served: so
/// none of them takes it while a killed server is away. Held until this program ends, by a socket
/// of the other protocol, so that no other test program is given it.
///
/// # Panics
/// When there is none.
pub fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    static HELD: Mutex<Vec<UdpSocket>> = Mutex::new(Vec::new());
    let first = 20_000 + u16::try_from(std::process::id() % 10_000).unwrap_or_default();
    let (port, held) = (0..1_000)
        .map(|_| first + NEXT.fetch_add(1, Ordering::SeqCst))
        .find_map(|port| {
            let held = UdpSocket::bind(("127.0.0.1", port)).ok()?;
            TcpListener::bind(("127.0.0.1", port)).ok()?;
            Some((port, held))
        })
        .expect("one of a thousand ports is free");
    HELD.lock()
        .unwrap_or_else(PoisonError::into_inner)
        .push(held);
    port
}

/// A running program; killed when dropped.
pub struct Process {
    child: Child,
    /// Where it listens, on 127.0.0.1.
    pub port: u16,
    output: PathBuf,
}

impl Process {
    /// Starts `guichet serve` on a port and a data folder, with variables.
    ///
    /// # Panics
    /// When it cannot be started.
    pub fn start(data: &Path, port: u16, settings: &[(&str, String)]) -> Self {
        let output = data.join("server.log");
        let log = File::options()
            .create(true)
            .append(true)
            .open(&output)
            .expect("a log in the data folder");
        let told = settings.iter().find(|(name, _)| *name == "RUST_LOG");
        let child = command(&["serve", "--port", &port.to_string()], settings)
            .env("GUICHET_DATA_DIR", data)
            .env("JWT_SECRET", SECRET)
            .env("RUST_LOG", told.map_or("info", |(_, level)| level))
            .stdout(log.try_clone().expect("the same file"))
            .stderr(log)
            .spawn()
            .expect("the program starts");
        Self {
            child,
            port,
            output,
        }
    }

    /// Starts it and waits until it is ready.
    ///
    /// # Panics
    /// When it does not become ready.
    pub async fn serve(data: &Path, port: u16, settings: &[(&str, String)]) -> Self {
        let mut process = Self::start(data, port, settings);
        process.ready().await;
        process
    }

    /// Waits until `/readyz` says so.
    ///
    /// # Panics
    /// When the program ends instead, or takes too long; with what it wrote.
    pub async fn ready(&mut self) {
        let until = tokio::time::Instant::now() + READY;
        let api = self.api();
        loop {
            let ended = self.child.try_wait().expect("our own child");
            assert!(ended.is_none(), "ended ({ended:?}):\n{}", self.written());
            let answer = api.try_call(reqwest::Method::GET, "/readyz", None).await;
            if answer.is_ok_and(|answer| answer.status == 200) {
                return;
            }
            assert!(
                tokio::time::Instant::now() < until,
                "not ready:\n{}",
                self.written()
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Nobody's calls.
    pub fn api(&self) -> Api {
        Api::new(format!("http://127.0.0.1:{}", self.port))
    }

    /// Calls as a staff member.
    pub fn staff(&self, id: &str) -> Api {
        self.api().with_token(&staff_token(id))
    }

    /// Calls as a customer with a verified address.
    pub fn customer(&self, id: &str) -> Api {
        self.api().with_token(&customer_token(id))
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        ([127, 0, 0, 1], self.port).into()
    }

    /// Its resident memory.
    ///
    /// # Panics
    /// When the process is gone.
    pub fn resident_kib(&self) -> u64 {
        let path = format!("/proc/{}/status", self.child.id());
        let status = fs::read_to_string(path).expect("a running process");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.and_then(|line| line.split_whitespace().next());
        kib.and_then(|kib| kib.parse().ok()).expect("a size")
    }

    /// How many of its connections from these ports the kernel still keeps.
    ///
    /// # Panics
    /// When the system does not tell.
    pub fn connections_from(&self, ports: &[u16]) -> usize {
        let table = fs::read_to_string("/proc/net/tcp").expect("the system's connections");
        let port = |address: &str| {
            let hex = address.rsplit(':').next()?;
            u16::from_str_radix(hex, 16).ok()
        };
        let ours = table.lines().filter(|line| {
            let mut words = line.split_whitespace().skip(1);
            let (local, remote) = (words.next().and_then(port), words.next().and_then(port));
            local == Some(self.port) && remote.is_some_and(|remote| ports.contains(&remote))
        });
        ours.count()
    }

    /// Where sockets connect.
    pub fn socket_url(&self) -> String {
        format!("ws://127.0.0.1:{}/ws/messaging", self.port)
    }

    /// Everything it and its predecessors in the data folder wrote.
    pub fn written(&self) -> String {
        fs::read_to_string(&self.output).unwrap_or_default()
    }

    /// Sends a signal.
    ///
    /// # Panics
    /// When the process has been waited for.
    pub fn signal(&self, signal: Signal) {
        send_signal(self.child.id(), signal);
    }

    /// Waits for its end.
    ///
    /// # Panics
    /// When it has not ended within `limit`.
    pub async fn exit(&mut self, limit: Duration) -> ExitStatus {
        let until = tokio::time::Instant::now() + limit;
        loop {
            if let Some(status) = self.child.try_wait().expect("our own child") {
                return status;
            }
            assert!(
                tokio::time::Instant::now() < until,
                "still running after {limit:?}:\n{}",
                self.written()
            );
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// `kill -9`.
    pub fn kill(mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sends a signal to a process this test started.
///
/// # Panics
/// When there is no such process.
pub fn send_signal(pid: u32, signal: Signal) {
    let pid = i32::try_from(pid)
        .ok()
        .and_then(Pid::from_raw)
        .expect("a process id");
    kill_process(pid, signal).expect("our own process");
}

/// Runs `guichet` to its end, which must come by itself and soon.
///
/// # Panics
/// When it cannot be started.
pub fn run(args: &[&str], settings: &[(&str, String)]) -> Output {
    command(args, settings)
        .output()
        .expect("the program starts")
}

/// A token good for an hour, signed with [`SECRET`].
///
/// # Panics
/// When the id is none.
pub fn staff_token(id: &str) -> String {
    token(Role::Staff, id, format!("{id}@shop.example"))
}

/// The same for a customer.
///
/// # Panics
/// When the id is none.
pub fn customer_token(id: &str) -> String {
    token(Role::Customer, id, format!("{id}@example.com"))
}

fn token(role: Role, id: &str, email: String) -> String {
    let token = NewToken {
        id: UserId::parse(id).expect("an id"),
        role,
        email: Some(email),
        name: None,
        issuer: None,
        audience: None,
        lasts: TimeDelta::hours(1),
    };
    sign(&token, SECRET.as_bytes(), SystemClock.now()).expect("signing works")
}

fn command(args: &[&str], settings: &[(&str, String)]) -> Command {
    let mut command = Command::new(guichet_program());
    command.args(args).stdin(Stdio::null()).env_clear();
    for name in INHERITED {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    command.envs(settings.iter().map(|(name, value)| (name, value)));
    command
}
