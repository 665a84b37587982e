//! Tickets as callers see them.
//!
//! `audience`: for whom a view is made; `ticket`: a ticket and a list of them; `customer`: who asks; `response`: an entry
//! of its thread; `detail`: a ticket with its thread and its people. What a customer must not see
//! is not in what is built for a customer.

mod audience;
mod customer;
mod detail;
mod response;
mod ticket;

pub use audience::Audience;
pub use customer::CustomerView;
pub use detail::{ContactTicketDetail, OrderView, StaffView};
pub use response::ContactResponse;
pub use ticket::{ContactTicket, ContactView, SatisfactionView, TicketListView, VehicleView};
