//! The words every domain shares.
//!
//! Ids, the actor and its session, the clock, checked texts, paging, the event envelope and the opaque
//! store error live here. No business rule does, and no I/O. To add a word: a file of its
//! own, public items documented with units and the rule they come from, and a line below.
#![warn(missing_docs)]

pub mod actor;
pub mod clock;
pub mod contact;
pub mod done;
pub mod event;
pub mod file_text;
pub mod given_name;
pub mod id_generator;
pub mod ids;
pub mod job;
pub mod network;
pub mod page;
pub mod scalars;
pub mod session;
pub mod store_error;
pub mod surroundings;
#[cfg(feature = "testing")]
pub mod testing;
pub mod text;
pub mod tidy;
pub mod unit_of_work;
pub mod versions;
pub mod visible;
pub mod words;

pub use actor::{Actor, Caller, Role};
pub use clock::Clock;
pub use contact::{EmailAddress, EmailKey, PhoneNumber};
pub use done::Done;
pub use event::{EventLog, EventRecord, LoggedEvent, Room, StreamId, StreamPosition};
pub use file_text::{NotText, file_text};
pub use given_name::given_name;
pub use id_generator::IdGenerator;
pub use ids::{CustomerId, EntryId, FaqId, IdError, OrderId, StaffId, TicketId, UserId};
pub use job::{JobKind, NewJob};
pub use network::limited_network;
pub use page::{Limit, Page, PageNumber, Start};
pub use session::Session;
pub use store_error::StoreError;
pub use surroundings::Surroundings;
pub use text::{Body, Code, Label, SingleLine, TextError};
pub use unit_of_work::{Claim, Consequences, IdempotencyKey, StoredAnswer, UnitOfWork};
pub use versions::Versions;
pub use visible::is_blank;
