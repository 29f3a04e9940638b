//! Notes: taking them, correcting them, keeping them sealed, and the exchange.
//!
//! What somebody wrote stays sealed until both have answered, the time for writing is over, or the
//! writer says "share now". Then the partner gets it, once; a correction after that brings one
//! corrected exchange.

use super::desk::Desk;
use super::step::held_of;
use super::{Heard, Voice};
use crate::lunch::act::{Act, Answering, Held, Permission};
use crate::lunch::agenda::seal_moment;
use crate::lunch::cadence::{local, moment};
use crate::lunch::event::{Consent, Outcome};
use crate::lunch::letter::{Because, Body, Notice, Receipt, Seal};
use crate::lunch::moments::tells_when;
use crate::lunch::notes::{Notes, Section, Words};
use crate::lunch::nothing::says_nothing;
use crate::lunch::pairing::{Lunch, LunchState, Page, Pairing, PairingId, Role};
use crate::lunch::person::PersonId;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

/// How long an exchange is worth sending.
const EXCHANGE_USE_BY: TimeDelta = TimeDelta::days(10);

/// From this lunch on a best moment without a "when" is asked for one; before it, any word is welcome.
const HINTED_FROM: u32 = 4;

impl Desk {
    /// The lunch that notes belong to: the one the letter named, else the latest one.
    fn lunch_noted(&self, voice: Voice<'_>) -> Option<usize> {
        let pairing = self.pairing(voice.pairing)?;
        let now = local(self.now, pairing.plan.zone);
        let began = |i: &usize| pairing.lunches.get(*i).is_some_and(|l| l.start <= now);
        let named = voice
            .about
            .and_then(|a| a.slot)
            .and_then(|slot| pairing.lunch_at(slot));
        named.filter(began).or_else(|| pairing.latest_until(now))
    }

    /// The same, where notes are kept; else the mail goes back.
    fn lunch_to_note(&mut self, voice: Voice<'_>) -> Result<usize, Outcome> {
        let kept = self.pairing(voice.pairing).is_some_and(|p| p.plan.notes);
        let pairing = Some(voice.pairing);
        match self.lunch_noted(voice) {
            Some(index) if kept => Ok(index),
            None if kept => Err(self.give_back(voice.by, pairing, voice.words)),
            _ => Err(self.give_back_because(voice.by, pairing, voice.words, Because::NoNotes)),
        }
    }

    /// Whether notes in answer to a letter about a lunch to come would change words about an earlier one
    /// that the partner has read.
    pub(super) fn would_rewrite(&self, voice: Voice<'_>) -> bool {
        let now = self.local_now(voice.pairing);
        let slot = voice.about.and_then(|a| a.slot);
        let is_ahead = slot
            .and_then(|slot| {
                self.lunch(voice.pairing, self.pairing(voice.pairing)?.lunch_at(slot)?)
            })
            .is_some_and(|lunch| lunch.start > now);
        let noted = self.lunch_noted(voice);
        let noted = noted.and_then(|index| self.lunch(voice.pairing, index));
        is_ahead && noted.is_some_and(|lunch| lunch.page(voice.role).shown > 0)
    }

    pub(super) fn take_notes(&mut self, act: &Act, voice: Voice<'_>) -> Outcome {
        let Act::Notes(notes) = act else {
            return Outcome::Nothing("no notes were written");
        };
        let index = match self.lunch_to_note(voice) {
            Ok(index) => index,
            Err(returned) => return returned,
        };
        self.change_lunch(voice.pairing, index, |lunch| {
            if !notes.is_empty() {
                lunch.state = LunchState::Held;
            }
            lunch.page_mut(voice.role).rewrite(|kept| match kept {
                Some(earlier) => merge(earlier, notes),
                None => *kept = Some(notes.clone()),
            });
        });
        if let Some(focus) = &notes.focus {
            self.place_focus(voice, index, focus);
        }
        Outcome::Done
    }

    pub(super) fn correct(&mut self, act: &Act, voice: Voice<'_>) -> Outcome {
        let Act::Correction {
            section: Some(section),
            words,
        } = act
        else {
            return Outcome::Nothing("nothing was corrected");
        };
        let index = match self.lunch_to_note(voice) {
            Ok(index) => index,
            Err(returned) => return returned,
        };
        self.change_lunch(voice.pairing, index, |lunch| {
            if words.is_some() {
                lunch.state = LunchState::Held;
            }
            lunch.page_mut(voice.role).rewrite(|kept| {
                kept.get_or_insert_with(Notes::default)
                    .set_section(*section, words.clone());
            });
        });
        if let (Section::Focus, Some(focus)) = (section, words) {
            self.place_focus(voice, index, focus);
        }
        Outcome::Done
    }

