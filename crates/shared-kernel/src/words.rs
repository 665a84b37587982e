//! The words of a text, as searches compare them: lower case, without accents.

use std::borrow::Cow;
use std::ops::Range;

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// Lower case, without accents; ligatures in two letters. What `unaccent` makes of French.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let mut folded = String::with_capacity(text.len());
    for letter in text.nfd().filter(|letter| !is_combining_mark(*letter)) {
        for letter in letter.to_lowercase() {
            match letter {
                'œ' => folded.push_str("oe"),
                'æ' => folded.push_str("ae"),
                'ß' => folded.push_str("ss"),
                'ø' => folded.push('o'),
                'ł' => folded.push('l'),
                'đ' => folded.push('d'),
                other => folded.push(other),
            }
        }
    }
    folded
}

/// The same for a word, which mostly is folded already.
pub fn fold_word(word: &str) -> Cow<'_, str> {
    if word.is_ascii() && !word.bytes().any(|letter| letter.is_ascii_uppercase()) {
        Cow::Borrowed(word)
    } else {
        Cow::Owned(fold(word))
    }
}

/// Where the words of a text are: the longest runs of letters and digits.
pub fn word_spans(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut done = 0;
    std::iter::from_fn(move || {
        let start = done + text.get(done..)?.find(is_in_word)?;
        let rest = text.get(start..)?;
        let length = rest.find(|letter| !is_in_word(letter));
        done = start + length.unwrap_or(rest.len());
        Some(start..done)
    })
}

fn is_in_word(letter: char) -> bool {
    if letter.is_ascii() {
        letter.is_ascii_alphanumeric()
    } else {
        letter.is_alphanumeric() || is_combining_mark(letter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_case_and_ligatures_do_not_tell_words_apart() {
        assert_eq!(fold("Démarrage À CŒUR"), "demarrage a coeur");
        // The same word with its accent as a letter of its own.
        assert_eq!(fold("de\u{301}marrer"), fold("démarrer"));
        for word in ["5w30", "Frein", "ÉTÉ", "œuf", ""] {
            assert_eq!(fold_word(word), fold(word));
        }
    }

    #[test]
    fn words_are_letters_and_digits_and_nothing_else() {
        let text = "l'essuie-glace **5W30**, de\u{301}jà ?";
        let words: Vec<_> = word_spans(text).filter_map(|span| text.get(span)).collect();
        assert_eq!(words, ["l", "essuie", "glace", "5W30", "de\u{301}jà"]);
    }
}
