//! Each operation answers each status it names, at least once. That it answers no other is seen to by
//! `testkit::contract`, which every answer of every test passes.

use futures_util::future::{join_all, select};
use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::json;
use testkit::contract;
use testkit::{Answer, Api, TestOptions, TestServer, admin_client};

use super::asking::{Asked, Seen, name_of, no_text, nowhere, rating_link};
use crate::access::people::{Ids, People};
use crate::access::rules::{SUGGEST, rows};
use crate::requests::raw_http::exchange;

/// What cannot be made to happen here, and why.
const NOT_PROVOKED: &[(&str, u16, &str)] = &[
    (
        "POST /rate/{ticketId}",
        429,
        "writes are counted for who is signed in, and nobody is here",
    ),
    (
        "GET /rate/{ticketId}",
        400,
        "a signature that is none is a link that is none, 403",
    ),
];
/// What one caller may write at once where that is limited, and more than the others need.
const WRITES: usize = 20;

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_answers_every_status_it_names() {
    let (callers, spoilt, repeated, short, limited, away, old, pages) = tokio::join!(
        each_kind_of_caller(),
        what_is_wrong_with_a_request(),
        keys_that_were_used(),
        bodies_past_their_limits(),
        too_often(),
        without_a_database(),
        places_that_are_gone(),
        the_rating_pages(),
    );
    let mut seen = Seen::default();
    for part in [callers, spoilt, repeated, short, limited, away, old, pages] {
        seen.merge(part);
    }
    let mut missing = seen.wrong;
    for operation in contract::operations() {
        let name = name_of(&operation.method, &operation.path);
        for status in operation.statuses() {
            let excused = NOT_PROVOKED
                .iter()
                .any(|(excused, of, _)| (*excused, *of) == (name.as_str(), status));
            let answered = seen.answered.contains(&(name.clone(), status));
            match (answered, excused) {
                (false, false) => missing.push(format!("{name} never answered {status}")),
                (true, true) => missing.push(format!("{name} did answer {status}")),
                _ => {}
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

/// 2xx, 401, 403, 404.
async fn each_kind_of_caller() -> Seen {
    let people = People::gather().await;
    let bad = people.server.api.with_token("not.a.token");
    let mut seen = Seen::default();
    for row in rows() {
        let ids = people.ids(row.closed).await;
        let asked = Asked::of(&row, &ids);
        asked.noted(&bad, &mut seen).await;
        // Those who get through come last: they change what is there.
        for column in [0, 1, 4, 3, 2] {
            let asked = Asked::of(&row, &ids);
            asked.noted(&people.callers[column].1, &mut seen).await;
        }
        let nowhere = Asked::of(&row, &nowhere());
        let caller = &people.callers[nowhere.welcome].1;
        nowhere.noted(caller, &mut seen).await;
    }
    people.server.stop().await;
    seen
}

/// 304, 400, 403, 412, 415.
async fn what_is_wrong_with_a_request() -> Seen {
    let people = People::gather().await;
    let mut seen = Seen::default();
    for row in rows() {
        let ids = people.ids(row.closed).await;
        let asked = Asked::of(&row, &ids);
        let caller = &people.callers[asked.welcome].1;
        for (header, value) in [
            ("If-Match", "\"999\""),
            ("If-None-Match", "*"),
            ("Idempotency-Key", ""),
        ] {
            if asked.reads(header) {
                let caller = caller.with_header(header, value);
                asked.noted(&caller, &mut seen).await;
            }
        }
        if !asked.operation.parameters("query").is_empty() {
            asked.with_nonsense().noted(caller, &mut seen).await;
        }
        if asked
            .operation
            .parameters("query")
            .iter()
            .any(|name| name == "customer")
        {
            for (_, caller) in &people.callers {
                asked.of_another().noted(caller, &mut seen).await;
            }
        }
        if row.path.contains('{') {
            let bytes = Asked::of(&row, &no_text());
            bytes.noted(caller, &mut seen).await;
        }
        if asked.has_body() {
            let packed = caller.with_header("Content-Encoding", "gzip");
            asked.noted(&packed, &mut seen).await;
            asked.with_body(b"[]").noted(caller, &mut seen).await;
            asked.presuming().noted(caller, &mut seen).await;
        }
    }
    people.server.stop().await;
    seen
}

/// 409, 422.
async fn keys_that_were_used() -> Seen {
    let people = People::gather_with(TestOptions {
        settings: vec![("GUICHET__STORAGE__POOL_SIZE", "32".to_owned())],
        ..TestOptions::default()
    })
    .await;
    let mut seen = Seen::default();
    let mut all = Vec::new();
    for row in rows() {
        let ids = people.ids(row.closed).await;
        all.push(Asked::of(&row, &ids));
    }
    all.retain(|asked| asked.reads("Idempotency-Key") && !asked.path.starts_with("/rate/"));
    // A few at a time: each keeps a connection busy.
    for some in all.chunks(6) {
        in_flight(&people, some, &mut seen).await;
    }
    for asked in &all {
        let caller = first_key(&people, asked);
        let other = asked.with_query("again=1");
        other.noted(&caller, &mut seen).await;
    }
    people.server.stop().await;
    seen
}

/// Whoever gets through, with the same key each time.
fn first_key(people: &People, asked: &Asked) -> Api {
    people.callers[asked.welcome]
        .1
        .with_header("Idempotency-Key", "first")
}

/// Requests that are sent twice while nobody can write down what was answered: one of each two cannot finish, the other
/// is told so.
async fn in_flight(people: &People, some: &[Asked], seen: &mut Seen) {
    let lock = people.server.database.client().await;
    lock.batch_execute("BEGIN; LOCK TABLE idempotency_key IN SHARE MODE")
        .await
        .expect("the lock");
    let callers: Vec<Api> = some.iter().map(|asked| first_key(people, asked)).collect();
    let twice = some.iter().zip(&callers).map(async |(asked, caller)| {
        let both = select(Box::pin(asked.by(caller)), Box::pin(asked.by(caller)));
        both.await.factor_first()
    });
    let halves = join_all(twice).await;
    lock.batch_execute("COMMIT").await.expect("the end");
    for (asked, (refused, other)) in some.iter().zip(halves) {
        let done = other.await;
        assert!((200..300).contains(&done.status), "{}", done.text);
        seen.note(asked, &refused);
    }
}

/// 408, 413.
async fn bodies_past_their_limits() -> Seen {
    let people = People::gather_with(TestOptions {
        settings: vec![
            ("GUICHET__HTTP__MAX_BODY_BYTES", "1024".to_owned()),
            ("GUICHET__HTTP__BODY_TIMEOUT_SECONDS", "1".to_owned()),
        ],
        ..TestOptions::default()
    })
    .await;
    let (ticket, sig) = rating_link(&people).await;
    let mut all = Asked::rating_pages(&ticket, &sig);
    for row in rows() {
        let ids = people.ids(row.closed).await;
        all.push(Asked::of(&row, &ids));
    }
    all.retain(Asked::has_body);
    let mut seen = Seen::default();
    for asked in &all {
        let large = asked.with_body(&vec![b'x'; 2_048]);
        let caller = &people.callers[asked.welcome].1;
        large.noted(caller, &mut seen).await;
    }
    let late = all.iter().map(|asked| half_sent(&people.server, asked));
    for (asked, answer) in all.iter().zip(join_all(late).await) {
        seen.note(asked, &answer);
    }
    people.server.stop().await;
    seen
}

/// The answer to a body of which half never arrives.
async fn half_sent(server: &TestServer, asked: &Asked) -> Answer {
    let token = server.token(shared_kernel::Role::Admin, "admin-anne", None);
    let kind = if asked.path.starts_with("/rate/") {
        "application/x-www-form-urlencoded"
    } else {
        "application/json"
    };
    let (method, path) = (&asked.operation.method, &asked.path);
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: guichet\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: {kind}\r\nContent-Length: 100\r\n\r\n{{"
    );
    let raw = exchange(server.server.address, request.into_bytes()).await;
    let mut headers = HeaderMap::new();
    for (name, value) in raw.head.lines().filter_map(|line| line.split_once(':')) {
        let name: Option<HeaderName> = name.trim().parse().ok();
        if let (Some(name), Ok(value)) = (name, HeaderValue::from_str(value.trim())) {
            headers.insert(name, value);
        }
    }
    Answer {
        status: raw.status,
        headers,
        text: raw.body.to_string(),
        body: raw.body,
    }
}

/// 429.
async fn too_often() -> Seen {
    let limits = [
        "GUICHET__LIMITS__CONTACT_BURST",
        "GUICHET__LIMITS__CONTACT_PER_MINUTE",
        "GUICHET__LIMITS__SEARCHES_BURST",
        "GUICHET__LIMITS__SEARCHES_PER_MINUTE",
        "GUICHET__LIMITS__VOTES_BURST",
        "GUICHET__LIMITS__VOTES_PER_MINUTE",
        "GUICHET__LIMITS__WRITES_PER_MINUTE",
    ];
    let mut settings = limits.map(|limit| (limit, "1".to_owned())).to_vec();
    settings.push(("GUICHET__LIMITS__WRITES_BURST", WRITES.to_string()));
    let people = People::gather_with(TestOptions {
        settings,
        ..TestOptions::default()
    })
    .await;
    let ids = people.ids(false).await;
    // Of a desk, and for what staff may not do.
    let busy = [
        people.server.admin("admin-busy"),
        people.server.customer("cst-busy", "busy@example.com"),
    ];
    for _ in 0..WRITES {
        let said = json!({ "id": "none", "name": "Pneus" });
        let path = "/api/support/faq/categories/none";
        busy[0].put(path, &said).await;
        let path = crate::desk::at("TICKET-00000000", "/satisfaction");
        busy[1].post(&path, &json!({ "rating": 5 })).await;
    }
    let mut seen = Seen::default();
    for row in rows() {
        let mut asked = Asked::of(&row, &ids);
        if !asked.may(429) {
            continue;
        }
        if row.path == crate::desk::FAQ {
            asked = asked.with_query("search=colis");
        }
        for busy in &busy {
            asked.noted(busy, &mut seen).await;
        }
        for _ in 0..2 {
            asked.noted(&people.server.api, &mut seen).await;
        }
    }
    people.server.stop().await;
    seen
}

/// 503.
async fn without_a_database() -> Seen {
    let people = People::gather_with(TestOptions {
        settings: vec![("GUICHET__STORAGE__ACQUIRE_TIMEOUT_MS", "300".to_owned())],
        ..TestOptions::default()
    })
    .await;
    let (ticket, sig) = rating_link(&people).await;
    let mut all = Asked::rating_pages(&ticket, &sig);
    let ids = people.ids(true).await;
    // An article nobody has read is not in memory.
    let ids = Ids {
        article: "FAQ-ZZZZZZZZ".to_owned(),
        ..ids
    };
    for row in rows() {
        let asked = Asked::of(&row, &ids);
        // Nothing is looked for where nothing was typed.
        let typed = row.path == SUGGEST;
        all.push(if typed {
            asked.with_query("q=colis")
        } else {
            asked
        });
    }
    all.retain(|asked| asked.may(503));
    let gate = Gate::of(&people.server).await;
    gate.close().await;
    let answers = all.iter().map(|asked| {
        let caller = &people.callers[asked.welcome].1;
        asked.by(caller)
    });
    let answers = join_all(answers).await;
    gate.open().await;
    let mut seen = Seen::default();
    for (asked, answer) in all.iter().zip(&answers) {
        seen.note(asked, answer);
    }
    people.server.stop().await;
    seen
}

/// Whether anybody gets into a server's database.
struct Gate {
    admin: tokio_postgres::Client,
    database: String,
}

impl Gate {
    async fn of(server: &TestServer) -> Self {
        let inside = server.database.client().await;
        let sql = "SELECT current_database()::text";
        let row = inside.query_one(sql, &[]).await.expect("its name");
        let database: String = row.get(0);
        let url = server.database.url.replace(&database, "postgres");
        Self {
            admin: admin_client(&url).await,
            database,
        }
    }

    async fn close(&self) {
        let sql = format!("ALTER DATABASE {} ALLOW_CONNECTIONS false", self.database);
        self.admin.batch_execute(&sql).await.expect("it is closed");
        let sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1";
        self.admin
            .execute(sql, &[&self.database])
            .await
            .expect("everybody is out");
    }

    async fn open(&self) {
        let sql = format!("ALTER DATABASE {} ALLOW_CONNECTIONS true", self.database);
        self.admin.batch_execute(&sql).await.expect("it is open");
    }
}

/// 410.
async fn places_that_are_gone() -> Seen {
    let (here, elsewhere) = tokio::join!(TestServer::start(), TestServer::start());
    let feed = elsewhere.staff("staff-claire").get("/api/events").await;
    let cursor = feed.expect(200).text_at("/cursor").to_owned();
    let asked = here.staff("staff-claire");
    let answer = asked.get(&format!("/api/events?after={cursor}")).await;
    here.stop().await;
    elsewhere.stop().await;
    let name = name_of(&Method::GET, "/api/events");
    Seen {
        answered: [(name, answer.status)].into(),
        wrong: Vec::new(),
    }
}

/// What the pages behind the link in the closing mail answer to whoever has the link.
async fn the_rating_pages() -> Seen {
    let people = People::gather().await;
    let (ticket, sig) = rating_link(&people).await;
    let nobody = &people.server.api;
    let mut seen = Seen::default();
    for row in rows().iter().filter(|row| row.path.starts_with("/rate/")) {
        Asked::of(row, &nowhere()).noted(nobody, &mut seen).await;
    }
    for page in Asked::rating_pages(&ticket, &sig) {
        page.with_nonsense().noted(nobody, &mut seen).await;
        let keyed = nobody.with_header("Idempotency-Key", "first");
        page.noted(&keyed, &mut seen).await;
        if page.has_body() {
            page.with_query("again=1").noted(&keyed, &mut seen).await;
            page.with_body(b"feedback=rien")
                .noted(nobody, &mut seen)
                .await;
            let packed = nobody.with_header("Content-Encoding", "gzip");
            page.noted(&packed, &mut seen).await;
            let other = page.with_body(b"rating=1");
            other.noted(nobody, &mut seen).await;
        }
    }
    people.server.stop().await;
    seen
}
