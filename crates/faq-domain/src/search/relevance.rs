//! What a term is worth, and which answers are answers at all: the ranking of a search, over what a
//! store found. To weigh a term otherwise: a constant here, then the graded searches.

use std::collections::BTreeMap;

/// Another word of the family of one that is known.
const KIN: f32 = 0.65;
/// A word that begins with one that is known.
const BEGUN: f32 = 0.5;
/// The same, when the typed word itself is not known.
const KIN_OF_UNKNOWN: f32 = 0.9;
const BEGUN_BY_UNKNOWN: f32 = 0.85;
/// A word one slip away, or two.
const SLIPS: [f32; 2] = [0.8, 0.6];
/// What a word of asking is worth beside one of content.
const FILLER: f32 = 0.2;
/// The share of a search's worth an answer must match.
pub const LEAST_SHARE: f32 = 0.3;

/// An answer to a letter matches so many of its terms, and comes to so much.
const LEAST_TERMS: usize = 2;
const LEAST_OF_LETTER: f32 = 0.75;

/// Words of asking, folded: they say that something is asked, not what.
const FILLERS: [&str; 34] = [
    "comment", "combien", "quand", "quel", "quelle", "quels", "quelles", "quoi", "pourquoi",
    "puis", "peut", "peux", "pouvez", "faut", "faire", "fait", "veux", "voudrais", "besoin",
    "bonjour", "merci", "svp", "plus", "toujours", "si", "avoir", "etre", "sans", "apres", "avant",
    "cela", "ca", "please", "hello",
];

/// How a word of the texts was reached from the one typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// The same stem.
    Exact,
    /// The same family.
    Kin,
    /// It begins so.
    Begun,
    /// So many slips away.
    Slips(usize),
}

/// A stem of one language, reached from a typed word.
#[derive(Debug, Clone)]
pub struct Reached {
    /// The language.
    pub locale: String,
    /// The stem.
    pub lexeme: String,
    /// How it was reached.
    pub way: Way,
    /// In how many texts it stands.
    pub texts: i64,
}

/// A stem a term stands for.
#[derive(Debug, Clone)]
pub struct Variant {
    /// The language.
    pub locale: String,
    /// The stem.
    pub lexeme: String,
    /// What its weight is multiplied by.
    pub factor: f32,
    /// In how many texts it stands.
    pub texts: i64,
}

/// A typed word and all it stands for.
#[derive(Debug, Clone)]
pub struct Term {
    /// What matching it is worth: the rarer, the more.
    pub mass: f32,
    /// The stems, each once.
    pub variants: Vec<Variant>,
    /// A word of asking.
    pub is_filler: bool,
    /// Whether an answer without this and all lesser terms could still be one.
    pub is_telling: bool,
}

impl Term {
    /// Weighs a word among `all` texts.
    pub fn new(word: &str, reached: Vec<Reached>, all: i64) -> Self {
        let is_filler = FILLERS.contains(&word);
        let filler = if is_filler { FILLER } else { 1.0 };
        let is_known = reached.iter().any(|one| one.way == Way::Exact);
        // The rarity of what is nearest counts: of a known word its own, not that of its family.
        let nearest = reached.iter().map(|one| one.way).min();
        let counted = reached
            .iter()
            .filter(|one| Some(one.way) == nearest)
            .map(|one| one.texts)
            .max();
        let mass = filler * rarity(counted.unwrap_or(2), all);
        // The best way to a stem is the one that counts.
        let mut variants: BTreeMap<(String, String), Variant> = BTreeMap::new();
        for one in reached {
            let factor = worth(one.way, is_known) * mass;
            let variant = variants
                .entry((one.locale.clone(), one.lexeme.clone()))
                .or_insert(Variant {
                    locale: one.locale,
                    lexeme: one.lexeme,
                    factor,
                    texts: one.texts,
                });
            variant.factor = variant.factor.max(factor);
            variant.texts = variant.texts.max(one.texts);
        }
        let variants = variants.into_values().collect();
        Self {
            mass,
            variants,
            is_filler,
            is_telling: true,
        }
    }
}

fn worth(way: Way, is_known: bool) -> f32 {
    match (way, is_known) {
        (Way::Exact, _) => 1.0,
        (Way::Kin, true) => KIN,
        (Way::Kin, false) => KIN_OF_UNKNOWN,
        (Way::Begun, true) => BEGUN,
        (Way::Begun, false) => BEGUN_BY_UNKNOWN,
        (Way::Slips(count), _) => SLIPS.get(count.saturating_sub(1)).copied().unwrap_or(0.0),
    }
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "a ratio of counts, and only its logarithm"
)]
fn rarity(texts: i64, all: i64) -> f32 {
    (all as f64 / texts.max(1) as f64).ln_1p() as f32
}

