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
use crate::engine_io::{Frame, Str};

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

/// Values serialise always; nothing else comes here.
fn json_text(args: &[Value]) -> String {
    serde_json::to_string(args).unwrap_or_default()
}

fn packet(
    (plain, binary): (char, char),
    namespace: &str,
    id: &str,
    args: &[Value],
    attachments: VecDeque<Bytes>,
) -> Vec<Frame> {
    let (prefix, args) = (prefix(namespace), json_text(args));
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
mod tests;
