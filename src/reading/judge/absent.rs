//! An absence with its days, said about the lunch in question: left out, paused, or asked about.
//!
//! "I'm off next week" leaves nothing out where the lunch is this week, and its first day is no day to
//! move to. Where it is not sure what is to become of the lunch, that is asked.

use super::Judged;
use super::changes::{closing, reschedule};
use crate::lunch::act::{Act, Answering, Scope};
use crate::reading::Context;
use crate::reading::intent::{Intent, Verdict};
use crate::reading::terms::Absence;
use crate::reading::when::today;
use chrono::NaiveDate;

/// An absence of more days is more than one week: the lunches rest until it is over.
const WEEK_DAYS: i64 = 8;

/// Whether the lunch in question lies within an absence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lies {
    /// It does.
    Within,
    /// It lies before it or behind it, or nobody knows when it is.
    Beside,
    /// The end of the absence is not said.
    Open,
}

fn lies(absence: &Absence, context: &Context) -> Lies {
    let ahead = |lunch: &NaiveDate| *lunch >= today(context);
    let lunch = context.lunch.map(|lunch| lunch.date()).filter(ahead);
    match (lunch, absence.back) {
        (Some(lunch), _) if absence.from > lunch => Lies::Beside,
        (Some(lunch), Some(back)) if back > lunch => Lies::Within,
        (Some(_), Some(_)) => Lies::Beside,
        (Some(_), None) => Lies::Open,
        (None, Some(_)) if absence.from <= today(context) && lasts(absence, context) => {
            Lies::Within
        }
        (None, _) => Lies::Beside,
    }
}

/// Whether it is more than a week, as far as it is still to come.
fn lasts(absence: &Absence, context: &Context) -> bool {
    let first = absence.from.max(today(context));
    let days = absence.back.map_or(0, |back| (back - first).num_days());
    days > WEEK_DAYS
}

/// What an answer says by an absence that it names the days of; `None` leaves it to what else it says.
pub(super) fn judge(said: &Intent, judged: &Judged, context: &Context) -> Option<Judged> {
    let absence = said.absence.as_ref()?;
    let about_a_lunch = matches!(
        context.answering,
        Some(Answering::Reminder | Answering::Receipt)
    );
    let told = |act: &Act| matches!(act.kind(), "notes" | "correction" | "held" | "question");
    let otherwise = said.resume
        || said.moves
        || !closing(said).is_empty()
        || reschedule(said, context).is_some_and(|wish| wish.start.is_some())
        || judged.acts.iter().any(told);
    if !about_a_lunch || otherwise {
        return None;
    }
    let acts = acts(absence, said, context)?;
    let reason = match acts.as_slice() {
        [Act::Unclear] => "an absence, and not sure what becomes of the lunch",
        [Act::Skip] => "the lunch lies within an absence",
        [Act::Other] => "an absence that leaves the lunch as it is",
        _ => "an absence of several weeks",
    };
    Some(Judged::new(acts, reason))
}

/// The same of the words beside a calendar answer.
pub(super) fn comment(said: &Intent, context: &Context) -> Option<Vec<Act>> {
    let absence = said.absence.as_ref()?;
    let wish = reschedule(said, context).is_some_and(|wish| wish.start.is_some());
    if said.resume || said.moves || said.question || wish {
        return None;
    }
    acts(absence, said, context)
}

fn acts(absence: &Absence, said: &Intent, context: &Context) -> Option<Vec<Act>> {
    let until = |back: Option<NaiveDate>| back.max(said.until.filter(|_| absence.pauses));
    let lies = lies(absence, context);
    if absence.pauses && said.pause {
        let back = until(absence.back)?;
        return Some(vec![Act::Pause { until: Some(back) }]);
    }
    if absence.aside {
        return (said.skip || said.pause || lies != Lies::Open).then(|| vec![Act::Unclear]);
    }
    if absence.skips && said.skip {
        // "I'm off next week, so skip it": the lunch of this week is hardly meant.
        let other =
            lies == Lies::Beside && said.scope != Some(Scope::One) && context.lunch.is_some();
        return Some(vec![if other { Act::Unclear } else { Act::Skip }]);
    }
    let declined = said.strong_no && said.verdict == Verdict::No;
    Some(vec![match (lies, said.verdict) {
        (Lies::Open, _) => return None,
        (Lies::Beside, Verdict::Yes) => Act::Other,
        (Lies::Beside, Verdict::No) if declined && context.lunch.is_some() => return None,
        (Lies::Beside, _) | (Lies::Within, Verdict::Yes) => Act::Unclear,
        (Lies::Within, _) if lasts(absence, context) => Act::Pause {
            until: absence.back,
        },
        (Lies::Within, _) => Act::Skip,
    }])
}

/// Nobody's lunch of this week is left out for an absence that begins behind it, whatever the words
/// sound like as a whole.
pub(super) fn never_beside(judged: Judged, said: &Intent, context: &Context) -> Judged {
    let beside = said.absence.as_ref().is_some_and(|absence| {
        !absence.skips
            && context
                .lunch
                .is_some_and(|lunch| absence.from > lunch.date())
    });
    let asked = matches!(context.answering, Some(Answering::Reminder));
    if beside && asked && judged.acts == [Act::Skip] {
        return Judged::one(
            Act::Unclear,
            "an absence, and not sure what becomes of the lunch",
        );
    }
    judged
}
