//! Dependencies that nothing names. A normal one must be named outside tests; a crate of tests is all tests, so there
//! and for `[dev-dependencies]` any file will do.

use std::{collections::BTreeSet, fs, path::Path};

use crate::{
    run::{self, Failure, Outcome},
    source::{self, Crate},
};

/// Where the manifest is, what is named nowhere, and what it is for.
const NAMED_NOWHERE: [(&str, &str, &str); 1] = [(
    "crates/realtime",
    "tokio-tungstenite",
    "for the clients of `tests/src`, which its tests include by path",
)];

pub(super) fn breaches(root: &Path, product: &[Crate]) -> Outcome<Vec<String>> {
    let mut folders: Vec<&str> = product.iter().map(|one| one.folder.as_str()).collect();
    folders.extend(["tests", "fuzz"]);
    let mut found = Vec::new();
    let mut taken = BTreeSet::new();
    for folder in folders {
        let of = product.iter().find(|one| one.folder == folder);
        let mut anywhere = BTreeSet::new();
        gather(&root.join(folder), &mut anywhere)?;
        for (section, name) in dependencies(&manifest(root, folder)?) {
            let word = name.replace('-', "_");
            let used = match of {
                Some(of) if section == Section::Normal => of.names(&word),
                _ => anywhere.contains(&word),
            };
            let excused = NAMED_NOWHERE
                .iter()
                .any(|(at, what, _)| *at == folder && *what == name);
            if !used && !excused {
                found.push(format!("{folder}/Cargo.toml: {name}, {section:?}"));
            }
            taken.insert(name);
        }
    }
    for (section, name) in dependencies(&manifest(root, ".")?) {
        if section == Section::Workspace && !taken.contains(&name) {
            found.push(format!("Cargo.toml: {name}, no member takes it"));
        }
    }
    Ok(found)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Section {
    Normal,
    Dev,
    Build,
    Workspace,
}

fn manifest(root: &Path, folder: &str) -> Outcome<String> {
    let path = root.join(folder).join("Cargo.toml");
    fs::read_to_string(&path).map_err(run::file_error("read", &path))
}

/// The names in the sections of dependencies; those of a target count like the others.
fn dependencies(manifest: &str) -> Vec<(Section, String)> {
    let mut section = None;
    let mut found = Vec::new();
    for line in manifest.lines() {
        if let Some(header) = line.strip_prefix('[') {
            section = section_of(header.trim_end_matches(']'));
            continue;
        }
        let name = line.split(['.', ' ', '=', '#']).next().unwrap_or_default();
        if let Some(section) = section.filter(|_| !name.is_empty()) {
            found.push((section, name.to_owned()));
        }
    }
    found
}

fn section_of(header: &str) -> Option<Section> {
    match header {
        "workspace.dependencies" => Some(Section::Workspace),
        _ => match header.rsplit('.').next()? {
            "dependencies" => Some(Section::Normal),
            "dev-dependencies" => Some(Section::Dev),
            "build-dependencies" => Some(Section::Build),
            _ => None,
        },
    }
}

/// Every identifier of every Rust file below.
fn gather(folder: &Path, into: &mut BTreeSet<String>) -> Outcome {
    for entry in fs::read_dir(folder)
        .map_err(run::file_error("read", folder))?
        .flatten()
    {
        let path = entry.path();
        if path.is_dir() {
            if !path.ends_with("target") && !path.ends_with("node_modules") {
                gather(&path, into)?;
            }
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let text = fs::read_to_string(&path).map_err(run::file_error("read", &path))?;
            let words = source::words(&text)
                .map_err(|error| Failure::new(format!("{}: {error}", path.display())))?;
            into.extend(words);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::testing::folder;

    #[test]
    fn sections_of_dependencies_are_told_apart() {
        let text = "[package]\nname = \"a\"\n[dependencies]\nb.workspace = true # why\nc-d = { version = \"1\" }\n\n\
                    [dev-dependencies]\ne = \"1\"\n[target.'cfg(unix)'.dependencies]\nf = \"1\"\n[lints]\nworkspace = true\n";
        let found = dependencies(text);
        let names: Vec<&str> = found.iter().map(|(_, name)| name.as_str()).collect();
        assert_eq!(names, ["b", "c-d", "e", "f"]);
        assert_eq!(found[2].0, Section::Dev);
    }

    #[test]
    fn what_nothing_names_is_found() {
        let manifest = "[package]\nname = \"shop\"\n[dependencies]\nused-one = \"1\"\nin-tests = \"1\"\nin-words = \"1\"\n\
                        [dev-dependencies]\nproof = \"1\"\nidle = \"1\"\n";
        let root = folder(&[
            (
                "Cargo.toml",
                "[workspace.dependencies]\nused-one = \"1\"\nnobody = \"1\"\n",
            ),
            ("tests/Cargo.toml", ""),
            ("fuzz/Cargo.toml", ""),
            ("apps/server/Cargo.toml", manifest),
            (
                "apps/server/src/lib.rs",
                "//! in_words\nuse used_one::A;\n#[cfg(test)]\nmod tests { use in_tests::B; proof::c!(); }\n",
            ),
        ]);
        let of = Crate::read(root.path(), "apps/server").unwrap();
        assert_eq!(
            breaches(root.path(), &[of]).unwrap(),
            [
                "apps/server/Cargo.toml: in-tests, Normal",
                "apps/server/Cargo.toml: in-words, Normal",
                "apps/server/Cargo.toml: idle, Dev",
                "Cargo.toml: nobody, no member takes it"
            ]
        );
    }
}
