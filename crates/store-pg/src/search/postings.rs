//! The texts that hold the words of a search, and what each comes to by them.
//!
//! Postings are added up here and not in the database: grouping ten thousand rows costs it more
//! than handing their columns over.

use std::collections::BTreeMap;

use diesel::QueryableByName;
use diesel::sql_types::{Array, Float, Integer, Nullable, Text};
use diesel_async::AsyncPgConnection;
use faq_domain::search::relevance::{Term, Variant};
use shared_kernel::StoreError;

use super::terms::MANY;
use crate::error::from_diesel;
use crate::unit::statement::Statement;

/// Every posting of each stem, as two columns in one order.
const HELD: &str = "\
SELECT t.no, p.texts, p.weights FROM unnest({}::int[], {}::text[], {}::text[]) AS t(no, locale, lexeme)
    CROSS JOIN LATERAL (
        SELECT array_agg(text_no) AS texts, array_agg(weight) AS weights FROM faq_posting
        WHERE locale = t.locale AND lexeme = t.lexeme AND weight >= {}) p";

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Integer)]
    no: i32,
    #[diesel(sql_type = Nullable<Array<Integer>>)]
    texts: Option<Vec<i32>>,
    #[diesel(sql_type = Nullable<Array<Float>>)]
    weights: Option<Vec<f32>>,
}

/// A text that may be an answer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Candidate {
    pub(super) text_no: i32,
    /// What its postings read so far come to.
    pub(super) score: f32,
    /// The terms found in it so far: bit n stands for term n.
    pub(super) bits: i32,
}

/// One posting, or those of one text together.
#[derive(Debug, Clone, Copy)]
struct Hit {
    found: Candidate,
    /// The part of the score that telling terms give.
    telling: f32,
}

/// Stems that terms stand for, as columns.
#[derive(Debug, Default)]
pub(super) struct Stems {
    pub(super) locales: Vec<String>,
    pub(super) lexemes: Vec<String>,
    pub(super) factors: Vec<f32>,
    pub(super) bits: Vec<i32>,
    /// Which variants of which terms.
    places: Vec<(usize, usize)>,
}

/// The postings of a search's terms, each read once: those of telling terms, and of the others what
/// is soon read. What is left is looked up for the best texts only.
pub(super) struct Postings {
    /// Lighter ones do not count: 0 nothing, 1 everything.
    least_weight: f32,
    /// What each posting of a variant adds to its text, by the numbers of term and variant.
    held: BTreeMap<(usize, usize), Vec<Candidate>>,
}

impl Postings {
    pub(super) fn new(least_weight: f32) -> Self {
        Self {
            least_weight,
            held: BTreeMap::new(),
        }
    }

    /// The `most` texts that come to most by the telling terms, the best first.
    pub(super) async fn best(
        &mut self,
        conn: &AsyncPgConnection,
        terms: &[Term],
        most: usize,
    ) -> Result<Vec<Candidate>, StoreError> {
        self.read(conn, terms).await?;
        let hits = self.held.iter().flat_map(|((term, _), found)| {
            let is_telling = terms.get(*term).is_some_and(|term| term.is_telling);
            found.iter().map(move |found| Hit {
                found: *found,
                telling: if is_telling { found.score } else { 0.0 },
            })
        });
        Ok(best(hits.collect(), most))
    }

    /// The stems that were not read.
    pub(super) fn left(&self, terms: &[Term]) -> Stems {
        self.stems_without(terms, |_, _| true)
    }

    fn stems_without(&self, terms: &[Term], which: impl Fn(&Term, &Variant) -> bool) -> Stems {
        let mut stems = Stems::default();
        for (n, term) in terms.iter().enumerate() {
            for (v, variant) in term.variants.iter().enumerate() {
                if !self.held.contains_key(&(n, v)) && which(term, variant) {
                    stems.locales.push(variant.locale.clone());
                    stems.lexemes.push(variant.lexeme.clone());
                    stems.factors.push(variant.factor);
                    stems.bits.push(1 << n);
                    stems.places.push((n, v));
                }
            }
        }
        stems
    }

