//! The index: sled, as an ordered cache of the journal.
//!
//! Nothing outside this file knows sled; another ordered engine could stand here. The sequence number of a
//! group goes in behind it, so the journal knows from where to replay. The index promises
//! no durability of its own: whatever is wrong with it, it is moved aside and made again.

use super::batch::Change;
use crate::crash_point::around;
use crate::disk;
use crate::maillog;
use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::fs::{self, File};
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::ops::{Bound, RangeBounds};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::Duration;
use thiserror::Error;

/// Shelves begin at 1, so no record stands here: of the last group that is in, and of the last one that
/// was begun.
const APPLIED: &[u8] = b"\0applied";
const BEGUN: &[u8] = b"\0begun";
/// Memory that sled may use for pages, in octets. It looks at this only once every 64 looks at a page of
/// one of its 256 shards, which in a store of ours is as good as never (see `is_heavy`).
const CACHE_OCTETS: u64 = 4 << 20;
/// So many octets of records in its memory, as far as we know, and sled is opened anew: between two
/// commits, and while everything is looked at, which passes.
const HEAVY_OCTETS: u64 = 2 << 20;
const HEAVY_FOR_A_WHILE: u64 = 4 << 20;
/// What a key costs beside its octets and its value.
const KEY_OCTETS: usize = 64;
/// Records that a sweep takes at once, in octets.
const SWEEP_OCTETS: usize = 1 << 20;
/// How often, and how far apart, a lock that must soon be free is tried.
const LOCK_TRIES: u32 = 40;
const LOCK_PAUSE: Duration = Duration::from_millis(50);

/// What can be wrong with the index while it is in use.
#[derive(Debug, Error)]
#[error(
    "{path}: the index failed: {why}; start again, and if that does not help run `postlunch store rebuild`"
)]
pub struct IndexError {
    path: PathBuf,
    why: String,
    /// Whether the disk is full.
    pub full: bool,
}

/// A key and its sealed value, as they are found.
pub(super) type SealedRecord = Result<(Vec<u8>, Vec<u8>), IndexError>;

/// The open index.
pub(super) struct Index {
    folder: PathBuf,
    db: Option<sled::Db>,
    /// Whether the disk was full under it: sled takes nothing any more until it is opened again.
    starved: Cell<bool>,
    /// Octets of records that went in, or were shown in a row for the first time, since it was opened.
    /// What was written over or taken away again meanwhile, sled has let go of.
    load: Cell<u64>,
    /// What was shown since then: it is in memory already, however often it is shown again.
    shown: RefCell<HashSet<u64>>,
    numbers: RandomState,
    /// What went in since then: keys, and what stands there.
    fresh: RefCell<HashMap<Vec<u8>, Option<Fresh>>>,
}

/// A value that went in.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Fresh {
    checksum: u32,
    octets: u64,
}

impl Fresh {
    fn of(value: &[u8]) -> Self {
        Self {
            checksum: crc32fast::hash(value),
            octets: value.len() as u64,
        }
    }
}

impl Index {
    /// Opens the index; one that will not open is moved aside, and an empty one stands there.
    pub fn open(folder: &Path) -> Result<Self, IndexError> {
        clear_unfinished_snapshots(folder).map_err(|source| io_at(folder, &source))?;
        let opened = match try_open(folder) {
            // sled's snapshots are only a cache of its log: without them it reads the log.
            Err(Refusal::Damaged(why)) => {
                maillog::index_damaged(folder, &why);
                snapshots_aside(folder).map_err(|source| io_at(folder, &source))?;
                try_open(folder)
            }
            other => other,
        };
        let db = match opened {
            Ok(db) => db,
            Err(Refusal::Damaged(why)) => {
                maillog::index_damaged(folder, &why);
                Self::move_aside(folder)?;
                try_open(folder).map_err(|refusal| refusal.at(folder))?
            }
            Err(refusal) => return Err(refusal.at(folder)),
        };
        Ok(Self {
            folder: folder.to_owned(),
            db: Some(db),
            starved: Cell::new(false),
            load: Cell::new(0),
            shown: RefCell::default(),
            numbers: RandomState::new(),
            fresh: RefCell::default(),
        })
    }

    /// Moves the whole folder aside, over whatever was moved aside before.
    pub fn move_aside(folder: &Path) -> Result<(), IndexError> {
        let aside = folder.with_extension("aside");
        let moved = disk::remove_folder(&aside, "index aside").and_then(|()| {
            match disk::rename(folder, &aside, "index") {
                Err(source) if source.kind() == io::ErrorKind::NotFound => Ok(()),
                other => other,
            }
        });
        moved.map_err(|source| io_at(folder, &source))
    }

