//! Two metrics a request: how many, and how long. Neither holds the query, a body, an address or a name.

use std::cell::RefCell;
use std::collections::HashMap;
use std::time::Duration;

use actix_web::dev::ServiceResponse;
use actix_web::http::Method;
use metrics::{Counter, Histogram};

/// The route that answers, put into each resource by the table: the framework would match the
/// path once more to find it.
#[derive(Clone, Copy)]
pub(super) struct RouteLabel(pub(super) &'static str);

/// Looking a metric up by its labels costs more than a short request; so each thread keeps those
/// it uses. They are as many as the table has routes, methods and statuses.
type Kept = HashMap<(&'static str, &'static str, u16), (Counter, Histogram)>;

thread_local! {
    static KEPT: RefCell<Kept> = RefCell::default();
}

/// What a log line and the metrics say of a request.
pub(super) struct Outcome {
    pub(super) method: &'static str,
    pub(super) route: Route,
    pub(super) status: u16,
}

/// A route of the table, or whatever else answered.
pub(super) enum Route {
    Listed(&'static str),
    Other(String),
}

impl Route {
    pub(super) fn as_str(&self) -> &str {
        match self {
            Self::Listed(route) => route,
            Self::Other(route) => route,
        }
    }
}

impl Outcome {
    pub(super) fn of<B>(response: &ServiceResponse<B>) -> Self {
        let request = response.request();
        let other = || {
            let pattern = request.match_pattern();
            Route::Other(pattern.unwrap_or_else(|| "unmatched".to_owned()))
        };
        Self {
            method: method_label(request.method()),
            route: request
                .app_data::<RouteLabel>()
                .map_or_else(other, |label| Route::Listed(label.0)),
            status: response.status().as_u16(),
        }
    }

    /// Counts it.
    pub(super) fn record(&self, took: Duration) {
        let record = |(count, seconds): &(Counter, Histogram)| {
            count.increment(1);
            seconds.record(took.as_secs_f64());
        };
        match self.route {
            Route::Listed(route) => KEPT.with_borrow_mut(|kept| {
                let key = (self.method, route, self.status);
                record(kept.entry(key).or_insert_with(|| self.figures()));
            }),
            Route::Other(_) => record(&self.figures()),
        }
    }

    fn figures(&self) -> (Counter, Histogram) {
        let route = self.route.as_str().to_owned();
        let (method, status) = (self.method, self.status.to_string());
        (
            metrics::counter!("guichet_http_requests_total", "method" => method, "route" => route.clone(), "status" => status),
            metrics::histogram!("guichet_http_request_seconds", "method" => method, "route" => route),
        )
    }
}

/// HTTP lets callers make up methods; each would be a figure of its own, kept until the process ends.
fn method_label(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_somebody_made_up_makes_no_figure_of_its_own() {
        let made_up = Method::from_bytes(b"X1234").unwrap();
        assert_eq!(method_label(&made_up), "other");
        assert_eq!(method_label(&Method::GET), "GET");
        assert_eq!(method_label(&Method::PATCH), "PATCH");
    }
}
