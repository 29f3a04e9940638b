//! The record of a pairing: where the two stand, their plan, their series, and every lunch.
//!
//! One record holds the whole pairing, so that a decision reads and writes one value. What the two
//! wrote is in it in the clear; the store seals the bytes under the pairing's key.

use super::written::{Misread, Written, read, read_entries, read_option};
use super::{Record, RecordError, VERSION, from_bytes, to_bytes};
use crate::lunch::notes::{Notes, Observation, Section, Words};
use crate::lunch::pairing::{
    CardLeave, Claim, Growth, Jotted, Lunch, Page, Pairing, PairingId, Plan, Series, Stage, Told,
};
use crate::lunch::person::{GoalMeant, PersonId};
use crate::lunch::quoting::Quoting;
use serde::{Deserialize, Serialize};

/// A pairing as bytes for the store.
///
/// # Errors
/// If no JSON can be made of it.
pub fn pairing_to_bytes(pairing: &Pairing) -> Result<Vec<u8>, RecordError> {
    to_bytes::<PairingRecord>(pairing)
}

/// A pairing from bytes of the store.
///
/// # Errors
/// If the bytes are of a newer version or damaged, or a field makes no sense.
pub fn pairing_from_bytes(bytes: &[u8]) -> Result<Pairing, RecordError> {
    from_bytes::<PairingRecord>(bytes)
}

#[derive(Serialize, Deserialize)]
struct PairingRecord {
    v: u64,
    id: u64,
    inviter: u64,
    invitee: u64,
    stage: StageRecord,
    plan: PlanRecord,
    note: Option<String>,
    asked_at: String,
    round: u32,
    reminded: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    away_until: Option<String>,
    asked_back: bool,
    undelivered_told: bool,
    series: Option<SeriesRecord>,
    series_made: u32,
    #[serde(default)]
    lunches: Vec<LunchRecord>,
    #[serde(default)]
    growth: GrowthRecord,
}

#[derive(Serialize, Deserialize, Default)]
#[serde(default)]
struct GrowthRecord {
    claims: Vec<ClaimRecord>,
    jar: Vec<JottedRecord>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cards: Vec<CardLeaveRecord>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    told: Vec<ToldRecord>,
    passed_on: bool,
}

#[derive(Serialize, Deserialize)]
struct CardLeaveRecord {
    writer: String,
    answer: Option<bool>,
    #[serde(default)]
    board: u32,
}

#[derive(Serialize, Deserialize)]
struct JottedRecord {
    by: String,
    words: String,
    on: String,
    shown: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct ToldRecord {
    of: String,
    goal: usize,
    wording: usize,
}

#[derive(Serialize, Deserialize)]
struct ClaimRecord {
    of: String,
    goal: usize,
    by: String,
    told: String,
}

#[derive(Serialize, Deserialize)]
struct StageRecord {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<u64>,
}

#[derive(Serialize, Deserialize)]
struct PlanRecord {
    every_weeks: u32,
    weekday: String,
    time: String,
    minutes: u32,
    zone: String,
    location: String,
    once: bool,
    notes: bool,
}

#[derive(Serialize, Deserialize)]
struct SeriesRecord {
    uid: String,
    sequence: u32,
    first: String,
    every_weeks: Option<u32>,
    count: u32,
    #[serde(default)]
    excluded: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct LunchRecord {
    slot: String,
    uid: String,
    start: String,
    location: String,
    state: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    skipped_by: Option<String>,
    reminded_of: Option<String>,
    followed_up: Option<String>,
    nudged: bool,
    #[serde(default)]
    chased: bool,
    unsealed: bool,
    #[serde(default)]
    by_inviter: PageRecord,
    #[serde(default)]
    by_invitee: PageRecord,
}

/// An empty page may stand as `{}` or be missing.
#[derive(Serialize, Deserialize, Default)]
#[serde(default)]
struct PageRecord {
    notes: Option<NotesRecord>,
    answer: Option<String>,
    asked_for_missing: bool,
    share_now: bool,
    shown: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    goal: Option<usize>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    quoting: Vec<QuotingRecord>,
    wording: u32,
    hinted: bool,
    carded: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    carded_on: Option<u32>,
}

#[derive(Serialize, Deserialize)]
struct QuotingRecord {
    section: String,
    asked: String,
    answered: Option<String>,
    answer: Option<String>,
    #[serde(default)]
    wording: u32,
}

#[derive(Serialize, Deserialize, Default)]
#[serde(default)]
struct NotesRecord {
    best: Option<String>,
    worst: Option<String>,
    focus: Option<String>,
    observations: Vec<ObservationRecord>,
    achieved: Option<String>,
    unplaced: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct ObservationRecord {
    polarity: String,
    words: String,
}

impl Record for PairingRecord {
    type Mirrored = Pairing;
    const NAME: &'static str = "pairing";

