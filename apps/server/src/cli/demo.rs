//! `guichet demo`

use std::process::ExitCode;

use settings::Config;

use super::open_desk::with_open_desk;
use super::output::{chain, say};
use crate::bootstrap::Core;
use crate::demo;

pub(super) async fn run(config: &Config) -> ExitCode {
    let loaded = async |core: Core, _: &str| {
        let tickets = demo::load(&core).await;
        tickets.map_err(|error| chain(&error))
    };
    with_open_desk(config, loaded, |tickets| match tickets {
        0 => say("there are tickets already; nothing was loaded"),
        _ => say(&format!(
            "loaded a demonstration shop with {tickets} tickets"
        )),
    })
    .await
}
