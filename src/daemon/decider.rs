//! The decider: one thread that loads, decides and appends, each decision seeing the one before.
//!
//! It owns the store. Others hand it jobs (`Desk::ask`) and wait for the answer; when that comes,
//! what was decided is durable. Each decision is one commit, and one that fails takes no other with
//! it.

use crate::clock::Clock;
use crate::daemon::correspondence::own_lines;
use crate::daemon::ledger::{Ledger, LedgerError, Turn};
use crate::daemon::outgoing::consent_name;
use crate::daemon::request::Ran;
use crate::daemon::restored::Restored;
use crate::daemon::settings::Settings;
use crate::lunch::agenda::next_due;
use crate::lunch::decide::decide;
use crate::lunch::event::{
    Cause, Circle, Consent, Decision, Dispatch, Effect, Event, Outcome, What,
};
use crate::lunch::letter::{Body, Letter, Receipt};
use crate::lunch::pairing::{Pairing, PairingId};
use crate::lunch::person::{Person, PersonId};
use crate::maillog;
use crate::store::outbox::{OutboxRow, Submission, Withdrawal, WrongStep};
use crate::store::record::LetterRecord;
use crate::store::seen::SeenError;
use crate::store::{Batch, Store};
use crate::summary::monthly;
use crate::words::address::{AddressError, NameAddr};
use crate::words::message_id::MessageId;
use crate::words::token::TokenKey;
use crate::writing::{Language, Posting, Templates, WritingError, write};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use thiserror::Error;

/// Why a job failed.
#[derive(Debug, Error)]
pub enum DeciderError {
    /// See `LedgerError`.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// See `WritingError`.
    #[error(transparent)]
    Writing(#[from] WritingError),
    /// See `WrongStep`.
    #[error(transparent)]
    Step(#[from] WrongStep),
    /// A reply address cannot be made.
    #[error(
        "the reply address cannot be made: {0}; shorten the part before the '@' in [mail] address"
    )]
    ReplyAddress(#[from] AddressError),
    /// A Message-ID cannot be made.
    #[error("no Message-ID can be made from [mail] address; check its domain")]
    MessageId,
    /// The job panicked.
    #[error(
        "a mistake of the program's own; nothing half done is kept; report the log's line of it"
    )]
    Mistake,
}

impl DeciderError {
    /// Whether it is the disk that is full: it passes.
    pub const fn is_full(&self) -> bool {
        match self {
            Self::Ledger(
                LedgerError::Store(error) | LedgerError::Seen(SeenError::Store(error)),
            ) => error.is_full(),
            _ => false,
        }
    }

    /// Whether it lies in what was being handled, so that others go on: not the store, nor the disk.
    pub const fn is_of_the_matter(&self) -> bool {
        !matches!(
            self,
            Self::Ledger(LedgerError::Store(_) | LedgerError::Seen(SeenError::Store(_)))
        )
    }
}

impl From<crate::store::StoreError> for DeciderError {
    fn from(error: crate::store::StoreError) -> Self {
        Self::Ledger(error.into())
    }
}

impl From<crate::store::row::RowError> for DeciderError {
    fn from(error: crate::store::row::RowError) -> Self {
        Self::Ledger(error.into())
    }
}

impl From<crate::store::seen::SeenError> for DeciderError {
    fn from(error: crate::store::seen::SeenError) -> Self {
        Self::Ledger(error.into())
    }
}

/// The mail that a letter answers, for threading.
#[derive(Clone, Debug)]
pub(super) struct Answered {
    /// Who wrote it.
    pub by: PersonId,
    /// Its Message-ID.
    pub message_id: Option<MessageId>,
    /// The subject of the letter of ours that it answers.
    pub subject: Option<String>,
}

/// Tokens outlive the use of their letter by this time.
const TOKEN_GRACE: TimeDelta = TimeDelta::days(30);

/// The way back after a stop stays open for years.
const FAREWELL_GRACE: TimeDelta = TimeDelta::days(3650);

/// After a look that changed nothing, the next one comes no sooner than this.
pub(super) const LOOK_AGAIN: TimeDelta = TimeDelta::hours(1);

