//! Why the server could not start. To add a reason: a variant here, and in `cli::serve` whether it is one of
//! configuration.

use std::net::SocketAddr;

use faq_domain::FaqError;
use identity::{SecretError, VerifierError};
use shared_kernel::StoreError;

use super::mail::MailError;
use crate::process::database::DatabaseError;

/// Why the server could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Secret(#[from] SecretError),
    #[error(transparent)]
    Verifier(#[from] VerifierError),
    #[error(transparent)]
    Database(#[from] DatabaseError),
    #[error("the store cannot be set up")]
    Store(#[from] StoreError),
    #[error("the default articles cannot be entered")]
    DefaultArticles(#[from] FaqError),
    #[error(transparent)]
    Mail(#[from] MailError),
    #[error("cannot listen on {address}")]
    Bind {
        address: SocketAddr,
        #[source]
        source: std::io::Error,
    },
    #[error("cannot use the data folder {path}")]
    DataDir {
        path: String,
        #[source]
        source: std::io::Error,
    },
}
