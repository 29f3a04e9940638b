//! Copies of the store: made while it runs, and put back in its place.
//!
//! A copy of the records is one file in the form of a journal segment, sealed as they are; the
//! keyring is copied beside it, since it has its own rules: of it only the newest copy may be kept, or
//! the forgotten would come back. So where a store stands already, its own keyring stays, and
//! whoever was forgotten since the copy stays so.

use super::committing::FORGOTTEN;
use super::folder::{INDEX, JOURNAL, KEYRING, io_at, make_folder, take_lock};
use super::index::Index;
use super::key::{Key, Shelf};
use super::segment::{self, JournalError, Segment, walk};
use super::{Options, Store, StoreError, snapshot};
use crate::disk;
use crate::keyring::{Keyring, Owner, StoreKey};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// A restored store is made ready in this folder, before it takes the other one's place.
const STAGE: &str = "restoring";

/// What was copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Copied {
    /// How many records.
    pub records: u64,
    /// The last commit in it.
    pub sequence: u64,
}

/// What was put back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// The last commit in the copy.
    pub sequence: u64,
    /// People and pairings of the copy whose keys are gone: forgotten since.
    pub forgotten: usize,
    /// Where the journal is that stood there before.
    pub aside: Option<PathBuf>,
}

/// Which keyring a restored store gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keys<'a> {
    /// The one that is there if it is whole, else this copy.
    Beside(&'a Path),
    /// This one, by an operator's word; it may be the one that is there.
    These(&'a Path),
}

/// What outlives the putting back of an older copy: addresses that are never written to again.
type Refused = Vec<(Key, Vec<u8>)>;

impl Store {
    /// Copies all records to the file `records`, and the keyring to the file `keyring`; neither may
    /// be there. What sled may have lost must not become a backup, so the index is held against the
    /// journal first.
    ///
    /// # Errors
    /// If the index cannot be made whole, or a file not be written.
    pub fn backup(&mut self, records: &Path, keyring: &Path) -> Result<Copied, StoreError> {
        let whole = self.whole()?;
        let count = std::cell::Cell::new(0);
        let mut all = snapshot(&mut self.index, &self.keyring, whole)
            .inspect(|record| count.set(count.get() + u64::from(record.is_ok())));
        let sequence = self.journal.sequence;
        let written = segment::write_segment::<StoreError>(records, 1, sequence, &mut all);
        drop(all);
        written.map_err(|error| self.explain(error))?;
        self.keyring
            .copy_to(keyring)
            .map_err(|error| self.explain(error.into()))?;
        Ok(Copied {
            records: count.get(),
            sequence,
        })
    }

    /// Puts the copy `records` in the place of the store at `path`. `prepare` is given the restored store, before it
    /// stands where a daemon would find it, and the addresses that must never be written to again.
    /// What stood there before is moved aside.
    ///
    /// # Errors
    /// If the copy is not whole, no keyring fits, or a file cannot be written: then what stood there
    /// before stands there still, unless the error says otherwise.
    pub fn restore(
        path: &Path,
        key: &StoreKey,
        options: Options,
        records: &Path,
        keyring: Keys<'_>,
        prepare: impl FnOnce(&mut Self, &Refused) -> Result<(), StoreError>,
    ) -> Result<Restored, StoreError> {
        let (number, sequence) = check(records)?;
        let before = Before::of(path, key, options)?;
        make_folder(path)?;
        let _lock = take_lock(path)?;
        before.choose_keyring(path, key, options, keyring)?;
        let stage = path.join(STAGE);
        let moved = |source| io_at(&stage, source);
        disk::remove_folder(&stage, "stage").map_err(moved)?;
        make_folder(&stage.join(JOURNAL))?;
        let segment = stage.join(JOURNAL).join(format!("{number:08}.seg"));
        disk::copy(records, &segment, "restored segment").map_err(moved)?;
        // The same file under two names: a key that is destroyed here is destroyed there.
        disk::link(&path.join(KEYRING), &stage.join(KEYRING), "keyring").map_err(moved)?;
        let quiet = Options {
            ballast_octets: 0,
            ..options
        };
        let (mut store, forgotten) = Self::give_up_keys(&stage, key, quiet)?;
        prepare(&mut store, &before.refused)?;
        store.close()?;
        Index::move_aside(&path.join(INDEX))?;
        let aside = journal_aside(path)?;
        let journal = path.join(JOURNAL);
        disk::rename(&stage.join(JOURNAL), &journal, "restored journal").map_err(moved)?;
        disk::sync_parent(&journal).map_err(moved)?;
        disk::remove_folder(&stage, "stage").map_err(moved)?;
        Ok(Restored {
            sequence,
            forgotten,
            aside,
        })
    }
}

/// Reads a copy to its end; the number of its segment, and its last commit.
fn check(records: &Path) -> Result<(u64, u64), StoreError> {
    let no_backup = |why: String| StoreError::NoBackup {
        path: records.to_owned(),
        why,
    };
    let found = segment::number_of(records).map_err(|error| match error {
        JournalError::Newer(_) => error.into(),
        other => no_backup(other.to_string()),
    })?;
    let number = found.ok_or_else(|| no_backup("it does not begin like one".to_owned()))?;
    let segment = Segment {
        number,
        path: records.to_owned(),
    };
    let walked = walk::<JournalError>(&segment, &mut |_| Ok(()));
    match walked {
        Ok(walked) if walked.whole => Ok((number, walked.sequence)),
        Ok(walked) => Err(no_backup(format!(
            "it is damaged at octet {}",
            walked.length
        ))),
        Err(error) => Err(no_backup(error.to_string())),
    }
}

/// What the store that stood there before can still tell.
#[derive(Default)]
struct Before {
    /// Addresses that are never written to again.
    refused: Refused,
    /// Who was forgotten, and which key it was.
    forgotten: Vec<(Owner, [u8; 4])>,
    /// Whether its keyring lacks keys that it should have.
    lacks_keys: bool,
}

impl Before {
    fn of(path: &Path, key: &StoreKey, options: Options) -> Result<Self, StoreError> {
        if Store::is_new(path) {
            return Ok(Self::default());
        }
        let told = Store::open_whatever_keys(path, key, options).and_then(|store| {
            let shelf = Key::on(Shelf::Suppressed);
            let refused: Result<Refused, StoreError> = store.scan(&shelf).collect();
            let rows = store.key_rows()?.into_iter();
            let forgotten = rows.filter(|(_, state, _)| *state == FORGOTTEN);
            let before = Self {
                refused: refused?,
                forgotten: forgotten.map(|(owner, _, id)| (owner, id)).collect(),
                lacks_keys: !store.missing_keys()?.is_empty(),
            };
            store.close()?;
            Ok(before)
        });
        match told {
            Err(error @ StoreError::InUse { .. }) => Err(error),
            other => Ok(other.unwrap_or_default()), // a broken store is what a backup is for
        }
    }

    /// The keyring there, if it is whole; else the copy, without whoever was forgotten since.
    fn choose_keyring(
        &self,
        path: &Path,
        key: &StoreKey,
        options: Options,
        keys: Keys<'_>,
    ) -> Result<(), StoreError> {
        let own = path.join(KEYRING);
        let (Keys::Beside(copy) | Keys::These(copy)) = keys;
        let same = |file: &Path| fs::canonicalize(file).ok();
        let this_very_one = same(copy).is_some_and(|copy| Some(copy) == same(&own));
        match (Keyring::open(&own, key, options.purpose), keys) {
            (Ok(_), _) if this_very_one => return Ok(()),
            (Ok(_), Keys::Beside(_)) if !self.lacks_keys => return Ok(()),
            (Ok(_), Keys::Beside(_)) => return Err(StoreError::WhichKeyring(own)),
            (Err(error), _) if this_very_one || !copy.exists() => return Err(error.into()),
            _ => {}
        }
        Keyring::open(copy, key, options.purpose)?;
        let moved = |source| io_at(&own, source);
        if own.exists() {
            disk::rename(&own, &own.with_extension("damaged"), "damaged keyring").map_err(moved)?;
        }
        let fresh = own.with_extension("new");
        if fresh.exists() {
            disk::remove(&fresh, "unfinished keyring").map_err(moved)?;
        }
        disk::copy(copy, &fresh, "keyring").map_err(moved)?;
        let mut keyring = Keyring::open(&fresh, key, options.purpose)?;
        for (owner, id) in &self.forgotten {
            keyring.forget(*owner, *id)?;
        }
        disk::rename(&fresh, &own, "keyring").map_err(moved)?;
        disk::sync_parent(&own).map_err(moved)
    }
}

/// Moves the journal aside, over one that was moved aside before.
fn journal_aside(path: &Path) -> Result<Option<PathBuf>, StoreError> {
    let journal = path.join(JOURNAL);
    let aside = journal.with_extension("before");
    let moved = |source| io_at(&aside, source);
    if !fs::exists(&journal).map_err(moved)? {
        return Ok(None);
    }
    disk::remove_folder(&aside, "journal aside").map_err(moved)?;
    match disk::rename(&journal, &aside, "journal") {
        Err(source) if source.kind() == io::ErrorKind::NotFound => Ok(None),
        other => other.map(|()| Some(aside.clone())).map_err(moved),
    }
}
