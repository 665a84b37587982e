//! What people are called: the name that was given, and never one made of an address.

/// The longest name that is kept, in characters.
const MAX_NAME_CHARS: usize = 120;

/// The name in a text that somebody gave, on one line and cut to what is kept; `None` when there is
/// none in it.
///
/// An address is no name, and neither is what stands before the `@` of the bearer's own: many
/// issuers put them where a name belongs, and customers are not to learn an address that way. `own` is
/// the bearer's address, as it came.
pub fn given_name(text: &str, own: Option<&str>) -> Option<String> {
    let words: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty() && !word.contains(['@', '\u{ff20}', '\u{fe6b}']))
        .collect();
    let name: String = words.join(" ").chars().take(MAX_NAME_CHARS).collect();
    let name = name.trim();
    let is_mailbox = own.is_some_and(|own| names_mailbox(name, own));
    (!name.is_empty() && !is_mailbox).then(|| name.to_owned())
}

/// Whether a name is a mailbox's. Claire of `claire@…` is called so; `claire.martin` and `claire`
/// are the mailbox.
fn names_mailbox(name: &str, own: &str) -> bool {
    let mailbox = own.split('@').next().unwrap_or_default();
    let reads_as_a_name = mailbox.chars().all(char::is_alphabetic);
    name == mailbox || (!reads_as_a_name && name.to_lowercase() == mailbox.to_lowercase())
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
        assert_name("claire", "claire@shop.example", None);
        assert_name("f25.1975", "f25.1975@example.com", None);
    }

    #[test]
    fn a_name_is_kept_beside_an_address_and_when_it_is_like_one() {
        for (text, name) in [
            ("Claire Martin", "Claire Martin"),
            ("Claire Martin <claire@shop.example>", "Claire Martin"),
            ("  Claire \u{a0} \n Martin ", "Claire Martin"),
            ("Claire", "Claire"),
        ] {
            assert_name(text, "claire@shop.example", Some(name));
        }
        assert_eq!(given_name("Cher", None).as_deref(), Some("Cher"));
    }

    #[test]
    fn a_name_is_cut_to_what_is_kept() {
        let long = given_name(&"é".repeat(130), None).unwrap();
        assert_eq!(long.chars().count(), 120);
    }
}
