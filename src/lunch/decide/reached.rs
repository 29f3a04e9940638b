//! Reached: a goal is, once one of the two calls it so and the other agrees, or says nothing for a
//! fortnight. "Not yet" leaves it open. Both is said of one wording: put another way, it is open again.

use super::Voice;
use super::desk::Desk;
use super::goals::{argument, telling};
use crate::lunch::act::Act;
use crate::lunch::agenda::SILENCE;
use crate::lunch::event::{About, Consent, Outcome};
use crate::lunch::letter::{Body, ClaimAnswer, Notice, Receipt};
use crate::lunch::notes::Words;
use crate::lunch::pairing::{Claim, PairingId, Role, Told};
use crate::lunch::person::{GoalEnd, GoalMeant, PersonId};
use chrono::TimeDelta;

/// How long the question whether a goal is reached is worth sending.
const ASK_USE_BY: TimeDelta = TimeDelta::days(10);

impl Desk {
    /// `achieved: …`: the writer calls an own goal reached. Every partner who watches for it is asked,
    /// once for one claim.
    pub(super) fn achieve_goal(&mut self, who: PersonId, act: &Act) -> Outcome {
        let said = argument(act);
        let open = self.open_goals(who);
        let Some(at) = self.goal_named(who, &open, &said) else {
            if open.is_empty() {
                return self.give_back(who, None, &said.into());
            }
            // Which one is meant is asked, not guessed.
            let receipt = Receipt::Goals {
                all: self.goals_told(who),
                dropped: None,
                reopened: None,
                asks: Some(said.into()),
            };
            self.answer(who, None, None, Body::Receipt(receipt));
            return Outcome::Asked;
        };
        let (Some(words), Some(goal)) = (self.goal_words(who, at), self.as_it_reads(who, at))
        else {
            return Outcome::Nothing("the goal is gone");
        };
        let said_so = self.partner_who_said_so(who, at);
        let mut watching = self.watching(who);
        watching.retain(|(id, _)| self.goal_shown(who, at, *id).is_some());
        let asked = said_so.is_none() && !watching.is_empty();
        if asked {
            for (id, role) in watching {
                if self.claim(id, role, at, role) {
                    self.ask_whether_reached(id, role, goal);
                }
            }
        } else {
            self.end_goal(who, at, GoalEnd::Achieved, said_so);
        }
        let receipt = Receipt::Achieved { words, goal, asked };
        self.answer(who, None, None, Body::Receipt(receipt));
        Outcome::Done
    }

    /// "Undo", "not yet", in answer to the receipt for that: it was not reached after all. Whoever was
    /// asked hears nothing of it, unless they answer.
    pub(super) fn reopen_goal(&mut self, who: PersonId, about: Option<&About>) -> Outcome {
        let meant = about.and_then(|a| a.goal);
        let Some(meant) = meant.filter(|meant| self.can_reopen(who, *meant)) else {
            return self.list_goals(who, None);
        };
        self.end_claims(who, meant.place);
        self.change_person(who, |p| {
            if let Some(goal) = p.goals.get_mut(meant.place) {
                goal.ended = None;
                goal.agreed_by = None;
            }
        });
        let receipt = Receipt::Goals {
            all: self.goals_told(who),
            dropped: None,
            reopened: self.goal_words(who, meant.place),
            asks: None,
        };
        self.answer(who, None, None, Body::Receipt(receipt));
        Outcome::Done
    }

    /// Whether it is called reached, or counts so, in these words; and no other goal reads as it does.
    fn can_reopen(&self, who: PersonId, meant: GoalMeant) -> bool {
        let goals = self.person(who).map(|p| p.goals.as_slice());
        let Some(goal) = goals.and_then(|goals| goals.get(meant.place)) else {
            return false;
        };
        let counts = match goal.ended {
            None => self.is_claimed(who, meant.place),
            Some((_, how)) => how == GoalEnd::Achieved,
        };
        let mut others = self.open_goals(who).into_iter();
        let twice = others.any(|at| at != meant.place && self.reads(who, at, goal.words.reveal()));
        counts && goal.wording() == meant.wording && !goal.is_forgotten() && !twice
    }

    /// The goal among these that is meant: by number, by words, or the only one where nothing else was said.
    /// Words that fit none of them, or more than one, mean none: that is asked.
    fn goal_named(&self, who: PersonId, among: &[usize], said: &str) -> Option<usize> {
        let only = |found: &[usize]| match found {
            [only] => Some(*only),
            _ => None,
        };
        let number: Option<usize> = said.trim().trim_start_matches('#').parse().ok();
        if let Some(number) = number {
            return among.get(number.checked_sub(1)?).copied();
        }
        if !said.chars().any(char::is_alphanumeric) {
            return only(among);
        }
        let fits = |at: &&usize| {
            let goal = self.goal_words(who, **at);
            goal.is_some_and(|goal| speak_of_the_same(goal.reveal(), said))
        };
        let fitting: Vec<_> = among.iter().filter(fits).copied().collect();
        let mut exactly = fitting.iter().filter(|at| self.reads(who, **at, said));
        exactly.next().copied().or_else(|| only(&fitting))
    }

