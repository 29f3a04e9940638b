//! The log: one function for each thing worth a line.
//!
//! No line ever holds what somebody wrote, a subject, a token or a password; addresses appear only
//! as a short keyed-free digest so that lines about one person can be found together.

use crate::words::address::Address;
use sha2::{Digest, Sha256};
use std::path::Path;

/// A stable eight-character name for an address in log lines.
pub fn shortened(address: &Address) -> String {
    let digest = Sha256::digest(address.key().as_bytes());
    digest.iter().take(4).map(|b| format!("{b:02x}")).collect()
}

/// The unfinished last group of the journal was cut off; nobody had been told of it.
pub fn journal_tail_cut(segment: &Path, offset: u64, octets: u64) {
    let segment = segment.display();
    tracing::warn!(%segment, offset, octets, "cut off an unfinished commit at the journal's end");
}

/// The index could not be opened as it was; it is only a cache of the journal.
pub fn index_damaged(folder: &Path, why: &str) {
    let folder = folder.display();
    tracing::error!(%folder, why, "the index is damaged and is moved aside");
}

/// The index was made again from the journal.
pub fn index_rebuilt(why: &str, sequence: u64) {
    tracing::warn!(why, sequence, "made the index again from the journal");
}

/// The journal was begun again from the index.
pub fn journal_begun_again(sequence: u64) {
    tracing::error!(sequence, "began the journal again from the index");
}

/// The next journal segment could not be begun; the old one goes on.
pub fn journal_did_not_turn(why: &str) {
    tracing::warn!(
        why,
        "could not begin the next journal segment, going on in the old one"
    );
}

/// A key was destroyed for good.
pub fn key_forgotten() {
    tracing::info!("forgot a key");
}

/// Records stand there whose keys are neither held nor forgotten.
pub fn keys_missing(owners: usize) {
    tracing::error!(
        owners,
        "keys are missing from the keyring: it is older than the store, or the store is older than a forgetting"
    );
}
