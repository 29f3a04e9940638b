//! The submitting end: claim, submit, settle; and look for what is in doubt.
//!
//! A claim is durable before a connection is opened, and how an attempt ended is durable before the
//! next one begins. A submission is not cancelled half way: a stop waits for it.

use crate::clock::random;
use crate::daemon::decider::{Decider, DeciderError};
use crate::daemon::inbox::Wish;
use crate::daemon::outgoing::Claimed;
use crate::daemon::request::Trouble;
use crate::daemon::room;
use crate::daemon::thread::{AskError, Desk};
use crate::daemon::vitals::Vitals;
use crate::maillog;
use crate::smtp::{ConnectError, Patience, SmtpAccount, Submitter};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, mpsc, oneshot, watch};
use tokio::time::Instant;

/// An account about to be known.
pub type BoxedLogin = Pin<Box<dyn Future<Output = Result<SmtpAccount, String>> + Send>>;

/// Where the password comes from, asked anew for each connection.
pub type Login = Arc<dyn Fn() -> BoxedLogin + Send + Sync>;

/// Longest wait between two looks at the outbox.
const LOOK: Duration = Duration::from_secs(20);

/// Longest pause after failures to connect.
const PAUSE_MAX: Duration = Duration::from_secs(60);

/// Idle connections are given up after this time.
const IDLE_MAX: Duration = Duration::from_secs(5);

/// The submitting task.
pub struct Submitting {
    pub desk: Desk,
    pub login: Login,
    pub patience: Patience,
    pub vitals: Vitals,
    /// Something may have been queued.
    pub queued: Arc<Notify>,
    /// Least time between two mails.
    pub spacing: Duration,
    pub wishes: mpsc::Sender<Wish>,
    pub stop: watch::Receiver<bool>,
}

impl Submitting {
    /// Submits until told to stop.
    ///
    /// # Errors
    /// If the decider fails: then nothing can go on.
    pub async fn run(mut self) -> Result<(), AskError> {
        let mut submitter: Option<Submitter> = None;
        let mut failures = 0u32;
        loop {
            let mut worked = true;
            let mut waits = false;
            while !*self.stop.borrow() {
                let Some(claimed) = self.claim(&mut waits).await? else {
                    break;
                };
                let began = Instant::now();
                match self.submit(&mut submitter, &claimed.submission).await {
                    Ok(outcome) => {
                        failures = 0;
                        self.vitals.submission_up();
                        let (row, outcome) = (claimed.row, Arc::new(outcome));
                        self.write_down(move |d| d.settle(row, &outcome)).await?;
                    }
                    Err(why) => {
                        let row = claimed.row;
                        self.write_down(move |d| d.settle_unreachable(row)).await?;
                        submitter = None;
                        worked = false;
                        failures = failures.saturating_add(1);
                        let pause = pause(failures);
                        maillog::submission_lost(&why.to_string(), pause);
                        self.vitals.submission_down(why);
                        self.wait(pause).await;
                    }
                }
                let spacing = self.spacing.saturating_sub(began.elapsed());
                if worked && !spacing.is_zero() {
                    self.wait(spacing).await;
                }
            }
            if *self.stop.borrow() {
                if let Some(mut submitter) = submitter {
                    submitter.rest().await;
                }
                return Ok(());
            }
            match self.look_for_the_doubtful().await {
                Err(error) if error.passes() => maillog::waits("a doubt", &error.to_string()),
                other => other?,
            }
            waits |= !self.desk.has_room().await?;
            let rest = match submitter {
                Some(_) => IDLE_MAX,
                None if waits => room::LOOK_AGAIN,
                None => LOOK,
            };
            let woken = tokio::select! {
                () = self.queued.notified() => true,
                _ = self.stop.changed() => true,
                () = tokio::time::sleep(rest) => false,
            };
            if !woken && let Some(mut idle) = submitter.take() {
                idle.rest().await;
            }
        }
    }

    /// The next letter, or none for now; `waits` where that is for a moment only. None before the
    /// mailbox was first seen: what lies there by then is old, and no answer of ours may be among it.
    async fn claim(&self, waits: &mut bool) -> Result<Option<Claimed>, AskError> {
        let next = |d: &mut Decider| match d.ledger.has_seen_a_mailbox()? {
            true => d.claim(),
            false => Ok(None),
        };
        match self.desk.ask(next).await {
            Err(error) if error.passes() => {
                maillog::waits("sending", &error.to_string());
                *waits = true;
                Ok(None)
            }
            other => other,
        }
    }

    /// Writes down how an attempt ended: again and again while the disk is full, since it did happen.
    /// A stop meanwhile leaves it in doubt for the next start.
    async fn write_down(
        &mut self,
        job: impl Fn(&mut Decider) -> Result<(), DeciderError> + Clone + Send + 'static,
    ) -> Result<(), AskError> {
        loop {
            match self.desk.ask(job.clone()).await {
                Err(error) if error.is_full() && !*self.stop.borrow() => {
                    maillog::waits("writing down what was sent", &error.to_string());
                    self.wait(room::LOOK_AGAIN).await;
                }
                Err(error) if error.passes() => return Ok(()),
                other => return other,
            }
        }
    }

    async fn submit(
        &self,
        submitter: &mut Option<Submitter>,
        submission: &crate::smtp::Submission,
    ) -> Result<crate::smtp::Outcome, Trouble> {
        if submitter.is_none() {
            let account = (self.login)().await;
            let account = account.map_err(|why| Trouble::told(&why, true))?;
            *submitter = Some(Submitter::new(account, self.patience));
        }
        let Some(open) = submitter else {
            return Err(Trouble::told("there is no account", true));
        };
        open.submit(submission)
            .await
            .map_err(|e: ConnectError| Trouble::new(e.to_string(), e.remedy(), e.needs_a_person()))
    }

    async fn wait(&mut self, pause: Duration) {
        let _ = tokio::time::timeout(pause, self.stop.changed()).await;
    }

    /// What a lost reply or a kill left in doubt is looked for in the sent mail before it is sent
    /// again as the same message.
    async fn look_for_the_doubtful(&mut self) -> Result<(), AskError> {
        if !self.desk.has_room().await? {
            return Ok(()); // what was found out could not be written down
        }
        for doubtful in self.desk.ask(|d| d.doubtful()).await? {
            let (answer, wait) = oneshot::channel();
            let wish = Wish::FindSent(doubtful.message_id, answer);
            if self.wishes.send(wish).await.is_err() {
                return Ok(());
            }
            // Without a connection to look through, the doubt stays until there is one.
            if let Ok(found) = wait.await {
                let row = doubtful.row;
                self.write_down(move |d| d.resolve(row, found)).await?;
                self.queued.notify_one();
            }
        }
        Ok(())
    }
}

fn pause(failures: u32) -> Duration {
    let grown = Duration::from_secs(1 << failures.min(6)).min(PAUSE_MAX);
    let share = random::<1>().map_or(0, |octet| u32::from(octet[0]));
    grown / 2 + grown / 2 * share / 255
}
