//! What happened to each ticket of the demonstration shop.

use chrono::{DateTime, TimeDelta, Utc};
use shared_kernel::{Actor, Caller, StaffId, StoreError};
use support_domain::use_cases::{
    AddResponse, AssignTicket, ChangeStatus, CreateTicket, EscalateTicket, RateTicket, Rater, Surroundings,
    add_response, assign_ticket, change_status, create_ticket, escalate_ticket, rate_ticket,
};
use support_domain::{
    Category, Feedback, Message, OrderNumber, Priority, Rating, StatusGroup, Subject, SupportError, SupportStore as _,
    SupportTx, Ticket, Vehicle,
};

use super::{At, cast};
use crate::bootstrap::Core;

/// A ticket and what became of it. Times are hours before now, then minutes after each step.
pub(super) struct Story {
    customer: &'static str,
    hours_ago: i64,
    priority: Priority,
    category: Category,
    subject: &'static str,
    message: &'static str,
    order: Option<&'static str>,
    steps: &'static [(i64, Step)],
}

enum Step {
    Assign(&'static str, &'static str),
    Answer(&'static str, &'static str),
    Note(&'static str, &'static str),
    Escalate(&'static str, &'static str, &'static str),
    Close(&'static str),
    Rate(&'static str, i64, &'static str),
}

/// Every story: one for each state a ticket can be in, and more.
pub(super) fn all() -> Vec<Story> {
    use Step::{Answer, Assign, Close, Escalate, Note, Rate};
    vec![
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
            steps: &[(25, Assign("admin-sophie", "staff-claire")), (5, Note("staff-claire", "Vérifier la référence avec l'entrepôt avant de répondre."))],
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
                (10, Answer("staff-karim", "Bonjour Luc, c'est possible : pouvez-vous nous indiquer le numéro de TVA intracommunautaire et l'adresse de facturation ?")),
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
                (180, Answer("staff-claire", "Bonjour Nadia, merci pour l'idée ! La recherche par immatriculation arrive au printemps.")),
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
                (35, Answer("staff-karim", "Bonjour Jean, une 5W40 norme RN0710 convient ; il faut 4,1 litres avec le filtre.")),
                (30, Close("staff-karim")),
                (60, Rate("cst-jean", 5, "Réponse rapide et précise, merci !")),
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
                (10, Answer("staff-claire", "Bonjour, nous ouvrons une enquête auprès du transporteur et regardons le stock pour un renvoi aujourd'hui.")),
                (20, Answer("cst-garage", "Merci, mais les clients attendent : pouvez-vous confirmer l'heure de livraison ?")),
                (10, Escalate("staff-claire", "admin-sophie", "Client professionnel, deux véhicules immobilisés, renvoi express à valider.")),
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
                (8, Answer("staff-karim", "Bonjour Amina, toutes nos excuses. Un échange part aujourd'hui en express, l'étiquette de retour est dans le colis.")),
                (1_500, Answer("cst-amina", "Bien reçu et monté, tout fonctionne. Merci.")),
                (20, Close("staff-karim")),
                (90, Rate("cst-amina", 4, "")),
            ],
        },
    ]
}

/// Makes a ticket and lets its story happen.
///
/// # Errors
/// [`SupportError`].
pub(super) async fn tell(core: &Core, story: &Story, now: DateTime<Utc>) -> Result<(), SupportError> {
    let mut at = now - TimeDelta::hours(story.hours_ago);
    let mut tx = core.store.begin().await?;
    let ticket = create(&mut *tx, Surroundings { clock: &At(at), ids: &*core.ids }, story).await?;
    tx.commit().await?;
    for (minutes, step) in story.steps {
        at += TimeDelta::minutes(*minutes);
        let mut tx = core.store.begin().await?;
        take(&mut *tx, Surroundings { clock: &At(at), ids: &*core.ids }, &ticket, step).await?;
        tx.commit().await?;
    }
    Ok(())
}

fn wrong() -> SupportError {
    StoreError::defect("the demonstration's own data breaks a rule").into()
}

fn actor(id: &str) -> Result<Actor, SupportError> {
    cast::person(id).ok_or_else(wrong)
}

fn staff(id: &str) -> Result<StaffId, SupportError> {
    StaffId::parse(id).map_err(|_| wrong())
}

async fn create(tx: &mut dyn SupportTx, with: Surroundings<'_>, story: &Story) -> Result<Ticket, SupportError> {
    let customer = actor(story.customer)?;
    let form = CreateTicket {
        name: support_domain::FullName::parse(customer.name.clone().unwrap_or_default()).map_err(|_| wrong())?,
        email: customer.email.clone().ok_or_else(wrong)?,
        phone: None,
        subject: Subject::parse(story.subject).map_err(|_| wrong())?,
        message: Message::parse(story.message).map_err(|_| wrong())?,
        priority: story.priority,
        category: story.category,
        vehicle: (story.category == Category::Technical).then(Vehicle::default),
        order_number: story.order.map(OrderNumber::parse).transpose().map_err(|_| wrong())?,
        customer_id: None,
    };
    Ok(create_ticket(tx, with, &Caller::Known(customer), form).await?.ticket)
}

async fn take(
    tx: &mut dyn SupportTx,
    with: Surroundings<'_>,
    ticket: &Ticket,
    step: &Step,
) -> Result<(), SupportError> {
    let ticket = ticket.id.clone();
    let text = |text: &str| support_domain::thread::EntryText::parse(text).map_err(|_| wrong());
    match step {
        Step::Assign(by, to) => {
            let ask = AssignTicket { ticket, assignee: Some(staff(to)?), expected_version: None };
            assign_ticket(tx, with, &actor(by)?, ask).await?;
        }
        Step::Answer(by, words) | Step::Note(by, words) => {
            let said = AddResponse { ticket, text: text(words)?, internal: matches!(step, Step::Note(..)) };
            add_response(tx, with, &actor(by)?, said).await?;
        }
        Step::Escalate(by, to, reason) => {
            let ask = EscalateTicket { ticket, assignee: Some(staff(to)?), reason: text(reason)? };
            escalate_ticket(tx, with, &actor(by)?, ask).await?;
        }
        Step::Close(by) => {
            let ask = ChangeStatus {
                ticket,
                status: StatusGroup::Closed,
                assigned_to: None,
                internal_note: None,
                expected_version: None,
            };
            change_status(tx, with, &actor(by)?, ask).await?;
        }
        Step::Rate(by, stars, feedback) => {
            let feedback = Some(*feedback).filter(|words| !words.is_empty());
            let ask = RateTicket {
                ticket,
                rating: Rating::new(*stars).ok_or_else(wrong)?,
                feedback: feedback.map(Feedback::parse).transpose().map_err(|_| wrong())?,
            };
            rate_ticket(tx, with, &Rater::Owner(actor(by)?), ask).await?;
        }
    }
    Ok(())
}
