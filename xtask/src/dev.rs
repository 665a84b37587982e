//! `dev`: from a fresh checkout to a running server with demo data, saying each step and what to try next.

use std::{
    env,
    io::{Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};

use crate::{
    postgres,
    run::{self, Failure, Outcome},
};

const USAGE: &str = "cargo xtask dev [--port N] [--data-dir D]";
const DEFAULT_PORT: u16 = 4000;
/// In the project, ignored by git.
const DEFAULT_DATA_DIR: &str = ".guichet";
const START_LIMIT: Duration = Duration::from_mins(1);
const POLL: Duration = Duration::from_millis(50);

/// A member of the demo data's staff, and one of its customers.
const STAFF: [&str; 6] = [
    "--sub",
    "staff-claire",
    "--role",
    "staff",
    "--email",
    "claire.martin@pieces-auto-dupont.example",
];
const CUSTOMER: [&str; 6] = [
    "--sub",
    "cst-jean",
    "--role",
    "customer",
    "--email",
    "jean.dupont@example.com",
];

/// What was asked for on the command line.
#[derive(Debug, PartialEq, Eq)]
struct Options {
    port: u16,
    data_dir: PathBuf,
}

pub(crate) fn run(arguments: &[String]) -> Outcome {
    let options = parse(arguments)?;
    if TcpStream::connect(address(options.port)).is_ok() {
        return Err(Failure::new(format!(
            "something already listens on port {0}; stop it, or use `cargo xtask dev --port {1}`",
            options.port,
            options.port.saturating_add(1)
        )));
    }
    let bin_dir = postgres::ensure()?;
    println!("==> PostgreSQL's programs: {}", bin_dir.display());
    run::step(
        "build the server (the first time takes minutes)",
        &mut run::cargo(["build", "-p", "guichet"]),
    )?;
    let guichet = |words: &[&str]| guichet(&options, &bin_dir, words);
    let port = options.port.to_string();
    run::step(
        "load the demo data (once; afterwards it is there)",
        &mut guichet(&["demo", "--port", &port]),
    )?;

    let stop = Signals::register()?;
    println!("==> start the server");
    let server = guichet(&["serve", "--port", &port])
        // Ctrl-C in the terminal comes to us alone, and we pass it on exactly once.
        .process_group(0)
        .spawn()
        .map_err(|error| Failure::new(format!("cannot start the server: {error}")))?;
    let mut server = Server(server);
    if wait_healthy(&mut server, options.port, &stop)? {
        let token = |who: &[&str]| {
            run::output(&mut guichet(&[&["token"], who, &["--ttl", "12h"]].concat()))
        };
        print_guide(&options, token(&STAFF)?.trim(), token(&CUSTOMER)?.trim());
    }
    server.follow(&stop)
}

fn parse(arguments: &[String]) -> Outcome<Options> {
    let mut options = Options {
        port: DEFAULT_PORT,
        data_dir: run::root().join(DEFAULT_DATA_DIR),
    };
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        let value = words.next().ok_or_else(|| Failure::usage(USAGE))?;
        match word.as_str() {
            "--port" => options.port = value.parse().map_err(|_| Failure::usage(USAGE))?,
            // The server runs in the repository's root; the path was typed where we were started.
            "--data-dir" => options.data_dir = env::current_dir().unwrap_or_default().join(value),
            _ => return Err(Failure::usage(USAGE)),
        }
    }
    Ok(options)
}

fn guichet(options: &Options, bin_dir: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(run::built("debug", "guichet"));
    command.args(words).arg("--data-dir").arg(&options.data_dir);
    command.current_dir(run::root()).env("PG_BIN_DIR", bin_dir);
    command
}

/// The server's process; stopped, not abandoned, when a later step fails.
struct Server(Child);

impl Server {
    fn exited(&mut self) -> Outcome<bool> {
        let status = self
            .0
            .try_wait()
            .map_err(|error| Failure::new(error.to_string()))?;
        match status {
            None => Ok(false),
            Some(status) if status.success() => Ok(true),
            Some(status) => Err(Failure {
                message: format!("the server ended ({status})"),
                code: status
                    .code()
                    .and_then(|code| u8::try_from(code).ok())
                    .unwrap_or(1),
            }),
        }
    }

    /// Passes signals on until the server has ended by itself.
    fn follow(&mut self, stop: &Signals) -> Outcome {
        while !self.exited()? {
            for signal in stop.taken() {
                self.send(signal);
            }
            run::pause(POLL);
        }
        println!("==> the server has stopped; its data stays in the data folder");
        Ok(())
    }

    fn send(&self, signal: Signal) {
        if let Some(pid) = i32::try_from(self.0.id()).ok().and_then(Pid::from_raw) {
            let _ = kill_process(pid, signal);
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if matches!(self.0.try_wait(), Ok(None)) {
            self.send(Signal::TERM);
            let _ = self.0.wait();
        }
    }
}

/// Ctrl-C and `kill`, noted instead of ending us before the server.
struct Signals([(Signal, Arc<AtomicBool>); 2]);

impl Signals {
    fn register() -> Outcome<Self> {
        let signals =
            [Signal::INT, Signal::TERM].map(|signal| (signal, Arc::new(AtomicBool::new(false))));
        for (signal, flag) in &signals {
            signal_hook::flag::register(signal.as_raw(), Arc::clone(flag))
                .map_err(|error| Failure::new(format!("cannot watch for Ctrl-C: {error}")))?;
        }
        Ok(Self(signals))
    }