/// The thread's own state.
pub struct Decider {
    pub(super) ledger: Ledger,
    pub(super) settings: Settings,
    pub(super) clock: Clock,
    pub(super) hold: bool,
    pub(super) restored: Option<Restored>,
    /// Whether there was room on the disk when it was last looked at.
    pub(super) room: bool,
    pub(super) log: Vec<Ran>,
    /// Where the mail under way is noted.
    pub(super) handling: Option<std::fs::File>,
    templates: Arc<Templates>,
    key: TokenKey,
    numbers: Numbers,
}

/// Numbers given out so far.
#[derive(Clone, Copy, Debug)]
struct Numbers {
    person: u64,
    pairing: u64,
    row: u64,
}

impl Numbers {
    fn read(ledger: &Ledger) -> Result<Self, LedgerError> {
        Ok(Self {
            person: ledger.counter("people")?,
            pairing: ledger.counter("pairings")?,
            row: ledger.counter("letters")?,
        })
    }
}

impl Decider {
    /// Takes over a store.
    ///
    /// # Errors
    /// If the store fails.
    pub fn new(
        store: Store,
        settings: Settings,
        templates: Templates,
        clock: Clock,
    ) -> Result<Self, DeciderError> {
        let key = store.token_key();
        let ledger = Ledger::new(store);
        let numbers = Numbers::read(&ledger)?;
        let hold = ledger.counter("hold")? == 1;
        let restored = Restored::read(&ledger)?;
        Ok(Self {
            ledger,
            settings,
            clock,
            hold,
            restored,
            room: true,
            log: Vec::new(),
            templates: Arc::new(templates),
            handling: None,
            key,
            numbers,
        })
    }

    /// The letters, for others to look at.
    pub(super) fn templates(&self) -> Arc<Templates> {
        Arc::clone(&self.templates)
    }

    /// Makes everything decided so far durable. Nothing goes out before this.
    pub(super) fn flush(&mut self) -> Result<(), DeciderError> {
        self.ledger.store.commit_staged()?;
        Ok(())
    }

    /// Makes one batch durable, with whatever is staged before it.
    pub(super) fn commit(&mut self, batch: Batch) -> Result<(), DeciderError> {
        self.ledger.store.stage(batch)?;
        self.flush()
    }

    /// Drops what was decided and not yet made durable, after an error half way; numbers that were
    /// given out for it are free again.
    pub(super) fn abandon(&mut self) {
        self.ledger.store.unstage();
        // Where the store fails, the next commit says so.
        let _ = self.forget_numbers();
    }

    /// The one door that no panic passes: what a step made is dropped, and the next one goes on.
    ///
    /// # Errors
    /// As `step`, or `Mistake` if it panicked.
    pub(super) fn guarded<T>(
        &mut self,
        what: &str,
        step: impl FnOnce(&mut Self) -> Result<T, DeciderError>,
    ) -> Result<T, DeciderError> {
        self.catch_up_after_a_full_disk()?;
        // The store stops by itself if it is left half way, so nothing broken is seen behind this.
        let done = catch_unwind(AssertUnwindSafe(|| step(self)));
        let done = done.unwrap_or_else(|_| {
            maillog::mistake(what);
            Err(DeciderError::Mistake)
        });
        if done.is_err() {
            self.abandon();
        }
        done
    }

    /// Decides one event and stages its consequences behind `batch`: the next decision sees them,
    /// and `flush` makes them durable.
    pub(super) fn decide(
        &mut self,
        event: &Event,
        seeds: &[PersonId],
        answered: Option<&Answered>,
        batch: Batch,
    ) -> Result<Outcome, DeciderError> {
        self.ledger.store.stage(batch)?;
        let circle = self.ledger.circle(seeds, &self.settings.rules)?;
        let mut batch = Batch::new();
        let now = self.clock.now();
        let decision = decide(&circle, event, now);
        let mut anew = Vec::new();
        self.write_state(&mut batch, &decision, now)?;
        for effect in &decision.effects {
            match effect {
                Effect::Send(dispatch) => self.queue(&mut batch, dispatch, answered, now)?,
                Effect::Summarise { person, month } => {
                    let around = self.grown_from(*person)?;
                    if let Some(dispatch) = summary(&circle, &around, *person, *month, now) {
                        self.queue(&mut batch, &dispatch, None, now)?;
                    }
                }
                Effect::AskAnew { .. } => anew.push(effect),
                Effect::Show {
                    person,
                    what,
                    occasion,
                } => {
                    if let Some(dispatch) = self.shown(&circle, *person, *what, occasion, now)? {
                        self.queue(&mut batch, &dispatch, answered, now)?;
                    }
                }
            }
        }
        self.ledger.store.stage(batch)?;
        for effect in anew {
            self.ask_anew(effect, &event.cause, answered)?;
        }
        Ok(decision.outcome)
    }

