//! Outgoing mail on the decider's side: claim, settle, resolve.
//!
//! Consent, use-by and ceilings are checked when a row is claimed (S1 to S2), and the claim is
//! durable before a connection is opened. What a start finds claimed is in doubt.

use crate::clock::{Clock, random};
use crate::daemon::decider::{Decider, DeciderError};
use crate::daemon::guests::Lost;
use crate::lunch::consent::{Waiting, objection};
use crate::lunch::event::{Cause, Consent, Event, What, enough_on};
use crate::lunch::letter::bears_calendar;
use crate::lunch::pairing::PairingId;
use crate::lunch::person::PersonId;
use crate::maillog;
use crate::smtp::{Outcome, Step, Submission};
use crate::store::Batch;
use crate::store::outbox::{Claim, Deferral, Failure, OutboxRow, Submission as State, Withdrawal};
use crate::words::address::Address;
use chrono::{DateTime, Utc};
use std::collections::{BTreeSet, VecDeque};

/// Most rows of the outbox read in one go.
const SOME_MAX: usize = 64;

/// A submission that was claimed and may now be made.
#[derive(Clone, Debug)]
pub struct Claimed {
    /// Its row.
    pub row: u64,
    /// What kind of letter it is.
    pub kind: String,
    /// Envelope and octets.
    pub submission: Submission,
}

/// A submission in doubt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doubtful {
    /// Its row.
    pub row: u64,
    /// Its Message-ID, to be looked for.
    pub message_id: String,
}

impl Decider {
    /// Marks what a start finds claimed as in doubt.
    ///
    /// # Errors
    /// If the store fails.
    pub fn doubt_the_claimed(&mut self) -> Result<(), DeciderError> {
        let mut batch = Batch::new();
        for row in self.ledger.outbox()? {
            if matches!(row.state, State::Claimed { doubt: None }) {
                row.in_doubt(Clock::Wall.now())?.write(&mut batch)?;
                maillog::in_doubt(row.row);
            }
        }
        self.commit(batch)
    }

    /// Claims the next submission whose time has come; withdraws on the way what may not leave.
    ///
    /// # Errors
    /// If the store fails.
    pub fn claim(&mut self) -> Result<Option<Claimed>, DeciderError> {
        if self.hold || !self.has_room() {
            return Ok(None);
        }
        let now = self.clock.now();
        let mut last = 0;
        let mut queues = Queues::default();
        // Few at first: a claim costs the same however many letters came due together.
        let mut some = 1;
        let mut waiting = VecDeque::new();
        loop {
            if waiting.is_empty() {
                waiting.extend(self.ledger.outbox_after(last, some)?);
                some = (some * 4).min(SOME_MAX);
            }
            let Some(row) = waiting.pop_front() else {
                return Ok(None);
            };
            last = row.row;
            if queues.is_behind(&row) {
                continue;
            }
            if row.state != State::Queued || row.not_before > now {
                queues.waits(&row);
                continue;
            }
            match self.guarded("a letter", |d| d.claim_row(&row, now)) {
                Ok(None) => {
                    if self.ledger.outbox_row(row.row)?.is_some() {
                        queues.waits(&row);
                    }
                }
                // One that cannot be claimed holds nobody else's up.
                Err(error) if error.is_of_the_matter() => {
                    maillog::waits("a letter", &error.to_string());
                }
                ready => return ready,
            }
        }
    }

