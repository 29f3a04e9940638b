//! The bare dialogue with an IMAP server: commands out, responses in, every end told apart.
//!
//! async-imap sends the commands and reads the responses, over a guarded stream; its own commands
//! are left alone, since most of them take a refusal or a lost connection for "nothing there". OK, NO, BAD, BYE, a closed connection, silence and garbage are seven different things here. A
//! wait has one deadline, however much the server says meanwhile. After anything but OK, NO or BAD
//! the wire is dropped; a command that its caller abandoned half way counts as such.

use super::fault::ImapError;
use super::guard::{Guard, LITERAL_KEPT};
use super::reply::{Code, Response, Verdict};
use crate::crash_point;
use crate::wire::{Wire, WireError};
use async_imap::imap_proto::Status;
use async_imap::{Client, Session};
use std::fmt;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::time::Instant;

/// A command with its arguments, so written that no argument can become a command. It may hold a
/// password and does not print.
pub(super) struct Command {
    name: &'static str,
    /// Its text up to the first literal, then each literal with the text behind it.
    text: String,
    literals: Vec<(Vec<u8>, String)>,
}

impl Command {
    /// A command by its name, as it opens the line.
    pub fn new(name: &'static str) -> Self {
        Self {
            name,
            text: name.to_owned(),
            literals: Vec::new(),
        }
    }

    /// Adds words of our own making, behind a blank.
    pub fn plain(mut self, words: &str) -> Self {
        let end = match self.literals.last_mut() {
            Some((_, behind)) => behind,
            None => &mut self.text,
        };
        end.push(' ');
        end.push_str(words);
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
    pub fn literal(self, octets: &[u8]) -> Self {
        let mut announced = self.plain(&format!("{{{}}}", octets.len()));
        announced.literals.push((octets.to_vec(), String::new()));
        announced
    }
}

/// The dialogue over one wire.
pub(super) struct Dialog {
    session: Option<Session<Guard>>,
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
            .field("guard", &self.session.as_ref().map(|s| s.get_ref()))
            .finish_non_exhaustive()
    }
}

impl Dialog {
    /// A dialogue over a wire; nothing is said yet.
    pub async fn new(wire: Wire) -> Result<Self, ImapError> {
        // The guard answers this by itself: the log-in that counts is ours.
        let session = Client::new(Guard::new(wire)).login("", "").await;
        Ok(Self {
            session: Some(session.map_err(|_| ImapError::Garbled)?),
            under_way: false,
            bye: None,
            exists: 0,
            news: false,
        })
    }

    /// The wire, taken out to be secured. Without it the dialogue is over.
    pub fn take_wire(&mut self) -> Option<Wire> {
        self.session.take()?.get_mut().take_wire()
    }

    /// Whether what is said can be read on the way.
    pub fn is_exposed(&self) -> bool {
        let session = self.session.as_ref();
        session.is_none_or(|session| session.get_ref().is_exposed())
    }

    /// Whether the wire is still there.
    pub const fn is_open(&self) -> bool {
        self.session.is_some() && !self.under_way
    }

    fn session(
        &mut self,
        deadline: Instant,
        limit: Duration,
    ) -> Result<&mut Session<Guard>, ImapError> {
        let session = self.session.as_mut().ok_or(WireError::Closed)?;
        session.get_mut().allow_until(deadline, limit);
        Ok(session)
    }

    /// Reads one response. Safe to drop while it waits.
    pub async fn read(
        &mut self,
        deadline: Instant,
        limit: Duration,
    ) -> Result<Response, ImapError> {
        let response = self.hear(deadline, limit).await;
        match &response {
            Ok(Response::Exists(told)) => {
                // Only growth is news: servers repeat EXISTS and RECENT as they like, and one that
                // did so at every IDLE would keep us running in a circle.
                self.news |= *told > self.exists;
                self.exists = *told;
            }
            Ok(Response::Expunged) => self.exists = self.exists.saturating_sub(1),
            Ok(Response::Told(verdict)) if verdict.status == Status::Bye => {
                self.bye = Some(verdict.words.clone());
            }
            Ok(_) => {}
            Err(_) => self.session = None,
        }
        match response {
            Err(ImapError::Wire(WireError::Closed)) => Err(match self.bye.take() {
                Some(words) => ImapError::Bye { words },
                None => ImapError::Wire(WireError::Closed),
            }),
            response => response,
        }
    }

