//! `GET /api/messages/presence`

use actix_web::{HttpResponse, web};
use serde::Serialize;
use shared_kernel::UserId;
use utoipa::ToSchema;

use super::envelope::Enveloped;
use crate::http::caller::StaffOnly;
use crate::http::field::{Errors, Refusal, fields};
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::http::state::AppState;

/// Users asked about at once.
const MAX_IDS: usize = 100;

fields! {
    /// The query.
    pub struct PresenceQuery {
        /// User ids, separated by commas; 100 at the most.
        required ids: String,
    }
}

/// Whether a user is connected.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PresenceView {
    pub user_id: String,
    pub connected: bool,
    /// Over all their devices.
    pub sockets: usize,
}

/// Who of these is connected, over all instances: this one at this moment, others within a second. Staff only.
#[utoipa::path(get, path = "/api/messages/presence", tag = "messages", operation_id = "presence",
    responses((status = 200, description = "In the order asked", body = Enveloped<Vec<PresenceView>>)))]
pub async fn presence(
    state: web::Data<AppState>,
    _: StaffOnly,
    Query(query): Query<PresenceQuery>,
) -> Result<HttpResponse, Problem> {
    let mut errors = Errors::default();
    let ids = errors.required("ids", query.ids).unwrap_or_default();
    let users = users(&mut errors, &ids);
    errors.finish()?;
    let sockets = state.desk.presence.sockets(&users).await?;
    let data: Vec<_> = users
        .iter()
        .zip(sockets)
        .map(|(user, sockets)| PresenceView {
            user_id: user.to_string(),
            connected: sockets > 0,
            sockets,
        })
        .collect();
    Ok(HttpResponse::Ok().json(Enveloped::new(data)))
}

fn users(errors: &mut Errors, ids: &str) -> Vec<UserId> {
    let users: Result<Vec<UserId>, _> = ids.split(',').map(|id| UserId::parse(id.trim())).collect();
    let refusal = match users {
        Ok(users) if users.len() <= MAX_IDS => return users,
        Ok(_) => Refusal::new("too_many", format!("au plus {MAX_IDS} identifiants")),
        Err(error) => error.into(),
    };
    errors.add("ids", &refusal);
    Vec::new()
}
