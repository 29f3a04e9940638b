//! What waits in the outbox: its rows as they were read last, and the letters themselves.

use crate::daemon::ledger::{Ledger, LedgerError};
use crate::store::outbox::{self, OutboxRow};
use crate::words::confidential::Confidential;
use std::sync::Arc;

impl Ledger {
    /// Submissions that are queued, claimed or in doubt, oldest first.
    ///
    /// # Errors
    /// If the store fails or a row is damaged.
    pub fn outbox(&self) -> Result<Vec<Arc<OutboxRow>>, LedgerError> {
        self.outbox_behind(0).collect()
    }

    /// The live submissions that come next behind a row, so many at most.
    ///
    /// # Errors
    /// As `outbox`.
    pub fn outbox_after(&self, row: u64, most: usize) -> Result<Vec<Arc<OutboxRow>>, LedgerError> {
        self.outbox_behind(row).take(most).collect()
    }

    fn outbox_behind(
        &self,
        row: u64,
    ) -> impl Iterator<Item = Result<Arc<OutboxRow>, LedgerError>> + '_ {
        let from = outbox::live(row.saturating_add(1));
        let end = outbox::live(u64::MAX);
        self.store
            .range_read(from, end, &self.known_rows, row_from_bytes)
    }

    /// One live submission.
    ///
    /// # Errors
    /// As `outbox`.
    pub fn outbox_row(&self, row: u64) -> Result<Option<Arc<OutboxRow>>, LedgerError> {
        let key = outbox::live(row);
        self.store.get_read(&key, &self.known_rows, row_from_bytes)
    }

    /// The message of a live submission, to its last octet.
    ///
    /// # Errors
    /// If the store fails.
    pub fn outbox_message(&self, row: u64) -> Result<Option<Confidential<Vec<u8>>>, LedgerError> {
        let found = self.store.get(&outbox::message(row))?;
        Ok(found.map(Confidential::new))
    }
}

fn row_from_bytes(octets: &[u8]) -> Result<Arc<OutboxRow>, LedgerError> {
    Ok(Arc::new(OutboxRow::read(octets)?))
}
