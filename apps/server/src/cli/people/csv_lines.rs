//! People as spreadsheets write them: CSV, with a line of names.

use super::line::{Line, Lines, MEMBERS, unknown};

/// Reads each line below the names.
pub(super) fn csv_lines(text: &str) -> Lines {
    let (told, text) = separator_line(text);
    // What stands before the names is counted too.
    let before = u64::from(told.is_some());
    let names = text.lines().next().unwrap_or_default();
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(told.unwrap_or_else(|| separator(names)))
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let heading = reader.headers().cloned().unwrap_or_default();
    let mut columns = Vec::new();
    // Asked here because nobody is in a file of nothing but a heading.
    for name in heading.iter().map(bare) {
        let same = |member: &&&str| member.eq_ignore_ascii_case(name);
        let Some(member) = MEMBERS.iter().find(same) else {
            return vec![(before + 1, Err(unknown(name, "columns")))];
        };
        if columns.contains(member) {
            return vec![(
                before + 1,
                Err(format!("{member}: this column is there twice")),
            )];
        }
        columns.push(*member);
    }
    let mut lines = Lines::new();
    // The line of names is the first.
    for (counted, read) in (2..).zip(reader.records()) {
        let place = |position: Option<&csv::Position>| {
            before + position.map_or(counted, csv::Position::line)
        };
        match read {
            Ok(record) => {
                let mut line = Line::default();
                for (member, text) in columns.iter().zip(&record) {
                    line.say(member, bare(text).to_owned());
                }
                // Spreadsheets write rows nobody filled.
                if !line.is_empty() {
                    lines.push((place(record.position()), Ok(line)));
                }
            }
            Err(error) => lines.push((place(error.position()), Err(error.to_string()))),
        }
    }
    lines
}

/// `sep=;` before the names tells spreadsheets what stands between them.
fn separator_line(text: &str) -> (Option<u8>, &str) {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    let said = bare(first.trim()).to_ascii_lowercase();
    match said.strip_prefix("sep=").map(str::as_bytes) {
        Some([separator]) => (Some(*separator), rest),
        // A tab at the end of the line.
        Some([]) if first.contains('\t') => (Some(b'\t'), rest),
        _ => (None, text),
    }
}

/// What stands between names, where nothing says so.
fn separator(names: &str) -> u8 {
    let among = [b';', b',', b'\t'];
    let written = |separator: &u8| names.as_bytes().contains(separator);
    among.into_iter().find(written).unwrap_or(b',')
}

/// A cell without blanks around it, and without quotes that blanks before them kept from being some.
fn bare(cell: &str) -> &str {
    let cell = cell.trim();
    let quoted = cell
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    quoted.map_or(cell, str::trim)
}
