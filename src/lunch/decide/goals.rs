//! Goals: what somebody wants to get better at. They are told, put another way, joined by others,
//! given up, taken up from a partner's words; whatever they were stays as history.

use super::Voice;
use super::desk::Desk;
use crate::lunch::act::Act;
use crate::lunch::cadence::local;
use crate::lunch::event::Outcome;
use crate::lunch::letter::{Body, Receipt};
use crate::lunch::notes::Words;
use crate::lunch::nothing::says_nothing;
use crate::lunch::pairing::PairingId;
use crate::lunch::person::{Goal, GoalEnd, PersonId};
use crate::words::clean::CleanLine;
use chrono::NaiveDate;
use std::collections::BTreeSet;

/// Shortest word that tells goals apart, in characters; shorter ones stand in all of them.
const TELLING_CHARS: usize = 4;

impl Desk {
    /// `goal: …`. It takes the place of the only one, and stands beside several. As an answer to the
    /// receipt for a goal it puts that one another way. One that is called reached is left as it is.
    pub(super) fn set_goal(&mut self, who: PersonId, act: &Act, letter: Option<&str>) -> Outcome {
        let words = argument(act);
        if words.is_empty() {
            return Outcome::Nothing("no goal was said");
        }
        let open = self.open_goals(who);
        let newest = open.last().copied();
        let newest = newest.filter(|at| !self.is_claimed(who, *at));
        let same = open.iter().any(|at| self.reads(who, *at, &words));
        if let (Some("receipt-goal"), Some(newest), false) = (letter, newest, same) {
            return self.reword(who, newest, words);
        }
        let replaced = match open.as_slice() {
            [only] if !same && !self.is_claimed(who, *only) => Some(*only),
            _ => None,
        };
        if let Some(old) = replaced {
            self.end_goal(who, old, GoalEnd::Replaced, None);
        }
        let replaced = replaced.and_then(|at| self.goal_words(who, at));
        if !same {
            self.add_goal(who, &words);
        }
        self.confirm_goal(who, None, words, replaced);
        Outcome::Done
    }

    /// `another goal: …`
    pub(super) fn another_goal(&mut self, who: PersonId, act: &Act) -> Outcome {
        let words = argument(act);
        if words.is_empty() {
            return Outcome::Nothing("no goal was said");
        }
        let open = self.open_goals(who);
        if !open.iter().any(|at| self.reads(who, *at, &words)) {
            self.add_goal(who, &words);
        }
        self.confirm_goal(who, None, words, None);
        Outcome::Done
    }

    /// `goal 2: …` puts that one another way.
    pub(super) fn number_goal(&mut self, who: PersonId, act: &Act) -> Outcome {
        let said = argument(act);
        let (number, words) = said.split_once(' ').unwrap_or((&said, ""));
        let Some(at) = self.goal_number(who, number).filter(|_| !words.is_empty()) else {
            return self.list_goals(who, None);
        };
        self.reword(who, at, words.to_owned())
    }

    fn reword(&mut self, who: PersonId, at: usize, words: String) -> Outcome {
        let today = self.today(who);
        if self.reads(who, at, &words) {
            return self.list_goals(who, None);
        }
        self.change_person(who, |p| {
            if let Some(goal) = p.goals.get_mut(at) {
                let before = std::mem::replace(&mut goal.words, words.clone().into());
                goal.earlier.push((today, before));
            }
        });
        // Whoever was asked whether it is reached read other words.
        let reopened = self.end_claims(who, at);
        let receipt = Receipt::Goal {
            words: words.into(),
            reworded: true,
            reopened,
            replaced: None,
            all: self.goals_told(who),
            borrowed: false,
        };
        self.answer(who, None, None, Body::Receipt(receipt));
        Outcome::Done
    }

    /// `drop goal`, `drop goal 2`.
    pub(super) fn drop_goal(&mut self, who: PersonId, act: &Act) -> Outcome {
        let number = argument(act);
        let open = self.open_goals(who);
        let meant = match (number.is_empty(), open.as_slice()) {
            (true, [only]) => Some(*only),
            (true, _) => None,
            (false, _) => self.goal_number(who, &number),
        };
        let Some(at) = meant else {
            return self.list_goals(who, None);
        };
        let words = self.goal_words(who, at);
        self.end_goal(who, at, GoalEnd::Dropped, None);
        self.list_goals(who, words)
    }

