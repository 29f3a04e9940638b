//! The calendars of the people in an exploration: what a client shows after our calendar mails.
//!
//! Clients differ in what an update of a series does to single lunches that were moved before. Some
//! forget the move, some keep it until it is cancelled by name; our mails have to be right for both.

use chrono::{Days, NaiveDateTime};
use postlunch::calendar::write::{Event, Method, Recurrence};
use std::collections::{BTreeMap, BTreeSet};

/// What a client does with moved lunches when the whole series is updated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Client {
    /// The update replaces everything.
    Forgets,
    /// A moved lunch stays moved until it is taken out by its own name.
    Keeps,
}

/// When and where.
pub type Place = (NaiveDateTime, String);

/// One UID in one person's calendar.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Entry {
    sequence: u32,
    series: Option<(Place, Option<Recurrence>)>,
    moved: BTreeMap<NaiveDateTime, Place>,
    out: BTreeSet<NaiveDateTime>,
}

/// One person's calendar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    client: Client,
    entries: BTreeMap<String, Entry>,
}

impl Calendar {
    pub fn new(client: Client) -> Self {
        Self {
            client,
            entries: BTreeMap::new(),
        }
    }

    /// Takes in one calendar mail.
    pub fn take(&mut self, event: &Event) -> Result<(), String> {
        let entry = self.entries.entry(event.uid.clone()).or_default();
        if event.sequence <= entry.sequence {
            return Err(format!(
                "SEQUENCE {} comes after {} of the same UID",
                event.sequence, entry.sequence
            ));
        }
        entry.sequence = event.sequence;
        let place = (event.start, event.location.clone());
        match (event.method, event.recurrence_id) {
            (Method::Request | Method::Publish, None) => {
                entry.series = Some((place, event.recurrence.clone()));
                entry.out.clear();
                if self.client == Client::Forgets {
                    entry.moved.clear();
                }
            }
            (Method::Request | Method::Publish, Some(slot)) => {
                entry.out.remove(&slot);
                entry.moved.insert(slot, place);
            }
            (Method::Cancel, None) => {
                entry.series = None;
                entry.moved.clear();
                entry.out.clear();
            }
            (Method::Cancel, Some(slot)) => {
                entry.moved.remove(&slot);
                entry.out.insert(slot);
            }
        }
        Ok(())
    }

    /// What stands in it after `now`, soonest first.
    pub fn ahead(&self, now: NaiveDateTime) -> Vec<Place> {
        let mut found = Vec::new();
        for entry in self.entries.values() {
            if let Some((first, recurrence)) = &entry.series {
                for slot in slots(first.0, recurrence.as_ref()) {
                    if !entry.moved.contains_key(&slot) && !entry.out.contains(&slot) {
                        found.push((slot, first.1.clone()));
                    }
                }
            }
            found.extend(entry.moved.values().cloned());
        }
        found.retain(|place| place.0 > now);
        found.sort();
        found
    }

    /// What the calendar holds, without the numbers that only ever grow.
    pub fn gist(&self, now: NaiveDateTime) -> Vec<String> {
        let moved = |e: &Entry| e.moved.values().filter(|p| p.0 > now).count();
        let each = self
            .entries
            .values()
            .map(|e| format!("{} {}", e.series.is_some(), moved(e)));
        let kept = each.filter(|gist| gist != "false 0");
        kept.collect()
    }
}

fn slots(first: NaiveDateTime, recurrence: Option<&Recurrence>) -> Vec<NaiveDateTime> {
    let Some(rule) = recurrence else {
        return vec![first];
    };
    let step = u64::from(rule.every_weeks) * 7;
    (0..u64::from(rule.count))
        .map(|n| first + Days::new(n * step))
        .filter(|slot| !rule.excluded.contains(slot))
        .collect()
}
