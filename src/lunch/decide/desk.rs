//! The desk: the circle while a decision is being made, and the letters written so far.

use super::joining::in_one_mail;
use crate::calendar::write::{Event as CalendarEvent, Method, Recurrence};
use crate::lunch::agenda::next_due;
use crate::lunch::cadence::{local, moment};
use crate::lunch::consent::objection;
use crate::lunch::event::{Cause, Circle, Consent, Decision, Dispatch, Effect, Outcome, Shown};
use crate::lunch::letter::{Because, Body, Letter, Notice};
use crate::lunch::notes::Words;
use crate::lunch::pairing::{Lunch, Pairing, PairingId, Plan, Role, Stage};
use crate::lunch::person::{Person, PersonId};
use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};

/// A decision in the making.
pub(super) struct Desk {
    pub(super) circle: Circle,
    pub(super) now: DateTime<Utc>,
    cause: Cause,
    effects: Vec<Effect>,
}

/// How long an answer, notice or question is worth sending.
const ANSWER_USE_BY: TimeDelta = TimeDelta::days(10);

impl Desk {
    pub(super) fn new(circle: &Circle, cause: &Cause, now: DateTime<Utc>) -> Self {
        Self {
            circle: circle.clone(),
            now,
            cause: cause.clone(),
            effects: Vec::new(),
        }
    }

    pub(super) fn into_decision(mut self, before: &Circle, outcome: Outcome) -> Decision {
        // One mail may say several things, the last of them "end": what may not leave any more, once
        // all of it was heard, is not sent in the first place.
        let circle = &self.circle;
        self.effects.retain(|effect| match effect {
            Effect::Send(dispatch) => objection(&dispatch.waiting(), circle).is_none(),
            Effect::Summarise { .. } | Effect::AskAnew { .. } => true,
            Effect::Show { person, .. } => circle.people.get(person).is_some_and(|p| !p.stopped),
        });
        self.effects = in_one_mail(self.effects);
        let changed_person = |p: &Person| before.people.get(&p.id) != Some(p);
        let changed_pairing = |p: &Pairing| before.pairings.get(&p.id) != Some(p);
        Decision {
            people: self
                .circle
                .people
                .into_values()
                .filter(changed_person)
                .collect(),
            pairings: self
                .circle
                .pairings
                .into_values()
                .filter(changed_pairing)
                .collect(),
            effects: self.effects,
            outcome,
        }
    }

    pub(super) fn person(&self, id: PersonId) -> Option<&Person> {
        self.circle.people.get(&id)
    }

    pub(super) fn pairing(&self, id: PairingId) -> Option<&Pairing> {
        self.circle.pairings.get(&id)
    }

    pub(super) fn change(&mut self, id: PairingId, edit: impl FnOnce(&mut Pairing)) {
        if let Some(pairing) = self.circle.pairings.get_mut(&id) {
            edit(pairing);
        }
    }

    pub(super) fn change_person(&mut self, id: PersonId, edit: impl FnOnce(&mut Person)) {
        if let Some(person) = self.circle.people.get_mut(&id) {
            edit(person);
        }
    }

    pub(super) fn change_lunch(&mut self, id: PairingId, at: usize, edit: impl FnOnce(&mut Lunch)) {
        if let Some(lunch) = self
            .circle
            .pairings
            .get_mut(&id)
            .and_then(|p| p.lunches.get_mut(at))
        {
            edit(lunch);
        }
    }

    pub(super) fn lunch(&self, id: PairingId, at: usize) -> Option<&Lunch> {
        self.pairing(id)?.lunches.get(at)
    }

    /// The time now on the pairing's walls.
    pub(super) fn local_now(&self, id: PairingId) -> NaiveDateTime {
        self.pairing(id)
            .map_or_else(|| self.now.naive_utc(), |p| local(self.now, p.plan.zone))
    }

    /// Whether that person declined or ended that pairing, or wants no mail at all.
    pub(super) fn has_left(&self, person: PersonId, pairing: Option<PairingId>) -> bool {
        let stopped = self.person(person).is_none_or(|p| p.stopped);
        let left = pairing
            .and_then(|id| self.pairing(id))
            .is_some_and(|p| p.has_left(person));
        stopped || left
    }

    /// An answer to something the person wrote.
    pub(super) fn answer(
        &mut self,
        to: PersonId,
        pairing: Option<PairingId>,
        slot: Option<NaiveDateTime>,
        body: Body,
    ) {
        let use_by = self.now + ANSWER_USE_BY;
        let occasion = self.occasion();
        self.post(to, pairing, slot, body, occasion, Consent::Answer, use_by);
    }

    /// News for the partner of somebody.
    pub(super) fn tell(
        &mut self,
        to: PersonId,
        pairing: PairingId,
        slot: Option<NaiveDateTime>,
        news: Notice,
    ) {
        let use_by = self.now + ANSWER_USE_BY;
        let occasion = self.occasion();
        self.post(
            to,
            Some(pairing),
            slot,
            Body::Notice(news),
            occasion,
            Consent::News,
            use_by,
        );
    }