    /// That goal in the words it has now.
    fn as_it_reads(&self, who: PersonId, at: usize) -> Option<GoalMeant> {
        let goal = self.person(who)?.goals.get(at)?;
        Some(GoalMeant {
            place: at,
            wording: goal.wording(),
        })
    }

    /// The partner who called that goal reached before its owner did.
    fn partner_who_said_so(&self, who: PersonId, at: usize) -> Option<PersonId> {
        self.circle.pairings.values().find_map(|p| {
            let role = p.role(who)?;
            let is_it = |c: &Claim| c.of == role && c.goal == at && c.by == role.other();
            let said = p.growth.claims.iter().any(is_it);
            said.then(|| p.person(role.other()))
        })
    }

    /// The pairings in which somebody watches for that person's goals.
    fn watching(&self, who: PersonId) -> Vec<(PairingId, Role)> {
        let all = self.circle.pairings.values();
        let meeting = all.filter(|p| p.stage.is_meeting() && p.plan.notes);
        meeting.filter_map(|p| Some((p.id, p.role(who)?))).collect()
    }

    /// Notes that a goal is called reached. Returns whether that is new.
    fn claim(&mut self, id: PairingId, of: Role, goal: usize, by: Role) -> bool {
        let told = self.now;
        let claims = self.pairing(id).map(|p| p.growth.claims.as_slice());
        let known = |c: &Claim| c.of == of && c.goal == goal;
        if claims.is_none_or(|claims| claims.iter().any(known)) {
            return false;
        }
        self.change(id, |p| p.growth.claims.push(Claim { of, goal, by, told }));
        true
    }

    /// Whether somebody calls that goal reached, and it waits for an answer.
    pub(super) fn is_claimed(&self, who: PersonId, at: usize) -> bool {
        self.circle.pairings.values().any(|p| {
            let role = p.role(who);
            let mut claims = p.growth.claims.iter();
            claims.any(|c| Some(c.of) == role && c.goal == at)
        })
    }

    /// What was called reached of that goal needs no answer any more. Returns whether there was such a
    /// thing.
    pub(super) fn end_claims(&mut self, who: PersonId, at: usize) -> bool {
        let claimed = self.is_claimed(who, at);
        for pairing in self.circle.pairings.values_mut() {
            let role = pairing.role(who);
            let is_over = |c: &Claim| Some(c.of) == role && c.goal == at;
            pairing.growth.claims.retain(|claim| !is_over(claim));
        }
        claimed
    }

    /// Asks the partner whether they too see what its owner calls reached. One letter is about one goal.
    fn ask_whether_reached(&mut self, id: PairingId, owner: Role, goal: GoalMeant) {
        let Some(pairing) = self.pairing(id) else {
            return;
        };
        let (who, partner) = (pairing.person(owner), pairing.person(owner.other()));
        let Some(words) = self.goal_shown(who, goal.place, id) else {
            return;
        };
        self.note_told(who, goal.place, id);
        // One mail may call two of them reached.
        let occasion = format!("{}/goal {}", self.occasion(), goal.place);
        let use_by = self.now + ASK_USE_BY;
        let body = Body::GoalReached { words, goal };
        self.post(
            partner,
            Some(id),
            None,
            body,
            occasion,
            Consent::News,
            use_by,
        );
    }

    /// The partner in that pairing reads of that goal, in the words it has now.
    pub(super) fn note_told(&mut self, who: PersonId, at: usize, id: PairingId) {
        let owner = self.pairing(id).and_then(|p| p.role(who));
        let (Some(of), Some(goal)) = (owner, self.as_it_reads(who, at)) else {
            return;
        };
        let told = Told { of, goal };
        self.change(id, |p| {
            let is_same = |t: &Told| t.of == of && t.goal.place == goal.place;
            p.growth.told.retain(|t| !is_same(t) || *t == told);
            if !p.growth.told.contains(&told) {
                p.growth.told.push(told);
            }
        });
    }

    /// Whether the partner in that pairing knows that goal as it reads now: a letter told them, or they
    /// are their own words.
    fn knows_of(&self, who: PersonId, at: usize, id: PairingId) -> bool {
        let (Some(pairing), Some(goal)) = (self.pairing(id), self.as_it_reads(who, at)) else {
            return false;
        };
        let goals = self.person(who).map(|p| p.goals.as_slice());
        let theirs = goals.and_then(|goals| goals.get(at));
        let theirs = theirs.is_some_and(|g| g.is_borrowed() && g.taken_from == Some(id));
        let mut told = pairing.growth.told.iter();
        theirs || told.any(|t| Some(t.of) == pairing.role(who) && t.goal == goal)
    }

    /// The goals of `of` that `by` called reached and that wait for an answer.
    fn claimed(&self, id: PairingId, of: Role, by: Role) -> Vec<usize> {
        let claims = self.pairing(id).map(|p| p.growth.claims.as_slice());
        let theirs = claims.unwrap_or_default().iter();
        let theirs = theirs.filter(|c| c.of == of && c.by == by);
        theirs.map(|c| c.goal).collect()
    }

