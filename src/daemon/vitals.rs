//! How the two connections are doing, for `status`.

use crate::clock::Clock;
use crate::daemon::request::Link;
use std::sync::{Arc, Mutex, PoisonError};

/// The state of both ends. Clones show the same.
#[derive(Clone, Debug, Default)]
pub struct Vitals {
    links: Arc<Mutex<(Link, Link)>>,
}

impl Vitals {
    /// The inbox answered.
    pub fn inbox_up(&self) {
        self.with(|links| links.0 = up());
    }

    /// The inbox cannot be reached.
    pub fn inbox_down(&self, trouble: &str) {
        self.with(|links| down(&mut links.0, trouble));
    }

    /// A submission was answered.
    pub fn submission_up(&self) {
        self.with(|links| links.1 = up());
    }

    /// Mail cannot be submitted.
    pub fn submission_down(&self, trouble: &str) {
        self.with(|links| down(&mut links.1, trouble));
    }

    /// Inbox and submission.
    pub fn links(&self) -> (Link, Link) {
        self.links.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn with(&self, edit: impl FnOnce(&mut (Link, Link))) {
        edit(&mut self.links.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

fn up() -> Link {
    Link { up: true, since: Some(Clock::Wall.now()), trouble: String::new() }
}

fn down(link: &mut Link, trouble: &str) {
    if link.up || link.since.is_none() {
        link.since = Some(Clock::Wall.now());
    }
    link.up = false;
    trouble.clone_into(&mut link.trouble);
}
