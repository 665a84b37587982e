//! The port every way of delivering mail stands behind.

use std::time::Duration;

use async_trait::async_trait;

use crate::message::RenderedEmail;

/// Why a mail was not delivered. Never holds a credential; safe to store and to show staff.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeliveryError {
    /// The way is blocked now: try the same mail again later.
    #[error("{reason}")]
    Temporary {
        /// What went wrong.
        reason: String,
        /// Trying earlier than this is known to be useless.
        retry_after: Option<Duration>,
        /// Whether any other mail would fail now too; false when only this one was put off, as greylisting does.
        channel_down: bool,
    },
    /// This mail will never be taken.
    #[error("{reason}")]
    Permanent {
        /// What went wrong.
        reason: String,
    },
}

impl DeliveryError {
    /// The channel itself is away, for nobody knows how long.
    pub fn channel_down(reason: impl Into<String>) -> Self {
        Self::Temporary {
            reason: reason.into(),
            retry_after: None,
            channel_down: true,
        }
    }

    /// The other side wants this mail later.
    pub fn put_off(reason: impl Into<String>) -> Self {
        Self::Temporary {
            reason: reason.into(),
            retry_after: None,
            channel_down: false,
        }
    }

    /// A failure that trying again does not mend.
    pub fn permanent(reason: impl Into<String>) -> Self {
        Self::Permanent {
            reason: reason.into(),
        }
    }
}

/// A way of delivering mail.
#[async_trait]
pub trait EmailChannel: Send + Sync {
    /// Delivers one mail. Returns within a bounded time. May deliver a mail twice under the same
    /// Message-ID when it cannot know whether the first time succeeded; never claims a delivery that did not happen.
    async fn send(&self, email: &RenderedEmail) -> Result<(), DeliveryError>;

    /// Where mail goes, for the log; without credentials.
    fn describe(&self) -> String;
}
