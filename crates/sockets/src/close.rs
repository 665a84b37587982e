//! Why a socket is closed, and the code its peer sees.
//!
//! The codes are part of the protocol: they say whether to come back (1012, 1013, 4401 with a new
//! token) or to change something first. To add one: a variant, its code and its text.

/// Why a socket is closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CloseReason {
    /// The peer said goodbye.
    Normal,
    /// The peer is no longer there; nothing can be sent.
    Gone,
    /// The peer answered no ping in time.
    PingTimeout,
    /// The peer broke the WebSocket protocol.
    Protocol,
    /// Binary frames are not spoken here.
    Binary,
    /// A text frame that is not UTF-8.
    NotText,
    /// A message above the limit.
    TooLarge,
    /// The server stops, or its log was replaced: come back.
    Restart,
    /// The peer reads slower than events come: come back with the cursor.
    SlowConsumer,
    /// The server cannot serve this now: come back later.
    Unavailable,
    /// No token was shown in time.
    AuthTimeout,
    /// The token is bad or no longer good; its code says how.
    Unauthorized(&'static str),
    /// More events than allowed, and warnings ignored.
    Flood,
    /// This user has too many connections.
    TooManyConnections,
}

impl CloseReason {
    /// The code of the close frame.
    pub fn code(&self) -> u16 {
        match self {
            Self::Normal => 1000,
            Self::Gone | Self::PingTimeout => 1001,
            Self::Protocol => 1002,
            Self::Binary => 1003,
            Self::NotText => 1007,
            Self::TooLarge => 1009,
            Self::Restart => 1012,
            Self::SlowConsumer | Self::Unavailable => 1013,
            Self::Unauthorized(_) => 4401,
            Self::AuthTimeout => 4408,
            Self::Flood | Self::TooManyConnections => 4429,
        }
    }

    /// The stable word for the close frame, logs and metrics.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Gone => "gone",
            Self::PingTimeout => "ping_timeout",
            Self::Protocol => "protocol_error",
            Self::Binary => "binary_not_supported",
            Self::NotText => "not_text",
            Self::TooLarge => "message_too_large",
            Self::Restart => "restart",
            Self::SlowConsumer => "slow_consumer",
            Self::Unavailable => "unavailable",
            Self::AuthTimeout => "auth_timeout",
            Self::Unauthorized(code) => code,
            Self::Flood => "too_many_events",
            Self::TooManyConnections => "too_many_connections",
        }
    }
}
