//! The store: everything the daemon knows, one commit at a time.
//!
//! `commit` seals values, appends one group to the journal, syncs it, then brings it into the index.
//! When it returns, the group survives a kill and a power cut; before that nothing of it is seen by
//! anybody. So effects (sending, moving a message) go out only after it. One thread owns the
//! `Store`; a second process is refused. Records are octets here: what they mean is `record.rs`'s,
//! `outbox.rs`'s and `seen.rs`'s matter, and nothing in this room knows a lunch.
//!
//! In the folder: `lock`, `keyring`, `journal/` (the truth), `index/` (sled, a cache of it),
//! `index.open` (which boot the index was last opened in), `ballast` (to be deleted on a full disk).

mod backup;
mod batch;
mod committing;
mod error;
mod folder;
mod index;
mod journal;
pub mod key;
mod memo;
mod opening;
pub mod outbox;
pub mod record;
pub mod row;
pub mod seen;
mod segment;
mod told;

pub use backup::{Copied, Keys, Restored};
pub use batch::Batch;
pub use error::StoreError;
pub use index::IndexError;
pub use key::{Key, Shelf};
pub use memo::Memo;
pub use opening::Rebuilt;
pub use segment::{JournalError, Segment};

use crate::keyring::{Keyring, Opened, Purpose, StoreKey};
use crate::words::token::TokenKey;
use batch::Change;
use committing::Staged;
use index::{Index, SealedRecord};
use journal::Journal;
use segment::Replayed;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::Bound;
use std::path::{Path, PathBuf};
use told::Told;

/// How a store is opened.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// For real mail, or for a rehearsal; it has to be what the store was made for.
    pub purpose: Purpose,
    /// Length at which the next journal segment begins, in octets.
    pub segment_octets: u64,
    /// Size of the file that is given up when the disk is full, in octets; 0 for none.
    pub ballast_octets: u64,
}

impl Options {
    /// Segments of 64 MiB, a ballast of 8 MiB.
    pub const fn new(purpose: Purpose) -> Self {
        Self {
            purpose,
            segment_octets: 64 << 20,
            ballast_octets: 8 << 20,
        }
    }
}

/// What `verify` found to be whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Records that can be read.
    pub records: usize,
    /// Segments of the journal, every frame of them read.
    pub segments: usize,
    /// The last commit.
    pub sequence: u64,
}

/// The open store.
pub struct Store {
    path: PathBuf,
    options: Options,
    key: StoreKey,
    keyring: Keyring,
    index: Index,
    journal: Journal,
    staged: Staged,
    stopped: bool,
    /// Held as long as the store is open; the last field, so that it is let go last.
    _lock: folder::Lock,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Store {{ {}, commit {} }}",
            self.path.display(),
            self.journal.sequence
        )
    }
}

impl Store {
    /// The value at a key; `None` also if its owner was forgotten.
    ///
    /// # Errors
    /// If the index fails or the value is damaged.
    pub fn get(&self, key: &Key) -> Result<Option<Vec<u8>>, StoreError> {
        match self.sealed_at(key)? {
            None => Ok(None),
            Some(sealed) => self.unseal(key, &sealed),
        }
    }

    /// What the record at a key was read as, kept in `memo` for as long as the same value stands there.
    ///
    /// # Errors
    /// As `get` and `read`.
    pub fn get_read<T: Clone, E: From<StoreError>>(
        &self,
        key: &Key,
        memo: &RefCell<Memo<T>>,
        read: impl FnOnce(&[u8]) -> Result<T, E>,
    ) -> Result<Option<T>, E> {
        match self.sealed_at(key)? {
            Some(sealed) => self.read_sealed(key, &sealed, memo, read),
            None => Ok(None),
        }
    }