    /// Moves this one aside, and stands there empty.
    pub fn put_away(&mut self) -> Result<(), IndexError> {
        drop(self.db.take());
        Self::move_aside(&self.folder)?;
        *self = Self::open(&self.folder)?;
        Ok(())
    }

    /// Whether the disk was full under it, and it has not been opened again since.
    pub fn is_starved(&self) -> bool {
        self.starved.get()
    }

    /// Whether sled holds so much that it should be opened anew: whatever page it has once touched
    /// stays in memory, and a daemon that runs for a year touches each.
    pub const fn is_heavy(&self) -> bool {
        self.load.get() >= HEAVY_OCTETS
    }

    /// The same while it passes.
    pub const fn is_heavy_for_a_while(&self) -> bool {
        self.load.get() >= HEAVY_FOR_A_WHILE
    }

    /// Lets go of sled with all that it holds in memory, and opens it once more; whether it still holds
    /// what went in last. What it does not, it has lost.
    pub fn renew(&mut self) -> Result<bool, IndexError> {
        self.settle()?;
        let fresh = self.fresh.take();
        around("reopen", "index", || self.reopen())?;
        for (key, told) in fresh {
            if self.get(&key)?.map(|value| Fresh::of(&value)) != told {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn carry(&self, octets: usize) {
        self.load.set(self.load.get().saturating_add(octets as u64));
    }

    /// Lets go of sled and opens it once more, as after a failed write it takes no other.
    pub fn reopen(&mut self) -> Result<(), IndexError> {
        drop(self.db.take());
        let opened = self.open_once_more();
        self.starved
            .set(opened.as_ref().is_err_and(|error| error.full));
        opened
    }

    fn open_once_more(&mut self) -> Result<(), IndexError> {
        clear_unfinished_snapshots(&self.folder).map_err(|source| io_at(&self.folder, &source))?;
        let opened = try_open(&self.folder).map_err(|refusal| refusal.at(&self.folder))?;
        self.db = Some(opened);
        self.load.set(0);
        self.shown.take();
        self.fresh.take();
        Ok(())
    }

    /// sled, unless it could not be opened again.
    fn db(&self) -> Result<&sled::Db, IndexError> {
        let why = || {
            let why = "it could not be opened again".to_owned();
            match self.starved.get() {
                true => Refusal::Full(why),
                false => Refusal::Other(why),
            }
        };
        self.db.as_ref().ok_or_else(|| why().at(&self.folder))
    }

    /// The sequence of the last group that is in, `None` while the index is not whole yet.
    pub fn applied(&self) -> Result<Option<u64>, IndexError> {
        self.mark(APPLIED)
    }

    /// Whether it holds nothing of a group that is not in to its end. Where the journal cannot tell the rest,
    /// the index is not the truth either.
    pub fn is_at_rest(&self) -> Result<bool, IndexError> {
        Ok(self.mark(BEGUN)? <= self.mark(APPLIED)?)
    }

    fn mark(&self, name: &[u8]) -> Result<Option<u64>, IndexError> {
        let octets = self.get(name)?;
        Ok(octets
            .and_then(|octets| octets.try_into().ok())
            .map(u64::from_be_bytes))
    }

    /// Takes changes in, and behind them the sequence they bring the index to: what a kill leaves half done is
    /// done again by the replay. sled's own batch writes its buffer out twice for each, and wakes seven threads
    /// for it each time.
    pub fn apply(&self, changes: &[Change], sequence: Option<u64>) -> Result<(), IndexError> {
        let db = self.db()?;
        disk::others_may_write().map_err(|source| self.failed(&sled::Error::Io(source)))?;
        self.bravely(|| {
            around("apply", "index", || take_in(db, changes, sequence)).map_err(|e| self.failed(&e))
        })?;
        for change in changes {
            let now = change.value.as_deref().map(Fresh::of);
            let before = self.fresh.borrow_mut().insert(change.key.clone(), now);
            let octets = |value: Option<Fresh>| value.map_or(0, |value| value.octets);
            // A key that is new here stands among the fresh ones, whatever becomes of its value.
            let of_key = match before {
                None => (change.key.len() + KEY_OCTETS) as u64,
                Some(_) => 0,
            };
            let load = self.load.get().saturating_add(of_key + octets(now));
            self.load.set(load.saturating_sub(octets(before.flatten())));
        }
        Ok(())
    }

    /// Takes everything out, the mark of how far it is first.
    pub fn clear(&self) -> Result<(), IndexError> {
        let db = self.db()?;
        let cleared = around("clear", "index", || {
            db.remove(APPLIED).and_then(|_| db.clear())
        });
        self.fresh.take();
        cleared.map_err(|e| self.failed(&e))
    }

    /// The sealed value at a key.
    pub fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, IndexError> {
        let found = self.bravely(|| self.db()?.get(key).map_err(|e| self.failed(&e)))?;
        Ok(found.map(|octets| octets.to_vec()))
    }

    /// Sealed records in order of their keys.
    pub fn range(
        &self,
        range: impl RangeBounds<Vec<u8>>,
    ) -> impl DoubleEndedIterator<Item = SealedRecord> + '_ {
        let found = Guarded {
            records: self.db.as_ref().map(|db| db.range(range)),
            index: self,
            failed: false,
        };
        found.filter(|found| !matches!(found, Ok((key, _)) if key.first() == Some(&0)))
    }

    /// All sealed records in order of their keys, some at a time: sled is opened anew whenever it holds
    /// much, so that a look at everything costs no more memory in a large store than in a small one.
    pub const fn sweep(&mut self) -> Sweep<'_> {
        Sweep {
            index: self,
            from: Bound::Unbounded,
            found: Vec::new(),
            ended: false,
        }
    }

    /// Brings everything to the disk. sled's own flush is no fsync.
    pub fn settle(&self) -> Result<(), IndexError> {
        let db = self.db()?;
        around("flush", "index", || db.flush()).map_err(|e| self.failed(&e))?;
        File::open(self.folder.join("db"))
            .and_then(|file| disk::sync_data(&file, "index"))
            .map_err(|source| io_at(&self.folder, &source))
    }

    fn failed(&self, error: &sled::Error) -> IndexError {
        let error = refusal(error.clone()).at(&self.folder);
        if error.full {
            self.starved.set(true);
        }
        error
    }

    /// A damaged file can trip sled's own assertions long after it was opened; that too is only a
    /// damaged cache, and must not end the daemon.
    fn bravely<T>(&self, ask: impl FnOnce() -> Result<T, IndexError>) -> Result<T, IndexError> {
        let asked = catch_unwind(AssertUnwindSafe(ask));
        asked.unwrap_or_else(|_| {
            let why = "it stopped while it was read".to_owned();
            Err(Refusal::Damaged(why).at(&self.folder))
        })
    }
}

/// All records in order, up to the first that cannot be read.
pub(super) struct Sweep<'a> {
    index: &'a mut Index,
    from: Bound<Vec<u8>>,
    /// The next ones, the last of them first.
    found: Vec<SealedRecord>,
    ended: bool,
}

