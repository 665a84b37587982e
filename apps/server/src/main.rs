//! The `guichet` program.

use std::process::ExitCode;

/// A request makes and drops hundreds of small values; this costs a fifth of the CPU of a message less.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    // One provider for JWT, SMTP and everything else; a second call would be refused, and harmless.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    guichet::cli::run().await
}
