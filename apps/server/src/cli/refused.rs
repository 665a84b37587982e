//! What the parser of the command line does not take, in the form of every other failure.

use std::process::ExitCode;

use clap::error::ErrorKind;

use super::output::fail;

/// Help and version are printed; anything else is one line, and exit code 2.
pub(super) fn refuse(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        let _ = error.print();
        return ExitCode::SUCCESS;
    }
    let words = match error.kind() {
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => "a command is missing".to_owned(),
        _ => one_line(&error.render().to_string()),
    };
    fail(&format!("{words}; see --help"), 2)
}

/// What is wrong and the tip, without the usage behind them.
fn one_line(rendered: &str) -> String {
    let said = rendered.split("\nUsage:").next().unwrap_or(rendered);
    let said = said.split("\nFor more information").next().unwrap_or(said);
    let lines = said.lines().map(str::trim).filter(|line| !line.is_empty());
    let line = lines.collect::<Vec<_>>().join(" ");
    line.strip_prefix("error: ").unwrap_or(&line).to_owned()
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::super::Cli;
    use super::*;

    #[test]
    fn a_refusal_is_one_line_that_names_what_is_wrong() {
        for (args, named) in [
            (&["guichet", "--prot", "1"] as &[&str], "--prot"),
            (&["guichet", "serv"], "serv"),
            (&["guichet", "--port", "many"], "many"),
            (&["guichet", "token"], "--role"),
            (
                &["guichet", "token", "--sub", "a b", "--role", "staff"],
                "--sub",
            ),
            (&["guichet", "figures", "--rebuild", "now"], "now"),
        ] {
            let error = Cli::try_parse_from(args).unwrap_err();
            let line = one_line(&error.render().to_string());
            assert!(line.contains(named), "{line}");
            assert!(!line.contains('\n') && !line.contains("Usage"), "{line}");
            assert!(!line.starts_with("error"), "{line}");
        }
    }
}
