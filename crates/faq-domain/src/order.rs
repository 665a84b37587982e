//! Where an article stands in its category, and a category among the others.

/// Where something stands among its like: from 0 up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Order(i32);

impl Order {
    /// Takes 0 and what is above, as far as the column reaches.
    pub fn new(order: i64) -> Option<Self> {
        let order = i32::try_from(order).ok()?;
        (order >= 0).then_some(Self(order))
    }

    /// The number.
    pub fn get(self) -> i32 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_not_negative_and_fits_its_column() {
        assert!(Order::new(0).is_some() && Order::new(i64::from(i32::MAX)).is_some());
        assert!(Order::new(-1).is_none() && Order::new(i64::from(i32::MAX) + 1).is_none());
    }
}
