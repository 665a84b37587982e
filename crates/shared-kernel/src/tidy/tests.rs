//! What holds for every text that comes in, whatever its type.

use proptest::prelude::*;

use crate::{
    Body, Code, CustomerId, EmailAddress, EntryId, FaqId, Label, OrderId, PhoneNumber, SingleLine,
    StaffId, TicketId, UserId, is_blank,
};

/// A type's name, and how it reads what people type.
type Reader = (&'static str, fn(&str) -> Option<String>);

macro_rules! reads {
    ($name:literal, $read:expr) => {
        ($name, |text| Some($read(text).ok()?.as_str().to_owned()))
    };
}

const PROSE: [Reader; 2] = [
    reads!("line", SingleLine::<1, 1_000>::parse),
    reads!("body", Body::<1, 1_000>::parse),
];

const WORDS: [Reader; 2] = [
    reads!("label", Label::<1, 1_000>::parse),
    reads!("code", Code::<1, 1_000>::parse),
];

const CONTACTS: [Reader; 2] = [
    reads!("email", EmailAddress::typed),
    reads!("phone", PhoneNumber::parse),
];

const THINGS: [Reader; 4] = [
    reads!("ticket", TicketId::typed),
    reads!("entry", EntryId::typed),
    reads!("order", OrderId::typed),
    reads!("faq", FaqId::typed),
];

const PEOPLE: [Reader; 3] = [
    reads!("customer", CustomerId::typed),
    reads!("staff", StaffId::typed),
    reads!("user", UserId::typed),
];

fn all() -> impl Iterator<Item = Reader> {
    PROSE
        .into_iter()
        .chain(WORDS)
        .chain(CONTACTS)
        .chain(THINGS)
        .chain(PEOPLE)
}

/// Blanks, zero-width and direction characters, fillers, marks without a letter.
const UNSEEN: &[char] = &[
    ' ',
    '\t',
    '\n',
    '\r',
    '\u{a0}',
    '\u{202f}',
    '\u{2009}',
    '\u{3000}',
    '\u{ad}',
    '\u{200b}',
    '\u{200c}',
    '\u{200d}',
    '\u{200e}',
    '\u{200f}',
    '\u{202a}',
    '\u{202e}',
    '\u{202c}',
    '\u{2066}',
    '\u{2069}',
    '\u{61c}',
    '\u{2060}',
    '\u{2063}',
    '\u{feff}',
    '\u{2800}',
    '\u{3164}',
    '\u{ffa0}',
    '\u{115f}',
    '\u{180e}',
    '\u{e0041}',
    '\u{e007f}',
    '\u{fe0f}',
    '\u{e0100}',
    '\u{301}',
    '\u{327}',
    '\u{34f}',
    '\u{fffc}',
    '\u{ffff}',
    '\u{2028}',
    '\u{b}',
    '\u{c}',
    '\u{8}',
    '\u{1b}',
    '\u{7f}',
    '\u{81}',
    '\u{9d}',
];

/// What is said, in pieces.
const SAID: &[&str] = &[
    "a",
    "Z",
    "é",
    "E\u{301}",
    "o\u{302}\u{323}",
    "5",
    "٦",
    "-",
    "\u{2011}",
    "–",
    ".",
    "@",
    "+",
    "/",
    "<",
    ">",
    "mailto:",
    "tel:",
    "👨\u{200d}👩",
    "🏴\u{e0067}\u{e0062}\u{e007f}",
    "❤\u{fe0f}",
    "#\u{fe0f}\u{20e3}",
    "می\u{200c}خواهم",
    "שָׁלוֹם",
    "ក\u{200b}ខ",
    "ก",
    "한",
    "\u{1112}\u{1161}\u{11ab}",
    "ＡＢ",
    "１",
    "。",
    "jean@example.com",
    "+33 6 12 34 56 78",
    "\u{fffd}",
    "\0",
    "\u{85}",
    "\u{92}",
    "\u{96}",
    "?",
];

fn unseen() -> impl Strategy<Value = String> {
    proptest::collection::vec(proptest::sample::select(UNSEEN), 0..20)
        .prop_map(|chars| chars.into_iter().collect())
}

fn pasted() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => proptest::sample::select(SAID).prop_map(str::to_owned),
        4 => proptest::sample::select(UNSEEN).prop_map(String::from),
        1 => any::<char>().prop_map(String::from),
    ];
    proptest::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

