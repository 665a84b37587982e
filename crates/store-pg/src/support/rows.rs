//! Rows of the ticket tables and what they mean. The only place that knows both.

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Bool, Integer, Jsonb, Nullable, SmallInt, Text, Timestamptz};
use serde_json::{Value, json};
use shared_kernel::{
    CustomerId, EmailAddress, EmailKey, EntryId, OrderId, PhoneNumber, StaffId, StoreError,
    TicketId, UserId,
};
use support_domain::ticket::{LicensePlate, ModelYear, VehicleText};
use support_domain::{
    Author, AuthorKind, Category, Customer, Entry, EntryKind, Feedback, Message, Order,
    OrderNumber, Priority, Rating, Satisfaction, Staff, Status, Subject, Ticket, TicketFile,
    Vehicle,
};

use crate::error::bad_row;

/// The columns [`TicketRow`] reads, from `___xtr_msg m` and [`RATING_JOIN`].
pub(super) const TICKET_COLUMNS: &str = "m.msg_id, m.msg_cst_id, m.msg_cnfa_id, m.msg_ord_id, m.msg_subject, m.msg_content, m.msg_date, \
    m.msg_priority, m.msg_category, m.msg_status, m.msg_meta, m.msg_unverified, m.msg_contact_key, m.msg_first_response_at, \
    m.msg_closed_at, m.msg_closings, m.msg_staff_responses, m.msg_version, m.updated_at, r.rating, r.feedback, r.rated_at";

/// The rating of the closing that stands.
pub(super) const RATING_JOIN: &str = "LEFT JOIN ticket_rating r ON r.msg_id = m.msg_id AND r.closing = m.msg_closings AND m.msg_open = '0'";

#[derive(QueryableByName)]
pub(super) struct TicketRow {
    #[diesel(sql_type = Text)]
    pub(super) msg_id: String,
    #[diesel(sql_type = Text)]
    msg_cst_id: String,
    #[diesel(sql_type = Nullable<Text>)]
    msg_cnfa_id: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    msg_ord_id: Option<String>,
    #[diesel(sql_type = Text)]
    msg_subject: String,
    #[diesel(sql_type = Text)]
    msg_content: String,
    #[diesel(sql_type = Timestamptz)]
    msg_date: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    msg_priority: String,
    #[diesel(sql_type = Text)]
    msg_category: String,
    #[diesel(sql_type = Text)]
    msg_status: String,
    #[diesel(sql_type = Jsonb)]
    msg_meta: Value,
    #[diesel(sql_type = Bool)]
    msg_unverified: bool,
    #[diesel(sql_type = Text)]
    msg_contact_key: String,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    msg_first_response_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    msg_closed_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Integer)]
    msg_closings: i32,
    #[diesel(sql_type = Integer)]
    msg_staff_responses: i32,
    #[diesel(sql_type = BigInt)]
    msg_version: i64,
    #[diesel(sql_type = Timestamptz)]
    updated_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<SmallInt>)]
    rating: Option<i16>,
    #[diesel(sql_type = Nullable<Text>)]
    feedback: Option<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    rated_at: Option<DateTime<Utc>>,
}

impl TryFrom<TicketRow> for Ticket {
    type Error = StoreError;

