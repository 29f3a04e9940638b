//! Harvest: what a monthly summary says, as the values that its template names.

use super::english as say;
use super::facts::{Facts, goal, quote_state, text};
use crate::lunch::letter::{Harvest, NextLunch, OpenGoal, Quote};
use crate::lunch::weave::Weave;
use crate::words::address::NameAddr;
use chrono::NaiveDate;
use minijinja::context;
use minijinja::value::Value;

/// The values of one month, as seen from the day of the letter.
pub(super) fn of(harvest: &Harvest, facts: &Facts) -> Value {
    Month {
        facts,
        people: people(harvest),
    }
    .values(harvest)
}

/// Everybody that the letter speaks of.
fn people(harvest: &Harvest) -> Vec<&NameAddr> {
    let lunches = harvest.held.iter().chain(&harvest.unknown);
    let goals = harvest.open.iter();
    let said = goals
        .flat_map(|g| {
            g.helps
                .iter()
                .chain(&g.hinders)
                .chain(&g.both)
                .chain(&g.seen)
        })
        .chain(&harvest.focus)
        .chain(&harvest.good_moments)
        .chain(&harvest.between);
    lunches
        .map(|(who, _)| who)
        .chain(said.map(|quote| &quote.speaker))
        .chain(harvest.watching.iter().map(|(who, _)| who))
        .chain(harvest.next.iter().map(|next| &next.partner))
        .chain(in_threads(&harvest.weave))
        .collect()
}

/// Everybody whom threads tell by name: the partners.
fn in_threads(weave: &Weave) -> impl Iterator<Item = &NameAddr> {
    weave.threads.iter().map(|thread| &thread.partner)
}

/// A member's own threads, as lines: one for each partner.
pub(super) fn threads(weave: &Weave, facts: &Facts) -> Value {
    let month = Month {
        facts,
        people: in_threads(weave).collect(),
    };
    month.threads(weave)
}

struct Month<'a> {
    facts: &'a Facts,
    people: Vec<&'a NameAddr>,
}

impl Month<'_> {
    /// The first name; in full where another partner has the same one.
    fn name(&self, who: &NameAddr) -> String {
        let first = who.first_name();
        let is_other = |p: &&NameAddr| p.address != who.address && p.first_name() == first;
        if self.people.iter().any(is_other) {
            who.display_name()
        } else {
            first
        }
    }

    fn values(&self, harvest: &Harvest) -> Value {
        let mut speakers: Vec<String> = harvest
            .good_moments
            .iter()
            .map(|q| self.name(&q.speaker))
            .collect();
        speakers.dedup();
        context! {
            month => say::month(harvest.month),
            held => self.lunches(&harvest.held),
            unknown => self.lunches(&harvest.unknown),
            reached => harvest.reached.iter().map(|r| context! {
                words => text(&r.words),
                since => self.facts.date(r.since),
                on => self.facts.date(r.on),
                agreed_by => r.agreed_by.as_ref().map(|by| self.name(by)).unwrap_or_default(),
            }).collect::<Vec<_>>(),
            open => harvest.open.iter().map(|g| self.open_goal(g)).collect::<Vec<_>>(),
            focus => self.quotes(&harvest.focus),
            good_moments => self.quotes(&harvest.good_moments),
            only_speaker => match speakers.as_slice() { [one] => one.as_str(), _ => "" },
            between => self.quotes(&harvest.between),
            watching => harvest.watching.iter().map(|(partner, words)| context! {
                partner => self.name(partner),
                goal => goal(Some(words)),
            }).collect::<Vec<_>>(),
            threads => self.threads(&harvest.weave),
            next => harvest.next.iter().map(|n| self.next(n, &harvest.weave)).collect::<Vec<_>>(),
        }
    }

    fn threads(&self, weave: &Weave) -> Value {
        let lines = weave.threads.iter().map(|thread| {
            let grown = match thread.grown.len() {
                0 => String::new(),
                count => say::more_pairs(count),
            };
            context! {
                partner => self.name(&thread.partner),
                lunches => say::thread(&thread.held, thread.goes_on, self.facts.today),
                grown,
            }
        });
        Value::from(lines.collect::<Vec<_>>())
    }

    fn lunches(&self, lunches: &[(NameAddr, Vec<NaiveDate>)]) -> Vec<Value> {
        let told = lunches.iter().map(|(partner, dates)| {
            context! {
                partner => self.name(partner),
                count => say::lunches(dates.len()),
                dates => say::days_of_month(dates),
            }
        });
        told.collect()
    }

    fn open_goal(&self, open: &OpenGoal) -> Value {
        context! {
            words => text(&open.words),
            helps => self.quotes(&open.helps),
            hinders => self.quotes(&open.hinders),
            both => self.quotes(&open.both),
            seen => self.quotes(&open.seen),
        }
    }

    fn quotes(&self, quotes: &[Quote]) -> Vec<Value> {
        let said = quotes.iter().map(|quote| {
            context! {
                words => text(&quote.words),
                by => self.name(&quote.speaker),
                on => self.facts.date(quote.on),
                leave => quote.leave.map_or("", quote_state),
            }
        });
        said.collect()
    }

    /// The how many-th it is, is told where the threads below count the same: lunches of which nobody said
    /// whether they took place are none there.
    fn next(&self, next: &NextLunch, weave: &Weave) -> Value {
        let mut threads = weave.threads.iter();
        let theirs = threads.find(|t| t.partner.address == next.partner.address);
        let held = theirs.map_or(0, |thread| thread.held.len());
        context! {
            counted => u32::try_from(held).is_ok_and(|held| held.saturating_add(1) == next.table.ordinal),
            partner => self.name(&next.partner),
            table => self.facts.table(&next.table),
            speaks_first => next.speaks_first,
        }
    }
}
