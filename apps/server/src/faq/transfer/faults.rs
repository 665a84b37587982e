//! What is wrong with a file, a line each, with its place.

use std::collections::BTreeSet;

use faq_domain::CategoryId;

/// What is wrong with the file; and what the base is to be asked besides.
#[derive(Debug, Default)]
pub struct Faults {
    told: Vec<String>,
    /// Categories the file has.
    has: BTreeSet<CategoryId>,
    /// Categories of articles that it has not, each with the article's place.
    elsewhere: Vec<(String, CategoryId)>,
}

impl Faults {
    /// For what is wrong with the whole file.
    pub fn of_file(reason: &impl ToString) -> Self {
        Self {
            told: vec![reason.to_string()],
            ..Self::default()
        }
    }

    /// Fails if anything is wrong.
    pub(super) fn none(self) -> Result<(), Self> {
        if self.told.is_empty() {
            Ok(())
        } else {
            Err(self)
        }
    }

    /// What is wrong, a line each.
    pub fn told(&self) -> &[String] {
        &self.told
    }

    /// Whether only the base knows if all was told.
    pub fn ask_the_base(&self) -> bool {
        !self.elsewhere.is_empty()
    }

    /// The articles in categories that are not there either.
    pub fn unknown(&self, is_there: impl Fn(&CategoryId) -> bool) -> Vec<String> {
        let unknown = self.elsewhere.iter().filter(|(_, id)| !is_there(id));
        unknown
            .map(|(place, _)| format!("{place}.category: unknown category"))
            .collect()
    }

    pub(super) fn has_category(&mut self, id: &CategoryId) {
        self.has.insert(id.clone());
    }

    /// After all categories.
    pub(super) fn names_category(&mut self, place: &str, id: &CategoryId) {
        if !self.has.contains(id) {
            self.elsewhere.push((place.to_owned(), id.clone()));
        }
    }

    pub(super) fn add(&mut self, place: &str, member: &str, reason: &str) {
        let dot = if member.is_empty() { "" } else { "." };
        self.told.push(format!("{place}{dot}{member}: {reason}"));
    }

    /// A member that was read, if nothing is wrong with it.
    pub(super) fn typed<T>(
        &mut self,
        place: &str,
        member: &str,
        read: Result<T, impl ToString>,
    ) -> Option<T> {
        read.map_err(|reason| self.add(place, member, &reason.to_string()))
            .ok()
    }

    /// The same where there is but one thing that can be wrong.
    pub(super) fn meant<T>(
        &mut self,
        place: &str,
        member: &str,
        read: Option<T>,
        reason: &str,
    ) -> Option<T> {
        self.typed(place, member, read.ok_or_else(|| reason.to_owned()))
    }

    pub(super) fn repeated<'a>(&mut self, list: &str, ids: impl Iterator<Item = &'a str>) {
        let mut seen = BTreeSet::new();
        for id in ids {
            if !seen.insert(id) {
                self.told.push(format!("{list}: {id} is there twice"));
            }
        }
    }
}
