//! How pressing a ticket is.

/// The four priorities, most pressing first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Priority {
    /// Somebody is stuck on the roadside.
    Urgent,
    /// Cannot wait for tomorrow.
    High,
    /// The usual.
    Normal,
    /// When there is time.
    Low,
}

impl Priority {
    /// Every priority, most pressing first.
    pub const ALL: [Self; 4] = [Self::Urgent, Self::High, Self::Normal, Self::Low];

    /// The word used everywhere.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Urgent => "urgent",
            Self::High => "high",
            Self::Normal => "normal",
            Self::Low => "low",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|priority| priority.as_str() == text)
    }

    /// Its place when sorting: 0 is the least pressing.
    pub fn rank(self) -> i16 {
        match self {
            Self::Urgent => 3,
            Self::High => 2,
            Self::Normal => 1,
            Self::Low => 0,
        }
    }
}
