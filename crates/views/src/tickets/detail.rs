//! A ticket with its thread and its people.

use serde::Serialize;
use support_domain::TicketFile;
use support_domain::ports::TicketDetail;
use utoipa::ToSchema;

use super::{Audience, ContactResponse, ContactTicket, CustomerView};

/// Who answers.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct StaffView {
    pub cnfa_id: String,
    /// The name that was given; without one, customers see the desk's and colleagues the id.
    pub cnfa_name: String,
    /// Staff only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cnfa_mail: Option<String>,
}

/// What was bought; shown only when it is the customer's.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OrderView {
    pub ord_id: String,
    pub ord_reference: String,
    /// In euros, two decimals, as text.
    pub ord_total_ttc: String,
}

/// A ticket with its thread and its people.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ContactTicketDetail {
    #[serde(flatten)]
    pub ticket: ContactTicket,
    /// The thread, oldest first: its latest 100 entries, fewer where their texts are longer than 1 MiB together.
    pub responses: Vec<ContactResponse>,
    /// How many the whole thread has.
    pub responses_total: u64,
    /// Send it as `cursor` to the list of responses to read what came before; absent when all of it is here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub responses_cursor: Option<String>,
    pub customer: CustomerView,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub staff: Option<StaffView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<OrderView>,
}

impl ContactTicketDetail {
    /// A ticket as an audience may see it; `earlier` leads to what came before the part of the thread it has.
    pub fn new(detail: &TicketDetail, audience: &Audience, earlier: Option<String>) -> Self {
        let TicketFile {
            ticket,
            customer,
            assignee,
            order,
        } = &detail.file;
        let is_staff = *audience == Audience::Staff;
        let entries = detail.thread.entries.iter();
        let entries = entries.map(|entry| ContactResponse::new(entry, audience));
        Self {
            ticket: ContactTicket::new(ticket, audience),
            responses: entries.collect(),
            responses_total: detail.thread.total,
            responses_cursor: earlier,
            customer: CustomerView::new(customer, audience),
            staff: assignee.as_ref().map(|staff| StaffView {
                cnfa_id: staff.id.to_string(),
                cnfa_name: audience
                    .name_of_staff(staff.name.as_deref(), staff.id.as_str())
                    .unwrap_or_default(),
                cnfa_mail: staff
                    .email
                    .as_ref()
                    .filter(|_| is_staff)
                    .map(|mail| mail.as_str().to_owned()),
            }),
            order: order.as_ref().map(|order| OrderView {
                ord_id: order.id.to_string(),
                ord_reference: order.reference.clone(),
                ord_total_ttc: order.total_ttc.clone(),
            }),
        }
    }
}
