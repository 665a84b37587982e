//! `GET /api/support/faq`

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use faq_domain::ports::{ArticleFilter, Window};
use faq_domain::search::MOST_FOUND;
use faq_domain::{CategoryId, Locale, Scope};
use shared_kernel::{Limit, PageNumber};
use views::faq::FaqView;

use super::fields::TagList;
use super::languages::Preferred;
use super::search;
use crate::http::caller::MaybeUser;
use crate::http::field::{Errors, fields};
use crate::http::large_answer::LargeAnswer;
use crate::http::problem::{Problem, ProblemBody};
use crate::http::query::Query;
use crate::http::state::AppState;

/// Articles listed to who names no `limit`. The specification's list has no pages.
const UNLIMITED: u32 = 500;

fields! {
    /// The query.
    pub struct ListFaqQuery {
        /// A category's id.
        optional category: CategoryId,
        /// For staff; others never see what is not published.
        optional published: bool,
        /// Separated by commas; an article with any of them is listed.
        optional tags: TagList,
        /// Words in question, tags and answer: then the best come first, 100 at the most. Endings, accents and slips of the
        /// finger do not matter; "…" for a phrase, -without.
        optional search: String,
        /// The language to answer in; `Accept-Language` when absent.
        optional locale: Locale,
        /// From 1.
        optional page: PageNumber,
        /// 1 to 100. Without `page` and `limit` the first 500 are listed.
        optional limit: Limit,
    }
}

/// List articles by the order of categories, then their own, or what a search finds, best first: published ones; for
/// staff, all.
#[utoipa::path(get, path = "/api/support/faq", tag = "faq", operation_id = "listFaqs",
    params(ListFaqQuery, ("Accept-Language" = Option<String>, Header)), responses(
    (status = 200, description = "The articles; X-Total-Count says how many there are, Link where the next part is", body = Vec<FaqView>),
    (status = 400, description = "Refused parameters", body = ProblemBody),
), security((), ("bearer" = [])))]
pub async fn list(
    request: HttpRequest,
    state: web::Data<AppState>,
    MaybeUser(caller): MaybeUser,
    _turn: LargeAnswer,
    preferred: Preferred,
    Query(query): Query<ListFaqQuery>,
) -> Result<HttpResponse, Problem> {
    let mut errors = Errors::default();
    let category = errors.optional("category", query.category);
    let published = errors.optional("published", query.published);
    let tags = errors.optional("tags", query.tags);
    let languages = preferred.after(errors.optional("locale", query.locale));
    let words = errors.optional("search", query.search);
    let page = errors.optional("page", query.page);
    let limit = errors.optional("limit", query.limit);
    errors.finish()?;
    let filter = ArticleFilter {
        scope: Scope::of(&caller),
        category,
        published,
        tags: tags.map(|tags| tags.0).unwrap_or_default(),
    };
    if let Some(words) = words.filter(|words| !words.trim().is_empty()) {
        state.admission.searches.check(&request)?;
        let window = window(page, limit, MOST_FOUND);
        let (views, total) = search::search(&state, words, languages, filter, window).await?;
        let has_more = window.offset + i64::from(window.limit) < i64::from(total);
        let next = has_more.then(|| next_link(&request, window));
        return Ok(listed(&views, total.into(), next));
    }
    let window = window(page, limit, UNLIMITED);
    let part = state.faq.queries.articles(&filter, window).await?;
    let views = part.items.iter().map(|file| FaqView::new(file, &languages));
    let views: Vec<_> = views
        .map(|view| Ok(view?.0))
        .collect::<Result<_, Problem>>()?;
    let next = part.has_more.then(|| next_link(&request, window));
    Ok(listed(&views, part.total, next))
}

fn listed(views: &[FaqView], total: u64, next: Option<String>) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    response
        .insert_header((header::VARY, "Accept-Language"))
        .insert_header(("X-Total-Count", total.to_string()));
    if let Some(next) = next {
        response.insert_header((header::LINK, next));
    }
    response.json(views)
}

/// A page of the list, of as many as a page may have unless told otherwise; when neither is asked
/// for, its first `all`.
fn window(page: Option<PageNumber>, limit: Option<Limit>, all: u32) -> Window {
    if page.is_none() && limit.is_none() {
        return Window {
            offset: 0,
            limit: all,
        };
    }
    let page = page.unwrap_or(PageNumber::FIRST).get();
    let limit = limit.map_or(Limit::MAX, Limit::get);
    Window {
        offset: i64::from(page - 1) * i64::from(limit),
        limit,
    }
}

/// The same question for the page after this window, which is full.
fn next_link(request: &HttpRequest, window: Window) -> String {
    let limit = window.limit.min(Limit::MAX);
    let page = (window.offset + i64::from(window.limit)) / i64::from(limit) + 1;
    let asked = url::form_urlencoded::parse(request.query_string().as_bytes());
    let kept = asked.filter(|(name, _)| name != "page" && name != "limit");
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(kept)
        .append_pair("page", &page.to_string())
        .append_pair("limit", &limit.to_string())
        .finish();
    format!("<{}?{query}>; rel=\"next\"", request.path())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_page_and_limit_all_are_listed_and_a_page_alone_is_as_long_as_pages_get() {
        let at = |page: Option<u32>, limit: Option<u32>| {
            let page = page.map(|page| PageNumber::new(page).unwrap());
            let limit = limit.map(|limit| Limit::new(limit).unwrap());
            let window = window(page, limit, 500);
            (window.offset, window.limit)
        };
        assert_eq!(at(None, None), (0, 500));
        assert_eq!(at(Some(3), None), (200, 100));
        assert_eq!(at(None, Some(7)), (0, 7));
        assert_eq!(at(Some(3), Some(7)), (14, 7));
        let farthest = i64::from(u32::MAX - 1) * 100;
        assert_eq!(at(Some(u32::MAX), None), (farthest, 100));
    }
}
