//! Who hears an entry because they have joined its conversation, as a column of the log: none for
//! most entries.

use serde_json::{Map, Value, json};
use shared_kernel::{Room, UserId};

/// Writes it.
pub(super) fn written(room: &Room) -> String {
    let mut all = json!({ "in": room.conversation });
    let told: Vec<&str> = room.told.iter().map(UserId::as_str).collect();
    let mut add = |name: &str, value: Value| {
        if let Value::Object(all) = &mut all {
            all.insert(name.to_owned(), value);
        }
    };
    if !told.is_empty() {
        add("told", json!(told));
    }
    if let Some(kind) = &room.kind {
        add("kind", json!(kind));
    }
    if !room.with.is_empty() {
        add("with", Value::Object(room.with.clone()));
    }
    if room.only {
        add("only", Value::Bool(true));
    }
    all.to_string()
}

/// Reads it back; none when it is not one of ours.
pub(super) fn read(stored: Value) -> Option<Room> {
    let Value::Object(mut stored) = stored else {
        return None;
    };
    let told = match stored.remove("told") {
        Some(Value::Array(told)) => told.iter().filter_map(Value::as_str).map(user).collect(),
        _ => Vec::new(),
    };
    Some(Room {
        conversation: text(&mut stored, "in")?,
        told,
        kind: text(&mut stored, "kind"),
        with: match stored.remove("with") {
            Some(Value::Object(with)) => with,
            _ => Map::new(),
        },
        only: stored.get("only") == Some(&Value::Bool(true)),
    })
}

fn user(id: &str) -> UserId {
    UserId::from_stored(id.to_owned())
}

fn text(stored: &mut Map<String, Value>, name: &str) -> Option<String> {
    match stored.remove(name) {
        Some(Value::String(text)) => Some(text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_room_is_read_as_it_was_written() {
        let mut with = Map::new();
        with.insert("type".to_owned(), json!("new_message"));
        let all = Room {
            conversation: "MSG-1".to_owned(),
            told: vec![user("staff-claire"), user("a|b")],
            kind: Some("newMessage".to_owned()),
            with,
            only: true,
        };
        let little = Room {
            conversation: "MSG-2".to_owned(),
            ..Room::default()
        };
        for room in [all, little] {
            let stored = serde_json::from_str(&written(&room)).unwrap();
            assert_eq!(read(stored), Some(room));
        }
        for other in [json!(null), json!([]), json!({}), json!({"in": 7})] {
            assert_eq!(read(other), None);
        }
    }
}
