//! Times as callers see them.

use chrono::{DateTime, SecondsFormat, Utc};

/// UTC, ISO 8601, milliseconds.
pub fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}
