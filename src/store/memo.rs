//! What records were read as: opening and reading one again and again, as each decision does with the
//! pairings of its people, costs more than the decision.
//!
//! A value that is sealed anew has another nonce, so its head tells whether it is the one that was read.

use super::key::Key;
use std::collections::BTreeMap;

/// Of a sealed value: its head with the nonce, and its tag (`keyring/seal.rs`).
const HEAD_OCTETS: usize = 38;
const TAG_OCTETS: usize = 16;

/// The records that were read last, so many at most.
pub struct Memo<T> {
    most: usize,
    turn: u64,
    read: BTreeMap<Key, Read<T>>,
}

struct Read<T> {
    mark: Vec<u8>,
    used: u64,
    value: T,
}

impl<T> std::fmt::Debug for Memo<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Memo {{ {} of {} }}", self.read.len(), self.most)
    }
}

impl<T: Clone> Memo<T> {
    /// An empty one.
    pub const fn of(most: usize) -> Self {
        Self {
            most,
            turn: 0,
            read: BTreeMap::new(),
        }
    }

    /// What this sealed value at this key was read as.
    pub(super) fn recall(&mut self, key: &Key, sealed: &[u8]) -> Option<T> {
        self.turn += 1;
        let known = self.read.get_mut(key)?;
        let (head, tag) = mark(sealed);
        if known.mark.strip_prefix(head) != Some(tag) {
            return None;
        }
        known.used = self.turn;
        Some(known.value.clone())
    }

    pub(super) fn keep(&mut self, key: &Key, sealed: &[u8], value: T) {
        self.turn += 1;
        let read = Read {
            mark: [mark(sealed).0, mark(sealed).1].concat(),
            used: self.turn,
            value,
        };
        self.read.insert(key.clone(), read);
        if self.read.len() > self.most {
            let oldest = self.read.iter().min_by_key(|(_, read)| read.used);
            let oldest = oldest.map(|(key, _)| key.clone());
            oldest.and_then(|key| self.read.remove(&key));
        }
    }

    /// Keeps nothing of what was read so far.
    pub fn clear(&mut self) {
        self.read.clear();
    }
}

fn mark(sealed: &[u8]) -> (&[u8], &[u8]) {
    let head = sealed.get(..HEAD_OCTETS).unwrap_or(sealed);
    let tag = sealed.len().saturating_sub(TAG_OCTETS);
    (head, sealed.get(tag..).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::key::Shelf;

    #[test]
    fn the_same_value_is_known_and_another_one_is_not() {
        let key = |number| Key::on(Shelf::Goal).number(number);
        let mut memo = Memo::of(2);
        memo.keep(&key(1), &[1; 60], "one");
        memo.keep(&key(2), &[2; 60], "two");
        assert_eq!(memo.recall(&key(1), &[1; 60]), Some("one"));
        assert_eq!(memo.recall(&key(1), &[2; 60]), None, "sealed anew");
        memo.keep(&key(3), &[3; 60], "three");
        assert_eq!(
            memo.recall(&key(2), &[2; 60]),
            None,
            "longest not asked for"
        );
        assert_eq!(memo.recall(&key(1), &[1; 60]), Some("one"));
        memo.clear();
        assert_eq!(memo.recall(&key(3), &[3; 60]), None);
    }
}
