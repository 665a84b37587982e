//! A knowledge base in memory, for the tests of this crate: what a unit of work needs, over plain
//! maps.
//!
//! [`said`] runs one request and answers what came of it and what it told others, in order.
//! [`outline`] makes of that what a test compares. To test a rule: make a [`Base`], put the
//! categories and articles into it that the rule is about, run the request.

mod ports;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};
pub(crate) use shared_kernel::testing::at;
use shared_kernel::testing::{At, CountedIds, at_once};
use shared_kernel::{Done, FaqId, UserId};

use crate::article::{
    Answer, Article, ArticleFile, Content, Counters, Question, Tags, Text, Texts,
};
use crate::category::{Category, CategoryDetails, CategoryId, CategoryName, Description};
use crate::events::FaqEvent;
use crate::locale::Locale;
use crate::order::Order;
use crate::ports::FaqTx;
use crate::readers::{ReaderTx, Visitor};
use crate::use_cases::Surroundings;
use crate::version::{ArticleVersion, CategoryVersion, Change};

pub(crate) fn user(id: &str) -> UserId {
    UserId::parse(id).unwrap()
}

pub(crate) fn faq_id(id: &str) -> FaqId {
    FaqId::parse(id).unwrap()
}

pub(crate) fn category_id(id: &str) -> CategoryId {
    CategoryId::parse(id).unwrap()
}

/// A published category's details.
pub(crate) fn details(name: &str) -> CategoryDetails {
    CategoryDetails {
        name: CategoryName::parse(name).unwrap(),
        description: Description::parse("").unwrap(),
        icon: None,
        order: Order::default(),
        published: true,
    }
}

/// A published article in French.
pub(crate) fn content(category: &str, question: &str) -> Content {
    let text = Text {
        question: Question::parse(question).unwrap(),
        answer: Answer::parse("Une réponse assez longue.").unwrap(),
    };
    Content {
        category: category_id(category),
        order: Order::default(),
        published: true,
        tags: Tags::default(),
        texts: Texts::new(Locale::french(), text),
    }
}

/// The question most articles here ask.
pub(crate) const QUESTION: &str = "Où est ma commande ?";

/// A base with the categories `orders`, published, and `drafts`, which is not; both at version 1.
pub(crate) struct Base {
    articles: BTreeMap<String, Article>,
    categories: BTreeMap<CategoryId, Category>,
    article_versions: Vec<ArticleVersion>,
    category_versions: Vec<CategoryVersion>,
    counters: BTreeMap<String, Counters>,
    votes: BTreeMap<(String, Visitor), bool>,
    /// Ids of articles that another transaction is entering.
    pub(crate) being_entered: BTreeSet<String>,
    /// How often the present request wrote something.
    pub(crate) writes: u32,
    /// The present instant.
    pub(crate) now: DateTime<Utc>,
    ids: Arc<CountedIds>,
}

impl Base {
    /// A base nothing was ever written to.
    pub(crate) fn untouched() -> Self {
        Self {
            articles: BTreeMap::new(),
            categories: BTreeMap::new(),
            article_versions: Vec::new(),
            category_versions: Vec::new(),
            counters: BTreeMap::new(),
            votes: BTreeMap::new(),
            being_entered: BTreeSet::new(),
            writes: 0,
            now: at(60),
            ids: Arc::default(),
        }
    }

    pub(crate) fn new() -> Self {
        let mut base = Self::untouched();
        for (id, published) in [("orders", true), ("drafts", false)] {
            let category = Category {
                id: category_id(id),
                details: CategoryDetails {
                    published,
                    ..details(id)
                },
                created_at: at(0),
                updated_at: at(0),
                version: 1,
            };
            base.category_versions.push(CategoryVersion {
                category: category.clone(),
                change: Change::Created,
                by: user("S0"),
                at: at(0),
            });
            base.categories.insert(category.id.clone(), category);
        }
        base
    }

    /// A base with this article, at version 1, viewed five times.
    pub(crate) fn with(id: &str, content: Content) -> Self {
        let mut base = Self::new();
        let article = Article {
            id: faq_id(id),
            content,
            created_by: user("S0"),
            created_at: at(0),
            updated_at: at(0),
            version: 1,
        };
        base.article_versions.push(ArticleVersion {
            article: article.clone(),
            change: Change::Created,
            by: user("S0"),
            at: at(0),
        });
        base.articles.insert(id.to_owned(), article);
        let viewed = Counters {
            views: 5,
            ..Counters::default()
        };
        base.counters.insert(id.to_owned(), viewed);
        base
    }

    pub(crate) fn article(&self, id: &str) -> Option<&Article> {
        self.articles.get(id)
    }

    pub(crate) fn category(&self, id: &str) -> Option<&Category> {
        self.categories.get(&category_id(id))
    }

    pub(crate) fn last_of_article(&self, id: &str) -> &ArticleVersion {
        let mut versions = self.article_versions.iter().rev();
        versions.find(|one| one.article.id == faq_id(id)).unwrap()
    }

    pub(crate) fn last_of_category(&self, id: &str) -> &CategoryVersion {
        let mut versions = self.category_versions.iter().rev();
        versions
            .find(|one| one.category.id == category_id(id))
            .unwrap()
    }

    fn file(&self, article: &Article) -> ArticleFile {
        ArticleFile {
            article: article.clone(),
            category_published: self.categories[&article.content.category].details.published,
            counters: self
                .counters
                .get(article.id.as_str())
                .copied()
                .unwrap_or_default(),
        }
    }
}

/// Runs one request at a base. Answers what came of it, and the events it tells, in order.
pub(crate) fn said<T, E>(
    base: &mut Base,
    request: impl AsyncFnOnce(&mut dyn FaqTx, Surroundings<'_>) -> Result<Done<T, FaqEvent>, E>,
) -> (Result<T, E>, Vec<FaqEvent>) {
    base.writes = 0;
    let (clock, ids) = (At(base.now), Arc::clone(&base.ids));
    let with = Surroundings {
        clock: &clock,
        ids: &*ids,
    };
    match at_once(request(base, with)) {
        Ok(done) => (Ok(done.value), done.events),
        Err(refused) => (Err(refused), Vec::new()),
    }
}

/// The same, for a request that must be refused: it may neither have written nor told anything.
#[track_caller]
pub(crate) fn refused<T, E>(
    base: &mut Base,
    request: impl AsyncFnOnce(&mut dyn FaqTx, Surroundings<'_>) -> Result<Done<T, FaqEvent>, E>,
) -> E {
    let (done, told) = said(base, request);
    assert_eq!((told, base.writes), (Vec::new(), 0));
    done.err().expect("refused")
}

/// Runs what a reader does, who tells nobody anything.
pub(crate) fn read<T>(
    base: &mut Base,
    request: impl AsyncFnOnce(&mut dyn ReaderTx, Surroundings<'_>) -> T,
) -> T {
    let (clock, ids) = (At(base.now), Arc::clone(&base.ids));
    let with = Surroundings {
        clock: &clock,
        ids: &*ids,
    };
    at_once(request(base, with))
}

/// Each event in a line.
pub(crate) fn outline(told: &[FaqEvent]) -> Vec<String> {
    told.iter().map(line).collect()
}

fn line(event: &FaqEvent) -> String {
    match event {
        FaqEvent::Article {
            id,
            version,
            change,
        } => format!("{id} v{version} {}", change.as_str()),
        FaqEvent::Category {
            id,
            version,
            change,
        } => format!("{id} v{version} {}", change.as_str()),
    }
}
