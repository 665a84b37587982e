//! Conversations between customers and staff: messages, replies, read state, ownership.
//!
//! A conversation is a root message and its replies, one level deep: a reply to a reply belongs to
//! the root. Pure, like every domain: no clock, no randomness, no SQL, no HTTP, no JSON names. To
//! add a verb: its rule on [`Message`], a file in `use_cases`, an event if others must hear of it.

pub mod conversation;
pub mod error;
pub mod events;
pub mod message;
pub mod ports;
pub mod rights;
#[cfg(test)]
mod testing;
pub mod use_cases;

pub use error::{MessagesError, Named};
pub use events::MessageEvent;
pub use message::{CloseReason, Content, Message, Priority, Side, State, Subject};
pub use ports::{ConversationQueries, Known, MessageQueries, MessagesTx};
