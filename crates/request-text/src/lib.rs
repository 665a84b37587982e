//! What stands in requests as text, read the way honest callers write it.
//!
//! Queries and forms (`pairs`), paths (`paths`), lists in headers (`entity_tags`, `hops`), times (`times`), names of
//! fields (`names`); JSON and tables in which nothing is lost (`strict_json`, `table`). Nothing here knows a route, a field of ours or the HTTP library. To add a kind of text: a file of
//! its own, a line below, and in its tests every spelling that is taken and one that is not.
#![warn(missing_docs)]

pub mod entity_tags;
pub mod hops;
pub mod names;
pub mod pairs;
pub mod paths;
pub mod strict_json;
pub mod table;
pub mod times;
