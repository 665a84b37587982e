//! `GET /api/support/faq?search=`: the list, ranked.

use actix_web::web;
use faq_domain::Languages;
use faq_domain::ports::{ArticleFilter, Window};
use faq_domain::search::{Found, FoundArticle, Manner, Search};
use markup::{excerpt, marked, to_html_and_plain};
use views::faq::{FaqView, Highlight};

use crate::http::problem::Problem;
use crate::http::state::AppState;

/// Searches, and remembers what found nothing. Answers the views, best first, and how many there
/// are in all.
pub(super) async fn search(
    state: &web::Data<AppState>,
    words: String,
    languages: Languages,
    filter: ArticleFilter,
    window: Window,
) -> Result<(Vec<FaqView>, u32), Problem> {
    let search = Search {
        words,
        languages,
        filter,
        manner: Manner::Finished,
        offset: u32::try_from(window.offset).unwrap_or(u32::MAX),
        limit: window.limit,
    };
    let found = state.faq.search.search(&search).await?;
    if search.is_unanswered(&found) {
        let locale = search.languages.first();
        state
            .faq
            .unanswered
            .note(&search.words, &locale, state.process.clock.now());
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
