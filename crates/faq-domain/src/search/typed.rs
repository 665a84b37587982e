//! What people type into a search box: words, `OU`, "phrases", -without.

use shared_kernel::words::{fold, word_spans};

/// Longer words are not indexed, and take long to look at.
pub const LONGEST_WORD: usize = 64;
/// Phrases and unwanted words that count.
const MOST_STRICT: usize = 16;

/// A word, as typed but in lower case, and folded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypedWord {
    /// In lower case.
    pub raw: String,
    /// In lower case, without accents.
    pub folded: String,
}

/// A search of the knowledge base.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Typed {
    /// What is looked for, each word once, in the order typed.
    pub words: Vec<TypedWord>,
    /// Phrases that must be there and words that must not: `"start stop" -moto`.
    pub strict: Option<String>,
    /// Whether the last word may be unfinished.
    pub is_open: bool,
}

impl Typed {
    /// Reads at most `most` different words.
    pub fn read(text: &str, most: usize) -> Self {
        let mut typed = Self::default();
        let mut strict = Vec::new();
        // Every other piece stands between quotes; a quote that is never closed is none.
        let pieces: Vec<&str> = text.split(['"', '«', '»', '“', '”']).collect();
        let last = pieces.len().saturating_sub(1);
        for (n, piece) in pieces.into_iter().enumerate() {
            if n % 2 == 1 && n < last {
                let words: Vec<String> = read_words(piece).map(|word| word.raw).collect();
                if words.len() > 1 {
                    strict.push(format!("\"{}\"", words.join(" ")));
                }
                typed.add(read_words(piece), most);
                continue;
            }
            for token in piece.split_whitespace().filter(|token| *token != "OU") {
                match token.strip_prefix('-').filter(|rest| !rest.is_empty()) {
                    Some(unwanted) => {
                        strict.extend(read_words(unwanted).map(|word| format!("-{}", word.raw)));
                    }
                    None => typed.add(read_words(token), most),
                }
            }
        }
        strict.truncate(MOST_STRICT);
        typed.strict = (!strict.is_empty()).then(|| strict.join(" "));
        typed.is_open = text.ends_with(char::is_alphanumeric);
        typed
    }

    fn add(&mut self, words: impl Iterator<Item = TypedWord>, most: usize) {
        for word in words {
            let is_indexed = word.folded.chars().count() <= LONGEST_WORD;
            if is_indexed && self.words.len() < most && !self.words.contains(&word) {
                self.words.push(word);
            }
        }
    }
}

fn read_words(text: &str) -> impl Iterator<Item = TypedWord> {
    word_spans(text)
        .filter_map(|span| text.get(span))
        .map(|word| TypedWord {
            raw: word.to_lowercase(),
            folded: fold(word),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(typed: &Typed) -> Vec<&str> {
        typed
            .words
            .iter()
            .map(|word| word.folded.as_str())
            .collect()
    }

    #[test]
    fn words_nobody_indexes_and_too_many_conditions_are_left_out() {
        let typed = Typed::read(&format!("pneu {}", "a".repeat(65)), 16);
        assert_eq!(folded(&typed), ["pneu"]);
        let typed = Typed::read(&format!("pneu {}", "-neige ".repeat(50)), 16);
        assert_eq!(typed.strict.unwrap().split(' ').count(), MOST_STRICT);
    }

    #[test]
    fn words_are_read_once_and_folded() {
        let typed = Typed::read("Démarrage, démarrage à l'essuie-glace", 10);
        assert_eq!(folded(&typed), ["demarrage", "a", "l", "essuie", "glace"]);
        assert_eq!(typed.strict, None);
    }

    #[test]
    fn phrases_must_be_there_and_unwanted_words_must_not() {
        let typed = Typed::read("batterie \"start stop\" -moto OU -l'été", 10);
        assert_eq!(folded(&typed), ["batterie", "start", "stop"]);
        assert_eq!(
            typed.strict.as_deref(),
            Some("\"start stop\" -moto -l -été")
        );
    }

    #[test]
    fn a_quote_that_is_never_closed_is_none() {
        let typed = Typed::read("batterie \"start stop", 10);
        assert_eq!(folded(&typed), ["batterie", "start", "stop"]);
        assert_eq!(typed.strict, None);
    }

    #[test]
    fn the_last_word_is_open_until_something_follows_it() {
        assert!(Typed::read("frais de li", 10).is_open);
        assert!(!Typed::read("frais de li ", 10).is_open);
    }
}
