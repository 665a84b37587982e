//! What each word of a search stands for in the knowledge base.

use std::collections::{BTreeMap, BTreeSet};

use diesel::QueryableByName;
use diesel::sql_types::{Array, BigInt, Bool, Integer, Nullable, Text};
use diesel_async::AsyncPgConnection;
use faq_domain::search::nearness::{forgiven, slips};
use faq_domain::search::relevance::{Reached, Term, Way};
use faq_domain::search::typed::{Typed, TypedWord};
use shared_kernel::StoreError;

use crate::error::from_diesel;
use crate::faq::is_public;
use crate::unit::statement::Statement;

/// A word in fewer texts is counted and read; a more common one is estimated, and read where it must
/// be.
pub(super) const MANY: i64 = 250;

/// Every language there are words of; few, so each is found by one look into the index.
const LANGUAGES: &str = "\
l(locale) AS ((SELECT locale FROM faq_word ORDER BY locale LIMIT 1) UNION ALL
    SELECT (SELECT w.locale FROM faq_word w WHERE w.locale > l.locale ORDER BY w.locale LIMIT 1) FROM l WHERE l.locale IS NOT NULL)";

/// A row, when readers who may see hidden texts (`{}`) or not may know the word of `$row`. A word
/// that only hidden texts have is not known to those who may not see them: else the index would
/// tell what stands in drafts. What stands in more than a hundred texts is nobody's secret, and is
/// not looked through.
macro_rules! may_be_known {
    ($row:literal) => {
        concat!(
            "((SELECT 1 FROM (SELECT text_no FROM faq_posting WHERE locale = ", $row, ".locale AND lexeme = ", $row,
            ".lexeme LIMIT 100) p
                JOIN ___xtr_faq_text x ON x.txt_no = p.text_no JOIN ___xtr_faq f ON f.faq_id = x.faq_id
                JOIN ___xtr_faq_category c ON c.cat_id = f.faq_category WHERE {} OR ", is_public!("f", "c"), " LIMIT 1)
            UNION ALL (SELECT 1 FROM faq_posting WHERE locale = ", $row, ".locale AND lexeme = ", $row,
            ".lexeme OFFSET 100 LIMIT 1) LIMIT 1)"
        )
    };
}

/// The same stem (0), the same family (1), what begins so (2); a row without stem for a word that
/// is not known, none for one that says nothing in the reader's language. What stands in
/// [`MANY`] texts or more is counted in one of sixteen (`idx_faq_posting_sample`); of the nearest
/// only, as how common the others are does not matter. Three letters are too few to have a family. Each look-up is one of the index (`LATERAL` with an `OFFSET` or a `LIMIT`), whatever the
/// planner thinks of it.
const REACHED: &str = concat!("\
asked AS (SELECT a.* FROM unnest({}::int[], {}::text[], {}::text[], {}::bool[]) AS a(no, typed, word, is_open)
    WHERE NOT faq_is_stop({}, a.typed) AND faq_stem({}, a.word) IS NOT NULL),
stem AS (SELECT a.no, a.word, a.is_open, l.locale, faq_stem(l.locale, a.word) AS lexeme,
    faq_kin(l.locale, a.word) AS kin FROM asked a CROSS JOIN l WHERE l.locale IS NOT NULL AND NOT faq_is_stop(l.locale, a.typed)),
near AS (
    SELECT s.no, s.locale, w.lexeme, w.word, 0 AS way FROM stem s CROSS JOIN LATERAL (
        SELECT lexeme, word FROM faq_word WHERE locale = s.locale AND lexeme = s.lexeme OFFSET 0) w
    UNION ALL
    SELECT s.no, s.locale, w.lexeme, w.word, 1 FROM stem s CROSS JOIN LATERAL (
        SELECT lexeme, word FROM faq_word WHERE locale = s.locale AND kin = s.kin LIMIT 40) w
    WHERE s.lexeme IS NOT NULL AND length(s.word) >= 4
    UNION ALL
    SELECT s.no, s.locale, w.lexeme, w.word, 2 FROM stem s CROSS JOIN LATERAL (
        SELECT lexeme, word FROM faq_word
        WHERE locale = s.locale AND word >= s.word AND word < s.word || '~' ORDER BY length(word), word LIMIT 60) w
    WHERE s.is_open),
met AS (
    SELECT no, locale, lexeme, min(way) AS way, array_agg(DISTINCT word) AS words FROM near GROUP BY no, locale, lexeme),
