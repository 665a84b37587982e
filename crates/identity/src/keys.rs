//! One secret, a key a purpose: what is signed for one is worth nothing for another.
//!
//! To add a purpose: a variant of [`Purpose`] and a word nothing else begins with. A word never
//! changes: links that were sent and ids that were given hang on it.

use hmac::{Hmac, Mac as _};
use sha2::Sha256;

/// A digest under a key, which has begun with the word of its purpose.
pub type Keyed = Hmac<Sha256>;

/// What the server's secret is used for, besides tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Links to rate a closing.
    RatingLink,
    /// Ids of customers who are met through the form.
    CustomerId,
    /// Readers of the knowledge base, told apart.
    FaqVisitor,
}

impl Purpose {
    fn word(self) -> &'static [u8] {
        match self {
            Self::RatingLink => b"rate\0",
            Self::CustomerId => b"customer\0",
            Self::FaqVisitor => b"faq-visitor\0",
        }
    }
}

/// The digest for a purpose, under this secret. Cloned for each value.
///
/// # Panics
/// Never: HMAC takes keys of any length.
#[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
pub fn keyed(secret: &[u8], purpose: Purpose) -> Keyed {
    let mut digest = Keyed::new_from_slice(secret).expect("any length");
    digest.update(purpose.word());
    digest
}
