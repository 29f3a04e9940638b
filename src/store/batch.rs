//! Batches: what one decision wants written, all of it or nothing.
//!
//! A `Batch` holds clear values and their owners; `Change` is what is left once they are sealed, and
//! the only form that journal and index ever see.

use super::key::Key;
use crate::keyring::Owner;
use crate::words::confidential::Confidential;

/// One thing to be written.
#[derive(Debug)]
pub(super) enum Step {
    Put {
        key: Key,
        owner: Owner,
        value: Confidential<Vec<u8>>,
    },
    Delete {
        key: Key,
    },
    Forget(Owner),
}

/// What one decision writes, in order.
#[derive(Debug, Default)]
pub struct Batch {
    pub(super) steps: Vec<Step>,
}

impl Batch {
    /// An empty batch.
    pub fn new() -> Self {
        Self::default()
    }

    /// Writes a value over whatever stands at `key`, sealed for `owner`.
    pub fn put(&mut self, key: Key, owner: Owner, value: Vec<u8>) {
        let value = Confidential::new(value);
        self.steps.push(Step::Put { key, owner, value });
    }

    /// Takes a record away. Older journal segments still hold it, sealed, until they are retired.
    pub fn delete(&mut self, key: Key) {
        self.steps.push(Step::Delete { key });
    }

    /// Destroys the owner's key: everything sealed for them reads as absent from then on, here and
    /// in every copy. Nothing may be written for them behind this in the same commit.
    pub fn forget(&mut self, owner: Owner) {
        self.steps.push(Step::Forget(owner));
    }

    /// Whether there is nothing to write.
    pub const fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }
}

/// A sealed step: `value` is `None` for a deletion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Change {
    pub key: Vec<u8>,
    pub value: Option<Vec<u8>>,
}

impl Change {
    /// Octets it takes in a frame.
    pub(super) fn len(&self) -> usize {
        9 + self.key.len() + self.value.as_ref().map_or(0, Vec::len)
    }

    /// Mark, length of the key, length of the value, key, value.
    pub(super) fn write(&self, to: &mut Vec<u8>) {
        let value = self.value.as_deref().unwrap_or_default();
        to.push(u8::from(self.value.is_some()));
        to.extend_from_slice(&(self.key.len() as u32).to_be_bytes());
        to.extend_from_slice(&(value.len() as u32).to_be_bytes());
        to.extend_from_slice(&self.key);
        to.extend_from_slice(value);
    }
}

/// A change as it stands in a frame.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found<'a> {
    pub key: &'a [u8],
    pub value: Option<&'a [u8]>,
}

impl<'a> Found<'a> {
    /// Reads all changes of a frame; `None` if it holds anything else.
    pub(super) fn read_all(mut octets: &'a [u8]) -> Option<Vec<Self>> {
        let mut changes = Vec::new();
        while let Some((mark, rest)) = octets.split_first() {
            let (key_len, rest) = rest.split_first_chunk::<4>()?;
            let (value_len, rest) = rest.split_first_chunk::<4>()?;
            let (key, rest) = rest.split_at_checked(u32::from_be_bytes(*key_len) as usize)?;
            let (value, rest) = rest.split_at_checked(u32::from_be_bytes(*value_len) as usize)?;
            let value = match mark {
                1 => Some(value),
                0 if value.is_empty() => None,
                _ => return None,
            };
            changes.push(Self { key, value });
            octets = rest;
        }
        Some(changes)
    }

    /// The same by itself.
    pub(super) fn to_change(self) -> Change {
        Change {
            key: self.key.to_vec(),
            value: self.value.map(<[u8]>::to_vec),
        }
    }
}
