//! How many slips of the finger lie between two words: their edit distance, with neighbours exchanged
//! as one slip.

/// Letters left out, put in, mistaken or exchanged with their neighbour, one each.
pub fn slips(typed: &str, meant: &str) -> usize {
    let typed: Vec<char> = typed.chars().collect();
    let meant: Vec<char> = meant.chars().collect();
    // The last two rows of the table, each one longer than `meant`.
    let mut before: Vec<usize> = vec![];
    let mut above: Vec<usize> = (0..=meant.len()).collect();
    for (i, letter) in typed.iter().enumerate() {
        let mut line = Vec::with_capacity(above.len());
        line.push(i + 1);
        for (j, other) in meant.iter().enumerate() {
            let at = |line: &[usize], j: usize| line.get(j).copied().unwrap_or(usize::MAX - 1);
            let mut least = (at(&above, j) + usize::from(letter != other))
                .min(at(&above, j + 1) + 1)
                .min(at(&line, j) + 1);
            let is_exchanged = i > 0
                && j > 0
                && typed.get(i - 1) == Some(other)
                && meant.get(j - 1) == Some(letter);
            if is_exchanged {
                least = least.min(at(&before, j - 1) + 1);
            }
            line.push(least);
        }
        before = std::mem::replace(&mut above, line);
    }
    above.last().copied().unwrap_or_default()
}

/// How many slips a word of this length may hold and still be recognised.
pub fn forgiven(word: &str) -> usize {
    match word.chars().count() {
        0..=3 => 0,
        4..=5 => 1,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_slip_counts_one() {
        for (typed, meant, count) in [
            ("livraison", "livraison", 0),
            ("livrason", "livraison", 1),
            ("livraisson", "livraison", 1),
            ("livraizon", "livraison", 1),
            ("livriason", "livraison", 1),
            ("lvraizon", "livraison", 2),
            ("", "abc", 3),
            ("abc", "", 3),
        ] {
            assert_eq!(slips(typed, meant), count, "{typed} {meant}");
        }
    }

    #[test]
    fn short_words_are_taken_as_they_are() {
        assert_eq!(
            [forgiven("abs"), forgiven("frei"), forgiven("freins")],
            [0, 1, 2]
        );
    }
}
