//! PostgreSQL's log, read: statements with their parameters, and the types of those.

use std::collections::{BTreeMap, HashMap};

/// The session's id, and nothing else, before each entry; a value for `log_line_prefix`.
pub(crate) const PREFIX: &str = "{%c} ";

/// A value as the log shows it; `None` is NULL.
pub(crate) type Parameter = Option<String>;

/// A statement's text and its values.
pub(crate) type Run = (String, Vec<Parameter>);

/// One entry of the log.
pub(crate) struct Entry {
    session: String,
    kind: String,
    text: String,
}

/// The entries of a log written with [`PREFIX`].
pub(crate) fn entries(log: &str) -> Vec<Entry> {
    let mut all: Vec<Entry> = Vec::new();
    for line in log.lines() {
        if let Some(continued) = line.strip_prefix('\t') {
            if let Some(last) = all.last_mut() {
                last.text.push('\n');
                last.text.push_str(continued);
            }
            continue;
        }
        let entry = line
            .strip_prefix('{')
            .and_then(|line| line.split_once("} "))
            .and_then(|(session, rest)| Some((session, rest.split_once(":  ")?)));
        if let Some((session, (kind, text))) = entry {
            all.push(Entry {
                session: session.to_owned(),
                kind: kind.to_owned(),
                text: text.to_owned(),
            });
        }
    }
    all
}

/// The statement an entry says is being run.
pub(crate) fn sql_of(entry: &Entry) -> Option<&str> {
    if entry.kind != "LOG" {
        return None;
    }
    let simple = entry.text.strip_prefix("statement: ");
    let prepared = || {
        let named = entry.text.strip_prefix("execute ")?;
        Some(named.split_once(": ")?.1)
    };
    simple.or_else(prepared)
}

/// Parameter types by statement, as object ids, from `parse tree:`, its `DETAIL` and its `STATEMENT`.
pub(crate) fn types_by_statement(entries: &[Entry]) -> HashMap<String, BTreeMap<usize, u32>> {
    let mut trees: HashMap<&str, &str> = HashMap::new();
    let mut types = HashMap::new();
    for entry in entries {
        match entry.kind.as_str() {
            "DETAIL" if entry.text.trim_start().starts_with("{QUERY") => {
                trees.insert(&entry.session, &entry.text);
            }
            "STATEMENT" => {
                if let Some(tree) = trees.remove(entry.session.as_str()) {
                    // The first one: later trees under its name are those of its foreign keys' checks.
                    types
                        .entry(entry.text.clone())
                        .or_insert_with(|| types_in(tree));
                }
            }
            _ => {}
        }
    }
    types
}

fn types_in(tree: &str) -> BTreeMap<usize, u32> {
    // PostgreSQL breaks the tree into lines wherever there is a space.
    let tree = tree.split_whitespace().collect::<Vec<_>>().join(" ");
    let number_after = |text: &str, name: &str| -> Option<u32> {
        text.split_once(name)?.1.split(' ').next()?.parse().ok()
    };
    tree.split("{PARAM ")
        .skip(1)
        .filter_map(|node| {
            let id = number_after(node, ":paramid ")?;
            let oid = number_after(node, ":paramtype ")?;
            Some((usize::try_from(id).ok()?, oid))
        })
        .collect()
}

/// The statements of the transaction that mentions `sender`, in order.
pub(crate) fn statements_of(entries: &[Entry], sender: &str) -> Option<Vec<Run>> {
    let session = entries
        .iter()
        .find(|entry| entry.kind == "DETAIL" && entry.text.contains(sender))
        .map(|entry| entry.session.as_str())?;
    let mut open: Option<Vec<Run>> = None;
    for entry in entries.iter().filter(|entry| entry.session == session) {
        if let Some(sql) = sql_of(entry) {
            match (sql, &mut open) {
                ("BEGIN", _) => open = Some(Vec::new()),
                ("COMMIT", Some(_)) => {
                    let done = open.take()?;
                    let ours = |value: &Parameter| value.as_deref() == Some(sender);
                    if done.iter().any(|(_, values)| values.iter().any(ours)) {
                        return Some(done);
                    }
                }
                (sql, Some(statements)) => statements.push((sql.to_owned(), Vec::new())),
                (_, None) => {}
            }
        } else if let (Some(text), Some((_, values))) = (
            entry.text.strip_prefix("parameters: "),
            open.as_mut().and_then(|statements| statements.last_mut()),
        ) {
            *values = parameters(text);
        }
    }
    None
}

/// Reads `$1 = 'it''s', $2 = NULL`.
fn parameters(text: &str) -> Vec<Parameter> {
    let mut values = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once(" = ") {
        let Some(quoted) = after.strip_prefix('\'') else {
            values.push(None);
            rest = after;
            continue;
        };
        let mut value = String::new();
        let mut characters = quoted.char_indices().peekable();
        rest = "";
        while let Some((at, character)) = characters.next() {
            if character != '\'' {
                value.push(character);
            } else if characters.next_if(|(_, next)| *next == '\'').is_some() {
                value.push('\'');
            } else {
                rest = quoted.get(at + 1..).unwrap_or_default();
                break;
            }
        }
        values.push(Some(value));
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_keep_quotes_commas_and_nulls() {
        assert_eq!(
            parameters("$1 = 'a', $2 = NULL, $3 = 'it''s, $4 = x', $4 = ''"),
            [Some("a"), None, Some("it's, $4 = x"), Some("")].map(|value| value.map(str::to_owned))
        );
    }

    #[test]
    fn a_transaction_is_read_with_its_continued_lines_and_declared_types() {
        let log = "{a.1} LOG:  parse tree:\n\
            {a.1} DETAIL:     {QUERY :x ({PARAM :paramkind 0 :paramid 1\n\t   :paramtype 1009 :y}) }\n\
            {a.1} STATEMENT:  SELECT\n\t  unnest($1)\n\
            {a.1} LOG:  statement: BEGIN\n\
            {b.1} LOG:  statement: BEGIN\n\
            {a.1} LOG:  execute s1: SELECT\n\t  unnest($1)\n\
            {a.1} DETAIL:  parameters: $1 = 'me'\n\
            {a.1} LOG:  statement: COMMIT\n";
        let entries = entries(log);
        let found = statements_of(&entries, "me").unwrap();
        let sql = "SELECT\n  unnest($1)".to_owned();
        assert_eq!(found, [(sql.clone(), vec![Some("me".to_owned())])]);
        assert_eq!(
            types_by_statement(&entries)[&sql],
            BTreeMap::from([(1, 1009)])
        );
    }
}
