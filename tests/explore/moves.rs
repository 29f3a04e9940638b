//! What can happen next in a world: every kind of act by everybody about every letter they have,
//! the clock, bounces, and the operator.

use super::world::{ANA, BEN, CARA, Move, World, secret};
use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveDateTime, Utc};
use postlunch::lunch::act::{
    AcceptTerms, Act, CommandName, Held, PartStat, Permission, Reschedule, Scope,
};
use postlunch::lunch::cadence::moment;
use postlunch::lunch::decide::step::{Standing, step};
use postlunch::lunch::event::{About, Order};
use postlunch::lunch::notes::{Notes, Section};
use postlunch::lunch::pairing::{LunchState, Pairing};
use postlunch::lunch::person::PersonId;
use std::collections::BTreeSet;

fn command(name: CommandName) -> Act {
    Act::Command {
        name,
        arguments: "shorter answers".into(),
    }
}

fn numbered(name: CommandName) -> Act {
    Act::Command {
        name,
        arguments: "1".into(),
    }
}

fn notes(by: PersonId) -> Act {
    Act::Notes(Notes {
        best: Some(secret(by).into()),
        focus: Some(secret(by).into()),
        achieved: Some("shorter answers".to_owned().into()),
        ..Notes::default()
    })
}

fn accept(edit: impl FnOnce(&mut AcceptTerms)) -> Act {
    let mut terms = AcceptTerms::default();
    edit(&mut terms);
    Act::Accept(terms)
}

fn reschedule(start: Option<NaiveDateTime>, place: Option<&str>, scope: Option<Scope>) -> Act {
    Act::Reschedule(Reschedule {
        start,
        location: place.map(str::to_owned),
        scope,
    })
}

/// The first working day after so many days, at one.
fn at_one(today: NaiveDate, days: u64) -> Option<NaiveDateTime> {
    let mut date = today + Days::new(days);
    while date.weekday().number_from_monday() > 5 {
        date = date + Days::new(1);
    }
    date.and_hms_opt(13, 0, 0)
}

fn instant(local: NaiveDateTime) -> DateTime<Utc> {
    moment(local, chrono_tz::Europe::Berlin)
}

