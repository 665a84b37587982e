//! How content a customer is.

use chrono::{DateTime, Utc};
use shared_kernel::Body;

/// 1 to 5.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rating(u8);

impl Rating {
    /// Takes 1 to 5.
    pub fn new(stars: i64) -> Option<Self> {
        u8::try_from(stars)
            .ok()
            .filter(|stars| (1..=5).contains(stars))
            .map(Self)
    }

    /// The stars.
    pub fn get(self) -> u8 {
        self.0
    }
}

/// What the customer adds in words: up to 2,000 characters.
pub type Feedback = Body<0, 2_000>;

/// The rating of one closing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Satisfaction {
    pub rating: Rating,
    pub feedback: Option<Feedback>,
    pub rated_at: DateTime<Utc>,
}
