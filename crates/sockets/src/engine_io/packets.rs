//! Packets on the wire. Parsing is `engineioxide-core`'s, held to what clients may send.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use engineioxide_core::{Packet, ProtocolVersion, Str};

use super::Frame;

/// Between the packets of one polling body.
const SEPARATOR: char = '\u{1e}';

/// Not a packet a client may send.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a packet of a client")]
pub(super) struct BadPacket;

/// Reads one packet of a client.
pub(super) fn parse(text: &str) -> Result<Packet, BadPacket> {
    let packet = Packet::parse(ProtocolVersion::V4, Str::copy_from_slice(text));
    match packet.map_err(|_| BadPacket)? {
        // The parser ignores what follows the type; `2abc` is no ping, and pings are ours to send.
        packet @ (Packet::Close | Packet::Pong | Packet::Upgrade | Packet::Noop)
            if text.len() == 1 =>
        {
            Ok(packet)
        }
        packet @ (Packet::PingUpgrade | Packet::Message(_) | Packet::Binary(_)) => Ok(packet),
        _ => Err(BadPacket),
    }
}

/// Reads the packets of a polling body.
pub(super) fn parse_payload(body: &[u8]) -> Result<Vec<Packet>, BadPacket> {
    let text = std::str::from_utf8(body).map_err(|_| BadPacket)?;
    text.split(SEPARATOR).map(parse).collect()
}

/// Writes the answer to a poll.
pub(super) fn payload(frames: &[Frame]) -> String {
    let size: usize = frames.iter().map(|frame| frame.size() + 1).sum();
    let mut text = String::with_capacity(size);
    for (index, frame) in frames.iter().enumerate() {
        if index > 0 {
            text.push(SEPARATOR);
        }
        match frame {
            Frame::Packet(packet) => text.push_str(packet),
            Frame::Binary(bytes) => {
                text.push('b');
                STANDARD.encode_string(bytes, &mut text);
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::web::Bytes;
    use proptest::prelude::*;

    #[test]
    fn a_client_sends_pongs_messages_and_goodbyes_and_no_pings() {
        assert_eq!(parse("3"), Ok(Packet::Pong));
        assert_eq!(parse("1"), Ok(Packet::Close));
        assert_eq!(parse("2probe"), Ok(Packet::PingUpgrade));
        assert_eq!(parse("4é"), Ok(Packet::Message("é".into())));
        for bad in [
            "", "2", "2abc", "3probe", "3x", "0{}", "7", "abc", "b*", "é", "1 ",
        ] {
            assert_eq!(parse(bad), Err(BadPacket), "{bad}");
        }
    }

    #[test]
    fn a_payload_mixes_text_and_bytes() {
        let packets = parse_payload(b"4hello\x1ebAQIDBA==").unwrap();
        assert_eq!(packets.len(), 2);
        let frames = [
            Frame::text("hello"),
            Frame::Binary(Bytes::from_static(&[1, 2, 3, 4])),
        ];
        assert_eq!(payload(&frames), "4hello\u{1e}bAQIDBA==");
        assert_eq!(parse_payload(b""), Err(BadPacket));
        assert_eq!(parse_payload(b"4a\x1e"), Err(BadPacket));
        assert_eq!(parse_payload(b"4\xff"), Err(BadPacket));
    }

    proptest! {
        #[test]
        fn no_body_panics_or_grows(body in proptest::collection::vec(any::<u8>(), 0..300)) {
            if let Ok(packets) = parse_payload(&body) {
                prop_assert!(packets.len() <= body.len() + 1);
            }
        }

        #[test]
        fn no_text_panics(text in "[0-7b]?.{0,60}") {
            let _ = parse(&text);
        }

        #[test]
        fn what_is_sent_is_read(messages in proptest::collection::vec("[^\u{1e}]{0,40}", 1..8)) {
            let frames: Vec<_> = messages.iter().map(|message| Frame::text(message)).collect();
            let read = parse_payload(payload(&frames).as_bytes()).unwrap();
            let sent: Vec<_> =
                messages.iter().map(|message| Packet::Message(Str::copy_from_slice(message))).collect();
            prop_assert_eq!(read, sent);
        }
    }
}
