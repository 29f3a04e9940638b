//! Messages in the selected mailbox: searching, reading without a trace, moving, adding, clearing.
//!
//! A result is complete or an error. Reading is always PEEK. `\Deleted` is set only on what was
//! copied elsewhere first, or on what the caller names for removal, and only UID EXPUNGE removes.

use super::dialog::Command;
use super::fault::ImapError;
use super::guard::LITERAL_KEPT;
use super::names::Mailbox;
use super::reply::{Code, Parts, Response};
use super::session::Session;
use crate::words::confidential::Confidential;
use chrono::{DateTime, FixedOffset, NaiveDate};
use std::collections::BTreeMap;
use std::time::Duration;

/// Messages named in one command.
const BATCH: usize = 200;

/// Most octets kept of the header fields of one message.
const FIELDS_KEPT: usize = 32 * 1024;

/// What is known of a message without its body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Its UID.
    pub uid: u32,
    /// Its whole size in octets, as the server tells it.
    pub size: Option<u32>,
    /// When it arrived (RFC 3501 section 2.3.3).
    pub internal_date: Option<DateTime<FixedOffset>>,
    /// Its flags as the server writes them.
    pub flags: Vec<String>,
    /// Its header; of a longer one the first 256 KiB.
    pub header: Confidential<Vec<u8>>,
}

/// What a fetch brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fetched {
    /// The whole message.
    Whole(Confidential<Vec<u8>>),
    /// More octets than wanted; not fetched.
    TooLarge {
        /// How many the server tells.
        size: u32,
    },
    /// No message has this UID any more.
    Gone,
}

/// How a message was moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moved {
    /// By MOVE (RFC 6851), or copied and expunged by UID (RFC 4315).
    Away,
    /// Copied, and flagged `\Deleted` where it was: the server can do no better.
    Flagged,
}

impl Session {
    /// The UIDs from `uid` on, in order. (`n:*` always names the last message, whatever its UID;
    /// what lies below `uid` is dropped.)
    ///
    /// # Errors
    /// If the search did not end with OK; an empty answer is really empty.
    pub async fn search_from(&mut self, uid: u32) -> Result<Vec<u32>, ImapError> {
        self.dialog.news = false;
        let from = uid.max(1);
        let command = Command::new("UID SEARCH").plain(&format!("UID {from}:*"));
        let mut found = self.search(command, self.patience.command).await?;
        found.retain(|u| *u >= from);
        Ok(found)
    }

    /// As [`Session::search_from`], but only of what arrived on that day or later, by the server's
    /// own calendar.
    ///
    /// # Errors
    /// If the search did not end with OK.
    pub async fn search_from_since(
        &mut self,
        uid: u32,
        since: NaiveDate,
    ) -> Result<Vec<u32>, ImapError> {
        self.dialog.news = false;
        let from = uid.max(1);
        let keys = format!("UID {from}:* SINCE {}", date(since));
        let command = Command::new("UID SEARCH").plain(&keys);
        // Where it arrived is not indexed everywhere.
        let mut found = self.search(command, self.patience.transfer).await?;
        found.retain(|u| *u >= from);
        Ok(found)
    }

    /// The UIDs of messages that somebody answered, of what arrived on that day or later. Nothing here
    /// ever sets that flag, so a person's mail program did.
    ///
    /// # Errors
    /// If the search did not end with OK.
    pub async fn search_answered_since(&mut self, since: NaiveDate) -> Result<Vec<u32>, ImapError> {
        let keys = format!("SINCE {} ANSWERED", date(since));
        let command = Command::new("UID SEARCH").plain(&keys);
        self.search(command, self.patience.transfer).await
    }

    /// The UIDs of messages that arrived before a day and are not flagged as deleted.
    ///
    /// # Errors
    /// If the search did not end with OK.
    pub async fn search_before(&mut self, before: NaiveDate) -> Result<Vec<u32>, ImapError> {
        let keys = format!("BEFORE {} UNDELETED", date(before));
        let command = Command::new("UID SEARCH").plain(&keys);
        self.search(command, self.patience.transfer).await
    }

    /// Of these messages those in which any of the texts stands, as the server finds out: nothing of
    /// them is fetched.
    ///
    /// # Errors
    /// If the search did not end with OK.
    pub async fn search_holding(
        &mut self,
        uids: &[u32],
        texts: &[String],
    ) -> Result<Vec<u32>, ImapError> {
        let mut found = Vec::new();
        let Some((last, others)) = texts.split_last() else {
            return Ok(found);
        };
        for batch in uids.chunks(BATCH) {
            let mut command = Command::new("UID SEARCH").plain(&format!("UID {}", uid_set(batch)));
            for text in others {
                command = command.plain("OR TEXT").string(text);
            }
            let command = command.plain("TEXT").string(last);
            let named = self.search(command, self.patience.transfer).await?;
            found.extend(named.into_iter().filter(|uid| batch.contains(uid)));
        }
        Ok(found)
    }

