//! The domains' words as callers see them: each is one of a list, and the OpenAPI document knows the list.
//!
//! To show one more kind of word: a line in `words!`, and its type in the view.

use serde::{Serialize, Serializer};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{Object, Schema, SchemaType, Type};
use utoipa::{PartialSchema, ToSchema};

macro_rules! words {
    ($($(#[doc = $about:expr])* $name:ident: $domain:ty = $all:expr;)*) => {$(
        $(#[doc = $about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub struct $name($domain);

        impl From<$domain> for $name {
            fn from(word: $domain) -> Self {
                Self(word)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.0.as_str())
            }
        }

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                one_of(&$all.map(<$domain>::as_str), concat!($($about,)*))
            }
        }

        impl ToSchema for $name {}
    )*};
}

words! {
    /// How pressing a ticket is.
    TicketPriority: support_domain::Priority = support_domain::Priority::ALL;
    /// What a ticket is about.
    TicketCategory: support_domain::Category = support_domain::Category::ALL;
    /// Where a ticket is in its life.
    TicketStatus: support_domain::Status = support_domain::Status::ALL;
    /// Which side wrote an entry of a ticket's thread.
    EntryAuthor: support_domain::thread::AuthorKind = [
        support_domain::thread::AuthorKind::Customer,
        support_domain::thread::AuthorKind::Staff,
    ];
    /// How pressing a message is.
    MessagePriority: messages_domain::Priority = messages_domain::Priority::ALL;
    /// Whether a message still asks for attention.
    MessageStatus: messages_domain::State = [messages_domain::State::Open, messages_domain::State::Closed];
    /// Which side wrote a message.
    MessageAuthor: messages_domain::Side = [messages_domain::Side::Customer, messages_domain::Side::Staff];
    /// What was done to an article.
    ArticleChange: faq_domain::Change = faq_domain::Change::ALL;
}

/// Yes or no, as the table has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flag(pub bool);

impl Serialize for Flag {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(if self.0 { "1" } else { "0" })
    }
}

impl PartialSchema for Flag {
    fn schema() -> RefOr<Schema> {
        one_of(&["0", "1"], "`1` for yes, `0` for no.")
    }
}

impl ToSchema for Flag {}

fn one_of(words: &[&'static str], about: &str) -> RefOr<Schema> {
    let mut text = Object::with_type(SchemaType::Type(Type::String));
    text.enum_values = Some(words.iter().map(|word| (*word).into()).collect());
    text.description = Some(about.trim().to_owned());
    RefOr::T(text.into())
}
