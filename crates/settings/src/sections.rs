//! The sections and what their values may be; `[http]` is in `http`.

use std::path::PathBuf;
use std::time::Duration;

use chrono_tz::Tz;
use garde::Validate;
use jsonwebtoken::Algorithm;
use serde::Deserialize;
use shared_kernel::EmailAddress;
use support_domain::Category;

use super::log_format::LogFormat;
use super::values::{
    Secret, address, address_or_none, addresses, algorithm, folder, log_format, text, zone,
};

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
