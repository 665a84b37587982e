//! Peers that ask and do not read: what they cost, and that honest ones notice nothing.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpResponse, web};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::Notify;
use tokio::time::timeout;

use super::wait::{WAIT, eventually};
use crate::MostConnections;
use crate::listener::{Listening, listen};

const LARGE: usize = 1_000_000;

#[derive(Default)]
struct Seen {
    asked: AtomicUsize,
    waiting: AtomicUsize,
    dropped: AtomicUsize,
    go_on: Notify,
}

/// Counts itself as dropped.
struct Held(web::Data<Seen>);

impl Drop for Held {
    fn drop(&mut self) {
        self.0.dropped.fetch_add(1, Ordering::SeqCst);
    }
}

struct Desk {
    address: SocketAddr,
    seen: web::Data<Seen>,
    handle: ServerHandle,
}

impl Desk {
    fn open(most: Option<MostConnections>) -> Self {
        let seen = web::Data::new(Seen::default());
        let shared = seen.clone();
        let listening = Listening {
            address: ([127, 0, 0, 1], 0).into(),
            workers: 1,
            shutdown_seconds: 1,
            most,
        };
        let app = move || {
            App::new()
                .app_data(shared.clone())
                .app_data(web::PayloadConfig::new(10 * LARGE))
                .route("/small", web::get().to(small))
                .route("/large", web::get().to(large))
                .route("/wait", web::get().to(wait))
                .route("/length", web::post().to(length))
        };
        let (address, server) = listen(&listening, app).unwrap();
        let handle = server.handle();
        tokio::spawn(server);
        Self {
            address,
            seen,
            handle,
        }
    }

    async fn connect(&self) -> TcpStream {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(8 * 1024).unwrap();
        socket.connect(self.address).await.unwrap()
    }

    fn asked(&self) -> usize {
        self.seen.asked.load(Ordering::SeqCst)
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
    }
}

async fn small(seen: web::Data<Seen>) -> &'static str {
    seen.asked.fetch_add(1, Ordering::SeqCst);
    "a small answer"
}

async fn large(seen: web::Data<Seen>) -> HttpResponse {
    seen.asked.fetch_add(1, Ordering::SeqCst);
    HttpResponse::Ok().body("x".repeat(LARGE))
}

async fn wait(seen: web::Data<Seen>) -> &'static str {
    seen.asked.fetch_add(1, Ordering::SeqCst);
    let held = Held(seen.clone());
    seen.waiting.fetch_add(1, Ordering::SeqCst);
    seen.go_on.notified().await;
    drop(held);
    "waited"
}

async fn length(body: web::Bytes) -> String {
    body.len().to_string()
}

fn row_of(path: &str, count: usize) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: a\r\n\r\n")
        .repeat(count)
        .into_bytes()
}

