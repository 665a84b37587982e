//! The npm `socket.io` server without any database, `tests/node/peer`, in a process of its own.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::people::SECRET;
use crate::server::free_address;
use crate::{Outcome, say};

/// A running peer; killed when dropped.
pub(crate) struct NpmPeer {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl NpmPeer {
    /// Starts it; none, said aloud, where Node or the package cannot be had.
    pub(crate) async fn start() -> Outcome<Option<Self>> {
        let folder = match tokio::task::spawn_blocking(folder).await? {
            Ok(folder) => folder,
            Err(why) => {
                say(format!("SKIPPED: the npm peer is not here ({why})"));
                return Ok(None);
            }
        };
        let address = free_address()?;
        let child = Command::new("node")
            .arg(folder.join("server.mjs"))
            .arg(address.port().to_string())
            .arg(SECRET)
            .env("NODE_ENV", "production")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut peer = Self { child, address };
        let output = peer.child.stdout.take().ok_or("no output to read")?;
        let said = tokio::task::spawn_blocking(move || {
            let mut line = String::new();
            BufReader::new(output).read_line(&mut line).map(|_| line)
        });
        if said.await??.trim() != "ready" {
            return Err("the npm peer ended at its start".into());
        }
        Ok(Some(peer))
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for NpmPeer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The folder with the script and its packages, installed now if they were not; or why there is none.
fn folder() -> Result<PathBuf, String> {
    let folder = Path::new("tests/node/peer");
    if !folder.join("package.json").is_file() {
        return Err(format!("{} is missing", folder.display()));
    }
    let node = Command::new("node").arg("--version").output();
    node.map_err(|error| format!("Node: {error}"))?;
    if !folder.join("node_modules/socket.io/package.json").is_file() {
        let npm = Command::new("npm")
            .args(["ci", "--silent"])
            .current_dir(folder)
            .output();
        let npm = npm.map_err(|error| format!("npm: {error}"))?;
        if !npm.status.success() {
            return Err("npm ci failed".to_owned());
        }
    }
    Ok(folder.to_owned())
}
