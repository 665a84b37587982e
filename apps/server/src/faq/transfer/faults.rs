//! What is wrong with a file, a line each, with its place.

use std::collections::BTreeSet;

use shared_kernel::TextError;

/// What is wrong with the file.
#[derive(Default)]
pub(super) struct Faults(Vec<String>);

impl Faults {
    /// Fails if anything is wrong.
    pub(super) fn none(self) -> Result<(), Vec<String>> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(self.0)
        }
    }

    pub(super) fn add(&mut self, place: &str, member: &str, reason: &str) {
        let dot = if member.is_empty() { "" } else { "." };
        self.0.push(format!("{place}{dot}{member}: {reason}"));
    }

    /// A member that was read, if it is of the right type.
    pub(super) fn typed<T>(
        &mut self,
        place: &str,
        member: &str,
        read: Result<T, String>,
    ) -> Option<T> {
        read.map_err(|reason| self.add(place, member, &reason)).ok()
    }

    pub(super) fn text<T>(
        &mut self,
        place: &str,
        member: &str,
        read: Result<T, TextError>,
    ) -> Option<T> {
        read.map_err(|error| self.add(place, member, &error.to_string()))
            .ok()
    }

    pub(super) fn absent<T>(&mut self, place: &str, member: &str, read: Option<T>) -> Option<T> {
        if read.is_none() {
            self.add(place, member, "not a value this can have");
        }
        read
    }

    pub(super) fn repeated<'a>(&mut self, list: &str, ids: impl Iterator<Item = &'a str>) {
        let mut seen = BTreeSet::new();
        for id in ids {
            if !seen.insert(id) {
                self.0.push(format!("{list}: {id} is there twice"));
            }
        }
    }
}
