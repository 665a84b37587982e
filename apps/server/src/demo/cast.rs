//! Who works and who buys at the demonstration shop.

use shared_kernel::{Actor, CustomerId, EmailAddress, OrderId, Role, UserId};
use support_domain::Order;

/// `(id, role, name, e-mail)`
const PEOPLE: [(&str, Role, &str, &str); 8] = [
    (
        "staff-claire",
        Role::Staff,
        "Claire Martin",
        "claire.martin@pieces-auto-dupont.example",
    ),
    (
        "staff-karim",
        Role::Staff,
        "Karim Benali",
        "karim.benali@pieces-auto-dupont.example",
    ),
    (
        "admin-sophie",
        Role::Admin,
        "Sophie Dupont",
        "sophie.dupont@pieces-auto-dupont.example",
    ),
    (
        "cst-jean",
        Role::Customer,
        "Jean Dupont",
        "jean.dupont@example.com",
    ),
    (
        "cst-amina",
        Role::Customer,
        "Amina Diallo",
        "amina.diallo@example.com",
    ),
    (
        "cst-luc",
        Role::Customer,
        "Luc Moreau",
        "luc.moreau@example.com",
    ),
    (
        "cst-nadia",
        Role::Customer,
        "Nadia Petit",
        "nadia.petit@example.com",
    ),
    (
        "cst-garage",
        Role::Customer,
        "Garage du Canal",
        "atelier@garage-du-canal.example",
    ),
];

/// `(id, customer, reference, euros)`
const ORDERS: [(&str, &str, &str, &str); 5] = [
    ("ord-1001", "cst-jean", "ORD-2024-12345", "129.90"),
    ("ord-1002", "cst-amina", "ORD-2024-12388", "64.50"),
    ("ord-1003", "cst-luc", "ORD-2024-12402", "218.00"),
    ("ord-1004", "cst-nadia", "ORD-2024-12417", "39.99"),
    ("ord-1005", "cst-garage", "ORD-2024-12420", "1084.20"),
];

/// Everybody, as their tokens would present them.
pub(super) fn everybody() -> Vec<Actor> {
    PEOPLE.iter().filter_map(|(id, ..)| person(id)).collect()
}

/// One of them.
pub(super) fn person(id: &str) -> Option<Actor> {
    let (id, role, name, email) = PEOPLE.iter().find(|person| person.0 == id)?;
    Some(Actor {
        id: UserId::parse(*id).ok()?,
        role: *role,
        email: EmailAddress::parse(email).ok(),
        name: Some((*name).to_owned()),
    })
}

/// What was bought.
pub(super) fn orders() -> Vec<Order> {
    ORDERS
        .iter()
        .filter_map(|(id, customer, reference, total)| {
            Some(Order {
                id: OrderId::parse(*id).ok()?,
                customer: CustomerId::parse(*customer).ok()?,
                reference: (*reference).to_owned(),
                total_ttc: (*total).to_owned(),
            })
        })
        .collect()
}
