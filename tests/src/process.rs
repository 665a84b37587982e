//! The real program in a process of its own, for tests that kill it.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

/// Where `cargo build` put the program: beside the folder this test program runs from.
///
/// # Panics
/// When it has not been built.
pub fn guichet_program() -> PathBuf {
    let own = std::env::current_exe().expect("a test program has a path");
    let folder = own.ancestors().nth(2).expect("target/<profile>/deps/<program>");
    let program = folder.join("guichet");
    assert!(program.exists(), "build it first: cargo build -p guichet ({})", program.display());
    program
}

/// A running program; killed when dropped.
pub struct Process(pub Child);

impl Process {
    /// Starts `guichet` with arguments and variables.
    ///
    /// # Panics
    /// When it cannot be started.
    pub fn start(args: &[&str], settings: &[(&str, String)]) -> Self {
        let mut command = Command::new(guichet_program());
        command.args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        command.envs(settings.iter().map(|(name, value)| (name, value)));
        Self(command.spawn().expect("the program starts"))
    }

    /// `kill -9`.
    pub fn kill(mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
