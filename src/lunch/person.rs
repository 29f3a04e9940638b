//! A person: name, address, own goals, and whether they want mail from here at all.

use crate::lunch::notes::Words;
use crate::words::address::{Address, NameAddr};
use chrono::NaiveDate;

/// Number of a person in the store; says nothing about them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PersonId(pub u64);

/// How a goal came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GoalEnd {
    /// Its owner called it reached.
    Achieved,
    /// Its owner put another in its place.
    Replaced,
    /// Its owner gave it up.
    Dropped,
}

/// One thing that somebody wants to get better at. It belongs to them, in their words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Goal {
    /// In the owner's words, as they now are.
    pub words: Words,
    /// The day it was told.
    pub since: NaiveDate,
    /// How it read before, each with the day on which it was put another way; oldest first.
    pub earlier: Vec<(NaiveDate, Words)>,
    /// The day and way it ended; `None` while it is open.
    pub ended: Option<(NaiveDate, GoalEnd)>,
    /// Who said of a reached goal that they see it so too.
    pub agreed_by: Option<PersonId>,
}

impl Goal {
    /// A goal that was told today.
    pub const fn new(words: Words, since: NaiveDate) -> Self {
        Self {
            words,
            since,
            earlier: Vec::new(),
            ended: None,
            agreed_by: None,
        }
    }
}

/// A board that makes a card of each mail to its address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Board {
    /// The address that the board has for it; whoever knows it can write on the board.
    pub address: Address,
    /// Labels and members for the subject, such as `#feedback @ana`.
    pub marks: String,
    /// Its owner has said yes to it at their own address.
    pub confirmed: bool,
}

/// Somebody we write to, or once wrote to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Number in the store.
    pub id: PersonId,
    /// Name and address.
    pub who: NameAddr,
    /// Said `stop`: no mail from anybody here, until they write in themselves.
    pub stopped: bool,
    /// Wants the monthly summary.
    pub summaries: bool,
    /// Wants help over the silence of the first lunches.
    pub tips: bool,
    /// Has had an invitation of their own to hand on.
    pub passed_on: bool,
    /// Where cards of their lunches go.
    pub board: Option<Board>,
    /// Own goals, oldest first; ended ones stay as history, so that a goal's place names it.
    pub goals: Vec<Goal>,
}

impl Person {
    /// A person who has said nothing yet.
    pub const fn new(id: PersonId, who: NameAddr) -> Self {
        Self {
            id,
            who,
            stopped: false,
            summaries: true,
            tips: true,
            passed_on: false,
            board: None,
            goals: Vec::new(),
        }
    }

    /// The goals still open.
    pub fn open_goals(&self) -> impl Iterator<Item = &Goal> {
        self.goals.iter().filter(|goal| goal.ended.is_none())
    }
}
