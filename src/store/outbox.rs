//! The outbox: submissions and the states they pass through, written down like qmail's.
//!
//! ```text
//! S1 queued ──> S2 claimed ──> S3 accepted      (250: the server has it)
//!  │  ^            │  └──────> S4 failed        (5xx, or no answer for four days)
//!  │  └── deferred ┘           in doubt: S2 that a start finds, or a lost reply
//!  └─────────────────────────> S5 withdrawn     (consent gone, too late, over a ceiling)
//! ```
//!
//! Each step takes a row and gives the next one; nothing here reads a clock, a socket or the store.
//! The attempt is counted before it is made, the message stays the same octets under the same
//! Message-ID through every attempt, and it goes from the disk's live rows at S3, S4 and S5.
//! The one window that SMTP leaves open (RFC 1047) is S2 in doubt: it is looked up in the account's
//! sent mail where there is one, and else sent again, as the same message.

use super::batch::Batch;
use super::key::{Key, Shelf};
use super::row::{self, RowError};
use crate::keyring::Owner;
use crate::words::confidential::Confidential;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use std::fmt;
use thiserror::Error;

/// Waits before the next attempt, in minutes; the last one holds for all that follow.
pub const RETRY_MINUTES: [i64; 7] = [1, 5, 15, 30, 60, 120, 240];
/// A wait is made shorter or longer by up to this share.
pub const JITTER: f64 = 0.2;
/// After this time in the outbox the next deferral is a failure (RFC 5321 section 4.5.4.1).
pub const GIVE_UP_AFTER: TimeDelta = TimeDelta::days(4);
/// When to look for a message in doubt, in seconds after the doubt began.
pub const LOOK_SECONDS: [i64; 3] = [0, 30, 300];

/// Where a submission stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Submission {
    /// S1: to be sent when its time has come.
    Queued,
    /// S2: an attempt is being made, or its end is unknown.
    Claimed {
        /// Set once the end of the attempt is unknown.
        doubt: Option<Doubt>,
    },
    /// S3: the server has taken it.
    Accepted {
        /// When that was known.
        #[serde(with = "row::moment")]
        at: DateTime<Utc>,
    },
    /// S4: it will not be sent.
    Failed {
        /// When that was known.
        #[serde(with = "row::moment")]
        at: DateTime<Utc>,
        /// Why.
        why: Failure,
    },
    /// S5: it must not be sent any more.
    Withdrawn {
        /// When that was known.
        #[serde(with = "row::moment")]
        at: DateTime<Utc>,
        /// Why.
        why: Withdrawal,
    },
}

/// An attempt whose end is unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Doubt {
    /// When it became unknown.
    #[serde(with = "row::moment")]
    pub since: DateTime<Utc>,
    /// How often it was looked for in vain.
    pub looks: u32,
}

/// Why a submission failed for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Failure {
    /// The server said 5xx; the code is in `last_reply`.
    Refused,
    /// Four days of trying.
    GaveUp,
    /// It cannot be sent by this server at all (SMTPUTF8, size).
    Unsendable,
}

/// Why a submission was withdrawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Withdrawal {
    /// The recipient has said stop, or the pairing has ended.
    NoConsent,
    /// Its use-by has passed.
    Late,
    /// The recipient or the day has had enough mail.
    Ceiling,
    /// Something newer says it better.
    Superseded,
    /// A rehearsal writes to its own recipients only.
    NotRehearsed,
    /// It may have been sent between a backup and its restoring, and there is no sent mail to look
    /// into.
    Restored,
}

/// Why an attempt is to be made again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deferral {
    /// The server said 4xx.
    Reply(u16),
    /// No connection, no TLS, no login; nothing was handed over.
    Unreachable,
}

/// What claiming came to.
#[derive(Clone, Debug)]
pub enum Claim {
    /// Commit this row, then make the attempt.
    Claimed(OutboxRow),
    /// Not before this moment.
    Wait(DateTime<Utc>),
    /// Too late: commit this row instead.
    Withdrawn(OutboxRow),
}

