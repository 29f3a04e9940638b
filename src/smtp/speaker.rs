//! lettre's SMTP connection over a guarded wire, every answer told apart.
//!
//! lettre counts any 2xx or 3xx as good and names no reason for what breaks; here an answer is a
//! reply with its code, whatever it says, and anything else is a fault with its reason.

use super::fault::{ConnectError, Fault};
use super::greeting::Extensions;
use super::guard::{Guard, Limits};
use super::reply::Reply;
use crate::crash_point;
use crate::wire::Wire;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::Response;
use std::error::Error as _;
use std::fmt;

/// Who speaks: lettre, and the guard that hears all of it.
pub(super) struct Speaker {
    lettre: AsyncSmtpConnection,
    pub guard: Guard,
}

impl fmt::Debug for Speaker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Speaker").field(&self.guard).finish()
    }
}

impl Speaker {
    /// Reads the greeting of a server that was just connected to, and says EHLO.
    pub async fn greeted(
        wire: Wire,
        limits: Limits,
        name: &str,
    ) -> Result<(Self, Extensions), ConnectError> {
        let guard = Guard::new(wire, limits);
        let greeting = guard.greeting().await?;
        if greeting.code != 220 {
            let answer = greeting.answer();
            return Err(ConnectError::TurnedAway { answer });
        }
        Self::introduced(guard, name).await
    }

    /// Says EHLO to a server that waits for it.
    pub async fn introduced(guard: Guard, name: &str) -> Result<(Self, Extensions), ConnectError> {
        guard.greet();
        let stream = Box::new(guard.clone());
        let client = ClientId::Domain(name.to_owned());
        let refused = match AsyncSmtpConnection::connect_with_transport(stream, &client).await {
            Ok(lettre) => {
                let reply = guard.heard();
                if reply.is_done() {
                    // Read here, since lettre knows no SIZE and only one spelling of the rest.
                    let extensions = Extensions::of(&reply);
                    return Ok((Self { lettre, guard }, extensions));
                }
                reply
            }
            Err(e) => answer(&guard, Err(e))?,
        };
        Err(ConnectError::EhloRefused {
            name: name.to_owned(),
            answer: refused.answer(),
        })
    }

    /// Says one command and hears its reply.
    pub async fn say(&mut self, command: impl fmt::Display) -> Result<Reply, Fault> {
        let line = command.to_string();
        let verb = verb(&line);
        crash_point::at("before", "say", verb);
        let answered = self.lettre.command(&line).await;
        crash_point::at("after", "say", verb);
        answer(&self.guard, answered)
    }

    /// Hands over a letter, dots doubled and ended by lettre, and hears the reply to its final dot.
    pub async fn hand_over(&mut self, letter: &[u8]) -> Result<Reply, Fault> {
        // lettre puts a line end before the dot, whether there is one or not.
        let text = letter.strip_suffix(b"\r\n").unwrap_or(letter);
        crash_point::at("before", "say", "the letter");
        let answered = self.lettre.message(text).await;
        crash_point::at("after", "say", "the letter");
        answer(&self.guard, answered)
    }
}

/// A command's name, for its crash points; never the words of a log-in.
fn verb(line: &str) -> &'static str {
    let said = line.split_whitespace().next().unwrap_or_default();
    let known = ["MAIL", "RCPT", "DATA", "RSET", "QUIT", "STARTTLS", "AUTH"];
    known
        .into_iter()
        .find(|verb| *verb == said)
        .unwrap_or("an answer")
}

/// A refusal is an answer like any other; whatever else lettre calls an error is a fault, and the
/// guard knows which.
fn answer(guard: &Guard, answered: Result<Response, Error>) -> Result<Reply, Fault> {
    match answered {
        Ok(reply) => Ok(Reply {
            code: reply.code().into(),
            lines: reply.message().map(str::to_owned).collect(),
        }),
        Err(e) => match e.status() {
            Some(code) => Ok(Reply {
                code: code.into(),
                lines: e.source().map(ToString::to_string).into_iter().collect(),
            }),
            None => Err(guard.fault()),
        },
    }
}
