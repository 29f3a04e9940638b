//! Sealed values: XChaCha20-Poly1305 with a random nonce and the record's key as associated data.
//!
//! A sealed value opens only under the key that made it and only at the record it was made for. Its
//! head says whose key that was: format 1 is version, owner (9 octets), key id (4), nonce (24),
//! ciphertext and tag. 54 octets longer than what was sealed.

use super::{Keyring, KeyringError, Owner};
use crate::clock;
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use std::path::Path;

const VERSION: u8 = 1;
const NONCE_OCTETS: usize = 24;

/// What opening a sealed value came to.
#[derive(Debug, PartialEq, Eq)]
pub enum Opened {
    /// The value.
    Value(Vec<u8>),
    /// Its key was forgotten: the value is as good as absent.
    Forgotten,
    /// It is not what was sealed, or not at this record.
    Damaged,
}

impl Keyring {
    /// Seals `value` for `owner`, to be opened at `record` only.
    ///
    /// # Errors
    /// If the owner has no key (`welcome` them first) or no random octets are to be had.
    pub fn seal(&self, owner: Owner, record: &[u8], value: &[u8]) -> Result<Vec<u8>, KeyringError> {
        let held = self.holder(owner).ok_or(KeyringError::NoKey(owner))?;
        let mut sealed = vec![VERSION];
        sealed.extend_from_slice(&owner.octets());
        sealed.extend_from_slice(&held.id);
        sealed.extend_from_slice(&encrypt(held.key.reveal(), record, value)?);
        Ok(sealed)
    }

    /// Opens a value that was sealed for `record`.
    pub fn open_sealed(&self, record: &[u8], sealed: &[u8]) -> Opened {
        let Some((owner, id, rest)) = split(sealed) else {
            return Opened::Damaged;
        };
        match self.holder(owner).filter(|held| held.id == id) {
            None => Opened::Forgotten,
            Some(held) => match decrypt(held.key.reveal(), record, rest) {
                Some(value) => Opened::Value(value),
                None => Opened::Damaged,
            },
        }
    }

    /// Whose key sealed this value, by its head.
    pub fn owner_of(sealed: &[u8]) -> Option<Owner> {
        split(sealed).map(|(owner, _, _)| owner)
    }

    /// Whether the key that sealed this value is still held. Looks at the head only.
    pub fn still_holds(&self, sealed: &[u8]) -> bool {
        split(sealed).is_some_and(|(owner, id, _)| self.key_id(owner) == Some(id))
    }
}

fn split(sealed: &[u8]) -> Option<(Owner, [u8; 4], &[u8])> {
    let rest = sealed.strip_prefix(&[VERSION])?;
    let (owner, rest) = rest.split_at_checked(9)?;
    let (id, rest) = rest.split_first_chunk::<4>()?;
    Some((Owner::from_octets(owner)?, *id, rest))
}

/// Nonce, then ciphertext with its tag.
pub(super) fn encrypt(key: &[u8; 32], aad: &[u8], msg: &[u8]) -> Result<Vec<u8>, KeyringError> {
    let nonce = clock::random::<NONCE_OCTETS>()
        .map_err(|source| super::at(Path::new("random octets"), source))?;
    let mut sealed = nonce.to_vec();
    let text = XChaCha20Poly1305::new(&(*key).into())
        .encrypt(&XNonce::from(nonce), Payload { msg, aad })
        .map_err(|_| KeyringError::TooLong)?;
    sealed.extend_from_slice(&text);
    Ok(sealed)
}

pub(super) fn decrypt(key: &[u8; 32], aad: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
    let (nonce, msg) = sealed.split_first_chunk::<NONCE_OCTETS>()?;
    XChaCha20Poly1305::new(&(*key).into())
        .decrypt(&XNonce::from(*nonce), Payload { msg, aad })
        .ok()
}
