//! What happened in conversations, for everybody else to hear.

use shared_kernel::{CustomerId, StaffId, UserId};

use crate::message::{Message, Side};

/// Something that happened to a message, which is how it stands afterwards.
#[derive(Debug, Clone, PartialEq)]
pub enum MessageEvent {
    Created {
        message: Message,
        to: Recipient,
    },
    Read {
        message: Message,
        reader: UserId,
    },
    Closed {
        message: Message,
        closer: UserId,
        /// The staff member in the conversation, where there is one.
        staff: Option<StaffId>,
    },
    /// Its author put it right.
    Updated {
        message: Message,
        /// The staff member in the conversation, where there is one.
        staff: Option<StaffId>,
    },
    /// It is hidden from both sides.
    Deleted {
        message: Message,
        by: UserId,
        /// The staff member in the conversation, where there is one.
        staff: Option<StaffId>,
    },
    /// It is hidden from its customer's lists, which is nobody else's matter.
    Archived {
        message: Message,
        by: UserId,
    },
}

/// The other participant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recipient {
    Customer(CustomerId),
    Staff(StaffId),
    /// Nobody of support is in the conversation yet.
    AllStaff,
}

impl Recipient {
    /// Whom a message of this side is for, in a conversation of these two.
    pub fn of(from: Side, customer: &CustomerId, staff: Option<&StaffId>) -> Self {
        match (from, staff) {
            (Side::Staff, _) => Self::Customer(customer.clone()),
            (Side::Customer, Some(staff)) => Self::Staff(staff.clone()),
            (Side::Customer, None) => Self::AllStaff,
        }
    }
}
