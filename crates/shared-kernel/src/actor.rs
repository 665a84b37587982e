//! Who acts.

use crate::contact::EmailAddress;
use crate::ids::UserId;

/// What somebody may do in general; the rights table says what in particular.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// A customer of the shop.
    Customer,
    /// A member of the support team.
    Staff,
    /// A member of the support team who also runs the desk.
    Admin,
}

impl Role {
    /// The claim's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Staff => "staff",
            Self::Admin => "admin",
        }
    }

    /// Reads the claim's word, in capitals or not: issuers write `Staff` and `ADMIN` too.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Customer, Self::Staff, Self::Admin]
            .into_iter()
            .find(|role| role.as_str().eq_ignore_ascii_case(text))
    }

    /// Staff and admins.
    pub fn is_staff(self) -> bool {
        self >= Self::Staff
    }
}

/// A caller who proved who they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The token's `sub`.
    pub id: UserId,
    /// What they may do.
    pub role: Role,
    /// The e-mail the identity provider vouches for; absent when it said `email_verified: false`.
    pub email: Option<EmailAddress>,
    /// The name to show others, as [`given_name`](crate::given_name()) finds it.
    pub name: Option<String>,
}

impl Actor {
    /// Staff and admins.
    pub fn is_staff(&self) -> bool {
        self.role.is_staff()
    }

    /// Admins.
    pub fn is_admin(&self) -> bool {
        self.role == Role::Admin
    }
}

/// Somebody at the door: known, or the public.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// No token was shown.
    Anonymous,
    /// A valid token was shown.
    Known(Actor),
}

impl Caller {
    /// The actor, if there is one.
    pub fn actor(&self) -> Option<&Actor> {
        match self {
            Self::Anonymous => None,
            Self::Known(actor) => Some(actor),
        }
    }
}
