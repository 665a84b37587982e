//! Customers and colleagues as callers see them.

use serde::Serialize;
use support_domain::ports::Colleague;
use support_domain::staff::name_for_staff;
use support_domain::{Customer, Staff};
use utoipa::ToSchema;

use crate::tickets::Audience;

/// A customer of the shop.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CustomerView {
    pub cst_id: String,
    /// Family name; the whole name when only one word is known, empty when none is.
    pub cst_name: String,
    /// First name; empty when unknown.
    pub cst_fname: String,
    pub cst_mail: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cst_phone: Option<String>,
    /// Staff only: name and telephone were typed into the public form, so nothing vouches for them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unverified: Option<bool>,
}

impl CustomerView {
    /// A customer as an audience may see them.
    pub fn new(customer: &Customer, audience: &Audience) -> Self {
        let phone = customer.phone.as_ref();
        Self {
            cst_id: customer.id.to_string(),
            cst_name: customer.name.clone(),
            cst_fname: customer.first_name.clone(),
            cst_mail: customer.email.as_ref().map(|mail| mail.as_str().to_owned()),
            cst_phone: phone.map(|phone| phone.as_str().to_owned()),
            unverified: (*audience == Audience::Staff).then_some(customer.typed),
        }
    }
}

/// Somebody of the team, as colleagues see them. Not the address: that is shown on their tickets only.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ColleagueView {
    pub cnfa_id: String,
    /// The name that was given, else the id.
    pub cnfa_name: String,
    /// Whether tickets can be assigned to them.
    pub active: bool,
}

impl ColleagueView {
    /// Somebody who has just been entered.
    pub fn entered(staff: &Staff) -> Self {
        Self::new(staff, true)
    }

    fn new(staff: &Staff, active: bool) -> Self {
        Self {
            cnfa_id: staff.id.to_string(),
            cnfa_name: name_for_staff(staff.name.as_deref(), staff.id.as_str()).to_owned(),
            active,
        }
    }
}

impl From<&Colleague> for ColleagueView {
    fn from(colleague: &Colleague) -> Self {
        Self::new(&colleague.staff, colleague.is_active)
    }
}

/// A part of the team.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TeamView {
    pub staff: Vec<ColleagueView>,
    /// How many there are in all.
    pub total: u64,
    pub page: u32,
    pub limit: u32,
    /// Send it as `cursor` to go on; absent at the end.
    #[serde(rename = "nextCursor", skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}
