//! Reading one message, to show it or to change it.

use diesel::sql_types::Text;
use diesel_async::AsyncPgConnection;
use messages_domain::Message;
use shared_kernel::{EntryId, StoreError};

use super::rows::{COLUMNS, MessageRow};
use crate::error::from_diesel;
use crate::unit::statement::Statement;

/// Asks for a message.
pub(super) fn finding(id: &EntryId, lock: bool) -> Statement {
    let lock = if lock { "FOR NO KEY UPDATE" } else { "" };
    let sql = format!(
        "SELECT {COLUMNS} FROM ___xtr_msg m WHERE m.msg_id = {{}} AND m.msg_kind = 'message' {lock}"
    );
    Statement::new(sql).bind::<Text, _>(id.as_str().to_owned())
}

pub(super) async fn find(
    conn: &AsyncPgConnection,
    id: &EntryId,
) -> Result<Option<Message>, StoreError> {
    let row: Option<MessageRow> = finding(id, false).row(conn).await.map_err(from_diesel)?;
    row.map(Message::try_from).transpose()
}
