//! Events and effects: what can happen, and what may follow.
//!
//! An event carries its cause. Every effect is keyed by (kind, scope, recipient, cause), so the same
//! cause can never make a second mail, however often it is looked at.

use crate::lunch::act::{Answering, Said};
use crate::lunch::consent::Waiting;
use crate::lunch::letter::{BoardMeant, Letter};
use crate::lunch::notes::Words;
use crate::lunch::pairing::{Pairing, PairingId, Plan};
use crate::lunch::person::{GoalMeant, Person, PersonId};
use crate::lunch::quoting::Point;
use crate::words::address::{Address, NameAddr};
use crate::words::token::TokenKey;
use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, Utc};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// Why something happens.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// An incoming mail, by its key in the store.
    Mail(String),
    /// An operator's request, by its id.
    Request(String),
    /// Time: the occurrence is named by what came due.
    Time,
}

/// The letter that a mail answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// Its kind, as an answer sees it.
    pub answering: Answering,
    /// Its name (`Body::name`).
    pub letter: String,
    /// The lunch it spoke of.
    pub slot: Option<NaiveDateTime>,
    /// The points of notes that it numbered or asked about, in its order.
    pub points: Vec<Point>,
    /// The board that it asked about.
    pub board: Option<BoardMeant>,
    /// The goal that it called reached.
    pub goal: Option<GoalMeant>,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// An operator starts a pairing.
    Invite {
        /// The number it gets.
        pairing: PairingId,
        /// Who asks.
        inviter: PersonId,
        /// Who is asked.
        invitee: PersonId,
        /// A line of the inviter's own.
        note: Option<Words>,
        /// What is proposed.
        plan: Plan,
    },
    /// Somebody wrote, and it is known that it was they.
    Said {
        /// Who.
        by: PersonId,
        /// In which conversation; `None` if it concerns the person alone.
        pairing: Option<PairingId>,
        /// What they answer.
        about: Option<About>,
        /// What they said.
        said: Said,
    },
    /// Somebody, perhaps the person, wrote in the person's name, and it is not known to be they:
    /// ask at the known address, change nothing.
    Doubted {
        /// The person in whose name.
        person: PersonId,
        /// In which conversation.
        pairing: Option<PairingId>,
        /// What was written; shown only to the person.
        words: Words,
    },
    /// Somebody answers an old letter, and it is known that it was they: what they want now is asked.
    SaidLate {
        /// Who.
        by: PersonId,
        /// In which conversation.
        pairing: Option<PairingId>,
        /// What they answer.
        about: About,
        /// The day of that letter.
        written: NaiveDate,
        /// What they wrote; shown only to them.
        words: Words,
    },
    /// It is too much mail for one day, of a person or to them.
    HadEnough {
        /// Whose.
        person: PersonId,
        /// Of which day: they hear of it once.
        day: NaiveDate,
        /// What comes in is set aside; else only what goes out waits.
        set_aside: bool,
    },
    /// A letter came back, or could not be handed over for days.
    Undelivered {
        /// To whom it should have gone.
        to: PersonId,
        /// In which conversation.
        pairing: PairingId,
    },
    /// A member has invited by mail, or somebody has asked for an invitation that was handed on.
    GuestsNamed {
        /// The member.
        by: PersonId,
        /// Who is being asked.
        asked: Vec<NameAddr>,
        /// Who is not.
        not: Vec<NameAddr>,
        /// How many pairings there are, where that was a reason to ask back first.
        many: Option<usize>,
        /// Whether the guest asked.
        came: bool,
    },
    /// The other of an ended pairing was asked anew, or could not be.
    AskedAnew {
        /// Who wanted to go on.
        by: PersonId,
        /// Who was to be asked.
        partner: PersonId,
        /// Whether the invitation is on its way.
        sent: bool,
    },
    /// A card did not get to the board of that person.
    BoardFailed {
        /// Whose board.
        owner: PersonId,
        /// The address that the card went to.
        address: Address,
        /// Whoever is there wants none.
        stopped: bool,
    },
    /// It is time to look at a pairing.
    Due {
        /// Which.
        pairing: PairingId,
    },
    /// It is time for a person's summary.
    MonthTurned {
        /// Whose.
        person: PersonId,
        /// First day of the month to tell about.
        month: NaiveDate,
    },
    /// An operator pauses, resumes or ends a pairing.
    Ordered {
        /// Which.
        pairing: PairingId,
        /// What.
        order: Order,
    },
}

/// What an operator can do with a pairing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Pause until that day.
    Pause(NaiveDate),
    /// End a pause.
    Resume,
    /// End it.
    End,
}

/// An event with its cause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Why.
    pub cause: Cause,
    /// What.
    pub what: What,
}

