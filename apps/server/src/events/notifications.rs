//! Ticket events as the notification policy knows them.

use identity::rating_links::RatingLinks;
use notify::{Desk, Happening, Occasion, Recipient, TicketFacts, notifications};
use shared_kernel::{EmailAddress, NewJob};
use support_domain::{
    AuthorKind, Category, Entry, Priority, Status, StatusCause, TicketEvent, TicketFile,
};

/// The e-mails an event calls for.
pub(super) fn jobs(event: &TicketEvent, desk: &Desk, links: &RatingLinks) -> Vec<NewJob> {
    let Some((happening, occurrence)) = happening(event, links) else {
        return Vec::new();
    };
    let file = event.file();
    let occasion = Occasion {
        ticket: facts(file),
        customer: customer(file),
        assignee: assignee(event),
        occurrence,
        at: file.ticket.updated_at,
        happening,
    };
    let mut jobs = Vec::new();
    for notification in notifications(&occasion, desk) {
        match notification.into_job(occasion.at) {
            Ok(job) => jobs.push(job),
            Err(error) => {
                tracing::error!(%error, ticket = %file.ticket.id, "a notification cannot be queued");
            }
        }
    }
    jobs
}

/// What happened, and what tells it from other happenings of its kind on the ticket.
fn happening(event: &TicketEvent, links: &RatingLinks) -> Option<(Happening, String)> {
    let ticket = &event.file().ticket;
    let version = ticket.version.to_string();
    Some(match event {
        TicketEvent::Created { file } => {
            let customer_name = file.customer.display_name();
            let message = ticket.message.as_str().to_owned();
            (
                Happening::TicketCreated {
                    customer_name,
                    message,
                },
                version,
            )
        }
        TicketEvent::Assigned { by, .. } if ticket.assignee.as_ref() == Some(by) => return None,
        TicketEvent::Assigned { by, .. } => {
            (Happening::TicketAssigned { by: by.to_string() }, version)
        }
        TicketEvent::StatusChanged {
            cause: StatusCause::Request(by),
            ..
        } => match (by, ticket.status) {
            (AuthorKind::Staff, Status::Resolved) => {
                let rating_url = links.link(&ticket.id, ticket.closings, ticket.updated_at);
                (Happening::ClosedBySupport { rating_url }, version)
            }
            _ => (Happening::StatusChanged, version),
        },
        TicketEvent::StatusChanged { .. } => return None,
        TicketEvent::EntryAdded { entry, .. } if entry.kind.is_internal() => return None,
        TicketEvent::EntryAdded { entry, .. } => (response(entry), entry.id.to_string()),
        TicketEvent::Escalated { reason, .. } => {
            let by = author_name(reason);
            (
                Happening::Escalated {
                    by,
                    reason: reason.text.as_str().to_owned(),
                },
                reason.id.to_string(),
            )
        }
    })
}

fn response(entry: &Entry) -> Happening {
    let (author, text) = (author_name(entry), entry.text.as_str().to_owned());
    match entry.author.kind {
        AuthorKind::Staff => Happening::ResponseByStaff { author, text },
        AuthorKind::Customer => Happening::ResponseByCustomer { author, text },
    }
}

fn author_name(entry: &Entry) -> String {
    entry
        .author
        .name
        .clone()
        .unwrap_or_else(|| match entry.author.kind {
            AuthorKind::Staff => "Le support".to_owned(),
            AuthorKind::Customer => "Le client".to_owned(),
        })
}

fn facts(file: &TicketFile) -> TicketFacts {
    let ticket = &file.ticket;
    // A stranger's ticket under a proven address is still a stranger's.
    let verified =
        !ticket.unverified && file.customer.verified_email.as_ref() == Some(&ticket.contact);
    TicketFacts {
        id: ticket.id.clone(),
        subject: ticket.subject.as_str().to_owned(),
        priority: match ticket.priority {
            Priority::Urgent => notify::Priority::Urgent,
            Priority::High => notify::Priority::High,
            Priority::Normal => notify::Priority::Normal,
            Priority::Low => notify::Priority::Low,
        },
        category: category(ticket.category),
        status: match ticket.status {
            Status::Open => notify::Status::Open,
            Status::InProgress => notify::Status::InProgress,
            Status::WaitingCustomer => notify::Status::WaitingCustomer,
            Status::Resolved => notify::Status::Resolved,
            Status::Closed => notify::Status::Closed,
        },
        created_at: ticket.created_at,
        verified,
        written_signed_in: verified,
    }
}

/// A category in the words of notifications.
pub(crate) fn category(category: Category) -> notify::Category {
    match category {
        Category::General => notify::Category::General,
        Category::Technical => notify::Category::Technical,
        Category::Billing => notify::Category::Billing,
        Category::Complaint => notify::Category::Complaint,
        Category::Suggestion => notify::Category::Suggestion,
    }
}

/// The customer's own address, else the one typed into the form.
fn customer(file: &TicketFile) -> Option<Recipient> {
    let typed = || EmailAddress::parse(file.ticket.contact.as_str()).ok();
    let email = file.customer.email.clone().or_else(typed)?;
    Some(Recipient {
        email,
        name: Some(file.customer.display_name()),
    })
}

fn assignee(event: &TicketEvent) -> Option<Recipient> {
    let staff = event.file().assignee.as_ref()?;
    Some(Recipient {
        email: staff.email.clone()?,
        name: Some(staff.name.clone()),
    })
}
