//! The doctor: tries a configuration against the real servers and says what to mend.
//!
//! One function for each check, each giving a `Finding`: how bad it is, what it means, what to do.
//! It sends no mail and changes nothing, except that the two folders which the daemon needs are
//! made where they are missing, as the daemon itself would do.

mod house;
mod mail;

use crate::config::Config;
use serde::Serialize;
use std::time::Duration;

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// As it should be.
    Ok,
    /// It runs, but deserves a look.
    Warning,
    /// It will not run like this.
    Wrong,
}

/// What one check found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How much it matters.
    pub level: Level,
    /// What was looked at, in a word or two.
    pub subject: &'static str,
    /// What was found.
    pub means: String,
    /// What to do about it; `None` where nothing is to be done.
    pub remedy: Option<String>,
}

impl Finding {
    /// All is well.
    pub fn ok(subject: &'static str, means: impl Into<String>) -> Self {
        Self {
            level: Level::Ok,
            subject,
            means: means.into(),
            remedy: None,
        }
    }

    /// It runs, but deserves a look.
    pub fn warning(
        subject: &'static str,
        means: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            level: Level::Warning,
            subject,
            means: means.into(),
            remedy: Some(remedy.into()),
        }
    }

    /// It will not run like this.
    pub fn wrong(
        subject: &'static str,
        means: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            level: Level::Wrong,
            ..Self::warning(subject, means, remedy)
        }
    }
}

/// How long the doctor waits for each step of a server; somebody sits before it.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// Runs all checks and tells each finding as soon as it is there. Bounded in time: no step of a
/// server takes over 20 s.
pub async fn examine(config: &Config, mut tell: impl FnMut(Finding)) {
    tell(house::clock());
    for finding in house::configuration(config) {
        tell(finding);
    }
    tell(house::key(config));
    tell(house::store(config));
    tell(house::templates(config));
    for finding in mail::inbox(config).await {
        tell(finding);
    }
    tell(mail::submission(config).await);
    tell(house::daemon(config).await);
}