impl Sweep<'_> {
    fn take_some(&mut self) -> Result<(), IndexError> {
        if self.index.is_heavy_for_a_while() && !self.index.renew()? {
            let why = "it lost records when it was opened again".to_owned();
            return Err(Refusal::Damaged(why).at(&self.index.folder));
        }
        let mut octets = 0;
        for found in self.index.range((self.from.clone(), Bound::Unbounded)) {
            let (key, value) = found?;
            octets += key.len() + value.len();
            self.found.push(Ok((key, value)));
            if octets >= SWEEP_OCTETS {
                break;
            }
        }
        match self.found.last() {
            Some(Ok((key, _))) => self.from = Bound::Excluded(key.clone()),
            _ => self.ended = true,
        }
        self.found.reverse();
        Ok(())
    }
}

impl Iterator for Sweep<'_> {
    type Item = SealedRecord;

    fn next(&mut self) -> Option<SealedRecord> {
        if self.found.is_empty()
            && !self.ended
            && let Err(error) = self.take_some()
        {
            self.ended = true;
            self.found.clear();
            return Some(Err(error));
        }
        self.found.pop()
    }
}

/// Records in order, up to the first that cannot be read.
struct Guarded<'a> {
    records: Option<sled::Iter>,
    index: &'a Index,
    failed: bool,
}

impl Guarded<'_> {
    fn step(
        &mut self,
        step: impl FnOnce(&mut sled::Iter) -> Option<sled::Result<(sled::IVec, sled::IVec)>>,
    ) -> Option<SealedRecord> {
        if self.failed {
            return None;
        }
        let Self { records, index, .. } = self;
        let found = index.bravely(|| match records {
            Some(records) => match step(records) {
                Some(Err(error)) => Err(index.failed(&error)),
                Some(Ok((key, value))) => {
                    if index
                        .shown
                        .borrow_mut()
                        .insert(index.numbers.hash_one(&key))
                    {
                        index.carry(key.len() + value.len());
                    }
                    Ok(Some((key.to_vec(), value.to_vec())))
                }
                None => Ok(None),
            },
            None => index.db().map(|_| None),
        });
        self.failed = found.is_err();
        found.transpose()
    }
}

impl Iterator for Guarded<'_> {
    type Item = SealedRecord;

    fn next(&mut self) -> Option<Self::Item> {
        self.step(Iterator::next)
    }
}

