//! What a use case tells, written with its change.

use shared_kernel::Done;

use super::DeskTx;
use crate::events::{Translate, Translator};

/// Adds to a transaction what the events of a use case come to; answers its value.
pub(super) fn write_consequences<T, V: Translate>(
    translator: &Translator,
    tx: &mut dyn DeskTx,
    done: Done<T, V>,
) -> T {
    for event in done.events {
        tx.write(event.translate(translator));
    }
    done.value
}
