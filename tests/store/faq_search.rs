//! The knowledge base's search, on the graded set of `tests/search`.

use std::collections::BTreeMap;

use faq_domain::ports::ArticleFilter;
use faq_domain::search::{Found, Manner, Search};
use faq_domain::use_cases::{Surroundings, import_base};
use faq_domain::{FaqSearch as _, Languages, Locale, Scope};
use guichet::faq::transfer;
use guichet::process::clock::SystemClock;
use identity::RandomIds;
use serde_json::Value;
use shared_kernel::{UnitOfWork as _, UserId};

use crate::desk::Desk;

const ARTICLES: &str = include_str!("../search/articles.json");
const QUERIES: &str = include_str!("../search/queries.json");
/// What the graded set must come to.
const LEAST: f64 = 0.85;

struct Graded {
    query: String,
    locale: String,
    relevant: BTreeMap<String, u32>,
}

fn graded() -> Vec<Graded> {
    let queries: Vec<Value> = serde_json::from_str(QUERIES).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let grades = |value: &Value| {
        let grades = value.as_object().unwrap().iter();
        let grades =
            grades.map(|(id, grade)| (id.clone(), u32::try_from(grade.as_u64().unwrap()).unwrap()));
        grades.collect()
    };
    queries
        .iter()
        .map(|query| Graded {
            query: text(&query["query"]),
            locale: text(&query["locale"]),
            relevant: grades(&query["relevant"]),
        })
        .collect()
}

async fn enter(desk: &Desk, articles: &str) {
    let base = transfer::read(articles).unwrap();
    let (clock, ids) = (SystemClock, RandomIds::new(&[7; 32]));
    let with = Surroundings {
        clock: &clock,
        ids: &ids,
    };
    let mut tx = Box::new(desk.store.open().await.unwrap());
    let by = UserId::parse("staff-claire").unwrap();
    let _ = import_base(&mut *tx, with, &by, base).await.unwrap();
    tx.commit().await.unwrap();
}

fn search(words: &str, locale: &str, manner: Manner) -> Search {
    Search {
        words: words.to_owned(),
        languages: Languages::new(Locale::parse(locale), vec![]),
        filter: ArticleFilter::all(Scope::Published),
        manner,
        offset: 0,
        limit: 10,
    }
}

fn ids(found: &Found) -> Vec<String> {
    let articles = found.articles.iter();
    articles
        .map(|one| one.file.article.id.to_string())
        .collect()
}

async fn found(desk: &Desk, words: &str, locale: &str, manner: Manner) -> Vec<String> {
    let search = search(words, locale, manner);
    ids(&desk.store.search(&search).await.unwrap())
}

fn gain(grades: impl Iterator<Item = u32>) -> f64 {
    grades
        .take(10)
        .zip(2u32..)
        .map(|(grade, place)| f64::from(2u32.pow(grade) - 1) / f64::from(place).log2())
        .sum()
}

/// Normalised discounted cumulative gain of the first ten.
fn ndcg(found: &[String], relevant: &BTreeMap<String, u32>) -> f64 {
    let mut best: Vec<u32> = relevant.values().copied().collect();
    best.sort_unstable_by(|a, b| b.cmp(a));
    let grades = found
        .iter()
        .map(|id| relevant.get(id).copied().unwrap_or(0));
    gain(grades) / gain(best.into_iter())
}

#[tokio::test(flavor = "multi_thread")]
async fn graded_searches_find_what_people_expect() {
    let desk = Desk::new().await;
    enter(&desk, ARTICLES).await;
    let queries = graded();
    assert!(queries.len() >= 60);
    let mut all = BTreeMap::<&str, Vec<f64>>::new();
    for graded in &queries {
        let found = found(&desk, &graded.query, &graded.locale, Manner::Finished).await;
        let score = ndcg(&found, &graded.relevant);
        if score < LEAST {
            let first = &found[..found.len().min(5)];
            println!(
                "{score:.2} {:?} found {first:?}, not {:?}",
                graded.query, graded.relevant
            );
        }
        all.entry(&graded.locale).or_default().push(score);
    }
    let mean = |scores: &[f64]| {
        scores.iter().sum::<f64>() / f64::from(u32::try_from(scores.len()).unwrap())
    };
    for (locale, scores) in &all {
        println!(
            "nDCG@10 of {} searches in {locale}: {:.3}",
            scores.len(),
            mean(scores)
        );
    }
    let mean = mean(&all.into_values().flatten().collect::<Vec<_>>());
    println!("nDCG@10 of {} searches: {mean:.3}", queries.len());
    assert!(mean >= LEAST, "{mean:.3}");
}

