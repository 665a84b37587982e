//! PostgreSQL stops, dies or falls silent: the server says so quickly and comes back by itself.

use std::time::{Duration, Instant};

use testkit::process::{Process, data_folder, free_port};
use testkit::smtp_sink::SmtpSink;
use testkit::{Answer, admin_client};

use crate::TURN;
use crate::load::{Load, Report};
use crate::outside::{LONG, Network, Postgres, check_kept, check_mails, enough_mails, settings};

/// What says so itself, without waiting for the database, with room for a busy machine.
const SAID_WITHIN: Duration = Duration::from_secs(5);
/// What a caller waits at the most: two seconds, with the same room.
const REFUSED_WITHIN: Duration = Duration::from_secs(6);
/// A statement already on its way is given up after this (`SILENCE` in the store), and its
/// connection with it; the same room.
const CAUGHT: Duration = Duration::from_secs(15);
const BACK_WITHIN: Duration = Duration::from_secs(15);
const AWAY: Duration = Duration::from_secs(10);

struct Scene {
    server: Process,
    load: Load,
    sink: SmtpSink,
    _data: tempfile::TempDir,
}

/// A server under load, mail going to a sink.
async fn scene(database_url: &str) -> Scene {
    let sink = SmtpSink::start().await;
    let data = data_folder();
    let settings = settings(&[
        ("DATABASE_URL", database_url.to_owned()),
        ("SMTP_URL", sink.url()),
    ]);
    let server = Process::serve(data.path(), free_port(), &settings).await;
    let load = Load::start(&server, 8, Duration::from_millis(20));
    testkit::eventually("some tickets", async || (load.acked() > 200).then_some(())).await;
    Scene {
        server,
        load,
        sink,
        _data: data,
    }
}

async fn get(server: &Process, path: &str) -> Answer {
    tokio::time::timeout(LONG, server.api().get(path))
        .await
        .unwrap()
}

/// While the database is away: alive, not ready, and it says both quickly.
async fn watch_outage(server: &Process, since: Instant, lasting: Duration) -> Duration {
    let mut not_ready_after = None;
    while since.elapsed() < lasting {
        let asked = Instant::now();
        assert_eq!(get(server, "/healthz").await.status, 200);
        assert!(
            asked.elapsed() < SAID_WITHIN,
            "alive: {:?}",
            asked.elapsed()
        );
        let ready = get(server, "/readyz").await;
        match not_ready_after {
            None if ready.status == 503 => not_ready_after = Some(since.elapsed()),
            None => assert!(
                since.elapsed() < SAID_WITHIN,
                "still {} after {:?}: {}",
                ready.status,
                since.elapsed(),
                ready.text
            ),
            Some(_) => assert_eq!(ready.status, 503),
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    not_ready_after.expect("not ready while the database is away")
}

/// How long after `back` the first ticket is acknowledged.
async fn first_success(load: &Load, back: Instant) -> Duration {
    let at =
        testkit::eventually("service to return", async || load.first_success_after(back)).await;
    at - back
}

/// Every request got an answer, and one made during the outage was told soon and when to come
/// again. One caught in the middle of its work waits for the database as long as that may take.
fn check_answers(report: &Report, outage: Instant) {
    report.only(&[201, 409, 503]);
    let refused = report
        .attempts
        .iter()
        .filter(|attempt| attempt.status == Some(503));
    for attempt in refused {
        assert!(attempt.retry_after, "a 503 without Retry-After");
        let limit = if attempt.at < outage {
            CAUGHT
        } else {
            REFUSED_WITHIN
        };
        assert!(
            attempt.took < limit,
            "refused only after {:?}",
            attempt.took
        );
    }
}

/// The end of every scene: nothing lost, all mail delivered.
async fn close(scene: Scene, postgres: &Postgres, what: &str, outage: Instant, figures: String) {
    let before = scene.load.acked();
    testkit::eventually("some more", async || {
        (scene.load.acked() > before + 200).then_some(())
    })
    .await;
    let report = scene.load.finish().await;
    println!(
        "{what}: {} tickets acknowledged; answers {:?}, slowest 503 {:.2?}; {figures}",
        report.acked.len(),
        report.statuses(),
        report.slowest(503),
    );
    check_answers(&report, outage);
    assert_eq!(get(&scene.server, "/readyz").await.status, 200);
    let tickets = report.acked.len();
    let mails = scene
        .sink
        .wait_until(|mails| enough_mails(mails, tickets), LONG)
        .await;
    let kept = check_kept(&admin_client(&postgres.url).await, &report.acked).await;
    assert_eq!(kept, tickets, "every ticket was acknowledged in the end");
    let twice = check_mails(&mails, &report.acked);
    println!(
        "{what}: 0 lost, 0 doubled; {} mails, {twice} of them more than once (same Message-ID)",
        mails.len()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_stopped_for_ten_seconds_is_said_and_survived() {
    let _turn = TURN.lock().await;
    let mut postgres = Postgres::start().await;
    let scene = scene(&postgres.url).await;
    let stopped = Instant::now();
    postgres.stop().await;
    let noticed = watch_outage(&scene.server, stopped, AWAY).await;
    postgres.start_again().await;
    let back = first_success(&scene.load, Instant::now()).await;
    assert!(back < BACK_WITHIN, "{back:?}");
    let figures = format!("not ready after {noticed:.2?}, back {back:.2?} after the database");
    close(scene, &postgres, "database stopped", stopped, figures).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_killed_under_load_is_said_and_survived() {
    let _turn = TURN.lock().await;
    let mut postgres = Postgres::start().await;
    let scene = scene(&postgres.url).await;
    let killed = Instant::now();
    postgres.kill().await;
    let noticed = watch_outage(&scene.server, killed, AWAY).await;
    postgres.start_again().await;
    let back = first_success(&scene.load, Instant::now()).await;
    assert!(back < BACK_WITHIN, "{back:?}");
    let figures = format!("not ready after {noticed:.2?}, back {back:.2?} after the database");
    close(scene, &postgres, "database killed", killed, figures).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_falls_silent_holds_nobody_up() {
    let _turn = TURN.lock().await;
    let postgres = Postgres::start().await;
    let network = Network::to(&postgres).await;
    let scene = scene(&network.url).await;
    let silent = Instant::now();
    network.fall_silent();
    let noticed = watch_outage(&scene.server, silent, AWAY).await;
    network.speak();
    let back = first_success(&scene.load, Instant::now()).await;
    assert!(back < BACK_WITHIN, "{back:?}");
    let figures = format!("not ready after {noticed:.2?}, back {back:.2?} after the database");
    close(scene, &postgres, "database silent", silent, figures).await;
}
