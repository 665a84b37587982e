//! The unmodified `socket.io-client` from npm. Where Node or the package cannot be had these tests
//! say SKIPPED and pass.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command as StdCommand, Stdio};
use std::sync::OnceLock;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::time::timeout;

use super::server::{TestServer, WAIT, eventually};
use crate::realtime::close::CloseReason;

/// The folder with the script and its packages, installed once; or why there is none.
fn folder() -> Result<&'static Path, &'static str> {
    static FOLDER: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    FOLDER
        .get_or_init(install)
        .as_deref()
        .map_err(String::as_str)
}

fn install() -> Result<PathBuf, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .map(|above| above.join("tests/node"))
        .find(|folder| folder.join("package.json").is_file())
        .ok_or("the folder tests/node is missing")?;
    let node = StdCommand::new("node").arg("--version").output();
    node.map_err(|error| format!("Node is not here: {error}"))?;
    if folder
        .join("node_modules/socket.io-client/package.json")
        .is_file()
    {
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

/// A running client.
struct Stock {
    _process: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
}

impl Stock {
    /// Starts a client; none, said on the output, where it cannot be had.
    fn start(server: &TestServer, options: &Value) -> Option<Self> {
        let folder = match folder() {
            Ok(folder) => folder,
            Err(why) => {
                // Not by `println!`, which is heard of failing tests only.
                let _ = writeln!(
                    std::io::stderr(),
                    "SKIPPED: the stock client was not tried ({why})"
                );
                return None;
            }
        };
        let mut process = Command::new("node")
            .arg(folder.join("stock_client.mjs"))
            .arg(format!("http://{}/messaging", server.address))
            .arg(options.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        Some(Self {
            input: process.stdin.take().unwrap(),
            output: BufReader::new(process.stdout.take().unwrap()).lines(),
            _process: process,
        })
    }

    async fn order(&mut self, command: &Value) {
        self.input
            .write_all(format!("{command}\n").as_bytes())
            .await
            .unwrap();
    }

    /// The next thing of this kind.
    async fn wait_for(&mut self, on: &str) -> Value {
        let search = async {
            loop {
                let line = self
                    .output
                    .next_line()
                    .await
                    .unwrap()
                    .expect("the client runs");
                let said: Value = serde_json::from_str(&line).unwrap();
                if said["on"] == on {
                    return said;
                }
            }
        };
        timeout(WAIT, search)
            .await
            .unwrap_or_else(|_| panic!("no {on}"))
    }

    /// The number of the next `ticket.created`.
    async fn number(&mut self) -> u64 {
        loop {
            let event = self.wait_for("event").await;
            if event["name"] == "ticket.created" {
                return event["args"][0]["n"].as_u64().unwrap();
            }
        }
    }
}

fn websocket(token: &str) -> Value {
    json!({"tokens": [token], "transports": ["websocket"]})
}

#[tokio::test(flavor = "multi_thread")]
async fn it_connects_and_hears_the_greeting_and_events() {
    let server = TestServer::start();
    let Some(mut client) = Stock::start(&server, &websocket("customer:7")) else {
        return;
    };
    assert_eq!(client.wait_for("open").await["transport"], "websocket");
    let connected = client.wait_for("connect").await;
    let hello = client.wait_for("event").await;
    assert_eq!(hello["name"], "connected");
    assert_eq!(hello["args"][0]["socketId"], connected["id"]);
    server.publish_numbers("7", 1..=3);
    for n in 1..=3 {
        assert_eq!(client.number().await, n);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_gets_acks() {
    let server = TestServer::start();
    let Some(mut client) = Stock::start(&server, &websocket("customer:7")) else {
        return;
    };
    client.wait_for("connect").await;
    client
        .order(&json!({"do": "emit", "name": "ping", "data": {}}))
        .await;
    assert_eq!(client.wait_for("ack").await["ack"], json!({"ok": true}));
    client
        .order(&json!({"do": "emit", "name": "nonsense", "data": {}}))
        .await;
    assert_eq!(
        client.wait_for("ack").await["ack"]["error"]["code"],
        "unknown_event"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn it_polls_and_upgrades_without_losing_an_event() {
    let server = TestServer::start();
    let Some(mut client) = Stock::start(&server, &json!({"tokens": ["customer:7"]})) else {
        return;
    };
    assert_eq!(client.wait_for("open").await["transport"], "polling");
    client.wait_for("connect").await;
    for n in 1..=50 {
        server.publish_numbers("7", n..=n);
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    for n in 1..=50 {
        assert_eq!(client.number().await, n);
    }
    eventually("one socket is left", || server.user_sockets("7") == 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_works_by_polling_alone_and_ends_up_on_a_websocket_otherwise() {
    let server = TestServer::start();
    let polling = json!({"tokens": ["customer:7"], "transports": ["polling"]});
    let Some(mut alone) = Stock::start(&server, &polling) else {
        return;
    };
    alone.wait_for("connect").await;
    server.publish_numbers("7", 1..=2);
    assert_eq!((alone.number().await, alone.number().await), (1, 2));
    alone
        .order(&json!({"do": "emit", "name": "ping", "data": {}}))
        .await;
    assert_eq!(alone.wait_for("ack").await["ack"]["ok"], true);
    alone.order(&json!({"do": "leave"})).await;
    eventually("it has left", || server.user_sockets("7") == 0).await;

    let mut both = Stock::start(&server, &json!({"tokens": ["customer:7"]})).unwrap();
    assert_eq!(both.wait_for("open").await["transport"], "polling");
    assert_eq!(both.wait_for("upgrade").await["transport"], "websocket");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_recovers_what_it_missed_without_code() {
    let server = TestServer::start();
    for transports in [json!(["websocket"]), json!(["polling"])] {
        let options =
            json!({"tokens": ["customer:7"], "transports": transports, "reconnectionDelay": 300});
        let Some(mut client) = Stock::start(&server, &options) else {
            return;
        };
        assert_eq!(client.wait_for("connect").await["recovered"], false);
        // The greeting alone makes it possible.
        client.wait_for("event").await;
        for round in 0..2_u64 {
            for connection in server.gateway.hub.connections() {
                connection.outbox.close(CloseReason::Restart);
            }
            client.wait_for("disconnect").await;
            eventually("it is away", || server.user_sockets("7") == 0).await;
            let first = round * 3 + 1;
            server.publish_numbers("7", first..=first + 2);
            assert_eq!(client.wait_for("connect").await["recovered"], true);
            for n in first..=first + 2 {
                assert_eq!(client.number().await, n);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_token_is_told_and_not_tried_again() {
    let server = TestServer::start();
    let Some(mut client) = Stock::start(&server, &websocket("nonsense")) else {
        return;
    };
    let error = client.wait_for("connect_error").await;
    assert_eq!(error["message"], "unauthorized");
    assert_eq!(error["data"]["code"], "invalid_token");
    assert_eq!(error["active"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn when_its_token_expires_it_comes_back_with_the_next_and_has_recovered() {
    let server = TestServer::start();
    let tokens = json!({"tokens": ["customer:7:300", "customer:7"], "transports": ["websocket"]});
    let Some(mut client) = Stock::start(&server, &tokens) else {
        return;
    };
    client.wait_for("connect").await;
    let disconnected = client.wait_for("disconnect").await;
    assert_eq!(disconnected["reason"], "transport close");
    assert_eq!(client.wait_for("connect").await["recovered"], true);
    server.publish_numbers("7", 1..=1);
    assert_eq!(client.number().await, 1);
}