reached AS (SELECT r.*, min(way) OVER (PARTITION BY no) AS nearest FROM met r CROSS JOIN LATERAL ", may_be_known!("r"), " seen),
many(n) AS (SELECT {}::bigint),
counted AS (SELECT r.*, c.texts FROM reached r CROSS JOIN LATERAL (SELECT count(*) AS texts FROM (
    SELECT 1 FROM faq_posting p WHERE p.locale = r.locale AND p.lexeme = r.lexeme LIMIT (SELECT n FROM many)) p) c)
SELECT a.no, r.locale, r.lexeme, r.way, r.words, CASE WHEN r.texts = many.n AND r.way = r.nearest THEN greatest(many.n, 16 * (
        SELECT count(*) FROM faq_posting p WHERE p.locale = r.locale AND p.lexeme = r.lexeme AND hashint4(p.text_no) & 15 = 0))
        ELSE coalesce(r.texts, 0) END AS texts,
    coalesce((SELECT max(txt_no) FROM ___xtr_faq_text), 0)::bigint AS every
FROM asked a CROSS JOIN many LEFT JOIN counted r USING (no)
ORDER BY a.no, r.locale, r.lexeme");

/// Words that share enough groups of three letters with one that is not known.
const SIMILAR: &str = concat!("\
asked AS (SELECT * FROM unnest({}::int[], {}::text[]) AS a(no, word))
SELECT a.no, w.locale, w.lexeme, 3 AS way, ARRAY[w.word] AS words, d.texts, 0::bigint AS every
FROM asked a CROSS JOIN l
    CROSS JOIN LATERAL (
        SELECT locale, lexeme, word FROM faq_word WHERE word % a.word AND locale = l.locale
        ORDER BY similarity(word, a.word) DESC, word LIMIT 40) w
    CROSS JOIN LATERAL (SELECT count(*) AS texts FROM (
        SELECT 1 FROM faq_posting p WHERE p.locale = w.locale AND p.lexeme = w.lexeme LIMIT 500) c) d
    CROSS JOIN LATERAL ", may_be_known!("w"), " seen
WHERE d.texts > 0 ORDER BY a.no, w.locale, w.word");

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Integer)]
    no: i32,
    #[diesel(sql_type = Nullable<Text>)]
    locale: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    lexeme: Option<String>,
    #[diesel(sql_type = Nullable<Integer>)]
    way: Option<i32>,
    #[diesel(sql_type = Nullable<Array<Text>>)]
    words: Option<Vec<String>>,
    #[diesel(sql_type = BigInt)]
    texts: i64,
    #[diesel(sql_type = BigInt)]
    every: i64,
}

/// What a search stands for.
#[derive(Debug, Default)]
pub(super) struct Terms {
    pub(super) all: Vec<Term>,
    /// The words of texts to mark, folded.
    pub(super) marks: BTreeSet<String>,
    /// How many texts there are at the most.
    pub(super) texts: i64,
}

/// How far to look.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reach {
    /// The last word may be unfinished.
    pub(super) last_is_open: bool,
    /// Words may be misspelt.
    pub(super) forgives: bool,
    /// Words of texts that are not published count.
    pub(super) sees_hidden: bool,
}

/// Looks every typed word up.
pub(super) async fn look_up(
    conn: &AsyncPgConnection,
    typed: &Typed,
    locale: &str,
    reach: Reach,
) -> Result<Terms, StoreError> {
    let rows = reached(conn, typed, locale, reach).await?;
    let texts = rows.first().map_or(0, |row| row.every);
    let mut found = BTreeMap::<i32, Vec<Reached>>::new();
    let mut marks = BTreeSet::new();
    for row in rows {
        let known = found.entry(row.no).or_default();
        let way = match row.way {
            Some(0) => Way::Exact,
            Some(1) => Way::Kin,
            _ => Way::Begun,
        };
        take(row, way, known, &mut marks);
    }
    let unknown: Vec<(i32, &TypedWord)> = found
        .iter()
        .filter(|(_, reached)| reached.is_empty())
        .filter_map(|(no, _)| Some((*no, word_of(typed, *no)?)))
        .filter(|(_, word)| forgiven(&word.folded) > 0)
        .collect();
    if reach.forgives && !unknown.is_empty() {
        let open = last(typed).filter(|_| reach.last_is_open);
        for (row, count) in meant(conn, &unknown, open, reach.sees_hidden).await? {
            let known = found.entry(row.no).or_default();
            take(row, Way::Slips(count), known, &mut marks);
        }
    }
    let terms = found
        .into_iter()
        .filter_map(|(no, reached)| Some(Term::new(&word_of(typed, no)?.folded, reached, texts)))
        .collect();
    Ok(Terms {
        all: terms,
        marks,
        texts,
    })
}

