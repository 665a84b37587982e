//! The knowledge base of the demonstration shop, beside the articles every base begins with.

use chrono::{DateTime, TimeDelta, Utc};
use faq_domain::article::{Answer, Question};
use faq_domain::readers::{ReaderTx, View, Visitor};
use faq_domain::use_cases::{CreateArticle, Outcome, Surroundings, create_article, vote};
use faq_domain::{
    CategoryId, Content, FaqError, FaqTx, Locale, Order, Scope, Tag, Tags, Text, Texts,
};
use shared_kernel::{Done, FaqId, StoreError, UserId};

use super::at::At;
use crate::bootstrap::Core;

/// An article, in French, written some days ago.
struct Written {
    by: &'static str,
    days_ago: i64,
    category: &'static str,
    order: i64,
    published: bool,
    tags: &'static [&'static str],
    question: &'static str,
    answer: &'static str,
}

const ARTICLES: &[Written] = &[
    Written {
        by: "staff-claire",
        days_ago: 90,
        category: "orders",
        order: 2,
        published: true,
        tags: &["commande", "modification", "annulation"],
        question: "Puis-je modifier ou annuler ma commande ?",
        answer: "Oui, **tant qu'elle n'est pas en préparation** : ouvrez *Mes commandes*, puis *Modifier* ou *Annuler*. Le remboursement part aussitôt.\n\nUne fois le colis préparé, laissez-le venir et renvoyez ce qui ne convient pas : le retour est ouvert 30 jours.",
    },
    Written {
        by: "staff-claire",
        days_ago: 80,
        category: "shipping",
        order: 2,
        published: true,
        tags: &["colis", "abîmé", "transporteur"],
        question: "Mon colis est arrivé ouvert ou abîmé, que faire ?",
        answer: "1. **Notez des réserves** sur le bon du livreur, ou refusez le colis.\n2. Photographiez l'emballage et les pièces.\n3. Écrivez-nous sous **3 jours** avec les photos et le numéro de commande.\n\nNous renvoyons la pièce sans attendre la fin de l'enquête du transporteur.",
    },
    Written {
        by: "staff-karim",
        days_ago: 75,
        category: "shipping",
        order: 3,
        published: true,
        tags: &["frais de port", "livraison gratuite"],
        question: "Combien coûte la livraison ?",
        answer: "| mode | prix |\n|---|---|\n| point relais | 3,90 €, offert dès 60 € |\n| à domicile | 6,90 €, offert dès 100 € |\n| express | 12,90 € |\n| pièce volumineuse | à partir de 19,90 € |\n\nLe prix exact est affiché dans le panier, avant le paiement.",
    },
    Written {
        by: "staff-claire",
        days_ago: 70,
        category: "returns",
        order: 2,
        published: true,
        tags: &["garantie", "pièce défectueuse"],
        question: "Comment fonctionne la garantie d'une pièce ?",
        answer: "Toutes nos pièces neuves sont garanties **2 ans**, les pièces d'échange standard **1 an**, montage par un professionnel ou par vous-même.\n\nEnvoyez-nous la facture, le kilométrage et une description de la panne. Une pièce d'usure (plaquettes, balais, filtres) n'est couverte que pour un défaut de fabrication.",
    },
    Written {
        by: "staff-karim",
        days_ago: 66,
        category: "returns",
        order: 3,
        published: true,
        tags: &["consigne", "échange standard"],
        question: "Qu'est-ce que la consigne d'une pièce d'échange ?",
        answer: "Un alternateur, un démarreur ou un étrier d'échange standard est reconditionné à partir d'une ancienne pièce. La **consigne** vous est rendue quand nous recevons la vôtre.\n\nRenvoyez-la **vidangée**, dans l'emballage de la nouvelle, sous 60 jours, avec l'étiquette jointe.",
    },
    Written {
        by: "staff-claire",
        days_ago: 60,
        category: "payment",
        order: 2,
        published: true,
        tags: &["facture", "tva", "société"],
        question: "Comment obtenir une facture au nom de ma société ?",
        answer: "Ajoutez la raison sociale et le **numéro de TVA** dans *Mon compte › Facturation* avant de commander.\n\nPour une commande déjà passée, écrivez-nous avec son numéro : nous refaisons la facture sous un jour ouvré.",
    },
    Written {
        by: "staff-karim",
        days_ago: 55,
        category: "technical",
        order: 1,
        published: true,
        tags: &["compatibilité", "immatriculation", "carte grise"],
        question: "Comment savoir si une pièce va sur ma voiture ?",
        answer: "Entrez votre **immatriculation** en haut de la page : seules les pièces compatibles restent affichées.\n\nEn cas de doute, comparez la **référence d'origine** gravée sur l'ancienne pièce avec celles de la fiche produit, ou envoyez-nous le numéro de série (case E de la carte grise).",
    },
    Written {
        by: "staff-karim",
        days_ago: 50,
        category: "technical",
        order: 2,
        published: true,
        tags: &["batterie", "voyant", "démarrage"],
        question: "Le voyant batterie reste allumé après le remplacement, pourquoi ?",
        answer: "Trois causes expliquent presque tous les cas :\n\n- **cosses** mal serrées ou oxydées ;\n- **courroie d'accessoires** détendue ou absente ;\n- **alternateur** qui ne charge pas : moteur tournant, la tension doit être entre 13,8 et 14,7 V.\n\nSur les voitures à *Stop & Start*, la nouvelle batterie doit en plus être déclarée au calculateur.",
    },
    Written {
        by: "staff-karim",
        days_ago: 45,
        category: "technical",
        order: 3,
        published: true,
        tags: &["huile", "vidange", "moteur"],
        question: "Quelle huile moteur choisir ?",
        answer: "La **norme du constructeur** compte plus que la viscosité : elle est dans le carnet d'entretien (par exemple *RN0710* chez Renault, *B71 2290* chez Peugeot et Citroën).\n\nEntrez votre immatriculation : nous affichons l'huile conforme et la quantité, filtre compris.",
    },
    Written {
        by: "staff-karim",
        days_ago: 40,
        category: "technical",
        order: 4,
        published: true,
        tags: &["freins", "plaquettes", "disques"],
        question: "Faut-il changer les disques avec les plaquettes de frein ?",
        answer: "Pas à chaque fois : en général **un jeu de disques pour deux jeux de plaquettes**. Changez-les si leur épaisseur est sous la cote minimale gravée sur la tranche, s'ils sont rayés ou voilés.\n\nToujours par essieu complet. Roulez ensuite 200 km sans freinage brutal.",
    },
    Written {
        by: "staff-claire",
        days_ago: 35,
        category: "account",
        order: 1,
        published: true,
        tags: &["mot de passe", "connexion"],
        question: "J'ai oublié mon mot de passe, comment me connecter ?",
        answer: "Cliquez sur **Mot de passe oublié** sur la page de connexion et entrez votre adresse : un lien valable une heure vous est envoyé.\n\nRien reçu ? Regardez dans les indésirables, et vérifiez que c'est bien l'adresse de vos confirmations de commande.",
    },
    Written {
        by: "staff-claire",
        days_ago: 30,
        category: "account",
        order: 2,
        published: true,
        tags: &["données personnelles", "suppression"],
        question: "Comment supprimer mon compte et mes données ?",
        answer: "Ouvrez *Mon compte › Confidentialité*. Vous pouvez y **télécharger** vos données et demander leur **effacement**.\n\nLes factures sont conservées dix ans, comme la loi nous y oblige ; tout le reste est effacé sous 30 jours.",
    },
    Written {
        by: "staff-karim",
        days_ago: 2,
        category: "technical",
        order: 5,
        published: false,
        tags: &["immatriculation", "recherche"],
        question: "La recherche par immatriculation arrive au printemps",
        answer: "*Brouillon, à publier avec la mise en ligne.* Entrez l'immatriculation, choisissez votre véhicule, et le catalogue n'affiche plus que les pièces compatibles.",
    },
];

