//! From a name in a module to the file that defines it.
//!
//! A name that a `mod.rs` only passes on belongs to the file that defines it; otherwise every folder with a `pub use`
//! would look like a circle.

use std::collections::BTreeSet;

use super::{
    Crate, Module,
    scan::{self, Import},
};

/// Longer chains of names do not happen; circular ones might.
const MAX_STEPS: u32 = 12;

/// Where a path ends.
pub(super) struct Found {
    file: usize,
    /// The path is a module and nothing of it.
    is_module: bool,
    /// The module itself, or something it is known to define or pass on.
    pub(super) is_defined: bool,
}

impl Crate {
    /// The files that a module names.
    pub(super) fn named_by(&self, at: &[String], names: &scan::Module) -> BTreeSet<usize> {
        let mut files = BTreeSet::new();
        for import in &names.imports {
            // Passed on to others and not used here: those who import it name its file themselves.
            let passes_on = import.public && (import.glob || !names.words.contains(&import.name));
            if passes_on {
                continue;
            }
            if let Some(found) = self.resolve(at, &import.path, 0) {
                let used_as_prefix = names
                    .paths
                    .iter()
                    .any(|path| path.first() == Some(&import.name));
                // `use super::problem;` with `problem::Problem` behind it: the path below says which file.
                if !(found.is_module && !import.glob && used_as_prefix) {
                    files.insert(found.file);
                }
            }
        }
        for path in &names.paths {
            if let Some(found) = self.resolve(at, path, 0) {
                files.insert(found.file);
            }
        }
        files
    }

    /// Follows a path from a module; `None` when it leads out of the crate.
    pub(super) fn resolve(&self, at: &[String], path: &[String], steps: u32) -> Option<Found> {
        let (first, rest) = path.split_first()?;
        if steps > MAX_STEPS {
            return None;
        }
        match first.as_str() {
            "crate" => self.walk(Vec::new(), rest, steps),
            "self" => self.walk(at.to_vec(), rest, steps),
            "super" => {
                let (_, parent) = at.split_last()?;
                if rest.first().is_some_and(|next| next == "super") {
                    return self.resolve(parent, rest, steps + 1);
                }
                self.walk(parent.to_vec(), rest, steps)
            }
            _ if self.modules.contains_key(&child(at, first)) => {
                self.walk(child(at, first), rest, steps)
            }
            _ => {
                let module = self.modules.get(at)?;
                // An import does not lead through itself: `use shop::shop`.
                let import = module.names.imports.iter().find(|import| {
                    !import.glob && import.name == *first && import.path.first() != Some(first)
                });
                match import {
                    Some(import) => {
                        let full = [import.path.as_slice(), rest].concat();
                        self.resolve(at, &full, steps + 1)
                    }
                    None if *first == self.name => self.walk(Vec::new(), rest, steps),
                    None => None,
                }
            }
        }
    }

    /// Goes down as long as there are modules; what comes then is looked up in the last.
    fn walk(&self, mut at: Vec<String>, path: &[String], steps: u32) -> Option<Found> {
        let mut rest = path;
        while let Some((next, behind)) = rest.split_first() {
            let deeper = child(&at, next);
            if !self.modules.contains_key(&deeper) {
                break;
            }
            at = deeper;
            rest = behind;
        }
        let module = self.modules.get(&at)?;
        let Some(item) = rest.first() else {
            return Some(Found {
                file: module.file,
                is_module: true,
                is_defined: true,
            });
        };
        Some(
            self.passed_on(&at, module, item, rest, steps)
                .unwrap_or_else(|| Found {
                    file: module.file,
                    is_module: false,
                    is_defined: module.names.items.contains(item)
                        || imported(module, item).is_some(),
                }),
        )
    }

    /// The definition of what a module has by a `use` only.
    fn passed_on(
        &self,
        at: &[String],
        module: &Module,
        item: &String,
        rest: &[String],
        steps: u32,
    ) -> Option<Found> {
        if module.names.items.contains(item) {
            return None;
        }
        if let Some(import) = imported(module, item) {
            let full = [import.path.as_slice(), rest.get(1..).unwrap_or_default()].concat();
            return self.resolve(at, &full, steps + 1);
        }
        let globs = module.names.imports.iter().filter(|import| import.glob);
        globs
            .filter_map(|glob| {
                let full = [glob.path.as_slice(), rest].concat();
                self.resolve(at, &full, steps + 1)
            })
            .find(|found| found.is_defined)
    }
}

