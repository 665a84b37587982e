//! What the fuzz targets of the engine's codec run; here so that `cargo test` runs the same.

use engineioxide_core::Packet;

use super::{Frame, packets};

/// Reads a polling body and writes back what may be written: nothing is made up on the way.
pub fn payload(body: &[u8]) {
    let Ok(packets) = packets::parse_payload(body) else {
        return;
    };
    assert!(packets.len() <= body.len() + 1);
    let mut frames = Vec::new();
    let mut sent = Vec::new();
    for packet in packets {
        match &packet {
            Packet::Message(text) => frames.push(Frame::text(text)),
            Packet::Binary(bytes) => frames.push(Frame::Binary(bytes.clone())),
            _ => continue,
        }
        sent.push(packet);
    }
    let size: usize = frames.iter().map(Frame::size).sum();
    assert!(size <= body.len());
    if !frames.is_empty() {
        assert_eq!(
            packets::parse_payload(packets::payload(&frames).as_bytes()),
            Ok(sent)
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_bytes_are_a_body(body in proptest::collection::vec(any::<u8>(), 0..300)) {
            payload(&body);
        }

        #[test]
        fn what_looks_like_packets_is_read(
            packets in proptest::collection::vec("[1-6b]|2probe|4.{0,20}|b([A-Za-z0-9+/]{4}){0,6}", 1..12),
        ) {
            payload(packets.join("\u{1e}").as_bytes());
        }
    }
}
