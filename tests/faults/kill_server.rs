//! `kill -9` under load: nothing acknowledged is lost, nothing is doubled, nothing is half there.

use std::time::{Duration, Instant};

use testkit::process::{Process, Signal, data_folder, free_port, run};
use testkit::smtp_sink::SmtpSink;

use crate::TURN;
use crate::load::Load;
use crate::outside::{
    LONG, check_kept, check_mails, database_in, enough_mails, settings, start_cluster,
};

const KILLS: u32 = 5;

/// The private cluster dies with the server and is recovered by the next one.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_killed_five_times_under_load_loses_and_doubles_nothing() {
    let _turn = TURN.lock().await;
    let sink = SmtpSink::start().await;
    let data = data_folder();
    let port = free_port();
    let settings = settings(&[("SMTP_URL", sink.url())]);
    let mut server = Process::serve(data.path(), port, &settings).await;
    let load = Load::start(&server, 8, Duration::from_millis(20));
    let mut recoveries = Vec::new();
    for n in 0..KILLS {
        // At another moment of the work each time, however the machine is loaded.
        let before = load.acked();
        testkit::eventually("some tickets", async || {
            (load.acked() > before + 100).then_some(())
        })
        .await;
        tokio::time::sleep(Duration::from_millis(u64::from(n) * 37 % 100)).await;
        server.kill();
        let started = Instant::now();
        server = Process::serve(data.path(), port, &settings).await;
        recoveries.push(started.elapsed());
    }
    let before = load.acked();
    testkit::eventually("some more", async || {
        (load.acked() > before + 100).then_some(())
    })
    .await;
    let report = load.finish().await;
    report.only(&[0, 201, 409, 503]);
    let tickets = report.acked.len();
    let mails = sink
        .wait_until(|mails| enough_mails(mails, tickets), LONG)
        .await;
    server.signal(Signal::TERM);
    assert_eq!(server.exit(LONG).await.code(), Some(0));

    let twice = check_mails(&mails, &report.acked);
    let cluster = start_cluster(data.path()).await;
    let kept = check_kept(&database_in(&cluster).await, &report.acked).await;
    drop(cluster);
    assert_eq!(kept, tickets, "every ticket was acknowledged in the end");
    figures_agree(data.path());
    println!(
        "kill -9 x{KILLS}: {tickets} tickets acknowledged, 0 lost, 0 doubled; {} mails, {twice} of them more than once \
         (same Message-ID); answers {:?}; back after {recoveries:.2?}",
        mails.len(),
        report.statuses(),
    );
}

/// By the program's own command.
fn figures_agree(data: &std::path::Path) {
    let folder = data.display().to_string();
    let output = run(&["figures", "--data-dir", &folder], &[]);
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}
