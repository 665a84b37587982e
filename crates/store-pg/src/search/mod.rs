//! Text search: the one place that knows which words the texts have.
//!
//! - `terms`: what each word of a search stands for in the knowledge base: its stem, its family,
//!   what it begins, what it was meant to be;
//! - `postings`: which texts hold its words, and what they come to;
//! - `faq`: the search of the knowledge base;
//! - `unanswered`: what was searched there and not found.
//!
//! What was typed, how near two words are and what an answer is worth is said by
//! [`faq_domain::search`].
//!
//! Tickets and messages are found by PostgreSQL's own search (`matches_words`), newest first: their
//! readers know what they look for. The stems are the same, the configurations `guichet_fr`,
//! `guichet_en` and `guichet_plain` are made by migrations. To add a language: a configuration and
//! a line in the `faq_*` functions, in a migration that writes its texts once more.

mod faq;
mod postings;
mod terms;
mod unanswered;

use faq_domain::search::typed::LONGEST_WORD;
use shared_kernel::words::{fold, word_spans};

/// Different words of a search that count. Whoever types more is not understood better, and each costs.
pub(crate) const MOST_WORDS: usize = 16;

/// What was typed, for PostgreSQL's own search: words, `OU` (which it knows only in English), phrases
/// between quotes, -without. Each once, and of all words the first [`MOST_WORDS`]: what a search costs is
/// bounded whatever is typed.
pub(crate) fn web_search(typed: &str) -> String {
    let mut search = WebSearch::default();
    // Every other piece stands between quotes; a quote that is never closed is none.
    let pieces: Vec<&str> = typed.split(['"', '«', '»', '“', '”']).collect();
    let last = pieces.len().saturating_sub(1);
    for (n, piece) in pieces.into_iter().enumerate() {
        if n % 2 == 1 && n < last {
            search.phrase(piece);
        } else {
            piece
                .split_whitespace()
                .for_each(|token| search.token(token));
        }
    }
    search.written()
}

/// The words of a search for what is compared letter by letter: folded, each once, as many as count.
pub(crate) fn words_of(typed: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in typed.split_whitespace().map(fold) {
        if words.len() < MOST_WORDS && !words.contains(&word) {
            words.push(word);
        }
    }
    words
}

/// Choices, of which one is enough.
#[derive(Default)]
struct WebSearch {
    choices: Vec<Choice>,
    words: usize,
}

/// What is asked for together.
#[derive(Default)]
struct Choice {
    terms: Vec<String>,
    /// The terms, folded.
    asked: Vec<String>,
    words: usize,
}

impl WebSearch {
    /// A phrase. A word that is said twice on end is said once.
    fn phrase(&mut self, text: &str) {
        let mut words: Vec<&str> = word_spans(text).filter_map(|span| text.get(span)).collect();
        words.dedup_by_key(|word| fold(word));
        words.truncate(MOST_WORDS.saturating_sub(self.words));
        let phrase = words.join(" ");
        self.add(format!("\"{phrase}\""), words.len());
    }

    fn token(&mut self, token: &str) {
        if token == "OU" || token.eq_ignore_ascii_case("or") {
            self.end_choice();
            return;
        }
        // Of words tied together the first ones, as many as still count, and with them what is between.
        let left = MOST_WORDS.saturating_sub(self.words);
        let spans: Vec<_> = word_spans(token).take(left).collect();
        let Some(last) = spans.last() else { return };
        if let Some(tied) = token.get(..last.end)
            && spans.iter().all(|span| span.len() <= 4 * LONGEST_WORD)
        {
            self.add(tied.to_owned(), spans.len());
        }
    }

    fn add(&mut self, term: String, words: usize) {
        if self.choices.is_empty() {
            self.choices.push(Choice::default());
        }
        let Some(choice) = self.choices.last_mut() else {
            return;
        };
        let folded = fold(&term);
        if words > 0 && !choice.asked.contains(&folded) {
            self.words += words;
            choice.words += words;
            choice.asked.push(folded);
            choice.terms.push(term);
        }
    }