    fn claim_row(
        &mut self,
        row: &OutboxRow,
        now: DateTime<Utc>,
    ) -> Result<Option<Claimed>, DeciderError> {
        if let Some(why) = self.objection(row)? {
            self.withdraw(row, Withdrawal::NoConsent, why)?;
            return Ok(None);
        }
        if row.kind == "card"
            && let Some(lost) = self.has_lost_its_board(PersonId(row.person), &row.recipient)?
        {
            let why = "no card goes to that board any more";
            self.withdraw(row, Withdrawal::NoConsent, why)?;
            if lost == Lost::Closed {
                self.tell_undelivered(row, Batch::new())?;
            }
            return Ok(None);
        }
        let first = row.attempts == 0;
        let day = now.with_timezone(&self.settings.zone).date_naive();
        let person = PersonId(row.person);
        if first && self.over_ceiling(row, person, day)? {
            self.tell_that_it_waits(row, person, day)?;
            return Ok(None);
        }
        match row.claim(now)? {
            Claim::Wait(_) => Ok(None),
            Claim::Withdrawn(row) => {
                let mut batch = Batch::new();
                row.write(&mut batch)?;
                self.commit(batch)?;
                maillog::withdrawn(row.row, &row.kind, "too late to be of use");
                Ok(None)
            }
            Claim::Claimed(mut claimed) => {
                let looked_for = first && self.may_have_left_before(now);
                if looked_for {
                    claimed = claimed.in_doubt(Clock::Wall.now())?;
                    maillog::in_doubt(claimed.row);
                }
                let mut batch = Batch::new();
                claimed.write(&mut batch)?;
                if first {
                    self.ledger.count_mail(&mut batch, person, day)?;
                }
                self.commit(batch)?;
                match looked_for {
                    true => Ok(None),
                    false => self.ready(&claimed),
                }
            }
        }
    }

    fn ready(&mut self, row: &OutboxRow) -> Result<Option<Claimed>, DeciderError> {
        let recipient = Address::parse(&row.recipient);
        let message = self.ledger.outbox_message(row.row)?;
        let (Ok(recipient), Some(octets)) = (recipient, message) else {
            let failed = row.failed(Failure::Unsendable, None, self.clock.now())?;
            let mut batch = Batch::new();
            failed.write(&mut batch)?;
            self.commit(batch)?;
            return Ok(None);
        };
        Ok(Some(Claimed {
            row: row.row,
            kind: row.kind.clone(),
            submission: Submission {
                envelope_from: Address::parse(&row.reverse_path)?,
                recipient,
                octets,
            },
        }))
    }

    /// Whoever has had enough mail today gets the rest tomorrow; a farewell always goes.
    fn over_ceiling(
        &self,
        row: &OutboxRow,
        person: PersonId,
        day: chrono::NaiveDate,
    ) -> Result<bool, DeciderError> {
        let farewell = matches!(
            consent_from(&row.consent),
            Consent::Farewell | Consent::Final
        );
        Ok(!farewell && self.ledger.mails_on(person, day)? >= self.settings.mails_per_day)
    }

    /// Whoever waits for an answer of today's hears, once that day, that it comes tomorrow. What nobody asked
    /// for may wait without a word.
    fn tell_that_it_waits(
        &mut self,
        row: &OutboxRow,
        person: PersonId,
        day: chrono::NaiveDate,
    ) -> Result<(), DeciderError> {
        let cause = enough_on(day, false);
        let told = format!("receipt-enough/-/{}/{cause}", person.0);
        if consent_from(&row.consent) != Consent::Answer || self.ledger.has_effect(&told)? {
            return Ok(());
        }
        let what = What::HadEnough {
            person,
            day,
            set_aside: false,
        };
        let cause = Cause::Request(cause);
        self.decide(&Event { cause, what }, &[person], None, Batch::new())?;
        self.flush()
    }

