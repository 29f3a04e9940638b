//! Coming: every mail that the present state would bring if nobody answered.
//!
//! The agenda is played forward on a copy of the state: no store is written, no mail made, no clock
//! moved. The decider only hands out the copy, so that mail goes on meanwhile. What is told is when,
//! which letter, to whom and its subject; never what anybody wrote.

use crate::clock::Clock;
use crate::config::Config;
use crate::daemon::conductor::Conductor;
use crate::daemon::decider::{Decider, DeciderError, LOOK_AGAIN, summary};
use crate::daemon::ledger::Turn;
use crate::daemon::letters;
use crate::daemon::migration::migrate;
use crate::daemon::request::{ComingLine, Reply};
use crate::daemon::run::{RunError, store_of};
use crate::daemon::settings::Settings;
use crate::lunch::agenda::next_due;
use crate::lunch::decide::decide;
use crate::lunch::event::{Cause, Circle, Decision, Dispatch, Effect, Event, What};
use crate::lunch::pairing::{Pairing, PairingId};
use crate::lunch::person::{Person, PersonId};
use crate::store::Store;
use crate::words::message_id::MessageId;
use crate::writing::{self, Language, Posting, Templates};
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Farthest look ahead.
pub const DAYS_MAX: i64 = 400;

/// Most mails told at once.
const MAILS_MAX: usize = 20_000;

/// Most turns played; each pairing has a handful for each lunch.
const TURNS_MAX: usize = 500_000;

/// A mail with its effect key: what was queued once is never queued again.
type Keyed = (Option<String>, ComingLine);

/// A copy of the state, to play with.
pub struct Foresight {
    now: DateTime<Utc>,
    until: DateTime<Utc>,
    settings: Settings,
    templates: Arc<Templates>,
    people: BTreeMap<PersonId, Person>,
    pairings: BTreeMap<PairingId, Pairing>,
    pairings_of: BTreeMap<PersonId, BTreeSet<PairingId>>,
    turns: BTreeSet<(DateTime<Utc>, Turn)>,
    due: BTreeMap<Turn, DateTime<Utc>>,
    mails: Vec<Keyed>,
    known: BTreeSet<String>,
}

/// What a daemon that runs would send in that time.
pub(super) async fn ask(seconds: i64, conductor: &Conductor) -> Reply {
    let refused = |message: String| Reply::Refused { message };
    let within = within(seconds);
    let copy = conductor.desk.ask(move |d| d.foresight(within)).await;
    let copy = match copy {
        Ok(copy) => copy,
        Err(error) => return refused(error.to_string()),
    };
    let Ok(played) = tokio::task::spawn_blocking(move || copy.play()).await else {
        return refused("looking ahead was broken off; ask again".to_owned());
    };
    let told = conductor.desk.ask(move |d| d.told(played)).await;
    told.unwrap_or_else(|error| refused(error.to_string()))
}

/// What a daemon would send in that time if it were started now on the real store, which no daemon
/// has open. A store that is not there yet is not made.
///
/// # Errors
/// If the store, its key or the templates cannot be used.
pub fn without_a_daemon(config: &Config, within: TimeDelta) -> Result<Reply, RunError> {
    let (templates, _) = letters::load(config.templates.path.as_deref())?;
    if Store::is_new(&config.store.path) {
        let now = Clock::Wall.now();
        return Ok(Reply::Coming {
            now,
            until: now + within,
            hold: false,
            mails: Vec::new(),
            more: false,
        });
    }
    let (path, key, options) = store_of(config, false)?;
    let mut store = Store::open(&path, &key, options)?;
    migrate(&mut store)?;
    let settings = Settings::new(config, store.token_key(), None);
    let decider = Decider::new(store, settings, templates, Clock::Wall)?;
    let played = decider
        .foresight(self::within(within.num_seconds()))?
        .play();
    let told = decider.told(played)?;
    decider.close();
    Ok(told)
}

