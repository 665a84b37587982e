//! `guichet after-restore`

use std::process::ExitCode;

use settings::Config;

use super::open_desk::with_open_desk;
use super::output::{chain, say};
use crate::bootstrap::Core;

pub(super) async fn run(config: &Config) -> ExitCode {
    let renewed = async |core: Core, _: &str| {
        let streams = core.store.renew_epochs().await;
        streams.map_err(|error| chain(&error))
    };
    with_open_desk(config, renewed, |streams| {
        say(&format!(
            "{streams} streams have a new epoch; older cursors get resyncRequired"
        ))
    })
    .await
}
