//! What this resource's answers are wrapped in.

use serde::Serialize;
use utoipa::ToSchema;

/// The envelope of this resource's answers.
#[derive(Debug, Serialize, ToSchema)]
pub struct Enveloped<T> {
    /// Always true; errors are problems.
    pub success: bool,
    pub data: T,
    /// What was done, in French.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<&'static str>,
}

impl<T> Enveloped<T> {
    /// An answer that only shows something.
    pub fn new(data: T) -> Self {
        Self {
            success: true,
            data,
            message: None,
        }
    }

    /// An answer to something that was done.
    pub fn done(data: T, message: &'static str) -> Self {
        Self {
            success: true,
            data,
            message: Some(message),
        }
    }
}

/// Something was done, and there is nothing to show.
#[derive(Debug, Serialize, ToSchema)]
pub struct DoneView {
    pub success: bool,
    pub message: &'static str,
}
