//! Sixteen writers, a hundred readers that come and go at random: everybody hears exactly what is
//! theirs, once, and each conversation in its order.
//!
//! Chance comes from a seed, so what fails fails again. Nothing waits for time: readers leave after
//! a number of events, and end when they have all that the writers' plan grants them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use serde_json::{Value, json};
use shared_kernel::Role;
use testkit::sio_client::{SioClient, SioSession};
use testkit::ws_client::WsClient;
use testkit::{Api, PATIENCE as WAIT, TestOptions, TestServer};
use tokio::sync::{Barrier, watch};
use tokio::task::JoinSet;

use crate::chat::{MESSAGES, at};

const SEED: u64 = 0x6775_6963_6865_7421;
const CONVERSATIONS: usize = 16;
const STAFF: usize = 4;
/// In each conversation; the customer and support take turns.
const MESSAGES_EACH: usize = 16;
/// A reader leaves after fewer events than this.
const STAYS: u64 = 12;

/// How often each reader leaves and comes back at least, however quick the writers are.
const RETURNS: usize = 3;

/// What a user hears of each conversation: the event, and the message's content.
type Heard = BTreeMap<usize, Vec<(String, String)>>;

/// Small and repeatable (xorshift64*).
struct Chance(u64);

impl Chance {
    fn new(number: usize) -> Self {
        Self(SEED ^ (number as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    fn below(&mut self, most: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % most
    }
}

/// Every fourth conversation begins with nobody of support in it.
fn is_unassigned(conversation: usize) -> bool {
    conversation.is_multiple_of(4)
}

fn customer(conversation: usize) -> String {
    format!("cst-{conversation}")
}

fn staff(conversation: usize) -> String {
    format!("staff-{}", conversation / 4)
}

/// Who hears what, if nothing is lost, doubled or told to others.
fn plan() -> BTreeMap<String, Heard> {
    let mut plan: BTreeMap<String, Heard> = BTreeMap::new();
    for conversation in 0..CONVERSATIONS {
        for n in 0..MESSAGES_EACH {
            let mut hears = |who: String, event: &str| {
                let heard = plan
                    .entry(who)
                    .or_default()
                    .entry(conversation)
                    .or_default();
                heard.push((event.to_owned(), format!("{conversation}:{n}")));
            };
            let (author, other) = if n % 2 == 0 {
                (customer(conversation), staff(conversation))
            } else {
                (staff(conversation), customer(conversation))
            };
            if n == 0 && is_unassigned(conversation) {
                (0..STAFF).for_each(|n| hears(format!("staff-{n}"), "newMessage"));
            } else {
                hears(other, "newMessage");
            }
            hears(author, "messageSent");
        }
    }
    plan
}

/// Writes one conversation, message after message, each by way of any server.
async fn write(conversation: usize, servers: Arc<Vec<TestServer>>) {
    let mut chance = Chance::new(1_000 + conversation);
    let mut root = String::new();
    for n in 0..MESSAGES_EACH {
        let server = &servers[usize::try_from(chance.below(servers.len() as u64)).unwrap_or(0)];
        let caller: Api = if n % 2 == 0 {
            server.customer(&customer(conversation), "somebody@example.com")
        } else {
            server.staff(&staff(conversation))
        };
        let content = format!("{conversation}:{n}");
        if n == 0 {
            let taken = (!is_unassigned(conversation)).then(|| staff(conversation));
            let form = json!({ "customerId": customer(conversation), "staffId": taken, "subject": "Ma commande", "content": content });
            let created = caller.post(MESSAGES, &form).await.expect(201);
            created.text_at("/data/id").clone_into(&mut root);
        } else {
            let form = json!({ "content": content });
            caller.post(&at(&root, "/reply"), &form).await.expect(200);
        }
    }
}

/// A reader's socket.
enum Socket {
    Native(Box<WsClient>),
    SocketIo(Box<SioClient>),
}

/// Where a reader goes on.
#[derive(Clone)]
enum Bookmark {
    Native(Option<String>),
    SocketIo(SioSession),
}

impl Socket {
    /// Connects; answers whether it goes on where it was.
    async fn connect(server: &TestServer, token: &str, from: Bookmark) -> (Self, bool) {
        let mut socket = match from {
            Bookmark::Native(None) => Self::Native(Box::new(
                WsClient::connect(&server.socket_url(), token).await,
            )),
            Bookmark::Native(Some(cursor)) => {
                let url = server.socket_url();
                Self::Native(Box::new(
                    WsClient::connect_after(&url, token, &cursor).await,
                ))
            }
            Bookmark::SocketIo(session) => {
                let address = server.server.address.to_string();
                Self::SocketIo(Box::new(
                    SioClient::connect(&address, token, session, WAIT).await,
                ))
            }
        };
        let (name, data) = socket.next().await;
        assert_eq!(name, "connected");
        (socket, data["recovered"] == true)
    }

    async fn next(&mut self) -> (String, Value) {
        match self {
            Self::Native(client) => {
                let mut event = client.next_event(WAIT).await;
                let name = event["event"].as_str().unwrap_or_default().to_owned();
                (name, event["data"].take())
            }
            Self::SocketIo(client) => {
                let (_, name, data) = client.next_event(WAIT).await;
                (name, data)
            }
        }
    }

    fn bookmark(&self) -> Bookmark {
        match self {
            Self::Native(client) => Bookmark::Native(client.cursor()),
            Self::SocketIo(client) => Bookmark::SocketIo(client.session()),
        }
    }

    async fn ping(&mut self) {
        match self {
            Self::Native(client) => client.send(&json!({ "event": "ping" })).await,
            Self::SocketIo(client) => client.emit("ping", &json!({})).await,
        }
    }
}

/// What opens a conversation nobody of support is in yet travels by a stream of all staff, what follows by
/// those of the two: between instances the opening may come later than an answer to it.
fn openings_first(heard: &mut Heard) {
    for (conversation, events) in heard {
        let opening = format!("{conversation}:0");
        if is_unassigned(*conversation) {
            events.sort_by_key(|(_, content)| *content != opening);
        }
    }
}

/// One device of a user.
struct Reader {
    number: usize,
    user: String,
    token: String,
    expected: Heard,
    servers: Arc<Vec<TestServer>>,
    everybody_is_here: Arc<Barrier>,
    written: watch::Receiver<bool>,
    heard: Heard,
}

impl Reader {
    fn note(&mut self, name: String, data: &Value) {
        let content = data["message"]["content"].as_str().unwrap_or_default();
        let conversation = content.split(':').next().and_then(|id| id.parse().ok());
        let conversation = conversation.unwrap_or_else(|| panic!("{}: {name} {data}", self.user));
        let heard = self.heard.entry(conversation).or_default();
        heard.push((name, content.to_owned()));
    }

    fn has_all(&self) -> bool {
        let count = |heard: &Heard| heard.values().map(Vec::len).sum::<usize>();
        count(&self.heard) >= count(&self.expected)
    }

    /// Comes and goes until all is written and heard; answers how often it came back.
    async fn read(mut self) -> usize {
        let mut chance = Chance::new(self.number);
        let servers = Arc::clone(&self.servers);
        let mut any = || &servers[usize::try_from(chance.below(servers.len() as u64)).unwrap_or(0)];
        let begin = if self.number.is_multiple_of(4) {
            Bookmark::SocketIo(SioSession::default())
        } else {
            Bookmark::Native(None)
        };
        let (mut socket, _) = Socket::connect(any(), &self.token, begin).await;
        self.everybody_is_here.wait().await;
        let (mut chance, mut returns) = (Chance::new(self.number + 500), 0);
        loop {
            for _ in 0..chance.below(STAYS) {
                let mut written = self.written.clone();
                tokio::select! {
                    (name, data) = socket.next() => self.note(name, &data),
                    _ = written.wait_for(|all| *all) => break,
                }
            }
            if *self.written.borrow() && returns >= RETURNS {
                break;
            }
            let from = socket.bookmark();
            // Without a goodbye.
            drop(socket);
            let recovered;
            (socket, recovered) = Socket::connect(any(), &self.token, from).await;
            assert!(recovered, "{} starts anew", self.user);
            returns += 1;
        }
        while !self.has_all() {
            let (name, data) = socket.next().await;
            self.note(name, &data);
        }
        // Nothing more was on its way.
        socket.ping().await;
        assert_eq!(socket.next().await.0, "pong", "{}", self.user);
        if self.servers.len() > 1 {
            openings_first(&mut self.heard);
        }
        assert_eq!(self.heard, self.expected, "{} ({})", self.user, self.number);
        returns
    }
}

async fn start(instances: usize) -> Arc<Vec<TestServer>> {
    let settings = || vec![("GUICHET__LIMITS__SOCKETS_PER_ADDRESS", "1000".to_owned())];
    let first = TestServer::start_with(TestOptions {
        settings: settings(),
        ..TestOptions::default()
    })
    .await;
    let mut servers = vec![first];
    for _ in 1..instances {
        let twin = TestServer::start_with(TestOptions {
            settings: settings(),
            database: Some(Arc::clone(&servers[0].database)),
        });
        servers.push(twin.await);
    }
    // Who is known at all is entered before anybody is talked to.
    for n in 0..STAFF {
        let staff = servers[0].staff(&format!("staff-{n}"));
        staff.get(MESSAGES).await.expect(200);
    }
    Arc::new(servers)
}

/// Four devices of each customer and of a stranger, eight of each of support: a hundred.
fn devices() -> Vec<(Role, String)> {
    let customers = (0..CONVERSATIONS).map(|n| (Role::Customer, customer(n), 4));
    let staff = (0..STAFF).map(|n| (Role::Staff, format!("staff-{n}"), 8));
    let stranger = (Role::Customer, "cst-stranger".to_owned(), 4);
    let people = customers.chain(staff).chain([stranger]);
    people
        .flat_map(|(role, id, devices)| vec![(role, id); devices])
        .collect()
}

async fn churn(instances: usize) {
    let servers = start(instances).await;
    let (plan, devices) = (plan(), devices());
    assert_eq!(devices.len(), 100);
    let everybody_is_here = Arc::new(Barrier::new(devices.len() + 1));
    let (written, all_written) = watch::channel(false);
    let mut readers = JoinSet::new();
    for (number, (role, user)) in devices.into_iter().enumerate() {
        let reader = Reader {
            number,
            token: servers[0].token(role, &user, None),
            expected: plan.get(&user).cloned().unwrap_or_default(),
            user,
            servers: Arc::clone(&servers),
            everybody_is_here: Arc::clone(&everybody_is_here),
            written: all_written.clone(),
            heard: Heard::new(),
        };
        readers.spawn(reader.read());
    }
    everybody_is_here.wait().await;
    let began = Instant::now();
    let writers = (0..CONVERSATIONS).map(|n| tokio::spawn(write(n, Arc::clone(&servers))));
    for writer in writers.collect::<Vec<_>>() {
        writer.await.expect("every message is taken");
    }
    written.send_replace(true);
    let mut returns = 0;
    while let Some(reader) = readers.join_next().await {
        returns += reader.expect("a reader hears what is theirs");
    }
    let took = began.elapsed();
    println!("{instances} instances: {returns} returns in {took:.1?}");
    for server in Arc::into_inner(servers).expect("all readers have ended") {
        server.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_that_come_and_go_lose_and_double_nothing() {
    churn(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_that_come_and_go_between_two_instances_lose_and_double_nothing() {
    churn(2).await;
}
