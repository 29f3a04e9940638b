//! Header fields of a raw message (RFC 5322 section 2.2): where the header ends, and its fields.
//!
//! Reads only as much as an IMAP server needs for FETCH and SEARCH. Works on octets and never
//! fails; decoding encoded words is the reader's business.

/// The header with its closing empty line, and the body behind it.
pub(super) fn split(message: &[u8]) -> (&[u8], &[u8]) {
    if let Some(body) = message.strip_prefix(b"\r\n") {
        let line = message.len() - body.len();
        return message.split_at(line);
    }
    let end = message
        .windows(4)
        .position(|w| w == b"\r\n\r\n")
        .map(|at| at + 4);
    message.split_at(end.unwrap_or(message.len()))
}

/// The message with CRLF where a lone LF ended a line.
pub(super) fn with_crlf(message: &[u8]) -> Vec<u8> {
    let mut proper = Vec::with_capacity(message.len());
    for octet in message {
        if *octet == b'\n' && proper.last() != Some(&b'\r') {
            proper.push(b'\r');
        }
        proper.push(*octet);
    }
    proper
}

/// The fields of a header, each whole with its folded lines and last CRLF.
pub(super) fn fields(header: &[u8]) -> Vec<&[u8]> {
    let mut found = Vec::new();
    let mut rest = header;
    while !rest.is_empty() && !rest.starts_with(b"\r\n") {
        let mut end = 0;
        loop {
            let tail = rest.get(end..).unwrap_or_default();
            end += match tail.windows(2).position(|w| w == b"\r\n") {
                Some(at) => at + 2,
                None => tail.len(),
            };
            let folded = matches!(rest.get(end), Some(b' ' | b'\t'));
            if !folded {
                break;
            }
        }
        let (field, after) = rest.split_at(end);
        found.push(field);
        rest = after;
    }
    found
}

/// The name of a field as written.
pub(super) fn name(field: &[u8]) -> &[u8] {
    let colon = field.iter().position(|b| *b == b':').unwrap_or(0);
    field.get(..colon).unwrap_or_default().trim_ascii()
}

/// The value of a field, unfolded, foreign octets replaced.
pub(super) fn value(field: &[u8]) -> String {
    let colon = field.iter().position(|b| *b == b':').map_or(0, |at| at + 1);
    let raw = String::from_utf8_lossy(field.get(colon..).unwrap_or_default());
    raw.replace("\r\n", "").trim().to_owned()
}

/// The values of all fields of this name.
pub(super) fn values(message: &[u8], wanted: &str) -> Vec<String> {
    let (header, _) = split(message);
    fields(header)
        .into_iter()
        .filter(|f| name(f).eq_ignore_ascii_case(wanted.as_bytes()))
        .map(value)
        .collect()
}

/// A header with only the fields that `keep` takes, and its closing empty line.
pub(super) fn subset(message: &[u8], keep: impl Fn(&[u8]) -> bool) -> Vec<u8> {
    let (header, _) = split(message);
    let mut kept: Vec<u8> = Vec::new();
    for field in fields(header) {
        if keep(name(field)) {
            kept.extend_from_slice(field);
        }
    }
    kept.extend_from_slice(b"\r\n");
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_ends_at_the_first_empty_line_and_folded_fields_stay_whole() {
        let message = b"A: one\r\n two\r\nb: three\r\n\r\nC: body\r\n\r\n";
        let (header, body) = split(message);
        assert_eq!(body, b"C: body\r\n\r\n");
        assert_eq!(
            fields(header),
            [&b"A: one\r\n two\r\n"[..], b"b: three\r\n"]
        );
        assert_eq!(values(message, "a"), ["one two"]);
        assert_eq!(with_crlf(b"a\nb\r\n\n"), b"a\r\nb\r\n\r\n");
        assert_eq!(subset(message, |n| n == b"b"), b"b: three\r\n\r\n");
    }

    #[test]
    fn odd_messages_do_no_harm() {
        for odd in [
            "",
            "\r\n",
            "\r\nbody",
            "no colon",
            "A: b",
            "A: b\r\n",
            "\n\n: x\r\n\r",
        ] {
            let (header, body) = split(odd.as_bytes());
            assert_eq!([header, body].concat(), odd.as_bytes());
            assert!(values(odd.as_bytes(), "absent").is_empty());
        }
        assert_eq!(values(b"A: b", "A"), ["b"]);
    }
}
