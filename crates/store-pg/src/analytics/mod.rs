//! Figures: `deltas` are what a commit appends, `fold` moves them into the totals, `totals` are what
//! readers sum, `recount` counts everything anew and compares.

pub(crate) mod deltas;
mod fold;
mod recount;
pub(crate) mod totals;