/// A step that the state does not allow.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("outbox row {row}: {step} does not follow {state:?}")]
pub struct WrongStep {
    row: u64,
    step: &'static str,
    state: Submission,
}

/// One submission.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutboxRow {
    /// Its number; never used twice.
    pub row: u64,
    /// Where it stands.
    pub state: Submission,
    /// What kind of letter it is.
    pub kind: String,
    /// Whom it goes to.
    pub person: u64,
    /// The pairing it belongs to, if to one.
    pub pairing: Option<u64>,
    /// Envelope recipient (RFC 5321 forward-path).
    pub recipient: String,
    /// Envelope originator (RFC 5321 reverse-path).
    pub reverse_path: String,
    /// Its Message-ID, without angle brackets.
    pub message_id: String,
    /// What caused it: the same cause makes no second row.
    pub effect_key: String,
    /// Which consent it needs at the moment of sending.
    pub consent: String,
    /// When it was queued.
    #[serde(with = "row::moment")]
    pub queued_at: DateTime<Utc>,
    /// From when on it is of no use.
    #[serde(with = "row::moment")]
    pub use_by: DateTime<Utc>,
    /// Not to be tried before.
    #[serde(with = "row::moment")]
    pub not_before: DateTime<Utc>,
    /// Attempts begun.
    pub attempts: u32,
    /// The server's last reply code (RFC 5321 section 4.2); never its text.
    pub last_reply: Option<u16>,
}

/// What a row of version 1 held besides.
#[derive(Deserialize)]
struct Whole {
    #[serde(default, with = "row::octets")]
    message: Option<Confidential<Vec<u8>>>,
}

impl fmt::Debug for OutboxRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            row, state, kind, ..
        } = self;
        write!(
            f,
            "OutboxRow {{ {row}, {kind}, {state:?}, {} attempts }}",
            self.attempts
        )
    }
}

/// Where a live row stands (S1, S2); all of them on `Key::on(Shelf::Outbox)`.
pub fn live(row: u64) -> Key {
    Key::on(Shelf::Outbox).number(row)
}

/// Where a row stands once it came to an end (S3, S4, S5).
pub fn ended(row: u64) -> Key {
    Key::on(Shelf::Submitted).number(row)
}

/// Where the message of a live row stands, as it goes out, to the last octet. It is kept apart from the
/// row, so that a look at all that waits reads no letter.
pub fn message(row: u64) -> Key {
    Key::on(Shelf::OutboxMessage).number(row)
}

/// Where the number of the row stands that an effect made, by the digest of its effect key.
pub fn of_effect(digest: [u8; 16]) -> Key {
    Key::on(Shelf::Effect).digest(digest)
}

impl OutboxRow {
    /// Reads a row from its record.
    ///
    /// # Errors
    /// If it is damaged, or of a newer version.
    pub fn read(record: &[u8]) -> Result<Self, RowError> {
        row::read(record)
    }

    /// Writes a new row with its message, and the mark of its effect by the digest of its effect key.
    ///
    /// # Errors
    /// None that a row can cause.
    pub fn queue(
        &self,
        message: Vec<u8>,
        effect: [u8; 16],
        batch: &mut Batch,
    ) -> Result<(), RowError> {
        batch.put(
            of_effect(effect),
            Owner::House,
            self.row.to_be_bytes().to_vec(),
        );
        if !self.has_ended() {
            self.put_message(message, batch);
        }
        self.write(batch)
    }

    fn put_message(&self, message: Vec<u8>, batch: &mut Batch) {
        batch.put(self::message(self.row), self.owner(), message);
    }

    /// Brings a live row of a store of version 1, in which the message was a field of it, to where both
    /// stand now.
    ///
    /// # Errors
    /// If the record is damaged.
    pub fn take_apart(record: &[u8], batch: &mut Batch) -> Result<(), RowError> {
        let Whole { message } = row::read(record)?;
        let row = Self::read(record)?;
        if let Some(message) = message {
            row.put_message(message.into_revealed(), batch);
        }
        row.write(batch)
    }

