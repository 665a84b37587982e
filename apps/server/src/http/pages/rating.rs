//! `/rate/:ticketId`: the page behind the link in the closing e-mail. Works without scripts.

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, RETRY_AFTER};
use actix_web::{HttpResponse, web};
use minijinja::value::Serde;
use minijinja::{Environment, context};
use request_text::pairs::{NotText, pairs};
use serde::Serialize;
use shared_kernel::scalars::whole_number;
use shared_kernel::{Caller, TicketId, is_blank};
use support_domain::use_cases::{RateTicket, rate_ticket};
use support_domain::{Feedback, Rating, TicketFile};

use crate::http::answer::Answer;
use crate::http::field::{Field, Parse as _, Refusal};
use crate::http::json_body::{self, Kind};
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::http::repeatable::Repeatable;
use crate::http::state::AppState;
use crate::http::tickets::rate::{LinkQuery, rater};
use crate::http::write::Write;

const PAGE: &str = include_str!("rating.html");

const FORM: Kind = Kind {
    accepts: |kind| kind == "application/x-www-form-urlencoded",
    refused: Problem::no_form,
};

/// The form as it was sent, and what is wrong with each part of it.
#[derive(Default, Serialize)]
struct Filled {
    rating: String,
    feedback: String,
    rating_refused: Option<&'static str>,
    feedback_refused: Option<String>,
    /// The form is fine and was not taken all the same.
    refused: Option<String>,
}

/// What the page shows.
enum View<'a> {
    Form(&'a Filled),
    Thanks,
    Refused { message: &'a str },
}

fn render(status: StatusCode, shop: &str, ticket: &str, view: &View<'_>) -> HttpResponse {
    let (form, thanks, message) = match view {
        View::Form(filled) => (Some(*filled), false, filled.refused.as_deref()),
        View::Thanks => (None, true, None),
        View::Refused { message } => (None, false, Some(*message)),
    };
    // One definition of the longest comment, for the browser too.
    let longest = Feedback::schema().max_length;
    let mut templates = Environment::new();
    let page = templates
        .add_template("page.html", PAGE)
        .and_then(|()| templates.get_template("page.html"))
        .and_then(|page| {
            page.render(context! { shop, ticket, form => Serde(form), thanks, message, longest })
        });
    match page {
        Ok(page) => HttpResponse::build(status)
            .content_type("text/html; charset=utf-8")
            .insert_header(("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"))
            .insert_header(("Referrer-Policy", "no-referrer"))
            .insert_header(("Cache-Control", "no-store"))
            .body(page),
        Err(error) => {
            tracing::error!(%error, "the rating page cannot be rendered");
            HttpResponse::InternalServerError().finish()
        }
    }
}

fn checked_link(state: &AppState, path: &str, sig: Field<String>) -> Option<(TicketId, String)> {
    let ticket = TicketId::typed(path).ok()?;
    let Field::Given(sig) = sig else { return None };
    state
        .desk
        .links
        .check(&ticket, &sig, state.process.clock.now())?;
    Some((ticket, sig))
}

fn invalid(state: &AppState) -> HttpResponse {
    let problem = Problem::invalid_link();
    render(
        problem.status,
        &state.desk.shop_name,
        "",
        &View::Refused {
            message: &problem.message,
        },
    )
}

/// The form behind the link in the closing e-mail.
#[utoipa::path(get, path = "/rate/{ticketId}", tag = "tickets", operation_id = "ratingForm", responses(
    (status = 200, description = "The form", body = String, content_type = "text/html"),
    (status = 403, description = "The link is not valid", body = String, content_type = "text/html"),
))]
pub async fn show(
    state: web::Data<AppState>,
    path: web::Path<String>,
    Query(link): Query<LinkQuery>,
) -> HttpResponse {
    match checked_link(&state, &path, link.sig) {
        Some((ticket, _)) => render(
            StatusCode::OK,
            &state.desk.shop_name,
            ticket.as_str(),
            &View::Form(&Filled::default()),
        ),
        None => invalid(&state),
    }
}

/// A form that is fine.
struct Opinion {
    rating: Rating,
    feedback: Option<Feedback>,
}

