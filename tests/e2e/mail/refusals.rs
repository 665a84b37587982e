//! What becomes of a mail that the mail server refuses: by whom the refusal is about.

use chrono::TimeDelta;

use super::desk::Desk;
use crate::desk::{JEAN, all_mail_sent, count, ticket_by};

#[tokio::test(flavor = "multi_thread")]
async fn a_quota_or_a_refused_sender_delays_mail_and_loses_none() {
    let desk = Desk::open().await;
    let smtp = &desk.server.smtp;
    for (at, reply) in [
        (".", "550 5.4.5 Daily user sending limit exceeded"),
        ("MAIL", "550 5.7.1 sender not allowed"),
        ("GREETING", "554 5.7.1 no service for you"),
    ] {
        let before = smtp.mails().len();
        smtp.answer(at, reply);
        ticket_by(&desk.jean, JEAN).await;
        testkit::eventually("both mails were tried and wait", async || {
            let waiting = "job WHERE state = 'ready' AND attempts = 0 \
                AND run_at > created_at + interval '4 seconds'";
            (count(&desk.server, waiting).await == 2).then_some(())
        })
        .await;
        assert_eq!(
            count(&desk.server, "job WHERE state = 'dead'").await,
            0,
            "{reply}"
        );
        assert_eq!(smtp.mails().len(), before, "{reply}");
        smtp.answer_as_ever();
        desk.server.clock.advance(TimeDelta::minutes(2));
        all_mail_sent(&desk.server).await;
        assert_eq!(smtp.mails().len(), before + 2, "{reply}");
    }
    desk.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_recipients_refusal_is_final() {
    let desk = Desk::open().await;
    let smtp = &desk.server.smtp;
    smtp.refuse_recipient(JEAN);
    ticket_by(&desk.jean, JEAN).await;
    all_mail_sent(&desk.server).await;
    assert_eq!(count(&desk.server, "job WHERE state = 'dead'").await, 1);
    let told: Vec<_> = smtp
        .mails()
        .iter()
        .map(|mail| mail.rcpt_to.join(","))
        .collect();
    assert_eq!(told, ["support@shop.example"]);
    desk.server.stop().await;
}
