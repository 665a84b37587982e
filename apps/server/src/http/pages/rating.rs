//! `/rate/:ticketId`: the page behind the link in the closing e-mail. Works without scripts.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use minijinja::{Environment, context};
use serde::Deserialize;
use serde_json::{Map, Value};
use shared_kernel::{Caller, TicketId};
use support_domain::use_cases::{RateTicket, rate_ticket};
use support_domain::{Feedback, Rating, TicketFile};

use crate::http::answer::Answer;
use crate::http::field::{Errors, Field};
use crate::http::json_body;
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::http::state::AppState;
use crate::http::tickets::rate::{LinkQuery, rater};
use crate::http::write::Write;

const PAGE: &str = include_str!("rating.html");

/// What the page shows.
enum View<'a> {
    Form { refused: Option<&'a str> },
    Thanks,
    Refused { message: &'a str },
}

fn render(status: StatusCode, shop: &str, ticket: &str, view: &View<'_>) -> HttpResponse {
    let (form, thanks, message) = match view {
        View::Form { refused } => (true, false, refused.unwrap_or_default()),
        View::Thanks => (false, true, ""),
        View::Refused { message } => (false, false, *message),
    };
    let mut templates = Environment::new();
    let page = templates
        .add_template("page.html", PAGE)
        .and_then(|()| templates.get_template("page.html"))
        .and_then(|page| page.render(context! { shop, ticket, form, thanks, message }));
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
#[utoipa::path(get, path = "/rate/{ticketId}", tag = "tickets", operation_id = "ratingForm",
    params(("ticketId" = String, Path), LinkQuery), responses(
    (status = 200, description = "The form", content_type = "text/html"),
    (status = 403, description = "The link is not valid", content_type = "text/html"),
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
            &View::Form { refused: None },
        ),
        None => invalid(&state),
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct FormBody {
    rating: Field<Rating>,
    feedback: Field<Feedback>,
}

impl FormBody {
    /// Nothing when a field is not what it should be.
    fn read(self) -> Option<(Rating, Option<Feedback>)> {
        let mut errors = Errors::default();
        let rating = errors.required("rating", self.rating)?;
        let feedback = errors.optional("feedback", self.feedback);
        errors.finish().ok()?;
        Some((rating, feedback))
    }
}

/// What the form sends.
#[utoipa::path(post, path = "/rate/{ticketId}", tag = "tickets", operation_id = "submitRatingForm",
    params(("ticketId" = String, Path), LinkQuery),
    request_body(content = String, content_type = "application/x-www-form-urlencoded"), responses(
    (status = 200, description = "Thanks", content_type = "text/html"),
    (status = 400, description = "No rating chosen", content_type = "text/html"),
    (status = 403, description = "The link is not valid", content_type = "text/html"),
    (status = 409, description = "Rated otherwise before, or open again", content_type = "text/html"),
))]
pub async fn submit(
    request: HttpRequest,
    state: web::Data<AppState>,
    path: web::Path<String>,
    Query(link): Query<LinkQuery>,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let Some((ticket, sig)) = checked_link(&state, &path, link.sig) else {
        return Ok(invalid(&state));
    };
    let body = json_body::read(&request, payload.into_inner(), |kind| {
        kind == "application/x-www-form-urlencoded"
    })
    .await?;
    let page = |status, view: &View<'_>| {
        let shop = &state.desk.shop_name;
        render(status, shop, ticket.as_str(), view)
    };
    let Some((rating, feedback)) = form_of(&body)?.read() else {
        let refused = Some("Merci de choisir une note de 1 à 5.");
        return Ok(page(StatusCode::BAD_REQUEST, &View::Form { refused }));
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
        Err(problem) => {
            let message = &problem.message;
            page(problem.status, &View::Refused { message })
        }
    })
}

/// A form's fields; an empty one was left blank.
fn form_of(body: &[u8]) -> Result<FormBody, Problem> {
    let fields: Map<String, Value> = url::form_urlencoded::parse(body)
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| (name.into_owned(), Value::String(value.into_owned())))
        .collect();
    serde_json::from_value(Value::Object(fields)).map_err(|_| Problem::internal())
}
