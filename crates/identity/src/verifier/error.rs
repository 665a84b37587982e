//! Why a token, or a verifier of tokens, is none.

use jsonwebtoken::Algorithm;

/// Why a token was refused. Says nothing about the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenRefused {
    /// It was valid once.
    #[error("the token has expired")]
    Expired,
    /// Forged, cut, or of somebody we do not believe.
    #[error("the token is not valid")]
    Invalid,
    /// There is an `Authorization` header, and it says something else, or two things.
    #[error("one Authorization header with one bearer token is expected")]
    Unclear,
    /// None was shown.
    #[error("there is no token")]
    Missing,
}

impl TokenRefused {
    /// The stable code of error answers.
    pub fn code(self) -> &'static str {
        match self {
            Self::Expired => "token_expired",
            Self::Invalid | Self::Unclear => "invalid_token",
            Self::Missing => "unauthorized",
        }
    }
}

/// Why no verifier could be made.
#[derive(Debug, thiserror::Error)]
pub enum VerifierError {
    /// This file of keys cannot be read.
    #[error("cannot read {0}")]
    File(String, #[source] std::io::Error),
    /// This file can be read, and is no key of that kind.
    #[error("{0} holds no key for {1:?}")]
    Key(String, Algorithm),
    /// Neither file is configured.
    #[error("auth.algorithm {0:?} needs auth.public_key_file or auth.jwks_file")]
    NoKey(Algorithm),
}
