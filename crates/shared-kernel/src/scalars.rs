//! Numbers and flags as other systems write them: `42`, `42.0`, `"42"`, `４２`; `true`, `"True"`, `1`.

use serde_json::{Number, Value};

use crate::tidy;

/// Beyond it a double skips whole numbers, so what was written is no longer known.
const MOST_EXACT: f64 = 9_007_199_254_740_991.0;

/// A whole number's digits: `42.0` and `42` are the same number. `None` for any other, and for one whose
/// digits were lost on the way.
pub fn digits(number: &Number) -> Option<String> {
    match number.as_f64() {
        _ if !number.is_f64() => Some(number.to_string()),
        Some(value) if value.fract() == 0.0 && value.abs() <= MOST_EXACT => {
            Some(format!("{value:.0}"))
        }
        _ => None,
    }
}

/// A whole number, as JSON has it or as a text.
pub fn whole_number(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => digits(number)?.parse().ok(),
        Value::String(text) => {
            let text = tidy::copied(text);
            let (whole, fraction) = text.split_once('.').unwrap_or((&text, "0"));
            let is_zero = !fraction.is_empty() && fraction.bytes().all(|digit| digit == b'0');
            whole.parse().ok().filter(|_| is_zero)
        }
        _ => None,
    }
}

/// Yes or no.
pub fn flag(value: &Value) -> Option<bool> {
    let is = |word: &str| {
        let text = value.as_str().map(tidy::copied);
        text.is_some_and(|text| text.eq_ignore_ascii_case(word))
    };
    match (value, whole_number(value)) {
        (Value::Bool(flag), _) => Some(*flag),
        (_, Some(1)) => Some(true),
        (_, Some(0)) => Some(false),
        _ if is("true") => Some(true),
        _ if is("false") => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_flag_is_whatever_systems_write_for_one() {
        for yes in [
            json!(true),
            json!(1),
            json!(1.0),
            json!("1"),
            json!(" True "),
        ] {
            assert_eq!(flag(&yes), Some(true), "{yes}");
        }
        for no in [json!(false), json!(0), json!("0"), json!("FALSE")] {
            assert_eq!(flag(&no), Some(false), "{no}");
        }
        for neither in [json!(2), json!("oui"), json!(""), json!(null), json!([1])] {
            assert_eq!(flag(&neither), None, "{neither}");
        }
    }

    #[test]
    fn a_whole_number_is_taken_however_it_is_written() {
        for value in [
            json!(2018),
            json!(2018.0),
            json!("2018"),
            json!("2018.0"),
            json!(" 2018\u{a0}"),
            json!("２０１８"),
            json!("٢٠١٨"),
        ] {
            assert_eq!(whole_number(&value), Some(2018), "{value}");
        }
        for value in [
            json!(2018.5),
            json!("2018.5"),
            json!("2018."),
            json!("20 18"),
            json!("1e3"),
            json!(1e300),
            json!(18_446_744_073_709_551_615_u64),
            json!("deux mille"),
            json!(""),
            json!(true),
            json!([2018]),
            json!(null),
        ] {
            assert_eq!(whole_number(&value), None, "{value}");
        }
    }

    #[test]
    fn digits_are_those_that_were_sent_or_none() {
        let of = |text: &str| {
            let value: Value = serde_json::from_str(text).unwrap();
            digits(value.as_number().unwrap())
        };
        assert_eq!(of("308").as_deref(), Some("308"));
        assert_eq!(of("308.0").as_deref(), Some("308"));
        assert_eq!(
            of("18446744073709551615").as_deref(),
            Some("18446744073709551615")
        );
        for lost in ["308.5", "123456789012345678901", "1e300", "1e16"] {
            assert_eq!(of(lost), None, "{lost}");
        }
    }
}