    /// The next term begins another choice. One that was there already is none.
    fn end_choice(&mut self) {
        let Some(last) = self.choices.pop() else {
            return;
        };
        if self.choices.iter().any(|one| one.asked == last.asked) {
            self.words -= last.words;
        } else if !last.terms.is_empty() {
            self.choices.push(last);
        }
        self.choices.push(Choice::default());
    }

    fn written(mut self) -> String {
        self.end_choice();
        let choices = self.choices.iter().filter(|one| !one.terms.is_empty());
        let choices: Vec<_> = choices.map(|one| one.terms.join(" ")).collect();
        choices.join(" or ")
    }
}

/// The condition that a message's vector (of the row `$row`) matches what [`web_search`] made of
/// the words typed. They are read once, not for every row: a plan that is kept does not know them.
macro_rules! matches_words {
    ($row:literal) => {
        concat!(
            $row,
            ".msg_search @@ (SELECT websearch_to_tsquery('guichet_fr', {}))"
        )
    };
}
pub(crate) use matches_words;

#[cfg(test)]
mod tests {
    use super::*;

    fn words(search: &str) -> usize {
        word_spans(search)
            .filter(|span| search.get(span.clone()) != Some("or"))
            .count()
    }

    #[test]
    fn a_french_or_is_understood_by_an_english_search() {
        assert_eq!(web_search("frein OU batterie"), "frein or batterie");
        assert_eq!(
            web_search("OU frein or OU Frein OU batterie OU"),
            "frein or batterie"
        );
        assert_eq!(
            web_search("le démarrage de la voiture OU démarrage"),
            "le démarrage de la voiture or démarrage"
        );
        let again = format!("{}batterie", "frein moteur OU ".repeat(40));
        assert_eq!(web_search(&again), "frein moteur or batterie");
    }

    #[test]
    fn what_people_type_stays_as_it_is() {
        for typed in [
            "l'essuie-glace 5W-30",
            "frein -moto",
            "\"ne démarre plus\" clio",
            "CMD-497955-AIS 205/55 R16",
            "jean.dupont@example.com",
        ] {
            assert_eq!(web_search(typed), typed);
        }
        assert_eq!(web_search("« ne démarre plus »"), "\"ne démarre plus\"");
        assert_eq!(web_search("batterie \"start stop"), "batterie start stop");
        assert_eq!(web_search("-?!  "), "");
    }

    #[test]
    fn a_word_typed_again_and_again_is_asked_for_once() {
        assert_eq!(web_search(&"é ".repeat(500)), "é");
        assert_eq!(
            web_search("Étè ete \"a b\" \"A  b\" -x -X"),
            "Étè \"a b\" -x"
        );
        assert_eq!(web_search(&format!("\"{}\"", "é ".repeat(400))), "\"é\"");
    }

    #[test]
    fn of_more_words_than_count_the_first_are_looked_for_however_they_are_typed() {
        let many = |between: &str| {
            let words: Vec<_> = (0..490).map(|n| format!("mot{n}")).collect();
            words.join(between)
        };
        for between in [" ", "-", ".", "/", "_", "'", " OU ", " -", "\" \"", "é,"] {
            for typed in [many(between), format!("\"{}\"", many(between))] {
                let search = web_search(&typed);
                assert!(words(&search) <= MOST_WORDS, "{between:?}: {search}");
                assert!(search.contains("mot0"), "{between:?}: {search}");
                assert!(search.len() < 400, "{between:?}: {search}");
            }
        }
        assert_eq!(web_search(&"x".repeat(1_000)), "", "nobody indexes it");
        assert_eq!(words_of(&many(" ")).len(), MOST_WORDS);
        assert_eq!(words_of("Étè ete\tB"), ["ete", "b"]);
    }
}
