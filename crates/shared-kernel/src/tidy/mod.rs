//! What comes along when a text is pasted, and says nothing: taken away, once, for every text.
//!
//! What stands inside words stays as it was written: joiners of emoji and of Persian, variation
//! selectors, marks of direction in prose, accents as letters of their own. Texts that are compared
//! ([`label`], [`code`]) go further. Tidying twice changes nothing, and a tidy text is given back
//! without a copy.
//!
//! Control characters come along from terminals, word processors and pages in another encoding. Line
//! breaks of any kind are breaks, or a space in a text of one line; those of U+0080 to U+009F are what
//! Windows-1252 has there ([`fn@meant`]); all others are nothing. NUL alone stays, for whoever reads the
//! text to refuse: no program pastes it.

mod meant;

use std::borrow::Cow;

use unicode_normalization::char::{compose, is_combining_mark};

use self::meant::meant;
use crate::visible::shows;

/// Takes from one line of prose what nobody sees, and line breaks around it. A tab is a space, and so
/// are line breaks inside, with the blanks at them.
pub fn line(text: String) -> String {
    if !text
        .chars()
        .any(|c| matches!(c, '\t' | '\n') || is_untidy(c))
    {
        return text;
    }
    let kept = prose(broken_once(&text).map(|c| if c == '\t' { ' ' } else { c }));
    // What stood between the text and a line break may have been all there was.
    joined(within_its_breaks(&kept))
}

/// Takes from prose what nobody sees. However lines were broken, one line feed does.
pub(crate) fn body(text: String) -> String {
    if !text.chars().any(is_untidy) {
        return text;
    }
    prose(broken_once(&text))
}

/// Words that are compared: one space for blanks of any kind and none around, plain hyphens,
/// nothing that only dresses them; a letter and its accent in one.
pub(crate) fn label(text: String) -> String {
    if text.is_ascii() && is_spaced_once(&text) {
        return text;
    }
    words(&text, |c| match c {
        '\u{2010}' | '\u{2011}' => '-',
        c => c,
    })
}

/// Letters and digits somebody copied: as [`label`], with dashes and full-width forms as ASCII has
/// them, and digits of every script people type numbers in.
pub(crate) fn code(text: String) -> String {
    if text.is_ascii() && is_spaced_once(&text) {
        return text;
    }
    words(&text, plain)
}

/// The same for a text that is only looked at.
pub fn copied(text: &str) -> Cow<'_, str> {
    if text.is_ascii() && is_spaced_once(text) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(words(text, plain))
    }
}

/// What no prose is left with.
fn is_untidy(c: char) -> bool {
    is_old_break(c) || is_stray(c) || meant(c) != c
}

/// What the characters mean, with one line feed for a break of any kind.
fn broken_once(text: &str) -> impl Iterator<Item = char> {
    let mut after_return = false;
    text.chars().filter_map(move |c| {
        let second_half = after_return && c == '\n';
        after_return = c == '\r';
        match c {
            _ if second_half => None,
            c if is_old_break(c) => Some('\n'),
            c => Some(meant(c)),
        }
    })
}

/// Its lines behind one another.
fn joined(text: &str) -> String {
    if !text.contains('\n') {
        return text.to_owned();
    }
    let lines = text.split('\n').map(str::trim);
    let lines: Vec<&str> = lines.filter(|line| !line.is_empty()).collect();
    lines.join(" ")
}

/// Breaks of lines and pages that other programs write, next to the line feed.
fn is_old_break(c: char) -> bool {
    matches!(c, '\r' | '\u{b}' | '\u{c}' | '\u{2028}' | '\u{2029}')
}

/// Shows nothing and does nothing, where it stands in most texts.
fn is_stray(c: char) -> bool {
    if c < '\u{ad}' {
        return c.is_control() && !matches!(c, '\0' | '\n' | '\t') && !is_old_break(c);
    }
    matches!(
        c,
        '\u{ad}' | '\u{200b}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{fff9}'..='\u{fffc}'
        | '\u{e0001}'..='\u{e007f}'
    )
}

/// Of two letters of a script that puts no blanks between words, a zero-width one says where a
/// line may break: Thai, Lao, Tibetan, Burmese, Khmer.
fn parts_words(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{109f}' | '\u{1780}'..='\u{17ff}')
}

