//! The program under test, in a process of its own.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::desk::Desk;
use crate::http::{Connection, get};
use crate::{Outcome, say};

const SECRET: &str = "a-secret-for-measurements-of-enough-bytes-0123456789";
const START_LIMIT: Duration = Duration::from_secs(30);
const STOP_LIMIT: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(20);

/// A running server; killed when dropped, unless it was stopped.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Server {
    /// Starts on `database` and returns once it is ready.
    pub(crate) async fn start(desk: &Desk, database: &str) -> Outcome<Self> {
        Self::start_with(desk, database, &[]).await
    }

    /// The same, with settings of its own.
    pub(crate) async fn start_with(
        desk: &Desk,
        database: &str,
        settings: &[(&str, &str)],
    ) -> Outcome<Self> {
        let address = free_address()?;
        let child = guichet(desk, database)?
            .arg("serve")
            .env("GUICHET_BIND", address.to_string())
            .envs(settings.iter().copied())
            .spawn()?;
        let mut server = Self { child, address };
        server.wait_ready().await?;
        Ok(server)
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    async fn wait_ready(&mut self) -> Outcome<()> {
        let since = Instant::now();
        while since.elapsed() < START_LIMIT {
            if let Some(status) = self.child.try_wait()? {
                return Err(format!("the server ended at its start: {status}").into());
            }
            if self.is_ready().await {
                return Ok(());
            }
            tokio::time::sleep(POLL).await;
        }
        Err("the server did not become ready".into())
    }

    async fn is_ready(&self) -> bool {
        let asked = async {
            let mut connection = Connection::open(self.address).await?;
            let answer = connection.call(&get("/readyz", None)).await?;
            Outcome::Ok(answer.status == 200)
        };
        asked.await.unwrap_or_default()
    }

    /// Asks it to stop and waits until it has.
    pub(crate) async fn stop(mut self) -> Outcome<()> {
        if let Some(pid) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
            kill_process(pid, Signal::TERM)?;
        }
        let since = Instant::now();
        while since.elapsed() < STOP_LIMIT {
            if self.child.try_wait()?.is_some() {
                return Ok(());
            }
            tokio::time::sleep(POLL).await;
        }
        say("the server did not stop in time and is killed");
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs one of the program's other commands to its end; answers what it printed.
pub(crate) async fn tool(desk: &Desk, database: &str, arguments: &[&str]) -> Outcome<String> {
    let mut command = guichet(desk, database)?;
    command.args(arguments).stdout(Stdio::piped());
    let output = tokio::task::spawn_blocking(move || command.output()).await??;
    if output.status.success() {
        Ok(String::from_utf8(output.stdout)?.trim().to_owned())
    } else {
        Err(format!("guichet {arguments:?}: {}", output.status).into())
    }
}

/// A staff member's token.
pub(crate) async fn staff_token(desk: &Desk, database: &str) -> Outcome<String> {
    let arguments = [
        "token",
        "--sub",
        "staff-bench",
        "--role",
        "staff",
        "--ttl",
        "1d",
    ];
    tool(desk, database, &arguments).await
}

/// The program beside this one, with nothing inherited that could change what it does.
fn guichet(desk: &Desk, database: &str) -> Outcome<Command> {
    let program: PathBuf = std::env::current_exe()?.with_file_name("guichet");
    if !program.exists() {
        return Err(format!("{} has not been built", program.display()).into());
    }
    let mut command = Command::new(program);
    command
        .env_clear()
        .env("RUST_LOG", "warn")
        .env("JWT_SECRET", SECRET)
        .env("DATABASE_URL", desk.url(database))
        .env("GUICHET_DATA_DIR", desk.folder().join("app").join(database))
        .env("GUICHET__LIMITS__ENABLED", "false")
        .env("GUICHET__REALTIME__DRAIN_SECONDS", "0")
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    // To try another setting: GUICHET__STORAGE__POOL_SIZE=8 cargo xtask bench
    command.envs(std::env::vars().filter(|(name, _)| name.starts_with("GUICHET__")));
    Ok(command)
}

/// A port nobody uses now.
fn free_address() -> Outcome<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}
