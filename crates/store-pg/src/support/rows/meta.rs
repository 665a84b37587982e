//! What of a ticket is kept in `msg_meta`, as JSON.

use serde_json::{Value, json};
use shared_kernel::{EmailKey, PhoneNumber};
use support_domain::ticket::{LicensePlate, ModelYear, VehicleText};
use support_domain::{Contact, FullName, OrderNumber, Ticket, Vehicle};

/// What of a ticket is kept in `msg_meta`.
pub(in crate::support) fn meta_of(ticket: &Ticket) -> Value {
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
    if let Some(name) = &ticket.contact.name {
        let phone = ticket.contact.phone.as_ref();
        let contact = json!({
            "name": name.as_str(),
            "phone": phone.map(PhoneNumber::as_str),
            "signed_in": ticket.contact.signed_in,
        });
        meta.insert("contact".into(), contact);
    }
    Value::Object(meta)
}

/// Whoever wrote the ticket, as typed; tickets of before have the address alone.
pub(super) fn contact_from(email: EmailKey, meta: &Value) -> Contact {
    let typed = meta.get("contact").unwrap_or(&Value::Null);
    let signed_in = typed.get("signed_in").and_then(Value::as_bool);
    Contact {
        email,
        name: text(typed, "name").map(FullName::from_stored),
        phone: text(typed, "phone").map(PhoneNumber::from_stored),
        signed_in: signed_in.unwrap_or_default(),
    }
}

pub(super) fn vehicle_from(meta: &Value) -> Option<Vehicle> {
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

pub(super) fn order_number_from(meta: &Value) -> Option<OrderNumber> {
    text(meta, "order_number").map(OrderNumber::from_stored)
}

fn text(object: &Value, name: &str) -> Option<String> {
    object.get(name).and_then(Value::as_str).map(str::to_owned)
}
