//! A ticket with its people, in one row.

use diesel::QueryableByName;
use diesel::sql_types::{Nullable, Text};
use shared_kernel::{EmailAddress, StoreError};
use support_domain::{Customer, Order, Staff, Ticket, TicketFile};

use super::people::CustomerRow;
use super::ticket::TicketRow;

/// A ticket with its people, in one row.
#[derive(QueryableByName)]
pub(in crate::support) struct FileRow {
    #[diesel(embed)]
    ticket: TicketRow,
    #[diesel(embed)]
    customer: CustomerRow,
    #[diesel(sql_type = Nullable<Text>)]
    cnfa_name: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    cnfa_mail: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    ord_reference: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    ord_total_ttc: Option<String>,
}

impl TryFrom<FileRow> for TicketFile {
    type Error = StoreError;

    fn try_from(row: FileRow) -> Result<Self, StoreError> {
        let ticket = Ticket::try_from(row.ticket)?;
        let customer = Customer::try_from(row.customer)?;
        let assignee = match (&ticket.assignee, row.cnfa_name) {
            (Some(id), Some(name)) => {
                let email = row.cnfa_mail.map(EmailAddress::from_stored);
                Some(Staff::stored(id.clone(), &name, email))
            }
            _ => None,
        };
        let order = match (&ticket.order, row.ord_reference, row.ord_total_ttc) {
            (Some(id), Some(reference), Some(total_ttc)) => Some(Order {
                id: id.clone(),
                customer: customer.id.clone(),
                reference,
                total_ttc,
            }),
            _ => None,
        };
        Ok(Self {
            ticket,
            customer,
            assignee,
            order,
        })
    }
}
