//! What is known of a field before anything is read.

/// Whether a declaration begins with `required`, or `nullable`.
pub(in crate::http) const fn is_required(need: &str) -> bool {
    matches!(need.as_bytes(), [b'r' | b'n', ..])
}

/// A field, as it is declared.
#[derive(Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "facts of a declaration, each for itself"
)]
pub struct Declared {
    /// As the document spells it.
    pub name: &'static str,
    /// What others call it.
    pub others: &'static [&'static str],
    pub required: bool,
    /// Said when it is empty, and, of a required one, when it is not there.
    pub words: Option<&'static str>,
    /// What is in it, when it is an object.
    pub members: &'static [Declared],
    /// `members` are those of each object in it.
    pub is_map: bool,
    /// A query may give it several times.
    pub is_list: bool,
    /// A member that may be a slip of its name is refused, and not passed over with a word.
    pub is_guarded: bool,
}
