//! The table at the end.

use crate::desk::Desk;

/// One line: what was measured, the figure, and what stands beside it.
pub(crate) struct Row {
    what: String,
    figure: String,
    beside: String,
}

impl Row {
    pub(crate) fn new(
        what: impl Into<String>,
        figure: impl Into<String>,
        beside: impl Into<String>,
    ) -> Self {
        Self {
            what: what.into(),
            figure: figure.into(),
            beside: beside.into(),
        }
    }
}

/// What the figures depend on besides the code.
pub(crate) fn surroundings(desk: &Desk) -> Row {
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    Row::new(
        "machine",
        format!("{cores} cores"),
        format!("PostgreSQL {}, durable, {}", desk.version(), desk.disk()),
    )
}

/// The rows, aligned.
pub(crate) fn table(rows: &[Row]) -> String {
    let width = |of: fn(&Row) -> &str| {
        rows.iter()
            .map(|row| of(row).chars().count())
            .max()
            .unwrap_or_default()
    };
    let (what, figure) = (width(|row| &row.what), width(|row| &row.figure));
    rows.iter()
        .map(|row| {
            format!(
                "{:<what$}  {:>figure$}  {}",
                row.what, row.figure, row.beside
            )
            .trim_end()
            .to_owned()
        })
        .collect::<Vec<_>>()
        .join("\n")
}

/// The middle value; of an even number, the upper of the two.
pub(crate) fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
