//! What the sandbox keeps: accounts, mailboxes, messages, and a list of all that was handed in.
//!
//! A plain structure without locks, sockets or time of its own. It keeps the promises of RFC 3501
//! section 2.3: UIDs only ascend, a recreated mailbox gets a new UIDVALIDITY, flags are per
//! message. Nothing is ever written to disk.

use super::fault::FaultBook;
use crate::words::address::Address;
use crate::words::confidential::Confidential;
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

/// The mailbox that takes incoming mail (RFC 3501 section 5.1).
pub const INBOX: &str = "INBOX";
/// The mailbox that takes copies of what was submitted.
pub const SENT: &str = "Sent";

/// One stored message.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    /// Its UID, unique in its mailbox under one UIDVALIDITY.
    pub uid: u32,
    /// The whole message as FETCH gives it, trace headers included.
    pub bytes: Arc<[u8]>,
    /// Flags as IMAP writes them: `\Seen`, `$Forwarded`.
    pub flags: BTreeSet<String>,
    /// When it arrived, in whole seconds.
    pub internal_date: DateTime<Utc>,
    pub(super) flagged_at: u64,
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let octets = self.bytes.len();
        write!(f, "Message {{ uid: {}, octets: {octets}, ", self.uid)?;
        write!(f, "flags: {:?}, at: {} }}", self.flags, self.internal_date)
    }
}

/// How STORE changes flags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FlagChange {
    Replace,
    Add,
    Remove,
}

/// One mailbox.
#[derive(Clone, Debug)]
pub struct Mailbox {
    /// Its name; INBOX in capitals.
    pub name: String,
    /// UIDVALIDITY (RFC 3501 section 2.3.1.1).
    pub uid_validity: u32,
    /// The UID that the next message will get.
    pub uid_next: u32,
    /// Its special use (RFC 6154) without the backslash: `Sent`, `Junk`.
    pub special_use: Option<&'static str>,
    /// Whether somebody subscribed to it.
    pub subscribed: bool,
    pub(super) revision: u64,
    messages: Vec<Message>,
}

impl Mailbox {
    fn new(name: &str, uid_validity: u32) -> Self {
        Self {
            name: name.to_owned(),
            uid_validity,
            uid_next: 1,
            special_use: [SENT, "Junk"].into_iter().find(|special| *special == name),
            subscribed: name == INBOX,
            revision: 0,
            messages: Vec::new(),
        }
    }

    /// The messages, by ascending UID.
    pub fn messages(&self) -> &[Message] {
        &self.messages
    }

    /// How many messages do not have this flag.
    pub fn count_without(&self, flag: &str) -> usize {
        let lacking = self.messages.iter().filter(|m| !m.flags.contains(flag));
        lacking.count()
    }

    pub(super) fn get(&self, uid: u32) -> Option<&Message> {
        let at = self.messages.binary_search_by_key(&uid, |m| m.uid).ok()?;
        self.messages.get(at)
    }

    pub(super) fn file(
        &mut self,
        bytes: Arc<[u8]>,
        flags: BTreeSet<String>,
        internal_date: DateTime<Utc>,
    ) -> u32 {
        let uid = self.uid_next;
        self.uid_next = uid.saturating_add(1);
        self.revision += 1;
        self.messages.push(Message {
            uid,
            bytes,
            flags,
            internal_date,
            flagged_at: 0,
        });
        uid
    }

    pub(super) fn change_flags(&mut self, uid: u32, how: FlagChange, flags: &BTreeSet<String>) {
        let Ok(at) = self.messages.binary_search_by_key(&uid, |m| m.uid) else {
            return;
        };
        let Some(message) = self.messages.get_mut(at) else {
            return;
        };
        let after: BTreeSet<String> = match how {
            FlagChange::Replace => flags.clone(),
            FlagChange::Add => message.flags.union(flags).cloned().collect(),
            FlagChange::Remove => message.flags.difference(flags).cloned().collect(),
        };
        if after != message.flags {
            self.revision += 1;
            message.flagged_at = self.revision;
            message.flags = after;
        }
    }

    /// Takes out the messages with these UIDs.
    pub(super) fn take(&mut self, uids: &BTreeSet<u32>) -> Vec<Message> {
        self.revision += 1;
        let (taken, kept) = std::mem::take(&mut self.messages)
            .into_iter()
            .partition(|m| uids.contains(&m.uid));
        self.messages = kept;
        taken
    }
}

