//! The bare dialogue with an IMAP server: commands out, responses in, every end told apart.
//!
//! OK, NO, BAD, BYE, a closed connection, silence and garbage are seven different things here. A
//! wait has one deadline, however much the server says meanwhile. After anything but OK, NO or BAD
//! the wire is dropped; a command that its caller abandoned half way counts as such.

use super::fault::ImapError;
use super::reply::{self, Piece, Response, Status, Token, Verdict};
use crate::wire::{Wire, WireError};
use std::fmt;
use std::future::poll_fn;
use std::time::Duration;
use tokio::time::Instant;

/// Longest line taken, in octets; a search in a big mailbox answers with one line.
const LINE_OCTETS_MAX: usize = 4 * 1024 * 1024;
/// Longest literal stepped over, in octets; beyond it the connection is dropped.
const LITERAL_OCTETS_MAX: usize = 128 * 1024 * 1024;
/// Most of a literal that is kept unless a command wants more, in octets.
pub(super) const LITERAL_KEPT: usize = 256 * 1024;
/// Most pieces in one response.
const PIECES_MAX: usize = 2_000;

/// A literal on its way in.
struct Incoming {
    kept: Vec<u8>,
    length: usize,
    seen: usize,
}

/// A command with its arguments, so written that no argument can become a command. It may hold a
/// password and does not print.
pub(super) struct Command {
    name: &'static str,
    parts: Vec<Part>,
}

enum Part {
    Plain(String),
    Literal(Vec<u8>),
}

impl Command {
    /// A command by its name, as it opens the line.
    pub fn new(name: &'static str) -> Self {
        Self {
            name,
            parts: vec![Part::Plain(name.to_owned())],
        }
    }

    /// Adds words of our own making, behind a blank.
    pub fn plain(mut self, words: &str) -> Self {
        self.parts.push(Part::Plain(format!(" {words}")));
        self
    }

    /// Adds a string (RFC 3501 section 4.3): quoted where that can carry it, else a literal.
    pub fn string(self, text: &str) -> Self {
        let quotable = text.len() < 1_000 && text.bytes().all(|b| (b' '..=b'~').contains(&b));
        if !quotable {
            return self.literal(text.as_bytes());
        }
        let escaped = text.replace('\\', "\\\\").replace('"', "\\\"");
        self.plain(&format!("\"{escaped}\""))
    }

    /// Adds a literal.
    pub fn literal(mut self, octets: &[u8]) -> Self {
        self.parts
            .push(Part::Plain(format!(" {{{}}}\r\n", octets.len())));
        self.parts.push(Part::Literal(octets.to_vec()));
        self
    }
}

/// The dialogue over one wire.
pub(super) struct Dialog {
    wire: Option<Wire>,
    pieces: Vec<Piece>,
    incoming: Option<Incoming>,
    literal_kept: usize,
    tags: u32,
    under_way: bool,
    bye: Option<String>,
    /// Messages in the selected mailbox, as far as the server told.
    pub exists: u32,
    /// Set when there are more messages than before; whoever looks for them clears it first.
    pub news: bool,
}

impl fmt::Debug for Dialog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dialog")
            .field("wire", &self.wire)
            .finish_non_exhaustive()
    }
}

impl Dialog {
    pub const fn new(wire: Wire) -> Self {
        Self {
            wire: Some(wire),
            pieces: Vec::new(),
            incoming: None,
            literal_kept: LITERAL_KEPT,
            tags: 0,
            under_way: false,
            bye: None,
            exists: 0,
            news: false,
        }
    }

    /// The wire, taken out to be secured. Without it the dialogue is over.
    pub const fn take_wire(&mut self) -> Option<Wire> {
        self.wire.take()
    }

    /// Whether what is said can be read on the way.
    pub fn is_exposed(&self) -> bool {
        self.wire.as_ref().is_none_or(Wire::is_exposed)
    }

    /// Whether the wire is still there.
    pub const fn is_open(&self) -> bool {
        self.wire.is_some() && !self.under_way
    }

