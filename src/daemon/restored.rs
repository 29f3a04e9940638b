//! Backups, and what is special about a store that was put back from one.
//!
//! Between backup and restoring the lost store went on: it sent letters, gave out numbers, was told
//! to forget. A restored store knows none of it. So it starts on hold; its numbers begin far behind
//! all that may have been given out, so that no old reply address leads to another letter; and each
//! letter is looked for in the sent mail before it leaves, for as long as an old one could be meant.
//! The same cause makes the same Message-ID, which is how they are found. What came in since the backup
//! lies in Done, and is read once more.

use crate::config::Config;
use crate::daemon::decider::{Decider, DeciderError};
use crate::daemon::ledger::{Ledger, LedgerError};
use crate::daemon::request::Reply;
use crate::daemon::run::{RunError, place_of};
use crate::disk;
use crate::keyring::{Owner, StoreKey};
use crate::store::outbox::OutboxRow;
use crate::store::{self, Batch, Keys, Store};
use chrono::{DateTime, TimeDelta, Utc};
use std::path::Path;

/// Where a running daemon lays a backup down, inside the store's folder.
const LAID_DOWN: &str = "backup";

/// How long letters are looked for in the sent mail after a restored store was resumed: none is of
/// use for longer.
const LOOKED_FOR: TimeDelta = TimeDelta::days(40);

/// Counters, and how far each is put forward: more than anybody gives out between two backups.
const FORWARD: [(&str, u64); 3] = [("people", 1000), ("pairings", 1000), ("letters", 100_000)];

/// That the store was put back from a backup.
const RESTORED: &str = "restored";

/// That what lies in Done was not looked through since.
const READS_AGAIN: &str = "reads-again";

/// When sending was resumed since, in seconds; 0 before.
const RESUMED: &str = "resumed";

/// A store that was put back from a backup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Restored {
    /// When sending was resumed since.
    pub resumed: Option<DateTime<Utc>>,
}

impl Restored {
    /// What the store says of it; `None` if it never was.
    ///
    /// # Errors
    /// If the store fails.
    pub fn read(ledger: &Ledger) -> Result<Option<Self>, LedgerError> {
        if ledger.counter(RESTORED)? == 0 {
            return Ok(None);
        }
        let seconds = ledger.counter(RESUMED)?.cast_signed();
        let resumed = DateTime::from_timestamp(seconds, 0).filter(|_| seconds != 0);
        Ok(Some(Self { resumed }))
    }
}

impl Decider {
    /// Whether the store before this one may have sent what is queued now.
    pub(super) fn may_have_left_before(&self, now: DateTime<Utc>) -> bool {
        let resumed = self.restored.map(|restored| restored.resumed);
        resumed.is_some_and(|resumed| resumed.is_none_or(|at| now < at + LOOKED_FOR))
    }

    /// Whether a letter was written before somebody had looked at the restored store.
    pub(super) fn was_written_before_resume(&self, row: &OutboxRow) -> bool {
        let resumed = self.restored.map(|restored| restored.resumed);
        resumed.is_some_and(|resumed| resumed.is_none_or(|at| row.queued_at <= at))
    }

    /// The first `resume` after a restore is remembered.
    pub(super) fn resume_after_a_restore(&mut self, batch: &mut Batch) {
        let now = self.clock.now();
        if let Some(restored) = &mut self.restored
            && restored.resumed.is_none()
        {
            restored.resumed = Some(now);
            Ledger::put_counter(batch, RESUMED, now.timestamp().cast_unsigned());
        }
    }

    /// Whether handled mail is to be looked through: what came in since the backup lies there.
    ///
    /// # Errors
    /// If the store fails.
    pub fn reads_again(&self) -> Result<bool, DeciderError> {
        Ok(self.ledger.counter(READS_AGAIN)? == 1)
    }

    /// Handled mail was looked through.
    ///
    /// # Errors
    /// If the store fails.
    pub fn has_read_again(&mut self) -> Result<(), DeciderError> {
        let mut batch = Batch::new();
        Ledger::put_counter(&mut batch, READS_AGAIN, 0);
        self.commit(batch)
    }

    /// Lays a copy of records and keyring down in the store's own folder, which is where the daemon
    /// may write; whoever asked takes it from there.
    pub(super) fn back_up(&mut self) -> Result<Reply, DeciderError> {
        let folder = self.ledger.store.path().join(LAID_DOWN);
        let (records, keyring) = (folder.join("records"), folder.join("keyring"));
        let laid = disk::remove_folder(&folder, "old backup").and_then(|()| {
            let mut private = std::fs::DirBuilder::new();
            std::os::unix::fs::DirBuilderExt::mode(&mut private, 0o700);
            private.create(&folder)
        });
        if let Err(source) = laid {
            let message = format!("{}: {source}; make room there", folder.display());
            return Ok(Reply::Refused { message });
        }
        let copied = self.ledger.store.backup(&records, &keyring)?;
        Ok(Reply::BackedUp {
            records,
            keyring,
            count: copied.records,
            sequence: copied.sequence,
        })
    }
}

/// Puts a backup in the place of the store, on hold. Before the new store takes its place, all that it
/// has to know is in it.
///
/// # Errors
/// If the backup or the keys cannot be used, or a daemon runs.
pub fn restore(
    config: &Config,
    rehearsal: bool,
    records: &Path,
    keyring: Keys<'_>,
) -> Result<store::Restored, RunError> {
    let (path, key_file, options) = place_of(config, rehearsal)?;
    let key = StoreKey::read(&key_file)?;
    let restored = Store::restore(&path, &key, options, records, keyring, |store, refused| {
        let mut batch = Batch::new();
        for (name, forward) in FORWARD {
            let given_out = Ledger::counter_of(store, name)?;
            Ledger::put_counter(&mut batch, name, given_out.saturating_add(forward));
        }
        Ledger::put_counter(&mut batch, "hold", 1);
        Ledger::put_counter(&mut batch, RESTORED, 1);
        Ledger::put_counter(&mut batch, RESUMED, 0);
        Ledger::put_counter(&mut batch, READS_AGAIN, 1);
        for (key, value) in refused {
            batch.put(key.clone(), Owner::House, value.clone());
        }
        store.commit(vec![batch]).map(|_| ())
    })?;
    Ok(restored)
}
