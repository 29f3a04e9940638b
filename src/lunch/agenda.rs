//! The agenda of a pairing: what is still to be done by the clock, and when.
//!
//! It is derived from the state alone, never stored: what comes due is what stands here with a
//! moment that has passed. Doing a chore changes the state so that it stands here no longer, so a
//! jump of the clock or a restart can neither lose nor double one.

use crate::lunch::cadence::{at, moment, on_working_day, working_days_before};
use crate::lunch::event::Rules;
use crate::lunch::pairing::{Lunch, LunchState, Pairing, Stage};
use chrono::{DateTime, Days, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;

/// One thing to do by the clock. Lunches are named by their position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Chore {
    /// Repeat the invitation, once.
    RemindInvitee,
    /// Let the invitation lapse.
    Lapse,
    /// Ask again after a "later".
    AskAgain,
    /// End a pause.
    Wake,
    /// Remind both of a lunch.
    RemindOfLunch(usize),
    /// Send the three prompts.
    FollowUp(usize),
    /// Repeat them, once.
    Nudge(usize),
    /// Show what was written.
    Unseal(usize),
    /// Add lunches to the series.
    Extend,
    /// Give each an invitation of their own to hand on.
    PassOn,
    /// Take a fortnight's silence about a goal called reached for an agreement.
    Settle,
}

/// After so many held lunches the two get an invitation of their own to hand on.
pub const PASS_ON_AFTER: usize = 3;

/// So many days after the last of them: in between two lunches, where no other mail comes.
const PASS_ON_DAYS: u64 = 6;

/// How long that is worth sending.
pub const PASS_ON_USE_BY: TimeDelta = TimeDelta::days(20);

/// When the two get an invitation to hand on; `None` while they have not met often enough.
pub fn pass_on_moment(pairing: &Pairing, rules: &Rules) -> Option<DateTime<Utc>> {
    let held = |lunch: &&Lunch| lunch.state == LunchState::Held;
    let mut dates: Vec<_> = pairing.lunches.iter().filter(held).collect();
    dates.sort_by_key(|lunch| lunch.start);
    let third = dates.get(PASS_ON_AFTER.checked_sub(1)?)?.start.date();
    let day = third.checked_add_days(Days::new(PASS_ON_DAYS))?;
    let due = morning(pairing, day, rules.reminder_time);
    Some(unasked(due, pairing, rules))
}

/// When mail that nobody asked for goes out: never at a weekend or on a holiday. One rule for all of it, but
/// for the letter after a lunch, which comes on the day on which the two met.
fn unasked(due: DateTime<Utc>, pairing: &Pairing, rules: &Rules) -> DateTime<Utc> {
    let zone = pairing.plan.zone;
    on_working_day(due, zone, rules.reminder_time, &rules.holidays)
}

/// After so long without an answer a goal called reached is reached.
pub const SILENCE: TimeDelta = TimeDelta::days(14);

/// When fewer planned lunches than this are left, the series is extended.
pub const LUNCHES_AHEAD_MIN: usize = 4;

/// Everything still to be done, soonest first.
pub fn agenda(pairing: &Pairing, rules: &Rules) -> Vec<(DateTime<Utc>, Chore)> {
    let mut chores = Vec::new();
    match &pairing.stage {
        Stage::Invited => {
            if !pairing.reminded {
                chores.push((remind_moment(pairing, rules), Chore::RemindInvitee));
            }
            chores.push((lapse_moment(pairing, rules), Chore::Lapse));
        }
        Stage::Postponed { until } => {
            let due = morning(pairing, *until, rules.reminder_time);
            chores.push((unasked(due, pairing, rules), Chore::AskAgain));
        }
        Stage::Paused { until } => {
            chores.push((morning(pairing, *until, NaiveTime::MIN), Chore::Wake));
        }
        Stage::Meeting
        | Stage::Declined
        | Stage::Lapsed
        | Stage::Undeliverable
        | Stage::Ended { .. }
        | Stage::Parted => {}
    }
    if pairing.stage.is_meeting() {
        for (at, lunch) in pairing.lunches.iter().enumerate() {
            lunch_chores(pairing, rules, at, lunch, &mut chores);
        }
        chores.extend(extension(pairing));
        let passes = pass_on_moment(pairing, rules).filter(|_| !pairing.growth.passed_on);
        chores.extend(passes.map(|moment| (moment, Chore::PassOn)));
    }
    let claims = pairing.growth.claims.iter();
    chores.extend(claims.map(|claim| (claim.told + SILENCE, Chore::Settle)));
    chores.sort();
    chores
}

