//! Opening a store, and making its broken half again from the whole one.
//!
//! Open refuses rather than guesses: a store that lacks its keys, its journal's middle or its
//! newest commits stays closed, with the remedy in the error. What it mends by itself is what can be
//! mended without loss: an unfinished last commit, and everything about the index.

use super::batch::Change;
use super::committing::{FORGOTTEN, Staged};
use super::folder::{
    BALLAST, INDEX, JOURNAL, KEYRING, LOCK, Lock, OPEN_MARK, give_up_ballast, io_at, keep_ballast,
    make_folder, new_file, take_lock,
};
use super::journal::Journal;
use super::segment::{self, Replayed};
use super::told::Told;
use super::{Index, Key, Options, Shelf, Store, StoreError, live};
use crate::disk;
use crate::keyring::{Keyring, KeyringError, Owner, StoreKey};
use crate::maillog;
use std::fs::{self, File, TryLockError};
use std::io::Read;
use std::path::{Path, PathBuf};

/// Records that go into the index at once while it is made again.
const CHUNK: usize = 500;
/// And so many octets of them at most.
const CHUNK_OCTETS: usize = 1 << 20;

/// What `Store::rebuild` made again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rebuilt {
    /// The index, from the journal.
    Index,
    /// The journal, from the index; the damaged segment was set aside.
    Journal,
}

impl Store {
    /// Opens the store at `path`, or makes an empty one where there is nothing at all.
    ///
    /// # Errors
    /// See `StoreError`; `needs_a_person` tells which ones no restart will mend.
    pub fn open(path: &Path, key: &StoreKey, options: Options) -> Result<Self, StoreError> {
        let store = Self::open_whatever_keys(path, key, options)?;
        store.refuse_missing_keys()?;
        Ok(store)
    }

    /// Opens the store, also if keys are missing.
    pub(super) fn open_whatever_keys(
        path: &Path,
        key: &StoreKey,
        options: Options,
    ) -> Result<Self, StoreError> {
        let parts = Parts::open(path, key, options)?;
        let (journal, walk) = parts.journal()?;
        parts.join(journal, Some(walk), key, options)
    }

    /// Opens a store whose keyring lacks keys, and lets whoever lost theirs count as forgotten; how
    /// many they are.
    ///
    /// # Errors
    /// As `open`.
    pub fn give_up_keys(
        path: &Path,
        key: &StoreKey,
        options: Options,
    ) -> Result<(Self, usize), StoreError> {
        let mut store = Self::open_whatever_keys(path, key, options)?;
        let given_up = store.forget_missing_keys()?;
        Ok((store, given_up))
    }

    /// Whether nothing was ever kept at `path`, so that a new store key does no harm.
    pub fn is_new(path: &Path) -> bool {
        let journal = segment::segments(&path.join(JOURNAL));
        let no_journal = match journal {
            Ok(segments) => segments.is_empty(),
            Err(_) => !path.join(JOURNAL).exists(),
        };
        no_journal && !path.join(KEYRING).exists() && !path.join(INDEX).exists()
    }