    fn objection(&self, row: &OutboxRow) -> Result<Option<&'static str>, DeciderError> {
        let person = PersonId(row.person);
        let circle = self.ledger.circle(&[person], &self.settings.rules)?;
        let letter = self.ledger.letter_without_text(row.row)?;
        let slot = letter.and_then(|letter| letter.slot);
        let waiting = Waiting {
            to: person,
            pairing: row.pairing.map(PairingId),
            slot,
            letter: row.kind.clone(),
            consent: consent_from(&row.consent),
        };
        Ok(objection(&waiting, &circle))
    }

    fn withdraw(
        &mut self,
        row: &OutboxRow,
        why: Withdrawal,
        words: &'static str,
    ) -> Result<(), DeciderError> {
        let mut batch = Batch::new();
        row.withdrawn(why, self.clock.now())?.write(&mut batch)?;
        self.commit(batch)?;
        maillog::withdrawn(row.row, &row.kind, words);
        Ok(())
    }

    /// Writes down how an attempt ended.
    ///
    /// # Errors
    /// If the store fails.
    pub fn settle(&mut self, row: u64, outcome: &Outcome) -> Result<(), DeciderError> {
        let Some(row) = self.ledger.outbox_row(row)? else {
            return Ok(());
        };
        let now = self.clock.now();
        let next = match outcome {
            Outcome::Accepted(answer) => row.accepted(answer.code, now)?,
            Outcome::Transient(refusal) => {
                let why = match &refusal.answer {
                    Some(answer) => Deferral::Reply(answer.code),
                    None => Deferral::Unreachable,
                };
                row.deferred(why, now, jitter())?
            }
            // A refused sender or account is our trouble, not the recipient's: try again later.
            Outcome::Permanent(refusal)
                if matches!(refusal.step, Step::Mail | Step::Reset)
                    || (refusal.step == Step::Preparation && refusal.answer.is_some()) =>
            {
                let code = refusal.answer.as_ref().map_or(550, |answer| answer.code);
                row.deferred(Deferral::Reply(code), now, jitter())?
            }
            Outcome::Permanent(refusal) => {
                let code = refusal.answer.as_ref().map(|answer| answer.code);
                let why = if code.is_some() {
                    Failure::Refused
                } else {
                    Failure::Unsendable
                };
                row.failed(why, code, now)?
            }
            Outcome::InDoubt(_) => row.in_doubt(Clock::Wall.now())?,
        };
        self.settled(&next)
    }

    /// No connection could be had: the row waits, and nothing was handed over.
    ///
    /// # Errors
    /// If the store fails.
    pub fn settle_unreachable(&mut self, row: u64) -> Result<(), DeciderError> {
        let Some(row) = self.ledger.outbox_row(row)? else {
            return Ok(());
        };
        let next = row.deferred(Deferral::Unreachable, self.clock.now(), jitter())?;
        self.settled(&next)
    }

    fn settled(&mut self, row: &OutboxRow) -> Result<(), DeciderError> {
        let mut batch = Batch::new();
        row.write(&mut batch)?;
        match row.state {
            State::Accepted { .. } => maillog::accepted(row.row, &row.kind, row.attempts),
            State::Queued => maillog::deferred(row.row, &row.kind, row.attempts, row.last_reply),
            State::Claimed { .. } => maillog::in_doubt(row.row),
            State::Failed { .. } | State::Withdrawn { .. } => {
                maillog::failed(row.row, &row.kind, row.last_reply);
            }
        }
        match row.state {
            State::Failed { .. } => self.tell_undelivered(row, batch),
            _ => self.commit(batch),
        }
    }

    /// The inviter, or the owner of a board, hears that something does not arrive.
    fn tell_undelivered(&mut self, row: &OutboxRow, batch: Batch) -> Result<(), DeciderError> {
        let Some(pairing) = row.pairing.map(PairingId) else {
            return self.commit(batch);
        };
        let to = PersonId(row.person);
        let cause = Cause::Request(format!("undelivered-{}", row.row));
        let what = match row.kind.as_str() {
            "card" => What::BoardFailed {
                owner: to,
                address: Address::parse(&row.recipient)?,
                stopped: false,
            },
            _ => What::Undelivered { to, pairing },
        };
        let event = Event { cause, what };
        let seeds = self
            .ledger
            .pairing(pairing)?
            .map(|p| [p.inviter, p.invitee]);
        match seeds {
            Some(seeds) => self.decide(&event, &seeds, None, batch)?,
            None => return self.commit(batch),
        };
        self.flush()
    }

    /// Submissions in doubt that are to be looked for now, by the wall's clock.
    ///
    /// # Errors
    /// If the store fails.
    pub fn doubtful(&self) -> Result<Vec<Doubtful>, DeciderError> {
        let now = Clock::Wall.now();
        let rows = self.ledger.outbox()?.into_iter();
        let haste = self.settings.haste.max(1);
        let due = rows.filter(|row| {
            row.doubted_since()
                .zip(row.look_at())
                .is_some_and(|(since, at)| since + (at - since) / haste <= now)
        });
        Ok(due
            .map(|row| Doubtful {
                row: row.row,
                message_id: row.message_id.clone(),
            })
            .collect())
    }

    /// What looking for a submission in doubt came to: found, not found, or (`None`) there is no
    /// place to look.
    ///
    /// # Errors
    /// If the store fails.
    pub fn resolve(&mut self, row: u64, found: Option<bool>) -> Result<(), DeciderError> {
        let Some(row) = self.ledger.outbox_row(row)? else {
            return Ok(());
        };
        if row.look_at().is_none() {
            return Ok(());
        }
        let now = self.clock.now();
        let next = match found {
            Some(true) => row.found(now)?,
            Some(false) => row.not_found(now)?,
            // Nobody can tell; what a restored store had written before `resume` stays unsaid.
            None if self.was_written_before_resume(&row) => {
                let unsaid = row.resend(now)?.withdrawn(Withdrawal::Restored, now)?;
                maillog::withdrawn(row.row, &row.kind, "it may have been sent since the backup");
                unsaid
            }
            None => row.resend(now)?,
        };
        let mut batch = Batch::new();
        next.write(&mut batch)?;
        self.commit(batch)?;
        maillog::doubt_resolved(row.row, found);
        Ok(())
    }

    /// Whether anything is queued for now, claimed or in doubt; and when the next retry comes.
    ///
    /// # Errors
    /// If the store fails.
    pub fn outbox_outlook(&self) -> Result<Outlook, DeciderError> {
        let now = self.clock.now();
        let mut outlook = Outlook::default();
        let mut queues = Queues::default();
        for row in self.ledger.outbox()? {
            if queues.is_behind(&row) {
                continue;
            }
            queues.waits(&row);
            match row.state {
                State::Queued if row.not_before <= now => {
                    let day = now.with_timezone(&self.settings.zone).date_naive();
                    let waits =
                        row.attempts == 0 && self.over_ceiling(&row, PersonId(row.person), day)?;
                    outlook.busy |= !waits && !self.hold;
                }
                State::Queued => {
                    let at = row.not_before;
                    outlook.next = Some(outlook.next.map_or(at, |next| next.min(at)));
                }
                _ => outlook.busy = true,
            }
        }
        Ok(outlook)
    }
}