    /// `keep both`: the goal that the newest one replaced stays beside it.
    pub(super) fn keep_both(&mut self, who: PersonId) -> Outcome {
        let Some(person) = self.person(who) else {
            return Outcome::Nothing("the person is gone");
        };
        let newest = person.open_goals().last().map(|goal| goal.since);
        let is_it =
            |goal: &Goal| matches!(goal.ended, Some((on, GoalEnd::Replaced)) if Some(on) == newest);
        if let Some(at) = person.goals.iter().rposition(is_it) {
            self.change_person(who, |p| {
                if let Some(goal) = p.goals.get_mut(at) {
                    goal.ended = None;
                }
            });
        }
        self.list_goals(who, None)
    }

    /// "Take it up": the partner's focus note, where there was no goal yet, becomes the writer's goal.
    pub(super) fn take_up(&mut self, voice: Voice<'_>) -> Outcome {
        let partner = voice.role.other();
        let slot = voice.about.and_then(|a| a.slot);
        let named = slot.and_then(|slot| self.pairing(voice.pairing)?.lunch_at(slot));
        let proposed = named.and_then(|index| {
            let page = self.lunch(voice.pairing, index)?.page(partner);
            let focus = page.quotable(crate::lunch::notes::Section::Focus)?;
            Some((index, CleanLine::new(focus.reveal()).to_string()))
        });
        let Some((index, words)) = proposed.filter(|(_, words)| !words.is_empty()) else {
            return self.give_back(voice.by, Some(voice.pairing), voice.words);
        };
        let open = self.open_goals(voice.by);
        if !open.iter().any(|at| self.reads(voice.by, *at, &words)) {
            let goal = Goal {
                taken_from: Some(voice.pairing),
                ..Goal::new(words.clone().into(), self.today(voice.by))
            };
            self.change_person(voice.by, |p| p.goals.push(goal));
        }
        let taken = self.open_goals(voice.by).last().copied();
        self.change_lunch(voice.pairing, index, |l| l.page_mut(partner).goal = taken);
        self.confirm_goal(voice.by, Some(voice.pairing), words, None);
        Outcome::Done
    }

    /// `taken_up` is the pairing whose partner's words they are.
    fn confirm_goal(
        &mut self,
        who: PersonId,
        taken_up: Option<PairingId>,
        words: String,
        replaced: Option<Words>,
    ) {
        let receipt = Receipt::Goal {
            words: words.into(),
            reworded: false,
            reopened: false,
            replaced,
            all: self.goals_told(who),
            borrowed: taken_up.is_some(),
        };
        self.answer(who, taken_up, None, Body::Receipt(receipt));
    }

    /// All goals with their numbers; `dropped` is the one that was just given up.
    pub(super) fn list_goals(&mut self, who: PersonId, dropped: Option<Words>) -> Outcome {
        let all = self.goals_told(who);
        let receipt = Receipt::Goals {
            all,
            dropped,
            reopened: None,
            asks: None,
        };
        self.answer(who, None, None, Body::Receipt(receipt));
        Outcome::Done
    }

    fn add_goal(&mut self, who: PersonId, words: &str) {
        let today = self.today(who);
        self.change_person(who, |p| {
            p.goals.push(Goal::new(words.to_owned().into(), today));
        });
    }

    /// Ends a goal; what was called reached of it needs no answer any more.
    pub(super) fn end_goal(
        &mut self,
        who: PersonId,
        at: usize,
        how: GoalEnd,
        agreed_by: Option<PersonId>,
    ) {
        let today = self.today(who);
        self.change_person(who, |p| {
            if let Some(goal) = p.goals.get_mut(at).filter(|g| g.ended.is_none()) {
                goal.ended = Some((today, how));
                goal.agreed_by = agreed_by;
            }
        });
        self.end_claims(who, at);
    }

    /// The places of somebody's open goals, oldest first.
    pub(super) fn open_goals(&self, who: PersonId) -> Vec<usize> {
        let goals = self.person(who).into_iter().flat_map(|p| &p.goals);
        let open = goals.enumerate().filter(|(_, goal)| goal.ended.is_none());
        open.map(|(at, _)| at).collect()
    }