    fn write_state(
        &self,
        batch: &mut Batch,
        decision: &Decision,
        now: DateTime<Utc>,
    ) -> Result<(), DeciderError> {
        for person in &decision.people {
            self.ledger.put_person(batch, person)?;
        }
        for pairing in &decision.pairings {
            self.ledger.put_pairing(batch, pairing)?;
            let due = next_due(pairing, &self.settings.rules);
            let due = due.map(|at| if at <= now { now + LOOK_AGAIN } else { at });
            self.ledger
                .put_turn(batch, Turn::Pairing(pairing.id), due)?;
        }
        Ok(())
    }

    /// Writes a letter to its last octet and queues it (S1), unless its effect was queued before.
    fn queue(
        &mut self,
        batch: &mut Batch,
        dispatch: &Dispatch,
        answered: Option<&Answered>,
        now: DateTime<Utc>,
    ) -> Result<(), DeciderError> {
        let key = dispatch.key();
        if self.ledger.has_effect(key.as_str())? {
            return Ok(());
        }
        let row = self.numbers.row + 1;
        let posting = self.posting(dispatch, key.as_str(), row, answered, now)?;
        let written = write(&dispatch.letter, &posting, &self.templates)?;
        let body = &dispatch.letter.body;
        let goal_asked = matches!(
            body,
            Body::Receipt(Receipt::Accepted {
                asks_goal: true,
                asks_day: false,
                ..
            })
        );
        self.ledger.put_letter(
            batch,
            &LetterRecord {
                row,
                person: dispatch.to,
                pairing: dispatch.pairing,
                name: body.name().to_owned(),
                answering: body.answering(),
                slot: dispatch.slot,
                goal_asked,
                points: body.points(),
                board: dispatch.letter.board(),
                goal: body.goal(),
                message_id: posting.message_id.as_str().to_owned(),
                subject: written.subject.clone().into(),
                text: match dispatch.pairing {
                    Some(_) => original(&written),
                    None => own_lines(&original(&written), body),
                }
                .into(),
                sent_at: now,
                expires: dispatch.use_by + grace(dispatch.consent),
            },
        )?;
        let recipient = &dispatch.letter.to.address;
        let mut outgoing = OutboxRow {
            row,
            state: Submission::Queued,
            kind: body.name().to_owned(),
            person: dispatch.to.0,
            pairing: dispatch.pairing.map(|p| p.0),
            recipient: recipient.as_str().to_owned(),
            reverse_path: self.settings.mailbox.address.as_str().to_owned(),
            message_id: posting.message_id.as_str().to_owned(),
            effect_key: key.as_str().to_owned(),
            consent: consent_name(dispatch.consent).to_owned(),
            queued_at: now,
            use_by: dispatch.use_by,
            not_before: now,
            attempts: 0,
            last_reply: None,
        };
        let rehearsed = self.settings.recipients.as_ref();
        if rehearsed.is_some_and(|known| !known.contains(recipient)) {
            outgoing = outgoing.withdrawn(Withdrawal::NotRehearsed, now)?;
        }
        let effect = self.ledger.store.digest(key.as_str());
        outgoing.queue(written.bytes, effect, batch)?;
        self.numbers.row = row;
        Ledger::put_counter(batch, "letters", row);
        maillog::queued(row, body.name(), recipient);
        self.note(
            format!("wrote {}", body.name()),
            Some(recipient.to_string()),
        );
        Ok(())
    }

