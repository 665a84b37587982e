//! Reading with a short and a long history: the same shop, the same rate of tickets, twenty times the days.

use std::time::Duration;

use crate::desk::Desk;
use crate::http::get;
use crate::load::{Times, closed_loop, milliseconds};
use crate::report::Row;
use crate::server::{self, Server};
use crate::{Outcome, Plan, say};

const TICKETS: [u32; 2] = [10_000, 200_000];
const TURNS: usize = 2;
const TURN: Duration = Duration::from_secs(3);
const READS: [(&str, &str); 2] = [
    (
        "GET tickets, open, page 1",
        "/api/support/contact/tickets?status=open&page=1",
    ),
    ("GET stats", "/api/support/contact/stats"),
];

/// One ticket every five minutes, newest first; the last 500 are open, and one of a hundred older ones; every fourth
/// has an answer.
const TICKETS_SQL: &str = "\
INSERT INTO ___xtr_customer (cst_id, cst_name, cst_fname, cst_mail, cst_mail_key)
SELECT 'CST-H' || n, 'Dupont', 'Jean', 'h' || n || '@example.com', 'h' || n || '@example.com' FROM generate_series(1, $1 / 4) n;
INSERT INTO ___xtr_msg (msg_id, msg_kind, msg_cst_id, msg_subject, msg_content, msg_date, msg_open, msg_close, msg_author_id,
    msg_author_kind, msg_priority, msg_category, msg_status, msg_contact_key, msg_closed_at, msg_closings, created_at, updated_at)
SELECT 'TICKET-H' || lpad(n::text, 7, '0'), 'ticket', 'CST-H' || 1 + n % ($1 / 4), 'Problème démarrage véhicule ' || n,
    'Mon véhicule Renault Clio 2018 ne démarre plus depuis ce matin. Le voyant batterie est allumé.', at,
    CASE WHEN open THEN '1' ELSE '0' END, CASE WHEN open THEN '0' ELSE '1' END, 'CST-H' || 1 + n % ($1 / 4), 'customer',
    (ARRAY['urgent', 'high', 'normal', 'low'])[1 + n % 4],
    (ARRAY['general', 'technical', 'billing', 'complaint', 'suggestion'])[1 + n % 5],
    CASE WHEN open THEN 'open' ELSE 'closed' END, 'h' || 1 + n % ($1 / 4) || '@example.com',
    CASE WHEN NOT open THEN at + interval '3 hours' END, CASE WHEN open THEN 0 ELSE 1 END, at, at
FROM (SELECT n, now() - n * interval '5 minutes' AS at, n <= 500 OR n % 100 = 0 AS open FROM generate_series(1, $1) n) t;
INSERT INTO ___xtr_msg (msg_id, msg_kind, msg_cst_id, msg_subject, msg_content, msg_date, msg_parent_id, msg_author_id,
    msg_author_kind, created_at, updated_at)
SELECT 'MSG-H' || msg_id, 'response', msg_cst_id, 'RE: ' || msg_subject, 'Vérifiez les cosses de la batterie.',
    msg_date + interval '1 hour', msg_id, 'staff-bench', 'staff', msg_date, msg_date
FROM ___xtr_msg WHERE msg_kind = 'ticket' AND right(msg_id, 2)::int % 4 = 0";

pub(crate) async fn rows(plan: &Plan, desk: &Desk) -> Outcome<Vec<Row>> {
    let mut shops = Vec::new();
    for tickets in TICKETS {
        let database = format!("history_{tickets}");
        desk.make_database(&database).await?;
        fill(desk, &database, tickets).await?;
        let token = server::staff_token(desk, &database).await?;
        shops.push((tickets, Server::start(desk, &database).await?, token));
    }
    let mut rows = Vec::new();
    for (what, path) in READS {
        let mut times: Vec<Vec<Times>> = shops.iter().map(|_| Vec::new()).collect();
        // The first turn warms up.
        for turn in 0..=TURNS {
            for ((_, server, token), times) in shops.iter().zip(&mut times) {
                let request = get(path, Some(token));
                let lasting = plan.lasting(TURN);
                let sample =
                    closed_loop(server.address, 1, lasting, 200, move |_| request.clone()).await?;
                if turn > 0 {
                    times.push(sample.times);
                }
            }
        }
        rows.push(compare(
            what,
            times.into_iter().map(Times::joined).collect(),
        ));
    }
    for (_, server, _) in shops {
        server.stop().await?;
    }
    Ok(rows)
}

async fn fill(desk: &Desk, database: &str, tickets: u32) -> Outcome<()> {
    say(format!("writing {tickets} tickets"));
    let client = desk.client(database).await?;
    let sql = TICKETS_SQL.replace("$1", &tickets.to_string());
    client.batch_execute("SET synchronous_commit = off").await?;
    client.batch_execute(&sql).await?;
    server::tool(desk, database, &["figures", "--rebuild"]).await?;
    client.batch_execute("VACUUM ANALYZE").await?;
    Ok(())
}

fn compare(what: &str, times: Vec<Times>) -> Row {
    let words: Vec<String> = times
        .iter()
        .zip(TICKETS)
        .map(|(times, tickets)| format!("{tickets} tickets: {}", times.words()))
        .collect();
    let middle: Vec<Duration> = times.iter().map(|times| times.percentile(50)).collect();
    let (first, last) = (
        middle.first().copied().unwrap_or_default(),
        middle.last().copied().unwrap_or_default(),
    );
    Row::new(
        what,
        format!("× {:.2}", last.as_secs_f64() / first.as_secs_f64()),
        format!(
            "p50 {} → {}; {}",
            milliseconds(first),
            milliseconds(last),
            words.join("; ")
        ),
    )
}
