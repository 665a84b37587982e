//! Which failures are worth another attempt.

use faq_domain::FaqError;
use faq_domain::use_cases::ImportError;
use messages_domain::MessagesError;
use shared_kernel::StoreError;
use support_domain::SupportError;

/// Tells whether running the whole again may help.
pub trait Collides {
    /// True when two transactions stood in each other's way.
    fn is_collision(&self) -> bool;
}

impl Collides for StoreError {
    /// What a use case had found and was gone when it wrote is one too: somebody took it away in
    /// between, and the use case finds that out when it looks again.
    fn is_collision(&self) -> bool {
        matches!(self, Self::Collision | Self::MissingReference(_))
    }
}

impl Collides for SupportError {
    fn is_collision(&self) -> bool {
        matches!(self, Self::Store(error) if error.is_collision())
    }
}

impl Collides for MessagesError {
    fn is_collision(&self) -> bool {
        matches!(self, Self::Store(error) if error.is_collision())
    }
}

impl Collides for FaqError {
    fn is_collision(&self) -> bool {
        matches!(self, Self::Store(error) if error.is_collision())
    }
}

impl Collides for ImportError {
    fn is_collision(&self) -> bool {
        matches!(self, Self::Faq(error) if error.is_collision())
    }
}
