//! `guichet check-config`

use std::process::ExitCode;

use super::output::{chain, fail, say};
use crate::auth::{TokenVerifier, signing_secret};
use crate::bootstrap::mail;
use crate::config::Config;

/// Everything that can be refused without touching the network.
pub(super) fn run(config: &Config) -> ExitCode {
    let secret = match signing_secret(config) {
        Ok(secret) => secret,
        Err(error) => return fail(&chain(&error), 2),
    };
    if let Err(error) = TokenVerifier::new(&config.auth, &secret) {
        return fail(&chain(&error), 2);
    }
    if let Err(error) = mail::channel(
        config,
        std::sync::Arc::new(crate::process::clock::SystemClock),
    ) {
        return fail(&chain(&error), 2);
    }
    say(&format!("{config:#?}"));
    say("the configuration is good")
}
