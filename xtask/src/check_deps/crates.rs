//! Arrows between crates: the table of `docs/ARCHITECTURE.md`, as code. To change an arrow, change [`may_use`] or
//! [`OWNED`] and say why in a decision record.

use serde_json::Value;

use crate::run::{self, Failure, Outcome};

/// Outside crates that few crates of ours keep to themselves: a prefix of their names, and the owners.
const OWNED: [(&str, &[&str]); 3] = [
    ("diesel", &["store-pg"]),
    ("actix", &["guichet", "realtime", "sockets"]),
    ("mail-send", &["notify"]),
];

/// The tests may look at everything.
const TESTS: &str = "guichet-tests";

/// Forbidden arrows, one a line.
pub(super) fn breaches() -> Outcome<Vec<String>> {
    let text = run::output(&mut run::cargo([
        "metadata",
        "--format-version",
        "1",
        "--no-deps",
    ]))?;
    let mut found = violations(&packages(&text)?);
    if let Some(tree) = tree_of_ring()? {
        found.push(format!(
            "`ring` is in the tree, and two crypto providers make TLS panic at first use:\n{tree}"
        ));
    }
    Ok(found)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Normal,
    Dev,
}

#[derive(Debug)]
struct Package {
    name: String,
    dependencies: Vec<(String, Kind)>,
}

