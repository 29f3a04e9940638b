//! Troubles on order: what should go wrong, where, and how often.
//!
//! A `Fault` names one point of a conversation and what happens there. The first fault that fits
//! is met and counted down; with no count it stays for good. Lies (garbage, wrong tags) are not
//! offered: a scripted socket in the test does that better.

use crate::words::address::Address;
use std::time::Duration;

/// A point in an SMTP or IMAP conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FaultPoint {
    /// A connection to the submission port, before its greeting.
    SmtpConnect,
    /// EHLO or HELO.
    Ehlo,
    /// AUTH, however right the password.
    Auth,
    /// MAIL FROM.
    Mail,
    /// RCPT TO for this address.
    Rcpt(String),
    /// DATA, before any text is sent.
    Data,
    /// The final dot, and the message is not taken.
    Dot,
    /// After the final dot: the message was taken and delivered, and its reply is at stake.
    AfterDot,
    /// A connection to the IMAP port, before its greeting.
    ImapConnect,
    /// LOGIN or AUTHENTICATE, however right the password.
    ImapLogin,
    /// This IMAP command ("FETCH", "IDLE"; a leading "UID " is ignored), before anything is done.
    ImapCommand(String),
    /// This IMAP command, done and its data sent: the tagged line is at stake.
    ImapReply(String),
    /// News that is about to be pushed during IDLE.
    ImapPush,
}

impl FaultPoint {
    /// Whether a fault ordered for `self` fits the place `here`.
    fn fits(&self, here: &Self) -> bool {
        match (self, here) {
            (Self::Rcpt(a), Self::Rcpt(b)) => match (Address::parse(a), Address::parse(b)) {
                (Ok(a), Ok(b)) => a == b,
                _ => a == b,
            },
            (Self::ImapCommand(a), Self::ImapCommand(b))
            | (Self::ImapReply(a), Self::ImapReply(b)) => plain_name(a) == plain_name(b),
            (a, b) => a == b,
        }
    }
}

/// What happens at a point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// A refusal. SMTP answers `code text`; IMAP answers `NO text` (the code is not used), or BYE
    /// where a greeting is due. At [`FaultPoint::ImapPush`] the news is merely kept back.
    Refuse {
        /// SMTP reply code (RFC 5321 section 4.2); 421 closes the connection as well.
        code: u16,
        /// The text behind it, best with an enhanced status code (RFC 3463).
        text: String,
    },
    /// The connection is closed without a word. At [`FaultPoint::ImapReply`] the data go out whole
    /// and only the tagged line is missing.
    Drop,
    /// At [`FaultPoint::ImapReply`]: the data break off half way, inside a literal as a rule, and
    /// the connection is closed. Elsewhere the same as [`Trouble::Drop`].
    BreakOff,
    /// All goes well, but only after this time.
    Delay(Duration),
    /// The connection stays open and nothing is ever said on it again. At
    /// [`FaultPoint::ImapPush`] the news is merely kept back.
    Silence,
}

impl Trouble {
    /// A refusal with this code and text.
    pub fn refuse(code: u16, text: &str) -> Self {
        Self::Refuse {
            code,
            text: text.to_owned(),
        }
    }
}

/// One trouble on order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where it happens.
    pub when: FaultPoint,
    /// What happens.
    pub what: Trouble,
    /// How often; `None` is for good.
    pub times: Option<u32>,
}

/// All troubles on order, and how many were met.
#[derive(Clone, Debug, Default)]
pub(super) struct FaultBook {
    orders: Vec<Fault>,
    met: u32,
}

impl FaultBook {
    pub(super) fn order(&mut self, fault: Fault) {
        self.orders.push(fault);
    }

    pub(super) fn clear(&mut self) {
        self.orders.clear();
    }

    pub(super) const fn met(&self) -> u32 {
        self.met
    }

    /// The trouble at this point, counted down.
    pub(super) fn meet(&mut self, here: &FaultPoint) -> Option<Trouble> {
        let fault = self
            .orders
            .iter_mut()
            .find(|f| f.when.fits(here) && f.times != Some(0))?;
        fault.times = fault.times.map(|n| n.saturating_sub(1));
        self.met = self.met.saturating_add(1);
        Some(fault.what.clone())
    }
}

fn plain_name(command: &str) -> String {
    let upper = command.trim().to_ascii_uppercase();
    upper.strip_prefix("UID ").unwrap_or(&upper).to_owned()
}
