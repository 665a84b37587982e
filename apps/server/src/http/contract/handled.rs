//! A route of the table: its handler, and the handler's terms.

use actix_web::{FromRequest, Handler, Responder, Route as Served};

use super::{Answers, Takes, Terms};

/// A handler as the framework serves it, and its terms.
pub struct Route {
    served: Served,
    terms: Terms,
}

impl Route {
    /// The route of a handler.
    pub fn to<F, Arguments>(handler: F) -> Self
    where
        F: Handler<Arguments>,
        Arguments: FromRequest + Takes + 'static,
        F::Output: Responder + Answers + 'static,
    {
        let mut terms = Terms::default();
        Arguments::tell(&mut terms);
        <F::Output as Answers>::tell(&mut terms);
        Self {
            served: Served::new().to(handler),
            terms,
        }
    }

    /// As the framework serves it.
    pub fn served(self) -> Served {
        self.served
    }

    /// What the handler takes, and how it refuses.
    pub fn terms(self) -> Terms {
        self.terms
    }
}
