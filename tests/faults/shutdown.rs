//! Starting with bad settings, and stopping: said clearly, and in order.

use std::path::Path;
use std::time::{Duration, Instant};

use pg_embedded::{Binaries, Cluster, ClusterOptions, Purpose};
use testkit::form;
use testkit::process::{Process, Signal, data_folder, free_port, run, staff_token};
use testkit::smtp_sink::{Behaviour, SmtpSink};
use testkit::ws_client::WsClient;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::TURN;
use crate::load::Load;
use crate::outside::{check_kept, database_in, settings, start_cluster};

const IN_ORDER: Duration = Duration::from_mins(1);
const SOCKETS: usize = 15;

#[tokio::test(flavor = "multi_thread")]
async fn a_server_told_to_stop_under_load_answers_closes_and_leaves_in_order() {
    let _turn = TURN.lock().await;
    let data = data_folder();
    let mut server = Process::serve(data.path(), free_port(), &settings(&[])).await;
    let token = staff_token("staff-claire");
    let mut sockets = Vec::new();
    for _ in 0..SOCKETS {
        let mut socket = WsClient::connect(&server.socket_url(), &token).await;
        socket.wait_for("connected", IN_ORDER).await;
        sockets.push(socket);
    }
    let load = Load::start(&server, 8, Duration::from_millis(20));
    testkit::eventually("some tickets", async || (load.acked() > 60).then_some(())).await;
    let asked = Instant::now();
    server.signal(Signal::TERM);
    for socket in &mut sockets {
        assert_eq!(socket.close_code(IN_ORDER).await, 1012, "come back soon");
    }
    let closed = asked.elapsed();
    let status = server.exit(IN_ORDER).await;
    let took = asked.elapsed();
    assert_eq!(status.code(), Some(0), "{}", server.written());
    assert!(took < IN_ORDER, "{took:?}");

    // The clients go on asking; a second server takes over where the first one stopped.
    let again = Process::serve(data.path(), server.port, &settings(&[])).await;
    let report = load.finish().await;
    report.only(&[0, 201, 409, 503]);
    // Accepted connections were served to the end: what got no answer was refused at the door.
    let refused = |attempt: &&crate::load::Attempt| attempt.status.is_none();
    let cut: Vec<_> = report
        .attempts
        .iter()
        .filter(refused)
        .filter(|attempt| attempt.at < asked)
        .collect();
    assert!(
        cut.is_empty(),
        "{} requests in flight were cut off: {cut:?}",
        cut.len()
    );
    drop(again);
    let cluster = start_cluster(data.path()).await;
    let kept = check_kept(&database_in(&cluster).await, &report.acked).await;
    assert_eq!(kept, report.acked.len());
    println!(
        "SIGTERM under load: exit 0 after {took:.2?}, {SOCKETS} sockets closed with 1012 after {closed:.2?}; \
         {} tickets acknowledged, 0 lost, 0 cut off; answers {:?}",
        report.acked.len(),
        report.statuses()
    );
}

/// What a container is given to stop in, before it is killed.
const GIVEN: Duration = Duration::from_secs(10);