fn imported<'module>(module: &'module Module, item: &str) -> Option<&'module Import> {
    let mut imports = module.names.imports.iter();
    imports.find(|import| !import.glob && import.name == item)
}

fn child(at: &[String], name: &str) -> Vec<String> {
    [at, &[name.to_owned()]].concat()
}

#[cfg(test)]
mod tests {
    use crate::source::testing::{arrows, shell};

    #[test]
    fn every_way_to_name_a_file_is_an_arrow() {
        let of = shell(&[
            ("lib.rs", "mod a; mod b; mod c; mod d; mod e;"),
            ("a.rs", "use crate::b::Thing;\nuse super::c::{self, Other};"),
            ("b.rs", "pub struct Thing; fn f() { crate::d::run(); }"),
            (
                "c.rs",
                "pub struct Other; fn f() { e::run(); } use crate::e;",
            ),
            ("d.rs", "pub fn run() { shop::a::f(); }"),
            ("e.rs", "pub fn run() { check!(crate::b::Thing); }"),
        ]);
        assert_eq!(
            arrows(&of),
            [
                "a.rs -> b.rs",
                "a.rs -> c.rs",
                "b.rs -> d.rs",
                "c.rs -> e.rs",
                "d.rs -> a.rs",
                "e.rs -> b.rs"
            ]
        );
    }

    #[test]
    fn a_name_that_is_passed_on_belongs_to_the_file_that_defines_it() {
        let of = shell(&[
            ("lib.rs", "mod room; mod user;"),
            (
                "room/mod.rs",
                "mod bed; mod lamp; pub use bed::Bed; pub(crate) use lamp::*; pub struct Size;",
            ),
            ("room/bed.rs", "use super::Size; pub struct Bed;"),
            ("room/lamp.rs", "pub struct Lamp;"),
            (
                "user.rs",
                "use crate::room::{Bed, Lamp}; use crate::room; fn f(_: room::Size) {}",
            ),
        ]);
        assert_eq!(
            arrows(&of),
            [
                "room/bed.rs -> room/mod.rs",
                "user.rs -> room/mod.rs",
                "user.rs -> room/bed.rs",
                "user.rs -> room/lamp.rs"
            ]
        );
    }

    #[test]
    fn what_a_folder_passes_on_and_uses_itself_is_an_arrow_too() {
        let of = shell(&[
            ("lib.rs", "mod room;"),
            (
                "room/mod.rs",
                "mod bed; pub use bed::Bed; pub struct Size(Bed);",
            ),
            ("room/bed.rs", "use super::Size; pub struct Bed;"),
        ]);
        assert_eq!(
            arrows(&of),
            ["room/mod.rs -> room/bed.rs", "room/bed.rs -> room/mod.rs"]
        );
    }

    #[test]
    fn what_only_tests_see_is_no_arrow() {
        let of = shell(&[
            ("lib.rs", "mod a; mod b; #[cfg(test)] mod gone;"),
            (
                "a.rs",
                "#[cfg(test)]\nuse crate::b::Thing;\n#[cfg(test)]\nmod tests { use crate::b::Thing; }",
            ),
            ("b.rs", "/// See [`crate::a`].\npub struct Thing;"),
        ]);
        assert_eq!(arrows(&of), Vec::<String>::new());
        assert_eq!(of.files.len(), 3);
    }

    #[test]
    fn what_a_crate_has_is_told_from_what_it_has_not() {
        let of = shell(&[
            ("lib.rs", "mod a; pub use a::Thing;"),
            ("a.rs", "pub enum Thing { One }"),
        ]);
        let has = |path: &str| {
            let path: Vec<String> = path.split("::").map(str::to_owned).collect();
            of.has(&path)
        };
        assert!(has("shop::Thing::One") && has("shop::a") && has("shop::a::Thing"));
        assert!(!has("shop::Other") && !has("shop::b::Thing"));
    }
}
