//! From the POST of a message to the event at its recipient, beside the npm peer, which stores nothing.
//!
//! 980 customers and 20 staff members have a Socket.IO socket each on both servers and write to each other, both ways
//! by turns. The author's own socket hears of it too, on both. The servers take turns on the same machine; a time
//! begins when the request is written. Beside them stands what one durable row costs on this machine by itself, as the
//! event waits for one here and not at the peer.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::desk::Desk;
use crate::durable_row;
use crate::http::{Connection, get};
use crate::load::{Times, milliseconds};
use crate::npm_peer::NpmPeer;
use crate::people::Person;
use crate::proc::Usage;
use crate::report::Row;
use crate::server::Server;
use crate::sockets::{Dialect, open_all};
use crate::{Outcome, Plan, say};

const DATABASE: &str = "chat";
const CUSTOMERS: usize = 980;
const STAFF: usize = 20;
const PER_SECOND: u32 = 200;
const SENDERS: u32 = 16;
const TURNS: usize = 3;
const TURN: Duration = Duration::from_secs(10);
const WARM_UP: Duration = Duration::from_secs(3);
/// How long the last events may take before they count as lost.
const PATIENCE: Duration = Duration::from_secs(5);
/// Times the peer's latency, and parts of its CPU.
const MOST_LATENCY: f64 = 2.0;
const MOST_CPU: f64 = 0.5;
/// Stands before a message's number.
const MARK: &str = "chat-";

struct Crowd {
    customers: Vec<Person>,
    staff: Vec<Person>,
}

impl Crowd {
    fn new() -> Outcome<Self> {
        Ok(Self {
            customers: (0..CUSTOMERS)
                .map(Person::customer)
                .collect::<Outcome<_>>()?,
            staff: (0..STAFF).map(Person::staff).collect::<Outcome<_>>()?,
        })
    }

    /// The bytes of one POST; every other message is an answer the other way.
    fn request(&self, number: u32) -> Outcome<Vec<u8>> {
        let pair = (number / 2) as usize;
        let customer = self.customers.get(pair % CUSTOMERS).ok_or("no customer")?;
        let staff = self.staff.get(pair % STAFF).ok_or("no staff")?;
        let author = if number.is_multiple_of(2) {
            customer
        } else {
            staff
        };
        let body = serde_json::json!({
            "customerId": customer.id, "staffId": staff.id, "subject": "Question sur ma commande",
            "content": format!("{MARK}{number} Bonjour, ma commande est annoncée pour demain : pourrait-on la livrer après 18 heures ?"),
        })
        .to_string();
        Ok(format!(
            "POST /api/messages HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            author.token,
            body.len()
        )
        .into_bytes())
    }
}

/// A server with everybody connected.
struct Side {
    name: &'static str,
    address: SocketAddr,
    pid: u32,
    heard: mpsc::UnboundedReceiver<(u32, Instant)>,
    listening: JoinSet<Outcome<()>>,
    turns: Vec<Turn>,
}

/// What one turn showed.
struct Turn {
    times: Times,
    posts: Times,
    lost: usize,
    usage: Usage,
}

pub(crate) async fn rows(plan: &Plan, desk: &Desk) -> Outcome<Vec<Row>> {
    desk.make_database(DATABASE).await?;
    let server = Server::start(desk, DATABASE).await?;
    let peer = NpmPeer::start().await?;
    let crowd = Arc::new(Crowd::new()?);
    arrive(server.address, &crowd).await?;
    let mut sides = vec![Side::open("guichet", server.address, server.pid(), &crowd).await?];
    if let Some(peer) = &peer {
        sides.push(Side::open("npm socket.io", peer.address, peer.pid(), &crowd).await?);
    }
    for turn in 0..=TURNS {
        for side in &mut sides {
            let lasting = plan.lasting(if turn == 0 { WARM_UP } else { TURN });
            let seen = side.turn(desk, &crowd, lasting).await?;
            say(format!("{}: {}", side.name, seen.times.words()));
            if turn > 0 {
                side.turns.push(seen);
            }
        }
    }
    let row = durable_row::times(desk, DATABASE, PER_SECOND, plan.lasting(TURN)).await?;
    let mut rows = table(sides);
    rows.push(Row::new(
        "one durable row, PostgreSQL alone",
        row.words(),
        format!(
            "{PER_SECOND} commits/s of one row, one client; no message that is stored can be faster"
        ),
    ));
    server.stop().await?;
    Ok(rows)
}

/// Everybody calls once, so that everybody is known.
async fn arrive(address: SocketAddr, crowd: &Crowd) -> Outcome<()> {
    let mut connection = Connection::open(address).await?;
    for person in crowd.customers.iter().chain(&crowd.staff) {
        let request = get("/api/messages?limit=1", Some(&person.token));
        let answer = connection.call(&request).await?;
        if answer.status != 200 {
            let text = String::from_utf8_lossy(answer.body);
            return Err(format!("{} came in vain: {} {text}", person.id, answer.status).into());
        }
    }
    Ok(())
}

impl Side {
    async fn open(
        name: &'static str,
        address: SocketAddr,
        pid: u32,
        crowd: &Crowd,
    ) -> Outcome<Self> {
        let (tell, heard) = mpsc::unbounded_channel();
        let mut listening = JoinSet::new();
        for people in [&crowd.customers, &crowd.staff] {
            for socket in open_all(address, Dialect::SocketIo, people).await? {
                let tell = tell.clone();
                listening.spawn(socket.listen("newMessage", move |text| {
                    let at = Instant::now();
                    if let Some(number) = number_in(text) {
                        // Nobody listens any more once the measurement is over.
                        let _ = tell.send((number, at));
                    }
                }));
            }
        }
        Ok(Self {
            name,
            address,
            pid,
            heard,
            listening,
            turns: Vec::new(),
        })
    }