fn packages(metadata: &str) -> Outcome<Vec<Package>> {
    let metadata: Value = serde_json::from_str(metadata)
        .map_err(|error| Failure::new(format!("cargo metadata: {error}")))?;
    let list = |value: &Value, key: &str| {
        value
            .get(key)
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default()
    };
    let text = |value: &Value, key: &str| {
        value
            .get(key)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let packages: Vec<Package> = list(&metadata, "packages")
        .iter()
        .map(|package| Package {
            name: text(package, "name"),
            dependencies: list(package, "dependencies")
                .iter()
                .map(|dependency| {
                    // Build dependencies end up in the same build as normal ones.
                    let kind = match text(dependency, "kind").as_str() {
                        "dev" => Kind::Dev,
                        _ => Kind::Normal,
                    };
                    (text(dependency, "name"), kind)
                })
                .collect(),
        })
        .collect();
    if packages.is_empty() {
        return Err(Failure::new("cargo metadata names no package"));
    }
    Ok(packages)
}

fn violations(packages: &[Package]) -> Vec<String> {
    let ours = |name: &str| packages.iter().any(|package| package.name == name);
    let mut found = Vec::new();
    for package in packages {
        for (to, kind) in &package.dependencies {
            let allowed = if ours(to) {
                may_use(&package.name, to, *kind)
            } else {
                may_name(&package.name, to, *kind)
            };
            if !allowed {
                found.push(format!("{} -> {to}", package.name));
            }
        }
    }
    found
}

/// Arrows between our own crates. Domains never name each other: they meet in events.
fn may_use(from: &str, to: &str, kind: Kind) -> bool {
    // A private cluster for a crate's own tests is no arrow of the product.
    if kind == Kind::Dev && to == "pg-embedded" {
        return true;
    }
    match from {
        TESTS => true,
        "guichet" => to != TESTS && to != "xtask",
        "store-pg" => is_domain(to) || matches!(to, "notify" | "shared-kernel"),
        "realtime" => matches!(to, "shared-kernel" | "sockets"),
        // The words of a search tell markup where to mark.
        "notify" | "markup" => to == "shared-kernel",
        // Which address a category of tickets has is a setting.
        "settings" => matches!(to, "shared-kernel" | "support-domain"),
        "identity" => matches!(to, "settings" | "shared-kernel"),
        // What callers see is made from the domains' values, and knows no protocol and no store.
        "views" => is_domain(to) || matches!(to, "markup" | "shared-kernel"),
        domain if is_domain(domain) => to == "shared-kernel",
        // shared-kernel, sockets, request-text, pg-embedded, xtask; a new crate gets its line above.
        _ => false,
    }
}

/// Outside crates with owners.
fn may_name(from: &str, to: &str, kind: Kind) -> bool {
    let owner = OWNED.iter().find(|(prefix, _)| to.starts_with(prefix));
    owner.is_none_or(|(_, owners)| owners.contains(&from) || from == TESTS || kind == Kind::Dev)
}

fn is_domain(name: &str) -> bool {
    name.ends_with("-domain")
}

/// Who brings `ring` into a normal build, or nothing.
fn tree_of_ring() -> Outcome<Option<String>> {
    let output = run::raw_output(&mut run::cargo([
        "tree",
        "--workspace",
        "--edges",
        "normal",
        "--invert",
        "ring",
    ]))?;
    let errors = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() && !errors.contains("did not match any packages") {
        return Err(Failure::new(format!("cargo tree: {}", errors.trim())));
    }
    let tree = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    Ok((!tree.is_empty()).then_some(tree))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn house(edges: &[(&str, &str, Kind)]) -> Vec<Package> {
        let names = [
            "guichet",
            "store-pg",
            "notify",
            "markup",
            "shared-kernel",
            "pg-embedded",
            "realtime",
            "sockets",
            "support-domain",
            "faq-domain",
            TESTS,
            "xtask",
            "views",
            "settings",
            "identity",
            "request-text",
            "brand-new",
        ];
        names
            .iter()
            .map(|name| Package {
                name: (*name).into(),
                dependencies: edges
                    .iter()
                    .filter(|(from, ..)| from == name)
                    .map(|(_, to, kind)| ((*to).into(), *kind))
                    .collect(),
            })
            .collect()
    }

    #[test]
    fn the_arrows_of_the_design_are_allowed() {
        let edges = [
            ("guichet", "store-pg", Kind::Normal),
            ("guichet", "pg-embedded", Kind::Normal),
            ("guichet", "actix-web", Kind::Normal),
            ("guichet", "realtime", Kind::Normal),
            ("realtime", "sockets", Kind::Normal),
            ("realtime", "shared-kernel", Kind::Normal),
            ("realtime", "actix-web", Kind::Normal),
            ("sockets", "actix-http", Kind::Normal),
            ("store-pg", "support-domain", Kind::Normal),
            ("store-pg", "notify", Kind::Normal),
            ("store-pg", "diesel-async", Kind::Normal),
            ("store-pg", "pg-embedded", Kind::Dev),
            ("notify", "shared-kernel", Kind::Normal),
            ("notify", "mail-send", Kind::Normal),
            ("guichet", "markup", Kind::Normal),
            ("markup", "shared-kernel", Kind::Normal),
            ("guichet", "views", Kind::Normal),
            ("guichet", "identity", Kind::Normal),
            ("identity", "settings", Kind::Normal),
            ("identity", "shared-kernel", Kind::Normal),
            ("guichet", "settings", Kind::Normal),
            ("guichet", "request-text", Kind::Normal),
            ("settings", "support-domain", Kind::Normal),
            ("settings", "shared-kernel", Kind::Normal),
            ("views", "support-domain", Kind::Normal),
            ("views", "markup", Kind::Normal),
            ("faq-domain", "shared-kernel", Kind::Normal),
            ("faq-domain", "thiserror", Kind::Normal),
            (TESTS, "guichet", Kind::Normal),
            (TESTS, "diesel", Kind::Normal),
        ];
        assert_eq!(violations(&house(&edges)), Vec::<String>::new());
    }

    #[test]
    fn every_other_arrow_is_named() {
        for (from, to) in [
            ("faq-domain", "support-domain"),
            ("support-domain", "notify"),
            ("support-domain", "diesel"),
            ("support-domain", "actix-web"),
            ("store-pg", "actix-web"),
            ("realtime", "store-pg"),
            ("realtime", "support-domain"),
            ("realtime", "diesel"),
            ("sockets", "shared-kernel"),
            ("sockets", "realtime"),
            ("notify", "store-pg"),
            ("markup", "faq-domain"),
            ("identity", "actix-web"),
            ("identity", "store-pg"),
            ("identity", "realtime"),
            ("settings", "actix-web"),
            ("settings", "identity"),
            ("settings", "store-pg"),
            ("store-pg", "settings"),
            ("views", "actix-web"),
            ("views", "store-pg"),
            ("store-pg", "views"),
            ("notify", "support-domain"),
            ("shared-kernel", "support-domain"),
            ("pg-embedded", "shared-kernel"),
            ("store-pg", "guichet"),
            ("store-pg", "pg-embedded"),
            ("store-pg", "mail-send"),
            ("guichet", "diesel_migrations"),
            ("guichet", TESTS),
            ("xtask", "shared-kernel"),
            ("request-text", "shared-kernel"),
            ("request-text", "actix-web"),
            ("brand-new", "shared-kernel"),
        ] {
            let found = violations(&house(&[(from, to, Kind::Normal)]));
            assert_eq!(found, [format!("{from} -> {to}")]);
        }
    }

    #[test]
    fn a_domain_does_not_reach_another_one_through_its_tests() {
        let found = violations(&house(&[("faq-domain", "support-domain", Kind::Dev)]));
        assert_eq!(found, ["faq-domain -> support-domain"]);
    }

    #[test]
    fn metadata_gives_names_and_kinds() {
        let text = r#"{"packages":[{"name":"a","dependencies":[
            {"name":"b","kind":null},{"name":"c","kind":"dev"},{"name":"d","kind":"build"}]}]}"#;
        let packages = packages(text).unwrap();
        let kinds: Vec<Kind> = packages[0]
            .dependencies
            .iter()
            .map(|(_, kind)| *kind)
            .collect();
        assert_eq!(kinds, [Kind::Normal, Kind::Dev, Kind::Normal]);
    }
}
