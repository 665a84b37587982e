//! `If-Match` and `If-None-Match` (RFC 9110 §13.1): lists of entity tags, over one line or several.
//!
//! That a tag is weak is not kept: proxies that compress make a strong tag weak on its way out, so the weak one is all that a caller
//! can send back. Those that add the coding to the tag (`"3-gzip"`) are understood too ([`as_made`]).

/// What proxies put behind a tag when they compress.
const CODINGS: [&str; 5] = ["--gzip", "-gzip", "-deflate", "-zstd", "-br"];

/// The tags of a header.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EntityTags<'a> {
    /// `*` was among them.
    pub any: bool,
    /// What stands between the quotes of each.
    pub opaque: Vec<&'a str>,
}

impl<'a> EntityTags<'a> {
    /// Reads a header's lines; none when there is no line. What is no tag is passed over, since it can match nothing.
    pub fn read(lines: impl IntoIterator<Item = &'a [u8]>) -> Option<Self> {
        let mut tags = None;
        for line in lines {
            tags.get_or_insert_with(Self::default).read_line(line);
        }
        tags
    }

    fn read_line(&mut self, line: &'a [u8]) {
        let mut rest = line.trim_ascii();
        while let Some(first) = rest.first() {
            rest = match first {
                b'"' => self.read_opaque(rest.get(1..).unwrap_or_default()),
                b'W' | b'w' if rest.get(1..3) == Some(b"/\"") => {
                    self.read_opaque(rest.get(3..).unwrap_or_default())
                }
                b'*' => {
                    self.any = true;
                    after_comma(rest)
                }
                _ => after_comma(rest),
            };
        }
    }

    /// Takes a tag whose quote is open; a comma may be part of it.
    fn read_opaque(&mut self, rest: &'a [u8]) -> &'a [u8] {
        let Some(end) = rest.iter().position(|byte| *byte == b'"') else {
            return &[];
        };
        let (inner, rest) = rest.split_at(end);
        if let Ok(inner) = std::str::from_utf8(inner) {
            self.opaque.push(inner);
        }
        after_comma(rest)
    }
}

fn after_comma(rest: &[u8]) -> &[u8] {
    let comma = rest.iter().position(|byte| *byte == b',');
    let behind = comma.and_then(|at| rest.get(at + 1..));
    behind.unwrap_or_default().trim_ascii_start()
}

/// A tag as it was before a proxy put the name of its coding behind it.
pub fn as_made(opaque: &str) -> &str {
    CODINGS
        .iter()
        .find_map(|coding| opaque.strip_suffix(coding))
        .unwrap_or(opaque)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<'a>(lines: &[&'a str]) -> Option<EntityTags<'a>> {
        EntityTags::read(lines.iter().map(|line| line.as_bytes()))
    }

    #[test]
    fn every_tag_of_every_line_is_read() {
        for (lines, opaque) in [
            (&["\"7\", \"1\""][..], vec!["7", "1"]),
            (&["\"7\"", "W/\"1\""], vec!["7", "1"]),
            (&["W/\"7\",w/\"1\" , \"\""], vec!["7", "1", ""]),
            (&["\"a, b\",,\"c\""], vec!["a, b", "c"]),
            (&["1, \"2\""], vec!["2"]),
            (&["W/1", "\"1"], vec![]),
            (&[""], vec![]),
        ] {
            let tags = read(lines).unwrap();
            assert_eq!((tags.any, tags.opaque), (false, opaque), "{lines:?}");
        }
        assert_eq!(read(&[]), None);
    }

    #[test]
    fn a_star_stands_for_any() {
        for lines in [&["*"][..], &[" * "], &["\"1\", *"], &["\"1\"", "*"]] {
            assert!(read(lines).unwrap().any, "{lines:?}");
        }
        assert!(!read(&["\"*\""]).unwrap().any);
    }

    #[test]
    fn the_coding_a_proxy_adds_is_no_part_of_the_tag() {
        for tag in ["3", "3-gzip", "3--gzip", "3-br", "3-zstd"] {
            assert_eq!(as_made(tag), "3");
        }
        assert_eq!(as_made("3-gz"), "3-gz");
    }
}
