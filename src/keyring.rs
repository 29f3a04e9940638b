//! The keyring: one key for the house, one for each person and one for each pairing.
//!
//! It lives in a file of its own, never in the journal and never in a backup of the store. Each key
//! has a slot of 128 octets, aligned, so that no slot crosses a disk sector: writing one is all or
//! nothing. A forgotten slot is overwritten in place with zeros, synced, and free for the next
//! owner; nothing can confuse the two, since every sealed value names its key and not its slot.
//! What a key once sealed is noise from then on, in the store, the journal and every backup.
//! It does not promise that a disk which copies on write, or an SSD, keeps no older sector.

mod seal;
mod slot;
mod store_key;

pub use seal::Opened;
pub use store_key::{Purpose, StoreKey};

use crate::clock;
use crate::disk;
use crate::words::confidential::Confidential;
use slot::{check_head, head, read_slot, write_slot};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Octets of one slot; the first slot of the file is its head.
pub const SLOT_OCTETS: usize = 128;

/// Whose key seals a value, and whose forgetting makes it noise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Owner {
    /// The daemon's own records: sealed by the store key, never forgotten.
    House,
    /// One person: name, address, goals, jar.
    Person(u64),
    /// One pairing: notes, observations, letters.
    Pairing(u64),
}

impl Owner {
    /// Nine octets: the kind and the number.
    pub fn octets(self) -> [u8; 9] {
        let (kind, number) = match self {
            Self::House => (0, 0),
            Self::Person(number) => (1, number),
            Self::Pairing(number) => (2, number),
        };
        let mut octets = [kind; 9];
        if let Some(rest) = octets.get_mut(1..) {
            rest.copy_from_slice(&number.to_be_bytes());
        }
        octets
    }

    /// Reads what `octets` wrote.
    pub fn from_octets(octets: &[u8]) -> Option<Self> {
        let (kind, number) = octets.split_first()?;
        let number = u64::from_be_bytes(number.try_into().ok()?);
        match kind {
            0 if number == 0 => Some(Self::House),
            1 => Some(Self::Person(number)),
            2 => Some(Self::Pairing(number)),
            _ => None,
        }
    }
}

/// What can be wrong with keys. Each needs a person (exit code 78), except `Io`.
#[derive(Debug, Error)]
pub enum KeyringError {
    /// There is no keyring where one should be.
    #[error(
        "{0}: the keyring is missing, and without it the store is noise; put its backup back there"
    )]
    Missing(PathBuf),
    /// The file is no keyring of ours, or its head is damaged.
    #[error("{0}: this is no keyring of a version known here; put its backup back there")]
    NotAKeyring(PathBuf),
    /// The store key does not belong to this keyring.
    #[error(
        "{0}: this store was made with another store key; give the key it was made with ([store] key_file), or if this is the one, put the keyring's newest copy back there"
    )]
    WrongKey(PathBuf),
    /// A rehearsal was opened as the real thing, or the other way round.
    #[error(
        "{path}: this is a {found} store and cannot be opened as a {wanted} one; name another [store] path"
    )]
    OtherPurpose {
        /// The keyring's file.
        path: PathBuf,
        /// What the store was made for.
        found: Purpose,
        /// What it was opened for.
        wanted: Purpose,
    },
    /// One slot cannot be read.
    #[error("{path}: slot {slot} is damaged; put the keyring's backup back there")]
    DamagedSlot {
        /// The keyring's file.
        path: PathBuf,
        /// Counted from 1; slot 0 is the head.
        slot: usize,
    },
    /// The file that should hold the store key does not.
    #[error("{path}: {why}")]
    KeyFile {
        /// The key file.
        path: PathBuf,
        /// What is wrong, with its remedy.
        why: String,
    },
    /// A value was to be sealed for an owner who has no key.
    #[error("{0:?} has no key")]
    NoKey(Owner),
    /// Longer than the cipher takes (256 GiB).
    #[error("a value is too long to be sealed")]
    TooLong,
    /// The operating system refused.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's own words.
        source: io::Error,
    },
}

/// One owner's key, and where it is kept.
struct Held {
    slot: usize,
    key: Confidential<[u8; 32]>,
    /// Names the key inside sealed values; derived from it, so stored nowhere.
    id: [u8; 4],
}

/// The open keyring.
pub struct Keyring {
    path: PathBuf,
    file: File,
    slot_key: [u8; 32],
    house: Held,
    held: BTreeMap<Owner, Held>,
    free: BTreeSet<usize>,
    slots: usize,
}

impl std::fmt::Debug for Keyring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Keyring {{ {} owners }}", self.held.len())
    }
}