    /// Who has the store at `path` open: their process number, or "?" where it is not known; `None`
    /// where nobody has. Nothing is changed by asking.
    pub fn held_by(path: &Path) -> Option<String> {
        let mut file = File::open(path.join(LOCK)).ok()?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                let _ = file.read_to_string(&mut holder);
                let holder = holder.trim();
                Some(if holder.is_empty() { "?" } else { holder }.to_owned())
            }
            Ok(()) | Err(TryLockError::Error(_)) => {
                let _ = file.unlock();
                None
            }
        }
    }

    /// Makes index or journal again, whichever is not whole, and opens the store. Without a fault it
    /// makes the index again.
    ///
    /// # Errors
    /// If neither is whole: then only a backup helps.
    pub fn rebuild(
        path: &Path,
        key: &StoreKey,
        options: Options,
    ) -> Result<(Self, Rebuilt), StoreError> {
        let parts = Parts::open(path, key, options)?;
        let whole = parts.journal().and_then(|(journal, walk)| {
            journal.replay_all::<StoreError>(&mut |_| Ok(()))?;
            Ok((journal, walk))
        });
        match whole {
            Ok((journal, walk)) => {
                journal.drop_broken_history()?;
                let parts = parts.without_index()?;
                let store = parts.join(journal, Some(walk), key, options)?;
                store.refuse_missing_keys()?;
                Ok((store, Rebuilt::Index))
            }
            Err(error) if error.is_damage() => {
                let journal = parts.journal_from_index(&error)?;
                journal.drop_broken_history()?;
                let store = parts.join(journal, None, key, options)?;
                store.refuse_missing_keys()?;
                Ok((store, Rebuilt::Journal))
            }
            Err(error) => Err(error),
        }
    }

    /// Empties the index and fills it from the journal's last snapshot on.
    pub(super) fn make_index_again(&mut self, why: &str) -> Result<(), StoreError> {
        // Most of what stands in a journal was written over or taken away later: that need not go in.
        let told = self.told()?;
        let mut pending = Vec::new();
        let mut octets = 0;
        let Store { index, journal, .. } = self;
        // Without its mark of how far it is, an index that a crash leaves half filled is made again.
        index.clear()?;
        let mut forgettings = Vec::new();
        journal.replay_all::<StoreError>(&mut |replayed| {
            let (Replayed::Snapshot(changes) | Replayed::Group(_, changes)) = replayed;
            for change in &changes {
                if change.key.starts_with(Key::on(Shelf::Keys).octets()) {
                    forgettings.push(change.to_change());
                }
                if told.is_last(change) {
                    let change = change.to_change();
                    octets += change.len();
                    pending.push(change);
                }
            }
            if pending.len() >= CHUNK || octets >= CHUNK_OCTETS {
                octets = 0;
                index.apply(&std::mem::take(&mut pending), None)?;
                if index.is_heavy_for_a_while() {
                    index.renew()?; // whether it is whole is looked at behind this
                }
            }
            Ok(())
        })?;
        let sequence = self.journal.sequence;
        self.index.apply(&pending, None)?;
        // Once more by the way of every commit: old forgettings are carried out again.
        self.apply(&forgettings, Some(sequence))?;
        if sequence > 0 {
            maillog::index_rebuilt(why, sequence);
        }
        Ok(())
    }

    /// Brings in what the index has not seen; `behind` is what is known of it already.
    fn catch_up(&mut self, behind: Option<Vec<Group>>) -> Result<(), StoreError> {
        let Some(seen) = self.index.applied()? else {
            return self.make_index_again("it was empty");
        };
        let groups = match behind {
            Some(behind) if self.journal.begins_at <= seen => Some(behind),
            _ => self.groups_behind(seen)?,
        };
        let Some(groups) = groups else {
            return self.make_index_again("it was older than the journal");
        };
        for (sequence, changes) in groups {
            self.apply(&changes, Some(sequence))?;
        }
        Ok(())
    }

    /// Groups behind a sequence; `None` where the segments that could tell are gone.
    fn groups_behind(&self, seen: u64) -> Result<Option<Vec<Group>>, StoreError> {
        let mut groups = Vec::new();
        let told = self
            .journal
            .replay_after::<StoreError>(seen, &mut |replayed| {
                groups.extend(group_behind(seen, &replayed));
                Ok(())
            })?;
        Ok(told.then_some(groups))
    }

    /// Destroys keys that an older keyring brought back.
    fn forget_the_forgotten(&mut self) -> Result<(), StoreError> {
        for (owner, state, id) in self.key_rows()? {
            if state == FORGOTTEN && self.keyring.forget(owner, id)? {
                maillog::key_forgotten();
            }
        }
        Ok(())
    }

    /// A key that is neither held nor forgotten is a fault of the keyring: nobody may seem
    /// forgotten who is not.
    fn refuse_missing_keys(&self) -> Result<(), StoreError> {
        match self.missing_keys()?.len() {
            0 => Ok(()),
            owners => {
                let path = self.path.join(KEYRING);
                Err(StoreError::KeysMissing { path, owners })
            }
        }
    }

    /// Writes down as forgotten whoever has lost their key.
    pub(super) fn forget_missing_keys(&mut self) -> Result<usize, StoreError> {
        let missing = self.missing_keys()?;
        let mut changes = Vec::new();
        for (owner, id) in &missing {
            let key = Key::on(Shelf::Keys).owner(*owner);
            let row = [&[FORGOTTEN], id.as_slice()].concat();
            let sealed = self.keyring.seal(Owner::House, key.octets(), &row)?;
            changes.push(key.change(Some(sealed)));
        }
        if !changes.is_empty() {
            let sequence = self.journal.append(&changes)?;
            self.apply(&changes, Some(sequence))?;
            maillog::keys_given_up(missing.len());
        }
        Ok(missing.len())
    }

    /// Who has lost their key without being forgotten, and which key it was.
    pub(super) fn missing_keys(&self) -> Result<Vec<(Owner, [u8; 4])>, StoreError> {
        let rows = self.key_rows()?.into_iter();
        let missing = rows.filter(|(owner, state, id)| {
            *state != FORGOTTEN && self.keyring.key_id(*owner) != Some(*id)
        });
        Ok(missing.map(|(owner, _, id)| (owner, id)).collect())
    }

    /// Holds the index against the journal, and makes it again if it is not the same: sled finds
    /// most damage only when it comes upon it, and some of it never. `told` is what is known of the
    /// journal already, from before keys may have been forgotten by it.
    fn check_index(&mut self, told: Option<Told>) -> Result<(), StoreError> {
        if let Some(told) = told
            && self.differing_from(told)?.1 == 0
        {
            return Ok(());
        }
        match self.differing() {
            Ok((_, 0)) => Ok(()),
            Ok(_) => self.make_index_again("it differed from the journal"),
            Err(error) => Err(error),
        }
    }

    /// The same store with an index made from nothing; the one that cannot be read is moved aside.
    fn with_new_index(self, why: &str) -> Result<Self, StoreError> {
        let folder = self.path.join(INDEX);
        maillog::index_damaged(&folder, why);
        drop(self.index);
        Index::move_aside(&folder)?;
        let index = Index::open(&folder)?;
        let mut store = Self { index, ..self };
        store.make_index_again("it could not be read")?;
        Ok(store)
    }

    pub(super) fn key_rows(&self) -> Result<Vec<(Owner, u8, [u8; 4])>, StoreError> {
        let mut rows = Vec::new();
        let shelf =
            Key::on(Shelf::Keys).octets().to_vec()..Key::on(Shelf::Person).octets().to_vec();
        for found in self.index.range(shelf) {
            let (key, sealed) = found?;
            rows.extend(self.read_key_row(&key, &sealed));
        }
        Ok(rows)
    }
}

