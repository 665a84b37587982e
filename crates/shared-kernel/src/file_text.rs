//! The text of a file that another system wrote.

/// Why the bytes of a file are no text we read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotText {
    /// Two bytes a character, as some editors save "Unicode".
    #[error("the file is UTF-16; save it as UTF-8")]
    Utf16,
    /// Bytes that are no UTF-8, of an older encoding most likely.
    #[error("line {line} is not UTF-8; save the file as UTF-8")]
    Line {
        /// Counted from 1.
        line: usize,
    },
}

/// The text in a file's bytes, without the mark that says in which order they are.
///
/// # Errors
/// [`NotText`].
pub fn file_text(bytes: Vec<u8>) -> Result<String, NotText> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) || is_wide(&bytes) {
        return Err(NotText::Utf16);
    }
    let mut text = String::from_utf8(bytes).map_err(|error| {
        let (sound, _) = error.as_bytes().split_at(error.utf8_error().valid_up_to());
        let line = sound.split(|byte| *byte == b'\n').count();
        NotText::Line { line }
    })?;
    if text.starts_with('\u{feff}') {
        text.remove(0);
    }
    Ok(text)
}

/// No mark, but every other byte of the first character is empty.
fn is_wide(bytes: &[u8]) -> bool {
    matches!(bytes, [0, 1..=255, ..] | [1..=255, 0, ..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_order_mark_is_no_part_of_a_text() {
        let text = |bytes: &[u8]| file_text(bytes.to_vec()).unwrap();
        assert_eq!(text("\u{feff}{}\r\n".as_bytes()), "{}\r\n");
        assert_eq!(text("{ é }".as_bytes()), "{ é }");
        assert_eq!(text(b""), "");
    }

    #[test]
    fn another_encoding_is_told_by_name_and_by_line() {
        for wide in [
            &b"\xff\xfe{\0}\0"[..],
            &b"\xfe\xff\0{\0}"[..],
            &b"{\0}\0"[..],
            &b"\0{\0}"[..],
        ] {
            assert_eq!(file_text(wide.to_vec()), Err(NotText::Utf16));
        }
        let latin = b"{\n\"name\":\n\"D\xe9marrage\"}".to_vec();
        assert_eq!(file_text(latin), Err(NotText::Line { line: 3 }));
    }
}
