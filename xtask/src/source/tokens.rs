//! Tokens in a row, with what has to be looked ahead for: marks, words, and items that only tests see.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

pub(super) fn is_punct(token: &TokenTree, mark: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == mark)
}

/// Tokens with a look ahead.
pub(super) struct Tokens {
    all: Vec<TokenTree>,
    at: usize,
}

impl Iterator for Tokens {
    type Item = TokenTree;

    fn next(&mut self) -> Option<TokenTree> {
        let token = self.all.get(self.at).cloned();
        self.at += 1;
        token
    }
}

impl Tokens {
    pub(super) fn of(stream: TokenStream) -> Self {
        Self {
            all: stream.into_iter().collect(),
            at: 0,
        }
    }

    pub(super) fn peek(&self, ahead: usize) -> Option<&TokenTree> {
        self.all.get(self.at + ahead)
    }

    pub(super) fn pass(&mut self, count: usize) {
        self.at += count;
    }

    pub(super) fn word(&self, ahead: usize) -> Option<String> {
        match self.peek(ahead) {
            Some(TokenTree::Ident(word)) => Some(word.to_string()),
            _ => None,
        }
    }

    pub(super) fn is_mark(&self, ahead: usize, mark: char) -> bool {
        self.peek(ahead).is_some_and(|token| is_punct(token, mark))
    }

    pub(super) fn pass_group(&mut self, delimiter: Delimiter) {
        if matches!(self.peek(0), Some(TokenTree::Group(group)) if group.delimiter() == delimiter) {
            self.at += 1;
        }
    }

    pub(super) fn until_semicolon(&mut self) -> Vec<TokenTree> {
        self.by_ref()
            .take_while(|token| !is_punct(token, ';'))
            .collect()
    }

    /// After a `#`: whether `[cfg(test)]` comes, or a `cfg` of several that names `test`.
    pub(super) fn is_for_tests(&self) -> bool {
        let Some(TokenTree::Group(attribute)) = self.peek(0) else {
            return false;
        };
        let mut inside = attribute.stream().into_iter();
        let is_cfg = matches!(inside.next(), Some(TokenTree::Ident(word)) if word == "cfg");
        let condition = inside
            .next()
            .map(|token| token.to_string())
            .unwrap_or_default();
        let words: Vec<&str> = condition
            .split(|letter: char| !letter.is_alphanumeric() && letter != '_')
            .collect();
        is_cfg && words.contains(&"test") && !words.contains(&"not")
    }

    /// Passes over an item with its attributes, or over a field or a statement; says the last line of it.
    pub(super) fn pass_item(&mut self) -> usize {
        // The attribute that was looked at, then others.
        self.pass(1);
        while self.is_mark(0, '#') {
            self.pass(2);
        }
        if self.word(0).is_some_and(|word| word == "pub") {
            self.pass(1);
            self.pass_group(Delimiter::Parenthesis);
        }
        let end = End::of(self.word(0).as_deref(), self.word(1).as_deref());
        let mut line = 0;
        let mut angles = 0_usize;
        for token in self.by_ref() {
            line = last_line(&token);
            match &token {
                token if is_punct(token, '<') => angles += 1,
                token if is_punct(token, '>') => angles = angles.saturating_sub(1),
                token if is_punct(token, ';') => break,
                token if is_punct(token, ',') && end == End::Comma && angles == 0 => break,
                TokenTree::Group(group)
                    if group.delimiter() == Delimiter::Brace && end == End::Body =>
                {
                    break;
                }
                _ => {}
            }
        }
        line
    }
}

/// What an item ends with, besides a semicolon.
#[derive(PartialEq, Eq)]
enum End {
    Body,
    Semicolon,
    Comma,
}

impl End {
    fn of(first: Option<&str>, second: Option<&str>) -> Self {
        match first.unwrap_or_default() {
            "const" if matches!(second, Some("fn" | "unsafe" | "async")) => Self::Body,
            "const" | "let" | "static" | "type" | "use" => Self::Semicolon,
            "async" | "enum" | "extern" | "fn" | "impl" | "macro_rules" | "mod" | "struct"
            | "trait" | "unsafe" => Self::Body,
            _ => Self::Comma,
        }
    }
}

fn last_line(token: &TokenTree) -> usize {
    match token {
        TokenTree::Group(group) => group.span_close().end().line,
        other => other.span().end().line,
    }
}
