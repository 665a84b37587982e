//! Enters a caller at their first sign-in.

use chrono::{DateTime, Utc};
use shared_kernel::{Actor, EmailAddress, StoreError};

use super::arrival::Arrival;
use crate::customer::{Customer, split_name};
use crate::ports::ArrivalsTx;
use crate::staff::Staff;

/// The longest name that is kept, in characters.
const NAME_CHARS: usize = 120;
/// A second look finds whoever won the race: the first one waited for their commit.
const LOOKS: u32 = 2;

/// Enters a caller on first use, and makes theirs what was written under their verified address.
///
/// # Errors
/// [`StoreError::Collision`] when others were entering the same caller or address all the while.
pub async fn welcome(
    tx: &mut dyn ArrivalsTx,
    actor: &Actor,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    if actor.role.is_staff() {
        return tx
            .enter_staff(&staff(actor), actor.name.is_some(), now)
            .await;
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
    let proves = match Arrival::of(&own, key.is_some(), &found) {
        Arrival::Absorb { typed } => {
            tx.absorb_customer(&typed, &own).await?;
            true
        }
        Arrival::Rename { typed } => {
            tx.rename_customer(&typed, &own).await?;
            true
        }
        Arrival::Stay { proves_address } => proves_address,
        Arrival::Enter { with_address } => {
            return tx
                .insert_customer(&customer(actor, with_address), now)
                .await;
        }
    };
    if proves {
        let named = actor.name.is_some();
        tx.prove_address(&customer(actor, true), named, now).await?;
    }
    Ok(true)
}

fn staff(actor: &Actor) -> Staff {
    Staff {
        id: actor.id.as_staff(),
        name: shown_name(actor),
        email: actor.email.clone(),
    }
}

fn customer(actor: &Actor, address_is_theirs: bool) -> Customer {
    let (first_name, name) = split_name(&shown_name(actor));
    let key = actor.email.as_ref().map(EmailAddress::key);
    Customer {
        id: actor.id.as_customer(),
        name,
        first_name,
        email: actor.email.clone(),
        phone: None,
        verified_email: key.filter(|_| address_is_theirs),
    }
}

/// The name to show for somebody: the token's, else what stands before the `@`, else the id.
fn shown_name(actor: &Actor) -> String {
    let from_mail = || {
        actor
            .email
            .as_ref()
            .and_then(|mail| mail.as_str().split('@').next())
    };
    let name = actor
        .name
        .as_deref()
        .or_else(from_mail)
        .unwrap_or(actor.id.as_str());
    name.chars().take(NAME_CHARS).collect()
}
