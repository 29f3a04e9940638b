//! The moment jar: a good moment jotted down when it happens. It waits, seen by nobody, for the
//! reminder before the next lunch, which shows it to its writer alone.

use super::Voice;
use super::desk::Desk;
use crate::lunch::act::Act;
use crate::lunch::event::Outcome;
use crate::lunch::letter::{Body, Receipt};
use crate::lunch::notes::Words;
use crate::lunch::pairing::{Jotted, LunchState, PairingId, Role};
use crate::lunch::person::PersonId;
use crate::words::clean::clean_text;
use chrono::NaiveDateTime;

/// Longest moment that the jar takes, in characters; a reminder holds several.
const MOMENT_CHARS_MAX: usize = 600;

/// Most moments of one writer that wait at a time; the oldest makes room.
const WAITING_MAX: usize = 50;

/// Most moments that one reminder shows; the others wait for the next one.
const SHOWN_MAX: usize = 5;

impl Desk {
    /// `best: …`, outside of notes.
    pub(super) fn jot(&mut self, voice: Voice<'_>, act: &Act) -> Outcome {
        let said = match act {
            Act::Command { arguments, .. } => arguments.clone(),
            Act::Correction {
                words: Some(words), ..
            } => words.reveal().clone(),
            Act::Notes(notes) => notes
                .best
                .as_ref()
                .map(|w| w.reveal().clone())
                .unwrap_or_default(),
            _ => String::new(),
        };
        let words: String = clean_text(&said).chars().take(MOMENT_CHARS_MAX).collect();
        let notes = self
            .pairing(voice.pairing)
            .is_some_and(|p| p.plan.notes && p.stage.is_meeting());
        if words.is_empty() || !notes {
            return self.give_back(voice.by, Some(voice.pairing), voice.words);
        }
        let on = self.today(voice.by);
        let jotted = Jotted {
            by: voice.role,
            words: words.clone().into(),
            on,
            shown: None,
        };
        self.change(voice.pairing, |p| {
            p.growth.jar.push(jotted);
            let mine = p.growth.jar.iter().filter(|m| m.by == voice.role).count();
            if mine > WAITING_MAX
                && let Some(oldest) = p.growth.jar.iter().position(|m| m.by == voice.role)
            {
                p.growth.jar.remove(oldest);
            }
        });
        let now = self.local_now(voice.pairing);
        // The next one whose reminder, which shows it, is not out yet.
        let next = self.pairing(voice.pairing).and_then(|p| {
            let ahead = p.lunches.iter().filter(|l| l.start > now);
            let unreminded =
                ahead.filter(|l| l.state == LunchState::Planned && l.reminded_of.is_none());
            unreminded.map(|l| l.start).min()
        });
        let receipt = Receipt::Jotted {
            words: words.into(),
            next,
        };
        self.answer(voice.by, Some(voice.pairing), None, Body::Receipt(receipt));
        Outcome::Done
    }

    /// The same from a letter that names no pairing: the only partner is meant, or the one who is named.
    pub(super) fn jot_alone(&mut self, by: PersonId, act: &Act, words: &Words) -> Outcome {
        let said = super::goals::argument(act).to_lowercase();
        let all = self.circle.pairings.values();
        let meeting: Vec<(PairingId, Role, String)> = all
            .filter(|p| p.stage.is_meeting())
            .filter_map(|p| {
                let role = p.role(by)?;
                let partner = self.person(p.person(role.other()))?;
                Some((p.id, role, partner.who.first_name().to_lowercase()))
            })
            .collect();
        let is_named = |name: &str| {
            let mut spoken = said.split(|c: char| !c.is_alphanumeric());
            !name.is_empty() && spoken.any(|word| word == name)
        };
        let named: Vec<_> = meeting.iter().filter(|(_, _, n)| is_named(n)).collect();
        let meant = match (meeting.as_slice(), named.as_slice()) {
            ([only], _) => only,
            (_, [named]) => *named,
            _ => return self.give_back(by, None, words),
        };
        let voice = Voice {
            by,
            pairing: meant.0,
            role: meant.1,
            about: None,
            words,
            for_partner: words,
        };
        self.jot(voice, act)
    }

    /// `undo` behind its receipt: the newest moment leaves the jar.
    pub(super) fn take_back_jotted(&mut self, voice: Voice<'_>) -> Outcome {
        let newest = self.pairing(voice.pairing).and_then(|p| {
            let waits = |m: &Jotted| m.by == voice.role && m.shown.is_none();
            p.growth.jar.iter().rposition(waits)
        });
        let Some(at) = newest else {
            return Outcome::Nothing("there is nothing to take back");
        };
        self.change(voice.pairing, |p| {
            p.growth.jar.remove(at);
        });
        let receipt = Body::Receipt(Receipt::Forgotten);
        self.answer(voice.by, Some(voice.pairing), None, receipt);
        Outcome::Done
    }

    /// What a reminder of the lunch in that slot shows to the one in that role; it counts as shown.
    pub(super) fn open_jar(
        &mut self,
        id: PairingId,
        slot: NaiveDateTime,
        role: Role,
    ) -> Vec<Words> {
        let mut shown = Vec::new();
        // What the reminder of a lunch showed that was then left out is shown again.
        let served: Vec<NaiveDateTime> = self.pairing(id).map_or_else(Vec::new, |p| {
            let stand = p.lunches.iter().filter(|l| l.counts() && l.slot != slot);
            stand.map(|l| l.slot).collect()
        });
        self.change(id, |p| {
            let mine = p.growth.jar.iter_mut().filter(|m| m.by == role);
            let waiting = mine.filter(|m| m.shown.is_none_or(|before| !served.contains(&before)));
            for moment in waiting.take(SHOWN_MAX) {
                moment.shown = Some(slot);
                shown.push(moment.words.clone());
            }
        });
        shown
    }

    /// The lunch has been followed up: what its reminder showed has done its service.
    pub(super) fn empty_jar(&mut self, id: PairingId, slot: NaiveDateTime) {
        self.change(id, |p| p.growth.jar.retain(|m| m.shown != Some(slot)));
    }
}