    /// Finds the partner's goal that a focus note speaks of.
    fn place_focus(&mut self, voice: Voice<'_>, index: usize, focus: &Words) {
        let partner = self
            .pairing(voice.pairing)
            .map(|p| p.person(voice.role.other()));
        let meant = partner.and_then(|partner| self.goal_meant(partner, voice.pairing, focus));
        self.change_lunch(voice.pairing, index, |l| {
            l.page_mut(voice.role).goal = meant;
        });
    }

    /// `goal 2`, in answer to the receipt for notes, is the partner's goal that they spoke of; with
    /// words, or to any other letter, it is the writer's own.
    pub(super) fn goal_by_number(&mut self, act: &Act, voice: Voice<'_>) -> Outcome {
        let number = super::goals::argument(act);
        let about_notes = voice.about.is_some_and(|a| a.letter == "receipt-notes");
        if !about_notes || number.contains(' ') {
            return self.number_goal(voice.by, act);
        }
        let partner = self
            .pairing(voice.pairing)
            .map(|p| p.person(voice.role.other()));
        // As many as the receipt told, in its order.
        let place: Option<usize> = number.trim().parse().ok();
        let shown = partner.map(|partner| self.goals_shown(partner, voice.pairing));
        let place = place.and_then(|number| number.checked_sub(1));
        let meant = shown.and_then(|shown| shown.get(place?).copied());
        let (Some(meant), Some(index)) = (meant, self.lunch_noted(voice)) else {
            return self.give_back(voice.by, Some(voice.pairing), voice.words);
        };
        self.change_lunch(voice.pairing, index, |l| {
            l.page_mut(voice.role).goal = Some(meant);
        });
        let shown = self
            .lunch(voice.pairing, index)
            .map_or(0, |l| l.page(voice.role).shown);
        self.confirm_notes(voice, index, shown);
        Outcome::Done
    }

    /// The writer takes a point out that the partner wrote about them. Nobody else is told.
    pub(super) fn remove(&mut self, act: &Act, voice: Voice<'_>) -> Outcome {
        let Act::Correction {
            section: Some(section),
            ..
        } = act
        else {
            return Outcome::Nothing("nothing was named");
        };
        let partner = voice.role.other();
        let named = self.lunch_noted(voice).filter(|index| {
            let page = self.lunch(voice.pairing, *index).map(|l| l.page(partner));
            page.is_some_and(|page| {
                let notes = page.notes.as_ref();
                page.shown > 0 && notes.is_some_and(|n| n.section(*section).is_some())
            })
        });
        let Some((index, table)) = named.and_then(|i| Some((i, self.table(voice.pairing, i)?)))
        else {
            return self.give_back(voice.by, Some(voice.pairing), voice.words);
        };
        self.change_lunch(voice.pairing, index, |l| {
            l.page_mut(partner).rewrite(|kept| {
                if let Some(notes) = kept {
                    notes.set_section(*section, None);
                }
            });
        });
        self.send_cards(voice.pairing, index, Some(partner));
        let slot = self.lunch(voice.pairing, index).map(|l| l.slot);
        let receipt = Receipt::Removed {
            table,
            section: *section,
        };
        self.answer(voice.by, Some(voice.pairing), slot, Body::Receipt(receipt));
        Outcome::Done
    }

    pub(super) fn share_now(&mut self, voice: Voice<'_>) -> Outcome {
        let Some(index) = self.lunch_noted(voice) else {
            return self.give_back(voice.by, Some(voice.pairing), voice.words);
        };
        self.change_lunch(voice.pairing, index, |l| {
            l.page_mut(voice.role).share_now = true
        });
        Outcome::Done
    }

    /// The lunch after which the partner wrote something that waits for the writer of this mail to ask: the
    /// one that is answered, or, in answer to a reminder, the last one.
    pub(super) fn words_waiting(&self, voice: Voice<'_>) -> Option<usize> {
        let pairing = self.pairing(voice.pairing)?;
        let waits = |lunch: &Lunch| lunch.unsealed && lunch.waits(voice.role.other());
        let noted = self.lunch_noted(voice);
        let noted = noted.filter(|index| pairing.lunches.get(*index).is_some_and(waits));
        let reminded = || {
            voice
                .about
                .is_some_and(|a| a.answering == Answering::Reminder)
        };
        noted.or_else(|| pairing.waiting_for(voice.role).filter(|_| reminded()))
    }

