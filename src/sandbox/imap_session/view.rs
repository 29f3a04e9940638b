//! The mailbox as one session knows it: sequence numbers, and what it was not told yet.
//!
//! A sequence number is a place in `uids`; it changes only when the session is told so (RFC 3501
//! section 7.4.1), and EXPUNGE is held back while a command by sequence number is answered.

use super::answer::fetched;
use crate::sandbox::post_office::{Mailbox, Message};
use imap_next::imap_types::fetch::MessageDataItem;
use imap_next::imap_types::flag::{Flag, FlagFetch};
use imap_next::imap_types::response::{Data, Response};
use imap_next::imap_types::sequence::{SeqOrUid, Sequence, SequenceSet};
use std::collections::{BTreeSet, HashSet};
use std::num::NonZeroU32;

/// A message of the selected mailbox by both its names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) seq: u32,
    pub(super) uid: u32,
}

pub(super) struct View {
    pub(super) account: String,
    pub(super) mailbox: String,
    pub(super) read_only: bool,
    uid_validity: u32,
    uids: Vec<u32>,
    flags_told: u64,
    told: Option<u64>,
}

/// The mailbox was deleted, or made anew, under the session.
pub(super) struct Gone;

impl View {
    pub(super) fn of(mailbox: &Mailbox, account: &str, read_only: bool) -> Self {
        Self {
            account: account.to_owned(),
            mailbox: mailbox.name.clone(),
            read_only,
            uid_validity: mailbox.uid_validity,
            uids: mailbox.messages().iter().map(|m| m.uid).collect(),
            flags_told: mailbox.revision,
            told: Some(mailbox.revision),
        }
    }

    /// What happened since the session was last told; after this it is told.
    pub(super) fn news(
        &mut self,
        mailbox: Option<&Mailbox>,
        expunges: bool,
    ) -> Result<Vec<Response<'static>>, Gone> {
        let mailbox = mailbox.ok_or(Gone)?;
        if mailbox.uid_validity != self.uid_validity {
            return Err(Gone);
        }
        let mut news = Vec::new();
        if self.told == Some(mailbox.revision) {
            return Ok(news);
        }
        let held_back = self.tell_expunged(mailbox, expunges, &mut news);
        let last = self.uids.last().copied().unwrap_or(0);
        let arrived = mailbox.messages().iter().filter(|m| m.uid > last);
        let arrived: Vec<u32> = arrived.map(|m| m.uid).collect();
        if !arrived.is_empty() {
            self.uids.extend(arrived);
            let count = u32::try_from(self.uids.len()).unwrap_or(u32::MAX);
            news.push(Response::Data(Data::Exists(count)));
        }
        let flags_told = self.flags_told;
        for message in mailbox.messages() {
            if message.flagged_at > flags_told
                && let Some(seq) = self.seq_of(message.uid)
            {
                news.extend(fetched(seq, flag_items(message)));
            }
        }
        self.flags_told = mailbox.revision;
        self.told = (!held_back).then_some(mailbox.revision);
        Ok(news)
    }

    /// Marks all changes of flags up to now as told.
    pub(super) const fn flags_are_told(&mut self, mailbox: &Mailbox) {
        self.flags_told = mailbox.revision;
    }

    fn tell_expunged(
        &mut self,
        mailbox: &Mailbox,
        expunges: bool,
        news: &mut Vec<Response<'static>>,
    ) -> bool {
        let present: HashSet<u32> = mailbox.messages().iter().map(|m| m.uid).collect();
        let here = |uid: &u32| present.contains(uid);
        if self.uids.iter().all(here) {
            return false;
        }
        if !expunges {
            return true;
        }
        // From the end, so that the numbers in front stay right.
        for (at, uid) in self.uids.iter().enumerate().rev() {
            let seq = u32::try_from(at + 1).ok().and_then(NonZeroU32::new);
            if let (false, Some(seq)) = (present.contains(uid), seq) {
                news.push(Response::Data(Data::Expunge(seq)));
            }
        }
        self.uids.retain(here);
        false
    }

    fn seq_of(&self, uid: u32) -> Option<u32> {
        let at = self.uids.binary_search(&uid).ok()?;
        u32::try_from(at + 1).ok()
    }

    /// All places, by ascending number.
    pub(super) fn places(&self) -> impl Iterator<Item = Place> + '_ {
        let numbered = (1..).zip(self.uids.iter().copied());
        numbered.map(|(seq, uid)| Place { seq, uid })
    }

    /// The places that a sequence set names (RFC 3501 section 9, `sequence-set`). `*` is the last
    /// message there is, so `n:*` names at least that one.
    pub(super) fn resolve(&self, set: &SequenceSet, by_uid: bool) -> Vec<Place> {
        let count = u32::try_from(self.uids.len()).unwrap_or(u32::MAX);
        let last = if by_uid {
            self.uids.last().copied().unwrap_or(0)
        } else {
            count
        };
        let number = |n: &SeqOrUid| match n {
            SeqOrUid::Value(n) => n.get(),
            SeqOrUid::Asterisk => last,
        };
        let mut chosen = BTreeSet::new();
        for sequence in set.0.as_ref() {
            let (from, to) = match sequence {
                Sequence::Single(n) => (number(n), number(n)),
                Sequence::Range(a, b) => (number(a).min(number(b)), number(a).max(number(b))),
            };
            let (first, end) = if by_uid {
                (
                    self.uids.partition_point(|u| *u < from),
                    self.uids.partition_point(|u| *u <= to),
                )
            } else {
                let first = usize::try_from(from.max(1) - 1).unwrap_or(usize::MAX);
                (first, usize::try_from(to).unwrap_or(usize::MAX))
            };
            for at in first..end.min(self.uids.len()) {
                let seq = u32::try_from(at + 1).unwrap_or(u32::MAX);
                chosen.extend(self.uids.get(at).map(|uid| Place { seq, uid: *uid }));
            }
        }
        chosen.into_iter().collect()
    }
}

/// FLAGS and UID of a message.
pub(super) fn flag_items(message: &Message) -> Vec<MessageDataItem<'static>> {
    let mut items = vec![MessageDataItem::Flags(flags_of(message))];
    items.extend(NonZeroU32::new(message.uid).map(MessageDataItem::Uid));
    items
}

/// The flags of a message.
pub(super) fn flags_of(message: &Message) -> Vec<FlagFetch<'static>> {
    let kept = message.flags.iter().filter_map(|name| flag(name));
    kept.map(FlagFetch::Flag).collect()
}

fn flag(name: &str) -> Option<Flag<'static>> {
    use imap_next::imap_types::ToStatic;
    Flag::try_from(name).ok().map(|f| f.to_static())
}
