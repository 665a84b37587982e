//! Every route, in one table: what is served, what the document lists and what the access tests
//! cover are compared with it.

use actix_web::http::Method;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpResponse, Route, guard, web};

use super::problem::Problem;
use super::request_metrics::RouteLabel;
use super::{events, faq, health, messages, openapi, pages, people, tickets};

/// One method of one path.
pub struct Endpoint {
    pub method: Method,
    pub path: &'static str,
    route: fn() -> Route,
}

fn endpoint(method: Method, path: &'static str, route: fn() -> Route) -> Endpoint {
    Endpoint {
        method,
        path,
        route,
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
        endpoint(Method::POST, "/api/support/contact", || {
            web::route().to(tickets::create::create)
        }),
        endpoint(Method::GET, "/api/support/contact/tickets", || {
            web::route().to(tickets::list::list)
        }),
        endpoint(Method::GET, "/api/support/contact/search", || {
            web::route().to(tickets::search::search)
        }),
        endpoint(Method::GET, "/api/support/contact/stats", || {
            web::route().to(tickets::stats::stats)
        }),
        endpoint(Method::GET, TICKET, || web::route().to(tickets::show::show)),
        endpoint(Method::PUT, STATUS, || {
            web::route().to(tickets::change_status::change)
        }),
        endpoint(Method::PATCH, STATUS, || {
            web::route().to(tickets::change_status::change)
        }),
        endpoint(Method::GET, RESPONSES, || {
            web::route().to(tickets::responses::responses)
        }),
        endpoint(Method::POST, RESPONSES, || {
            web::route().to(tickets::add_response::add)
        }),
        endpoint(
            Method::PUT,
            "/api/support/contact/ticket/{ticketId}/assign",
            || web::route().to(tickets::assign::assign),
        ),
        endpoint(
            Method::POST,
            "/api/support/contact/ticket/{ticketId}/escalate",
            || web::route().to(tickets::escalate::escalate),
        ),
        endpoint(
            Method::POST,
            "/api/support/contact/ticket/{ticketId}/satisfaction",
            || web::route().to(tickets::rate::rate),
        ),
        endpoint(Method::GET, RATE, || web::route().to(pages::rating::show)),
        endpoint(Method::POST, RATE, || {
            web::route().to(pages::rating::submit)
        }),
    ]
}

fn message_endpoints() -> Vec<Endpoint> {
    const MESSAGES: &str = "/api/messages";
    const MESSAGE: &str = "/api/messages/{id}";
    vec![
        endpoint(Method::POST, MESSAGES, || {
            web::route().to(messages::create::create)
        }),
        endpoint(Method::GET, MESSAGES, || {
            web::route().to(messages::list::list)
        }),
        // Before `{id}`, which would take them for ids.
        endpoint(Method::GET, "/api/messages/stats", || {
            web::route().to(messages::stats::stats)
        }),
        endpoint(Method::GET, "/api/messages/stats/overview", || {
            web::route().to(messages::overview::overview)
        }),
        endpoint(Method::GET, "/api/messages/customers", || {
            web::route().to(messages::customers::customers)
        }),
        endpoint(Method::GET, "/api/messages/presence", || {
            web::route().to(messages::presence::presence)
        }),
        endpoint(Method::GET, MESSAGE, || {
            web::route().to(messages::show::show)
        }),
        endpoint(Method::PUT, MESSAGE, || {
            web::route().to(messages::edit::edit)
        }),
        endpoint(Method::PUT, "/api/messages/{id}/close", || {
            web::route().to(messages::close::close)
        }),
        endpoint(Method::PUT, "/api/messages/{id}/read", || {
            web::route().to(messages::read::read)
        }),
        endpoint(Method::PUT, "/api/messages/{id}/archive", || {
            web::route().to(messages::archive::archive)
        }),
        endpoint(Method::PUT, "/api/messages/{id}/delete", || {
            web::route().to(messages::delete::delete)
        }),
        endpoint(Method::POST, "/api/messages/{id}/reply", || {
            web::route().to(messages::reply::reply)
        }),
    ]
}

