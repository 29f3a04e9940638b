//! Bare text: a file without any header, as somebody saved or typed it, is all body.

use memchr::memchr;

/// Beginnings of the names of header fields that mail has (RFC 5322 section 3.6, RFC 2045, and
/// what servers add); one of them makes a header of what stands above the first empty line.
const FIELDS: &[&str] = &[
    "from:",
    "to:",
    "cc:",
    "bcc:",
    "subject:",
    "date:",
    "sender:",
    "reply-to:",
    "message-id:",
    "in-reply-to:",
    "references:",
    "received:",
    "return-path:",
    "delivered-to:",
    "envelope-to:",
    "mime-version:",
    "content-",
    "auto-submitted:",
    "precedence:",
    "authentication-results:",
    "dkim-signature:",
    "disposition-notification-to:",
    "importance:",
    "priority:",
    "status:",
    "user-agent:",
    "arc-",
    "list-",
    "resent-",
    "x-",
];
/// Lines above the first empty one that are looked at.
const LINES_MAX: usize = 200;
/// Octets of a line in which its field's name is looked for.
const NAME_OCTETS_MAX: usize = 80;

/// What stands in front of a body to be read as one, if these octets are a body alone.
pub(super) fn header_for(bytes: &[u8]) -> Option<&'static [u8]> {
    let blank = |octet: &u8| octet.is_ascii_whitespace();
    let start = bytes.iter().position(|octet| !blank(octet))?;
    let text = bytes.get(start..)?;
    if has_header(bytes) {
        return None;
    }
    let opens = |tag: &[u8]| {
        let head = text.get(..tag.len());
        head.is_some_and(|head| head.eq_ignore_ascii_case(tag))
    };
    let html = opens(b"<html") || opens(b"<!doctype html");
    Some(if html {
        b"Content-Type: text/html; charset=utf-8\n\n"
    } else {
        b"Content-Type: text/plain; charset=utf-8\n\n"
    })
}

/// Whether the first line is a header field or the mark of a mailbox file, and some line of its
/// paragraph a field that mail has.
fn has_header(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    for number in 0..LINES_MAX {
        let end = memchr(b'\n', rest).map_or(rest.len(), |at| at + 1);
        let (line, below) = rest.split_at_checked(end).unwrap_or((rest, &[]));
        if line.trim_ascii().is_empty() {
            return false;
        }
        let marks = line.starts_with(b"From ") || line.starts_with(b">From ");
        if number == 0 && !marks && !is_field(line) {
            return false;
        }
        if FIELDS.iter().any(|name| names(line, name)) {
            return true;
        }
        rest = below;
    }
    true
}

/// Whether a line has the shape of a field: printable octets without blanks, and a colon.
fn is_field(line: &[u8]) -> bool {
    let colon = memchr(b':', line.get(..NAME_OCTETS_MAX).unwrap_or(line));
    let name = colon
        .and_then(|at| line.get(..at))
        .map(<[u8]>::trim_ascii_end);
    name.is_some_and(|name| !name.is_empty() && name.iter().all(u8::is_ascii_graphic))
}

fn names(line: &[u8], field: &str) -> bool {
    let head = line.get(..field.len());
    head.is_some_and(|head| head.eq_ignore_ascii_case(field.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_bare(text: &str) -> bool {
        header_for(text.as_bytes()).is_some()
    }

    #[test]
    fn text_without_a_header_is_all_body() {
        for text in [
            "Yes, gladly!\n",
            "Hi Ana:\nyes\n",
            "best: the demo\nworst: none\nfocus: speak up\n",
            "Yes, gladly!\n\nFrom: Ana\nSubject: Lunch\n\nDear Ben",
            "\n\nYes\n",
            "12:30 works\n",
        ] {
            assert!(is_bare(text), "{text}");
        }
    }

    #[test]
    fn mail_is_none_however_odd_its_header() {
        for text in [
            "From: ben@x.org\n\nYes\n",
            "From ben@x.org Mon Jan 11 08:00:00 2027\nFrom: ben@x.org\n\nYes\n",
            "X-Odd: 1\r\nSUBJECT: x\r\n\r\nYes",
            "Status: RO\nTo : ana@x.org\n\nYes",
            "Subject: x",
            "",
            "\n \n",
        ] {
            assert!(!is_bare(text), "{text}");
        }
    }
}
