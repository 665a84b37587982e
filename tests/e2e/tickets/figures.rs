//! The figures are what a recount gives, whatever happened; and what time alone does to tickets.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta};
use futures_util::future::join_all;
use guichet::jobs::chores::{Chore as _, CloseQuietTickets};
use identity::RandomIds;
use serde_json::{Value, json};
use testkit::{Api, TestServer};

use crate::desk::{CONTACT, JEAN, LIST, STATS, all_mail_sent, at, count, form_with, ticket_by};
use crate::seeded::Seeded;

const PRIORITIES: [&str; 4] = ["urgent", "high", "normal", "low"];
const CATEGORIES: [&str; 5] = ["general", "technical", "billing", "complaint", "suggestion"];

/// What happened so far, as far as it cannot be read from the tickets themselves.
struct History {
    server: TestServer,
    staff: [Api; 2],
    jean: Api,
    chance: Seeded,
    tickets: Vec<String>,
    ratings: Vec<u64>,
}

impl History {
    async fn begin(seed: u64) -> Self {
        let server = TestServer::start().await;
        let staff = [server.staff("claire"), server.staff("sophie")];
        let jean = server.customer("cst-jean", JEAN);
        for caller in staff.iter().chain([&jean]) {
            caller.get(LIST).await.expect(200);
        }
        Self {
            server,
            staff,
            jean,
            chance: Seeded::new(seed),
            tickets: Vec::new(),
            ratings: Vec::new(),
        }
    }

    async fn create(&mut self) {
        let priority = self.chance.pick(&PRIORITIES);
        let category = self.chance.pick(&CATEGORIES);
        let form = form_with(JEAN, json!({ "priority": priority, "category": category }));
        let created = self.jean.post(CONTACT, &form).await.expect(201);
        self.tickets.push(created.text_at("/msg_id").to_owned());
    }

    /// One more thing happens, some time later.
    async fn go_on(&mut self) {
        let minutes = i64::try_from(self.chance.below(400)).expect("a few hours");
        self.server.clock.advance(TimeDelta::minutes(minutes));
        if self.tickets.is_empty() || self.chance.below(5) == 0 {
            return self.create().await;
        }
        let id = self.chance.pick(&self.tickets).clone();
        let staff = self.chance.pick(&self.staff).clone();
        let jean = self.jean.clone();
        let text = json!({ "message": "Bonjour, voici une réponse." });
        match self.chance.below(13) {
            0 => {
                let to = *self.chance.pick(&[Some("claire"), Some("sophie"), None]);
                staff
                    .put(&at(&id, "/assign"), &json!({ "staff_id": to }))
                    .await
                    .expect(200);
            }
            1 | 2 => drop(staff.post(&at(&id, "/responses"), &text).await.expect(201)),
            3 => drop(jean.post(&at(&id, "/responses"), &text).await.expect(201)),
            4 => {
                let note = json!({ "message": "À suivre", "internal": true });
                staff.post(&at(&id, "/responses"), &note).await.expect(201);
            }
            5 => {
                let body = json!({ "reason": "Urgent", "staff_id": "sophie" });
                staff.post(&at(&id, "/escalate"), &body).await.expect(200);
            }
            6 => {
                let body =
                    json!({ "status": "closed", "assigned_to": "claire", "internal_note": "fini" });
                staff.put(&at(&id, "/status"), &body).await.expect(200);
            }
            7 => {
                let body = json!({ "status": self.chance.pick(&["open", "closed"]) });
                jean.put(&at(&id, "/status"), &body).await.expect(200);
            }
            _ => self.rate(&id).await,
        }
    }

    async fn rate(&mut self, id: &str) {
        let before = self.jean.get(&at(id, "")).await.expect(200);
        let rating = self.chance.below(5) + 1;
        let body = json!({ "rating": rating });
        let answer = self.jean.post(&at(id, "/satisfaction"), &body).await;
        assert!([200, 409].contains(&answer.status), "{}", answer.text);
        if answer.status == 200 && before.body["satisfaction"].is_null() {
            self.ratings.push(u64::try_from(rating).expect("1 to 5"));
        }
    }

    /// Every ticket, as staff read it.
    async fn all_tickets(&self) -> Vec<Value> {
        let (mut all, mut cursor) = (Vec::new(), String::new());
        loop {
            let part = self.staff[0]
                .get(&format!("{LIST}?limit=100{cursor}"))
                .await
                .expect(200);
            all.extend(
                part.body["tickets"]
                    .as_array()
                    .expect("a list")
                    .iter()
                    .cloned(),
            );
            match part.body["nextCursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return all,
            }
        }
    }
}

