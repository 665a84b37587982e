//! Reading an article from memory, beside a bare actix route that answers the same bytes.
//!
//! Both have one worker, both are asked by the same clients over kept-alive connections, in turns. What readers cost
//! the database is counted too: nothing.

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::json;

use crate::bare::Bare;
use crate::desk::Desk;
use crate::http::{Connection, get, post};
use crate::load::{Sample, closed_loop};
use crate::proc::Usage;
use crate::report::{Row, median};
use crate::server::{self, Server};
use crate::{Outcome, Plan, say};

const DATABASE: &str = "faq";
const CLIENTS: usize = 16;
const TURNS: usize = 7;
const TURN: Duration = Duration::from_secs(3);
const FAQ: &str = "/api/support/faq";
/// A paragraph; eight of them are an answer of about 2 KB.
const PARAGRAPH: &str = "Vérifiez d'abord les cosses de la batterie : une cosse desserrée ou oxydée suffit à empêcher le \
    démarrage. Nettoyez-les, resserrez-les, puis essayez de nouveau. **Coupez toujours le contact** avant d'intervenir.\n\n";

/// Requests a second, and microseconds of CPU a request.
struct Turn {
    sample: Sample,
    cpu: f64,
}

pub(crate) async fn rows(plan: &Plan, desk: &Desk) -> Outcome<Vec<Row>> {
    desk.make_database(DATABASE).await?;
    let one_worker = [("GUICHET__HTTP__WORKERS", "1")];
    let server = Server::start_with(desk, DATABASE, &one_worker).await?;
    let path = write_article(desk, server.address).await?;
    let answer = Connection::open(server.address)
        .await?
        .whole(&get(&path, None))
        .await?;
    let file = desk.folder().join("answer");
    std::fs::write(&file, &answer)?;
    let bare = Bare::start(&file).await?;
    compare(&answer, bare.address, &path).await?;
    say(format!(
        "{CLIENTS} clients, {TURNS} turns each, {} bytes",
        answer.len()
    ));

    let lasting = plan.lasting(TURN);
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    // The first turn warms up.
    for turn in 0..=TURNS {
        let one = take(server.address, server.pid(), &path, lasting).await?;
        let other = take(bare.address, bare.pid(), &path, lasting).await?;
        if turn > 0 {
            ours.push(one);
            theirs.push(other);
        }
    }
    drop(bare);
    server.stop().await?;
    Ok(table(&ours, &theirs))
}

/// Writes an article the way staff do; answers its path.
async fn write_article(desk: &Desk, address: SocketAddr) -> Outcome<String> {
    let token = server::staff_token(desk, DATABASE).await?;
    let mut connection = Connection::open(address).await?;
    let category = json!({ "id": "bench", "name": "Mesures", "order": 99, "published": true, "description": "" });
    let request = post(&format!("{FAQ}/categories"), &token, &category.to_string());
    let made = connection.call(&request).await?;
    if made.status != 201 {
        return Err(format!("no category: {}", String::from_utf8_lossy(made.body)).into());
    }
    let article = json!({
        "question": "Mon véhicule ne démarre plus, que faire ?", "answer": PARAGRAPH.repeat(8), "category": "bench",
        "tags": ["démarrage", "batterie"], "order": 1, "published": true
    });
    let made = connection
        .call(&post(FAQ, &token, &article.to_string()))
        .await?;
    let text = String::from_utf8_lossy(made.body).into_owned();
    let body: serde_json::Value = serde_json::from_slice(made.body).unwrap_or_default();
    let id = body.get("id").and_then(serde_json::Value::as_str);
    let id = id.ok_or_else(|| format!("no article: {text}"))?;
    Ok(format!("{FAQ}/{id}"))
}

/// The yardstick measures the same bytes, or nothing.
async fn compare(answer: &[u8], bare: SocketAddr, path: &str) -> Outcome<()> {
    let theirs = Connection::open(bare)
        .await?
        .whole(&get(path, None))
        .await?;
    if theirs.len() == answer.len() {
        Ok(())
    } else {
        let text = String::from_utf8_lossy(&theirs).into_owned();
        Err(format!("the bare route answers {} bytes: {text}", theirs.len()).into())
    }
}

#[expect(clippy::cast_precision_loss, reason = "a count of requests is small")]
async fn take(address: SocketAddr, pid: u32, path: &str, lasting: Duration) -> Outcome<Turn> {
    let request = get(path, None);
    let before = Usage::now(pid, pid);
    let sample = closed_loop(address, CLIENTS, lasting, 200, move |_| request.clone()).await?;
    let used = before.until(&Usage::now(pid, pid));
    let cpu = used.server * 1e6 / sample.times.len() as f64;
    Ok(Turn { sample, cpu })
}

fn table(ours: &[Turn], theirs: &[Turn]) -> Vec<Row> {
    let rates = |turns: &[Turn]| -> Vec<f64> {
        turns.iter().map(|turn| turn.sample.per_second()).collect()
    };
    let cpu = |turns: &[Turn]| median(turns.iter().map(|turn| turn.cpu));
    let shares: Vec<f64> = rates(ours)
        .into_iter()
        .zip(rates(theirs))
        .map(|(one, other)| one / other)
        .collect();
    vec![
        Row::new(
            "GET article from memory, of a bare route's requests/s",
            format!("{:.2}", median(shares.iter().copied())),
            format!("{}, bar 0.70", spread(&shares, 2)),
        ),
        Row::new(
            "  GET article",
            format!("{:.0}/s", median(rates(ours))),
            format!(
                "{}, {:.1} µs CPU a request",
                spread(&rates(ours), 0),
                cpu(ours)
            ),
        ),
        Row::new(
            "  bare route, same bytes",
            format!("{:.0}/s", median(rates(theirs))),
            format!(
                "{}, {:.1} µs CPU a request",
                spread(&rates(theirs), 0),
                cpu(theirs)
            ),
        ),
    ]
}

fn spread(values: &[f64], digits: usize) -> String {
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    format!(
        "{least:.digits$} … {most:.digits$} over {} turns",
        values.len()
    )
}
