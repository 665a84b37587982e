//! The knowledge base keeps its promises while several write at once.

use std::collections::BTreeSet;

use faq_domain::article::{Answer, Question};
use faq_domain::category::{CategoryName, Description};
use faq_domain::ports::{ArticleFilter, Window};
use faq_domain::use_cases::{
    CreateArticle, CreateCategory, RestoreArticle, Surroundings, UpdateArticle, create_article,
    create_category, delete_article, delete_category, enter_defaults, restore_article,
    update_article,
};
use faq_domain::{
    Article, ArticleFile, CategoryDetails, CategoryId, Change, Content, FaqError, FaqQueries as _,
    Locale, Order, Scope, Tags, Text, Texts,
};
use guichet::process::clock::SystemClock;
use identity::RandomIds;
use shared_kernel::{FaqId, StoreError};

use crate::desk::{Desk, Dice, user};

fn ids() -> RandomIds {
    RandomIds::new(b"a secret of the tests")
}

fn around(ids: &RandomIds) -> Surroundings<'_> {
    Surroundings {
        clock: &SystemClock,
        ids,
    }
}

fn category(id: &str) -> CategoryId {
    CategoryId::parse(id).unwrap()
}

fn content(shelf: &str, question: &str) -> Content {
    let text = Text {
        question: Question::parse(question).unwrap(),
        answer: Answer::parse("Une réponse assez longue pour être utile.").unwrap(),
    };
    Content {
        category: category(shelf),
        order: Order::default(),
        published: true,
        tags: Tags::default(),
        texts: Texts::new(Locale::french(), text),
    }
}

async fn open_category(desk: &Desk, id: &str) -> Result<(), FaqError> {
    let ask = CreateCategory {
        id: category(id),
        details: CategoryDetails {
            name: CategoryName::parse("Une étagère").unwrap(),
            description: Description::from_stored(String::new()),
            icon: None,
            order: Order::default(),
            published: true,
        },
    };
    let mut tx = desk.begin().await;
    let _ = create_category(&mut *tx, around(&ids()), &user("staff-1"), ask).await?;
    Ok(tx.commit().await?)
}

async fn close_category(desk: &Desk, id: &str) -> Result<(), FaqError> {
    let mut tx = desk.begin().await;
    let _ = delete_category(&mut *tx, around(&ids()), &user("staff-1"), &category(id)).await?;
    Ok(tx.commit().await?)
}

async fn write(desk: &Desk, content: Content) -> Result<ArticleFile, FaqError> {
    let mut tx = desk.begin().await;
    let ask = CreateArticle { id: None, content };
    let file = create_article(&mut *tx, around(&ids()), &user("staff-1"), ask).await?;
    tx.commit().await?;
    Ok(file.value)
}

async fn change(desk: &Desk, id: &FaqId, ask: UpdateArticle) -> Result<ArticleFile, FaqError> {
    let mut tx = desk.begin().await;
    let file = update_article(&mut *tx, around(&ids()), &user("staff-2"), id, ask).await?;
    tx.commit().await?;
    Ok(file.value)
}

async fn remove(desk: &Desk, id: &FaqId) -> Result<(), FaqError> {
    let mut tx = desk.begin().await;
    let _ = delete_article(&mut *tx, around(&ids()), &user("staff-2"), id, None).await?;
    Ok(tx.commit().await?)
}

async fn restore(desk: &Desk, id: &FaqId, version: u64) -> Result<ArticleFile, FaqError> {
    let mut tx = desk.begin().await;
    let ask = RestoreArticle {
        id: id.clone(),
        version,
        expected_version: None,
    };
    let file = restore_article(&mut *tx, around(&ids()), &user("staff-3"), ask).await?;
    tx.commit().await?;
    Ok(file.value)
}

fn reordered(order: i64) -> UpdateArticle {
    UpdateArticle {
        order: Order::new(order),
        ..UpdateArticle::default()
    }
}

fn moved_to(shelf: &str) -> UpdateArticle {
    UpdateArticle {
        category: Some(category(shelf)),
        ..UpdateArticle::default()
    }
}

