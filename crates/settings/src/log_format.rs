//! The form of lines on standard error.

use super::spelling::tidied;

/// How a log line looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    Text,
    Json,
}

impl LogFormat {
    /// Reads its word.
    pub(super) fn parse(text: &str) -> Option<Self> {
        match tidied(text).to_ascii_lowercase().as_str() {
            "text" => Some(Self::Text),
            "json" => Some(Self::Json),
            _ => None,
        }
    }
}
