//! The outbox: submissions and the states they pass through, written down like qmail's.
//!
//!     S1 queued ──> S2 claimed ──> S3 accepted      (250: the server has it)
//!      │  ^            │  └──────> S4 failed        (5xx, or no answer for four days)
//!      │  └── deferred ┘           in doubt: S2 that a start finds, or a lost reply
//!      └─────────────────────────> S5 withdrawn     (consent gone, too late, over a ceiling)
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
    /// The message as it goes out, to the last octet; `None` once it came to an end.
    #[serde(with = "row::octets")]
    pub message: Option<Confidential<Vec<u8>>>,
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

    /// Writes a new row and the mark of its effect, by the digest of its effect key.
    ///
    /// # Errors
    /// None that a row can cause.
    pub fn queue(&self, effect: [u8; 16], batch: &mut Batch) -> Result<(), RowError> {
        batch.put(
            of_effect(effect),
            Owner::House,
            self.row.to_be_bytes().to_vec(),
        );
        self.write(batch)
    }

    /// Writes the row where its state belongs.
    ///
    /// # Errors
    /// None that a row can cause.
    pub fn write(&self, batch: &mut Batch) -> Result<(), RowError> {
        let record = row::write(self)?;
        if self.has_ended() {
            batch.delete(live(self.row));
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
        self.expect("claimed", self.state == Submission::Queued)?;
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
        self.expect("accepted", self.is_claimed())?;
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
        self.expect("deferred", self.is_attempted())?;
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
        self.expect("failed", self.is_attempted())?;
        let mut next = self.with(Submission::Failed { at: now, why });
        next.last_reply = reply.or(self.last_reply);
        Ok(next)
    }

    /// S1 to S5.
    ///
    /// # Errors
    /// If it is not queued: what may be on its way cannot be called back.
    pub fn withdrawn(&self, why: Withdrawal, now: DateTime<Utc>) -> Result<Self, WrongStep> {
        self.expect("withdrawn", self.state == Submission::Queued)?;
        Ok(self.with(Submission::Withdrawn { at: now, why }))
    }

    /// S2 stays S2, in doubt from now on: the reply was lost, or a start found it claimed. A doubt
    /// that stands already goes on from where it is.
    ///
    /// # Errors
    /// If it is not claimed.
    pub fn in_doubt(&self, now: DateTime<Utc>) -> Result<Self, WrongStep> {
        self.expect("in doubt", self.is_claimed())?;
        if matches!(self.state, Submission::Claimed { doubt: Some(_) }) {
            return Ok(self.clone());
        }
        let doubt = Some(Doubt {
            since: now,
            looks: 0,
        });
        Ok(self.with(Submission::Claimed { doubt }))
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
        self.expect("resent", self.look_at().is_some())?;
        let mut next = self.with(Submission::Queued);
        next.not_before = now;
        Ok(next)
    }

    /// S2 in doubt to S3: it stands in the account's sent mail.
    ///
    /// # Errors
    /// If it is in no doubt.
    pub fn found(&self, now: DateTime<Utc>) -> Result<Self, WrongStep> {
        self.expect("found", self.look_at().is_some())?;
        Ok(self.with(Submission::Accepted { at: now }))
    }

    const fn is_claimed(&self) -> bool {
        matches!(self.state, Submission::Claimed { .. })
    }

    const fn is_attempted(&self) -> bool {
        matches!(self.state, Submission::Claimed { doubt: None })
    }

    fn with(&self, state: Submission) -> Self {
        let mut next = Self {
            state,
            ..self.clone()
        };
        if next.has_ended() {
            next.message = None;
        }
        next
    }

    fn expect(&self, step: &'static str, allowed: bool) -> Result<(), WrongStep> {
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
mod tests {
    use super::*;

    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::minutes(minutes)
    }

    fn row() -> OutboxRow {
        OutboxRow {
            row: 7,
            state: Submission::Queued,
            kind: "reminder".into(),
            person: 5,
            pairing: Some(9),
            recipient: "ben@example.com".into(),
            reverse_path: "lunch@example.com".into(),
            message: Some(b"Subject: lunch\r\n\r\n\xffTomorrow.".to_vec().into()),
            message_id: "abc@example.com".into(),
            effect_key: "reminder|9|5|2026-11-22".into(),
            consent: "member".into(),
            queued_at: at(0),
            use_by: at(60 * 24 * 30),
            not_before: at(0),
            attempts: 0,
            last_reply: None,
        }
    }

    fn claimed(row: &OutboxRow, now: DateTime<Utc>) -> OutboxRow {
        match row.claim(now).unwrap() {
            Claim::Claimed(row) => row,
            other => panic!("not claimed: {other:?}"),
        }
    }

    #[test]
    fn a_row_survives_its_record_and_never_prints_the_recipient() {
        let mut states = vec![row(), claimed(&row(), at(0))];
        states.push(states[1].in_doubt(at(1)).unwrap());
        states.push(states[1].accepted(250, at(1)).unwrap());
        states.push(
            states[1]
                .failed(Failure::Refused, Some(550), at(1))
                .unwrap(),
        );
        states.push(row().withdrawn(Withdrawal::Ceiling, at(1)).unwrap());
        for state in states {
            let record = row::write(&state).unwrap();
            assert!(record.starts_with(b"{\"v\":1,"));
            assert_eq!(OutboxRow::read(&record).unwrap(), state);
            assert!(!format!("{state:?}").contains("ben"));
            assert_eq!(state.message.is_none(), state.has_ended());
        }
    }

    #[test]
    fn retries_follow_the_schedule_until_four_days_are_over() {
        let mut row = row();
        let mut now = at(0);
        let mut waits = Vec::new();
        loop {
            row = claimed(&row, now)
                .deferred(Deferral::Reply(451), now, 0.5)
                .unwrap();
            if row.has_ended() {
                break;
            }
            waits.push((row.not_before - now).num_minutes());
            assert!(matches!(row.claim(now).unwrap(), Claim::Wait(_)));
            now = row.not_before;
        }
        assert_eq!(waits[..8], [1, 5, 15, 30, 60, 120, 240, 240]);
        assert!(waits[6..].iter().all(|wait| *wait == 240));
        assert!(now >= at(4 * 24 * 60) && now < at(4 * 24 * 60 + 240));
        let why = Failure::GaveUp;
        assert_eq!(row.state, Submission::Failed { at: now, why });
        assert_eq!(
            (row.attempts as usize, row.last_reply),
            (waits.len() + 1, Some(451))
        );
        assert_eq!(row.message, None);
    }

    #[test]
    fn jitter_stays_within_a_fifth() {
        let deferred = |jitter| {
            let next = claimed(&row(), at(0)).deferred(Deferral::Unreachable, at(0), jitter);
            (next.unwrap().not_before - at(0)).num_seconds()
        };
        assert_eq!(
            [0.0, 0.5, 1.0, 9.0, -1.0].map(deferred),
            [48, 60, 72, 72, 48]
        );
    }

    #[test]
    fn what_is_too_late_is_withdrawn_when_it_is_claimed() {
        let late = OutboxRow {
            use_by: at(10),
            ..row()
        };
        assert!(matches!(late.claim(at(9)).unwrap(), Claim::Claimed(_)));
        let Claim::Withdrawn(gone) = late.claim(at(10)).unwrap() else {
            panic!("a late row was not withdrawn");
        };
        let why = Withdrawal::Late;
        assert_eq!(gone.state, Submission::Withdrawn { at: at(10), why });
        assert_eq!(gone.message, None);
    }

    #[test]
    fn doubt_is_looked_up_three_times_and_then_sent_again_the_same() {
        let doubt = claimed(&row(), at(0)).in_doubt(at(1)).unwrap();
        assert_eq!(doubt.look_at(), Some(at(1)));
        assert_eq!(
            doubt.found(at(2)).unwrap().state,
            Submission::Accepted { at: at(2) }
        );
        let second = doubt.not_found(at(1)).unwrap();
        assert_eq!(second.look_at(), Some(at(1) + TimeDelta::seconds(30)));
        // Another start in between does not begin the looking again.
        assert_eq!(second.in_doubt(at(3)).unwrap(), second);
        let third = second.not_found(at(2)).unwrap();
        assert_eq!(third.look_at(), Some(at(1) + TimeDelta::seconds(300)));
        let again = third.not_found(at(6)).unwrap();
        assert_eq!((again.state, again.not_before), (Submission::Queued, at(6)));
        assert_eq!(
            (&again.message, &again.message_id),
            (&row().message, &row().message_id)
        );
        assert_eq!(doubt.resend(at(6)).unwrap(), again);
    }

    #[test]
    fn every_step_from_every_state_is_allowed_or_refused_as_drawn() {
        let s1 = row();
        let s2 = claimed(&s1, at(0));
        let doubt = s2.in_doubt(at(0)).unwrap();
        let s3 = s2.accepted(250, at(0)).unwrap();
        let s4 = s2.failed(Failure::Refused, Some(550), at(0)).unwrap();
        let s5 = s1.withdrawn(Withdrawal::NoConsent, at(0)).unwrap();
        //            claim  accept defer  fail   withdr doubt  look   found  resend
        let allowed = [
            (
                &s1,
                [true, false, false, false, true, false, false, false, false],
            ),
            (
                &s2,
                [false, true, true, true, false, true, false, false, false],
            ),
            (
                &doubt,
                [false, true, false, false, false, true, true, true, true],
            ),
            (&s3, [false; 9]),
            (&s4, [false; 9]),
            (&s5, [false; 9]),
        ];
        for (row, expected) in allowed {
            let found = [
                row.claim(at(0)).is_ok(),
                row.accepted(250, at(0)).is_ok(),
                row.deferred(Deferral::Unreachable, at(0), 0.0).is_ok(),
                row.failed(Failure::Refused, None, at(0)).is_ok(),
                row.withdrawn(Withdrawal::NoConsent, at(0)).is_ok(),
                row.in_doubt(at(0)).is_ok(),
                row.not_found(at(0)).is_ok(),
                row.found(at(0)).is_ok(),
                row.resend(at(0)).is_ok(),
            ];
            assert_eq!(found, expected, "{row:?}");
        }
        let refused = s3.claim(at(0)).unwrap_err().to_string();
        assert!(
            refused.contains("row 7: claimed does not follow Accepted"),
            "{refused}"
        );
    }
}
