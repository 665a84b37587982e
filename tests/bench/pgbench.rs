//! `pgbench` running the captured transaction.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use crate::Outcome;
use crate::capture::{Statement, Transaction};
use crate::desk::Desk;

/// Drawn anew for each transaction: numbers in place of the ticket's id, the customer's id and sender, the stream.
const DRAWN: &str = "\
\\set ticket random(10000000, 9999999999)
\\set customer random(1000000000000000, 9000000000000000000)
\\set stream random(0, 7)
";

/// A script, and the values it takes from the command line.
pub(crate) struct Script {
    file: PathBuf,
    /// `name=value`; on the command line, because a script can hold no text but SQL's own, and the server sends these
    /// values as parameters, too.
    values: Vec<String>,
}

impl Script {
    /// Turns a captured transaction into a script in the desk's folder.
    pub(crate) fn of(desk: &Desk, transaction: &Transaction) -> Outcome<Self> {
        let uniques = Uniques::of(transaction)?;
        let mut values = Vec::new();
        let mut text = DRAWN.to_owned();
        text.push_str("BEGIN;\n");
        for (number, statement) in transaction.statements.iter().enumerate() {
            text.push_str(&render(number, statement, &uniques, &mut values));
            text.push_str(";\n");
        }
        text.push_str("COMMIT;\n");
        let file = desk.folder().join("contact.pgbench");
        fs::write(&file, text)?;
        Ok(Self { file, values })
    }

    /// Runs it for a while; answers what pgbench reports.
    pub(crate) async fn run(
        &self,
        desk: &Desk,
        database: &str,
        clients: usize,
        lasting: Duration,
    ) -> Outcome<Report> {
        let program = desk.program("pgbench");
        if !program.exists() {
            return Err(format!(
                "{} is not there; it comes with PostgreSQL's server package",
                program.display()
            )
            .into());
        }
        let mut command = Command::new(program);
        command
            .args(["-n", "-M", "prepared", "-j", "2"])
            .args(["-c", &clients.to_string()])
            .args(["-T", &lasting.as_secs().max(1).to_string()])
            .arg("-f")
            .arg(&self.file);
        for value in &self.values {
            command.args(["-D", value]);
        }
        command.arg(desk.url(database)).env("LC_ALL", "C");
        let output = tokio::task::spawn_blocking(move || command.output()).await??;
        let text = String::from_utf8_lossy(&output.stdout);
        if output.status.success() {
            Report::read(&text)
        } else {
            let errors = String::from_utf8_lossy(&output.stderr);
            Err(format!("pgbench: {}\n{errors}", output.status).into())
        }
    }
}

/// What pgbench reported.
pub(crate) struct Report {
    pub(crate) transactions: u64,
    pub(crate) per_second: f64,
    /// Mean, milliseconds.
    pub(crate) latency: f64,
}

impl Report {
    fn read(text: &str) -> Outcome<Self> {
        let number = |name: &str| -> Outcome<f64> {
            text.lines()
                .find_map(|line| line.strip_prefix(name))
                .and_then(|rest| rest.split([' ', '/']).find_map(|word| word.parse().ok()))
                .ok_or_else(|| format!("pgbench reports no {name:?}:\n{text}").into())
        };
        let failed = number("number of failed transactions:")?;
        if failed > 0.0 {
            return Err(format!("pgbench: {failed} transactions failed").into());
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a count"
        )]
        let transactions = number("number of transactions actually processed:")? as u64;
        Ok(Self {
            transactions,
            per_second: number("tps =")?,
            latency: number("latency average =")?,
        })
    }
}