    /// Writes the row where its state belongs; once it came to an end, its message goes.
    ///
    /// # Errors
    /// None that a row can cause.
    pub fn write(&self, batch: &mut Batch) -> Result<(), RowError> {
        let record = row::write(self)?;
        if self.has_ended() {
            batch.delete(live(self.row));
            batch.delete(message(self.row));
            batch.put(ended(self.row), self.owner(), record);
        } else {
            batch.put(live(self.row), self.owner(), record);
        }
        Ok(())
    }

    /// Whose key seals it.
    pub const fn owner(&self) -> Owner {
        match self.pairing {
            Some(pairing) => Owner::Pairing(pairing),
            None => Owner::Person(self.person),
        }
    }

    /// Whether nothing more will happen to it.
    pub const fn has_ended(&self) -> bool {
        matches!(
            self.state,
            Submission::Accepted { .. } | Submission::Failed { .. } | Submission::Withdrawn { .. }
        )
    }

    /// S1 to S2, if its time has come; S5 if that is over. Consent and ceilings are the caller's to
    /// check first. The attempt is counted here, before it is made.
    ///
    /// # Errors
    /// If it is not queued.
    pub fn claim(&self, now: DateTime<Utc>) -> Result<Claim, WrongStep> {
        self.allow("claimed", self.state == Submission::Queued)?;
        if now >= self.use_by {
            return Ok(Claim::Withdrawn(self.withdrawn(Withdrawal::Late, now)?));
        }
        if now < self.not_before {
            return Ok(Claim::Wait(self.not_before));
        }
        let mut next = self.with(Submission::Claimed { doubt: None });
        next.attempts = self.attempts.saturating_add(1);
        Ok(Claim::Claimed(next))
    }

    /// S2 to S3: the server said 2xx after the final dot.
    ///
    /// # Errors
    /// If it is not claimed.
    pub fn accepted(&self, reply: u16, now: DateTime<Utc>) -> Result<Self, WrongStep> {
        self.allow("accepted", self.is_claimed())?;
        let mut next = self.with(Submission::Accepted { at: now });
        next.last_reply = Some(reply);
        Ok(next)
    }

    /// S2 back to S1 with a wait, or to S4 once four days are over. `jitter` is random in 0..1.
    ///
    /// # Errors
    /// If it is not claimed, or in doubt: what may have been accepted is looked for first.
    pub fn deferred(
        &self,
        why: Deferral,
        now: DateTime<Utc>,
        jitter: f64,
    ) -> Result<Self, WrongStep> {
        self.allow("deferred", self.is_attempted())?;
        let mut next = self.with(Submission::Queued);
        if let Deferral::Reply(code) = why {
            next.last_reply = Some(code);
        }
        if now >= self.queued_at + GIVE_UP_AFTER {
            let why = Failure::GaveUp;
            return Ok(next.with(Submission::Failed { at: now, why }));
        }
        next.not_before = now + wait(self.attempts, jitter);
        Ok(next)
    }

    /// S2 to S4: the server said 5xx, or can never take it.
    ///
    /// # Errors
    /// If it is not claimed, or in doubt.
    pub fn failed(
        &self,
        why: Failure,
        reply: Option<u16>,
        now: DateTime<Utc>,
    ) -> Result<Self, WrongStep> {
        self.allow("failed", self.is_attempted())?;
        let mut next = self.with(Submission::Failed { at: now, why });
        next.last_reply = reply.or(self.last_reply);
        Ok(next)
    }

    /// S1 to S5.
    ///
    /// # Errors
    /// If it is not queued: what may be on its way cannot be called back.
    pub fn withdrawn(&self, why: Withdrawal, now: DateTime<Utc>) -> Result<Self, WrongStep> {
        self.allow("withdrawn", self.state == Submission::Queued)?;
        Ok(self.with(Submission::Withdrawn { at: now, why }))
    }

