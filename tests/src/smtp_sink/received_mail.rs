//! A mail as the server kept it, with just enough MIME to read what we send.

/// A mail as it arrived.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReceivedMail {
    /// The envelope's sender.
    pub mail_from: String,
    /// The envelope's recipients.
    pub rcpt_to: Vec<String>,
    /// Headers and body, dots unstuffed.
    pub data: Vec<u8>,
}

impl ReceivedMail {
    /// The first header of this name, unfolded, otherwise as sent.
    pub fn header(&self, name: &str) -> Option<String> {
        let text = self.text();
        header_of(text.split("\r\n\r\n").next()?, name)
    }

    /// The subject, encoded words decoded.
    pub fn subject(&self) -> Option<String> {
        self.header("Subject").map(|raw| decode_words(&raw))
    }

    /// The first part of this media type (e.g. `text/plain`), transfer encoding undone, with `\n` line ends.
    pub fn part(&self, media_type: &str) -> Option<String> {
        let text = self.text();
        let multipart = header_of(&text, "Content-Type")?;
        let (_, boundary) = multipart.split_once("boundary=")?;
        let boundary = boundary.trim_start_matches('"').split(['"', ';']).next()?;
        let delimiter = format!("\r\n--{boundary}");
        let part = text
            .split(delimiter.as_str())
            .filter_map(|part| part.strip_prefix("\r\n"))
            .find(|part| {
                header_of(part, "Content-Type").is_some_and(|t| t.starts_with(media_type))
            })?;
        let (head, body) = part.split_once("\r\n\r\n")?;
        let bytes = match header_of(head, "Content-Transfer-Encoding")?
            .to_ascii_lowercase()
            .as_str()
        {
            "base64" => decode_base64(body),
            "quoted-printable" => decode_quoted(&body.replace("=\r\n", "")),
            _ => body.as_bytes().to_vec(),
        };
        Some(String::from_utf8_lossy(&bytes).replace("\r\n", "\n"))
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.data).into_owned()
    }
}

fn header_of(head: &str, name: &str) -> Option<String> {
    let head = head
        .split("\r\n\r\n")
        .next()?
        .replace("\r\n ", " ")
        .replace("\r\n\t", " ");
    head.split("\r\n").find_map(|line| {
        let (found, value) = line.split_once(':')?;
        found
            .eq_ignore_ascii_case(name)
            .then(|| value.trim().to_owned())
    })
}

fn decode_words(raw: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = raw;
    while let Some((before, after)) = rest.split_once("=?") {
        let mut fields = after.splitn(3, '?');
        let (Some(_), Some(encoding), Some(tail)) = (fields.next(), fields.next(), fields.next())
        else {
            break;
        };
        let Some((word, tail)) = tail.split_once("?=") else {
            break;
        };
        // White space between two encoded words is not part of the text (RFC 2047 §6.2).
        if bytes.is_empty() || !before.trim().is_empty() {
            bytes.extend_from_slice(before.as_bytes());
        }
        let base64 = encoding.eq_ignore_ascii_case("b");
        bytes.extend(if base64 {
            decode_base64(word)
        } else {
            decode_quoted(&word.replace('_', " "))
        });
        rest = tail;
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8_lossy(&bytes).into_owned()
}

fn decode_quoted(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        let hex = tail.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        let decoded = hex
            .filter(|_| byte == b'=')
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        out.push(decoded.unwrap_or(byte));
        rest = if decoded.is_some() {
            tail.get(2..).unwrap_or_default()
        } else {
            tail
        };
    }
    out
}

pub(super) fn decode_base64(text: &str) -> Vec<u8> {
    let digits = text.bytes().filter_map(|byte| match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    });
    let (mut out, mut bits, mut held) = (Vec::new(), 0_u32, 0);
    for digit in digits {
        bits = (bits << 6 | u32::from(digit)) & 0xFFFF;
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push(u8::try_from(bits >> held & 0xFF).unwrap_or_default());
        }
    }
    out
}
