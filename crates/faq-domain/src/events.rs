//! What happened in the knowledge base, for every server to hear: what it remembers has passed.

use shared_kernel::FaqId;

use crate::category::CategoryId;
use crate::version::Change;

/// Something that changed what readers read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FaqEvent {
    Article {
        id: FaqId,
        version: u64,
        change: Change,
    },
    Category {
        id: CategoryId,
        version: u64,
        change: Change,
    },
}
