//! The knowledge base of the demonstration shop, beside the articles every base begins with.

use chrono::{DateTime, TimeDelta, Utc};
use faq_domain::article::{Answer, Question};
use faq_domain::readers::{ReaderTx, View, Visitor};
use faq_domain::use_cases::{CreateArticle, Outcome, Surroundings, create_article, vote};
use faq_domain::{
    CategoryId, Content, FaqError, FaqTx, Locale, Order, Scope, Tag, Tags, Text, Texts,
};
use serde::Deserialize;
use shared_kernel::{Done, FaqId, StoreError, UserId};

use super::at::At;
use crate::bootstrap::Core;

/// Who wrote what, and when. To add an article: one more table there.
const ARTICLES: &str = include_str!("articles.toml");

/// An article, in French, written some days ago.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    by: String,
    days_ago: i64,
    category: String,
    order: i64,
    published: bool,
    tags: Vec<String>,
    question: String,
    answer: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Book {
    article: Vec<Written>,
}

fn articles() -> Option<Vec<Written>> {
    toml::from_str(ARTICLES).ok().map(|book: Book| book.article)
}

/// Writes the articles, each at its time.
///
/// # Errors
/// [`FaqError`].
pub(super) async fn write(core: &Core, now: DateTime<Utc>) -> Result<(), FaqError> {
    let public = core.work.run(async |tx| enter(tx, core, now).await).await?;
    for (place, id) in (1..).zip(public) {
        read(core, &id, 3 + place * 11 % 40, now).await?;
    }
    Ok(())
}

/// Answers which of them everybody may read.
async fn enter(tx: &mut dyn FaqTx, core: &Core, now: DateTime<Utc>) -> Outcome<Vec<FaqId>> {
    let (mut public, mut events) = (Vec::new(), Vec::new());
    let broken = || StoreError::defect("the demonstration's own articles break a rule");
    for written in articles().ok_or_else(broken)? {
        let with = Surroundings {
            clock: &At(now - TimeDelta::days(written.days_ago)),
            ids: &*core.ids,
        };
        let by = UserId::parse(written.by.as_str()).map_err(|_| broken())?;
        let content = content(&written).ok_or_else(broken)?;
        let ask = CreateArticle { id: None, content };
        let created = create_article(tx, with, &by, ask).await?;
        let file = created.gather(&mut events);
        public.extend(file.is_public().then_some(file.article.id));
    }
    Ok(Done::telling(public, events))
}

/// Lets so many readers look at an article; every third finds it helpful, every tenth does not.
async fn read(core: &Core, id: &FaqId, readers: u8, now: DateTime<Utc>) -> Result<(), FaqError> {
    let visitors = (1..=readers).map(|n| Visitor::new([n; Visitor::BYTES]));
    let views: Vec<_> = visitors
        .map(|visitor| View {
            article: id.clone(),
            visitor,
            at: now,
        })
        .collect();
    core.store.count_views(&views).await?;
    core.work
        .run(async |tx| vote_each(tx, core, id, &views, now).await)
        .await
}

async fn vote_each(
    tx: &mut dyn ReaderTx,
    core: &Core,
    id: &FaqId,
    views: &[View],
    now: DateTime<Utc>,
) -> Outcome<()> {
    let with = Surroundings {
        clock: &At(now),
        ids: &*core.ids,
    };
    let mut events = Vec::new();
    for (n, view) in (1..).zip(views) {
        if n % 3 == 0 || n % 10 == 0 {
            let helpful = n % 3 == 0;
            let voted = vote(tx, with, Scope::Published, id, &view.visitor, helpful).await?;
            voted.gather(&mut events);
        }
    }
    Ok(Done::telling((), events))
}

fn content(written: &Written) -> Option<Content> {
    let text = Text {
        question: Question::parse(written.question.as_str()).ok()?,
        answer: Answer::parse(written.answer.as_str()).ok()?,
    };
    let tags = written.tags.iter().map(|tag| Tag::parse(tag.as_str()).ok());
    Some(Content {
        category: CategoryId::parse(written.category.as_str())?,
        order: Order::new(written.order)?,
        published: written.published,
        tags: Tags::new(tags.collect::<Option<_>>()?)?,
        texts: Texts::new(Locale::french(), text),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_article_keeps_the_rules() {
        for written in articles().unwrap() {
            assert!(content(&written).is_some(), "{}", written.question);
        }
    }
}
