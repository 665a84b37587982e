//! What other instances tell, on its way to those who want to know.

use std::sync::Arc;

use realtime::Hub;
use realtime::log::RelayHandle;
use store_pg::{WakeupHint, WakeupListener};

use crate::faq::follower::Follower;

/// Takes what other instances tell to the relay, the hub and the knowledge base.
pub struct Heard {
    pub relay: RelayHandle,
    pub hub: Arc<Hub>,
    pub follower: Arc<Follower>,
}

impl WakeupListener for Heard {
    fn connected(&self) {
        self.relay.compare_all();
    }

    fn reached(&self, hints: Vec<WakeupHint>) {
        self.follower.nudge(&hints);
        self.relay.nudge(&hints);
    }

    fn passing(&self, line: &str) {
        self.hub.heard_elsewhere(line);
    }
}
