//! Days and instants, as ISO 8601 writes them.
//!
//! An instant without an offset is one in the shop's zone. Where the clocks go forward, the hour that is left out is
//! read with the offset before: half past two is half past three. Where they go back, an hour that comes twice is
//! meant from its first time to its second: nothing anybody may have meant is left out.

use chrono::offset::LocalResult;
use chrono::{
    DateTime, Datelike, Days, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, Offset as _,
    TimeDelta, TimeZone as _, Utc,
};
use chrono_tz::Tz;

/// No clock is moved by more: an island that changes sides of the date line skips a day.
const LONGEST_GAP_HOURS: i64 = 25;

/// A bound of a search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// A day in the shop's zone, all of it.
    Day(NaiveDate),
    /// What a clock in the shop shows.
    Clock(NaiveDateTime, Precision),
    /// An instant, named with its offset.
    At(DateTime<Utc>, Precision),
}

/// How exactly an instant was named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    /// `10:30`, which is meant to its end.
    Minute,
    /// `10:30:00`, to the millisecond, which is all that times show.
    Exact,
}

impl Moment {
    /// Reads one: `2026-03-02`, or with a time behind `T` or a blank: `10:30`, `10:30:00`, `10:30:00.5`, and behind it
    /// `Z`, `+02:00`, `+0200`, `+02` or nothing. A `+` that a query made a blank is understood.
    pub fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let Some((day, clock)) = text.split_once(['T', 't', ' ']) else {
            return day(text).map(Self::Day);
        };
        let day = day_of(day)?;
        let (clock, offset) = split_offset(clock.trim_start());
        let (time, precision) = time(clock)?;
        let at = day.and_time(time);
        let Some(offset) = offset else {
            return Some(Self::Clock(at, precision));
        };
        let at = at.checked_sub_offset(offset_of(offset)?)?.and_utc();
        in_range(&at).then_some(Self::At(at, precision))
    }

    /// The first instant meant.
    pub fn start(self, zone: Tz) -> DateTime<Utc> {
        match self {
            Self::Day(day) => instant(zone, day.and_time(NaiveTime::MIN), Which::First),
            Self::Clock(at, _) => instant(zone, at, Which::First),
            Self::At(at, _) => at,
        }
    }

    /// The first instant no longer meant.
    pub fn end(self, zone: Tz) -> DateTime<Utc> {
        let (last, precision) = match self {
            Self::Day(day) => {
                let next = day.checked_add_days(Days::new(1)).unwrap_or(day);
                return instant(zone, next.and_time(NaiveTime::MIN), Which::First);
            }
            Self::Clock(at, precision) => (instant(zone, at, Which::Second), precision),
            Self::At(at, precision) => (at, precision),
        };
        let width = match precision {
            Precision::Minute => TimeDelta::minutes(1),
            Precision::Exact => TimeDelta::milliseconds(1),
        };
        last.checked_add_signed(width).unwrap_or(last)
    }
}

/// The instant a number of microseconds since 1970 names; none when no row can have it.
pub fn from_micros(micros: i64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_micros(micros).filter(in_range)
}

/// The years ISO 8601 writes with four digits; the store holds them all, and not all others.
fn in_range(date: &impl Datelike) -> bool {
    (1..=9999).contains(&date.year())
}

fn day(text: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d")
        .ok()
        .filter(in_range)
}

/// The day before a time is written in full, so that a blank never splits what was a time alone.
fn day_of(text: &str) -> Option<NaiveDate> {
    day(text).filter(|_| text.len() == "2026-03-02".len())
}

fn time(text: &str) -> Option<(NaiveTime, Precision)> {
    let text = text.trim().replace(',', ".");
    let read = |form| NaiveTime::parse_from_str(&text, form).ok();
    match read("%H:%M") {
        Some(time) => Some((time, Precision::Minute)),
        None => Some((read("%H:%M:%S%.f")?, Precision::Exact)),
    }
}

/// What stands behind a time.
fn split_offset(clock: &str) -> (&str, Option<&str>) {
    match clock.find(['Z', 'z', '+', '-', ' ']) {
        Some(at) => {
            let (clock, offset) = clock.split_at(at);
            (clock, Some(offset))
        }
        None => (clock, None),
    }
}

fn offset_of(text: &str) -> Option<FixedOffset> {
    let text = text.trim();
    if text.eq_ignore_ascii_case("z") {
        return Some(Utc.fix());
    }
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let (hours, minutes) = match (digits.split_once(':'), digits.len()) {
        (Some(halves), 5) => halves,
        (None, 4) => digits.split_at_checked(2)?,
        (None, 2) => (digits, "00"),
        _ => return None,
    };
    let number = |text: &str| {
        let is_number = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| text.parse::<i32>().ok()).flatten()
    };
    let minutes = number(minutes).filter(|minutes| *minutes < 60)?;
    FixedOffset::east_opt(sign * (number(hours)? * 3_600 + minutes * 60))
}

/// Which of two instants a clock shows alike.
#[derive(Clone, Copy)]
enum Which {
    First,
    Second,
}