impl Filled {
    /// Reads a form, and the opinion in it where every field is fine.
    fn of(body: &[u8]) -> (Self, Option<Opinion>) {
        let rating = part(body, "rating").unwrap_or_default();
        // Browsers count a line break once and send two characters for it.
        let typed = part(body, "feedback").map(|text| text.replace("\r\n", "\n"));
        let stars = whole_number(&rating.as_str().into()).and_then(Rating::new);
        let feedback = comment(typed.as_deref());
        let filled = Self {
            rating_refused: stars
                .is_none()
                .then_some("Merci de choisir une note de 1 à 5."),
            feedback_refused: feedback.as_ref().err().cloned(),
            feedback: typed.unwrap_or_default(),
            rating,
            refused: None,
        };
        let opinion = stars
            .zip(feedback.ok())
            .map(|(rating, feedback)| Opinion { rating, feedback });
        (filled, opinion)
    }
}

/// What a form says in one of its parts. Two that differ cannot be read: which is meant would be a guess.
fn part(body: &[u8], name: &str) -> Result<String, NotText> {
    let mut said = String::new();
    for pair in pairs(body).filter(|pair| pair.name.as_deref() == Ok(name)) {
        let value = pair.value?;
        if said.is_empty() {
            said = value;
        } else if !value.is_empty() && value != said {
            return Err(NotText(value));
        }
    }
    Ok(said)
}

/// A comment, or why it cannot be kept. One left blank is none.
fn comment(typed: Result<&str, &NotText>) -> Result<Option<Feedback>, String> {
    let Ok(text) = typed else {
        return Err("Votre commentaire n'a pas pu être lu : écrivez-le de nouveau.".to_owned());
    };
    if is_blank(text) {
        return Ok(None);
    }
    Feedback::parse(text).map(Some).map_err(|error| {
        let refusal = Refusal::from(error);
        let length = text.trim().chars().count();
        match refusal.code {
            "too_long" => format!(
                "Votre commentaire est trop long : {}, le vôtre en a {length}.",
                refusal.message
            ),
            _ => format!(
                "Votre commentaire ne peut pas être enregistré : {}.",
                refusal.message
            ),
        }
    })
}

/// What the form sends.
#[utoipa::path(post, path = "/rate/{ticketId}", tag = "tickets", operation_id = "submitRatingForm", request_body(content = String, content_type = "application/x-www-form-urlencoded"), responses(
    (status = 200, description = "Thanks", body = String, content_type = "text/html"),
    (status = 400, description = "A field is refused: the page says which and why, and keeps what was typed", body = String, content_type = "text/html"),
    (status = 403, description = "The link is not valid", body = String, content_type = "text/html"),
    (status = 409, description = "Rated otherwise before, or open again", body = String, content_type = "text/html"),
    (status = 422, description = "The page was sent with the key of another request", body = String, content_type = "text/html"),
    (status = 503, description = "The database is away", body = String, content_type = "text/html"),
))]
pub async fn submit(
    request: Repeatable,
    state: web::Data<AppState>,
    path: web::Path<String>,
    Query(link): Query<LinkQuery>,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let Some((ticket, sig)) = checked_link(&state, &path, link.sig) else {
        return Ok(invalid(&state));
    };
    let body = json_body::read(&request, payload.into_inner(), &FORM).await?;
    let page = |status, view: &View<'_>| {
        let shop = &state.desk.shop_name;
        render(status, shop, ticket.as_str(), view)
    };
    let (mut filled, opinion) = Filled::of(&body);
    let Some(Opinion { rating, feedback }) = opinion else {
        return Ok(page(StatusCode::BAD_REQUEST, &View::Form(&filled)));
    };
    let rater = rater(&state, Caller::Anonymous, &ticket, Some(&sig))?;
    let ask = RateTicket {
        ticket: ticket.clone(),
        rating,
        feedback,
    };
    let done = Write::of(&state, &request, &Caller::Anonymous, &body)?
        .run(
            async |tx| rate_ticket(tx, state.surroundings(), &rater, ask.clone()).await,
            |_: &TicketFile| Answer::json(StatusCode::OK, &()),
        )
        .await;
    Ok(match done {
        Ok(_) => page(StatusCode::OK, &View::Thanks),
        // It may pass: nobody types it twice.
        Err(problem) if problem.status.is_server_error() => {
            filled.refused = Some(problem.message);
            let mut page = page(problem.status, &View::Form(&filled));
            if let Some(seconds) = problem.retry_after_seconds {
                let seconds = HeaderValue::from(seconds);
                page.headers_mut().insert(RETRY_AFTER, seconds);
            }
            page
        }
        Err(problem) => {
            let message = &problem.message;
            page(problem.status, &View::Refused { message })
        }
    })
}
