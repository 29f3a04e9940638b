//! Commands: what an operator's request does, on the decider's side and around it.
//!
//! No answer holds anything that somebody wrote.

use crate::clock::Clock;
use crate::daemon::coming;
use crate::daemon::conductor::{ClockError, Conductor};
use crate::daemon::decider::{Decider, DeciderError, summary};
use crate::daemon::fabric;
use crate::daemon::health;
use crate::daemon::inbox::Wish;
use crate::daemon::ledger::{Ledger, Turn};
use crate::daemon::request::{
    ClockRequest, Invitation, Order as AskedOrder, PairingLine, Ran, Reply, Request, ReviewRequest,
    SummaryLine,
};
use crate::daemon::vitals::Vitals;
use crate::lunch::act::{Act, Said};
use crate::lunch::cadence::local;
use crate::lunch::event::{Cause, Event, Order, Outcome, What};
use crate::lunch::letter::Body;
use crate::lunch::notes::Words;
use crate::lunch::pairing::{Pairing, PairingId, Plan, Stage};
use crate::store::Batch;
use crate::store::key::{Key, Shelf};
use crate::summary::monthly;
use crate::words::address::{Address, NameAddr};
use crate::words::clean::clean_text;
use chrono::{DateTime, TimeDelta, Utc};
use std::time::Duration;
use tokio::sync::oneshot;

/// How long moving a mail out of Review may take.
const REVIEW_LIMIT: Duration = Duration::from_secs(50);

/// Longest note in an invitation, in characters.
const NOTE_CHARS_MAX: usize = 500;

/// How somebody is invited.
pub(super) struct Asked<'a> {
    /// A line of the inviter's own.
    pub(super) note: Option<Words>,
    /// What is proposed; `None` for what the configuration has.
    pub(super) plan: Option<Plan>,
    /// Nothing goes out.
    pub(super) dry_run: bool,
    /// What it is known by, so that nobody is asked twice.
    pub(super) request: &'a str,
    /// Where the number of the pairing is written too.
    pub(super) noted: Option<Key>,
}

/// Most invitees in one request; more would be a mailing.
const INVITEES_MAX: usize = 10;

/// Carries out a request.
pub async fn carry_out(request: Request, conductor: &Conductor, vitals: &Vitals) -> Reply {
    match request {
        Request::Clock(clock) => move_clock(clock, conductor).await,
        Request::Coming { seconds } => coming::ask(seconds, conductor).await,
        Request::Fabric { form, teams } => fabric::ask(form, teams, conductor).await,
        Request::Review(ReviewRequest::Retry(number)) => review(number, true, conductor).await,
        Request::Review(ReviewRequest::Dismiss(number)) => review(number, false, conductor).await,
        other => {
            let answer = conductor.desk.ask(move |d| d.command(other)).await;
            conductor.queued.notify_one();
            match answer {
                Ok(Reply::Status(mut status)) => {
                    health::complete(&mut status, vitals);
                    Reply::Status(status)
                }
                Ok(reply) => reply,
                Err(error) => Reply::Refused {
                    message: error.to_string(),
                },
            }
        }
    }
}

/// Moves a mail that was set aside back to the inbox, or away.
async fn review(number: u64, retry: bool, conductor: &Conductor) -> Reply {
    let refused = |message: String| Reply::Refused { message };
    let reviewed = match conductor.desk.ask(move |d| d.reviewed_with(number)).await {
        Ok(Some(reviewed)) => reviewed,
        Ok(None) => {
            return refused(format!(
                "there is no mail {number}; `postlunch review list` shows them"
            ));
        }
        Err(error) => return refused(error.to_string()),
    };
    let (answer, moved) = oneshot::channel();
    let wish = Wish::Review(reviewed, retry, answer);
    let asked = conductor.wishes.send(wish).await.is_ok();
    let moved = match tokio::time::timeout(REVIEW_LIMIT, moved).await {
        Ok(Ok(moved)) if asked => moved,
        _ => return refused("the inbox does not answer; see `postlunch status`".to_owned()),
    };
    let message = match (moved, retry) {
        (true, true) => "moved back to the inbox, and tried anew",
        (true, false) => "moved to Done, unanswered",
        (false, true) => {
            return refused(
                "it is not in the review folder any more, or bears no Message-ID; whatever is \
                 moved back to the inbox with a mail program is tried anew"
                    .to_owned(),
            );
        }
        (false, false) => "off the list; in the review folder it was not found",
    };
    if !retry && let Err(error) = conductor.desk.ask(move |d| d.dismiss(number)).await {
        return refused(error.to_string());
    }
    Reply::Done {
        message: message.to_owned(),
    }
}

