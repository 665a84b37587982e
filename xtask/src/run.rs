//! Child processes, steps with their time, failures with their exit code.

use std::{
    env,
    ffi::OsString,
    path::PathBuf,
    process::{Command, Output},
    thread,
    time::{Duration, Instant},
};

/// What a command comes to.
pub(crate) type Outcome<T = ()> = Result<T, Failure>;

/// Why a command ended, and the exit code to end with.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) message: String,
    pub(crate) code: u8,
}

impl Failure {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            code: 1,
        }
    }

    pub(crate) fn usage(message: &str) -> Self {
        Self {
            message: message.to_owned(),
            code: 2,
        }
    }
}

/// The repository's root, so that every command works from any folder in it.
pub(crate) fn root() -> PathBuf {
    let here = env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
    here.parent().map(Into::into).unwrap_or(here)
}

/// The cargo that started us, in the repository's root.
pub(crate) fn cargo<I: Into<OsString>>(arguments: impl IntoIterator<Item = I>) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command.args(arguments.into_iter().map(Into::into));
    // Ours were set by `cargo run`; a build script that reads them would be rebuilt each time.
    command
        .env_remove("CARGO_MANIFEST_DIR")
        .env_remove("CARGO_PKG_NAME");
    command
}

/// A program of ours, built by an earlier step.
pub(crate) fn built(profile: &str, name: &str) -> PathBuf {
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| "target".into(), PathBuf::from);
    root().join(target).join(profile).join(name)
}

/// Says what it does, lets the child write to our terminal, fails with the child's exit code.
pub(crate) fn step(what: &str, command: &mut Command) -> Outcome {
    timed(what, || {
        let status = command.status().map_err(|error| {
            Failure::new(format!("{what}: cannot run {}: {error}", shown(command)))
        })?;
        if status.success() {
            return Ok(());
        }
        Err(Failure {
            message: format!("{what} failed ({status}): {}", shown(command)),
            code: status
                .code()
                .and_then(|code| u8::try_from(code).ok())
                .unwrap_or(1),
        })
    })
}

/// Announces `work` and prints how long it took.
pub(crate) fn timed<T>(what: &str, work: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
    println!("==> {what}");
    let started = Instant::now();
    let outcome = work();
    let verdict = if outcome.is_ok() { "ok" } else { "FAILED" };
    println!(
        "    {what}: {verdict}, {:.1} s",
        started.elapsed().as_secs_f64()
    );
    outcome
}

/// Runs silently and returns what was written; fails with the child's own error text.
pub(crate) fn output(command: &mut Command) -> Outcome<String> {
    let output = raw_output(command)?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(Failure::new(format!(
        "{} failed ({}): {}",
        shown(command),
        output.status,
        String::from_utf8_lossy(&output.stderr).trim()
    )))
}

/// Runs silently, whatever the exit code.
pub(crate) fn raw_output(command: &mut Command) -> Outcome<Output> {
    command
        .output()
        .map_err(|error| Failure::new(format!("cannot run {}: {error}", shown(command))))
}

/// For `map_err`: names the file with what was being done to it.
pub(crate) fn file_error(
    action: &str,
    path: &std::path::Path,
) -> impl FnOnce(std::io::Error) -> Failure {
    move |error| Failure::new(format!("cannot {action} {}: {error}", path.display()))
}

pub(crate) fn pause(time: Duration) {
    #[expect(
        clippy::disallowed_methods,
        reason = "a command line tool with one thread and nothing else to do"
    )]
    thread::sleep(time);
}

fn shown(command: &Command) -> String {
    let mut words = vec![command.get_program().to_string_lossy().into_owned()];
    words.extend(
        command
            .get_args()
            .map(|word| word.to_string_lossy().into_owned()),
    );
    words.join(" ")
}
