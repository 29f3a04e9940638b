//! The ledger: people, pairings, letters and due rows on the store's shelves.
//!
//! Knows where each thing stands and how it is found again; decides nothing. What it writes goes
//! into a `Batch`, so that one decision is one commit.

use crate::keyring::Owner;
use crate::lunch::event::{Circle, Rules};
use crate::lunch::pairing::{Pairing, PairingId};
use crate::lunch::person::{Person, PersonId};
use crate::store::key::{Key, Shelf};
use crate::store::outbox::{self, OutboxRow};
use crate::store::record::{self, LetterRecord, RecordError};
use crate::store::row::RowError;
use crate::store::seen::SeenError;
use crate::store::{Batch, Memo, Store, StoreError};
use crate::words::address::Address;
use crate::words::message_id::MessageId;
use chrono::{DateTime, Datelike, NaiveDate, Utc};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use thiserror::Error;

/// Why something could not be read or written.
#[derive(Debug, Error)]
pub enum LedgerError {
    /// See `StoreError`.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// See `RecordError`.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// See `RowError`.
    #[error(transparent)]
    Row(#[from] RowError),
    /// See `SeenError`.
    #[error(transparent)]
    Seen(#[from] SeenError),
}

/// Whose turn it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Turn {
    /// A pairing's agenda.
    Pairing(PairingId),
    /// A person's summary.
    Person(PersonId),
}

impl Turn {
    const fn owner(self) -> Owner {
        match self {
            Self::Pairing(id) => Owner::Pairing(id.0),
            Self::Person(id) => Owner::Person(id.0),
        }
    }
}

/// How far a mailbox has been read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The UIDs below hold as long as this stays the same.
    pub uid_validity: u32,
    /// The last UID that was looked at.
    pub last_uid: u32,
    /// When the daemon first saw this mailbox; nothing that arrived before is ever acted on.
    pub since: DateTime<Utc>,
    /// The mailbox was numbered anew since: what is old can no longer be told by its UID.
    pub renumbered: bool,
}

/// How many of the latest letters are kept at hand for finding quotes.
const ORIGINALS_MAX: usize = 24;

/// How many people, and how many pairings, are kept as they were read last.
const MEMO_MAX: usize = 256;

/// How many rows of the outbox. All that wait are looked at again with each letter that leaves.
const ROWS_MAX: usize = 512;

/// Things on shelves.
#[derive(Debug)]
pub struct Ledger {
    /// The store itself.
    pub store: Store,
    known_people: RefCell<Memo<Person>>,
    known_pairings: RefCell<Memo<Pairing>>,
    pub(super) known_rows: RefCell<Memo<Arc<OutboxRow>>>,
}

impl Ledger {
    /// Over a store.
    pub const fn new(store: Store) -> Self {
        Self {
            store,
            known_people: RefCell::new(Memo::of(MEMO_MAX)),
            known_pairings: RefCell::new(Memo::of(MEMO_MAX)),
            known_rows: RefCell::new(Memo::of(ROWS_MAX)),
        }
    }

    /// A person.
    ///
    /// # Errors
    /// If the store fails or the record is damaged.
    pub fn person(&self, id: PersonId) -> Result<Option<Person>, LedgerError> {
        let key = Key::on(Shelf::Person).number(id.0);
        let read = |octets: &[u8]| Ok(record::person_from_bytes(octets)?);
        self.store.get_read(&key, &self.known_people, read)
    }

    /// A pairing.
    ///
    /// # Errors
    /// As `person`.
    pub fn pairing(&self, id: PairingId) -> Result<Option<Pairing>, LedgerError> {
        let key = Key::on(Shelf::Pairing).number(id.0);
        let read = |octets: &[u8]| Ok(record::pairing_from_bytes(octets)?);
        self.store.get_read(&key, &self.known_pairings, read)
    }

    /// Everybody.
    ///
    /// # Errors
    /// As `person`.
    pub fn people(&self) -> Result<Vec<Person>, LedgerError> {
        let all = self.store.scan(&Key::on(Shelf::Person));
        all.map(|found| Ok(record::person_from_bytes(&found?.1)?))
            .collect()
    }

