//! Tables as spreadsheets write them: CSV below a line of names.

use csv::{Position, ReaderBuilder, StringRecord, Trim};

/// What stands in a line, by the names of its columns.
pub type Cells = Vec<(&'static str, String)>;

/// The number a line has in the file, and its cells, or what is wrong with it.
pub type Row = (u64, Result<Cells, String>);

/// Reads each line below the names, of which `known` are those there may be. Between cells stand commas, semicolons or
/// tabs, or what a line `sep=;` before the names says. A line may end early. What stands under no name is told, and so
/// is a name nobody knows, or twice.
pub fn rows(text: &str, known: &[&'static str]) -> Vec<Row> {
    let (told, text) = separator_line(text);
    // What stands before the names is counted too.
    let before = u64::from(told.is_some());
    let names = text.lines().next().unwrap_or_default();
    let mut reader = ReaderBuilder::new()
        .delimiter(told.unwrap_or_else(|| separator(names)))
        .trim(Trim::All)
        // Spreadsheets write cells beyond the last one that is filled.
        .flexible(true)
        .from_reader(text.as_bytes());
    let heading = reader.headers().cloned().unwrap_or_default();
    let columns = match columns(&heading, known) {
        Ok(columns) => columns,
        // Told here because there may be nothing but a heading.
        Err(wrong) => return vec![(before + 1, Err(wrong))],
    };
    let mut lines = Lines {
        text: text.as_bytes(),
        counted: 0,
        number: before + 1,
    };
    let rows = reader.records().map(|read| match read {
        Ok(record) => (lines.at(record.position()), cells(&record, &columns)),
        Err(error) => (lines.at(error.position()), Err(error.to_string())),
    });
    rows.collect()
}

/// Counts lines however they end, with those that are empty, which the reader passes over.
struct Lines<'t> {
    text: &'t [u8],
    /// So many bytes are counted, to the beginning of the line of this number.
    counted: usize,
    number: u64,
}

impl Lines<'_> {
    /// The line of what the reader began to read there, at the latest behind what ends the line before.
    fn at(&mut self, began: Option<&Position>) -> u64 {
        let is_break = |byte: &u8| matches!(byte, b'\r' | b'\n');
        let began = began.and_then(|place| usize::try_from(place.byte()).ok());
        let rest = began.and_then(|byte| self.text.get(byte..));
        let breaks = rest.map(|rest| rest.iter().take_while(|byte| is_break(byte)).count());
        let start = began.zip(breaks).map_or(self.counted, |(at, n)| at + n);
        let passed = self.text.get(self.counted..start).unwrap_or_default();
        let ends = passed
            .iter()
            .enumerate()
            .filter(|(place, byte)| match byte {
                b'\n' => true,
                b'\r' => passed.get(place + 1) != Some(&b'\n'),
                _ => false,
            });
        self.number += u64::try_from(ends.count()).unwrap_or_default();
        self.counted = start;
        self.number
    }
}

/// The columns of a heading; one without a name is none.
fn columns(
    heading: &StringRecord,
    known: &[&'static str],
) -> Result<Vec<Option<&'static str>>, String> {
    let mut columns = Vec::new();
    for name in heading.iter().map(bare) {
        let same = |column: &&&'static str| column.eq_ignore_ascii_case(name);
        let column = known.iter().find(same).copied();
        if column.is_none() && !name.is_empty() {
            return Err(format!(
                "{name}: not one of the columns {}",
                known.join(", ")
            ));
        }
        if column.is_some_and(|column| columns.contains(&Some(column))) {
            return Err(format!(
                "{}: this column is there twice",
                name.to_ascii_lowercase()
            ));
        }
        columns.push(column);
    }
    Ok(columns)
}

fn cells(record: &StringRecord, columns: &[Option<&'static str>]) -> Result<Cells, String> {
    let mut cells = Cells::new();
    for (place, cell) in record.iter().map(bare).enumerate() {
        match columns.get(place).copied().flatten() {
            Some(column) => cells.push((column, cell.to_owned())),
            None if cell.is_empty() => {}
            None => return Err(format!("\"{cell}\" stands in a column without a name")),
        }
    }
    Ok(cells)
}

/// `sep=;` before the names tells spreadsheets what stands between them.
fn separator_line(text: &str) -> (Option<u8>, &str) {
    let end = text.find(['\r', '\n']).unwrap_or(text.len());
    let (first, rest) = text.split_at(end);
    let rest = rest.strip_prefix('\r').unwrap_or(rest);
    let rest = rest.strip_prefix('\n').unwrap_or(rest);
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Each line in one text.
    fn read(text: &str) -> Vec<String> {
        let line = |(number, row): Row| match row {
            Ok(cells) => {
                let cells = cells
                    .iter()
                    .map(|(column, cell)| format!("{column}={cell}"));
                format!("{number}: {}", cells.collect::<Vec<_>>().join(" "))
            }
            Err(wrong) => format!("{number}! {wrong}"),
        };
        rows(text, &["id", "name"]).into_iter().map(line).collect()
    }

    #[test]
    fn an_empty_cell_beyond_the_last_name_is_none_and_a_line_may_end_early() {
        for text in [
            "id;name\n42;Jean;\n",
            "id;name;\n42;Jean;;\n",
            "id;name;;\r\n42;Jean\r\n",
            "id;;name\n42;\"\";Jean; \n",
        ] {
            assert_eq!(read(text), ["2: id=42 name=Jean"], "{text:?}");
        }
        assert_eq!(read("id,name\n42\n"), ["2: id=42"]);
    }

    #[test]
    fn a_cell_under_no_name_is_told_with_its_line() {
        assert_eq!(
            read("sep=;\r\nid;name\r\n\r\n42;Jean\r\n43; \"Petit; Anne\"\r\n"),
            [
                "4: id=42 name=Jean",
                "5! \"Anne\"\" stands in a column without a name"
            ]
        );
        for end in ["\n", "\r\n", "\r"] {
            let text =
                "\"sep=;\"|id;name||42;\"Jean|Dupont\"|| |43;Anne;|44;x;y|".replace('|', end);
            let told = read(&text);
            assert!(told[0].starts_with("4: id=42"), "{told:?}");
            assert_eq!(told[2], "8: id=43 name=Anne");
            assert_eq!(told[3], "9! \"y\" stands in a column without a name");
        }
        assert_eq!(
            read("id,,name\n42,x,Jean\n43,,Anne\n"),
            [
                "2! \"x\" stands in a column without a name",
                "3: id=43 name=Anne"
            ]
        );
    }

    #[test]
    fn a_name_nobody_knows_or_twice_is_told_even_when_nothing_stands_below() {
        assert_eq!(
            read("ident;name"),
            ["1! ident: not one of the columns id, name"]
        );
        assert_eq!(
            read("sep=,\nid,ID\n"),
            ["2! id: this column is there twice"]
        );
        assert_eq!(read(""), [""; 0]);
    }
}
