//! What is wrong with people of a file, all of it, before anybody is entered.

use std::collections::HashMap;

use shared_kernel::{Done, EmailAddress, EmailKey, PhoneNumber, given_name};

use super::one_kind::{not_a_customer, not_of_support};
use super::{Outcome, Person};
use crate::error::{Named, SupportError};
use crate::ports::SupportTx;

/// What is said of somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    Kind,
    Name,
    Email,
    Phone,
}

/// What is wrong with somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    /// The name is an address, or made of one.
    NoName,
    /// Somebody of the other kind has the id.
    Taken(Named),
    /// Of the same person another place says otherwise: which of the two is meant would be a guess.
    Otherwise { than: usize, of: Said },
}

/// What is wrong with people as they stand there, each with their place. The same person may stand there again, and
/// more may be said then.
pub fn wrong_with(people: &[Person]) -> Vec<(usize, Wrong)> {
    let mut known: HashMap<Who<'_>, Sayings<'_>> = HashMap::new();
    // Without an id it is whoever has the address, and that may be somebody with one.
    for (place, person) in people.iter().enumerate() {
        let Person::Customer(said) = person else {
            continue;
        };
        if let (Some(_), Some(email)) = (&said.id, &said.email) {
            let holder = known.entry(Who::Holds(email.key())).or_default();
            if holder.is_empty() {
                holder.and(place, person);
            }
        }
    }
    let mut wrong = Vec::new();
    for (place, person) in people.iter().enumerate() {
        if !has_name(person) {
            wrong.push((place, Wrong::NoName));
        }
        let sayings = Who::is(person).map(|who| known.entry(who).or_default());
        let otherwise = sayings.and_then(|sayings| sayings.and(place, person));
        wrong.extend(otherwise.map(|wrong| (place, wrong)));
    }
    wrong
}

/// Whose id somebody of the other kind has.
///
/// # Errors
/// The store's.
pub async fn taken_ids(tx: &mut dyn SupportTx, people: &[Person]) -> Outcome<Vec<(usize, Wrong)>> {
    let mut wrong = Vec::new();
    for (place, person) in people.iter().enumerate() {
        let other = other_kind(tx, person).await?;
        wrong.extend(other.map(|named| (place, Wrong::Taken(named))));
    }
    Ok(Done::quietly(wrong))
}

/// What has the id of somebody a file names, if that is the other kind alone.
async fn other_kind(
    tx: &mut dyn SupportTx,
    person: &Person,
) -> Result<Option<Named>, SupportError> {
    let stays = match person {
        Person::Staff(said) if tx.staff(&said.id).await?.is_none() => {
            not_a_customer(tx, &said.id).await
        }
        Person::Customer(said) => match &said.id {
            Some(id) if tx.customer(id).await?.is_none() => not_of_support(tx, id).await,
            _ => Ok(()),
        },
        Person::Staff(_) => Ok(()),
    };
    match stays {
        Ok(()) => Ok(None),
        Err(SupportError::AlreadyThere(named)) => Ok(Some(named)),
        Err(error) => Err(error),
    }
}

fn has_name(person: &Person) -> bool {
    let (name, email) = match person {
        Person::Staff(said) => (&said.name, &said.email),
        Person::Customer(said) => (&said.name, &said.email),
    };
    let own = email.as_ref().map(EmailAddress::as_str);
    given_name(name.as_str(), own).is_some()
}

/// Whom something is said of.
#[derive(PartialEq, Eq, Hash)]
enum Who<'p> {
    /// Customers and colleagues share one space of ids.
    Id(&'p str),
    Holds(EmailKey),
}

impl<'p> Who<'p> {
    fn is(person: &'p Person) -> Option<Self> {
        match person {
            Person::Staff(said) => Some(Self::Id(said.id.as_str())),
            Person::Customer(said) => match (&said.id, &said.email) {
                (Some(id), _) => Some(Self::Id(id.as_str())),
                (None, email) => email.as_ref().map(|email| Self::Holds(email.key())),
            },
        }
    }
}

/// What is said of one person, and where first.
#[derive(Default)]
struct Sayings<'p>([Option<(usize, &'p str)>; 4]);

impl<'p> Sayings<'p> {
    fn is_empty(&self) -> bool {
        self.0.iter().all(Option::is_none)
    }

    /// Takes what is said there, too, or tells what is said otherwise.
    fn and(&mut self, place: usize, person: &'p Person) -> Option<Wrong> {
        for ((of, said), first) in said_of(person).into_iter().zip(&mut self.0) {
            match (*first, said) {
                (Some((than, before)), Some(said)) if before != said => {
                    return Some(Wrong::Otherwise { than, of });
                }
                (None, Some(said)) => *first = Some((place, said)),
                _ => {}
            }
        }
        None
    }
}

fn said_of(person: &Person) -> [(Said, Option<&str>); 4] {
    let (kind, name, email, phone) = match person {
        Person::Staff(said) => ("staff", &said.name, &said.email, None),
        Person::Customer(said) => ("customer", &said.name, &said.email, said.phone.as_ref()),
    };
    [
        (Said::Kind, Some(kind)),
        (Said::Name, Some(name.as_str())),
        (Said::Email, email.as_ref().map(EmailAddress::as_str)),
        (Said::Phone, phone.map(PhoneNumber::as_str)),
    ]
}