/// Words as people write them in several scripts, a space between each.
fn tidy_words() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        4 => "[a-zA-Z0-9éèçàœÉ'.,!?_-]{1,8}",
        1 => proptest::sample::select(&[
            "می\u{200c}خواهم", "שָׁלוֹם", "العربية", "नमस्ते", "สวัสดี", "한국어", "日本語", "👨\u{200d}👩\u{200d}👧", "👁\u{fe0f}\u{200d}🗨\u{fe0f}",
            "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}", "❤\u{fe0f}", "1\u{fe0f}\u{20e3}",
        ][..]).prop_map(str::to_owned),
    ];
    proptest::collection::vec(word, 1..12).prop_map(|words| words.join(" "))
}

proptest! {
    #[test]
    fn tidying_twice_changes_nothing(text in pasted()) {
        for (name, read) in all() {
            if let Some(once) = read(&text) {
                prop_assert_eq!(read(&once), Some(once.clone()), "{} of {:?}", name, text);
                prop_assert!(!is_blank(&once), "{} of {:?}", name, text);
            }
        }
    }

    #[test]
    fn what_is_invisible_alone_is_refused(text in unseen()) {
        prop_assert!(is_blank(&text));
        for (name, read) in all() {
            prop_assert_eq!(read(&text), None, "{} of {:?}", name, text);
        }
    }

    #[test]
    fn a_tidy_text_comes_out_equal(text in tidy_words()) {
        for (name, read) in PROSE.into_iter().chain(WORDS) {
            prop_assert_eq!(read(&text), Some(text.clone()), "{}", name);
        }
    }

    #[test]
    fn lines_and_blanks_of_prose_come_out_equal(lines in proptest::collection::vec("[ \ta-zé\u{a0}\u{202f}\u{3000}]{0,9}", 1..5)) {
        let text = format!("{}.", lines.join("\n"));
        prop_assert_eq!(PROSE[1].1(&text), Some(text.clone()));
    }

    #[test]
    fn a_tidy_address_comes_out_equal(text in "[a-zA-Z0-9éü][a-zA-Z0-9_+é-]{0,20}@[a-zé][a-z0-9é]{0,8}[.][a-z]{2,5}") {
        for read in [CONTACTS[0].1, |text| Some(EmailAddress::parse(text).ok()?.as_str().to_owned())] {
            prop_assert_eq!(read(&text), Some(text.clone()));
        }
    }

    #[test]
    fn a_tidy_number_comes_out_equal(text in "[+]?[0-9]{1,3}([ ./-][0-9]{2}){2,6}") {
        prop_assert_eq!(CONTACTS[1].1(&text), Some(text));
    }

    #[test]
    fn a_tidy_id_comes_out_equal(thing in "[!-~&&[^/\\\\%\"]]{1,50}", person in "[!-~]{1,255}") {
        for (name, read) in THINGS {
            prop_assert_eq!(read(&thing), Some(thing.clone()), "{}", name);
        }
        for (name, read) in PEOPLE {
            prop_assert_eq!(read(&person), Some(person.clone()), "{}", name);
        }
    }

    #[test]
    fn an_id_of_a_machine_is_never_tidied(text in pasted()) {
        if let Ok(id) = UserId::parse(text.as_str()) {
            prop_assert_eq!(id.as_str(), &text);
        }
    }
}

