//! What people are called: the name that was given, and never one made of an address.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// The longest name that is kept, in characters.
const MAX_NAME_CHARS: usize = 120;

/// The name in a text that somebody gave, on one line and cut to what is kept; `None` when there is
/// none in it.
///
/// An address is no name, whether its `@` is a sign or a word, neither is an account (`SHOP\claire`),
/// and neither is what was made of the bearer's own address: many issuers put them where a name belongs,
/// and customers are not to learn an address that way. `own` is the bearer's address, as it came.
pub fn given_name(text: &str, own: Option<&str>) -> Option<String> {
    let signed = with_signs(text);
    let words: Vec<&str> = signed
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty() && !word.contains(NOT_IN_NAMES))
        .collect();
    let name: String = words.join(" ").chars().take(MAX_NAME_CHARS).collect();
    let name = name.trim();
    let is_mailbox = own.is_some_and(|own| names_mailbox(name, own));
    (!name.is_empty() && !is_mailbox).then(|| name.to_owned())
}

/// At signs and backslashes of every width: what has one is an address or an account.
const NOT_IN_NAMES: [char; 6] = ['@', '\u{ff20}', '\u{fe6b}', '\\', '\u{ff3c}', '\u{fe68}'];

/// What people write for the signs of an address, to hide it from machines.
const SPELLED: [(&str, &str); 12] = [
    ("(at)", "@"),
    ("[at]", "@"),
    ("{at}", "@"),
    ("<at>", "@"),
    ("(arobase)", "@"),
    ("[arobase]", "@"),
    ("(@)", "@"),
    ("[@]", "@"),
    ("(dot)", "."),
    ("[dot]", "."),
    ("(point)", "."),
    ("[point]", "."),
];

/// The text with signs for the words that stand for them, and without the blanks around those: an
/// address is one word again.
fn with_signs(text: &str) -> String {
    let mut text = text.to_owned();
    for (spelled, sign) in SPELLED {
        while let Some(at) = text.to_ascii_lowercase().find(spelled) {
            let (before, rest) = text.split_at(at);
            let after = rest.get(spelled.len()..).unwrap_or_default();
            text = [before.trim_end(), sign, after.trim_start()].concat();
        }
    }
    text
}

/// Whether a name is a mailbox's. Claire of `claire@…` is called so, and Jean-Pierre Roux of
/// `jean-pierre.roux@…`; `claire`, `claire.martin` and `claire_martin` are the mailbox, with a tag
/// behind it or without, and the whole address may have been made one word.
fn names_mailbox(name: &str, own: &str) -> bool {
    let (mailbox, _) = own.rsplit_once('@').unwrap_or((own, ""));
    let untagged = without_tag(mailbox);
    let made_of = [own, mailbox, untagged].map(letters);
    if !made_of.contains(&letters(name)) && !made_of.contains(&letters(without_tag(name))) {
        return false;
    }
    let is_capitalized = name.contains(char::is_whitespace) || name.contains(char::is_uppercase);
    !reads_as_a_name(name) || !is_capitalized || name == mailbox || name == untagged
}

fn without_tag(mailbox: &str) -> &str {
    mailbox
        .split_once('+')
        .map_or(mailbox, |(untagged, _)| untagged)
}

/// What two spellings of an address have in common.
fn letters(text: &str) -> String {
    let letters = text.nfc().filter(|c| c.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

/// Letters, with hyphens and apostrophes inside, and points behind initials. A number is a word of its own, behind one that
/// is written as names are: Agent 7.
fn reads_as_a_name(text: &str) -> bool {
    let numbered = text.contains(' ') && text.contains(char::is_uppercase);
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let is_part = match c {
            '.' => rest.peek().is_none_or(|next| matches!(next, ' ' | '-')),
            '-' | '\u{2010}' | '\u{2011}' | '\'' | '’' | ' ' => true,
            c => c.is_alphabetic() || is_combining_mark(c) || numbered && c.is_numeric(),
        };
        if !is_part {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn assert_name(text: &str, own: &str, name: Option<&str>) {
        assert_eq!(given_name(text, Some(own)).as_deref(), name, "{text}");
    }

    #[test]
    fn an_address_or_its_mailbox_is_no_name() {
        for text in [
            "claire.martin@shop.example",
            "somebody@else.example",
            "claire.martin",
            "Claire.Martin",
            "<claire.martin@shop.example>",
            "claire.martin\u{ff20}shop.example",
            " \t ",
            "",
        ] {
            assert_name(text, "claire.martin@shop.example", None);
        }
        for text in [
            "claire_martin",
            "Claire_Martin",
            "claire-martin",
            "clairemartin",
            "claire.martin+sav",
            "claire.martin_shop.example",
            "SHOP\\claire",
            "SHOP＼claire.martin",
            "claire (at) shop.example",
            "claire(at)shop.example",
            "claire [AT] shop [dot] example",
            "claire.martin (arobase) shop (point) example",
        ] {
            assert_name(text, "claire.martin@shop.example", None);
        }
        for own in ["jo.du+tag@shop.example", "jo.du@shop.example"] {
            for text in ["jo.du", "jo_du", "Jo.Du", "jodu"] {
                assert_name(text, own, None);
            }
            assert_name("Jo Du", own, Some("Jo Du"));
        }
        assert_name("claire", "claire@shop.example", None);
        assert_name("jo.du+tag", "jo.du+tag@shop.example", None);
        assert_name("f25 1975", "f25.1975@example.com", None);
        assert_name("f25.1975", "f25.1975@example.com", None);
    }

    #[test]
    fn a_name_is_kept_beside_an_address_and_when_it_is_like_one() {
        for (text, name) in [
            ("Claire Martin", "Claire Martin"),
            ("Claire Martin <claire@shop.example>", "Claire Martin"),
            ("  Claire \u{a0} \n Martin ", "Claire Martin"),
            ("Claire", "Claire"),
            ("Claire Martin (at) work", "Claire"),
            ("Claire Martin jo (at) shop.example", "Claire Martin"),
            ("Claire Martin SHOP\\claire", "Claire Martin"),
        ] {
            assert_name(text, "claire@shop.example", Some(name));
        }
        for (text, own) in [
            ("Jean Dupont", "jean.dupont@example.com"),
            ("jean dupont", "jean.dupont@example.com"),
            ("Jean-Pierre", "jean.pierre@example.com"),
            ("Jean-Pierre", "jean-pierre@example.com"),
            ("J.-P. Martin", "jp.martin@example.com"),
            ("Jean D.", "jean.d@example.com"),
            ("Anne d’Or", "anne.dor@example.com"),
            ("José", "jose@example.com"),
            ("Agent 7", "agent7@example.com"),
        ] {
            assert_name(text, own, Some(text));
        }
        assert_eq!(given_name("Cher", None).as_deref(), Some("Cher"));
    }

    #[test]
    fn a_name_is_cut_to_what_is_kept() {
        let long = given_name(&"é".repeat(130), None).unwrap();
        assert_eq!(long.chars().count(), 120);
    }
}
