//! How people write values: with a line end at the end of a file, quotes that a container keeps, a
//! unit behind a number, `yes` for `true`. What is around a value and no part of it is taken off
//! here, for every setting.

use toml::Value;

/// Editors put it at the beginning of a file.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// A text without blanks, line ends and byte order mark around it, and without one pair of quotes:
/// `docker --env-file` hands them on.
pub(super) fn tidied(text: &str) -> &str {
    let outside = |c: char| c.is_whitespace() || c == BYTE_ORDER_MARK || c == '\0';
    let text = text.trim_matches(outside);
    ['"', '\'']
        .into_iter()
        .find_map(|quote| text.strip_prefix(quote)?.strip_suffix(quote))
        .unwrap_or(text)
}

/// Whether a text says nothing: then it is as if it were not there.
pub(super) fn is_blank(text: &str) -> bool {
    tidied(text).is_empty()
}

/// What a setting is counted in, by the end of its name, and units that are whole in it. `k` and `m` are what web
/// servers and containers mean by them.
const UNITS: [(&str, &[(&str, i64)]); 3] = [
    ("_ms", &[("ms", 1), ("s", 1_000), ("m", 60_000)]),
    ("_seconds", &[("s", 1), ("m", 60), ("h", 3_600)]),
    (
        "_bytes",
        &[
            ("b", 1),
            ("k", 1_024),
            ("kb", 1_000),
            ("kib", 1_024),
            ("m", 1_048_576),
            ("mb", 1_000_000),
            ("mib", 1_048_576),
        ],
    ),
];

fn number(key: &str, text: &str) -> Option<i64> {
    let text = tidied(text).replace('_', "");
    let end = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = text.get(end.len()..)?.to_ascii_lowercase();
    let number: i64 = end.trim_end().parse().ok()?;
    if unit.is_empty() {
        return Some(number);
    }
    let (_, factor) = units_of(key).iter().find(|(name, _)| *name == unit)?;
    number.checked_mul(*factor)
}

fn units_of(key: &str) -> &'static [(&'static str, i64)] {
    let found = UNITS.iter().find(|(suffix, _)| key.ends_with(suffix));
    found.map_or(&[], |(_, units)| units)
}

/// What a number may look like.
fn a_number(key: &str) -> String {
    let units: Vec<&str> = units_of(key).iter().map(|(name, _)| *name).collect();
    match units.as_slice() {
        [] => "a whole number".to_owned(),
        units => format!("a whole number, alone or with {}", units.join(", ")),
    }
}

fn truth(text: &str) -> Option<bool> {
    match tidied(text).to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" => Some(true),
        "false" | "0" | "no" | "off" => Some(false),
        _ => None,
    }
}

/// `a, b, c`, with or without brackets; a comma too many at the end names nothing.
fn list(text: &str) -> Vec<Value> {
    let text = tidied(text);
    let inside = text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'));
    // Around one item or all of them: `[::1], [::2]` is in none.
    let inside = inside.filter(|inside| inside.find(']') >= inside.find('['));
    inside
        .unwrap_or(text)
        .split([',', ';', '\n'])
        .map(tidied)
        .filter(|item| !item.is_empty())
        .map(|item| Value::String(item.to_owned()))
        .collect()
}

/// Reads a text that says something as the kind of value its default is.
///
/// # Errors
/// What was expected.
pub(super) fn read(key: &str, text: &str, default: &Value) -> Result<Value, String> {
    match default {
        Value::Integer(_) => number(key, text)
            .map(Value::Integer)
            .ok_or_else(|| a_number(key)),
        Value::Boolean(_) => truth(text)
            .map(Value::Boolean)
            .ok_or_else(|| "true or false".to_owned()),
        Value::Array(_) => Ok(Value::Array(list(text))),
        // As it was written: a secret may be so on the other side, too.
        _ => Ok(Value::String(text.to_owned())),
    }
}
