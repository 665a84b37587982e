//! Categories: the shelves articles stand on.

use std::fmt;

use chrono::{DateTime, Utc};
use shared_kernel::{Body, Label, SingleLine, tidy};

use crate::order::Order;

/// A category's name: 1 to 120 characters.
pub type CategoryName = Label<1, 120>;
/// What a category is about: at most 1,000 characters.
pub type Description = Body<0, 1_000>;
/// An emoji or the name of an icon: at most 64 characters.
pub type Icon = SingleLine<1, 64>;

/// A category's id, chosen by whoever makes it: `orders`, `pneus-2`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CategoryId(String);

impl CategoryId {
    /// The longest there may be, in characters.
    pub const MAX_CHARS: usize = 50;

    /// Reads one, tidied; `None` for anything but 1 to 50 of `a`–`z`, `0`–`9`, `_` and `-`.
    pub fn parse(text: &str) -> Option<Self> {
        let text = tidy::copied(text);
        let allowed = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-');
        let fits = !text.is_empty() && text.len() <= Self::MAX_CHARS && text.bytes().all(allowed);
        fits.then(|| Self(text.into_owned()))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CategoryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for CategoryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What is said of a category, and may be said otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CategoryDetails {
    pub name: CategoryName,
    pub description: Description,
    pub icon: Option<Icon>,
    pub order: Order,
    /// What stands in an unpublished category is unpublished too.
    pub published: bool,
}

/// A category.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Category {
    pub id: CategoryId,
    pub details: CategoryDetails,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    /// Grows by one with every change, also over being deleted and made anew.
    pub version: u64,
}

/// A category, and how many articles of it its reader may see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CategoryFile {
    pub category: Category,
    pub articles: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_category_id_is_short_lower_case_and_plain() {
        for id in ["orders", "a", "pneus-2", "a_b", &"x".repeat(50)] {
            assert_eq!(CategoryId::parse(id).unwrap().as_str(), id);
        }
        for pasted in [
            " pneus-2\n",
            "pneus\u{2011}2\u{200b}",
            "\u{feff}pneus-2\u{a0}",
        ] {
            assert_eq!(CategoryId::parse(pasted).unwrap().as_str(), "pneus-2");
        }
        for id in [
            "",
            "Orders",
            "a b",
            "é",
            "a/b",
            "../x",
            "a\0",
            &"x".repeat(51),
        ] {
            assert!(CategoryId::parse(id).is_none(), "{id:?}");
        }
    }
}