/// What must still hold when a mail leaves, checked when it is claimed and not when it is planned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Consent {
    /// The invitation and its reminder: not answered yet.
    Asking,
    /// Mail of the series: the two are meeting, and that lunch still stands.
    Meeting,
    /// An answer to something the person wrote.
    Answer,
    /// News about the partner.
    News,
    /// The one receipt after a no or an end.
    Final,
    /// The receipt for `stop`, and calendar cancellations.
    Farewell,
    /// The monthly summary.
    Summary,
    /// A card with its owner's words: the board is still named.
    Board,
    /// A card with the partner's words too: they still agree to it.
    BoardOfBoth,
}

/// A letter on its way to the outbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dispatch {
    /// To whom.
    pub to: PersonId,
    /// In which conversation.
    pub pairing: Option<PairingId>,
    /// The lunch it speaks of.
    pub slot: Option<NaiveDateTime>,
    /// What it says.
    pub letter: Letter,
    /// What caused it: part of the effect key.
    pub occasion: String,
    /// What must still hold when it leaves.
    pub consent: Consent,
    /// After this moment it is of no use.
    pub use_by: DateTime<Utc>,
}

impl Dispatch {
    /// What the outbox knows of it while it waits.
    pub fn waiting(&self) -> Waiting {
        Waiting {
            to: self.to,
            pairing: self.pairing,
            slot: self.slot,
            letter: self.letter.body.name().to_owned(),
            consent: self.consent,
        }
    }

    /// The effect key: kind, scope, recipient, cause.
    pub fn key(&self) -> EffectKey {
        let scope = self.pairing.map_or("-".to_owned(), |p| p.0.to_string());
        EffectKey(format!(
            "{}/{scope}/{}/{}",
            self.letter.body.name(),
            self.to.0,
            self.occasion
        ))
    }
}

/// The cause of the one letter that day which tells somebody that it is too much mail.
pub fn enough_on(day: NaiveDate, set_aside: bool) -> String {
    let what = if set_aside { "set-aside" } else { "waits" };
    format!("day:{day}/{what}")
}

/// (kind, scope, recipient, cause) as one text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EffectKey(String);

impl EffectKey {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EffectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What may be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Send a letter.
    Send(Box<Dispatch>),
    /// Ask the other of an ended pairing anew, as by any invitation: an end took their yes with it.
    AskAnew {
        /// Who wants to go on.
        by: PersonId,
        /// Who is to be asked.
        partner: PersonId,
        /// What is proposed: what the two had, with what was said of it now.
        plan: Plan,
    },
    /// Gather a person's month, and send it if there is something in it.
    Summarise {
        /// Whose.
        person: PersonId,
        /// First day of the month.
        month: NaiveDate,
    },
    /// Gather what somebody asked to see of their own, and send it.
    Show {
        /// Who.
        person: PersonId,
        /// What.
        what: Shown,
        /// What caused it: part of the effect key.
        occasion: String,
    },
}

/// What somebody may ask to see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Shown {
    /// Their own threads.
    Fabric,
    /// Everything kept about them.
    Record,
}

/// The one outcome of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Understood and done.
    Done,
    /// We asked back.
    Asked,
    /// Returned with its text.
    Returned,
    /// Nothing to do, for this reason.
    Nothing(&'static str),
    /// Refused, for this reason.
    Refused(&'static str),
}

/// New state and effects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// People who changed.
    pub people: Vec<Person>,
    /// Pairings that changed or are new.
    pub pairings: Vec<Pairing>,
    /// What to do.
    pub effects: Vec<Effect>,
    /// In a word.
    pub outcome: Outcome,
}

/// Rules of the house, from the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Makes calendar UIDs that nobody can guess.
    pub key: TokenKey,
    /// The mailbox that we read: ORGANIZER.
    pub mailbox: NameAddr,
    /// Days without lunches.
    pub holidays: BTreeSet<NaiveDate>,
    /// An unanswered invitation is repeated once after this time.
    pub remind_after: TimeDelta,
    /// And lapses after this.
    pub lapse_after: TimeDelta,
    /// The reminder comes so many working days before a lunch.
    pub reminder_days: u32,
    /// At this local time.
    pub reminder_time: chrono::NaiveTime,
    /// The follow-up comes so long after the end of a lunch.
    pub followup_after: TimeDelta,
    /// Its repetition so long after it.
    pub nudge_after: TimeDelta,
    /// Notes stay sealed for so long after the follow-up unless both have written.
    pub seal: TimeDelta,
    /// From how many pairings on one more is asked about.
    pub max_pairings: usize,
}

/// Everybody and everything that one decision may look at: the pairing in question, its two people,
/// all their other pairings and those partners.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Circle {
    /// People.
    pub people: BTreeMap<PersonId, Person>,
    /// Pairings.
    pub pairings: BTreeMap<PairingId, Pairing>,
    /// Rules.
    pub rules: Rules,
}