    async fn turn(&mut self, desk: &Desk, crowd: &Arc<Crowd>, lasting: Duration) -> Outcome<Turn> {
        let count = PER_SECOND * u32::try_from(lasting.as_secs())?;
        let before = Usage::now(self.pid, desk.postmaster());
        let posted = post(self.address, crowd, count).await?;
        let mut times = Vec::with_capacity(posted.len());
        while times.len() < posted.len() {
            let Ok(Some((number, at))) = timeout(PATIENCE, self.heard.recv()).await else {
                break;
            };
            let sent = posted.get(number as usize).ok_or("an unknown message")?;
            times.push(at.saturating_duration_since(sent.0));
        }
        if let Some(ended) = self.listening.try_join_next() {
            ended??;
        }
        let usage = before.until(&Usage::now(self.pid, desk.postmaster()));
        Ok(Turn {
            lost: posted.len() - times.len(),
            times: Times::new(times),
            posts: Times::new(
                posted
                    .iter()
                    .map(|(sent, answered)| *answered - *sent)
                    .collect(),
            ),
            usage,
        })
    }
}

/// Sends at the set times, however long the answers take; answers when each was sent and answered.
async fn post(
    address: SocketAddr,
    crowd: &Arc<Crowd>,
    count: u32,
) -> Outcome<Vec<(Instant, Instant)>> {
    let pause = Duration::from_secs(1) / PER_SECOND;
    let begin = tokio::time::Instant::now() + Duration::from_millis(100);
    let mut sending = JoinSet::new();
    for sender in 0..SENDERS.min(count) {
        let crowd = Arc::clone(crowd);
        let mut connection = Connection::open(address).await?;
        sending.spawn(async move {
            let mut log = Vec::new();
            for number in (sender..count).step_by(SENDERS as usize) {
                let request = crowd.request(number)?;
                tokio::time::sleep_until(begin + pause * number).await;
                let sent = Instant::now();
                let answer = connection.call(&request).await?;
                let at = Instant::now();
                if answer.status != 201 {
                    let text = String::from_utf8_lossy(answer.body);
                    return Err(format!("status {}: {text}", answer.status).into());
                }
                log.push((number, sent, at));
            }
            Outcome::Ok(log)
        });
    }
    let mut all = Vec::new();
    while let Some(log) = sending.join_next().await {
        all.extend(log??);
    }
    all.sort_unstable_by_key(|(number, ..)| *number);
    Ok(all.into_iter().map(|(_, sent, at)| (sent, at)).collect())
}

fn number_in(text: &str) -> Option<u32> {
    let (_, rest) = text.split_once(MARK)?;
    rest.split(' ').next()?.parse().ok()
}

/// All turns of a side as one.
struct Sum {
    name: &'static str,
    times: Times,
    posts: Times,
    lost: usize,
    /// Microseconds of CPU per message: the server's, PostgreSQL's.
    server: f64,
    postgres: f64,
}

impl Sum {
    #[expect(clippy::cast_precision_loss, reason = "a count of messages is small")]
    fn new(side: Side) -> Self {
        let (mut lost, mut server, mut postgres) = (0, 0.0, 0.0);
        let (mut times, mut posts) = (Vec::new(), Vec::new());
        for turn in side.turns {
            lost += turn.lost;
            server += turn.usage.server;
            postgres += turn.usage.postgres;
            times.push(turn.times);
            posts.push(turn.posts);
        }
        let posts = Times::joined(posts);
        let each = |seconds: f64| seconds * 1e6 / posts.len() as f64;
        Self {
            name: side.name,
            times: Times::joined(times),
            lost,
            server: each(server),
            postgres: each(postgres),
            posts,
        }
    }

    fn row(&self) -> Row {
        let beside = format!(
            "{} sockets, {PER_SECOND} messages/s; {} messages, {} lost; POST {}; CPU per message: server {:.0} µs, PostgreSQL {:.0} µs",
            CUSTOMERS + STAFF,
            self.posts.len(),
            self.lost,
            self.posts.words(),
            self.server,
            self.postgres,
        );
        Row::new(
            format!("POST → newMessage, {}", self.name),
            self.times.words(),
            beside,
        )
    }
}

fn table(sides: Vec<Side>) -> Vec<Row> {
    let sums: Vec<Sum> = sides.into_iter().map(Sum::new).collect();
    let mut rows: Vec<Row> = sums.iter().map(Sum::row).collect();
    if let [ours, theirs] = sums.as_slice() {
        rows.push(compared(ours, theirs));
    } else {
        rows.push(Row::new(
            "POST → newMessage, npm socket.io",
            "SKIPPED",
            "not here",
        ));
    }
    rows
}

/// PostgreSQL's CPU stands in its own row's text and not in this ratio: the peer has no database.
fn compared(ours: &Sum, theirs: &Sum) -> Row {
    let at = |percent| {
        let time = |sum: &Sum| sum.times.percentile(percent).as_secs_f64();
        time(ours) / time(theirs)
    };
    let (p50, p99, cpu) = (at(50), at(99), ours.server / theirs.server);
    let good = p50 <= MOST_LATENCY && p99 <= MOST_LATENCY && cpu <= MOST_CPU && ours.lost == 0;
    let (word, bar) = (if good { "within" } else { "NOT within" }, MOST_LATENCY);
    Row::new(
        "guichet / npm socket.io",
        format!("p50 {p50:.2}×, p99 {p99:.2}×, CPU {cpu:.2}×"),
        format!(
            "{word} {bar}×, {bar}×, {MOST_CPU}×; p50 {} more",
            milliseconds(
                ours.times
                    .percentile(50)
                    .saturating_sub(theirs.times.percentile(50))
            )
        ),
    )
}
