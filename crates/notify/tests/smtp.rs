//! The SMTP channel in real conversations.
#![expect(
    clippy::expect_used,
    reason = "a test that cannot be set up has failed"
)]

use std::io;
use std::time::Duration;

use chrono::{TimeZone as _, Utc};
use notify::{
    Category, DeliveryError, Desk, EmailChannel as _, Happening, Occasion, Priority, Recipient,
    RenderedEmail, SmtpChannel, SmtpSettings, Status, TicketFacts, notifications, render,
};
use rustls::pki_types::PrivateKeyDer;
use shared_kernel::{EmailAddress, TicketId};
use smtp_sink::{Behaviour, SmtpSink};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

#[path = "../../../tests/src/smtp_sink/mod.rs"]
#[expect(
    unreachable_pub,
    reason = "shared with the test kit, where it is public"
)]
mod smtp_sink;

const SOON: Duration = Duration::from_mins(1);

fn email(text: &str) -> EmailAddress {
    EmailAddress::parse(text).expect("a good address")
}

fn mail_to(to: &str) -> RenderedEmail {
    let desk = Desk {
        shop_name: "Pièces & Co".to_owned(),
        staff_name: "Support".into(),
        from: email("ne-pas-repondre@shop.fr"),
        support: email("support@shop.fr"),
        support_by_category: std::collections::BTreeMap::new(),
        escalation: Vec::new(),
        public_url: "https://support.shop.fr/".parse().expect("a URL"),
        time_zone: chrono_tz::Europe::Paris,
    };
    let at = Utc
        .with_ymd_and_hms(2026, 11, 23, 13, 5, 9)
        .single()
        .expect("a time");
    let occasion = Occasion {
        ticket: TicketFacts {
            id: TicketId::parse("TICKET-ABCD1234").expect("an id"),
            subject: "Pièce cassée à l’arrivée".to_owned(),
            priority: Priority::Normal,
            category: Category::General,
            status: Status::WaitingCustomer,
            created_at: at,
            verified: true,
            written_signed_in: true,
        },
        customer: Some(Recipient {
            email: email(to),
            name: Some("Zoë, dite \"Z\"".to_owned()),
        }),
        assignee: None,
        occurrence: "MSG-1".to_owned(),
        at,
        happening: Happening::ResponseByStaff {
            author: "Sophie".to_owned(),
            text: "Bonjour,\n.\n..deux points\nMAIL FROM:<x@y.fr>\nà bientôt".to_owned(),
        },
    };
    let mails = notifications(&occasion, &desk);
    render(mails.first().expect("a mail"), &desk).expect("words")
}

fn channel(url: &str) -> SmtpChannel {
    let mut settings = SmtpSettings::from_url(url).expect("a URL");
    settings.conversation_timeout = SOON;
    SmtpChannel::new(settings).expect("a channel")
}

#[tokio::test]
async fn a_mail_arrives_whole_with_its_envelope_and_headers() {
    let sink = SmtpSink::start().await;
    let mail = mail_to("zoe@exämple.fr");
    channel(&sink.url()).send(&mail).await.expect("delivered");
    let arrived = sink.wait_for(1, SOON).await;
    let arrived = &arrived[0];
    assert_eq!(arrived.mail_from, "ne-pas-repondre@shop.fr");
    assert_eq!(arrived.rcpt_to, ["zoe@xn--exmple-cua.fr"]);
    assert_eq!(arrived.subject().as_deref(), Some(mail.subject.as_str()));
    assert_eq!(
        arrived.header("message-id"),
        Some(format!("<{}>", mail.message_id))
    );
    assert_eq!(
        arrived
            .part("text/plain")
            .map(|text| text.trim_end().to_owned()),
        Some(mail.text.trim_end().to_owned())
    );
    assert!(
        arrived
            .part("text/html")
            .is_some_and(|html| html.contains("..deux points<br>"))
    );
}

#[tokio::test]
async fn the_login_is_the_one_of_the_url() {
    let sink = SmtpSink::start().await;
    let url = sink
        .url()
        .replace("smtp://", "smtp://desk%40shop.fr:p%3Ass@");
    channel(&url)
        .send(&mail_to("jean@example.com"))
        .await
        .expect("delivered");
    assert_eq!(
        sink.logins(),
        [("desk@shop.fr".to_owned(), "p:ss".to_owned())]
    );
}

#[tokio::test]
async fn an_address_with_accents_is_sent_where_the_server_takes_it() {
    let sink = SmtpSink::start().await;
    channel(&sink.url())
        .send(&mail_to("josé@example.com"))
        .await
        .expect("delivered");
    assert_eq!(sink.mails()[0].rcpt_to, ["josé@example.com"]);
}

