//! What commands write: lines, one-line failures, errors with their causes.

use std::io::Write as _;
use std::process::ExitCode;

use crate::process::last_words;

/// Writes a line to standard output. A reader that went away is no failure.
pub(super) fn say(line: &str) -> ExitCode {
    let _ = writeln!(std::io::stdout(), "{line}");
    ExitCode::SUCCESS
}

/// Writes a failure to standard error: one line, or one for each thing that is wrong.
pub(super) fn fail(message: &str, code: u8) -> ExitCode {
    for line in message.lines() {
        last_words::say(line);
    }
    ExitCode::from(code)
}

/// An error with its causes, in one line.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    text.replace('\n', " ")
}