    /// The UIDs of messages whose header field holds `value`, in a mailbox that is only looked at.
    /// The mailbox selected before is selected again.
    ///
    /// # Errors
    /// If the mailbox is missing, the search did not end with OK, or the mailbox selected before
    /// came back renumbered.
    pub async fn find_by_header(
        &mut self,
        mailbox: &Mailbox,
        field: &str,
        value: &str,
    ) -> Result<Vec<u32>, ImapError> {
        self.find_lately(mailbox, field, value, None).await
    }

    /// As [`Session::find_by_header`], among what arrived on that day or later.
    ///
    /// # Errors
    /// As there.
    pub async fn find_lately(
        &mut self,
        mailbox: &Mailbox,
        field: &str,
        value: &str,
        since: Option<NaiveDate>,
    ) -> Result<Vec<u32>, ImapError> {
        let home = self.step_aside(mailbox, false).await?;
        let mut command = Command::new("UID SEARCH");
        if let Some(since) = since {
            command = command.plain(&format!("SINCE {}", date(since)));
        }
        let command = command.plain("HEADER");
        // A big mailbox without an index is read from end to end for this.
        let limit = self.patience.transfer;
        let found = self
            .search(command.string(field).string(value), limit)
            .await;
        self.return_with(home, found).await
    }

    async fn return_with<T>(
        &mut self,
        home: Option<(Mailbox, super::folders::Selected)>,
        result: Result<T, ImapError>,
    ) -> Result<T, ImapError> {
        match result {
            Err(e) if e.ends_connection() => Err(e),
            other => {
                self.come_back(home).await?;
                other
            }
        }
    }

    async fn search(&mut self, command: Command, limit: Duration) -> Result<Vec<u32>, ImapError> {
        self.need_selection()?;
        let mut found = Vec::new();
        let read = |response| {
            if let Response::Found(numbers) = response {
                found.extend(numbers);
            }
        };
        self.dialog.run(&command, limit, read).await?;
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }

    const fn need_selection(&self) -> Result<(), ImapError> {
        if self.selected.is_some() {
            Ok(())
        } else {
            Err(ImapError::NothingSelected)
        }
    }

    /// The heads of messages, in the order of their UIDs. Messages that are gone are left out.
    ///
    /// # Errors
    /// If a fetch did not end with OK; half a result is none.
    pub async fn fetch_heads(&mut self, uids: &[u32]) -> Result<Vec<Head>, ImapError> {
        let items = "(UID RFC822.SIZE INTERNALDATE FLAGS BODY.PEEK[HEADER])";
        self.heads(uids, items, LITERAL_KEPT).await
    }

    /// The same with nothing but these header fields in the header, and without flags.
    ///
    /// # Errors
    /// If a fetch did not end with OK; half a result is none.
    pub async fn fetch_fields(
        &mut self,
        uids: &[u32],
        fields: &[&str],
    ) -> Result<Vec<Head>, ImapError> {
        let fields = fields.join(" ");
        let items = format!("(UID RFC822.SIZE INTERNALDATE BODY.PEEK[HEADER.FIELDS ({fields})])");
        self.heads(uids, &items, FIELDS_KEPT).await
    }

    async fn heads(
        &mut self,
        uids: &[u32],
        items: &str,
        kept: usize,
    ) -> Result<Vec<Head>, ImapError> {
        let mut heads = BTreeMap::new();
        for batch in uids.chunks(BATCH) {
            for (uid, parts) in self.fetch_items(batch, items, kept).await? {
                if let Some((header, _)) = parts.body {
                    let head = Head {
                        uid,
                        size: parts.size,
                        internal_date: parts.internal_date,
                        flags: parts.flags,
                        header: Confidential::new(header),
                    };
                    heads.insert(uid, head);
                }
            }
        }
        Ok(heads.into_values().collect())
    }

    /// A whole message of at most `size_max` octets. Its size is asked first.
    ///
    /// # Errors
    /// If a fetch did not end with OK.
    pub async fn fetch(&mut self, uid: u32, size_max: u32) -> Result<Fetched, ImapError> {
        let size = self
            .fetch_items(&[uid], "(UID RFC822.SIZE)", LITERAL_KEPT)
            .await?
            .remove(&uid)
            .and_then(|parts| parts.size);
        let Some(size) = size else {
            return Ok(Fetched::Gone);
        };
        if size > size_max {
            return Ok(Fetched::TooLarge { size });
        }
        // The size is the server's word; what is kept is bounded by ours.
        let kept = usize::try_from(size_max).unwrap_or(LITERAL_KEPT);
        let parts = self
            .fetch_items(&[uid], "(UID BODY.PEEK[])", kept)
            .await?
            .remove(&uid);
        Ok(match parts.and_then(|parts| parts.body) {
            Some((octets, true)) => Fetched::Whole(Confidential::new(octets)),
            Some((_, false)) => Fetched::TooLarge { size },
            None => Fetched::Gone,
        })
    }