fn instant(zone: Tz, shown: NaiveDateTime, which: Which) -> DateTime<Utc> {
    match (zone.from_local_datetime(&shown), which) {
        (LocalResult::Single(at), _)
        | (LocalResult::Ambiguous(at, _), Which::First)
        | (LocalResult::Ambiguous(_, at), Which::Second) => at.to_utc(),
        (LocalResult::None, _) => after_gap(zone, shown).unwrap_or_else(|| shown.and_utc()),
    }
}

/// An instant no clock shows, with the offset that held before.
fn after_gap(zone: Tz, shown: NaiveDateTime) -> Option<DateTime<Utc>> {
    let before = (1..=LONGEST_GAP_HOURS).find_map(|hours| {
        let earlier = shown.checked_sub_signed(TimeDelta::hours(hours))?;
        zone.from_local_datetime(&earlier).latest()
    })?;
    let at = shown.checked_sub_offset(before.offset().fix())?;
    Some(at.and_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARIS: Tz = chrono_tz::Europe::Paris;

    fn bounds(text: &str) -> (String, String) {
        let moment = Moment::read(text).unwrap_or_else(|| panic!("{text}"));
        let shown = |at: DateTime<Utc>| at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
        (shown(moment.start(PARIS)), shown(moment.end(PARIS)))
    }

    fn start(text: &str) -> String {
        bounds(text).0
    }

    #[test]
    fn a_day_is_a_day_in_paris_even_when_the_clocks_change() {
        let (start, end) = bounds("2026-03-29");
        assert_eq!(start, "2026-03-28T23:00:00.000Z");
        assert_eq!(end, "2026-03-29T22:00:00.000Z");
    }

    #[test]
    fn a_time_without_an_offset_is_the_shops() {
        for text in [
            "2026-01-01T00:00:00",
            "2026-01-01T00:00",
            "2026-01-01 00:00:00",
            "2026-01-01 00:00",
            "2026-01-01t00:00:00.000",
            "2026-01-01T00:00:00,000000",
            " 2026-01-01T00:00:00 ",
        ] {
            assert_eq!(start(text), "2025-12-31T23:00:00.000Z", "{text}");
        }
        assert_eq!(start("2026-07-01T00:00:00.25"), "2026-06-30T22:00:00.250Z");
    }

    #[test]
    fn an_offset_is_taken_in_each_of_its_forms() {
        for text in [
            "2026-03-02T10:00:00+02:00",
            "2026-03-02T10:00:00+0200",
            "2026-03-02T10:00:00+02",
            "2026-03-02 10:00+02:00",
            // `+` in a query that was not encoded.
            "2026-03-02T10:00:00 02:00",
            "2026-03-02T08:00:00Z",
            "2026-03-02T08:00:00.000z",
            "2026-03-02T03:00:00-05:00",
        ] {
            assert_eq!(start(text), "2026-03-02T08:00:00.000Z", "{text}");
        }
    }

    #[test]
    fn an_hour_the_clocks_leave_out_is_read_with_the_offset_before() {
        assert_eq!(start("2026-03-29T02:30:00"), "2026-03-29T01:30:00.000Z");
        assert_eq!(start("2026-03-29T01:59:59"), "2026-03-29T00:59:59.000Z");
        assert_eq!(start("2026-03-29T03:00:00"), "2026-03-29T01:00:00.000Z");
        // A whole day that was left out, and a midnight.
        let apia = Moment::read("2011-12-30T12:00").unwrap();
        let at = apia.start(chrono_tz::Pacific::Apia);
        assert_eq!(at.to_rfc3339(), "2011-12-30T22:00:00+00:00");
        let beirut = Moment::read("2026-03-29").unwrap();
        let at = beirut.start(chrono_tz::Asia::Beirut);
        assert_eq!(at.to_rfc3339(), "2026-03-28T22:00:00+00:00");
    }

    #[test]
    fn an_hour_that_comes_twice_is_meant_from_its_first_time_to_its_second() {
        let (start, end) = bounds("2026-10-25T02:30:00");
        assert_eq!(start, "2026-10-25T00:30:00.000Z");
        assert_eq!(end, "2026-10-25T01:30:00.001Z");
    }

    #[test]
    fn a_minute_is_meant_to_its_end_and_an_instant_to_its_millisecond() {
        assert_eq!(bounds("2026-03-02T23:59").1, "2026-03-02T23:00:00.000Z");
        assert_eq!(bounds("2026-03-02T23:59:00").1, "2026-03-02T22:59:00.001Z");
        assert_eq!(bounds("2026-03-02T23:59Z").1, "2026-03-03T00:00:00.000Z");
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "hier",
            "2026-02-30",
            "99999-01-01",
            "+99999-01-01",
            "0000-01-01",
            "2026-01-01T24:61:00Z",
            "2026-01-01T10",
            "2026-01-01T10:00:00+2",
            "2026-01-01T10:00:00+02:60",
            "2026-01-01T10:00:00+99:00",
            "2026-01-01T10:00:00Europe/Paris",
            "2026-1-1 10:00",
            "10:00:00",
            "9999-12-31T23:59:59-01:00",
            "-1",
        ] {
            assert_eq!(Moment::read(text), None, "{text}");
        }
    }
}
