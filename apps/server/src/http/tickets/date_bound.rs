//! A date or an instant in a query, and the instants that cursors name.

pub(in crate::http) use request_text::times::from_micros;

use request_text::times::Moment;
use serde_json::Value;
use shared_kernel::tidy;
use utoipa::openapi::schema::{Object, ObjectBuilder, SchemaType, Type};

use crate::http::field::{Parse, Refusal, text_of};

impl Parse for Moment {
    fn parse(value: &Value) -> Result<Self, Refusal> {
        let refused = || {
            Refusal::new(
                "invalid_date",
                "doit être une date ISO 8601, par exemple 2026-03-02 ou 2026-03-02T10:30:00",
            )
        };
        let text = text_of(value).map_err(|_| refused())?;
        Self::read(&tidy::copied(text)).ok_or_else(refused)
    }

    fn schema() -> Object {
        ObjectBuilder::new()
            .schema_type(SchemaType::Type(Type::String))
            .description(Some(
                "ISO 8601; without an offset in the shop's zone, and a date without time is all of that day",
            ))
            .build()
    }
}
