//! A pairing: two people, where they stand, what was agreed, and every lunch of theirs.

use crate::lunch::act::Held;
use crate::lunch::letter::{Agreement, Offer, Table};
use crate::lunch::notes::{Notes, Section, Words};
use crate::lunch::person::{GoalMeant, PersonId};
use crate::lunch::quoting::Quotings;
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc, Weekday};
use chrono_tz::Tz;

/// Number of a pairing in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PairingId(pub u64);

/// Where a pairing stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Asked, not answered.
    Invited,
    /// "Not now": asked again on that day.
    Postponed {
        /// The day.
        until: NaiveDate,
    },
    /// Meeting, or free to meet again.
    Meeting,
    /// Meeting, with a rest; it ends by itself.
    Paused {
        /// First day on which lunches may come again.
        until: NaiveDate,
    },
    /// The invitee said no. Final for this inviter.
    Declined,
    /// No answer came.
    Lapsed,
    /// The invitation could not be delivered.
    Undeliverable,
    /// Ended by one of the two, or by the operator (`None`).
    Ended {
        /// Who ended it.
        by: Option<PersonId>,
    },
    /// Both have left, one after the other.
    Parted,
}

impl Stage {
    /// Whether lunches take place, now or after a pause.
    pub const fn is_meeting(&self) -> bool {
        matches!(self, Self::Meeting | Self::Paused { .. })
    }

    /// Whether something can still come of it without anybody starting anew.
    pub const fn is_open(&self) -> bool {
        matches!(
            self,
            Self::Invited | Self::Postponed { .. } | Self::Meeting | Self::Paused { .. }
        )
    }
}

/// What the two do: copied from the configuration at the invitation, changed by what they say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Weeks from one lunch to the next.
    pub every_weeks: u32,
    /// On which day.
    pub weekday: Weekday,
    /// At what local time.
    pub time: NaiveTime,
    /// For how many minutes.
    pub minutes: u32,
    /// Zone of all local times of the pairing.
    pub zone: Tz,
    /// Where.
    pub location: String,
    /// A single lunch, to try it.
    pub once: bool,
    /// Whether notes are kept.
    pub notes: bool,
}

impl Plan {
    /// As an offer in a letter.
    pub fn offer(&self) -> Offer {
        Offer {
            every_weeks: self.every_weeks,
            weekday: self.weekday,
            time: self.time,
            minutes: self.minutes,
            location: self.location.clone(),
        }
    }

    /// As an agreement in a letter.
    pub fn agreement(&self, first: NaiveDateTime) -> Agreement {
        Agreement {
            every_weeks: (!self.once).then_some(self.every_weeks),
            first,
            minutes: self.minutes,
            location: self.location.clone(),
            notes: self.notes,
        }
    }
}

/// The series in both calendars.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series {
    /// UID.
    pub uid: String,
    /// SEQUENCE of the last calendar mail.
    pub sequence: u32,
    /// DTSTART, local.
    pub first: NaiveDateTime,
    /// INTERVAL; `None` for a single lunch.
    pub every_weeks: Option<u32>,
    /// COUNT, with excluded dates.
    pub count: u32,
    /// EXDATE.
    pub excluded: Vec<NaiveDateTime>,
}

/// What became of a lunch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LunchState {
    /// To come, or past and nobody has said anything: unknown is a legal state.
    Planned,
    /// Left out by one of the two.
    Skipped,
    /// Left out because of a pause; comes back if the pause ends early.
    Rested,
    /// It took place.
    Held,
    /// They didn't meet.
    NotMet,
}

/// What one of the two has said after a lunch.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Page {
    /// The notes as understood.
    pub notes: Option<Notes>,
    /// "Said, not written" and the like.
    pub answer: Option<Held>,
    /// A missing section was asked for.
    pub asked_for_missing: bool,
    /// "Share now".
    pub share_now: bool,
    /// How often the partner was shown these notes; 0 while sealed.
    pub shown: u32,
    /// Which of the partner's goals the focus went to, by its place among them.
    pub goal: Option<usize>,
    /// How often its words were put another way: leave is given for one wording.
    pub wording: u32,
    /// Who asked for leave to quote what of it, and what the writer said.
    pub quoting: Quotings,
    /// How many cards of it went to the writer's own board.
    pub carded: u32,
    /// To which of the writer's boards the last of them went (`Board::number`).
    pub carded_on: Option<u32>,
    /// A "when" was asked for, where the best moment had none.
    pub hinted: bool,
}

