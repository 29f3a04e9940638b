//! The record of a letter that was sent: what its token stands for, and what could be seen in it.
//!
//! It lives as long as the token does. An answer that comes in is matched to it, and what the
//! answer quotes is found by its text. Subject and text are confidential and print nowhere.

use super::written::{Misread, Written, read, read_entries, read_option};
use super::{Record, RecordError, VERSION, from_bytes, to_bytes};
use crate::lunch::act::Answering;
use crate::lunch::letter::BoardMeant;
use crate::lunch::notes::Words;
use crate::lunch::pairing::PairingId;
use crate::lunch::person::{GoalMeant, PersonId};
use crate::lunch::quoting::Point;
use chrono::{DateTime, NaiveDateTime, Utc};
use serde::{Deserialize, Serialize};

/// A letter that was sent, under the row that its token names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LetterRecord {
    /// The row in the token.
    pub row: u64,
    /// To whom it went.
    pub person: PersonId,
    /// About which pairing; `None` if about none.
    pub pairing: Option<PairingId>,
    /// Which letter it was: [`Body::name`](crate::lunch::letter::Body::name).
    pub name: String,
    /// How an answer to it is to be taken.
    pub answering: Answering,
    /// About which lunch, by its slot, local.
    pub slot: Option<NaiveDateTime>,
    /// Whether it asked for a goal.
    pub goal_asked: bool,
    /// The points of notes that it numbered or asked about, in its order.
    pub points: Vec<Point>,
    /// The board that it asked about.
    pub board: Option<BoardMeant>,
    /// The goal that it called reached, in its owner's words.
    pub goal: Option<GoalMeant>,
    /// Its Message-ID (RFC 5322 section 3.6.4), without angle brackets.
    pub message_id: String,
    /// Its Subject, as the recipient saw it.
    pub subject: Words,
    /// Its visible text.
    pub text: Words,
    /// When it was handed over.
    pub sent_at: DateTime<Utc>,
    /// From when on the token counts no more.
    pub expires: DateTime<Utc>,
}

/// A sent letter as bytes for the store.
///
/// # Errors
/// If no JSON can be made of it.
pub fn letter_to_bytes(letter: &LetterRecord) -> Result<Vec<u8>, RecordError> {
    to_bytes::<StoredLetter>(letter)
}

/// A sent letter from bytes of the store.
///
/// # Errors
/// If the bytes are of a newer version or damaged, or a field makes no sense.
pub fn letter_from_bytes(bytes: &[u8]) -> Result<LetterRecord, RecordError> {
    from_bytes::<StoredLetter>(bytes)
}

#[derive(Serialize, Deserialize)]
struct StoredLetter {
    v: u64,
    row: u64,
    person: u64,
    pairing: Option<u64>,
    name: String,
    answering: String,
    slot: Option<String>,
    goal_asked: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    points: Vec<PointRecord>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    board: Option<BoardMeantRecord>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    goal: Option<GoalMeantRecord>,
    message_id: String,
    subject: String,
    text: String,
    sent_at: String,
    expires: String,
}

#[derive(Serialize, Deserialize)]
struct PointRecord {
    pairing: u64,
    slot: String,
    speaker: String,
    section: String,
    #[serde(default)]
    wording: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum BoardMeantRecord {
    Own { address: String, marks: String },
    Partners { number: u32 },
}

#[derive(Serialize, Deserialize)]
struct GoalMeantRecord {
    place: usize,
    wording: usize,
}

impl BoardMeantRecord {
    fn of(board: &BoardMeant) -> Self {
        match board {
            BoardMeant::Own { address, marks } => Self::Own {
                address: address.clone(),
                marks: marks.clone(),
            },
            BoardMeant::Partners { number } => Self::Partners { number: *number },
        }
    }

    fn read(self) -> BoardMeant {
        match self {
            Self::Own { address, marks } => BoardMeant::Own { address, marks },
            Self::Partners { number } => BoardMeant::Partners { number },
        }
    }
}

impl PointRecord {
    fn of(point: &Point) -> Self {
        Self {
            pairing: point.pairing.0,
            slot: point.slot.write(),
            speaker: point.speaker.write(),
            section: point.section.write(),
            wording: point.wording,
        }
    }

    fn read(self) -> Result<Point, Misread> {
        Ok(Point {
            pairing: PairingId(self.pairing),
            slot: read("slot", &self.slot)?,
            speaker: read("speaker", &self.speaker)?,
            section: read("section", &self.section)?,
            wording: self.wording,
        })
    }
}

impl Record for StoredLetter {
    type Mirrored = LetterRecord;
    const NAME: &'static str = "letter";

    fn of(letter: &LetterRecord) -> Self {
        Self {
            v: VERSION,
            row: letter.row,
            person: letter.person.0,
            pairing: letter.pairing.map(|id| id.0),
            name: letter.name.clone(),
            answering: letter.answering.write(),
            slot: letter.slot.as_ref().map(Written::write),
            goal_asked: letter.goal_asked,
            points: letter.points.iter().map(PointRecord::of).collect(),
            board: letter.board.as_ref().map(BoardMeantRecord::of),
            goal: letter.goal.map(|goal| GoalMeantRecord {
                place: goal.place,
                wording: goal.wording,
            }),
            message_id: letter.message_id.clone(),
            subject: letter.subject.reveal().clone(),
            text: letter.text.reveal().clone(),
            sent_at: letter.sent_at.write(),
            expires: letter.expires.write(),
        }
    }

    fn read(self) -> Result<LetterRecord, Misread> {
        Ok(LetterRecord {
            row: self.row,
            person: PersonId(self.person),
            pairing: self.pairing.map(PairingId),
            name: self.name,
            answering: read("answering", &self.answering)?,
            slot: read_option("slot", self.slot.as_ref())?,
            goal_asked: self.goal_asked,
            points: read_entries("points", self.points, PointRecord::read)?,
            board: self.board.map(BoardMeantRecord::read),
            goal: self.goal.map(|goal| GoalMeant {
                place: goal.place,
                wording: goal.wording,
            }),
            message_id: self.message_id,
            subject: Words::new(self.subject),
            text: Words::new(self.text),
            sent_at: read("sent_at", &self.sent_at)?,
            expires: read("expires", &self.expires)?,
        })
    }
}