fn instant(ticket: &Value, field: &str) -> Option<DateTime<chrono::FixedOffset>> {
    DateTime::parse_from_rfc3339(ticket[field].as_str()?).ok()
}

/// The mean time from creation to an instant, in hours, over the tickets that have it.
#[expect(clippy::cast_precision_loss, reason = "seconds of a few months")]
fn mean_hours(tickets: &[Value], field: &str) -> Option<f64> {
    let times: Vec<f64> = tickets
        .iter()
        .filter_map(|ticket| {
            let took = instant(ticket, field)? - instant(ticket, "msg_date")?;
            Some(took.num_milliseconds() as f64 / 3_600_000.0)
        })
        .collect();
    (!times.is_empty()).then(|| times.iter().sum::<f64>() / times.len() as f64)
}

fn by(tickets: &[Value], field: &str, words: &[&str]) -> BTreeMap<String, usize> {
    words
        .iter()
        .map(|word| {
            let count = tickets
                .iter()
                .filter(|ticket| ticket[field] == *word)
                .count();
            ((*word).to_owned(), count)
        })
        .collect()
}

#[track_caller]
fn assert_close(kept: &Value, counted: Option<f64>, what: &str) {
    match (kept.as_f64(), counted) {
        (None, None) => {}
        (Some(kept), Some(counted)) => {
            assert!(
                (kept - counted).abs() < 0.011,
                "{what}: {kept} kept, {counted} counted"
            );
        }
        (kept, counted) => panic!("{what}: {kept:?} kept, {counted:?} counted"),
    }
}

#[expect(clippy::cast_precision_loss, reason = "a few ratings")]
async fn assert_stats_are_a_recount(history: &History) -> Value {
    // Else the server's own chore may close some between one reading and the next.
    close_quiet_tickets(&history.server)
        .run()
        .await
        .expect("the chore is done");
    let stats = history.staff[0].get(STATS).await.expect(200).body;
    let tickets = history.all_tickets().await;
    let status = |words: &[&str]| by(&tickets, "status", words).values().sum::<usize>();
    assert_eq!(stats["total_tickets"], tickets.len());
    assert_eq!(
        stats["open_tickets"],
        status(&["open", "in_progress", "waiting_customer"])
    );
    assert_eq!(stats["closed_tickets"], status(&["resolved", "closed"]));
    assert_eq!(stats["pending_tickets"], status(&["waiting_customer"]));
    assert_eq!(
        stats["by_priority"],
        json!(by(&tickets, "priority", &PRIORITIES))
    );
    assert_eq!(
        stats["by_category"],
        json!(by(&tickets, "category", &CATEGORIES))
    );
    let answer = mean_hours(&tickets, "first_response_at");
    assert_close(&stats["avg_response_time_hours"], answer, "first response");
    let resolution = mean_hours(&tickets, "closed_at");
    assert_close(
        &stats["avg_resolution_time_hours"],
        resolution,
        "resolution",
    );
    let ratings = &history.ratings;
    let satisfaction =
        (!ratings.is_empty()).then(|| ratings.iter().sum::<u64>() as f64 / ratings.len() as f64);
    assert_close(&stats["satisfaction_score"], satisfaction, "satisfaction");
    // The totals of filtered lists come from the same figures.
    for (query, expected) in [
        (
            "status=open",
            status(&["open", "in_progress", "waiting_customer"]),
        ),
        ("status=closed", status(&["resolved", "closed"])),
        ("status=resolved", status(&["resolved"])),
        (
            "assigned_to=claire",
            by(&tickets, "msg_cnfa_id", &["claire"])["claire"],
        ),
        (
            "priority=urgent",
            by(&tickets, "priority", &["urgent"])["urgent"],
        ),
    ] {
        let list = history.staff[0]
            .get(&format!("{LIST}?limit=1&{query}"))
            .await
            .expect(200);
        assert_eq!(list.body["total"], expected, "{query}");
    }
    stats
}

fn close_quiet_tickets(server: &TestServer) -> CloseQuietTickets {
    CloseQuietTickets {
        work: Arc::clone(&server.server.work),
        clock: Arc::clone(&server.clock) as _,
        ids: Arc::new(RandomIds::new(&[0; 32])),
    }
}

async fn differences(history: &History) -> Vec<String> {
    let store = &history.server.server.store;
    store
        .figure_differences()
        .await
        .expect("the figures can be compared")
}