    async fn hear(&mut self, deadline: Instant, limit: Duration) -> Result<Response, ImapError> {
        let session = self.session(deadline, limit)?;
        let heard = {
            let mut reading = pin!(session.read_response());
            // A panic in the parser ends this connection and nothing else: whoever gets an error
            // here drops the session, and what the panic left half done with it.
            poll_fn(|cx| {
                let poll = AssertUnwindSafe(|| reading.as_mut().poll(cx));
                catch_unwind(poll).unwrap_or(Poll::Ready(Ok(None)))
            })
            .await
        };
        let guard = session.get_mut();
        match heard {
            Ok(Some(response)) => {
                let frame = guard.take_frame().ok_or(ImapError::Garbled)?;
                Ok(Response::of(response.parsed(), frame))
            }
            Ok(None) | Err(_) => Err(guard.fault()),
        }
    }

    /// Sends a command up to its last literal and gives its tag.
    pub async fn send(
        &mut self,
        command: &Command,
        deadline: Instant,
        limit: Duration,
    ) -> Result<String, ImapError> {
        if self.under_way && self.session.is_some() {
            // The answers to a command that was abandoned would be taken for this one's.
            return self.give_up(ImapError::OutOfStep);
        }
        self.session(deadline, limit)?;
        self.under_way = true;
        crash_point::at("before", "ask", command.name);
        let session = self.session(deadline, limit)?;
        let tag = match session.run_command(&command.text).await {
            Ok(tag) => tag.0,
            Err(_) => return self.break_off(),
        };
        for (literal, behind) in &command.literals {
            self.wait_for_leave(&tag, command.name, deadline, limit)
                .await?;
            let session = self.session(deadline, limit)?;
            if session.get_mut().write_all(literal).await.is_err() {
                return self.break_off();
            }
            self.say(behind, deadline, limit).await?;
        }
        Ok(tag)
    }

    /// Says a line that is part of a command under way.
    pub async fn say(
        &mut self,
        line: &str,
        deadline: Instant,
        limit: Duration,
    ) -> Result<(), ImapError> {
        let session = self.session(deadline, limit)?;
        match session.run_command_untagged(line).await {
            Ok(()) => Ok(()),
            Err(_) => self.break_off(),
        }
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
                _ => {}
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
        self.keep_literals(kept);
        let verdict = self.run(command, limit, each).await;
        self.keep_literals(LITERAL_KEPT);
        verdict
    }

    fn keep_literals(&mut self, kept: usize) {
        if let Some(session) = self.session.as_mut() {
            session.get_mut().literal_kept = kept;
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
        crash_point::at("after", "ask", command);
        match verdict.status {
            Status::Ok => Ok(verdict),
            Status::No => Err(ImapError::Refused {
                command,
                code: match verdict.code {
                    Code::Other(name) => name,
                    _ => String::new(),
                },
                words: verdict.words,
            }),
            Status::Bad => Err(ImapError::Misunderstood {
                command,
                words: verdict.words,
            }),
            Status::Bye | Status::PreAuth => self.give_up(ImapError::Garbled),
        }
    }

    /// Ends the dialogue with what went wrong on the wire.
    fn break_off<T>(&mut self) -> Result<T, ImapError> {
        let session = self.session.as_mut();
        let fault = session.map_or(ImapError::Garbled, |session| session.get_mut().fault());
        self.give_up(fault)
    }

    fn give_up<T>(&mut self, e: ImapError) -> Result<T, ImapError> {
        self.session = None;
        Err(e)
    }
}