    fn of(pairing: &Pairing) -> Self {
        Self {
            v: VERSION,
            id: pairing.id.0,
            inviter: pairing.inviter.0,
            invitee: pairing.invitee.0,
            stage: StageRecord::of(&pairing.stage),
            plan: PlanRecord::of(&pairing.plan),
            note: revealed(pairing.note.as_ref()),
            asked_at: pairing.asked_at.write(),
            round: pairing.round,
            reminded: pairing.reminded,
            away_until: pairing.away_until.as_ref().map(Written::write),
            asked_back: pairing.asked_back,
            undelivered_told: pairing.undelivered_told,
            series: pairing.series.as_ref().map(SeriesRecord::of),
            series_made: pairing.series_made,
            lunches: pairing.lunches.iter().map(LunchRecord::of).collect(),
            growth: GrowthRecord::of(&pairing.growth),
        }
    }

    fn read(self) -> Result<Pairing, Misread> {
        let series = self.series.map(SeriesRecord::read).transpose();
        Ok(Pairing {
            id: PairingId(self.id),
            inviter: PersonId(self.inviter),
            invitee: PersonId(self.invitee),
            stage: self.stage.read().map_err(|m| m.within("stage"))?,
            plan: self.plan.read().map_err(|m| m.within("plan"))?,
            note: self.note.map(Words::new),
            asked_at: read("asked_at", &self.asked_at)?,
            round: self.round,
            reminded: self.reminded,
            away_until: read_option("away_until", self.away_until.as_ref())?,
            asked_back: self.asked_back,
            undelivered_told: self.undelivered_told,
            series: series.map_err(|m| m.within("series"))?,
            series_made: self.series_made,
            lunches: read_entries("lunches", self.lunches, LunchRecord::read)?,
            growth: self.growth.read().map_err(|m| m.within("growth"))?,
        })
    }
}

impl GrowthRecord {
    fn of(growth: &Growth) -> Self {
        Self {
            claims: growth.claims.iter().map(ClaimRecord::of).collect(),
            jar: growth.jar.iter().map(JottedRecord::of).collect(),
            cards: growth.cards.iter().map(CardLeaveRecord::of).collect(),
            told: growth.told.iter().map(ToldRecord::of).collect(),
            passed_on: growth.passed_on,
        }
    }

    fn read(self) -> Result<Growth, Misread> {
        Ok(Growth {
            claims: read_entries("claims", self.claims, ClaimRecord::read)?,
            jar: read_entries("jar", self.jar, JottedRecord::read)?,
            cards: read_entries("cards", self.cards, CardLeaveRecord::read)?,
            told: read_entries("told", self.told, ToldRecord::read)?,
            passed_on: self.passed_on,
        })
    }
}

impl CardLeaveRecord {
    fn of(leave: &CardLeave) -> Self {
        Self {
            writer: leave.writer.write(),
            answer: leave.answer,
            board: leave.board,
        }
    }

    fn read(self) -> Result<CardLeave, Misread> {
        Ok(CardLeave {
            writer: read("writer", &self.writer)?,
            answer: self.answer,
            board: self.board,
        })
    }
}

impl JottedRecord {
    fn of(jotted: &Jotted) -> Self {
        Self {
            by: jotted.by.write(),
            words: jotted.words.reveal().clone(),
            on: jotted.on.write(),
            shown: jotted.shown.as_ref().map(Written::write),
        }
    }

    fn read(self) -> Result<Jotted, Misread> {
        Ok(Jotted {
            by: read("by", &self.by)?,
            words: Words::new(self.words),
            on: read("on", &self.on)?,
            shown: read_option("shown", self.shown.as_ref())?,
        })
    }
}

impl ToldRecord {
    fn of(told: &Told) -> Self {
        Self {
            of: told.of.write(),
            goal: told.goal.place,
            wording: told.goal.wording,
        }
    }

