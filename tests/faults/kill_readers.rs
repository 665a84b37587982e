//! `kill -9` while readers read: every answered vote is kept, and no view older than a second is lost.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::json;
use testkit::Api;
use testkit::process::{Process, Signal, data_folder, free_port};

use crate::TURN;
use crate::outside::{LONG, database_in, settings, start_cluster};

const FAQ: &str = "/api/support/faq";
const READERS: usize = 8;
const KILLS: u32 = 3;
/// Views younger than this may be lost.
const LOST: Duration = Duration::from_secs(1);

/// What was answered: the vote each visitor gave last, and when each visitor's view was.
#[derive(Default)]
struct Answered {
    votes: BTreeMap<String, bool>,
    views: BTreeMap<String, Instant>,
}

/// Views and votes as a visitor of its own each time, until nobody answers.
async fn read(api: Api, id: String, reader: String, answered: Arc<Mutex<Answered>>) {
    for n in 0_u32.. {
        let visitor = format!("{reader} {n}");
        let caller = api.with_header("user-agent", &visitor);
        let path = format!("{FAQ}/{id}?incrementView=true");
        let begun = Instant::now();
        match caller.try_call(Method::GET, &path, None).await {
            Ok(answer) => assert_eq!(answer.status, 200, "{}", answer.text),
            Err(_) => return,
        }
        answered
            .lock()
            .unwrap()
            .views
            .insert(visitor.clone(), begun);
        let helpful = n.is_multiple_of(3);
        let body = json!({ "helpful": helpful }).to_string().into_bytes();
        let path = format!("{FAQ}/{id}/helpful");
        match caller.try_call(Method::PUT, &path, Some(body)).await {
            Ok(answer) => assert_eq!(answer.status, 200, "{}", answer.text),
            Err(_) => return,
        }
        answered.lock().unwrap().votes.insert(visitor, helpful);
    }
}

async fn article(server: &Process) -> String {
    let staff = server.staff("claire");
    let category = json!({ "id": "lecture", "name": "Lecture", "description": "", "order": 50, "published": true });
    staff
        .post(&format!("{FAQ}/categories"), &category)
        .await
        .expect(201);
    let article = json!({
        "question": "Comment suivre ma commande ?", "category": "lecture", "tags": [], "order": 1, "published": true,
        "answer": "Ouvrez Mes commandes : le numéro de suivi est à côté de chaque colis.",
    });
    staff
        .post(FAQ, &article)
        .await
        .expect(201)
        .text_at("/id")
        .to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_server_keeps_every_vote_and_all_but_the_last_second_of_views() {
    let _turn = TURN.lock().await;
    let data = data_folder();
    let port = free_port();
    let settings = settings(&[("GUICHET__LIMITS__ENABLED", "false".to_owned())]);
    let mut server = Process::serve(data.path(), port, &settings).await;
    let id = article(&server).await;
    let answered = Arc::new(Mutex::new(Answered::default()));
    let mut old = 0;
    for kill in 0..KILLS {
        let readers: Vec<_> = (0..READERS)
            .map(|n| {
                let (api, id, answered) = (server.api(), id.clone(), Arc::clone(&answered));
                tokio::spawn(read(api, id, format!("kill {kill} reader {n}"), answered))
            })
            .collect();
        let (before, begun) = (answered.lock().unwrap().votes.len(), Instant::now());
        testkit::eventually("votes, and views older than a second", async || {
            let votes = answered.lock().unwrap().votes.len() - before;
            (votes > 200 && begun.elapsed() > LOST + LOST / 4).then_some(())
        })
        .await;
        let killed = Instant::now();
        server.kill();
        for reader in readers {
            reader.await.unwrap();
        }
        // Of this round: what the kill before took is gone, and was younger then.
        let old_enough = |at: &&Instant| **at > begun && killed - **at > LOST;
        let views = answered.lock().unwrap().views.clone();
        old += views.values().filter(old_enough).count();
        server = Process::serve(data.path(), port, &settings).await;
    }
    server.signal(Signal::TERM);
    assert_eq!(server.exit(LONG).await.code(), Some(0));
    let cluster = start_cluster(data.path()).await;
    let answered = std::mem::take(&mut *answered.lock().unwrap());
    check(&database_in(&cluster).await, &id, &answered, old).await;
}

async fn check(database: &tokio_postgres::Client, id: &str, answered: &Answered, old: usize) {
    let sql = "SELECT c.views, c.helpful, c.not_helpful, (SELECT count(*) FROM faq_vote v WHERE v.faq_id = c.faq_id AND helpful), \
        (SELECT count(*) FROM faq_vote v WHERE v.faq_id = c.faq_id AND NOT helpful), \
        (SELECT count(*) FROM faq_view v WHERE v.faq_id = c.faq_id) FROM faq_counter c WHERE faq_id = $1";
    let row = database.query_one(sql, &[&id]).await.unwrap();
    let [
        views,
        helpful,
        not_helpful,
        votes_for,
        votes_against,
        visitors,
    ] = [0, 1, 2, 3, 4, 5].map(|column| row.get::<_, i64>(column));
    assert_eq!(
        (helpful, not_helpful),
        (votes_for, votes_against),
        "counted exactly"
    );
    assert_eq!(views, visitors, "each visitor once");
    let answered_for = answered.votes.values().filter(|helpful| **helpful).count();
    let answered_against = answered.votes.len() - answered_for;
    // A vote may have been kept whose answer the kill cut off.
    let cut_off = READERS * usize::try_from(KILLS).unwrap();
    for (kept, answered) in [(helpful, answered_for), (not_helpful, answered_against)] {
        let kept = usize::try_from(kept).unwrap();
        assert!(
            (answered..=answered + cut_off).contains(&kept),
            "{kept} kept, {answered} answered"
        );
    }
    let views = usize::try_from(views).unwrap();
    assert!(views >= old, "{views} kept, {old} were older than a second");
    println!(
        "kill -9 x{KILLS}: {} votes answered, 0 lost; {} views answered, {} lost, none older than a second",
        answered.votes.len(),
        answered.views.len(),
        answered.views.len().saturating_sub(views)
    );
}
