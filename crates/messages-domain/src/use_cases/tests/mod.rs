//! What each verb does, whom it refuses and what it tells others, in order. A file a verb.

mod close_message;
mod create_message;
mod edit_message;
mod put_away_message;
mod read_message;
mod reply_to_message;
