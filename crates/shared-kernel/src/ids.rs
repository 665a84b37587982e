//! Identifiers. One newtype each, so that a customer's id is never passed for a ticket's.
//!
//! Ids of any earlier form stay valid (decimal, `msg_<ms>_<rand>`, an identity provider's
//! `sub`), so the only rules are a length the columns hold and printable ASCII without
//! characters that mean something in a path.

use std::fmt;

/// The longest id a column holds.
pub const MAX_ID_CHARS: usize = 50;

/// Why a text is not an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// Empty, or longer than [`MAX_ID_CHARS`].
    #[error("an id has 1 to {MAX_ID_CHARS} characters")]
    Length,
    /// A space, a control character, a slash, or anything outside ASCII.
    #[error("an id is made of printable ASCII without spaces or slashes")]
    Character,
}

fn check(text: &str) -> Result<(), IdError> {
    if text.is_empty() || text.len() > MAX_ID_CHARS {
        return Err(IdError::Length);
    }
    let allowed = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'/' | b'\\' | b'%' | b'"');
    if text.bytes().all(allowed) {
        Ok(())
    } else {
        Err(IdError::Character)
    }
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(String);

        impl $name {
            /// Takes a text that came from outside.
            ///
            /// # Errors
            /// [`IdError`] when it could not be an id.
            pub fn parse(text: impl Into<String>) -> Result<Self, IdError> {
                let text = text.into();
                check(&text)?;
                Ok(Self(text))
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
    TicketId
);
id!(
    /// An entry of a thread (response, internal note, message): `MSG-` and a ULID when we made it.
    EntryId
);
id!(
    /// A customer: `CST-` and a ULID when we made it, else the identity provider's `sub`.
    CustomerId
);
id!(
    /// A staff member.
    StaffId
);
id!(
    /// An order of the shop.
    OrderId
);
id!(
    /// An article of the knowledge base: `FAQ-` and 8 Crockford base-32 characters when we made it.
    FaqId
);
id!(
    /// Whoever a token speaks of. Customers and staff share one id space.
    UserId
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
