//! `POST /api/support/faq`

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use faq_domain::article::{Answer as AnswerText, Question};
use faq_domain::use_cases::{CreateArticle, create_article};
use faq_domain::{
    ArticleFile, CategoryId, Content, FaqError, Languages, Locale, Order, Tags, Text, Texts,
};
use shared_kernel::{Actor, Caller, UserId};
use views::faq::FaqView;

use super::entity_tag;
use super::fields::Translations;
use crate::http::answer::Answer;
use crate::http::caller::{StaffOnly, must_be_caller};
use crate::http::field::{Errors, Field, Refusal, fields};
use crate::http::json_body::JsonBody;
use crate::http::problem::Problem;
use crate::http::repeatable::Repeatable;
use crate::http::state::AppState;
use crate::http::write::Write;

fields! {
    /// The article.
    pub struct CreateFaqBody {
        required question: Question,
        /// Markdown.
        required answer: AnswerText,
        /// The id of a category that is there.
        required category: CategoryId,
        optional tags: Tags,
        /// Among the articles of its category; 0 when absent.
        optional order: Order,
        /// Not published when absent.
        optional published: bool,
        /// The caller's own id.
        optional createdBy: UserId,
        /// The language of `question` and `answer`; `fr` when absent.
        optional locale: Locale,
        /// The same in other languages.
        optional translations: Translations,
    }
}

impl CreateFaqBody {
    /// Reads the article; every refused field is reported. Answers its main language beside it.
    fn read(self, actor: &Actor) -> Result<(Content, Locale), Problem> {
        let mut errors = Errors::default();
        let question = errors.required("question", self.question);
        let answer = errors.required("answer", self.answer);
        let category = errors.required("category", self.category);
        let tags = errors.optional("tags", self.tags).unwrap_or_default();
        let order = errors.optional("order", self.order).unwrap_or_default();
        let published = errors
            .optional("published", self.published)
            .unwrap_or(false);
        must_be_caller(&mut errors, "createdBy", self.createdBy, actor)?;
        let locale = errors.optional("locale", self.locale).unwrap_or_default();
        let mut texts = read_translations(&mut errors, self.translations, &locale);
        let (Some(question), Some(answer), Some(category)) = (question, answer, category) else {
            return Err(errors.into_problem());
        };
        errors.finish()?;
        texts.insert(locale.clone(), Text { question, answer });
        let content = Content {
            category,
            order,
            published,
            tags,
            texts: Texts::from_all(texts).ok_or(FaqError::Languages)?,
        };
        Ok((content, locale))
    }
}

/// A new article's other languages are whole or not there.
fn read_translations(
    errors: &mut Errors,
    field: Field<Translations>,
    main: &Locale,
) -> BTreeMap<Locale, Text> {
    let Some(translations) = errors.optional("translations", field) else {
        return BTreeMap::new();
    };
    let mut texts = BTreeMap::new();
    for (locale, said) in translations.read(errors) {
        let name = format!("translations.{locale}");
        if locale == *main {
            let twice = Refusal::new("repeated", "cette langue est celle de l'article");
            errors.add(&name, &twice);
        }
        let Some((question, answer)) = said else {
            continue;
        };
        let question = errors.required(&format!("{name}.question"), question.into());
        let answer = errors.required(&format!("{name}.answer"), answer.into());
        if let (Some(question), Some(answer)) = (question, answer) {
            texts.insert(locale, Text { question, answer });
        }
    }
    texts
}

/// Write an article. Staff only.
#[utoipa::path(post, path = "/api/support/faq", tag = "faq", operation_id = "createFaq", request_body(content = CreateFaqBody, example = json!({
        "question": "Comment suivre ma commande ?",
        "answer": "Ouvrez **Mes commandes** : le numéro de suivi du transporteur est à côté de chaque colis.",
        "category": "orders", "tags": ["suivi", "colis"], "order": 1, "published": true
    })), responses(
    (status = 201, description = "Created", body = FaqView),
    (status = 403, description = "Staff only, or createdBy is not the caller"),
))]
pub async fn create(
    request: Repeatable,
    state: web::Data<AppState>,
    StaffOnly(actor): StaffOnly,
    body: JsonBody<CreateFaqBody>,
) -> Result<HttpResponse, Problem> {
    let (content, locale) = body.value.read(&actor)?;
    let ask = CreateArticle { id: None, content };
    Write::of(&state, &request, &Caller::Known(actor.clone()), &body.bytes)?
        .run(
            async |tx| create_article(tx, state.surroundings(), &actor.id, ask.clone()).await,
            |file: &ArticleFile| article_answer(StatusCode::CREATED, file, &locale),
        )
        .await
}

/// A written article, in the language it was written in, with its new entity tag.
pub(super) fn article_answer(
    status: StatusCode,
    file: &ArticleFile,
    locale: &Locale,
) -> Result<Answer, Problem> {
    let languages = Languages::new(Some(locale.clone()), Vec::new());
    let (view, shown) = FaqView::new(file, &languages)?;
    Ok(Answer::json(status, &view)?.tagged(entity_tag::tag(file, &shown)))
}