fn within(seconds: i64) -> TimeDelta {
    let most = TimeDelta::days(DAYS_MAX);
    TimeDelta::try_seconds(seconds.max(0)).map_or(most, |asked| asked.min(most))
}

impl Decider {
    /// The state as it is now, copied.
    fn foresight(&self, within: TimeDelta) -> Result<Foresight, DeciderError> {
        let now = self.clock.now();
        let until = now.checked_add_signed(within).unwrap_or(now);
        let people = self.ledger.people()?.into_iter().map(|p| (p.id, p));
        let pairings = self.ledger.pairings()?.into_iter().map(|p| (p.id, p));
        let mut copy = Foresight {
            now,
            until,
            settings: self.settings.clone(),
            templates: self.templates(),
            people: people.collect(),
            pairings: pairings.collect(),
            pairings_of: BTreeMap::new(),
            turns: BTreeSet::new(),
            due: BTreeMap::new(),
            mails: Vec::new(),
            known: BTreeSet::new(),
        };
        for (at, turn) in self.ledger.turns_until(until)? {
            copy.set_turn(turn, Some(at));
        }
        for pairing in copy.pairings.values() {
            for who in [pairing.inviter, pairing.invitee] {
                copy.pairings_of.entry(who).or_default().insert(pairing.id);
            }
        }
        for row in self.ledger.outbox()? {
            let letter = self.ledger.letter(row.row)?;
            let subject = letter.map(|l| l.subject.into_revealed());
            copy.mails.push((
                None,
                ComingLine {
                    at: row.not_before.max(now),
                    kind: row.kind.clone(),
                    to: row.recipient.clone(),
                    subject: subject.unwrap_or_default(),
                    waiting: true,
                },
            ));
        }
        Ok(copy)
    }

    /// What was played, without what has been queued already.
    fn told(&self, played: Foresight) -> Result<Reply, DeciderError> {
        let mut mails = Vec::new();
        for (key, line) in played.mails {
            let queued = match key {
                Some(key) => self.ledger.has_effect(&key)?,
                None => false,
            };
            if !queued {
                mails.push(line);
            }
        }
        mails.sort_by(|a, b| (a.at, &a.to, &a.kind).cmp(&(b.at, &b.to, &b.kind)));
        let more = mails.len() > MAILS_MAX;
        mails.truncate(MAILS_MAX);
        Ok(Reply::Coming {
            now: played.now,
            until: played.until,
            hold: self.hold,
            mails,
            more,
        })
    }
}

impl Foresight {
    /// Plays to the end, or until there is more than anybody reads.
    fn play(mut self) -> Self {
        for _ in 0..TURNS_MAX {
            let Some((due, turn)) = self.turns.pop_first() else {
                break;
            };
            if due > self.until || self.mails.len() > MAILS_MAX {
                break;
            }
            self.due.remove(&turn);
            let at = due.max(self.now);
            match turn {
                Turn::Pairing(id) => self.pairing_turn(id, at),
                Turn::Person(id) => self.person_turn(id, due, at),
            }
        }
        self
    }

    /// As `Ledger::put_turn`.
    fn set_turn(&mut self, turn: Turn, at: Option<DateTime<Utc>>) {
        if let Some(before) = self.due.remove(&turn) {
            self.turns.remove(&(before, turn));
        }
        if let Some(at) = at {
            self.turns.insert((at, turn));
            self.due.insert(turn, at);
        }
    }

    fn pairing_turn(&mut self, id: PairingId, at: DateTime<Utc>) {
        let Some(pairing) = self.pairings.get(&id) else {
            return;
        };
        let seeds = [pairing.inviter, pairing.invitee];
        if next_due(pairing, &self.settings.rules).is_some() {
            self.set_turn(Turn::Pairing(id), Some(at + LOOK_AGAIN));
        }
        self.happen(&seeds, What::Due { pairing: id }, at);
    }

