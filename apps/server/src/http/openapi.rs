//! The OpenAPI document, generated from the handlers. Its page is `pages/docs.rs`.

use std::sync::LazyLock;

use actix_web::HttpResponse;
use actix_web::web::Bytes;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

use super::tickets::{
    add_response, assign, change_status, create, escalate, list, rate, responses, search, show,
    stats,
};
use super::{events, faq, health, messages, pages, people};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Guichet",
        description = "Support desk and messaging server. Errors are application/problem+json with a stable `code` and a French `message`.",
        license(name = "MIT", identifier = "MIT")
    ),
    paths(
        create::create,
        list::list,
        search::search,
        stats::stats,
        show::show,
        change_status::change,
        change_status::patch,
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

/// The document.
pub fn api() -> utoipa::openapi::OpenApi {
    ApiDoc::openapi()
}

/// This document.
#[utoipa::path(get, path = "/api/openapi.json", tag = "operations", operation_id = "openapiDocument",
    responses((status = 200, description = "OpenAPI 3.1")))]
pub async fn document() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/json")
        .body(DOCUMENT.clone())
}

/// Written once, and shared by all who ask.
static DOCUMENT: LazyLock<Bytes> =
    LazyLock::new(|| Bytes::from(serde_json::to_vec(&api()).unwrap_or_default()));
