//! People of a file, who know where they stand in it.

use support_domain::Named;
use support_domain::use_cases::{Person, Said, Wrong};

/// People in the order of the file.
#[derive(Debug, Default)]
pub(super) struct People {
    all: Vec<Person>,
    lines: Vec<u64>,
}

impl People {
    pub(super) fn add(&mut self, line: u64, person: Person) {
        self.all.push(person);
        self.lines.push(line);
    }

    pub(super) fn all(&self) -> &[Person] {
        &self.all
    }

    /// What is wrong with people by their places, by their lines.
    pub(super) fn told(&self, wrong: &[(usize, Wrong)]) -> Vec<(u64, String)> {
        let line = |place: usize| self.lines.get(place).copied().unwrap_or_default();
        let told = wrong.iter().map(|(place, wrong)| {
            let words = match wrong {
                Wrong::NoName => "name: an address is no name".to_owned(),
                Wrong::Taken(Named::Customer) => "id: a customer has it".to_owned(),
                Wrong::Taken(_) => "id: a staff member has it".to_owned(),
                Wrong::Otherwise { than, of } => {
                    let (member, than) = (member(*of), line(*than));
                    format!("{member}: line {than} says otherwise of the same person")
                }
            };
            (line(*place), words)
        });
        told.collect()
    }
}

/// What is wrong, a line each.
pub(super) fn in_words(wrong: Vec<(u64, String)>) -> Vec<String> {
    let words = wrong
        .into_iter()
        .map(|(line, why)| format!("line {line}, {why}"));
    words.collect()
}

fn member(said: Said) -> &'static str {
    match said {
        Said::Kind => "kind",
        Said::Name => "name",
        Said::Email => "email",
        Said::Phone => "phone",
    }
}
