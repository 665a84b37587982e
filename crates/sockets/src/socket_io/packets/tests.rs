//! What clients may send, and what is sent to them.

use proptest::prelude::*;

use super::*;

const LIMITS: AttachmentLimits = AttachmentLimits {
    count: 2,
    bytes: 8,
    wait: Duration::from_secs(10),
};

fn read(text: &str) -> Result<Option<ClientPacket>, BadPacket> {
    Decoder::new(LIMITS).text(Str::copy_from_slice(text))
}

fn asked(text: &str) -> Asks {
    read(text).unwrap().unwrap().asks
}

#[test]
fn a_client_connects_with_an_object_or_nothing() {
    assert_eq!(asked("0"), Asks::Connect(Map::new()));
    assert_eq!(read("0/custom").unwrap().unwrap().namespace, "/custom");
    let Asks::Connect(auth) = asked(r#"0/a,{"token":"é"}"#) else {
        panic!()
    };
    assert_eq!(auth["token"], "é");
    for bad in [r#"0"x""#, "0[]", "0{"] {
        assert_eq!(read(bad), Err(BadPacket), "{bad}");
    }
}

#[test]
fn an_event_has_a_name_of_its_own() {
    let Asks::Event(event) = asked(r#"2/m,12["typing",{"a":1}]"#) else {
        panic!()
    };
    assert_eq!((event.name.as_str(), event.ack), ("typing", Some(12)));
    assert_eq!(event.args, [json!({"a": 1})]);
    assert!(matches!(asked("2[7]"), Asks::Event(_)));
    for bad in [
        "2",
        "2[]",
        "2[{}]",
        "2{}",
        "2[null]",
        r#"2["connect"]"#,
        r#"2["disconnecting"]"#,
        r#"2abc["x"]"#,
        r#"21a["x"]"#,
        "abc",
        "",
        "7",
        "3[]",
        "31{}",
        "4{}",
        "5-[]",
        "50-",
        "5[]",
    ] {
        assert_eq!(read(bad), Err(BadPacket), "{bad}");
    }
}

#[test]
fn attachments_are_counted_and_weighed() {
    let decoder = Decoder::new(LIMITS);
    let text = |text: &str| decoder.text(Str::copy_from_slice(text));
    let event = r#"["m",{"_placeholder":true,"num":0}]"#;
    assert_eq!(text(&format!("51-{event}")), Ok(None));
    let done = decoder
        .binary(Bytes::from_static(&[1, 2]))
        .unwrap()
        .unwrap();
    assert!(matches!(done.asks, Asks::Event(event) if event.attachments.len() == 1));
    assert_eq!(decoder.binary(Bytes::from_static(&[1])), Err(BadPacket));
    assert_eq!(text(&format!("53-{event}")), Err(BadPacket));
    assert_eq!(
        text(&format!("599999999999999999999-{event}")),
        Err(BadPacket)
    );
    assert_eq!(text(&format!("51-{event}")), Ok(None));
    assert_eq!(decoder.binary(Bytes::from_static(&[0; 9])), Err(BadPacket));
}

#[test]
fn a_text_between_a_packet_and_its_attachment_is_refused() {
    let decoder = Decoder::new(LIMITS);
    let text = |text: &str| decoder.text(Str::copy_from_slice(text));
    assert_eq!(text(r#"51-["m"]"#), Ok(None));
    assert_eq!(text(r#"2["m"]"#), Err(BadPacket));
}

#[test]
fn what_is_written_is_what_clients_read() {
    let accepted = Accepted {
        sid: "s".to_owned(),
        pid: None,
    };
    assert_eq!(
        connected("/", &accepted),
        Frame::Packet(r#"40{"sid":"s"}"#.into())
    );
    assert_eq!(
        refused("/m", "no", Some(&json!({"code": "c"}))),
        Frame::Packet(r#"44/m,{"data":{"code":"c"},"message":"no"}"#.into())
    );
    assert_eq!(
        ack(
            "/",
            7,
            &[json!(1)],
            VecDeque::from([Bytes::from_static(&[1])])
        ),
        [
            Frame::Packet("461-7[1]".into()),
            Frame::Binary(Bytes::from_static(&[1]))
        ]
    );
}

proptest! {
    #[test]
    fn no_text_panics(text in r"[0-6]?[0-9]{0,3}-?(/[a-zé]{0,5},?)?[0-9]{0,22}[\[{]?.{0,60}") {
        let _ = read(&text);
    }

    #[test]
    fn no_sequence_panics_or_keeps_more_than_allowed(
        messages in proptest::collection::vec(
            prop_oneof![
                ".{0,40}".prop_map(Ok),
                "5[0-3]-(/m,)?[0-9]{0,2}\\[\"m\"\\]".prop_map(Ok),
                proptest::collection::vec(any::<u8>(), 0..12).prop_map(Err),
            ],
            0..20,
        ),
    ) {
        let decoder = Decoder::new(LIMITS);
        for message in messages {
            let read = match message {
                Ok(text) => decoder.text(Str::from(text)),
                Err(bytes) => decoder.binary(bytes.into()),
            };
            if let Ok(Some(ClientPacket { asks: Asks::Event(event), .. })) = read {
                prop_assert!(event.attachments.len() <= LIMITS.count);
                let bytes: usize = event.attachments.iter().map(Bytes::len).sum();
                prop_assert!(bytes <= LIMITS.bytes);
            }
        }
    }

    #[test]
    fn an_event_comes_back_as_it_was_sent(name in "[a-z]{1,8}", arg in ".{0,20}", id in 0..i64::MAX) {
        prop_assume!(!RESERVED.contains(&name.as_str()));
        let frames = event("/m", &name, &[json!(arg)], VecDeque::new());
        let Frame::Packet(text) = &frames[0] else { panic!() };
        let Asks::Event(read) = asked(&text[1..]) else { panic!() };
        prop_assert_eq!((read.name, read.args), (name.clone(), vec![json!(arg)]));
        let asking = format!("2/m,{id}{}", json!([name]));
        let Asks::Event(read) = asked(&asking) else { panic!() };
        prop_assert_eq!(read.ack, Some(id));
    }
}
