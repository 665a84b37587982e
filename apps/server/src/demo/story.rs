//! What happened to each ticket of the demonstration shop.

use chrono::{DateTime, TimeDelta, Utc};
use shared_kernel::{Actor, Caller, StaffId, StoreError};
use support_domain::use_cases::{
    AddResponse, AssignTicket, ChangeStatus, CreateTicket, EscalateTicket, Outcome, RateTicket,
    Rater, Surroundings, add_response, assign_ticket, change_status, create_ticket,
    escalate_ticket, rate_ticket,
};
use support_domain::{
    Category, Feedback, Message, OrderNumber, Priority, Rating, StatusGroup, Subject, SupportError,
    SupportTx, Ticket, TicketFile, Vehicle,
};

use super::at::At;
use super::cast;
use crate::bootstrap::Core;

/// A ticket and what became of it. Times are hours before now, then minutes after each step.
pub(super) struct Story {
    pub(super) customer: &'static str,
    pub(super) hours_ago: i64,
    pub(super) priority: Priority,
    pub(super) category: Category,
    pub(super) subject: &'static str,
    pub(super) message: &'static str,
    pub(super) order: Option<&'static str>,
    pub(super) steps: &'static [(i64, Step)],
}

/// Something that happens to a ticket: by whom, and what.
pub(crate) enum Step {
    Assign(&'static str, &'static str),
    Answer(&'static str, &'static str),
    Note(&'static str, &'static str),
    Escalate(&'static str, &'static str, &'static str),
    Close(&'static str),
    Rate(&'static str, i64, &'static str),
}

/// Makes a ticket and lets its story happen.
///
/// # Errors
/// [`SupportError`].
pub(super) async fn tell(
    core: &Core,
    story: &Story,
    now: DateTime<Utc>,
) -> Result<(), SupportError> {
    let mut at = now - TimeDelta::hours(story.hours_ago);
    let created = core
        .work
        .run(async |tx| create(tx, at_instant(core, &At(at)), story).await);
    let ticket = created.await?.ticket;
    for (minutes, step) in story.steps {
        at += TimeDelta::minutes(*minutes);
        let clock = At(at);
        let with = at_instant(core, &clock);
        core.work
            .run(async |tx| take(tx, with, &ticket, step).await)
            .await?;
    }
    Ok(())
}

fn at_instant<'a>(core: &'a Core, clock: &'a At) -> Surroundings<'a> {
    Surroundings {
        clock,
        ids: &*core.ids,
    }
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

async fn create(
    tx: &mut dyn SupportTx,
    with: Surroundings<'_>,
    story: &Story,
) -> Outcome<TicketFile> {
    let customer = actor(story.customer)?;
    let form = CreateTicket {
        name: support_domain::FullName::parse(customer.name.clone().unwrap_or_default())
            .map_err(|_| wrong())?,
        email: customer.email.clone().ok_or_else(wrong)?,
        phone: None,
        subject: Subject::parse(story.subject).map_err(|_| wrong())?,
        message: Message::parse(story.message).map_err(|_| wrong())?,
        priority: story.priority,
        category: story.category,
        vehicle: (story.category == Category::Technical).then(Vehicle::default),
        order_number: story
            .order
            .map(OrderNumber::parse)
            .transpose()
            .map_err(|_| wrong())?,
        customer_id: None,
    };
    create_ticket(tx, with, &Caller::Known(customer), form).await
}

async fn take(
    tx: &mut dyn SupportTx,
    with: Surroundings<'_>,
    ticket: &Ticket,
    step: &Step,
) -> Outcome<()> {
    let ticket = ticket.id.clone();
    let text = |text: &str| support_domain::thread::EntryText::parse(text).map_err(|_| wrong());
    let file = match step {
        Step::Assign(by, to) => {
            let ask = AssignTicket {
                ticket,
                assignee: Some(staff(to)?),
                expected_version: None,
            };
            assign_ticket(tx, with, &actor(by)?, ask).await?
        }
        Step::Answer(by, words) | Step::Note(by, words) => {
            let said = AddResponse {
                ticket,
                text: text(words)?,
                internal: matches!(step, Step::Note(..)),
            };
            let added = add_response(tx, with, &actor(by)?, said).await?;
            added.map(|(file, _)| file)
        }
        Step::Escalate(by, to, reason) => {
            let ask = EscalateTicket {
                ticket,
                assignee: Some(staff(to)?),
                reason: text(reason)?,
            };
            escalate_ticket(tx, with, &actor(by)?, ask).await?
        }
        Step::Close(by) => {
            let ask = ChangeStatus {
                ticket,
                status: StatusGroup::Closed,
                assigned_to: None,
                internal_note: None,
                expected_version: None,
            };
            change_status(tx, with, &actor(by)?, ask).await?
        }
        Step::Rate(by, stars, feedback) => {
            let feedback = Some(*feedback).filter(|words| !words.is_empty());
            let ask = RateTicket {
                ticket,
                rating: Rating::new(*stars).ok_or_else(wrong)?,
                feedback: feedback
                    .map(Feedback::parse)
                    .transpose()
                    .map_err(|_| wrong())?,
            };
            rate_ticket(tx, with, &Rater::Owner(actor(by)?), ask).await?
        }
    };
    Ok(file.map(|_| ()))
}
