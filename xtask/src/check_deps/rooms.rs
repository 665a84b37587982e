//! The rooms of the shell: the folders and files right below `apps/server/src`, and which of them may name which.
//! `lib.rs` and `main.rs` stand above all rooms. To add a room, give it a line in [`ROOMS`].

use std::collections::BTreeMap;

use crate::source::Crate;

const SHELL: &str = "apps/server/src/";

/// A room, and the rooms it may name.
type Room = (&'static str, &'static [&'static str]);

const ROOMS: &[Room] = &[
    // Above: they put the others together.
    (
        "cli",
        &[
            "auth",
            "bootstrap",
            "config",
            "demo",
            "faq",
            "http",
            "process",
        ],
    ),
    ("demo", &["bootstrap", "work"]),
    (
        "bootstrap",
        &[
            "auth", "config", "events", "faq", "http", "jobs", "live", "process", "work",
        ],
    ),
    // What comes from outside, and what is done without anybody asking.
    (
        "http",
        &[
            "auth", "config", "events", "faq", "live", "process", "views", "work",
        ],
    ),
    ("jobs", &["config", "process", "work"]),
    ("live", &["faq"]),
    // What they share.
    ("auth", &["config", "work"]),
    ("faq", &["views", "work"]),
    ("work", &["events"]),
    ("events", &["auth", "views"]),
    // Below: they know nobody, or settings only.
    ("views", &[]),
    ("process", &["config"]),
    ("config", &[]),
];

/// What still leads where it should not. Looked up beside [`ROOMS`], and to be emptied.
const LEAVING: &[Room] = &[
    // The listener of commits keeps the cache of articles true.
    ("events", &["faq"]),
    // Ids of customers are keyed.
    ("process", &["auth"]),
];

pub(super) fn breaches(product: &[Crate]) -> Vec<String> {
    let mut found = Vec::new();
    for (from, targets) in arrows(product) {
        if !table().any(|(room, _)| *room == from) {
            found.push(format!("{from} is no room of the table"));
            continue;
        }
        let allowed =
            |to: &str| table().any(|(room, to_all)| *room == from && to_all.contains(&to));
        for (to, example) in targets.iter().filter(|(to, _)| !allowed(to)) {
            found.push(format!("{from} -> {to}: {example}"));
        }
    }
    found
}

fn table() -> impl Iterator<Item = &'static Room> {
    ROOMS.iter().chain(LEAVING)
}

/// What is, and which permissions nobody uses.
pub(super) fn report(product: &[Crate]) {
    let arrows = arrows(product);
    println!("rooms of the shell:");
    for (from, targets) in &arrows {
        let names: Vec<&str> = targets.keys().map(String::as_str).collect();
        println!("  {from} -> {}", names.join(", "));
    }
    for (room, allowed) in table() {
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
            ("lib.rs", "mod http; mod views;"),
            ("http/mod.rs", "mod list;"),
            ("http/list.rs", "use crate::views::View;"),
            (
                "views.rs",
                "pub struct View; fn f() { crate::http::list::g(); }",
            ),
        ]);
        let found = breaches(&[of]);
        let back = "views -> http: apps/server/src/views.rs names apps/server/src/http/list.rs";
        assert_eq!(found, [back]);
    }

    #[test]
    fn a_new_room_needs_a_line() {
        let of = shell(&[("lib.rs", "mod attic;"), ("attic.rs", "")]);
        assert_eq!(breaches(&[of]), ["attic is no room of the table"]);
    }

    #[test]
    fn the_table_names_rooms_only() {
        for (_, allowed) in table() {
            for to in *allowed {
                assert!(table().any(|(room, _)| room == to), "{to}");
            }
        }
    }
}
