//! One file as tokens: the modules in it, what they define, import and name, and how long functions are.
//!
//! Tokens come from `proc-macro2`, which knows strings, comments and brackets. A full parser would read no more: most
//! paths that matter stand inside macros, where it sees tokens too.

use std::{collections::BTreeSet, str::FromStr as _};

use proc_macro2::{Delimiter, Group, LexError, TokenStream, TokenTree};

use super::tokens::{Tokens, is_punct};

/// What a file holds for the product; whatever `#[cfg(test)]` stands before is left out.
#[derive(Debug, Default)]
pub(super) struct Scanned {
    /// The file's own first, then those written inside it.
    pub(super) modules: Vec<Module>,
    pub(super) functions: Vec<Function>,
    pub(super) test_lines: usize,
}

#[derive(Debug, Default)]
pub(super) struct Module {
    /// From the file: empty for the file's own.
    pub(super) path: Vec<String>,
    /// `mod name;`
    pub(super) children: Vec<String>,
    pub(super) items: BTreeSet<String>,
    pub(super) imports: Vec<Import>,
    /// `a::b` and longer, outside `use`.
    pub(super) paths: BTreeSet<Vec<String>>,
    /// Single names, and the first of each path, outside `use`.
    pub(super) words: BTreeSet<String>,
}

/// One name of a `use`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Import {
    pub(super) path: Vec<String>,
    /// What it is called here.
    pub(super) name: String,
    pub(super) glob: bool,
    /// Any `pub`.
    pub(super) public: bool,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Function {
    pub(crate) name: String,
    pub(crate) line: usize,
    /// From `fn` to the closing brace.
    pub(crate) lines: usize,
}

pub(super) fn scan(text: &str) -> Result<Scanned, LexError> {
    let mut scanner = Scanner {
        found: Scanned::default(),
        at: 0,
    };
    scanner.found.modules.push(Module::default());
    scanner.level(TokenStream::from_str(text)?, true);
    Ok(scanner.found)
}

/// Every identifier of a file, tests included.
pub(crate) fn words(text: &str) -> Result<BTreeSet<String>, LexError> {
    fn gather(stream: TokenStream, into: &mut BTreeSet<String>) {
        for token in stream {
            match token {
                TokenTree::Ident(word) => {
                    into.insert(word.to_string());
                }
                TokenTree::Group(group) => gather(group.stream(), into),
                _ => {}
            }
        }
    }
    let mut found = BTreeSet::new();
    gather(TokenStream::from_str(text)?, &mut found);
    Ok(found)
}

struct Scanner {
    found: Scanned,
    /// The module being read, an index into those found.
    at: usize,
}

impl Scanner {
    /// What stands between two brackets, or the whole file. Items count where a module has them.
    fn level(&mut self, stream: TokenStream, is_module: bool) {
        let mut tokens = Tokens::of(stream);
        let mut public = false;
        let mut function = None;
        while let Some(token) = tokens.next() {
            match token {
                TokenTree::Punct(mark) if mark.as_char() == '#' && tokens.is_for_tests() => {
                    let from = mark.span().start().line;
                    self.found.test_lines += tokens.pass_item().saturating_sub(from) + 1;
                }
                TokenTree::Punct(mark) if mark.as_char() == ';' => {
                    public = false;
                    function = None;
                }
                TokenTree::Group(group) => {
                    if group.delimiter() == Delimiter::Brace {
                        public = false;
                        self.measure(function.take(), &group);
                    }
                    self.level(group.stream(), false);
                }
                TokenTree::Ident(word) => match word.to_string().as_str() {
                    "pub" => {
                        public = true;
                        tokens.pass_group(Delimiter::Parenthesis);
                    }
                    "use" if !tokens.is_mark(0, '<') => {
                        self.import(&tokens.until_semicolon(), public);
                        public = false;
                    }
                    "mod" if is_module => {
                        self.module(&mut tokens);
                        public = false;
                    }
                    "fn" => {
                        function = tokens.word(0).map(|name| (name, word.span().start().line));
                        self.define(&mut tokens, is_module);
                    }
                    "struct" | "enum" | "trait" => self.define(&mut tokens, true),
                    "const" | "static" | "type" => {
                        let names = tokens.word(0).is_some_and(|name| name != "fn");
                        self.define(&mut tokens, is_module && names);
                    }
                    "macro_rules" if tokens.is_mark(0, '!') => {
                        tokens.next();
                        self.define(&mut tokens, is_module);
                    }
                    first => self.name(first, &mut tokens),
                },
                _ => {}
            }
        }
    }

    fn here(&mut self) -> Option<&mut Module> {
        self.found.modules.get_mut(self.at)
    }

    /// The next word is a definition's name, if there is one.
    fn define(&mut self, tokens: &mut Tokens, counts: bool) {
        let Some(name) = tokens.word(0) else { return };
        if name == "fn" {
            return;
        }
        tokens.next();
        if counts && let Some(module) = self.here() {
            module.items.insert(name);
        }
    }

    fn measure(&mut self, function: Option<(String, usize)>, body: &Group) {
        if let Some((name, line)) = function {
            let lines = (body.span_close().end().line + 1).saturating_sub(line);
            self.found.functions.push(Function { name, line, lines });
        }
    }