fn take(row: Row, way: Way, known: &mut Vec<Reached>, marks: &mut BTreeSet<String>) {
    let (Some(locale), Some(lexeme)) = (row.locale, row.lexeme) else {
        return;
    };
    if row.texts > 0 {
        marks.extend(row.words.unwrap_or_default());
        known.push(Reached {
            locale,
            lexeme,
            way,
            texts: row.texts,
        });
    }
}

fn word_of(typed: &Typed, no: i32) -> Option<&TypedWord> {
    typed.words.get(usize::try_from(no).ok()?)
}

fn last(typed: &Typed) -> Option<i32> {
    i32::try_from(typed.words.len()).ok()?.checked_sub(1)
}

/// An unfinished word needs this many letters to say where it is going.
const OPEN_CHARS: usize = 2;

async fn reached(
    conn: &AsyncPgConnection,
    typed: &Typed,
    locale: &str,
    reach: Reach,
) -> Result<Vec<Row>, StoreError> {
    let count = last(typed).map_or(0, |last| last + 1);
    let is_open = |(no, word): (usize, &TypedWord)| {
        reach.last_is_open
            && no + 1 == typed.words.len()
            && word.folded.chars().count() >= OPEN_CHARS
    };
    let column = |of: fn(&TypedWord) -> &String| typed.words.iter().map(of).cloned().collect();
    let raw: Vec<String> = column(|word| &word.raw);
    let folded: Vec<String> = column(|word| &word.folded);
    let open: Vec<bool> = typed.words.iter().enumerate().map(is_open).collect();
    Statement::new(format!("WITH RECURSIVE {LANGUAGES}, {REACHED}"))
        .bind::<Array<Integer>, _>((0..count).collect::<Vec<_>>())
        .bind::<Array<Text>, _>(raw)
        .bind::<Array<Text>, _>(folded)
        .bind::<Array<Bool>, _>(open)
        .bind::<Text, _>(locale.to_owned())
        .bind::<Text, _>(locale.to_owned())
        .bind::<Bool, _>(reach.sees_hidden)
        .bind::<BigInt, _>(MANY)
        .rows(conn)
        .await
        .map_err(from_diesel)
}

/// The words nearest to unknown ones, and how many slips away they are.
async fn meant(
    conn: &AsyncPgConnection,
    unknown: &[(i32, &TypedWord)],
    open: Option<i32>,
    sees_hidden: bool,
) -> Result<Vec<(Row, usize)>, StoreError> {
    let words: BTreeMap<i32, &str> = unknown
        .iter()
        .map(|(no, word)| (*no, word.folded.as_str()))
        .collect();
    let texts: Vec<String> = words.values().map(|word| (*word).to_owned()).collect();
    let rows: Vec<Row> = Statement::new(format!("WITH RECURSIVE {LANGUAGES}, {SIMILAR}"))
        .bind::<Array<Integer>, _>(words.keys().copied().collect::<Vec<_>>())
        .bind::<Array<Text>, _>(texts)
        .bind::<Bool, _>(sees_hidden)
        .rows(conn)
        .await
        .map_err(from_diesel)?;
    let mut near: Vec<(Row, usize)> = rows
        .into_iter()
        .filter_map(|row| {
            let typed = words.get(&row.no)?;
            let word = row.words.as_ref()?.first()?;
            let count = distance(typed, word, open == Some(row.no));
            (count > 0 && count <= forgiven(typed)).then_some((row, count))
        })
        .collect();
    let mut least = BTreeMap::<i32, usize>::new();
    for (row, count) in &near {
        let least = least.entry(row.no).or_insert(*count);
        *least = (*least).min(*count);
    }
    near.retain(|(row, count)| least.get(&row.no) == Some(count));
    Ok(near)
}

/// An unfinished word is compared with as much of the other.
fn distance(typed: &str, word: &str, is_open: bool) -> usize {
    let whole = slips(typed, word);
    if !is_open {
        return whole;
    }
    let begun: String = word.chars().take(typed.chars().count()).collect();
    // A word begun right was found as such: what is left here is misspelt.
    whole.min(slips(typed, &begun).max(1))
}
