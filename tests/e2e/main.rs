//! End to end: through HTTP, sockets and a real SMTP conversation, on real PostgreSQL.
//!
//! To add a subject: a file, and its line here. What most tests begin with is in `desk`.

mod access_rules;
mod bad_input;
mod demo;
mod desk;
mod faq;
mod faq_bad_input;
mod faq_cache;
mod faq_desk;
mod faq_rights;
mod faq_scenario;
mod faq_search;
mod faq_transfer;
mod faq_versions;
mod faq_views_votes;
mod figures;
mod idempotency;
mod identity;
mod lists_and_search;
mod messages;
mod notifications;
mod raw_http;
mod route_coverage;
mod seeded;
mod sockets;
mod ticket_lifecycle;
