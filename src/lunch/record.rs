//! Record: everything kept about a member, as they may have it; and the pack, what of it may be shown.
//!
//! A member's record holds what they wrote and what they have been shown, the worst moments too:
//! they have read them. Pairings that never came to a lunch are not in it, so that nobody finds a
//! no in somebody else's papers. The pack holds good words alone, and of those only what their
//! speakers let out.

use crate::lunch::act::Permission;
use crate::lunch::notes::{Notes, Section, Words};
use crate::lunch::pairing::LunchState;
use crate::lunch::person::GoalEnd;
use crate::words::address::NameAddr;
use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use chrono_tz::Tz;

/// Everything kept about a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Whose it is.
    pub who: NameAddr,
    /// When it was put together.
    pub made: DateTime<Utc>,
    /// Whether they get the monthly summary.
    pub summaries: bool,
    /// Whether they get help over the silence of the first lunches.
    pub tips: bool,
    /// Where cards of their lunches go, if they have named a board.
    pub board: Option<String>,
    /// Their goals, the oldest first.
    pub goals: Vec<KeptGoal>,
    /// Whom they have or had lunch with, the oldest first.
    pub pairings: Vec<KeptPairing>,
}

/// A goal with what was seen of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptGoal {
    /// In its owner's words.
    pub words: Words,
    /// The day it was told.
    pub since: NaiveDate,
    /// How it read before, each with the day on which it was put another way; oldest first.
    pub earlier: Vec<(NaiveDate, Words)>,
    /// The day and way it ended.
    pub ended: Option<(NaiveDate, GoalEnd)>,
    /// Who agreed that it is reached.
    pub agreed_by: Option<NameAddr>,
}

/// Lunches with one partner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptPairing {
    /// With whom.
    pub partner: NameAddr,
    /// Whether the member invited them, and not the other way round.
    pub invited: bool,
    /// Whether the two still meet.
    pub goes_on: bool,
    /// Zone of the lunches' times.
    pub zone: Tz,
    /// Every lunch that took place, may have, or is to come; the oldest first.
    pub lunches: Vec<KeptLunch>,
    /// The member's own moments for the jar, with the day each was put by; the oldest first.
    pub jar: Vec<(NaiveDate, Words)>,
}

/// One lunch, as one of the two may see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptLunch {
    /// UID of its series in the calendar.
    pub uid: String,
    /// Its place in the series, local.
    pub slot: NaiveDateTime,
    /// When it starts or started, local.
    pub start: NaiveDateTime,
    /// Its length in minutes.
    pub minutes: u32,
    /// Where.
    pub location: String,
    /// What became of it.
    pub state: LunchState,
    /// What the member wrote.
    pub told: Option<Notes>,
    /// Whether the partner has been shown that.
    pub told_shown: bool,
    /// What the partner wrote, once it was shown.
    pub heard: Option<Notes>,
    /// Which of the member's goals the partner's focus spoke to, by its place.
    pub goal: Option<usize>,
    /// What the member lets the partner show to others, and since when.
    pub given: Vec<Leave>,
    /// What the partner lets the member show to others.
    pub got: Vec<Leave>,
}

/// A speaker's leave to show the words under one prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leave {
    /// Under which prompt.
    pub section: Section,
    /// By name, without it, or not.
    pub permission: Permission,
    /// The day on which it was said.
    pub on: NaiveDate,
}

/// What may be shown to others: dated, word for word, stamped with its speaker's leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pack {
    /// Whose it is.
    pub who: NameAddr,
    /// The day it was put together.
    pub made: NaiveDate,
    /// Goals that were reached, or of which there is something to show; the oldest first.
    pub goals: Vec<PackGoal>,
    /// Moments that belong to no goal, the oldest first.
    pub moments: Vec<Stamped>,
}

impl Pack {
    /// Whether there is nothing in it that anybody else said.
    pub fn is_empty(&self) -> bool {
        self.moments.is_empty() && self.goals.iter().all(|goal| goal.moments.is_empty())
    }
}

/// A goal in the pack, and how it grew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackGoal {
    /// In its owner's words, as they are now.
    pub words: Words,
    /// The day it was told.
    pub since: NaiveDate,
    /// How it read before, each with the day on which it was put another way.
    pub earlier: Vec<(NaiveDate, Words)>,
    /// The day on which it was reached.
    pub reached: Option<NaiveDate>,
    /// Whether a colleague said so too. Who is not told: nobody was asked whether they may be named.
    pub agreed: bool,
    /// What was seen, the oldest first.
    pub moments: Vec<Stamped>,
}

/// A moment that its speaker lets out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamped {
    /// Word for word.
    pub words: Words,
    /// The day of the lunch.
    pub on: NaiveDate,
    /// The day on which the speaker allowed it.
    pub granted: NaiveDate,
    /// By whom; `None` where the speaker wants no name.
    pub speaker: Option<NameAddr>,
}
