//! Twenty readers that stop reading: dropped soon, their connections ended with them, and neither
//! the server's memory nor a healthy reader's latency shows it.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::json;
use testkit::Api;
use testkit::process::{Process, data_folder, free_port, staff_token};
use testkit::ws_client::WsClient;
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

use crate::TURN;
use crate::outside::{LONG, settings};

const STALLED: usize = 20;
const PER_SECOND: u32 = 50;
const LASTS: Duration = Duration::from_secs(15);
const CONTENT_BYTES: usize = 1_500;
/// About a second's messages.
const WINDOW_BYTES: u32 = 64 * 1024;

/// A reader whose kernel keeps little for it once it has stopped; and its port.
async fn reader(server: SocketAddr, number: usize) -> (Reader, u16) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(WINDOW_BYTES).unwrap();
    let stream = socket.connect(server).await.unwrap();
    let port = stream.local_addr().unwrap().port();
    let token = staff_token(&reader_id(number));
    let path = if number.is_multiple_of(2) {
        format!("/ws/messaging?token={token}")
    } else {
        "/socket.io/?EIO=4&transport=websocket".to_owned()
    };
    let url = format!("ws://{server}{path}");
    let (mut reader, _) = tokio_tungstenite::client_async(url, stream).await.unwrap();
    if !number.is_multiple_of(2) {
        let enter = format!("40/messaging,{}", json!({ "token": token }));
        reader.send(Message::text(enter)).await.unwrap();
    }
    // Its greeting came: it is in.
    while let Some(Ok(message)) = reader.next().await {
        if message
            .to_text()
            .is_ok_and(|text| text.contains("connected"))
        {
            return (reader, port);
        }
    }
    panic!("reader {number} was not let in");
}

/// Reads until told to stop.
async fn read(mut reader: Reader, mut stop: watch::Receiver<bool>) -> Reader {
    loop {
        tokio::select! {
            message = reader.next() => assert!(message.is_some_and(|read| read.is_ok())),
            _ = stop.wait_for(|stop| *stop) => return reader,
        }
    }
}

fn reader_id(number: usize) -> String {
    format!("staff-{number}")
}

type Reader = WebSocketStream<TcpStream>;
type Sent = Arc<Mutex<Vec<Instant>>>;

/// A customer writes to all staff at an even pace; answers how long each message took to the healthy
/// reader, in order of time taken.
async fn load(customer: &Api, healthy: &mut WsClient, sent: &Sent) -> Vec<Duration> {
    let first = sent.lock().unwrap_or_else(PoisonError::into_inner).len();
    let count = usize::try_from(PER_SECOND).unwrap() * usize::try_from(LASTS.as_secs()).unwrap();
    let (customer, times) = (customer.clone(), Arc::clone(sent));
    let posting = tokio::spawn(async move {
        let mut pace = tokio::time::interval(Duration::from_secs(1) / PER_SECOND);
        let mut posts = JoinSet::new();
        for n in first..first + count {
            pace.tick().await;
            times
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(Instant::now());
            let content = format!("{n} {}", "x".repeat(CONTENT_BYTES));
            let form = json!({ "customerId": "cst-jean", "staffId": null, "subject": "Ma commande", "content": content });
            let customer = customer.clone();
            posts.spawn(async move { customer.post("/api/messages", &form).await.expect(201) });
        }
        posts.join_all().await;
    });
    let mut took = Vec::new();
    while took.len() < count {
        let event = healthy.wait_for("newMessage", LONG).await;
        let content = event["data"]["message"]["content"].as_str().unwrap();
        let n: usize = content.split(' ').next().unwrap().parse().unwrap();
        let times = sent.lock().unwrap_or_else(PoisonError::into_inner);
        took.push(times[n].elapsed());
    }
    posting.await.unwrap();
    took.sort();
    took
}

fn at(took: &[Duration], percent: usize) -> Duration {
    took[took.len() * percent / 100]
}

/// Waits until none of the readers counts as connected, then until the kernel has let go of them;
/// answers how long after each.
async fn dropped(server: &Process, healthy: &Api, ports: &[u16]) -> (Duration, Duration) {
    let ids: Vec<String> = (0..STALLED).map(reader_id).collect();
    let path = format!("/api/messages/presence?ids={}", ids.join(","));
    let start = Instant::now();
    // Now and then: to ask is work, too.
    let mut now_and_then = tokio::time::interval(Duration::from_millis(250));
    loop {
        now_and_then.tick().await;
        let seen = healthy.get(&path).await.expect(200);
        let users = seen.body["data"].as_array().unwrap();
        if users.iter().all(|user| user["sockets"] == 0) {
            break;
        }
        assert!(start.elapsed() < LONG, "not dropped: {}", seen.text);
    }
    let gone = Instant::now();
    testkit::eventually("their connections have ended", async || {
        (server.connections_from(ports) == 0).then_some(())
    })
    .await;
    (gone - start, gone.elapsed())
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_readers_that_stop_reading_cost_nobody_anything() {
    let _turn = TURN.lock().await;
    let data = data_folder();
    let server = Process::serve(data.path(), free_port(), &settings(&[])).await;
    let (customer, staff) = (server.customer("cst-jean"), server.staff("staff-healthy"));
    for caller in [&customer, &staff] {
        caller.get("/api/messages").await.expect(200);
    }
    let mut healthy = WsClient::connect(&server.socket_url(), &staff_token("staff-healthy")).await;
    let sent = Sent::default();
    let (stop, stopped) = watch::channel(false);
    let (mut reading, mut ports) = (JoinSet::new(), Vec::new());
    for number in 0..STALLED {
        let (reader, port) = reader(server.address(), number).await;
        ports.push(port);
        reading.spawn(read(reader, stopped.clone()));
    }
    // What the load costs while all of them read.
    let all_read = load(&customer, &mut healthy, &sent).await;
    stop.send_replace(true);
    let readers = reading.join_all().await;
    let before = server.resident_kib();
    let (beside, ends, most) = tokio::join!(
        load(&customer, &mut healthy, &sent),
        dropped(&server, &staff, &ports),
        async {
            let mut most = 0;
            for _ in 0..LASTS.as_secs() * 10 {
                most = server.resident_kib().max(most);
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            most
        }
    );
    let (dropped_after, ended_after) = ends;
    let grown = most.saturating_sub(before);
    println!(
        "{STALLED} readers that stop reading, {PER_SECOND} messages/s of {CONTENT_BYTES} bytes to each: all dropped within \
         {dropped_after:.2?}, connections ended {ended_after:.2?} later, resident memory {before} KiB, at most {grown} KiB more; \
         a healthy reader p50 {:.2?}, p95 {:.2?}, p99 {:.2?} (while they read p50 {:.2?}, p95 {:.2?}, p99 {:.2?})",
        at(&beside, 50),
        at(&beside, 95),
        at(&beside, 99),
        at(&all_read, 50),
        at(&all_read, 95),
        at(&all_read, 99),
    );
    // Left to the kernel it would be minutes.
    assert!(ended_after < Duration::from_secs(15), "{ended_after:?}");
    assert!(grown < 10 * 1_024, "{grown} KiB");
    // Room for what else a busy machine does.
    let limit = at(&all_read, 50) * 3 + Duration::from_millis(20);
    assert!(at(&beside, 50) < limit, "{:?}", at(&beside, 50));
    drop(readers);
}
