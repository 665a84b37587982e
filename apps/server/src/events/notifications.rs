//! Ticket events as the notification policy knows them.

use identity::rating_links::RatingLinks;
use notify::{Desk, Happening, Occasion, Recipient, TicketFacts, notifications};
use shared_kernel::{EmailAddress, NewJob, given_name};
use support_domain::staff::{name_for_customers, name_for_staff};
use support_domain::{
    AuthorKind, Category, Entry, Priority, Status, StatusCause, TicketEvent, TicketFile,
};

/// The e-mails an event calls for.
pub(super) fn jobs(event: &TicketEvent, desk: &Desk, links: &RatingLinks) -> Vec<NewJob> {
    let Some((happening, occurrence)) = happening(event, desk, links) else {
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
fn happening(event: &TicketEvent, desk: &Desk, links: &RatingLinks) -> Option<(Happening, String)> {
    let ticket = &event.file().ticket;
    let version = ticket.version.to_string();
    Some(match event {
        TicketEvent::Created { file } => {
            let customer_name = writer(file).unwrap_or_else(|| SOME_CUSTOMER.to_owned());
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
        TicketEvent::EntryAdded { entry, .. } => (response(entry, desk), entry.id.to_string()),
        TicketEvent::Escalated { reason, .. } => {
            let by = name_for_staff(reason.author.name.as_deref(), reason.author.id.as_str());
            (
                Happening::Escalated {
                    by: by.to_owned(),
                    reason: reason.text.as_str().to_owned(),
                },
                reason.id.to_string(),
            )
        }
    })
}

/// What the team reads where a customer's name is not known.
const SOME_CUSTOMER: &str = "Le client";

fn response(entry: &Entry, desk: &Desk) -> Happening {
    let given = entry.author.name.as_deref();
    let text = entry.text.as_str().to_owned();
    match entry.author.kind {
        AuthorKind::Staff => Happening::ResponseByStaff {
            author: name_for_customers(given, &desk.staff_name).to_owned(),
            text,
        },
        AuthorKind::Customer => Happening::ResponseByCustomer {
            author: given.unwrap_or(SOME_CUSTOMER).to_owned(),
            text,
        },
    }
}

/// Who a new ticket says it is from: what was typed, else what is known of the customer.
fn writer(file: &TicketFile) -> Option<String> {
    let typed = file.ticket.contact.name.as_ref();
    typed
        .map(|name| name.as_str().to_owned())
        .or_else(|| file.customer.display_name())
}

/// What a customer is greeted by: their own name, else what they called themselves when signed in.
/// Never an address.
fn greeted(file: &TicketFile) -> Option<String> {
    let contact = &file.ticket.contact;
    let typed = contact.name.as_ref().filter(|_| contact.signed_in);
    let own = contact.email.as_str();
    file.customer
        .display_name()
        .or_else(|| given_name(typed?.as_str(), Some(own)))
}

fn facts(file: &TicketFile) -> TicketFacts {
    let ticket = &file.ticket;
    // A stranger's ticket under a proven address is still a stranger's.
    let verified =
        !ticket.unverified && file.customer.verified_email.as_ref() == Some(&ticket.contact.email);
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
        // Tickets of before that was kept count as whoever's address it is.
        written_signed_in: verified && (ticket.contact.signed_in || ticket.contact.name.is_none()),
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
    let typed = || EmailAddress::parse(file.ticket.contact.email.as_str()).ok();
    let email = file.customer.email.clone().or_else(typed)?;
    Some(Recipient {
        email,
        name: greeted(file),
    })
}

fn assignee(event: &TicketEvent) -> Option<Recipient> {
    let staff = event.file().assignee.as_ref()?;
    Some(Recipient {
        email: staff.email.clone()?,
        name: staff.name.clone(),
    })
}
