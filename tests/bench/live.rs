//! From the answered POST to the event on each staff socket.
//!
//! The event may arrive before the answer: the server hands it to its sockets and answers at the same time. Such a
//! latency counts as zero.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::desk::Desk;
use crate::http::{Connection, ContactForm};
use crate::load::Times;
use crate::report::Row;
use crate::server::{self, Server};
use crate::{Outcome, Plan, say};

const DATABASE: &str = "live";
const SOCKETS: usize = 50;
const PER_SECOND: u32 = 100;
const LASTING: Duration = Duration::from_secs(10);
const SENDERS: u32 = 16;
/// How long the last events may take before they count as lost.
const PATIENCE: Duration = Duration::from_secs(5);

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;
/// When something happened to which ticket.
type Log = Vec<(String, Instant)>;

pub(crate) async fn rows(plan: &Plan, desk: &Desk) -> Outcome<Vec<Row>> {
    desk.make_database(DATABASE).await?;
    let server = Server::start(desk, DATABASE).await?;
    let token = server::staff_token(desk, DATABASE).await?;
    let tickets = PER_SECOND * u32::try_from(plan.lasting(LASTING).as_secs())?;
    say(format!("{SOCKETS} sockets, {tickets} tickets"));

    let (stop, stopped) = watch::channel(false);
    let mut listening = JoinSet::new();
    for _ in 0..SOCKETS {
        let socket = connect(server.address, &token).await?;
        listening.spawn(listen(socket, usize::try_from(tickets)?, stopped.clone()));
    }
    let posted = post(server.address, tickets).await?;
    let answered: HashMap<String, Instant> = posted.answered.into_iter().collect();
    tokio::spawn(async move {
        tokio::time::sleep(PATIENCE).await;
        // The listeners may all have heard everything and be gone.
        let _ = stop.send(true);
    });
    let mut latencies = Vec::new();
    while let Some(heard) = listening.join_next().await {
        for (ticket, at) in heard?? {
            let since = answered
                .get(&ticket)
                .ok_or("an event about an unknown ticket")?;
            latencies.push(at.saturating_duration_since(*since));
        }
    }
    server.stop().await?;

    let expected = answered.len() * SOCKETS;
    let lost = expected - latencies.len();
    let times = Times::new(latencies);
    let beside = format!(
        "{SOCKETS} sockets, {PER_SECOND} tickets/s; {} events, {lost} lost; POST itself {}",
        times.len(),
        posted.times.words()
    );
    Ok(vec![Row::new(
        "POST answered → event on socket",
        times.words(),
        beside,
    )])
}

async fn connect(address: SocketAddr, token: &str) -> Outcome<Socket> {
    let mut request = format!("ws://{address}/ws/messaging").into_client_request()?;
    let bearer = format!("Bearer {token}").parse()?;
    request.headers_mut().insert("Authorization", bearer);
    let (mut socket, _) = connect_async(request).await?;
    while let Some(message) = socket.next().await {
        if matches!(message?, Message::Text(text) if text.contains("\"connected\"")) {
            return Ok(socket);
        }
    }
    Err("the socket was closed before it was connected".into())
}

/// Notes the arrival of `expected` tickets. Looks for the id's text: parsing 5,000 events a second costs.
async fn listen(
    mut socket: Socket,
    expected: usize,
    mut stopped: watch::Receiver<bool>,
) -> Outcome<Log> {
    let mut heard = Vec::with_capacity(expected);
    while heard.len() < expected {
        let message = tokio::select! {
            message = socket.next() => message,
            _ = stopped.changed() => break,
        };
        match message {
            Some(Ok(Message::Text(text))) => {
                let at = Instant::now();
                if text.contains("\"ticket.created\"") {
                    let id = ticket_id(&text).ok_or("an event without a ticket")?;
                    heard.push((id, at));
                }
            }
            Some(Ok(Message::Close(frame))) => {
                return Err(format!("a socket was closed: {frame:?}").into());
            }
            Some(Ok(_)) => {}
            Some(Err(error)) => return Err(error.into()),
            None => return Err("a socket ended".into()),
        }
    }
    Ok(heard)
}

fn ticket_id(text: &str) -> Option<String> {
    let start = text.find("\"msg_id\":\"")? + "\"msg_id\":\"".len();
    Some(text.get(start..)?.split('"').next()?.to_owned())
}

struct Posted {
    answered: Log,
    times: Times,
}

/// Sends at the set times, however long the answers take.
async fn post(address: SocketAddr, tickets: u32) -> Outcome<Posted> {
    let pause = Duration::from_secs(1) / PER_SECOND;
    let begin = tokio::time::Instant::now() + Duration::from_millis(100);
    let mut sending = JoinSet::new();
    for sender in 0..SENDERS {
        let form = ContactForm::new()?;
        let mut connection = Connection::open(address).await?;
        sending.spawn(async move {
            let mut log = Vec::new();
            for number in (sender..tickets).step_by(usize::try_from(SENDERS)?) {
                tokio::time::sleep_until(begin + pause * number).await;
                let request = form.by_sender(&format!("live-{number:06}@example.com"));
                let sent = Instant::now();
                let answer = connection.call(&request).await?;
                let at = Instant::now();
                let text = std::str::from_utf8(answer.body)?;
                let id =
                    ticket_id(text).ok_or_else(|| format!("status {}: {text}", answer.status))?;
                log.push((id, sent, at));
            }
            Outcome::Ok(log)
        });
    }
    let mut posted: Vec<(String, Instant, Instant)> = Vec::new();
    while let Some(log) = sending.join_next().await {
        posted.extend(log??);
    }
    let times = posted.iter().map(|(_, sent, at)| *at - *sent).collect();
    Ok(Posted {
        answered: posted.into_iter().map(|(id, _, at)| (id, at)).collect(),
        times: Times::new(times),
    })
}
