//! Sets of senses, one bit each, so that the cheap question is asked first.

use super::sense::Sense;

const _: () = assert!(Sense::COUNT <= 5 * 64, "one more number for Senses");

/// A set of senses, so that what a word cannot mean is told by a look at a bit.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Senses([u64; 5]);

impl Senses {
    pub(super) const ALL: Self = Self([u64::MAX; 5]);

    /// These, or all where none is named.
    pub(super) fn of(senses: &[Sense]) -> Self {
        if senses.is_empty() {
            return Self::ALL;
        }
        let mut set = Self::default();
        for sense in senses {
            set.add(*sense);
        }
        set
    }

    pub(super) fn add(&mut self, sense: Sense) {
        if let Some(bits) = self.0.get_mut(sense as usize / 64) {
            *bits |= 1 << (sense as usize % 64);
        }
    }

    pub(super) fn holds(self, sense: Sense) -> bool {
        let bits = self.0.get(sense as usize / 64).copied().unwrap_or(0);
        bits >> (sense as usize % 64) & 1 == 1
    }

    pub(super) fn meets(self, other: Self) -> bool {
        self.0.iter().zip(other.0).any(|(a, b)| a & b != 0)
    }
}
