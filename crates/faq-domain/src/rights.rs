//! Who sees what of the knowledge base. The one place; every exit asks here.
//!
//! Writing and versions are for staff, which the routes say (`StaffOnly`).

use shared_kernel::Caller;

use crate::article::ArticleFile;
use crate::category::Category;

/// What a caller may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Everybody: what is published, in a category that is published.
    Published,
    /// Staff: everything.
    All,
}

impl Scope {
    /// The scope of a caller.
    pub fn of(caller: &Caller) -> Self {
        match caller.actor() {
            Some(actor) if actor.role.is_staff() => Self::All,
            Some(_) | None => Self::Published,
        }
    }

    /// Whether this scope holds an article.
    pub fn holds(self, file: &ArticleFile) -> bool {
        self == Self::All || file.is_public()
    }

    /// Whether this scope holds a category.
    pub fn holds_category(self, category: &Category) -> bool {
        self == Self::All || category.details.published
    }
}

#[cfg(test)]
mod tests {
    use shared_kernel::{Actor, Role, UserId};

    use super::*;

    #[test]
    fn only_staff_see_what_is_not_published() {
        let of = |role| {
            Scope::of(&Caller::Known(Actor {
                id: UserId::parse("u1").unwrap(),
                role,
                email: None,
                name: None,
            }))
        };
        assert_eq!(Scope::of(&Caller::Anonymous), Scope::Published);
        assert_eq!(of(Role::Customer), Scope::Published);
        assert_eq!(of(Role::Staff), Scope::All);
        assert_eq!(of(Role::Admin), Scope::All);
    }
}
