//! `guichet demo`

use std::process::ExitCode;

use super::open_desk::with_open_desk;
use super::output::{chain, say};
use crate::config::Config;
use crate::demo;

pub(super) async fn run(config: &Config) -> ExitCode {
    with_open_desk(config, async |core, _| {
        let tickets = demo::load(&core).await.map_err(|error| chain(&error))?;
        Ok(match tickets {
            0 => say("there are tickets already; nothing was loaded"),
            _ => say(&format!(
                "loaded a demonstration shop with {tickets} tickets"
            )),
        })
    })
    .await
}