    fn posting(
        &self,
        dispatch: &Dispatch,
        effect: &str,
        row: u64,
        answered: Option<&Answered>,
        now: DateTime<Utc>,
    ) -> Result<Posting, DeciderError> {
        let own = &self.settings.mailbox;
        let to = &dispatch.letter.to.address;
        let token = self.key.mint(row, to).detail();
        // Whoever reads a board holds no key to anybody's mail, and whoever is handed an invitation
        // holds one to nothing else.
        let on_a_board = matches!(dispatch.letter.body, Body::Card { .. });
        let printed = match dispatch.letter.body {
            Body::Card { .. } => String::new(),
            Body::PassItOn => self.key.mint_for_guests(row, to).detail(),
            _ => token.clone(),
        };
        let address = |detail: &str| match self.settings.subaddressing && !on_a_board {
            true => own.address.with_detail(detail),
            false => Ok(own.address.clone()),
        };
        let (reply_to, printed_to) = (address(&token)?, address(&printed)?);
        let hash = self.key.hash("message-id", &[effect.as_bytes()]);
        let message_id = MessageId::parse(&format!("{hash}@{}", own.address.domain()))
            .ok_or(DeciderError::MessageId)?;
        let answered = answered.filter(|a| a.by == dispatch.to);
        let in_reply_to = answered.and_then(|a| a.message_id.clone());
        let root = match dispatch.pairing.filter(|_| !on_a_board) {
            Some(pairing) => self.ledger.thread_root(dispatch.to, pairing)?,
            None => None,
        };
        let mut references: Vec<_> = root.into_iter().collect();
        references.extend(in_reply_to.clone().filter(|id| !references.contains(id)));
        Ok(Posting {
            from: self.settings.ownership.originator(&dispatch.letter, own),
            stop_to: reply_to.clone(),
            reply_to,
            printed_to,
            message_id,
            in_reply_to: in_reply_to.or_else(|| references.first().cloned()),
            references,
            thread_subject: answered.and_then(|a| a.subject.clone()),
            date: now,
            letter_id: hash,
            reference: printed,
            house: self.settings.house.clone(),
            language: Language::English,
        })
    }

    /// The person at an address, made known if they are not; waits for `flush` with `batch`.
    pub(super) fn person_for(
        &mut self,
        who: &NameAddr,
        batch: &mut Batch,
    ) -> Result<PersonId, DeciderError> {
        if let Some(id) = self.ledger.person_at(&who.address)? {
            return Ok(id);
        }
        self.numbers.person += 1;
        let person = Person::new(PersonId(self.numbers.person), who.clone());
        self.ledger.put_person(batch, &person)?;
        Ledger::put_counter(batch, "people", self.numbers.person);
        let now = self.clock.now();
        let zone = self.settings.zone;
        let first = self.settings.summary_after(person.id, zone, now);
        self.ledger
            .put_turn(batch, Turn::Person(person.id), first)?;
        Ok(person.id)
    }

    /// The number of a new pairing.
    pub(super) fn new_pairing(&mut self, batch: &mut Batch) -> PairingId {
        self.numbers.pairing += 1;
        Ledger::put_counter(batch, "pairings", self.numbers.pairing);
        PairingId(self.numbers.pairing)
    }

