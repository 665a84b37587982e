//! Shows where the words of a search stand: HTML with `<mark>`, of text that is escaped first.

use std::collections::BTreeSet;
use std::ops::Range;

use shared_kernel::words::{fold_word, word_spans};

use super::html::escape_into;

/// Letters an excerpt has, about.
const EXCERPT_CHARS: usize = 240;

/// The whole text, its words of `marks` marked. Marks are folded words.
pub fn marked(text: &str, marks: &BTreeSet<String>) -> String {
    let mut html = String::with_capacity(text.len() + 32);
    let mut done = 0;
    for span in marked_spans(text, marks) {
        escape_into(&mut html, text.get(done..span.start).unwrap_or_default());
        html.push_str("<mark>");
        escape_into(&mut html, text.get(span.clone()).unwrap_or_default());
        html.push_str("</mark>");
        done = span.end;
    }
    escape_into(&mut html, text.get(done..).unwrap_or_default());
    html
}

/// The part of a text where most of the marked words stand, marked; its beginning when there is
/// none.
pub fn excerpt(text: &str, marks: &BTreeSet<String>) -> String {
    let part = best_part(text, marks);
    let (before, after) = (part.start > 0, part.end < text.len());
    let mut html = marked(text.get(part).unwrap_or_default(), marks);
    if before {
        html.insert_str(0, "… ");
    }
    if after {
        html.push_str(" …");
    }
    html
}

fn marked_spans(text: &str, marks: &BTreeSet<String>) -> impl Iterator<Item = Range<usize>> {
    word_spans(text).filter(|span| is_marked(text, span, marks))
}

fn is_marked(text: &str, span: &Range<usize>, marks: &BTreeSet<String>) -> bool {
    text.get(span.clone())
        .is_some_and(|word| marks.contains(fold_word(word).as_ref()))
}

/// Whole words, about [`EXCERPT_CHARS`] letters, with a little before the first mark.
fn best_part(text: &str, marks: &BTreeSet<String>) -> Range<usize> {
    let words: Vec<Range<usize>> = word_spans(text).collect();
    let is_marked = |span: &&Range<usize>| is_marked(text, span, marks);
    let spans: Vec<&Range<usize>> = words.iter().filter(is_marked).collect();
    let within = |start: usize| {
        spans
            .iter()
            .filter(|span| span.start >= start && span.end <= start + EXCERPT_CHARS)
            .count()
    };
    // The first of the best; none means the beginning.
    let mut best = (0, 0);
    for span in &spans {
        let count = within(span.start);
        if count > best.1 {
            best = (span.start, count);
        }
    }
    let lead = best.0.saturating_sub(EXCERPT_CHARS / 4);
    let start = if lead == 0 {
        0
    } else {
        words
            .iter()
            .map(|word| word.start)
            .find(|start| *start >= lead)
            .unwrap_or_default()
    };
    let end = words
        .iter()
        .map(|word| word.end)
        .take_while(|end| *end <= start + EXCERPT_CHARS)
        .last()
        .unwrap_or(start);
    let nothing_follows = words.last().is_none_or(|word| word.end <= end);
    start..if nothing_follows { text.len() } else { end }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks(words: &[&str]) -> BTreeSet<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn words_are_marked_as_they_are_written() {
        assert_eq!(
            marked("L'été, Été !", &marks(&["ete"])),
            "L&#39;<mark>été</mark>, <mark>Été</mark> !"
        );
    }

    #[test]
    fn text_is_escaped_whatever_is_marked() {
        let html = marked(
            "<script>alert(\"a & b\")</script>",
            &marks(&["script", "alert", "mark", "amp"]),
        );
        assert_eq!(
            html,
            "&lt;<mark>script</mark>&gt;<mark>alert</mark>(&quot;a &amp; b&quot;)&lt;/<mark>script</mark>&gt;"
        );
    }

    #[test]
    fn an_excerpt_shows_the_marked_words_in_whole_words() {
        let text = format!(
            "{} La batterie est à plat. {}",
            "mot ".repeat(200),
            "suite ".repeat(200)
        );
        let html = excerpt(&text, &marks(&["batterie", "plat"]));
        assert!(
            html.starts_with("… mot") && html.ends_with("suite …"),
            "{html}"
        );
        assert!(
            html.contains("La <mark>batterie</mark> est à <mark>plat</mark>."),
            "{html}"
        );
        assert!(html.chars().count() < 320, "{html}");
    }

    #[test]
    fn a_short_text_is_its_own_excerpt() {
        assert_eq!(excerpt("Court & bon.", &marks(&[])), "Court &amp; bon.");
        assert_eq!(excerpt("", &marks(&["a"])), "");
    }

    #[test]
    fn an_excerpt_of_anything_is_made_of_it() {
        for text in [
            "é".repeat(1_000),
            "a é ".repeat(500),
            "…".repeat(400),
            " x".repeat(300),
        ] {
            let html = excerpt(&text, &marks(&["x", "e"]));
            assert!(html.chars().count() <= 4_000, "{html}");
        }
    }
}
