//! `POST /api/support/contact` beside `pgbench` with the same SQL on the same cluster, in turns; and the memory of the
//! server before and after.
//!
//! The ratio says what the server adds to its SQL: HTTP, validation, translation, waiting for round trips. Mails are
//! written in the background during the server's turns and until the queue is empty; pgbench's turn begins after that, in a
//! database of its own, where nobody works on the jobs it queues.

use std::time::Duration;

use crate::capture::{self, Transaction};
use crate::desk::Desk;
use crate::http::ContactForm;
use crate::load::{Sample, Times, closed_loop};
use crate::pgbench::{Report, Script};
use crate::proc::{self, Memory, Usage};
use crate::report::{Row, median};
use crate::server::Server;
use crate::{Outcome, Plan, say};

const OURS: &str = "contact";
const THEIRS: &str = "contact_sql";
const CLIENTS: usize = 16;
const TURNS: usize = 3;
const TURN: Duration = Duration::from_secs(6);
const WARM_UP: Duration = Duration::from_secs(4);
const IDLE: Duration = Duration::from_secs(5);

/// A turn of the server.
struct Served {
    sample: Sample,
    /// From the last answer until every mail was written.
    drained: Duration,
    usage: Usage,
    /// Times a thread of the server waited.
    waits: u64,
    counted: Counted,
}

/// A turn of pgbench.
struct Bare {
    report: Report,
    usage: Usage,
    counted: Counted,
}

/// What PostgreSQL counted.
struct Counted {
    /// Times the write-ahead log was forced to disk.
    syncs: i64,
    commits: i64,
}

impl Counted {
    async fn now(desk: &Desk, database: &str) -> Outcome<Self> {
        // Sessions report what they did up to a second late.
        tokio::time::sleep(Duration::from_millis(1_200)).await;
        let client = desk.client("postgres").await?;
        let sql = "SELECT wal_sync, (SELECT xact_commit FROM pg_stat_database WHERE datname = $1) FROM pg_stat_wal";
        let row = client.query_one(sql, &[&database]).await?;
        Ok(Self {
            syncs: row.get(0),
            commits: row.get(1),
        })
    }

    fn until(&self, later: &Self) -> Self {
        Self {
            syncs: later.syncs - self.syncs,
            commits: later.commits - self.commits,
        }
    }
}

pub(crate) async fn rows(plan: &Plan, desk: &Desk) -> Outcome<Vec<Row>> {
    desk.make_database(OURS).await?;
    desk.make_database(THEIRS).await?;
    let server = Server::start(desk, OURS).await?;
    tokio::time::sleep(IDLE).await;
    let idle = Memory::of(server.pid())?;
    say(format!(
        "idle: {} resident",
        Memory::megabytes(idle.resident)
    ));

    let transaction = capture::transaction(desk, &server, OURS).await?;
    describe(&transaction);
    let script = Script::of(desk, &transaction)?;
    serve(desk, &server, plan.lasting(WARM_UP)).await?;
    let bare = run_bare(desk, &server, &script, plan.lasting(WARM_UP)).await?;
    check_rows(desk, bare.report.transactions).await?;

    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for turn in 1..=TURNS {
        ours.push(serve(desk, &server, plan.lasting(TURN)).await?);
        theirs.push(run_bare(desk, &server, &script, plan.lasting(TURN)).await?);
        if let (Some(ours), Some(theirs)) = (ours.last(), theirs.last()) {
            let (posts, sql) = (ours.sample.per_second(), theirs.report.per_second);
            say(format!(
                "turn {turn}: {posts:.0} requests/s, {sql:.0} transactions/s, ratio {:.2}",
                posts / sql
            ));
        }
    }
    let loaded = Memory::of(server.pid())?;
    server.stop().await?;

    let mut rows = speed(&transaction, &ours, &theirs);
    rows.extend(costs(&ours, &theirs));
    rows.push(Row::new(
        "POST contact, answer times",
        "",
        Times::joined(ours.into_iter().map(|turn| turn.sample.times).collect()).words(),
    ));
    rows.extend(memory(&idle, &loaded));
    Ok(rows)
}

fn describe(transaction: &Transaction) {
    for (head, times) in &transaction.all {
        say(format!("one POST: {times} × {head}"));
    }
}

async fn serve(desk: &Desk, server: &Server, lasting: Duration) -> Outcome<Served> {
    let form = ContactForm::new()?;
    desk.checkpoint().await?;
    let counted = Counted::now(desk, OURS).await?;
    let waits = proc::waits_of(server.pid());
    let usage = Usage::now(server.pid(), desk.postmaster());
    let sample = closed_loop(server.address, CLIENTS, lasting, 201, move |number| {
        form.by_sender(&format!("bench-{number:010}@example.com"))
    })
    .await?;
    let drained = capture::wait_idle(desk, OURS).await?;
    Ok(Served {
        sample,
        drained,
        usage: usage.until(&Usage::now(server.pid(), desk.postmaster())),
        waits: proc::waits_of(server.pid()) - waits,
        counted: counted.until(&Counted::now(desk, OURS).await?),
    })
}

