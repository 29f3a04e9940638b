//! The way of a commit: staged, sealed, journalled, synced, and only then in the index.
//!
//! A group of decisions goes to the disk with one sync. Each is staged as it is made, so that the
//! next one sees it; nobody outside hears of any before all are durable. What fails takes the whole
//! group with it, and leaves either nothing of it or all.

use super::batch::{Batch, Change, Step};
use super::error::is_full;
use super::folder::give_up_ballast;
use super::key::{Key, Shelf};
use super::segment::JournalError;
use super::{Store, StoreError, snapshot};
use crate::keyring::{Opened, Owner};
use crate::maillog;
use std::collections::{BTreeMap, BTreeSet};

/// Row states on the `Keys` shelf.
pub(super) const HELD: u8 = 1;
pub(super) const FORGOTTEN: u8 = 2;

/// Decisions that are made and not durable yet.
#[derive(Default)]
pub(super) struct Staged {
    changes: Vec<Change>,
    /// The same by key: what a reader of the store sees before what the index holds.
    pub records: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
    /// Owners whose keys go with this commit; their records read as absent already.
    pub parting: BTreeSet<Owner>,
}

impl Store {
    /// Makes a group of batches durable, all or none, and visible, with whatever was staged before;
    /// the commit's number.
    ///
    /// # Errors
    /// If nothing was written, the store goes on as before (a full disk among others). If it cannot
    /// be known, or the index did not follow, every later commit says `Stopped` until a new start,
    /// which finds the group either whole or not there. Where the index did not follow because the
    /// disk is full, it says so until there is room; then the group is there (`follow`).
    pub fn commit(&mut self, batches: Vec<Batch>) -> Result<u64, StoreError> {
        for batch in batches {
            if let Err(error) = self.stage(batch) {
                self.unstage();
                return Err(error);
            }
        }
        self.commit_staged()
    }

    /// Lets later reads see a batch that only `commit_staged` makes durable. Until then nothing of it
    /// may leave the house.
    ///
    /// # Errors
    /// If it cannot be sealed; then it is not staged, and what was staged before stays so.
    pub fn stage(&mut self, batch: Batch) -> Result<(), StoreError> {
        self.refuse_where_stopped()?;
        let mut parting = self.staged.parting.clone();
        let changes = self
            .seal(batch, &mut parting)
            .map_err(|error| self.explain(error))?;
        self.staged.parting = parting;
        for change in changes {
            let record = (change.key.clone(), change.value.clone());
            self.staged.records.extend([record]);
            self.staged.changes.push(change);
        }
        Ok(())
    }

    /// Takes back everything that is staged.
    pub fn unstage(&mut self) {
        self.staged = Staged::default();
    }

    /// Makes everything that is staged durable; the commit's number. See `commit` for its errors;
    /// after any of them nothing is staged.
    ///
    /// # Errors
    /// As `commit`.
    pub fn commit_staged(&mut self) -> Result<u64, StoreError> {
        let Staged { changes, .. } = std::mem::take(&mut self.staged);
        self.refuse_where_stopped()?;
        if changes.is_empty() {
            return Ok(self.journal.sequence);
        }
        if self.journal.wants_to_turn()
            && let Err(error) = self.turn()
        {
            maillog::journal_did_not_turn(&error.to_string());
        }
        let sequence = match self.append(&changes) {
            Ok(sequence) => sequence,
            Err(error) => return Err(self.explain(error.into())),
        };
        // Until the index has followed, nobody may read it; neither after a panic.
        self.stopped = true;
        let applied = self.apply(&changes, Some(sequence));
        if let Err(error) = applied.and_then(|()| self.lighten()) {
            let error = self.explain(error);
            // It is durable; a full disk under the index alone need not end the daemon.
            if !error.is_full() || self.open_index_again().is_err() {
                return Err(error);
            }
        }
        self.stopped = false;
        Ok(sequence)
    }

    fn refuse_where_stopped(&self) -> Result<(), StoreError> {
        match (self.stopped, self.lags()) {
            (false, _) => Ok(()),
            (true, false) => Err(StoreError::Stopped),
            (true, true) => Err(StoreError::Full {
                path: self.path.clone(),
                why: "the index stays behind the journal".to_owned(),
                remedy: String::new(),
            }),
        }
    }

