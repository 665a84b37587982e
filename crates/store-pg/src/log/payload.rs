//! What a NOTIFY between instances carries: the sender's name, and behind it hints or lines.

use std::collections::HashMap;

use shared_kernel::StreamId;
use uuid::Uuid;

/// Stands behind an instance's name.
pub(super) const SEPARATOR: char = ' ';
/// NOTIFY refuses payloads of 8,000 bytes.
const MAX_PAYLOAD_BYTES: usize = 7_500;

/// A stream has reached a number.
pub type WakeupHint = (StreamId, u64);

/// What another instance said behind its name; nothing when we said it ourselves.
pub(super) fn said_by_another(payload: &str, own: Uuid) -> Option<(Uuid, &str)> {
    let (name, said) = payload.split_once(SEPARATOR).unwrap_or((payload, ""));
    let other = name.parse().ok()?;
    (other != own).then_some((other, said))
}

/// Puts words behind the instance's name, in as few payloads as NOTIFY can carry.
fn gather(instance: Uuid, separator: char, words: impl Iterator<Item = String>) -> Vec<String> {
    let mut all = Vec::new();
    let mut payload = String::new();
    for word in words {
        if payload.len() + 1 + word.len() > MAX_PAYLOAD_BYTES && !payload.is_empty() {
            all.push(std::mem::take(&mut payload));
        }
        let separator = if payload.is_empty() {
            payload = instance.to_string();
            SEPARATOR
        } else {
            separator
        };
        payload.push(separator);
        payload.push_str(&word);
    }
    all.push(payload);
    all.retain(|payload| !payload.is_empty() && payload.len() <= MAX_PAYLOAD_BYTES);
    all
}

/// The instance, then a line each.
pub(super) fn line_payloads(instance: Uuid, lines: &[String]) -> Vec<String> {
    gather(instance, '\n', lines.iter().cloned())
}

/// `instance stream=seq stream=seq …`.
pub(super) fn hint_payloads(instance: Uuid, hints: &HashMap<StreamId, u64>) -> Vec<String> {
    let words = hints.iter().map(|(stream, seq)| format!("{stream}={seq}"));
    gather(instance, ' ', words)
}

/// Reads `stream=seq stream=seq …`.
pub(super) fn parse_hints(hints: &str) -> Vec<WakeupHint> {
    let hints = hints.split(' ').filter_map(|word| {
        let (stream, seq) = word.rsplit_once('=')?;
        Some((StreamId::from_stored(stream.to_owned()), seq.parse().ok()?))
    });
    hints.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(payload: &str, own: Uuid) -> &str {
        said_by_another(payload, own).unwrap().1
    }

    #[test]
    fn hints_survive_the_journey_and_own_hints_are_ignored() {
        let (ours, theirs) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let hints: HashMap<_, _> = (0..600)
            .map(|n| (StreamId::from_stored(format!("user-a=b{n}")), n))
            .collect();
        let payloads = hint_payloads(theirs, &hints);
        assert!(payloads.iter().all(|payload| payload.len() < 8_000));
        let heard: HashMap<_, _> = payloads
            .iter()
            .flat_map(|payload| parse_hints(said(payload, ours)))
            .collect();
        assert_eq!(heard, hints);
        let at_home = |payload: &String| said_by_another(payload, theirs).is_none();
        assert!(payloads.iter().all(at_home));
    }

    #[test]
    fn anything_else_on_the_channel_is_harmless() {
        for payload in [
            "",
            " ",
            "x",
            "x y",
            "x y=z",
            "x y=",
            "x a=99999999999999999999999",
        ] {
            assert_eq!(said_by_another(payload, Uuid::nil()), None, "{payload:?}");
            assert_eq!(
                parse_hints(payload.trim_start_matches('x')),
                [],
                "{payload:?}"
            );
        }
    }

    #[test]
    fn what_is_said_in_passing_arrives_in_order_and_never_at_home() {
        let (ours, theirs) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let lines: Vec<String> = (0..600)
            .map(|n| format!("{{\"n\": \"é = {n}\"}}"))
            .collect();
        let payloads = line_payloads(theirs, &lines);
        assert!(payloads.len() > 1);
        assert!(payloads.iter().all(|payload| payload.len() < 8_000));
        let heard: Vec<_> = payloads
            .iter()
            .flat_map(|payload| said(payload, ours).split('\n'))
            .collect();
        assert_eq!(heard, lines);
        let at_home = |payload: &String| said_by_another(payload, theirs).is_none();
        assert!(payloads.iter().all(at_home));
    }

    #[test]
    fn a_line_too_long_is_lost_and_takes_no_other_with_it() {
        let (ours, theirs) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let lines = ["a".to_owned(), "x".repeat(8_000), "b".to_owned()];
        let payloads = line_payloads(theirs, &lines);
        let heard: Vec<_> = payloads
            .iter()
            .flat_map(|payload| said(payload, ours).split('\n'))
            .collect();
        assert_eq!(heard, ["a", "b"]);
        assert!(line_payloads(theirs, &[]).is_empty());
    }
}
