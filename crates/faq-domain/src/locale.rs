//! Languages: which one a text is in, and which one a reader gets.

use std::collections::BTreeMap;
use std::fmt;

/// A language, with its region where that matters: `fr`, `en`, `pt-br`. Lower case.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Locale(String);

impl Locale {
    /// The longest that is kept.
    pub const MAX_CHARS: usize = 8;

    /// What is written when nothing else is said.
    pub fn french() -> Self {
        Self("fr".to_owned())
    }

    /// Reads a language tag, in any case and with `-` or, as operating systems write it, `_`; `None` for
    /// what is none, or one too long to keep.
    pub fn parse(tag: &str) -> Option<Self> {
        let tag = tag.trim().to_ascii_lowercase().replace('_', "-");
        let (language, region) = match tag.split_once('-') {
            Some((language, region)) => (language, Some(region)),
            None => (tag.as_str(), None),
        };
        let is_language = matches!(language.len(), 2 | 3)
            && language.bytes().all(|byte| byte.is_ascii_lowercase());
        let is_region = region.is_none_or(|region| {
            matches!(region.len(), 2..=4) && region.bytes().all(|byte| byte.is_ascii_alphanumeric())
        });
        (is_language && is_region && tag.len() <= Self::MAX_CHARS).then_some(Self(tag))
    }

    /// The same language, wherever it is spoken.
    #[must_use]
    pub fn language(&self) -> Self {
        let language = self.0.split('-').next().unwrap_or(&self.0);
        Self(language.to_owned())
    }

    /// The tag.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for Locale {
    fn default() -> Self {
        Self::french()
    }
}

impl fmt::Display for Locale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Locale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a reader understands, best first. French comes last unless it was named.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Languages(Vec<Locale>);

impl Languages {
    /// The one asked for, then those the reader prefers in general.
    pub fn new(asked: Option<Locale>, preferred: Vec<Locale>) -> Self {
        Self(asked.into_iter().chain(preferred).collect())
    }

    /// The first of these there is: as asked, else in the same language, else in French, else any.
    pub fn choose<'a, T>(&self, among: &'a BTreeMap<Locale, T>) -> Option<(&'a Locale, &'a T)> {
        let same_language = |locale: &Locale| {
            among
                .get_key_value(locale)
                .or_else(|| among.get_key_value(&locale.language()))
        };
        self.0
            .iter()
            .find_map(same_language)
            .or_else(|| among.get_key_value(&Locale::french()))
            .or_else(|| among.first_key_value())
    }

    /// Every language [`Self::choose`] looks for, in its order.
    pub fn order(&self) -> Vec<Locale> {
        let named = self
            .0
            .iter()
            .flat_map(|locale| [locale.clone(), locale.language()]);
        named.chain([Locale::french()]).collect()
    }

    /// What the reader would like best.
    pub fn first(&self) -> Locale {
        self.0.first().cloned().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn locale(tag: &str) -> Locale {
        Locale::parse(tag).unwrap()
    }

    fn chosen(languages: &[&str], there_is: &[&str]) -> String {
        let languages = Languages::new(None, languages.iter().map(|tag| locale(tag)).collect());
        let among: BTreeMap<_, _> = there_is.iter().map(|tag| (locale(tag), *tag)).collect();
        languages.choose(&among).unwrap().0.to_string()
    }

    #[test]
    fn only_tags_that_can_be_kept_are_languages() {
        for (tag, kept) in [
            ("fr", Some("fr")),
            ("FR-be", Some("fr-be")),
            ("fr_FR", Some("fr-fr")),
            (" EN_us ", Some("en-us")),
            ("gsw", Some("gsw")),
            ("", None),
            ("f", None),
            ("français", None),
            ("fr-", None),
            ("fr_", None),
            ("_fr", None),
            ("zh-hant-tw", None),
            ("*", None),
        ] {
            let parsed = Locale::parse(tag);
            assert_eq!(parsed.as_ref().map(Locale::as_str), kept, "{tag:?}");
        }
    }

    #[test]
    fn a_reader_gets_what_was_asked_for_else_french_else_anything() {
        assert_eq!(chosen(&["en", "de"], &["de", "en", "fr"]), "en");
        assert_eq!(chosen(&["en-gb"], &["en", "fr"]), "en");
        assert_eq!(chosen(&["es"], &["en", "fr"]), "fr");
        assert_eq!(chosen(&["es"], &["de", "en"]), "de");
        assert_eq!(chosen(&[], &["en", "fr"]), "fr");
    }

    #[test]
    fn the_language_asked_for_beats_the_preferred_ones() {
        let languages = Languages::new(Some(locale("en")), vec![locale("fr")]);
        let among = BTreeMap::from([(locale("en"), 1), (locale("fr"), 2)]);
        assert_eq!(languages.choose(&among).map(|(_, n)| *n), Some(1));
    }
}
