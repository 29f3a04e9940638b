//! Goals: what somebody wants to get better at, and the other wishes that concern a person alone.

use super::desk::Desk;
use crate::lunch::act::Act;
use crate::lunch::cadence::local;
use crate::lunch::event::Outcome;
use crate::lunch::letter::{Body, Receipt};
use crate::lunch::person::{Goal, GoalEnd, PersonId};
use chrono::NaiveDate;

impl Desk {
    pub(super) fn set_goal(&mut self, who: PersonId, act: &Act) -> Outcome {
        let Act::Command { arguments, .. } = act else {
            return Outcome::Nothing("no goal was said");
        };
        let words = crate::words::clean::CleanLine::new(arguments).to_string();
        if words.is_empty() {
            return Outcome::Nothing("no goal was said");
        }
        let today = self.today(who);
        let known = self
            .person(who)
            .is_some_and(|p| p.open_goals().any(|g| *g.words.reveal() == words));
        let reworded = self
            .person(who)
            .is_some_and(|p| p.open_goals().next().is_some());
        if !known {
            self.change_person(who, |p| {
                for goal in p.goals.iter_mut().filter(|g| g.ended.is_none()) {
                    goal.ended = Some((today, GoalEnd::Replaced));
                }
                p.goals.push(Goal::new(words.clone().into(), today));
            });
        }
        let receipt = Receipt::Goal {
            words: words.into(),
            reworded,
        };
        self.answer(who, None, None, Body::Receipt(receipt));
        Outcome::Done
    }

    pub(super) fn achieve_goal(&mut self, who: PersonId, act: &Act) -> Outcome {
        let Act::Command { arguments, .. } = act else {
            return Outcome::Nothing("no goal was said");
        };
        let today = self.today(who);
        let said = crate::words::clean::CleanLine::new(arguments)
            .to_string()
            .to_lowercase();
        let goals: Vec<_> = self
            .person(who)
            .into_iter()
            .flat_map(|p| p.open_goals().cloned())
            .collect();
        let named = goals.iter().find(|g| {
            let words = g.words.reveal().to_lowercase();
            said.is_empty() || words.contains(&said) || said.contains(&words)
        });
        let only = if goals.len() == 1 {
            goals.first()
        } else {
            None
        };
        let Some(goal) = named.or(only) else {
            return self.give_back(who, None, &arguments.clone().into());
        };
        let words = goal.words.clone();
        self.change_person(who, |p| {
            for open in p
                .goals
                .iter_mut()
                .filter(|g| g.ended.is_none() && g.words == words)
            {
                open.ended = Some((today, GoalEnd::Achieved));
            }
        });
        self.answer(who, None, None, Body::Receipt(Receipt::Achieved { words }));
        Outcome::Done
    }

    pub(super) fn end_summaries(&mut self, who: PersonId) -> Outcome {
        self.change_person(who, |p| p.summaries = false);
        self.answer(who, None, None, Body::Receipt(Receipt::NoSummaries));
        Outcome::Done
    }

    /// The date where the person is: in the zone of any of their pairings.
    fn today(&self, who: PersonId) -> NaiveDate {
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
}
