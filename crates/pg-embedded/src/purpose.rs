//! What a cluster is for. Apart from the cluster, so that its folder can keep the word without knowing it.

/// Whether the data matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// People's data: every acknowledged commit is on disk.
    Real,
    /// A test's data: fast, lost when the machine stops.
    ThrowAway,
}

impl Purpose {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Real => "real",
            Self::ThrowAway => "throw-away",
        }
    }
}
