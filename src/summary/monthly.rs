//! One member's month: lunches held, goals reached and open, good moments in the partners' words,
//! the worst moments between the two, what was promised, what is next.
//!
//! Only what the member has already been shown appears here: sealed notes stay sealed. A month with
//! nothing in it makes no harvest, and so no mail.

use crate::lunch::act::Permission;
use crate::lunch::cadence::local;
use crate::lunch::event::Circle;
use crate::lunch::letter::{Harvest, NextLunch, OpenGoal, Quote, QuoteState, ReachedGoal};
use crate::lunch::notes::{Notes, Polarity, Section, Words};
use crate::lunch::nothing::says_nothing;
use crate::lunch::pairing::{Lunch, LunchState, Page, Pairing, Role};
use crate::lunch::person::{GoalEnd, Person, PersonId};
use crate::lunch::quoting::Point;
use crate::lunch::weave::{Weave, weave};
use crate::words::address::NameAddr;
use chrono::{DateTime, Datelike, Months, NaiveDate, Utc};

/// The month before the one that `date` lies in, by its first day.
pub fn month_before(date: NaiveDate) -> NaiveDate {
    let first = date.with_day(1).unwrap_or(date);
    first.checked_sub_months(Months::new(1)).unwrap_or(first)
}

/// Gathers a month, given by its first day; `None` if there is nothing to tell. `around` is what may have
/// grown from the reader's lunches.
pub fn gather(
    circle: &Circle,
    around: &[Pairing],
    reader: PersonId,
    month: NaiveDate,
    now: DateTime<Utc>,
) -> Option<Harvest> {
    let me = circle.people.get(&reader)?;
    let mut harvest = Harvest {
        month,
        held: Vec::new(),
        unknown: Vec::new(),
        reached: reached(circle, me, month),
        open: Vec::new(),
        focus: Vec::new(),
        good_moments: Vec::new(),
        between: Vec::new(),
        watching: Vec::new(),
        next: Vec::new(),
        weave: threads(circle, around, reader, now),
    };
    let mut seen = Vec::new();
    for pairing in circle.pairings.values() {
        let Some(role) = pairing.role(reader) else {
            continue;
        };
        let Some(partner) = circle.people.get(&pairing.person(role.other())) else {
            continue;
        };
        let dates = dates_in(pairing, month, is_held);
        if !dates.is_empty() {
            harvest.held.push((partner.who.clone(), dates));
        }
        let unknown = dates_in(pairing, month, is_unknown);
        if !unknown.is_empty() {
            harvest.unknown.push((partner.who.clone(), unknown));
        }
        for lunch in in_month(pairing, month).into_iter().filter(|l| is_held(l)) {
            let Some(notes) = shown(lunch, role.other()) else {
                continue;
            };
            let quote = |words: &Words| Quote {
                words: words.clone(),
                speaker: partner.who.clone(),
                on: lunch.start.date(),
                point: None,
                leave: None,
            };
            let notes = telling(notes);
            let page = lunch.page(role.other());
            let point = Point {
                pairing: pairing.id,
                slot: lunch.slot,
                speaker: role.other(),
                section: Section::Best,
                wording: page.wording,
            };
            let best = notes.best.as_ref().map(quote).map(|best| Quote {
                point: Some(point),
                leave: leave_of(page, Section::Best),
                ..best
            });
            harvest.good_moments.extend(best);
            harvest.between.extend(notes.worst.as_ref().map(quote));
            if notes.focus.is_some() || !notes.observations.is_empty() {
                seen.push(Seen {
                    notes,
                    speaker: partner.who.clone(),
                    on: lunch.start.date(),
                    goal: lunch.page(role.other()).goal,
                });
            }
        }
        add_outlook(&mut harvest, pairing, role, partner, now);
    }
    place_focus(&mut harvest, me, seen);
    let tells = !(harvest.held.is_empty() && harvest.reached.is_empty());
    tells.then_some(harvest)
}

/// The reader's threads up to now, and what grew from them.
pub fn threads(circle: &Circle, around: &[Pairing], reader: PersonId, now: DateTime<Utc>) -> Weave {
    let own = circle.pairings.values();
    let further = around
        .iter()
        .filter(|p| !circle.pairings.contains_key(&p.id));
    let all: Vec<&Pairing> = own.chain(further).collect();
    let zone = all.iter().find(|p| p.role(reader).is_some());
    let today = zone.map_or_else(|| now.naive_utc(), |p| local(now, p.plan.zone));
    weave(&circle.people, &all, reader, today.date())
}

fn in_month(pairing: &Pairing, month: NaiveDate) -> Vec<&Lunch> {
    let same = |date: NaiveDate| date.year() == month.year() && date.month() == month.month();
    let mut found: Vec<_> = pairing.lunches.iter().collect();
    found.retain(|lunch| same(lunch.start.date()));
    found.sort_by_key(|lunch| lunch.start);
    found
}

