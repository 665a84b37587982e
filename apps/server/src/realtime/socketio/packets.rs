//! Packets on the wire. Parsing is `socketioxide-parser-common`'s, held to what the npm server
//! takes; writing is here, because `CONNECT_ERROR` with data is not in it.

use std::collections::VecDeque;
use std::time::Duration;

use actix_web::web::Bytes;
use serde_json::{Map, Value, json};
use socketioxide_core::packet::{Packet, PacketData};
use socketioxide_core::parser::{Parse as _, ParseConfig, ParseError, ParserState};
use socketioxide_parser_common::CommonParser;

use super::{Accepted, ClientEvent};
use crate::realtime::dialect::json_text;
use crate::realtime::engine::{Frame, Str};

/// Names clients use inside themselves; the npm server refuses them too.
const RESERVED: [&str; 6] = [
    "connect",
    "connect_error",
    "disconnect",
    "disconnecting",
    "newListener",
    "removeListener",
];

/// What a client may attach to one packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AttachmentLimits {
    /// Attachments.
    pub count: usize,
    /// Bytes of all together.
    pub bytes: usize,
    /// From the packet to its last attachment.
    pub wait: Duration,
}

/// A packet of a client.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ClientPacket {
    pub(super) namespace: Str,
    pub(super) asks: Asks,
}

/// What a packet asks.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Asks {
    Connect(Map<String, Value>),
    Disconnect,
    Event(ClientEvent),
    /// An answer to an event of ours.
    Ack,
}

/// Not a packet a client may send.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a packet of a client")]
pub(super) struct BadPacket;

/// Reads the packets of one connection; keeps the one whose attachments are still to come.
pub(super) struct Decoder {
    limits: ParseConfig,
    state: ParserState,
}

impl Decoder {
    pub(super) fn new(limits: AttachmentLimits) -> Self {
        let limits = ParseConfig {
            max_incoming_binary_buf_size: limits.bytes,
            max_incoming_binaries: limits.count,
            packet_completion_timeout: limits.wait,
        };
        Self {
            limits,
            state: ParserState::default(),
        }
    }

    /// Reads a text message; none while attachments are to come.
    pub(super) fn text(&self, text: Str) -> Result<Option<ClientPacket>, BadPacket> {
        checked(CommonParser.decode_str(&self.limits, &self.state, text))
    }

    /// Reads an attachment; none while more are to come.
    pub(super) fn binary(&self, bytes: Bytes) -> Result<Option<ClientPacket>, BadPacket> {
        checked(CommonParser.decode_bin(&self.limits, &self.state, bytes))
    }
}

fn checked(parsed: Result<Packet, ParseError>) -> Result<Option<ClientPacket>, BadPacket> {
    let packet = match parsed {
        Ok(packet) => packet,
        Err(ParseError::NeedsMoreBinaryData) => return Ok(None),
        Err(_) => return Err(BadPacket),
    };
    let asks = match packet.inner {
        PacketData::Connect(auth) => {
            Asks::Connect(auth.map_or(Ok(Map::new()), |auth| object(&auth))?)
        }
        PacketData::Disconnect => Asks::Disconnect,
        PacketData::Event(data, ack) | PacketData::BinaryEvent(data, ack) => {
            Asks::Event(client_event(data, ack)?)
        }
        PacketData::EventAck(data, _) | PacketData::BinaryAck(data, _) => {
            array(&data)?;
            Asks::Ack
        }
        PacketData::ConnectError(_) => return Err(BadPacket),
    };
    Ok(Some(ClientPacket {
        namespace: packet.ns,
        asks,
    }))
}

fn json_of(data: &socketioxide_core::Value) -> Result<&str, BadPacket> {
    Ok(data.as_str().ok_or(BadPacket)?.as_str())
}

fn object(data: &socketioxide_core::Value) -> Result<Map<String, Value>, BadPacket> {
    serde_json::from_str(json_of(data)?).map_err(|_| BadPacket)
}

fn array(data: &socketioxide_core::Value) -> Result<Vec<Value>, BadPacket> {
    serde_json::from_str(json_of(data)?).map_err(|_| BadPacket)
}

fn client_event(
    data: socketioxide_core::Value,
    ack: Option<i64>,
) -> Result<ClientEvent, BadPacket> {
    let mut args = array(&data)?;
    if args.is_empty() {
        return Err(BadPacket);
    }
    let name = match args.remove(0) {
        Value::String(name) if !RESERVED.contains(&name.as_str()) => name,
        Value::Number(number) => number.to_string(),
        _ => return Err(BadPacket),
    };
    let attachments = match data {
        socketioxide_core::Value::Str(_, attachments) => attachments.unwrap_or_default(),
        socketioxide_core::Value::Bytes(_) => VecDeque::new(),
    };
    Ok(ClientEvent {
        name,
        args,
        attachments,
        ack,
    })
}

/// A namespace as it stands in a packet.
fn prefix(namespace: &str) -> String {
    if namespace == "/" {
        String::new()
    } else {
        format!("{namespace},")
    }
}

/// CONNECT: the client is in.
pub(super) fn connected(namespace: &str, accepted: &Accepted) -> Frame {
    let mut data = json!({"sid": accepted.sid});
    if let (Some(pid), Value::Object(data)) = (&accepted.pid, &mut data) {
        data.insert("pid".to_owned(), Value::String(pid.clone()));
    }
    Frame::text(&format!("0{}{data}", prefix(namespace)))
}

/// `CONNECT_ERROR`: it is not.
pub(super) fn refused(namespace: &str, message: &str, data: Option<&Value>) -> Frame {
    let mut error = json!({"message": message});
    if let (Some(data), Value::Object(error)) = (data, &mut error) {
        error.insert("data".to_owned(), data.clone());
    }
    Frame::text(&format!("4{}{error}", prefix(namespace)))
}

/// An event and its attachments.
pub fn event(
    namespace: &str,
    name: &str,
    args: &[Value],
    attachments: VecDeque<Bytes>,
) -> Vec<Frame> {
    let mut all = Vec::with_capacity(args.len() + 1);
    all.push(json!(name));
    all.extend_from_slice(args);
    packet(('2', '5'), namespace, "", &all, attachments)
}

/// The answer to an event, and its attachments.
pub fn ack(namespace: &str, id: i64, args: &[Value], attachments: VecDeque<Bytes>) -> Vec<Frame> {
    packet(('3', '6'), namespace, &id.to_string(), args, attachments)
}

fn packet(
    (plain, binary): (char, char),
    namespace: &str,
    id: &str,
    args: &[Value],
    attachments: VecDeque<Bytes>,
) -> Vec<Frame> {
    let (prefix, args) = (prefix(namespace), json_text(&args));
    let text = if attachments.is_empty() {
        format!("{plain}{prefix}{id}{args}")
    } else {
        format!("{binary}{}-{prefix}{id}{args}", attachments.len())
    };
    let mut frames = vec![Frame::text(&text)];
    frames.extend(attachments.into_iter().map(Frame::Binary));
    frames
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

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
}
