//! The stream that lettre speaks SMTP over: a wire with an eye on the dialogue.
//!
//! lettre reads lines without bound, stumbles over text that is no UTF-8, takes a reply that nobody
//! asked for as the answer to its next command, and cannot tell whether the final dot went out.
//! Here one reply is framed, bounded and cleaned before lettre sees it; nothing more is handed out
//! until the next command; and what went wrong is kept, since lettre's errors do not tell it.

use super::fault::Fault;
use super::reply::{Reply, parse_line};
use crate::crash_point;
use crate::wire::{Wire, WireError};
use lettre::transport::smtp::client::AsyncTokioStream;
use std::fmt;
use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Longest reply line taken (RFC 5321 says 512; servers write more), in octets.
const LINE_OCTETS_MAX: usize = 4_096;
/// Most lines in one reply.
const LINES_MAX: usize = 100;
/// Most of a line's text that lettre gets to see (it refuses lines beyond 1000), in octets.
const TEXT_OCTETS_MAX: usize = 900;
/// One block of a letter under one time limit, in octets.
const BLOCK_OCTETS: usize = 16 * 1024;
/// How lettre ends a letter; dot-stuffed text never holds it.
const FINAL_DOT: &[u8] = b"\r\n.\r\n";

/// How long one exchange may take.
#[derive(Clone, Copy)]
pub(super) struct Limits {
    /// Writing one block.
    pub write: Duration,
    /// The whole reply.
    pub reply: Duration,
    /// The farewell after a refusal.
    pub quit: Duration,
}

/// Whose turn it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Turn {
    /// Nobody is owed anything.
    Rest,
    /// We are writing.
    Ours,
    /// The server owes a reply.
    Theirs,
}

struct Watch {
    wire: Option<Wire>,
    turn: Turn,
    limits: Limits,
    /// The reply on its way in.
    coming: Option<Reply>,
    /// The last whole reply.
    heard: Option<Reply>,
    /// Octets for lettre.
    ready: Vec<u8>,
    dot_offered: bool,
    fault: Option<Fault>,
}

/// The guarded stream. Its clones share one wire: one is lettre's, one is ours.
#[derive(Clone)]
pub(super) struct Guard(Arc<Mutex<Watch>>);

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Guard").field(&self.watch().wire).finish()
    }
}

impl Guard {
    /// A guard over a wire on which the server speaks first, or over one just secured.
    pub fn new(wire: Wire, limits: Limits) -> Self {
        Self(Arc::new(Mutex::new(Watch {
            wire: Some(wire),
            turn: Turn::Theirs,
            limits,
            coming: None,
            heard: None,
            ready: Vec::new(),
            dot_offered: false,
            fault: None,
        })))
    }

    fn watch(&self) -> MutexGuard<'_, Watch> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads the server's greeting, past lettre, which does not look at its code.
    pub async fn greeting(&self) -> Result<Reply, Fault> {
        {
            let mut watch = self.watch();
            let limit = watch.limits.reply;
            watch.wire()?.allow(limit);
        }
        poll_fn(|cx| self.watch().poll_reply(cx)).await?;
        Ok(self.heard())
    }

    /// Greets lettre, which wants to be greeted before it says EHLO: the server's greeting was read
    /// before, and after STARTTLS none comes.
    pub fn greet(&self) {
        let mut watch = self.watch();
        watch.turn = Turn::Rest;
        watch.ready = b"220 -\r\n".to_vec();
    }

    /// Sets the limits of the next exchange.
    pub fn limit(&self, limits: Limits) {
        self.watch().limits = limits;
    }

    /// The last whole reply; without one an empty reply with code 0.
    pub fn heard(&self) -> Reply {
        self.watch().heard.clone().unwrap_or_default()
    }

    /// What went wrong.
    pub fn fault(&self) -> Fault {
        self.watch().fault.clone().unwrap_or(Fault::Garbled)
    }

    /// Whether the final dot was handed to the wire, so that the server may have the letter.
    pub fn is_dot_offered(&self) -> bool {
        self.watch().dot_offered
    }

    /// Whether the wire is still there.
    pub fn is_open(&self) -> bool {
        self.watch().wire.is_some()
    }

    /// Whether what is said can be read on the way.
    pub fn is_exposed(&self) -> bool {
        self.watch().wire.as_ref().is_none_or(Wire::is_exposed)
    }

    /// Takes the wire out: to secure it, or to hang up by dropping it.
    pub fn take_wire(&self) -> Option<Wire> {
        self.watch().wire.take()
    }
}

impl Watch {
    fn wire(&mut self) -> Result<&mut Wire, Fault> {
        match (&self.fault, self.wire.as_mut()) {
            (Some(fault), _) => Err(fault.clone()),
            (None, Some(wire)) => Ok(wire),
            (None, None) => Err(Fault::Wire(WireError::Closed)),
        }
    }

