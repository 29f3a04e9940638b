//! What a walk through the journal tells of every record: which value stands there in the end.
//!
//! Of keys a number stands for each, and of values their checksum, so that a large store needs little
//! memory here.

use super::batch::Found;
use crate::keyring::Keyring;
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

/// All records of the journal's last segment whose keys are held.
#[derive(Default)]
pub(super) struct Told {
    /// Two, so that no two keys ever share a number.
    numbers: [RandomState; 2],
    last: HashMap<u128, u32>,
}

impl Told {
    /// The next changes, in order.
    pub fn hear(&mut self, changes: &[Found<'_>], keyring: &Keyring) {
        for change in changes {
            let number = self.number(change.key);
            match change.value.filter(|value| keyring.still_holds(value)) {
                Some(value) => self.last.insert(number, crc32fast::hash(value)),
                None => self.last.remove(&number),
            };
        }
    }

    /// How many records there are.
    pub fn len(&self) -> usize {
        self.last.len()
    }

    /// Whether that is what stands there in the end: nothing that was written over or taken away later.
    pub fn is_last(&self, change: &Found<'_>) -> bool {
        let last = self.last.get(&self.number(change.key)).copied();
        last.is_some() && change.value.map(crc32fast::hash) == last
    }

    /// Whether that record was told of; it is struck off.
    pub fn strike(&mut self, key: &[u8], value: &[u8]) -> bool {
        self.last.remove(&self.number(key)) == Some(crc32fast::hash(value))
    }

    fn number(&self, key: &[u8]) -> u128 {
        let [high, low] = &self.numbers;
        (u128::from(high.hash_one(key)) << 64) | u128::from(low.hash_one(key))
    }
}
