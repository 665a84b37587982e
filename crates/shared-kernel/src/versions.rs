//! Versions of something that may be changed by several at once.

/// The versions a caller is willing to write over; a list, since a caller may know of several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Versions(Vec<u64>);

impl Versions {
    /// Any of these. Of none, nothing can be written over.
    pub fn any_of(versions: Vec<u64>) -> Self {
        Self(versions)
    }

    /// Whether this one is among them.
    pub fn holds(&self, version: u64) -> bool {
        self.0.contains(&version)
    }
}

impl From<u64> for Versions {
    fn from(version: u64) -> Self {
        Self(vec![version])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_named_is_held() {
        let versions = Versions::any_of(vec![7, 1]);
        assert!(versions.holds(1) && versions.holds(7) && !versions.holds(2));
        assert!(!Versions::any_of(Vec::new()).holds(1));
        assert!(Versions::from(3).holds(3));
    }
}
