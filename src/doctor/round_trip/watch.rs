//! Waiting for the doctor's own mail in the mailbox, looking where else it went, and taking it away.

use super::letter::CheckLetter;
use crate::clock::Clock;
use crate::daemon::routing::CHECK_FIELD;
use crate::imap::{Fetched, ImapError, Mailbox, Moved, Session};
use crate::reading::message::Message;
use chrono::{DateTime, Days, FixedOffset, NaiveDate, TimeDelta, Utc};
use std::collections::BTreeSet;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// How long one wait for news lasts; servers forget to tell.
const LOOK_AGAIN: Duration = Duration::from_secs(2);

/// Largest mail of ours that is fetched, in octets.
const OCTETS_MAX: u32 = 256 * 1024;

/// Most folders looked into for a mail that went astray.
const FOLDERS_MAX: usize = 40;

/// What an earlier check left is taken away if it is older than this (another may run just now),
const LEFT_AFTER: TimeDelta = TimeDelta::minutes(10);

/// and younger than this, in days.
const LEFT_SINCE: u64 = 60;

/// What all marks begin with.
const MARKS: &str = "postlunchcheck";

/// What came into the mailbox.
#[derive(Debug)]
pub(super) enum Landing {
    /// The mail itself.
    Here(Box<Arrived>),
    /// Somebody's word that it cannot be delivered.
    Returned,
}

/// The mail as it arrived.
#[derive(Debug)]
pub(super) struct Arrived {
    /// What was read.
    pub(super) message: Message,
    /// When it arrived by the server's clock.
    pub(super) internal_date: Option<DateTime<FixedOffset>>,
    /// When it was seen by ours.
    pub(super) seen: DateTime<Utc>,
    /// How long it took from its submission.
    pub(super) after: Duration,
}

/// Waits until the letter, or its return, lies in the selected mailbox behind `from`.
///
/// # Errors
/// If the connection is lost.
pub(super) async fn wait(
    session: &mut Session,
    letter: &CheckLetter,
    from: u32,
    limit: Duration,
) -> Result<Option<Landing>, ImapError> {
    let began = Instant::now();
    let mut looked_at = BTreeSet::new();
    loop {
        let mut fresh = session.search_from(from).await?;
        fresh.retain(|uid| !looked_at.contains(uid));
        for uid in marked(session, letter, &fresh).await? {
            let Fetched::Whole(octets) = session.fetch(uid, OCTETS_MAX).await? else {
                continue;
            };
            let message = Message::parse(octets.reveal());
            let is_own = message
                .from
                .as_ref()
                .is_some_and(|from| from.address == letter.own);
            if !is_own {
                return Ok(Some(Landing::Returned));
            }
            let head = session.fetch_fields(&[uid], &["Message-ID"]).await?;
            return Ok(Some(Landing::Here(Box::new(Arrived {
                message,
                internal_date: head.first().and_then(|head| head.internal_date),
                seen: Clock::Wall.now(),
                after: began.elapsed(),
            }))));
        }
        looked_at.extend(fresh);
        let left = limit.saturating_sub(began.elapsed());
        if left.is_zero() {
            return Ok(None);
        }
        session
            .idle(left.min(LOOK_AGAIN), std::future::pending())
            .await?;
    }
}

/// Of these messages the letter, by its fields, and whatever speaks of it, as the server finds out.
async fn marked(
    session: &mut Session,
    letter: &CheckLetter,
    uids: &[u32],
) -> Result<BTreeSet<u32>, ImapError> {
    let mut found = BTreeSet::new();
    let fields = [CHECK_FIELD, "Message-ID"];
    for head in session.fetch_fields(uids, &fields).await? {
        let read = Message::parse(head.header.reveal());
        let is_marked = read.first(CHECK_FIELD) == Some(letter.mark.as_str());
        if is_marked || read.message_id == letter.parsed_message_id() {
            found.insert(head.uid);
        }
    }
    let texts = [letter.mark.clone()];
    match session.search_holding(uids, &texts).await {
        Ok(holding) => found.extend(holding),
        Err(error) if error.ends_connection() => return Err(error),
        Err(_) => {} // a server that will not look into mails
    }
    Ok(found)
}

/// Takes the letter and its returns out of the selected mailbox.
///
/// # Errors
/// If the connection is lost.
pub(super) async fn clear(
    session: &mut Session,
    letter: &CheckLetter,
    from: u32,
) -> Result<Moved, ImapError> {
    let uids = session.search_from(from).await?;
    let ours = marked(session, letter, &uids).await?;
    remove(session, &ours.into_iter().collect::<Vec<_>>()).await
}

