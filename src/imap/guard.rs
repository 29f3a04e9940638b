//! The stream that async-imap reads and writes: a wire with an eye on every response.
//!
//! The parser below async-imap panics on `INTERNALDATE NIL`, descends without bound into nested
//! parentheses, and takes an extension's line for the end of the world; its buffer grows to half a
//! gigabyte. Here each response is framed first (lines and literals, so that its end is known
//! whatever it says) and handed on alone: without what we have no use for, with literals cut to
//! what is wanted, spelled so that the parser can read it. What went wrong is kept for us.

use super::fault::ImapError;
use crate::wire::{Wire, WireError};
use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Instant;

/// Longest line taken, in octets; a search in a big mailbox answers with one line.
const LINE_OCTETS_MAX: usize = 4 * 1024 * 1024;
/// Longest line of anything else, in octets.
const OTHER_LINE_OCTETS_MAX: usize = 256 * 1024;
/// Longest literal stepped over, in octets; beyond it the connection is dropped.
const LITERAL_OCTETS_MAX: usize = 128 * 1024 * 1024;
/// Most of a literal that is kept unless a command wants more, in octets.
pub(super) const LITERAL_KEPT: usize = 256 * 1024;
/// Most literals in one response.
const LITERALS_MAX: usize = 1_000;
/// Most numbers that a search found handed on in one response.
const FOUND_TOGETHER: usize = 300;
/// Deepest nesting of parentheses in a FETCH response.
const DEPTH_MAX: usize = 50;

/// What the guard knows of a response that the parser does not tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Frame {
    /// Whether any of its strings is a literal; if not, they are quoted, with their escapes.
    pub has_literals: bool,
    /// Whether a literal was longer than wanted and cut.
    pub is_cut: bool,
}

/// What a response is about, as far as its frame depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// A status or a continuation: text to the line's end, and a `{5}` there is text.
    Status,
    Search,
    Fetch,
    /// Anything else that we have a use for.
    Known,
    /// Stepped over.
    Unknown,
}

/// The guarded stream.
pub(super) struct Guard {
    wire: Option<Wire>,
    /// Set until async-imap believes that it has logged in; holds the tag it used for that.
    pretence: Option<Vec<u8>>,
    /// What kind of response is on its way in.
    kind: Option<Kind>,
    literals: usize,
    /// Octets of a literal still to come, and how many of them are wanted.
    to_come: usize,
    wanted: usize,
    depth: usize,
    frame: Frame,
    /// The response as the parser shall see it, and how much of it was handed on.
    text: Vec<u8>,
    handed: usize,
    /// The response handed on whole that was not asked for yet by [`Guard::take_frame`].
    told: Option<Frame>,
    /// More of what a search found.
    found: VecDeque<Vec<u8>>,
    pub literal_kept: usize,
    fault: Option<ImapError>,
}

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Guard").field(&self.wire).finish()
    }
}

impl Guard {
    /// A guard over a wire. async-imap gives its commands out only behind its own login, which can
    /// send no literal and drops response codes: that login is answered here and never goes out.
    pub const fn new(wire: Wire) -> Self {
        Self {
            wire: Some(wire),
            pretence: Some(Vec::new()),
            kind: None,
            literals: 0,
            to_come: 0,
            wanted: 0,
            depth: 0,
            frame: Frame {
                has_literals: false,
                is_cut: false,
            },
            text: Vec::new(),
            handed: 0,
            told: None,
            found: VecDeque::new(),
            literal_kept: LITERAL_KEPT,
            fault: None,
        }
    }

    /// The wire, taken out to be secured.
    pub const fn take_wire(&mut self) -> Option<Wire> {
        self.wire.take()
    }

    /// Whether what is said can be read on the way.
    pub fn is_exposed(&self) -> bool {
        self.wire.as_ref().is_none_or(Wire::is_exposed)
    }

    /// Gives all that follows until `deadline`; `limit` is named in the error only.
    pub fn allow_until(&mut self, deadline: Instant, limit: Duration) {
        if let Some(wire) = self.wire.as_mut() {
            wire.allow_until(deadline, limit);
        }
    }

    /// What is known of the response that async-imap just read. `None`: it read something else than
    /// it was given, say a response out of the middle of another.
    pub const fn take_frame(&mut self) -> Option<Frame> {
        self.told.take()
    }

    /// What went wrong.
    pub fn fault(&mut self) -> ImapError {
        self.fault.take().unwrap_or(ImapError::Garbled)
    }

    fn fail(&mut self, e: ImapError) -> io::Error {
        self.wire = None;
        self.fault.get_or_insert(e);
        io::ErrorKind::Other.into()
    }

