//! Which chores there are.

use std::sync::Arc;

use super::core::Core;
use crate::jobs::chores::{
    Chore, CloseQuietTickets, FoldFigures, FoldRequestTimes, ReviveDatabase, Sweep,
};
use crate::process::database::Database;
use crate::process::telemetry;

/// Every chore of this instance.
pub(super) fn all(core: &Core, database: &Database) -> Vec<Arc<dyn Chore>> {
    let store = || core.store.clone();
    let clock = || Arc::clone(&core.clock);
    let mut chores: Vec<Arc<dyn Chore>> = vec![
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
    ];
    if let Some(database) = database.private() {
        chores.push(Arc::new(ReviveDatabase { database }));
    }
    chores
}
