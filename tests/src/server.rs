//! A server in this process, on a database of its own.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::TimeDelta;
use guichet::bootstrap::{self, Server};
use identity::{NewToken, sign};
use serde_json::{Value, json};
use settings::Config;
use shared_kernel::{Clock as _, Role, UserId};
use tempfile::TempDir;

use crate::smtp_sink::SmtpSink;
use crate::{Api, MovableClock, TestDatabase};

const SECRET: &str = "a-secret-for-tests-of-enough-bytes-0123456789";

/// What a test wants otherwise than usual.
#[derive(Default)]
pub struct TestOptions {
    /// Settings by their variable, e.g. `GUICHET__LIMITS__CONTACT_BURST`.
    pub settings: Vec<(&'static str, String)>,
    /// A database two servers share.
    pub database: Option<Arc<TestDatabase>>,
}

/// A running server and what surrounds it.
pub struct TestServer {
    /// Nobody's calls.
    pub api: Api,
    pub smtp: SmtpSink,
    pub clock: Arc<MovableClock>,
    pub database: Arc<TestDatabase>,
    pub server: Server,
    _data: TempDir,
}

impl TestServer {
    /// A server with limits on (but a form limit tests do not meet), that lets requests queue for
    /// a connection, mail going to a recording SMTP server.
    pub async fn start() -> Self {
        Self::start_with(TestOptions::default()).await
    }

    /// The same, otherwise.
    ///
    /// # Panics
    /// When it cannot start.
    pub async fn start_with(options: TestOptions) -> Self {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let database = match options.database {
            Some(database) => database,
            None => Arc::new(TestDatabase::new().await),
        };
        let smtp = SmtpSink::start().await;
        let data = TempDir::new().expect("a temporary folder");
        let mut settings: BTreeMap<String, String> = [
            ("GUICHET_BIND", "127.0.0.1:0".to_owned()),
            ("JWT_SECRET", SECRET.to_owned()),
            ("DATABASE_URL", database.url.clone()),
            ("SMTP_URL", smtp.url()),
            ("SUPPORT_EMAIL", "support@shop.example".to_owned()),
            ("PUBLIC_URL", "https://aide.shop.example".to_owned()),
            ("GUICHET_DATA_DIR", data.path().display().to_string()),
            ("GUICHET__STORAGE__ALLOW_VOLATILE", "true".to_owned()),
            ("GUICHET__LIMITS__CONTACT_PER_MINUTE", "1000000".to_owned()),
            ("GUICHET__LIMITS__CONTACT_BURST", "1000000".to_owned()),
            ("GUICHET__LIMITS__VOTES_PER_MINUTE", "1000000".to_owned()),
            ("GUICHET__LIMITS__VOTES_BURST", "1000000".to_owned()),
            ("GUICHET__LIMITS__SEARCHES_PER_MINUTE", "1000000".to_owned()),
            ("GUICHET__LIMITS__SEARCHES_BURST", "1000000".to_owned()),
            ("GUICHET__LIMITS__WRITES_PER_MINUTE", "1000000".to_owned()),
            ("GUICHET__LIMITS__WRITES_BURST", "1000000".to_owned()),
            ("GUICHET__REALTIME__DRAIN_SECONDS", "0".to_owned()),
            ("GUICHET__HTTP__WORKERS", "2".to_owned()),
            // On a busy machine many at once wait longer than the usual two seconds.
            ("GUICHET__STORAGE__ACQUIRE_TIMEOUT_MS", "60000".to_owned()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into();
        settings.extend(
            options
                .settings
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value)),
        );
        let config = Config::load(settings).expect("the settings are good");
        let clock = Arc::new(MovableClock::default());
        let server = bootstrap::start(&config, Arc::clone(&clock) as _)
            .await
            .expect("the server starts");
        let api = Api::new(format!("http://{}", server.address));
        Self {
            api,
            smtp,
            clock,
            database,
            server,
            _data: data,
        }
    }

    /// A second server on the same database.
    pub async fn twin(&self) -> Self {
        Self::start_with(TestOptions {
            database: Some(Arc::clone(&self.database)),
            ..TestOptions::default()
        })
        .await
    }

    /// A token good for an hour.
    ///
    /// # Panics
    /// When the id is none.
    pub fn token(&self, role: Role, id: &str, email: Option<&str>) -> String {
        self.token_for(role, id, email, TimeDelta::hours(1))
    }

    /// A token good for a while.
    ///
    /// # Panics
    /// When the id is none.
    pub fn token_for(&self, role: Role, id: &str, email: Option<&str>, lasts: TimeDelta) -> String {
        let token = NewToken {
            id: UserId::parse(id).expect("an id"),
            role,
            email: email.map(str::to_owned),
            name: None,
            issuer: None,
            audience: None,
            lasts,
        };
        sign(&token, SECRET.as_bytes(), self.clock.now()).expect("signing works")
    }

    /// A token with exactly these claims, signed with the server's secret.
    ///
    /// # Panics
    /// When they cannot be signed.
    pub fn token_of(&self, claims: &Value) -> String {
        let key = jsonwebtoken::EncodingKey::from_secret(SECRET.as_bytes());
        let header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::HS256);
        jsonwebtoken::encode(&header, claims, &key).expect("signing works")
    }

    /// Calls as a staff member, whose address is `<id>@shop.example`.
    pub fn staff(&self, id: &str) -> Api {
        self.api
            .with_token(&self.token(Role::Staff, id, Some(&format!("{id}@shop.example"))))
    }

    /// Calls as an admin, whose address is `<id>@shop.example`.
    pub fn admin(&self, id: &str) -> Api {
        self.api
            .with_token(&self.token(Role::Admin, id, Some(&format!("{id}@shop.example"))))
    }

    /// Calls as a customer with a verified address.
    pub fn customer(&self, id: &str, email: &str) -> Api {
        self.api
            .with_token(&self.token(Role::Customer, id, Some(email)))
    }

    /// Where sockets connect.
    pub fn socket_url(&self) -> String {
        format!("ws://{}/ws/messaging", self.server.address)
    }

    /// Stops it in order.
    pub async fn stop(self) {
        self.server.stop().await;
    }
}

/// The specification's first example, from another sender.
pub fn form(email: &str) -> Value {
    json!({
        "name": "Jean Dupont",
        "email": email,
        "phone": "+33612345678",
        "subject": "Problème démarrage véhicule",
        "message": "Mon véhicule Renault Clio 2018 ne démarre plus depuis ce matin. Le voyant batterie est allumé.",
        "priority": "high",
        "category": "technical",
        "vehicle_info": { "brand": "Renault", "model": "Clio", "year": 2018, "license_plate": "AB-123-CD" },
        "order_number": "ORD-2024-12345"
    })
}
