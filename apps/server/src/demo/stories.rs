//! The tickets of the demonstration shop: one for each state a ticket can be in, and more.

use support_domain::{Category, Priority};

use super::story::Step::{Answer, Assign, Close, Escalate, Note, Rate};
use super::story::Story;

/// Every story.
pub(crate) const STORIES: &[Story] = &[
    Story {
        customer: "cst-jean",
        hours_ago: 2,
        priority: Priority::High,
        category: Category::Technical,
        subject: "Batterie neuve mais le voyant reste allumé",
        message: "Bonjour, j'ai monté la batterie 70 Ah commandée la semaine dernière sur ma Clio IV et le voyant batterie reste allumé. Faut-il coder quelque chose ?",
        order: Some("ORD-2024-12345"),
        steps: &[],
    },
    Story {
        customer: "cst-amina",
        hours_ago: 5,
        priority: Priority::Normal,
        category: Category::General,
        subject: "Compatibilité plaquettes de frein Peugeot 308",
        message: "Bonjour, les plaquettes avant que j'ai reçues sont-elles bien compatibles avec une 308 II 1.6 BlueHDi de 2016 ? Les étriers semblent différents.",
        order: Some("ORD-2024-12388"),
        steps: &[
            (25, Assign("admin-sophie", "staff-claire")),
            (
                5,
                Note(
                    "staff-claire",
                    "Vérifier la référence avec l'entrepôt avant de répondre.",
                ),
            ),
        ],
    },
    Story {
        customer: "cst-luc",
        hours_ago: 26,
        priority: Priority::Normal,
        category: Category::Billing,
        subject: "Facture au nom de ma société",
        message: "Bonjour, pourriez-vous refaire la facture de ma commande au nom de Moreau Transports avec le numéro de TVA ? Merci d'avance.",
        order: Some("ORD-2024-12402"),
        steps: &[
            (40, Assign("staff-karim", "staff-karim")),
            (
                10,
                Answer(
                    "staff-karim",
                    "Bonjour Luc, c'est possible : pouvez-vous nous indiquer le numéro de TVA intracommunautaire et l'adresse de facturation ?",
                ),
            ),
        ],
    },
    Story {
        customer: "cst-nadia",
        hours_ago: 50,
        priority: Priority::Low,
        category: Category::Suggestion,
        subject: "Filtrer les pièces par carte grise",
        message: "Bonjour, ce serait très pratique de pouvoir entrer le numéro d'immatriculation pour ne voir que les pièces compatibles avec ma voiture.",
        order: None,
        steps: &[
            (
                180,
                Answer(
                    "staff-claire",
                    "Bonjour Nadia, merci pour l'idée ! La recherche par immatriculation arrive au printemps.",
                ),
            ),
            (2, Close("staff-claire")),
        ],
    },
    Story {
        customer: "cst-jean",
        hours_ago: 120,
        priority: Priority::Normal,
        category: Category::Technical,
        subject: "Quelle huile pour une Clio IV essence ?",
        message: "Bonjour, quelle huile moteur recommandez-vous pour une Clio IV 0.9 TCe de 2015 avec 90 000 km ? Je fais surtout de la ville.",
        order: None,
        steps: &[
            (
                35,
                Answer(
                    "staff-karim",
                    "Bonjour Jean, une 5W40 norme RN0710 convient ; il faut 4,1 litres avec le filtre.",
                ),
            ),
            (30, Close("staff-karim")),
            (
                60,
                Rate("cst-jean", 5, "Réponse rapide et précise, merci !"),
            ),
        ],
    },
    Story {
        customer: "cst-garage",
        hours_ago: 8,
        priority: Priority::High,
        category: Category::Complaint,
        subject: "Colis reçu ouvert, deux disques manquants",
        message: "Bonjour, le colis de ce matin est arrivé ouvert : il manque deux disques de frein sur quatre. Deux véhicules sont immobilisés à l'atelier.",
        order: Some("ORD-2024-12420"),
        steps: &[
            (15, Assign("staff-claire", "staff-claire")),
            (
                10,
                Answer(
                    "staff-claire",
                    "Bonjour, nous ouvrons une enquête auprès du transporteur et regardons le stock pour un renvoi aujourd'hui.",
                ),
            ),
            (
                20,
                Answer(
                    "cst-garage",
                    "Merci, mais les clients attendent : pouvez-vous confirmer l'heure de livraison ?",
                ),
            ),
            (
                10,
                Escalate(
                    "staff-claire",
                    "admin-sophie",
                    "Client professionnel, deux véhicules immobilisés, renvoi express à valider.",
                ),
            ),
        ],
    },
    Story {
        customer: "cst-amina",
        hours_ago: 200,
        priority: Priority::Urgent,
        category: Category::Complaint,
        subject: "Alternateur défectueux dès le montage",
        message: "Bonjour, l'alternateur reçu ne charge pas du tout, testé par mon garagiste. La voiture est indispensable pour mon travail.",
        order: None,
        steps: &[
            (12, Assign("staff-karim", "staff-karim")),
            (
                8,
                Answer(
                    "staff-karim",
                    "Bonjour Amina, toutes nos excuses. Un échange part aujourd'hui en express, l'étiquette de retour est dans le colis.",
                ),
            ),
            (
                1_500,
                Answer("cst-amina", "Bien reçu et monté, tout fonctionne. Merci."),
            ),
            (20, Close("staff-karim")),
            (90, Rate("cst-amina", 4, "")),
        ],
    },
];
