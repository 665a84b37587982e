//! What the shop's configuration says about its support desk.

use std::collections::BTreeMap;
use std::sync::Arc;

use shared_kernel::EmailAddress;
use url::Url;

use crate::occasion::Category;

/// The support desk: who writes, and who in the team is written to.
#[derive(Debug, Clone)]
pub struct Desk {
    /// The shop's name, as customers know it.
    pub shop_name: String,
    /// What customers see of somebody of support who has no name.
    pub staff_name: Arc<str>,
    /// The sender of every mail; its domain also names the messages.
    pub from: EmailAddress,
    /// Where the team reads, unless the category has an address of its own.
    pub support: EmailAddress,
    /// Addresses of single categories.
    pub support_by_category: BTreeMap<Category, EmailAddress>,
    /// Who is told of every escalation besides the new assignee.
    pub escalation: Vec<EmailAddress>,
    /// The address of the service, shown at the foot of each mail.
    pub public_url: Url,
    /// The zone in which mails show times.
    pub time_zone: chrono_tz::Tz,
}

impl Desk {
    /// The team's address for a category.
    pub fn support_for(&self, category: Category) -> &EmailAddress {
        self.support_by_category
            .get(&category)
            .unwrap_or(&self.support)
    }

    /// Whether mail to this address would come back to the desk itself.
    pub fn owns(&self, address: &EmailAddress) -> bool {
        let key = address.key();
        [&self.from, &self.support]
            .into_iter()
            .chain(self.support_by_category.values())
            .chain(&self.escalation)
            .any(|own| own.key() == key)
    }
}
