//! What happened to each ticket of the demonstration shop.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use shared_kernel::{Actor, Caller, StaffId, StoreError};
use support_domain::use_cases::{
    AddResponse, AssignTicket, ChangeStatus, CreateTicket, EscalateTicket, Outcome, RateTicket,
    Rater, Surroundings, add_response, assign_ticket, change_status, create_ticket,
    escalate_ticket, rate_ticket,
};
use support_domain::{
    Category, Feedback, FullName, Message, OrderNumber, Priority, Rating, StatusGroup, Subject,
    SupportError, SupportTx, Ticket, Vehicle,
};

use super::at::At;
use super::cast;
use crate::bootstrap::Core;

/// A ticket and what became of it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Story {
    customer: String,
    hours_ago: i64,
    priority: String,
    category: String,
    pub(super) subject: String,
    message: String,
    order: Option<String>,
    #[serde(default)]
    steps: Vec<Moment>,
}

/// A step, some minutes after the one before it.
#[derive(Deserialize)]
struct Moment {
    minutes: i64,
    #[serde(flatten)]
    step: Step,
}

/// Something that happens to a ticket: by whom, and what.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Step {
    Assign(String, String),
    Answer(String, String),
    Note(String, String),
    Escalate(String, String, String),
    Close(String),
    Rate(String, i64, String),
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
    let created = core.work.run(async |tx| {
        let caller = Caller::Known(actor(&story.customer)?);
        create_ticket(tx, at_instant(core, &At(at)), &caller, story.form()?).await
    });
    let ticket = created.await?.ticket;
    for Moment { minutes, step } in &story.steps {
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

impl Story {
    /// What the customer wrote into the form.
    pub(super) fn form(&self) -> Result<CreateTicket, SupportError> {
        let customer = actor(&self.customer)?;
        let category = Category::parse(&self.category).ok_or_else(wrong)?;
        let order = self.order.as_deref().map(OrderNumber::parse).transpose();
        Ok(CreateTicket {
            name: FullName::parse(customer.name.unwrap_or_default()).map_err(|_| wrong())?,
            email: customer.email.ok_or_else(wrong)?,
            phone: None,
            subject: Subject::parse(&*self.subject).map_err(|_| wrong())?,
            message: Message::parse(&*self.message).map_err(|_| wrong())?,
            priority: Priority::parse(&self.priority).ok_or_else(wrong)?,
            category,
            vehicle: (category == Category::Technical).then(Vehicle::default),
            order_number: order.map_err(|_| wrong())?,
            customer_id: None,
        })
    }
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
            let feedback = Some(feedback.as_str()).filter(|words| !words.is_empty());
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