    /// Whoever was asked twice and stayed silent asks for what the partner wrote.
    pub(super) fn read_now(&mut self, voice: Voice<'_>) -> Outcome {
        let Some(index) = self.words_waiting(voice) else {
            return Outcome::Nothing("nothing waits");
        };
        self.show(voice.pairing, index, voice.role.other(), false);
        Outcome::Done
    }

    pub(super) fn undo(&mut self, voice: Voice<'_>) -> Outcome {
        let Some(index) = self.lunch_noted(voice) else {
            return self.give_back(voice.by, Some(voice.pairing), voice.words);
        };
        let Some(lunch) = self.lunch(voice.pairing, index) else {
            return Outcome::Nothing("there is no such lunch");
        };
        let (slot, seen) = (lunch.slot, lunch.page(voice.role).shown > 0);
        let (on, asked) = (lunch.start.date(), lunch.page(voice.role).is_asked_about());
        if lunch.page(voice.role).notes.is_none() && lunch.page(voice.role).answer.is_none() {
            return Outcome::Nothing("there is nothing to take back");
        }
        self.change_lunch(voice.pairing, index, |lunch| {
            let page = lunch.page_mut(voice.role);
            // "We didn't meet", and notes of a lunch: those are what does not belong there.
            let contradicts = page.answer == Some(Held::NotMet) && page.has_notes();
            page.rewrite(|notes| *notes = None);
            page.answer = page.answer.filter(|_| contradicts);
            page.share_now = false;
            if lunch.followed_up.is_some() {
                lunch.state = lunch.recalled();
            }
        });
        let Some(table) = self.table(voice.pairing, index) else {
            return Outcome::Nothing("there is no such lunch");
        };
        if seen {
            self.send_cards(voice.pairing, index, Some(voice.role));
        }
        let receipt = Body::Receipt(Receipt::Undone { table, seen });
        self.answer(voice.by, Some(voice.pairing), Some(slot), receipt);
        if asked {
            self.tell_leave_ended(voice, on);
        }
        Outcome::Done
    }

    /// Whoever asked whether they may quote hears that the words were taken back, and the leave with them.
    fn tell_leave_ended(&mut self, voice: Voice<'_>, on: NaiveDate) {
        let partner = self
            .pairing(voice.pairing)
            .map(|p| p.person(voice.role.other()));
        if let Some(partner) = partner {
            let news = Notice::QuoteAnswered {
                words: None,
                permission: Permission::Refused,
                taken_back: Some(on),
            };
            self.tell(partner, voice.pairing, None, news);
        }
    }

    pub(super) fn note_held(&mut self, act: &Act, voice: Voice<'_>) -> Outcome {
        let Some(index) = self.lunch_noted(voice) else {
            return Outcome::Nothing("there was no lunch yet");
        };
        let held = held_of(act);
        let met = held != Held::NotMet;
        let Some(lunch) = self.lunch(voice.pairing, index) else {
            return Outcome::Nothing("there was no lunch yet");
        };
        let slot = lunch.slot;
        // Notes of either say that they met, whatever the other remembers: who wrote them keeps them.
        let own_notes = lunch.page(voice.role).has_notes();
        let partners_notes = lunch.page(voice.role.other()).has_notes();
        self.change_lunch(voice.pairing, index, |lunch| {
            lunch.page_mut(voice.role).answer = Some(held);
            lunch.state = match met || own_notes || partners_notes {
                true => LunchState::Held,
                false => LunchState::NotMet,
            };
        });
        if let Some(table) = self.table(voice.pairing, index) {
            let receipt = Body::Receipt(Receipt::Held {
                table,
                met,
                own_notes,
                partners_notes,
            });
            self.answer(voice.by, Some(voice.pairing), Some(slot), receipt);
        }
        Outcome::Done
    }

