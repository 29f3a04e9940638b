//! The conductor: lets due things run when their time comes, or moves a rehearsal clock.
//!
//! By the wall's clock it sleeps until the next due moment, and looks once a minute in case the
//! clock was changed. By hand it visits each due moment in order; before each the mailbox has to be
//! quiet, and after each everything that came due has to be handed over.

use crate::clock::Clock;
use crate::daemon::inbox::Wish;
use crate::daemon::request::Ran;
use crate::daemon::room;
use crate::daemon::thread::{AskError, Desk};
use crate::maillog;
use chrono::{DateTime, Utc};
use std::sync::Arc;
use std::time::Duration;
use thiserror::Error;
use tokio::sync::{Notify, mpsc, oneshot, watch};
use tokio::time::{Instant, sleep};

/// How long what came due may take to be handed over, before a rehearsal gives up.
const HANDOVER_MAX: Duration = Duration::from_secs(60);

/// How long the inbox may take to answer a look.
const LOOK_MAX: Duration = Duration::from_secs(60);

/// The wall's clock is looked at this often.
const CHECK: Duration = Duration::from_secs(60);

/// Why a rehearsal clock was not moved.
#[derive(Debug, Error)]
pub enum ClockError {
    /// There is no clock to move.
    #[error(
        "the daemon runs by the wall's clock; start it with `postlunch run --rehearsal START` to move time by hand"
    )]
    NotByHand,
    /// The inbox does not answer.
    #[error("the inbox does not answer, the clock stays at {0}; see `postlunch status`")]
    NoInbox(DateTime<Utc>),
    /// Mail is not being taken.
    #[error(
        "what came due was not handed over within 60 seconds, the clock stays at {0}; see `postlunch status`"
    )]
    NotHandedOver(DateTime<Utc>),
    /// See `AskError`.
    #[error(transparent)]
    Ask(#[from] AskError),
}

/// The conductor. Clones conduct the same daemon.
#[derive(Clone)]
pub struct Conductor {
    pub(super) desk: Desk,
    pub(super) clock: Clock,
    pub(super) queued: Arc<Notify>,
    pub(super) wishes: mpsc::Sender<Wish>,
}

impl Conductor {
    /// By the wall's clock: runs what comes due until told to stop.
    pub(super) async fn run(self, mut stop: watch::Receiver<bool>) -> Result<(), AskError> {
        while !*stop.borrow() {
            let looked = self
                .desk
                .ask(|d| {
                    let ran = d.run_due()?;
                    Ok((ran, d.room, d.next_turn()?))
                })
                .await;
            let (ran, room, next) = match looked {
                Err(error) if error.passes() => {
                    maillog::waits("what is due", &error.to_string());
                    (Vec::new(), false, None)
                }
                other => other?,
            };
            if !ran.is_empty() {
                self.queued.notify_one();
            }
            let next = next.filter(|_| room);
            let until_next = next
                .map(|at| at - self.clock.now())
                .and_then(|gap| gap.to_std().ok());
            let most = if room { CHECK } else { room::LOOK_AGAIN };
            let pause = until_next
                .unwrap_or(most)
                .clamp(Duration::from_millis(200), CHECK);
            let _ = tokio::time::timeout(pause, stop.changed()).await;
        }
        Ok(())
    }

    /// The next moment at which something comes due: a turn, or another attempt at a mail.
    ///
    /// # Errors
    /// If the decider fails.
    pub async fn next_due(&self) -> Result<Option<DateTime<Utc>>, AskError> {
        let (turn, outlook) = self
            .desk
            .ask(|d| Ok((d.next_turn()?, d.outbox_outlook()?)))
            .await?;
        Ok([turn, outlook.next].into_iter().flatten().min())
    }

    /// Moves the clock to `target`, visiting each due moment on the way. Returns what ran.
    ///
    /// # Errors
    /// If the inbox is silent or mail is not taken; the clock stays where that happened.
    pub async fn advance_to(
        &self,
        target: DateTime<Utc>,
        settle: Duration,
    ) -> Result<Vec<Ran>, ClockError> {
        if !self.clock.is_by_hand() {
            return Err(ClockError::NotByHand);
        }
        self.desk.ask(|d| Ok(d.take_log())).await?;
        loop {
            self.settle(settle).await?;
            self.hand_over().await?;
            match self.next_due().await? {
                Some(next) if next <= target => self.visit(next).await?,
                _ => break,
            }
        }
        self.visit(target).await?;
        self.hand_over().await?;
        Ok(self.desk.ask(|d| Ok(d.take_log())).await?)
    }

    /// Moves the clock to the next due moment. Returns what ran.
    ///
    /// # Errors
    /// As `advance_to`.
    pub async fn next(&self, settle: Duration) -> Result<Vec<Ran>, ClockError> {
        if !self.clock.is_by_hand() {
            return Err(ClockError::NotByHand);
        }
        self.settle(settle).await?;
        self.hand_over().await?;
        match self.next_due().await? {
            Some(next) => self.advance_to(next.max(self.clock.now()), settle).await,
            None => Ok(Vec::new()),
        }
    }

    async fn visit(&self, moment: DateTime<Utc>) -> Result<(), ClockError> {
        self.desk
            .ask(move |d| {
                d.move_clock(moment)?;
                d.run_due()
            })
            .await?;
        Ok(())
    }

    /// Reads the mailbox until nothing has come for so long.
    ///
    /// # Errors
    /// If the inbox does not answer.
    pub async fn settle(&self, quiet: Duration) -> Result<(), ClockError> {
        let mut quiet_since = Instant::now();
        loop {
            if self.look().await? > 0 {
                quiet_since = Instant::now();
                continue;
            }
            let left = quiet.saturating_sub(quiet_since.elapsed());
            if left.is_zero() {
                return Ok(());
            }
            sleep(left.min(Duration::from_millis(50))).await;
        }
    }

    /// One look into the inbox; while it is being connected again, waits for that.
    async fn look(&self) -> Result<usize, ClockError> {
        let until = Instant::now() + LOOK_MAX;
        while Instant::now() < until {
            let (answer, wait) = oneshot::channel();
            if self.wishes.send(Wish::Sweep(answer)).await.is_err() {
                break;
            }
            if let Ok(Ok(looked)) = tokio::time::timeout_at(until, wait).await {
                return Ok(looked);
            }
            sleep(Duration::from_millis(100)).await;
        }
        Err(ClockError::NoInbox(self.clock.now()))
    }

    /// Waits until everything whose time has come is handed over.
    async fn hand_over(&self) -> Result<(), ClockError> {
        let until = Instant::now() + HANDOVER_MAX;
        loop {
            let outlook = self.desk.ask(|d| d.outbox_outlook()).await?;
            if !outlook.busy {
                return Ok(());
            }
            if Instant::now() >= until {
                return Err(ClockError::NotHandedOver(self.clock.now()));
            }
            self.queued.notify_one();
            sleep(Duration::from_millis(5)).await;
        }
    }
}
