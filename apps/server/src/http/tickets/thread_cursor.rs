//! Where to go on in a thread, towards its beginning.

use shared_kernel::EntryId;
use support_domain::ports::EntryPosition;

use crate::http::cursor::{self, Cursors};

/// Those of a thread.
pub(super) const THREAD: Cursors = Cursors("thread");

/// Writes the position before an entry.
pub(super) fn write(position: &EntryPosition) -> String {
    THREAD.written(&(position.micros, position.id.as_str()))
}

/// Reads what was written; `None` when it is no position.
pub(super) fn position(written: (i64, String)) -> Option<EntryPosition> {
    let (micros, id) = cursor::instant_and_id(written, EntryId::parse)?;
    Some(EntryPosition { micros, id })
}
