//! The stream that async-imap reads and writes: a wire with an eye on every response.
//!
//! async-imap ends the connection at an extension's line that it does not know, and its buffer grows
//! to half a gigabyte. Here each response is framed first (lines and literals, so that its end is
//! known whatever it says) and handed on alone: without what we have no use for, with literals cut
//! to what is wanted, spelled so that the parser can read it. What went wrong is kept for us.

use super::fault::ImapError;
use super::spelling::{Kind, announced_literal, found_in_parts, kind_of, readable_fetch};
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
/// Most octets of any other response, beside its literals.
const LINES_OCTETS_MAX: usize = 256 * 1024;
/// Longest literal stepped over, in octets; beyond it the connection is dropped.
const LITERAL_OCTETS_MAX: usize = 128 * 1024 * 1024;
/// Most of one response's literals that is kept unless a command wants more, in octets.
pub(super) const LITERAL_KEPT: usize = 256 * 1024;
/// Most literals in one response.
const LITERALS_MAX: usize = 1_000;

/// What the guard knows of a response that the parser does not tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Frame {
    /// Whether any of its strings is a literal; if not, they are quoted, with their escapes.
    pub has_literals: bool,
    /// Whether a literal was longer than wanted and cut.
    pub is_cut: bool,
}

/// A response on its way in.
#[derive(Default)]
struct Incoming {
    kind: Option<Kind>,
    /// Octets of its lines, and of its literals as far as they are kept.
    lines: usize,
    kept: usize,
    literals: usize,
    /// Parentheses that are open.
    depth: usize,
    /// Octets of a literal still to come, and how many of them are wanted.
    to_come: usize,
    wanted: usize,
    /// What of it the parser shall see.
    text: Vec<u8>,
    frame: Frame,
}

/// The guarded stream.
pub(super) struct Guard {
    wire: Option<Wire>,
    /// Set until async-imap believes that it has logged in; holds the tag it used for that.
    pretence: Option<Vec<u8>>,
    incoming: Incoming,
    /// The rest of a long answer to a search, in responses of their own.
    found: VecDeque<Vec<u8>>,
    /// The whole response that async-imap is being given, and how much of it it got.
    text: Vec<u8>,
    handed: usize,
    /// What is known of that response, until somebody asks.
    told: Option<Frame>,
    /// Most of one response's literals that is kept, in octets.
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
    pub fn new(wire: Wire) -> Self {
        Self {
            wire: Some(wire),
            pretence: Some(Vec::new()),
            incoming: Incoming::default(),
            found: VecDeque::new(),
            text: Vec::new(),
            handed: 0,
            told: None,
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

    /// Reads on until a response is whole that we have a use for, and makes it the one to be given
    /// out. All progress lives in `self`.
    fn poll_response(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), ImapError>> {
        let wire = self.wire.as_mut().ok_or(WireError::Closed)?;
        while self.found.is_empty() {
            ready!(self.incoming.poll_literal(cx, wire))?;
            let line = ready!(wire.poll_line(cx, LINE_OCTETS_MAX))?;
            if !self.incoming.add_line(&line, self.literal_kept)? {
                continue;
            }
            let whole = std::mem::take(&mut self.incoming);
            match whole.kind {
                Some(Kind::Unknown) => continue,
                Some(Kind::Search) => self.found = found_in_parts(&whole.text),
                _ => self.found.push_back(whole.text),
            }
            self.told = Some(whole.frame);
        }
        self.text = self.found.pop_front().unwrap_or_default();
        self.handed = 0;
        self.told.get_or_insert_default();
        Poll::Ready(Ok(()))
    }
}

impl Incoming {
    /// Reads the rest of a literal, if one is under way.
    fn poll_literal(
        &mut self,
        cx: &mut Context<'_>,
        wire: &mut Wire,
    ) -> Poll<Result<(), ImapError>> {
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
        Poll::Ready(Ok(()))
    }

    /// Adds a line; true if it was the last one of the response.
    fn add_line(&mut self, line: &[u8], literal_kept: usize) -> Result<bool, ImapError> {
        let kind = match self.kind {
            Some(kind) => kind,
            None => kind_of(line).ok_or(ImapError::Garbled)?,
        };
        self.kind = Some(kind);
        self.lines += line.len();
        if kind != Kind::Search && self.lines > LINES_OCTETS_MAX {
            let limit = LINES_OCTETS_MAX;
            return Err(WireError::TooLong { limit }.into());
        }
        let announced = match kind {
            Kind::Status | Kind::Search => None,
            _ => announced_literal(line),
        };
        let (head, length) = announced.map_or((line, None), |(head, n)| (head, Some(n)));
        match kind {
            Kind::Unknown => {}
            Kind::Fetch => {
                let readable = readable_fetch(head, &mut self.depth);
                self.text.extend(readable.ok_or(ImapError::Garbled)?);
            }
            Kind::Search | Kind::Status | Kind::Known => self.text.extend_from_slice(head),
        }
        match length {
            Some(length) => self.announce(length, literal_kept)?,
            None => self.text.extend_from_slice(b"\r\n"),
        }
        Ok(length.is_none())
    }

    /// Prepares for a literal, of which no more than still has room is kept.
    fn announce(&mut self, length: usize, literal_kept: usize) -> Result<(), ImapError> {
        if length > LITERAL_OCTETS_MAX {
            let limit = LITERAL_OCTETS_MAX;
            return Err(WireError::TooLong { limit }.into());
        }
        self.literals += 1;
        if self.literals > LITERALS_MAX {
            return Err(ImapError::Garbled);
        }
        self.to_come = length;
        self.wanted = 0;
        if self.kind != Some(Kind::Unknown) {
            self.wanted = length.min(literal_kept.saturating_sub(self.kept));
            self.kept += self.wanted;
            self.frame.has_literals = true;
            self.frame.is_cut |= self.wanted < length;
            let size = format!("{{{}}}\r\n", self.wanted);
            self.text.extend_from_slice(size.as_bytes());
        }
        Ok(())
    }
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
            ready!(self.poll_response(cx)).map_err(|e| self.fail(e))?;
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
