//! Incoming mail that has been seen, so that no message is acted on twice and none is lost.
//!
//! R1: on the server only, nothing stands here. R2 decided: written in the commit that holds the
//! decision and its outbox rows. R3 acknowledged: moved on the server. A start that finds R1 decides
//! it, one that finds R2 only acknowledges it. A message is known by its place (mailbox, UIDVALIDITY,
//! UID; RFC 9051 section 2.3.1.1) and, against copies and a mailbox made anew, by Message-ID and
//! content together.

use super::batch::Batch;
use super::key::{Key, Shelf};
use super::row::{self, RowError};
use super::{Store, StoreError};
use crate::keyring::Owner;
use chrono::{DateTime, Utc};
use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use thiserror::Error;

/// How far an incoming message has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Seen {
    /// R2: the decision is durable.
    Decided {
        /// When.
        #[serde(with = "row::moment")]
        at: DateTime<Utc>,
    },
    /// R3: the server was told, too.
    Acknowledged {
        /// When.
        #[serde(with = "row::moment")]
        at: DateTime<Utc>,
    },
}

/// What is known of a message that was fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// R1: read it and decide.
    New,
    /// R2 or R3, at this very place.
    Here(Seen),
    /// The same message was decided at another place: acknowledge it, and nothing more.
    Copy(Seen),
}

/// Why what was seen cannot be told.
#[derive(Debug, Error)]
pub enum SeenError {
    /// See `StoreError`.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// See `RowError`.
    #[error(transparent)]
    Row(#[from] RowError),
}

/// An incoming message's two names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incoming {
    place: Key,
    content: Key,
}

/// All messages seen in one mailbox, as long as its UIDVALIDITY holds; the UID follows.
pub fn places(store: &Store, mailbox: &str, uid_validity: u32) -> Key {
    Key::on(Shelf::Seen)
        .digest(store.digest(mailbox))
        .number(uid_validity.into())
}

/// UIDs that were decided (R2) and never acknowledged, to be done at a start.
///
/// # Errors
/// If the store fails.
pub fn unacknowledged(
    store: &Store,
    mailbox: &str,
    uid_validity: u32,
) -> Result<Vec<u32>, SeenError> {
    let places = places(store, mailbox, uid_validity);
    let mut uids = Vec::new();
    for found in store.scan(&places) {
        let (key, record) = found?;
        if let Seen::Decided { .. } = row::read(&record)? {
            let uid = key
                .number_after(&places)
                .and_then(|uid| uid.try_into().ok());
            uids.extend::<Option<u32>>(uid);
        }
    }
    Ok(uids)
}

/// To R3, by the place alone: at a start the message itself need not be fetched again.
///
/// # Errors
/// If the store fails.
pub fn acknowledge_place(
    store: &Store,
    mailbox: &str,
    uid_validity: u32,
    uid: u32,
    now: DateTime<Utc>,
    batch: &mut Batch,
) -> Result<(), SeenError> {
    let place = places(store, mailbox, uid_validity).number(uid.into());
    if store.get(&place)?.is_some() {
        let record = row::write(&Seen::Acknowledged { at: now })?;
        batch.put(place, Owner::House, record);
    }
    Ok(())
}

impl Incoming {
    /// Names a message. `content` are the octets that two copies have in common; without a
    /// Message-ID they stand alone.
    pub fn new(
        store: &Store,
        mailbox: &str,
        uid_validity: u32,
        uid: u32,
        message_id: Option<&str>,
        content: &[u8],
    ) -> Self {
        let hash = HEXLOWER.encode(&Sha256::digest(content));
        let name = format!("{hash} {}", message_id.unwrap_or_default());
        Self {
            place: places(store, mailbox, uid_validity).number(uid.into()),
            content: Key::on(Shelf::SeenHash).digest(store.digest(&name)),
        }
    }

    /// What is known of it.
    ///
    /// # Errors
    /// If the store fails.
    pub fn known(&self, store: &Store) -> Result<Known, SeenError> {
        if let Some(record) = store.get(&self.place)? {
            return Ok(Known::Here(row::read(&record)?));
        }
        Ok(match store.get(&self.content)? {
            Some(record) => Known::Copy(row::read(&record)?),
            None => Known::New,
        })
    }

    /// To R2; belongs into the batch of the decision itself.
    ///
    /// # Errors
    /// None that a row can cause.
    pub fn decided(&self, now: DateTime<Utc>, batch: &mut Batch) -> Result<(), RowError> {
        self.write(Seen::Decided { at: now }, batch)
    }

    /// To R3, once the server has moved it.
    ///
    /// # Errors
    /// None that a row can cause.
    pub fn acknowledged(&self, now: DateTime<Utc>, batch: &mut Batch) -> Result<(), RowError> {
        self.write(Seen::Acknowledged { at: now }, batch)
    }

    fn write(&self, seen: Seen, batch: &mut Batch) -> Result<(), RowError> {
        let record = row::write(&seen)?;
        batch.put(self.place.clone(), Owner::House, record.clone());
        batch.put(self.content.clone(), Owner::House, record);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keyring::{Purpose, StoreKey};
    use crate::store::Options;
    use chrono::TimeDelta;

    #[test]
    fn a_message_is_decided_once_wherever_it_turns_up() {
        let folder = tempfile::tempdir().unwrap();
        let key = StoreKey::from_octets(&[1; 32]).unwrap();
        let options = Options::new(Purpose::Real);
        let mut store = Store::open(folder.path(), &key, options).unwrap();
        let name = |store: &Store, validity, uid, content: &[u8]| {
            Incoming::new(store, "INBOX", validity, uid, Some("a@b"), content)
        };
        let first = name(&store, 3, 41, b"yes");
        assert_eq!(first.known(&store).unwrap(), Known::New);

        let now = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
        let mut batch = Batch::new();
        first.decided(now, &mut batch).unwrap();
        store.commit(vec![batch]).unwrap();
        let decided = Seen::Decided { at: now };
        assert_eq!(first.known(&store).unwrap(), Known::Here(decided));
        assert_eq!(unacknowledged(&store, "INBOX", 3).unwrap(), [41]);
        // The mailbox was made anew, or the message delivered twice.
        let again = name(&store, 4, 1, b"yes");
        assert_eq!(again.known(&store).unwrap(), Known::Copy(decided));
        // The same Message-ID over other words is another message.
        let other = name(&store, 3, 42, b"no");
        assert_eq!(other.known(&store).unwrap(), Known::New);

        let mut batch = Batch::new();
        first.acknowledged(now, &mut batch).unwrap();
        store.commit(vec![batch]).unwrap();
        assert_eq!(unacknowledged(&store, "INBOX", 3).unwrap(), [0; 0]);
        let acknowledged = Seen::Acknowledged { at: now };
        assert_eq!(first.known(&store).unwrap(), Known::Here(acknowledged));
    }
}
