//! `GET /api/support/faq?search=`: the list, ranked.

use actix_web::web;
use faq_domain::Languages;
use faq_domain::ports::{ArticleFilter, Window};
use faq_domain::search::{Found, FoundArticle, MOST_FOUND, Manner, Search};
use serde::Serialize;
use shared_kernel::{Limit, PageNumber};
use utoipa::ToSchema;

use super::views::FaqView;
use crate::faq::highlight::{excerpt, marked};
use crate::faq::markdown::to_html_and_plain;
use crate::http::problem::Problem;
use crate::state::AppState;

/// Where the words of a search stand: HTML, in which nothing but `<mark>` is an element.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Highlight {
    /// The whole question.
    pub question: String,
    /// The part of the answer that says most of it, without Markdown.
    pub answer: String,
}

/// Which part of what was found: from `offset`, so many.
#[derive(Debug, Clone, Copy)]
pub struct Part {
    pub offset: u32,
    pub limit: u32,
}

impl Part {
    /// A page; without one, all that is ever found.
    pub(super) fn of(page: Option<PageNumber>, limit: Option<Limit>) -> Self {
        let limit = limit.map_or(MOST_FOUND, Limit::get);
        let page = page.unwrap_or(PageNumber::FIRST).get();
        Self {
            offset: page.saturating_sub(1).saturating_mul(limit),
            limit,
        }
    }

    /// Where the next part could be, when there is one; of a full page.
    pub(super) fn next(self, total: u32) -> Option<Window> {
        (self.offset.saturating_add(self.limit) < total).then(|| Window {
            offset: self.offset.into(),
            limit: self.limit,
        })
    }
}

/// Searches, and remembers what found nothing. Answers the views, best first, and how many there
/// are in all.
pub(super) async fn search(
    state: &web::Data<AppState>,
    words: String,
    languages: Languages,
    filter: ArticleFilter,
    part: Part,
) -> Result<(Vec<FaqView>, u32), Problem> {
    let search = Search {
        words,
        languages,
        filter,
        manner: Manner::Finished,
        offset: part.offset,
        limit: part.limit,
    };
    let found = state.faq_search.search(&search).await?;
    if search.is_unanswered(&found) {
        let locale = search.languages.first();
        state
            .unanswered
            .note(&search.words, &locale, state.clock.now());
    }
    let views = found
        .articles
        .iter()
        .map(|one| view(one, &found, &search.languages))
        .collect::<Result<_, _>>()?;
    Ok((views, found.total))
}

fn view(one: &FoundArticle, found: &Found, languages: &Languages) -> Result<FaqView, Problem> {
    let mut plain = String::new();
    let (mut view, _) = FaqView::rendered(&one.file, languages, |answer| {
        let html;
        (html, plain) = to_html_and_plain(answer);
        html
    })?;
    view.highlight = Some(Highlight {
        question: marked(&view.question, &found.marks),
        answer: excerpt(&plain, &found.marks),
    });
    Ok(view)
}
