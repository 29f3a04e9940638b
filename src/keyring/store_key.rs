//! The store key: 32 octets in a file of mode 0600, or handed in (a systemd credential).
//!
//! Everything else is derived from it by HMAC-SHA-256 under a label that names the purpose. A key
//! is made only by `create`, which never writes over an existing file.

use super::{KeyringError, at};
use crate::clock;
use crate::disk;
use crate::words::confidential::Confidential;
use crate::words::token::TokenKey;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

/// What a store is for. One can never be opened as the other, and their tokens differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Mail goes to real people.
    Real,
    /// The clock is driven by hand.
    Rehearsal,
}

impl Purpose {
    pub(super) const fn octet(self) -> u8 {
        match self {
            Self::Real => b'r',
            Self::Rehearsal => b'h',
        }
    }

    pub(super) const fn from_octet(octet: u8) -> Option<Self> {
        match octet {
            b'r' => Some(Self::Real),
            b'h' => Some(Self::Rehearsal),
            _ => None,
        }
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Real => "real",
            Self::Rehearsal => "rehearsal",
        })
    }
}

/// The key above all keys.
#[derive(Clone, Debug)]
pub struct StoreKey(Confidential<[u8; 32]>);

impl StoreKey {
    /// Makes a new key in a new file of mode 0600, synced with its folder.
    ///
    /// # Errors
    /// If the file exists or cannot be written.
    pub fn create(path: &Path) -> Result<Self, KeyringError> {
        let io = |source| at(path, source);
        let secret = clock::random::<32>().map_err(io)?;
        // It gets its name when it is whole: half a key would keep every later start out.
        let fresh = path.with_extension("new");
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&fresh)
            .map_err(io)?;
        disk::write(&file, &secret, "store key").map_err(io)?;
        disk::sync_all(&file, "store key").map_err(io)?;
        disk::name_new(&fresh, path, "store key").map_err(io)?;
        disk::sync_parent(path).map_err(io)?;
        Ok(Self(Confidential::new(secret)))
    }

    /// Reads the key from its file.
    ///
    /// # Errors
    /// If it is missing, readable by everybody, or not 32 octets long.
    pub fn read(path: &Path) -> Result<Self, KeyringError> {
        let wrong = |why: &str| KeyringError::KeyFile {
            path: path.to_owned(),
            why: why.to_owned(),
        };
        let file = File::open(path).map_err(|source| match source.kind() {
            io::ErrorKind::NotFound => {
                wrong("the store key is missing; put its backup back there; for a new store, move the old store's folder away")
            }
            _ => at(path, source),
        })?;
        let mode = file.metadata().map_err(|source| at(path, source))?.mode();
        if mode & 0o007 != 0 {
            return Err(wrong("everybody can read the store key; chmod 600 it"));
        }
        let mut octets = Vec::new();
        file.take(33)
            .read_to_end(&mut octets)
            .map_err(|source| at(path, source))?;
        Self::from_octets(&octets)
            .ok_or_else(|| wrong("a store key is exactly 32 octets; put its backup back there"))
    }

    /// A key that was handed in; `None` unless it is exactly 32 octets.
    pub fn from_octets(octets: &[u8]) -> Option<Self> {
        Some(Self(Confidential::new(octets.try_into().ok()?)))
    }

    /// The key for one purpose.
    pub(super) fn derive(&self, label: &str) -> [u8; 32] {
        keyed_hash(self.0.reveal(), &[b"derive", label.as_bytes()])
    }

    pub(super) fn check(&self, parts: &[&[u8]]) -> [u8; 32] {
        keyed_hash(&self.derive("keyring check"), parts)
    }

    /// The key that makes tokens and Message-IDs; a rehearsal's never equals a real one.
    pub fn token_key(&self, purpose: Purpose) -> TokenKey {
        match purpose {
            Purpose::Real => TokenKey::new('a', self.derive("tokens")),
            Purpose::Rehearsal => TokenKey::new('r', self.derive("rehearsal tokens")),
        }
    }

    /// The key by which addresses and Message-IDs become record keys.
    pub fn digest_key(&self) -> DigestKey {
        DigestKey(Confidential::new(self.derive("digests")))
    }
}

/// Turns a text into 16 octets that say nothing to whoever lacks the key.
#[derive(Clone, Debug)]
pub struct DigestKey(Confidential<[u8; 32]>);

impl DigestKey {
    /// The keyed digest of a text.
    pub fn digest(&self, text: &str) -> [u8; 16] {
        let mut digest = [0; 16];
        for (to, from) in digest
            .iter_mut()
            .zip(keyed_hash(self.0.reveal(), &[text.as_bytes()]))
        {
            *to = from;
        }
        digest
    }
}

/// HMAC-SHA-256 over the parts, each with its length before it so that no two lists collide.
pub(super) fn keyed_hash(secret: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    let mut block = [0; 64]; // HMAC pads a short key with zeros to the block of its hash (RFC 2104)
    for (to, from) in block.iter_mut().zip(secret) {
        *to = *from;
    }
    let mut mac = <Hmac<Sha256> as KeyInit>::new(&block.into());
    for part in parts {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}
