//! Mail of ours that could not be handled: tried three times, then set aside for a person.
//!
//! Each failed try is written down, and a mail under which the whole process ended counts as tried by
//! the note that it left (`handling`). Others go on meanwhile. What is set aside lies in Review, and
//! is shown by who it is from and why, never by what it says. Moved back to the inbox, by `review
//! retry` or by hand, it is tried anew.

use crate::clock::Clock;
use crate::daemon::decider::{Decider, DeciderError};
use crate::daemon::incoming::Place;
use crate::daemon::ledger::Ledger;
use crate::daemon::request::ReviewLine;
use crate::disk;
use crate::keyring::Owner;
use crate::lunch::person::PersonId;
use crate::maillog;
use crate::reading::message::Message;
use crate::store::Batch;
use crate::store::key::{Key, Shelf};
use crate::store::row;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use std::fs::File;

/// So often a mail is tried before it is set aside.
pub const TRIES_MAX: u64 = 3;

/// How long to wait before the second and the third try, in seconds.
const PAUSES: [i64; 2] = [20, 120];

/// So many are listed at once, the oldest ones: after a flood the rest has to wait.
const LINES_MAX: usize = 500;

/// Names the mail under way, so that a start knows under which one the process ended.
const HANDLING: &str = "handling";

/// The counter of what was set aside.
const REVIEWED: &str = "reviewed";

/// Why a mail was set aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    /// Bigger than what is read.
    TooLarge,
    /// More mail in a day than a person writes.
    Loop,
    /// Handling it failed three times.
    Failed,
}

impl Why {
    const fn told(self) -> &'static str {
        match self {
            Self::TooLarge => "too large to be read",
            Self::Loop => "too many mails in one day",
            Self::Failed => "handling it failed three times",
        }
    }
}

/// A mail that was set aside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reviewed {
    /// What the operator calls it.
    pub number: u64,
    /// When.
    #[serde(with = "row::moment")]
    pub at: DateTime<Utc>,
    /// Why.
    pub why: Why,
    /// Whose it is.
    pub person: u64,
    /// Its Message-ID, without angle brackets, by which it is found in the folder.
    pub message_id: Option<String>,
    /// The mark by which it is known when it is moved back.
    pub content: String,
}

/// Tries of a mail that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Tried {
    times: u64,
    /// Not before, by the wall's clock.
    #[serde(with = "row::moment")]
    again: DateTime<Utc>,
}

impl Decider {
    /// Notes which mail is being handled, or that none is. No sync: it has to outlive the process,
    /// not the machine.
    ///
    /// # Errors
    /// None that would keep a mail from being handled: a note that cannot be written is left out.
    pub fn note_handling(&mut self, place: Option<&Place>) -> Result<(), DeciderError> {
        let path = self.ledger.store.path().join(HANDLING);
        if self.handling.is_none() {
            let mut open = File::options();
            open.write(true).create(true).truncate(false);
            self.handling = open.open(&path).ok();
        }
        let text = place.map(note).unwrap_or_default();
        if let Some(file) = &self.handling {
            let noted = disk::set_len(file, 0, "handling");
            let _ = noted.and_then(|()| disk::write_at(file, text.as_bytes(), 0, "handling"));
        }
        Ok(())
    }

    /// At a start: counts a try of the mail under which the process ended.
    ///
    /// # Errors
    /// If the store fails.
    pub fn blame_the_last(&mut self) -> Result<(), DeciderError> {
        let path = self.ledger.store.path().join(HANDLING);
        let note = std::fs::read_to_string(path).unwrap_or_default();
        if let Some(place) = noted(&note) {
            self.failed(&place)?;
            self.note_handling(None)?;
        }
        Ok(())
    }