/// A connection that has sent this much of a request and goes on holding.
async fn half_sent(server: &Process, request: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(server.address())
        .await
        .expect("a connection");
    stream.write_all(request).await.expect("a part is sent");
    stream
}

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_stop_fits_into_what_a_container_is_given_whoever_holds_on() {
    let _turn = TURN.lock().await;
    let (data, sink) = (data_folder(), SmtpSink::start().await);
    // Nothing else is set: this is about the defaults.
    let defaults = [("SMTP_URL", sink.url())];
    let mut server = Process::serve(data.path(), free_port(), &defaults).await;
    let token = staff_token("staff-claire");
    let mut socket = WsClient::connect(&server.socket_url(), &token).await;
    socket.wait_for("connected", IN_ORDER).await;
    // A mail server in the middle of its greeting, for minutes.
    sink.behave(Behaviour::Tarpit);
    let ticket = server
        .api()
        .post("/api/support/contact", &form("a@load.example"))
        .await;
    ticket.expect(201);
    testkit::eventually("a conversation with the mail server", async || {
        let page = server.api().get("/metrics").await.text;
        let running = "guichet_jobs{state=\"running\"} ";
        let number = page
            .lines()
            .find_map(|line| line.strip_prefix(running)?.parse::<u32>().ok());
        (number > Some(0)).then_some(())
    })
    .await;
    let head = b"POST /api/support/contact HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{\"name\":";
    let mut body = half_sent(&server, head).await;
    let _head = half_sent(&server, b"GET /healthz HTTP/1.1\r\nHos").await;
    let _poll = half_sent(
        &server,
        b"GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: x\r\n\r\n",
    )
    .await;
    let asked = Instant::now();
    server.signal(Signal::TERM);
    let mut answer = Vec::new();
    let _ = body.read_to_end(&mut answer).await;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    assert!(
        answer.starts_with("HTTP/1.1 503") && answer.contains("\"unavailable\""),
        "{answer}"
    );
    let status = server.exit(IN_ORDER).await;
    let took = asked.elapsed();
    assert_eq!(status.code(), Some(0), "{}", server.written());
    assert!(took < GIVEN, "{took:?}: {}", server.written());

    // The mail was given back: who comes next need not wait for a lease to end.
    sink.behave(Behaviour::Accept);
    let _again = Process::serve(data.path(), free_port(), &defaults).await;
    sink.wait_for(2, Duration::from_secs(40)).await;
    println!(
        "SIGTERM with a half-sent body, a half-sent head, sockets and a mail under way: exit 0 after {took:.2?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_signal_stops_at_once() {
    let data = data_folder();
    let slow = settings(&[("GUICHET__REALTIME__DRAIN_SECONDS", "60".to_owned())]);
    let mut server = Process::serve(data.path(), free_port(), &slow).await;
    let token = staff_token("staff-claire");
    let mut sockets = Vec::new();
    for _ in 0..10 {
        let mut socket = WsClient::connect(&server.socket_url(), &token).await;
        socket.wait_for("connected", IN_ORDER).await;
        sockets.push(socket);
    }
    server.signal(Signal::TERM);
    testkit::eventually("the first signal to be heard", async || {
        server.written().contains("stopping").then_some(())
    })
    .await;
    let asked = Instant::now();
    server.signal(Signal::TERM);
    // Closing the sockets one by one would take a minute.
    let status = server.exit(Duration::from_secs(30)).await;
    assert_ne!(status.code(), Some(0), "not in order");
    assert!(server.written().contains("stopped at once"));
    println!("second SIGTERM: gone after {:.2?}", asked.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_server_on_the_same_folder_is_refused_and_the_first_goes_on() {
    let data = data_folder();
    let first = Process::serve(data.path(), free_port(), &settings(&[])).await;
    let second = refusal(
        &["serve", "--port", &free_port().to_string()],
        data.path(),
        &[],
    );
    assert_eq!(second.code, 1, "{}", second.said);
    let folder = data.path().display().to_string();
    for words in ["another server already uses", folder.as_str()] {
        assert!(second.said.contains(words), "{}", second.said);
    }
    let ticket = first
        .api()
        .post("/api/support/contact", &form("a@load.example"))
        .await;
    ticket.expect(201);
}

/// How a program that would not start ended.
struct Refusal {
    code: i32,
    /// Its last words, without the log before them.
    said: String,
}

fn refusal(args: &[&str], data: &Path, settings: &[(&str, String)]) -> Refusal {
    let mut all = vec![
        ("GUICHET_DATA_DIR", data.display().to_string()),
        ("RUST_LOG", "error".to_owned()),
    ];
    all.extend_from_slice(settings);
    let output = run(args, &all);
    Refusal {
        code: output.status.code().unwrap_or(-1),
        said: String::from_utf8(output.stderr)
            .unwrap()
            .trim_end()
            .to_owned(),
    }
}

/// What is wrong, and what the refusal must name.
const BAD: [(&str, &str, &str); 26] = [
    ("GUICHET__HTTP__BINDD", "x", "http.bindd"),
    ("GUICHET__NOPE__KEY", "x", "nope.key"),
    ("GUICHET__HTTP", "x", "http"),
    ("GUICHET_BIND", "nowhere", "bind"),
    ("GUICHET_BIND", "127.0.0.1:99999", "bind"),
    ("PUBLIC_URL", "ftp://shop.example", "public_url"),
    (
        "GUICHET__HTTP__TRUSTED_PROXIES",
        "10.0.0.0/99",
        "trusted_proxies",
    ),
    ("GUICHET__HTTP__MAX_BODY_BYTES", "12", "max_body_bytes"),
    ("GUICHET__HTTP__WORKERS", "-1", "workers"),
    ("GUICHET__STORAGE__POOL_SIZE", "many", "pool_size"),
    ("GUICHET__STORAGE__POOL_SIZE", "0", "pool_size"),
    (
        "GUICHET__STORAGE__ALLOW_VOLATILE",
        "perhaps",
        "allow_volatile",
    ),
    ("GUICHET__AUTH__ALGORITHM", "none", "algorithm"),
    ("GUICHET__SHOP__TIME_ZONE", "Mars/Olympus", "time_zone"),
    ("SUPPORT_EMAIL", "nobody", "support"),
    (
        "GUICHET__MAIL__ESCALATION",
        "a@shop.example, b",
        "escalation",
    ),
    ("SMTP_URL", "http://mail.shop.example", "SMTP_URL"),
    ("SMTP_URL", "smtp://user@mail.shop.example", "SMTP_URL"),
    ("GUICHET__LIMITS__CONTACT_BURST", "0", "contact_burst"),
    ("GUICHET__JOBS__LEASE_SECONDS", "1", "lease_seconds"),
    ("GUICHET__JOBS__LEASE_SECONDS", "33", "lease_seconds"),
    ("GUICHET__LOG__FORMAT", "xml", "format"),
    (
        "GUICHET__HTTP__ALLOWED_ORIGINS",
        "shop.example",
        "allowed_origins",
    ),
    ("JWT_SECRET_FILE", "/nowhere/secret", "/nowhere/secret"),
    ("JWT_SECRET", "short", "JWT_SECRET"),
    (
        "GUICHET_CONFIG",
        "/nowhere/guichet.toml",
        "/nowhere/guichet.toml",
    ),
];

#[test]
fn bad_settings_are_refused_with_exit_code_2_and_one_line_that_names_them() {
    let data = data_folder();
    let port = free_port().to_string();
    for (name, value, named) in BAD {
        let settings = [(name, value.to_owned())];
        // A bind of its own would be overruled by a port on the command line.
        let with_port: &[&str] = if name == "GUICHET_BIND" {
            &["serve"]
        } else {
            &["serve", "--port", &port]
        };
        let refused = refusal(with_port, data.path(), &settings);
        assert_eq!(refused.code, 2, "{name}={value}: {}", refused.said);
        assert_eq!(
            refused.said.lines().count(),
            1,
            "{name}={value}: {}",
            refused.said
        );
        assert!(
            refused.said.contains(named),
            "{name}={value}: {}",
            refused.said
        );
    }
    assert!(
        !data.path().join("pg").exists(),
        "refused before anything was started"
    );
}

#[test]
fn a_bind_that_others_can_reach_needs_a_secret() {
    let data = data_folder();
    let public = [("GUICHET_BIND", format!("0.0.0.0:{}", free_port()))];
    let refused = refusal(&["serve"], data.path(), &public);
    assert_eq!(refused.code, 2, "{}", refused.said);
    assert_eq!(refused.said.lines().count(), 1, "{}", refused.said);
    assert!(refused.said.contains("JWT_SECRET"), "{}", refused.said);
    assert!(!data.path().join("pg").exists());
}

#[test]
fn a_database_that_may_lose_commits_is_refused() {
    let (data, pg) = (data_folder(), data_folder());
    let cluster = Cluster::start(ClusterOptions {
        binaries: Binaries::find().unwrap(),
        data_dir: pg.path().to_owned(),
        purpose: Purpose::ThrowAway,
    })
    .unwrap();
    let port = free_port().to_string();
    let settings = [("DATABASE_URL", cluster.url("postgres"))];
    let refused = refusal(&["serve", "--port", &port], data.path(), &settings);
    assert_eq!(refused.code, 1, "{}", refused.said);
    assert!(refused.said.contains("fsync"), "{}", refused.said);
    let listening = std::net::TcpStream::connect(format!("127.0.0.1:{port}"));
    assert!(listening.is_err());
}