/// One account: who it is, its secret and its mailboxes.
#[derive(Clone, Debug)]
pub struct Account {
    /// Its address, which is its login too.
    pub address: Address,
    pub(super) secret: Confidential<String>,
    mailboxes: Vec<Mailbox>,
}

impl Account {
    /// All mailboxes in the order of their making.
    pub fn mailboxes(&self) -> &[Mailbox] {
        &self.mailboxes
    }

    /// A mailbox by name; INBOX in any case.
    pub fn mailbox(&self, name: &str) -> Option<&Mailbox> {
        self.mailboxes.iter().find(|m| same_name(&m.name, name))
    }

    pub(super) fn mailbox_mut(&mut self, name: &str) -> Option<&mut Mailbox> {
        self.mailboxes.iter_mut().find(|m| same_name(&m.name, name))
    }

    pub(super) fn remove_mailbox(&mut self, name: &str) -> bool {
        let before = self.mailboxes.len();
        self.mailboxes.retain(|m| !same_name(&m.name, name));
        self.mailboxes.len() < before
    }
}

/// A message handed in over SMTP, for one recipient.
#[derive(Clone, PartialEq, Eq)]
pub struct Handover {
    /// The envelope's sender; empty for the null return path.
    pub sender: String,
    /// The envelope's recipient.
    pub recipient: String,
    /// The message as it came over the wire, dot-stuffing undone.
    pub bytes: Arc<[u8]>,
    /// When it was taken.
    pub at: DateTime<Utc>,
}

impl fmt::Debug for Handover {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Handover {{ octets: {} }}", self.bytes.len())
    }
}

/// All that the sandbox keeps.
#[derive(Clone, Debug, Default)]
pub struct PostOffice {
    pub(super) accounts: BTreeMap<String, Account>,
    pub(super) handovers: Vec<Handover>,
    pub(super) faults: FaultBook,
    last_uid_validity: u32,
    last_number: u64,
}

impl PostOffice {
    pub(super) fn open_account(
        &mut self,
        address: Address,
        secret: Confidential<String>,
        with_sent: bool,
    ) {
        let key = address.key().to_owned();
        let account = Account {
            address,
            secret,
            mailboxes: Vec::new(),
        };
        self.accounts.insert(key.clone(), account);
        self.create_mailbox(&key, INBOX);
        if with_sent {
            self.create_mailbox(&key, SENT);
        }
    }

    /// The account with this address, in any spelling of it.
    pub fn account(&self, address: &str) -> Option<&Account> {
        self.accounts.get(Address::parse(address).ok()?.key())
    }

    /// A mailbox of an account.
    pub fn mailbox(&self, address: &str, name: &str) -> Option<&Mailbox> {
        self.account(address)?.mailbox(name)
    }

    /// The messages in a mailbox; none where there is no such mailbox.
    pub fn messages(&self, address: &str, name: &str) -> &[Message] {
        self.mailbox(address, name).map_or(&[], Mailbox::messages)
    }

    /// All that was handed in over SMTP, oldest first, one for each recipient.
    pub fn handovers(&self) -> &[Handover] {
        &self.handovers
    }

    /// How many ordered troubles were met so far.
    pub fn faults_met(&self) -> u32 {
        self.faults.met()
    }

    pub(super) fn mailbox_mut(&mut self, key: &str, name: &str) -> Option<&mut Mailbox> {
        self.accounts.get_mut(key)?.mailbox_mut(name)
    }

    /// Makes a mailbox; false if there is one of that name, or no such account.
    pub(super) fn create_mailbox(&mut self, key: &str, name: &str) -> bool {
        let Some(account) = self.accounts.get_mut(key) else {
            return false;
        };
        if account.mailbox(name).is_some() {
            return false;
        }
        let inbox = name.eq_ignore_ascii_case(INBOX);
        let name = if inbox { INBOX } else { name };
        self.last_uid_validity += 1;
        let made = Mailbox::new(name, self.last_uid_validity);
        account.mailboxes.push(made);
        true
    }

    /// A number that no other queue id, Message-ID or boundary has.
    pub(super) fn number(&mut self) -> u64 {
        self.last_number += 1;
        self.last_number
    }
}

fn same_name(own: &str, asked: &str) -> bool {
    own == asked || (own == INBOX && asked.eq_ignore_ascii_case(INBOX))
}
