//! The sections and what their values may be.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use chrono_tz::Tz;
use garde::Validate;
use ipnet::IpNet;
use jsonwebtoken::Algorithm;
use serde::Deserialize;
use shared_kernel::EmailAddress;
use support_domain::Category;
use url::Url;

use super::log_format::LogFormat;
use super::values::{
    Secret, address, address_or_none, addresses, algorithm, bind, folder, log_format, networks,
    origins, text, url_or_none, zone,
};

/// `[http]`
#[derive(Debug, Clone, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub struct HttpSection {
    #[garde(skip)]
    #[serde(deserialize_with = "bind")]
    pub bind: SocketAddr,
    #[garde(skip)]
    #[serde(deserialize_with = "url_or_none")]
    pub public_url: Option<Url>,
    #[garde(skip)]
    #[serde(deserialize_with = "networks")]
    pub trusted_proxies: Vec<IpNet>,
    #[garde(skip)]
    #[serde(deserialize_with = "origins")]
    pub allowed_origins: Vec<String>,
    #[garde(range(max = 256))]
    pub workers: usize,
    #[garde(range(min = 1024, max = 10_485_760))]
    pub max_body_bytes: usize,
    #[garde(range(min = 1, max = 600))]
    pub body_timeout_seconds: u64,
    #[garde(range(min = 1, max = 600))]
    pub shutdown_seconds: u64,
}

impl HttpSection {
    /// The address in links.
    pub fn link_base(&self) -> Url {
        self.public_url.clone().unwrap_or_else(|| {
            let text = format!("http://{}/", self.bind);
            Url::parse(&text).unwrap_or_else(|_| unreachable_url())
        })
    }

    /// Whose pages may open sockets: those of the list alone; without one, those of the public
    /// address. Empty: those of whatever host they ask.
    pub fn socket_origins(&self) -> Vec<String> {
        if !self.allowed_origins.is_empty() {
            return self.allowed_origins.clone();
        }
        let public = self.public_url.iter();
        public
            .map(|url| url.origin().ascii_serialization())
            .collect()
    }

    /// How long stopping may take, until the database is stopped too.
    pub fn shutdown(&self) -> Duration {
        Duration::from_secs(self.shutdown_seconds)
    }

    /// How many threads serve requests: unless told, one per core, but a core is left to a database on
    /// the same machine. Two that compete with it for two cores answer later than one that does not.
    pub fn serving_threads(&self, beside_database: bool) -> usize {
        match self.workers {
            0 => {
                let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
                (cores - usize::from(beside_database)).max(1)
            }
            workers => workers,
        }
    }

    /// Whether only this machine can reach the server.
    pub fn is_loopback(&self) -> bool {
        self.bind.ip().is_loopback()
    }
}

fn unreachable_url() -> Url {
    #[expect(clippy::expect_used, reason = "a constant")]
    Url::parse("http://127.0.0.1/").expect("a valid URL")
}

/// `[storage]`
#[derive(Debug, Clone, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub struct StorageSection {
    #[garde(skip)]
    #[serde(deserialize_with = "folder")]
    pub data_dir: PathBuf,
    #[garde(skip)]
    pub database_url: Secret,
    #[garde(range(min = 2, max = 500))]
    pub pool_size: usize,
    #[garde(range(min = 50, max = 60_000))]
    pub acquire_timeout_ms: u64,
    #[garde(range(min = 100, max = 6_000))]
    pub statement_timeout_ms: u64,
    #[garde(skip)]
    pub allow_volatile: bool,
}

/// `[auth]`
#[derive(Debug, Clone, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub struct AuthSection {
    #[garde(skip)]
    pub secret: Secret,
    #[garde(skip)]
    #[serde(deserialize_with = "algorithm")]
    pub algorithm: Algorithm,
    #[garde(skip)]
    #[serde(deserialize_with = "text")]
    pub public_key_file: String,
    #[garde(skip)]
    #[serde(deserialize_with = "text")]
    pub jwks_file: String,
    #[garde(skip)]
    #[serde(deserialize_with = "text")]
    pub issuer: String,
    #[garde(skip)]
    #[serde(deserialize_with = "text")]
    pub audience: String,
}

