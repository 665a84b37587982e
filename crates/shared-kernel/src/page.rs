//! Paging: which rows of a list, and how many.

/// A page's number, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageNumber(u32);

impl PageNumber {
    /// The first page.
    pub const FIRST: Self = Self(1);

    /// Takes a number from 1 up; `None` for 0.
    pub fn new(number: u32) -> Option<Self> {
        (number >= 1).then_some(Self(number))
    }

    /// The number.
    pub fn get(self) -> u32 {
        self.0
    }

    /// How many rows lie before this page.
    pub fn offset(self, limit: Limit) -> i64 {
        i64::from(self.0 - 1) * i64::from(limit.get())
    }
}

/// Rows a page: 1 to 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit(u32);

impl Limit {
    /// The most rows a page may have.
    pub const MAX: u32 = 100;
    /// As many rows as there may be.
    pub const LONGEST: Self = Self(Self::MAX);

    /// Takes 1 to [`Self::MAX`]; `None` for anything else.
    pub fn new(limit: u32) -> Option<Self> {
        (1..=Self::MAX).contains(&limit).then_some(Self(limit))
    }

    /// The number of rows.
    pub fn get(self) -> u32 {
        self.0
    }

    /// How many characters of its text each row of such a page shows: [`MOST_TEXT`], shared out.
    pub fn text_share(self) -> usize {
        MOST_TEXT / usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

/// The most characters of texts that a page of a list shows together. A page of 25 shows the longest
/// texts of tickets as they are, one of 100 the longest messages.
pub const MOST_TEXT: usize = 500_000;

/// Where to go on in a list: at a page, or after the last row that was read, which has a `Position`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Start<Position> {
    /// At a page.
    Page(PageNumber),
    /// After a row.
    After(Position),
}

/// Some rows of a list and how many there are in all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// How many rows the whole list has.
    pub total: u64,
    /// Whether rows follow these.
    pub has_more: bool,
}
