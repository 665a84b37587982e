//! The demonstration shop.

use std::sync::Arc;

use guichet::bootstrap::Core;
use guichet::demo;
use settings::Config;
use testkit::{MovableClock, TestDatabase};

#[tokio::test(flavor = "multi_thread")]
async fn the_demonstration_shop_is_loaded_once_with_articles_that_were_read() {
    let database = TestDatabase::new().await;
    let settings = [
        (
            "JWT_SECRET",
            "a-secret-for-tests-of-enough-bytes-0123456789",
        ),
        ("DATABASE_URL", database.url.as_str()),
    ];
    let settings = settings.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let config = Config::load(settings).expect("the settings are good");
    let clock = Arc::new(MovableClock::default());
    let core = Core::new(&config, clock, &database.url).expect("the core is made");
    assert!(demo::load(&core).await.expect("the shop is loaded") > 0);
    assert_eq!(demo::load(&core).await.expect("it is there"), 0);
    let client = database.client().await;
    let sql = "SELECT count(*), count(*) FILTER (WHERE NOT faq_published), \
        (SELECT min(views) FROM faq_counter), (SELECT min(helpful) FROM faq_counter) FROM ___xtr_faq";
    let row = client.query_one(sql, &[]).await.expect("a row");
    let numbers: Vec<i64> = (0..4).map(|column| row.get(column)).collect();
    assert_eq!(numbers[..2], [17, 1]);
    assert!(numbers[2..].iter().all(|number| *number > 0), "{numbers:?}");
    core.store.close();
}