impl Keyring {
    /// Makes an empty keyring; never over one that exists.
    ///
    /// # Errors
    /// If the file exists or cannot be written.
    pub fn create(path: &Path, key: &StoreKey, purpose: Purpose) -> Result<(), KeyringError> {
        let io = |source| at(path, source);
        if path.exists() {
            return Err(io(io::Error::from(io::ErrorKind::AlreadyExists)));
        }
        let head = head(key, purpose, &clock::random::<16>().map_err(io)?);
        let fresh = path.with_extension("new");
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&fresh)
            .map_err(io)?;
        disk::write_at(&file, &head, 0, "keyring head").map_err(io)?;
        disk::sync_all(&file, "keyring head").map_err(io)?;
        disk::rename(&fresh, path, "keyring").map_err(io)?;
        disk::sync_parent(path).map_err(io)
    }

    /// Opens the keyring and takes out every key.
    ///
    /// # Errors
    /// Missing, damaged, of another store key, or of another purpose.
    pub fn open(path: &Path, key: &StoreKey, purpose: Purpose) -> Result<Self, KeyringError> {
        let octets = fs::read(path).map_err(|source| match source.kind() {
            io::ErrorKind::NotFound => KeyringError::Missing(path.to_owned()),
            _ => at(path, source),
        })?;
        check_head(path, &octets, key, purpose)?;
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .open(path)
            .map_err(|source| at(path, source))?;
        let house = key.derive("house values");
        let mut keyring = Self {
            path: path.to_owned(),
            file,
            slot_key: key.derive("keyring slots"),
            house: Held::new(0, house),
            held: BTreeMap::new(),
            free: BTreeSet::new(),
            slots: octets.len() / SLOT_OCTETS,
        };
        // Octets beyond the last whole slot come from a write that never ended: nothing was sealed
        // with that key, since a key is synced before its first use.
        for (slot, octets) in octets.chunks_exact(SLOT_OCTETS).enumerate().skip(1) {
            keyring.take_in(slot, octets)?;
        }
        Ok(keyring)
    }

    fn take_in(&mut self, slot: usize, octets: &[u8]) -> Result<(), KeyringError> {
        if octets.iter().all(|octet| *octet == 0) {
            self.free.insert(slot);
            return Ok(());
        }
        let damaged = || KeyringError::DamagedSlot {
            path: self.path.clone(),
            slot,
        };
        let (owner, key) = read_slot(&self.slot_key, octets).ok_or_else(damaged)?;
        if self.held.insert(owner, Held::new(slot, key)).is_some() {
            return Err(damaged());
        }
        Ok(())
    }

    /// Gives a key to every owner who has none, and syncs before it returns.
    ///
    /// # Errors
    /// If the operating system refuses; then no key was given that could be lost.
    pub fn welcome(&mut self, owners: &BTreeSet<Owner>) -> Result<(), KeyringError> {
        let strangers: Vec<Owner> = owners
            .iter()
            .copied()
            .filter(|owner| *owner != Owner::House && !self.held.contains_key(owner))
            .collect();
        if strangers.is_empty() {
            return Ok(());
        }
        let mut fresh = Vec::new();
        let mut free: Vec<usize> = self.free.iter().rev().copied().collect();
        let mut slots = self.slots;
        for owner in strangers {
            let key = clock::random::<32>().map_err(|source| at(&self.path, source))?;
            let slot = free.pop().unwrap_or(slots);
            slots = slots.max(slot + 1);
            let octets = write_slot(&self.slot_key, owner, &key)?;
            self.overwrite(slot, &octets)?;
            fresh.push((owner, Held::new(slot, key)));
        }
        self.sync()?;
        for (owner, held) in fresh {
            self.free.remove(&held.slot);
            self.held.insert(owner, held);
        }
        self.slots = slots;
        Ok(())
    }

    /// Destroys the key of `owner` if it is the one named `id`; syncs before it returns. Does
    /// nothing otherwise, so that a replay of an old forgetting never takes a newer key.
    ///
    /// # Errors
    /// If the operating system refuses: the key may still stand, so try again.
    pub fn forget(&mut self, owner: Owner, id: [u8; 4]) -> Result<bool, KeyringError> {
        let Some(slot) = self
            .held
            .get(&owner)
            .filter(|held| held.id == id)
            .map(|h| h.slot)
        else {
            return Ok(false);
        };
        self.overwrite(slot, &[0; SLOT_OCTETS])?;
        self.sync()?;
        self.held.remove(&owner);
        self.free.insert(slot);
        Ok(true)
    }

    /// Copies the keyring to a place where no file is; nobody writes to it meanwhile.
    ///
    /// # Errors
    /// If the operating system refuses.
    pub fn copy_to(&self, to: &Path) -> Result<(), KeyringError> {
        disk::copy(&self.path, to, "keyring copy").map_err(|source| at(to, source))
    }

    /// The name of an owner's key, if they have one.
    pub fn key_id(&self, owner: Owner) -> Option<[u8; 4]> {
        self.holder(owner).map(|held| held.id)
    }

    /// Everybody who has a key, without the house.
    pub fn owners(&self) -> impl Iterator<Item = (Owner, [u8; 4])> + '_ {
        self.held.iter().map(|(owner, held)| (*owner, held.id))
    }

    fn holder(&self, owner: Owner) -> Option<&Held> {
        match owner {
            Owner::House => Some(&self.house),
            other => self.held.get(&other),
        }
    }

    fn overwrite(&self, slot: usize, octets: &[u8; SLOT_OCTETS]) -> Result<(), KeyringError> {
        let place = (slot * SLOT_OCTETS) as u64;
        disk::write_at(&self.file, octets, place, "key slot")
            .map_err(|source| at(&self.path, source))
    }

    fn sync(&self) -> Result<(), KeyringError> {
        disk::sync_data(&self.file, "key slot").map_err(|source| at(&self.path, source))
    }
}

impl Held {
    fn new(slot: usize, key: [u8; 32]) -> Self {
        let mut id = [0; 4];
        for (to, from) in id.iter_mut().zip(store_key::keyed_hash(&key, &[b"key id"])) {
            *to = from;
        }
        Self {
            slot,
            key: Confidential::new(key),
            id,
        }
    }
}

fn at(path: &Path, source: io::Error) -> KeyringError {
    KeyringError::Io {
        path: path.to_owned(),
        source,
    }
}

#[cfg(test)]
mod tests;
