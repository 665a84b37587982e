//! `POST /api/support/contact`

use std::cell::Cell;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::Value;
use shared_kernel::{Caller, CustomerId, EmailAddress, PhoneNumber};
use support_domain::customer::FullName;
use support_domain::ticket::{LicensePlate, ModelYear, VehicleText};
use support_domain::use_cases::{CreateTicket, create_ticket};
use support_domain::{Category, Message, OrderNumber, Priority, Subject, TicketFile, Vehicle};
use utoipa::openapi::schema::{Object, ObjectBuilder, SchemaType, Type};
use views::tickets::{Audience, ContactTicket};

use crate::http::answer::Answer;
use crate::http::caller::{MaybeUser, refused_token};
use crate::http::field::{
    Declared, Described, Errors, Field, FieldNames as _, Parse, Refusal, fields, object_of,
};
use crate::http::json_body::JsonBody;
use crate::http::problem::Problem;
use crate::http::repeatable::Repeatable;
use crate::http::state::AppState;
use crate::http::warnings::{self, Warned, Warning};
use crate::http::write::Write;

fields! {
    /// The form.
    pub struct CreateTicketBody {
        required name: FullName,
        required email: EmailAddress,
        optional phone | telephone | phone_number | tel: PhoneNumber,
        required subject: Subject,
        required message: Message,
        required priority: Priority,
        required category: Category,
        optional vehicle_info: VehicleBody,
        /// Proves nothing: an order is shown only when it belongs to the ticket's customer.
        optional order_number: OrderNumber,
        /// The caller's own id, or, for staff, any customer's.
        optional customer_id: CustomerId,
    }
}

fields! {
    /// The vehicle; every part is optional.
    pub struct VehicleBody {
        optional brand: VehicleText,
        optional model: VehicleText,
        optional year: ModelYear,
        optional license_plate: LicensePlate,
    }
}

impl Parse for VehicleBody {
    const MEMBERS: &'static [Declared] = Self::FIELDS;

    fn parse(value: &Value) -> Result<Self, Refusal> {
        object_of(value)
    }

    fn schema() -> Object {
        Described::object(Self::described())
    }
}

impl Parse for ModelYear {
    fn parse(value: &Value) -> Result<Self, Refusal> {
        let year = i64::parse(value)?;
        Self::new(year).ok_or_else(|| {
            Refusal::new(
                "out_of_range",
                format!("doit être une année entre {} et {}", Self::MIN, Self::MAX),
            )
        })
    }

    fn schema() -> Object {
        ObjectBuilder::new()
            .schema_type(SchemaType::Type(Type::Integer))
            .minimum(Some(Self::MIN))
            .maximum(Some(Self::MAX))
            .build()
    }
}

impl CreateTicketBody {
    /// Reads the form; every refused field is reported.
    ///
    /// # Errors
    /// A validation problem.
    pub fn read(self) -> Result<CreateTicket, Problem> {
        let mut errors = Errors::default();
        let Some(form) = self.form(&mut errors) else {
            return Err(errors.into_problem());
        };
        errors.finish()?;
        Ok(form)
    }

    /// Nothing when a field was refused; all are looked at, whatever is wrong with the first.
    fn form(self, errors: &mut Errors) -> Option<CreateTicket> {
        let name = errors.required("name", self.name);
        let email = errors.required("email", self.email);
        let phone = errors.optional("phone", self.phone);
        let subject = errors.required("subject", self.subject);
        let message = errors.required("message", self.message);
        let priority = errors.required("priority", self.priority);
        let category = errors.required("category", self.category);
        let vehicle = read_vehicle(errors, self.vehicle_info);
        let order_number = errors.optional("order_number", self.order_number);
        let customer_id = errors.optional("customer_id", self.customer_id);
        Some(CreateTicket {
            name: name?,
            email: email?,
            phone,
            subject: subject?,
            message: message?,
            priority: priority?,
            category: category?,
            vehicle,
            order_number,
            customer_id,
        })
    }
}

fn read_vehicle(errors: &mut Errors, field: Field<VehicleBody>) -> Option<Vehicle> {
    let body = errors.optional("vehicle_info", field)?;
    let vehicle = Vehicle {
        brand: errors.optional("vehicle_info.brand", body.brand),
        model: errors.optional("vehicle_info.model", body.model),
        year: errors.optional("vehicle_info.year", body.year),
        license_plate: errors.optional("vehicle_info.license_plate", body.license_plate),
    };
    // A form whose boxes for it were left empty says nothing of a vehicle.
    let says_something = vehicle.brand.is_some()
        || vehicle.model.is_some()
        || vehicle.year.is_some()
        || vehicle.license_plate.is_some();
    says_something.then_some(vehicle)
}

/// What the writer should know: a session that has ended is not the one they wrote in.
fn warn_of_token(request: &HttpRequest) {
    let of_token = refused_token(request).map(|refused| Warning {
        code: refused.code(),
        field: None,
        message: format!(
            "{} : la demande est enregistrée comme celle d'un visiteur",
            Problem::from(refused).message
        ),
    });
    warnings::note(request, of_token.into_iter().collect());
}

/// Create a ticket. Public; accepted tickets are limited per visitor's address, refused ones far less.
#[utoipa::path(post, path = "/api/support/contact", tag = "tickets", operation_id = "createTicket", request_body(content = CreateTicketBody, example = json!({
        "name": "Jean Dupont", "email": "jean.dupont@example.com", "phone": "+33612345678",
        "subject": "Problème démarrage véhicule",
        "message": "Mon véhicule Renault Clio 2018 ne démarre plus depuis ce matin. Le voyant batterie est allumé.",
        "priority": "high", "category": "technical",
        "vehicle_info": { "brand": "Renault", "model": "Clio", "year": 2018, "license_plate": "AB-123-CD" },
        "order_number": "ORD-2024-12345"
    })), responses(
    (status = 201, description = "Created", body = Warned<ContactTicket>),
    (status = 403, description = "customer_id is not the caller"),
    (status = 429, description = "Too many tickets from this address"),
))]
pub async fn create(
    request: Repeatable,
    state: web::Data<AppState>,
    MaybeUser(caller): MaybeUser,
    body: JsonBody<CreateTicketBody>,
) -> Result<HttpResponse, Problem> {
    let is_public = caller == Caller::Anonymous;
    if is_public {
        state.admission.contact_attempts.check(&request)?;
    }
    let mut form = body.value.read()?;
    if refused_token(&request).is_some() {
        // Who a page says is there was to be shown by the token that is refused.
        form.customer_id = None;
    }
    let place = is_public
        .then(|| state.admission.contacts.reserve(&request))
        .transpose()?;
    let created = Cell::new(false);
    let audience = match caller.actor() {
        Some(actor) => state.audience(actor),
        None => Audience::Public {
            customer: state.process.ids.customer_id(&form.email.key()),
        },
    };
    let mut write = Write::of(&state, &request, &caller, &body.bytes)?;
    if is_public {
        write = write.open_to_all();
    }
    warn_of_token(&request);
    let answer = write
        .run(
            async |tx| create_ticket(tx, state.surroundings(), &caller, form.clone()).await,
            |file: &TicketFile| {
                let view = ContactTicket::new(&file.ticket, &audience);
                created.set(true);
                Ok(Answer::json(StatusCode::CREATED, &view)?.version(file.ticket.version))
            },
        )
        .await?;
    if let Some(place) = place.filter(|_| created.get()) {
        place.keep();
    }
    Ok(answer)
}
