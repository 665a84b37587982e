//! Long texts in long lists: their beginning.

/// Cuts a text after so many characters, if it has more. Answers whether it had.
pub(crate) fn cut_after(text: &mut String, most: usize) -> bool {
    // A character is a byte at least.
    if text.len() <= most {
        return false;
    }
    let Some((end, _)) = text.char_indices().nth(most) else {
        return false;
    };
    text.truncate(end);
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_between_characters_and_only_when_it_is_too_long() {
        let cut = |text: &str, most| {
            let mut text = text.to_owned();
            let was_cut = cut_after(&mut text, most);
            (text, was_cut)
        };
        assert_eq!(cut("été", 3), ("été".to_owned(), false));
        assert_eq!(cut("étés", 3), ("été".to_owned(), true));
        assert_eq!(cut("", 0), (String::new(), false));
        assert_eq!(cut("é", 0), (String::new(), true));
    }
}
