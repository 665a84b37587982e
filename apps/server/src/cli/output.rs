//! What commands write: lines, one-line failures, errors with their causes.

use std::io::Write as _;
use std::process::ExitCode;

/// Writes a line to standard output. A reader that went away is no failure.
pub(super) fn say(line: &str) -> ExitCode {
    let _ = writeln!(std::io::stdout(), "{line}");
    ExitCode::SUCCESS
}

/// Writes one line to standard error.
pub(super) fn fail(message: &str, code: u8) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "guichet: {message}");
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
