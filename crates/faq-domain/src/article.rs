//! An article: what it says, where it stands, what readers made of it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use shared_kernel::{Body, FaqId, Label, SingleLine, UserId};

use crate::category::CategoryId;
use crate::locale::{Languages, Locale};
use crate::order::Order;

/// What is asked: 10 to 300 characters.
pub type Question = SingleLine<10, 300>;
/// What is answered, in Markdown: 20 to 20,000 characters.
pub type Answer = Body<20, 20_000>;
/// A word to find an article by: 1 to 50 characters.
pub type Tag = Label<1, 50>;

/// An article's tags: at most 20, none twice, in the order they were given.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tags(Vec<Tag>);

impl Tags {
    /// The most an article may have.
    pub const MAX: usize = 20;

    /// Takes tags, each once; `None` when they are too many.
    pub fn new(given: Vec<Tag>) -> Option<Self> {
        let mut tags: Vec<Tag> = Vec::with_capacity(given.len());
        for tag in given {
            if !tags.contains(&tag) {
                tags.push(tag);
            }
        }
        (tags.len() <= Self::MAX).then_some(Self(tags))
    }

    /// Takes tags back from the store.
    pub fn from_stored(tags: Vec<String>) -> Self {
        Self(tags.into_iter().map(Tag::from_stored).collect())
    }

    /// Each as text.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(Tag::as_str)
    }
}

/// A question and its answer in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    pub question: Question,
    pub answer: Answer,
}

/// An article's texts, one per language, at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Texts(BTreeMap<Locale, Text>);

impl Texts {
    /// The most languages an article may be in.
    pub const MAX: usize = 20;

    /// A text in its first language.
    pub fn new(locale: Locale, text: Text) -> Self {
        Self(BTreeMap::from([(locale, text)]))
    }

    /// Takes texts from the store or a list; `None` when there is none, or too many.
    pub fn from_all(texts: BTreeMap<Locale, Text>) -> Option<Self> {
        (1..=Self::MAX)
            .contains(&texts.len())
            .then_some(Self(texts))
    }

    /// All of them.
    pub fn all(&self) -> &BTreeMap<Locale, Text> {
        &self.0
    }

    /// The languages there are, in the order of their tags.
    pub fn locales(&self) -> impl Iterator<Item = &Locale> {
        self.0.keys()
    }

    /// The text a reader gets.
    pub fn choose(&self, languages: &Languages) -> Option<(&Locale, &Text)> {
        languages.choose(&self.0)
    }
}

/// What an article says and where it stands: what a version keeps and a restore brings back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    pub category: CategoryId,
    pub order: Order,
    pub published: bool,
    pub tags: Tags,
    pub texts: Texts,
}

/// An article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Article {
    pub id: FaqId,
    pub content: Content,
    pub created_by: UserId,
    pub created_at: DateTime<Utc>,
    /// The last change of its content, not of its counters.
    pub updated_at: DateTime<Utc>,
    /// Grows by one with every change, also over being deleted and restored.
    pub version: u64,
}

/// What readers made of an article.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counters {
    pub views: i64,
    pub helpful: i64,
    pub not_helpful: i64,
    /// How often these changed: of two states the later has more.
    pub changes: i64,
}

/// An article and what is known about it from elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArticleFile {
    pub article: Article,
    pub category_published: bool,
    pub counters: Counters,
}

impl ArticleFile {
    /// Whether the public may read it: it is published, and so is its category.
    pub fn is_public(&self) -> bool {
        self.article.content.published && self.category_published
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_kept_once_and_counted_after_that() {
        let tag = |text: &str| Tag::parse(text).unwrap();
        let twice = Tags::new(vec![tag("a"), tag("b"), tag("a")]).unwrap();
        assert_eq!(twice.iter().collect::<Vec<_>>(), ["a", "b"]);
        let many = |n: usize| (0..n).map(|n| tag(&n.to_string())).collect::<Vec<_>>();
        assert!(Tags::new(many(20)).is_some());
        assert!(Tags::new(many(21)).is_none());
    }

    #[test]
    fn an_article_says_something_in_some_language() {
        assert!(Texts::from_all(BTreeMap::new()).is_none());
    }
}