/// One mail of each kind from that person; `rich` adds those that say several things.
fn mails(world: &World, by: PersonId, pairing: &Pairing, rich: bool) -> Vec<Vec<Act>> {
    let today = world.local().date();
    let soon = at_one(today, 1);
    let planned = |l: &&postlunch::lunch::pairing::Lunch| {
        l.state == LunchState::Planned && l.start > world.local()
    };
    let next: Vec<_> = pairing
        .lunches
        .iter()
        .filter(planned)
        .map(|l| l.start)
        .take(3)
        .collect();
    let after_next = next
        .get(1)
        .map(|s| s.date().and_hms_opt(14, 0, 0).expect("a time"));
    let beyond = next.get(1).map(|s| *s + Days::new(6));
    let mut one = vec![
        accept(|_| ()),
        accept(|t| t.once = true),
        accept(|t| {
            t.rhythm_weeks = Some(3);
            t.no_notes = true;
        }),
        accept(|t| t.start = at_one(today, 4)),
        accept(|t| t.location = Some("Thai place".into())),
        Act::Decline,
        Act::Later { until: None },
        Act::Unclear,
        Act::Question,
        notes(by),
        Act::Held(Held::NotMet),
        Act::Held(Held::NothingThisTime),
        Act::Skip,
        reschedule(soon, None, None),
        reschedule(None, Some("Thai place"), Some(Scope::One)),
        reschedule(beyond.or(soon), None, Some(Scope::One)),
        reschedule(after_next.or(soon), None, Some(Scope::One)),
        reschedule(at_one(today, 3), None, Some(Scope::All)),
        reschedule(None, Some("Park"), Some(Scope::All)),
        Act::Pause { until: None },
        Act::Pause {
            until: Some(today + Days::new(17)),
        },
        Act::Pause {
            until: Some(today + Days::new(420)),
        },
        Act::Resume,
        Act::End,
        Act::Stop,
        Act::Permission(Permission::Named),
        Act::Permission(Permission::Refused),
        numbered(CommandName::Quote),
        numbered(CommandName::NoQuotes),
        Act::Command {
            name: CommandName::Board,
            arguments: format!("board{}@boards.example #x", by.0),
        },
        numbered(CommandName::NoBoard),
        numbered(CommandName::PassOn),
        numbered(CommandName::Card),
        numbered(CommandName::NoTips),
        Act::Correction {
            section: Some(Section::Best),
            words: Some(secret(by).into()),
        },
        Act::Correction {
            section: Some(Section::Focus),
            words: None,
        },
        Act::Correction {
            section: None,
            words: None,
        },
        command(CommandName::Undo),
        command(CommandName::ShareNow),
        command(CommandName::NoSummaries),
        command(CommandName::Goal),
        command(CommandName::Achieved),
        command(CommandName::Help),
        command(CommandName::Forget),
        command(CommandName::AnotherGoal),
        numbered(CommandName::GoalNumber),
        numbered(CommandName::Drop),
        numbered(CommandName::KeepBoth),
        numbered(CommandName::TakeUp),
        numbered(CommandName::NotYet),
        Act::Command {
            name: CommandName::Best,
            arguments: secret(by),
        },
        Act::AutoReply { away_until: None },
        Act::AutoReply {
            away_until: soon.map(|s| s.date()),
        },
        Act::Other,
    ];
    for start in next
        .iter()
        .take(2)
        .chain(pairing.lunches.iter().take(2).map(|l| &l.slot))
    {
        let occurrence = Some(instant(*start));
        for partstat in [PartStat::Declined, PartStat::Accepted] {
            one.push(Act::CalendarReply {
                partstat,
                occurrence,
            });
        }
        one.push(Act::CalendarCounter {
            start: soon.map(instant),
            occurrence,
        });
    }
    let mut all: Vec<_> = one.into_iter().map(|act| vec![act]).collect();
    if rich {
        all.extend([
            vec![notes(by), Act::Skip],
            vec![notes(by), Act::End],
            vec![notes(by), Act::Stop],
            vec![notes(by), Act::Question],
            vec![notes(by), Act::Held(Held::Met)],
            vec![Act::Held(Held::Met), notes(by)],
            vec![notes(by), accept(|t| t.start = at_one(today, 4))],
            vec![notes(by), Act::Unclear],
            vec![notes(by), Act::Pause { until: None }],
            vec![
                Act::Command {
                    name: CommandName::ShareNow,
                    arguments: String::new(),
                },
                notes(by),
            ],
            vec![accept(|_| ()), Act::Question],
            vec![Act::Question, Act::Decline],
            vec![Act::Skip, Act::End],
            vec![Act::Skip, Act::Pause { until: None }],
            vec![Act::Skip, accept(|t| t.start = at_one(today, 4))],
            vec![Act::Pause { until: None }, Act::End],
            vec![Act::End, Act::Stop],
        ]);
    }
    all
}

/// Everything that somebody could write next, leaving out what the table says is the same thing.
fn said(world: &World, rich: bool, found: &mut Vec<Move>) {
    for pairing in world.circle.pairings.values() {
        for by in [pairing.inviter, pairing.invitee] {
            let role = pairing.role(by).expect("one of the two");
            let standing = Standing::of(&pairing.stage, by, role);
            let letters = world.received.get(&(by, pairing.id));
            let mut abouts: Vec<Option<&About>> = vec![None];
            abouts.extend(letters.into_iter().flatten().map(Some));
            for (number, acts) in mails(world, by, pairing, rich).into_iter().enumerate() {
                let mut meanings = BTreeSet::new();
                for about in &abouts {
                    let answering = about.map(|a| a.answering);
                    let letter = about.map(|a| a.letter.as_str());
                    let meant: Vec<_> = acts
                        .iter()
                        .map(|act| step(standing, role, answering, letter, act))
                        .collect();
                    let slot = about.and_then(|a| a.slot);
                    if meanings.insert((number, meant, slot)) {
                        found.push(Move::Says(by, pairing.id, about.cloned(), acts.clone()));
                    }
                }
            }
        }
    }
}

/// Everything that can happen next. `rich`: mails of several acts as well.
pub fn all(world: &World, rich: bool) -> Vec<Move> {
    let today = world.local().date();
    let mut found = vec![Move::Due, Move::LunchDay, Move::Sleep(40)];
    said(world, rich, &mut found);
    for pairing in world.circle.pairings.values() {
        found.push(Move::Bounces(pairing.inviter, pairing.id));
        found.push(Move::Bounces(pairing.invitee, pairing.id));
        for order in [
            Order::Pause(today + Days::new(30)),
            Order::Resume,
            Order::End,
        ] {
            found.push(Move::Order(pairing.id, order));
        }
    }
    if world.circle.pairings.len() < 4 {
        found.push(Move::Invite(ANA, BEN));
        found.push(Move::Invite(BEN, ANA));
        found.push(Move::Invite(ANA, CARA));
    }
    found
}