    pub(super) fn goals_told(&self, who: PersonId) -> Vec<Words> {
        let open = self.open_goals(who).into_iter();
        open.filter_map(|at| self.goal_words(who, at)).collect()
    }

    /// Somebody's open goals, for whoever is in that pairing with them.
    pub(super) fn goals_shown(&self, who: PersonId, pairing: PairingId) -> Vec<usize> {
        let open = self.open_goals(who).into_iter();
        open.filter(|at| self.goal_shown(who, *at, pairing).is_some())
            .collect()
    }

    /// The words of a goal, for whoever is in that pairing with its owner.
    pub(super) fn goal_shown(&self, who: PersonId, at: usize, pairing: PairingId) -> Option<Words> {
        self.person(who)?.goals.get(at)?.words_in(pairing).cloned()
    }

    /// What the partner in that pairing watches for.
    pub(super) fn goals_watched(&self, who: PersonId, pairing: PairingId) -> Vec<Words> {
        let open = self.open_goals(who).into_iter();
        open.filter_map(|at| self.goal_shown(who, at, pairing))
            .collect()
    }

    /// The same, for a letter that tells them.
    pub(super) fn tell_goals(&mut self, who: PersonId, pairing: PairingId) -> Vec<Words> {
        for at in self.goals_shown(who, pairing) {
            self.note_told(who, at, pairing);
        }
        self.goals_watched(who, pairing)
    }

    pub(super) fn goal_words(&self, who: PersonId, at: usize) -> Option<Words> {
        Some(self.person(who)?.goals.get(at)?.words.clone())
    }

    pub(super) fn reads(&self, who: PersonId, at: usize, words: &str) -> bool {
        self.goal_words(who, at)
            .is_some_and(|goal| goal.reveal() == words)
    }

    /// The open goal of that number, as the letters count them: from 1.
    pub(super) fn goal_number(&self, who: PersonId, number: &str) -> Option<usize> {
        let number: usize = number.trim().parse().ok()?;
        self.open_goals(who).get(number.checked_sub(1)?).copied()
    }

    /// Which of somebody's open goals these words speak of, as their partner in that pairing knows them:
    /// the only one, the one that shares most telling words with them, else the newest.
    pub(super) fn goal_meant(
        &self,
        who: PersonId,
        pairing: PairingId,
        words: &Words,
    ) -> Option<usize> {
        let said = telling(words.reveal());
        let score = |at: &usize| {
            let goal = self.goal_words(who, *at).map(|goal| telling(goal.reveal()));
            goal.map_or(0, |goal| goal.intersection(&said).count())
        };
        self.goals_shown(who, pairing).into_iter().max_by_key(score)
    }

    pub(super) fn end_summaries(&mut self, who: PersonId) -> Outcome {
        self.change_person(who, |p| p.summaries = false);
        self.answer(who, None, None, Body::Receipt(Receipt::NoSummaries));
        Outcome::Done
    }

    /// The date where the person is: in the zone of any of their pairings.
    pub(super) fn today(&self, who: PersonId) -> NaiveDate {
        let theirs = self
            .circle
            .pairings
            .values()
            .find(|p| p.role(who).is_some());
        theirs.map_or_else(
            || self.now.date_naive(),
            |p| local(self.now, p.plan.zone).date(),
        )
    }

    /// Whether a focus note proposes a goal: its reader has none, and it says something.
    pub(super) fn proposes(&self, reader: PersonId, focus: Option<&Words>) -> bool {
        self.open_goals(reader).is_empty() && focus.is_some_and(|words| !says_nothing(words))
    }
}

/// What stood behind a command, on one line.
pub(super) fn argument(act: &Act) -> String {
    match act {
        Act::Command { arguments, .. } => CleanLine::new(arguments).to_string(),
        _ => String::new(),
    }
}

/// The words that tell goals apart.
pub(super) fn telling(words: &str) -> BTreeSet<String> {
    let words = words.to_lowercase();
    let words = words.split(|c: char| !c.is_alphanumeric());
    let telling = words.filter(|word| word.chars().count() >= TELLING_CHARS);
    telling.map(str::to_owned).collect()
}
