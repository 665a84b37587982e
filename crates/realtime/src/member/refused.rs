//! Why an event is not carried out, and what clients are told. To add a reason: a constant.

use serde_json::{Value, json};
use shared_kernel::StoreError;
use sockets::CloseReason;

/// Why a client's event was not carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub(crate) struct EventRefused {
    /// The stable code.
    pub(crate) code: &'static str,
    /// For people, in French.
    pub(crate) message: &'static str,
}

impl EventRefused {
    pub(crate) const MALFORMED: Self = Self {
        code: "malformed_frame",
        message: "Trame illisible : un objet JSON {\"event\", \"data\"} est attendu",
    };
    pub(crate) const UNKNOWN_EVENT: Self = Self {
        code: "unknown_event",
        message: "Événement inconnu",
    };
    pub(crate) const NOT_AUTHENTICATED: Self = Self {
        code: "not_authenticated",
        message: "Authentification requise",
    };
    pub(crate) const TOO_MANY_EVENTS: Self = Self {
        code: "too_many_events",
        message: "Trop d'événements, ralentissez",
    };
    pub(crate) const BAD_PAYLOAD: Self = Self {
        code: "bad_payload",
        message: "Contenu de l'événement invalide",
    };
    pub(crate) const BINARY: Self = Self {
        code: "binary_not_supported",
        message: "Les contenus binaires ne sont pas acceptés",
    };
    pub(crate) const IDENTITY_MISMATCH: Self = Self {
        code: "identity_mismatch",
        message: "Ce jeton appartient à une autre personne ou à un autre rôle",
    };
    pub(crate) const RESYNC_REQUIRED: Self = Self {
        code: "resync_required",
        message: "Reprise impossible, rechargez les données",
    };
    pub(crate) const NOT_FOUND: Self = Self {
        code: "not_found",
        message: "Conversation ou message non trouvé",
    };
    pub(crate) const TOO_MANY_ROOMS: Self = Self {
        code: "too_many_rooms",
        message: "Trop de conversations suivies en même temps",
    };
    pub(crate) const UNAVAILABLE: Self = Self {
        code: "unavailable",
        message: "Service momentanément indisponible",
    };

    /// The payload of the `exception` event that tells the client.
    pub(crate) fn exception(self) -> Value {
        json!({"status": "error", "code": self.code, "message": self.message})
    }
}

/// Either the connection is to be closed, or the event is refused and the connection stays.
pub(super) enum Failed {
    Close(CloseReason),
    Refused(EventRefused),
}

impl From<CloseReason> for Failed {
    fn from(reason: CloseReason) -> Self {
        Self::Close(reason)
    }
}

impl From<EventRefused> for Failed {
    fn from(refused: EventRefused) -> Self {
        Self::Refused(refused)
    }
}

impl From<StoreError> for EventRefused {
    fn from(_: StoreError) -> Self {
        Self::UNAVAILABLE
    }
}

/// The payload of an ack.
pub(crate) fn ack_data(outcome: &Result<Value, EventRefused>) -> Value {
    match outcome {
        Ok(Value::Object(more)) => {
            let mut data = more.clone();
            data.insert("ok".to_owned(), Value::Bool(true));
            Value::Object(data)
        }
        Ok(_) => json!({"ok": true}),
        Err(refused) => {
            json!({"ok": false, "error": {"code": refused.code, "message": refused.message}})
        }
    }
}
