//! The record of a person: name, address, what they said about mail, and their goals.
//!
//! The address stands as it was written; the folded key is made again on reading, so that a better
//! folding reaches old records too. Errors name the field, never the person.

use super::written::{Misread, Written, read, read_entries};
use super::{Record, RecordError, VERSION, from_bytes, to_bytes};
use crate::lunch::notes::Words;
use crate::lunch::pairing::PairingId;
use crate::lunch::person::{Board, Goal, Person, PersonId};
use crate::words::address::{Address, NameAddr};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// A person as bytes for the store.
///
/// # Errors
/// If no JSON can be made of it.
pub fn person_to_bytes(person: &Person) -> Result<Vec<u8>, RecordError> {
    to_bytes::<PersonRecord>(person)
}

/// A person from bytes of the store.
///
/// # Errors
/// If the bytes are of a newer version or damaged, or a field makes no sense.
pub fn person_from_bytes(bytes: &[u8]) -> Result<Person, RecordError> {
    from_bytes::<PersonRecord>(bytes)
}

#[derive(Serialize, Deserialize)]
struct PersonRecord {
    v: u64,
    id: u64,
    name: String,
    address: String,
    stopped: bool,
    summaries: bool,
    #[serde(default = "yes")]
    tips: bool,
    #[serde(default)]
    passed_on: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    board: Option<BoardRecord>,
    #[serde(default)]
    boards_named: u32,
    #[serde(default)]
    goals: Vec<GoalRecord>,
}

/// What holds for whoever has said nothing of it.
const fn yes() -> bool {
    true
}

#[derive(Serialize, Deserialize)]
struct BoardRecord {
    address: String,
    marks: String,
    confirmed: bool,
    #[serde(default)]
    number: u32,
}

#[derive(Serialize, Deserialize)]
struct GoalRecord {
    words: String,
    since: String,
    ended: Option<GoalEndRecord>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    earlier: Vec<EarlierRecord>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    agreed_by: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    taken_from: Option<u64>,
}

#[derive(Serialize, Deserialize)]
struct EarlierRecord {
    until: String,
    words: String,
}

#[derive(Serialize, Deserialize)]
struct GoalEndRecord {
    day: String,
    how: String,
}

impl Record for PersonRecord {
    type Mirrored = Person;
    const NAME: &'static str = "person";

    fn of(person: &Person) -> Self {
        Self {
            v: VERSION,
            id: person.id.0,
            name: person.who.name.to_string(),
            address: person.who.address.write(),
            stopped: person.stopped,
            summaries: person.summaries,
            tips: person.tips,
            passed_on: person.passed_on,
            board: person.board.as_ref().map(BoardRecord::of),
            boards_named: person.boards_named,
            goals: person.goals.iter().map(GoalRecord::of).collect(),
        }
    }

    fn read(self) -> Result<Person, Misread> {
        let address: Address = read("address", &self.address)?;
        let board = self.board.map(BoardRecord::read).transpose();
        Ok(Person {
            id: PersonId(self.id),
            who: NameAddr::new(&self.name, address),
            stopped: self.stopped,
            summaries: self.summaries,
            tips: self.tips,
            passed_on: self.passed_on,
            board: board.map_err(|m| m.within("board"))?,
            boards_named: self.boards_named,
            goals: read_entries("goals", self.goals, GoalRecord::read)?,
        })
    }
}

impl BoardRecord {
    fn of(board: &Board) -> Self {
        Self {
            address: board.address.write(),
            marks: board.marks.clone(),
            confirmed: board.confirmed,
            number: board.number,
        }
    }

    fn read(self) -> Result<Board, Misread> {
        Ok(Board {
            address: read("address", &self.address)?,
            marks: self.marks,
            confirmed: self.confirmed,
            number: self.number,
        })
    }
}

impl GoalRecord {
    fn of(goal: &Goal) -> Self {
        Self {
            words: goal.words.reveal().clone(),
            since: goal.since.write(),
            ended: goal.ended.map(|(day, how)| GoalEndRecord {
                day: day.write(),
                how: how.write(),
            }),
            earlier: goal.earlier.iter().map(EarlierRecord::of).collect(),
            agreed_by: goal.agreed_by.map(|person| person.0),
            taken_from: goal.taken_from.map(|pairing| pairing.0),
        }
    }

    fn read(self) -> Result<Goal, Misread> {
        let read_end = |end: GoalEndRecord| -> Result<_, Misread> {
            Ok((read("ended.day", &end.day)?, read("ended.how", &end.how)?))
        };
        Ok(Goal {
            words: Words::new(self.words),
            since: read("since", &self.since)?,
            ended: self.ended.map(read_end).transpose()?,
            earlier: read_entries("earlier", self.earlier, EarlierRecord::read)?,
            agreed_by: self.agreed_by.map(PersonId),
            taken_from: self.taken_from.map(PairingId),
        })
    }
}

impl EarlierRecord {
    fn of((until, words): &(NaiveDate, Words)) -> Self {
        Self {
            until: until.write(),
            words: words.reveal().clone(),
        }
    }

    fn read(self) -> Result<(NaiveDate, Words), Misread> {
        Ok((read("until", &self.until)?, Words::new(self.words)))
    }
}