impl Store {
    /// Opens sled anew where it holds much in memory. The index is made again where it comes back with
    /// less than it had, or not at all.
    pub(super) fn lighten(&mut self) -> Result<(), StoreError> {
        if !self.index.is_heavy() {
            return Ok(());
        }
        match self.index.renew() {
            Ok(true) if self.index.applied()? == Some(self.journal.sequence) => Ok(()),
            Err(error) if error.full => Err(error.into()),
            other => {
                let why = other.err().map(|error| error.to_string());
                let why = why.unwrap_or_else(|| "it lost records when it was opened again".into());
                let folder = self.path.join(INDEX);
                maillog::index_damaged(&folder, &why);
                self.index.put_away()?;
                self.make_index_again(&why)
            }
        }
    }

    /// Opens the index once more and lets it catch up: after a failure to write, sled refuses all
    /// that follows. The ballast makes room for it.
    pub(super) fn open_index_again(&mut self) -> Result<(), StoreError> {
        give_up_ballast(&self.path);
        self.index.reopen()?;
        self.catch_up(None)?;
        self.check_index(None)
    }

    /// Whether the index stays behind the journal, since the disk was full under it.
    pub fn lags(&self) -> bool {
        self.index.is_starved()
    }

    /// Lets an index that lags follow the journal again. Then what is durable can be read, whoever
    /// was told of it or not.
    ///
    /// # Errors
    /// If there is still no room.
    pub fn follow(&mut self) -> Result<(), StoreError> {
        if self.lags() {
            self.open_index_again()
                .map_err(|error| self.explain(error))?;
            self.stopped = false;
        }
        Ok(())
    }

