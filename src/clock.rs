//! The only place that asks what time it is, or for random bytes.
//!
//! Everything that people can see goes by a `Clock`: the wall's, or one driven by hand (rehearsal,
//! demo, tests). Network time limits go by tokio's own time and not by this.

use chrono::{DateTime, Utc};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

/// Where "now" comes from. Clones share the same hands.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The machine's clock.
    Wall,
    /// A clock that stands still until it is moved.
    Hand(Arc<Mutex<DateTime<Utc>>>),
}

impl Clock {
    /// A clock that stands at `start`.
    pub fn by_hand(start: DateTime<Utc>) -> Self {
        Self::Hand(Arc::new(Mutex::new(start)))
    }

    /// The time now.
    pub fn now(&self) -> DateTime<Utc> {
        match self {
            Self::Wall => DateTime::from(SystemTime::now()),
            Self::Hand(hands) => *hands.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }

    /// Moves a hand-driven clock forward to `moment`; never back. The wall's clock stays as it is.
    pub fn advance_to(&self, moment: DateTime<Utc>) {
        if let Self::Hand(hands) = self {
            let mut now = hands.lock().unwrap_or_else(PoisonError::into_inner);
            *now = moment.max(*now);
        }
    }

    /// Whether it is driven by hand.
    pub const fn is_by_hand(&self) -> bool {
        matches!(self, Self::Hand(_))
    }
}

/// `N` random octets from the operating system.
///
/// # Errors
/// If the operating system has none to give.
pub fn random<const N: usize>() -> std::io::Result<[u8; N]> {
    let mut octets = [0; N];
    if told(&mut octets) {
        return Ok(octets);
    }
    getrandom::fill(&mut octets).map_err(std::io::Error::other)?;
    Ok(octets)
}

/// Random bytes are told by nobody.
#[cfg(not(test))]
const fn told(_: &mut [u8]) -> bool {
    false
}

#[cfg(test)]
use tests::told;

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::disk::tests::Dice;
    use std::cell::RefCell;

    thread_local! {
        static DICE: RefCell<Option<Dice>> = const { RefCell::new(None) };
    }

    /// From now on a seed tells this thread's random bytes, so that a story can be told again; `None`
    /// for the operating system's.
    pub fn random_by(seed: Option<u64>) {
        DICE.set(seed.map(Dice));
    }

    /// Fills the bytes by the seed; `false` where there is none.
    pub fn told(octets: &mut [u8]) -> bool {
        DICE.with_borrow_mut(|dice| {
            let Some(dice) = dice else { return false };
            for octet in octets {
                *octet = dice.below(256) as u8;
            }
            true
        })
    }

    #[test]
    fn a_hand_driven_clock_stands_still_and_never_goes_back() {
        let start = DateTime::UNIX_EPOCH;
        let clock = Clock::by_hand(start);
        let shared = clock.clone();
        shared.advance_to(start + chrono::TimeDelta::days(2));
        shared.advance_to(start);
        assert_eq!(clock.now(), start + chrono::TimeDelta::days(2));
    }
}