/// Reads until so many answers have begun.
async fn read_answers(peer: &mut (impl AsyncRead + Unpin), count: usize) {
    const BEGINNING: &[u8] = b"HTTP/1.1 200";
    let (mut seen, mut last) = (0, Vec::new());
    while seen < count {
        let mut bytes = vec![0; 64 * 1024];
        let read = timeout(WAIT, peer.read(&mut bytes)).await.unwrap().unwrap();
        assert_ne!(read, 0, "ended after {seen} of {count}");
        last.extend_from_slice(&bytes[..read]);
        let windows = last.windows(BEGINNING.len());
        seen += windows.filter(|at| *at == BEGINNING).count();
        // What may be the beginning of the next one.
        last.drain(..last.len().saturating_sub(BEGINNING.len() - 1));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_sends_thousands_of_requests_ahead_is_not_read_from_and_gets_every_answer_once_it_reads()
 {
    const COUNT: usize = 20_000;
    let desk = Desk::open(None);
    let (mut reading, mut writing) = desk.connect().await.into_split();
    let sending = tokio::spawn(async move {
        writing.write_all(&row_of("/small", COUNT)).await.unwrap();
        writing
    });
    eventually("the first are answered", || desk.asked() > 0).await;
    // Nobody reads: what the kernel takes, and a few more, is all that is prepared.
    let mut before = 0;
    while before != desk.asked() {
        before = desk.asked();
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    assert!(
        before < COUNT / 2,
        "{before} of {COUNT} were answered unread"
    );
    read_answers(&mut reading, COUNT).await;
    assert_eq!(desk.asked(), COUNT);
    // And it may go on.
    let mut writing = timeout(WAIT, sending).await.unwrap().unwrap();
    writing.write_all(&row_of("/small", 1)).await.unwrap();
    read_answers(&mut reading, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_an_answer_is_left_unread_the_next_is_not_begun() {
    let desk = Desk::open(None);
    let mut peer = desk.connect().await;
    peer.write_all(&row_of("/large", 50)).await.unwrap();
    eventually("the first is asked for", || desk.asked() > 0).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert!(desk.asked() <= 2, "{} at once", desk.asked());
    read_answers(&mut peer, 50).await;
    assert_eq!(desk.asked(), 50);
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_sent_ahead_of_a_slow_answer_wait_in_the_network() {
    let desk = Desk::open(None);
    let (peer, mut honest) = (desk.connect().await, desk.connect().await);
    let mut row = row_of("/wait", 1);
    row.extend(row_of("/small", 10_000));
    let (mut reading, mut writing) = peer.into_split();
    let sending = tokio::spawn(async move {
        writing.write_all(&row).await.unwrap();
        writing
    });
    eventually("it waits", || desk.seen.waiting.load(Ordering::SeqCst) == 1).await;
    // Others are served meanwhile.
    for _ in 0..10 {
        honest.write_all(&row_of("/small", 1)).await.unwrap();
        read_answers(&mut honest, 1).await;
    }
    assert_eq!(desk.asked(), 11);
    desk.seen.go_on.notify_one();
    read_answers(&mut reading, 10_001).await;
    assert_eq!(desk.asked(), 10_011);
    timeout(WAIT, sending).await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_hangs_up_while_its_answer_is_prepared_is_noticed() {
    let desk = Desk::open(None);
    let mut peer = desk.connect().await;
    peer.write_all(&row_of("/wait", 1)).await.unwrap();
    eventually("it waits", || desk.seen.waiting.load(Ordering::SeqCst) == 1).await;
    drop(peer);
    eventually("it is let go", || {
        desk.seen.dropped.load(Ordering::SeqCst) == 1
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_body_is_read_as_it_is_wanted_whether_its_length_is_told_or_not() {
    let desk = Desk::open(None);
    let body = "b".repeat(LARGE);
    let whole =
        format!("POST /length HTTP/1.1\r\nhost: a\r\ncontent-length: {LARGE}\r\n\r\n{body}");
    let chunks = format!("2710\r\n{}\r\n", &body[..10_000]).repeat(LARGE / 10_000);
    let chunked = format!(
        "POST /length HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n{chunks}0\r\n\r\n"
    );
    let mut peer = desk.connect().await;
    for request in [whole.clone(), chunked, whole] {
        peer.write_all(request.as_bytes()).await.unwrap();
        let (mut answer, end) = (String::new(), LARGE.to_string());
        while !answer.ends_with(&end) {
            let mut bytes = [0; 1_000];
            let read = timeout(WAIT, peer.read(&mut bytes)).await.unwrap().unwrap();
            assert_ne!(read, 0, "{answer}");
            answer.push_str(std::str::from_utf8(&bytes[..read]).unwrap());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_network_gets_its_places_and_is_told_when_there_are_no_more() {
    let most = MostConnections {
        per_network: 2,
        total: 100,
        network_of: Arc::new(Some),
    };
    let desk = Desk::open(Some(most));
    let (mut first, mut second) = (desk.connect().await, desk.connect().await);
    for peer in [&mut first, &mut second] {
        peer.write_all(&row_of("/small", 1)).await.unwrap();
        read_answers(peer, 1).await;
    }
    let mut refused = desk.connect().await;
    let mut told = Vec::new();
    timeout(WAIT, refused.read_to_end(&mut told))
        .await
        .unwrap()
        .unwrap();
    assert!(told.starts_with(b"HTTP/1.1 429 "), "{told:?}");
    drop(first);
    let mut again = String::new();
    while !again.starts_with("HTTP/1.1 200") {
        let mut peer = desk.connect().await;
        // The place may not be given back yet.
        let _ = peer.write_all(&row_of("/small", 1)).await;
        let mut bytes = [0; 12];
        let read = timeout(WAIT, peer.read(&mut bytes))
            .await
            .unwrap()
            .unwrap_or_default();
        again = String::from_utf8_lossy(&bytes[..read]).into_owned();
    }
}