    /// Writes down that handling a mail failed; how often it has by now.
    ///
    /// # Errors
    /// If the store fails.
    pub fn failed(&mut self, place: &Place) -> Result<u64, DeciderError> {
        let times = self.tries(place)?.saturating_add(1);
        let pause = PAUSES.get(times.saturating_sub(1) as usize);
        let pause = TimeDelta::seconds(pause.copied().unwrap_or(0)) / self.settings.haste.max(1);
        let again = Clock::Wall.now() + pause;
        let mut batch = Batch::new();
        let tried = Tried { times, again };
        batch.put(self.tried_key(place), Owner::House, row::write(&tried)?);
        self.commit(batch)?;
        maillog::mail_failed(place.uid, times);
        Ok(times)
    }

    /// How often handling a mail has failed.
    ///
    /// # Errors
    /// If the store fails.
    pub fn tries(&self, place: &Place) -> Result<u64, DeciderError> {
        let tried = self.ledger.store.get(&self.tried_key(place))?;
        let tried: Option<Tried> = tried.map(|octets| row::read(&octets)).transpose()?;
        Ok(tried.map_or(0, |tried| tried.times))
    }

    /// Nothing more is to be tried there.
    pub(super) fn forget_tries(&self, place: &Place, batch: &mut Batch) {
        batch.delete(self.tried_key(place));
    }

    /// The same as a job of its own, for a mail that is gone or cannot be shown to be ours.
    ///
    /// # Errors
    /// If the store fails.
    pub fn leave_alone(&mut self, place: &Place) -> Result<(), DeciderError> {
        let mut batch = Batch::new();
        self.forget_tries(place, &mut batch);
        self.commit(batch)
    }

    /// Mails of a mailbox that failed and are to be tried again: those whose time has come, and
    /// whether there are others.
    ///
    /// # Errors
    /// If the store fails.
    pub fn to_try_again(
        &self,
        mailbox: &str,
        uid_validity: u32,
    ) -> Result<(Vec<u32>, bool), DeciderError> {
        let all = Key::on(Shelf::Tried)
            .digest(self.ledger.store.digest(mailbox))
            .number(uid_validity.into());
        let now = Clock::Wall.now();
        let mut due = Vec::new();
        let mut later = false;
        for found in self.ledger.store.scan(&all) {
            let (key, octets) = found?;
            let tried: Tried = row::read(&octets)?;
            let uid = key.number_after(&all).and_then(|uid| uid.try_into().ok());
            match uid {
                Some(uid) if tried.again <= now => due.push(uid),
                _ => later = true,
            }
        }
        Ok((due, later))
    }

    fn tried_key(&self, place: &Place) -> Key {
        Key::on(Shelf::Tried)
            .digest(self.ledger.store.digest(&place.mailbox))
            .number(place.uid_validity.into())
            .number(place.uid.into())
    }

    /// Puts a mail on the list of what was set aside.
    pub(super) fn list_for_review(
        &self,
        batch: &mut Batch,
        place: &Place,
        message: &Message,
        person: PersonId,
        why: Why,
    ) -> Result<(), DeciderError> {
        let content = self.content_mark(message);
        let number = self.ledger.counter(REVIEWED)?.saturating_add(1);
        let reviewed = Reviewed {
            number,
            at: self.clock.now(),
            why,
            person: person.0,
            message_id: message.message_id.as_ref().map(|id| id.as_str().to_owned()),
            content: data_encoding::HEXLOWER.encode(&content),
        };
        let key = self
            .ledger
            .review_key(&place.mailbox, place.uid_validity, place.uid);
        batch.put(key, Owner::Person(person.0), row::write(&reviewed)?);
        let set_aside = Key::on(Shelf::SetAside).digest(content);
        batch.put(set_aside, Owner::House, number.to_be_bytes().to_vec());
        Ledger::put_counter(batch, REVIEWED, number);
        Ok(())
    }

    /// Whether this very mail was set aside before, so that it was moved back on purpose.
    ///
    /// # Errors
    /// If the store fails.
    pub(super) fn was_set_aside(&self, message: &Message) -> Result<bool, DeciderError> {
        let key = Key::on(Shelf::SetAside).digest(self.content_mark(message));
        Ok(self.ledger.store.get(&key)?.is_some())
    }

