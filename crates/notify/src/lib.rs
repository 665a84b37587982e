//! Who is told what, by which channel, in which words.
//!
//! The way of a mail: something happens ([`Occasion`]), [`notifications`] decides who is told
//! ([`EmailNotification`], which is also a job's payload), [`render`] puts it into words
//! ([`RenderedEmail`]), an [`EmailChannel`] delivers it. Only the channels do I/O.
//!
//! To add a mail: a [`Template`] variant, its two files in `templates/`, its subject in
//! `template.rs`, its row in `policy.rs`. To add a channel: a file in `channels/`.
#![warn(missing_docs)]

pub mod channel;
pub mod channels;
pub mod desk;
mod fingerprint;
pub mod message;
pub mod notification;
pub mod occasion;
pub mod policy;
pub mod sender;
pub mod template;
#[cfg(test)]
mod testing;

pub use channel::{DeliveryError, EmailChannel};
pub use channels::breaker::{Breaker, BreakerChannel, BreakerPolicy};
pub use channels::eml_folder::EmlFolder;
pub use channels::smtp::{SmtpChannel, SmtpSettings, SmtpUrlError, TlsPolicy};
pub use desk::Desk;
pub use message::RenderedEmail;
pub use notification::EmailNotification;
pub use occasion::{Category, Happening, Occasion, Priority, Recipient, Status, TicketFacts};
pub use policy::notifications;
pub use sender::{RenderError, render, render_payload};
pub use template::Template;