fn faq_endpoints() -> Vec<Endpoint> {
    const FAQ: &str = "/api/support/faq";
    const CATEGORIES: &str = "/api/support/faq/categories";
    const CATEGORY: &str = "/api/support/faq/categories/{categoryId}";
    const ARTICLE: &str = "/api/support/faq/{faqId}";
    vec![
        endpoint(Method::GET, FAQ, || web::route().to(faq::list::list)),
        endpoint(Method::POST, FAQ, || web::route().to(faq::create::create)),
        // Before `{faqId}`, which would take them for ids.
        endpoint(Method::GET, "/api/support/faq/stats", || {
            web::route().to(faq::stats::stats)
        }),
        endpoint(Method::GET, "/api/support/faq/stats/unanswered", || {
            web::route().to(faq::unanswered::unanswered)
        }),
        endpoint(Method::GET, "/api/support/faq/suggest", || {
            web::route().to(faq::suggest::suggest)
        }),
        endpoint(Method::POST, "/api/support/contact/suggestions", || {
            web::route().to(faq::contact_suggestions::suggestions)
        }),
        endpoint(Method::GET, CATEGORIES, || {
            web::route().to(faq::categories::list::list)
        }),
        endpoint(Method::POST, CATEGORIES, || {
            web::route().to(faq::categories::create::create)
        }),
        // Read most, so tried as soon as the others let it.
        endpoint(Method::GET, ARTICLE, || web::route().to(faq::show::show)),
        endpoint(Method::PUT, ARTICLE, || {
            web::route().to(faq::update::update)
        }),
        endpoint(Method::DELETE, ARTICLE, || {
            web::route().to(faq::delete::delete)
        }),
        // Before what follows an id, which would take `categories` for one.
        endpoint(Method::GET, CATEGORY, || {
            web::route().to(faq::categories::show::show)
        }),
        endpoint(Method::PUT, CATEGORY, || {
            web::route().to(faq::categories::update::update)
        }),
        endpoint(Method::DELETE, CATEGORY, || {
            web::route().to(faq::categories::delete::delete)
        }),
        endpoint(Method::GET, "/api/support/faq/{faqId}/versions", || {
            web::route().to(faq::versions::versions)
        }),
        endpoint(
            Method::POST,
            "/api/support/faq/{faqId}/versions/{version}/restore",
            || web::route().to(faq::restore::restore),
        ),
        endpoint(Method::PUT, "/api/support/faq/{faqId}/helpful", || {
            web::route().to(faq::vote::vote)
        }),
    ]
}

fn people_endpoints() -> Vec<Endpoint> {
    const STAFF: &str = "/api/staff";
    vec![
        endpoint(Method::GET, STAFF, || {
            web::route().to(people::list_staff::list)
        }),
        endpoint(Method::POST, STAFF, || {
            web::route().to(people::enter_staff::enter)
        }),
        endpoint(Method::GET, "/api/staff/{staffId}", || {
            web::route().to(people::show_staff::show)
        }),
        endpoint(Method::POST, "/api/customers", || {
            web::route().to(people::enter_customer::enter)
        }),
        endpoint(Method::GET, "/api/customers/{customerId}", || {
            web::route().to(people::show_customer::show)
        }),
    ]
}

/// Pages about the API, which its document leaves out.
fn page_endpoints() -> Vec<Endpoint> {
    vec![
        endpoint(Method::GET, "/", || web::route().to(pages::docs::home)),
        endpoint(Method::GET, pages::docs::PATH, || {
            web::route().to(pages::docs::page)
        }),
        endpoint(Method::GET, "/docs/{name}", || {
            web::route().to(pages::docs::part)
        }),
    ]
}

fn operation_endpoints() -> Vec<Endpoint> {
    vec![
        endpoint(Method::GET, "/api/events", || {
            web::route().to(events::events)
        }),
        endpoint(Method::GET, "/healthz", || web::route().to(health::healthz)),
        endpoint(Method::GET, "/readyz", || web::route().to(health::readyz)),
        endpoint(Method::GET, "/metrics", || {
            web::route().to(health::metrics_page)
        }),
        endpoint(Method::GET, "/api/openapi.json", || {
            web::route().to(openapi::document)
        }),
    ]
}

/// Puts every route, the API page and the sockets into an application. Paths end without a slash: with one they were
/// the same before they came here (`finish`).
pub fn configure(app: &mut web::ServiceConfig) {
    let mut endpoints = endpoints().into_iter().chain(page_endpoints()).peekable();
    while let Some(first) = endpoints.next() {
        let path = first.path;
        let mut resource = web::resource(path)
            .app_data(RouteLabel(path))
            .route(guarded(&first.method, first.route));
        let mut methods = vec![first.method];
        while let Some(next) = endpoints.next_if(|next| next.path == path) {
            resource = resource.route(guarded(&next.method, next.route));
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
fn guarded(method: &Method, route: fn() -> Route) -> Route {
    if *method == Method::GET {
        route().guard(guard::Any(guard::Get()).or(guard::Head()))
    } else {
        route().method(method.clone())
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
