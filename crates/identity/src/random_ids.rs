//! New ids nobody can guess.

use crate::keys::{Keyed, Purpose, keyed};
use chrono::{DateTime, Utc};
use hmac::Mac as _;
use rand::Rng as _;
use shared_kernel::{CustomerId, EmailKey, EntryId, FaqId, IdGenerator, TicketId};
use ulid::Ulid;
use uuid::{Builder, Uuid};

/// Crockford's base 32: no I, L, O, U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// 40 random bits.
const DRAWN_CHARS: usize = 8;

/// Ids nobody can guess.
pub struct RandomIds {
    /// Keys the ids of customers met through the form.
    customers: Keyed,
}

impl RandomIds {
    /// Ids keyed with the server's secret.
    pub fn new(secret: &[u8]) -> Self {
        Self {
            customers: keyed(secret, Purpose::CustomerId),
        }
    }
}

/// From the thread's own generator, which the system seeds: nobody can guess on, and no system call
/// each.
///
/// # Panics
/// When the system has no randomness: nothing safe could follow.
fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    rand::rng().fill_bytes(&mut bytes);
    bytes
}

fn drawn() -> String {
    let letter = |byte: u8| ALPHABET.get(usize::from(byte % 32)).copied();
    let letters = random::<DRAWN_CHARS>().map(|byte| char::from(letter(byte).unwrap_or(b'0')));
    String::from_iter(letters)
}

fn ulid_bits(bytes: [u8; 16]) -> Ulid {
    Ulid::from(u128::from_be_bytes(bytes))
}

impl IdGenerator for RandomIds {
    #[expect(clippy::expect_used, reason = "letters and digits are an id")]
    fn ticket_id(&self) -> TicketId {
        TicketId::parse(format!("TICKET-{}", drawn())).expect("a valid id")
    }

    #[expect(clippy::expect_used, reason = "letters and digits are an id")]
    fn faq_id(&self) -> FaqId {
        FaqId::parse(format!("FAQ-{}", drawn())).expect("a valid id")
    }

    #[expect(clippy::expect_used, reason = "letters and digits are an id")]
    fn entry_id(&self, now: DateTime<Utc>) -> EntryId {
        let ms = u64::try_from(now.timestamp_millis()).unwrap_or_default();
        let random = u128::from_be_bytes(random::<16>());
        let ulid = Ulid::from_parts(ms, random & ((1 << 80) - 1));
        EntryId::parse(format!("MSG-{ulid}")).expect("a valid id")
    }

    fn event_id(&self) -> Uuid {
        Builder::from_random_bytes(random()).into_uuid()
    }

    #[expect(clippy::expect_used, reason = "letters and digits are an id")]
    fn customer_id(&self, email: &EmailKey) -> CustomerId {
        let mut mac = self.customers.clone();
        mac.update(email.as_str().as_bytes());
        let digest = mac.finalize().into_bytes();
        let mut bytes = [0; 16];
        bytes
            .iter_mut()
            .zip(digest)
            .for_each(|(to, from)| *to = from);
        CustomerId::parse(format!("CST-{}", ulid_bits(bytes))).expect("a valid id")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_the_forms_the_contract_names() {
        let ids = RandomIds::new(b"secret");
        let ticket = ids.ticket_id();
        assert_eq!(ticket.as_str().len(), "TICKET-".len() + 8);
        assert_eq!(ids.faq_id().as_str().len(), "FAQ-".len() + 8);
        let now = DateTime::from_timestamp_millis(1_700_000_000_000).unwrap();
        assert_eq!(ids.entry_id(now).as_str().len(), "MSG-".len() + 26);
        assert!(ids.entry_id(now) < ids.entry_id(now + chrono::TimeDelta::milliseconds(1)));
    }

    #[test]
    fn an_address_has_one_customer_id_and_another_secret_gives_another() {
        let key = EmailKey::from_stored("jean@example.com".into());
        let id = RandomIds::new(b"secret").customer_id(&key);
        assert_eq!(id, RandomIds::new(b"secret").customer_id(&key));
        assert_ne!(id, RandomIds::new(b"other").customer_id(&key));
        // Ids that were given out: another one would make another customer.
        assert_eq!(id.as_str(), "CST-7K0GK82XASVEYCDZ5MK8F5D4RV");
    }
}
