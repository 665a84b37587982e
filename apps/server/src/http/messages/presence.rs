//! `GET /api/messages/presence`

use actix_web::{HttpResponse, web};
use serde::Serialize;
use serde_json::Value;
use shared_kernel::UserId;
use utoipa::ToSchema;
use utoipa::openapi::schema::{Object, ObjectBuilder, SchemaType, Type};

use super::envelope::Enveloped;
use crate::http::caller::StaffOnly;
use crate::http::field::{Errors, Parse, Refusal, fields, is_blank};
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::http::state::AppState;

/// Users asked about at once.
const MAX_IDS: usize = 100;

/// Ids of users, separated by commas. An id that has a comma of its own cannot be asked about.
#[derive(Debug, Default, PartialEq)]
pub struct UserIds(Vec<UserId>);

impl Parse for UserIds {
    const IS_LIST: bool = true;

    fn parse(value: &Value) -> Result<Self, Refusal> {
        let list = value.as_str().ok_or_else(|| Refusal::kind("un texte"))?;
        let ids = list.split(',').filter(|id| !is_blank(id));
        let users = ids.map(UserId::typed);
        let users = users.collect::<Result<Vec<_>, _>>()?;
        if users.len() > MAX_IDS {
            let message = format!("au plus {MAX_IDS} identifiants");
            return Err(Refusal::new("too_many", message));
        }
        Ok(Self(users))
    }

    fn schema() -> Object {
        ObjectBuilder::new()
            .schema_type(SchemaType::Type(Type::String))
            .build()
    }
}

fields! {
    /// The query.
    pub struct PresenceQuery {
        /// User ids, separated by commas; 100 at the most.
        required ids: UserIds,
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
    let users = errors.required("ids", query.ids);
    errors.finish()?;
    let UserIds(users) = users.unwrap_or_default();
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
