//! What can go wrong with the store, each with its remedy.
//!
//! A mistake that no restart will mend (key, keyring, journal) says so by `needs_a_person`; a full
//! disk, a failed write and the like are tried again.

use super::index::IndexError;
use super::key::Key;
use super::segment::JournalError;
use crate::keyring::{KeyringError, Owner};
use std::io;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// What can go wrong with the store.
#[derive(Debug, Error)]
pub enum StoreError {
    /// Another process has it.
    #[error(
        "{path}: another postlunch{holder} has this store open; ask the running one, or stop it"
    )]
    InUse {
        /// The store's folder.
        path: PathBuf,
        /// " (process N)" where known.
        holder: String,
    },
    /// The journal is not there, or ends before what the index knows.
    #[error(
        "{path}: the journal ends at commit {journal}, but commit {index} was made; run `postlunch store rebuild`, or put a backup of the store's folder back"
    )]
    JournalShort {
        /// The journal's folder.
        path: PathBuf,
        /// Its last commit.
        journal: u64,
        /// The last commit that the index took in.
        index: u64,
    },
    /// Keys are there, and neither journal nor index.
    #[error("{0}: the journal is missing; put a backup of the store's folder back")]
    JournalMissing(PathBuf),
    /// Neither journal nor index tells the whole truth.
    #[error(
        "{path}: neither journal nor index is whole ({why}); put a backup of the store's folder back"
    )]
    BeyondRebuild {
        /// The store's folder.
        path: PathBuf,
        /// What is wrong with the journal.
        why: String,
    },
    /// Records stand there whose keys are neither held nor known as forgotten.
    #[error(
        "{path}: the keys of {owners} people or pairings are missing, so the keyring is older than the store or cut short; put its newest copy back there, or where there is none run `postlunch store rebuild --give-up-keys`, after which what was kept about them stays unreadable"
    )]
    KeysMissing {
        /// The keyring's file.
        path: PathBuf,
        /// How many owners.
        owners: usize,
    },
    /// A restore cannot know whether keys are lost or were destroyed.
    #[error(
        "{0}: keys are missing from this keyring: it is damaged, or somebody was forgotten since; name the one to be used with --keyring, its newest copy or this very file"
    )]
    WhichKeyring(PathBuf),
    /// What should be a copy made by `backup` is none, or not whole.
    #[error("{path}: this is no whole backup ({why}); take another one")]
    NoBackup {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// A newer program has written the records.
    #[error(
        "{path}: the records have version {version}, and this postlunch knows versions up to {known}: a newer postlunch wrote them. Run that one again, or put back a backup that this one made (`postlunch store restore`)"
    )]
    Newer {
        /// The store's folder.
        path: PathBuf,
        /// Their version.
        version: u64,
        /// The newest version known here.
        known: u64,
    },
    /// A sealed value does not open.
    #[error("the record {0:?} is damaged; run `postlunch store rebuild`")]
    DamagedRecord(Key),
    /// Index and journal tell different stories.
    #[error("{0} records differ between journal and index; run `postlunch store rebuild`")]
    Differs(usize),
    /// A batch writes for an owner behind that owner's forgetting.
    #[error("a commit writes for {0:?} after forgetting them")]
    AfterForgetting(Owner),
    /// An earlier commit failed half-way: what is durable is found out by a new start.
    #[error("the store stopped after a failed commit; start again")]
    Stopped,
    /// The disk is full.
    #[error("{path}: the disk is full ({why}); free some space{remedy}")]
    Full {
        /// The store's folder.
        path: PathBuf,
        /// The system's own words.
        why: String,
        /// ", or delete the ballast" where there is one.
        remedy: String,
    },
    /// See `KeyringError`.
    #[error(transparent)]
    Keyring(#[from] KeyringError),
    /// See `JournalError`.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// See `IndexError`.
    #[error(transparent)]
    Index(#[from] IndexError),
    /// The operating system refused.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's own words.
        source: io::Error,
    },
}

impl StoreError {
    /// Whether trying again cannot help: exit code 78.
    pub const fn needs_a_person(&self) -> bool {
        match self {
            Self::Full { .. } | Self::Stopped | Self::Io { .. } | Self::AfterForgetting(_) => false,
            Self::Keyring(error) => !matches!(error, KeyringError::Io { .. }),
            Self::Journal(error) => !matches!(
                error,
                JournalError::Io { .. } | JournalError::Stopped | JournalError::TooLong(_)
            ),
            Self::Index(error) => !error.full,
            _ => true,
        }
    }

    /// Whether it passes once there is room on the disk.
    pub const fn is_full(&self) -> bool {
        match self {
            Self::Full { .. } => true,
            Self::Index(error) => error.full,
            _ => false,
        }
    }

    /// Whether it is the journal that is not whole, so that the index may help.
    pub(super) const fn is_damage(&self) -> bool {
        matches!(
            self,
            Self::JournalShort { .. }
                | Self::JournalMissing(_)
                | Self::Journal(JournalError::Damaged { .. } | JournalError::Broken { .. })
        )
    }

    /// Turns any error of a full disk into the one that says what to do.
    pub(super) fn at_full_disk(self, path: &Path, ballast: &Path) -> Self {
        let full = match &self {
            Self::Io { source, .. }
            | Self::Journal(JournalError::Io { source, .. })
            | Self::Keyring(KeyringError::Io { source, .. }) => is_full(source),
            Self::Index(index) => index.full,
            _ => false,
        };
        if !full {
            return self;
        }
        let mut remedy = String::new();
        if ballast.exists() {
            remedy = format!(", or delete {} to win a little", ballast.display());
        }
        Self::Full {
            path: path.to_owned(),
            why: self.to_string(),
            remedy,
        }
    }
}

pub(super) fn is_full(source: &io::Error) -> bool {
    matches!(
        source.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
    )
}