async fn assert_figures_hold_through_a_history(seed: u64) {
    let mut history = History::begin(seed).await;
    let nothing = assert_stats_are_a_recount(&history).await;
    assert_eq!(nothing["total_tickets"], 0);
    for mean in [
        "avg_response_time_hours",
        "avg_resolution_time_hours",
        "satisfaction_score",
    ] {
        assert_eq!(nothing[mean], Value::Null, "{mean} of nothing");
    }
    for _ in 0..120 {
        history.go_on().await;
    }
    let before = assert_stats_are_a_recount(&history).await;
    assert_eq!(differences(&history).await, Vec::<String>::new());
    let store = history.server.server.store.clone();
    while count(&history.server, "ticket_figure_delta").await > 0 {
        store.fold_figures(50).await.expect("folding works");
    }
    assert_eq!(differences(&history).await, Vec::<String>::new());
    assert_eq!(assert_stats_are_a_recount(&history).await, before);
    store.rebuild_figures().await.expect("rebuilding works");
    assert_eq!(differences(&history).await, Vec::<String>::new());
    assert_eq!(assert_stats_are_a_recount(&history).await, before);
    assert!(history.ratings.len() > 2, "the history has ratings");
    history.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn statistics_are_what_a_recount_gives_after_any_history() {
    assert_figures_hold_through_a_history(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn statistics_are_what_a_recount_gives_after_another_history() {
    assert_figures_hold_through_a_history(20_261_123).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_stay_exact_while_everybody_writes_at_once_and_they_are_folded() {
    let mut history = History::begin(7).await;
    for _ in 0..10 {
        history.create().await;
    }
    let (staff, jean) = (&history.staff, &history.jean);
    let writes = history.tickets.iter().flat_map(|id| {
        (0..8).map(move |turn| {
            let (staff, jean, id) = (staff[turn % 2].clone(), jean.clone(), id.clone());
            async move {
                let text = json!({ "message": "Bonjour" });
                let closing = json!({ "status": "closed" });
                let answer = match turn {
                    0 => {
                        staff
                            .put(&at(&id, "/assign"), &json!({ "staff_id": "claire" }))
                            .await
                    }
                    1 => {
                        staff
                            .put(&at(&id, "/assign"), &json!({ "staff_id": "sophie" }))
                            .await
                    }
                    2 | 3 => staff.post(&at(&id, "/responses"), &text).await,
                    4 => jean.post(&at(&id, "/responses"), &text).await,
                    5 => staff.put(&at(&id, "/status"), &closing).await,
                    6 => jean.put(&at(&id, "/status"), &closing).await,
                    _ => {
                        staff
                            .post(&at(&id, "/escalate"), &json!({ "reason": "Vite" }))
                            .await
                    }
                };
                assert!((200..300).contains(&answer.status), "{}", answer.text);
            }
        })
    });
    let store = history.server.server.store.clone();
    let folding = async {
        for _ in 0..20 {
            store.fold_figures(3).await.expect("folding works");
        }
    };
    tokio::join!(join_all(writes), folding);
    assert_eq!(differences(&history).await, Vec::<String>::new());
    assert_stats_are_a_recount(&history).await;
    history.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resolved_ticket_is_closed_after_seven_quiet_days_and_nobody_is_told() {
    let server = TestServer::start().await;
    let claire = server.staff("claire");
    let jean = server.customer("cst-jean", JEAN);
    let quiet = ticket_by(&jean, JEAN).await;
    let reopened = ticket_by(&jean, JEAN).await;
    let closing = json!({ "status": "closed" });
    for id in [&quiet, &reopened] {
        claire.put(&at(id, "/status"), &closing).await.expect(200);
    }
    let again = json!({ "message": "Toujours en panne." });
    jean.post(&at(&reopened, "/responses"), &again)
        .await
        .expect(201);
    all_mail_sent(&server).await;
    let mails = server.smtp.mails().len();
    let chore = close_quiet_tickets(&server);
    let status = async |id: &str| {
        let shown = claire.get(&at(id, "")).await.expect(200);
        shown.text_at("/status").to_owned()
    };
    server
        .clock
        .advance(TimeDelta::days(7) - TimeDelta::minutes(5));
    chore.run().await.expect("the chore is done");
    assert_eq!(status(&quiet).await, "resolved");
    server.clock.advance(TimeDelta::minutes(10));
    chore.run().await.expect("the chore is done");
    assert_eq!(status(&quiet).await, "closed");
    assert_eq!(status(&reopened).await, "open");
    all_mail_sent(&server).await;
    assert_eq!(server.smtp.mails().len(), mails);
    let differences = server.server.store.figure_differences().await;
    assert_eq!(
        differences.expect("the figures can be compared"),
        Vec::<String>::new()
    );
    server.stop().await;
}
