//! Head and slots of the keyring's file, each 128 octets with a CRC-32 of its own.
//!
//! The head holds magic, purpose, a salt and a check that only the right store key makes. A slot
//! holds its state, its owner, and the owner's key sealed by a key derived from the store key.

use super::{KeyringError, Owner, Purpose, SLOT_OCTETS, StoreKey, seal};
use std::path::Path;

const MAGIC: &[u8; 8] = b"PLKEYS\0\x01";
const HELD: u8 = 1;

/// The head: magic, purpose, a salt, and a check that only the right store key makes.
pub(super) fn head(key: &StoreKey, purpose: Purpose, salt: &[u8]) -> Vec<u8> {
    let purpose = [purpose.octet()];
    let check = key.check(&[MAGIC, &purpose, salt]);
    let mut head = [MAGIC.as_slice(), &purpose, &[0; 7], salt, &check].concat();
    head.extend_from_slice(&crc32fast::hash(&head).to_be_bytes());
    head.resize(SLOT_OCTETS, 0);
    head
}

pub(super) fn check_head(
    path: &Path,
    octets: &[u8],
    key: &StoreKey,
    wanted: Purpose,
) -> Result<(), KeyringError> {
    let foreign = || KeyringError::NotAKeyring(path.to_owned());
    let found_head = octets.get(..SLOT_OCTETS).ok_or_else(foreign)?;
    let body = found_head.get(..64).ok_or_else(foreign)?;
    let crc = found_head.get(64..68).ok_or_else(foreign)?;
    if !body.starts_with(MAGIC) || crc != crc32fast::hash(body).to_be_bytes() {
        return Err(foreign());
    }
    let found = body
        .get(8)
        .and_then(|octet| Purpose::from_octet(*octet))
        .ok_or_else(foreign)?;
    let salt = body.get(16..32).ok_or_else(foreign)?;
    if head(key, found, salt) != found_head {
        return Err(KeyringError::WrongKey(path.to_owned()));
    }
    if found != wanted {
        return Err(KeyringError::OtherPurpose {
            path: path.to_owned(),
            found,
            wanted,
        });
    }
    Ok(())
}

/// A slot: state, owner, the sealed key, and a CRC over all of it.
pub(super) fn write_slot(
    slot_key: &[u8; 32],
    owner: Owner,
    key: &[u8; 32],
) -> Result<[u8; SLOT_OCTETS], KeyringError> {
    let sealed = seal::encrypt(slot_key, &owner.octets(), key)?;
    let mut octets = [&[HELD], owner.octets().as_slice(), &sealed].concat();
    octets.resize(SLOT_OCTETS - 4, 0);
    octets.extend_from_slice(&crc32fast::hash(&octets).to_be_bytes());
    octets.try_into().map_err(|_| KeyringError::TooLong)
}

pub(super) fn read_slot(slot_key: &[u8; 32], octets: &[u8]) -> Option<(Owner, [u8; 32])> {
    let (body, crc) = octets.split_last_chunk::<4>()?;
    if *crc != crc32fast::hash(body).to_be_bytes() || *body.first()? != HELD {
        return None;
    }
    let owner = Owner::from_octets(body.get(1..10)?)?;
    let sealed = body.get(10..10 + 24 + 32 + 16)?;
    let key = seal::decrypt(slot_key, &owner.octets(), sealed)?;
    Some((owner, key.try_into().ok()?))
}
