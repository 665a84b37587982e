//! Who becomes whom when a customer signs in for the first time.
//!
//! An address only typed into the form gives way to whoever proves it, whether or not the caller was
//! known; a proven one stays with whoever proved it.
//!
//! | somebody else has the address | the caller is new | the caller is known |
//! |---|---|---|
//! | nobody | entered, with it | it is theirs now |
//! | only typed | that customer becomes the caller | that customer goes up in the caller |
//! | proven | entered, without it | nothing |

use shared_kernel::CustomerId;

/// A customer who has the id or the address of a caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// Who.
    pub id: CustomerId,
    /// Whether a token vouched for their address; else it was only typed or entered.
    pub is_proven: bool,
    /// Whether name and telephone were typed into the public form, by whoever.
    pub is_typed: bool,
}

/// What becomes of a caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Arrival {
    /// They are entered.
    Enter {
        /// False when somebody else has proven the address.
        with_address: bool,
    },
    /// The customer whose address was only typed gets the caller's id: they were one person.
    Rename {
        /// That customer.
        typed: CustomerId,
    },
    /// What that customer wrote becomes the caller's, who has been known, and that customer goes.
    Absorb {
        /// That customer.
        typed: CustomerId,
    },
    /// They are known, and nobody else is them.
    Stay {
        /// Whether their token vouches for an address that is nobody else's.
        proves_address: bool,
    },
}

impl Arrival {
    /// Decides for the caller with this id, whose token vouches for an address or does not, from
    /// everybody found under that id and that address.
    pub fn of(own: &CustomerId, has_address: bool, found: &[Holder]) -> Self {
        let is_known = found.iter().any(|holder| holder.id == *own);
        let other = found.iter().find(|holder| holder.id != *own);
        match (is_known, other) {
            (true, Some(typed)) if !typed.is_proven => Self::Absorb {
                typed: typed.id.clone(),
            },
            (false, Some(typed)) if !typed.is_proven => Self::Rename {
                typed: typed.id.clone(),
            },
            (true, other) => Self::Stay {
                proves_address: has_address && other.is_none(),
            },
            (false, other) => Self::Enter {
                with_address: has_address && other.is_none(),
            },
        }
    }
}
