//! Updates an article: category, order, publication, tags, texts by language.

use std::collections::BTreeMap;

use shared_kernel::{Done, FaqId, UserId, Versions};

use super::{Outcome, Surroundings, keep, lock_expected};
use crate::article::{Answer, ArticleFile, Question, Tags, Text, Texts};
use crate::category::CategoryId;
use crate::error::{FaqError, Half};
use crate::locale::Locale;
use crate::order::Order;
use crate::ports::FaqTx;
use crate::version::Change;

/// What is to be otherwise in one language; `None` stays as it is.
#[derive(Debug, Clone, Default)]
pub struct UpdateText {
    pub question: Option<Question>,
    pub answer: Option<Answer>,
}

/// What is to be otherwise; `None` stays as it is.
#[derive(Debug, Clone, Default)]
pub struct UpdateArticle {
    pub category: Option<CategoryId>,
    pub order: Option<Order>,
    pub published: Option<bool>,
    pub tags: Option<Tags>,
    /// By language: changed, or added. `None` removes the language.
    pub texts: BTreeMap<Locale, Option<UpdateText>>,
    /// From `If-Match`.
    pub expected_version: Option<Versions>,
}

/// Changes an article; what changes nothing makes no version.
///
/// # Errors
/// [`FaqError::ArticleNotFound`], [`FaqError::VersionMismatch`], [`FaqError::UnknownCategory`],
/// [`FaqError::Languages`], [`FaqError::HalfAText`].
pub async fn update_article(
    tx: &mut dyn FaqTx,
    with: Surroundings<'_>,
    by: &UserId,
    id: &FaqId,
    ask: UpdateArticle,
) -> Outcome<ArticleFile> {
    let mut file = lock_expected(tx, id, ask.expected_version.as_ref()).await?;
    let before = file.article.clone();
    let content = &mut file.article.content;
    if let Some(category) = ask.category {
        file.category_published = tx
            .hold_category(&category)
            .await?
            .ok_or(FaqError::UnknownCategory)?;
        content.category = category;
    }
    content.order = ask.order.unwrap_or(content.order);
    content.published = ask.published.unwrap_or(content.published);
    if let Some(tags) = ask.tags {
        content.tags = tags;
    }
    content.texts = changed(&content.texts, ask.texts)?;
    if file.article.content == before.content {
        return Ok(Done::quietly(file));
    }
    let now = with.clock.now();
    file.article.updated_at = now;
    file.article.version = before.version + 1;
    tx.update_article(&before, &file.article).await?;
    let updated = keep(tx, &file.article, Change::Updated, by, now).await?;
    Ok(Done::telling(file, vec![updated]))
}

fn changed(
    texts: &Texts,
    changes: BTreeMap<Locale, Option<UpdateText>>,
) -> Result<Texts, FaqError> {
    let mut all = texts.all().clone();
    for (locale, change) in changes {
        let Some(change) = change else {
            all.remove(&locale);
            continue;
        };
        let old = all.remove(&locale);
        let (question, answer) = old.map_or((None, None), |text| {
            (Some(text.question), Some(text.answer))
        });
        let text = match (change.question.or(question), change.answer.or(answer)) {
            (Some(question), Some(answer)) => Text { question, answer },
            (question, _) => {
                let missing = if question.is_none() {
                    Half::Question
                } else {
                    Half::Answer
                };
                return Err(FaqError::HalfAText { locale, missing });
            }
        };
        all.insert(locale, text);
    }
    Texts::from_all(all).ok_or(FaqError::Languages)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn locale(tag: &str) -> Locale {
        Locale::parse(tag).unwrap()
    }

    fn text(question: &str) -> Text {
        Text {
            question: Question::parse(question).unwrap(),
            answer: Answer::parse("Une réponse assez longue.").unwrap(),
        }
    }

    fn french() -> Texts {
        Texts::new(Locale::french(), text("Où est ma commande ?"))
    }

    fn only(question: &str) -> UpdateText {
        UpdateText {
            question: Some(Question::parse(question).unwrap()),
            answer: None,
        }
    }

    #[test]
    fn half_a_text_changes_that_half() {
        let changes = BTreeMap::from([(Locale::french(), Some(only("Où est mon colis ?")))]);
        let after = changed(&french(), changes).unwrap();
        let after = after.all().get(&Locale::french()).unwrap().clone();
        assert_eq!(after, text("Où est mon colis ?"));
    }

    #[test]
    fn a_new_language_needs_a_whole_text() {
        let changes = BTreeMap::from([(locale("en"), Some(only("Where is my parcel?")))]);
        let refused = changed(&french(), changes);
        assert!(matches!(
            refused,
            Err(FaqError::HalfAText {
                missing: Half::Answer,
                ..
            })
        ));
    }

    #[test]
    fn the_last_language_cannot_go() {
        let gone = BTreeMap::from([(Locale::french(), None)]);
        assert!(matches!(
            changed(&french(), gone.clone()),
            Err(FaqError::Languages)
        ));
        let english = UpdateText {
            answer: Some(Answer::parse("A sufficiently long answer.").unwrap()),
            ..only("Where is my parcel?")
        };
        let mut both = gone;
        both.insert(locale("en"), Some(english));
        let after = changed(&french(), both).unwrap();
        assert_eq!(after.locales().collect::<Vec<_>>(), [&locale("en")]);
    }
}
