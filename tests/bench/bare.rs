//! The yardstick: a bare actix route that answers the same bytes, in a process of its own.
//!
//! This program starts itself again with `--bare ADDRESS FILE`. The file holds an answer of the server's, head and
//! body; the route answers with the same headers and the same body, held ready.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::web::{self, Bytes};
use actix_web::{App, HttpResponse, HttpServer};

use crate::Outcome;
use crate::http::Connection;

/// The argument that makes this program the yardstick.
pub(crate) const ARGUMENT: &str = "--bare";
/// Written anew for each answer by the framework itself.
const FRAMEWORK: [&str; 3] = ["content-length", "date", "connection"];
const START_LIMIT: Duration = Duration::from_secs(10);

/// A running yardstick; killed when dropped.
pub(crate) struct Bare {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Bare {
    /// Starts it and returns once it answers.
    pub(crate) async fn start(answer: &Path) -> Outcome<Self> {
        let address = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
        let child = Command::new(std::env::current_exe()?)
            .args([ARGUMENT, &address.to_string()])
            .arg(answer)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()?;
        let bare = Self { child, address };
        let since = Instant::now();
        while Connection::open(address).await.is_err() {
            if since.elapsed() > START_LIMIT {
                return Err("the bare route did not start".into());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(bare)
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Bare {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[derive(Clone)]
struct Ready {
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Bytes,
}

/// Serves until killed.
pub(crate) fn serve(address: &str, answer: &str) -> Outcome<()> {
    let address: SocketAddr = address.parse()?;
    let ready = read(&std::fs::read(answer)?)?;
    actix_web::rt::System::new().block_on(async move {
        HttpServer::new(move || {
            App::new()
                .app_data(web::Data::new(ready.clone()))
                .route("/api/support/faq/{faqId}", web::get().to(answer_ready))
        })
        .tcp_nodelay(true)
        .workers(1)
        .bind(address)?
        .run()
        .await
    })?;
    Ok(())
}

async fn answer_ready(ready: web::Data<Ready>) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    for (name, value) in &ready.headers {
        response.insert_header((name.clone(), value.clone()));
    }
    response.body(ready.body.clone())
}

fn read(answer: &[u8]) -> Outcome<Ready> {
    let end = answer
        .windows(4)
        .position(|four| four == b"\r\n\r\n")
        .ok_or("no end of the head")?;
    let (head, body) = (
        answer.get(..end).unwrap_or_default(),
        answer.get(end + 4..).unwrap_or_default(),
    );
    let mut headers = Vec::new();
    for line in std::str::from_utf8(head)?.split("\r\n").skip(1) {
        let (name, value) = line.split_once(": ").ok_or("a header without a value")?;
        if !FRAMEWORK.contains(&name.to_ascii_lowercase().as_str()) {
            headers.push((name.parse()?, value.parse()?));
        }
    }
    Ok(Ready {
        headers,
        body: Bytes::copy_from_slice(body),
    })
}
