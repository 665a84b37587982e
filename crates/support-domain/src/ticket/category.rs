//! What a ticket is about.

/// The five categories of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Category {
    /// Anything else.
    General,
    /// Parts, fitting, breakdowns.
    Technical,
    /// Invoices and payments.
    Billing,
    /// Something went wrong.
    Complaint,
    /// Something could be better.
    Suggestion,
}

impl Category {
    /// Every category, in the order of the form.
    pub const ALL: [Self; 5] = [
        Self::General,
        Self::Technical,
        Self::Billing,
        Self::Complaint,
        Self::Suggestion,
    ];

    /// The word used everywhere.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::General => "general",
            Self::Technical => "technical",
            Self::Billing => "billing",
            Self::Complaint => "complaint",
            Self::Suggestion => "suggestion",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|category| category.as_str() == text)
    }
}