    /// After all acts of a mail: shows what may be shown, and sends the one receipt. Not after an end
    /// in the same mail: what is sealed then stays sealed.
    pub(super) fn close_notes(&mut self, voice: Voice<'_>, before: &Pairing, heard: Heard) {
        let meeting = self
            .pairing(voice.pairing)
            .is_some_and(|p| p.stage.is_meeting());
        let Some(index) = self.lunch_noted(voice) else {
            return;
        };
        if !meeting || !(heard.notes || heard.held) {
            return;
        }
        let Some(page) = self
            .lunch(voice.pairing, index)
            .map(|l| l.page(voice.role).clone())
        else {
            return;
        };
        let slot = self.lunch(voice.pairing, index).map(|l| l.slot);
        let earlier = slot.and_then(|slot| before.lunches.get(before.lunch_at(slot)?));
        let earlier = earlier.map(|l| l.page(voice.role));
        // Leave for words that now read otherwise has ended with them.
        let unquoted = earlier.is_some_and(|earlier| {
            let mut asked = earlier.asked_about();
            asked.any(|section| !page.quoting.contains_key(&section))
        });
        let earlier = earlier.and_then(|page| page.notes.clone());
        let shown_before = page.shown;
        // A correction that changes nothing, and words to nobody's prompt, tell the partner nothing.
        let reads = |notes: Option<&Notes>| notes.cloned().map(Notes::as_shown).unwrap_or_default();
        if shown_before > 0 && reads(page.notes.as_ref()) != reads(earlier.as_ref()) {
            self.show(voice.pairing, index, voice.role, unquoted);
            self.send_cards(voice.pairing, index, Some(voice.role));
        }
        self.open_pages(voice.pairing, index);
        if heard.notes {
            self.confirm_notes(voice, index, shown_before);
        }
    }

    /// The receipt for notes; without any there was nothing to share.
    fn confirm_notes(&mut self, voice: Voice<'_>, index: usize, shown_before: u32) {
        let written = |lunch: &Lunch| lunch.page(voice.role).notes.clone();
        let Some(notes) = self.lunch(voice.pairing, index).and_then(written) else {
            self.change_lunch(voice.pairing, index, |l| {
                l.page_mut(voice.role).share_now = false
            });
            self.give_back(voice.by, Some(voice.pairing), voice.words);
            return;
        };
        let Some(lunch) = self.lunch(voice.pairing, index).cloned() else {
            return;
        };
        let page = lunch.page(voice.role);
        let seal = match (shown_before, page.shown) {
            (0, 0) if lunch.waits(voice.role) => Seal::UntilAsked,
            (0, 0) => Seal::Until(self.seal_end(voice.pairing, &lunch)),
            (0, _) => Seal::Opened,
            _ => Seal::OpenedBefore,
        };
        let hints_when = self.hints_when(voice, &lunch, &notes);
        let asks = !page.asked_for_missing && !notes.is_empty() && page.shown == 0;
        let ask_for = if asks {
            notes.missing().first().copied()
        } else {
            None
        };
        if ask_for.is_some() {
            self.change_lunch(voice.pairing, index, |l| {
                l.page_mut(voice.role).asked_for_missing = true
            });
        }
        let hints_when = hints_when && ask_for.is_none();
        if hints_when {
            self.change_lunch(voice.pairing, index, |l| {
                l.page_mut(voice.role).hinted = true;
            });
        }
        let partner = self
            .pairing(voice.pairing)
            .map(|p| p.person(voice.role.other()));
        let goal = partner.and_then(|p| self.goal_shown(p, page.goal?, voice.pairing));
        let other_goals = partner.map(|p| self.goals_beside(p, voice.pairing, page.goal));
        let Some(table) = self.table(voice.pairing, index) else {
            return;
        };
        let receipt = Receipt::Notes {
            table,
            ask_for,
            goal,
            other_goals: other_goals
                .filter(|_| notes.focus.is_some())
                .unwrap_or_default(),
            notes,
            hints_when,
            seal,
        };
        self.answer(
            voice.by,
            Some(voice.pairing),
            Some(lunch.slot),
            Body::Receipt(receipt),
        );
    }

    /// Somebody's open goals but that one, each with its number, as their partner knows them.
    fn goals_beside(
        &self,
        who: PersonId,
        pairing: PairingId,
        at: Option<usize>,
    ) -> Vec<(usize, Words)> {
        let numbered = self.goals_shown(who, pairing).into_iter().enumerate();
        let others = numbered.filter(|(_, place)| Some(*place) != at);
        others
            .filter_map(|(number, place)| Some((number + 1, self.goal_words(who, place)?)))
            .collect()
    }

    /// Whether to ask for a "when" where the best moment has none: from the fourth lunch on, never
    /// twice in a row, and not of words that were read already.
    fn hints_when(&self, voice: Voice<'_>, lunch: &Lunch, notes: &Notes) -> bool {
        let Some(pairing) = self.pairing(voice.pairing) else {
            return false;
        };
        let vague = notes
            .best
            .as_ref()
            .is_some_and(|best| !says_nothing(best) && !tells_when(best));
        let page = lunch.page(voice.role);
        let noted = |l: &&Lunch| l.start < lunch.start && l.page(voice.role).notes.is_some();
        let before = pairing.lunches.iter().filter(noted);
        let before = before.max_by_key(|l| l.start);
        let hinted_before = before.is_some_and(|l| l.page(voice.role).hinted);
        vague
            && pairing.ordinal(lunch) >= HINTED_FROM
            && page.shown == 0
            && !page.hinted
            && !hinted_before
    }

