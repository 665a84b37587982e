//! The search of the knowledge base.
//!
//! In three steps: what the words stand for (`terms`), the texts that hold the most of them, and
//! what of these the reader may see, each in the language they get it in. The best texts are
//! picked by their telling words alone; common ones only move them among each other.

use std::collections::HashMap;

use async_trait::async_trait;
use diesel::QueryableByName;
use diesel::sql_types::{Array, Bool, Float, Integer, Nullable, Text};
use diesel_async::AsyncPgConnection;
use faq_domain::search::relevance::{self, LEAST_SHARE, Term};
use faq_domain::search::typed::Typed;
use faq_domain::search::{Found, FoundArticle, MOST_FOUND, Manner, Search};
use faq_domain::{FaqSearch, Scope};
use shared_kernel::StoreError;

use super::MOST_WORDS;
use super::postings::{Candidate, Postings, Stems};
use super::terms::{Reach, Terms, look_up};
use crate::error::from_diesel;
use crate::faq::{articles_with_ids, is_public};
use crate::unit::statement::Statement;
use crate::unit::store::PgStore;

/// The same of a letter, and how many of them count in the end.
const MOST_WORDS_OF_A_LETTER: usize = 80;
const MOST_TERMS_OF_A_LETTER: usize = 12;
/// The first go weighs the best texts by terms worth half the search, more than any list shows.
/// Only where that is not enough, the second weighs more, by all terms that could make an answer;
/// and only where the filters left too few of these, the third weighs every text.
const FIRST_GO: usize = 120;
const FIRST_SHARE: f32 = 0.5;
const SECOND_GO: usize = 400;
/// So many answers are enough: several pages.
const ENOUGH: usize = 50;
/// Who types sees questions: a word must stand in question or tags.
const LEAST_WEIGHT_TYPED: f32 = 0.54;

