//! The car a ticket is about.

use shared_kernel::{Code, Label};

/// What the customer said of the vehicle. Every part is optional.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Vehicle {
    /// e.g. Renault.
    pub brand: Option<VehicleText>,
    /// e.g. Clio.
    pub model: Option<VehicleText>,
    /// The year of first registration.
    pub year: Option<ModelYear>,
    /// e.g. AB-123-CD.
    pub license_plate: Option<LicensePlate>,
}

/// A brand or model.
pub type VehicleText = Label<1, 60>;
/// A registration plate of any country.
pub type LicensePlate = Code<1, 20>;

/// A year in which cars were built: 1886 to 2100.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ModelYear(u16);

impl ModelYear {
    /// The first car.
    pub const MIN: u16 = 1886;
    /// Far enough.
    pub const MAX: u16 = 2100;

    /// Takes a year between [`Self::MIN`] and [`Self::MAX`].
    pub fn new(year: i64) -> Option<Self> {
        let year = u16::try_from(year).ok()?;
        (Self::MIN..=Self::MAX)
            .contains(&year)
            .then_some(Self(year))
    }

    /// The year.
    pub fn get(self) -> u16 {
        self.0
    }
}
