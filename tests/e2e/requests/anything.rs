//! Any JSON at all, by chance from a seed.

use serde_json::{Map, Value, json};
use testkit::{Answer, Api, TestServer, form};

use super::fields::TEXT_FIELDS;
use super::problems::assert_problem;
use crate::desk::{CONTACT, JEAN, count};
use crate::seeded::Seeded;

/// Anything JSON can say.
fn anything(chance: &mut Seeded, depth: usize) -> Value {
    match chance.below(if depth == 0 { 7 } else { 9 }) {
        0 => Value::Null,
        1 => json!(chance.below(2) == 1),
        2 => json!(chance.below(4_000)),
        3 => json!(chance.pick(&[-1.5, 1e300, -0.0, 9.007_199_254_740_993e15])),
        4 => json!(chance.pick(&[i64::MIN, i64::MAX, 0, 2018])),
        5 | 6 => json!(any_text(chance)),
        7 => (0..chance.below(4))
            .map(|_| anything(chance, depth - 1))
            .collect(),
        _ => (0..chance.below(4))
            .map(|_| (any_text(chance), anything(chance, depth - 1)))
            .collect::<Map<_, _>>()
            .into(),
    }
}

fn any_text(chance: &mut Seeded) -> String {
    const LETTERS: [char; 24] = [
        'a',
        'Z',
        '0',
        ' ',
        'é',
        '\0',
        '\n',
        '\r',
        '"',
        '\\',
        '\'',
        '%',
        '{',
        '}',
        '<',
        '@',
        '.',
        '-',
        '🚗',
        '\u{200d}',
        '\u{feff}',
        '\u{ffff}',
        '\u{202e}',
        '\u{10ffff}',
    ];
    let words = [
        "jean@example.com",
        "urgent",
        "technical",
        "Renault",
        "AB-123-CD",
        "+33612345678",
        "cst-1",
    ];
    match chance.below(3) {
        0 => (*chance.pick(&words)).to_owned(),
        1 => (0..chance.below(12))
            .map(|_| *chance.pick(&LETTERS))
            .collect(),
        _ => (0..20 + chance.below(250))
            .map(|_| *chance.pick(&LETTERS))
            .collect(),
    }
}

async fn post_anything(api: &Api, chance: &mut Seeded) -> Answer {
    let mut body = form(JEAN);
    for field in TEXT_FIELDS
        .iter()
        .chain(&["vehicle_info.year", "vehicle_info"])
    {
        if chance.below(3) == 0 {
            let value = anything(chance, 2);
            let pointer = format!("/{}", field.replace('.', "/"));
            match body.pointer_mut(&pointer) {
                Some(place) => *place = value,
                None if field.contains('.') => {}
                None => body[*field] = value,
            }
        }
    }
    let answer = api.post(CONTACT, &body).await;
    assert!(
        [201, 400, 403].contains(&answer.status),
        "{body}\n{}",
        answer.text
    );
    // Nobody may name a customer, so a well-formed one is refused as well.
    if answer.status == 403 {
        assert_problem(&answer, 403, "identity_mismatch");
        assert!(body["customer_id"].is_string(), "{body}");
    }
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn any_json_in_any_field_makes_a_ticket_or_a_refusal() {
    let server = TestServer::start().await;
    let mut chance = Seeded::new(20_261_123);
    let mut taken = 0;
    for _ in 0..600 {
        let answer = post_anything(&server.api, &mut chance).await;
        match answer.status {
            201 => taken += 1,
            400 => assert_problem(&answer, 400, "validation_failed"),
            _ => {}
        }
    }
    assert_eq!(count(&server, "___xtr_msg").await, taken);
    assert!(taken > 0, "chance never made a good form");
    server.stop().await;
}
