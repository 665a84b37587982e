//! The ways mail leaves: one file each, all behind [`crate::EmailChannel`].

pub mod breaker;
pub mod eml_folder;
pub mod smtp;
