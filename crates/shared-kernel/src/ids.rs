//! Identifiers. One newtype each, so that a customer's id is never passed for a ticket's.
//!
//! Ids of any earlier form stay valid (decimal, `msg_<ms>_<rand>`, an identity provider's
//! `sub`), so the only rules are a length the columns hold and printable ASCII. People's ids are
//! somebody else's: all that `OpenID` Connect lets a `sub` be, but for spaces. Ids of things stand in
//! paths, so they are shorter and have no character that means something there.

use std::fmt;

use crate::tidy;

/// The longest id of a thing.
pub const MAX_ID_CHARS: usize = 50;

/// The longest id of a person: what `OpenID` Connect allows a `sub` (Core 1.0 §2).
pub const MAX_PERSON_ID_CHARS: usize = 255;

/// What an id of a thing does not have.
const IN_PATHS: &[u8] = b"/\\%\"";

/// Why a text is not an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// Empty, or longer than the longest there may be.
    #[error("this id has 1 to {max} characters")]
    Length {
        /// The greatest length allowed, in characters.
        max: usize,
    },
    /// A space, a control character or anything outside ASCII; in the id of a thing also what means
    /// something in a path.
    #[error("an id is made of printable ASCII without spaces, that of a thing without slashes")]
    Character,
}

fn check(text: &str, max: usize, refused: &[u8]) -> Result<(), IdError> {
    if text.is_empty() || text.len() > max {
        return Err(IdError::Length { max });
    }
    let allowed = |byte: u8| byte.is_ascii_graphic() && !refused.contains(&byte);
    if text.bytes().all(allowed) {
        Ok(())
    } else {
        Err(IdError::Character)
    }
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $max:expr, $refused:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(String);

        impl $name {
            /// The longest there may be, in characters.
            pub const MAX_CHARS: usize = $max;

            /// Takes an id as a machine wrote it, every character of which counts.
            ///
            /// # Errors
            /// [`IdError`] when it could not be an id.
            pub fn parse(text: impl Into<String>) -> Result<Self, IdError> {
                let text = text.into();
                check(&text, Self::MAX_CHARS, $refused)?;
                Ok(Self(text))
            }

            /// Takes an id that somebody typed or pasted: what is only formatting is tidied away.
            ///
            /// # Errors
            /// [`IdError`] when it could not be an id.
            pub fn typed(text: &str) -> Result<Self, IdError> {
                Self::parse(tidy::copied(text))
            }

            /// Takes it back from the store, where another system may have written it by a rule of its own.
            pub fn from_stored(text: String) -> Self {
                Self(text)
            }

            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

id!(
    /// A ticket: `TICKET-` and 8 Crockford base-32 characters when we made it.
    TicketId, MAX_ID_CHARS, IN_PATHS
);
id!(
    /// An entry of a thread (response, internal note, message): `MSG-` and a ULID when we made it.
    EntryId, MAX_ID_CHARS, IN_PATHS
);
id!(
    /// A customer: `CST-` and a ULID when we made it, else the identity provider's `sub`.
    CustomerId, MAX_PERSON_ID_CHARS, b""
);
id!(
    /// A staff member.
    StaffId, MAX_PERSON_ID_CHARS, b""
);
id!(
    /// An order of the shop.
    OrderId, MAX_ID_CHARS, IN_PATHS
);
id!(
    /// An article of the knowledge base: `FAQ-` and 8 Crockford base-32 characters when we made it.
    FaqId, MAX_ID_CHARS, IN_PATHS
);
id!(
    /// Whoever a token speaks of. Customers and staff share one id space.
    UserId, MAX_PERSON_ID_CHARS, b""
);

impl UserId {
    /// The same person as a customer.
    pub fn as_customer(&self) -> CustomerId {
        CustomerId(self.0.clone())
    }

    /// The same person as a staff member.
    pub fn as_staff(&self) -> StaffId {
        StaffId(self.0.clone())
    }
}

impl From<&CustomerId> for UserId {
    fn from(id: &CustomerId) -> Self {
        Self(id.0.clone())
    }
}

impl From<&StaffId> for UserId {
    fn from(id: &StaffId) -> Self {
        Self(id.0.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_every_earlier_form_stay_valid() {
        for id in [
            "42",
            "msg_1700000000000_ab12",
            "TICKET-ABC123",
            "auth0|64f",
            "a@b.fr",
        ] {
            assert_eq!(TicketId::parse(id).unwrap().as_str(), id);
        }
    }

    #[test]
    fn a_persons_id_is_whatever_openid_connect_allows() {
        for id in [
            "https://issuer.example/users/7?x=1&y=%20",
            "arn:aws:iam::123456789012:user/Jean",
            "CN=\"Dupont,Jean\"\\Shop",
            &"x".repeat(255),
        ] {
            assert_eq!(UserId::parse(id).unwrap().as_str(), id);
            assert_eq!(CustomerId::parse(id).unwrap().as_str(), id);
            assert_eq!(StaffId::parse(id).unwrap().as_str(), id);
        }
        for id in ["", "a b", "a\0b", "é", "a\u{200b}", &"x".repeat(256)] {
            assert!(UserId::parse(id).is_err(), "{id:?}");
        }
    }

    #[test]
    fn a_pasted_id_is_taken_without_what_came_along() {
        for text in [
            " TICKET-1\n",
            "TICKET\u{2011}1\u{200b}",
            "\u{feff}TICKET-1\u{a0}",
        ] {
            assert_eq!(
                TicketId::typed(text).unwrap().as_str(),
                "TICKET-1",
                "{text:?}"
            );
        }
        for text in ["", " ", "TICKET 1", "TICKET-1\0", "TICKET-1\nTICKET-2"] {
            assert!(TicketId::typed(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn an_id_never_holds_a_path_a_control_or_too_much() {
        for id in [
            "",
            "../../etc/passwd",
            "a b",
            "a\0b",
            "é",
            "a%2fb",
            &"x".repeat(51),
        ] {
            assert!(TicketId::parse(id).is_err(), "{id:?}");
        }
    }
}