impl DoubleEndedIterator for Guarded<'_> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.step(DoubleEndedIterator::next_back)
    }
}

/// In the order in which the log keeps it: that the group was begun, what it changes, that it is in.
fn take_in(tree: &sled::Tree, changes: &[Change], sequence: Option<u64>) -> sled::Result<()> {
    let sequence = sequence.map(u64::to_be_bytes);
    if let Some(sequence) = &sequence {
        tree.insert(BEGUN, sequence)?;
    }
    for Change { key, value } in changes {
        match value {
            Some(value) => tree.insert(key, value.as_slice())?,
            None => tree.remove(key)?,
        };
    }
    if let Some(sequence) = &sequence {
        tree.insert(APPLIED, sequence)?;
    }
    Ok(())
}

enum Refusal {
    Damaged(String),
    Other(String),
    Full(String),
    Locked(String),
}

impl Refusal {
    fn at(self, folder: &Path) -> IndexError {
        let full = matches!(self, Self::Full(_));
        let (Self::Damaged(why) | Self::Other(why) | Self::Full(why) | Self::Locked(why)) = self;
        IndexError {
            path: folder.to_owned(),
            why,
            full,
        }
    }
}

fn refusal(error: sled::Error) -> Refusal {
    let why = error.to_string();
    match error {
        sled::Error::Io(source) if super::error::is_full(&source) => Refusal::Full(why),
        // sled gives this no kind of its own.
        sled::Error::Io(_) if why.contains("could not acquire lock") => Refusal::Locked(why),
        sled::Error::Io(_) => Refusal::Other(why),
        _ => Refusal::Damaged(why),
    }
}

/// Opens sled. Our own lock is held, so if sled's is taken it is by a child process that is just
/// being started and lets go in a moment.
fn try_open(folder: &Path) -> Result<sled::Db, Refusal> {
    for _ in 0..LOCK_TRIES {
        match open_once(folder) {
            Err(Refusal::Locked(_)) => std::thread::sleep(LOCK_PAUSE),
            other => return other,
        }
    }
    open_once(folder)
}

fn open_once(folder: &Path) -> Result<sled::Db, Refusal> {
    disk::others_may_write().map_err(|source| refusal(sled::Error::Io(source)))?;
    let config = sled::Config::new()
        .path(folder)
        .cache_capacity(CACHE_OCTETS);
    // A damaged file can trip sled's own assertions; that too is only a damaged cache.
    match catch_unwind(AssertUnwindSafe(|| config.open())) {
        Ok(opened) => opened.map_err(refusal),
        Err(_) => Err(Refusal::Damaged("it stopped while opening".to_owned())),
    }
}

fn snapshots(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(folder) {
        Err(source) if source.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        other => other?,
    };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        if name.is_some_and(|name| name.starts_with("snap.")) {
            found.push(path);
        }
    }
    Ok(found)
}

/// sled takes the unfinished snapshot of a killed process for its newest and then refuses to open.
fn clear_unfinished_snapshots(folder: &Path) -> io::Result<()> {
    for path in snapshots(folder)? {
        if path
            .extension()
            .is_some_and(|ending| ending == "generating")
        {
            disk::remove(&path, "unfinished snapshot")?;
        }
    }
    Ok(())
}

fn snapshots_aside(folder: &Path) -> io::Result<()> {
    for path in snapshots(folder)? {
        let name = path.file_name().and_then(|name| name.to_str());
        // Whatever begins with "snap." is read as a snapshot.
        let aside = folder.join(format!("aside.{}", name.unwrap_or_default()));
        disk::rename(&path, &aside, "snapshot")?;
    }
    Ok(())
}

fn io_at(folder: &Path, source: &io::Error) -> IndexError {
    IndexError {
        path: folder.to_owned(),
        why: source.to_string(),
        full: super::error::is_full(source),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_that_was_left_half_way_says_so_and_shows_no_mark_among_the_records() {
        let folder = tempfile::tempdir().unwrap();
        let index = Index::open(folder.path()).unwrap();
        let group = [Change {
            key: vec![3, 1],
            value: Some(vec![7; 60]),
        }];
        assert!(index.is_at_rest().unwrap());
        index.apply(&group, Some(1)).unwrap();
        assert!(index.is_at_rest().unwrap());
        assert_eq!(index.range(..).count(), 1);
        take_in(index.db().unwrap(), &group, None).unwrap();
        index
            .db()
            .unwrap()
            .insert(BEGUN, &2_u64.to_be_bytes())
            .unwrap();
        assert!(!index.is_at_rest().unwrap());
        assert_eq!(index.applied().unwrap(), Some(1));
        // What a kill left half done is done again.
        index.apply(&group, Some(2)).unwrap();
        assert!(index.is_at_rest().unwrap());
    }
}