    async fn fetch_items(
        &mut self,
        uids: &[u32],
        items: &str,
        kept: usize,
    ) -> Result<BTreeMap<u32, Parts>, ImapError> {
        self.need_selection()?;
        let mut found: BTreeMap<u32, Parts> = BTreeMap::new();
        if uids.is_empty() {
            return Ok(found);
        }
        let command = Command::new("UID FETCH").plain(&format!("{} {items}", uid_set(uids)));
        let read = |response| {
            // Servers also tell of flags that others changed; those bring no body and no harm.
            if let Response::Fetched(uid, parts) = response
                && uids.contains(&uid)
            {
                found.entry(uid).or_default().add(parts);
            }
        };
        let limit = self.patience.transfer;
        self.dialog.run_keeping(&command, limit, kept, read).await?;
        Ok(found)
    }

    /// Moves one message of ours to another mailbox: by MOVE, else by COPY, a flag and UID EXPUNGE,
    /// else by COPY and the flag alone. A message that is gone already is no error.
    ///
    /// # Errors
    /// If the server refused; the message is where it was then, or in both places.
    pub async fn move_to(&mut self, uid: u32, mailbox: &Mailbox) -> Result<Moved, ImapError> {
        self.need_selection()?;
        let target = |name| {
            let command = Command::new(name).plain(&uid.to_string());
            command.string(mailbox.as_wire())
        };
        if self.can("MOVE") {
            self.order(&target("UID MOVE")).await?;
            return Ok(Moved::Away);
        }
        self.order(&target("UID COPY")).await?;
        self.expunge(&[uid]).await
    }

    /// Removes these messages for good where the server has UIDPLUS; else flags them `\Deleted`.
    ///
    /// # Errors
    /// If the server refused.
    pub async fn expunge(&mut self, uids: &[u32]) -> Result<Moved, ImapError> {
        self.need_selection()?;
        for batch in uids.chunks(BATCH) {
            let set = uid_set(batch);
            let flag = Command::new("UID STORE").plain(&format!("{set} +FLAGS.SILENT (\\Deleted)"));
            self.order(&flag).await?;
            if self.can("UIDPLUS") {
                self.order(&Command::new("UID EXPUNGE").plain(&set)).await?;
            }
        }
        Ok(if self.can("UIDPLUS") {
            Moved::Away
        } else {
            Moved::Flagged
        })
    }

    /// Adds a message to a mailbox, without flags. Gives its UID where the server tells.
    ///
    /// # Errors
    /// If the server refused; code `TRYCREATE` says that the mailbox is missing.
    pub async fn append(
        &mut self,
        mailbox: &Mailbox,
        octets: &[u8],
    ) -> Result<Option<u32>, ImapError> {
        let command = Command::new("APPEND").string(mailbox.as_wire());
        let limit = self.patience.transfer;
        let verdict = self
            .dialog
            .run(&command.literal(octets), limit, |_| ())
            .await?;
        Ok(match verdict.code {
            Code::AppendUid(uid) => Some(uid),
            _ => None,
        })
    }

    /// Clears one of our own mailboxes of what arrived there before a date. Gives how many it was.
    /// The mailbox selected before is selected again.
    ///
    /// # Errors
    /// As [`Session::find_by_header`] and [`Session::expunge`].
    pub async fn expunge_older(
        &mut self,
        mailbox: &Mailbox,
        before: NaiveDate,
    ) -> Result<usize, ImapError> {
        let home = self.step_aside(mailbox, true).await?;
        let cleared = self.clear_before(before).await;
        self.return_with(home, cleared).await
    }

    async fn clear_before(&mut self, before: NaiveDate) -> Result<usize, ImapError> {
        let old = self.search_before(before).await?;
        self.expunge(&old).await?;
        Ok(old.len())
    }
}

/// A date as searches want it. The names of the months are the protocol's, whatever the language of
/// the machine.
fn date(day: NaiveDate) -> String {
    day.format("%-d-%b-%Y").to_string()
}

/// UIDs as a sequence set, runs folded: `1:3,7`.
fn uid_set(uids: &[u32]) -> String {
    let mut sorted = uids.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for uid in sorted {
        match runs.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(uid) => *last = uid,
            _ => runs.push((uid, uid)),
        }
    }
    let runs = runs.into_iter().map(|(first, last)| {
        if first == last {
            first.to_string()
        } else {
            format!("{first}:{last}")
        }
    });
    runs.collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uids_are_written_in_runs() {
        assert_eq!(uid_set(&[7, 1, 2, 3, 3]), "1:3,7");
        assert_eq!(uid_set(&[u32::MAX]), "4294967295");
        assert_eq!(uid_set(&[]), "");
    }
}
