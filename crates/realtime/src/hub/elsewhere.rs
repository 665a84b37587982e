//! Events nobody stores, on their way to other instances: a line of JSON each.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use shared_kernel::UserId;

use super::rooms::RoomId;
use crate::dialect::{ServerEvent, json_text};

/// A room by its name.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Room<'a> {
    User(Cow<'a, str>),
    Conversation(Cow<'a, str>),
    Staff,
}

#[derive(Debug, Serialize, Deserialize)]
struct Passing<'a> {
    rooms: Vec<Room<'a>>,
    name: Cow<'a, str>,
    data: Cow<'a, Value>,
    /// Whose connections it is not for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    except: Option<Cow<'a, str>>,
}

/// Writes the line.
pub(crate) fn written(rooms: &[RoomId], event: &ServerEvent, except: Option<&UserId>) -> String {
    let rooms = rooms.iter().map(|room| match room {
        RoomId::User(id) => Room::User(id.as_str().into()),
        RoomId::Conversation(id) => Room::Conversation(id.into()),
        RoomId::Staff => Room::Staff,
    });
    json_text(&Passing {
        rooms: rooms.collect(),
        name: event.name.as_ref().into(),
        data: Cow::Borrowed(&event.data),
        except: except.map(|user| user.as_str().into()),
    })
}

/// Reads a line: the rooms, the event, and whose connections it is not for; none when it is not one
/// of ours.
pub(crate) fn read(line: &str) -> Option<(Vec<RoomId>, ServerEvent, Option<UserId>)> {
    let passing: Passing<'_> = serde_json::from_str(line).ok()?;
    let rooms = passing.rooms.into_iter().map(|room| match room {
        Room::User(id) => UserId::parse(id.into_owned()).ok().map(RoomId::User),
        Room::Conversation(id) => Some(RoomId::Conversation(id.into_owned())),
        Room::Staff => Some(RoomId::Staff),
    });
    let except = passing
        .except
        .map(|id| UserId::from_stored(id.into_owned()));
    let event = ServerEvent {
        name: passing.name.into_owned().into(),
        data: passing.data.into_owned(),
    };
    Some((rooms.collect::<Option<_>>()?, event, except))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_event_survives_the_journey_on_one_line() {
        let rooms = vec![
            RoomId::User(UserId::parse("7").unwrap()),
            RoomId::Conversation("T \"1\"\n".into()),
            RoomId::Staff,
        ];
        let event = ServerEvent {
            name: "userTyping".into(),
            data: json!({"userEmail": "é\n\u{2028}", "isTyping": true}),
        };
        for except in [None, UserId::parse("7").ok()] {
            let line = written(&rooms, &event, except.as_ref());
            assert!(!line.contains('\n'));
            assert_eq!(read(&line), Some((rooms.clone(), event.clone(), except)));
        }
    }

    #[test]
    fn anything_else_is_ignored() {
        for line in [
            "",
            "x",
            "{}",
            "[]",
            r#"{"rooms":[{"user":""}],"name":"x","data":{}}"#,
            r#"{"rooms":["admin"],"name":"x","data":{}}"#,
        ] {
            assert_eq!(read(line), None, "{line}");
        }
    }
}