async fn move_clock(request: ClockRequest, conductor: &Conductor) -> Reply {
    let moved = match request {
        ClockRequest::Show if conductor.clock.is_by_hand() => Ok(Vec::new()),
        ClockRequest::Show => Err(ClockError::NotByHand),
        ClockRequest::Advance { seconds, settle_ms } => {
            let step = TimeDelta::try_seconds(seconds.max(0)).unwrap_or_default();
            let target = conductor.clock.now().checked_add_signed(step);
            let target = target.unwrap_or_else(|| conductor.clock.now());
            conductor
                .advance_to(target, Duration::from_millis(settle_ms))
                .await
        }
        ClockRequest::Next { settle_ms } => conductor.next(Duration::from_millis(settle_ms)).await,
    };
    let next_due = conductor.next_due().await;
    match (moved, next_due) {
        (Ok(ran), Ok(next_due)) => Reply::Clock {
            now: conductor.clock.now(),
            ran,
            next_due,
        },
        (Err(error), _) => Reply::Refused {
            message: error.to_string(),
        },
        (_, Err(error)) => Reply::Refused {
            message: error.to_string(),
        },
    }
}

impl Decider {
    pub(super) fn command(&mut self, request: Request) -> Result<Reply, DeciderError> {
        let writes = matches!(
            request,
            Request::Invite { .. }
                | Request::Order { .. }
                | Request::Person { .. }
                | Request::Backup
        );
        if writes && !self.has_room() {
            let message = "the disk is nearly full, so new work waits; make room where the store is, \
                           then ask again";
            return Ok(Reply::Refused {
                message: message.to_owned(),
            });
        }
        match request {
            Request::Status => Ok(Reply::Status(Box::new(self.status()?))),
            Request::Invite {
                from,
                to,
                note,
                dry_run,
                id,
            } => self.invite(from.as_deref(), &to, note.as_deref(), dry_run, &id),
            Request::Pairings => self.pairing_lines(),
            Request::Order { pairing, order, id } => self.order(PairingId(pairing), order, id),
            Request::Person {
                address,
                forget,
                id,
            } => self.person_order(&address, forget, id),
            Request::ExportPerson { address } => self.export_person(&address),
            Request::ExportPairing { pairing } => self.export_pairing(PairingId(pairing)),
            Request::Summaries => self.summaries(),
            Request::Hold { on } => self.set_hold(on),
            Request::Backup => self.back_up(),
            Request::Review(_) => Ok(Reply::Reviews {
                reviews: self.review_lines()?,
            }),
            Request::Clock(_) | Request::Coming { .. } | Request::Fabric { .. } => {
                Ok(Reply::Refused {
                    message: "not a request of this kind".into(),
                })
            }
        }
    }