const ORPHANS: &str = "SELECT count(*) FROM ___xtr_faq f LEFT JOIN ___xtr_faq_category c ON c.cat_id = f.faq_category WHERE c.cat_id IS NULL";

#[tokio::test(flavor = "multi_thread")]
async fn deleting_a_category_and_filling_it_at_once_never_leaves_an_orphan() {
    let desk = Desk::new().await;
    open_category(&desk, "home").await.unwrap();
    let wanderer = write(&desk, content("home", "Où vais-je donc ?"))
        .await
        .unwrap()
        .article;
    let mut outcomes = BTreeSet::new();
    let mut dice = Dice::new(4);
    for round in 0..120 {
        let shelf = format!("shelf-{round}");
        open_category(&desk, &shelf).await.unwrap();
        let stocked = content(&shelf, "Combien coûte l'envoi ?");
        // One of the two comes a little late, so that each wins some rounds.
        let turns = dice.roll(40);
        let filling = async {
            for _ in 0..turns {
                tokio::task::yield_now().await;
            }
            if round % 3 == 0 {
                change(&desk, &wanderer.id, moved_to(&shelf)).await
            } else {
                write(&desk, stocked.clone()).await
            }
        };
        let (filled, closed) = tokio::join!(filling, close_category(&desk, &shelf));
        match (&filled, &closed) {
            (Ok(_), Err(FaqError::CategoryNotEmpty)) => outcomes.insert("filled"),
            (Err(FaqError::UnknownCategory), Ok(())) => outcomes.insert("closed"),
            _ => panic!("round {round}: {filled:?}, {closed:?}"),
        };
        assert_eq!(desk.number(ORPHANS).await, 0, "round {round}");
    }
    assert_eq!(outcomes, BTreeSet::from(["closed", "filled"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_count_of_a_category_is_the_number_of_its_articles() {
    let desk = Desk::new().await;
    for shelf in ["a", "b"] {
        open_category(&desk, shelf).await.unwrap();
    }
    let writing = (0..12).map(|n| {
        let shelf = if n % 2 == 0 { "a" } else { "b" };
        write(&desk, content(shelf, "Quelle huile choisir ?"))
    });
    let written = futures_util::future::try_join_all(writing).await.unwrap();
    let shuffling = written.iter().enumerate().map(|(n, file)| {
        let id = &file.article.id;
        let desk = &desk;
        async move {
            match n % 3 {
                0 => remove(desk, id).await.unwrap(),
                1 => drop(change(desk, id, moved_to("a")).await.unwrap()),
                _ => {}
            }
        }
    });
    futures_util::future::join_all(shuffling).await;
    for file in desk.store.categories(Scope::All, None).await.unwrap() {
        let filter = ArticleFilter {
            category: Some(file.category.id.clone()),
            ..ArticleFilter::all(Scope::All)
        };
        let window = Window {
            offset: 0,
            limit: 500,
        };
        let listed = desk.store.articles(&filter, window).await.unwrap();
        assert_eq!(file.articles, listed.total, "{}", file.category.id);
        assert_eq!(listed.items.len() as u64, listed.total);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_change_is_one_version_and_none_is_lost() {
    let desk = Desk::new().await;
    open_category(&desk, "a").await.unwrap();
    let id = write(&desk, content("a", "Quelle huile choisir ?"))
        .await
        .unwrap()
        .article
        .id;
    let changing = (1..=20).map(|order| change(&desk, &id, reordered(order)));
    futures_util::future::try_join_all(changing).await.unwrap();
    let versions = desk.store.article_versions(&id).await.unwrap();
    let numbers: Vec<u64> = versions.iter().map(|kept| kept.article.version).collect();
    assert_eq!(numbers, (1..=21).rev().collect::<Vec<_>>());
    let orders: BTreeSet<i32> = versions
        .iter()
        .map(|kept| kept.article.content.order.get())
        .collect();
    assert_eq!(orders, (0..=20).collect());
    let now = desk.store.article(&id).await.unwrap().unwrap();
    assert_eq!(
        Some(&now.article),
        versions.first().map(|kept| &kept.article)
    );

    // What changes nothing is no version.
    let same = reordered(now.article.content.order.get().into());
    change(&desk, &id, same).await.unwrap();
    assert_eq!(desk.store.article_versions(&id).await.unwrap().len(), 21);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_article_keeps_its_versions_and_comes_back_whole_once() {
    let desk = Desk::new().await;
    open_category(&desk, "a").await.unwrap();
    let mut said = content("a", "Quelle huile choisir ?");
    let english = Text {
        question: Question::parse("Which oil should I choose?").unwrap(),
        answer: Answer::parse("An answer that is long enough.").unwrap(),
    };
    let mut texts = said.texts.all().clone();
    texts.insert(Locale::parse("en").unwrap(), english);
    said.texts = Texts::from_all(texts).unwrap();
    let first: Article = write(&desk, said.clone()).await.unwrap().article;
    change(&desk, &first.id, reordered(7)).await.unwrap();
    remove(&desk, &first.id).await.unwrap();
    assert!(desk.store.article(&first.id).await.unwrap().is_none());

    // Two restore it at the same moment: the second collides and, run again, restores over it.
    let again = async || loop {
        match restore(&desk, &first.id, 1).await {
            Err(FaqError::Store(StoreError::Collision)) => {}
            other => return other.unwrap(),
        }
    };
    let (one, other) = tokio::join!(again(), again());
    let numbers = BTreeSet::from([one.article.version, other.article.version]);
    assert_eq!(numbers, BTreeSet::from([4, 5]));
    let back = desk.store.article(&first.id).await.unwrap().unwrap();
    assert_eq!(back.article.content, said);
    assert_eq!(back.article.created_by, first.created_by);
    assert_eq!(
        back.article.created_at.timestamp_micros(),
        first.created_at.timestamp_micros()
    );
    let versions = desk.store.article_versions(&first.id).await.unwrap();
    let changes: Vec<_> = versions.iter().map(|kept| kept.change).collect();
    let expected = [
        Change::Restored,
        Change::Restored,
        Change::Deleted,
        Change::Updated,
        Change::Created,
    ];
    assert_eq!(changes, expected);

    // Not into a category that is gone.
    remove(&desk, &first.id).await.unwrap();
    close_category(&desk, "a").await.unwrap();
    let refused = restore(&desk, &first.id, 1).await;
    assert!(matches!(refused, Err(FaqError::UnknownCategory)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_category_made_anew_goes_on_counting_its_versions() {
    let desk = Desk::new().await;
    for _ in 0..2 {
        open_category(&desk, "a").await.unwrap();
        close_category(&desk, "a").await.unwrap();
    }
    open_category(&desk, "a").await.unwrap();
    let found = desk.store.category(&category("a"), Scope::All).await;
    assert_eq!(found.unwrap().unwrap().category.version, 5);
    let refused = open_category(&desk, "a").await;
    assert!(matches!(refused, Err(FaqError::CategoryExists)));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_start_at_once_one_enters_the_defaults() {
    let desk = Desk::new().await;
    let enter = async || {
        let mut tx = desk.begin().await;
        let done = enter_defaults(&mut *tx, around(&ids())).await.unwrap();
        tx.commit().await.unwrap();
        done.value
    };
    let done = futures_util::future::join_all((0..8).map(|_| enter())).await;
    assert_eq!(done.iter().filter(|done| **done).count(), 1);
    assert_eq!(desk.number("SELECT count(*) FROM ___xtr_faq").await, 4);

    // What is deleted stays deleted, even when everything is.
    let client = desk.database.client().await;
    for table in ["___xtr_faq", "___xtr_faq_category"] {
        let sql = format!("DELETE FROM {table}");
        client.execute(&sql, &[]).await.unwrap();
    }
    assert!(!enter().await);
    assert_eq!(desk.number("SELECT count(*) FROM ___xtr_faq").await, 0);
}