fn dates_in(pairing: &Pairing, month: NaiveDate, which: impl Fn(&Lunch) -> bool) -> Vec<NaiveDate> {
    let lunches = in_month(pairing, month).into_iter();
    let found = lunches.filter(|lunch| which(lunch));
    found.map(|lunch| lunch.start.date()).collect()
}

fn is_held(lunch: &Lunch) -> bool {
    lunch.state == LunchState::Held
}

/// The time for writing is over, and neither has said whether they met. It counts as a lunch where
/// lunches are counted, so it is told; what is not known is not claimed.
fn is_unknown(lunch: &Lunch) -> bool {
    lunch.state == LunchState::Planned && lunch.unsealed
}

/// The notes without answers such as "nothing", which are answers and no words to keep.
fn telling(notes: &Notes) -> Notes {
    let mut notes = notes.clone();
    for section in Section::ALL {
        if notes.section(section).is_some_and(says_nothing) {
            notes.set_section(section, None);
        }
    }
    notes.observations.retain(|seen| !says_nothing(&seen.words));
    notes
}

/// What became of the question whether that point may be quoted; `None` if nobody has asked.
fn leave_of(page: &Page, section: Section) -> Option<QuoteState> {
    let quoting = page.quoting.get(&section)?;
    Some(match quoting.answer {
        None => QuoteState::Waiting,
        Some((_, Permission::Named)) => QuoteState::Named,
        Some((_, Permission::Unnamed)) => QuoteState::Unnamed,
        Some((_, Permission::Refused)) => QuoteState::Refused,
    })
}

/// What the one in that role wrote, if the other has been shown it.
fn shown(lunch: &Lunch, writer: Role) -> Option<&Notes> {
    let page = lunch.page(writer);
    if page.shown == 0 {
        None
    } else {
        page.notes.as_ref()
    }
}

fn reached(circle: &Circle, me: &Person, month: NaiveDate) -> Vec<ReachedGoal> {
    let in_month = |on: NaiveDate| on.year() == month.year() && on.month() == month.month();
    let known = me.goals.iter().filter(|goal| !goal.is_forgotten());
    let goals = known.filter_map(|goal| match goal.ended {
        Some((on, GoalEnd::Achieved)) if in_month(on) => Some(ReachedGoal {
            words: goal.words.clone(),
            since: goal.since,
            on,
            agreed_by: goal
                .agreed_by
                .and_then(|who| Some(circle.people.get(&who)?.who.clone())),
        }),
        _ => None,
    });
    goals.collect()
}

/// What a partner wrote about the reader's goals after one lunch.
struct Seen {
    notes: Notes,
    speaker: NameAddr,
    on: NaiveDate,
    /// Which goal, by its place.
    goal: Option<usize>,
}

/// Focus notes belong to the reader's goal that they went to; without one they stand for themselves.
fn place_focus(harvest: &mut Harvest, me: &Person, seen: Vec<Seen>) {
    let open = |place: &usize| me.goals.get(*place).is_some_and(|g| g.ended.is_none());
    let places: Vec<usize> = (0..me.goals.len()).filter(open).collect();
    let mut goals: Vec<_> = me
        .open_goals()
        .map(|goal| OpenGoal {
            words: goal.words.clone(),
            helps: Vec::new(),
            hinders: Vec::new(),
            both: Vec::new(),
            seen: Vec::new(),
        })
        .collect();
    for Seen {
        notes,
        speaker,
        on,
        goal,
    } in seen
    {
        let quote = |words: &Words| Quote {
            words: words.clone(),
            speaker: speaker.clone(),
            on,
            point: None,
            leave: None,
        };
        let place = goal.and_then(|goal| places.iter().position(|place| *place == goal));
        match place.and_then(|place| goals.get_mut(place)) {
            None => harvest.focus.extend(notes.focus.as_ref().map(quote)),
            Some(goal) if notes.observations.is_empty() => {
                goal.seen.extend(notes.focus.as_ref().map(quote));
            }
            Some(goal) => {
                for observation in &notes.observations {
                    let side = match observation.polarity {
                        Polarity::Helps => &mut goal.helps,
                        Polarity::Hinders => &mut goal.hinders,
                        Polarity::Both => &mut goal.both,
                    };
                    side.push(quote(&observation.words));
                }
            }
        }
    }
    harvest.open = goals;
}

fn add_outlook(
    harvest: &mut Harvest,
    pairing: &Pairing,
    role: Role,
    partner: &Person,
    now: DateTime<Utc>,
) {
    if !pairing.stage.is_meeting() {
        return;
    }
    let watched = partner.open_goals();
    let watched = watched.filter_map(|goal| goal.words_in(pairing.id));
    let watched = watched.map(|words| (partner.who.clone(), words.clone()));
    harvest.watching.extend(watched);
    let next = pairing.next_after(local(now, pairing.plan.zone));
    if let Some(lunch) = next.and_then(|index| pairing.lunches.get(index)) {
        harvest.next.push(NextLunch {
            partner: partner.who.clone(),
            table: pairing.table(lunch),
            speaks_first: pairing.speaks_first(lunch) == role,
        });
    }
}
