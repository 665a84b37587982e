//! A route of the table: its handler, and the handler's terms.

use actix_web::Route as Served;

use super::{Answers, Takes, Terms};

/// A handler as the framework serves it, and its terms.
pub struct Route {
    served: Served,
    terms: Terms,
}

impl Route {
    /// As the framework serves it.
    pub fn served(self) -> Served {
        self.served
    }

    /// What the handler takes, and how it refuses.
    pub fn terms(self) -> Terms {
        self.terms
    }
}

/// The framework's `web`, whose routes here know their terms too.
pub mod web {
    use actix_web::{FromRequest, Handler, Responder};

    use super::{Answers, Route, Served, Takes, Terms};

    pub use actix_web::web::*;

    /// A route without a handler yet.
    pub struct Unhandled(Served);

    /// Begins a route.
    pub fn route() -> Unhandled {
        Unhandled(Served::new())
    }

    impl Unhandled {
        /// The handler.
        pub fn to<F, Arguments>(self, handler: F) -> Route
        where
            F: Handler<Arguments>,
            Arguments: FromRequest + Takes + 'static,
            F::Output: Responder + Answers + 'static,
        {
            let mut terms = Terms::default();
            Arguments::tell(&mut terms);
            <F::Output as Answers>::tell(&mut terms);
            Route {
                served: self.0.to(handler),
                terms,
            }
        }
    }
}