    fn try_from(row: TicketRow) -> Result<Self, StoreError> {
        let bad = |column: &str| bad_row("___xtr_msg", &row.msg_id, column);
        let satisfaction = match (row.rating, row.rated_at) {
            (Some(stars), Some(rated_at)) => Some(Satisfaction {
                rating: Rating::new(stars.into()).ok_or_else(|| bad("rating"))?,
                feedback: row.feedback.clone().map(Feedback::from_stored),
                rated_at,
            }),
            _ => None,
        };
        Ok(Self {
            id: TicketId::parse(row.msg_id.clone()).map_err(|_| bad("msg_id"))?,
            customer: CustomerId::parse(row.msg_cst_id.clone()).map_err(|_| bad("msg_cst_id"))?,
            assignee: row
                .msg_cnfa_id
                .clone()
                .map(StaffId::parse)
                .transpose()
                .map_err(|_| bad("msg_cnfa_id"))?,
            order: row
                .msg_ord_id
                .clone()
                .map(OrderId::parse)
                .transpose()
                .map_err(|_| bad("msg_ord_id"))?,
            priority: Priority::parse(&row.msg_priority).ok_or_else(|| bad("msg_priority"))?,
            category: Category::parse(&row.msg_category).ok_or_else(|| bad("msg_category"))?,
            status: Status::parse(&row.msg_status).ok_or_else(|| bad("msg_status"))?,
            vehicle: vehicle_from(&row.msg_meta),
            order_number: text(&row.msg_meta, "order_number").map(OrderNumber::from_stored),
            unverified: row.msg_unverified,
            contact: EmailKey::from_stored(row.msg_contact_key.clone()),
            created_at: row.msg_date,
            updated_at: row.updated_at,
            first_response_at: row.msg_first_response_at,
            closed_at: row.msg_closed_at,
            closings: u32::try_from(row.msg_closings).map_err(|_| bad("msg_closings"))?,
            staff_responses: u32::try_from(row.msg_staff_responses)
                .map_err(|_| bad("msg_staff_responses"))?,
            satisfaction,
            version: u64::try_from(row.msg_version).map_err(|_| bad("msg_version"))?,
            subject: Subject::from_stored(row.msg_subject),
            message: Message::from_stored(row.msg_content),
        })
    }
}

/// What of a ticket is kept in `msg_meta`.
pub(super) fn meta_of(ticket: &Ticket) -> Value {
    let mut meta = serde_json::Map::new();
    if let Some(number) = &ticket.order_number {
        meta.insert("order_number".into(), json!(number.as_str()));
    }
    if let Some(vehicle) = &ticket.vehicle {
        let mut parts = serde_json::Map::new();
        let mut keep = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                parts.insert(name.into(), value);
            }
        };
        keep(
            "brand",
            vehicle.brand.as_ref().map(|text| json!(text.as_str())),
        );
        keep(
            "model",
            vehicle.model.as_ref().map(|text| json!(text.as_str())),
        );
        keep("year", vehicle.year.map(|year| json!(year.get())));
        keep(
            "license_plate",
            vehicle
                .license_plate
                .as_ref()
                .map(|text| json!(text.as_str())),
        );
        meta.insert("vehicle".into(), Value::Object(parts));
    }
    Value::Object(meta)
}

fn vehicle_from(meta: &Value) -> Option<Vehicle> {
    let vehicle = meta.get("vehicle")?;
    Some(Vehicle {
        brand: text(vehicle, "brand").map(VehicleText::from_stored),
        model: text(vehicle, "model").map(VehicleText::from_stored),
        year: vehicle
            .get("year")
            .and_then(Value::as_i64)
            .and_then(ModelYear::new),
        license_plate: text(vehicle, "license_plate").map(LicensePlate::from_stored),
    })
}

fn text(object: &Value, name: &str) -> Option<String> {
    object.get(name).and_then(Value::as_str).map(str::to_owned)
}

/// The columns [`CustomerRow`] reads, from `___xtr_customer c`.
pub(super) const CUSTOMER_COLUMNS: &str =
    "c.cst_id, c.cst_name, c.cst_fname, c.cst_mail, c.cst_phone, c.cst_verified_key";

#[derive(QueryableByName)]
#[expect(clippy::struct_field_names, reason = "the columns' names")]
pub(super) struct CustomerRow {
    #[diesel(sql_type = Text)]
    cst_id: String,
    #[diesel(sql_type = Text)]
    cst_name: String,
    #[diesel(sql_type = Text)]
    cst_fname: String,
    #[diesel(sql_type = Nullable<Text>)]
    cst_mail: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    cst_phone: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    cst_verified_key: Option<String>,
}