    fn taken(&self) -> impl Iterator<Item = Signal> {
        let set = self
            .0
            .iter()
            .filter(|(_, flag)| flag.swap(false, Ordering::Relaxed));
        set.map(|(signal, _)| *signal)
    }
}

/// True when it answers; false when it was stopped before that.
fn wait_healthy(server: &mut Server, port: u16, stop: &Signals) -> Outcome<bool> {
    let started = Instant::now();
    let mut said = 0;
    loop {
        if server.exited()? {
            return Ok(false);
        }
        if let Some(signal) = stop.taken().next() {
            server.send(signal);
            return Ok(false);
        }
        if healthy(port) {
            return Ok(true);
        }
        let waited = started.elapsed();
        if waited > START_LIMIT {
            return Err(Failure::new(format!(
                "no answer from http://127.0.0.1:{port}/healthz after {} s",
                waited.as_secs()
            )));
        }
        if waited.as_secs() >= said + 2 {
            said = waited.as_secs();
            println!("    waiting for http://127.0.0.1:{port}/healthz ({said} s)");
        }
        run::pause(POLL);
    }
}

fn healthy(port: u16) -> bool {
    let ask = || -> std::io::Result<bool> {
        let mut stream = TcpStream::connect(address(port))?;
        stream.set_read_timeout(Some(Duration::from_secs(2)))?;
        stream
            .write_all(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")?;
        let mut status = [0; 12];
        stream.read_exact(&mut status)?;
        Ok(status.ends_with(b" 200"))
    };
    ask().unwrap_or(false)
}

fn address(port: u16) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, port).into()
}

fn print_guide(options: &Options, staff: &str, customer: &str) {
    let http = format!("http://127.0.0.1:{}", options.port);
    let data = options.data_dir.display();
    println!(
        "
Guichet is running. Ctrl-C stops it.

  API             {http}
  documentation   {http}/docs
  metrics         {http}/metrics
  WebSocket       ws://127.0.0.1:{port}/ws/messaging
  data            {data}
  outgoing mail   {data}/mail

Tokens, good for 12 hours:

  staff      {staff}
  customer   {customer}

Create a ticket:

  {create}

List the open tickets, as staff:

  curl -sS '{http}/api/support/contact/tickets?status=open' -H 'Authorization: Bearer {staff}'

Read the figures, as staff:

  curl -sS {http}/api/support/contact/stats -H 'Authorization: Bearer {staff}'

Ask the knowledge base, as anybody:

  curl -sS '{http}/api/support/faq?search=voyant+batterie'
",
        port = options.port,
        create = create_ticket(&http),
    );
}

fn create_ticket(http: &str) -> String {
    let body = r#"{"name":"Jean Dupont","email":"jean.dupont@example.com","subject":"Plaquettes de frein introuvables","message":"Bonjour, je cherche les plaquettes de frein avant pour une Clio IV.","priority":"normal","category":"technical"}"#;
    format!(
        "curl -sS -X POST {http}/api/support/contact -H 'Content-Type: application/json' -d '{body}'"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn options_have_defaults_and_bad_ones_show_the_usage() {
        assert_eq!(parse(&[]).unwrap().port, 4000);
        let given = parse(&words("--port 4100 --data-dir /srv/guichet")).unwrap();
        assert_eq!(given.port, 4100);
        assert_eq!(given.data_dir, Path::new("/srv/guichet"));
        for wrong in ["--port", "--port x", "--colour red"] {
            assert_eq!(parse(&words(wrong)).unwrap_err().code, 2, "{wrong}");
        }
    }

    #[test]
    fn the_pasted_line_sends_valid_json() {
        let line = create_ticket("http://127.0.0.1:4000");
        let body = line.split("-d '").nth(1).unwrap().trim_end_matches('\'');
        assert!(!body.contains('\''), "a quote would end the shell's string");
        let json: serde_json::Value = serde_json::from_str(body).unwrap();
        assert_eq!(json["category"], "technical");
    }

    #[test]
    fn healthy_means_status_200_and_nothing_else() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let answers = [
            "HTTP/1.1 503 Service Unavailable\r\n\r\n",
            "HTTP/1.1 200 OK\r\n\r\n",
        ];
        let server = std::thread::spawn(move || {
            for answer in answers {
                let (mut stream, _) = listener.accept().unwrap();
                let mut request = [0; 256];
                let _ = stream.read(&mut request).unwrap();
                stream.write_all(answer.as_bytes()).unwrap();
            }
        });
        assert!(!healthy(port));
        assert!(healthy(port));
        server.join().unwrap();
        assert!(!healthy(port));
    }
}
