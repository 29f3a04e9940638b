//! How the two connections are doing, for `status`: since when, last contact, last trouble.
//!
//! Times here are the wall's, also in a rehearsal: servers keep no other.

use crate::clock::Clock;
use crate::daemon::request::{Link, Trouble};
use crate::disk;
use chrono::{DateTime, TimeDelta, Utc};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How often the review folder is counted, so that mail taken out of it by hand is noticed.
const COUNT_AGAIN: TimeDelta = TimeDelta::minutes(5);

/// The state of both ends, and of the house around them. Clones show the same.
#[derive(Clone, Debug)]
pub struct Vitals {
    house: Arc<House>,
    state: Arc<Mutex<State>>,
}

/// What stays as it is while the daemon runs.
#[derive(Debug)]
struct House {
    started: DateTime<Utc>,
    store: PathBuf,
    review_folder: String,
}

#[derive(Clone, Debug, Default)]
struct State {
    inbox: Link,
    submission: Link,
    review: Option<(u32, DateTime<Utc>)>,
}

impl Vitals {
    /// Begins now. `store` is where free disk is looked at, `review_folder` where mail is set aside.
    pub fn new(store: &Path, review_folder: &str) -> Self {
        let house = House {
            started: Clock::Wall.now(),
            store: store.to_owned(),
            review_folder: review_folder.to_owned(),
        };
        Self {
            house: Arc::new(house),
            state: Arc::default(),
        }
    }

    /// The inbox answered.
    pub fn inbox_up(&self) {
        up(&mut self.state().inbox);
    }

    /// Whether the inbox has ever answered since the start.
    pub fn inbox_was_up(&self) -> bool {
        self.state().inbox.contact.is_some()
    }

    /// The inbox cannot be reached.
    pub fn inbox_down(&self, trouble: Trouble) {
        down(&mut self.state().inbox, trouble);
    }

    /// A submission was answered.
    pub fn submission_up(&self) {
        up(&mut self.state().submission);
    }

    /// Mail cannot be submitted.
    pub fn submission_down(&self, trouble: Trouble) {
        down(&mut self.state().submission, trouble);
    }

    /// So many mails lie in the review folder.
    pub fn review_counted(&self, mails: u32) {
        self.state().review = Some((mails, Clock::Wall.now()));
    }

    /// Mail was set aside: the last count is too small.
    pub fn review_grew(&self) {
        if let Some((_, counted)) = &mut self.state().review {
            *counted = DateTime::UNIX_EPOCH;
        }
    }

    /// Whether the review folder should be counted again.
    pub fn review_is_stale(&self) -> bool {
        let now = Clock::Wall.now();
        let fresh = |at: DateTime<Utc>| (TimeDelta::zero()..COUNT_AGAIN).contains(&(now - at));
        !self.state().review.is_some_and(|(_, at)| fresh(at))
    }

    /// Mails in the review folder when it was last counted.
    pub fn review(&self) -> Option<u64> {
        self.state().review.map(|(mails, _)| mails.into())
    }

    /// Inbox and submission.
    pub fn links(&self) -> (Link, Link) {
        let state = self.state();
        (state.inbox.clone(), state.submission.clone())
    }

    /// When the daemon was started.
    pub fn started(&self) -> DateTime<Utc> {
        self.house.started
    }

    /// The folder that mail is set aside in, as configured.
    pub fn review_folder(&self) -> &str {
        &self.house.review_folder
    }

    /// Octets that the store may still take; `None` where the system does not tell.
    pub fn disk_free(&self) -> Option<u64> {
        disk::free(&self.house.store)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn up(link: &mut Link) {
    let now = Clock::Wall.now();
    if !link.up {
        link.since = Some(now);
    }
    link.up = true;
    link.contact = Some(now);
    link.trouble = None;
}

fn down(link: &mut Link, mut trouble: Trouble) {
    let now = Clock::Wall.now();
    if link.up || link.since.is_none() {
        link.since = Some(now);
    }
    link.up = false;
    trouble.at = now;
    link.last_trouble = Some(trouble.clone());
    link.trouble = Some(trouble);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_remembers_since_when_and_its_last_trouble() {
        let vitals = Vitals::new(Path::new("/"), "Review");
        vitals.inbox_down(Trouble::told("no route; mend the network", false));
        let (down, _) = vitals.links();
        vitals.inbox_down(Trouble::told("still no route; mend the network", false));
        let (still, untouched) = vitals.links();
        assert_eq!((still.up, still.since), (false, down.since));
        assert_eq!(untouched, Link::default());
        assert!(!vitals.inbox_was_up());
        vitals.inbox_up();
        assert!(vitals.inbox_was_up());
        let (first, _) = vitals.links();
        vitals.inbox_up();
        let (second, _) = vitals.links();
        assert_eq!(first.since, second.since);
        assert!(first.contact <= second.contact && second.trouble.is_none());
        let last = second.last_trouble.expect("remembered");
        assert_eq!(last.means, "still no route");
        assert_eq!(last.remedy, "mend the network");
    }

    #[test]
    fn what_was_set_aside_is_counted_again() {
        let vitals = Vitals::new(Path::new("/"), "Review");
        assert!(vitals.review_is_stale() && vitals.review().is_none());
        vitals.review_counted(2);
        assert!(!vitals.review_is_stale());
        assert_eq!(vitals.review(), Some(2));
        vitals.review_grew();
        assert!(vitals.review_is_stale());
        assert!(vitals.disk_free().is_some_and(|octets| octets > 0));
    }
}