impl TryFrom<CustomerRow> for Customer {
    type Error = StoreError;

    fn try_from(row: CustomerRow) -> Result<Self, StoreError> {
        let id = CustomerId::parse(row.cst_id.clone())
            .map_err(|_| bad_row("___xtr_customer", &row.cst_id, "cst_id"))?;
        Ok(Self {
            id,
            name: row.cst_name,
            first_name: row.cst_fname,
            email: row.cst_mail.map(EmailAddress::from_stored),
            phone: row.cst_phone.map(PhoneNumber::from_stored),
            verified_email: row.cst_verified_key.map(EmailKey::from_stored),
        })
    }
}

#[derive(QueryableByName)]
#[expect(clippy::struct_field_names, reason = "the columns' names")]
pub(super) struct StaffRow {
    #[diesel(sql_type = Text)]
    cnfa_id: String,
    #[diesel(sql_type = Text)]
    cnfa_name: String,
    #[diesel(sql_type = Nullable<Text>)]
    cnfa_mail: Option<String>,
}

impl TryFrom<StaffRow> for Staff {
    type Error = StoreError;

    fn try_from(row: StaffRow) -> Result<Self, StoreError> {
        let id = StaffId::parse(row.cnfa_id.clone())
            .map_err(|_| bad_row("___config_admin", &row.cnfa_id, "cnfa_id"))?;
        let email = row.cnfa_mail.map(EmailAddress::from_stored);
        Ok(Self {
            id,
            name: row.cnfa_name,
            email,
        })
    }
}

/// A ticket with its people, in one row.
#[derive(QueryableByName)]
pub(super) struct FileRow {
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
            (Some(id), Some(name)) => Some(Staff {
                id: id.clone(),
                name,
                email: row.cnfa_mail.map(EmailAddress::from_stored),
            }),
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

#[derive(QueryableByName)]
#[expect(clippy::struct_field_names, reason = "the columns' names")]
pub(super) struct EntryRow {
    #[diesel(sql_type = Text)]
    msg_id: String,
    #[diesel(sql_type = Text)]
    msg_kind: String,
    #[diesel(sql_type = Text)]
    msg_content: String,
    #[diesel(sql_type = Timestamptz)]
    msg_date: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Text>)]
    msg_author_id: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    msg_author_kind: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    msg_author_name: Option<String>,
    #[diesel(sql_type = Jsonb)]
    msg_meta: Value,
}

impl EntryRow {
    pub(super) fn into_entry(self, ticket: &TicketId) -> Result<Entry, StoreError> {
        let bad = |column: &str| bad_row("___xtr_msg", &self.msg_id, column);
        let escalation = self
            .msg_meta
            .get("escalation")
            .and_then(Value::as_bool)
            .unwrap_or_default();
        let kind = match (self.msg_kind.as_str(), escalation) {
            ("response", _) => EntryKind::Response,
            ("note", false) => EntryKind::Note,
            ("note", true) => EntryKind::EscalationNote,
            _ => return Err(bad("msg_kind")),
        };
        let author_kind = self.msg_author_kind.as_deref().and_then(AuthorKind::parse);
        let author = Author {
            id: self
                .msg_author_id
                .clone()
                .and_then(|id| UserId::parse(id).ok())
                .ok_or_else(|| bad("msg_author_id"))?,
            kind: author_kind.ok_or_else(|| bad("msg_author_kind"))?,
            name: self.msg_author_name.clone(),
        };
        Ok(Entry {
            id: EntryId::parse(self.msg_id.clone()).map_err(|_| bad("msg_id"))?,
            ticket: ticket.clone(),
            kind,
            author,
            created_at: self.msg_date,
            text: shared_kernel::Body::from_stored(self.msg_content),
        })
    }
}
