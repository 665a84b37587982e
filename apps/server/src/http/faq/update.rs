//! `PUT /api/support/faq/:faqId`

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use faq_domain::article::{Answer as AnswerText, Question};
use faq_domain::use_cases::{UpdateArticle, UpdateText, update_article};
use faq_domain::{ArticleFile, CategoryId, Locale, Order, Tags};
use shared_kernel::{Caller, UserId, Versions};
use views::faq::FaqView;

use super::create::article_answer;
use super::entity_tag::IfMatchArticle;
use super::faq_path::FaqPath;
use super::fields::Translations;
use crate::http::caller::StaffOnly;
use crate::http::field::{Errors, Refusal, fields};
use crate::http::json_body::JsonBody;
use crate::http::problem::{Problem, ProblemBody};
use crate::http::state::AppState;
use crate::http::write::Write;

fields! {
    /// What is to be otherwise; what is left out stays as it is.
    pub struct UpdateFaqBody {
        optional question: Question,
        /// Markdown.
        optional answer: AnswerText,
        /// The id of a category that is there.
        optional category: CategoryId,
        optional tags: Tags,
        optional order: Order,
        optional published: bool,
        /// Whoever wrote it stays its author; ignored, so that an article can be sent back as it came.
        optional createdBy: UserId,
        /// The language of `question` and `answer`; `fr` when absent.
        optional locale: Locale,
        /// Other languages: added, changed, or taken away by null.
        optional translations: Translations,
    }
}

impl UpdateFaqBody {
    /// Reads the change; every refused field is reported. Answers its main language beside it.
    fn read(self, expected_version: Option<Versions>) -> Result<(UpdateArticle, Locale), Problem> {
        let mut errors = Errors::default();
        let question = errors.optional("question", self.question);
        let answer = errors.optional("answer", self.answer);
        let category = errors.optional("category", self.category);
        let tags = errors.optional("tags", self.tags);
        let order = errors.optional("order", self.order);
        let published = errors.optional("published", self.published);
        errors.optional("createdBy", self.createdBy);
        let locale = errors.optional("locale", self.locale).unwrap_or_default();
        let mut texts: BTreeMap<_, _> = BTreeMap::new();
        if let Some(translations) = errors.optional("translations", self.translations) {
            for (other, said) in translations.read(&mut errors) {
                let said = said.map(|(question, answer)| UpdateText { question, answer });
                texts.insert(other, said);
            }
        }
        if question.is_some() || answer.is_some() {
            let main = Some(UpdateText { question, answer });
            if texts.insert(locale.clone(), main).is_some() {
                let twice =
                    Refusal::new("repeated", "cette langue est celle de question et answer");
                errors.add(&format!("translations.{locale}"), &twice);
            }
        }
        errors.finish()?;
        let ask = UpdateArticle {
            category,
            order,
            published,
            tags,
            texts,
            expected_version,
        };
        Ok((ask, locale))
    }
}

/// Change an article. What changes nothing makes no version. Staff only.
#[utoipa::path(put, path = "/api/support/faq/{faqId}", tag = "faq", operation_id = "updateFaq",
    params(("faqId" = String, Path), ("If-Match" = Option<String>, Header), ("Idempotency-Key" = Option<String>, Header)),
    request_body = UpdateFaqBody, responses(
    (status = 200, description = "The article as it stands now", body = FaqView),
    (status = 400, description = "Refused fields", body = ProblemBody),
    (status = 401, description = "No valid token", body = ProblemBody),
    (status = 403, description = "Staff only", body = ProblemBody),
    (status = 404, description = "No such article", body = ProblemBody),
    (status = 412, description = "If-Match names a version that has passed", body = ProblemBody),
), security(("bearer" = [])))]
pub async fn update(
    request: HttpRequest,
    state: web::Data<AppState>,
    StaffOnly(actor): StaffOnly,
    FaqPath(id): FaqPath,
    IfMatchArticle(expected_version): IfMatchArticle,
    body: JsonBody<UpdateFaqBody>,
) -> Result<HttpResponse, Problem> {
    let (ask, locale) = body.value.read(expected_version)?;
    Write::of(&state, &request, &Caller::Known(actor.clone()), &body.bytes)?
        .run(
            async |tx| update_article(tx, state.surroundings(), &actor.id, &id, ask.clone()).await,
            |file: &ArticleFile| article_answer(StatusCode::OK, file, &locale),
        )
        .await
}
