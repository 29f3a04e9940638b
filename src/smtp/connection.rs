//! One owned SMTP connection: opening, logging in, handing over letters, leaving.
//!
//! Commands go one by one, each with its reply and its limit. After anything but a clean exchange
//! the wire is dropped at once and the connection is of no further use. Passwords go out only under
//! TLS or on loopback, and are never logged.

use super::dialog::{Fault, exchange, read_reply};
use super::fault::ConnectError;
use super::greeting::Extensions;
use super::login::log_in;
use super::reply::Reply;
use super::{Outcome, Patience, Refusal, SmtpAccount, Step, Submission};
use crate::wire::{Wire, WireError};
use crate::words::address::Address;
use crate::words::endpoint::Security;
use std::time::Duration;
use tokio::time::Instant;

/// One block of a letter under one time limit, in octets.
const BLOCK_OCTETS: usize = 16 * 1024;

/// A connection that is logged in.
#[derive(Debug)]
pub struct Connection {
    wire: Option<Wire>,
    extensions: Extensions,
    patience: Patience,
    last_used: Instant,
    /// Set while a dialogue runs: a caller that drops it half way leaves it set.
    under_way: bool,
}

impl Connection {
    /// Connects, protects the wire as configured and logs in.
    ///
    /// # Errors
    /// See [`ConnectError`]; nothing was sent then.
    pub async fn open(account: &SmtpAccount, patience: &Patience) -> Result<Self, ConnectError> {
        let endpoint = &account.endpoint;
        if !is_helo_name(&account.helo_name) {
            return Err(ConnectError::Setting(
                "the EHLO name must be a host name or an address in brackets",
            ));
        }
        let mut wire = Wire::open(endpoint, patience.connect).await?;
        let greeting = read_reply(&mut wire, patience.command).await?;
        if greeting.code != 220 {
            let answer = greeting.answer();
            return Err(ConnectError::TurnedAway { answer });
        }
        let mut extensions = ehlo(&mut wire, account, patience).await?;
        if endpoint.security == Security::StartTls {
            if !extensions.start_tls {
                return Err(ConnectError::NoStartTls);
            }
            let leave = exchange(&mut wire, "STARTTLS", patience.command).await?;
            if leave.code != 220 {
                return Err(ConnectError::NoStartTls);
            }
            wire = wire.secure(endpoint, patience.connect).await?;
            // What the server said in plain text is forgotten (RFC 3207 section 4.2).
            extensions = ehlo(&mut wire, account, patience).await?;
        }
        if let Some(login) = &account.login {
            log_in(&mut wire, login, &extensions, patience).await?;
        }
        Ok(Self {
            wire: Some(wire),
            extensions,
            patience: *patience,
            last_used: Instant::now(),
            under_way: false,
        })
    }

    /// Whether another letter may be handed over.
    pub const fn is_usable(&self) -> bool {
        self.wire.is_some() && !self.under_way
    }

    /// Begins a dialogue. Replies to an abandoned one would answer for this one, so its wire goes.
    fn begin(&mut self) {
        if self.under_way {
            self.wire = None;
        }
        self.under_way = true;
    }

    /// Whether it is usable still: a connection that rested for a while is asked by RSET.
    pub async fn is_alive(&mut self) -> bool {
        if self.last_used.elapsed() <= self.patience.rest_max {
            return self.is_usable();
        }
        self.begin();
        let reply = self.say("RSET", self.patience.command).await;
        if !reply.is_ok_and(|reply| reply.is_done()) {
            self.wire = None;
        }
        self.under_way = false;
        self.is_usable()
    }

    /// Hands over one letter. A letter that fails once the server was spoken to leaves the
    /// connection unusable.
    pub async fn submit(&mut self, submission: &Submission) -> Outcome {
        self.begin();
        let outcome = match self.converse(submission).await {
            Ok(accepted) => accepted,
            Err(refused) => refused,
        };
        let untouched = match &outcome {
            Outcome::Accepted(_) => true,
            Outcome::Transient(r) | Outcome::Permanent(r) | Outcome::InDoubt(r) => {
                r.step == Step::Preparation
            }
        };
        if !untouched {
            if is_clean_refusal(&outcome) {
                // The two sides are in step: part politely, or servers count it against us.
                let _ = self.say("QUIT", self.patience.quit).await;
            }
            self.wire = None;
        }
        self.last_used = Instant::now();
        self.under_way = false;
        outcome
    }