    /// All pairings.
    ///
    /// # Errors
    /// As `person`.
    pub fn pairings(&self) -> Result<Vec<Pairing>, LedgerError> {
        let all = self.store.scan(&Key::on(Shelf::Pairing));
        all.map(|found| Ok(record::pairing_from_bytes(&found?.1)?))
            .collect()
    }

    /// Who has this address.
    ///
    /// # Errors
    /// If the store fails.
    pub fn person_at(&self, address: &Address) -> Result<Option<PersonId>, LedgerError> {
        let key = Key::on(Shelf::AddressHash).digest(self.store.digest(address.key()));
        Ok(self.store.get(&key)?.and_then(number).map(PersonId))
    }

    /// The pairings a person is in.
    ///
    /// # Errors
    /// If the store fails.
    pub fn pairings_of(&self, person: PersonId) -> Result<Vec<PairingId>, LedgerError> {
        let beginning = Key::on(Shelf::PairingOf).number(person.0);
        let mut found = Vec::new();
        for entry in self.store.scan(&beginning) {
            found.extend(entry?.0.number_after(&beginning).map(PairingId));
        }
        Ok(found)
    }

    /// These people, all their pairings and their partners.
    ///
    /// # Errors
    /// As `person`.
    pub fn circle(&self, seeds: &[PersonId], rules: &Rules) -> Result<Circle, LedgerError> {
        let mut pairings = BTreeMap::new();
        let mut members: BTreeSet<PersonId> = seeds.iter().copied().collect();
        for seed in seeds {
            for id in self.pairings_of(*seed)? {
                let Some(pairing) = self.pairing(id)? else {
                    continue;
                };
                members.extend([pairing.inviter, pairing.invitee]);
                pairings.insert(id, pairing);
            }
        }
        let mut people = BTreeMap::new();
        for id in members {
            people.extend(self.person(id)?.map(|person| (id, person)));
        }
        Ok(Circle {
            people,
            pairings,
            rules: rules.clone(),
        })
    }

    /// The letter with that Message-ID.
    ///
    /// # Errors
    /// As `person`.
    pub fn letter_with(&self, id: &MessageId) -> Result<Option<LetterRecord>, LedgerError> {
        let key = Key::on(Shelf::MessageId).digest(self.store.digest(id.as_str()));
        match self.store.get(&key)?.and_then(number) {
            Some(row) => self.letter(row),
            None => Ok(None),
        }
    }

    /// Whether a letter with that Message-ID was sent, whether or not it can still be read.
    ///
    /// # Errors
    /// If the store fails.
    pub fn has_sent(&self, id: &MessageId) -> Result<bool, LedgerError> {
        let key = Key::on(Shelf::MessageId).digest(self.store.digest(id.as_str()));
        Ok(self.store.get(&key)?.is_some())
    }

    /// The pairing whose calendar series has that UID.
    ///
    /// # Errors
    /// If the store fails.
    pub fn pairing_with_uid(&self, uid: &str) -> Result<Option<PairingId>, LedgerError> {
        let key = Key::on(Shelf::CalendarUid).digest(self.store.digest(uid));
        Ok(self.store.get(&key)?.and_then(number).map(PairingId))
    }