#[tokio::test]
async fn what_may_pass_is_temporary_and_what_will_not_is_permanent() {
    let sink = SmtpSink::start().await;
    let channel = channel(&sink.url());
    let mail = mail_to("jean@example.com");
    for (behaviour, down) in [
        (Behaviour::Reject451, false),
        (Behaviour::DropDuringData, true),
        (Behaviour::Refuse, true),
    ] {
        sink.behave(behaviour);
        let outcome = channel.send(&mail).await;
        assert!(
            matches!(outcome, Err(DeliveryError::Temporary { channel_down, .. }) if channel_down == down),
            "{behaviour:?}: {outcome:?}"
        );
    }
    sink.behave(Behaviour::Reject550);
    let refused = channel.send(&mail).await.expect_err("refused");
    assert_eq!(
        refused,
        DeliveryError::permanent("the server answered 550 5.1.1 no such mailbox")
    );
    assert_eq!(sink.mails(), []);
    sink.behave(Behaviour::Accept);
    channel.send(&mail).await.expect("delivered");
}

#[tokio::test]
async fn an_answer_is_judged_by_whom_it_is_about_and_not_by_its_first_digit() {
    let sink = SmtpSink::start().await;
    let url = sink.url().replace("smtp://", "smtp://desk:secret@");
    let channel = channel(&url);
    let mail = mail_to("jean@example.com");
    let quota = "550 5.4.5 Daily user sending limit exceeded";
    for (at, reply, expected) in [
        ("GREETING", "554 5.7.1 no service for you", "down"),
        ("EHLO", "550 5.7.1 your name is not known", "down"),
        ("AUTH", "535 5.7.8 credentials not accepted", "down"),
        ("AUTH", "534 5.7.9 another login is needed", "down"),
        ("MAIL", "550 5.7.1 sender not allowed", "down"),
        ("MAIL", "530 5.7.0 authentication required", "down"),
        ("MAIL", "451 4.7.1 slow down", "down"),
        ("MAIL", quota, "down"),
        ("RCPT", quota, "down"),
        (
            "RCPT",
            "554 5.7.1 <jean@example.com>: Relay access denied",
            "down",
        ),
        (
            "RCPT",
            "550 5.1.1 <jean@example.com>: no such mailbox",
            "refused",
        ),
        ("RCPT", "552 5.2.2 mailbox full", "put off"),
        ("RCPT", "451 4.7.1 greylisted", "put off"),
        ("DATA", quota, "down"),
        (".", quota, "down"),
        (
            ".",
            "550 5.7.26 this domain's mail is not authenticated",
            "down",
        ),
        (".", "554 5.7.1 the text looks like spam", "put off"),
        (".", "552 5.3.4 too big", "refused"),
    ] {
        sink.answer(at, reply);
        let outcome = channel.send(&mail).await;
        let found = match &outcome {
            Err(DeliveryError::Permanent { .. }) => "refused",
            Err(DeliveryError::Temporary { channel_down, .. }) if *channel_down => "down",
            Err(DeliveryError::Temporary { .. }) => "put off",
            Ok(()) => "taken",
        };
        assert_eq!(found, expected, "{at} {reply}: {outcome:?}");
        sink.answer_as_ever();
    }
    assert_eq!(sink.mails(), []);
    channel.send(&mail).await.expect("delivered");
}

#[tokio::test]
async fn accents_of_our_own_address_are_the_channels_and_a_recipients_are_theirs() {
    let sink = SmtpSink::start().await;
    let channel = channel(&sink.url());
    sink.answer("EHLO", "250 no extensions here");
    let to_accents = channel.send(&mail_to("josé@example.com")).await;
    assert!(
        matches!(to_accents, Err(DeliveryError::Permanent { .. })),
        "{to_accents:?}"
    );
    let mut mail = mail_to("jean@example.com");
    mail.from = email("équipe@shop.fr");
    let from_accents = channel.send(&mail).await;
    assert!(
        matches!(
            from_accents,
            Err(DeliveryError::Temporary {
                channel_down: true,
                ..
            })
        ),
        "{from_accents:?}"
    );
    assert_eq!(sink.mails(), []);
}

#[tokio::test]
async fn one_refused_mailbox_is_no_reason_to_refuse_another() {
    let sink = SmtpSink::start().await;
    sink.refuse_recipient("nobody@example.com");
    let channel = channel(&sink.url());
    let refused = channel.send(&mail_to("nobody@example.com")).await;
    assert!(matches!(refused, Err(DeliveryError::Permanent { .. })));
    channel
        .send(&mail_to("jean@example.com"))
        .await
        .expect("delivered");
    assert_eq!(sink.mails().len(), 1);
}

