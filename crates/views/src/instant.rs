//! Times as callers see them.

use std::fmt;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Serialize, Serializer};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{KnownFormat, Object, Schema, SchemaFormat, SchemaType, Type};
use utoipa::{PartialSchema, ToSchema};

/// A time as callers see it: UTC, ISO 8601, milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Instant(DateTime<Utc>);

/// As callers see it.
pub fn instant(at: DateTime<Utc>) -> Instant {
    Instant(at)
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.to_rfc3339_opts(SecondsFormat::Millis, true))
    }
}

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl PartialSchema for Instant {
    fn schema() -> RefOr<Schema> {
        let mut text = Object::with_type(SchemaType::Type(Type::String));
        text.format = Some(SchemaFormat::KnownFormat(KnownFormat::DateTime));
        text.description = Some("UTC, ISO 8601, milliseconds.".to_owned());
        RefOr::T(text.into())
    }
}

impl ToSchema for Instant {}
