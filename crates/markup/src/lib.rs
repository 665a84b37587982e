//! Texts people wrote, as HTML a page may show as it is.
//!
//! - `markdown`: Markdown as HTML and as plain text; `html`: every element and attribute there can be;
//! - `target`: where links lead and images come from;
//! - `highlight`: where the words of a search stand, and the part of a text that has most of them.
//!
//! What comes out is safe by what can be written, not by cleaning. To allow one more element: see
//! `html`. To understand one more piece of Markdown: its option in `markdown`, its arms in `html`,
//! and an attack in the tests of `markdown`.

mod highlight;
mod html;
mod markdown;
mod target;

pub use highlight::{excerpt, marked};
pub use markdown::{to_html, to_html_and_plain, to_plain};
