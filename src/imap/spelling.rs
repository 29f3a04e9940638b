//! How a response is framed, and spelled so that imap-proto can read it (RFC 3501 section 7).
//!
//! Pure, on one line at a time. Only what is named here is changed; everything else goes to the
//! parser as it came. It was seen by running: the parser panics on `INTERNALDATE NIL`, overflows its
//! stack on deep parentheses, refuses `SEARCH` with a list behind it, and reads a long answer anew
//! with every 4 KiB.

use std::collections::VecDeque;

/// Most numbers that a search found handed on in one response.
const FOUND_TOGETHER: usize = 300;
/// Deepest nesting of parentheses in a FETCH response.
const DEPTH_MAX: usize = 50;

/// What a response is about, as far as its frame depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A status or a continuation: text to the line's end, and a `{5}` there is text.
    Status,
    Search,
    Fetch,
    /// Anything else that we have a use for.
    Known,
    /// Stepped over.
    Unknown,
}

/// What a first line begins; `None` if no response begins so.
pub(super) fn kind_of(line: &[u8]) -> Option<Kind> {
    if line.first() == Some(&b'+') {
        return Some(Kind::Status);
    }
    let mut words = line.split(|b| *b == b' ');
    let tag = words.next()?;
    let word = words.next().filter(|word| !word.is_empty())?;
    let is = |word: &[u8], names: &[&str]| {
        let fits = |name: &&str| word.eq_ignore_ascii_case(name.as_bytes());
        names.iter().any(fits)
    };
    if is(word, &["OK", "NO", "BAD", "BYE", "PREAUTH"]) {
        return Some(Kind::Status);
    }
    if tag != b"*" {
        return None;
    }
    let numbered = word.iter().all(u8::is_ascii_digit);
    let name = if numbered { words.next()? } else { word };
    Some(if is(name, &["SEARCH"]) {
        Kind::Search
    } else if is(name, &["FETCH"]) {
        Kind::Fetch
    } else if is(name, &["CAPABILITY", "LIST", "STATUS", "EXISTS", "EXPUNGE"]) {
        Kind::Known
    } else {
        Kind::Unknown
    })
}

/// The length that a line announces for the literal behind it: `{n}`, `{n+}` or `~{n}` at its end.
/// Gives the line without it, and the length in octets.
pub(super) fn announced_literal(line: &[u8]) -> Option<(&[u8], usize)> {
    let inside = line.strip_suffix(b"}")?;
    let at = inside.iter().rposition(|b| *b == b'{')?;
    let digits = inside.get(at + 1..)?;
    let digits = digits.strip_suffix(b"+").unwrap_or(digits);
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let length = std::str::from_utf8(digits).ok()?.parse().ok()?;
    let head = line.get(..at)?;
    Some((head.strip_suffix(b"~").unwrap_or(head), length))
}

/// What a search found, in responses of a few numbers each: the parser begins a long one anew with
/// every 4 KiB. The list that may follow (RFC 7162: `(MODSEQ n)`), which it does not know, is left
/// out; a word that is no number is left in.
pub(super) fn found_in_parts(line: &[u8]) -> VecDeque<Vec<u8>> {
    let end = line.iter().position(|b| *b == b'(').unwrap_or(line.len());
    let words = line.get(..end).unwrap_or_default();
    let words = words.split(u8::is_ascii_whitespace);
    let numbers: Vec<_> = words.skip(2).filter(|word| !word.is_empty()).collect();
    let mut parts: VecDeque<_> = numbers
        .chunks(FOUND_TOGETHER)
        .map(|some| [b"* SEARCH ", some.join(&b' ').as_slice(), b"\r\n"].concat())
        .collect();
    if parts.is_empty() {
        parts.push_back(b"* SEARCH\r\n".to_vec());
    }
    parts
}

