//! Enters a caller at their first sign-in.

use chrono::{DateTime, Utc};
use shared_kernel::{Actor, CustomerId, EmailAddress, StoreError, given_name};

use super::arrival::Arrival;
use crate::customer::{Customer, split_name};
use crate::ports::{ArrivalsTx, Keeps};
use crate::staff::Staff;

/// A second look finds whoever won the race: the first one waited for their commit.
const LOOKS: u32 = 2;

/// Enters a caller on first use, and makes theirs what was written under their verified address. Name
/// and telephone that somebody typed under it do not become theirs: they stay with what was written.
///
/// # Errors
/// [`StoreError::Collision`] when others were entering the same caller or address all the while.
pub async fn welcome(
    tx: &mut dyn ArrivalsTx,
    actor: &Actor,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    if actor.role.is_staff() {
        return tx.enter_staff(&staff(actor), now).await;
    }
    for _ in 0..LOOKS {
        if arrive(tx, actor, now).await? {
            return Ok(());
        }
    }
    Err(StoreError::Collision)
}

/// False when another transaction entered the caller, or the address, meanwhile.
async fn arrive(
    tx: &mut dyn ArrivalsTx,
    actor: &Actor,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let own = actor.id.as_customer();
    let key = actor.email.as_ref().map(EmailAddress::key);
    let found = tx.lock_holders(&own, key.as_ref()).await?;
    let typed = |id: &CustomerId| {
        found
            .iter()
            .any(|holder| holder.id == *id && holder.is_typed)
    };
    let proves = match Arrival::of(&own, key.is_some(), &found) {
        Arrival::Absorb { typed: absorbed } => {
            tx.absorb_customer(&absorbed, &own).await?;
            Some(typed(&own))
        }
        Arrival::Rename { typed: renamed } => {
            tx.rename_customer(&renamed, &own).await?;
            Some(typed(&renamed))
        }
        Arrival::Stay { proves_address } => proves_address.then(|| typed(&own)),
        Arrival::Enter { with_address } => {
            let entered = customer(actor, with_address);
            return tx.insert_customer(&entered, with_address, now).await;
        }
    };
    if let Some(strangers) = proves {
        let keeps = match (strangers, actor.name.is_some()) {
            (true, _) => Keeps::Nothing,
            (false, true) => Keeps::Phone,
            (false, false) => Keeps::NameAndPhone,
        };
        tx.prove_address(&customer(actor, true), keeps, now).await?;
    }
    Ok(true)
}

fn staff(actor: &Actor) -> Staff {
    Staff {
        id: actor.id.as_staff(),
        name: name(actor),
        email: actor.email.clone(),
    }
}

fn customer(actor: &Actor, address_is_theirs: bool) -> Customer {
    let (first_name, name) = split_name(&name(actor).unwrap_or_default());
    let key = actor.email.as_ref().map(EmailAddress::key);
    Customer {
        id: actor.id.as_customer(),
        name,
        first_name,
        email: actor.email.clone(),
        phone: None,
        verified_email: key.filter(|_| address_is_theirs),
        typed: false,
    }
}

/// The token's name. Without one there is none: neither the address nor the id stands in for it.
fn name(actor: &Actor) -> Option<String> {
    let own = actor.email.as_ref().map(EmailAddress::as_str);
    given_name(actor.name.as_deref()?, own)
}
