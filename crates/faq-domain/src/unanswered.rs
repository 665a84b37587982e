//! Searches that found nothing: what is kept of them.
//!
//! Only what was asked, never who asked. A search box also gets what nobody should keep: what
//! looks like an address, a telephone, an order or a licence plate is taken out.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use shared_kernel::StoreError;
use shared_kernel::words::{fold, word_spans};

use crate::locale::Locale;

/// Stands for what was taken out.
const TAKEN_OUT: &str = "*";
/// The longest that is kept, in characters.
pub const MAX_CHARS: usize = 200;
/// Digits that make a number somebody's: five in a word, nine in words that follow each other
/// (a model and its year have eight).
const DIGITS_OF_A_WORD: usize = 5;
const DIGITS_IN_A_ROW: usize = 9;
/// Letters and digits mixed to this length are an id.
const ID_CHARS: usize = 8;

/// A question without answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unanswered {
    /// In its canonical form.
    pub query: String,
    /// The language it was searched in.
    pub locale: Locale,
    /// How often.
    pub times: u64,
    /// When it was first asked.
    pub first_at: DateTime<Utc>,
    /// When it was last asked.
    pub last_at: DateTime<Utc>,
}

/// The last of the part of the list that was already read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnansweredPosition {
    /// How often.
    pub times: u64,
    /// When it was last asked, in microseconds since 1970.
    pub micros: i64,
    /// In its canonical form.
    pub query: String,
    /// The language it was searched in.
    pub locale: Locale,
}

/// Keeps them.
#[async_trait]
pub trait UnansweredQueries: Send + Sync {
    /// Adds to what is kept; each of a query and a language that the others do not have.
    async fn count_unanswered(&self, asked: Vec<Unanswered>) -> Result<(), StoreError>;

    /// Asked most often first.
    async fn unanswered(&self, limit: u32) -> Result<Vec<Unanswered>, StoreError>;

    /// Those that come after one in that list.
    async fn unanswered_after(
        &self,
        last: &UnansweredPosition,
        limit: u32,
    ) -> Result<Vec<Unanswered>, StoreError>;
}

/// The form under which a search is counted: folded words, one space between them, what is
/// personal taken out. `None` when nothing is left to be kept.
pub fn canonical(search: &str) -> Option<String> {
    let words: Vec<String> = search
        .split_whitespace()
        .flat_map(|piece| {
            let is_address = piece.contains('@');
            let words = word_spans(piece).filter_map(move |span| piece.get(span));
            words.map(move |word| {
                if is_address {
                    TAKEN_OUT.to_owned()
                } else {
                    fold(word)
                }
            })
        })
        .collect();
    let personal = personal(&words);
    let mut kept: Vec<&str> = words
        .iter()
        .zip(personal)
        .map(|(word, personal)| if personal { TAKEN_OUT } else { word.as_str() })
        .collect();
    kept.dedup_by(|a, b| a == b && *a == TAKEN_OUT);
    let says_something = |word: &&str| word.chars().filter(|c| c.is_alphabetic()).count() > 1;
    if !kept.iter().any(says_something) {
        return None;
    }
    let query: String = kept.join(" ").chars().take(MAX_CHARS).collect();
    Some(query.trim_end().to_owned())
}

/// Which of the words could be somebody's.
fn personal(words: &[String]) -> Vec<bool> {
    let mut personal: Vec<bool> = words
        .iter()
        .map(|word| is_number_of_somebody(word))
        .collect();
    let mut mark = |from: usize, count: usize| {
        personal
            .iter_mut()
            .skip(from)
            .take(count)
            .for_each(|is| *is = true);
    };
    for (n, three) in words.windows(3).enumerate() {
        if is_plate(&three.concat()) && three.iter().all(|word| is_digits(word) || is_letters(word))
        {
            mark(n, 3);
        }
    }
    let mut from = 0;
    for run in words.chunk_by(|a, b| is_digits(a) && is_digits(b)) {
        let digits: usize = run
            .iter()
            .filter(|word| is_digits(word))
            .map(String::len)
            .sum();
        if digits >= DIGITS_IN_A_ROW {
            mark(from, run.len());
        }
        from += run.len();
    }
    personal
}

fn is_digits(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_letters(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_lowercase())
}

fn is_number_of_somebody(word: &str) -> bool {
    let digits = word.chars().filter(char::is_ascii_digit).count();
    let letters = word.chars().filter(|c| c.is_alphabetic()).count();
    let is_id = digits > 0 && letters > 0 && digits + letters >= ID_CHARS;
    digits >= DIGITS_OF_A_WORD || is_id || is_plate(word)
}

/// `ab123cd`, or the older `1234ab75`.
fn is_plate(word: &str) -> bool {
    let runs: Vec<&[u8]> = word
        .as_bytes()
        .chunk_by(|a, b| a.is_ascii_digit() == b.is_ascii_digit())
        .collect();
    let [first, middle, last] = runs.as_slice() else {
        return false;
    };
    let lengths = (first.len(), middle.len(), last.len());
    if first.iter().all(u8::is_ascii_digit) {
        // One letter in the middle is an oil: 5w30.
        matches!(lengths, (1..=4, 2..=3, 2))
    } else {
        lengths == (2, 3, 2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn assert_kept(search: &str, kept: Option<&str>) {
        assert_eq!(canonical(search).as_deref(), kept, "{search:?}");
    }

    #[test]
    fn one_question_has_one_form() {
        assert_kept("  Câble   d'EMBRAYAGE ?! ", Some("cable d embrayage"));
        assert_kept("câble d’embrayage", Some("cable d embrayage"));
        assert_kept("?!", None);
        assert_kept("a", None);
        let long = canonical(&"très long ".repeat(100)).unwrap();
        assert!(long.chars().count() <= MAX_CHARS && long.starts_with("tres long"));
    }

    #[test]
    fn what_could_be_somebodys_is_taken_out() {
        assert_kept("facture jean.dupont@example.com", Some("facture *"));
        assert_kept("rappelez 06 12 34 56 78", Some("rappelez *"));
        assert_kept("rappelez +33612345678", Some("rappelez *"));
        assert_kept("où est ORD-2024-12345", Some("ou est ord *"));
        assert_kept("TICKET-7H2K9QWD", Some("ticket *"));
        assert_kept("rappel AB-123-CD", Some("rappel *"));
        assert_kept("rappel ab 123 cd svp", Some("rappel * svp"));
        assert_kept("carte grise 1234 AB 75", Some("carte grise *"));
        assert_kept("vin VF1BB0A0F12345678", Some("vin *"));
        assert_kept("FR76 3000 6000 0112", Some("fr76 *"));
        assert_kept("jean@example.com", None);
        assert_kept("0612345678", None);
    }

    #[test]
    fn what_the_shop_sells_is_kept() {
        for sold in [
            "huile 5w30",
            "peugeot 3008 2018",
            "pneu 205 55 r16",
            "bougie h7 12v",
            "bosch s4 008",
        ] {
            assert_kept(sold, Some(sold));
        }
    }
}