    fn invite(
        &mut self,
        from: Option<&str>,
        to: &[String],
        note: Option<&str>,
        dry_run: bool,
        id: &str,
    ) -> Result<Reply, DeciderError> {
        let refuse = |message: String| Ok(Reply::Refused { message });
        let own = &self.settings.mailbox.address;
        let inviter = match self.settings.ownership.inviter(from, own) {
            Ok(inviter) => inviter,
            Err(why) => return refuse(why),
        };
        if to.is_empty() || to.len() > INVITEES_MAX {
            return refuse(format!(
                "name one to {INVITEES_MAX} people with --to; the practice is two"
            ));
        }
        let note = note.map(clean_text).filter(|note| !note.is_empty());
        if note
            .as_ref()
            .is_some_and(|note| note.chars().count() > NOTE_CHARS_MAX)
        {
            return refuse(format!(
                "the note is longer than {NOTE_CHARS_MAX} characters; a line is plenty"
            ));
        }
        let mut invitees = Vec::new();
        for text in to {
            match NameAddr::parse(text) {
                Ok(invitee) => match self.settings.ownership.refuses(&invitee.address, own) {
                    Some(why) => return refuse(why.to_owned()),
                    None => invitees.push(invitee),
                },
                Err(error) => return refuse(format!("--to: {error}")),
            }
        }
        let note = note.map(Words::new);
        let mut invitations = Vec::new();
        for (number, invitee) in invitees.iter().enumerate() {
            let request = format!("{id}-{number}");
            let asked = Asked {
                note: note.clone(),
                plan: None,
                dry_run,
                request: &request,
                noted: None,
            };
            let made = self.invite_one(&inviter, invitee, asked);
            if made.is_err() {
                self.abandon();
            }
            invitations.push(made?);
        }
        Ok(Reply::Invited { invitations })
    }

    /// Whether that request was carried out before.
    pub(super) fn was_asked(&self, request: &str) -> Result<bool, DeciderError> {
        let asked = Key::on(Shelf::Request).digest(self.ledger.store.digest(request));
        Ok(self.ledger.store.get(&asked)?.is_some())
    }

    /// Invites one.
    pub(super) fn invite_one(
        &mut self,
        inviter: &NameAddr,
        invitee: &NameAddr,
        asked: Asked<'_>,
    ) -> Result<Invitation, DeciderError> {
        let Asked {
            note,
            plan,
            dry_run,
            request,
            noted,
        } = asked;
        let mut made = Invitation {
            to: invitee.to_string(),
            subject: String::new(),
            pairing: None,
            refused: None,
        };
        let forgotten = self.ledger.is_suppressed(&invitee.address)?
            || self.ledger.is_suppressed(&inviter.address)?;
        if forgotten {
            made.refused = Some("this invitation cannot be sent from here".to_owned());
            return Ok(made);
        }
        let asked = Key::on(Shelf::Request).digest(self.ledger.store.digest(request));
        if let Some(before) = self.ledger.store.get(&asked)? {
            made.pairing = before.try_into().ok().map(u64::from_be_bytes);
            return Ok(made);
        }
        let mut batch = Batch::new();
        let from = self.person_for(inviter, &mut batch)?;
        let to = self.person_for(invitee, &mut batch)?;
        let pairing = self.new_pairing(&mut batch);
        let octets = pairing.0.to_be_bytes().to_vec();
        let plan = plan.unwrap_or_else(|| self.settings.plan.clone());
        let what = What::Invite {
            pairing,
            inviter: from,
            invitee: to,
            note,
            plan,
        };
        let event = Event {
            cause: Cause::Request(request.to_owned()),
            what,
        };
        match self.try_out(&event, &[(from, inviter), (to, invitee)])? {
            Ok(subject) => made.subject = subject,
            Err(why) => made.refused = Some(why.to_owned()),
        }
        if made.refused.is_some() || dry_run {
            self.forget_numbers()?;
            return Ok(made);
        }
        for key in noted.into_iter().chain([asked]) {
            batch.put(key, crate::keyring::Owner::House, octets.clone());
        }
        self.decide(&event, &[from, to], None, batch)?;
        self.flush()?;
        made.pairing = Some(pairing.0);
        Ok(made)
    }

