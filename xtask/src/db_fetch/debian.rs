//! The distribution's packages, downloaded and unpacked without installing them. Needs neither root nor a database.

use std::{
    env, fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    pg_programs::{self, OLDEST_MAJOR},
    run::{self, Failure, Outcome},
};

/// Debian's PostgreSQL reads the system's own time zones, at this place only.
const TIME_ZONE: &str = "/usr/share/zoneinfo/Europe/Paris";

pub(super) fn bin_dirs(root: &Path) -> Vec<PathBuf> {
    pg_programs::by_version(&root.join("usr/lib/postgresql"))
}

pub(super) fn fetch(into: &Path) -> Outcome<PathBuf> {
    let major = candidate()?;
    if !Path::new(TIME_ZONE).exists() {
        return Err(Failure::new(
            "the package tzdata is missing, which Debian's PostgreSQL needs",
        ));
    }
    let packages = packages(major);
    println!("    apt-get download {}", packages.join(" "));
    run::output(
        Command::new("apt-get")
            .args(["-q", "-o", "APT::Sandbox::User=root", "download"])
            .args(&packages)
            .current_dir(into),
    )?;
    for file in files_in(into) {
        if file.extension().is_some_and(|ending| ending == "deb") {
            run::output(Command::new("dpkg").arg("-x").args([file.as_path(), into]))?;
            fs::remove_file(&file).map_err(run::file_error("remove", &file))?;
        }
    }
    let base = into.join(format!("usr/lib/postgresql/{major}"));
    gather_libraries(into, &base.join("lib"))?;
    drop_jit(&base.join("lib"));
    missing_libraries(&base)?;
    Ok(base.join("bin"))
}

/// The newest major version the package lists offer.
fn candidate() -> Outcome<u32> {
    if let Some(major) = newest_listed()? {
        return Ok(major);
    }
    if !rustix::process::geteuid().is_root() {
        return Err(Failure::new(
            "the package lists name no PostgreSQL; run `apt-get update` as root",
        ));
    }
    println!("    apt-get update (the package lists are empty)");
    run::output(Command::new("apt-get").args(["-q", "update"]))?;
    newest_listed()?
        .ok_or_else(|| Failure::new(format!("no package postgresql-{OLDEST_MAJOR} or newer")))
}

fn newest_listed() -> Outcome<Option<u32>> {
    let text = run::output(Command::new("apt-cache").args([
        "search",
        "--names-only",
        "^postgresql-[0-9]+$",
    ]))?;
    Ok(newest(&text))
}

fn newest(listing: &str) -> Option<u32> {
    listing
        .lines()
        .filter_map(|line| {
            line.split_whitespace()
                .next()?
                .strip_prefix("postgresql-")?
                .parse()
                .ok()
        })
        .filter(|major| *major >= OLDEST_MAJOR)
        .max()
}

/// The server, its client, and the libraries an installation would bring.
fn packages(major: u32) -> Vec<String> {
    let server = format!("postgresql-{major}");
    let mut packages = vec![
        server.clone(),
        format!("postgresql-client-{major}"),
        "libpq5".to_owned(),
    ];
    let plan = run::output(Command::new("apt-get").args([
        "install",
        "-s",
        "-y",
        "--no-install-recommends",
        &server,
    ]));
    for library in libraries(&plan.unwrap_or_default()) {
        if !packages.contains(&library) {
            packages.push(library);
        }
    }
    packages
}

/// The libraries named in `apt-get install --simulate`.
fn libraries(plan: &str) -> Vec<String> {
    // Another C library than the system's cannot be mixed in; Perl and LLVM serve programs we do not use.
    let unwanted = [
        "libc6",
        "libc-",
        "libgcc",
        "libstdc++",
        "libperl",
        "libllvm",
    ];
    plan.lines()
        .filter_map(|line| line.strip_prefix("Inst ")?.split_whitespace().next())
        .filter(|name| name.starts_with("lib") && !name.ends_with("-perl"))
        .filter(|name| !unwanted.iter().any(|prefix| name.starts_with(prefix)))
        .map(str::to_owned)
        .collect()
}

/// Links every unpacked shared library beside PostgreSQL's own, the one folder `pg-embedded` adds to the search path.
fn gather_libraries(root: &Path, lib: &Path) -> Outcome {
    let triple = format!("{}-linux-gnu", env::consts::ARCH);
    for below in ["usr/lib", "lib"] {
        for file in files_in(&root.join(below).join(&triple)) {
            let Some(name) = file
                .file_name()
                .filter(|name| name.to_string_lossy().contains(".so"))
            else {
                continue;
            };
            // lib/postgresql/<major>/lib is four folders below usr.
            let target = Path::new("../../../../..")
                .join(below)
                .join(&triple)
                .join(name);
            let link = lib.join(name);
            if !link.exists() {
                symlink(target, &link).map_err(run::file_error("link", &link))?;
            }
        }
    }
    Ok(())
}

/// Without LLVM's library the JIT provider would fail queries; without the provider PostgreSQL just does not use it.
fn drop_jit(lib: &Path) {
    for file in files_in(lib) {
        if file
            .file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with("llvmjit"))
        {
            let _ = fs::remove_file(file);
        }
    }
}

fn missing_libraries(base: &Path) -> Outcome {
    for name in ["initdb", "postgres"] {
        let text = run::output(
            Command::new("ldd")
                .arg(base.join("bin").join(name))
                .env("LD_LIBRARY_PATH", base.join("lib")),
        )?;
        let missing: Vec<&str> = text
            .lines()
            .filter(|line| line.contains("not found"))
            .map(str::trim)
            .collect();
        if !missing.is_empty() {
            return Err(Failure::new(format!(
                "{name} lacks shared libraries: {}",
                missing.join(", ")
            )));
        }
    }
    Ok(())
}

fn files_in(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn newest_version_that_is_new_enough_is_taken() {
        assert_eq!(
            newest("postgresql-9 - x\npostgresql-16 - x\npostgresql-15 - x\n"),
            Some(16)
        );
        assert_eq!(newest("postgresql-14 - x\n"), None);
        assert_eq!(newest(""), None);
    }

    #[test]
    fn libraries_are_taken_from_the_plan_but_never_the_c_library() {
        let plan = "NOTE: simulation\nInst libicu72 (72.1-3 Debian:12 [amd64])\nInst libc6 [2.36] (2.37 x)\n\
                    Inst libjson-perl (4)\nInst postgresql-common (248)\nInst libxml2 (2.9)\nConf libicu72 (72)\n";
        assert_eq!(libraries(plan), ["libicu72", "libxml2"]);
    }
}
