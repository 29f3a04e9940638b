//! Chance that a seed tells: the same everywhere, and tomorrow.

use std::time::Duration;

/// SplitMix64.
#[derive(Clone, Debug)]
pub struct Dice(pub u64);

impl Dice {
    /// The next number.
    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From nothing to just under one.
    pub fn share(&mut self) -> f64 {
        (self.roll() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A number below a bound.
    pub fn below(&mut self, bound: usize) -> usize {
        (self.roll() % bound.max(1) as u64) as usize
    }

    /// One of them.
    pub fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }

    /// A step of a play: where the time goes, so that long steps come often, or any one.
    pub fn step(&mut self, by_time: bool, durations: &[Duration]) -> usize {
        let step = if by_time {
            let total: Duration = durations.iter().sum();
            let mut left = total.mul_f64(self.share());
            let past = |duration: &&Duration| {
                let over = left >= **duration;
                left = left.saturating_sub(**duration);
                over
            };
            durations.iter().take_while(past).count()
        } else {
            (self.share() * durations.len() as f64) as usize
        };
        step.min(durations.len() - 1)
    }
}