    /// Reads one response. Safe to drop while it waits.
    pub async fn read(
        &mut self,
        deadline: Instant,
        limit: Duration,
    ) -> Result<Response, ImapError> {
        let read = self.read_frame(deadline, limit).await;
        let response = read.and_then(|pieces| reply::parse(pieces).ok_or(ImapError::Garbled));
        match &response {
            Ok(Response::Items(items)) => self.count(items),
            Ok(Response::Told(verdict)) if verdict.status == Status::Bye => {
                self.bye = Some(verdict.words.clone());
            }
            _ => {}
        }
        match (response, self.bye.take()) {
            (Err(ImapError::Wire(WireError::Closed)), Some(words)) => {
                self.wire = None;
                Err(ImapError::Bye { words })
            }
            (response, bye) => {
                self.bye = bye;
                if response.is_err() {
                    self.wire = None;
                }
                response
            }
        }
    }

    async fn read_frame(
        &mut self,
        deadline: Instant,
        limit: Duration,
    ) -> Result<Vec<Piece>, ImapError> {
        let wire = self.wire.as_mut().ok_or(WireError::Closed)?;
        wire.allow_until(deadline, limit);
        loop {
            // All progress lives in `self`, so that dropping this future loses nothing.
            if let Some(literal) = self.incoming.as_mut() {
                while literal.seen < literal.length {
                    if wire.unread().is_empty() {
                        poll_fn(|cx| wire.poll_fill(cx)).await?;
                    }
                    let octets = wire.take(literal.length - literal.seen);
                    literal.seen += octets.len();
                    let room = self.literal_kept.saturating_sub(literal.kept.len());
                    literal.kept.extend(octets.into_iter().take(room));
                }
                if let Some(done) = self.incoming.take() {
                    self.pieces.push(Piece::Literal {
                        whole: done.kept.len() == done.length,
                        octets: done.kept,
                    });
                }
            }
            let line = poll_fn(|cx| wire.poll_line(cx, LINE_OCTETS_MAX)).await?;
            let status = self.pieces.is_empty() && reply::is_status_line(&line);
            let announced = if status {
                None
            } else {
                reply::announced_literal(&line)
            };
            let Some((head, length)) = announced else {
                self.pieces.push(Piece::Line(line));
                return Ok(std::mem::take(&mut self.pieces));
            };
            if length > LITERAL_OCTETS_MAX {
                let limit = LITERAL_OCTETS_MAX;
                return Err(ImapError::Wire(WireError::TooLong { limit }));
            }
            if self.pieces.len() >= PIECES_MAX {
                return Err(ImapError::Garbled);
            }
            self.pieces.push(Piece::Line(head.to_vec()));
            self.incoming = Some(Incoming {
                kept: Vec::new(),
                length,
                seen: 0,
            });
        }
    }

    /// Writes octets as they are.
    pub async fn write(&mut self, octets: &[u8], limit: Duration) -> Result<(), ImapError> {
        let wire = self.wire.as_mut().ok_or(WireError::Closed)?;
        wire.allow(limit);
        let writing = async {
            let mut rest = octets;
            while !rest.is_empty() {
                let count = poll_fn(|cx| wire.poll_write(cx, rest)).await?;
                rest = rest.get(count..).unwrap_or_default();
            }
            poll_fn(|cx| wire.poll_flush(cx)).await
        };
        let written = writing.await;
        if written.is_err() {
            self.wire = None;
        }
        Ok(written?)
    }

    /// Sends a command up to its last literal and gives its tag.
    pub async fn send(
        &mut self,
        command: &Command,
        deadline: Instant,
        limit: Duration,
    ) -> Result<String, ImapError> {
        if self.wire.is_none() {
            return Err(ImapError::Wire(WireError::Closed));
        }
        if self.under_way {
            // The answers to a command that was abandoned would be taken for this one's.
            self.wire = None;
            return Err(ImapError::OutOfStep);
        }
        self.under_way = true;
        self.tags += 1;
        let tag = format!("p{}", self.tags);
        let mut line = format!("{tag} ").into_bytes();
        for part in &command.parts {
            match part {
                Part::Plain(words) => line.extend_from_slice(words.as_bytes()),
                Part::Literal(octets) => {
                    self.write(&line, limit).await?;
                    self.wait_for_leave(&tag, command.name, deadline, limit)
                        .await?;
                    line.clone_from(octets);
                }
            }
        }
        line.extend_from_slice(b"\r\n");
        self.write(&line, limit).await?;
        Ok(tag)
    }

