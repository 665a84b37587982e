//! The OpenAPI document, generated from the handlers. Its page is `pages/docs.rs`.
//!
//! A handler's note (`#[utoipa::path]`) says what it is for, its answer, and what is particular. The rest follows from
//! what the handler takes ([`super::contract`]), and is completed by the crate `api-contract`.

use std::sync::OnceLock;

use actix_web::HttpResponse;
use actix_web::web::{Bytes, Data};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

use super::contract::Terms;
use super::cursor::NEXT;
use super::problem::ProblemBody;
use super::tickets::{
    add_response, assign, change_status, create, escalate, list, rate, responses, search, show,
    stats,
};
use super::{events, faq, health, messages, pages, people};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Guichet",
        description = "Support desk and messaging server. Errors are application/problem+json with a stable `code` and a French `message`. Any JSON object that is answered may have `warnings` beside what is described (`Warning`), and their names in X-Warnings: members of the request that nobody reads and that look misspelt.",
        license(name = "MIT", identifier = "MIT")
    ),
    paths(
        create::create,
        list::list,
        search::search,
        stats::stats,
        show::show,
        change_status::change,
        responses::responses,
        add_response::add,
        assign::assign,
        escalate::escalate,
        rate::rate,
        messages::list::list,
        messages::create::create,
        messages::stats::stats,
        messages::overview::overview,
        messages::customers::customers,
        messages::presence::presence,
        messages::show::show,
        messages::edit::edit,
        messages::close::close,
        messages::read::read,
        messages::archive::archive,
        messages::delete::delete,
        messages::reply::reply,
        faq::list::list,
        faq::create::create,
        faq::categories::list::list,
        faq::categories::create::create,
        faq::categories::show::show,
        faq::categories::update::update,
        faq::categories::delete::delete,
        faq::show::show,
        faq::update::update,
        faq::delete::delete,
        faq::versions::versions,
        faq::restore::restore,
        faq::stats::stats,
        faq::vote::vote,
        faq::unanswered::unanswered,
        faq::suggest::suggest,
        faq::contact_suggestions::suggestions,
        people::list_staff::list,
        people::enter_staff::enter,
        people::show_staff::show,
        people::enter_customer::enter,
        people::show_customer::show,
        events::events,
        pages::rating::show,
        pages::rating::submit,
        health::healthz,
        health::readyz,
        health::metrics_page,
        document
    ),
    modifiers(&BearerScheme),
    tags(
        (name = "tickets", description = "Support tickets"),
        (name = "messages", description = "Conversations between customers and staff"),
        (name = "faq", description = "The knowledge base"),
        (name = "people", description = "Customers and the team"),
        (name = "events", description = "What happened, as a feed"),
        (name = "operations", description = "Health and figures of the server")
    )
)]
struct ApiDoc;

struct BearerScheme;

impl Modify for BearerScheme {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("JWT")
            .build();
        if let Some(components) = &mut openapi.components {
            components.add_security_scheme("bearer", SecurityScheme::Http(scheme));
        }
    }
}

/// The document of these routes.
pub fn of(
    routes: impl IntoIterator<Item = (String, &'static str, Terms)>,
) -> utoipa::openapi::OpenApi {
    let mut document = ApiDoc::openapi();
    api_contract::complete::<ProblemBody>(&mut document, routes, NEXT);
    document
}

/// Where the served document comes from: the table of routes, which names this file.
pub struct ServedDocument(pub fn() -> utoipa::openapi::OpenApi);

/// Written once, and shared by all who ask.
static WRITTEN: OnceLock<Bytes> = OnceLock::new();

/// This document.
#[utoipa::path(get, path = "/api/openapi.json", tag = "operations", operation_id = "openapiDocument",
    responses((status = 200, description = "OpenAPI 3.1", body = serde_json::Value)))]
pub async fn document(served: Data<ServedDocument>) -> HttpResponse {
    let written =
        WRITTEN.get_or_init(|| serde_json::to_vec(&(served.0)()).unwrap_or_default().into());
    HttpResponse::Ok()
        .content_type("application/json")
        .body(written.clone())
}