    /// Keeps ballast again, where there is room and it was given up.
    pub fn restock(&self) {
        keep_ballast(&self.path, self.options.ballast_octets);
    }
}

/// Everything of a store but its journal.
struct Parts {
    path: PathBuf,
    keyring: Keyring,
    index: Index,
    options: Options,
    /// How far the index is; `None` if it is not whole.
    applied: Option<u64>,
    lock: Lock,
}

impl Parts {
    fn open(path: &Path, key: &StoreKey, options: Options) -> Result<Self, StoreError> {
        make_folder(path)?;
        let lock = take_lock(path)?;
        make_folder(&path.join(JOURNAL))?;
        let keyring = open_keyring(path, key, options)?;
        let full = |error: StoreError| error.at_full_disk(path, &path.join(BALLAST));
        let mut index = open_index(path).map_err(full)?;
        let applied = match index.applied() {
            Err(error) if !error.full => {
                let folder = path.join(INDEX);
                maillog::index_damaged(&folder, &error.to_string());
                drop(index);
                Index::move_aside(&folder)?;
                index = Index::open(&folder)?;
                None
            }
            other => other.map_err(|error| full(error.into()))?,
        };
        Ok(Self {
            path: path.to_owned(),
            lock,
            keyring,
            index,
            options,
            applied,
        })
    }

    /// The journal, if it tells at least as much as the index knows.
    fn journal(&self) -> Result<(Journal, Walk), StoreError> {
        let folder = self.path.join(JOURNAL);
        let limit = self.options.segment_octets;
        let known = self.applied.unwrap_or(0);
        let mut walk = Walk::default();
        let opened = Journal::open(&folder, limit, known, &mut |replayed| {
            let (Replayed::Snapshot(changes) | Replayed::Group(_, changes)) = &replayed;
            walk.told.hear(changes, &self.keyring);
            if self.applied.is_some() {
                walk.behind.extend(group_behind(known, &replayed));
            }
            Ok(())
        })?;
        let journal = match opened {
            Some(journal) => journal,
            None if self.applied.is_some() => {
                return Err(StoreError::JournalShort {
                    path: folder,
                    journal: 0,
                    index: known,
                });
            }
            None if self.keyring.owners().next().is_some() => {
                return Err(StoreError::JournalMissing(folder));
            }
            None => Journal::begin::<StoreError>(&folder, limit, 1, 0, &mut std::iter::empty())?,
        };
        if journal.sequence < known {
            return Err(StoreError::JournalShort {
                path: folder,
                journal: journal.sequence,
                index: known,
            });
        }
        Ok((journal, walk))
    }

    /// The same with an empty index; the old one is moved aside.
    fn without_index(self) -> Result<Self, StoreError> {
        let folder = self.path.join(INDEX);
        drop(self.index);
        Index::move_aside(&folder)?;
        let index = Index::open(&folder)?;
        Ok(Self {
            index,
            applied: None,
            ..self
        })
    }

