//! The mail server refuses, puts off, dawdles or hangs up: nobody who writes a ticket notices, and
//! every mail arrives once it is back.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::json;
use tempfile::TempDir;
use testkit::form;
use testkit::process::{Process, data_folder, free_port};
use testkit::smtp_sink::{Behaviour, ReceivedMail, SmtpSink};

use crate::load::Load;
use crate::outside::{LONG, check_mails, enough_mails, settings};

/// Far above what a ticket takes on a busy machine, far below what a mail server's faults take.
const UNAFFECTED: Duration = Duration::from_secs(2);
const AWAY: Duration = Duration::from_secs(4);

async fn server_with(sink: &SmtpSink) -> (Process, TempDir) {
    let data = data_folder();
    let settings = settings(&[("SMTP_URL", sink.url())]);
    let server = Process::serve(data.path(), free_port(), &settings).await;
    (server, data)
}

/// How many jobs are in a state, as operators see it.
async fn jobs(server: &Process, state: &str) -> Option<u32> {
    let page = server.api().get("/metrics").await.text;
    let line = format!("guichet_jobs{{state=\"{state}\"}} ");
    let value = page.lines().find_map(|found| found.strip_prefix(&line))?;
    value.parse().ok()
}

/// Posts while the mail server misbehaves; then it takes mail again, and all of it arrives.
async fn posts_while(behaviour: Behaviour, may_repeat: bool) {
    let sink = SmtpSink::start().await;
    let (server, _data) = server_with(&sink).await;
    sink.behave(behaviour);
    let load = Load::start(&server, 2, Duration::from_millis(100));
    tokio::time::sleep(AWAY).await;
    assert_eq!(server.api().get("/readyz").await.status, 200);
    let report = load.finish().await;
    report.only(&[201]);
    let p99 = report.percentile(99);
    assert!(p99 < UNAFFECTED, "{behaviour:?}: {p99:?}");
    let tickets = report.acked.len();
    let during = sink.mails().len();
    sink.behave(Behaviour::Accept);
    let back = Instant::now();
    let mails = sink
        .wait_until(|mails| enough_mails(mails, tickets), LONG)
        .await;
    let drained = back.elapsed();
    testkit::eventually("the queue to be empty", async || {
        let left = jobs(&server, "ready").await? + jobs(&server, "running").await?;
        (left == 0).then_some(())
    })
    .await;
    let twice = check_mails(&mails, &report.acked);
    assert!(
        may_repeat || twice == 0,
        "{behaviour:?}: {twice} mails came more than once"
    );
    assert_eq!(jobs(&server, "dead").await, Some(0));
    println!(
        "mail server {behaviour:?}: {tickets} tickets, p99 {p99:.2?}; {during} mails meanwhile, all {} delivered {drained:.1?} \
         after it was back, {twice} of them more than once (same Message-ID)",
        mails.len()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_server_that_refuses_connections_delays_mail_only() {
    posts_while(Behaviour::Refuse, false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_server_that_greylists_delays_mail_only() {
    posts_while(Behaviour::Reject451, false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_server_that_dawdles_delays_mail_only() {
    posts_while(Behaviour::Tarpit, false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_server_that_hangs_up_during_data_delays_mail_only() {
    posts_while(Behaviour::DropDuringData, false).await;
}

/// Nobody can know whether a mail was taken, so it comes again, under its own Message-ID.
#[tokio::test(flavor = "multi_thread")]
async fn a_mail_server_that_hangs_up_after_taking_a_mail_gets_it_again_under_the_same_id() {
    posts_while(Behaviour::DropAfterAccept, true).await;
}

fn templates(mails: &[ReceivedMail], to: &str) -> Vec<String> {
    mails
        .iter()
        .filter(|mail| mail.rcpt_to == [to])
        .map(|mail| mail.header("X-Guichet-Template").unwrap())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_mails_of_a_ticket_keep_their_order_through_an_outage() {
    const TICKETS: usize = 8;
    let sink = SmtpSink::start().await;
    let (server, _data) = server_with(&sink).await;
    let (nobody, claire) = (server.api(), server.staff("staff-claire"));
    sink.behave(Behaviour::DropDuringData);
    let mut ids = BTreeMap::new();
    for n in 0..TICKETS {
        let email = format!("order{n}@load.example");
        let created = nobody.post("/api/support/contact", &form(&email)).await;
        let id = created.expect(201).text_at("/msg_id").to_owned();
        let path = |end: &str| format!("/api/support/contact/ticket/{id}{end}");
        // Half way through, some mails are refused for now and some never left.
        let behaviour = if n % 2 == 0 {
            Behaviour::Reject451
        } else {
            Behaviour::Refuse
        };
        sink.behave(behaviour);
        let text = json!({ "message": "Bonjour, vérifiez les cosses de la batterie." });
        claire.post(&path("/responses"), &text).await.expect(201);
        claire
            .put(&path("/status"), &json!({ "status": "closed" }))
            .await
            .expect(200);
        ids.insert(email, id);
    }
    sink.behave(Behaviour::Accept);
    let in_order = ["contact_confirmation", "response_added", "contact_resolved"];
    let mails = sink
        .wait_until(
            |mails| {
                ids.keys()
                    .all(|email| templates(mails, email).len() >= in_order.len())
            },
            LONG,
        )
        .await;
    for email in ids.keys() {
        assert_eq!(templates(&mails, email), in_order, "{email}");
    }
    println!("order: {TICKETS} tickets x 3 mails through an outage, 0 inversions");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_refused_for_good_is_a_dead_letter_and_the_others_flow() {
    const REFUSED: &str = "nobody@load.example";
    let sink = SmtpSink::start().await;
    sink.refuse_recipient(REFUSED);
    let (server, _data) = server_with(&sink).await;
    let nobody = server.api();
    for email in ["before@load.example", REFUSED, "after@load.example"] {
        nobody
            .post("/api/support/contact", &form(email))
            .await
            .expect(201);
    }
    // Three mails to staff, two to customers.
    let mails = sink.wait_for(5, LONG).await;
    assert_eq!(
        templates(&mails, "after@load.example"),
        ["contact_confirmation"]
    );
    assert_eq!(templates(&mails, "support@shop.example").len(), 3);
    testkit::eventually("one dead letter", async || {
        (jobs(&server, "dead").await == Some(1)).then_some(())
    })
    .await;
    assert_eq!(
        jobs(&server, "ready").await,
        Some(0),
        "it is not tried again"
    );
    assert_eq!(sink.mails().len(), 5);
}
