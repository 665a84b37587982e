//! What the fuzz targets of the native dialect run; here so that `cargo test` runs the same.

use shared_kernel::{StreamId, UserId};
use uuid::Uuid;

use crate::log::cursor::CursorKey;
use crate::native::frames::{ClientFrame, ack};

/// Reads a client's frame and answers it.
pub fn frame(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else {
        return;
    };
    let Some(frame) = ClientFrame::parse(text) else {
        return;
    };
    assert!(frame.event.len() <= text.len());
    if let Some(id) = frame.id {
        // A number is written in full, an escape of six bytes gives one of two.
        assert!(ack(&id, &Ok(serde_json::Value::Null)).len() <= 6 * text.len() + 64);
    }
}

/// Reads a cursor, as it is and behind the digest that is asked for; what is accepted says as many numbers as there are
/// streams, and is written as a cursor that says the same.
pub fn cursor(input: &[u8]) {
    let Ok(user) = UserId::parse("fuzz") else {
        return;
    };
    let mut streams = StreamId::all_staff();
    streams.push(StreamId::user(&user));
    let key = CursorKey::new(streams.iter().map(|stream| (stream, Uuid::nil())));
    let (bare, attending) = (key.with_tail(false, input), key.with_tail(true, input));
    for text in [
        std::str::from_utf8(input).unwrap_or_default(),
        &bare,
        &attending,
    ] {
        if let Ok((numbers, attendance)) = key.decode(text) {
            assert_eq!(numbers.len(), streams.len());
            let written = key.encode(numbers.iter().copied(), &attendance);
            assert_eq!(key.decode(&written), Ok((numbers, attendance)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_bytes_are_a_frame(input in proptest::collection::vec(any::<u8>(), 0..300)) {
            frame(&input);
        }

        #[test]
        fn what_looks_like_a_frame_is_read(
            event in ".{0,20}",
            id in "-?[0-9]{1,400}|-?[0-9]{1,20}e[0-9]{1,3}|\".{0,70}\"",
            data in "null|\\{\\}|\\[{0,200}|\"(\\\\u[0-9a-f]{4}){0,5}\"",
        ) {
            frame(format!(r#"{{"event":"{event}","id":{id},"data":{data}}}"#).as_bytes());
        }

        #[test]
        fn any_bytes_are_a_cursor(input in proptest::collection::vec(any::<u8>(), 0..120)) {
            cursor(&input);
        }

        #[test]
        fn small_numbers_are_a_cursor(input in proptest::collection::vec(0..0x82_u8, 9..14)) {
            cursor(&input);
        }
    }
}