impl Page {
    /// Changes the notes. Leave to quote ends with the words that it was given for, and the focus
    /// belongs to no goal any more once it is gone.
    pub fn rewrite(&mut self, edit: impl FnOnce(&mut Option<Notes>)) {
        let before = self.notes.clone();
        edit(&mut self.notes);
        let read = |notes: &Option<Notes>, section| {
            let words = notes.as_ref().and_then(|n| n.section(section).cloned());
            words.map(|words| words.reveal().clone())
        };
        let mut changed = false;
        for section in Section::ALL {
            if read(&before, section) != read(&self.notes, section) {
                self.quoting.remove(&section);
                changed = true;
            }
        }
        self.wording = self.wording.saturating_add(u32::from(changed));
        if read(&self.notes, Section::Focus).is_none() {
            self.goal = None;
        }
    }

    /// Whether anything was noted.
    pub fn has_notes(&self) -> bool {
        self.notes.as_ref().is_some_and(|notes| !notes.is_empty())
    }

    /// Whether this one has answered, with notes or without. Notes that were read and then taken back were an
    /// answer too: nobody is asked again for what is gone.
    pub fn is_answered(&self) -> bool {
        self.answer.is_some() || self.has_notes() || self.shown > 0
    }

    /// Whether this one has had their say about a lunch that took place, if only that it stays unwritten.
    /// Whoever doesn't remember one reads the other's words when its time is over, not at once.
    pub fn has_told(&self) -> bool {
        self.is_answered() && (self.answer != Some(Held::NotMet) || self.has_notes())
    }
}

/// One lunch of the series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lunch {
    /// The place in the series, local: RECURRENCE-ID, and the lunch's name in the store.
    pub slot: NaiveDateTime,
    /// UID of the series it belongs to.
    pub uid: String,
    /// When it starts, local; differs from `slot` once moved.
    pub start: NaiveDateTime,
    /// Where.
    pub location: String,
    /// What became of it.
    pub state: LunchState,
    /// Who of the two left it out; only they can let it stand again.
    pub skipped_by: Option<Role>,
    /// The start that both were reminded of.
    pub reminded_of: Option<NaiveDateTime>,
    /// When the follow-up went out (or would have).
    pub followed_up: Option<DateTime<Utc>>,
    /// The one repetition is done, or there is none, since a reminder went out.
    pub nudged: bool,
    /// Both were asked for notes a second time.
    pub chased: bool,
    /// The time for writing is over, what was written was shown.
    pub unsealed: bool,
    /// What the inviter wrote.
    pub by_inviter: Page,
    /// What the invitee wrote.
    pub by_invitee: Page,
}

impl Lunch {
    /// A lunch to come.
    pub fn planned(slot: NaiveDateTime, uid: &str, location: &str) -> Self {
        Self {
            slot,
            uid: uid.to_owned(),
            start: slot,
            location: location.to_owned(),
            state: LunchState::Planned,
            skipped_by: None,
            reminded_of: None,
            followed_up: None,
            nudged: false,
            chased: false,
            unsealed: false,
            by_inviter: Page::default(),
            by_invitee: Page::default(),
        }
    }

    /// Whether what the one in that role wrote waits until the other writes or asks for it: whoever stayed
    /// silent when asked a second time has had three mails for this lunch, and gets no fourth unasked.
    pub fn waits(&self, writer: Role) -> bool {
        let page = self.page(writer);
        let wrote = page.notes.as_ref().is_some_and(|notes| !notes.is_empty());
        let silent = !self.page(writer.other()).is_answered();
        self.chased && wrote && silent && page.shown == 0
    }

    /// What became of it as the one in that role may know: that the other wrote, while it is sealed, is not
    /// to be read from a word like "held".
    pub fn state_known_to(&self, role: Role) -> LunchState {
        let (own, other) = (self.page(role), self.page(role.other()));
        match self.state {
            LunchState::Held if !self.unsealed && !own.is_answered() && other.shown == 0 => {
                LunchState::Planned
            }
            state => state,
        }
    }

    /// What is known of a lunch that is over, once somebody has taken back what they said: notes of either
    /// say that they met, else whatever one of them answered; without that nobody knows.
    pub fn recalled(&self) -> LunchState {
        let pages = [&self.by_inviter, &self.by_invitee];
        let answered =
            |wanted: fn(Held) -> bool| pages.iter().any(|p| p.answer.is_some_and(wanted));
        if pages.iter().any(|page| page.has_notes()) {
            LunchState::Held
        } else if answered(|held| held == Held::NotMet) {
            LunchState::NotMet
        } else if answered(|held| held != Held::NotMet) {
            LunchState::Held
        } else {
            LunchState::Planned
        }
    }

    /// Whether it was, or may still be, a lunch.
    pub const fn counts(&self) -> bool {
        matches!(self.state, LunchState::Planned | LunchState::Held)
    }
}

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Who started it.
    Inviter,
    /// Who was asked.
    Invitee,
}