    /// What the records from `first` to before `end` were read as, in order; kept as by `get_read`.
    pub fn range_read<'a, T: Clone, E: From<StoreError>>(
        &'a self,
        first: Key,
        end: Key,
        memo: &'a RefCell<Memo<T>>,
        read: impl Fn(&[u8]) -> Result<T, E> + 'a,
    ) -> impl Iterator<Item = Result<T, E>> + 'a {
        let found = self.sealed_between(bounds(&first, &end));
        found.filter_map(move |found| {
            let (key, sealed) = match found {
                Ok((key, sealed)) => (Key::from_octets(key), sealed),
                Err(error) => return Some(Err(StoreError::from(error).into())),
            };
            self.read_sealed(&key, &sealed, memo, &read).transpose()
        })
    }

    fn read_sealed<T: Clone, E: From<StoreError>>(
        &self,
        key: &Key,
        sealed: &[u8],
        memo: &RefCell<Memo<T>>,
        read: impl FnOnce(&[u8]) -> Result<T, E>,
    ) -> Result<Option<T>, E> {
        if self.is_readable(sealed)
            && let Some(known) = memo.borrow_mut().recall(key, sealed)
        {
            return Ok(Some(known));
        }
        let Some(octets) = self.unseal(key, sealed)? else {
            return Ok(None);
        };
        let fresh = read(&octets)?;
        memo.borrow_mut().keep(key, sealed, fresh.clone());
        Ok(Some(fresh))
    }

    /// Whether the owner of a sealed value is neither forgotten nor about to be.
    fn is_readable(&self, sealed: &[u8]) -> bool {
        let parting = |owner| self.staged.parting.contains(&owner);
        self.keyring.still_holds(sealed) && !Keyring::owner_of(sealed).is_some_and(parting)
    }

    fn sealed_at(&self, key: &Key) -> Result<Option<Vec<u8>>, StoreError> {
        match self.staged.records.get(key.octets()) {
            Some(staged) => Ok(staged.clone()),
            None => Ok(self.index.get(key.octets())?),
        }
    }

    /// All records whose keys begin with `beginning`, in order.
    pub fn scan<'a>(
        &'a self,
        beginning: &Key,
    ) -> impl DoubleEndedIterator<Item = Result<(Key, Vec<u8>), StoreError>> + use<'a> {
        let end = match past(beginning.octets()) {
            Some(end) => Bound::Excluded(end),
            None => Bound::Unbounded,
        };
        self.between((Bound::Included(beginning.octets().to_vec()), end))
    }

    /// All records from `first` to before `end`, in order.
    pub fn range(
        &self,
        first: &Key,
        end: &Key,
    ) -> impl DoubleEndedIterator<Item = Result<(Key, Vec<u8>), StoreError>> + '_ {
        self.between(bounds(first, end))
    }

    fn between(
        &self,
        range: (Bound<Vec<u8>>, Bound<Vec<u8>>),
    ) -> impl DoubleEndedIterator<Item = Result<(Key, Vec<u8>), StoreError>> + '_ {
        self.sealed_between(range).filter_map(|found| {
            let (key, sealed) = match found {
                Ok((key, sealed)) => (Key::from_octets(key), sealed),
                Err(error) => return Some(Err(error.into())),
            };
            match self.unseal(&key, &sealed) {
                Ok(value) => value.map(|value| Ok((key, value))),
                Err(error) => Some(Err(error)),
            }
        })
    }

    /// What the index holds, with what is staged over it.
    fn sealed_between(
        &self,
        range: (Bound<Vec<u8>>, Bound<Vec<u8>>),
    ) -> Box<dyn DoubleEndedIterator<Item = SealedRecord> + '_> {
        let indexed = self.index.range(range.clone());
        if self.staged.records.is_empty() {
            return Box::new(indexed);
        }
        let mut merged: BTreeMap<_, _> = match indexed.collect() {
            Ok(merged) => merged,
            Err(error) => return Box::new(std::iter::once(Err(error))),
        };
        for (key, value) in self.staged.records.range(range) {
            match value {
                Some(value) => merged.insert(key.clone(), value.clone()),
                None => merged.remove(key),
            };
        }
        Box::new(merged.into_iter().map(Ok))
    }

    fn unseal(&self, key: &Key, sealed: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        if Keyring::owner_of(sealed).is_some_and(|owner| self.staged.parting.contains(&owner)) {
            return Ok(None);
        }
        match self.keyring.open_sealed(key.octets(), sealed) {
            Opened::Value(value) => Ok(Some(value)),
            Opened::Forgotten => Ok(None),
            Opened::Damaged => Err(StoreError::DamagedRecord(key.clone())),
        }
    }

    /// Reads the whole journal and holds the index against it.
    ///
    /// # Errors
    /// If a frame or a record is damaged, or the two differ.
    pub fn verify(&mut self) -> Result<Verified, StoreError> {
        let segments = self.journal.check()?;
        let (records, differing) = self.differing()?;
        if differing > 0 {
            return Err(StoreError::Differs(differing));
        }
        let Self { index, keyring, .. } = self;
        for found in index.sweep() {
            let (key, sealed) = found?;
            if keyring.open_sealed(&key, &sealed) == Opened::Damaged {
                return Err(StoreError::DamagedRecord(Key::from_octets(key)));
            }
        }
        Ok(Verified {
            records,
            segments,
            sequence: self.journal.sequence,
        })
    }

    /// How many readable records the journal holds, and how many differ in the index.
    fn differing(&mut self) -> Result<(usize, usize), StoreError> {
        let told = self.told()?;
        self.differing_from(told)
    }

    /// What the journal tells of every record.
    fn told(&self) -> Result<Told, StoreError> {
        let mut told = Told::default();
        self.journal.replay_all::<StoreError>(&mut |replayed| {
            let (Replayed::Snapshot(changes) | Replayed::Group(_, changes)) = replayed;
            told.hear(&changes, &self.keyring);
            Ok(())
        })?;
        Ok(told)
    }

    fn differing_from(&mut self, mut told: Told) -> Result<(usize, usize), StoreError> {
        let records = told.len();
        let mut differing = 0;
        for found in self.index.sweep() {
            let (key, value) = found?;
            if self.keyring.still_holds(&value) {
                differing += usize::from(!told.strike(&key, &value));
            }
        }
        Ok((records, differing + told.len()))
    }

    /// How many records an index holds that is the same as the journal; made again if it was not.
    fn whole(&mut self) -> Result<usize, StoreError> {
        let (records, differing) = self.differing()?;
        if differing > 0 {
            self.make_index_again("it differed from the journal")?;
        }
        Ok(records)
    }

    /// Deletes all but the newest `keep` journal segments; how many went. What was deleted from the
    /// store is gone from the disk only when the segments that held it are.
    ///
    /// # Errors
    /// If the operating system refuses.
    pub fn retire(&self, keep: usize) -> Result<usize, StoreError> {
        Ok(self.journal.retire(keep)?)
    }

    /// The journal's segments, the oldest first.
    ///
    /// # Errors
    /// If the operating system refuses.
    pub fn segments(&self) -> Result<Vec<Segment>, StoreError> {
        Ok(segment::segments(&self.path.join(folder::JOURNAL))?)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The number of the last commit.
    pub const fn sequence(&self) -> u64 {
        self.journal.sequence
    }

    /// A keyed digest, for keys that lead from an address or a Message-ID to a record.
    pub fn digest(&self, text: &str) -> [u8; 16] {
        self.key.digest_key().digest(text)
    }

    /// The key that makes tokens and Message-IDs.
    pub fn token_key(&self) -> TokenKey {
        self.key.token_key(self.options.purpose)
    }

    /// Closes in good order, so that the next start trusts the index even after a power cut.
    ///
    /// # Errors
    /// If the index cannot be brought to the disk; nothing is lost then.
    pub fn close(self) -> Result<(), StoreError> {
        self.index.settle()?;
        folder::mark_closed(&self.path)
    }

    fn explain(&self, error: StoreError) -> StoreError {
        error.at_full_disk(&self.path, &self.path.join(folder::BALLAST))
    }
}