    /// Waits for the `+` that lets a literal, or the rest of a command, go out. An OK instead is
    /// out of step: the command was not even given.
    pub async fn wait_for_leave(
        &mut self,
        tag: &str,
        name: &'static str,
        deadline: Instant,
        limit: Duration,
    ) -> Result<(), ImapError> {
        match self.wait_for_question(tag, name, deadline, limit).await? {
            None => Ok(()),
            Some(_) => self.give_up(ImapError::OutOfStep),
        }
    }

    /// Waits for a `+` (`None`) or for the command's good end.
    pub async fn wait_for_question(
        &mut self,
        tag: &str,
        name: &'static str,
        deadline: Instant,
        limit: Duration,
    ) -> Result<Option<Verdict>, ImapError> {
        loop {
            match self.read(deadline, limit).await? {
                Response::Continue => return Ok(None),
                Response::Done {
                    tag: ended,
                    verdict,
                } => {
                    return self.end(tag, &ended, name, verdict).map(Some);
                }
                Response::Told(_) | Response::Items(_) => {}
            }
        }
    }

    /// Reads on to the end of a command, handing every untagged response to `each`.
    pub async fn finish(
        &mut self,
        tag: &str,
        name: &'static str,
        deadline: Instant,
        limit: Duration,
        mut each: impl FnMut(Response),
    ) -> Result<Verdict, ImapError> {
        loop {
            match self.read(deadline, limit).await? {
                Response::Done {
                    tag: ended,
                    verdict,
                } => {
                    return self.end(tag, &ended, name, verdict);
                }
                Response::Continue => return self.give_up(ImapError::OutOfStep),
                other => each(other),
            }
        }
    }

    /// Runs a whole command within `limit`.
    pub async fn run(
        &mut self,
        command: &Command,
        limit: Duration,
        each: impl FnMut(Response),
    ) -> Result<Verdict, ImapError> {
        let deadline = Instant::now() + limit;
        let tag = self.send(command, deadline, limit).await?;
        self.finish(&tag, command.name, deadline, limit, each).await
    }

    /// As [`Dialog::run`], keeping literals up to `kept` octets instead of the usual bound.
    pub async fn run_keeping(
        &mut self,
        command: &Command,
        limit: Duration,
        kept: usize,
        each: impl FnMut(Response),
    ) -> Result<Verdict, ImapError> {
        self.literal_kept = kept;
        let verdict = self.run(command, limit, each).await;
        self.literal_kept = LITERAL_KEPT;
        verdict
    }

    /// Keeps count of the messages. Only growth is news: servers repeat EXISTS and RECENT as they
    /// like, and one that did so at every IDLE would keep us running in a circle.
    fn count(&mut self, items: &[Token]) {
        let [number, word, ..] = items else { return };
        if word.is("EXPUNGE") {
            self.exists = self.exists.saturating_sub(1);
        } else if word.is("EXISTS") {
            let told = number.number().unwrap_or_default();
            self.news |= told > self.exists;
            self.exists = told;
        }
    }

    fn end(
        &mut self,
        tag: &str,
        ended: &str,
        command: &'static str,
        verdict: Verdict,
    ) -> Result<Verdict, ImapError> {
        if tag != ended {
            return self.give_up(ImapError::OutOfStep);
        }
        self.under_way = false;
        let words = verdict.words.clone();
        match verdict.status {
            Status::Ok => Ok(verdict),
            Status::No => Err(ImapError::Refused {
                command,
                code: verdict.code_name(),
                words,
            }),
            Status::Bad => Err(ImapError::Misunderstood { command, words }),
            Status::Bye | Status::Preauth => self.give_up(ImapError::Garbled),
        }
    }

    fn give_up<T>(&mut self, e: ImapError) -> Result<T, ImapError> {
        self.wire = None;
        Err(e)
    }
}
