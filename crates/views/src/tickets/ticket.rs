//! A ticket, and a list of tickets.

use serde::Serialize;
use shared_kernel::Limit;
use support_domain::{Contact, Ticket, Vehicle};
use utoipa::ToSchema;

use super::Audience;
use crate::beginning::cut_after;
use crate::words::{Flag, TicketCategory, TicketPriority, TicketStatus};
use crate::{Instant, instant};

/// The vehicle as the form has it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct VehicleView {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub brand: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub year: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub license_plate: Option<String>,
}

impl From<&Vehicle> for VehicleView {
    fn from(vehicle: &Vehicle) -> Self {
        let owned = |text: &str| text.to_owned();
        Self {
            brand: vehicle.brand.as_ref().map(|text| owned(text.as_str())),
            model: vehicle.model.as_ref().map(|text| owned(text.as_str())),
            year: vehicle.year.map(support_domain::ticket::ModelYear::get),
            license_plate: vehicle
                .license_plate
                .as_ref()
                .map(|text| owned(text.as_str())),
        }
    }
}

/// Whoever wrote a ticket, as typed into the form. It stays with the ticket, whoever that belongs to.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ContactView {
    pub name: String,
    pub email: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Staff only: typed without a token, so nothing vouches for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unverified: Option<bool>,
}

impl ContactView {
    /// What an audience may see of it: a customer nothing that a stranger typed under their address.
    fn new(contact: &Contact, audience: &Audience) -> Option<Self> {
        let is_owner = matches!(audience, Audience::Owner { .. });
        let name = contact.name.as_ref()?;
        (contact.signed_in || !is_owner).then(|| Self {
            name: name.as_str().to_owned(),
            email: contact.email.to_address(),
            phone: contact
                .phone
                .as_ref()
                .map(|phone| phone.as_str().to_owned()),
            unverified: (*audience == Audience::Staff).then_some(!contact.signed_in),
        })
    }
}

/// The rating of the closing that stands.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SatisfactionView {
    /// 1 to 5.
    pub rating: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub feedback: Option<String>,
    pub rated_at: Instant,
}

/// A ticket.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ContactTicket {
    pub msg_id: String,
    pub msg_cst_id: String,
    /// The assignee; absent for the public form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub msg_cnfa_id: Option<String>,
    /// Present when the order belongs to the customer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub msg_ord_id: Option<String>,
    pub msg_subject: String,
    pub msg_content: String,
    /// True in a list of more than 25 where the text goes on: the ticket itself has all of it. A list shows 500,000
    /// characters of texts, shared out over its `limit`.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    pub msg_content_cut: bool,
    pub msg_date: Instant,
    /// `1` open, `0` closed.
    pub msg_open: Flag,
    /// `1` closed, `0` open.
    pub msg_close: Flag,
    pub priority: TicketPriority,
    pub category: TicketCategory,
    pub status: TicketStatus,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vehicle_info: Option<VehicleView>,
    /// As typed into the form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_number: Option<String>,
    /// Name and telephone as typed into the form; absent for tickets of before they were kept, and for a
    /// customer whose address somebody else may have typed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact: Option<ContactView>,
    /// Staff only: written without a token under the address of a known customer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unverified: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_response_at: Option<Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub satisfaction: Option<SatisfactionView>,
    pub updated_at: Instant,
    /// The number in the entity tag.
    pub version: u64,
}

impl ContactTicket {
    /// A ticket as an audience may see it.
    pub fn new(ticket: &Ticket, audience: &Audience) -> Self {
        let is_open = ticket.status.is_open();
        let known = !matches!(audience, Audience::Public { .. });
        let customer = match audience {
            Audience::Public { customer } => customer,
            Audience::Staff | Audience::Owner { .. } => &ticket.customer,
        };
        Self {
            msg_id: ticket.id.to_string(),
            msg_cst_id: customer.to_string(),
            msg_cnfa_id: ticket
                .assignee
                .as_ref()
                .filter(|_| known)
                .map(ToString::to_string),
            msg_ord_id: ticket
                .order
                .as_ref()
                .filter(|_| known)
                .map(ToString::to_string),
            msg_subject: ticket.subject.as_str().to_owned(),
            msg_content: ticket.message.as_str().to_owned(),
            msg_content_cut: false,
            msg_date: instant(ticket.created_at),
            msg_open: Flag(is_open),
            msg_close: Flag(!is_open),
            priority: ticket.priority.into(),
            category: ticket.category.into(),
            status: ticket.status.into(),
            vehicle_info: ticket.vehicle.as_ref().map(VehicleView::from),
            order_number: ticket
                .order_number
                .as_ref()
                .map(|number| number.as_str().to_owned()),
            contact: ContactView::new(&ticket.contact, audience),
            unverified: (*audience == Audience::Staff).then_some(ticket.unverified),
            first_response_at: ticket.first_response_at.map(instant),
            closed_at: ticket.closed_at.map(instant),
            satisfaction: ticket.satisfaction.as_ref().map(|given| SatisfactionView {
                rating: given.rating.get(),
                feedback: given.feedback.as_ref().map(|text| text.as_str().to_owned()),
                rated_at: instant(given.rated_at),
            }),
            updated_at: instant(ticket.updated_at),
            version: ticket.version,
        }
    }

    /// The same in a page of a list.
    #[must_use]
    pub fn in_page(mut self, limit: Limit) -> Self {
        self.msg_content_cut = cut_after(&mut self.msg_content, limit.text_share());
        self
    }
}

/// A part of a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TicketListView {
    pub tickets: Vec<ContactTicket>,
    /// How many there are in all.
    pub total: u64,
    pub page: u32,
    pub limit: u32,
    /// Send it as `cursor` to go on; absent at the end. Deep reading costs the same as page 1.
    #[serde(rename = "nextCursor", skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}
