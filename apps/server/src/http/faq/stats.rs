//! `GET /api/support/faq/stats`

use std::collections::BTreeMap;

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use faq_domain::ports::FaqFigures;
use faq_domain::{Languages, Locale, Scope};
use serde::Serialize;
use utoipa::ToSchema;
use views::faq::FaqView;

use super::languages::Preferred;
use crate::http::caller::MaybeUser;
use crate::http::field::{Errors, fields};
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::http::state::AppState;

fields! {
    /// The query.
    pub struct FaqStatsQuery {
        /// The language of the articles shown; `Accept-Language` when absent.
        optional locale: Locale,
    }
}

/// The figures of one category.
#[derive(Debug, Serialize, ToSchema)]
pub struct CategoryStatsView {
    pub faqs: u64,
    pub views: i64,
}

/// The figures of what the caller may see.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FaqStatsView {
    #[serde(rename = "totalFAQs")]
    pub total_faqs: u64,
    #[serde(rename = "publishedFAQs")]
    pub published_faqs: u64,
    pub total_views: i64,
    pub total_categories: usize,
    /// Null when nothing was viewed yet.
    #[serde(rename = "mostViewedFAQ")]
    #[schema(required)]
    pub most_viewed_faq: Option<FaqView>,
    /// Null when nothing was found helpful yet.
    #[serde(rename = "mostHelpfulFAQ")]
    #[schema(required)]
    pub most_helpful_faq: Option<FaqView>,
    /// By the id of the category.
    pub category_stats: BTreeMap<String, CategoryStatsView>,
}

impl FaqStatsView {
    fn new(figures: &FaqFigures, languages: &Languages) -> Result<Self, Problem> {
        let shown = |file| Ok::<_, Problem>(FaqView::new(file, languages)?.0);
        let categories = figures.categories.iter();
        Ok(Self {
            total_faqs: figures.categories.values().map(|of| of.articles).sum(),
            published_faqs: figures.published,
            total_views: figures.categories.values().map(|of| of.views).sum(),
            total_categories: figures.categories.len(),
            most_viewed_faq: figures.most_viewed.as_ref().map(shown).transpose()?,
            most_helpful_faq: figures.most_helpful.as_ref().map(shown).transpose()?,
            category_stats: categories
                .map(|(id, of)| {
                    let of = CategoryStatsView {
                        faqs: of.articles,
                        views: of.views,
                    };
                    (id.clone(), of)
                })
                .collect(),
        })
    }
}

/// The figures of the knowledge base, counted over what the caller may see.
#[utoipa::path(get, path = "/api/support/faq/stats", tag = "faq", operation_id = "faqStats",
    responses((status = 200, description = "The figures", body = FaqStatsView)))]
pub async fn stats(
    state: web::Data<AppState>,
    MaybeUser(caller): MaybeUser,
    preferred: Preferred,
    Query(query): Query<FaqStatsQuery>,
) -> Result<HttpResponse, Problem> {
    let mut errors = Errors::default();
    let languages = preferred.after(errors.optional("locale", query.locale));
    errors.finish()?;
    state.faq.follower.catch_up().await;
    let figures = state.faq.queries.figures(Scope::of(&caller)).await?;
    Ok(HttpResponse::Ok()
        .insert_header((header::VARY, "Accept-Language"))
        .json(FaqStatsView::new(&figures, &languages)?))
}
