//! A store on a database of its own, with doubles for what the server lends it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use guichet::events::Translator;
use guichet::process::clock::SystemClock;
use guichet::work::{DeskTx, Executor};
use identity::RandomIds;
use identity::rating_links::RatingLinks;
use serde_json::{Value, json};
use shared_kernel::{
    Clock as _, Consequences, CustomerId, EmailAddress, EventRecord, JobKind, LoggedEvent, NewJob,
    StaffId, StreamId, TicketId, UserId,
};
use store_pg::{CommitListener, DatabaseSettings, JobQueue, Lent, PgStore};
use support_domain::{Category, Contact, Customer, Message, Priority, Status, Subject, Ticket};
use testkit::TestDatabase;

/// What the commit listener heard.
#[derive(Default)]
pub struct Heard {
    events: Mutex<Vec<LoggedEvent>>,
    jobs: Mutex<usize>,
}

impl Heard {
    /// Every event, in the order heard.
    pub fn events(&self) -> Vec<LoggedEvent> {
        self.events
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// How many jobs were announced.
    pub fn jobs(&self) -> usize {
        *self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl CommitListener for Heard {
    fn committed(&self, events: Vec<LoggedEvent>, jobs: usize) {
        self.events
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend(events);
        *self.jobs.lock().unwrap_or_else(PoisonError::into_inner) += jobs;
    }
}

/// A store and what surrounds it.
pub struct Desk {
    pub database: TestDatabase,
    pub store: PgStore,
    pub heard: Arc<Heard>,
}

impl Desk {
    pub async fn new() -> Self {
        Self::with_pool(16).await
    }

    pub async fn with_pool(pool_size: usize) -> Self {
        let database = TestDatabase::new().await;
        let heard = Arc::new(Heard::default());
        let store = store(&database.url, pool_size, Arc::clone(&heard));
        Self {
            database,
            store,
            heard,
        }
    }

    /// A second store on the same database.
    pub fn another_store(&self) -> PgStore {
        self.store_at(&self.database.url)
    }

    /// The same, by another way.
    pub fn store_at(&self, url: &str) -> PgStore {
        store(url, 2, Arc::clone(&self.heard))
    }

    pub async fn begin(&self) -> Box<dyn DeskTx> {
        Box::new(self.store.open().await.unwrap())
    }

    /// Runs use cases over this store.
    pub fn executor(&self) -> Arc<Executor> {
        let url: reqwest::Url = "https://support.example.com/".parse().unwrap();
        let mail = notify::Desk {
            shop_name: "Pièces & Co".to_owned(),
            staff_name: "Support".into(),
            from: email("ne-pas-repondre@example.com"),
            support: email("support@example.com"),
            support_by_category: BTreeMap::new(),
            escalation: Vec::new(),
            public_url: url.clone(),
            time_zone: chrono_tz::Europe::Paris,
        };
        let links = RatingLinks::new(b"secret", url);
        let translator = Translator::new(Arc::new(mail), Arc::new(links));
        Arc::new(Executor::new(Arc::new(self.store.clone()), translator))
    }

    /// Enters a customer.
    pub async fn enter(&self, owner: &Customer) {
        let mut tx = self.begin().await;
        let key = owner.email.as_ref().unwrap().key();
        tx.find_or_create_customer(owner, &key, now())
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    pub fn queue(&self) -> JobQueue {
        JobQueue::new(self.store.clone())
    }

    /// Commits a transaction that writes once to each of these streams.
    pub async fn write(&self, streams: &[&str]) {
        let mut tx = self.begin().await;
        tx.write(consequences(&json!({ "streams": streams })));
        tx.commit().await.unwrap();
    }

    /// Queues jobs (key, lane), due now, in a transaction of their own each.
    pub async fn queue_jobs(&self, jobs: &[(&str, &str)]) {
        for job in jobs {
            let mut tx = self.begin().await;
            tx.write(consequences(&json!({ "jobs": [job] })));
            tx.commit().await.unwrap();
        }
    }

    /// One number from the database.
    pub async fn number(&self, sql: &str) -> i64 {
        let client = self.database.client().await;
        client.query_one(sql, &[]).await.unwrap().get(0)
    }

    /// Until one transaction waits for another's lock.
    pub async fn somebody_waits(&self) {
        self.wait_for_waiting(1).await;
    }

    /// Until so many transactions wait for another's lock.
    pub async fn wait_for_waiting(&self, transactions: i64) {
        let sql = "SELECT count(*) FROM pg_stat_activity \
            WHERE datname = current_database() AND wait_event_type = 'Lock'";
        testkit::eventually("transactions to wait for a lock", async || {
            (self.number(sql).await == transactions).then_some(())
        })
        .await;
    }

    /// Sessions with a transaction open, ours excepted.
    pub async fn open_transactions(&self) -> i64 {
        self.number(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
             AND pid <> pg_backend_pid() AND (state LIKE 'idle in transaction%' OR (state = 'active' AND backend_type = 'client backend'))",
        )
        .await
    }
}

fn store(url: &str, pool_size: usize, heard: Arc<Heard>) -> PgStore {
    let settings = DatabaseSettings {
        url: url.to_owned(),
        pool_size,
        serving_threads: 1,
        acquire_timeout: testkit::PATIENCE,
        statement_timeout: testkit::PATIENCE,
    };
    PgStore::new(
        &settings,
        Lent {
            zone: chrono_tz::Europe::Paris,
            ids: Arc::new(RandomIds::new(b"secret")),
            listener: heard,
        },
    )
    .unwrap()
}

pub fn now() -> DateTime<Utc> {
    SystemClock.now()
}

/// Log entries and jobs as JSON: `{"streams": [name…], "note": payload, "jobs": [[key, lane]…]}`.
pub fn consequences(plan: &Value) -> Consequences {
    let streams = plan["streams"].as_array().cloned().unwrap_or_default();
    let audience = |name: &Value| {
        let stream = StreamId::from_stored(name.as_str().unwrap().to_owned());
        (stream, plan["note"].clone())
    };
    let jobs = plan["jobs"].as_array().cloned().unwrap_or_default();
    let job = |job: &Value| NewJob {
        kind: JobKind::Email,
        key: job[0].as_str().unwrap().to_owned(),
        lane: job[1].as_str().unwrap().to_owned(),
        payload: json!({ "to": "somebody@example.com" }),
        run_at: now(),
    };
    Consequences {
        records: vec![EventRecord {
            kind: "ticket.created",
            audiences: streams.iter().map(audience).collect(),
            room: None,
        }],
        jobs: jobs.iter().map(job).collect(),
    }
}

pub fn email(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}

pub fn user(id: &str) -> UserId {
    UserId::parse(id).unwrap()
}

pub fn staff_id(id: &str) -> StaffId {
    StaffId::parse(id).unwrap()
}

pub fn customer(id: &str, mail: &str) -> Customer {
    Customer {
        id: CustomerId::parse(id).unwrap(),
        name: "Dupont".to_owned(),
        first_name: "Jean".to_owned(),
        email: Some(email(mail)),
        phone: None,
        verified_email: None,
        typed: true,
    }
}

pub fn ticket(id: &str, owner: &Customer, at: DateTime<Utc>) -> Ticket {
    Ticket {
        id: TicketId::parse(id).unwrap(),
        customer: owner.id.clone(),
        assignee: None,
        order: None,
        subject: Subject::parse("Problème démarrage véhicule").unwrap(),
        message: Message::parse("Le voyant de la batterie reste allumé.").unwrap(),
        priority: Priority::Normal,
        category: Category::General,
        status: Status::Open,
        vehicle: None,
        order_number: None,
        unverified: false,
        contact: Contact {
            email: owner.email.as_ref().unwrap().key(),
            name: None,
            phone: None,
            signed_in: false,
        },
        created_at: at,
        updated_at: at,
        first_response_at: None,
        closed_at: None,
        closings: 0,
        staff_responses: 0,
        satisfaction: None,
        version: 1,
    }
}

/// Numbers that look random and are the same in every run (xorshift).
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// A number below `sides`.
    pub fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % sides
    }

    pub fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.roll(items.len())]
    }
}

/// Some seconds.
pub fn seconds(n: i64) -> TimeDelta {
    TimeDelta::seconds(n)
}