/// Texts that must differ in each transaction, and the variable that takes their place.
struct Uniques(Vec<(String, &'static str)>);

impl Uniques {
    fn of(transaction: &Transaction) -> Outcome<Self> {
        let after = |text: &str, mark: char| -> Outcome<String> {
            let part = text.split_once(mark).map(|(_, part)| part.to_owned());
            part.filter(|part| !part.is_empty())
                .ok_or_else(|| format!("an id of another form: {text}").into())
        };
        let sender = transaction.email.split('@').next().unwrap_or_default();
        let mut all = vec![
            (after(&transaction.ticket, '-')?, "ticket"),
            (after(&transaction.customer, '-')?, "customer"),
            (sender.to_owned(), "customer"),
        ];
        let streams = (0..8).map(|number| (format!("staff-{number}"), "stream"));
        all.extend(streams);
        Ok(Self(all))
    }

    /// The first of them in a text: where, how long, and its variable. Of `staff-3` only the number is drawn.
    fn first_in(&self, text: &str) -> Option<(usize, usize, &'static str)> {
        self.0
            .iter()
            .filter_map(|(unique, variable)| {
                let kept = if *variable == "stream" {
                    "staff-".len()
                } else {
                    0
                };
                Some((text.find(unique)? + kept, unique.len() - kept, *variable))
            })
            .min_by_key(|(at, _, _)| *at)
    }
}

/// The statement with pgbench's variables in place of `$1`, `$2` …
fn render(
    number: usize,
    statement: &Statement,
    uniques: &Uniques,
    values: &mut Vec<String>,
) -> String {
    // pgbench takes a colon and a letter for a variable of its own, wherever they stand.
    let mut sql = statement.sql.replace("[:alnum:]", "a-zA-Z0-9");
    // From the last to the first, so that `$1` does not match the beginning of `$12`.
    for (index, (value, kind)) in statement.parameters.iter().enumerate().rev() {
        let name = format!("s{number}p{}", index + 1);
        let expression = match value {
            None => format!("NULL::{kind}"),
            // The server says the time of the request; a constant would put every row at one place of the indexes.
            Some(_) if kind == "timestamp with time zone" => "now()".to_owned(),
            Some(value) => format!("({})::{kind}", concatenation(&name, value, uniques, values)),
        };
        sql = sql.replace(&format!("${}", index + 1), &expression);
    }
    sql
}

/// `:piece::text || :ticket::text || …`; the pieces go to `values`.
fn concatenation(name: &str, value: &str, uniques: &Uniques, values: &mut Vec<String>) -> String {
    let mut terms = Vec::new();
    let mut rest = value;
    let mut piece = |text: &str, terms: &mut Vec<String>| {
        if !text.is_empty() || terms.is_empty() {
            let variable = format!("{name}_{}", terms.len());
            values.push(format!("{variable}={text}"));
            terms.push(format!(":{variable}::text"));
        }
    };
    while let Some((at, length, variable)) = uniques.first_in(rest) {
        let (before, after) = rest.split_at(at);
        if !before.is_empty() {
            piece(before, &mut terms);
        }
        terms.push(format!(":{variable}::text"));
        rest = after.get(length..).unwrap_or_default();
    }
    piece(rest, &mut terms);
    terms.join(" || ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uniques() -> Uniques {
        Uniques::of(&Transaction {
            statements: Vec::new(),
            email: "me@example.com".to_owned(),
            ticket: "TICKET-AB".to_owned(),
            customer: "CST-XY".to_owned(),
            all: std::collections::BTreeMap::new(),
        })
        .unwrap()
    }

    #[test]
    fn a_class_of_characters_is_no_variable() {
        let statement = Statement {
            sql: "SELECT 'a' ~ '[^[:alnum:]]'".to_owned(),
            parameters: Vec::new(),
        };
        let sql = render(0, &statement, &uniques(), &mut Vec::new());
        assert_eq!(sql, "SELECT 'a' ~ '[^a-zA-Z0-9]'");
    }

    #[test]
    fn what_must_be_unique_is_drawn_and_the_rest_is_a_value() {
        let statement = Statement {
            sql: "VALUES ($1, $2, $3)".to_owned(),
            parameters: vec![
                (Some("{staff-3}".to_owned()), "text[]".to_owned()),
                (None, "text".to_owned()),
                (Some("x:TICKET-AB:1".to_owned()), "text".to_owned()),
            ],
        };
        let mut values = Vec::new();
        let sql = render(0, &statement, &uniques(), &mut values);
        assert_eq!(
            sql,
            "VALUES ((:s0p1_0::text || :stream::text || :s0p1_2::text)::text[], NULL::text, \
             (:s0p3_0::text || :ticket::text || :s0p3_2::text)::text)"
        );
        assert_eq!(
            values,
            [
                "s0p3_0=x:TICKET-",
                "s0p3_2=:1",
                "s0p1_0={staff-",
                "s0p1_2=}"
            ]
        );
    }
}