    async fn converse(&mut self, submission: &Submission) -> Result<Outcome, Outcome> {
        let parameters = self.check(submission)?;
        let patience = self.patience;
        let from = path(&submission.envelope_from);
        let to = path(&submission.recipient);

        let mail = format!("MAIL FROM:<{from}>{parameters}");
        let reply = self.say(&mail, patience.command).await;
        expect(Step::Mail, reply, |r| r.is_done())?;
        let reply = self.say(&format!("RCPT TO:<{to}>"), patience.command).await;
        expect(Step::Rcpt, reply, |r| r.is_done())?;
        let reply = self.say("DATA", patience.data_start).await;
        expect(Step::Data, reply, |r| r.code == 354)?;

        let text = dot_stuffed(submission.octets.reveal());
        for block in text.chunks(BLOCK_OCTETS) {
            let written = self.write(block, patience.data_block).await;
            written.map_err(|fault| transient(Step::Text, &fault))?;
        }
        // From here on the server may have the letter.
        let written = self.write(b".\r\n", patience.data_block).await;
        written.map_err(|fault| in_doubt(&fault.to_string()))?;
        let reply = match self.wire.as_mut() {
            Some(wire) => read_reply(wire, patience.final_dot).await,
            None => Err(Fault::Wire(WireError::Closed)),
        };
        match reply {
            Err(fault) => Err(in_doubt(&fault.to_string())),
            Ok(reply) if reply.code / 100 == 3 => {
                Err(in_doubt("the reply to the final dot makes no sense"))
            }
            reply => expect(Step::Dot, reply, |r| r.is_done())
                .map(|reply| Outcome::Accepted(reply.answer())),
        }
    }

    /// What can be known to fail before a word is said; else the parameters of MAIL.
    fn check(&self, submission: &Submission) -> Result<String, Outcome> {
        let refuse = |reason: &str| {
            Err(Outcome::Permanent(Refusal {
                step: Step::Preparation,
                answer: None,
                reason: reason.to_owned(),
            }))
        };
        if !has_crlf_line_ends(submission.octets.reveal()) {
            return refuse("the letter has a line end that is not CRLF");
        }
        if self
            .extensions
            .size_max
            .is_some_and(|most| submission.octets.reveal().len() > most)
        {
            return refuse("the letter is larger than the server takes");
        }
        let mut parameters = String::new();
        let [from, to] = [&submission.envelope_from, &submission.recipient];
        if !from.local().is_ascii() || !to.local().is_ascii() {
            if !self.extensions.smtp_utf8 {
                return refuse(
                    "the address has letters beyond ASCII, and the server does not offer SMTPUTF8",
                );
            }
            parameters.push_str(" SMTPUTF8");
        }
        if !submission.octets.reveal().is_ascii() {
            if !self.extensions.eight_bit_mime {
                return refuse("the letter has 8-bit text, and the server does not offer 8BITMIME");
            }
            parameters.push_str(" BODY=8BITMIME");
        }
        Ok(parameters)
    }

    /// Says goodbye and closes; bounded.
    pub async fn quit(mut self) {
        self.begin();
        let _ = self.say("QUIT", self.patience.quit).await;
    }

    async fn say(&mut self, command: &str, limit: Duration) -> Result<Reply, Fault> {
        match self.wire.as_mut() {
            Some(wire) => exchange(wire, command, limit).await,
            None => Err(Fault::Wire(WireError::Closed)),
        }
    }

    async fn write(&mut self, octets: &[u8], limit: Duration) -> Result<(), Fault> {
        match self.wire.as_mut() {
            Some(wire) => Ok(wire.write(octets, limit).await?),
            None => Err(Fault::Wire(WireError::Closed)),
        }
    }
}

/// Whether the server said no in so many words and is still there.
fn is_clean_refusal(outcome: &Outcome) -> bool {
    match outcome {
        Outcome::Transient(refusal) | Outcome::Permanent(refusal) => {
            let code = refusal.answer.as_ref().map_or(0, |answer| answer.code);
            code >= 400 && code != 421
        }
        Outcome::Accepted(_) | Outcome::InDoubt(_) => false,
    }
}