    fn order(
        &mut self,
        id: PairingId,
        order: AskedOrder,
        request: String,
    ) -> Result<Reply, DeciderError> {
        let Some(pairing) = self.ledger.pairing(id)? else {
            let message = format!(
                "there is no pairing {}; `postlunch pairing list` shows them",
                id.0
            );
            return Ok(Reply::Refused { message });
        };
        let order = match order {
            AskedOrder::Pause(until) => Order::Pause(until),
            AskedOrder::Resume => Order::Resume,
            AskedOrder::End => Order::End,
        };
        let what = What::Ordered { pairing: id, order };
        let event = Event {
            cause: Cause::Request(request),
            what,
        };
        let seeds = [pairing.inviter, pairing.invitee];
        let outcome = self.decide(&event, &seeds, None, Batch::new())?;
        self.flush()?;
        Ok(match outcome {
            Outcome::Refused(why) | Outcome::Nothing(why) => Reply::Refused {
                message: why.to_owned(),
            },
            _ => Reply::Done {
                message: "done; both are being told".to_owned(),
            },
        })
    }

    /// `person stop` and `person forget`. Forgetting stops first; the keys go once the last mail
    /// about it is out, so that partners hear of the end.
    fn person_order(
        &mut self,
        address: &str,
        forget: bool,
        id: String,
    ) -> Result<Reply, DeciderError> {
        let refuse = |message: String| Ok(Reply::Refused { message });
        let address = match Address::parse(address) {
            Ok(address) => address,
            Err(error) => return refuse(error.to_string()),
        };
        let known = self.ledger.person_at(&address)?;
        let Some(person) = known
            .map(|id| self.ledger.person(id))
            .transpose()?
            .flatten()
        else {
            return refuse(format!("nothing is kept about {address}"));
        };
        if !person.stopped {
            let acts = vec![Act::Stop];
            let said = Said {
                from: None,
                acts,
                words: Words::default(),
                confided: false,
            };
            let what = What::Said {
                by: person.id,
                pairing: None,
                about: None,
                said,
            };
            let event = Event {
                cause: Cause::Request(id),
                what,
            };
            self.decide(&event, &[person.id], None, Batch::new())?;
            self.flush()?;
        }
        if !forget {
            return Ok(Reply::Done {
                message: "stopped; no more mail goes there".to_owned(),
            });
        }
        let pairings = self.ledger.pairings_of(person.id)?;
        let on_the_way = self.ledger.outbox()?.iter().any(|row| {
            row.person == person.id.0
                || row
                    .pairing
                    .is_some_and(|p| pairings.contains(&PairingId(p)))
        });
        if on_the_way {
            let message = "stopped; the last mail about it is on its way, ask again in a minute";
            return refuse(message.to_owned());
        }
        let today = self.clock.now().date_naive();
        let mut batch = Batch::new();
        self.ledger
            .forget_with_partners(&mut batch, &person, &pairings, today)?;
        self.ledger.forget(&mut batch, &person, &pairings);
        self.ledger
            .put_turn(&mut batch, Turn::Person(person.id), None)?;
        for pairing in pairings {
            self.ledger
                .put_turn(&mut batch, Turn::Pairing(pairing), None)?;
        }
        self.commit(batch)?;
        Ok(Reply::Done {
            message: "forgotten, here and in every backup".to_owned(),
        })
    }

    fn pairing_lines(&self) -> Result<Reply, DeciderError> {
        let now = self.clock.now();
        let mut pairings = Vec::new();
        for pairing in self.ledger.pairings()? {
            let name = |id| -> Result<String, DeciderError> {
                let person = self.ledger.person(id)?;
                Ok(person.map_or_else(|| "(forgotten)".to_owned(), |p| p.who.address.to_string()))
            };
            pairings.push(PairingLine {
                pairing: pairing.id.0,
                inviter: name(pairing.inviter)?,
                invitee: name(pairing.invitee)?,
                stage: stage_word(&pairing.stage).to_owned(),
                next_lunch: next_lunch(&pairing, now),
            });
        }
        Ok(Reply::Pairings { pairings })
    }

