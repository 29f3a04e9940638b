//! The sieve: how the inbox end looks through somebody's own mailbox.
//!
//! Of each new mail the fields of `sifting` are fetched, many at a time, and nothing else of those
//! that are not ours. Costs go by new mail alone: what was there before is never listed, searched
//! or counted.

use crate::daemon::decider::{Decider, DeciderError};
use crate::daemon::inbox::{Inbox, Places, Trouble, portions};
use crate::daemon::ledger::Progress;
use crate::daemon::sifting::{FIELDS, Sifted};
use crate::imap::{Head, ImapError, Mailbox, Session};
use crate::maillog;
use crate::reading::message::Message;
use chrono::Days;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering::Relaxed;

/// Most heads fetched in one go.
const HEADS: usize = 200;

/// How a header is judged.
type Judge = fn(&Decider, &Message) -> Result<Sifted, DeciderError>;

impl Inbox {
    /// Looks at the header of everything behind the last message looked at, and handles what is
    /// ours. Returns how many those were.
    pub(super) async fn sift(
        &self,
        session: &mut Session,
        places: &Places,
        progress: &mut Progress,
    ) -> Result<usize, Trouble> {
        let from = progress.last_uid.saturating_add(1);
        // In a mailbox made anew all numbers are new; what came before our time is still not ours.
        // The server counts days by its own clock: one more, to be sure.
        let since = progress.since.date_naive().checked_sub_days(Days::new(1));
        let uids = match since.filter(|_| progress.renumbered) {
            Some(since) => session.search_from_since(from, since).await?,
            None => session.search_from(from).await?,
        };
        let mut handled = 0;
        for some in portions(&uids, HEADS) {
            let mut heads = session.fetch_fields(some, &FIELDS).await?;
            if progress.renumbered {
                heads.retain(|head| head.internal_date.is_none_or(|at| at >= progress.since));
            }
            let ours = self.ours(session, &heads, Decider::sift).await?;
            for head in heads.iter().filter(|head| ours.contains(&head.uid)) {
                self.look_at(session, places, progress.uid_validity, head)
                    .await?;
                handled += 1;
            }
            let last = some.iter().copied().max().unwrap_or_default();
            progress.last_uid = progress.last_uid.max(last);
            self.write_progress(*progress).await?;
            self.seen.fetch_add(some.len() as u64, Relaxed);
        }
        Ok(handled)
    }

    /// Expunges handled mail of ours that is older than its retention, and leaves alone whatever else
    /// lies in that folder: it may be one that somebody uses for mail of their own.
    pub(super) async fn clear_ours(
        &self,
        session: &mut Session,
        places: &Places,
        inbox: &Mailbox,
    ) -> Result<(), Trouble> {
        let Some(before) = self.kept_since() else {
            return Ok(());
        };
        let home = session.select(inbox).await?;
        session.select(&places.done).await?;
        let mut gone = 0;
        for some in session.search_before(before).await?.chunks(HEADS) {
            let heads = session.fetch_fields(some, &FIELDS).await?;
            let ours = self.ours(session, &heads, Decider::sift_handled).await?;
            session.expunge(&ours).await?;
            gone += ours.len();
        }
        if gone > 0 {
            maillog::expunged(gone);
        }
        let now = session.select(inbox).await?;
        if now.uid_validity != home.uid_validity {
            return Err(Trouble::Imap(ImapError::Renumbered {
                mailbox: inbox.to_string(),
            }));
        }
        Ok(())
    }

    /// The UIDs of those that are ours, in the mailbox that is selected.
    async fn ours(
        &self,
        session: &mut Session,
        heads: &[Head],
        judge: Judge,
    ) -> Result<Vec<u32>, Trouble> {
        let copies: Vec<_> = heads
            .iter()
            .map(|head| (head.uid, head.header.clone()))
            .collect();
        let read = move || {
            let parse = |octets: &[u8]| Message::parse(octets);
            let heads = copies.iter().filter_map(|(uid, octets)| {
                // A header that cannot be read cannot be shown to be ours.
                let read = catch_unwind(AssertUnwindSafe(|| parse(octets.reveal())));
                read.ok().map(|message| (*uid, message))
            });
            heads.collect::<Vec<_>>()
        };
        let heads = tokio::task::spawn_blocking(read).await.unwrap_or_default();
        let judged = self.desk.ask(move |d| {
            let judged = heads.iter().map(|(uid, head)| Ok((*uid, judge(d, head)?)));
            judged.collect::<Result<Vec<_>, DeciderError>>()
        });
        let mut ours = Vec::new();
        let mut asked: Vec<(Vec<String>, Vec<u32>)> = Vec::new();
        for (uid, sifted) in judged.await? {
            match sifted {
                Sifted::NotOurs => {}
                Sifted::Ours => ours.push(uid),
                Sifted::IfItHolds(marks) => match asked.iter_mut().find(|(m, _)| *m == marks) {
                    Some((_, uids)) => uids.push(uid),
                    None => asked.push((marks, vec![uid])),
                },
            }
        }
        for (marks, uids) in asked {
            match session.search_holding(&uids, &marks).await {
                Ok(found) => ours.extend(found),
                // A server that will not look has its owner read it herself.
                Err(error) if !error.ends_connection() => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(ours)
    }
}