/// When an invitation without an answer is repeated: somebody who was away finds a full mailbox on the
/// first day, so on the second at the earliest.
fn remind_moment(pairing: &Pairing, rules: &Rules) -> DateTime<Utc> {
    let due = pairing.asked_at + rules.remind_after;
    let second_day = pairing.away_until.and_then(|back| back.succ_opt());
    let seen = second_day.map(|day| morning(pairing, day, rules.reminder_time));
    let due = seen.map_or(due, |seen| seen.max(due));
    unasked(due, pairing, rules)
}

/// When an invitation without an answer lapses: as long after the reminder as ever.
pub fn lapse_moment(pairing: &Pairing, rules: &Rules) -> DateTime<Utc> {
    let due = remind_moment(pairing, rules) + (rules.lapse_after - rules.remind_after);
    unasked(due, pairing, rules)
}

/// When both are asked for notes once more, of a lunch that was followed up then.
pub fn nudge_moment(sent: DateTime<Utc>, pairing: &Pairing, rules: &Rules) -> DateTime<Utc> {
    unasked(sent + rules.nudge_after, pairing, rules)
}

/// When what was written after such a lunch is shown, though only one has written. Where a holiday brings
/// the nudge that late, as long after it as ever.
pub fn seal_moment(sent: DateTime<Utc>, pairing: &Pairing, rules: &Rules) -> DateTime<Utc> {
    let nudge = nudge_moment(sent, pairing, rules);
    let seal = unasked(sent + rules.seal, pairing, rules);
    match seal > nudge {
        true => seal,
        false => unasked(nudge + (rules.seal - rules.nudge_after), pairing, rules),
    }
}

/// When to look again; `None` if nothing is to be done by the clock.
pub fn next_due(pairing: &Pairing, rules: &Rules) -> Option<DateTime<Utc>> {
    agenda(pairing, rules).first().map(|(moment, _)| *moment)
}

fn lunch_chores(
    pairing: &Pairing,
    rules: &Rules,
    index: usize,
    lunch: &Lunch,
    chores: &mut Vec<(DateTime<Utc>, Chore)>,
) {
    if !lunch.counts() {
        return;
    }
    let zone = pairing.plan.zone;
    if lunch.state == LunchState::Planned
        && lunch.followed_up.is_none()
        && lunch.reminded_of.is_none()
    {
        chores.push((
            reminder_moment(lunch.start, zone, rules),
            Chore::RemindOfLunch(index),
        ));
    }
    let end = moment(lunch.start, zone) + TimeDelta::minutes(i64::from(pairing.plan.minutes));
    match lunch.followed_up {
        None => chores.push((end + rules.followup_after, Chore::FollowUp(index))),
        Some(sent) => {
            // Where one has written, the exchange will speak for itself: nobody gets more than
            // three unasked mails for one lunch. What comes after this waits (`Lunch::waits`).
            let silent = !lunch.by_inviter.is_answered() && !lunch.by_invitee.is_answered();
            if !lunch.nudged && !lunch.unsealed && silent {
                chores.push((nudge_moment(sent, pairing, rules), Chore::Nudge(index)));
            }
            if !lunch.unsealed {
                chores.push((seal_moment(sent, pairing, rules), Chore::Unseal(index)));
            }
        }
    }
}

/// When both are reminded of a lunch that starts then.
pub fn reminder_moment(start: NaiveDateTime, zone: Tz, rules: &Rules) -> DateTime<Utc> {
    let day = working_days_before(start.date(), rules.reminder_days, &rules.holidays);
    moment(at(day, rules.reminder_time), zone)
}

fn extension(pairing: &Pairing) -> Option<(DateTime<Utc>, Chore)> {
    let series = pairing.series.as_ref()?;
    series.every_weeks?;
    let stands = |l: &&Lunch| {
        l.uid == series.uid
            && l.followed_up.is_none()
            && matches!(l.state, LunchState::Planned | LunchState::Rested)
    };
    let ahead: Vec<_> = pairing.lunches.iter().filter(stands).collect();
    if ahead.len() >= LUNCHES_AHEAD_MIN {
        return None;
    }
    // The moment at which the count fell short: when the last lunch that is over was followed up.
    let last = pairing.lunches.iter().filter_map(|l| l.followed_up).max();
    Some((last.unwrap_or(pairing.asked_at), Chore::Extend))
}

/// That time of that day where the two are.
pub fn morning(pairing: &Pairing, date: chrono::NaiveDate, time: NaiveTime) -> DateTime<Utc> {
    moment(at(date, time), pairing.plan.zone)
}
