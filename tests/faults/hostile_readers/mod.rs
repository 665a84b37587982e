//! Peers that ask for much and read little, beside honest users: those notice nothing, and the server's
//! memory neither grows much nor stays so.
//!
//! Quiet and attack alternate in one run. The server has its limits on; only those an honest load of this
//! size would meet are lifted.

mod attacks;

use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use serde_json::json;
use testkit::process::{Process, data_folder, free_port, staff_token};
use testkit::ws_client::WsClient;
use testkit::{Api, form};

use self::attacks::{ATTACKS, Attacking};
use crate::TURN;
use crate::outside::{LONG, settings};

/// How long honest users are watched, alone and beside each attack.
const QUIET: Duration = Duration::from_secs(6);
const ATTACK: Duration = Duration::from_secs(10);
/// What a busy machine adds to anybody's answer: other tests compile and run meanwhile.
const NOISE: Duration = Duration::from_millis(40);
const MOST_MORE_KIB: u64 = 150 * 1024;
const MOST_KEPT_KIB: u64 = 20 * 1024;
/// Within which memory is to be back.
const BACK: Duration = Duration::from_mins(1);
const TICKETS: usize = 120;
const RESPONSES: usize = 60;

/// What honest users saw.
#[derive(Default)]
struct Seen {
    rest: Vec<Duration>,
    lists: Vec<Duration>,
    socket: Vec<Duration>,
    most_kib: u64,
}

impl Seen {
    fn at(took: &mut [Duration], percent: usize) -> Duration {
        took.sort();
        took[(took.len() * percent / 100).min(took.len() - 1)]
    }

    fn add(&mut self, other: Self) {
        self.rest.extend(other.rest);
        self.lists.extend(other.lists);
        self.socket.extend(other.socket);
        self.most_kib = self.most_kib.max(other.most_kib);
    }

    fn line(&mut self) -> String {
        let mut all = [&mut self.rest, &mut self.socket, &mut self.lists].into_iter();
        let words = ["REST", "socket", "short list"].map(|what| {
            let took = all.next().unwrap();
            let (p50, p99) = (Self::at(took, 50), Self::at(took, 99));
            format!("{what} p50 {p50:.1?} p99 {p99:.1?} ({})", took.len())
        });
        format!("{}, at most {} MiB", words.join(", "), self.most_kib / 1024)
    }
}

/// An honest desk: somebody fills in forms, a customer writes, staff read and hear of it.
struct Desk {
    server: Process,
    stranger: Api,
    customer: Api,
    staff: Api,
    hears: WsClient,
    forms: usize,
}

impl Desk {
    async fn open(server: Process) -> Self {
        let (customer, staff) = (server.customer("cst-honest"), server.staff("staff-honest"));
        for caller in [&customer, &staff] {
            caller.get("/api/messages").await.expect(200);
        }
        let hears = WsClient::connect(&server.socket_url(), &staff_token("staff-honest")).await;
        Self {
            stranger: server.api(),
            server,
            customer,
            staff,
            hears,
            forms: 0,
        }
    }

    /// Tickets, messages and a thread of the longest texts there may be.
    async fn fill(&mut self) {
        let text = |n: usize| {
            let words = format!("frein {n} piece {} ", n * 7_919);
            words.chars().cycle().take(20_000).collect::<String>()
        };
        for n in 0..TICKETS {
            let mut ticket = form(&format!("long{n}@example.com"));
            ticket["message"] = text(n).into();
            let ticket = self.staff.post("/api/support/contact", &ticket).await;
            let id = ticket.expect(201).text_at("/msg_id").to_owned();
            if n == 0 {
                let path = format!("/api/support/contact/ticket/{id}/responses");
                for n in 0..RESPONSES {
                    let response = json!({ "message": text(n) });
                    self.staff.post(&path, &response).await.expect(201);
                }
            }
            let message = json!({ "customerId": "cst-honest", "staffId": null, "subject": "Longue histoire",
                "content": text(n)[..4_900] });
            self.customer
                .post("/api/messages", &message)
                .await
                .expect(201);
        }
        // Nobody read meanwhile.
        self.hears =
            WsClient::connect(&self.server.socket_url(), &staff_token("staff-honest")).await;
    }

