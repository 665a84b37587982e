//! Conversations between customers and staff.
//!
//! To add a subject: a file, and its line here.

mod conversations;
mod joined;
mod lists;
mod live_chat;
mod presence;

use testkit::Answer;

/// The contents of a list's messages, as they come.
fn contents(answer: &Answer) -> Vec<String> {
    let list = answer.body["data"].as_array().cloned().unwrap_or_default();
    list.iter()
        .map(|message| message["content"].as_str().unwrap_or_default().to_owned())
        .collect()
}