    /// Begins the journal again behind its damage, if the index has everything that stands there.
    fn journal_from_index(&self, fault: &StoreError) -> Result<Journal, StoreError> {
        let beyond = || StoreError::BeyondRebuild {
            path: self.path.clone(),
            why: fault.to_string(),
        };
        let sequence = self.applied.ok_or_else(beyond)?;
        if !self.index.is_at_rest()? {
            return Err(beyond());
        }
        let folder = self.path.join(JOURNAL);
        let mut number = 1;
        if let Some(newest) = segment::segments(&folder)?.pop() {
            let highest = segment::frames_behind(&newest.path, 0)?;
            if highest.is_some_and(|highest| highest > sequence) {
                return Err(beyond());
            }
            segment::set_aside(&newest.path)?;
            number = newest.number + 1;
        }
        let mut records = self
            .index
            .range(..)
            .filter_map(|found| live(&self.keyring, found));
        let begun = Journal::begin::<StoreError>(
            &folder,
            self.options.segment_octets,
            number,
            sequence,
            &mut records,
        )?;
        maillog::journal_begun_again(sequence);
        Ok(begun)
    }

    fn join(
        self,
        journal: Journal,
        walk: Option<Walk>,
        key: &StoreKey,
        options: Options,
    ) -> Result<Store, StoreError> {
        let (told, behind) = walk.map(|walk| (walk.told, walk.behind)).unzip();
        let mut store = Store {
            path: self.path,
            options,
            key: key.clone(),
            keyring: self.keyring,
            index: self.index,
            journal,
            staged: Staged::default(),
            stopped: false,
            _lock: self.lock,
        };
        let caught_up = store.catch_up(behind);
        match caught_up.and_then(|()| store.check_index(told)) {
            Err(StoreError::Index(error)) if !error.full => {
                store = store.with_new_index(&error.to_string())?;
            }
            other => other.map_err(|error| store.explain(error))?,
        }
        store
            .forget_the_forgotten()
            .and_then(|()| store.lighten())
            .map_err(|error| store.explain(error))?;
        keep_ballast(&store.path, options.ballast_octets);
        Ok(store)
    }
}

/// What one commit wrote, and its sequence number.
type Group = (u64, Vec<Change>);

/// What a journal told while it was opened.
#[derive(Default)]
struct Walk {
    told: Told,
    /// Of the last segment, what the index has not seen.
    behind: Vec<Group>,
}

fn group_behind(seen: u64, replayed: &Replayed<'_>) -> Option<Group> {
    match replayed {
        Replayed::Group(sequence, changes) if *sequence > seen => {
            let changes = changes.iter().map(|change| change.to_change());
            Some((*sequence, changes.collect()))
        }
        _ => None,
    }
}

fn open_keyring(path: &Path, key: &StoreKey, options: Options) -> Result<Keyring, StoreError> {
    let file = path.join(KEYRING);
    if !file.exists() {
        if !Store::is_new(path) {
            return Err(KeyringError::Missing(file).into()); // never a new key over old records
        }
        Keyring::create(&file, key, options.purpose)?;
    }
    Ok(Keyring::open(&file, key, options.purpose)?)
}

/// Opens the index unless a power cut may have torn it: sled syncs no file, and frees old pages in
/// the belief that newer ones are on the disk. A kill alone leaves it as it was.
fn open_index(path: &Path) -> Result<Index, StoreError> {
    let folder = path.join(INDEX);
    let mark = path.join(OPEN_MARK);
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    let torn = match fs::read_to_string(&mark) {
        Ok(found) => found != boot || boot.is_empty(),
        Err(_) => false,
    };
    if torn {
        maillog::index_damaged(&folder, "the machine stopped while it was open");
        Index::move_aside(&folder)?;
    }
    let refused = |source| io_at(&mark, source);
    let file = new_file(&mark).map_err(refused)?;
    disk::write(&file, boot.as_bytes(), "open mark").map_err(refused)?;
    disk::sync_all(&file, "open mark").map_err(refused)?;
    disk::sync_parent(&mark).map_err(refused)?;
    match Index::open(&folder) {
        // Opening needs a little space of its own.
        Err(error) if error.full && give_up_ballast(path) => Ok(Index::open(&folder)?),
        other => Ok(other?),
    }
}