    /// Writes to the journal; where the disk is full, in the place of the ballast. What is being
    /// written down may have happened already.
    fn append(&mut self, changes: &[Change]) -> Result<u64, JournalError> {
        match self.journal.append(changes) {
            Err(JournalError::Io { source, .. })
                if is_full(&source) && give_up_ballast(&self.path) =>
            {
                self.journal.append(changes)
            }
            other => other,
        }
    }

    fn seal(
        &mut self,
        batch: Batch,
        parting: &mut BTreeSet<Owner>,
    ) -> Result<Vec<Change>, StoreError> {
        let owners: BTreeSet<Owner> = batch
            .steps
            .iter()
            .filter_map(|step| match step {
                Step::Put { owner, .. } if *owner != Owner::House => Some(*owner),
                _ => None,
            })
            .collect();
        // A key is on disk before anything sealed by it; a crash here leaves an unused key.
        self.keyring.welcome(&owners)?;
        let mut changes = Vec::with_capacity(batch.steps.len());
        for owner in owners {
            if !self.knows_key_of(owner)? {
                changes.extend(self.key_row(owner, HELD)?);
            }
        }
        for step in batch.steps {
            match step {
                Step::Put { owner, .. } if parting.contains(&owner) => {
                    return Err(StoreError::AfterForgetting(owner));
                }
                Step::Put { key, owner, value } => {
                    let sealed = self.keyring.seal(owner, key.octets(), value.reveal())?;
                    changes.push(key.change(Some(sealed)));
                }
                Step::Delete { key } => changes.push(key.change(None)),
                Step::Forget(owner) => {
                    parting.insert(owner);
                    changes.extend(self.key_row(owner, FORGOTTEN)?);
                }
            }
        }
        Ok(changes)
    }

    /// What the `Keys` shelf says of an owner: which key, and whether it is to be forgotten. Since
    /// it names the key, a replay of it never takes one that the owner got later.
    fn key_row(&self, owner: Owner, state: u8) -> Result<Option<Change>, StoreError> {
        let Some(id) = self.keyring.key_id(owner).filter(|_| owner != Owner::House) else {
            return Ok(None);
        };
        let key = Key::on(Shelf::Keys).owner(owner);
        let row = [&[state], id.as_slice()].concat();
        let sealed = self.keyring.seal(Owner::House, key.octets(), &row)?;
        Ok(Some(key.change(Some(sealed))))
    }

    /// Whether the `Keys` shelf names the key that an owner has now.
    fn knows_key_of(&self, owner: Owner) -> Result<bool, StoreError> {
        let key = Key::on(Shelf::Keys).owner(owner);
        let row = self.sealed_at(&key)?;
        let told = row.and_then(|row| self.read_key_row(key.octets(), &row));
        Ok(told.is_some_and(|(_, _, id)| Some(id) == self.keyring.key_id(owner)))
    }

    /// Brings durable changes in. Keys go before the index records the group: a crash between is
    /// mended by the replay, which does both again.
    pub(super) fn apply(
        &mut self,
        changes: &[Change],
        sequence: Option<u64>,
    ) -> Result<(), StoreError> {
        for change in changes {
            let Some(value) = &change.value else { continue };
            if let Some((owner, FORGOTTEN, id)) = self.read_key_row(&change.key, value)
                && self.keyring.forget(owner, id)?
            {
                maillog::key_forgotten();
            }
        }
        Ok(self.index.apply(changes, sequence)?)
    }

    pub(super) fn read_key_row(&self, key: &[u8], sealed: &[u8]) -> Option<(Owner, u8, [u8; 4])> {
        let owner = key.strip_prefix(Key::on(Shelf::Keys).octets())?;
        let Opened::Value(row) = self.keyring.open_sealed(key, sealed) else {
            return None;
        };
        let (state, id) = row.split_first()?;
        Some((Owner::from_octets(owner)?, *state, id.try_into().ok()?))
    }

    /// Begins the next segment. The snapshot comes out of the index, so the index is held against
    /// the journal first: what sled may have lost must not become the truth.
    fn turn(&mut self) -> Result<(), StoreError> {
        let records = self.whole()?;
        let mut records = snapshot(&mut self.index, &self.keyring, records);
        self.journal.turn(&mut records)
    }
}