    /// Takes a mail off the list, wherever it lay.
    pub(super) fn no_longer_set_aside(
        &self,
        batch: &mut Batch,
        message: &Message,
    ) -> Result<(), DeciderError> {
        let content = self.content_mark(message);
        let mark = data_encoding::HEXLOWER.encode(&content);
        for (key, reviewed) in self.reviewed()? {
            if reviewed.content == mark {
                batch.delete(key);
            }
        }
        batch.delete(Key::on(Shelf::SetAside).digest(content));
        Ok(())
    }

    /// What a mail is known by here: its Message-ID, since of a mail that was set aside maybe only the
    /// header was read; its content where it has none.
    fn content_mark(&self, message: &Message) -> [u8; 16] {
        let text = match &message.message_id {
            Some(id) => format!("id {}", id.as_str()),
            None => format!("content {}", message.content_digest()),
        };
        self.ledger.store.digest(&text)
    }

    /// Everything on the list, the oldest first.
    fn reviewed(&self) -> Result<Vec<(Key, Reviewed)>, DeciderError> {
        let mut all = Vec::new();
        for found in self.ledger.store.scan(&Key::on(Shelf::Review)) {
            let (key, octets) = found?;
            all.push((key, row::read::<Reviewed>(&octets)?));
        }
        all.sort_by_key(|(_, reviewed)| reviewed.number);
        Ok(all)
    }

    /// The list as an operator sees it; its beginning, if it is long.
    ///
    /// # Errors
    /// If the store fails.
    pub(super) fn review_lines(&self) -> Result<Vec<ReviewLine>, DeciderError> {
        let mut lines = Vec::new();
        for (_, reviewed) in self.reviewed()?.into_iter().take(LINES_MAX) {
            let person = self.ledger.person(PersonId(reviewed.person))?;
            lines.push(ReviewLine {
                number: reviewed.number,
                at: reviewed.at,
                from: person
                    .map_or_else(|| "(forgotten)".to_owned(), |p| p.who.address.to_string()),
                message_id: reviewed.message_id,
                why: reviewed.why.told().to_owned(),
            });
        }
        Ok(lines)
    }

    /// A mail on the list.
    ///
    /// # Errors
    /// If the store fails.
    pub fn reviewed_with(&self, number: u64) -> Result<Option<Reviewed>, DeciderError> {
        let mut all = self.reviewed()?.into_iter().map(|(_, reviewed)| reviewed);
        Ok(all.find(|reviewed| reviewed.number == number))
    }

    /// Takes a mail off the list: an operator has dealt with it.
    ///
    /// # Errors
    /// If the store fails.
    pub fn dismiss(&mut self, number: u64) -> Result<(), DeciderError> {
        let mut batch = Batch::new();
        for (key, reviewed) in self.reviewed()? {
            if reviewed.number == number {
                batch.delete(key);
                let content = data_encoding::HEXLOWER.decode(reviewed.content.as_bytes());
                if let Some(content) = content.ok().and_then(|octets| octets.try_into().ok()) {
                    batch.delete(Key::on(Shelf::SetAside).digest(content));
                }
            }
        }
        self.commit(batch)
    }
}

fn note(place: &Place) -> String {
    format!("{} {} {}", place.uid_validity, place.uid, place.mailbox)
}

fn noted(note: &str) -> Option<Place> {
    let mut parts = note.splitn(3, ' ');
    let uid_validity = parts.next()?.parse().ok()?;
    let uid = parts.next()?.parse().ok()?;
    Some(Place {
        mailbox: parts.next()?.to_owned(),
        uid_validity,
        uid,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_names_its_place_again() {
        let place = Place {
            mailbox: "INBOX/with a space".to_owned(),
            uid_validity: 4_000_000_001,
            uid: 7,
        };
        assert_eq!(noted(&note(&place)), Some(place));
        for torn in ["", "7", "7 8", "x y z"] {
            assert_eq!(noted(torn), None);
        }
    }
}
