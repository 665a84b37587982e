//! `PUT /api/support/faq/:faqId/helpful`

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use faq_domain::use_cases;
use faq_domain::{Counters, Locale, Scope};
use views::faq::FaqView;

use super::faq_path::FaqPath;
use super::languages::Preferred;
use super::show::readable;
use crate::http::answer::Answer;
use crate::http::caller::MaybeUser;
use crate::http::field::{Errors, fields};
use crate::http::json_body::JsonBody;
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::http::repeatable::Repeatable;
use crate::http::state::AppState;
use crate::http::write::Write;

fields! {
    /// A vote.
    pub struct VoteBody {
        /// Whether the article helped.
        required helpful: bool,
    }
}

fields! {
    /// The query.
    pub struct VoteQuery {
        /// The language to answer in; `Accept-Language` when absent.
        optional locale: Locale,
    }
}

/// Say whether an article helped. One vote per reader, who may change it; the same again changes nothing.
#[utoipa::path(put, path = "/api/support/faq/{faqId}/helpful", tag = "faq", operation_id = "voteFaq", responses(
    (status = 200, description = "The article with the counted vote", body = FaqView),
    (status = 429, description = "Too many votes from this address"),
))]
pub async fn vote(
    request: Repeatable,
    state: web::Data<AppState>,
    MaybeUser(caller): MaybeUser,
    FaqPath(id): FaqPath,
    preferred: Preferred,
    Query(query): Query<VoteQuery>,
    body: JsonBody<VoteBody>,
) -> Result<HttpResponse, Problem> {
    let mut errors = Errors::default();
    let languages = preferred.after(errors.optional("locale", query.locale));
    let helpful = errors.required("helpful", body.value.helpful);
    let Some(helpful) = helpful else {
        return Err(errors.into_problem());
    };
    errors.finish()?;
    state.admission.votes.check(&request)?;
    let kept = readable(&state, &caller, &id).await?;
    let visitor = state.faq.visitors.of(&caller, &request);
    let scope = Scope::of(&caller);
    let write = Write::of(&state, &request, &caller, &body.bytes)?;
    let articles = &state.faq.articles;
    articles
        .recounting(&kept, async |recount| {
            write
                .run(
                    async |tx| {
                        let with = state.surroundings();
                        use_cases::vote(tx, with, scope, &id, &visitor, helpful).await
                    },
                    |counters: &Counters| {
                        let served = recount.served(*counters, &languages)?;
                        Ok(Answer::ready(StatusCode::OK, &served.body).tagged(served.tag_text()))
                    },
                )
                .await
        })
        .await
}
