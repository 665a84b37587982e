//! What a file says of one person, in whatever form it says it.

use request_text::table::Cells;
use shared_kernel::is_blank;

/// What may be said of somebody.
pub(super) const MEMBERS: [&str; 5] = ["kind", "id", "name", "email", "phone"];

/// What is said of one person.
#[derive(Debug, Default)]
pub(super) struct Line {
    pub(super) kind: Option<String>,
    pub(super) id: Option<String>,
    pub(super) name: Option<String>,
    pub(super) email: Option<String>,
    pub(super) phone: Option<String>,
}

impl Line {
    /// What stands in the cells of a table.
    pub(super) fn of_cells(cells: Cells) -> Self {
        let mut line = Self::default();
        for (member, text) in cells {
            line.say(member, text);
        }
        line
    }

    /// Keeps a member; one with nothing in it is not there.
    pub(super) fn say(&mut self, member: &str, text: String) {
        let slot = match member {
            "kind" => &mut self.kind,
            "id" => &mut self.id,
            "name" => &mut self.name,
            "email" => &mut self.email,
            _ => &mut self.phone,
        };
        *slot = Some(text).filter(|text| !is_blank(text));
    }

    pub(super) fn is_empty(&self) -> bool {
        let members = [&self.kind, &self.id, &self.name, &self.email, &self.phone];
        members.into_iter().all(Option::is_none)
    }
}

/// Lines with their numbers.
pub(super) type Lines = Vec<(u64, Result<Line, String>)>;

/// What is said of a name that is none of ours.
pub(super) fn unknown(name: &str, kind: &str) -> String {
    format!("{name}: not one of the {kind} {}", MEMBERS.join(", "))
}