    fn summaries(&self) -> Result<Reply, DeciderError> {
        let now = self.clock.now();
        let zone = self.settings.zone;
        let month = monthly::month_before(now.with_timezone(&zone).date_naive());
        let mut summaries = Vec::new();
        for person in self
            .ledger
            .people()?
            .into_iter()
            .filter(|p| p.summaries && !p.stopped)
        {
            let circle = self.ledger.circle(&[person.id], &self.settings.rules)?;
            let around = self.grown_from(person.id)?;
            let Some(dispatch) = summary(&circle, &around, person.id, month, now) else {
                continue;
            };
            // One that has gone out for this month does not go out again.
            if self.ledger.has_effect(dispatch.key().as_str())? {
                continue;
            }
            if let Body::Summary(harvest) = &dispatch.letter.body {
                let lunches = harvest.held.iter().map(|(_, dates)| dates.len()).sum();
                summaries.push(SummaryLine {
                    to: person.who.address.to_string(),
                    lunches,
                });
            }
        }
        Ok(Reply::Summaries { summaries })
    }

    fn set_hold(&mut self, hold: bool) -> Result<Reply, DeciderError> {
        let mut batch = Batch::new();
        Ledger::put_counter(&mut batch, "hold", u64::from(hold));
        if !hold {
            self.resume_after_a_restore(&mut batch);
        }
        self.commit(batch)?;
        self.hold = hold;
        let message = if hold {
            "sending is on hold; mail is still read"
        } else {
            "sending goes on"
        };
        Ok(Reply::Done {
            message: message.to_owned(),
        })
    }

    /// What ran since the last time this was asked; kept only in a rehearsal.
    pub fn take_log(&mut self) -> Vec<Ran> {
        std::mem::take(&mut self.log)
    }

    /// The next moment at which it is somebody's turn.
    ///
    /// # Errors
    /// If the store fails.
    pub fn next_turn(&self) -> Result<Option<DateTime<Utc>>, DeciderError> {
        Ok(self.ledger.next_turn()?)
    }

    /// Sets a rehearsal clock to where the last run left it, if that is later.
    ///
    /// # Errors
    /// If the store fails.
    pub fn resume_clock(&self) -> Result<(), DeciderError> {
        let seconds = self.ledger.counter("clock")?.cast_signed();
        if let Some(moment) = DateTime::from_timestamp(seconds, 0) {
            self.clock.advance_to(moment);
        }
        Ok(())
    }

    /// Moves a rehearsal clock, and remembers where it stands.
    ///
    /// # Errors
    /// If the store fails.
    pub fn move_clock(&mut self, moment: DateTime<Utc>) -> Result<(), DeciderError> {
        if let Clock::Hand(_) = self.clock {
            self.clock.advance_to(moment);
            let seconds = self.clock.now().timestamp().cast_unsigned();
            let mut batch = Batch::new();
            Ledger::put_counter(&mut batch, "clock", seconds);
            self.commit(batch)?;
        }
        Ok(())
    }
}

pub(super) const fn stage_word(stage: &Stage) -> &'static str {
    match stage {
        Stage::Invited => "invited",
        Stage::Postponed { .. } => "postponed",
        Stage::Meeting => "meeting",
        Stage::Paused { .. } => "paused",
        Stage::Declined
        | Stage::Lapsed
        | Stage::Undeliverable
        | Stage::Ended { .. }
        | Stage::Parted => "over",
    }
}

fn next_lunch(pairing: &Pairing, now: DateTime<Utc>) -> Option<String> {
    if !pairing.stage.is_meeting() {
        return None;
    }
    let index = pairing.next_after(local(now, pairing.plan.zone))?;
    let start = pairing.lunches.get(index)?.start;
    Some(start.format("%Y-%m-%d %H:%M").to_string())
}