/// A reply as this step wants it, or what its absence means before or at the final dot.
fn expect(
    step: Step,
    reply: Result<Reply, Fault>,
    wanted: impl Fn(&Reply) -> bool,
) -> Result<Reply, Outcome> {
    let reply = reply.map_err(|fault| transient(step, &fault))?;
    if wanted(&reply) {
        return Ok(reply);
    }
    let answer = reply.answer();
    let refusal = |reason: String| Refusal {
        step,
        answer: Some(answer.clone()),
        reason,
    };
    match reply.code / 100 {
        5 => Err(Outcome::Permanent(refusal(format!(
            "refused with {answer}"
        )))),
        4 => Err(Outcome::Transient(refusal(format!(
            "put off with {answer}"
        )))),
        // A positive reply that does not fit: the two sides are out of step.
        _ => Err(Outcome::Transient(refusal(format!(
            "out of step: {answer} is no answer to this"
        )))),
    }
}

fn transient(step: Step, fault: &Fault) -> Outcome {
    Outcome::Transient(Refusal {
        step,
        answer: None,
        reason: fault.to_string(),
    })
}

fn in_doubt(reason: &str) -> Outcome {
    Outcome::InDoubt(Refusal {
        step: Step::Dot,
        answer: None,
        reason: reason.to_owned(),
    })
}

async fn ehlo(
    wire: &mut Wire,
    account: &SmtpAccount,
    patience: &Patience,
) -> Result<Extensions, ConnectError> {
    let name = &account.helo_name;
    let reply = exchange(wire, &format!("EHLO {name}"), patience.command).await?;
    if reply.is_done() {
        return Ok(Extensions::of(&reply));
    }
    Err(ConnectError::EhloRefused {
        name: name.clone(),
        answer: reply.answer(),
    })
}

/// An address as a path: the local part as written, the domain as A-labels.
fn path(address: &Address) -> String {
    format!("{}@{}", address.local(), address.domain())
}

fn is_helo_name(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= 255
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-._[]:".contains(&b))
}

/// Whether every line end is CRLF; a stray CR or LF could be read as the end of the letter by one
/// server and not by the next.
fn has_crlf_line_ends(octets: &[u8]) -> bool {
    let mut previous = b'\n';
    for octet in octets {
        if (*octet == b'\n') != (previous == b'\r') && (*octet == b'\n' || previous == b'\r') {
            return false;
        }
        previous = *octet;
    }
    previous != b'\r'
}

/// The letter as it goes over the wire without its final dot: a dot in front of every line that
/// begins with one (RFC 5321 section 4.5.2), a line end at the end.
fn dot_stuffed(octets: &[u8]) -> Vec<u8> {
    let mut stuffed = Vec::with_capacity(octets.len() + 64);
    for line in octets.split_inclusive(|b| *b == b'\n') {
        if line.first() == Some(&b'.') {
            stuffed.push(b'.');
        }
        stuffed.extend_from_slice(line);
    }
    if stuffed.last().is_some_and(|b| *b != b'\n') {
        stuffed.extend_from_slice(b"\r\n");
    }
    stuffed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_begin_with_a_dot_get_another() {
        assert_eq!(dot_stuffed(b".a\r\n..\r\nb."), b"..a\r\n...\r\nb.\r\n");
        assert_eq!(dot_stuffed(b"a\r\n"), b"a\r\n");
        assert_eq!(dot_stuffed(b""), b"");
    }

    #[test]
    fn a_stray_line_end_is_noticed() {
        for good in ["", "a\r\n", "a\r\n\r\nb", "a"] {
            assert!(has_crlf_line_ends(good.as_bytes()), "{good:?}");
        }
        for bad in ["\n", "a\n.\n", "a\rb", "a\r", "a\r\r\n", "a\r\n\n"] {
            assert!(!has_crlf_line_ends(bad.as_bytes()), "{bad:?}");
        }
    }

    #[test]
    fn an_ehlo_name_cannot_smuggle_a_command() {
        assert!(is_helo_name("mail.example.com") && is_helo_name("[127.0.0.1]"));
        assert!(!is_helo_name("a\r\nMAIL FROM:<x@y>") && !is_helo_name("") && !is_helo_name("a b"));
    }
}
