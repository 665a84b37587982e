//! What tests of lists begin with: forty tickets of two customers, in every state.

use chrono::TimeDelta;
use serde_json::{Value, json};
use testkit::{Answer, Api, TestServer};

use crate::desk::{CONTACT, JEAN, LIST, at, form_with, ids};
use crate::seeded::Seeded;

/// Every order a list can come in; each second one is the first backwards.
pub const ORDERS: [&str; 8] = [
    "sort_by=msg_date&sort_order=desc",
    "sort_by=msg_date&sort_order=asc",
    "sort_by=updated_at&sort_order=desc",
    "sort_by=updated_at&sort_order=asc",
    "sort_by=priority&sort_order=desc",
    "sort_by=priority&sort_order=asc",
    "sort_by=msg_subject&sort_order=desc",
    "sort_by=msg_subject&sort_order=asc",
];

pub struct Forty {
    pub server: TestServer,
    pub claire: Api,
    pub jean: Api,
    pub paul: Api,
    /// Every ticket as staff see it, newest first.
    pub all: Vec<Value>,
}

impl Forty {
    /// Forty tickets of two customers in every state.
    pub async fn open() -> Self {
        let server = TestServer::start().await;
        let claire = server.staff("claire");
        let jean = server.customer("cst-jean", JEAN);
        let paul = server.customer("cst-paul", "paul@example.com");
        for caller in [&claire, &jean, &paul, &server.staff("sophie")] {
            caller.get(LIST).await.expect(200);
        }
        let mut chance = Seeded::new(40);
        for number in 0..40 {
            server.clock.advance(TimeDelta::minutes(7));
            let (caller, email) = *chance.pick(&[(&jean, JEAN), (&paul, "paul@example.com")]);
            let letter = chance.pick(&["é", "e", "Z", "a", "È", "œ", "1"]);
            let form = json!({
                "priority": chance.pick(&["urgent", "high", "normal", "low"]),
                "category": chance.pick(&["general", "technical", "billing", "complaint", "suggestion"]),
                "subject": format!("{letter}lément de frein {}", number % 7),
            });
            let id = caller
                .post(CONTACT, &form_with(email, form))
                .await
                .expect(201);
            let id = id.text_at("/msg_id").to_owned();
            change(&mut chance, &claire, caller, &id).await;
        }
        let all = claire.get(&format!("{LIST}?limit=100")).await.expect(200);
        let all = all.body["tickets"].as_array().expect("a list").clone();
        assert_eq!(all.len(), 40);
        Self {
            server,
            claire,
            jean,
            paul,
            all,
        }
    }

    /// The ids of the tickets that are so, sorted.
    pub fn those(&self, so: impl Fn(&Value) -> bool) -> Vec<String> {
        let mut ids: Vec<String> = self
            .all
            .iter()
            .filter(|ticket| so(ticket))
            .map(id_of)
            .collect();
        ids.sort();
        ids
    }
}

fn id_of(ticket: &Value) -> String {
    ticket["msg_id"].as_str().unwrap_or_default().to_owned()
}

async fn change(chance: &mut Seeded, staff: &Api, customer: &Api, id: &str) {
    let text = json!({ "message": "Bonjour" });
    match chance.below(6) {
        0 => drop(
            staff
                .put(&at(id, "/assign"), &json!({ "staff_id": "claire" }))
                .await
                .expect(200),
        ),
        1 => drop(
            staff
                .put(&at(id, "/assign"), &json!({ "staff_id": "sophie" }))
                .await
                .expect(200),
        ),
        2 => drop(staff.post(&at(id, "/responses"), &text).await.expect(201)),
        3 => drop(
            staff
                .put(&at(id, "/status"), &json!({ "status": "closed" }))
                .await
                .expect(200),
        ),
        4 => drop(
            customer
                .put(&at(id, "/status"), &json!({ "status": "closed" }))
                .await
                .expect(200),
        ),
        _ => {}
    }
}

/// The ids of a list's tickets, sorted.
pub fn sorted(answer: &Answer) -> Vec<String> {
    let mut ids = ids(answer);
    ids.sort();
    ids
}
