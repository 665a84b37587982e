//! Every route, in one table: what is served, what the document lists and what the access tests
//! cover are compared with it.

use actix_web::http::Method;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{FromRequest, Handler, HttpResponse, Responder, Route, guard, web};
use utoipa::openapi::OpenApi;

use super::contract::{Answers, Takes, Terms};
use super::openapi::ServedDocument;
use super::problem::Problem;
use super::request_metrics::RouteLabel;
use super::{events, faq, health, messages, openapi, pages, people, tickets};

/// One method of one path.
pub struct Endpoint {
    pub method: Method,
    pub path: &'static str,
    served: Route,
    terms: Terms,
}

fn endpoint<F, Arguments>(method: Method, path: &'static str, handler: F) -> Endpoint
where
    F: Handler<Arguments>,
    Arguments: FromRequest + Takes + 'static,
    F::Output: Responder + Answers + 'static,
{
    let mut terms = Terms::default();
    Arguments::tell(&mut terms);
    <F::Output as Answers>::tell(&mut terms);
    let served = Route::new().to(handler);
    Endpoint {
        method,
        path,
        served,
        terms,
    }
}

/// The table. Routes of one path stand together.
pub fn endpoints() -> Vec<Endpoint> {
    [
        // Tried in this order: messages are written most, articles read most.
        message_endpoints(),
        faq_endpoints(),
        ticket_endpoints(),
        people_endpoints(),
        operation_endpoints(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn ticket_endpoints() -> Vec<Endpoint> {
    const TICKET: &str = "/api/support/contact/ticket/{ticketId}";
    const STATUS: &str = "/api/support/contact/ticket/{ticketId}/status";
    const RESPONSES: &str = "/api/support/contact/ticket/{ticketId}/responses";
    const RATE: &str = "/rate/{ticketId}";
    vec![
        endpoint(
            Method::POST,
            "/api/support/contact",
            tickets::create::create,
        ),
        endpoint(
            Method::GET,
            "/api/support/contact/tickets",
            tickets::list::list,
        ),
        endpoint(
            Method::GET,
            "/api/support/contact/search",
            tickets::search::search,
        ),
        endpoint(
            Method::GET,
            "/api/support/contact/stats",
            tickets::stats::stats,
        ),
        endpoint(Method::GET, TICKET, tickets::show::show),
        endpoint(Method::PUT, STATUS, tickets::change_status::change),
        endpoint(Method::PATCH, STATUS, tickets::change_status::change),
        endpoint(Method::GET, RESPONSES, tickets::responses::responses),
        endpoint(Method::POST, RESPONSES, tickets::add_response::add),
        endpoint(
            Method::PUT,
            "/api/support/contact/ticket/{ticketId}/assign",
            tickets::assign::assign,
        ),
        endpoint(
            Method::POST,
            "/api/support/contact/ticket/{ticketId}/escalate",
            tickets::escalate::escalate,
        ),
        endpoint(
            Method::POST,
            "/api/support/contact/ticket/{ticketId}/satisfaction",
            tickets::rate::rate,
        ),
        endpoint(Method::GET, RATE, pages::rating::show),
        endpoint(Method::POST, RATE, pages::rating::submit),
    ]
}

fn message_endpoints() -> Vec<Endpoint> {
    const MESSAGES: &str = "/api/messages";
    const MESSAGE: &str = "/api/messages/{id}";
    vec![
        endpoint(Method::POST, MESSAGES, messages::create::create),
        endpoint(Method::GET, MESSAGES, messages::list::list),
        // Before `{id}`, which would take them for ids.
        endpoint(Method::GET, "/api/messages/stats", messages::stats::stats),
        endpoint(
            Method::GET,
            "/api/messages/stats/overview",
            messages::overview::overview,
        ),
        endpoint(
            Method::GET,
            "/api/messages/customers",
            messages::customers::customers,
        ),
        endpoint(
            Method::GET,
            "/api/messages/presence",
            messages::presence::presence,
        ),
        endpoint(Method::GET, MESSAGE, messages::show::show),
        endpoint(Method::PUT, MESSAGE, messages::edit::edit),
        endpoint(
            Method::PUT,
            "/api/messages/{id}/close",
            messages::close::close,
        ),
        endpoint(Method::PUT, "/api/messages/{id}/read", messages::read::read),
        endpoint(
            Method::PUT,
            "/api/messages/{id}/archive",
            messages::archive::archive,
        ),
        endpoint(
            Method::PUT,
            "/api/messages/{id}/delete",
            messages::delete::delete,
        ),
        endpoint(
            Method::POST,
            "/api/messages/{id}/reply",
            messages::reply::reply,
        ),
    ]
}

fn faq_endpoints() -> Vec<Endpoint> {
    const FAQ: &str = "/api/support/faq";
    const CATEGORIES: &str = "/api/support/faq/categories";
    const CATEGORY: &str = "/api/support/faq/categories/{categoryId}";
    const ARTICLE: &str = "/api/support/faq/{faqId}";
    vec![
        endpoint(Method::GET, FAQ, faq::list::list),
        endpoint(Method::POST, FAQ, faq::create::create),
        // Before `{faqId}`, which would take them for ids.
        endpoint(Method::GET, "/api/support/faq/stats", faq::stats::stats),
        endpoint(
            Method::GET,
            "/api/support/faq/stats/unanswered",
            faq::unanswered::unanswered,
        ),
        endpoint(
            Method::GET,
            "/api/support/faq/suggest",
            faq::suggest::suggest,
        ),
        endpoint(
            Method::POST,
            "/api/support/contact/suggestions",
            faq::contact_suggestions::suggestions,
        ),
        endpoint(Method::GET, CATEGORIES, faq::categories::list::list),
        endpoint(Method::POST, CATEGORIES, faq::categories::create::create),
        // Read most, so tried as soon as the others let it.
        endpoint(Method::GET, ARTICLE, faq::show::show),
        endpoint(Method::PUT, ARTICLE, faq::update::update),
        endpoint(Method::DELETE, ARTICLE, faq::delete::delete),
        // Before what follows an id, which would take `categories` for one.
        endpoint(Method::GET, CATEGORY, faq::categories::show::show),
        endpoint(Method::PUT, CATEGORY, faq::categories::update::update),
        endpoint(Method::DELETE, CATEGORY, faq::categories::delete::delete),
        endpoint(
            Method::GET,
            "/api/support/faq/{faqId}/versions",
            faq::versions::versions,
        ),
        endpoint(
            Method::POST,
            "/api/support/faq/{faqId}/versions/{version}/restore",
            faq::restore::restore,
        ),
        endpoint(
            Method::PUT,
            "/api/support/faq/{faqId}/helpful",
            faq::vote::vote,
        ),
    ]
}

fn people_endpoints() -> Vec<Endpoint> {
    const STAFF: &str = "/api/staff";
    const COLLEAGUE: &str = "/api/staff/{staffId}";
    const CUSTOMERS: &str = "/api/customers";
    const CUSTOMER: &str = "/api/customers/{customerId}";
    vec![
        endpoint(Method::GET, STAFF, people::list_staff::list),
        endpoint(Method::POST, STAFF, people::enter_staff::enter),
        endpoint(Method::GET, COLLEAGUE, people::show_staff::show),
        endpoint(Method::POST, CUSTOMERS, people::enter_customer::enter),
        endpoint(Method::GET, CUSTOMER, people::show_customer::show),
    ]
}

/// Pages about the API, which its document leaves out.
fn page_endpoints() -> Vec<Endpoint> {
    vec![
        endpoint(Method::GET, "/", pages::docs::home),
        endpoint(Method::GET, pages::docs::PATH, pages::docs::page),
        endpoint(Method::GET, "/docs/{name}", pages::docs::part),
    ]
}

fn operation_endpoints() -> Vec<Endpoint> {
    vec![
        endpoint(Method::GET, "/api/events", events::events),
        endpoint(Method::GET, "/healthz", health::healthz),
        endpoint(Method::GET, "/readyz", health::readyz),
        endpoint(Method::GET, "/metrics", health::metrics_page),
        endpoint(Method::GET, "/api/openapi.json", openapi::document),
    ]
}

/// The OpenAPI document of the table.
pub fn document() -> OpenApi {
    let told = |endpoint: Endpoint| {
        let method = endpoint.method.to_string();
        (method, endpoint.path, endpoint.terms)
    };
    openapi::of(endpoints().into_iter().map(told))
}

/// Puts every route, the API page and the sockets into an application. Paths end without a slash: with one they were
/// the same before they came here (`finish`).
pub fn configure(app: &mut web::ServiceConfig) {
    app.app_data(web::Data::new(ServedDocument(document)));
    let mut endpoints = endpoints().into_iter().chain(page_endpoints()).peekable();
    while let Some(first) = endpoints.next() {
        let path = first.path;
        let mut resource = web::resource(path)
            .app_data(RouteLabel(path))
            .route(guarded(&first.method, first.served));
        let mut methods = vec![first.method];
        while let Some(next) = endpoints.next_if(|next| next.path == path) {
            resource = resource.route(guarded(&next.method, next.served));
            methods.push(next.method);
        }
        app.service(resource.default_service(web::to(move || {
            let refusal = method_not_allowed(&methods);
            async { refusal }
        })));
    }
    app.configure(realtime::configure);
    app.default_service(web::to(async || {
        Err::<HttpResponse, _>(Problem::of_status(actix_web::http::StatusCode::NOT_FOUND))
    }));
}

/// What answers GET answers HEAD too: probes and balancers ask so.
fn guarded(method: &Method, route: Route) -> Route {
    if *method == Method::GET {
        route.guard(guard::Any(guard::Get()).or(guard::Head()))
    } else {
        route.method(method.clone())
    }
}

fn method_not_allowed(methods: &[Method]) -> HttpResponse {
    let allow = methods
        .iter()
        .map(Method::as_str)
        .collect::<Vec<_>>()
        .join(", ");
    let mut response = HttpResponse::MethodNotAllowed().finish();
    if let Ok(allow) = HeaderValue::from_str(&allow) {
        response.headers_mut().insert(header::ALLOW, allow);
    }
    response
}
