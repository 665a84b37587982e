//! `name=value&…`, of a query or a form (`application/x-www-form-urlencoded`).

use percent_encoding::percent_decode;

/// Bytes that are no UTF-8, with U+FFFD where they are not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotText(pub String);

/// A name, and what it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// Without the `[]` or `[0]` that front ends put behind the name of a list.
    pub name: Result<String, NotText>,
    /// The value, decoded.
    pub value: Result<String, NotText>,
}

/// Reads all pairs, in their order. What has no name is no pair.
pub fn pairs(encoded: &[u8]) -> impl Iterator<Item = Pair> {
    encoded.split(|byte| *byte == b'&').filter_map(|pair| {
        let mut halves = pair.splitn(2, |byte| *byte == b'=');
        let name = decoded(halves.next()?).map(|name| without_index(&name).to_owned());
        let value = decoded(halves.next().unwrap_or_default());
        let is_nameless = name.as_ref().is_ok_and(String::is_empty);
        (!is_nameless).then_some(Pair { name, value })
    })
}

fn decoded(part: &[u8]) -> Result<String, NotText> {
    let with_blanks: Vec<u8> = part
        .iter()
        .map(|byte| if *byte == b'+' { b' ' } else { *byte })
        .collect();
    let bytes: Vec<u8> = percent_decode(&with_blanks).collect();
    String::from_utf8(bytes)
        .map_err(|error| NotText(String::from_utf8_lossy(error.as_bytes()).into_owned()))
}

fn without_index(name: &str) -> &str {
    let inside = name
        .strip_suffix(']')
        .and_then(|rest| rest.rsplit_once('['));
    match inside {
        Some((name, index)) if index.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(encoded: &str) -> Vec<(String, Result<String, NotText>)> {
        pairs(encoded.as_bytes())
            .map(|pair| (pair.name.expect("a name"), pair.value))
            .collect()
    }

    #[test]
    fn values_are_decoded_and_bytes_that_are_no_text_are_told() {
        for (encoded, value) in [
            ("a=b+c%20d", Ok("b c d")),
            ("a=%C3%A9", Ok("é")),
            ("a=100%", Ok("100%")),
            ("a=%2", Ok("%2")),
            ("a=b=c", Ok("b=c")),
            ("a", Ok("")),
            ("%61=x", Ok("x")),
            ("a=%EF%BF%BD", Ok("\u{fffd}")),
            ("a=%ff", Err("\u{fffd}")),
            ("a=x%ed%a0%80", Err("x\u{fffd}\u{fffd}\u{fffd}")),
            ("a=%C3", Err("\u{fffd}")),
        ] {
            let expected = value
                .map(str::to_owned)
                .map_err(|lossy| NotText(lossy.to_owned()));
            assert_eq!(read(encoded), [("a".to_owned(), expected)], "{encoded}");
        }
    }

    #[test]
    fn what_has_no_name_is_no_pair_and_one_that_is_no_text_is_told() {
        for encoded in ["", "&&", "=x", "[]=x"] {
            assert_eq!(read(encoded), [], "{encoded}");
        }
        let mut garbled = pairs(b"%E9tat=x");
        let garbled = garbled.next().expect("a pair").name;
        assert_eq!(garbled, Err(NotText("\u{fffd}tat".to_owned())));
    }

    #[test]
    fn the_mark_of_a_list_is_no_part_of_the_name() {
        for (encoded, name) in [
            ("status[]=open", "status"),
            ("status%5B%5D=open", "status"),
            ("status[12]=open", "status"),
            ("status[x]=open", "status[x]"),
            ("status]=open", "status]"),
        ] {
            assert_eq!(
                read(encoded),
                [(name.to_owned(), Ok("open".to_owned()))],
                "{encoded}"
            );
        }
    }
}
