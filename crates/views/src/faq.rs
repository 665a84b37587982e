//! Articles and categories as callers see them.

use faq_domain::{ArticleFile, CategoryFile, Counters, Languages, Locale};
use serde::Serialize;
use shared_kernel::StoreError;
use utoipa::ToSchema;

use crate::{Instant, instant};

/// Where the words of a search stand: HTML, in which nothing but `<mark>` is an element.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Highlight {
    /// The whole question.
    pub question: String,
    /// The part of the answer that says most of it, without Markdown.
    pub answer: String,
}

/// An article in one of its languages.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FaqView {
    pub id: String,
    pub question: String,
    /// Markdown, as written.
    pub answer: String,
    /// The answer as HTML that a page may show as it is.
    pub answer_html: String,
    pub category: String,
    pub tags: Vec<String>,
    pub order: i32,
    pub published: bool,
    pub created_by: String,
    pub helpful: i64,
    pub not_helpful: i64,
    pub views: i64,
    pub last_updated: Instant,
    /// The language this is in.
    pub locale: String,
    /// Every language there is.
    pub locales: Vec<String>,
    /// Grows by one with every change of the content.
    pub version: u64,
    /// Only of a search.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub highlight: Option<Highlight>,
}

impl FaqView {
    /// The article in the language its reader understands best, and that language.
    ///
    /// # Errors
    /// [`StoreError::Defect`] for an article that says nothing in any language.
    pub fn new(file: &ArticleFile, languages: &Languages) -> Result<(Self, Locale), StoreError> {
        Self::rendered(file, languages, markup::to_html)
    }

    /// The same, its answer made HTML by `html`.
    ///
    /// # Errors
    /// As [`FaqView::new`].
    pub fn rendered(
        file: &ArticleFile,
        languages: &Languages,
        html: impl FnOnce(&str) -> String,
    ) -> Result<(Self, Locale), StoreError> {
        let article = &file.article;
        let content = &article.content;
        let (locale, text) = content
            .texts
            .choose(languages)
            .ok_or_else(|| StoreError::defect("an article says nothing in any language"))?;
        let view = Self {
            id: article.id.to_string(),
            question: text.question.as_str().to_owned(),
            answer: text.answer.as_str().to_owned(),
            answer_html: html(text.answer.as_str()),
            category: content.category.to_string(),
            tags: content.tags.iter().map(str::to_owned).collect(),
            order: content.order.get(),
            published: content.published,
            created_by: article.created_by.to_string(),
            helpful: file.counters.helpful,
            not_helpful: file.counters.not_helpful,
            views: file.counters.views,
            last_updated: instant(article.updated_at),
            locale: locale.to_string(),
            locales: content.texts.locales().map(Locale::to_string).collect(),
            version: article.version,
            highlight: None,
        };
        Ok((view, locale.clone()))
    }
}

/// The entity tag of an article as it is shown: which version it is, what readers made of it, and
/// in which language, such as `"3.120-4-1.fr"`.
pub fn entity_tag(version: u64, counters: Counters, shown: &Locale) -> String {
    format!(
        "\"{version}.{}-{}-{}.{shown}\"",
        counters.views, counters.helpful, counters.not_helpful
    )
}

/// A category.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FaqCategoryView {
    pub id: String,
    pub name: String,
    pub description: String,
    /// An emoji or the name of an icon.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub icon: Option<String>,
    pub order: i32,
    pub published: bool,
    /// How many articles the caller may see in it.
    pub faq_count: u64,
}

impl From<&CategoryFile> for FaqCategoryView {
    fn from(file: &CategoryFile) -> Self {
        let details = &file.category.details;
        Self {
            id: file.category.id.to_string(),
            name: details.name.as_str().to_owned(),
            description: details.description.as_str().to_owned(),
            icon: details.icon.as_ref().map(|icon| icon.as_str().to_owned()),
            order: details.order.get(),
            published: details.published,
            faq_count: file.articles,
        }
    }
}
