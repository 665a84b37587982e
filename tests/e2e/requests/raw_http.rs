//! HTTP/1.1 by hand, for what no well-behaved client sends.

use std::net::SocketAddr;

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// What came back.
#[derive(Debug)]
pub struct RawAnswer {
    pub status: u16,
    pub head: String,
    pub body: Value,
}

impl RawAnswer {
    /// A header's text; empty when it is absent.
    pub fn header(&self, name: &str) -> &str {
        self.head
            .split("\r\n")
            .filter_map(|line| line.split_once(':'))
            .find(|(found, _)| found.eq_ignore_ascii_case(name))
            .map_or("", |(_, value)| value.trim())
    }
}

/// Sends these bytes as they are, while reading; reads one answer with a `Content-Length`.
pub async fn exchange(address: SocketAddr, request: Vec<u8>) -> RawAnswer {
    let stream = TcpStream::connect(address).await.expect("a connection");
    let (mut reader, mut writer) = stream.into_split();
    // The server may refuse a body before it has read all of it.
    let writing = tokio::spawn(async move {
        let _ = writer.write_all(&request).await;
        writer
    });
    let mut bytes = Vec::new();
    let reading = async {
        let mut part = [0; 4096];
        while let Ok(n @ 1..) = reader.read(&mut part).await {
            bytes.extend_from_slice(&part[..n]);
            if let Some(answer) = whole_answer(&bytes) {
                return answer;
            }
        }
        panic!("hung up after {:?}", String::from_utf8_lossy(&bytes));
    };
    let answer = tokio::time::timeout(testkit::PATIENCE, reading)
        .await
        .expect("the server answers");
    writing.abort();
    answer
}

/// The answer, once all of it is there.
fn whole_answer(bytes: &[u8]) -> Option<RawAnswer> {
    let text = String::from_utf8_lossy(bytes);
    let (head, body) = text.split_once("\r\n\r\n")?;
    let answer = RawAnswer {
        status: head.split(' ').nth(1)?.parse().ok()?,
        head: head.to_owned(),
        body: serde_json::from_str(body).unwrap_or_default(),
    };
    let length: usize = answer.header("content-length").parse().ok()?;
    (body.len() >= length).then_some(answer)
}

/// `POST` with these header lines and body.
pub fn post(path: &str, headers: &[&str], body: &[u8]) -> Vec<u8> {
    let mut request = format!("POST {path} HTTP/1.1\r\nHost: guichet\r\nConnection: close\r\n");
    for header in headers {
        request.push_str(header);
        request.push_str("\r\n");
    }
    request.push_str("\r\n");
    let mut request = request.into_bytes();
    request.extend_from_slice(body);
    request
}