    fn read(self) -> Result<Told, Misread> {
        Ok(Told {
            of: read("of", &self.of)?,
            goal: GoalMeant {
                place: self.goal,
                wording: self.wording,
            },
        })
    }
}

impl ClaimRecord {
    fn of(claim: &Claim) -> Self {
        Self {
            of: claim.of.write(),
            goal: claim.goal,
            by: claim.by.write(),
            told: claim.told.write(),
        }
    }

    fn read(self) -> Result<Claim, Misread> {
        Ok(Claim {
            of: read("of", &self.of)?,
            goal: self.goal,
            by: read("by", &self.by)?,
            told: read("told", &self.told)?,
        })
    }
}

impl QuotingRecord {
    fn of((section, quoting): (&Section, &Quoting)) -> Self {
        Self {
            section: section.write(),
            asked: quoting.asked.write(),
            answered: quoting.answer.map(|(on, _)| on.write()),
            answer: quoting.answer.map(|(_, answer)| answer.write()),
            wording: quoting.wording,
        }
    }

    fn read(self) -> Result<(Section, Quoting), Misread> {
        let on = read_option("answered", self.answered.as_ref())?;
        let answer = read_option("answer", self.answer.as_ref())?;
        let quoting = Quoting {
            asked: read("asked", &self.asked)?,
            answer: on.zip(answer),
            wording: self.wording,
        };
        Ok((read("section", &self.section)?, quoting))
    }
}

impl StageRecord {
    fn of(stage: &Stage) -> Self {
        let (name, until, by) = match stage {
            Stage::Invited => ("invited", None, None),
            Stage::Postponed { until } => ("postponed", Some(until), None),
            Stage::Meeting => ("meeting", None, None),
            Stage::Paused { until } => ("paused", Some(until), None),
            Stage::Declined => ("declined", None, None),
            Stage::Lapsed => ("lapsed", None, None),
            Stage::Undeliverable => ("undeliverable", None, None),
            Stage::Ended { by } => ("ended", None, *by),
            Stage::Parted => ("parted", None, None),
        };
        Self {
            name: name.to_owned(),
            until: until.map(Written::write),
            by: by.map(|person| person.0),
        }
    }

    fn read(self) -> Result<Stage, Misread> {
        let until = || read("until", self.until.as_deref().unwrap_or_default());
        Ok(match self.name.as_str() {
            "invited" => Stage::Invited,
            "postponed" => Stage::Postponed { until: until()? },
            "meeting" => Stage::Meeting,
            "paused" => Stage::Paused { until: until()? },
            "declined" => Stage::Declined,
            "lapsed" => Stage::Lapsed,
            "undeliverable" => Stage::Undeliverable,
            "parted" => Stage::Parted,
            "ended" => Stage::Ended {
                by: self.by.map(PersonId),
            },
            _ => return Err(Misread::new("name")),
        })
    }
}

impl PlanRecord {
    fn of(plan: &Plan) -> Self {
        Self {
            every_weeks: plan.every_weeks,
            weekday: plan.weekday.write(),
            time: plan.time.write(),
            minutes: plan.minutes,
            zone: plan.zone.write(),
            location: plan.location.clone(),
            once: plan.once,
            notes: plan.notes,
        }
    }

    fn read(self) -> Result<Plan, Misread> {
        Ok(Plan {
            every_weeks: self.every_weeks,
            weekday: read("weekday", &self.weekday)?,
            time: read("time", &self.time)?,
            minutes: self.minutes,
            zone: read("zone", &self.zone)?,
            location: self.location,
            once: self.once,
            notes: self.notes,
        })
    }
}

impl SeriesRecord {
    fn of(series: &Series) -> Self {
        Self {
            uid: series.uid.clone(),
            sequence: series.sequence,
            first: series.first.write(),
            every_weeks: series.every_weeks,
            count: series.count,
            excluded: series.excluded.iter().map(Written::write).collect(),
        }
    }

