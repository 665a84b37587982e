//! The `guichet` program.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    // One provider for JWT, SMTP and everything else; a second call would be refused, and harmless.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    guichet::cli::run().await
}