/// A line of a FETCH response with an empty date for `INTERNALDATE NIL`, on which the parser
/// panics. `None` if parentheses nest too deep: that would overflow the parser's stack, and no
/// catching of panics helps there.
pub(super) fn readable_fetch(line: &[u8], depth: &mut usize) -> Option<Vec<u8>> {
    const NO_DATE: &[u8] = b"INTERNALDATE NIL";
    let mut out = Vec::with_capacity(line.len());
    let mut rest = line;
    let mut quoted = false;
    while let Some((first, behind)) = rest.split_first() {
        let begins = matches!(out.last(), None | Some(b' ' | b'('));
        let start = rest.get(..NO_DATE.len()).unwrap_or_default();
        if !quoted && begins && start.eq_ignore_ascii_case(NO_DATE) {
            out.extend_from_slice(b"INTERNALDATE \"\"");
            rest = rest.get(NO_DATE.len()..).unwrap_or_default();
            continue;
        }
        out.push(*first);
        rest = behind;
        match first {
            b'"' => quoted = !quoted,
            b'\\' if quoted => {
                if let Some((escaped, behind)) = rest.split_first() {
                    out.push(*escaped);
                    rest = behind;
                }
            }
            b'(' if !quoted => {
                *depth += 1;
                if *depth > DEPTH_MAX {
                    return None;
                }
            }
            b')' if !quoted => *depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_in_braces_is_a_literal_only_where_literals_stand() {
        assert_eq!(
            announced_literal(b"* 1 FETCH (BODY[] {12}"),
            Some((&b"* 1 FETCH (BODY[] "[..], 12))
        );
        assert_eq!(
            announced_literal(b"BINARY[] ~{3+}").map(|(_, n)| n),
            Some(3)
        );
        for none in ["{}", "{a}", "12}", "{99999999999999999999999}"] {
            assert_eq!(announced_literal(none.as_bytes()), None, "{none}");
        }
        for status in ["* OK see {5}", "a1 NO {5}", "+ {5}", "+", "* ok"] {
            assert_eq!(kind_of(status.as_bytes()), Some(Kind::Status), "{status}");
        }
    }

    #[test]
    fn unknown_responses_are_told_from_known_and_broken_ones() {
        for (line, kind) in [
            ("* 1 fetch (X {5}", Kind::Fetch),
            ("* SEARCH", Kind::Search),
            ("* 4 EXISTS", Kind::Known),
            ("* ESEARCH (TAG \"a1\") UID ALL 1:3", Kind::Unknown),
            ("* NAMESPACE ((\"\" \"/\")) NIL NIL", Kind::Unknown),
            ("* 0 RECENT", Kind::Unknown),
            ("* OKAY", Kind::Unknown),
        ] {
            assert_eq!(kind_of(line.as_bytes()), Some(kind), "{line}");
        }
        for broken in ["", "*", "* ", "* 4", "garbage", "a1 MAYBE", "a1 OKAY"] {
            assert_eq!(kind_of(broken.as_bytes()), None, "{broken:?}");
        }
    }

    #[test]
    fn what_the_parser_cannot_read_is_spelled_otherwise() {
        let readable = |line: &str| {
            let octets = readable_fetch(line.as_bytes(), &mut 0)?;
            Some(String::from_utf8(octets).unwrap())
        };
        assert_eq!(
            readable("* 1 FETCH (internaldate NIL UID 4)").unwrap(),
            "* 1 FETCH (INTERNALDATE \"\" UID 4)"
        );
        for same in [
            "* 1 FETCH (BODY[HEADER] \"a \\\" INTERNALDATE NIL\" UID 4)",
            "* 1 FETCH (X-INTERNALDATE NIL)",
            "* 1 FETCH (INTERNALDATE \" 5-Jan-2026 12:30:00 +0100\")",
        ] {
            assert_eq!(readable(same).as_deref(), Some(same));
        }
        assert_eq!(readable(&"(".repeat(1_000)), None);
        assert!(readable(&"()".repeat(1_000)).is_some());
    }

    #[test]
    fn what_a_search_found_comes_in_parts() {
        assert_eq!(
            found_in_parts(b"* search 8 x (MODSEQ 9)"),
            [b"* SEARCH 8 x\r\n"]
        );
        assert_eq!(found_in_parts(b"* SEARCH "), [b"* SEARCH\r\n"]);
        let many = format!("* SEARCH{}", " 7".repeat(FOUND_TOGETHER + 1));
        assert_eq!(found_in_parts(many.as_bytes()).len(), 2);
    }
}
