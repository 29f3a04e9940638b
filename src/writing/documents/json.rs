//! The record as JSON (RFC 8259). `docs/export.md` is its schema; a test holds the two together.

use crate::lunch::act::Permission;
use crate::lunch::notes::{Notes, Observation, Polarity, Section, Words};
use crate::lunch::pairing::LunchState;
use crate::lunch::person::GoalEnd;
use crate::lunch::record::{KeptGoal, KeptLunch, KeptPairing, Leave, Record};
use crate::words::address::NameAddr;
use chrono::SecondsFormat;
use serde::Serialize;

/// Goes up when a field changes its meaning; fields are only ever added.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Whole<'a> {
    schema: &'static str,
    version: u32,
    made: String,
    person: Person<'a>,
    goals: Vec<Goal<'a>>,
    pairings: Vec<Pairing<'a>>,
}

#[derive(Serialize)]
struct Person<'a> {
    name: &'a str,
    address: String,
    summaries: bool,
    tips: bool,
    board: Option<&'a str>,
}

#[derive(Serialize)]
struct Goal<'a> {
    number: usize,
    words: &'a str,
    since: String,
    earlier: Vec<Earlier<'a>>,
    state: &'static str,
    ended: Option<String>,
    agreed_by: Option<String>,
}

#[derive(Serialize)]
struct Earlier<'a> {
    words: &'a str,
    until: String,
}

#[derive(Serialize)]
struct Pairing<'a> {
    partner_name: String,
    partner_address: String,
    invited_by: &'static str,
    meeting: bool,
    timezone: &'static str,
    lunches: Vec<Lunch<'a>>,
    jar: Vec<Jotted<'a>>,
}

#[derive(Serialize)]
struct Jotted<'a> {
    on: String,
    words: &'a str,
}

#[derive(Serialize)]
struct Lunch<'a> {
    start: String,
    minutes: u32,
    place: &'a str,
    state: &'static str,
    told: Option<Said<'a>>,
    told_shown: bool,
    heard: Option<Said<'a>>,
    goal: Option<usize>,
    leave_given: Vec<Quoting>,
    leave_got: Vec<Quoting>,
}

#[derive(Serialize)]
struct Quoting {
    prompt: &'static str,
    answer: &'static str,
    on: String,
}

#[derive(Serialize)]
struct Said<'a> {
    best: Option<&'a str>,
    worst: Option<&'a str>,
    focus: Option<&'a str>,
    observations: Vec<Seen<'a>>,
    achieved: Option<&'a str>,
    unplaced: Vec<&'a str>,
}

#[derive(Serialize)]
struct Seen<'a> {
    polarity: &'static str,
    words: &'a str,
}

/// The record, over several lines.
pub(super) fn record(record: &Record) -> String {
    let whole = Whole {
        schema: "postlunch/record",
        version: VERSION,
        made: record.made.to_rfc3339_opts(SecondsFormat::Secs, true),
        person: Person {
            name: record.who.name.as_str(),
            address: record.who.address.to_string(),
            summaries: record.summaries,
            tips: record.tips,
            board: record.board.as_deref(),
        },
        goals: record
            .goals
            .iter()
            .enumerate()
            .map(|(at, goal)| self::goal(at + 1, goal))
            .collect(),
        pairings: record.pairings.iter().map(pairing).collect(),
    };
    // Texts and numbers only: nothing in it can fail to be written.
    let mut text = serde_json::to_string_pretty(&whole).unwrap_or_default();
    text.push('\n');
    text
}

/// The word for what became of a goal.
pub(super) const fn goal_state(goal: &KeptGoal) -> &'static str {
    match goal.ended {
        None => "open",
        Some((_, GoalEnd::Achieved)) => "reached",
        Some((_, GoalEnd::Replaced)) => "replaced",
        Some((_, GoalEnd::Dropped)) => "dropped",
    }
}

/// The word for what became of a lunch.
pub(super) const fn lunch_state(lunch: &KeptLunch) -> &'static str {
    match lunch.state {
        LunchState::Planned => "planned",
        LunchState::Skipped | LunchState::Rested => "skipped",
        LunchState::Held => "held",
        LunchState::NotMet => "not met",
    }
}

/// The word for which way something works.
pub(super) const fn polarity(polarity: Polarity) -> &'static str {
    match polarity {
        Polarity::Helps => "helps",
        Polarity::Hinders => "hinders",
        Polarity::Both => "both",
    }
}

fn goal(number: usize, goal: &KeptGoal) -> Goal<'_> {
    let earlier = goal.earlier.iter().map(|(until, words)| Earlier {
        words: words.reveal(),
        until: until.to_string(),
    });
    Goal {
        number,
        words: goal.words.reveal(),
        since: goal.since.to_string(),
        earlier: earlier.collect(),
        state: goal_state(goal),
        ended: goal.ended.map(|(on, _)| on.to_string()),
        agreed_by: goal.agreed_by.as_ref().map(NameAddr::display_name),
    }
}

fn pairing(pairing: &KeptPairing) -> Pairing<'_> {
    Pairing {
        partner_name: pairing.partner.display_name(),
        partner_address: pairing.partner.address.to_string(),
        invited_by: if pairing.invited { "you" } else { "partner" },
        meeting: pairing.goes_on,
        timezone: pairing.zone.name(),
        lunches: pairing.lunches.iter().map(lunch).collect(),
        jar: pairing
            .jar
            .iter()
            .map(|(on, words)| Jotted {
                on: on.to_string(),
                words: words.reveal(),
            })
            .collect(),
    }
}

fn lunch(lunch: &KeptLunch) -> Lunch<'_> {
    Lunch {
        start: lunch.start.format("%Y-%m-%dT%H:%M:%S").to_string(),
        minutes: lunch.minutes,
        place: &lunch.location,
        state: lunch_state(lunch),
        told: lunch.told.as_ref().map(said),
        told_shown: lunch.told_shown,
        heard: lunch.heard.as_ref().map(said),
        goal: lunch.goal.map(|at| at + 1),
        leave_given: lunch.given.iter().map(quoting).collect(),
        leave_got: lunch.got.iter().map(quoting).collect(),
    }
}

fn quoting(leave: &Leave) -> Quoting {
    Quoting {
        prompt: match leave.section {
            Section::Best => "best",
            Section::Worst => "worst",
            Section::Focus => "focus",
        },
        answer: match leave.permission {
            Permission::Named => "by name",
            Permission::Unnamed => "without name",
            Permission::Refused => "no",
        },
        on: leave.on.to_string(),
    }
}

fn said(notes: &Notes) -> Said<'_> {
    Said {
        best: text(notes.best.as_ref()),
        worst: text(notes.worst.as_ref()),
        focus: text(notes.focus.as_ref()),
        observations: notes.observations.iter().map(seen).collect(),
        achieved: text(notes.achieved.as_ref()),
        unplaced: notes.unplaced.iter().map(|w| w.reveal().as_str()).collect(),
    }
}

fn text(words: Option<&Words>) -> Option<&str> {
    words.map(|words| words.reveal().as_str())
}

fn seen(observation: &Observation) -> Seen<'_> {
    Seen {
        polarity: polarity(observation.polarity),
        words: observation.words.reveal(),
    }
}
