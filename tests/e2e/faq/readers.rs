//! What tests of reading the knowledge base begin with: an article, readers, what an answer says.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use testkit::{Answer, Api, TestServer};

pub const FAQ: &str = "/api/support/faq";
pub const CATEGORY: &str = "lecture";
/// What the knowledge base promises: who asks later than this after a change is shown it.
pub const SOON: Duration = Duration::from_secs(1);
/// Between two readings: without it the reader takes the cores from those it waits for.
pub const PAUSE: Duration = Duration::from_millis(10);

/// A published article in a published category of its own; answers its id.
pub async fn article(server: &TestServer) -> String {
    let claire = server.staff("claire");
    let category = json!({ "id": CATEGORY, "name": "Lecture", "description": "", "order": 50, "published": true });
    claire
        .post(&format!("{FAQ}/categories"), &category)
        .await
        .expect(201);
    article_that(server, json!({})).await
}

/// Another one there, with some fields otherwise.
pub async fn article_that(server: &TestServer, changes: Value) -> String {
    let mut article = json!({
        "question": "Comment suivre ma commande ?", "category": CATEGORY, "tags": ["suivi"], "order": 1,
        "answer": "Ouvrez **Mes commandes** : le numéro de suivi est à côté de chaque colis.", "published": true,
    });
    if let (Some(fields), Value::Object(changes)) = (article.as_object_mut(), changes) {
        fields.extend(changes);
    }
    let created = server.staff("claire").post(FAQ, &article).await.expect(201);
    created.text_at("/id").to_owned()
}

/// A stranger with a browser of their own.
pub fn visitor(server: &TestServer, agent: &str) -> Api {
    server.api.with_header("user-agent", agent)
}

/// A number of an answer's body.
#[track_caller]
pub fn number(answer: &Answer, pointer: &str) -> i64 {
    let found = answer.body.pointer(pointer).and_then(Value::as_i64);
    found.unwrap_or_else(|| panic!("no number at {pointer}: {}", answer.text))
}

/// Reads until the answer is right. Whoever asks a second from now has to be shown it, however long
/// the answer then takes: that a busy machine is slow breaks no promise.
pub async fn soon(reader: &Api, path: &str, right: impl Fn(&Answer) -> bool) -> Duration {
    let begun = Instant::now();
    loop {
        let asked = begun.elapsed();
        let answer = reader.get(path).await;
        if right(&answer) {
            return asked;
        }
        assert!(asked < SOON, "asked after {asked:?}: {}", answer.text);
        tokio::time::sleep(PAUSE).await;
    }
}
