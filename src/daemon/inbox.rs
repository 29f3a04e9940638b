//! The inbox end: watch, fetch without a trace, read, hand to the decider, move.
//!
//! A message is moved only after its decision is durable. What is not ours is fetched by PEEK and
//! left exactly as it was. Every loss of the connection ends in a new one; progress rests on the
//! ledger alone, never on an empty answer.

use crate::clock::{Clock, random};
use crate::crash_point;
use crate::daemon::decider::{Decider, DeciderError};
use crate::daemon::incoming::{Handled, Place};
use crate::daemon::ledger::Progress;
use crate::daemon::request;
use crate::daemon::review::{Reviewed, TRIES_MAX, Why};
use crate::daemon::room;
use crate::daemon::thread::{AskError, Desk};
use crate::daemon::vitals::Vitals;
use crate::imap::watch::{Loss, Reconnects};
use crate::imap::{Fetched, ImapAccount, ImapError, Mailbox, Patience, Session};
use crate::maillog;
use crate::reading::message::Message;
use crate::words::confidential::Confidential;
use chrono::{DateTime, FixedOffset, NaiveDate, TimeDelta};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;
use thiserror::Error;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

/// Biggest message fetched, in octets; of a bigger one of ours only the header is read.
const MESSAGE_OCTETS_MAX: u32 = 10 * 1024 * 1024;

/// Longest wait between two looks, whatever IDLE says.
const POLL: Duration = Duration::from_secs(9 * 60);

/// Longest wait while a mail that failed waits for its next try.
const TRY_AGAIN: Duration = Duration::from_secs(5);

/// Handled mail is looked through this often.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Most heads fetched in one go.
const HEADS: usize = 50;

/// Names of folders, as configured.
#[derive(Clone, Debug)]
pub struct Folders {
    /// Where mail comes in.
    pub inbox: String,
    /// Where handled mail goes.
    pub done: String,
    /// Where mail goes that needs a person.
    pub review: String,
    /// Where sent mail is kept, if the operator says so.
    pub sent: Option<String>,
}

/// What others may ask of the inbox.
pub enum Wish {
    /// Look now; answers how many messages were looked at.
    Sweep(oneshot::Sender<usize>),
    /// Look for a Message-ID in the sent mail: found or not, `None` if there is no such folder.
    FindSent(String, oneshot::Sender<Option<bool>>),
    /// Move a mail out of Review, back to the inbox (`true`) or to Done; whether it was there.
    Review(Reviewed, bool, oneshot::Sender<bool>),
}

/// Where the password comes from, asked anew at each log-in.
pub type Login = Arc<dyn Fn() -> futures::BoxedLogin + Send + Sync>;

/// A boxed future, spelled once.
pub mod futures {
    use super::ImapAccount;
    use std::pin::Pin;

    /// An account about to be known.
    pub type BoxedLogin = Pin<Box<dyn Future<Output = Result<ImapAccount, String>> + Send>>;
}

