//! The person named in a path.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use shared_kernel::{CustomerId, StaffId};

use crate::http::path_parameter::path_parameter;
use crate::http::problem::Problem;

/// `:staffId`. What could not be an id names nobody.
pub struct StaffPath(pub StaffId);

/// `:customerId`.
pub struct CustomerPath(pub CustomerId);

pub(super) fn no_staff() -> Problem {
    Problem::person_not_found("staff_not_found", "Membre du support non trouvé")
}

pub(super) fn no_customer() -> Problem {
    Problem::person_not_found("customer_not_found", "Client non trouvé")
}

impl FromRequest for StaffPath {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let parse = |text: &str| StaffId::typed(text).ok().map(Self);
        ready(path_parameter(request, "staffId", parse, no_staff))
    }
}

impl FromRequest for CustomerPath {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let parse = |text: &str| CustomerId::typed(text).ok().map(Self);
        ready(path_parameter(request, "customerId", parse, no_customer))
    }
}