/// What all terms are worth together.
fn total(terms: &[Term]) -> f32 {
    terms.iter().map(|term| term.mass).sum()
}

/// Leaves the most common terms, as long as they are worth less than this share of all together,
/// to the end: their postings are read only for texts the telling terms have found. Answers
/// whether none was left.
pub fn tell_apart(terms: &mut [Term], share: f32) -> bool {
    let least = share * total(terms);
    let mut by_mass: Vec<&mut Term> = terms.iter_mut().collect();
    by_mass.sort_by(|a, b| a.mass.total_cmp(&b.mass));
    let mut lesser = 0.0;
    let mut left_none = true;
    for term in by_mass {
        lesser += term.mass;
        term.is_telling = lesser >= least;
        left_none &= term.is_telling;
    }
    left_none
}

/// The share of the terms' worth that is matched; bit n stands for term n.
fn share(terms: &[Term], bits: i32) -> f32 {
    let all = total(terms);
    let matched: f32 = terms
        .iter()
        .enumerate()
        .filter(|(n, _)| bits >> n & 1 == 1)
        .map(|(_, term)| term.mass)
        .sum();
    if all > 0.0 { matched / all } else { 0.0 }
}

/// How well an answer that came to `sum` by these terms answers a search; `None` when it matches
/// too little of it.
pub fn score(terms: &[Term], sum: f32, bits: i32, all: i64) -> Option<f32> {
    let share = share(terms, bits);
    (share >= LEAST_SHARE).then(|| sum * share.sqrt() / rarity(1, all))
}

/// The telling terms of a letter: those that are known, without words of asking, the rarest ones.
pub fn telling(mut terms: Vec<Term>, most: usize) -> Vec<Term> {
    terms.retain(|term| !term.variants.is_empty() && !term.is_filler);
    terms.sort_by(|a, b| b.mass.total_cmp(&a.mass));
    terms.truncate(most);
    terms
}

/// The same as [`score`] for a letter, which says much that no answer is about.
pub fn score_of_letter(terms: &[Term], sum: f32, bits: i32, all: i64) -> Option<f32> {
    let matched = bits.count_ones() as usize;
    let score = sum / rarity(1, all);
    (matched >= LEAST_TERMS.min(terms.len()) && score >= LEAST_OF_LETTER).then_some(score)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reached(lexeme: &str, way: Way, texts: i64) -> Reached {
        Reached {
            locale: "fr".to_owned(),
            lexeme: lexeme.to_owned(),
            way,
            texts,
        }
    }

    fn term(lexeme: &str, texts: i64) -> Term {
        Term::new(lexeme, vec![reached(lexeme, Way::Exact, texts)], 1_000)
    }

    #[test]
    fn rare_words_are_worth_more_than_common_ones_and_those_more_than_words_of_asking() {
        let (rare, common, asking) = (term("varta", 3), term("commande", 300), term("comment", 3));
        assert!(rare.mass > common.mass);
        assert!(asking.mass < rare.mass * 0.3);
    }

    #[test]
    fn the_same_stem_beats_the_family_and_the_family_beats_a_slip() {
        let term = Term::new(
            "demarrage",
            vec![
                reached("demarrag", Way::Exact, 5),
                reached("demarr", Way::Kin, 5),
                reached("demarr", Way::Begun, 5),
                reached("demarch", Way::Slips(2), 5),
            ],
            1_000,
        );
        let variant = |lexeme: &str| term.variants.iter().find(|v| v.lexeme == lexeme).unwrap();
        let factor = |lexeme| variant(lexeme).factor;
        assert!((factor("demarrag") - term.mass).abs() < 1e-6);
        assert!((factor("demarr") - term.mass * KIN).abs() < 1e-6);
        assert!(factor("demarch") < factor("demarr"));
    }

    #[test]
    fn common_words_alone_find_nothing_beside_a_rare_one() {
        let mut terms = vec![term("varta", 2), term("commande", 900)];
        assert!(!tell_apart(&mut terms, LEAST_SHARE));
        assert!(terms[0].is_telling && !terms[1].is_telling);
        assert!(share(&terms, 0b10) < LEAST_SHARE);
        let mut alone = vec![term("commande", 900)];
        assert!(tell_apart(&mut alone, 0.9));
        assert!(alone[0].is_telling);
    }
}