/// A flag of a region is a black flag and its name in tags.
fn spells_flag(before: Option<char>, c: char) -> bool {
    let inside = |b: char| b == '🏴' || matches!(b, '\u{e0020}'..='\u{e007e}');
    before.is_some_and(inside) && matches!(c, '\u{e0020}'..='\u{e007f}')
}

fn prose(text: impl Iterator<Item = char>) -> String {
    let mut kept = String::new();
    let mut before = None;
    let mut rest = text.peekable();
    while let Some(c) = rest.next() {
        let means = match c {
            '\u{200b}' => {
                before.is_some_and(parts_words) && rest.peek().copied().is_some_and(parts_words)
            }
            c => !is_stray(c) || spells_flag(before, c),
        };
        if means {
            kept.push(c);
            before = Some(c);
        }
    }
    kept
}

/// The text without the line breaks around it, and what is beyond them.
fn within_its_breaks(text: &str) -> &str {
    let lead = text.len() - text.trim_start().len();
    let (before, rest) = text.split_at(lead);
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let (_, after) = rest.split_at(rest.trim_end().len());
    let end = after
        .find('\n')
        .map_or(text.len(), |at| text.len() - after.len() + at);
    text.get(start..end).unwrap_or_default()
}

fn is_spaced_once(text: &str) -> bool {
    !text.starts_with(' ')
        && !text.ends_with(' ')
        && !text.contains("  ")
        && !text.contains(char::is_control)
}

fn words(text: &str, plain: impl Fn(char) -> char) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut blank = false;
    let text: String = text.chars().map(meant).collect();
    for c in text.trim_matches(goes_around).chars().map(plain) {
        if c.is_whitespace() {
            blank = true;
            continue;
        }
        let before = kept.chars().next_back().filter(|_| !blank);
        if c != '\0' && !says_something(before, c) {
            continue;
        }
        if std::mem::take(&mut blank) && !kept.is_empty() {
            kept.push(' ');
        } else if let Some(one) = before.and_then(|before| compose(before, c)) {
            kept.pop();
            kept.push(one);
            continue;
        }
        kept.push(c);
    }
    trim_joiners(&mut kept);
    kept
}

/// Nothing of a text begins or ends with it.
fn goes_around(c: char) -> bool {
    let part_of_a_sign =
        is_combining_mark(c) || c == '\u{fffd}' || matches!(c, '\u{e0020}'..='\u{e007f}');
    c.is_whitespace() || !(shows(c) || c == '\0' || part_of_a_sign)
}

/// What shows, what stands on it, and what joins it to the next.
fn says_something(before: Option<char>, c: char) -> bool {
    match c {
        '\u{fffc}' => false,
        '\u{fffd}' => true,
        '\u{200c}' | '\u{200d}' | '\u{34f}' => before.is_some_and(is_joined),
        '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}' => {
            before.is_some_and(|b| is_joined(b) || !b.is_alphabetic() && shows(b))
        }
        '\u{e0020}'..='\u{e007f}' => spells_flag(before, c),
        c => shows(c) || is_combining_mark(c),
    }
}

/// Whether joiners mean something after it. They do nothing among Latin, Greek and Cyrillic letters.
fn is_joined(before: char) -> bool {
    before >= '\u{590}' && !before.is_whitespace() && !matches!(before, '\u{200c}' | '\u{200d}')
}

/// A joiner at the end joins nothing.
fn trim_joiners(text: &mut String) {
    let end = text
        .trim_end_matches(['\u{200c}', '\u{200d}', '\u{34f}'])
        .len();
    text.truncate(end);
}

fn plain(c: char) -> char {
    let from = |first: u32, to: u32| {
        let moved = u32::from(c).checked_sub(first).map(|n| n + to);
        moved.and_then(char::from_u32).unwrap_or(c)
    };
    match c {
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' => '-',
        // Full-width forms of ASCII.
        '\u{ff01}'..='\u{ff5e}' => from(0xff01, 0x21),
        // Full stops of Chinese and Japanese, which keyboards for them put between the labels of a domain.
        '\u{3002}' | '\u{ff61}' => '.',
        // Digits: Arabic, Persian, Devanagari.
        '\u{660}'..='\u{669}' => from(0x660, 0x30),
        '\u{6f0}'..='\u{6f9}' => from(0x6f0, 0x30),
        '\u{966}'..='\u{96f}' => from(0x966, 0x30),
        c => c,
    }
}

#[cfg(test)]
mod tests;
