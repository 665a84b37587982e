//! The words: one template per kind of mail, its two files in `templates/` and its heading.
//!
//! Values are data: they are never parsed as template source, HTML escapes them, and a value a
//! template names but was not given is an error.

use std::sync::LazyLock;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior};
use serde::{Deserialize, Serialize};

/// Which mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Template {
    /// To the customer: we have your request.
    ContactConfirmation,
    /// To the team: a new ticket.
    NewTicketStaff,
    /// To the assignee: a ticket is yours.
    ContactAssigned,
    /// To the customer: the status changed.
    StatusUpdated,
    /// To the customer: closed by support, with a link to rate.
    ContactResolved,
    /// To the customer or to the team: the other side answered.
    ResponseAdded,
    /// To the team: a ticket was escalated.
    TicketEscalated,
}

impl Template {
    /// Every template.
    pub const ALL: [Self; 7] = [
        Self::ContactConfirmation,
        Self::NewTicketStaff,
        Self::ContactAssigned,
        Self::StatusUpdated,
        Self::ContactResolved,
        Self::ResponseAdded,
        Self::TicketEscalated,
    ];

    /// Its name in files, keys and the `X-Guichet-Template` header.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ContactConfirmation => "contact_confirmation",
            Self::NewTicketStaff => "new_ticket_staff",
            Self::ContactAssigned => "contact_assigned",
            Self::StatusUpdated => "status_updated",
            Self::ContactResolved => "contact_resolved",
            Self::ResponseAdded => "response_added",
            Self::TicketEscalated => "ticket_escalated",
        }
    }

    /// The heading, which is also what mailboxes preview.
    pub(crate) fn title(self, to_customer: bool) -> &'static str {
        match (self, to_customer) {
            (Self::ContactConfirmation, _) => "Nous avons bien reçu votre demande",
            (Self::NewTicketStaff, _) => "Nouveau ticket",
            (Self::ContactAssigned, _) => "Un ticket vous est assigné",
            (Self::StatusUpdated, _) => "Votre demande",
            (Self::ContactResolved, _) => "Votre demande est résolue",
            (Self::ResponseAdded, true) => "Nouvelle réponse à votre demande",
            (Self::ResponseAdded, false) => "Le client a répondu",
            (Self::TicketEscalated, _) => "Ticket escaladé",
        }
    }
}

macro_rules! sources {
    ($($name:literal),* $(,)?) => {
        [$(
            (concat!($name, ".txt"), include_str!(concat!("../templates/", $name, ".txt"))),
            (concat!($name, ".html"), include_str!(concat!("../templates/", $name, ".html"))),
        )*]
    };
}

const SOURCES: [(&str, &str); 16] = sources![
    "layout",
    "contact_confirmation",
    "new_ticket_staff",
    "contact_assigned",
    "status_updated",
    "contact_resolved",
    "response_added",
    "ticket_escalated",
];

static ENVIRONMENT: LazyLock<Result<Environment<'static>, minijinja::Error>> =
    LazyLock::new(environment);

fn environment() -> Result<Environment<'static>, minijinja::Error> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_syntax(
        SyntaxConfig::builder()
            .trim_blocks(true)
            .lstrip_blocks(true)
            .build()?,
    );
    for (name, source) in SOURCES {
        environment.add_template(name, source)?;
    }
    Ok(environment)
}

/// Fills in one file of `templates/`; files ending in `.html` escape every value.
pub(crate) fn fill(file: &str, values: &impl Serialize) -> Result<String, minijinja::Error> {
    let environment = ENVIRONMENT.as_ref().map_err(|defect| {
        minijinja::Error::new(minijinja::ErrorKind::SyntaxError, defect.to_string())
    })?;
    environment.get_template(file)?.render(Serde(values))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_parses() {
        environment().unwrap();
    }

    #[test]
    fn the_stored_name_of_a_template_is_its_file_name() {
        for template in Template::ALL {
            assert_eq!(serde_json::to_value(template).unwrap(), template.as_str());
            assert!(
                SOURCES
                    .iter()
                    .any(|(name, _)| *name == format!("{}.txt", template.as_str()))
            );
        }
    }

    #[test]
    fn a_value_that_is_missing_is_an_error_in_every_template() {
        for (name, _) in SOURCES {
            assert!(fill(name, &serde_json::json!({})).is_err(), "{name}");
        }
    }

    /// Read at 320 pixels in a browser: what keeps a long word from widening the mail is this.
    #[test]
    fn no_text_however_long_widens_a_mail() {
        for (name, source) in SOURCES {
            if std::path::Path::new(name)
                .extension()
                .is_none_or(|it| it != "html")
            {
                continue;
            }
            for table in source.split("<table").skip(1) {
                let (tag, inside) = table.split_once('>').unwrap();
                let is_the_button = inside.contains("class=\"button\"") && !inside.contains("<h1");
                assert!(
                    tag.contains("table-layout:fixed") || is_the_button,
                    "{name}: {tag}"
                );
                assert!(
                    !tag.contains("width=\"600\"") || tag.contains("max-width:600px"),
                    "{name}"
                );
            }
            for cell in source.split("white-space:nowrap").skip(1) {
                let cell = cell.split("</td>").next().unwrap();
                assert!(!cell.contains("{{"), "{name}: {cell}");
            }
            // Every text stands in the card of the layout, which breaks words.
            assert!(
                name == "layout.html" || source.starts_with("{% extends \"layout.html\" %}"),
                "{name}"
            );
        }
        let (_, layout) = SOURCES
            .iter()
            .find(|(name, _)| *name == "layout.html")
            .unwrap();
        let card = layout.split("class=\"card\"").nth(1).unwrap();
        let style = card.split('>').next().unwrap();
        for rule in [
            "word-wrap:break-word",
            "overflow-wrap:anywhere",
            "word-break:break-word",
        ] {
            assert!(style.contains(rule), "{rule}");
        }
    }

    #[test]
    fn no_mail_loads_anything_from_elsewhere() {
        for (name, source) in SOURCES {
            for word in ["<img", "<script", "<link", "@import", "url("] {
                assert!(!source.contains(word), "{name}: {word}");
            }
        }
    }
}
