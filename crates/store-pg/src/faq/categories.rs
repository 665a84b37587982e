//! Writing categories, and reading one to change it.

use diesel::sql_types::{BigInt, Bool, Integer, Nullable, Text, Timestamptz};
use diesel_async::AsyncPgConnection;
use faq_domain::{Category, CategoryId};
use shared_kernel::StoreError;

use super::rows::{CATEGORY_COLUMNS, CategoryRow, CountRow};
use crate::bigint::to_bigint;
use crate::error::from_diesel;
use crate::unit::statement::Statement;

pub(super) async fn insert(
    conn: &AsyncPgConnection,
    category: &Category,
) -> Result<bool, StoreError> {
    const SQL: &str = "INSERT INTO ___xtr_faq_category (cat_id, cat_name, cat_description, cat_icon, cat_order, cat_published, \
        cat_version, created_at, updated_at) VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {}) ON CONFLICT (cat_id) DO NOTHING";
    let details = &category.details;
    let inserted = Statement::new(SQL)
        .bind::<Text, _>(category.id.as_str().to_owned())
        .bind::<Text, _>(details.name.as_str().to_owned())
        .bind::<Text, _>(details.description.as_str().to_owned())
        .bind::<Nullable<Text>, _>(details.icon.as_ref().map(|icon| icon.as_str().to_owned()))
        .bind::<Integer, _>(details.order.get())
        .bind::<Bool, _>(details.published)
        .bind::<BigInt, _>(to_bigint(category.version))
        .bind::<Timestamptz, _>(category.created_at)
        .bind::<Timestamptz, _>(category.updated_at)
        .run(conn)
        .await
        .map_err(from_diesel)?;
    Ok(inserted == 1)
}

pub(super) async fn update(
    conn: &AsyncPgConnection,
    before: &Category,
    after: &Category,
) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE ___xtr_faq_category SET cat_name = {}, cat_description = {}, cat_icon = {}, cat_order = {}, \
        cat_published = {}, cat_version = {}, updated_at = {} WHERE cat_id = {} AND cat_version = {}";
    let details = &after.details;
    let updated = Statement::new(SQL)
        .bind::<Text, _>(details.name.as_str().to_owned())
        .bind::<Text, _>(details.description.as_str().to_owned())
        .bind::<Nullable<Text>, _>(details.icon.as_ref().map(|icon| icon.as_str().to_owned()))
        .bind::<Integer, _>(details.order.get())
        .bind::<Bool, _>(details.published)
        .bind::<BigInt, _>(to_bigint(after.version))
        .bind::<Timestamptz, _>(after.updated_at)
        .bind::<Text, _>(after.id.as_str().to_owned())
        .bind::<BigInt, _>(to_bigint(before.version))
        .run(conn)
        .await
        .map_err(from_diesel)?;
    if updated == 1 {
        Ok(())
    } else {
        Err(StoreError::Stale)
    }
}

pub(super) async fn delete(conn: &AsyncPgConnection, id: &CategoryId) -> Result<(), StoreError> {
    let deleted = Statement::new("DELETE FROM ___xtr_faq_category WHERE cat_id = {}")
        .bind::<Text, _>(id.as_str().to_owned())
        .run(conn)
        .await
        .map_err(from_diesel)?;
    if deleted == 1 {
        Ok(())
    } else {
        Err(StoreError::Stale)
    }
}

/// The lock waits for whoever holds the category, and holds off whoever would.
pub(super) async fn lock(
    conn: &AsyncPgConnection,
    id: &CategoryId,
) -> Result<Option<Category>, StoreError> {
    let sql = format!(
        "SELECT {CATEGORY_COLUMNS} FROM ___xtr_faq_category c WHERE c.cat_id = {{}} FOR UPDATE"
    );
    let row: Option<CategoryRow> = Statement::new(sql)
        .bind::<Text, _>(id.as_str().to_owned())
        .row(conn)
        .await
        .map_err(from_diesel)?;
    row.map(Category::try_from).transpose()
}

pub(super) async fn articles_in(
    conn: &AsyncPgConnection,
    id: &CategoryId,
) -> Result<u64, StoreError> {
    let row: Option<CountRow> =
        Statement::new("SELECT count(*) AS count FROM ___xtr_faq WHERE faq_category = {}")
            .bind::<Text, _>(id.as_str().to_owned())
            .row(conn)
            .await
            .map_err(from_diesel)?;
    Ok(row.map(CountRow::get).unwrap_or_default())
}
