//! HTTP/1.1 by hand over one kept-alive connection: a client library would use the cores that are measured.

use std::net::SocketAddr;
use std::ops::Range;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::Outcome;

/// One connection, one request at a time.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// What came back; the body lies in the connection's buffer.
pub(crate) struct Answer<'a> {
    pub(crate) status: u16,
    pub(crate) body: &'a [u8],
}

impl Connection {
    pub(crate) async fn open(address: SocketAddr) -> Outcome<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            buffer: Vec::with_capacity(8 * 1024),
        })
    }

    pub(crate) async fn call(&mut self, request: &[u8]) -> Outcome<Answer<'_>> {
        let head = self.exchange(request).await?;
        Ok(Answer {
            status: head.status,
            body: self.buffer.get(head.body).unwrap_or_default(),
        })
    }

    /// An answer as it came, head and body.
    pub(crate) async fn whole(&mut self, request: &[u8]) -> Outcome<Vec<u8>> {
        let head = self.exchange(request).await?;
        Ok(self
            .buffer
            .get(..head.body.end)
            .unwrap_or_default()
            .to_vec())
    }

    async fn exchange(&mut self, request: &[u8]) -> Outcome<Head> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        let head = loop {
            if let Some(head) = Head::find(&self.buffer)? {
                break head;
            }
            self.read_more().await?;
        };
        while self.buffer.len() < head.body.end {
            self.read_more().await?;
        }
        Ok(head)
    }

    async fn read_more(&mut self) -> Outcome<()> {
        match self.stream.read_buf(&mut self.buffer).await? {
            0 => Err("the server closed the connection".into()),
            _ => Ok(()),
        }
    }
}

struct Head {
    status: u16,
    body: Range<usize>,
}

impl Head {
    /// `None` while the head is not complete.
    fn find(bytes: &[u8]) -> Outcome<Option<Self>> {
        let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
            return Ok(None);
        };
        let head = std::str::from_utf8(bytes.get(..end).unwrap_or_default())?;
        let mut lines = head.split("\r\n");
        let status = lines
            .next()
            .and_then(|line| line.split(' ').nth(1))
            .and_then(|code| code.parse().ok())
            .ok_or("no status line")?;
        let length: usize = lines
            .filter_map(|line| line.split_once(':'))
            .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
            .and_then(|(_, value)| value.trim().parse().ok())
            .ok_or("an answer without Content-Length")?;
        let start = end + 4;
        Ok(Some(Self {
            status,
            body: start..start + length,
        }))
    }
}

/// The bytes of a GET.
pub(crate) fn get(path: &str, token: Option<&str>) -> Vec<u8> {
    let authorization = token.map_or_else(String::new, |token| {
        format!("Authorization: Bearer {token}\r\n")
    });
    format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n{authorization}\r\n").into_bytes()
}

/// The bytes of a POST of JSON.
pub(crate) fn post(path: &str, token: &str, body: &str) -> Vec<u8> {
    format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// The specification's first example as POSTs, each from another sender. Written here and not taken from the test kit,
/// which would draw the whole server into this program's release build.
#[derive(Clone)]
pub(crate) struct ContactForm {
    before_email: String,
    after_email: String,
}

impl ContactForm {
    pub(crate) fn new() -> Outcome<Self> {
        const MARK: &str = "nobody@nowhere";
        let body = serde_json::json!({
            "name": "Jean Dupont",
            "email": MARK,
            "phone": "+33612345678",
            "subject": "Problème démarrage véhicule",
            "message": "Mon véhicule Renault Clio 2018 ne démarre plus depuis ce matin. Le voyant batterie est allumé.",
            "priority": "high",
            "category": "technical",
            "vehicle_info": { "brand": "Renault", "model": "Clio", "year": 2018, "license_plate": "AB-123-CD" },
            "order_number": "ORD-2024-12345"
        })
        .to_string();
        let (before, after) = body.split_once(MARK).ok_or("the form has no e-mail")?;
        Ok(Self {
            before_email: before.to_owned(),
            after_email: after.to_owned(),
        })
    }

    /// The bytes of one POST.
    pub(crate) fn by_sender(&self, email: &str) -> Vec<u8> {
        let length = self.before_email.len() + email.len() + self.after_email.len();
        format!(
            "POST /api/support/contact HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
             Content-Length: {length}\r\n\r\n{}{email}{}",
            self.before_email, self.after_email
        )
        .into_bytes()
    }
}