    fn read(self) -> Result<Series, Misread> {
        Ok(Series {
            uid: self.uid,
            sequence: self.sequence,
            first: read("first", &self.first)?,
            every_weeks: self.every_weeks,
            count: self.count,
            excluded: read_entries("excluded", self.excluded, |text| read("", &text))?,
        })
    }
}

impl LunchRecord {
    fn of(lunch: &Lunch) -> Self {
        Self {
            slot: lunch.slot.write(),
            uid: lunch.uid.clone(),
            start: lunch.start.write(),
            location: lunch.location.clone(),
            state: lunch.state.write(),
            skipped_by: lunch.skipped_by.as_ref().map(Written::write),
            reminded_of: lunch.reminded_of.as_ref().map(Written::write),
            followed_up: lunch.followed_up.as_ref().map(Written::write),
            nudged: lunch.nudged,
            chased: lunch.chased,
            unsealed: lunch.unsealed,
            by_inviter: PageRecord::of(&lunch.by_inviter),
            by_invitee: PageRecord::of(&lunch.by_invitee),
        }
    }

    fn read(self) -> Result<Lunch, Misread> {
        let by_inviter = self.by_inviter.read();
        let by_invitee = self.by_invitee.read();
        Ok(Lunch {
            slot: read("slot", &self.slot)?,
            uid: self.uid,
            start: read("start", &self.start)?,
            location: self.location,
            state: read("state", &self.state)?,
            skipped_by: read_option("skipped_by", self.skipped_by.as_ref())?,
            reminded_of: read_option("reminded_of", self.reminded_of.as_ref())?,
            followed_up: read_option("followed_up", self.followed_up.as_ref())?,
            nudged: self.nudged,
            chased: self.chased,
            unsealed: self.unsealed,
            by_inviter: by_inviter.map_err(|m| m.within("by_inviter"))?,
            by_invitee: by_invitee.map_err(|m| m.within("by_invitee"))?,
        })
    }
}

impl PageRecord {
    fn of(page: &Page) -> Self {
        Self {
            notes: page.notes.as_ref().map(NotesRecord::of),
            answer: page.answer.as_ref().map(Written::write),
            asked_for_missing: page.asked_for_missing,
            share_now: page.share_now,
            shown: page.shown,
            goal: page.goal,
            quoting: page.quoting.iter().map(QuotingRecord::of).collect(),
            wording: page.wording,
            hinted: page.hinted,
            carded: page.carded,
            carded_on: page.carded_on,
        }
    }

    fn read(self) -> Result<Page, Misread> {
        let notes = self.notes.map(NotesRecord::read).transpose();
        let quoting = read_entries("quoting", self.quoting, QuotingRecord::read)?;
        Ok(Page {
            notes: notes.map_err(|m| m.within("notes"))?,
            answer: read_option("answer", self.answer.as_ref())?,
            asked_for_missing: self.asked_for_missing,
            share_now: self.share_now,
            shown: self.shown,
            goal: self.goal,
            quoting: quoting.into_iter().collect(),
            wording: self.wording,
            hinted: self.hinted,
            carded: self.carded,
            carded_on: self.carded_on,
        })
    }
}

impl NotesRecord {
    fn of(notes: &Notes) -> Self {
        let observed = |seen: &Observation| ObservationRecord {
            polarity: seen.polarity.write(),
            words: seen.words.reveal().clone(),
        };
        Self {
            best: revealed(notes.best.as_ref()),
            worst: revealed(notes.worst.as_ref()),
            focus: revealed(notes.focus.as_ref()),
            observations: notes.observations.iter().map(observed).collect(),
            achieved: revealed(notes.achieved.as_ref()),
            unplaced: notes.unplaced.iter().map(|w| w.reveal().clone()).collect(),
        }
    }

    fn read(self) -> Result<Notes, Misread> {
        let observed = |seen: ObservationRecord| -> Result<Observation, Misread> {
            Ok(Observation {
                polarity: read("polarity", &seen.polarity)?,
                words: Words::new(seen.words),
            })
        };
        Ok(Notes {
            best: self.best.map(Words::new),
            worst: self.worst.map(Words::new),
            focus: self.focus.map(Words::new),
            observations: read_entries("observations", self.observations, observed)?,
            achieved: self.achieved.map(Words::new),
            unplaced: self.unplaced.into_iter().map(Words::new).collect(),
        })
    }
}

fn revealed(words: Option<&Words>) -> Option<String> {
    words.map(|words| words.reveal().clone())
}
