//! From what happened to what is written with it.
//!
//! `translation` runs inside the transaction: it turns what a use case tells into entries of the event
//! log (`announcements`, `messages`, `faq`) and into e-mail jobs (`notifications`). Who hears of the commit
//! is `live::Commits`'s. To add an event of a ticket: its
//! variant in the domain, an arm in `announcements` and one in `notifications`; of a new domain: its
//! [`Translate`]. Every step is in `docs/CONTRIBUTING.md`.

mod announcements;
mod faq;
mod messages;
pub(crate) mod notifications;
mod translation;

pub use translation::{Translate, Translator};
