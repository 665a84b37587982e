//! Clients that run in Node, each led over standard input and output, a line of JSON each: above
//! all the unmodified `socket.io-client` from npm.
//!
//! The scripts are in `tests/node`. Where Node or the package cannot be had, starting one says
//! SKIPPED and answers none.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command as StdCommand, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::time::timeout;

/// How long a client may take to say what a test waits for.
const WAIT: Duration = Duration::from_mins(1);

/// The folder with the scripts and their packages, installed once; or why there is none.
fn folder() -> Result<&'static Path, &'static str> {
    static FOLDER: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    FOLDER
        .get_or_init(|| with_packages("tests/node", "socket.io-client"))
        .as_deref()
        .map_err(String::as_str)
}

/// A folder of scripts with its packages, one of them by name, installed if they were not; or why there is none.
pub(crate) fn with_packages(place: &str, package: &str) -> Result<PathBuf, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .map(|above| above.join(place))
        .find(|folder| folder.join("package.json").is_file())
        .ok_or_else(|| format!("the folder {place} is missing"))?;
    let node = StdCommand::new("node").arg("--version").output();
    node.map_err(|error| format!("Node is not here: {error}"))?;
    let installed = folder.join("node_modules").join(package);
    if installed.join("package.json").is_file() {
        return Ok(folder);
    }
    let npm = StdCommand::new("npm")
        .args(["ci", "--silent"])
        .current_dir(&folder)
        .output();
    let npm = npm.map_err(|error| format!("npm is not here: {error}"))?;
    if npm.status.success() {
        Ok(folder)
    } else {
        Err(format!(
            "npm ci failed: {}",
            String::from_utf8_lossy(&npm.stderr)
        ))
    }
}

#[track_caller]
fn fail(why: String) -> ! {
    std::panic::panic_any(why)
}

/// A running script; it ends with the value.
pub struct NodeClient {
    _process: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
}

impl NodeClient {
    /// Starts the stock client at a server's `http://host:port`. Its options are the client's own,
    /// and `tokens`, shown one after the other.
    pub fn stock(server: &str, options: &Value) -> Option<Self> {
        let namespace = format!("{server}/messaging");
        Self::start("stock_client.mjs", &[namespace, options.to_string()])
    }

    /// Starts a script; none, said on the output, where it cannot be had.
    pub fn start(script: &str, arguments: &[String]) -> Option<Self> {
        let folder = match folder() {
            Ok(folder) => folder,
            Err(why) => {
                // Not by `println!`, which is heard of failing tests only.
                let _ = writeln!(std::io::stderr(), "SKIPPED: {script} was not run ({why})");
                return None;
            }
        };
        let process = Command::new("node")
            .arg(folder.join(script))
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn();
        let mut process = match process {
            Ok(process) => process,
            Err(error) => fail(format!("{script} does not start: {error}")),
        };
        let (Some(input), Some(output)) = (process.stdin.take(), process.stdout.take()) else {
            fail(format!("{script} has no pipes"))
        };
        Some(Self {
            input,
            output: BufReader::new(output).lines(),
            _process: process,
        })
    }

    /// Gives the script a command.
    pub async fn order(&mut self, command: &Value) {
        let line = format!("{command}\n");
        if let Err(error) = self.input.write_all(line.as_bytes()).await {
            fail(format!("the script takes no {command}: {error}"));
        }
    }

    /// The next thing the script says.
    pub async fn said(&mut self) -> Value {
        match self.output.next_line().await {
            Ok(Some(line)) => match serde_json::from_str(&line) {
                Ok(said) => said,
                Err(error) => fail(format!("not JSON ({error}): {line}")),
            },
            ended => fail(format!("the script has ended: {ended:?}")),
        }
    }

    /// The next thing of this kind; others before it are passed over.
    pub async fn wait_for(&mut self, on: &str) -> Value {
        self.search(on, |said| said.get("on").is_some_and(|it| it == on))
            .await
    }

    /// The payload of the next event of this name; all else before it is passed over.
    pub async fn event(&mut self, name: &str) -> Value {
        let is_it = |said: &Value| said.get("name").is_some_and(|it| it == name);
        let mut event = self.search(name, is_it).await;
        event
            .pointer_mut("/args/0")
            .map(Value::take)
            .unwrap_or_default()
    }

    async fn search(&mut self, what: &str, is_it: impl Fn(&Value) -> bool) -> Value {
        let search = async {
            loop {
                let said = self.said().await;
                if is_it(&said) {
                    return said;
                }
            }
        };
        match timeout(WAIT, search).await {
            Ok(said) => said,
            Err(_) => fail(format!("no {what} within {WAIT:?}")),
        }
    }
}