    /// When the seal breaks by itself, local time.
    fn seal_end(&self, id: PairingId, lunch: &Lunch) -> chrono::NaiveDateTime {
        let Some(pairing) = self.pairing(id) else {
            return lunch.start;
        };
        let rules = &self.circle.rules;
        let end = moment(lunch.start, pairing.plan.zone)
            + TimeDelta::minutes(i64::from(pairing.plan.minutes));
        let asked = lunch.followed_up.unwrap_or(end + rules.followup_after);
        local(seal_moment(asked, pairing, rules), pairing.plan.zone)
    }

    /// The same of a lunch that was followed up then.
    pub(super) fn seal_end_after(&self, id: PairingId, asked: DateTime<Utc>) -> DateTime<Utc> {
        let pairing = self.pairing(id);
        pairing.map_or(asked, |p| seal_moment(asked, p, &self.circle.rules))
    }

    /// Shows each page whose time has come and that was not shown yet.
    pub(super) fn open_pages(&mut self, id: PairingId, index: usize) {
        let Some(lunch) = self.lunch(id, index).cloned() else {
            return;
        };
        let both = |is: fn(&Page) -> bool| is(&lunch.by_inviter) && is(&lunch.by_invitee);
        let told = both(Page::has_told);
        for role in [Role::Inviter, Role::Invitee] {
            let page = lunch.page(role);
            let open = told || page.share_now || lunch.unsealed;
            if page.shown == 0 && open && !lunch.waits(role) {
                self.show(id, index, role, false);
            }
        }
        if both(Page::is_answered) {
            self.change_lunch(id, index, |l| l.nudged = true);
        }
        if told || lunch.unsealed {
            self.send_cards(id, index, None);
        }
    }

    /// Sends the exchange with what the one in that role wrote to the other. `unquoted`: leave to quote ended
    /// with the words that were put right.
    fn show(&mut self, id: PairingId, index: usize, writer: Role, unquoted: bool) {
        let Some(lunch) = self.lunch(id, index).cloned() else {
            return;
        };
        let page = lunch.page(writer);
        let notes = page.notes.clone().unwrap_or_default();
        if notes.is_empty() && page.shown == 0 {
            return;
        }
        let Some(reader) = self.pairing(id).map(|p| p.person(writer.other())) else {
            return;
        };
        let Some(table) = self.table(id, index) else {
            return;
        };
        let goal = page.goal.and_then(|at| self.goal_words(reader, at));
        let corrected = page.shown > 0;
        let proposes = self.proposes(reader, notes.focus.as_ref());
        let notes = notes.as_shown();
        if notes.is_empty() && !corrected {
            return; // "none" under every prompt is nothing to read
        }
        let reached = notes
            .achieved
            .as_ref()
            .filter(|_| !corrected)
            .and_then(|said| self.claim_of_notes(id, writer, said));
        let occasion = format!(
            "{}/{writer:?}/{}/{}",
            lunch.slot,
            page.shown,
            self.occasion()
        );
        let use_by = self.now + EXCHANGE_USE_BY;
        let body = Body::Exchange {
            table,
            notes,
            goal,
            corrected,
            unquoted,
            proposes,
            reached,
        };
        self.post(
            reader,
            Some(id),
            Some(lunch.slot),
            body,
            occasion,
            Consent::Meeting,
            use_by,
        );
        self.change_lunch(id, index, |l| l.page_mut(writer).shown += 1);
    }

    pub(super) fn table(&self, id: PairingId, index: usize) -> Option<crate::lunch::letter::Table> {
        let pairing = self.pairing(id)?;
        Some(pairing.table(pairing.lunches.get(index)?))
    }
}

/// Later notes on the same lunch replace the sections they speak to and leave the others.
fn merge(earlier: &mut Notes, later: &Notes) {
    for section in Section::ALL {
        let said = later.section(section);
        if let Some(words) = said.filter(|_| said != earlier.section(section)) {
            earlier.set_section(section, Some(words.clone()));
            if section == Section::Focus {
                earlier.observations.clone_from(&later.observations);
            }
        }
    }
    if later.achieved.is_some() {
        earlier.achieved.clone_from(&later.achieved);
    }
    earlier.unplaced.clone_from(&later.unplaced);
}