    /// Works at an even pace for a while.
    async fn work(&mut self, lasts: Duration) -> Seen {
        let (mut seen, start) = (Seen::default(), Instant::now());
        let mut pace = tokio::time::interval(Duration::from_millis(20));
        while start.elapsed() < lasts {
            pace.tick().await;
            self.forms += 1;
            let n = self.forms;
            let timed = Instant::now();
            let ticket = form(&format!("honest{n}@example.com"));
            self.stranger
                .post("/api/support/contact", &ticket)
                .await
                .expect(201);
            seen.rest.push(timed.elapsed());
            let timed = Instant::now();
            let content = format!("Bonjour, où en est ma commande numéro {n} ?");
            let message = json!({ "customerId": "cst-honest", "staffId": null, "subject": "Ma commande", "content": content });
            let (written, ()) = tokio::join!(
                self.customer.post("/api/messages", &message),
                heard(&mut self.hears, &content)
            );
            seen.socket.push(timed.elapsed());
            let id = written.expect(201).text_at("/data/id").to_owned();
            let timed = Instant::now();
            self.staff
                .get(&format!("/api/messages/{id}"))
                .await
                .expect(200);
            seen.rest.push(timed.elapsed());
            if n.is_multiple_of(4) {
                let timed = Instant::now();
                self.staff
                    .get("/api/support/contact/tickets?limit=10")
                    .await
                    .expect(200);
                seen.lists.push(timed.elapsed());
            }
            seen.most_kib = seen.most_kib.max(self.server.resident_kib());
        }
        seen
    }
}

async fn heard(socket: &mut WsClient, content: &str) {
    loop {
        let event = socket.wait_for("newMessage", LONG).await;
        if event["data"]["message"]["content"] == content {
            return;
        }
    }
}

fn lifted() -> Vec<(&'static str, String)> {
    let many = || "1000000".to_owned();
    settings(&[
        ("GUICHET__LIMITS__ENABLED", "true".to_owned()),
        ("GUICHET__LIMITS__CONTACT_PER_MINUTE", many()),
        ("GUICHET__LIMITS__CONTACT_BURST", many()),
        ("GUICHET__LIMITS__WRITES_PER_MINUTE", many()),
        ("GUICHET__LIMITS__WRITES_BURST", many()),
        ("RUST_LOG", "warn".to_owned()),
    ])
}

#[tokio::test(flavor = "multi_thread")]
async fn peers_that_ask_for_much_and_read_little_cost_honest_users_nothing() {
    let _turn = TURN.lock().await;
    let data = data_folder();
    let server = Process::serve(data.path(), free_port(), &lifted()).await;
    // As another network's, or as the honest users' own.
    let from = match std::env::var("HOSTILE_FROM") {
        Ok(address) => address.parse().unwrap(),
        Err(_) => Ipv4Addr::new(127, 0, 0, 9),
    };
    let (address, token) = (server.address(), staff_token("staff-hostile"));
    let mut desk = Desk::open(server).await;
    desk.fill().await;
    desk.work(Duration::from_secs(3)).await;
    let quiet_kib = desk.server.resident_kib();
    println!("filled: {} MiB resident", quiet_kib / 1024);
    let mut quiet = Seen::default();
    let mut beside = Vec::new();
    for attack in ATTACKS {
        let mut alone = desk.work(QUIET).await;
        println!("quiet: {}", alone.line());
        quiet.add(alone);
        let attacking = Attacking::begin(attack, address, &token, from);
        let mut seen = desk.work(ATTACK).await;
        println!("beside {}: {}", attack.name, seen.line());
        drop(attacking);
        beside.push((attack.name, seen));
    }
    let since = Instant::now();
    let mut kept = u64::MAX;
    while since.elapsed() < BACK && kept > MOST_KEPT_KIB {
        desk.work(Duration::from_millis(500)).await;
        kept = desk.server.resident_kib().saturating_sub(quiet_kib);
    }
    println!(
        "all quiet again: {} MiB kept after {:.1?}; quiet in all: {}",
        kept / 1024,
        since.elapsed(),
        quiet.line()
    );
    let mut faults = Vec::new();
    for (name, seen) in &mut beside {
        let pairs = [
            ("REST", &mut quiet.rest, &mut seen.rest),
            ("socket", &mut quiet.socket, &mut seen.socket),
        ];
        for (what, quiet, seen) in pairs {
            let (quiet, seen) = (Seen::at(quiet, 99), Seen::at(seen, 99));
            if seen > quiet * 2 + NOISE {
                faults.push(format!(
                    "{what} p99 {seen:?} beside {name}, quiet {quiet:?}"
                ));
            }
        }
        let more = seen.most_kib.saturating_sub(quiet_kib);
        if more > MOST_MORE_KIB {
            faults.push(format!("{more} KiB more beside {name}"));
        }
    }
    if kept > MOST_KEPT_KIB {
        faults.push(format!("{kept} KiB kept"));
    }
    assert!(faults.is_empty(), "{faults:#?}");
}