    async fn read(&mut self, conn: &AsyncPgConnection, terms: &[Term]) -> Result<(), StoreError> {
        let new = self.stems_without(terms, |term, variant| {
            term.is_telling || variant.texts < MANY
        });
        if new.places.is_empty() {
            return Ok(());
        }
        let numbers: Vec<i32> = (0..).take(new.places.len()).collect();
        let rows: Vec<Row> = Statement::new(HELD)
            .bind::<Array<Integer>, _>(numbers)
            .bind::<Array<Text>, _>(new.locales)
            .bind::<Array<Text>, _>(new.lexemes)
            .bind::<Float, _>(self.least_weight)
            .rows(conn)
            .await
            .map_err(from_diesel)?;
        for row in rows {
            let no = usize::try_from(row.no).unwrap_or(usize::MAX);
            let (Some(place), Some(factor), Some(bit)) =
                (new.places.get(no), new.factors.get(no), new.bits.get(no))
            else {
                continue;
            };
            let texts = row.texts.unwrap_or_default().into_iter();
            let found = texts.zip(row.weights.unwrap_or_default());
            let found = found.map(|(text_no, weight)| Candidate {
                text_no,
                score: weight * factor,
                bits: *bit,
            });
            self.held.insert(*place, found.collect());
        }
        Ok(())
    }
}

/// Adds up the postings of each text, and keeps the best of those that hold a telling term.
fn best(mut hits: Vec<Hit>, most: usize) -> Vec<Candidate> {
    // A few runs in order already: as quick as merging them. Stable, so that sums are always
    // taken in one order and come out the same.
    hits.sort_by_key(|hit| hit.found.text_no);
    let of_texts = hits.chunk_by(|a, b| a.found.text_no == b.found.text_no);
    let mut texts: Vec<Hit> = of_texts
        .filter_map(|hits| hits.iter().copied().reduce(Hit::and))
        .filter(|hit| hit.telling > 0.0)
        .collect();
    let better = |a: &Hit, b: &Hit| {
        let by_number = a.found.text_no.cmp(&b.found.text_no);
        b.telling.total_cmp(&a.telling).then(by_number)
    };
    if most > 0 && most < texts.len() {
        texts.select_nth_unstable_by(most - 1, better);
        texts.truncate(most);
    }
    texts.sort_unstable_by(better);
    texts.into_iter().map(|hit| hit.found).collect()
}

impl Hit {
    fn and(self, other: Self) -> Self {
        Self {
            found: Candidate {
                text_no: self.found.text_no,
                score: self.found.score + other.found.score,
                bits: self.found.bits | other.found.bits,
            },
            telling: self.telling + other.telling,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text_no: i32, score: f32, bits: i32) -> Candidate {
        Candidate {
            text_no,
            score,
            bits,
        }
    }

    fn hit(text_no: i32, score: f32, bits: i32) -> Hit {
        Hit {
            found: found(text_no, score, bits),
            telling: score,
        }
    }

    #[test]
    fn postings_of_a_text_add_up_and_the_best_texts_come_first() {
        let hits = vec![
            hit(1, 0.5, 1),
            hit(7, 0.75, 1),
            hit(9, 0.25, 1),
            hit(1, 0.5, 2),
            hit(9, 0.25, 2),
        ];
        let sums = [found(1, 1.0, 3), found(7, 0.75, 1), found(9, 0.5, 3)];
        assert_eq!(best(hits.clone(), 10), sums);
        assert_eq!(best(hits, 2), sums[..2]);
    }

    #[test]
    fn what_tells_nothing_adds_to_a_text_and_does_not_choose_it() {
        let mut common = [hit(1, 0.9, 2), hit(2, 0.9, 2)];
        for hit in &mut common {
            hit.telling = 0.0;
        }
        let hits = vec![hit(1, 0.1, 1), hit(3, 0.2, 1), common[0], common[1]];
        assert_eq!(best(hits, 10), [found(3, 0.2, 1), found(1, 1.0, 3)]);
    }

    #[test]
    fn of_equal_texts_the_elder_comes_first_wherever_the_list_is_cut() {
        let hits: Vec<Hit> = (0..50).rev().map(|no| hit(no, 0.5, 1)).collect();
        for most in [1, 7, 49, 50, 51] {
            let best = best(hits.clone(), most);
            assert_eq!(best.len(), most.min(50));
            assert!((0..).zip(&best).all(|(no, one)| one.text_no == no));
        }
    }
}
