//! Kill, cut, refuse: what a fault must not lose, with the real program in a process of its own.
//!
//! Run by `cargo xtask test-faults`, which builds the program first. `load` and `conversation`
//! have the clients, `outside` what the server leans on. To add a fault: a file, a line below, its
//! figures printed.

mod client_cut_off;
mod conversation;
mod database_away;
mod hostile_readers;
mod instance_killed;
mod kill_readers;
mod kill_server;
mod load;
mod log_lines;
mod outside;
mod shutdown;
mod smtp_away;
mod stalled_readers;

/// Tests that fill both cores take turns, so that what one measures is not another's load.
static TURN: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
