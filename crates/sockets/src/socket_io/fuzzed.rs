//! What the fuzz target of the Socket.IO codec runs; here so that `cargo test` runs the same.

use std::time::Duration;

use actix_web::web::Bytes;

use super::packets::{Asks, AttachmentLimits, Decoder};
use crate::engine_io::Str;

const LIMITS: AttachmentLimits = AttachmentLimits {
    count: 3,
    bytes: 64,
    wait: Duration::from_secs(10),
};
/// Between two messages of one connection; no UTF-8 text has it.
pub const SEPARATOR: u8 = 0xff;

/// Reads the messages of one connection: those that are UTF-8 as texts, the others as attachments.
pub fn messages(input: &[u8]) {
    let decoder = Decoder::new(LIMITS);
    for message in input.split(|byte| *byte == SEPARATOR) {
        let read = match std::str::from_utf8(message) {
            Ok(text) => decoder.text(Str::copy_from_slice(text)),
            Err(_) => decoder.binary(Bytes::copy_from_slice(message)),
        };
        let Ok(Some(packet)) = read else {
            continue;
        };
        assert!(packet.namespace.len() <= message.len().max(input.len()));
        if let Asks::Event(event) = packet.asks {
            assert!(event.args.len() <= input.len());
            assert!(event.attachments.len() <= LIMITS.count);
            let bytes: usize = event.attachments.iter().map(Bytes::len).sum();
            assert!(bytes <= LIMITS.bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_bytes_are_messages(input in proptest::collection::vec(any::<u8>(), 0..300)) {
            messages(&input);
        }

        #[test]
        fn what_looks_like_packets_is_read(
            sent in proptest::collection::vec(
                prop_oneof![
                    r#"[0-6]([0-9]{1,20}-)?(/[a-zé]{0,5},?)?[0-9]{0,20}(\["m",\{"_placeholder":true,"num":[0-9]{1,20}\}\]|\[.{0,20}\]|\{.{0,20}\})?"#
                        .prop_map(String::into_bytes),
                    proptest::collection::vec(0x80..0xfe_u8, 1..40),
                ],
                0..12,
            ),
        ) {
            messages(&sent.join(&SEPARATOR));
        }

        #[test]
        fn deep_nesting_is_refused(depth in 100..5_000_usize) {
            messages(format!("2[\"m\",{}", "[".repeat(depth)).as_bytes());
        }
    }
}
