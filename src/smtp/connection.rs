//! One owned SMTP connection: opening, logging in, handing over letters, leaving.
//!
//! lettre says the commands one by one, each with its reply and its limit. After anything but a
//! clean exchange the wire is dropped at once and the connection is of no further use. Passwords go
//! out only under TLS or on loopback, and are never logged. STARTTLS ends one lettre connection and
//! begins another: lettre's own keeps what came before the handshake and believes it after.

use super::fault::{ConnectError, Fault};
use super::greeting::Extensions;
use super::guard::{Guard, Limits};
use super::login::log_in;
use super::reply::Reply;
use super::speaker::Speaker;
use super::{Outcome, Patience, Refusal, SmtpAccount, Step, Submission};
use crate::wire::{Wire, WireError};
use crate::words::address::Address;
use crate::words::endpoint::Security;
use lettre::transport::smtp::commands::{Data, Mail, Quit, Rcpt, Rset, Starttls};
use lettre::transport::smtp::extension::{MailBodyParameter, MailParameter};
use std::fmt;
use std::time::Duration;
use tokio::time::Instant;

/// A connection that is logged in.
#[derive(Debug)]
pub struct Connection {
    speaker: Speaker,
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
        let name = &account.helo_name;
        let limits = limits(patience, patience.command, patience.command);
        let wire = Wire::open(endpoint, patience.connect).await?;
        let (mut speaker, mut extensions) = Speaker::greeted(wire, limits, name).await?;
        if endpoint.security == Security::StartTls {
            if !extensions.start_tls {
                return Err(ConnectError::NoStartTls);
            }
            let leave = speaker.say(Starttls).await?;
            if leave.code != 220 {
                return Err(ConnectError::NoStartTls);
            }
            let wire = speaker.guard.take_wire().ok_or(WireError::Closed)?;
            let wire = wire.secure(endpoint, patience.connect).await?;
            // What the server said in plain text is forgotten (RFC 3207 section 4.2).
            (speaker, extensions) = Speaker::introduced(Guard::new(wire, limits), name).await?;
        }
        if let Some(login) = &account.login {
            log_in(&mut speaker, login, &extensions).await?;
        }
        Ok(Self {
            speaker,
            extensions,
            patience: *patience,
            last_used: Instant::now(),
            under_way: false,
        })
    }

    /// Whether another letter may be handed over.
    pub fn is_usable(&self) -> bool {
        self.speaker.guard.is_open() && !self.under_way
    }

    /// Begins a dialogue. Replies to an abandoned one would answer for this one, so its wire goes.
    fn begin(&mut self) {
        if self.under_way {
            self.hang_up();
        }
        self.under_way = true;
    }

    /// Drops the wire at once.
    fn hang_up(&mut self) {
        self.speaker.guard.take_wire();
    }

    /// Whether it is usable still: a connection that rested for a while is asked by RSET.
    pub async fn is_alive(&mut self) -> bool {
        if self.last_used.elapsed() <= self.patience.rest_max {
            return self.is_usable();
        }
        self.begin();
        let reply = self.say(Rset, self.patience.command).await;
        if !reply.is_ok_and(|reply| reply.is_done()) {
            self.hang_up();
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
                let _ = self.say(Quit, self.patience.quit).await;
            }
            self.hang_up();
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

        let mail = Mail::new(Some(from), parameters);
        let reply = self.say(mail, patience.command).await;
        expect(Step::Mail, reply, |r| r.is_done())?;
        let reply = self.say(Rcpt::new(to, Vec::new()), patience.command).await;
        expect(Step::Rcpt, reply, |r| r.is_done())?;
        let reply = self.say(Data, patience.data_start).await;
        expect(Step::Data, reply, |r| r.code == 354)?;

        let limits = limits(&patience, patience.data_block, patience.final_dot);
        self.speaker.guard.limit(limits);
        let reply = self.speaker.hand_over(submission.octets.reveal()).await;
        match reply {
            // From the final dot on the server may have the letter.
            Err(fault) if self.speaker.guard.is_dot_offered() => Err(in_doubt(&fault.to_string())),
            Err(fault) => Err(transient(Step::Text, &fault)),
            Ok(reply) if reply.code / 100 == 3 => {
                Err(in_doubt("the reply to the final dot makes no sense"))
            }
            reply => expect(Step::Dot, reply, |r| r.is_done())
                .map(|reply| Outcome::Accepted(reply.answer())),
        }
    }

    /// What can be known to fail before a word is said; else the parameters of MAIL.
    fn check(&self, submission: &Submission) -> Result<Vec<MailParameter>, Outcome> {
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
        let mut parameters = Vec::new();
        let [from, to] = [&submission.envelope_from, &submission.recipient];
        if !from.local().is_ascii() || !to.local().is_ascii() {
            if !self.extensions.smtp_utf8 {
                return refuse(
                    "the address has letters beyond ASCII, and the server does not offer SMTPUTF8",
                );
            }
            parameters.push(MailParameter::SmtpUtfEight);
        }
        if !submission.octets.reveal().is_ascii() {
            if !self.extensions.eight_bit_mime {
                return refuse("the letter has 8-bit text, and the server does not offer 8BITMIME");
            }
            parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
        }
        Ok(parameters)
    }

    /// Says goodbye and closes; bounded.
    pub async fn quit(mut self) {
        self.begin();
        let _ = self.say(Quit, self.patience.quit).await;
    }

    async fn say(&mut self, command: impl fmt::Display, limit: Duration) -> Result<Reply, Fault> {
        let limits = limits(&self.patience, limit, limit);
        self.speaker.guard.limit(limits);
        self.speaker.say(command).await
    }
}

/// The limits of an exchange.
const fn limits(patience: &Patience, write: Duration, reply: Duration) -> Limits {
    Limits {
        write,
        reply,
        quit: patience.quit,
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

/// An address as a path: the local part as written, the domain as A-labels. Unchecked by lettre:
/// ours holds no blank, control or bracket, and lettre refuses some that servers take.
fn path(address: &Address) -> lettre::Address {
    lettre::Address::new_dangerous(address.local(), address.domain())
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

#[cfg(test)]
mod tests {
    use super::*;

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
