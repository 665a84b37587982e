//! The shell's half of real time: what `realtime` asks of the database and of other instances.
//!
//! `commits` tells the hub, the articles in memory, the job runner and the other instances what was
//! committed here. `conversations` answers who talks with whom, `presence` speaks for all instances, `wakeups` hears
//! what they committed. How they are put together, and what tells them, is said in `bootstrap/live.rs`.

mod commits;
mod conversations;
mod presence;
mod wakeups;

pub use commits::Commits;
pub use conversations::DeskConversations;
pub use presence::Presence;
pub use wakeups::Heard;