/// Calendar mail of one pairing to one person leaves in the order in which it was written: an entry
/// that overtook an older one, which the server did not take at once, would be undone by it in some
/// calendars.
#[derive(Default)]
struct Queues(BTreeSet<(u64, Option<u64>)>);

impl Queues {
    fn is_behind(&self, row: &OutboxRow) -> bool {
        bears_calendar(&row.kind) && self.0.contains(&(row.person, row.pairing))
    }

    fn waits(&mut self, row: &OutboxRow) {
        if bears_calendar(&row.kind) {
            self.0.insert((row.person, row.pairing));
        }
    }
}

/// What the outbox has still to do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outlook {
    /// Something is on its way out now.
    pub busy: bool,
    /// When the next attempt that has to wait is made.
    pub next: Option<DateTime<Utc>>,
}

/// A random number in 0..1; the middle where the system has none to give.
fn jitter() -> f64 {
    random::<4>().map_or(0.5, |octets| {
        f64::from(u32::from_be_bytes(octets)) / f64::from(u32::MAX)
    })
}

/// The name of a consent class in the outbox.
pub(super) const fn consent_name(consent: Consent) -> &'static str {
    match consent {
        Consent::Asking => "asking",
        Consent::Meeting => "meeting",
        Consent::Answer => "answer",
        Consent::News => "news",
        Consent::Final => "final",
        Consent::Farewell => "farewell",
        Consent::Summary => "summary",
        Consent::Board => "board",
        Consent::BoardOfBoth => "board-of-both",
    }
}

/// The consent class of that name; the strictest for an unknown one.
pub(super) fn consent_from(name: &str) -> Consent {
    match name {
        "meeting" => Consent::Meeting,
        "answer" => Consent::Answer,
        "news" => Consent::News,
        "final" => Consent::Final,
        "farewell" => Consent::Farewell,
        "summary" => Consent::Summary,
        "board" => Consent::Board,
        "board-of-both" => Consent::BoardOfBoth,
        _ => Consent::Asking,
    }
}