    /// What an invitation would come to, found out without writing anything: its subject, or why it
    /// is refused. `people` are those who may not be known yet.
    pub(super) fn try_out(
        &self,
        event: &Event,
        people: &[(PersonId, &NameAddr)],
    ) -> Result<Result<String, &'static str>, DeciderError> {
        let seeds: Vec<_> = people.iter().map(|(id, _)| *id).collect();
        let mut circle = self.ledger.circle(&seeds, &self.settings.rules)?;
        for (id, who) in people {
            circle
                .people
                .entry(*id)
                .or_insert_with(|| Person::new(*id, (*who).clone()));
        }
        let now = self.clock.now();
        let decision = decide(&circle, event, now);
        if let Outcome::Refused(why) = decision.outcome {
            return Ok(Err(why));
        }
        let mut subject = String::new();
        for effect in &decision.effects {
            let Effect::Send(dispatch) = effect else {
                continue;
            };
            let posting = self.posting(dispatch, "trial", self.numbers.row + 1, None, now)?;
            subject = write(&dispatch.letter, &posting, &self.templates)?.subject;
        }
        Ok(Ok(subject))
    }

    /// Numbers that were given out and not written are free again.
    pub(super) fn forget_numbers(&mut self) -> Result<(), DeciderError> {
        self.numbers = Numbers::read(&self.ledger)?;
        Ok(())
    }

    /// Remembers what ran, in a rehearsal.
    pub(super) fn note(&mut self, what: String, who: Option<String>) {
        if self.clock.is_by_hand() {
            self.log.push(Ran {
                at: self.clock.now(),
                what,
                who,
            });
        }
    }

    /// Closes the store.
    pub(super) fn close(mut self) {
        // A mail that a stop interrupts has not failed.
        if self.handling.is_some() {
            let _ = self.note_handling(None);
        }
        if let Err(error) = self.ledger.store.close() {
            maillog::warning(&format!("the store did not close cleanly: {error}"));
        }
    }

    /// Does what came due by now, soonest first. Returns what it was.
    ///
    /// # Errors
    /// If the store fails. What cannot be written is logged and looked at again later.
    pub fn run_due(&mut self) -> Result<Vec<(DateTime<Utc>, Turn)>, DeciderError> {
        if !self.has_room() {
            return Ok(Vec::new());
        }
        let now = self.clock.now();
        let turns = self.ledger.turns_until(now)?;
        for (at, turn) in &turns {
            let result = self.guarded("what came due", |d| match turn {
                Turn::Pairing(id) => d.due_pairing(*id),
                Turn::Person(id) => d.due_person(*id, *at),
            });
            match result {
                Err(error) if error.is_of_the_matter() => {
                    maillog::letter_not_written(&error.to_string());
                    let mut batch = Batch::new();
                    self.ledger
                        .put_turn(&mut batch, *turn, Some(now + LOOK_AGAIN))?;
                    self.commit(batch)?;
                }
                // Whatever failed takes nobody else's decision with it.
                other => {
                    other?;
                    self.flush()?;
                }
            }
        }
        Ok(turns)
    }

    fn due_pairing(&mut self, id: PairingId) -> Result<(), DeciderError> {
        let Some(pairing) = self.ledger.pairing(id)? else {
            let mut batch = Batch::new();
            self.ledger.put_turn(&mut batch, Turn::Pairing(id), None)?;
            return self.commit(batch);
        };
        let seeds = [pairing.inviter, pairing.invitee];
        let mut batch = Batch::new();
        // Put first: a decision that changes the pairing writes the turn anew behind it.
        let again = next_due(&pairing, &self.settings.rules).map(|_| self.clock.now() + LOOK_AGAIN);
        self.ledger.put_turn(&mut batch, Turn::Pairing(id), again)?;
        let event = Event {
            cause: Cause::Time,
            what: What::Due { pairing: id },
        };
        self.decide(&event, &seeds, None, batch).map(|_| ())
    }

    /// Where somebody is: the zone of the lunches that they have, else that of the house.
    fn zone_of(&self, id: PersonId) -> Result<Tz, DeciderError> {
        let mut zone = self.settings.zone;
        for pairing in self.ledger.pairings_of(id)? {
            let pairing = self.ledger.pairing(pairing)?;
            if let Some(meeting) = pairing.filter(|p| p.stage.is_meeting()) {
                zone = meeting.plan.zone;
            }
        }
        Ok(zone)
    }

    fn due_person(&mut self, id: PersonId, at: DateTime<Utc>) -> Result<(), DeciderError> {
        let zone = self.zone_of(id)?;
        let mut batch = Batch::new();
        let now = self.clock.now().max(at);
        let next = self.settings.summary_after(id, zone, now);
        self.ledger.put_turn(&mut batch, Turn::Person(id), next)?;
        let month = self.settings.summary_month(id, zone, at);
        let event = Event {
            cause: Cause::Time,
            what: What::MonthTurned { person: id, month },
        };
        self.decide(&event, &[id], None, batch).map(|_| ())
    }
}

/// A person's month on its way; `None` if there is nothing in it. `around` is what may have grown from
/// their lunches.
pub(super) fn summary(
    circle: &Circle,
    around: &[Pairing],
    person: PersonId,
    month: NaiveDate,
    now: DateTime<Utc>,
) -> Option<Dispatch> {
    let harvest = monthly::gather(circle, around, person, month, now)?;
    let to = circle.people.get(&person)?.who.clone();
    Some(Dispatch {
        to: person,
        pairing: None,
        slot: None,
        letter: Letter::new(to, None, Body::Summary(harvest)),
        occasion: month.to_string(),
        consent: Consent::Summary,
        use_by: now + TimeDelta::days(10),
    })
}

const fn grace(consent: Consent) -> TimeDelta {
    match consent {
        Consent::Farewell => FAREWELL_GRACE,
        _ => TOKEN_GRACE,
    }
}

/// All that may come back as a quote of a letter.
fn original(written: &crate::writing::Written) -> String {
    let mut text = written.text.clone();
    for line in &written.only_in_html {
        text.push('\n');
        text.push_str(line);
    }
    text
}
