//! The log: one function for each thing worth a line.
//!
//! No line ever holds what somebody wrote, a subject, a token or a password; addresses appear only
//! as a short digest so that lines about one person can be found together.

use crate::words::address::Address;
use sha2::{Digest, Sha256};
use std::path::Path;
use std::time::Duration;

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

/// Whoever lost their key counts as forgotten from now on, by an operator's word.
pub fn keys_given_up(owners: usize) {
    tracing::error!(owners, "gave up keys that are missing from the keyring");
}

/// A letter was queued (S1).
pub fn queued(row: u64, kind: &str, recipient: &Address) {
    tracing::info!(row, kind, to = shortened(recipient), "queued");
}

/// A letter was handed over (S3).
pub fn accepted(row: u64, kind: &str, attempts: u32) {
    tracing::info!(row, kind, attempts, "accepted by the mail server");
}

/// A letter has to wait (back to S1).
pub fn deferred(row: u64, kind: &str, attempts: u32, reply: Option<u16>) {
    tracing::warn!(row, kind, attempts, reply, "deferred, to be tried again");
}

/// A letter cannot be sent (S4).
pub fn failed(row: u64, kind: &str, reply: Option<u16>) {
    tracing::error!(row, kind, reply, "failed for good");
}

/// A letter must not be sent any more (S5).
pub fn withdrawn(row: u64, kind: &str, why: &str) {
    tracing::info!(row, kind, why, "withdrawn");
}

/// It is not known whether a letter was taken (S2).
pub fn in_doubt(row: u64) {
    tracing::warn!(row, "in doubt: looking for it before sending it again");
}

/// A doubt was resolved.
pub fn doubt_resolved(row: u64, found: Option<bool>) {
    let how = match found {
        Some(true) => "it stands in the sent mail",
        Some(false) => "it is not in the sent mail",
        None => "there is no sent mail to look into",
    };
    tracing::info!(row, how, "looked for a letter in doubt");
}

/// A mail of ours was read and decided (R2). Never what it says.
pub fn received(from: &Address, kind: &str, outcome: &str) {
    tracing::info!(from = shortened(from), kind, outcome, "received");
}

/// A mail of ours could not be handled.
pub fn set_aside(uid: u32) {
    tracing::error!(uid, "set a mail aside for a person to look at");
}

/// Handling a mail failed, for the given time.
pub fn mail_failed(uid: u32, times: u64) {
    tracing::error!(uid, times, "a mail could not be handled; others go on");
}

/// A letter could not be written.
pub fn letter_not_written(why: &str) {
    tracing::error!(
        why,
        "a letter could not be written, trying again in an hour"
    );
}

/// The inbox is connected and selected.
pub fn inbox_open(messages: u32) {
    tracing::info!(messages, "watching the inbox");
}

/// A mailbox is seen for the first time; what lies in it is left alone.
pub fn inbox_first_seen(last_uid: u32) {
    tracing::info!(
        last_uid,
        "first start: everything up to this message is left alone"
    );
}

/// The mailbox was numbered anew; known mail is told by its content.
pub fn inbox_renumbered(uid_validity: u32) {
    tracing::warn!(
        uid_validity,
        "the mailbox was numbered anew, looking through it again"
    );
}

/// After a restore, what lies in Done was looked through.
pub fn read_again(messages: usize) {
    tracing::info!(
        messages,
        "looked through handled mail for what the backup does not know"
    );
}

/// The disk ran full, or has room again.
pub fn room(room: bool, free: u64) {
    if room {
        tracing::info!(free, "there is room on the disk again, going on");
    } else {
        tracing::error!(
            free,
            "the disk is nearly full: new work waits until there is room"
        );
    }
}

/// Something could not be done now and is tried again.
pub fn waits(what: &str, why: &str) {
    tracing::warn!(what, why, "waiting, and trying again");
}

/// The program made a mistake of its own; nothing half done was kept.
pub fn mistake(what: &str) {
    tracing::error!(
        what,
        "a mistake of the program's own; nothing half done is kept"
    );
}

/// The inbox cannot be connected to: since the start, or once the connection was lost.
pub fn inbox_away(was_there: bool, why: &str, pause: Duration) {
    let again = format!("{:.1} s", pause.as_secs_f32());
    if was_there {
        tracing::warn!(why, again, "lost the inbox, connecting again");
    } else {
        tracing::warn!(why, again, "cannot reach the inbox yet, trying again");
    }
}

/// Submission is not possible just now.
pub fn submission_lost(why: &str, pause: Duration) {
    let again = format!("{:.1} s", pause.as_secs_f32());
    tracing::warn!(why, again, "cannot submit mail, trying again");
}

/// The daemon has its store and takes commands; the mail server may still have to be reached.
pub fn started(version: &str, rehearsal: bool) {
    tracing::info!(version, rehearsal, "started");
}

/// The daemon stops.
pub fn stopping() {
    tracing::info!("stopping");
}

/// Something runs all the same but deserves an operator's look.
pub fn warning(what: &str) {
    tracing::warn!("{what}");
}

/// Somebody writes too often to be a person.
pub fn loop_suspected(from: &Address) {
    tracing::error!(
        from = shortened(from),
        "too many mails in a day, setting them aside"
    );
}

/// Handled mail was expunged after its retention.
pub fn expunged(messages: usize) {
    tracing::info!(messages, "expunged handled mail after its retention");
}

/// A decided mail could not be moved out of the inbox.
pub fn not_moved(uid: u32, why: &str) {
    tracing::warn!(
        uid,
        why,
        "the server does not move a handled mail, trying again tomorrow"
    );
}
