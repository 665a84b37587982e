//! `[limits]`: how often, how much, how many.

use garde::Validate;
use serde::Deserialize;

/// `[limits]`
#[derive(Debug, Clone, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub struct LimitsSection {
    #[garde(skip)]
    pub enabled: bool,
    #[garde(range(min = 1))]
    pub contact_per_minute: u32,
    #[garde(range(min = 1))]
    pub contact_burst: u32,
    #[garde(range(min = 1))]
    pub votes_per_minute: u32,
    #[garde(range(min = 1))]
    pub votes_burst: u32,
    #[garde(range(min = 1))]
    pub views_per_minute: u32,
    #[garde(range(min = 1))]
    pub views_burst: u32,
    #[garde(range(min = 1))]
    pub searches_per_minute: u32,
    #[garde(range(min = 1))]
    pub searches_burst: u32,
    #[garde(range(min = 1))]
    pub writes_per_minute: u32,
    #[garde(range(min = 1))]
    pub writes_burst: u32,
    #[garde(range(min = 1))]
    pub connections_per_address: usize,
    #[garde(range(min = 1))]
    pub connections_total: usize,
    #[garde(range(min = 1))]
    pub sockets_per_user: usize,
    #[garde(range(min = 1))]
    pub sockets_per_address: usize,
    #[garde(range(min = 1))]
    pub sockets_total: usize,
}
