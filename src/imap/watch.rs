//! How long to wait before connecting again: growing, uneven, bounded.
//!
//! Pure: the time since the last log-in and the randomness are handed in. At most one log-in in
//! five seconds, at most a minute between two tries, so that mail flows again within a minute of
//! the server's return. Refused log-ins wait longer, since servers lock accounts over them.

use std::time::Duration;

/// Least time between the beginnings of two log-ins.
pub const LOGIN_SPACING: Duration = Duration::from_secs(5);
/// Longest pause after a lost connection.
pub const PAUSE_MAX: Duration = Duration::from_secs(60);
/// Longest pause after a refused log-in.
pub const REFUSED_PAUSE_MAX: Duration = Duration::from_secs(15 * 60);
/// A connection that held this long was a good one.
const STEADY: Duration = Duration::from_secs(60);

/// Why a connection is to be made again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// It broke or never came about.
    Broken,
    /// The server refused the log-in, or the settings cannot work.
    Refused,
}

/// The memory of failures in a row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reconnects {
    in_a_row: u32,
}

impl Reconnects {
    /// No failure yet.
    pub const fn new() -> Self {
        Self { in_a_row: 0 }
    }

    /// Failures in a row, for the operator.
    pub const fn in_a_row(&self) -> u32 {
        self.in_a_row
    }

    /// The connection brought something before it broke: the next pause is the least again.
    pub const fn was_of_use(&mut self) {
        self.in_a_row = 0;
    }

    /// The pause before the next try. `since_log_in`: since the last try began. `held`: how long
    /// the connection worked, zero if it never did. `random`: any number.
    pub fn next_pause(
        &mut self,
        loss: Loss,
        since_log_in: Duration,
        held: Duration,
        random: u64,
    ) -> Duration {
        if held >= STEADY {
            self.in_a_row = 0;
        }
        self.in_a_row = self.in_a_row.saturating_add(1);
        let (first, longest) = match loss {
            Loss::Broken => (Duration::from_secs(1), PAUSE_MAX),
            Loss::Refused => (PAUSE_MAX, REFUSED_PAUSE_MAX),
        };
        let doublings = self.in_a_row.saturating_sub(1).min(10);
        let grown = first.saturating_mul(1 << doublings).min(longest);
        // Between half and all of it, so that many clients do not come back in step.
        let half = grown / 2;
        let spread = u64::try_from(half.as_millis()).unwrap_or(u64::MAX);
        let pause = half + Duration::from_millis(random % spread.saturating_add(1));
        pause.max(LOGIN_SPACING.saturating_sub(since_log_in))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::ZERO;

    #[test]
    fn pauses_grow_to_a_minute_and_stay_there() {
        let mut reconnects = Reconnects::new();
        let long_ago = Duration::from_secs(3_600);
        let pauses: Vec<_> = (0..12)
            .map(|_| reconnects.next_pause(Loss::Broken, long_ago, NOW, u64::MAX - 1))
            .collect();
        assert!(pauses[0] <= Duration::from_secs(1));
        assert!(pauses.windows(2).skip(1).all(|w| w[1] >= w[0] / 2));
        assert!(pauses.iter().all(|p| *p <= PAUSE_MAX));
        assert!(pauses[11] >= PAUSE_MAX / 2);
    }

    #[test]
    fn log_ins_are_five_seconds_apart_whatever_happens() {
        for failures in 0..20 {
            for random in [0, 1, 499, 12_345, u64::MAX] {
                for since in [0, 1, 4_999, 5_000, 90_000] {
                    let since = Duration::from_millis(since);
                    let mut reconnects = Reconnects { in_a_row: failures };
                    let pause = reconnects.next_pause(Loss::Broken, since, NOW, random);
                    assert!(since + pause >= LOGIN_SPACING);
                    assert!(pause <= PAUSE_MAX);
                }
            }
        }
    }

    #[test]
    fn a_connection_that_held_begins_anew_and_a_short_one_does_not() {
        let mut reconnects = Reconnects { in_a_row: 9 };
        let short = Duration::from_secs(20);
        reconnects.next_pause(Loss::Broken, short, short, 0);
        assert_eq!(reconnects.in_a_row(), 10);
        let long = Duration::from_secs(600);
        assert!(reconnects.next_pause(Loss::Broken, long, long, u64::MAX) <= LOGIN_SPACING);
        assert_eq!(reconnects.in_a_row(), 1);
    }

    #[test]
    fn a_short_connection_that_was_of_use_begins_anew_with_log_ins_still_five_seconds_apart() {
        let mut reconnects = Reconnects { in_a_row: 9 };
        let short = Duration::from_secs(2);
        reconnects.was_of_use();
        let pause = reconnects.next_pause(Loss::Broken, short, short, u64::MAX);
        assert_eq!(pause, LOGIN_SPACING - short);
        assert_eq!(reconnects.in_a_row(), 1);
    }

    #[test]
    fn a_refused_log_in_waits_longer() {
        let mut reconnects = Reconnects::new();
        let first = reconnects.next_pause(Loss::Refused, NOW, NOW, 0);
        assert!(first >= Duration::from_secs(30));
        let mut last = first;
        for _ in 0..10 {
            last = reconnects.next_pause(Loss::Refused, NOW, NOW, u64::MAX);
        }
        assert!(last > PAUSE_MAX && last <= REFUSED_PAUSE_MAX);
    }

    #[test]
    fn different_randomness_gives_different_pauses() {
        let pause = |random| {
            let mut reconnects = Reconnects { in_a_row: 8 };
            reconnects.next_pause(Loss::Broken, Duration::from_secs(60), NOW, random)
        };
        assert_ne!(pause(1), pause(20_000));
    }
}