#[tokio::test]
async fn a_mail_taken_without_an_answer_is_sent_again_under_the_same_message_id() {
    let sink = SmtpSink::start().await;
    let (channel, mail) = (channel(&sink.url()), mail_to("jean@example.com"));
    sink.behave(Behaviour::DropAfterAccept);
    assert!(matches!(
        channel.send(&mail).await,
        Err(DeliveryError::Temporary { .. })
    ));
    sink.behave(Behaviour::Accept);
    channel.send(&mail).await.expect("delivered");
    let ids: Vec<_> = sink
        .wait_for(2, SOON)
        .await
        .iter()
        .map(|mail| mail.header("Message-ID"))
        .collect();
    assert_eq!(ids[0], ids[1]);
    assert!(ids[0].is_some());
}

#[tokio::test]
async fn a_server_that_answers_byte_by_byte_is_left_in_time() {
    let sink = SmtpSink::start().await;
    sink.behave(Behaviour::Tarpit);
    let mut settings = SmtpSettings::from_url(&sink.url()).expect("a URL");
    settings.conversation_timeout = Duration::from_millis(200);
    let channel = SmtpChannel::new(settings).expect("a channel");
    let outcome = tokio::time::timeout(SOON, channel.send(&mail_to("jean@example.com"))).await;
    assert!(
        matches!(outcome, Ok(Err(DeliveryError::Temporary { .. }))),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn a_server_that_is_not_there_is_temporary() {
    // Bound, so that nobody else listens there, and not listening.
    let taken = TcpSocket::new_v4().expect("a socket");
    let nowhere = "127.0.0.1:0".parse().expect("an address");
    taken.bind(nowhere).expect("a port");
    let free = taken.local_addr().expect("bound");
    let outcome = channel(&format!("smtp://{free}"))
        .send(&mail_to("jean@example.com"))
        .await;
    assert!(
        matches!(outcome, Err(DeliveryError::Temporary { .. })),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn where_encryption_is_required_nothing_is_sent_without_it() {
    let sink = SmtpSink::start().await;
    let url = sink.url().replace("smtp://", "smtp://desk:secret@");
    let outcome = channel(&format!("{url}?tls=required"))
        .send(&mail_to("jean@example.com"))
        .await;
    assert_eq!(
        outcome,
        Err(DeliveryError::channel_down("the server offers no STARTTLS"))
    );
    assert_eq!((sink.mails().len(), sink.logins().len()), (0, 0));
}

#[tokio::test]
async fn starttls_is_used_where_offered_and_its_certificate_checked_where_required() {
    let sink = SmtpSink::start().await;
    let front = starttls_front(&sink).await;
    let mail = mail_to("jean@example.com");
    channel(&format!("smtp://desk:secret@{front}"))
        .send(&mail)
        .await
        .expect("delivered");
    assert_eq!((sink.mails().len(), sink.logins().len()), (1, 1));
    let untrusted = channel(&format!("smtp://desk:secret@{front}?tls=required"))
        .send(&mail)
        .await;
    assert!(
        matches!(&untrusted, Err(DeliveryError::Temporary { reason, .. }) if reason.contains("certificate")),
        "{untrusted:?}"
    );
    assert_eq!((sink.mails().len(), sink.logins().len()), (1, 1));
}

/// A server that only talks after STARTTLS, with a certificate nobody trusts; behind it, the sink.
async fn starttls_front(sink: &SmtpSink) -> std::net::SocketAddr {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    let certificate = made.cert.der().clone();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).expect("a key");
    let config = rustls::ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .expect("a TLS configuration");
    let acceptor = tokio_rustls::TlsAcceptor::from(std::sync::Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let (address, behind) = (listener.local_addr().expect("bound"), sink.address());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(front_conversation(stream, acceptor.clone(), behind));
        }
    });
    address
}

async fn front_conversation(
    stream: TcpStream,
    acceptor: tokio_rustls::TlsAcceptor,
    behind: std::net::SocketAddr,
) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    let mut line = String::new();
    stream.write_all(b"220 front\r\n").await?;
    stream.read_line(&mut line).await?;
    stream.write_all(b"250-front\r\n250 STARTTLS\r\n").await?;
    stream.read_line(&mut line).await?;
    stream.write_all(b"220 go on\r\n").await?;
    let mut encrypted = acceptor.accept(stream).await?;
    let mut sink = BufReader::new(TcpStream::connect(behind).await?);
    sink.read_line(&mut line).await?;
    tokio::io::copy_bidirectional(&mut encrypted, &mut sink)
        .await
        .map(drop)
}
