//! The rows of customers and staff.

use diesel::QueryableByName;
use diesel::sql_types::{Bool, Nullable, Text};
use shared_kernel::{CustomerId, EmailAddress, EmailKey, PhoneNumber, StaffId, StoreError};
use support_domain::{Customer, Staff};

use crate::error::bad_row;

/// The condition under which a staff member is one still.
macro_rules! is_active {
    () => {
        "cnfa_activ = '1'"
    };
}
pub(crate) use is_active;

/// Whether name and telephone of `___xtr_customer c` were typed into the public form. What a release
/// before entered does not say: then it is told by the id, which is ours only for the form's customers.
macro_rules! is_typed {
    () => {
        "coalesce(c.cst_typed, c.cst_verified_key IS NULL AND c.cst_id LIKE 'CST-%') AS cst_typed"
    };
}
pub(in crate::support) use is_typed;

/// The columns [`CustomerRow`] reads, from `___xtr_customer c`.
pub(in crate::support) const CUSTOMER_COLUMNS: &str = concat!(
    "c.cst_id, c.cst_name, c.cst_fname, c.cst_mail, c.cst_phone, c.cst_verified_key, ",
    is_typed!()
);

/// An address as its column has it.
pub(in crate::support) fn mail(address: Option<&EmailAddress>) -> Option<String> {
    address.map(|mail| mail.as_str().to_owned())
}

/// A canonical address as its column has it.
pub(in crate::support) fn key(key: Option<&EmailKey>) -> Option<String> {
    key.map(|key| key.as_str().to_owned())
}

/// A telephone number as its column has it.
pub(in crate::support) fn phone(number: Option<&PhoneNumber>) -> Option<String> {
    number.map(|number| number.as_str().to_owned())
}

#[derive(QueryableByName)]
#[expect(clippy::struct_field_names, reason = "the columns' names")]
pub(in crate::support) struct CustomerRow {
    #[diesel(sql_type = Text)]
    cst_id: String,
    #[diesel(sql_type = Text)]
    cst_name: String,
    #[diesel(sql_type = Text)]
    cst_fname: String,
    #[diesel(sql_type = Nullable<Text>)]
    cst_mail: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    cst_phone: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    cst_verified_key: Option<String>,
    #[diesel(sql_type = Bool)]
    cst_typed: bool,
}

impl TryFrom<CustomerRow> for Customer {
    type Error = StoreError;

    fn try_from(row: CustomerRow) -> Result<Self, StoreError> {
        let id = CustomerId::parse(row.cst_id.clone())
            .map_err(|_| bad_row("___xtr_customer", &row.cst_id, "cst_id"))?;
        let customer = Self {
            id,
            name: row.cst_name,
            first_name: row.cst_fname,
            email: row.cst_mail.map(EmailAddress::from_stored),
            phone: row.cst_phone.map(PhoneNumber::from_stored),
            verified_email: row.cst_verified_key.map(EmailKey::from_stored),
            typed: row.cst_typed,
        };
        Ok(customer.with_given_names())
    }
}

#[derive(QueryableByName)]
#[expect(clippy::struct_field_names, reason = "the columns' names")]
pub(in crate::support) struct StaffRow {
    #[diesel(sql_type = Text)]
    cnfa_id: String,
    #[diesel(sql_type = Text)]
    cnfa_name: String,
    #[diesel(sql_type = Nullable<Text>)]
    cnfa_mail: Option<String>,
}

impl TryFrom<StaffRow> for Staff {
    type Error = StoreError;

    fn try_from(row: StaffRow) -> Result<Self, StoreError> {
        let id = StaffId::parse(row.cnfa_id.clone())
            .map_err(|_| bad_row("___config_admin", &row.cnfa_id, "cnfa_id"))?;
        let email = row.cnfa_mail.map(EmailAddress::from_stored);
        Ok(Self::stored(id, &row.cnfa_name, email))
    }
}
