//! A person: name, address, own goals, and whether they want mail from here at all.

use crate::lunch::notes::Words;
use crate::lunch::pairing::PairingId;
use crate::words::address::{Address, NameAddr};
use chrono::NaiveDate;

/// What stands where words were that somebody wrote who has been forgotten.
pub const FORGOTTEN: &str = "(forgotten)";

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

/// A goal in one wording, as a letter told it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct GoalMeant {
    /// Its place among its owner's goals.
    pub place: usize,
    /// How many wordings it had had before.
    pub wording: usize,
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
    /// In which pairing it was taken up from the partner's words, which it began with; `None` if its
    /// owner told it.
    pub taken_from: Option<PairingId>,
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
            taken_from: None,
        }
    }

    /// Whether it still stands in the words of the partner it was taken up from. They were said to its
    /// owner alone.
    pub const fn is_borrowed(&self) -> bool {
        self.taken_from.is_some() && self.earlier.is_empty()
    }

    /// How many wordings it has had before this one.
    pub const fn wording(&self) -> usize {
        self.earlier.len()
    }

    /// How it read in that wording.
    pub fn words_of(&self, wording: usize) -> &Words {
        let earlier = self.earlier.get(wording);
        earlier.map_or(&self.words, |(_, words)| words)
    }

    /// Takes out the words of the partner it was taken up from, who has been forgotten. Where it has no
    /// others it ends with them. Returns what they were.
    pub fn forget_borrowed(&mut self, today: NaiveDate) -> Words {
        if self.is_borrowed() {
            self.ended = self.ended.or(Some((today, GoalEnd::Dropped)));
        }
        let first = self.earlier.first_mut().map(|(_, words)| words);
        let words = first.unwrap_or(&mut self.words);
        std::mem::replace(words, Words::new(FORGOTTEN.to_owned()))
    }

    /// Whether all its words were somebody's who has been forgotten.
    pub fn is_forgotten(&self) -> bool {
        self.is_borrowed() && self.words.reveal() == FORGOTTEN
    }

    /// Its words, where somebody else may read them who is in that pairing with its owner.
    pub fn words_in(&self, pairing: PairingId) -> Option<&Words> {
        let known = !self.is_borrowed() || self.taken_from == Some(pairing);
        known.then_some(&self.words)
    }

    /// Its words, where they are its owner's own.
    pub fn own_words(&self) -> Option<&Words> {
        (!self.is_borrowed()).then_some(&self.words)
    }

    /// How it read before in its owner's own words.
    pub fn own_earlier(&self) -> &[(NaiveDate, Words)] {
        let borrowed = usize::from(self.taken_from.is_some());
        self.earlier.get(borrowed..).unwrap_or_default()
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
    /// The how many-th board of its owner's it is: leave is given for one of them.
    pub number: u32,
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
    /// How many boards there have been.
    pub boards_named: u32,
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
            boards_named: 0,
            goals: Vec::new(),
        }
    }

    /// The goals still open.
    pub fn open_goals(&self) -> impl Iterator<Item = &Goal> {
        self.goals.iter().filter(|goal| goal.ended.is_none())
    }
}
