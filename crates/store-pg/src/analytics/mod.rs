//! Figures: what a commit adds to them, how they are folded, summed and recounted.

pub(crate) mod figures;
