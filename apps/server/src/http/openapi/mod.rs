//! The OpenAPI document, generated from the handlers. Its page is in `docs_page`.
//!
//! A handler's note (`#[utoipa::path]`) says what it is for, its answer, and what is particular. The rest follows from
//! what the handler takes ([`super::contract`]) and is completed here, one concept a file: `operation` puts the terms
//! into an operation, `answers` gives every answer its headers and problems their type, `absent` tells what is left out
//! from what is null, `twins` names what is one handler under two methods, `named` refers to what has a name; `parts` is
//! what a schema is made of.

mod absent;
mod answers;
mod named;
mod operation;
mod parts;
mod twins;

use std::collections::BTreeSet;
use std::sync::OnceLock;

use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::web::{Bytes, Data};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

use super::contract::Terms;
use super::tickets::{
    add_response, assign, change_status, create, escalate, list, rate, responses, search, show,
    stats,
};
use super::{events, faq, health, messages, pages};

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
pub fn of<'a>(
    routes: impl Iterator<Item = (&'a Method, &'a str, Terms)>,
) -> utoipa::openapi::OpenApi {
    let mut document = ApiDoc::openapi();
    let mut asked = BTreeSet::new();
    for (method, path, terms) in routes {
        asked.extend(terms.body.as_ref().map(|body| body.name.clone()));
        operation::complete(&mut document, method, path, terms);
    }
    twins::name(&mut document);
    absent::tell(&mut document, &asked);
    named::refer(&mut document);
    answers::complete(&mut document);
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
