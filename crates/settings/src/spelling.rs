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

/// What a setting is counted in, by the end of its name, and units that are whole in it.
const UNITS: [(&str, &[(&str, i64)]); 3] = [
    ("_ms", &[("ms", 1), ("s", 1_000), ("m", 60_000)]),
    ("_seconds", &[("s", 1), ("m", 60), ("h", 3_600)]),
    (
        "_bytes",
        &[
            ("b", 1),
            ("kb", 1_000),
            ("kib", 1_024),
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
    let (_, units) = UNITS.iter().find(|(suffix, _)| key.ends_with(suffix))?;
    let (_, factor) = units.iter().find(|(name, _)| *name == unit)?;
    number.checked_mul(*factor)
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
    inside
        .unwrap_or(text)
        .split([',', ';', '\n'])
        .map(tidied)
        .filter(|item| !item.is_empty())
        .map(|item| Value::String(item.to_owned()))
        .collect()
}

/// Reads a text as the kind of value its default is. An empty one means "not set": the default.
///
/// # Errors
/// What was expected.
pub(super) fn read(key: &str, text: &str, default: &Value) -> Result<Value, &'static str> {
    let blank = tidied(text).is_empty();
    match default {
        Value::Integer(_) | Value::Boolean(_) if blank => Ok(default.clone()),
        Value::Integer(_) => number(key, text)
            .map(Value::Integer)
            .ok_or("a whole number"),
        Value::Boolean(_) => truth(text).map(Value::Boolean).ok_or("true or false"),
        Value::Array(_) => Ok(Value::Array(list(text))),
        // As it was written: a secret may be so on the other side, too.
        _ => Ok(Value::String(text.to_owned())),
    }
}
