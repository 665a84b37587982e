//! Ways to be a nuisance: what is asked for, how far ahead, and how the answers are read.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;
use tokio::time::timeout;

/// One way to be a nuisance.
#[derive(Clone, Copy)]
pub(super) struct Attack {
    pub(super) name: &'static str,
    peers: usize,
    /// Asked of each in turn.
    paths: &'static [&'static str],
    /// How many requests are sent at once, again and again.
    ahead: usize,
    reading: Reading,
}

#[derive(Clone, Copy, PartialEq)]
enum Reading {
    Nothing,
    /// So many bytes ten times a second.
    Slowly(usize),
    Everything,
}

const LISTS: &[&str] = &[
    "/api/support/contact/tickets?limit=100",
    "/api/support/contact/tickets?limit=100&sort_by=msg_subject",
    "/api/support/contact/search?keyword=frein&limit=100",
    "/api/messages?limit=100",
    "/api/events?limit=100",
];
const PAGES: &[&str] = &[
    "/docs/swagger-ui-bundle.js",
    "/api/openapi.json",
    "/docs/swagger-ui.css",
    "/docs/",
];
const SMALL: &[&str] = &["/healthz", "/api/support/faq", "/", "/metrics"];

pub(super) const ATTACKS: [Attack; 6] = [
    Attack {
        name: "100 that ask for large answers and read slowly",
        peers: 100,
        paths: LISTS,
        ahead: 1,
        reading: Reading::Slowly(2_000),
    },
    Attack {
        name: "40 that send requests ahead and read nothing",
        peers: 40,
        paths: SMALL,
        ahead: 1_000,
        reading: Reading::Nothing,
    },
    Attack {
        name: "40 that send requests for large answers ahead and read nothing",
        peers: 40,
        paths: LISTS,
        ahead: 1_000,
        reading: Reading::Nothing,
    },
    Attack {
        name: "200 that ask for static pages and read nothing",
        peers: 200,
        paths: PAGES,
        ahead: 50,
        reading: Reading::Nothing,
    },
    Attack {
        name: "62 that ask for the largest lists",
        peers: 62,
        paths: LISTS,
        ahead: 1,
        reading: Reading::Everything,
    },
    Attack {
        name: "50 that send small requests for large answers ahead",
        peers: 50,
        paths: LISTS,
        ahead: 100,
        reading: Reading::Everything,
    },
];

/// The peers of an attack, on a thread of their own; they end when this is dropped.
pub(super) struct Attacking(Arc<AtomicBool>, Option<std::thread::JoinHandle<()>>);

impl Attacking {
    pub(super) fn begin(attack: Attack, server: SocketAddr, token: &str, from: Ipv4Addr) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let (stopped, token) = (Arc::clone(&stop), token.to_owned());
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async {
                let mut peers = JoinSet::new();
                for number in 0..attack.peers {
                    let requests = requests(attack, number, &token);
                    peers.spawn(annoy(attack, server, from, requests));
                }
                while !stopped.load(Ordering::SeqCst) {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            });
        });
        Self(stop, Some(thread))
    }
}

impl Drop for Attacking {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
        self.1.take().unwrap().join().unwrap();
    }
}

fn requests(attack: Attack, number: usize, token: &str) -> Vec<u8> {
    let path = attack.paths[number % attack.paths.len()];
    format!("GET {path} HTTP/1.1\r\nhost: desk\r\nauthorization: Bearer {token}\r\n\r\n")
        .repeat(attack.ahead)
        .into_bytes()
}

/// One peer: whenever it is cut it comes again.
async fn annoy(attack: Attack, server: SocketAddr, from: Ipv4Addr, requests: Vec<u8>) {
    loop {
        let socket = TcpSocket::new_v4().unwrap();
        if attack.reading != Reading::Everything {
            socket.set_recv_buffer_size(4 * 1024).unwrap();
        }
        socket.bind((from, 0).into()).unwrap();
        if let Ok(stream) = socket.connect(server).await {
            until_cut(attack, stream, &requests).await;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn until_cut(attack: Attack, stream: TcpStream, requests: &[u8]) {
    let (mut reading, mut writing) = stream.into_split();
    if attack.reading == Reading::Everything && attack.ahead == 1 {
        return read_one_after_the_other(reading, writing, requests).await;
    }
    let sending = async {
        loop {
            writing.write_all(requests).await?;
            if attack.reading != Reading::Nothing && attack.ahead == 1 {
                // The next one when this one has come: lists end so.
                return std::io::Result::Ok(());
            }
        }
    };
    let receiving = async {
        let mut bytes = vec![0; 64 * 1024];
        loop {
            let most = match attack.reading {
                Reading::Nothing => {
                    std::future::pending::<()>().await;
                    0
                }
                Reading::Slowly(most) => {
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    most
                }
                Reading::Everything => bytes.len(),
            };
            let idle = Duration::from_secs(2);
            match timeout(idle, reading.read(&mut bytes[..most])).await {
                Ok(Ok(0) | Err(_)) => return,
                Ok(Ok(_)) => {}
                // All of it has come: again, on a new connection.
                Err(_) => return,
            }
        }
    };
    tokio::select! {
        sent = sending => if sent.is_ok() { std::future::pending::<()>().await },
        () = receiving => {}
    }
}

/// Asks for the next one when the last one has come.
async fn read_one_after_the_other(
    mut reading: tokio::net::tcp::OwnedReadHalf,
    mut writing: tokio::net::tcp::OwnedWriteHalf,
    request: &[u8],
) {
    let mut bytes = vec![0; 256 * 1024];
    while writing.write_all(request).await.is_ok() {
        let (mut head, mut left) = (Vec::new(), None::<usize>);
        while left != Some(0) {
            let Ok(read @ 1..) = reading.read(&mut bytes).await else {
                return;
            };
            match &mut left {
                Some(left) => *left = left.saturating_sub(read),
                None => {
                    head.extend_from_slice(&bytes[..read]);
                    let text = String::from_utf8_lossy(&head);
                    if let Some((lines, body)) = text.split_once("\r\n\r\n") {
                        let length = lines
                            .lines()
                            .find_map(|line| line.strip_prefix("content-length: "))
                            .and_then(|length| length.parse::<usize>().ok())
                            .unwrap_or_default();
                        let have = head.len() - lines.len() - 4;
                        assert!(!body.is_empty() || have == 0);
                        left = Some(length.saturating_sub(have));
                    }
                }
            }
        }
    }
}