/// A record as it goes into a snapshot: without those whose keys are gone.
fn live(keyring: &Keyring, found: SealedRecord) -> Option<Result<Change, StoreError>> {
    match found {
        Ok((_, value)) if !keyring.still_holds(&value) => None,
        Ok((key, value)) => {
            let value = Some(value);
            Some(Ok(Change { key, value }))
        }
        Err(error) => Some(Err(error.into())),
    }
}

/// The records of a whole index, as they go into a snapshot; an error behind them where they are not
/// as many as `whole` has counted.
fn snapshot<'a>(
    index: &'a mut Index,
    keyring: &'a Keyring,
    records: usize,
) -> impl Iterator<Item = Result<Change, StoreError>> + 'a {
    let mut found = index.sweep().filter_map(|found| live(keyring, found));
    let mut missing = records;
    std::iter::from_fn(move || match found.next() {
        Some(record) => {
            missing = missing.wrapping_sub(1);
            Some(record)
        }
        None => {
            let lost = std::mem::take(&mut missing);
            (lost > 0).then_some(Err(StoreError::Differs(lost)))
        }
    })
}

/// From a key to before another one; empty where that comes first.
fn bounds(first: &Key, end: &Key) -> (Bound<Vec<u8>>, Bound<Vec<u8>>) {
    // sled panics on a range that ends before it begins.
    let end = end.max(first);
    (
        Bound::Included(first.octets().to_vec()),
        Bound::Excluded(end.octets().to_vec()),
    )
}

/// The first key behind all that begin with these octets.
fn past(beginning: &[u8]) -> Option<Vec<u8>> {
    let mut end = beginning.to_vec();
    while let Some(last) = end.pop() {
        if let Some(next) = last.checked_add(1) {
            end.push(next);
            return Some(end);
        }
    }
    None
}

#[cfg(test)]
mod tests;
