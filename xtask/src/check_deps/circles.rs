//! Files of one crate that name each other in a ring can only be read, moved and tested together. Between crates cargo
//! itself allows none.

use std::collections::{BTreeMap, BTreeSet};

use crate::source::Crate;

/// Rings that are one thing in several files, and why.
const ALLOWED: &[(&[&str], &str)] = &[(
    &[
        "crates/sockets/src/engine_io/core.rs",
        "crates/sockets/src/engine_io/sessions.rs",
    ],
    "a handover between transports carries the core, and the core holds its seat among the sessions",
)];

/// Files by their paths, and which of them names which.
struct Circle {
    files: Vec<String>,
    arrows: Vec<(String, String)>,
}

pub(super) fn breaches(product: &[Crate]) -> Vec<String> {
    all(product)
        .into_iter()
        .filter(|circle| reason(&circle.files).is_none())
        .map(|circle| circle.files.join(" <-> "))
        .collect()
}

pub(super) fn report(product: &[Crate]) {
    let circles = all(product);
    println!("circles: {}", circles.len());
    for circle in circles {
        let allowed = reason(&circle.files).map(|reason| format!("; allowed: {reason}"));
        println!(
            "  {} files{}",
            circle.files.len(),
            allowed.unwrap_or_default()
        );
        for (from, to) in circle.arrows {
            println!("    {from} -> {to}");
        }
    }
}

fn reason(circle: &[String]) -> Option<&'static str> {
    let holds = |files: &[&str]| circle.iter().all(|file| files.contains(&file.as_str()));
    let (_, reason) = ALLOWED.iter().find(|(files, _)| holds(files))?;
    Some(reason)
}

fn all(product: &[Crate]) -> Vec<Circle> {
    product.iter().flat_map(circles_of).collect()
}

fn circles_of(one: &Crate) -> Vec<Circle> {
    let arrows = one.arrows();
    let path = |file: &usize| one.file(*file).to_owned();
    rings(&arrows)
        .iter()
        .map(|ring| Circle {
            files: ring.iter().map(path).collect(),
            arrows: arrows
                .iter()
                .filter(|(from, _)| ring.contains(from))
                .flat_map(|(from, targets)| {
                    targets
                        .intersection(ring)
                        .map(move |to| (path(from), path(to)))
                })
                .collect(),
        })
        .collect()
}

/// Sets of points that reach each other. So few points that asking each for all it reaches will do.
fn rings(arrows: &BTreeMap<usize, BTreeSet<usize>>) -> Vec<BTreeSet<usize>> {
    let reached: BTreeMap<usize, BTreeSet<usize>> = arrows
        .keys()
        .map(|from| (*from, reachable(*from, arrows)))
        .collect();
    let mutual = |one: usize, other: usize| {
        let leads = |from, to| reached.get(&from).is_some_and(|set| set.contains(&to));
        leads(one, other) && leads(other, one)
    };
    let mut found: Vec<BTreeSet<usize>> = Vec::new();
    for from in arrows.keys() {
        if !mutual(*from, *from) || found.iter().any(|ring| ring.contains(from)) {
            continue;
        }
        found.push(
            arrows
                .keys()
                .copied()
                .filter(|to| mutual(*from, *to))
                .collect(),
        );
    }
    found
}

fn reachable(from: usize, arrows: &BTreeMap<usize, BTreeSet<usize>>) -> BTreeSet<usize> {
    let mut seen = BTreeSet::new();
    let mut open = vec![from];
    while let Some(point) = open.pop() {
        for next in arrows.get(&point).into_iter().flatten() {
            if seen.insert(*next) {
                open.push(*next);
            }
        }
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::testing::shell;

    #[test]
    fn a_ring_is_found_and_what_hangs_on_it_is_left_out() {
        let of = shell(&[
            ("lib.rs", "mod a; mod b; mod c; mod d;"),
            ("a.rs", "use crate::b::B;"),
            ("b.rs", "pub struct B; use crate::c::C;"),
            ("c.rs", "pub struct C; fn f() { crate::a::f() }"),
            ("d.rs", "use crate::a::A;"),
        ]);
        let ring = ["a", "b", "c"].map(|name| format!("apps/server/src/{name}.rs"));
        assert_eq!(breaches(&[of]), [ring.join(" <-> ")]);
    }

    #[test]
    fn a_file_and_the_folder_that_shares_types_with_it_are_a_ring() {
        let of = shell(&[
            ("lib.rs", "mod room;"),
            (
                "room/mod.rs",
                "mod bed; pub struct Size; fn f() { bed::make() }",
            ),
            ("room/bed.rs", "use super::Size;"),
        ]);
        assert_eq!(breaches(&[of]).len(), 1);
    }

    #[test]
    fn a_named_ring_is_allowed_but_not_with_another_file_in_it() {
        let named: Vec<String> = ALLOWED[0].0.iter().map(ToString::to_string).collect();
        assert!(reason(&named).is_some());
        let more = [named.as_slice(), &["apps/server/src/state.rs".to_owned()]].concat();
        assert_eq!(reason(&more), None);
    }
}