async fn run_bare(
    desk: &Desk,
    server: &Server,
    script: &Script,
    lasting: Duration,
) -> Outcome<Bare> {
    desk.checkpoint().await?;
    let counted = Counted::now(desk, THEIRS).await?;
    let usage = Usage::now(server.pid(), desk.postmaster());
    let report = script.run(desk, THEIRS, CLIENTS, lasting).await?;
    Ok(Bare {
        report,
        usage: usage.until(&Usage::now(server.pid(), desk.postmaster())),
        counted: counted.until(&Counted::now(desk, THEIRS).await?),
    })
}

/// Each of pgbench's transactions must have written what a contact writes.
async fn check_rows(desk: &Desk, transactions: u64) -> Outcome<()> {
    let client = desk.client(THEIRS).await?;
    let expected = i64::try_from(transactions)?;
    for (table, each) in [
        ("___xtr_msg", 1),
        ("___xtr_customer", 1),
        ("event", 1),
        ("job", 2),
        ("ticket_figure_delta", 1),
    ] {
        let sql = format!("SELECT count(*) FROM {table}");
        let found: i64 = client.query_one(&sql, &[]).await?.get(0);
        // Ids are drawn, so a few may be drawn twice.
        if (found - each * expected).abs() > expected / 500 + 1 {
            return Err(format!(
                "pgbench wrote {found} rows to {table} in {expected} transactions"
            )
            .into());
        }
    }
    Ok(())
}

fn speed(transaction: &Transaction, ours: &[Served], theirs: &[Bare]) -> Vec<Row> {
    let ratios: Vec<f64> = ours
        .iter()
        .zip(theirs)
        .map(|(ours, theirs)| ours.sample.per_second() / theirs.report.per_second)
        .collect();
    let each: Vec<String> = ratios.iter().map(|ratio| format!("{ratio:.2}")).collect();
    let sustained = median(ours.iter().map(|turn| {
        turn.sample.per_second() * turn.sample.took.as_secs_f64()
            / (turn.sample.took + turn.drained).as_secs_f64()
    }));
    let drained = median(ours.iter().map(|turn| turn.drained.as_secs_f64()));
    let latency = median(theirs.iter().map(|turn| turn.report.latency));
    let statements = transaction.statements.len() + 2;
    vec![
        Row::new(
            format!("POST contact, {CLIENTS} clients"),
            format!(
                "{:.0} /s",
                median(ours.iter().map(|turn| turn.sample.per_second()))
            ),
            format!(
                "mails written {drained:.1} s after the last answer; with that {sustained:.0} /s"
            ),
        ),
        Row::new(
            format!("pgbench, the same {statements} statements"),
            format!(
                "{:.0} /s",
                median(theirs.iter().map(|turn| turn.report.per_second))
            ),
            format!("mean {latency:.2} ms, {CLIENTS} clients, -M prepared"),
        ),
        Row::new(
            "ratio",
            format!("{:.2}", median(ratios)),
            format!(
                "turns {}; other programs took {:.1} and {:.1} cores meanwhile",
                each.join(", "),
                median(ours.iter().map(|turn| turn.usage.cores_elsewhere())),
                median(theirs.iter().map(|turn| turn.usage.cores_elsewhere())),
            ),
        ),
    ]
}

/// CPU milliseconds and forced writes of one request.
#[expect(clippy::cast_precision_loss, reason = "counts are small")]
fn costs(ours: &[Served], theirs: &[Bare]) -> Vec<Row> {
    let per_request = |of: fn(&Served) -> f64| {
        median(
            ours.iter()
                .map(|turn| of(turn) / turn.sample.times.len() as f64),
        )
    };
    let per_transaction = |of: fn(&Bare) -> f64| {
        median(
            theirs
                .iter()
                .map(|turn| of(turn) / turn.report.transactions as f64),
        )
    };
    vec![
        Row::new(
            "POST contact, CPU per request",
            format!(
                "{:.2} ms",
                1e3 * per_request(|turn| turn.usage.server + turn.usage.postgres)
            ),
            format!(
                "server {:.2}, PostgreSQL {:.2} ms (mails included), client {:.2}; {:.1} commits, {:.1} WAL syncs, {:.0} waits of the server's threads",
                1e3 * per_request(|turn| turn.usage.server),
                1e3 * per_request(|turn| turn.usage.postgres),
                1e3 * per_request(|turn| turn.usage.own),
                per_request(|turn| turn.counted.commits as f64),
                per_request(|turn| turn.counted.syncs as f64),
                per_request(|turn| turn.waits as f64),
            ),
        ),
        Row::new(
            "pgbench, CPU per transaction",
            format!(
                "{:.2} ms",
                1e3 * per_transaction(|turn| turn.usage.postgres + turn.usage.ended)
            ),
            format!(
                "PostgreSQL {:.2}, pgbench {:.2} ms; {:.1} WAL syncs",
                1e3 * per_transaction(|turn| turn.usage.postgres),
                1e3 * per_transaction(|turn| turn.usage.ended),
                per_transaction(|turn| turn.counted.syncs as f64),
            ),
        ),
    ]
}

fn memory(idle: &Memory, loaded: &Memory) -> [Row; 2] {
    let row = |what: &str, memory: &Memory| {
        let beside = format!(
            "of it {} not the program itself; {} threads",
            Memory::megabytes(memory.anonymous),
            memory.threads
        );
        Row::new(what, Memory::megabytes(memory.resident), beside)
    };
    [
        row("resident memory, idle 5 s", idle),
        row("resident memory, after the load", loaded),
    ]
}