/// Waits for the copy in the folder of sent mail and takes it away. `None` where there is none.
///
/// # Errors
/// If the connection is lost.
pub(super) async fn clear_copy(
    session: &mut Session,
    letter: &CheckLetter,
    sent: &Mailbox,
    limit: Duration,
) -> Result<Option<Moved>, ImapError> {
    let began = Instant::now();
    loop {
        if let Some(moved) = take_out(session, letter, sent).await? {
            return Ok(Some(moved));
        }
        if began.elapsed() >= limit {
            return Ok(None);
        }
        sleep(Duration::from_millis(200)).await;
    }
}

/// Takes the letter out of a folder; `None` where it is not there.
async fn take_out(
    session: &mut Session,
    letter: &CheckLetter,
    folder: &Mailbox,
) -> Result<Option<Moved>, ImapError> {
    let id = &letter.message_id;
    let found = session
        .find_lately(folder, "Message-ID", id, yesterday())
        .await?;
    if found.is_empty() {
        return Ok(None);
    }
    session.select(folder).await?;
    remove(session, &found).await.map(Some)
}

/// Looks into the other folders for a letter that did not get into the mailbox, and takes it away
/// there. Gives the folder, and whether it is the one for spam.
///
/// # Errors
/// If the connection is lost.
pub(super) async fn elsewhere(
    session: &mut Session,
    letter: &CheckLetter,
    known: &[&Mailbox],
) -> Result<Option<(Mailbox, bool)>, ImapError> {
    let mut folders = session.list_special_use().await?;
    if session.can("SPECIAL-USE") {
        folders.extend(session.list_folders().await?);
    }
    let mut asked: BTreeSet<Mailbox> = known.iter().map(|known| (*known).clone()).collect();
    for folder in folders.into_iter().take(FOLDERS_MAX) {
        let has = |name: &str| folder.attributes.iter().any(|a| a == name);
        // "All mail" has it wherever it went.
        if has("\\noselect") || has("\\nonexistent") || has("\\all") || has("\\sent") {
            continue;
        }
        if !asked.insert(folder.mailbox.clone()) {
            continue;
        }
        let is_spam = has("\\junk");
        match take_out(session, letter, &folder.mailbox).await {
            Ok(Some(_)) => return Ok(Some((folder.mailbox, is_spam))),
            Ok(None) => {}
            Err(error) if error.ends_connection() => return Err(error),
            Err(_) => {} // a folder that cannot be opened
        }
    }
    Ok(None)
}

/// Takes away what checks before this one left in a folder, such as a mail that came too late.
///
/// # Errors
/// If the connection is lost.
pub(super) async fn sweep(session: &mut Session, folder: &Mailbox) -> Result<(), ImapError> {
    let now = Clock::Wall.now();
    let since = now.date_naive().checked_sub_days(Days::new(LEFT_SINCE));
    let left = session.find_lately(folder, CHECK_FIELD, MARKS, since).await;
    let left = match left {
        Ok(left) => left,
        Err(error) if error.ends_connection() => return Err(error),
        Err(_) => return Ok(()),
    };
    if left.is_empty() {
        return Ok(());
    }
    session.select(folder).await?;
    let heads = session.fetch_fields(&left, &[CHECK_FIELD]).await?;
    let is_ours = |head: &&crate::imap::Head| {
        let read = Message::parse(head.header.reveal());
        let marked = read
            .first(CHECK_FIELD)
            .is_some_and(|m| m.starts_with(MARKS));
        let old = |at: DateTime<FixedOffset>| now.signed_duration_since(at) > LEFT_AFTER;
        marked && head.internal_date.is_some_and(old)
    };
    let ours: Vec<u32> = heads.iter().filter(is_ours).map(|head| head.uid).collect();
    remove(session, &ours).await.map(|_| ())
}

/// Removes messages from the selected mailbox. Gmail keeps in "All mail" what is expunged here, so
/// there it goes to the bin.
async fn remove(session: &mut Session, uids: &[u32]) -> Result<Moved, ImapError> {
    if uids.is_empty() {
        return Ok(Moved::Away);
    }
    if session.can("X-GM-EXT-1") {
        let folders = session.list_special_use().await?;
        let bin = folders
            .into_iter()
            .find(|folder| folder.attributes.iter().any(|a| a == "\\trash"));
        if let Some(bin) = bin {
            for uid in uids {
                session.move_to(*uid, &bin.mailbox).await?;
            }
            return Ok(Moved::Away);
        }
    }
    session.expunge(uids).await
}

/// Servers count days by their own clock.
fn yesterday() -> Option<NaiveDate> {
    Clock::Wall
        .now()
        .date_naive()
        .checked_sub_days(Days::new(2))
}
