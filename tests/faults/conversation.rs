//! One conversation between Claire of support and Jean, who only listens.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use testkit::node_client::NodeClient;
use testkit::process::Process;
use testkit::ws_client::WsClient;
use testkit::{Answer, Api};

use crate::outside::LONG;

pub const JEAN: &str = "cst-jean";
pub const CLAIRE: &str = "staff-claire";

/// Jean writes first; answers the conversation's id.
pub async fn begin(server: &Process) -> String {
    let (jean, claire) = (server.customer(JEAN), server.staff(CLAIRE));
    for caller in [&jean, &claire] {
        caller.get("/api/messages").await.expect(200);
    }
    let form = json!({ "customerId": JEAN, "staffId": CLAIRE, "subject": "Ma commande", "content": "Bonjour" });
    let created = jean.post("/api/messages", &form).await.expect(201);
    created.text_at("/data/id").to_owned()
}

/// Claire writes number `n`, as a good client does: under a key, until it is taken. Servers that
/// do not answer are asked again, one after the other.
pub async fn write(claires: &[Api], conversation: &str, n: u32) -> Answer {
    let path = format!("/api/messages/{conversation}/reply");
    let body = json!({ "content": n.to_string() }).to_string();
    let turn = AtomicUsize::new(0);
    testkit::eventually("the message is taken", async || {
        let claire = claires.get(turn.fetch_add(1, Ordering::Relaxed) % claires.len())?;
        let answer = claire
            .with_header("Idempotency-Key", &format!("n-{n}"))
            .try_call(
                reqwest::Method::POST,
                &path,
                Some(body.clone().into_bytes()),
            )
            .await;
        answer.ok().filter(|answer| answer.status == 200)
    })
    .await
}

/// The number in a message.
pub fn number(data: &Value) -> u32 {
    let content = data["message"]["content"].as_str().unwrap_or_default();
    content
        .parse()
        .unwrap_or_else(|_| panic!("no number: {data}"))
}

/// Hears every number once and in order, then nothing but the answer to a question.
pub async fn hears_all(jean: &mut WsClient, numbers: std::ops::RangeInclusive<u32>) {
    for n in numbers {
        let event = jean.next_event(LONG).await;
        assert_eq!(
            (&event["event"], number(&event["data"])),
            (&json!("newMessage"), n)
        );
    }
    jean.send(&json!({ "event": "ping" })).await;
    assert_eq!(jean.next_event(LONG).await["event"], "pong");
}

/// The same, by the stock client; greetings on the way are passed over.
pub async fn stock_hears_all(jean: &mut NodeClient, numbers: std::ops::RangeInclusive<u32>) {
    let mut next = async || loop {
        let said = jean.wait_for("event").await;
        if said["name"] != "connected" {
            return said;
        }
    };
    for n in numbers {
        let said = next().await;
        assert_eq!(
            (&said["name"], number(&said["args"][0])),
            (&json!("newMessage"), n)
        );
    }
    jean.order(&json!({ "do": "emit", "name": "ping", "data": {} }))
        .await;
    let said = jean.wait_for("event").await;
    assert_eq!(said["name"], "pong", "{said}");
}
