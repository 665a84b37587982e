//! The terms of one handler.

use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{Object, Schema, SchemaType, Type};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{RefOr, Required};
use utoipa::{IntoParams, ToSchema};

/// What is asked of a request, and how one may be refused.
#[derive(Default)]
pub struct Terms {
    /// Of the query, and headers.
    pub parameters: Vec<Parameter>,
    /// None for who takes no JSON.
    pub body: Option<Body>,
    /// Empty for who reads no token; then nothing is said.
    pub security: Vec<SecurityRequirement>,
    /// Each reason by itself.
    pub refusals: Vec<Refusal>,
    /// Headers an answer may have, and what they say.
    pub answer_headers: Vec<(&'static str, &'static str)>,
}

/// A JSON body.
pub struct Body {
    /// Its name in the document.
    pub name: String,
    /// What it is.
    pub schema: RefOr<Schema>,
    /// What the schema refers to.
    pub inner: Vec<(String, RefOr<Schema>)>,
    /// Whether it may not be left out.
    pub required: bool,
}

/// A problem that may be answered.
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// Why, in English.
    pub about: &'static str,
    /// Said only where the handler's own note does not speak of the status.
    pub unless_said: bool,
}

impl Terms {
    /// A refusal for this reason, besides others the status may have.
    pub fn refuse(&mut self, status: impl Into<u16>, about: &'static str) {
        self.refusals.push(Refusal {
            status: status.into(),
            about,
            unless_said: false,
        });
    }

    /// A refusal that the handler's note knows better words for, if it has any.
    pub fn refuse_unless_said(&mut self, status: impl Into<u16>, about: &'static str) {
        self.refusals.push(Refusal {
            status: status.into(),
            about,
            unless_said: true,
        });
    }

    /// A header that is read if it is there.
    pub fn header(&mut self, name: &str, about: &str) {
        let header = ParameterBuilder::new()
            .name(name)
            .parameter_in(ParameterIn::Header)
            .required(Required::False)
            .description(Some(about))
            .schema(Some(Object::with_type(SchemaType::Type(Type::String))));
        self.parameters.push(header.build());
    }

    /// A header that an answer may have.
    pub fn answer_header(&mut self, name: &'static str, about: &'static str) {
        self.answer_headers.push((name, about));
    }

    /// The parameters of a query.
    pub fn query<T: IntoParams>(&mut self) {
        self.parameters
            .extend(T::into_params(|| Some(ParameterIn::Query)));
    }

    /// A JSON body.
    pub fn body<T: ToSchema>(&mut self, required: bool) {
        let mut inner = Vec::new();
        T::schemas(&mut inner);
        self.body = Some(Body {
            name: T::name().into_owned(),
            schema: T::schema(),
            inner,
            required,
        });
    }

    /// A bearer token; where it is `needed`, nobody gets through without one.
    pub fn token(&mut self, needed: bool) {
        if !needed {
            self.security.push(SecurityRequirement::default());
        }
        let bearer = SecurityRequirement::new("bearer", Vec::<String>::new());
        self.security.push(bearer);
    }
}
