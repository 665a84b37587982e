//! What fields are called where people read of them, in French. Programs find the API's name in `errors[].field`.

/// The word for a field, by the last part of its name that has one; the name itself where none has.
pub fn label(field: &str) -> &str {
    let known = |part: &str| LABELS.iter().find(|(name, _)| *name == part);
    let found = field.rsplit('.').find_map(known);
    found.map_or(field, |(_, label)| label)
}

/// Whether a field has a word of its own.
pub fn is_labelled(field: &str) -> bool {
    LABELS.iter().any(|(name, _)| *name == field)
}

/// Names of all bodies and queries. A test of the OpenAPI document fails for one that is missing.
const LABELS: [(&str, &str); 61] = [
    ("active", "Actif"),
    ("after", "Position"),
    ("answer", "Réponse"),
    ("assigned_to", "Responsable"),
    ("brand", "Marque"),
    ("category", "Catégorie"),
    ("closerId", "ID de la personne qui ferme"),
    ("content", "Message"),
    ("conversation", "Conversation"),
    ("createdBy", "ID de l'auteur"),
    ("cursor", "Position"),
    ("customer", "Client"),
    ("customerId", "Client"),
    ("customer_email", "Adresse e-mail du client"),
    ("customer_id", "Client"),
    ("date_from", "Date de début"),
    ("date_to", "Date de fin"),
    ("description", "Description"),
    ("email", "Adresse e-mail"),
    ("feedback", "Commentaire"),
    ("helpful", "Vote"),
    ("icon", "Icône"),
    ("id", "Identifiant"),
    ("ids", "Identifiants"),
    ("Idempotency-Key", "Clé d'idempotence"),
    ("incrementView", "Compter la vue"),
    ("internal", "Note interne"),
    ("internal_note", "Note interne"),
    ("keyword", "Mots recherchés"),
    ("license_plate", "Plaque d'immatriculation"),
    ("limit", "Nombre par page"),
    ("locale", "Langue"),
    ("message", "Message"),
    ("model", "Modèle"),
    ("name", "Nom"),
    ("order", "Ordre"),
    ("orderId", "Commande"),
    ("order_number", "Numéro de commande"),
    ("page", "Page"),
    ("phone", "Téléphone"),
    ("priority", "Priorité"),
    ("published", "Publié"),
    ("q", "Mots recherchés"),
    ("question", "Question"),
    ("rating", "Note"),
    ("readerId", "ID du lecteur"),
    ("reason", "Motif"),
    ("search", "Mots recherchés"),
    ("sig", "Signature du lien"),
    ("sort_by", "Tri"),
    ("sort_order", "Sens du tri"),
    ("staff", "Membre du support"),
    ("staffId", "Membre du support"),
    ("staff_id", "Membre du support"),
    ("status", "Statut"),
    ("subject", "Sujet"),
    ("tags", "Étiquettes"),
    ("translations", "Traductions"),
    ("userId", "ID de l'utilisateur"),
    ("vehicle_info", "Véhicule"),
    ("year", "Année"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_inside_another_is_called_by_its_last_name() {
        assert_eq!(label("vehicle_info.year"), "Année");
        assert_eq!(label("translations.en.answer"), "Réponse");
        assert_eq!(label("translations.en"), "Traductions");
        assert_eq!(label("something_new"), "something_new");
    }
}
