//! The rooms of the shell: the folders and files right below `apps/server/src`, and which of them may name which.
//! `lib.rs` and `main.rs` stand above all rooms. To add a room, give it a line in [`ROOMS`].

use std::collections::BTreeMap;

use crate::source::Crate;

const SHELL: &str = "apps/server/src/";

/// A room, and the rooms it may name.
type Room = (&'static str, &'static [&'static str]);

const ROOMS: &[Room] = &[
    // Above: they put the others together.
    ("cli", &["bootstrap", "demo", "faq", "http", "process"]),
    ("demo", &["bootstrap", "work"]),
    (
        "bootstrap",
        &[
            "auth", "events", "faq", "http", "jobs", "live", "process", "work",
        ],
    ),
    // What comes from outside, and what is done without anybody asking.
    (
        "http",
        &["auth", "events", "faq", "live", "process", "work"],
    ),
    // Chores of every room they keep going.
    ("jobs", &["faq", "live", "process", "work"]),
    // Articles in memory hear of a commit first, and of other instances'.
    ("live", &["faq"]),
    // What they share.
    ("auth", &["work"]),
    ("faq", &["work"]),
    ("work", &["events"]),
    ("events", &[]),
    // Below: it knows nobody.
    ("process", &[]),
];

pub(super) fn breaches(product: &[Crate]) -> Vec<String> {
    let mut found = Vec::new();
    for (from, targets) in arrows(product) {
        if !ROOMS.iter().any(|(room, _)| *room == from) {
            found.push(format!("{from} is no room of the table"));
            continue;
        }
        let allowed = |to: &str| {
            ROOMS
                .iter()
                .any(|(room, to_all)| *room == from && to_all.contains(&to))
        };
        for (to, example) in targets.iter().filter(|(to, _)| !allowed(to)) {
            found.push(format!("{from} -> {to}: {example}"));
        }
    }
    found
}

/// What is, and which permissions nobody uses.
pub(super) fn report(product: &[Crate]) {
    let arrows = arrows(product);
    println!("rooms of the shell:");
    for (from, targets) in &arrows {
        let names: Vec<&str> = targets.keys().map(String::as_str).collect();
        println!("  {from} -> {}", names.join(", "));
    }
    for (room, allowed) in ROOMS {
        let Some(targets) = arrows.get(*room) else {
            println!("  not there: {room}");
            continue;
        };
        for to in allowed.iter().filter(|to| !targets.contains_key(**to)) {
            println!("  not used: {room} -> {to}");
        }
    }
}

/// Each room with the rooms it names, and one example of each.
fn arrows(product: &[Crate]) -> BTreeMap<String, BTreeMap<String, String>> {
    let mut found: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for shell in product.iter().filter(|one| one.folder == "apps/server") {
        for file in &shell.files {
            if let Some(room) = room(&file.path) {
                found.entry(room.to_owned()).or_default();
            }
        }
        for (from, targets) in shell.arrows() {
            for to in targets {
                let (from, to) = (shell.file(from), shell.file(to));
                if let (Some(one), Some(other)) = (room(from), room(to))
                    && one != other
                {
                    found
                        .entry(one.to_owned())
                        .or_default()
                        .entry(other.to_owned())
                        .or_insert_with(|| format!("{from} names {to}"));
                }
            }
        }
    }
    found
}

fn room(path: &str) -> Option<&str> {
    let inside = path.strip_prefix(SHELL)?;
    let room = inside.split('/').next()?.trim_end_matches(".rs");
    (!matches!(inside, "lib.rs" | "main.rs")).then_some(room)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::testing::shell;

    #[test]
    fn an_arrow_of_the_table_is_allowed_and_the_way_back_is_not() {
        let of = shell(&[
            ("lib.rs", "mod http; mod faq;"),
            ("http/mod.rs", "mod list;"),
            ("http/list.rs", "use crate::faq::View;"),
            (
                "faq.rs",
                "pub struct View; fn f() { crate::http::list::g(); }",
            ),
        ]);
        let found = breaches(&[of]);
        let back = "faq -> http: apps/server/src/faq.rs names apps/server/src/http/list.rs";
        assert_eq!(found, [back]);
    }

    #[test]
    fn a_new_room_needs_a_line() {
        let of = shell(&[("lib.rs", "mod attic;"), ("attic.rs", "")]);
        assert_eq!(breaches(&[of]), ["attic is no room of the table"]);
    }

    #[test]
    fn the_table_names_rooms_only() {
        for (_, allowed) in ROOMS {
            for to in *allowed {
                assert!(ROOMS.iter().any(|(room, _)| room == to), "{to}");
            }
        }
    }
}