#[test]
fn what_is_pasted_into_prose_keeps_its_words() {
    let line = |text: &str| SingleLine::<1, 200>::parse(text).unwrap().into_string();
    for (pasted, kept) in [
        ("\u{feff}Bonjour", "Bonjour"),
        ("em\u{ad}bray\u{200b}age\u{2060}", "embrayage"),
        ("Colonne\tsuivante", "Colonne suivante"),
        ("\r\nBonjour à tous\r\n", "Bonjour à tous"),
        ("Bonjour \u{202f}! \n \n", "Bonjour \u{202f}! "),
        ("\u{feff}\nBonjour", "Bonjour"),
        (
            "e\u{301}crit \u{202e}à l'envers\u{202c}",
            "e\u{301}crit \u{202e}à l'envers\u{202c}",
        ),
        ("می\u{200c}خواهم ❤\u{fe0f}", "می\u{200c}خواهم ❤\u{fe0f}"),
        ("ខ\u{200b}ក\u{200b}", "ខ\u{200b}ក"),
        ("Panne\nmoteur", "Panne moteur"),
        ("Panne \r\n\r\n  moteur", "Panne moteur"),
        (
            "Panne\u{2028}moteur\u{b}Clio\u{c}2\u{2029}",
            "Panne moteur Clio 2",
        ),
        ("L\u{92}embrayage patine\u{85}", "L’embrayage patine…"),
        (
            "Mo\u{8}teur\u{7f} \u{1b}[2Jen panne\u{9d}",
            "Moteur [2Jen panne",
        ),
    ] {
        assert_eq!(line(pasted), kept, "{pasted:?}");
    }
}

#[test]
fn a_body_breaks_its_lines_in_one_way() {
    let body = |text: &str| Body::<1, 200>::parse(text).unwrap().into_string();
    for (pasted, kept) in [
        ("a\r\nb\rc\nd", "a\nb\nc\nd"),
        ("a\r\n\r\nb", "a\n\nb"),
        ("a\u{b}b\u{c}c\u{2028}d\u{2029}e", "a\nb\nc\nd\ne"),
        ("  a\t\n", "  a\t\n"),
        ("l\u{92}a\u{85}\r\nb\u{8}\u{7f}\u{1b}c\u{81}", "l’a…\nbc"),
    ] {
        assert_eq!(body(pasted), kept, "{pasted:?}");
    }
}

#[test]
fn labels_and_codes_are_equal_however_they_were_typed() {
    let label = |text: &str| Label::<1, 200>::parse(text).unwrap().into_string();
    let code = |text: &str| Code::<1, 200>::parse(text).unwrap().into_string();
    for (pasted, kept) in [
        (" Jean\u{a0}\u{a0}Dupont\n", "Jean Dupont"),
        ("\u{200e}Jean\u{2011}Pierre\u{200b}", "Jean-Pierre"),
        ("E\u{301}change", "Échange"),
        ("Pneus – Jantes", "Pneus – Jantes"),
        ("em\u{200c}bra\u{200d}yage\u{fe0f}", "embrayage"),
        ("Jean\r\nDupont", "Jean Dupont"),
        ("Jean\u{2028} Du\u{8}pont\u{7f}", "Jean Dupont"),
        ("L\u{92}Oréal", "L’Oréal"),
    ] {
        assert_eq!(label(pasted), kept, "{pasted:?}");
    }
    for (pasted, kept) in [
        ("CMD\u{2011}497955\u{2013}AIS", "CMD-497955-AIS"),
        ("\u{202a}AB\u{a0}123 \u{202f}CD\u{202c}\t", "AB 123 CD"),
        ("ＣＭＤ－１２", "CMD-12"),
        ("٤٢", "42"),
        ("AB\u{96}123\nCD\u{8}", "AB-123 CD"),
    ] {
        assert_eq!(code(pasted), kept, "{pasted:?}");
    }
    for parts in ["a\0b", "a\0", "\0", "a\n\0"] {
        assert!(Label::<1, 200>::parse(parts).is_err(), "{parts:?}");
        assert!(Code::<1, 200>::parse(parts).is_err(), "{parts:?}");
    }
}

#[test]
fn a_tidy_text_is_taken_without_a_copy() {
    let text = "Bonjour, les pneus 205/55 R16 sont-ils en stock ?";
    macro_rules! kept {
        ($($kind:ident),*) => {$({
            let text = text.to_owned();
            let place = text.as_ptr();
            assert_eq!($kind::<1, 200>::parse(text).unwrap().as_str().as_ptr(), place);
        })*};
    }
    kept!(SingleLine, Body, Label, Code);
}
