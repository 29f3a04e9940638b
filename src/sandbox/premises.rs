//! What all conversations share: the post office behind one lock, a bell for every change, options.
//!
//! Whoever changes the post office rings the bell; whoever waits (IDLE, a test) listens to it, so
//! nothing in the sandbox polls. The lock is never held across an await.

use super::SandboxOptions;
use super::fault::{FaultPoint, Trouble};
use super::post_office::{Account, PostOffice};
use super::sasl::Credentials;
use crate::words::address::Address;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};
use tokio::sync::{mpsc, watch};

/// A copy of a submitted message, to be filed for its sender.
pub(super) struct SentCopy {
    pub(super) due: tokio::time::Instant,
    pub(super) account: String,
    pub(super) bytes: std::sync::Arc<[u8]>,
}

pub(super) struct Premises {
    office: Mutex<PostOffice>,
    bell: watch::Sender<u64>,
    cut: watch::Sender<u64>,
    closing: watch::Sender<bool>,
    pub(super) options: SandboxOptions,
    pub(super) sent_copies: mpsc::UnboundedSender<SentCopy>,
    /// Whose body anybody has fetched: by account and mailbox, the UIDs.
    shown: Mutex<BTreeMap<(String, String), BTreeSet<u32>>>,
}

impl Premises {
    pub(super) fn new(
        office: PostOffice,
        options: SandboxOptions,
        sent_copies: mpsc::UnboundedSender<SentCopy>,
    ) -> Self {
        Self {
            office: Mutex::new(office),
            bell: watch::Sender::new(0),
            cut: watch::Sender::new(0),
            closing: watch::Sender::new(false),
            options,
            sent_copies,
            shown: Mutex::default(),
        }
    }

    /// Notes that the bodies of these messages are about to be shown.
    pub(super) fn show(&self, account: &str, mailbox: &str, uids: impl Iterator<Item = u32>) {
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        let place = (account.to_owned(), mailbox.to_owned());
        shown.entry(place).or_default().extend(uids);
    }

    /// The UIDs of the messages there whose bodies have been shown to anybody.
    pub(super) fn shown(&self, account: &str, mailbox: &str) -> BTreeSet<u32> {
        let shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        let place = (account.to_owned(), mailbox.to_owned());
        shown.get(&place).cloned().unwrap_or_default()
    }

    /// Reads the post office.
    pub(super) fn look<T>(&self, look: impl FnOnce(&PostOffice) -> T) -> T {
        look(&self.office.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Changes the post office and rings the bell.
    pub(super) fn change<T>(&self, change: impl FnOnce(&mut PostOffice) -> T) -> T {
        let result = change(&mut self.office.lock().unwrap_or_else(PoisonError::into_inner));
        self.bell.send_modify(|n| *n = n.wrapping_add(1));
        result
    }

    /// A listener to the bell.
    pub(super) fn listen(&self) -> watch::Receiver<u64> {
        self.bell.subscribe()
    }

    /// A listener to [`Premises::cut_connections`].
    pub(super) fn cut_listener(&self) -> watch::Receiver<u64> {
        self.cut.subscribe()
    }

    /// Closes all connections of this moment without a word.
    pub(super) fn cut_connections(&self) {
        self.cut.send_modify(|n| *n = n.wrapping_add(1));
    }

    /// Has everything end.
    pub(super) fn close(&self) {
        self.closing.send_replace(true);
    }

    /// Returns once [`Premises::close`] was called, be it long ago.
    pub(super) async fn closed(&self) {
        // It fails only when the sender is gone, and that is closed as well.
        let _ = self.closing.subscribe().wait_for(|closed| *closed).await;
    }

    /// The trouble that waits at this point, if any.
    pub(super) fn trouble_at(&self, here: &FaultPoint) -> Option<Trouble> {
        let mut office = self.office.lock().unwrap_or_else(PoisonError::into_inner);
        let trouble = office.faults.meet(here)?;
        drop(office);
        self.bell.send_modify(|n| *n = n.wrapping_add(1));
        Some(trouble)
    }

    /// The account that this login and secret open.
    pub(super) fn admit(&self, credentials: &Credentials) -> Option<String> {
        let Credentials {
            login,
            secret,
            is_token,
        } = credentials;
        if !is_token && !self.options.passwords {
            return None;
        }
        self.look(|office| {
            let account: &Account = office.account(login)?;
            let fits = account.secret.reveal() == secret.as_str();
            fits.then(|| account.address.key().to_owned())
        })
    }

    /// Where mail for this address goes.
    pub(super) fn route(&self, office: &PostOffice, to: &Address) -> Route {
        let bounces = |a: &String| Address::parse(a).is_ok_and(|a| a == *to);
        if self.options.bouncing.iter().any(bounces) {
            return Route::Bounces;
        }
        for (key, account) in &office.accounts {
            let detail = || account.address.detail_of(to).is_some();
            if key == to.key() || (self.options.subaddressing && detail()) {
                return Route::Account(key.clone());
            }
        }
        let mut domains = office.accounts.values().map(|a| a.address.domain());
        if domains.any(|d| d == to.domain()) {
            Route::Unknown
        } else {
            Route::Elsewhere
        }
    }
}

/// Where mail for an address goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Route {
    /// Into the INBOX of the account with this key.
    Account(String),
    /// Taken at first, then returned with a delivery status notification.
    Bounces,
    /// To another domain: taken and only noted.
    Elsewhere,
    /// Nobody of that name in a domain of ours.
    Unknown,
}
