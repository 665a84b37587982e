//! `/api/staff` and `/api/customers`: the people of the desk. Whoever signs in is entered by that; here
//! they are entered before, so that they can be named.

pub mod enter_customer;
pub mod enter_staff;
pub mod list_staff;
mod located;
mod person_path;
pub mod show_customer;
pub mod show_staff;