    /// A letter about what the partner did, that is more than news of it.
    pub(super) fn news(&mut self, to: PersonId, pairing: PairingId, body: Body) {
        let use_by = self.now + ANSWER_USE_BY;
        let occasion = self.occasion();
        self.post(
            to,
            Some(pairing),
            None,
            body,
            occasion,
            Consent::News,
            use_by,
        );
    }

    /// What an answer or notice is keyed by: the mail, the request, or the moment that came due.
    pub(super) fn occasion(&self) -> String {
        match &self.cause {
            Cause::Mail(key) => format!("mail:{key}"),
            Cause::Request(id) => format!("request:{id}"),
            Cause::Time => "time".to_owned(),
        }
    }

    /// Puts a letter on its way, unless the person wants no mail.
    #[allow(clippy::too_many_arguments)] // each is one column of the outbox
    pub(super) fn post(
        &mut self,
        to: PersonId,
        pairing: Option<PairingId>,
        slot: Option<NaiveDateTime>,
        body: Body,
        occasion: String,
        consent: Consent,
        use_by: DateTime<Utc>,
    ) {
        let Some(person) = self.person(to) else {
            return;
        };
        if person.stopped && consent != Consent::Farewell {
            return;
        }
        let partner = pairing.and_then(|id| self.pairing(id)).and_then(|p| {
            let role = p.role(to)?.other();
            Some(self.person(p.person(role))?.who.clone())
        });
        let letter = Letter::new(person.who.clone(), partner, body);
        let dispatch = Dispatch {
            to,
            pairing,
            slot,
            letter,
            occasion,
            consent,
            use_by,
        };
        self.put(dispatch);
    }

    /// Puts a ready letter on its way. One mail cannot say the same kind of thing to the same person twice.
    pub(super) fn put(&mut self, dispatch: Dispatch) {
        let key = dispatch.key();
        let is_same = |e: &Effect| matches!(e, Effect::Send(other) if other.key() == key);
        if !self.effects.iter().any(is_same) {
            self.effects.push(Effect::Send(Box::new(dispatch)));
        }
    }

    /// How many letters there are so far.
    pub(super) const fn written(&self) -> usize {
        self.effects.len()
    }

    /// Takes back all letters after the first so many.
    pub(super) fn take_back(&mut self, written: usize) {
        self.effects.truncate(written);
    }

    /// Takes back the one letter that gave a mail back to its writer.
    pub(super) fn take_back_returned(&mut self, to: PersonId) {
        self.effects.retain(|effect| {
            !matches!(effect, Effect::Send(d) if d.to == to && matches!(d.letter.body, Body::Returned { .. }))
        });
    }

    pub(super) fn put_asking(&mut self, by: PersonId, partner: PersonId, plan: Plan) {
        self.effects.push(Effect::AskAnew { by, partner, plan });
    }

    pub(super) fn summarise(&mut self, person: PersonId, month: chrono::NaiveDate) {
        self.effects.push(Effect::Summarise { person, month });
    }

    /// Sends somebody what they asked to see, once for one mail.
    pub(super) fn give(&mut self, person: PersonId, what: Shown) -> Outcome {
        if self.person(person).is_none_or(|p| p.stopped) {
            return Outcome::Nothing("the person wants no mail");
        }
        let occasion = self.occasion();
        let effect = Effect::Show {
            person,
            what,
            occasion,
        };
        if !self.effects.contains(&effect) {
            self.effects.push(effect);
        }
        Outcome::Done
    }

    /// Returns a mail with its text, once a day, so that two machines cannot talk for ever.
    pub(super) fn give_back(
        &mut self,
        to: PersonId,
        pairing: Option<PairingId>,
        words: &Words,
    ) -> Outcome {
        let ended = pairing.and_then(|id| self.pairing(id)).is_some_and(|p| {
            p.series_made > 0 && matches!(p.stage, Stage::Ended { .. } | Stage::Parted)
        });
        let because = match ended {
            true => Because::Ended,
            false => Because::Unclear,
        };
        self.give_back_because(to, pairing, words, because)
    }

    /// The same, for a reason that is known.
    pub(super) fn give_back_because(
        &mut self,
        to: PersonId,
        pairing: Option<PairingId>,
        words: &Words,
        because: Because,
    ) -> Outcome {
        if self.has_left(to, pairing) {
            return Outcome::Nothing("the person has left");
        }
        let words = words.clone();
        let body = Body::Returned { words, because };
        self.answer_once_a_day(to, pairing, None, body);
        Outcome::Returned
    }

