//! How large things may grow. Lines are those of the file, without inline tests; a function's are those from `fn` to
//! its closing brace.

use std::path::Path;

use crate::source::Crate;

const FILE: usize = 300;
const FUNCTION: usize = 60;

/// The shell is thin: it wires, translates and answers.
const SHELL: &str = "apps/server";

/// How much of a hundred product lines, without xtask, may be the shell's. A share and no number: each resource brings
/// handlers, so the shell grows with the product, but what it gains must be matched by rules, statements and codecs
/// beside it. It stood at 13,000 of some 40,000 lines when the rule was made.
const SHELL_SHARE: usize = 33;

pub(super) fn breaches(product: &[Crate]) -> Vec<String> {
    let mut found: Vec<String> = shell_too_large(product).into_iter().collect();
    for file in product.iter().flat_map(|one| &one.files) {
        if file.lines > FILE {
            found.push(format!(
                "{}: {} lines, {FILE} allowed",
                file.path, file.lines
            ));
        }
        for function in file.functions.iter().filter(|one| one.lines > FUNCTION) {
            found.push(format!(
                "{}:{}: `{}` has {} lines, {FUNCTION} allowed",
                file.path, function.line, function.name, function.lines
            ));
        }
    }
    found
}

fn shell_too_large(product: &[Crate]) -> Option<String> {
    // Without anything beside it, it is no shell.
    let shell = product.iter().find(|one| one.folder == SHELL)?;
    let shipped = product.iter().filter(|one| one.folder != "xtask");
    let (of_shell, total) = (lines(shell), shipped.map(lines).sum::<usize>());
    let allowed = total * SHELL_SHARE / 100;
    (product.len() > 1 && of_shell > allowed).then(|| {
        format!("{SHELL}: {of_shell} lines of {total}, {allowed} allowed ({SHELL_SHARE} %)")
    })
}

/// A folder's own file is its `mod.rs`: `foo.rs` beside `foo/` makes one room two.
pub(super) fn doubled(root: &Path, product: &[Crate]) -> Vec<String> {
    product
        .iter()
        .flat_map(|one| &one.files)
        .filter_map(|file| Some((file, file.path.strip_suffix(".rs")?)))
        .filter(|(_, folder)| root.join(folder).is_dir())
        .map(|(file, folder)| format!("{} beside {folder}/, make it {folder}/mod.rs", file.path))
        .collect()
}

pub(super) fn report(product: &[Crate]) {
    println!("product lines, files, longest file, longest function:");
    let mut total = 0;
    for one in product {
        total += lines(one);
        let file = one.files.iter().map(|file| file.lines).max();
        let function = one
            .files
            .iter()
            .flat_map(|file| &file.functions)
            .map(|function| function.lines)
            .max();
        println!(
            "  {:7} {:4} {:4} {:4}  {}",
            lines(one),
            one.files.len(),
            file.unwrap_or_default(),
            function.unwrap_or_default(),
            one.folder
        );
    }
    println!("  {total:7}");
}

fn lines(of: &Crate) -> usize {
    of.files.iter().map(|file| file.lines).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::testing::{folder, shell};

    #[test]
    fn files_functions_and_the_shell_have_limits() {
        let long_function = format!("fn long() {{\n{}}}\n", "f();\n".repeat(FUNCTION - 1));
        let long_file = format!("{}{long_function}", "\n".repeat(FILE - FUNCTION));
        let files = [("lib.rs", long_file.as_str())];
        assert_eq!(
            breaches(&[shell(&files)]),
            [
                "apps/server/src/lib.rs: 301 lines, 300 allowed",
                "apps/server/src/lib.rs:241: `long` has 61 lines, 60 allowed"
            ]
        );
    }

    #[test]
    fn the_shell_is_a_share_of_the_whole() {
        let house = |of_shell: usize| {
            let of = |lines: usize| "\n".repeat(lines);
            let mut beside = shell(&[("lib.rs", of(67).as_str())]);
            beside.folder = "crates/markup".into();
            [shell(&[("lib.rs", of(of_shell).as_str())]), beside]
        };
        assert_eq!(breaches(&house(33)), Vec::<String>::new());
        assert_eq!(
            breaches(&house(34)),
            ["apps/server: 34 lines of 101, 33 allowed (33 %)"]
        );
    }

    #[test]
    fn lines_of_tests_are_not_counted() {
        let tests = format!("#[cfg(test)]\nmod tests {{\n{}}}\n", "\n".repeat(2 * FILE));
        assert_eq!(
            breaches(&[shell(&[("lib.rs", &tests)])]),
            Vec::<String>::new()
        );
    }

    #[test]
    fn a_file_beside_its_folder_is_named() {
        let of = shell(&[("lib.rs", "mod a;"), ("a.rs", "mod b;"), ("a/b.rs", "")]);
        let root = folder(&[("apps/server/src/a/b.rs", "")]);
        assert_eq!(doubled(root.path(), &[of]).len(), 1);
    }
}
