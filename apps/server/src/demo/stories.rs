//! The tickets of the demonstration shop.

use serde::Deserialize;

use super::story::Story;

/// Every story. To add one: one more table there.
const STORIES: &str = include_str!("stories.toml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Book {
    story: Vec<Story>,
}

/// Every story; `None` when the file is broken, which a test rules out.
pub(super) fn stories() -> Option<Vec<Story>> {
    toml::from_str(STORIES).ok().map(|book: Book| book.story)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_story_can_be_read() {
        let book: Book = toml::from_str(STORIES).unwrap();
        for story in book.story {
            assert!(story.form().is_ok(), "{}", story.subject);
        }
    }
}
