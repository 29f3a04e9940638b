//! What is said about coming lunches, whichever letter or calendar it answers.

use super::absent;
use crate::lunch::act::{AcceptTerms, Act, CommandName, Reschedule, Scope};
use crate::reading::Context;
use crate::reading::intent::{self, Intent, Verdict};
use crate::reading::language::Sense;

/// Stop and end, of everything or of the monthly mail, come before everything.
pub(super) fn closing(said: &Intent) -> Vec<Act> {
    if said.stop {
        vec![Act::Stop]
    } else if said.end {
        vec![Act::End]
    } else if said.no_summaries {
        let name = CommandName::NoSummaries;
        let arguments = String::new();
        vec![Act::Command { name, arguments }]
    } else {
        Vec::new()
    }
}

pub(super) fn accept(said: &Intent) -> AcceptTerms {
    let mut terms = said.terms.clone();
    if said.terms_open {
        terms.start = None;
    }
    terms.day_open = said.terms_open;
    terms
}

/// A wish to move, if one was said with a time or a place.
pub(super) fn reschedule(said: &Intent, context: &Context) -> Option<Reschedule> {
    let start = said.terms.start.filter(|_| !said.terms_open);
    let start = start.filter(|start| context.lunch != Some(*start));
    let wish = Reschedule {
        start,
        location: said.terms.location.clone(),
        scope: said.scope,
    };
    (wish.start.is_some() || wish.location.is_some()).then_some(wish)
}

/// What is said about coming lunches, whichever letter it answers.
pub(super) fn changes(said: &Intent, context: &Context) -> Vec<Act> {
    let mut acts = closing(said);
    if !acts.is_empty() {
        return acts;
    }
    if said.pause {
        if said.skips_and_pauses {
            acts.push(Act::Skip);
        }
        acts.push(Act::Pause { until: said.until });
    } else if said.resume {
        acts.push(Act::Resume);
    }
    let proposed = said.moves || (said.verdict != Verdict::Yes && !said.only_thanks);
    if acts.is_empty()
        && proposed
        && let Some(wish) = reschedule(said, context)
    {
        acts.push(Act::Reschedule(wish));
    } else if acts.is_empty() && said.skip {
        acts.push(Act::Skip);
    } else if acts.is_empty() && said.moves {
        let wish = Reschedule {
            scope: said.scope.or(Some(Scope::One)),
            ..Reschedule::default()
        };
        acts.push(Act::Reschedule(wish));
    }
    acts
}

/// Whether the monthly mail is to end, and that is all.
pub(super) fn only_the_summaries(acts: &[Act]) -> bool {
    matches!(acts, [Act::Command { name, .. }] if *name == CommandName::NoSummaries)
}

/// Whether the one thing that is to be done stands as a sentence of its own: "Skip.", "Pause please!"
pub(super) fn is_said_outright(said: &Intent, acts: &[Act]) -> bool {
    let wanted = match acts {
        [Act::Skip] => Sense::Skip,
        [Act::Pause { .. }] => Sense::Pause,
        [Act::Resume] => Sense::Resume,
        _ => return false,
    };
    said.signs.iter().any(|clause| {
        let polite = |sense: Sense| matches!(sense, Sense::Politeness | Sense::Thanks);
        let said = clause.senses.iter().filter(|(sense, _)| !polite(*sense));
        clause.unknown == 0 && !clause.question && said.eq([&(wanted, false)])
    })
}

/// Judges the comment beside a calendar answer; empty if it says nothing of weight.
pub fn judge_comment(comment: &str, context: &Context) -> Vec<Act> {
    if comment.trim().is_empty() {
        return Vec::new();
    }
    let said = intent::read(comment, context);
    let mut acts = closing(&said);
    if !acts.is_empty() {
        return acts;
    }
    if said.asks_back.is_some() {
        return vec![Act::Unclear];
    }
    if let Some(acts) = absent::comment(&said, context) {
        return acts;
    }
    if let Some(moved) = reschedule(&said, context)
        .filter(|_| said.moves || said.question || said.verdict != Verdict::Yes)
    {
        acts.push(Act::Reschedule(moved));
        return acts;
    }
    match said.verdict {
        Verdict::Yes => acts.push(Act::Accept(said.terms.clone())),
        Verdict::No => acts.push(Act::Decline),
        Verdict::Later => acts.push(Act::Later { until: said.until }),
        Verdict::Unclear => acts.push(Act::Unclear),
        Verdict::Silent if said.skip => acts.push(Act::Skip),
        Verdict::Silent if said.question => acts.push(Act::Question),
        Verdict::Silent => {}
    }
    acts
}
