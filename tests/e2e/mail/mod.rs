//! What is told by e-mail, through a real SMTP conversation.
//!
//! To add a subject: a file, and its line here. What tests begin with is in `desk`.

mod desk;
mod notifications;
mod rating_links;
mod refusals;
