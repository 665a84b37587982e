//! Who asks.

use serde::Serialize;
use support_domain::Customer;
use utoipa::ToSchema;

use super::Audience;

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