    /// S2 stays S2, in doubt from now on: the reply was lost, or a start found it claimed. A doubt
    /// that stands already goes on from where it is.
    ///
    /// # Errors
    /// If it is not claimed.
    pub fn in_doubt(&self, now: DateTime<Utc>) -> Result<Self, WrongStep> {
        self.allow("in doubt", self.is_claimed())?;
        if matches!(self.state, Submission::Claimed { doubt: Some(_) }) {
            return Ok(self.clone());
        }
        let doubt = Some(Doubt {
            since: now,
            looks: 0,
        });
        Ok(self.with(Submission::Claimed { doubt }))
    }

    /// Since when it is in doubt; `None` if it is in none.
    pub const fn doubted_since(&self) -> Option<DateTime<Utc>> {
        match self.state {
            Submission::Claimed { doubt: Some(doubt) } => Some(doubt.since),
            _ => None,
        }
    }

    /// When to look for a message in doubt; `None` if it is in no doubt.
    pub fn look_at(&self) -> Option<DateTime<Utc>> {
        let Submission::Claimed { doubt: Some(doubt) } = self.state else {
            return None;
        };
        let seconds = LOOK_SECONDS.get(doubt.looks as usize).copied();
        Some(doubt.since + TimeDelta::seconds(seconds.unwrap_or_default()))
    }

    /// It was looked for and is not there: in doubt until the next look; after the last one S1, to
    /// be sent again at once as the same message.
    ///
    /// # Errors
    /// If it is in no doubt.
    pub fn not_found(&self, now: DateTime<Utc>) -> Result<Self, WrongStep> {
        let Submission::Claimed { doubt: Some(doubt) } = self.state else {
            return Err(self.wrong("not found"));
        };
        let looks = doubt.looks.saturating_add(1);
        if (looks as usize) < LOOK_SECONDS.len() {
            let doubt = Some(Doubt { looks, ..doubt });
            return Ok(self.with(Submission::Claimed { doubt }));
        }
        self.resend(now)
    }

    /// S2 in doubt to S1, where there is no sent mail to look into.
    ///
    /// # Errors
    /// If it is in no doubt.
    pub fn resend(&self, now: DateTime<Utc>) -> Result<Self, WrongStep> {
        self.allow("resent", self.look_at().is_some())?;
        let mut next = self.with(Submission::Queued);
        next.not_before = now;
        Ok(next)
    }

    /// S2 in doubt to S3: it stands in the account's sent mail.
    ///
    /// # Errors
    /// If it is in no doubt.
    pub fn found(&self, now: DateTime<Utc>) -> Result<Self, WrongStep> {
        self.allow("found", self.look_at().is_some())?;
        Ok(self.with(Submission::Accepted { at: now }))
    }

    const fn is_claimed(&self) -> bool {
        matches!(self.state, Submission::Claimed { .. })
    }

    const fn is_attempted(&self) -> bool {
        matches!(self.state, Submission::Claimed { doubt: None })
    }

    fn with(&self, state: Submission) -> Self {
        Self {
            state,
            ..self.clone()
        }
    }

    fn allow(&self, step: &'static str, allowed: bool) -> Result<(), WrongStep> {
        if allowed {
            Ok(())
        } else {
            Err(self.wrong(step))
        }
    }

    const fn wrong(&self, step: &'static str) -> WrongStep {
        WrongStep {
            row: self.row,
            step,
            state: self.state,
        }
    }
}

/// The wait after the given number of attempts.
fn wait(attempts: u32, jitter: f64) -> TimeDelta {
    let step = (attempts.saturating_sub(1) as usize).min(RETRY_MINUTES.len() - 1);
    let minutes = RETRY_MINUTES.get(step).copied().unwrap_or(240);
    let share = 1.0 - JITTER + 2.0 * JITTER * jitter.clamp(0.0, 1.0);
    TimeDelta::seconds((minutes as f64 * 60.0 * share) as i64)
}

#[cfg(test)]
mod tests;