#[tokio::test(flavor = "multi_thread")]
async fn accents_endings_and_slips_find_the_same_article() {
    let desk = Desk::new().await;
    enter(&desk, ARTICLES).await;
    for (words, first) in [
        ("demarrage", "panne-demarrage"),
        ("démarrer", "panne-demarrage"),
        ("DÉMARRE", "panne-demarrage"),
        ("batery", "choisir-batterie"),
        ("batteries", "choisir-batterie"),
        ("livrason", "delais-livraison"),
        ("délai livraisons", "delais-livraison"),
    ] {
        let found = found(&desk, words, "fr", Manner::Finished).await;
        assert!(found[..2].contains(&first.to_owned()), "{words}: {found:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_being_typed_finds_what_it_may_become() {
    let desk = Desk::new().await;
    enter(&desk, ARTICLES).await;
    for (words, wanted) in [
        ("ba", "choisir-batterie"),
        ("batt", "choisir-batterie"),
        ("mot de pa", "mot-de-passe"),
        ("comment suivre ma com", "suivre-commande"),
        ("essui", "essuie-glace"),
        ("bateri", "choisir-batterie"),
    ] {
        let found = found(&desk, words, "fr", Manner::BeingTyped).await;
        assert!(found.contains(&wanted.to_owned()), "{words}: {found:?}");
    }
    assert!(found(&desk, "", "fr", Manner::BeingTyped).await.is_empty());
    assert!(
        found(&desk, "  ?! ", "fr", Manner::BeingTyped)
            .await
            .is_empty()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn phrases_must_be_there_and_unwanted_words_must_not() {
    let desk = Desk::new().await;
    enter(&desk, ARTICLES).await;
    let phrase = found(&desk, "\"point relais\"", "fr", Manner::Finished).await;
    assert!(phrase.contains(&"point-relais".to_owned()));
    assert!(!phrase.contains(&"panne-demarrage".to_owned()));
    assert!(
        found(&desk, "\"batterie livraison\"", "fr", Manner::Finished)
            .await
            .is_empty()
    );
    let all = found(&desk, "batterie", "fr", Manner::Finished).await;
    let without = found(&desk, "batterie -démarrage", "fr", Manner::Finished).await;
    assert!(all.contains(&"choisir-batterie".to_owned()));
    assert!(
        !without.is_empty() && !without.contains(&"choisir-batterie".to_owned()),
        "{without:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn words_that_stand_nowhere_find_nothing() {
    let desk = Desk::new().await;
    enter(&desk, ARTICLES).await;
    for words in [
        "attelage remorque",
        "xyzzy",
        "cryptomonnaie bitcoin",
        "comment",
        "-batterie",
        "de la",
    ] {
        let found = found(&desk, words, "fr", Manner::Finished).await;
        if words == "comment" {
            assert!(
                !found.is_empty(),
                "a word of asking alone finds what it stands in"
            );
        } else {
            assert!(found.is_empty(), "{words}: {found:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_public_finds_only_what_is_published_and_everybody_their_language() {
    let desk = Desk::new().await;
    enter(&desk, ARTICLES).await;
    let client = desk.database.client().await;
    client
        .batch_execute(
            "UPDATE ___xtr_faq SET faq_published = false WHERE faq_id = 'choisir-batterie'; \
             UPDATE ___xtr_faq_category SET cat_published = false WHERE cat_id = 'payment'",
        )
        .await
        .unwrap();
    let public = |words: &'static str| found(&desk, words, "fr", Manner::Finished);
    assert!(
        !public("batterie")
            .await
            .contains(&"choisir-batterie".to_owned())
    );
    assert!(!public("facture").await.contains(&"facture".to_owned()));
    let mut staff = search("batterie facture", "fr", Manner::Finished);
    staff.filter = ArticleFilter::all(Scope::All);
    let seen = ids(&desk.store.search(&staff).await.unwrap());
    assert!(seen.contains(&"choisir-batterie".to_owned()) && seen.contains(&"facture".to_owned()));
    // An article is searched in the language its reader gets it in.
    assert!(
        found(&desk, "password", "en", Manner::Finished)
            .await
            .contains(&"mot-de-passe".to_owned())
    );
    assert!(
        found(&desk, "password", "fr", Manner::Finished)
            .await
            .is_empty()
    );
    // One that is not in their language they get in French.
    assert!(
        found(&desk, "plaquettes", "en", Manner::Finished)
            .await
            .contains(&"plaquettes-frein".to_owned())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_or_removed_article_is_found_by_what_it_says_now() {
    let desk = Desk::new().await;
    enter(&desk, ARTICLES).await;
    let client = desk.database.client().await;
    client
        .batch_execute(
            "UPDATE ___xtr_faq_text SET txt_question = 'Comment poser un attelage ?' WHERE faq_id = 'essuie-glace'; \
             DELETE FROM ___xtr_faq WHERE faq_id = 'devis'",
        )
        .await
        .unwrap();
    assert_eq!(
        found(&desk, "attelage", "fr", Manner::Finished).await,
        ["essuie-glace"]
    );
    assert!(
        !found(&desk, "devis", "fr", Manner::Finished)
            .await
            .contains(&"devis".to_owned())
    );
    let lost: i64 = client
        .query_one(
            "SELECT count(*) FROM faq_posting p FULL JOIN (SELECT txt_locale, txt_no, w.lexeme FROM ___xtr_faq_text, unnest(txt_search) w) t \
             ON t.txt_locale = p.locale AND t.txt_no = p.text_no AND t.lexeme = p.lexeme WHERE t.lexeme IS NULL OR p.lexeme IS NULL",
            &[],
        )
        .await
        .unwrap()
        .get(0);
    assert_eq!(lost, 0, "every word of every text is indexed, and no other");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_finds_what_may_answer_it_and_nothing_else() {
    let desk = Desk::new().await;
    enter(&desk, ARTICLES).await;
    for (letter, wanted) in [
        (
            "Problème démarrage véhicule\nMon véhicule Renault Clio 2018 ne démarre plus depuis ce matin. Le voyant batterie est allumé.",
            "panne-demarrage",
        ),
        (
            "Colis pas reçu\nBonjour, j'ai commandé un alternateur il y a dix jours et mon colis n'est toujours pas arrivé. Le suivi n'a pas bougé.",
            "colis-perdu",
        ),
        (
            "Remboursement\nJ'ai renvoyé une pièce il y a deux semaines, quand est-ce que je serai remboursé sur ma carte ?",
            "delai-remboursement",
        ),
    ] {
        let found = found(&desk, letter, "fr", Manner::Letter).await;
        assert!(
            found[..found.len().min(2)].contains(&wanted.to_owned()),
            "{letter}: {found:?}"
        );
    }
    for letter in [
        "Partenariat\nBonjour, je suis journaliste et j'aimerais interviewer votre directrice au sujet de vos engagements.",
        "Stage\nÉtudiante en marketing, je cherche un stage de six mois à partir de septembre.",
        "",
    ] {
        let found = found(&desk, letter, "fr", Manner::Letter).await;
        assert!(found.is_empty(), "{letter}: {found:?}");
    }
}

/// Texts get their numbers in turns, one for each language of an article: how common a word is must
/// not be counted by them.
#[tokio::test(flavor = "multi_thread")]
async fn rare_words_decide_in_a_big_base_of_two_languages() {
    const BASE: &str = "
        INSERT INTO ___xtr_faq_category (cat_id, cat_name, cat_order, cat_published, created_at, updated_at)
            VALUES ('big', 'Grande base', 1, true, now(), now());
        INSERT INTO ___xtr_faq (faq_id, faq_category, faq_order, faq_published, faq_tags, faq_created_by, created_at, updated_at)
            SELECT 'FAQ-' || i, 'big', i, true, '{}', 'staff-claire', now(), now() FROM generate_series(1, 1500) i;
        INSERT INTO ___xtr_faq_text (faq_id, txt_locale, txt_question, txt_answer, txt_tags)
            SELECT 'FAQ-' || i, locale, (CASE WHEN i % 5 = 0 THEN rare ELSE common END) || ' ' || i,
                CASE WHEN i % 5 = 0 THEN 'Ok.' ELSE common || '.' END, ''
            FROM generate_series(1, 1500) i CROSS JOIN (VALUES
                (1, 'fr', 'Suivi livraison', 'Montage autoradio'), (2, 'en', 'Tracking delivery', 'Mounting stereo'))
                l (turn, locale, common, rare) ORDER BY i, turn";
    let desk = Desk::new().await;
    let client = desk.database.client().await;
    client.batch_execute(BASE).await.unwrap();
    for (locale, words) in [("fr", "livraison autoradio"), ("en", "delivery stereo")] {
        let found = found(&desk, words, locale, Manner::Finished).await;
        assert_eq!(found.len(), 10, "{locale}");
        for id in found {
            let number: u32 = id.trim_start_matches("FAQ-").parse().unwrap();
            assert_eq!(number % 5, 0, "{locale}: {id} says nothing of car radios");
        }
    }
}
