//! The decider's thread, and the handle by which others give it jobs.

use crate::daemon::decider::{Decider, DeciderError};
use std::io;
use std::thread::JoinHandle;
use thiserror::Error;
use tokio::sync::{mpsc, oneshot};

type Job = Box<dyn FnOnce(&mut Decider) + Send>;

/// Why a job brought no answer.
#[derive(Debug, Error)]
pub enum AskError {
    /// The thread has ended.
    #[error("the daemon is stopping")]
    Gone,
    /// The job failed.
    #[error(transparent)]
    Decider(#[from] DeciderError),
}

impl AskError {
    /// Whether the daemon goes on all the same and tries again: the disk is full for now, or it was a
    /// single job that failed.
    pub const fn passes(&self) -> bool {
        match self {
            Self::Gone => false,
            Self::Decider(error) => error.is_full() || error.is_of_the_matter(),
        }
    }

    /// Whether the disk is full.
    pub const fn is_full(&self) -> bool {
        matches!(self, Self::Decider(error) if error.is_full())
    }
}

/// A way to the decider. Clones lead to the same one.
#[derive(Clone)]
pub struct Desk {
    jobs: mpsc::UnboundedSender<Job>,
}

impl Desk {
    /// Starts the thread. It ends when every `Desk` is gone, and closes the store then.
    ///
    /// # Errors
    /// If the operating system gives no thread.
    pub fn start(mut decider: Decider) -> io::Result<(Self, JoinHandle<()>)> {
        let (jobs, mut next) = mpsc::unbounded_channel::<Job>();
        let work = move || {
            while let Some(job) = next.blocking_recv() {
                job(&mut decider);
            }
            decider.close();
        };
        let thread = std::thread::Builder::new()
            .name("decider".to_owned())
            .spawn(work)?;
        Ok((Self { jobs }, thread))
    }

    /// Whether there is room on the disk for new work.
    ///
    /// # Errors
    /// If the daemon is stopping.
    pub async fn has_room(&self) -> Result<bool, AskError> {
        match self.ask(|d| Ok(d.has_room())).await {
            Err(error) if error.is_full() => Ok(false),
            other => other,
        }
    }

    /// Gives a job and waits for its answer. When it comes, what was decided is durable.
    ///
    /// # Errors
    /// If the job fails or the daemon is stopping.
    pub async fn ask<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Decider) -> Result<T, DeciderError> + Send + 'static,
    ) -> Result<T, AskError> {
        let (answer, wait) = oneshot::channel();
        let job = Box::new(move |decider: &mut Decider| {
            // Whoever asked may have gone; the job is done all the same.
            let _ = answer.send(decider.guarded("a job", job));
        });
        self.jobs.send(job).map_err(|_| AskError::Gone)?;
        Ok(wait.await.map_err(|_| AskError::Gone)??)
    }
}
