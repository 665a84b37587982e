//! What a search of the knowledge base costs among 20,000 articles.
//!
//! The articles are those of the graded set, each for many parts, makes and models, so that common
//! words are as common as in a real base and rare ones as rare.

use std::time::Duration;

use crate::desk::Desk;
use crate::http::get;
use crate::load::{closed_loop, milliseconds};
use crate::report::Row;
use crate::server::Server;
use crate::{Outcome, Plan, say};

const DATABASE: &str = "faq_search";
const ARTICLES: &str = include_str!("../search/articles.json");
const LASTING: Duration = Duration::from_secs(16);
/// The one bar: of a hundred searches, 99 are faster.
const BAR: Duration = Duration::from_millis(30);

/// As people type: several words, common and rare ones, slips, no accents.
const SEARCHES: [&str; 24] = [
    "suivi de commande",
    "delai livraison batterie clio",
    "livrason point relais",
    "anuler ma comande",
    "remboursement retour alternateur peugeot",
    "ma voiture ne démarre plus",
    "batery renault megane",
    "plaquettes de frein golf",
    "couroie distribution 308",
    "payer en plusieurs fois",
    "paiment refusé carte bancaire",
    "comment changer l'adresse de livraison de ma commande",
    "facture tva",
    "colis abîmé pendant le transport phare",
    "code promo",
    "garantie démarreur bmw serie 3",
    "mot de passe oublié",
    "huile moteur 5w30 vidange",
    "étiquette de retour",
    "turbo consigne échange standard",
    "compte professionnel remise garage",
    "livraison corse frais de port",
    "commande",
    "piece moteur livraison commande compte",
];
/// What comes to the server while somebody types.
const TYPED: [&str; 12] = [
    "li",
    "liv",
    "livra",
    "livraison b",
    "livraison batt",
    "com",
    "commande pie",
    "batt",
    "batery c",
    "plaq",
    "mot de pa",
    "rembou",
];

pub(crate) async fn rows(plan: &Plan, desk: &Desk) -> Outcome<Vec<Row>> {
    say("20,000 articles");
    desk.make_database(DATABASE).await?;
    fill(desk).await?;
    let server = Server::start(desk, DATABASE).await?;
    let measured = measure(plan, &server).await;
    server.stop().await?;
    measured
}

async fn measure(plan: &Plan, server: &Server) -> Outcome<Vec<Row>> {
    let mut rows = Vec::new();
    let kinds: [(&str, &str, &'static [&'static str], &str); 3] = [
        (
            "GET /faq?search=, first 20",
            "/api/support/faq?limit=20&search=",
            &SEARCHES,
            "",
        ),
        (
            "GET /faq?search=, all 100",
            "/api/support/faq?search=",
            &SEARCHES,
            "",
        ),
        (
            "GET /faq/suggest",
            "/api/support/faq/suggest?q=",
            &TYPED,
            "",
        ),
    ];
    for (what, path, words, end) in kinds {
        let requests: Vec<Vec<u8>> = words
            .iter()
            .map(|words| {
                let words: String = url_encoded(words);
                get(&format!("{path}{words}{end}"), None)
            })
            .collect();
        let request = move |n: u64| {
            let count = requests.len().max(1) as u64;
            let index = usize::try_from(n % count).unwrap_or_default();
            requests.get(index).cloned().unwrap_or_default()
        };
        let quarter = plan.lasting(LASTING) / 4;
        // Plans, connections and pages are warm after the first round.
        closed_loop(server.address, 1, quarter, 200, request.clone()).await?;
        let sample = closed_loop(server.address, 1, quarter, 200, request).await?;
        let verdict = if sample.times.percentile(99) < BAR {
            "below"
        } else {
            "ABOVE"
        };
        rows.push(Row::new(
            format!("{what}, 20,000 articles"),
            sample.times.words(),
            format!("p99 {verdict} {}", milliseconds(BAR)),
        ));
    }
    Ok(rows)
}

fn url_encoded(words: &str) -> String {
    words
        .bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}

async fn fill(desk: &Desk) -> Outcome<()> {
    const SQL: &str = include_str!("faq_search.sql");
    let client = desk.client(DATABASE).await?;
    let articles: serde_json::Value = serde_json::from_str(ARTICLES)?;
    client
        .batch_execute("CREATE TEMPORARY TABLE graded (base jsonb NOT NULL)")
        .await?;
    client
        .execute(
            "INSERT INTO graded VALUES ($1::text::jsonb)",
            &[&articles.to_string()],
        )
        .await?;
    client.batch_execute(SQL).await?;
    client.batch_execute("VACUUM ANALYZE").await?;
    Ok(())
}