/// Why the inbox stopped working for now.
#[derive(Debug, Error)]
pub(super) enum Trouble {
    #[error(transparent)]
    Imap(#[from] ImapError),
    #[error(transparent)]
    Ask(#[from] AskError),
    #[error("{0}")]
    Account(String),
}

/// A message as it was fetched.
struct Mail {
    octets: Confidential<Vec<u8>>,
    /// Or only its header.
    whole: bool,
    /// INTERNALDATE (RFC 3501 section 2.3.3).
    came: Option<DateTime<FixedOffset>>,
}

/// The inbox task.
pub struct Inbox {
    pub desk: Desk,
    pub login: Login,
    pub folders: Folders,
    pub patience: Patience,
    pub vitals: Vitals,
    /// Whether a few header fields are looked at before anything else is fetched.
    pub sifts: bool,
    /// How long handled mail is kept.
    pub retention: TimeDelta,
    /// Wakes the submitting side: something may have been queued.
    pub queued: Arc<tokio::sync::Notify>,
    /// Mails that were looked at so far.
    pub seen: AtomicU64,
}

/// Some of `uids` after the other: one at first, then twice as many each time, up to `most`. So a
/// connection that breaks soon has brought something all the same.
pub(super) fn portions(uids: &[u32], most: usize) -> impl Iterator<Item = &[u32]> {
    let mut rest = uids;
    let mut next = 1;
    std::iter::from_fn(move || {
        let (some, behind) = rest.split_at(next.min(rest.len()));
        rest = behind;
        next = (next * 2).min(most);
        (!some.is_empty()).then_some(some)
    })
}

/// The folders of one connection.
pub(super) struct Places {
    pub(super) done: Mailbox,
    pub(super) review: Mailbox,
    pub(super) sent: Option<Mailbox>,
}

impl Inbox {
    /// Watches until the wishes end, connecting again for ever.
    ///
    /// # Errors
    /// If the decider fails: then nothing can go on.
    pub async fn run(self, mut wishes: mpsc::Receiver<Wish>) -> Result<(), AskError> {
        let mut reconnects = Reconnects::new();
        loop {
            let began = Instant::now();
            let seen = self.seen.load(Relaxed);
            let trouble = match self.watch(&mut wishes).await {
                Ok(()) => return Ok(()),
                Err(Trouble::Ask(error)) if !error.passes() => return Err(error),
                Err(trouble) => trouble,
            };
            let refused = matches!(&trouble, Trouble::Imap(e) if e.needs_a_person())
                || matches!(trouble, Trouble::Account(_));
            let loss = if refused { Loss::Refused } else { Loss::Broken };
            let held = began.elapsed();
            if self.seen.load(Relaxed) != seen {
                reconnects.was_of_use();
            }
            let lucky = u64::from_be_bytes(random().unwrap_or([7; 8]));
            let pause = reconnects.next_pause(loss, held, held, lucky);
            let told = match &trouble {
                Trouble::Imap(e) => request::Trouble::new(e.to_string(), e.remedy(), refused),
                other => request::Trouble::told(&other.to_string(), refused),
            };
            maillog::inbox_away(self.vitals.inbox_was_up(), &told.to_string(), pause);
            self.vitals.inbox_down(told);
            if self.rest(pause, &mut wishes).await.is_none() {
                return Ok(());
            }
        }
    }

    /// Waits; wishes made meanwhile bring the next try forward, but not below the spacing of
    /// log-ins. `None` when the wishes have ended.
    async fn rest(&self, pause: Duration, wishes: &mut mpsc::Receiver<Wish>) -> Option<()> {
        let until = Instant::now() + pause;
        while let Ok(wish) = tokio::time::timeout_at(until, wishes.recv()).await {
            // Dropping it tells the one who asks that there is no connection.
            drop(wish?);
        }
        Some(())
    }

    async fn watch(&self, wishes: &mut mpsc::Receiver<Wish>) -> Result<(), Trouble> {
        let account = (self.login)().await.map_err(Trouble::Account)?;
        let mut session = Session::connect(&account, &self.patience).await?;
        let places = self.places(&mut session).await?;
        let inbox = Mailbox::named(&self.folders.inbox);
        let selected = session.select(&inbox).await?;
        maillog::inbox_open(selected.exists);
        let mut progress = self
            .progress(&mut session, selected.uid_validity, selected.uid_next)
            .await?;
        if self.desk.ask(|d| d.reads_again()).await? {
            self.read_again(&mut session, &places).await?;
            session.select(&inbox).await?;
        }
        self.vitals.inbox_up();
        let mut answer: Option<oneshot::Sender<usize>> = None;
        let mut cleared: Option<Instant> = None;
        loop {
            let room = self.desk.has_room().await?;
            if room && cleared.is_none_or(|at| at.elapsed() > DAY) {
                if self.sifts {
                    self.clear_ours(&mut session, &places, &inbox).await?;
                } else {
                    self.clear_done(&mut session, &places).await?;
                }
                self.acknowledge_the_decided(&mut session, &places, progress.uid_validity)
                    .await?;
                cleared = Some(Instant::now());
            }
            let mut pending = false;
            if room {
                pending = self
                    .try_again(&mut session, &places, progress.uid_validity)
                    .await?;
            }
            let looked = if !room {
                0 // mail waits where it is
            } else if self.sifts {
                self.sift(&mut session, &places, &mut progress).await?
            } else {
                self.sweep(&mut session, &places, &mut progress).await?
            };
            self.vitals.inbox_up();
            if let Some(answer) = answer.take() {
                let _ = answer.send(looked);
            } else if looked > 0 {
                continue; // more may have come meanwhile
            }
            if self.vitals.review_is_stale() {
                self.count_review(&mut session, &places).await?;
            }
            let mut wish = None;
            let call = async { wish = Some(wishes.recv().await) };
            let rest = match room {
                true if !pending => POLL,
                true => TRY_AGAIN,
                false => room::LOOK_AGAIN,
            };
            session.idle(rest, call).await?;
            match wish {
                None => {}
                Some(None) => {
                    session.logout().await;
                    return Ok(());
                }
                Some(Some(Wish::Sweep(asked))) => {
                    session.noop().await?;
                    answer = Some(asked);
                }
                Some(Some(Wish::Review(reviewed, retry, asked))) => {
                    let moved = self.review(&mut session, &places, &inbox, &reviewed, retry);
                    let _ = asked.send(moved.await?);
                }
                Some(Some(Wish::FindSent(id, asked))) => {
                    let found = self.find_sent(&mut session, &places, &id).await?;
                    let _ = asked.send(found);
                }
            }
        }
    }

    async fn places(&self, session: &mut Session) -> Result<Places, Trouble> {
        let sent = match &self.folders.sent {
            Some(name) => Some(Mailbox::at_levels(name, session.delimiter())),
            None => session.sent_mailbox().await?,
        };
        Ok(Places {
            done: session.ensure_folder(&self.folders.done).await?,
            review: session.ensure_folder(&self.folders.review).await?,
            sent,
        })
    }

    /// Once after a restore: decides on what lies in Done and is not known, since it came in after
    /// the backup was made. What is known is passed over.
    async fn read_again(&self, session: &mut Session, places: &Places) -> Result<(), Trouble> {
        let selected = session.select(&places.done).await?;
        let uids = session.search_from(1).await?;
        for some in uids.chunks(HEADS) {
            for head in session.fetch_heads(some).await? {
                let fetched = session.fetch(head.uid, MESSAGE_OCTETS_MAX).await?;
                let Fetched::Whole(octets) = fetched else {
                    continue;
                };
                let place = Place {
                    mailbox: self.folders.done.clone(),
                    uid_validity: selected.uid_validity,
                    uid: head.uid,
                };
                let mail = Mail {
                    octets,
                    whole: true,
                    came: head.internal_date,
                };
                self.handle(&place, mail).await?;
            }
        }
        maillog::read_again(uids.len());
        Ok(self.desk.ask(|d| d.has_read_again()).await?)
    }

    /// How far this mailbox was read. A first start begins behind everything that is there.
    async fn progress(
        &self,
        session: &mut Session,
        uid_validity: u32,
        uid_next: Option<u32>,
    ) -> Result<Progress, Trouble> {
        let name = self.folders.inbox.clone();
        let known = self.desk.ask(move |d| d.progress(&name)).await?;
        let progress = match known {
            Some(known) if known.uid_validity == uid_validity => return Ok(known),
            Some(known) => {
                maillog::inbox_renumbered(uid_validity);
                Progress {
                    uid_validity,
                    last_uid: 0,
                    since: known.since,
                    renumbered: true,
                }
            }
            None => {
                let last_uid = match uid_next {
                    Some(next) => next.saturating_sub(1),
                    None => session.search_from(1).await?.last().copied().unwrap_or(0),
                };
                maillog::inbox_first_seen(last_uid);
                Progress {
                    uid_validity,
                    last_uid,
                    since: Clock::Wall.now(),
                    renumbered: false,
                }
            }
        };
        self.write_progress(progress).await?;
        self.queued.notify_one(); // letters wait until this is known
        Ok(progress)
    }

    pub(super) async fn write_progress(&self, progress: Progress) -> Result<(), Trouble> {
        let name = self.folders.inbox.clone();
        Ok(self
            .desk
            .ask(move |d| d.set_progress(&name, progress))
            .await?)
    }

    /// R2 to R3 for what a stop left half way.
    async fn acknowledge_the_decided(
        &self,
        session: &mut Session,
        places: &Places,
        uid_validity: u32,
    ) -> Result<(), Trouble> {
        let name = self.folders.inbox.clone();
        let left = self
            .desk
            .ask(move |d| d.unacknowledged(&name, uid_validity))
            .await?;
        for (place, handled) in left {
            self.acknowledge(session, places, place, handled).await?;
            self.seen.fetch_add(1, Relaxed);
        }
        Ok(())
    }

    async fn acknowledge(
        &self,
        session: &mut Session,
        places: &Places,
        place: Place,
        handled: Handled,
    ) -> Result<(), Trouble> {
        let to = match handled {
            Handled::NotOurs | Handled::Later => return Ok(()),
            Handled::Done => &places.done,
            Handled::Review => &places.review,
        };
        match session.move_to(place.uid, to).await {
            Ok(_) => {}
            // It is decided, and stays where it is until the server moves it; others go on. Where
            // the folder is gone, a new connection makes it again.
            Err(ImapError::Refused { code, words, .. }) if code != "TRYCREATE" => {
                maillog::not_moved(place.uid, &format!("{code} {words}"));
                return Ok(());
            }
            Err(error) => return Err(error.into()),
        }
        if handled == Handled::Review {
            self.vitals.review_grew();
        }
        self.desk.ask(move |d| d.acknowledged(&place)).await?;
        Ok(())
    }

    /// Looks at everything behind the last message looked at. Returns how many there were.
    async fn sweep(
        &self,
        session: &mut Session,
        places: &Places,
        progress: &mut Progress,
    ) -> Result<usize, Trouble> {
        let uids = session
            .search_from(progress.last_uid.saturating_add(1))
            .await?;
        for some in portions(&uids, HEADS) {
            let heads = session.fetch_heads(some).await?;
            for uid in some {
                if let Some(head) = heads.iter().find(|head| head.uid == *uid) {
                    let old = head.internal_date.is_some_and(|at| at < progress.since);
                    if !(progress.renumbered && old) {
                        self.look_at(session, places, progress.uid_validity, head)
                            .await?;
                    }
                }
                progress.last_uid = progress.last_uid.max(*uid);
            }
            self.write_progress(*progress).await?;
            self.seen.fetch_add(some.len() as u64, Relaxed);
        }
        Ok(uids.len())
    }

    pub(super) async fn look_at(
        &self,
        session: &mut Session,
        places: &Places,
        uid_validity: u32,
        head: &crate::imap::Head,
    ) -> Result<(), Trouble> {
        let place = Place {
            mailbox: self.folders.inbox.clone(),
            uid_validity,
            uid: head.uid,
        };
        let known = place.clone();
        // Of what failed so often only the header is touched again.
        let poisoned = self.desk.ask(move |d| Ok(d.tries(&known)? >= TRIES_MAX));
        let (octets, whole) = match poisoned.await? {
            true => (head.header.clone(), false),
            false => match session.fetch(head.uid, MESSAGE_OCTETS_MAX).await? {
                Fetched::Whole(octets) => (octets, true),
                Fetched::TooLarge { .. } => (head.header.clone(), false),
                Fetched::Gone => return Ok(()),
            },
        };
        let mail = Mail {
            octets,
            whole,
            came: head.internal_date,
        };
        let handled = self.handle(&place, mail).await?;
        if handled != Handled::NotOurs {
            self.seen.fetch_add(1, Relaxed);
        }
        self.acknowledge(session, places, place, handled).await?;
        if handled != Handled::NotOurs {
            self.queued.notify_one();
        }
        Ok(())
    }

    /// The day before which handled mail is cleared away.
    pub(super) fn kept_since(&self) -> Option<NaiveDate> {
        let before = Clock::Wall.now().checked_sub_signed(self.retention);
        before.map(|at| at.date_naive())
    }

    /// Handles a message that may have failed before. The third failure sets it aside; others go on.
    async fn handle(&self, place: &Place, mail: Mail) -> Result<Handled, Trouble> {
        let under_way = place.clone();
        let tries = self.desk.ask(move |d| {
            d.note_handling(Some(&under_way))?;
            d.tries(&under_way)
        });
        let tries = tries.await?;
        let handled = self.try_to_handle(place, mail, tries).await;
        let done = match handled {
            Err(Trouble::Ask(AskError::Decider(error))) if error.is_of_the_matter() => {
                maillog::waits("a mail", &error.to_string());
                let failed = place.clone();
                self.desk.ask(move |d| d.failed(&failed)).await?;
                Ok(Handled::Later)
            }
            other => other,
        };
        self.desk.ask(|d| d.note_handling(None)).await?;
        done
    }

    /// Routes, reads and decides. What failed three times is only routed, and set aside.
    async fn try_to_handle(
        &self,
        place: &Place,
        mail: Mail,
        tries: u64,
    ) -> Result<Handled, Trouble> {
        let Mail {
            octets,
            whole,
            came,
        } = mail;
        let parsed =
            tokio::task::spawn_blocking(move || Arc::new(Message::parse(octets.reveal()))).await;
        let Ok(message) = parsed else {
            return self.leave_alone(place).await; // it cannot be shown to be ours
        };
        let about = message.clone();
        let routed = self.desk.ask(move |d| d.route(&about, d.came(came))).await;
        let (route, background) = match routed {
            Ok(Some(found)) => found,
            Ok(None) if tries > 0 => return self.leave_alone(place).await,
            Ok(None) => return Ok(Handled::NotOurs),
            Err(AskError::Decider(error)) if error.is_of_the_matter() && tries >= TRIES_MAX => {
                return self.leave_alone(place).await;
            }
            Err(error) => return Err(error.into()),
        };
        let place = place.clone();
        if !whole || tries >= TRIES_MAX {
            let why = match tries >= TRIES_MAX {
                true => Why::Failed,
                false => Why::TooLarge,
            };
            let person = route.person;
            let set_aside = move |d: &mut Decider| d.set_aside(&place, &message, person, why);
            return Ok(self.desk.ask(set_aside).await?);
        }
        let text = message.clone();
        let read = move || {
            let id = text.message_id.as_ref().map_or("", |id| id.as_str());
            crash_point::poison(&format!("read {id}"));
            background.read(&text)
        };
        let Ok(reading) = tokio::task::spawn_blocking(read).await else {
            maillog::mistake("reading");
            return Err(AskError::from(DeciderError::Mistake).into());
        };
        let decide = move |d: &mut Decider| d.receive(&place, &message, &route, &reading);
        Ok(self.desk.ask(decide).await?)
    }

    async fn leave_alone(&self, place: &Place) -> Result<Handled, Trouble> {
        let place = place.clone();
        self.desk.ask(move |d| d.leave_alone(&place)).await?;
        Ok(Handled::NotOurs)
    }

    /// Looks once more at what failed, where its time has come; whether there is more to come.
    async fn try_again(
        &self,
        session: &mut Session,
        places: &Places,
        uid_validity: u32,
    ) -> Result<bool, Trouble> {
        let name = self.folders.inbox.clone();
        let again = self.desk.ask(move |d| d.to_try_again(&name, uid_validity));
        let (due, later) = again.await?;
        for some in portions(&due, HEADS) {
            let heads = session.fetch_heads(some).await?;
            for uid in some {
                let head = heads.iter().find(|head| head.uid == *uid);
                match head {
                    Some(head) => self.look_at(session, places, uid_validity, head).await?,
                    None => {
                        let gone = Place {
                            mailbox: self.folders.inbox.clone(),
                            uid_validity,
                            uid: *uid,
                        };
                        self.leave_alone(&gone).await?;
                    }
                }
            }
        }
        Ok(later || !due.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::portions;

    #[test]
    fn many_are_fetched_one_at_first_then_more_and_more() {
        let uids: Vec<u32> = (1..=20).collect();
        let lengths: Vec<usize> = portions(&uids, 8).map(<[u32]>::len).collect();
        assert_eq!(lengths, [1, 2, 4, 8, 5]);
        assert_eq!(portions(&uids, 8).flatten().count(), uids.len());
        assert_eq!(portions(&[], 8).count(), 0);
    }
}
