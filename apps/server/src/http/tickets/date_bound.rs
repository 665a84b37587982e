//! A date or an instant in a query.

use chrono::{DateTime, Datelike, Days, NaiveDate, TimeDelta, TimeZone as _, Utc};
use chrono_tz::Tz;
use serde_json::Value;
use utoipa::openapi::schema::{Object, ObjectBuilder, SchemaType, Type};

use crate::http::field::{Parse, Refusal};

/// ISO 8601: `2026-03-02`, which means that day in the shop's zone, or an instant with its offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DateBound {
    Day(NaiveDate),
    At(DateTime<Utc>),
}

impl DateBound {
    /// The first instant meant.
    pub(crate) fn start(self, zone: Tz) -> DateTime<Utc> {
        match self {
            Self::Day(day) => start_of(day, zone),
            Self::At(at) => at,
        }
    }

    /// The first instant no longer meant.
    pub(crate) fn end(self, zone: Tz) -> DateTime<Utc> {
        match self {
            Self::Day(day) => start_of(day.checked_add_days(Days::new(1)).unwrap_or(day), zone),
            Self::At(at) => at + TimeDelta::milliseconds(1),
        }
    }
}

/// The years ISO 8601 writes with four digits; the store holds them all, and not all others.
fn in_range(date: &impl Datelike) -> bool {
    (1..=9999).contains(&date.year())
}

/// The instant a cursor names, in microseconds since 1970; `None` when no row can have it.
pub(in crate::http) fn from_micros(micros: i64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_micros(micros).filter(in_range)
}

/// Where a change of clocks leaves a day without midnight, it starts an hour later.
fn start_of(day: NaiveDate, zone: Tz) -> DateTime<Utc> {
    let midnight = day.and_time(chrono::NaiveTime::MIN);
    zone.from_local_datetime(&midnight)
        .earliest()
        .or_else(|| {
            zone.from_local_datetime(&(midnight + TimeDelta::hours(1)))
                .earliest()
        })
        .map_or_else(|| midnight.and_utc(), |at| at.to_utc())
}

impl Parse for DateBound {
    fn parse(value: &Value) -> Result<Self, Refusal> {
        let refused = || {
            Refusal::new(
                "invalid_date",
                "doit être une date ISO 8601, par exemple 2026-03-02",
            )
        };
        let text = value.as_str().ok_or_else(refused)?;
        if let Ok(day) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
            return if in_range(&day) {
                Ok(Self::Day(day))
            } else {
                Err(refused())
            };
        }
        let at = DateTime::parse_from_rfc3339(text)
            .map_err(|_| refused())?
            .to_utc();
        if in_range(&at) {
            Ok(Self::At(at))
        } else {
            Err(refused())
        }
    }

    fn schema() -> Object {
        ObjectBuilder::new()
            .schema_type(SchemaType::Type(Type::String))
            .description(Some(
                "ISO 8601; a date without time is that day in the shop's zone",
            ))
            .build()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Option<DateBound> {
        DateBound::parse(&Value::from(text)).ok()
    }

    #[test]
    fn a_day_is_a_day_in_paris_even_when_the_clocks_change() {
        let day = parse("2026-03-29").unwrap();
        let zone = chrono_tz::Europe::Paris;
        assert_eq!(day.start(zone).to_rfc3339(), "2026-03-28T23:00:00+00:00");
        assert_eq!((day.end(zone) - day.start(zone)).num_hours(), 23);
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in [
            "",
            "hier",
            "2026-02-30",
            "99999-01-01",
            "+99999-01-01",
            "0000-01-01",
            "2026-01-01T24:61:00Z",
            "2026-01-01T10:00:00",
            "-1",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
        assert!(parse("2026-03-02T10:00:00+02:00").is_some());
    }
}