    /// An answer of which one a day is enough, whatever comes in meanwhile.
    pub(super) fn answer_once_a_day(
        &mut self,
        to: PersonId,
        pairing: Option<PairingId>,
        slot: Option<NaiveDateTime>,
        body: Body,
    ) {
        let occasion = format!("day:{}", self.now.date_naive());
        let use_by = self.now + ANSWER_USE_BY;
        self.post(to, pairing, slot, body, occasion, Consent::Answer, use_by);
    }

    /// Sends the series as it now stands to both calendars.
    pub(super) fn send_series(&mut self, id: PairingId, update: bool) {
        self.calendar(id, None, |event, _| Body::CalendarRequest { event, update });
    }

    /// Sends one changed lunch to both calendars.
    pub(super) fn send_exception(&mut self, id: PairingId, at: usize) {
        self.calendar(id, Some(at), |event, _| Body::CalendarRequest {
            event,
            update: true,
        });
    }

    /// Takes one lunch out of both calendars.
    pub(super) fn cancel_lunch(&mut self, id: PairingId, at: usize) {
        self.calendar(id, Some(at), |mut event, _| {
            event.method = Method::Cancel;
            Body::CalendarCancel { event, one: true }
        });
    }

    /// Takes the whole series out of both calendars.
    pub(super) fn cancel_series(&mut self, id: PairingId) {
        self.calendar(id, None, |mut event, _| {
            event.method = Method::Cancel;
            Body::CalendarCancel { event, one: false }
        });
    }

    fn calendar(
        &mut self,
        id: PairingId,
        at: Option<usize>,
        body: impl Fn(CalendarEvent, Role) -> Body,
    ) {
        self.change(id, |p| {
            if let Some(series) = &mut p.series {
                series.sequence += 1;
            }
        });
        for role in [Role::Inviter, Role::Invitee] {
            let Some(event) = self.calendar_event(id, at, role) else {
                continue;
            };
            let Some(to) = self.pairing(id).map(|p| p.person(role)) else {
                continue;
            };
            let body = body(event, role);
            let farewell = matches!(body, Body::CalendarCancel { .. });
            let consent = if farewell {
                Consent::Farewell
            } else {
                Consent::Meeting
            };
            let series = self.pairing(id).and_then(|p| p.series.as_ref());
            let occasion = series
                .map(|s| format!("{}#{}", s.uid, s.sequence))
                .unwrap_or_default();
            let slot = at.and_then(|at| self.lunch(id, at)).map(|l| l.slot);
            let use_by = self.now + TimeDelta::days(60);
            self.post(to, Some(id), slot, body, occasion, consent, use_by);
        }
    }

    /// The series (or one lunch of it) as it stands in the calendar of the one in that role.
    fn calendar_event(
        &self,
        id: PairingId,
        at: Option<usize>,
        role: Role,
    ) -> Option<CalendarEvent> {
        let pairing = self.pairing(id)?;
        let series = pairing.series.as_ref()?;
        let me = self.person(pairing.person(role))?;
        let partner = self.person(pairing.person(role.other()))?;
        let single = series.every_weeks.is_none();
        let lunch = match at {
            Some(at) => pairing.lunches.get(at),
            None if single => pairing.lunches.iter().find(|l| l.uid == series.uid),
            None => None,
        };
        let recurrence = series
            .every_weeks
            .filter(|_| lunch.is_none())
            .map(|every_weeks| Recurrence {
                every_weeks,
                count: series.count,
                excluded: series.excluded.clone(),
            });
        // In a mailbox of one's own, its owner organizes what stands in her own calendar.
        let organizer = self.circle.rules.mailbox.clone();
        let method = match organizer.address == me.who.address {
            true => Method::Publish,
            false => Method::Request,
        };
        Some(CalendarEvent {
            method,
            uid: series.uid.clone(),
            sequence: series.sequence,
            stamp: self.now,
            start: lunch.map_or(series.first, |l| l.start),
            minutes: pairing.plan.minutes,
            zone: pairing.plan.zone,
            recurrence,
            recurrence_id: lunch.filter(|_| !single).map(|l| l.slot),
            summary: format!("Lunch with {}", partner.who.first_name()),
            location: lunch.map_or_else(|| pairing.plan.location.clone(), |l| l.location.clone()),
            description: format!(
                "One on one peer review feedback lunch with {}.",
                partner.who.display_name()
            ),
            organizer,
            attendee: me.who.clone(),
        })
    }

    /// The moment at which that lunch starts.
    pub(super) fn starts_at(&self, id: PairingId, at: usize) -> Option<DateTime<Utc>> {
        let pairing = self.pairing(id)?;
        Some(moment(pairing.lunches.get(at)?.start, pairing.plan.zone))
    }

    /// Whether the pairing still has something to do by now.
    pub(super) fn is_due(&self, id: PairingId) -> bool {
        let due = self
            .pairing(id)
            .and_then(|p| next_due(p, &self.circle.rules));
        due.is_some_and(|due| due <= self.now)
    }
}
