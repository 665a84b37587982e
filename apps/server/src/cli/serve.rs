//! `guichet serve`

use std::process::ExitCode;
use std::sync::Arc;

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::output::{chain, fail};
use crate::bootstrap::{StartError, start};
use crate::config::Config;
use crate::process::clock::SystemClock;
use crate::process::database::DatabaseError;
use crate::process::open_files;

pub(super) async fn run(config: &Config) -> ExitCode {
    let signals = signal(SignalKind::terminate())
        .and_then(|term| Ok((term, signal(SignalKind::interrupt())?)));
    let (mut term, mut int) = match signals {
        Ok(signals) => signals,
        Err(error) => return fail(&chain(&error), 1),
    };
    open_files::raise_limit();
    let server = match start(config, Arc::new(SystemClock)).await {
        Ok(server) => server,
        // A secret that is missing or too weak is a matter of configuration.
        Err(
            error @ (StartError::Secret(_)
            | StartError::Verifier(_)
            | StartError::Mail(_)
            | StartError::Database(DatabaseError::Url)),
        ) => {
            return fail(&chain(&error), 2);
        }
        Err(error) => return fail(&chain(&error), 1),
    };
    either(&mut term, &mut int).await;
    tracing::info!("stopping; a second signal stops at once");
    tokio::select! {
        () = server.stop() => ExitCode::SUCCESS,
        () = either(&mut term, &mut int) => fail("stopped at once", 1),
    }
}

async fn either(term: &mut Signal, int: &mut Signal) {
    tokio::select! {
        _ = term.recv() => {}
        _ = int.recv() => {}
    }
}
