//! What runs on top of an engine: an app, and its part for each client.

use std::future::pending;

use actix_web::HttpRequest;

use super::message::{Frame, Message};
use super::refused::Refused;
use crate::close::CloseReason;
use crate::flood::Verdict;

/// What runs on top of an engine.
pub trait EngineApp: Send + Sync + 'static {
    /// One client's part of it.
    type Session: EngineSession;

    /// Whether a request may be served at all; asked for every request.
    ///
    /// # Errors
    /// The refusal.
    fn allows(&self, _request: &HttpRequest) -> Result<(), Refused> {
        Ok(())
    }

    /// A client comes.
    ///
    /// # Errors
    /// Why it is turned away.
    fn on_connect(&self, request: &HttpRequest) -> Result<Self::Session, actix_web::Error>;
}

/// One client.
pub trait EngineSession: Send + 'static {
    /// A message came. Answers are added to `out` and sent before anything [`Self::next`] gives.
    ///
    /// # Errors
    /// Why the session is to be closed.
    fn on_message(
        &mut self,
        message: Message,
        verdict: Verdict,
        out: &mut Vec<Frame>,
    ) -> impl Future<Output = Result<(), CloseReason>> + Send;

    /// Waits for something to send; one that only answers has nothing. May be dropped and called again at any time.
    ///
    /// # Errors
    /// Why the session is to be closed.
    fn next(&mut self) -> impl Future<Output = Result<Vec<Frame>, CloseReason>> + Send {
        pending()
    }

    /// Waits until the session is to be closed; called instead of [`Self::next`] while the client
    /// takes nothing. May be dropped and called again at any time.
    fn ended(&mut self) -> impl Future<Output = CloseReason> + Send {
        pending()
    }

    /// The session is over.
    fn on_close(&mut self, _reason: &CloseReason) {}
}
