//! What is heard on sockets, in both dialects, across absences and instances.
//!
//! To add a subject: a file, and its line here.

mod catch_up;
mod churn;
mod hints;
mod hostile;
mod origins;
mod tickets;
mod two_instances;
