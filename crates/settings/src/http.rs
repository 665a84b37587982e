//! `[http]`: where to listen, whom to believe, how much to take.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::time::Duration;

use garde::Validate;
use ipnet::IpNet;
use serde::Deserialize;
use url::Url;

use super::values::{TrustedKey, bind, header_name, keys, networks, origins, url_or_none};

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
    #[serde(deserialize_with = "header_name")]
    pub address_header: String,
    #[garde(skip)]
    #[serde(deserialize_with = "keys")]
    pub trusted_keys: Vec<TrustedKey>,
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