/// Of the candidates, what the stems that were left add, and what the reader may see: the text of
/// an article in the first of the reader's languages it has, and no other.
const SEEN: &str = concat!("\
WITH term AS (SELECT * FROM unnest({}::text[], {}::text[], {}::real[], {}::int[]) AS t(locale, lexeme, factor, bit))
SELECT x.faq_id, (b.score + coalesce(m.score, 0))::real AS score, b.bits | coalesce(m.bits, 0) AS bits
FROM unnest({}::int[], {}::real[], {}::int[]) AS b(text_no, score, bits)
    CROSS JOIN LATERAL (
        SELECT x.faq_id, x.txt_locale, x.txt_search FROM ___xtr_faq_text x WHERE x.txt_no = b.text_no LIMIT 1) x
    CROSS JOIN LATERAL (
        SELECT f.faq_published, f.faq_category, f.faq_tags, c.cat_published
        FROM ___xtr_faq f JOIN ___xtr_faq_category c ON c.cat_id = f.faq_category WHERE f.faq_id = x.faq_id LIMIT 1) f
    LEFT JOIN LATERAL (
        SELECT sum(p.weight * t.factor) AS score, bit_or(t.bit) AS bits
        FROM term t JOIN faq_posting p ON p.locale = t.locale AND p.lexeme = t.lexeme AND p.text_no = b.text_no
            AND p.weight >= {}) m ON true
WHERE NOT EXISTS (
        SELECT 1 FROM ___xtr_faq_text s WHERE s.faq_id = x.faq_id
            AND (coalesce(array_position({}::text[], s.txt_locale::text), 1000), s.txt_locale COLLATE \"C\")
              < (coalesce(array_position({}::text[], x.txt_locale::text), 1000), x.txt_locale COLLATE \"C\") OFFSET 0)
    AND (NOT {} OR ", is_public!("f", "f"), ")
    AND ({} IS NULL OR f.faq_published = {})
    AND ({} IS NULL OR f.faq_category = {})
    AND ({} IS NULL OR faq_tag_keys(f.faq_tags) && faq_tag_keys({}))
    AND ({} IS NULL OR x.txt_search @@ faq_query(x.txt_locale, {}))");

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    faq_id: String,
    #[diesel(sql_type = Float)]
    score: f32,
    #[diesel(sql_type = Integer)]
    bits: i32,
}

/// How a manner of asking is searched.
struct Way {
    /// Different words that count.
    words: usize,
    reach: Reach,
    /// Of the terms, so many count: the telling ones.
    terms: usize,
}

fn way_of(manner: Manner, scope: Scope) -> Way {
    let (words, terms, last_is_open, forgives) = match manner {
        Manner::Finished | Manner::BeingTyped => (MOST_WORDS, MOST_WORDS, true, true),
        Manner::Letter => (MOST_WORDS_OF_A_LETTER, MOST_TERMS_OF_A_LETTER, false, false),
    };
    Way {
        words,
        reach: Reach {
            last_is_open,
            forgives,
            sees_hidden: scope == Scope::All,
        },
        terms,
    }
}

#[async_trait]
impl FaqSearch for PgStore {
    async fn search(&self, search: &Search) -> Result<Found, StoreError> {
        let way = way_of(search.manner, search.filter.scope);
        let typed = Typed::read(&search.words, way.words);
        if typed.words.is_empty() {
            return Ok(Found::default());
        }
        let conn = self.search_connection().await?;
        let first = search.languages.first();
        let mut known = look_up(&conn, &typed, first.as_str(), way.reach).await?;
        if search.manner == Manner::Letter {
            known.all = relevance::telling(known.all, way.terms);
        }
        if known.all.iter().all(|term| term.variants.is_empty()) {
            return Ok(Found::default());
        }
        let ranked = ranked(&conn, search, &typed, &mut known).await?;
        let total = u32::try_from(ranked.len()).unwrap_or(MOST_FOUND);
        let part = ranked
            .into_iter()
            .skip(usize::try_from(search.offset).unwrap_or(usize::MAX))
            .take(usize::try_from(search.limit).unwrap_or(usize::MAX))
            .collect();
        let articles = read_articles(&conn, search.filter.scope, part).await?;
        Ok(Found {
            articles,
            total,
            marks: known.marks,
        })
    }
}

fn least_weight(manner: Manner) -> f32 {
    match manner {
        Manner::BeingTyped => LEAST_WEIGHT_TYPED,
        Manner::Finished | Manner::Letter => 0.0,
    }
}

/// What one go weighs.
struct Go {
    /// Terms worth no more than this together are left to the end.
    left: f32,
    /// So many texts.
    most: usize,
}

fn goes(manner: Manner) -> [Go; 3] {
    let go = |left, most| Go {
        left: if manner == Manner::Letter { 0.0 } else { left },
        most,
    };
    [
        go(FIRST_SHARE, FIRST_GO),
        go(LEAST_SHARE, SECOND_GO),
        go(LEAST_SHARE, usize::MAX),
    ]
}

/// The best articles: id and score.
async fn ranked(
    conn: &AsyncPgConnection,
    search: &Search,
    typed: &Typed,
    known: &mut Terms,
) -> Result<Vec<(String, f32)>, StoreError> {
    let most = usize::try_from(MOST_FOUND).unwrap_or(usize::MAX);
    let wanted = match search.manner {
        Manner::Finished => ENOUGH,
        // Nobody pages through these.
        Manner::BeingTyped => usize::try_from(search.limit).unwrap_or(usize::MAX),
        // The best texts are the best, and most letters have no answer.
        Manner::Letter => 0,
    };
    let mut postings = Postings::new(least_weight(search.manner));
    let mut ranked = Vec::new();
    for go in goes(search.manner) {
        let left_none = relevance::tell_apart(&mut known.all, go.left);
        let best = postings.best(conn, &known.all, go.most).await?;
        let all_weighed = best.len() < go.most;
        let could_be_more = !all_weighed || (!left_none && go.left > LEAST_SHARE);
        let left = postings.left(&known.all);
        let rows = seen(conn, search, typed, left, &best).await?;
        ranked = rank(rows, &known.all, known.texts, search.manner);
        if !could_be_more || ranked.len() >= wanted {
            break;
        }
    }
    ranked.truncate(most);
    Ok(ranked)
}

fn rank(rows: Vec<Row>, terms: &[Term], texts: i64, manner: Manner) -> Vec<(String, f32)> {
    let mut ranked: Vec<(String, f32)> = rows
        .into_iter()
        .filter_map(|row| {
            let score = match manner {
                Manner::Finished | Manner::BeingTyped => {
                    relevance::score(terms, row.score, row.bits, texts)
                }
                Manner::Letter => relevance::score_of_letter(terms, row.score, row.bits, texts),
            };
            Some((row.faq_id, score?))
        })
        .collect();
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    ranked
}

async fn seen(
    conn: &AsyncPgConnection,
    search: &Search,
    typed: &Typed,
    left: Stems,
    best: &[Candidate],
) -> Result<Vec<Row>, StoreError> {
    let filter = &search.filter;
    let category = filter.category.as_ref().map(|id| id.as_str().to_owned());
    let tags = (!filter.tags.is_empty()).then(|| filter.tags.clone());
    let languages = search.languages.order();
    let languages: Vec<String> = languages.iter().map(ToString::to_string).collect();
    let column = |of: fn(&Candidate) -> i32| best.iter().map(of).collect::<Vec<_>>();
    Statement::new(SEEN)
        .bind::<Array<Text>, _>(left.locales)
        .bind::<Array<Text>, _>(left.lexemes)
        .bind::<Array<Float>, _>(left.factors)
        .bind::<Array<Integer>, _>(left.bits)
        .bind::<Array<Integer>, _>(column(|one| one.text_no))
        .bind::<Array<Float>, _>(best.iter().map(|one| one.score).collect::<Vec<_>>())
        .bind::<Array<Integer>, _>(column(|one| one.bits))
        .bind::<Float, _>(least_weight(search.manner))
        .bind::<Array<Text>, _>(languages.clone())
        .bind::<Array<Text>, _>(languages)
        .bind::<Bool, _>(filter.scope == Scope::Published)
        .bind::<Nullable<Bool>, _>(filter.published)
        .bind::<Nullable<Bool>, _>(filter.published)
        .bind::<Nullable<Text>, _>(category.clone())
        .bind::<Nullable<Text>, _>(category)
        .bind::<Nullable<Array<Text>>, _>(tags.clone())
        .bind::<Nullable<Array<Text>>, _>(tags)
        .bind::<Nullable<Text>, _>(typed.strict.clone())
        .bind::<Nullable<Text>, _>(typed.strict.clone())
        .rows(conn)
        .await
        .map_err(from_diesel)
}

/// What was taken away, or out of sight, since it was ranked is left out.
async fn read_articles(
    conn: &AsyncPgConnection,
    scope: Scope,
    ranked: Vec<(String, f32)>,
) -> Result<Vec<FoundArticle>, StoreError> {
    let ids = ranked.iter().map(|(id, _)| id.clone()).collect();
    let mut files: HashMap<String, _> = articles_with_ids(conn, ids)
        .await?
        .into_iter()
        .filter(|file| scope.holds(file))
        .map(|file| (file.article.id.as_str().to_owned(), file))
        .collect();
    let found = ranked.into_iter().filter_map(|(id, score)| {
        let file = files.remove(&id)?;
        Some(FoundArticle { file, score })
    });
    Ok(found.collect())
}
