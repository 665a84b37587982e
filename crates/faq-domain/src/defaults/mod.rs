//! What a new knowledge base begins with: the specification's six categories and four articles.
//!
//! The texts are the Markdown files of this folder, the question as their heading. They are entered
//! once, in a base nothing was ever written to: what an admin deletes stays deleted.

use std::collections::BTreeMap;

use shared_kernel::FaqId;

use crate::article::{Answer, Content, Question, Tag, Tags, Text, Texts};
use crate::category::{CategoryDetails, CategoryId, CategoryName, Description, Icon};
use crate::locale::Locale;
use crate::order::Order;
use crate::use_cases::{CreateArticle, CreateCategory};

/// Who has entered it, in the versions.
pub const AUTHOR: &str = "guichet";

/// `(id, icon, name, description)`, in their order.
const CATEGORIES: [(&str, &str, &str, &str); 6] = [
    (
        "orders",
        "📦",
        "Commandes",
        "Passer, suivre, modifier ou annuler une commande.",
    ),
    (
        "shipping",
        "🚚",
        "Livraison",
        "Délais, transporteurs, frais de port et colis en retard.",
    ),
    (
        "returns",
        "↩️",
        "Retours",
        "Renvoyer une pièce, échanges, consignes et remboursements.",
    ),
    (
        "payment",
        "💳",
        "Paiement",
        "Moyens de paiement, factures et paiements refusés.",
    ),
    (
        "technical",
        "🔧",
        "Support technique",
        "Compatibilité, montage et diagnostic.",
    ),
    (
        "account",
        "👤",
        "Compte client",
        "Connexion, coordonnées, véhicules et données personnelles.",
    ),
];

/// An article in its two languages.
struct Entry {
    id: &'static str,
    category: &'static str,
    tags: &'static [&'static str],
    french: &'static str,
    english: &'static str,
}

const ARTICLES: [Entry; 4] = [
    Entry {
        id: "FAQ-00000001",
        category: "orders",
        tags: &["suivi", "commande", "colis"],
        french: include_str!("tracking.fr.md"),
        english: include_str!("tracking.en.md"),
    },
    Entry {
        id: "FAQ-00000002",
        category: "shipping",
        tags: &["livraison", "délais", "transporteur"],
        french: include_str!("delivery.fr.md"),
        english: include_str!("delivery.en.md"),
    },
    Entry {
        id: "FAQ-00000003",
        category: "returns",
        tags: &["retour", "remboursement", "échange", "consigne"],
        french: include_str!("returns.fr.md"),
        english: include_str!("returns.en.md"),
    },
    Entry {
        id: "FAQ-00000004",
        category: "payment",
        tags: &["paiement", "carte bancaire", "facture"],
        french: include_str!("payment.fr.md"),
        english: include_str!("payment.en.md"),
    },
];

/// The categories. `None` when one breaks a rule, which a test rules out.
pub(crate) fn categories() -> Option<Vec<CreateCategory>> {
    let numbered = (1..).zip(CATEGORIES);
    numbered
        .map(|(order, (id, icon, name, description))| {
            Some(CreateCategory {
                id: CategoryId::parse(id)?,
                details: CategoryDetails {
                    name: CategoryName::parse(name).ok()?,
                    description: Description::parse(description).ok()?,
                    icon: Some(Icon::parse(icon).ok()?),
                    order: Order::new(order)?,
                    published: true,
                },
            })
        })
        .collect()
}

/// The articles, likewise.
pub(crate) fn articles() -> Option<Vec<CreateArticle>> {
    ARTICLES.iter().map(article).collect()
}

fn article(entry: &Entry) -> Option<CreateArticle> {
    let tags = entry.tags.iter().map(|tag| Tag::parse(*tag).ok());
    let texts = BTreeMap::from([
        (Locale::french(), text(entry.french)?),
        (Locale::parse("en")?, text(entry.english)?),
    ]);
    Some(CreateArticle {
        id: Some(FaqId::parse(entry.id).ok()?),
        content: Content {
            category: CategoryId::parse(entry.category)?,
            order: Order::new(1)?,
            published: true,
            tags: Tags::new(tags.collect::<Option<_>>()?)?,
            texts: Texts::from_all(texts)?,
        },
    })
}

/// `# Question`, then the answer.
fn text(file: &str) -> Option<Text> {
    let (heading, answer) = file.split_once('\n')?;
    Some(Text {
        question: Question::parse(heading.strip_prefix("# ")?).ok()?,
        answer: Answer::parse(answer.trim()).ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_entered_keeps_the_rules_and_has_its_category() {
        let categories = categories().unwrap();
        let articles = articles().unwrap();
        assert_eq!((categories.len(), articles.len()), (6, 4));
        for article in &articles {
            let content = &article.content;
            assert!(categories.iter().any(|c| c.id == content.category));
            assert_eq!(content.texts.locales().count(), 2);
        }
    }

    #[test]
    fn every_answer_is_long_enough_to_help_and_short_enough_to_read() {
        for article in articles().unwrap() {
            for text in article.content.texts.all().values() {
                let words = text.answer.as_str().split_whitespace().count();
                assert!((80..=200).contains(&words), "{words} words");
            }
        }
    }
}