    /// The partner's answer to "they call it reached": about the goal that the letter told, in its words.
    pub(super) fn answer_claim(&mut self, voice: Voice<'_>, agrees: bool) -> Outcome {
        let owner = voice.role.other();
        let Some(who) = self.pairing(voice.pairing).map(|p| p.person(owner)) else {
            return Outcome::Refused("there is no such pairing");
        };
        let named = voice.about.and_then(|a| a.goal);
        let only = || match self.claimed(voice.pairing, owner, owner).as_slice() {
            [only] => self.as_it_reads(who, *only),
            _ => None,
        };
        let Some(meant) = named.or_else(only) else {
            return self.ask_back(voice);
        };
        let goals = self.person(who).map(|p| p.goals.as_slice());
        let Some(goal) = goals.and_then(|goals| goals.get(meant.place)) else {
            return self.relay(voice);
        };
        let words = goal.words_of(meant.wording).clone();
        let claimed = self.claimed(voice.pairing, owner, owner);
        let came = match (goal.ended, claimed.contains(&meant.place)) {
            (Some(_), _) => ClaimAnswer::Settled,
            (None, _) if goal.wording() != meant.wording => ClaimAnswer::Reworded,
            (None, false) => ClaimAnswer::Open,
            (None, true) if agrees => ClaimAnswer::Agreed,
            (None, true) => ClaimAnswer::NotYet,
        };
        match came {
            ClaimAnswer::Agreed => {
                self.end_goal(who, meant.place, GoalEnd::Achieved, Some(voice.by));
            }
            // One pair of eyes is enough: nobody else's silence makes it reached after that.
            ClaimAnswer::NotYet => {
                self.end_claims(who, meant.place);
            }
            ClaimAnswer::Settled | ClaimAnswer::Reworded | ClaimAnswer::Open => {}
        }
        let passed_on = !voice.for_partner.reveal().is_empty();
        let receipt = Receipt::Agreed {
            goal: words.clone(),
            passed_on,
            came,
        };
        self.answer(voice.by, Some(voice.pairing), None, Body::Receipt(receipt));
        let news = Notice::GoalAnswered {
            goal: words,
            said: voice.for_partner.clone(),
            came,
        };
        if passed_on || matches!(came, ClaimAnswer::Agreed | ClaimAnswer::NotYet) {
            self.tell(who, voice.pairing, None, news);
        }
        Outcome::Done
    }

    /// "Not yet": the writer sees their own goal otherwise than the partner.
    pub(super) fn not_yet(&mut self, voice: Voice<'_>) -> Outcome {
        let called = self.claimed(voice.pairing, voice.role, voice.role.other());
        if called.is_empty() {
            return self.relay(voice);
        }
        for goal in called {
            self.end_claims(voice.by, goal);
        }
        self.list_goals(voice.by, None)
    }

    /// The notes that are being shown call a goal of their reader reached: one that the writer knows.
    /// Returns its words.
    pub(super) fn claim_of_notes(
        &mut self,
        id: PairingId,
        writer: Role,
        said: &Words,
    ) -> Option<Words> {
        let reader = self.pairing(id)?.person(writer.other());
        let mut known = self.goals_shown(reader, id);
        known.retain(|at| self.knows_of(reader, *at, id));
        // Where there is but one, the prompt that was answered named it.
        let at = match known.as_slice() {
            [only] => *only,
            several => self.goal_named(reader, several, said.reveal())?,
        };
        self.claim(id, writer.other(), at, writer);
        self.goal_words(reader, at)
    }

    /// A fortnight without an answer is one.
    pub(super) fn settle(&mut self, id: PairingId) {
        let Some(pairing) = self.pairing(id).cloned() else {
            return;
        };
        let now = self.now;
        let due = pairing.growth.claims.iter();
        for claim in due.filter(|claim| claim.told + SILENCE <= now) {
            let said_so = (claim.by != claim.of).then(|| pairing.person(claim.by));
            self.end_goal(
                pairing.person(claim.of),
                claim.goal,
                GoalEnd::Achieved,
                said_so,
            );
            // Also where the goal had ended meanwhile.
            self.change(id, |p| p.growth.claims.retain(|c| c != claim));
        }
    }
}

/// Whether all of the one stands in the other: a goal told in short, or with more said about it.
fn speak_of_the_same(goal: &str, said: &str) -> bool {
    let (words, named) = (telling(goal), telling(said));
    if !words.is_empty() && !named.is_empty() {
        return named.is_subset(&words) || words.is_subset(&named);
    }
    // Short words, or a script that doesn't part them.
    let (goal, said) = (goal.trim().to_lowercase(), said.trim().to_lowercase());
    let whole = |text: &str, part: &str| {
        let parts = text.split(|c: char| !c.is_alphanumeric());
        !part.is_ascii() && text.contains(part) || parts.into_iter().any(|word| word == part)
    };
    goal == said || whole(&goal, &said) || whole(&said, &goal)
}
