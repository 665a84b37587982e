//! New messages, as a commit or a statement of its own adds them.

use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, Nullable, Text, Timestamptz};
use messages_domain::Message;
use shared_kernel::{EntryId, OrderId, StaffId};

use crate::unit::statement::Statement;

/// Adds messages: a statement of its own, or a CTE of the one that commits.
pub(crate) const INSERT: &str = "\
INSERT INTO ___xtr_msg (msg_kind, msg_id, msg_cst_id, msg_cnfa_id, msg_ord_id, msg_parent_id, msg_author_id, msg_author_kind,
    msg_subject, msg_content, msg_priority, msg_date, created_at, updated_at)
SELECT 'message', id, customer, staff, ord, root, author, side, subject, content, priority, at, at, updated
FROM unnest({}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {})
    AS m (id, customer, staff, ord, root, author, side, subject, content, priority, at, updated) /*if known*/";

/// Binds messages to [`INSERT`].
pub(crate) fn bind(statement: Statement, messages: &[Message]) -> Statement {
    let texts = |of: fn(&Message) -> &str| -> Vec<String> {
        messages.iter().map(|one| of(one).to_owned()).collect()
    };
    let maybe = |of: fn(&Message) -> Option<&str>| -> Vec<Option<String>> {
        let names = messages.iter().map(of);
        names.map(|name| name.map(str::to_owned)).collect()
    };
    let instants = |of: fn(&Message) -> DateTime<Utc>| messages.iter().map(of).collect::<Vec<_>>();
    statement
        .bind::<Array<Text>, _>(texts(|one| one.id.as_str()))
        .bind::<Array<Text>, _>(texts(|one| one.customer.as_str()))
        .bind::<Array<Nullable<Text>>, _>(maybe(|one| one.staff.as_ref().map(StaffId::as_str)))
        .bind::<Array<Nullable<Text>>, _>(maybe(|one| one.order.as_ref().map(OrderId::as_str)))
        .bind::<Array<Nullable<Text>>, _>(maybe(|one| one.root.as_ref().map(EntryId::as_str)))
        .bind::<Array<Text>, _>(texts(|one| one.author.as_str()))
        .bind::<Array<Text>, _>(texts(|one| one.author_side.as_str()))
        .bind::<Array<Text>, _>(texts(|one| one.subject.as_str()))
        .bind::<Array<Text>, _>(texts(|one| one.content.as_str()))
        .bind::<Array<Text>, _>(texts(|one| one.priority.as_str()))
        .bind::<Array<Timestamptz>, _>(instants(|one| one.created_at))
        .bind::<Array<Timestamptz>, _>(instants(|one| one.updated_at))
}