    /// Rows of the letters to a person, oldest first.
    ///
    /// # Errors
    /// If the store fails.
    pub fn letters_to(
        &self,
        person: PersonId,
    ) -> impl DoubleEndedIterator<Item = Result<u64, LedgerError>> + '_ {
        let beginning = Key::on(Shelf::LetterOf).number(person.0);
        let found = self.store.scan(&beginning);
        found.filter_map(move |entry| match entry {
            Ok((key, _)) => key.number_after(&beginning).map(Ok),
            Err(error) => Some(Err(error.into())),
        })
    }

    /// The visible texts of the letters to a person that an answer may quote: the one that is answered,
    /// however old it is, and the latest, the latest first.
    ///
    /// # Errors
    /// As `person`.
    pub fn originals(
        &self,
        person: PersonId,
        answered: Option<&LetterRecord>,
    ) -> Result<Vec<String>, LedgerError> {
        let answered = answered.map(|letter| letter.text.clone().into_revealed());
        let mut texts: Vec<String> = answered.into_iter().collect();
        for row in self.letters_to(person).rev().take(ORIGINALS_MAX) {
            let text = self.letter(row?)?.map(|letter| letter.text.into_revealed());
            texts.extend(text.filter(|text| !texts.contains(text)));
        }
        Ok(texts)
    }

    /// The first letter to a person in a pairing: the root of their thread.
    ///
    /// # Errors
    /// As `person`.
    pub fn thread_root(
        &self,
        person: PersonId,
        pairing: PairingId,
    ) -> Result<Option<MessageId>, LedgerError> {
        for row in self.letters_to(person) {
            let letter = self.letter_without_text(row?)?;
            if let Some(letter) = letter.filter(|l| l.pairing == Some(pairing)) {
                return Ok(MessageId::parse(&letter.message_id));
            }
        }
        Ok(None)
    }

    /// Writes a person, and where they are found.
    ///
    /// # Errors
    /// If the record cannot be written.
    pub fn put_person(&self, batch: &mut Batch, person: &Person) -> Result<(), LedgerError> {
        let id = person.id.0;
        let octets = record::person_to_bytes(person)?;
        batch.put(Key::on(Shelf::Person).number(id), Owner::Person(id), octets);
        let digest = self.store.digest(person.who.address.key());
        batch.put(
            Key::on(Shelf::AddressHash).digest(digest),
            Owner::House,
            id.to_be_bytes().to_vec(),
        );
        Ok(())
    }

    /// Writes a pairing, and where it is found.
    ///
    /// # Errors
    /// If the record cannot be written.
    pub fn put_pairing(&self, batch: &mut Batch, pairing: &Pairing) -> Result<(), LedgerError> {
        let id = pairing.id.0;
        let octets = record::pairing_to_bytes(pairing)?;
        batch.put(
            Key::on(Shelf::Pairing).number(id),
            Owner::Pairing(id),
            octets,
        );
        for person in [pairing.inviter, pairing.invitee] {
            let key = Key::on(Shelf::PairingOf).number(person.0).number(id);
            batch.put(key, Owner::House, Vec::new());
        }
        if let Some(series) = &pairing.series {
            let key = Key::on(Shelf::CalendarUid).digest(self.store.digest(&series.uid));
            batch.put(key, Owner::House, id.to_be_bytes().to_vec());
        }
        Ok(())
    }

    /// Writes when to look at somebody again; `None` for never.
    ///
    /// # Errors
    /// If the store fails.
    pub fn put_turn(
        &self,
        batch: &mut Batch,
        turn: Turn,
        at: Option<DateTime<Utc>>,
    ) -> Result<(), LedgerError> {
        let owner = turn.owner();
        let place = Key::on(Shelf::DueOf).owner(owner);
        if let Some(before) = self.store.get(&place)?.and_then(number) {
            batch.delete(
                Key::on(Shelf::Due)
                    .moment(before.cast_signed())
                    .owner(owner),
            );
        }
        match at {
            Some(at) => {
                // Seconds are rounded up, so that nothing is looked at before its time.
                let seconds = at.timestamp() + i64::from(at.timestamp_subsec_nanos() > 0);
                batch.put(
                    Key::on(Shelf::Due).moment(seconds).owner(owner),
                    Owner::House,
                    Vec::new(),
                );
                batch.put(
                    place,
                    Owner::House,
                    seconds.cast_unsigned().to_be_bytes().to_vec(),
                );
            }
            None => batch.delete(place),
        }
        Ok(())
    }

    /// Whose turn it is by now, soonest first.
    ///
    /// # Errors
    /// If the store fails.
    pub fn turns_until(
        &self,
        now: DateTime<Utc>,
    ) -> Result<Vec<(DateTime<Utc>, Turn)>, LedgerError> {
        let all = Key::on(Shelf::Due);
        let end = Key::on(Shelf::Due).moment(now.timestamp().saturating_add(1));
        let found = self.store.range(&all, &end);
        found
            .map(|entry| Ok(entry?.0))
            .filter_map(|key| key.map(|key| turn_of(&key)).transpose())
            .collect()
    }

    /// The next moment at which it is somebody's turn.
    ///
    /// # Errors
    /// If the store fails.
    pub fn next_turn(&self) -> Result<Option<DateTime<Utc>>, LedgerError> {
        match self.store.scan(&Key::on(Shelf::Due)).next() {
            Some(entry) => Ok(turn_of(&entry?.0).map(|(at, _)| at)),
            None => Ok(None),
        }
    }

    /// How often an effect of that key has been queued: whether it has.
    ///
    /// # Errors
    /// If the store fails.
    pub fn has_effect(&self, key: &str) -> Result<bool, LedgerError> {
        Ok(self
            .store
            .get(&outbox::of_effect(self.store.digest(key)))?
            .is_some())
    }

    /// Mails counted for a person on a day.
    ///
    /// # Errors
    /// If the store fails.
    pub fn mails_on(&self, person: PersonId, day: NaiveDate) -> Result<u64, LedgerError> {
        Ok(self
            .store
            .get(&day_key(Shelf::Sent, person, day))?
            .and_then(number)
            .unwrap_or(0))
    }

    /// Counts one more.
    ///
    /// # Errors
    /// If the store fails.
    pub fn count_mail(
        &self,
        batch: &mut Batch,
        person: PersonId,
        day: NaiveDate,
    ) -> Result<(), LedgerError> {
        let count = self.mails_on(person, day)?.saturating_add(1);
        batch.put(
            day_key(Shelf::Sent, person, day),
            Owner::House,
            count.to_be_bytes().to_vec(),
        );
        Ok(())
    }

    /// Mails from a person that were acted on that day: all, or those of the same words.
    ///
    /// # Errors
    /// If the store fails.
    pub fn heard_on(
        &self,
        person: PersonId,
        day: NaiveDate,
        words: Option<[u8; 16]>,
    ) -> Result<u64, LedgerError> {
        let count = self.store.get(&heard_key(person, day, words))?;
        Ok(count.and_then(number).unwrap_or(0))
    }

    /// Counts one more.
    ///
    /// # Errors
    /// If the store fails.
    pub fn count_heard(
        &self,
        batch: &mut Batch,
        person: PersonId,
        day: NaiveDate,
        words: Option<[u8; 16]>,
    ) -> Result<(), LedgerError> {
        let count = self.heard_on(person, day, words)?.saturating_add(1);
        let octets = count.to_be_bytes().to_vec();
        batch.put(heard_key(person, day, words), Owner::House, octets);
        Ok(())
    }

    /// How far a mailbox has been read; `None` if it was never seen.
    ///
    /// # Errors
    /// If the store fails.
    pub fn progress(&self, mailbox: &str) -> Result<Option<Progress>, LedgerError> {
        let Some(octets) = self.store.get(&self.mailbox_key(mailbox))? else {
            return Ok(None);
        };
        let part = |from: usize| {
            octets
                .get(from..from + 8)?
                .try_into()
                .ok()
                .map(u64::from_be_bytes)
        };
        let parts = (part(0), part(8), part(16));
        let (Some(validity), Some(uid), Some(since)) = parts else {
            return Ok(None);
        };
        Ok(Some(Progress {
            uid_validity: u32::try_from(validity).unwrap_or(0),
            last_uid: u32::try_from(uid).unwrap_or(0),
            since: DateTime::from_timestamp(since.cast_signed(), 0).unwrap_or_default(),
            renumbered: part(24) == Some(1),
        }))
    }

    /// Whether a mailbox was ever seen, so that it is known behind what its new mail begins.
    ///
    /// # Errors
    /// If the store fails.
    pub fn has_seen_a_mailbox(&self) -> Result<bool, LedgerError> {
        let seen = self.store.scan(&Key::on(Shelf::Mailbox)).next();
        Ok(seen.transpose()?.is_some())
    }

    /// Writes how far a mailbox has been read.
    pub fn put_progress(&self, batch: &mut Batch, mailbox: &str, progress: Progress) {
        let parts = [
            u64::from(progress.uid_validity),
            u64::from(progress.last_uid),
            progress.since.timestamp().cast_unsigned(),
            u64::from(progress.renumbered),
        ];
        let octets = parts.iter().flat_map(|part| part.to_be_bytes()).collect();
        batch.put(self.mailbox_key(mailbox), Owner::House, octets);
    }

    fn mailbox_key(&self, mailbox: &str) -> Key {
        Key::on(Shelf::Mailbox).digest(self.store.digest(mailbox))
    }

    /// The key under which a message that was set aside is listed.
    pub fn review_key(&self, mailbox: &str, uid_validity: u32, uid: u32) -> Key {
        let mailbox = self.store.digest(mailbox);
        Key::on(Shelf::Review)
            .digest(mailbox)
            .number(uid_validity.into())
            .number(uid.into())
    }

    /// Whether an address was forgotten, and is never written to again.
    ///
    /// # Errors
    /// If the store fails.
    pub fn is_suppressed(&self, address: &Address) -> Result<bool, LedgerError> {
        if self.store.get(&self.suppressed_key(address))?.is_some() {
            return Ok(true);
        }
        // An older backup still leads to somebody whose own record is noise by now.
        match self.person_at(address)? {
            Some(id) => Ok(self.person(id)?.is_none()),
            None => Ok(false),
        }
    }

    /// Forgets a person and everything between them and others: their keys go, and with them all
    /// copies become noise. A keyed digest of the address stays, so that nobody writes there again.
    pub fn forget(&self, batch: &mut Batch, person: &Person, pairings: &[PairingId]) {
        self.known_people.borrow_mut().clear();
        self.known_pairings.borrow_mut().clear();
        self.known_rows.borrow_mut().clear();
        let address = &person.who.address;
        batch.put(self.suppressed_key(address), Owner::House, Vec::new());
        batch.delete(Key::on(Shelf::AddressHash).digest(self.store.digest(address.key())));
        for pairing in pairings {
            batch.forget(Owner::Pairing(pairing.0));
        }
        batch.forget(Owner::Person(person.id.0));
    }

    fn suppressed_key(&self, address: &Address) -> Key {
        Key::on(Shelf::Suppressed).digest(self.store.digest(address.key()))
    }

    /// A counter of our own; 0 if it was never written.
    ///
    /// # Errors
    /// If the store fails.
    pub fn counter(&self, name: &'static str) -> Result<u64, LedgerError> {
        Ok(Self::counter_of(&self.store, name)?)
    }

    /// The same of a store that nobody has taken over.
    ///
    /// # Errors
    /// If the store fails.
    pub fn counter_of(store: &Store, name: &'static str) -> Result<u64, StoreError> {
        let found = store.get(&Key::on(Shelf::Meta).word(name))?;
        Ok(found.and_then(number).unwrap_or(0))
    }

    /// Writes a counter.
    pub fn put_counter(batch: &mut Batch, name: &'static str, value: u64) {
        batch.put(
            Key::on(Shelf::Meta).word(name),
            Owner::House,
            value.to_be_bytes().to_vec(),
        );
    }
}

fn number(octets: Vec<u8>) -> Option<u64> {
    octets.try_into().ok().map(u64::from_be_bytes)
}

fn day_key(shelf: Shelf, person: PersonId, day: NaiveDate) -> Key {
    let day = u64::try_from(day.num_days_from_ce()).unwrap_or(0);
    Key::on(shelf).number(person.0).number(day)
}

fn heard_key(person: PersonId, day: NaiveDate, words: Option<[u8; 16]>) -> Key {
    let key = day_key(Shelf::Heard, person, day);
    match words {
        Some(words) => key.digest(words),
        None => key,
    }
}

fn turn_of(key: &Key) -> Option<(DateTime<Utc>, Turn)> {
    let all = Key::on(Shelf::Due);
    let seconds = key.moment_after(&all)?;
    let owner = Owner::from_octets(key.after(&all)?.get(8..)?)?;
    let turn = match owner {
        Owner::Pairing(id) => Turn::Pairing(PairingId(id)),
        Owner::Person(id) => Turn::Person(PersonId(id)),
        Owner::House => return None,
    };
    Some((DateTime::from_timestamp(seconds, 0)?, turn))
}
