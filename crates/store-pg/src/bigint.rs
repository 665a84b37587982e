//! Numbers that are never negative, as a `bigint` column has them.

/// As the column has it.
pub(crate) fn to_bigint(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// As the column said it.
pub(crate) fn from_bigint(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}
