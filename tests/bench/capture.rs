//! One contact transaction, as PostgreSQL itself logged it.
//!
//! Statements and parameters come from `log_statement`, the types the client declared for the parameters from the
//! parse trees PostgreSQL prints when a statement is prepared.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::time::{Duration, Instant};

use crate::desk::Desk;
use crate::http::{Connection, ContactForm};
use crate::log::{self, Entry, Parameter, Run, sql_of};
use crate::server::Server;
use crate::{Outcome, say};

const LOGGING: [(&str, &str); 4] = [
    ("log_line_prefix", log::PREFIX),
    ("log_statement", "all"),
    ("debug_print_parse", "on"),
    ("debug_pretty_print", "off"),
];
/// Connections take a new setting over at their next statement, or a little before.
const SETTLE: Duration = Duration::from_millis(300);
const PATIENCE: Duration = Duration::from_secs(20);
const SENDER: &str = "capture.sender@example.com";

/// One statement with its parameters and their types, in order.
pub(crate) struct Statement {
    pub(crate) sql: String,
    pub(crate) parameters: Vec<(Parameter, String)>,
}

/// The statements between `BEGIN` and `COMMIT`, and what is unique in them.
pub(crate) struct Transaction {
    pub(crate) statements: Vec<Statement>,
    pub(crate) email: String,
    pub(crate) ticket: String,
    pub(crate) customer: String,
    /// Every statement one POST caused, its background work included: how often, and how it begins.
    pub(crate) all: BTreeMap<String, usize>,
}

/// Posts one ticket with logging on and reads what the log has of it.
pub(crate) async fn transaction(
    desk: &Desk,
    server: &Server,
    database: &str,
) -> Outcome<Transaction> {
    desk.set(&LOGGING.map(|(name, value)| (name, Some(value))))
        .await?;
    let captured = post_and_read(desk, server, database).await;
    desk.set(&LOGGING.map(|(name, _)| (name, None))).await?;
    tokio::time::sleep(SETTLE).await;
    captured
}

/// Jobs somebody has still to do; our own question, so not counted among the server's statements.
const BUSY: &str = "SELECT count(*) FROM job WHERE state IN ('ready', 'running')";

async fn post_and_read(desk: &Desk, server: &Server, database: &str) -> Outcome<Transaction> {
    tokio::time::sleep(SETTLE).await;
    let begin = fs::metadata(desk.log())?.len();
    // New connections prepare their statements anew, which is when parameter types are logged.
    let admin = desk.client("postgres").await?;
    // The listener prepares nothing we look for, and would complain.
    let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
               WHERE datname = $1 AND query !~ 'LISTEN|pg_notify'";
    admin.execute(cut, &[&database]).await?;
    let form = ContactForm::new()?;
    let mut connection = Connection::open(server.address).await?;
    for number in 0..20 {
        let request = form.by_sender(&format!("capture{number}@example.com"));
        // The first ones may meet the connections that were cut.
        connection.call(&request).await?;
    }
    wait_idle(desk, database).await?;
    let before = fs::metadata(desk.log())?.len();
    let answer = connection.call(&form.by_sender(SENDER)).await?;
    if answer.status != 201 {
        return Err(format!("the captured POST answered {}", answer.status).into());
    }
    let ticket: serde_json::Value = serde_json::from_slice(answer.body)?;
    let text_of = |name: &str| {
        ticket
            .get(name)
            .and_then(|id| id.as_str())
            .unwrap_or_default()
            .to_owned()
    };
    wait_idle(desk, database).await?;

    let written = fs::read(desk.log())?;
    let since = |offset: u64| -> Outcome<Vec<Entry>> {
        let bytes = written.get(usize::try_from(offset)?..).unwrap_or_default();
        Ok(log::entries(&String::from_utf8_lossy(bytes)))
    };
    let types = log::types_by_statement(&since(begin)?);
    let entries = since(before)?;
    let statements =
        log::statements_of(&entries, SENDER).ok_or("the log has no such transaction")?;
    Ok(Transaction {
        statements: with_types(desk, statements, &types).await?,
        email: SENDER.to_owned(),
        ticket: text_of("msg_id"),
        customer: text_of("msg_cst_id"),
        all: heads(&entries),
    })
}

/// Waits until no job of the database is waiting or running; answers how long that took.
pub(crate) async fn wait_idle(desk: &Desk, database: &str) -> Outcome<Duration> {
    let client = desk.client(database).await?;
    let (since, mut said, mut least) = (Instant::now(), Instant::now(), i64::MAX);
    let mut progress = Instant::now();
    loop {
        let busy: i64 = client.query_one(BUSY, &[]).await?.get(0);
        if busy == 0 {
            return Ok(since.elapsed());
        }
        if busy < least {
            (least, progress) = (busy, Instant::now());
        }
        if progress.elapsed() > PATIENCE {
            return Err(format!("{busy} jobs are waiting and none gets done").into());
        }
        if said.elapsed() > Duration::from_secs(5) {
            said = Instant::now();
            say(format!("{busy} mails still to be written"));
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn with_types(
    desk: &Desk,
    statements: Vec<Run>,
    types: &HashMap<String, BTreeMap<usize, u32>>,
) -> Outcome<Vec<Statement>> {
    let admin = desk.client("postgres").await?;
    let mut named = Vec::new();
    for (sql, values) in statements {
        let mut parameters = Vec::new();
        for (number, value) in (1..).zip(values) {
            let known = types.get(&sql).and_then(|types| types.get(&number));
            let oid = known.ok_or_else(|| format!("no type of ${number} in the log: {sql}"))?;
            let name = admin
                .query_one("SELECT format_type($1, NULL)", &[oid])
                .await?;
            parameters.push((value, name.get(0)));
        }
        named.push(Statement { sql, parameters });
    }
    Ok(named)
}

/// How often statements that begin alike were run.
fn heads(entries: &[Entry]) -> BTreeMap<String, usize> {
    const HEAD_WORDS: usize = 5;
    let mut counts = BTreeMap::new();
    for sql in entries.iter().filter_map(sql_of).filter(|sql| *sql != BUSY) {
        let head: Vec<&str> = sql.split_whitespace().take(HEAD_WORDS).collect();
        *counts.entry(head.join(" ")).or_default() += 1;
    }
    counts
}
