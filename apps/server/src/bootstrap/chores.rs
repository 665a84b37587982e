//! Which chores there are.

use std::sync::Arc;

use super::core::Core;
use super::state::Shared;
use crate::jobs::chores::{
    Chore, CloseQuietTickets, CountUnanswered, FoldFigures, FoldRequestTimes, FollowArticles,
    ReviveDatabase, Sweep, TellPresence, WritePageViews,
};
use crate::process::database::Database;
use crate::process::telemetry;

/// Every chore of this instance.
pub(super) fn all(core: &Core, database: &Database, shared: &Shared) -> Vec<Arc<dyn Chore>> {
    let store = || core.store.clone();
    let clock = || Arc::clone(&core.clock);
    let follower = || Arc::clone(&shared.follower);
    let mut chores: Vec<Arc<dyn Chore>> = vec![
        Arc::new(TellPresence {
            presence: Arc::clone(&shared.presence),
        }),
        Arc::new(FoldFigures { store: store() }),
        Arc::new(CloseQuietTickets {
            work: Arc::clone(&core.work),
            clock: clock(),
            ids: Arc::clone(&core.ids),
        }),
        Arc::new(Sweep {
            store: store(),
            clock: clock(),
        }),
        Arc::new(FoldRequestTimes {
            metrics: telemetry::metrics(),
        }),
        Arc::new(FollowArticles {
            follower: follower(),
        }),
        Arc::new(WritePageViews {
            follower: follower(),
        }),
        Arc::new(CountUnanswered {
            searches: Arc::clone(&shared.unanswered),
        }),
    ];
    if let Some(database) = database.private() {
        chores.push(Arc::new(ReviveDatabase { database }));
    }
    chores
}
