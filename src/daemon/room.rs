//! Room on the disk: below a floor new work waits, before a decision is made that could not be
//! written down.
//!
//! Mail stays in the inbox, due things stay due and letters stay queued; nothing is lost by waiting.
//! What has happened already (a letter was taken) is written down as long as there is any room.

use crate::daemon::decider::{Decider, DeciderError};
use crate::daemon::restored::Restored;
use crate::disk;
use crate::maillog;
use std::time::Duration;

/// With less free disk than this new work waits, in octets.
pub const FLOOR: u64 = 20_000_000;

/// How often it is looked whether there is room again.
pub const LOOK_AGAIN: Duration = Duration::from_secs(10);

impl Decider {
    /// Whether there is room for new work. The ballast that may have been given up is laid in again
    /// once there is plenty.
    pub fn has_room(&mut self) -> bool {
        let free = disk::free(self.ledger.store.path());
        let room = free.is_none_or(|free| free >= FLOOR);
        if room != self.room {
            self.room = room;
            maillog::room(room, free.unwrap_or(0));
        }
        if room && free.is_some_and(|free| free >= 2 * FLOOR) {
            self.ledger.store.restock();
        }
        room
    }

    /// What a commit made durable while its asker was told that the disk is full is read before
    /// anything else is decided.
    pub(super) fn catch_up_after_a_full_disk(&mut self) -> Result<(), DeciderError> {
        if self.ledger.store.lags() {
            self.ledger.store.follow()?;
            self.hold = self.ledger.counter("hold")? == 1;
            self.restored = Restored::read(&self.ledger)?;
            self.forget_numbers()?;
        }
        Ok(())
    }
}
