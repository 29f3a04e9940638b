//! What the doctor looks at on this machine: clock, configuration, letters.

use super::finding::{Code, Finding, parted};
use crate::config::Config;
use crate::daemon::letters::{self as own_letters, LettersError};
use chrono::{DateTime, Datelike, Utc};

/// Nobody had this program before.
const FIRST_YEAR: i32 = 2025;

/// Whether the machine's clock can be right.
pub(super) fn clock(now: DateTime<Utc>) -> Finding {
    if now.year() < FIRST_YEAR {
        return Finding::wrong(
            Code::MachineClock,
            "clock",
            format!("this machine believes it is {}", now.format("%-d %B %Y")),
            "set its clock, best by NTP: lunches and signatures go by it",
        );
    }
    Finding::ok("clock", now.format("%a %Y-%m-%d %H:%M UTC").to_string())
}

/// What the configuration itself warns of.
pub(super) fn configuration(config: &Config) -> Vec<Finding> {
    if config.warnings.is_empty() {
        let means = format!(
            "every value can be used; lunches go by {}",
            config.lunch.timezone
        );
        return vec![Finding::ok("configuration", means)];
    }
    config.warnings.iter().map(|told| doubtful(told)).collect()
}

/// A warning of the configuration.
pub(super) fn doubtful(told: &str) -> Finding {
    let (means, remedy) = parted(told);
    Finding::warning(Code::ConfigurationDoubtful, "configuration", means, remedy)
}

/// A configuration that cannot be used at all.
pub fn unusable(told: &str) -> Finding {
    Finding::wrong(
        Code::Configuration,
        "configuration",
        told.trim_end(),
        "mend the file and check again",
    )
}

/// Whether the letters can be written, the operator's own among them.
pub(super) fn letters(config: &Config) -> Finding {
    let folder = config.templates.path.as_deref();
    match own_letters::load(folder) {
        Ok((_, 0)) => Finding::ok("letters", "the built-in ones"),
        Ok((_, count)) => Finding::ok("letters", format!("{count} of your own, all usable")),
        Err(error) => bad_letter(&error),
    }
}

pub(super) fn bad_letter(error: &LettersError) -> Finding {
    Finding::wrong(
        Code::Letters,
        "letters",
        error.to_string(),
        "mend the template, or move it away to get the built-in letter back",
    )
}
