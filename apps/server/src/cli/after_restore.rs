//! `guichet after-restore`

use std::process::ExitCode;

use super::open_desk::with_open_desk;
use super::output::{chain, say};
use crate::config::Config;

pub(super) async fn run(config: &Config) -> ExitCode {
    with_open_desk(config, async |core, _| {
        let streams = core.store.renew_epochs().await;
        let streams = streams.map_err(|error| chain(&error))?;
        Ok(say(&format!(
            "{streams} streams have a new epoch; older cursors get resyncRequired"
        )))
    })
    .await
}
