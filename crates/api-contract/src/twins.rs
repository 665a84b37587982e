//! One handler under two methods is one note, and two operations: each has a name of its own.

use utoipa::openapi::OpenApi;

/// Gives the `PATCH` of what is also a `PUT` a name, `patchStatus` for `…/status`.
pub(crate) fn name(document: &mut OpenApi) {
    for (path, item) in &mut document.paths.paths {
        let (Some(put), Some(patch)) = (&item.put, &mut item.patch) else {
            continue;
        };
        if put.operation_id == patch.operation_id {
            let end = path.rsplit('/').next().unwrap_or_default();
            let (first, rest) = end.split_at_checked(1).unwrap_or_default();
            patch.operation_id = Some(format!("patch{}{rest}", first.to_uppercase()));
        }
    }
}
