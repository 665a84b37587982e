//! Lines on standard error that do not go through the log: why a command failed, what a panic says,
//! what the log itself could not write. In the form of the log all the same, so that whoever reads
//! standard error as JSON can read all of it.

use std::io::{self, Write};
use std::panic::PanicHookInfo;
use std::sync::OnceLock;

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::json;
use settings::LogFormat;
use shared_kernel::Clock as _;

use super::clock::SystemClock;

/// The form of this process's lines, said once.
static FORM: OnceLock<LogFormat> = OnceLock::new();

/// Says in which form lines are written from now on, panics' too. The first word counts.
pub fn speak(form: LogFormat) {
    if FORM.set(form).is_ok() && form == LogFormat::Json {
        std::panic::set_hook(Box::new(|panic| {
            let line = line_of(LogFormat::Json, SystemClock.now(), &words_of(panic));
            write(&line);
        }));
    }
}

/// Writes one line.
pub fn say(words: &str) {
    let form = FORM.get().copied().unwrap_or(LogFormat::Text);
    write(&line_of(form, SystemClock.now(), words));
}

/// Nobody who reads it is no reason to fail.
fn write(line: &str) {
    let mut out = io::stderr().lock();
    let _ = out.write_all(line.as_bytes()).and_then(|()| out.flush());
}

fn line_of(form: LogFormat, now: DateTime<Utc>, words: &str) -> String {
    match form {
        LogFormat::Text => format!("guichet: {words}\n"),
        LogFormat::Json => {
            let timestamp = now.to_rfc3339_opts(SecondsFormat::Micros, true);
            let line = json!({
                "timestamp": timestamp, "level": "ERROR", "message": words, "target": "guichet",
            });
            format!("{line}\n")
        }
    }
}

/// With the way there, where `RUST_BACKTRACE` asks for it.
fn words_of(panic: &PanicHookInfo<'_>) -> String {
    use std::backtrace::{Backtrace, BacktraceStatus};
    let said = panic.payload_as_str().unwrap_or("without a word");
    let place = panic.location().map(ToString::to_string);
    let place = place.unwrap_or_default();
    let way = Backtrace::capture();
    if way.status() == BacktraceStatus::Captured {
        format!("a panic at {place}: {said}\n{way}")
    } else {
        format!("a panic at {place}: {said}")
    }
}

/// Standard error, where every line is one object: what the log could not format comes as a text.
pub(super) struct Objects(pub io::Stderr);

impl Write for Objects {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if line.starts_with(b"{") {
            self.0.write_all(line)?;
        } else {
            let words = String::from_utf8_lossy(line);
            let object = line_of(LogFormat::Json, SystemClock.now(), words.trim_end());
            self.0.write_all(object.as_bytes())?;
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use serde_json::Value;

    use super::*;

    #[test]
    fn a_line_is_one_object_whatever_it_says() {
        let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        let words = "deux\nlignes, \"un guillemet\", \u{1b}[31m";
        let line = line_of(LogFormat::Json, now, words);
        assert_eq!(line.lines().count(), 1, "{line}");
        let object: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(object["message"], words);
        assert_eq!(object["timestamp"], "2023-11-14T22:13:20.000000Z");
        assert_eq!(line_of(LogFormat::Text, now, "non"), "guichet: non\n");
    }

    #[test]
    fn what_a_panic_prints_is_one_object() {
        let own = std::env::current_exe().unwrap();
        let child = Command::new(own)
            .args([
                "--exact",
                "process::last_words::tests::a_panic",
                "--ignored",
                "--nocapture",
            ])
            .env("RUST_BACKTRACE", "1")
            .output()
            .unwrap();
        let said = String::from_utf8(child.stderr).unwrap();
        let lines: Vec<Value> = said
            .lines()
            .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {said}")))
            .collect();
        assert_eq!(lines.len(), 1, "{said}");
        let message = lines[0]["message"].as_str().unwrap();
        assert!(message.contains("last_words.rs"), "{message}");
        assert!(message.contains("in two\nlines"), "{message}");
    }

    #[test]
    #[ignore = "run by the test above, in a process of its own"]
    fn a_panic() {
        speak(LogFormat::Json);
        panic!("in two\nlines");
    }
}
