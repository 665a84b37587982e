//! Names of fields: which spellings are the same, and which look like slips of the finger.

/// Shorter names are too much alike.
const SHORTEST: usize = 4;
/// Slips in a name of eight letters or more; one in a shorter one.
const MOST_SLIPS: usize = 2;

/// Whether two names differ in nothing but case, `_`, `-` and blanks: `orderNumber` is `order_number`.
pub fn same(one: &str, other: &str) -> bool {
    letters(one).eq(letters(other))
}

/// The name that was probably meant; none when nothing is near.
pub fn nearest<'a>(unknown: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let unknown: String = letters(unknown).collect();
    let length = unknown.chars().count();
    if length < SHORTEST {
        return None;
    }
    let slips = (length / 4).clamp(1, MOST_SLIPS);
    known
        .into_iter()
        .filter(|known| letters(known).count() >= SHORTEST)
        .map(|known| {
            let plain: String = letters(known).collect();
            (strsim::osa_distance(&unknown, &plain), known)
        })
        .filter(|(distance, _)| *distance <= slips)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}

fn letters(name: &str) -> impl Iterator<Item = char> {
    name.chars()
        .filter(|c| !matches!(c, '_' | '-' | ' '))
        .map(|c| c.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_separators_make_no_other_name() {
        for spelled in [
            "order_number",
            "orderNumber",
            "OrderNumber",
            "order-number",
            "ORDER NUMBER",
        ] {
            assert!(same(spelled, "order_number"), "{spelled}");
        }
        assert!(!same("order_numbers", "order_number"));
        assert!(!same("", "order_number"));
    }

    #[test]
    fn a_slip_is_near_and_another_word_is_not() {
        let known = [
            "subject", "message", "priority", "category", "email", "q", "page",
        ];
        for (slip, meant) in [
            ("prioritty", Some("priority")),
            ("proirity", Some("priority")),
            ("suject", Some("subject")),
            ("mail", Some("email")),
            ("pages", Some("page")),
            ("Catégory", Some("category")),
            ("content", None),
            ("locale", None),
            ("qq", None),
            ("token", None),
            ("utm_source", None),
        ] {
            assert_eq!(nearest(slip, known), meant, "{slip}");
        }
    }
}