    fn person_turn(&mut self, id: PersonId, due: DateTime<Utc>, at: DateTime<Utc>) {
        let theirs = self.pairings_of.get(&id).into_iter().flatten();
        let meeting = theirs
            .filter_map(|pairing| self.pairings.get(pairing))
            .rfind(|pairing| pairing.stage.is_meeting());
        let zone = meeting.map_or(self.settings.zone, |pairing| pairing.plan.zone);
        let next = self.settings.summary_after(id, zone, at);
        self.set_turn(Turn::Person(id), next);
        let month = self.settings.summary_month(id, zone, due);
        self.happen(&[id], What::MonthTurned { person: id, month }, at);
    }

    fn happen(&mut self, seeds: &[PersonId], what: What, at: DateTime<Utc>) {
        let circle = self.circle(seeds);
        let cause = Cause::Time;
        let decision = decide(&circle, &Event { cause, what }, at);
        for effect in &decision.effects {
            match effect {
                Effect::Send(dispatch) => self.foresee(dispatch, at),
                Effect::Summarise { person, month } => {
                    if let Some(dispatch) = summary(&circle, &[], *person, *month, at) {
                        self.foresee(&dispatch, at);
                    }
                }
                // Nobody asks for anything when nobody answers.
                Effect::Show { .. } | Effect::AskAnew { .. } => {}
            }
        }
        self.remember(decision, at);
    }

    fn remember(&mut self, decision: Decision, at: DateTime<Utc>) {
        self.people
            .extend(decision.people.into_iter().map(|p| (p.id, p)));
        for pairing in decision.pairings {
            let due = next_due(&pairing, &self.settings.rules);
            let due = due.map(|due| if due <= at { at + LOOK_AGAIN } else { due });
            self.set_turn(Turn::Pairing(pairing.id), due);
            self.pairings.insert(pairing.id, pairing);
        }
    }

    fn foresee(&mut self, dispatch: &Dispatch, at: DateTime<Utc>) {
        let key = dispatch.key().as_str().to_owned();
        if !self.known.insert(key.clone()) {
            return;
        }
        let subject = self
            .posting(at)
            .and_then(|posting| writing::subject(&dispatch.letter, &posting, &self.templates).ok());
        self.mails.push((
            Some(key),
            ComingLine {
                at,
                kind: dispatch.letter.body.name().to_owned(),
                to: dispatch.letter.to.address.to_string(),
                subject: subject.unwrap_or_default(),
                waiting: false,
            },
        ));
    }

    /// As a letter of that moment would have it, without a token: it is never sent.
    fn posting(&self, at: DateTime<Utc>) -> Option<Posting> {
        let own = &self.settings.mailbox;
        let id = format!("coming@{}", own.address.domain());
        Some(Posting {
            from: own.clone(),
            reply_to: own.address.clone(),
            printed_to: own.address.clone(),
            stop_to: own.address.clone(),
            message_id: MessageId::parse(&id)?,
            in_reply_to: None,
            references: Vec::new(),
            thread_subject: None,
            date: at,
            letter_id: String::new(),
            reference: String::new(),
            house: self.settings.house.clone(),
            language: Language::English,
        })
    }

    /// As `Ledger::circle`, from the copy.
    fn circle(&self, seeds: &[PersonId]) -> Circle {
        let mut members: BTreeSet<PersonId> = seeds.iter().copied().collect();
        let mut pairings = BTreeMap::new();
        let ids = seeds.iter().filter_map(|seed| self.pairings_of.get(seed));
        for pairing in ids.flatten().filter_map(|id| self.pairings.get(id)) {
            members.extend([pairing.inviter, pairing.invitee]);
            pairings.insert(pairing.id, pairing.clone());
        }
        let known = |id: &PersonId| Some((*id, self.people.get(id)?.clone()));
        Circle {
            people: members.iter().filter_map(known).collect(),
            pairings,
            rules: self.settings.rules.clone(),
        }
    }
}
