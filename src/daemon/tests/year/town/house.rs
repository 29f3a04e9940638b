//! The daemon in the town, on a disk whose power goes.

use super::Town;
use super::{STEPS_EACH, ZONE};
use crate::clock::tests::random_by;
use crate::daemon::decider::{Decider, DeciderError};
use crate::disk::tests as disk;

impl Town {
    pub(super) fn arm(&mut self) {
        let most = STEPS_EACH * self.residents.len() as u64 + 500;
        disk::power_fails_at(Some(self.dice.below(most) + 1));
    }

    /// Opens the store as a start of the daemon does, again and again while the power goes.
    pub(super) fn open(&mut self) {
        for _ in 0..20 {
            let path = self.folder.path().join("store");
            let opened =
                crate::daemon::tests::open(&path, &self.clock, ZONE).and_then(|mut decider| {
                    decider.doubt_the_claimed()?;
                    Ok(decider)
                });
            match opened {
                Ok(decider) => {
                    self.decider = Some(decider);
                    return;
                }
                Err(_) if disk::has_failed() => self.lose(),
                Err(error) => self.broken(&[], &format!("the store does not open: {error}")),
            }
        }
        self.broken(&[], "the store did not open in twenty tries");
    }

    /// What was not synced is gone, or not.
    fn lose(&mut self) {
        self.tally.cuts += 1;
        disk::lose(&mut self.dice);
        if self.dice.below(4) == 0 {
            let _ = std::fs::remove_dir_all(self.folder.path().join("store/index"));
        }
        self.arm();
    }

    /// One job of the decider's; `None` if the power went, after which a new daemon stands there.
    pub(super) fn ask<T>(
        &mut self,
        job: impl FnOnce(&mut Decider) -> Result<T, DeciderError>,
    ) -> Option<T> {
        let decider = self.decider.as_mut().expect("a daemon");
        match decider.guarded("a job", job) {
            Ok(answer) => Some(answer),
            Err(_) if disk::has_failed() => {
                self.tell(&[], || "the power goes".into());
                drop(self.decider.take());
                self.lose();
                self.open();
                self.stirred = true; // a start looks at everything
                self.retry = Some(self.now());
                None
            }
            Err(error) => self.broken(&[], &format!("the decider fails: {error}")),
        }
    }

    pub(super) fn stop(&mut self) {
        self.tally.stops += 1;
        if let Some(decider) = self.decider.take() {
            match self.dice.below(2) {
                0 => decider.close(),
                _ => drop(decider),
            }
        }
        if disk::has_failed() {
            self.lose();
        }
        self.open();
    }

    /// Stops the daemon for good; its store is whole.
    pub fn end(&mut self) {
        disk::ordinary();
        if let Some(mut decider) = self.decider.take() {
            let verified = decider.ledger.store.verify();
            if let Err(error) = verified {
                self.broken(&[], &format!("the store at the end of the year: {error}"));
            }
            decider.close();
        }
        random_by(None);
    }
}
