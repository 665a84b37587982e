//! The knowledge base: articles that answer before a ticket is written.
//!
//! An article says one thing in one or several languages, stands in one category and keeps every
//! version it ever had. Pure, like every domain: no clock, no randomness, no SQL, no HTTP, no JSON
//! names. To add a verb: a file in `use_cases`, its rule beside the type it is about, an event if
//! others must hear of it.

pub mod article;
pub mod category;
pub mod defaults;
pub mod error;
pub mod events;
pub mod locale;
pub mod order;
pub mod ports;
pub mod readers;
pub mod rights;
pub mod search;
#[cfg(test)]
mod testing;
pub mod unanswered;
pub mod use_cases;
pub mod version;

pub use article::{
    Answer, Article, ArticleFile, Content, Counters, Question, Tag, Tags, Text, Texts,
};
pub use category::{Category, CategoryDetails, CategoryFile, CategoryId};
pub use error::{FaqError, Half};
pub use events::FaqEvent;
pub use locale::{Languages, Locale};
pub use order::Order;
pub use ports::{FaqQueries, FaqTx};
pub use rights::Scope;
pub use search::FaqSearch;
pub use unanswered::UnansweredQueries;
pub use version::{ArticleVersion, CategoryVersion, Change};