    fn module(&mut self, tokens: &mut Tokens) {
        let Some(name) = tokens.word(0) else { return };
        tokens.next();
        let Some(TokenTree::Group(inside)) = tokens.peek(0).cloned() else {
            if let Some(module) = self.here() {
                module.children.push(name);
            }
            return;
        };
        tokens.next();
        let mut path = self
            .here()
            .map(|module| module.path.clone())
            .unwrap_or_default();
        path.push(name);
        let outer = self.at;
        self.at = self.found.modules.len();
        self.found.modules.push(Module {
            path,
            ..Module::default()
        });
        self.level(inside.stream(), true);
        self.at = outer;
    }

    fn import(&mut self, tree: &[TokenTree], public: bool) {
        if let Some(module) = self.here() {
            expand(&[], tree, public, &mut module.imports);
        }
    }

    /// A word, or the path that begins with it.
    fn name(&mut self, first: &str, tokens: &mut Tokens) {
        let mut path = vec![first.to_owned()];
        while tokens.is_mark(0, ':') && tokens.is_mark(1, ':') {
            let Some(next) = tokens.word(2) else { break };
            path.push(next);
            tokens.pass(3);
        }
        if let Some(module) = self.here() {
            module.words.insert(first.to_owned());
            if path.len() > 1 {
                module.paths.insert(path);
            }
        }
    }
}

/// `a::{b, c::*}` as the names it brings in.
fn expand(prefix: &[String], tree: &[TokenTree], public: bool, into: &mut Vec<Import>) {
    for branch in tree.split(|token| is_punct(token, ',')) {
        if branch.is_empty() {
            continue;
        }
        let mut path = prefix.to_vec();
        let mut name = None;
        let mut glob = false;
        let mut grouped = false;
        let mut tokens = branch.iter();
        while let Some(token) = tokens.next() {
            match token {
                TokenTree::Ident(word) if *word == "as" => {
                    name = tokens.next().map(ToString::to_string);
                }
                TokenTree::Ident(word) if *word == "self" && !path.is_empty() => {}
                TokenTree::Ident(word) => path.push(word.to_string()),
                TokenTree::Group(group) => {
                    let inside: Vec<TokenTree> = group.stream().into_iter().collect();
                    expand(&path, &inside, public, into);
                    grouped = true;
                }
                token => glob |= is_punct(token, '*'),
            }
        }
        if let Some(last) = path.last().filter(|_| !grouped) {
            let name = name.unwrap_or_else(|| last.clone());
            into.push(Import {
                path,
                name,
                glob,
                public,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Scanned {
        scan(text).unwrap()
    }

    #[test]
    fn a_use_is_taken_apart() {
        let scanned = of("pub(crate) use a::{b, c::*, d::{self, e as f}};\nuse g;");
        let names: Vec<String> = scanned.modules[0]
            .imports
            .iter()
            .map(|import| {
                let star = if import.glob { "::*" } else { "" };
                format!(
                    "{}{star} as {} {}",
                    import.path.join("::"),
                    import.name,
                    import.public
                )
            })
            .collect();
        assert_eq!(
            names,
            [
                "a::b as b true",
                "a::c::* as c true",
                "a::d as d true",
                "a::d::e as f true",
                "g as g false"
            ]
        );
    }

    #[test]
    fn what_is_for_tests_is_neither_read_nor_counted() {
        let scanned = of("\
struct Kept {
    #[cfg(test)]
    field: Map<gone::A, gone::B>,
    other: kept::C,
}
#[cfg(test)]
#[expect(dead_code, reason = \"x\")]
const GONE: fn() = gone::d;
#[cfg(all(test, unix))]
impl<A, B> Gone<A, B> { }
#[cfg(not(test))]
fn kept() { kept::e(); }
#[cfg(test)]
mod gone {
    use gone::f;
}
");
        let module = &scanned.modules[0];
        assert!(module.paths.iter().all(|path| path[0] == "kept"));
        assert_eq!(module.paths.len(), 2);
        assert!(module.imports.is_empty());
        assert_eq!(scanned.test_lines, 2 + 3 + 2 + 4);
    }

    #[test]
    fn functions_are_measured_from_their_name_to_their_end() {
        let scanned = of(
            "trait T {\n    fn none(&self);\n    fn two(f: fn(u8)) {\n    }\n}\nfn f()\nwhere\n    A: B,\n{\n    let x = |y| { y };\n}\n",
        );
        let lengths: Vec<(&str, usize, usize)> = scanned
            .functions
            .iter()
            .map(|function| (function.name.as_str(), function.line, function.lines))
            .collect();
        assert_eq!(lengths, [("two", 3, 2), ("f", 6, 6)]);
    }

    #[test]
    fn strings_and_comments_name_nothing() {
        let scanned =
            of("/// crate::a\nfn f() { /* crate::b */ let x = \"crate::c\"; crate::d(x) }");
        let paths: Vec<String> = scanned.modules[0]
            .paths
            .iter()
            .map(|path| path.join("::"))
            .collect();
        assert_eq!(paths, ["crate::d"]);
    }

    #[test]
    fn modules_inside_a_file_are_modules() {
        let scanned = of("mod a { mod b; pub mod c { pub struct D; } }");
        let paths: Vec<String> = scanned
            .modules
            .iter()
            .map(|module| module.path.join("::"))
            .collect();
        assert_eq!(paths, ["", "a", "a::c"]);
        assert_eq!(scanned.modules[1].children, ["b"]);
        assert!(scanned.modules[2].items.contains("D"));
    }
}