    /// Keeps the first fault, and ends the dialogue with it.
    fn fail(&mut self, fault: Fault) -> io::Error {
        self.wire = None;
        let text = fault.to_string();
        self.fault.get_or_insert(fault);
        io::Error::other(text)
    }

    /// Reads on until the reply is whole, and readies it for lettre.
    fn poll_reply(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Fault>> {
        loop {
            let line = ready!(self.wire()?.poll_line(cx, LINE_OCTETS_MAX))?;
            let (code, more, text) = parse_line(&line).ok_or(Fault::Garbled)?;
            let reply = self.coming.get_or_insert_with(|| Reply {
                code,
                lines: Vec::new(),
            });
            if reply.code != code || reply.lines.len() >= LINES_MAX {
                return Poll::Ready(Err(Fault::Garbled));
            }
            reply.lines.push(text);
            if !more {
                break;
            }
        }
        let reply = self.coming.take().unwrap_or_default();
        self.ready = for_lettre(&reply);
        if reply.code >= 400 {
            // After a refusal only the farewell follows, which lettre may say by itself.
            self.limits.write = self.limits.quit;
            self.limits.reply = self.limits.quit;
        }
        self.heard = Some(reply);
        self.turn = Turn::Rest;
        Poll::Ready(Ok(()))
    }

    fn poll_say(&mut self, cx: &mut Context<'_>, octets: &[u8]) -> Poll<Result<usize, Fault>> {
        let (turn, limit) = (self.turn, self.limits.write);
        let wire = self.wire()?;
        if turn == Turn::Rest && !wire.unread().is_empty() {
            // A reply that nobody asked for would be taken for the answer to this.
            return Poll::Ready(Err(Fault::Garbled));
        }
        if turn != Turn::Ours {
            wire.allow(limit);
            self.turn = Turn::Ours;
            self.ready.clear();
        }
        // What an earlier letter's dot did says nothing of this one's.
        self.dot_offered = octets.ends_with(FINAL_DOT) || (self.dot_offered && turn != Turn::Rest);
        let block = octets.get(..BLOCK_OCTETS).unwrap_or(octets);
        let wire = self.wire()?;
        let written = ready!(wire.poll_write(cx, block))?;
        wire.allow(limit);
        Poll::Ready(Ok(written))
    }

    fn poll_said(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Fault>> {
        let limit = self.limits.reply;
        let wire = self.wire()?;
        ready!(wire.poll_flush(cx))?;
        if self.turn == Turn::Ours {
            if self.dot_offered {
                crash_point::at("after", "say", "the final dot");
            }
            self.wire()?.allow(limit);
            self.turn = Turn::Theirs;
        }
        Poll::Ready(Ok(()))
    }
}

/// A reply as lettre can read it: UTF-8, short lines, and never a line of blanks alone, on which
/// its reading of EHLO panics.
fn for_lettre(reply: &Reply) -> Vec<u8> {
    let mut octets = Vec::new();
    let last = reply.lines.len().saturating_sub(1);
    for (at, line) in reply.lines.iter().enumerate() {
        let end = line.floor_char_boundary(TEXT_OCTETS_MAX);
        let text = match line.get(..end).unwrap_or_default().trim() {
            "" => "-",
            text => text,
        };
        let joint = if at < last { '-' } else { ' ' };
        octets.extend_from_slice(format!("{}{joint}{text}\r\n", reply.code).as_bytes());
    }
    octets
}

impl AsyncRead for Guard {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let mut watch = self.watch();
        if watch.ready.is_empty() {
            ready!(watch.poll_reply(cx)).map_err(|fault| watch.fail(fault))?;
        }
        let count = buf.remaining().min(watch.ready.len());
        let rest = watch.ready.split_off(count);
        buf.put_slice(&watch.ready);
        watch.ready = rest;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Guard {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        octets: &[u8],
    ) -> Poll<io::Result<usize>> {
        let mut watch = self.watch();
        let written = ready!(watch.poll_say(cx, octets));
        Poll::Ready(written.map_err(|fault| watch.fail(fault)))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut watch = self.watch();
        let flushed = ready!(watch.poll_said(cx));
        Poll::Ready(flushed.map_err(|fault| watch.fail(fault)))
    }

    /// Dropping the wire closes it.
    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.take_wire();
        Poll::Ready(Ok(()))
    }
}

impl AsyncTokioStream for Guard {
    /// Who is at the other end is the wire's business.
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_is_made_fit_for_lettre() {
        let reply = Reply {
            code: 250,
            lines: ["", "  \u{a0}", &"ü".repeat(2_000)]
                .map(str::to_owned)
                .to_vec(),
        };
        let text = String::from_utf8(for_lettre(&reply)).unwrap();
        let lines: Vec<_> = text.split_terminator("\r\n").collect();
        assert_eq!(lines[..2], ["250--", "250--"]);
        assert!(lines[2].starts_with("250 üü") && lines[2].len() <= 904);
    }
}