/// Writes the articles, each at its time.
///
/// # Errors
/// [`FaqError`].
pub(super) async fn write(core: &Core, now: DateTime<Utc>) -> Result<(), FaqError> {
    let public = core.work.run(async |tx| enter(tx, core, now).await).await?;
    for (place, id) in (1..).zip(public) {
        read(core, &id, 3 + place * 11 % 40, now).await?;
    }
    Ok(())
}

/// Answers which of them everybody may read.
async fn enter(tx: &mut dyn FaqTx, core: &Core, now: DateTime<Utc>) -> Outcome<Vec<FaqId>> {
    let (mut public, mut events) = (Vec::new(), Vec::new());
    for written in ARTICLES {
        let with = Surroundings {
            clock: &At(now - TimeDelta::days(written.days_ago)),
            ids: &*core.ids,
        };
        let broken = || StoreError::defect("the demonstration's own articles break a rule");
        let by = UserId::parse(written.by).map_err(|_| broken())?;
        let content = content(written).ok_or_else(broken)?;
        let ask = CreateArticle { id: None, content };
        let created = create_article(tx, with, &by, ask).await?;
        let file = created.gather(&mut events);
        public.extend(file.is_public().then_some(file.article.id));
    }
    Ok(Done::telling(public, events))
}

/// Lets so many readers look at an article; every third finds it helpful, every tenth does not.
async fn read(core: &Core, id: &FaqId, readers: u8, now: DateTime<Utc>) -> Result<(), FaqError> {
    let visitors = (1..=readers).map(|n| Visitor::new([n; Visitor::BYTES]));
    let views: Vec<_> = visitors
        .map(|visitor| View {
            article: id.clone(),
            visitor,
            at: now,
        })
        .collect();
    core.store.count_views(&views).await?;
    core.work
        .run(async |tx| vote_each(tx, core, id, &views, now).await)
        .await
}

async fn vote_each(
    tx: &mut dyn ReaderTx,
    core: &Core,
    id: &FaqId,
    views: &[View],
    now: DateTime<Utc>,
) -> Outcome<()> {
    let with = Surroundings {
        clock: &At(now),
        ids: &*core.ids,
    };
    let mut events = Vec::new();
    for (n, view) in (1..).zip(views) {
        if n % 3 == 0 || n % 10 == 0 {
            let helpful = n % 3 == 0;
            let voted = vote(tx, with, Scope::Published, id, &view.visitor, helpful).await?;
            voted.gather(&mut events);
        }
    }
    Ok(Done::telling((), events))
}

fn content(written: &Written) -> Option<Content> {
    let text = Text {
        question: Question::parse(written.question).ok()?,
        answer: Answer::parse(written.answer).ok()?,
    };
    let tags = written.tags.iter().map(|tag| Tag::parse(*tag).ok());
    Some(Content {
        category: CategoryId::parse(written.category)?,
        order: Order::new(written.order)?,
        published: written.published,
        tags: Tags::new(tags.collect::<Option<_>>()?)?,
        texts: Texts::new(Locale::french(), text),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_article_keeps_the_rules() {
        for written in ARTICLES {
            assert!(content(written).is_some(), "{}", written.question);
        }
    }
}