impl Role {
    /// The other one.
    pub const fn other(self) -> Self {
        match self {
            Self::Inviter => Self::Invitee,
            Self::Invitee => Self::Inviter,
        }
    }
}

/// Two people and their lunches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pairing {
    /// Number in the store.
    pub id: PairingId,
    /// Who started it.
    pub inviter: PersonId,
    /// Who was asked.
    pub invitee: PersonId,
    /// Where it stands.
    pub stage: Stage,
    /// What the two do.
    pub plan: Plan,
    /// The inviter's own line in the invitation.
    pub note: Option<Words>,
    /// When the present round of asking began.
    pub asked_at: DateTime<Utc>,
    /// 0 for the first invitation, one more each time it comes back after a "later".
    pub round: u32,
    /// The reminder of the present round is out.
    pub reminded: bool,
    /// The day on which the invitee is back, as their mailbox says: until then no answer is no silence.
    pub away_until: Option<NaiveDate>,
    /// We have asked back, and not understood anything since.
    pub asked_back: bool,
    /// The partner was told that mail does not arrive.
    pub undelivered_told: bool,
    /// The series in the calendars, once there is one.
    pub series: Option<Series>,
    /// How many series there have been.
    pub series_made: u32,
    /// Every lunch, by slot.
    pub lunches: Vec<Lunch>,
    /// What grows beside the lunches.
    pub growth: Growth,
}

/// What grows between the two beside their lunches.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Growth {
    /// Goals that one of the two calls reached, and that the other has not answered yet.
    pub claims: Vec<Claim>,
    /// Moments that wait for the next lunch, oldest first; each is its writer's alone.
    pub jar: Vec<Jotted>,
    /// Whether what one of the two writes may go to the other's board.
    pub cards: Vec<CardLeave>,
    /// Which goals of the one a letter has told the other, each in its latest wording told.
    pub told: Vec<Told>,
    /// The time for passing it on has come and gone.
    pub passed_on: bool,
}

impl Growth {
    /// Whether what the one in that role writes may go to that board of the other's.
    pub fn may_card(&self, writer: Role, board: u32) -> bool {
        let mut leaves = self.cards.iter();
        let granted = |l: &CardLeave| l.answer == Some(true) && l.board == board;
        leaves.any(|leave| leave.writer == writer && granted(leave))
    }
}

/// The one question whether somebody's words may go to the partner's board.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardLeave {
    /// Whose words.
    pub writer: Role,
    /// The writer's latest answer; `None` while there is none.
    pub answer: Option<bool>,
    /// Which of the partner's boards was asked about (`Board::number`).
    pub board: u32,
}

/// A moment in the jar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Jotted {
    /// Who wrote it, and may see it.
    pub by: Role,
    /// As written.
    pub words: Words,
    /// On which day.
    pub on: NaiveDate,
    /// The slot of the lunch whose reminder has shown it; `None` while it waits.
    pub shown: Option<NaiveDateTime>,
}

/// A goal that the partner of its owner was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    /// Whose goal.
    pub of: Role,
    /// Which, in which wording.
    pub goal: GoalMeant,
}

/// A goal called reached: it is, once the other agrees or a fortnight has gone by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Whose goal.
    pub of: Role,
    /// Which, by its place among its owner's goals.
    pub goal: usize,
    /// Who called it reached.
    pub by: Role,
    /// When the other was told.
    pub told: DateTime<Utc>,
}

impl Pairing {
    /// The person in a role.
    pub const fn person(&self, role: Role) -> PersonId {
        match role {
            Role::Inviter => self.inviter,
            Role::Invitee => self.invitee,
        }
    }

    /// The role of a person; `None` for anybody else.
    pub fn role(&self, person: PersonId) -> Option<Role> {
        if person == self.inviter {
            Some(Role::Inviter)
        } else if person == self.invitee {
            Some(Role::Invitee)
        } else {
            None
        }
    }

    /// Whether that person declined or ended it.
    pub fn has_left(&self, person: PersonId) -> bool {
        match &self.stage {
            Stage::Declined => person == self.invitee,
            Stage::Ended { by } => *by == Some(person),
            Stage::Parted => self.role(person).is_some(),
            Stage::Invited
            | Stage::Postponed { .. }
            | Stage::Meeting
            | Stage::Paused { .. }
            | Stage::Lapsed
            | Stage::Undeliverable => false,
        }
    }

    /// The present series, if that lunch belongs to it.
    pub fn series_of(&self, lunch: &Lunch) -> Option<&Series> {
        self.series.as_ref().filter(|s| s.uid == lunch.uid)
    }

