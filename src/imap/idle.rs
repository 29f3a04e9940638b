//! Waiting for mail: IDLE (RFC 2177) where the server has it, else a look now and then.
//!
//! Not by async-imap's handle, which waits for ever where IDLE is refused and restarts its clock at
//! every sign of life. The wait ends by its own deadline, however many "still here" a server sends; a refusal does not
//! hang; news that came during an earlier command count as well.

use super::dialog::Command;
use super::fault::ImapError;
use super::reply::Response;
use super::session::Session;
use async_imap::imap_proto::Status;
use std::time::Duration;
use tokio::time::{Instant, sleep_until};

/// Why a wait ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Woke {
    /// The server told of messages: search.
    News,
    /// The time passed; the server is alive. Search all the same: news can get lost.
    Quiet,
    /// The caller's own reason.
    Called,
}

impl Session {
    /// Waits until the server tells of messages in the selected mailbox, `limit` passes (at most
    /// the patience for IDLE), or `call` completes.
    ///
    /// # Errors
    /// If the server said BYE, closed the connection or fell silent at the end.
    pub async fn idle(
        &mut self,
        limit: Duration,
        call: impl Future<Output = ()>,
    ) -> Result<Woke, ImapError> {
        if self.selected.is_none() {
            return Err(ImapError::NothingSelected);
        }
        if self.dialog.news {
            return Ok(Woke::News);
        }
        let until = Instant::now() + limit.min(self.patience.idle_max);
        tokio::pin!(call);
        if self.can("IDLE") && !self.idle_refused {
            let limit = self.patience.command;
            let deadline = Instant::now() + limit;
            let tag = self
                .dialog
                .send(&Command::new("IDLE"), deadline, limit)
                .await?;
            let leave = self
                .dialog
                .wait_for_leave(&tag, "IDLE", deadline, limit)
                .await;
            match leave {
                Ok(()) => return self.listen(&tag, until, call).await,
                Err(ImapError::Refused { .. } | ImapError::Misunderstood { .. }) => {
                    self.idle_refused = true;
                }
                Err(e) => return Err(e),
            }
        }
        self.look_now_and_then(until, call).await
    }

    async fn listen(
        &mut self,
        tag: &str,
        until: Instant,
        mut call: std::pin::Pin<&mut impl Future<Output = ()>>,
    ) -> Result<Woke, ImapError> {
        let limit = self.patience.command;
        let far = until + limit;
        let mut woke = Woke::Quiet;
        while !self.dialog.news {
            tokio::select! {
                biased;
                () = sleep_until(until) => break,
                () = &mut call => {
                    woke = Woke::Called;
                    break;
                }
                response = self.dialog.read(far, limit) => match response? {
                    Response::Told(verdict) if verdict.status == Status::Bye => {
                        return Err(ImapError::Bye { words: verdict.words });
                    }
                    // The server ended IDLE by itself, or asks again: it is out of step.
                    Response::Done { .. } | Response::Continue => return Err(ImapError::OutOfStep),
                    _ => {}
                },
            }
        }
        let deadline = Instant::now() + limit;
        self.dialog.say("DONE", deadline, limit).await?;
        self.dialog
            .finish(tag, "IDLE", deadline, limit, |_| ())
            .await?;
        Ok(if self.dialog.news { Woke::News } else { woke })
    }

    async fn look_now_and_then(
        &mut self,
        until: Instant,
        mut call: std::pin::Pin<&mut impl Future<Output = ()>>,
    ) -> Result<Woke, ImapError> {
        loop {
            let next = until.min(Instant::now() + self.patience.poll);
            let called = tokio::select! {
                biased;
                () = &mut call => true,
                () = sleep_until(next) => false,
            };
            if called {
                return Ok(Woke::Called);
            }
            self.noop().await?;
            if self.dialog.news {
                return Ok(Woke::News);
            }
            if Instant::now() >= until {
                return Ok(Woke::Quiet);
            }
        }
    }
}