    /// Reads on until a response is whole that we have a use for. All progress lives in `self`.
    fn poll_response(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), ImapError>> {
        if let Some(found) = self.found.pop_front() {
            self.text = found;
            return Poll::Ready(Ok(()));
        }
        let wire = self.wire.as_mut().ok_or(WireError::Closed)?;
        loop {
            while self.to_come > 0 {
                if wire.unread().is_empty() {
                    ready!(wire.poll_fill(cx))?;
                }
                let octets = wire.take(self.to_come);
                self.to_come -= octets.len();
                let wanted = octets.get(..self.wanted).unwrap_or(&octets);
                self.wanted -= wanted.len();
                self.text.extend_from_slice(wanted);
            }
            let line = ready!(wire.poll_line(cx, LINE_OCTETS_MAX))?;
            let kind = match self.kind {
                Some(kind) => kind,
                None => kind_of(&line).ok_or(ImapError::Garbled)?,
            };
            self.kind = Some(kind);
            if kind != Kind::Search && line.len() > OTHER_LINE_OCTETS_MAX {
                let limit = OTHER_LINE_OCTETS_MAX;
                return Poll::Ready(Err(WireError::TooLong { limit }.into()));
            }
            let announced = match kind {
                Kind::Status | Kind::Search => None,
                _ => announced_literal(&line),
            };
            let head = announced.map_or(line.as_slice(), |(head, _)| head);
            match kind {
                Kind::Unknown => {}
                Kind::Fetch => {
                    let readable = readable_fetch(head, &mut self.depth);
                    self.text.extend(readable.ok_or(ImapError::Garbled)?);
                }
                Kind::Search => {
                    self.kind = None;
                    self.found = found_in_parts(head);
                    self.text = self.found.pop_front().unwrap_or_default();
                    return Poll::Ready(Ok(()));
                }
                Kind::Status | Kind::Known => self.text.extend_from_slice(head),
            }
            if let Some((_, length)) = announced {
                if length > LITERAL_OCTETS_MAX {
                    let limit = LITERAL_OCTETS_MAX;
                    return Poll::Ready(Err(WireError::TooLong { limit }.into()));
                }
                self.literals += 1;
                if self.literals > LITERALS_MAX {
                    return Poll::Ready(Err(ImapError::Garbled));
                }
                self.to_come = length;
                self.wanted = 0;
                if kind != Kind::Unknown {
                    self.wanted = length.min(self.literal_kept);
                    let size = format!("{{{}}}\r\n", self.wanted);
                    self.text.extend_from_slice(size.as_bytes());
                    self.frame.has_literals = true;
                    self.frame.is_cut |= self.wanted < length;
                }
                continue;
            }
            self.kind = None;
            (self.literals, self.depth) = (0, 0);
            if kind != Kind::Unknown {
                self.text.extend_from_slice(b"\r\n");
                return Poll::Ready(Ok(()));
            }
        }
    }
}

/// What a first line begins; `None` if no response begins so.
fn kind_of(line: &[u8]) -> Option<Kind> {
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
    } else if is(name, &["CAPABILITY", "LIST", "EXISTS", "EXPUNGE"]) {
        Kind::Known
    } else {
        Kind::Unknown
    })
}

/// The length that a line announces for the literal behind it: `{n}`, `{n+}` or `~{n}` at its end.
/// Gives the line without it, and the length in octets.
fn announced_literal(line: &[u8]) -> Option<(&[u8], usize)> {
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
fn found_in_parts(line: &[u8]) -> VecDeque<Vec<u8>> {
    let end = line.iter().position(|b| *b == b'(').unwrap_or(line.len());
    let words = line.get(..end).unwrap_or_default().split(|b| *b == b' ');
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
fn readable_fetch(line: &[u8], depth: &mut usize) -> Option<Vec<u8>> {
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

impl AsyncRead for Guard {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if let Some(tag) = self.pretence.take() {
            buf.put_slice(&[&tag, &b" OK\r\n"[..]].concat());
            return Poll::Ready(Ok(()));
        }
        if self.handed == self.text.len() {
            if self.told.is_some() {
                // It got a whole response and wants more of it: it understood another one.
                return Poll::Ready(Err(self.fail(ImapError::Garbled)));
            }
            if self.kind.is_none() {
                self.text.clear();
                self.handed = 0;
                self.frame = Frame::default();
            }
        }
        if self.handed == 0 && self.told.is_none() {
            ready!(self.poll_response(cx)).map_err(|e| self.fail(e))?;
            self.told = Some(self.frame);
        }
        let rest = self.text.get(self.handed..).unwrap_or_default();
        let part = rest.get(..buf.remaining()).unwrap_or(rest);
        buf.put_slice(part);
        self.handed += part.len();
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Guard {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        octets: &[u8],
    ) -> Poll<io::Result<usize>> {
        if let Some(tag) = self.pretence.as_mut() {
            if tag.is_empty() {
                *tag = octets.to_vec();
            }
            return Poll::Ready(Ok(octets.len()));
        }
        let Some(wire) = self.wire.as_mut() else {
            return Poll::Ready(Err(self.fail(WireError::Closed.into())));
        };
        let written = ready!(wire.poll_write(cx, octets));
        Poll::Ready(written.map_err(|e| self.fail(e.into())))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.pretence.is_some() {
            return Poll::Ready(Ok(()));
        }
        let Some(wire) = self.wire.as_mut() else {
            return Poll::Ready(Err(self.fail(WireError::Closed.into())));
        };
        let flushed = ready!(wire.poll_flush(cx));
        Poll::Ready(flushed.map_err(|e| self.fail(e.into())))
    }

    /// Dropping the wire closes it.
    fn poll_shutdown(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.wire = None;
        Poll::Ready(Ok(()))
    }
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
