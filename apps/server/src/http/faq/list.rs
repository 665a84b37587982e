//! `GET /api/support/faq`

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use faq_domain::ports::{ArticleFilter, ArticlePosition, Window};
use faq_domain::search::MOST_FOUND;
use faq_domain::{ArticleFile, CategoryId, Locale, Scope};
use shared_kernel::{FaqId, Limit, PageNumber};
use views::faq::FaqView;

use super::fields::TagList;
use super::languages::Preferred;
use super::search;
use crate::http::caller::MaybeUser;
use crate::http::cursor::{self, Cursors};
use crate::http::field::{Errors, fields};
use crate::http::large_answer::LargeAnswer;
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::http::state::AppState;

/// Articles listed to who names no `limit`. The specification's list has no pages.
const UNLIMITED: u32 = 500;

/// What was found, by its number; and the list of all.
const FOUND: Cursors = Cursors("found");
const ARTICLES: Cursors = Cursors("articles");

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
        /// `X-Next-Cursor` of the part before; instead of `page`.
        optional cursor: String,
    }
}

/// List articles by the order of categories, then their own, or what a search finds, best first: published ones; for
/// staff, all.
#[utoipa::path(get, path = "/api/support/faq", tag = "faq", operation_id = "listFaqs", responses(
    (status = 200, description = "The articles", body = Vec<FaqView>, headers(
        ("X-Total-Count" = u64, description = "How many there are in all."))),
    (status = 429, description = "Too many searches from this address"),
))]
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
    let words = words.filter(|words| !words.trim().is_empty());
    let asked = Part {
        page: errors.optional("page", query.page),
        limit: errors.optional("limit", query.limit),
    };
    let filter = ArticleFilter {
        scope: Scope::of(&caller),
        category,
        published,
        tags: tags.map(|tags| tags.0).unwrap_or_default(),
    };
    if let Some(words) = words {
        let after = FOUND.taken(&mut errors, query.cursor, Some::<u32>);
        errors.finish()?;
        state.admission.searches.check(&request)?;
        let window = asked.window(after.map(i64::from), MOST_FOUND);
        let (views, total) = search::search(&state, words, languages, filter, window).await?;
        let end = window.offset + i64::from(window.limit);
        let next = (end < i64::from(total)).then(|| {
            let next = FOUND.written(&end);
            (link(&request, window, after.map(|_| &next)), next)
        });
        return Ok(listed(&views, total.into(), next));
    }
    let after = ARTICLES.taken(&mut errors, query.cursor, position);
    errors.finish()?;
    let window = asked.window(after.as_ref().map(|_| 0), UNLIMITED);
    let articles = &state.faq.queries;
    let part = match &after {
        Some(last) => articles.articles_after(&filter, last, window.limit).await?,
        None => articles.articles(&filter, window).await?,
    };
    let views = part.items.iter().map(|file| FaqView::new(file, &languages));
    let views: Vec<_> = views
        .map(|view| Ok(view?.0))
        .collect::<Result<_, Problem>>()?;
    let last = part.items.last().filter(|_| part.has_more);
    let next = last.map(|last| {
        let next = ARTICLES.written(&place(last));
        (link(&request, window, after.as_ref().map(|_| &next)), next)
    });
    Ok(listed(&views, part.total, next))
}

fn position((category, order, id): (String, i32, String)) -> Option<ArticlePosition> {
    Some(ArticlePosition {
        category: CategoryId::parse(&category)?,
        order,
        id: FaqId::parse(id).ok()?,
    })
}

fn place(file: &ArticleFile) -> (&str, i32, &str) {
    let article = &file.article;
    let content = &article.content;
    (
        content.category.as_str(),
        content.order.get(),
        article.id.as_str(),
    )
}

fn listed(views: &[FaqView], total: u64, next: Option<(String, String)>) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    response
        .insert_header((header::VARY, "Accept-Language"))
        .insert_header(("X-Total-Count", total.to_string()));
    if let Some((link, cursor)) = next {
        response
            .insert_header((header::LINK, link))
            .insert_header((cursor::NEXT, cursor));
    }
    response.json(views)
}

/// Which part of the list was asked for by number.
struct Part {
    page: Option<PageNumber>,
    limit: Option<Limit>,
}

impl Part {
    /// The part after so many, else a page, of as many as a page may have unless told otherwise; when
    /// nothing is asked for, the first `all`.
    fn window(&self, after: Option<i64>, all: u32) -> Window {
        let pages = after.is_some() || self.page.is_some() || self.limit.is_some();
        if !pages {
            return Window {
                offset: 0,
                limit: all,
            };
        }
        let limit = self.limit.map_or(Limit::MAX, Limit::get);
        let page = self.page.unwrap_or(PageNumber::FIRST).get();
        let offset = after.unwrap_or(i64::from(page - 1) * i64::from(limit));
        Window { offset, limit }
    }
}

/// The same question for the part after this window, which is full: by cursor for who came by one.
fn link(request: &HttpRequest, window: Window, cursor: Option<&String>) -> String {
    if let Some(cursor) = cursor {
        return cursor::next_link(request, &[("cursor", cursor.clone())]);
    }
    let limit = window.limit.min(Limit::MAX);
    let page = (window.offset + i64::from(window.limit)) / i64::from(limit) + 1;
    let place = [("page", page.to_string()), ("limit", limit.to_string())];
    cursor::next_link(request, &place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_page_and_limit_all_are_listed_and_a_page_alone_is_as_long_as_pages_get() {
        let at = |page: Option<u32>, limit: Option<u32>| {
            let page = page.map(|page| PageNumber::new(page).unwrap());
            let limit = limit.map(|limit| Limit::new(limit).unwrap());
            let window = Part { page, limit }.window(None, 500);
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
