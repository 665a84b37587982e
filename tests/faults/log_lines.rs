//! What the program writes on standard error, from its first word to its last: with `log.format =
//! "json"` one object a line, whatever happens; else failures in one form.

use std::process::Output;

use serde_json::{Value, json};
use testkit::form;
use testkit::process::{Process, Signal, data_folder, free_port, run, staff_token};
use testkit::sio_client::{SioClient, SioSession};
use testkit::smtp_sink::SmtpSink;
use testkit::ws_client::WsClient;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::outside::LONG;

/// Every line as an object with a level and a message.
#[track_caller]
fn objects(written: &str) -> Vec<Value> {
    let objects: Vec<Value> = written
        .lines()
        .map(|line| match serde_json::from_str(line) {
            Ok(Value::Object(object)) => Value::Object(object),
            _ => panic!("not one object: {line:?}"),
        })
        .collect();
    assert!(!objects.is_empty(), "nothing was said");
    for object in &objects {
        assert!(
            object["level"].is_string() && object["timestamp"].is_string(),
            "{object}"
        );
    }
    objects
}

/// Sends bytes that are no HTTP, or half of it, and reads what comes until the server has enough.
async fn send_raw(server: &Process, bytes: &[u8]) {
    let mut stream = TcpStream::connect(server.address())
        .await
        .expect("a connection");
    stream.write_all(bytes).await.expect("they are sent");
    stream.shutdown().await.expect("there is no more");
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_json_every_line_is_one_object_at_the_most_verbose_level_too() {
    let (data, sink) = (data_folder(), SmtpSink::start().await);
    let settings = [
        ("GUICHET__LOG__FORMAT", "json".to_owned()),
        ("RUST_LOG", "trace".to_owned()),
        ("SMTP_URL", sink.url()),
        ("SUPPORT_EMAIL", "support@shop.example".to_owned()),
    ];
    let mut server = Process::serve(data.path(), free_port(), &settings).await;
    let created = server
        .api()
        .post("/api/support/contact", &form("a@load.example"))
        .await;
    created.expect(201);
    let token = staff_token("staff-claire");
    let mut native = WsClient::connect(&server.socket_url(), &token).await;
    native.wait_for("connected", LONG).await;
    native.send_text("\u{1b}[31m not JSON\nat all").await;
    native.wait_for("exception", LONG).await;
    let address = server.address().to_string();
    let mut other = SioClient::connect(&address, &token, SioSession::default(), LONG).await;
    other.emit("ping", &json!({})).await;
    for bytes in [
        b"\x16\x03\x01\x00\xff garbage \x1b[31m\r\n\r\n" as &[u8],
        b"GET /\xff\xfe HTTP/1.1\r\nHost: x\r\nX-A: \xe9\x1b[1m\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: x\r\nUser-Agent: a\tb\"c\\\r\n\r\n",
        b"POST /api/support/contact HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{",
        b"POST /api/support/contact HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ] {
        send_raw(&server, bytes).await;
    }
    sink.wait_for(2, LONG).await;
    server.signal(Signal::TERM);
    assert_eq!(
        server.exit(LONG).await.code(),
        Some(0),
        "{}",
        server.written()
    );
    let said = objects(&server.written());
    let traced = said.iter().filter(|line| line["level"] == "TRACE").count();
    assert!(traced > 0, "the most verbose level");
    println!(
        "log.format = json: {} lines, {traced} of them traces, each one object",
        said.len()
    );
}

fn said(output: Output) -> String {
    String::from_utf8(output.stderr).expect("text")
}

#[test]
fn with_json_what_ends_the_program_before_it_serves_is_one_object_too() {
    let data = data_folder();
    let file = data.path().join("guichet.toml");
    std::fs::write(&file, "[log]\nformat = \"json\"\n[http]\nbindd = \"x\"\n").unwrap();
    let faulty = data.path().join("base.json");
    std::fs::write(
        &faulty,
        r#"{"categories": [{"id": "A B"}, {"id": ""}], "faqs": [{}]}"#,
    )
    .unwrap();
    let (file, faulty) = (file.display().to_string(), faulty.display().to_string());
    let folder = ("GUICHET_DATA_DIR", data.path().display().to_string());
    let json = ("GUICHET__LOG__FORMAT", "json".to_owned());
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let public = (
        "GUICHET_BIND",
        format!("0.0.0.0:{}", taken.local_addr().unwrap().port()),
    );
    for (args, settings) in [
        (&["serve", "--prot", "1"] as &[&str], vec![&json]),
        (&["serv"], vec![&json]),
        (&["token"], vec![&json]),
        (&["faq"], vec![&json]),
        (
            &["serve"],
            vec![&json, &("GUICHET__NOPE__KEY", "x".to_owned())],
        ),
        (
            &["serve"],
            vec![
                &json,
                &("GUICHET_CONFIG", "/nowhere/guichet.toml".to_owned()),
            ],
        ),
        (&["serve"], vec![&("GUICHET_CONFIG", file.clone())]),
        (&["serve", "--config", &file], vec![]),
        (&["serve", &format!("--config={file}")], vec![]),
        (&["serve"], vec![&json, &("JWT_SECRET", "short".to_owned())]),
        (&["serve"], vec![&json, &public]),
        (
            &["figures"],
            vec![&json, &("DATABASE_URL", "nonsense".to_owned())],
        ),
        (&["faq", "import", &faulty], vec![&json]),
        (&["faq", "import", "/nowhere/base.json"], vec![&json]),
    ] {
        let mut all = vec![folder.clone()];
        all.extend(settings.into_iter().cloned());
        let output = run(args, &all);
        assert_ne!(output.status.code(), Some(0), "{args:?}");
        let said = objects(&said(output));
        let last = said.last().expect("a line");
        assert_eq!(
            (&last["level"], &last["target"]),
            (&"ERROR".into(), &"guichet".into()),
            "{args:?}"
        );
    }
}

#[test]
fn a_command_line_that_is_refused_is_one_line_that_begins_as_every_failure_does() {
    for (args, named) in [
        (&["serve", "--prot", "1"] as &[&str], "--prot"),
        (&["serv"], "serv"),
        (&["token", "--sub", "u"], "--role"),
        (&["token", "--sub", "u", "--role", "boss"], "boss"),
        (&["serve", "--port", "99999"], "99999"),
        (&["faq"], "command"),
        (&["figures", "now"], "now"),
    ] {
        let output = run(args, &[]);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        let said = said(output);
        assert_eq!(said.lines().count(), 1, "{said}");
        assert!(
            said.starts_with("guichet: ") && said.contains(named),
            "{said}"
        );
    }
    for asked in ["--help", "--version", "help"] {
        let output = run(&[asked], &[]);
        assert_eq!(
            (output.status.code(), output.stderr),
            (Some(0), Vec::new()),
            "{asked}"
        );
        assert!(!output.stdout.is_empty(), "{asked}");
    }
}
