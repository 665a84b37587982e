//! What a connection costs that does nothing: memory of the server with thousands of users connected, each with one
//! socket, in both dialects; and of the npm peer.
//!
//! The server is started anew for each, and all it holds more than at its start is charged to the connections: their
//! own, the allocator's and the pool's.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::task::JoinSet;

use crate::desk::Desk;
use crate::npm_peer::NpmPeer;
use crate::people::Person;
use crate::proc::Memory;
use crate::report::Row;
use crate::server::Server;
use crate::sockets::{Dialect, open_all};
use crate::{Outcome, Plan, say};

const DATABASE: &str = "idle";
const SOCKETS: u32 = 5_000;
/// From the last connection to the measurement.
const SETTLE: Duration = Duration::from_secs(10);
const MOST_KIB: f64 = 18.0;

/// One server with everybody connected.
struct Held {
    who: String,
    before: Memory,
    after: Memory,
}

impl Held {
    fn each(&self) -> f64 {
        let more = self.after.resident.saturating_sub(self.before.resident);
        f64::from(u32::try_from(more).unwrap_or(u32::MAX)) / f64::from(SOCKETS)
    }
}

pub(crate) async fn rows(plan: &Plan, desk: &Desk) -> Outcome<Vec<Row>> {
    desk.make_database(DATABASE).await?;
    let people = (0..SOCKETS as usize)
        .map(Person::customer)
        .collect::<Outcome<Vec<_>>>()?;
    let settle = plan.lasting(SETTLE);
    let mut ours = Vec::new();
    for dialect in [Dialect::SocketIo, Dialect::Native] {
        let server = Server::start(desk, DATABASE).await?;
        let who = format!("guichet, {}", dialect.name());
        ours.push(hold(who, server.pid(), server.address, dialect, &people, settle).await?);
        server.stop().await?;
    }
    let Some(peer) = NpmPeer::start().await? else {
        let mut rows: Vec<_> = ours.iter().map(|held| row(held, None)).collect();
        rows.push(Row::new(
            "idle connection, npm socket.io",
            "SKIPPED",
            "not here",
        ));
        return Ok(rows);
    };
    let who = "npm socket.io".to_owned();
    let (pid, address) = (peer.pid(), peer.address);
    let theirs = hold(who, pid, address, Dialect::SocketIo, &people, settle).await?;
    let mut rows: Vec<_> = ours.iter().map(|held| row(held, Some(&theirs))).collect();
    rows.push(row(&theirs, None));
    Ok(rows)
}

async fn hold(
    who: String,
    pid: u32,
    address: SocketAddr,
    dialect: Dialect,
    people: &[Person],
    settle: Duration,
) -> Outcome<Held> {
    let before = Memory::of(pid)?;
    let mut idling = JoinSet::new();
    for socket in open_all(address, dialect, people).await? {
        idling.spawn(socket.listen("nothing", |_| ()));
    }
    tokio::time::sleep(settle).await;
    if let Some(ended) = idling.try_join_next() {
        ended??;
    }
    let after = Memory::of(pid)?;
    let held = Held { who, before, after };
    say(format!("{}: {:.1} KiB each", held.who, held.each()));
    Ok(held)
}

fn row(held: &Held, peer: Option<&Held>) -> Row {
    let total = Memory::megabytes;
    let mut beside = format!(
        "{SOCKETS} users; {} → {} resident ({} anonymous)",
        total(held.before.resident),
        total(held.after.resident),
        total(held.after.anonymous),
    );
    if let Some(peer) = peer {
        let good = held.each() <= MOST_KIB && held.after.resident < peer.after.resident;
        beside.push_str(if good { "; within" } else { "; NOT within" });
        beside.push_str(&format!(
            " {MOST_KIB} KiB each and {} in all",
            total(peer.after.resident)
        ));
    }
    let figure = format!("{:.1} KiB", held.each());
    Row::new(format!("idle connection, {}", held.who), figure, beside)
}
