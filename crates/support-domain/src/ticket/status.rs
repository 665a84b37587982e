//! Where a ticket stands.

/// The five states of a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// New: nobody has answered or taken it.
    Open,
    /// Assigned, or the customer spoke last after an answer.
    InProgress,
    /// Support spoke last.
    WaitingCustomer,
    /// Closed by support; the customer may still answer, which reopens it.
    Resolved,
    /// Closed by the customer, rated, or resolved for [`super::DAYS_RESOLVED_UNTIL_CLOSED`] days.
    Closed,
}

/// The two states a caller may ask for, and by which lists are filtered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StatusGroup {
    /// [`Status::Open`], [`Status::InProgress`] and [`Status::WaitingCustomer`].
    Open,
    /// [`Status::Resolved`] and [`Status::Closed`].
    Closed,
}

impl Status {
    /// Every state, in the order of a ticket's life.
    pub const ALL: [Self; 5] = [
        Self::Open,
        Self::InProgress,
        Self::WaitingCustomer,
        Self::Resolved,
        Self::Closed,
    ];

    /// The word used everywhere.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::InProgress => "in_progress",
            Self::WaitingCustomer => "waiting_customer",
            Self::Resolved => "resolved",
            Self::Closed => "closed",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }

    /// Which of the two groups it belongs to.
    pub fn group(self) -> StatusGroup {
        match self {
            Self::Open | Self::InProgress | Self::WaitingCustomer => StatusGroup::Open,
            Self::Resolved | Self::Closed => StatusGroup::Closed,
        }
    }

    /// Whether the ticket still asks for work.
    pub fn is_open(self) -> bool {
        self.group() == StatusGroup::Open
    }
}

impl StatusGroup {
    /// The word used everywhere.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "open" => Some(Self::Open),
            "closed" => Some(Self::Closed),
            _ => None,
        }
    }

    /// The states of this group.
    pub fn members(self) -> Vec<Status> {
        Status::ALL
            .into_iter()
            .filter(|status| status.group() == self)
            .collect()
    }
}
