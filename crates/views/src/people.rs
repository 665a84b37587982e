//! The team as colleagues see it.

use serde::Serialize;
use support_domain::Staff;
use support_domain::ports::Colleague;
use support_domain::staff::name_for_staff;
use utoipa::ToSchema;

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
