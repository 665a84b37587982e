//! What goes through an engine: messages of clients, and frames to them.

use actix_web::web::Bytes;
use bytestring::ByteString;
use engineioxide_core::Str;

/// A message of a client.
#[derive(Debug, Clone, PartialEq)]
pub enum Message {
    /// A text, without the packet type.
    Text(Str),
    /// Bytes.
    Binary(Bytes),
}

/// A message to a client, ready for the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frame {
    /// A text packet with its leading type, so that frames shared by many sockets are not copied.
    Packet(ByteString),
    /// Bytes.
    Binary(Bytes),
}

impl Frame {
    /// A text message.
    pub fn text(message: &str) -> Self {
        Self::Packet(format!("4{message}").into())
    }

    /// Bytes it stands for.
    pub fn size(&self) -> usize {
        match self {
            Self::Packet(text) => text.len(),
            Self::Binary(bytes) => bytes.len(),
        }
    }
}