    /// Whether that lunch differs from what its series says: a calendar knows it by its own name.
    pub fn stands_out(&self, lunch: &Lunch) -> bool {
        lunch.start != lunch.slot || lunch.location != self.plan.location
    }

    /// Position of the lunch in that slot.
    pub fn lunch_at(&self, slot: NaiveDateTime) -> Option<usize> {
        self.lunches.iter().position(|lunch| lunch.slot == slot)
    }

    /// Whether another lunch of theirs was moved into the place of that one: to a day that is at least as
    /// near to it as to its own. Both would be two lunches where the two agreed on one.
    pub fn has_lost_its_place(&self, lunch: &Lunch) -> bool {
        let away = |other: &Lunch, from: NaiveDateTime| (other.start - from).abs();
        let others = self.lunches.iter().filter(|other| other.slot != lunch.slot);
        let mut standing = others.filter(|other| other.counts());
        standing.any(|other| away(other, lunch.start) <= away(other, other.slot))
    }

    /// The dates of its own lunches that stand or took place.
    pub fn own_dates(&self) -> impl Iterator<Item = NaiveDate> {
        self.lunches
            .iter()
            .filter(|lunch| lunch.counts())
            .map(|lunch| lunch.start.date())
    }

    /// Position of the first planned lunch that starts after `local`.
    pub fn next_after(&self, local: NaiveDateTime) -> Option<usize> {
        let planned = |l: &&(usize, &Lunch)| l.1.state == LunchState::Planned && l.1.start > local;
        let numbered: Vec<_> = self.lunches.iter().enumerate().collect();
        numbered
            .iter()
            .filter(planned)
            .min_by_key(|(_, lunch)| lunch.start)
            .map(|(at, _)| *at)
    }

    /// Position of the latest lunch that started at or before `local` and was not left out. One that
    /// somebody says did not take place is still the one that they speak of.
    pub fn latest_until(&self, local: NaiveDateTime) -> Option<usize> {
        let stood = |l: &Lunch| l.counts() || l.state == LunchState::NotMet;
        let past = |l: &&(usize, &Lunch)| stood(l.1) && l.1.start <= local;
        let numbered: Vec<_> = self.lunches.iter().enumerate().collect();
        numbered
            .iter()
            .filter(past)
            .max_by_key(|(_, lunch)| lunch.start)
            .map(|(at, _)| *at)
    }

    /// The number of that lunch among those that count: 1 for the first.
    pub fn ordinal(&self, lunch: &Lunch) -> u32 {
        let before = self
            .lunches
            .iter()
            .filter(|l| l.counts() && l.start < lunch.start)
            .count();
        u32::try_from(before).unwrap_or(u32::MAX).saturating_add(1)
    }

    /// How a letter speaks of that lunch.
    pub fn table(&self, lunch: &Lunch) -> Table {
        Table {
            ordinal: self.ordinal(lunch),
            start: lunch.start,
            minutes: self.plan.minutes,
            location: lunch.location.clone(),
        }
    }

    /// Who speaks first: the inviter at odd lunches, the invitee at even ones.
    pub fn speaks_first(&self, lunch: &Lunch) -> Role {
        if self.ordinal(lunch) % 2 == 1 {
            Role::Inviter
        } else {
            Role::Invitee
        }
    }

    /// The date of the last lunch before that one which is known to have taken place.
    pub fn last_met(&self, before: NaiveDateTime) -> Option<NaiveDate> {
        let held = |l: &&Lunch| l.state == LunchState::Held && l.start < before;
        self.lunches
            .iter()
            .filter(held)
            .map(|l| l.start.date())
            .max()
    }

    /// The last lunch after which the partner of the one in that role wrote something that waits to be
    /// asked for.
    pub fn waiting_for(&self, reader: Role) -> Option<usize> {
        let waits = |lunch: &Lunch| lunch.unsealed && lunch.waits(reader.other());
        let lunches = self.lunches.iter().enumerate();
        let waiting = lunches.filter(|(_, lunch)| waits(lunch));
        Some(waiting.max_by_key(|(_, lunch)| lunch.start)?.0)
    }

    /// How many lunches are known to have taken place.
    pub fn held_count(&self) -> usize {
        self.lunches
            .iter()
            .filter(|lunch| lunch.state == LunchState::Held)
            .count()
    }
}

impl Lunch {
    /// What the one in that role wrote.
    pub const fn page(&self, role: Role) -> &Page {
        match role {
            Role::Inviter => &self.by_inviter,
            Role::Invitee => &self.by_invitee,
        }
    }

    /// The same, for writing.
    pub const fn page_mut(&mut self, role: Role) -> &mut Page {
        match role {
            Role::Inviter => &mut self.by_inviter,
            Role::Invitee => &mut self.by_invitee,
        }
    }
}