/// `[shop]`
#[derive(Debug, Clone, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub struct ShopSection {
    #[garde(length(chars, min = 1, max = 80))]
    #[serde(deserialize_with = "text")]
    pub name: String,
    #[garde(skip)]
    #[serde(deserialize_with = "zone")]
    pub time_zone: Tz,
}

/// `[desk]`
#[derive(Debug, Clone, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub struct DeskSection {
    #[garde(length(chars, min = 1, max = 80))]
    pub staff_name: String,
}

/// `[mail]`
#[derive(Debug, Clone, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub struct MailSection {
    #[garde(skip)]
    pub smtp_url: Secret,
    #[garde(skip)]
    #[serde(deserialize_with = "address_or_none")]
    pub from: Option<EmailAddress>,
    #[garde(skip)]
    #[serde(deserialize_with = "address")]
    pub support: EmailAddress,
    #[garde(skip)]
    #[serde(deserialize_with = "address_or_none")]
    pub support_general: Option<EmailAddress>,
    #[garde(skip)]
    #[serde(deserialize_with = "address_or_none")]
    pub support_technical: Option<EmailAddress>,
    #[garde(skip)]
    #[serde(deserialize_with = "address_or_none")]
    pub support_billing: Option<EmailAddress>,
    #[garde(skip)]
    #[serde(deserialize_with = "address_or_none")]
    pub support_complaint: Option<EmailAddress>,
    #[garde(skip)]
    #[serde(deserialize_with = "address_or_none")]
    pub support_suggestion: Option<EmailAddress>,
    #[garde(skip)]
    #[serde(deserialize_with = "addresses")]
    pub escalation: Vec<EmailAddress>,
    #[garde(range(min = 1, max = 300))]
    pub conversation_seconds: u64,
}

impl MailSection {
    /// How long one mail may take, from the connection to the mail server's last word.
    pub fn conversation(&self) -> Duration {
        Duration::from_secs(self.conversation_seconds)
    }

    /// The address of one category, where one is configured.
    pub fn support_for(&self, category: Category) -> Option<&EmailAddress> {
        match category {
            Category::General => self.support_general.as_ref(),
            Category::Technical => self.support_technical.as_ref(),
            Category::Billing => self.support_billing.as_ref(),
            Category::Complaint => self.support_complaint.as_ref(),
            Category::Suggestion => self.support_suggestion.as_ref(),
        }
    }
}

/// `[realtime]`
#[derive(Debug, Clone, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub struct RealtimeSection {
    #[garde(range(min = 1, max = 600))]
    pub ping_seconds: u64,
    #[garde(range(min = 1, max = 600))]
    pub pong_timeout_seconds: u64,
    #[garde(range(min = 1, max = 600))]
    pub auth_timeout_seconds: u64,
    #[garde(range(min = 8))]
    pub queue_frames: usize,
    #[garde(range(min = 65_536))]
    pub queue_bytes: usize,
    #[garde(range(max = 600))]
    pub drain_seconds: u64,
}

/// `[jobs]`
#[derive(Debug, Clone, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub struct JobsSection {
    #[garde(range(min = 1, max = 64))]
    pub concurrency: usize,
    #[garde(range(min = 5, max = 3600))]
    pub lease_seconds: u64,
    #[garde(range(min = 1, max = 100))]
    pub max_attempts: i32,
}

impl JobsSection {
    /// Of so many parts of a lease…
    const WHOLE: u32 = 10;
    /// … so many are for the work itself, the rest for recording what came of it.
    const WORK: u32 = 9;

    /// How long a claim lasts.
    pub fn lease(&self) -> Duration {
        Duration::from_secs(self.lease_seconds)
    }

    /// How long a job may take: it must be over before its claim is.
    pub fn work_limit(&self) -> Duration {
        self.lease() * Self::WORK / Self::WHOLE
    }

    /// The shortest lease within which something that takes so long can be done.
    pub(super) fn shortest_lease_for(work: Duration) -> u64 {
        let whole = work.as_secs() * u64::from(Self::WHOLE);
        whole.div_ceil(u64::from(Self::WORK))
    }
}

/// `[log]`
#[derive(Debug, Clone, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub struct LogSection {
    #[garde(skip)]
    #[serde(deserialize_with = "log_format")]
    pub format: LogFormat,
}
