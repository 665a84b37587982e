//! A shell in a folder of its own, beside a server with the demonstration shop.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Output, Stdio};

use pg_embedded::Binaries;
use tempfile::TempDir;
use testkit::process::{data_folder, free_port, guichet_program};
use testkit::{Api, PATIENCE};
use tokio::process::{Child, Command};

use super::blocks::blocks;

/// Programs that blocks name and a machine may not have.
const PROGRAMS: [&str; 5] = ["curl", "python3", "psql", "pg_dump", "pg_restore"];

/// What the programs may inherit; everything else would be configuration by accident.
const INHERITED: [&str; 4] = ["HOME", "TMPDIR", "PG_BIN_DIR", "LD_LIBRARY_PATH"];

/// Before the first block. An answer that is a problem fails the block, unless a comment behind the
/// line says which it is (`# 404: …`). What listens for ever has been heard after one event.
const BEFORE: &str = r#"set -eu
curl() {
  if [ -n "${EXPECTED:-}" ]; then
    local status
    status=$(command curl -o /dev/null -w '%{http_code}' "$@")
    if [ "$status" != "$EXPECTED" ]; then echo "answered $status, not $EXPECTED: $*" >&2; return 1; fi
  else
    command curl --fail-with-body "$@"
  fi
}
python3() { cat > stdin.py; shift; grep -m 1 '"connected"' < <(command python3 stdin.py "$@" 2>/dev/null); }
"#;

/// The terminal of somebody who reads a document.
pub struct Terminal {
    folder: TempDir,
    path: String,
    port: u16,
    _server: Child,
}

impl Terminal {
    /// What `cargo xtask dev` leaves somebody with, in a folder of its own.
    pub async fn beside_a_server() -> Self {
        let folder = data_folder();
        let built = folder.path().join("target/debug");
        fs::create_dir_all(&built).expect("a folder");
        symlink(guichet_program(), built.join("guichet")).expect("a link");
        let programs = Binaries::find().expect("PostgreSQL's programs");
        let path = [
            built.display().to_string(),
            programs.dir().display().to_string(),
            std::env::var("PATH").unwrap_or_default(),
        ]
        .join(":");
        let port = free_port();
        let command = |verb: &str| {
            let mut command = command(folder.path(), &path, "guichet");
            command.args([verb, "--port", &port.to_string()]);
            command
        };
        let loaded = command("demo").output().await.expect("the program starts");
        assert!(loaded.status.success(), "{}", said(&loaded));
        let server = command("serve")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        let api = Api::new(format!("http://127.0.0.1:{port}"));
        testkit::eventually("the server is ready", async || {
            let answer = api.try_call(reqwest::Method::GET, "/readyz", None).await;
            answer
                .is_ok_and(|answer| answer.status == 200)
                .then_some(())
        })
        .await;
        Self {
            folder,
            path,
            port,
            _server: server,
        }
    }

    /// Runs a document's blocks in one shell, and again in another.
    pub async fn paste_twice(&self, document: &str) {
        let script = self.script(document, &super::text(document));
        for time in ["the first time", "the second time"] {
            let output = self.run(&script).await;
            assert!(
                output.status.success(),
                "{document}, {time}:\n{}",
                said(&output)
            );
        }
    }

    fn script(&self, document: &str, text: &str) -> String {
        let missing: Vec<&str> = PROGRAMS
            .into_iter()
            .filter(|program| !self.has(program))
            .collect();
        let mut script = BEFORE.to_owned();
        for block in blocks(text).iter().filter(|block| block.skip.is_none()) {
            let at = format!("{document}:{}", block.line);
            if let Some(program) = missing.iter().find(|name| block.text.contains(**name)) {
                eprintln!("{at}: SKIPPED, there is no {program}");
                continue;
            }
            script.push_str(&format!("echo '== {at}' >&2\n"));
            for line in block.text.lines() {
                script.push_str(&with_expectation(line));
                script.push('\n');
            }
        }
        // The ports of the document may be another's here. In two steps: a port may look like another.
        script
            .replace("4000", "<served>")
            .replace("4001", &free_port().to_string())
            .replace("<served>", &self.port.to_string())
    }

    fn has(&self, program: &str) -> bool {
        self.path
            .split(':')
            .any(|folder| Path::new(folder).join(program).is_file())
    }

    async fn run(&self, script: &str) -> Output {
        let child = command(self.folder.path(), &self.path, "bash")
            .args(["-c", script])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()
            .expect("there is bash");
        let group = child.id().expect("it runs");
        let ended = tokio::time::timeout(PATIENCE, child.wait_with_output()).await;
        ended
            .unwrap_or_else(|_| panic!("the script of process {group} does not end"))
            .expect("its output")
    }
}

fn command(folder: &Path, path: &str, program: &str) -> Command {
    let mut command = Command::new(program);
    command
        .current_dir(folder)
        .env_clear()
        .env("PATH", path)
        .envs(std::env::vars().filter(|(name, _)| INHERITED.contains(&name.as_str())))
        .stdin(Stdio::null())
        .kill_on_drop(true);
    command
}

/// A line that says which problem it shows is asked for that.
fn with_expectation(line: &str) -> String {
    let expected = line
        .split_once(" # ")
        .map(|(_, comment)| {
            comment
                .chars()
                .take_while(char::is_ascii_digit)
                .collect::<String>()
        })
        .filter(|status| status.len() == 3 && line.starts_with("curl "));
    expected.map_or_else(
        || line.to_owned(),
        |status| format!("EXPECTED={status} {line}"),
    )
}

fn said(output: &Output) -> String {
    let (out, err) = (&output.stdout, &output.stderr);
    format!(
        "{}\n{}",
        String::from_utf8_lossy(out),
        String::from_utf8_lossy(err)
    )
}
