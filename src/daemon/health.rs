//! How things stand, and what of it deserves a look: the answer to `status`.
//!
//! Counts, dates and server errors; never anything that somebody wrote, nor a subject.

use crate::clock::Clock;
use crate::daemon::commands::stage_word;
use crate::daemon::decider::{Decider, DeciderError};
use crate::daemon::incoming::LAST_IN;
use crate::daemon::request::{Health, Link, Standings, Status, Warning};
use crate::daemon::room::FLOOR;
use crate::daemon::vitals::Vitals;
use crate::lunch::pairing::{LunchState, Stage};
use crate::store::key::{Key, Shelf};
use crate::store::outbox::{OutboxRow, Submission};
use chrono::{DateTime, Datelike, TimeDelta, Utc};

/// A connection that is lost for longer needs somebody, whatever was wrong with it.
const LOST_MAX: TimeDelta = TimeDelta::hours(1);

/// Mail that waits for longer deserves a look; servers that ask for patience mean minutes.
const WAITING_MAX: TimeDelta = TimeDelta::hours(1);

/// Less free disk than this deserves a look, in octets: the journal grows by some MB a year.
const DISK_LOW: u64 = 500_000_000;

/// Nobody had this program before.
const FIRST_YEAR: i32 = 2025;

impl Decider {
    /// What the store knows of how things stand.
    pub(super) fn status(&self) -> Result<Status, DeciderError> {
        let mut status = Status {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            now: self.clock.now(),
            rehearsal: self.clock.is_by_hand(),
            hold: self.hold,
            restored: self.hold
                && self
                    .restored
                    .is_some_and(|restored| restored.resumed.is_none()),
            next_due: self.next_turn()?,
            ..Status::default()
        };
        self.count_mail(&mut status)?;
        let count = |shelf| self.ledger.store.scan(&Key::on(shelf)).count() as u64;
        status.set_aside = count(Shelf::Review);
        status.people = count(Shelf::Person);
        for pairing in self.ledger.pairings()? {
            *standing(&mut status.pairings, &pairing.stage) += 1;
            status.open_pairings += u64::from(pairing.stage.is_open());
            let held = |state| state == LunchState::Held;
            status.lunches_held += pairing.lunches.iter().filter(|l| held(l.state)).count() as u64;
        }
        Ok(status)
    }

    fn count_mail(&self, status: &mut Status) -> Result<(), DeciderError> {
        for row in self.ledger.outbox()? {
            match row.state {
                Submission::Queued => status.queued += 1,
                Submission::Claimed { doubt } => {
                    status.in_flight += 1;
                    status.in_doubt += u64::from(doubt.is_some());
                }
                _ => {}
            }
            let before = status.oldest_queued.unwrap_or(row.queued_at);
            status.oldest_queued = Some(before.min(row.queued_at));
        }
        for found in self.ledger.store.scan(&Key::on(Shelf::Submitted)) {
            match OutboxRow::read(&found?.1)?.state {
                Submission::Accepted { at } => {
                    status.accepted += 1;
                    status.last_out = status.last_out.max(Some(at));
                }
                Submission::Failed { .. } => status.failed += 1,
                _ => status.withdrawn += 1,
            }
        }
        let last_in = self.ledger.counter(LAST_IN)?.cast_signed();
        status.last_in = match last_in {
            0 => None,
            seconds => DateTime::from_timestamp(seconds, 0),
        };
        Ok(())
    }
}

fn standing<'a>(standings: &'a mut Standings, stage: &Stage) -> &'a mut u64 {
    match stage_word(stage) {
        "invited" => &mut standings.invited,
        "postponed" => &mut standings.postponed,
        "meeting" => &mut standings.meeting,
        "paused" => &mut standings.paused,
        _ => &mut standings.over,
    }
}

/// Adds what only the running daemon knows, and judges the whole.
pub(super) fn complete(status: &mut Status, vitals: &Vitals) {
    status.wall = Clock::Wall.now();
    status.started = vitals.started();
    (status.imap, status.smtp) = vitals.links();
    status.review = vitals.review();
    vitals.review_folder().clone_into(&mut status.review_folder);
    status.disk_free = vitals.disk_free();
    status.warnings = warnings(status);
    status.health = status
        .warnings
        .iter()
        .map(|w| w.health)
        .max()
        .unwrap_or_default();
}

/// What deserves a look, the worst first.
fn warnings(status: &Status) -> Vec<Warning> {
    let mut found: Vec<Warning> = [
        clock(status.wall),
        link("inbox", &status.imap, status.wall),
        link("submission", &status.smtp, status.wall),
        disk(status.disk_free),
        hold(status),
        waiting(status),
        review(status),
    ]
    .into_iter()
    .flatten()
    .collect();
    found.sort_by_key(|warning| std::cmp::Reverse(warning.health));
    found
}

fn warning(health: Health, means: String, remedy: &str) -> Option<Warning> {
    let remedy = remedy.to_owned();
    Some(Warning {
        health,
        means,
        remedy,
    })
}

fn clock(wall: DateTime<Utc>) -> Option<Warning> {
    if wall.year() >= FIRST_YEAR {
        return None;
    }
    let means = format!("this machine believes it is {}", wall.format("%-d %B %Y"));
    let remedy = "set its clock, best by NTP: lunches and signatures go by it";
    warning(Health::Wrong, means, remedy)
}

fn link(name: &str, link: &Link, wall: DateTime<Utc>) -> Option<Warning> {
    let trouble = link.trouble.as_ref()?;
    let long = link.since.is_some_and(|since| wall - since >= LOST_MAX);
    let health = match trouble.needs_a_person || long {
        true => Health::Wrong,
        false => Health::Warning,
    };
    warning(
        health,
        format!("{name}: {}", trouble.means),
        &trouble.remedy,
    )
}

fn disk(free: Option<u64>) -> Option<Warning> {
    let free = free.filter(|free| *free < DISK_LOW)?;
    let health = match free < FLOOR {
        true => Health::Wrong,
        false => Health::Warning,
    };
    let mut means = format!("only {} MB are free where the store is", free / 1_000_000);
    if health == Health::Wrong {
        means += ", so new work waits";
    }
    warning(
        health,
        means,
        "make room there; with less than 20 MB new work waits, and goes on by itself",
    )
}

fn hold(status: &Status) -> Option<Warning> {
    let waiting = status.queued + status.in_flight;
    let means = match waiting {
        0 => "sending is on hold".to_owned(),
        1 => "sending is on hold, 1 mail waits".to_owned(),
        many => format!("sending is on hold, {many} mails wait"),
    };
    let (means, remedy) = match status.restored {
        false => (means, "`postlunch resume` goes on"),
        true => (
            format!("the store was put back from a backup; {means}"),
            "look at `postlunch pairing list`; `postlunch resume` goes on, and what was sent since \
             the backup is not sent again",
        ),
    };
    status
        .hold
        .then(|| warning(Health::Warning, means, remedy))?
}

fn waiting(status: &Status) -> Option<Warning> {
    let waits = status.now - status.oldest_queued?;
    if status.hold || status.smtp.trouble.is_some() || waits < WAITING_MAX {
        return None; // the reason has been told already, or there is none to tell
    }
    let means = format!("the oldest mail waits for {} h", waits.num_hours());
    let remedy = "the daemon's log says what the server answers; it is tried for four days";
    warning(Health::Warning, means, remedy)
}

fn review(status: &Status) -> Option<Warning> {
    let folder = &status.review_folder;
    let means = match status.review? {
        0 => return None,
        1 => format!("1 mail was set aside in {folder}"),
        many => format!("{many} mails were set aside in {folder}"),
    };
    let remedy = "`postlunch review list` tells from whom and why; move away what is dealt with";
    warning(Health::Warning, means, remedy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::daemon::request::Trouble;

    fn at(hour: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(20_500) + TimeDelta::hours(hour)
    }

    fn well() -> Status {
        Status {
            wall: at(9),
            now: at(9),
            disk_free: Some(DISK_LOW),
            review: Some(0),
            review_folder: "Postlunch/Review".to_owned(),
            ..Status::default()
        }
    }

    fn lost(needs_a_person: bool) -> Link {
        Link {
            since: Some(at(9)),
            trouble: Some(Trouble::new(
                "no login",
                "check the password",
                needs_a_person,
            )),
            ..Link::default()
        }
    }

    fn told(status: &Status) -> Vec<(Health, String)> {
        let told = warnings(status).into_iter();
        told.map(|w| (w.health, format!("{}; {}", w.means, w.remedy)))
            .collect()
    }

    #[test]
    fn where_all_is_well_nothing_is_told() {
        assert_eq!(told(&well()), []);
        let unknown = Status {
            disk_free: None,
            review: None,
            ..well()
        };
        assert_eq!(told(&unknown), []);
    }

    #[test]
    fn a_lost_connection_gets_worse_with_time_and_is_wrong_at_once_where_waiting_is_no_use() {
        let mut status = Status {
            imap: lost(false),
            ..well()
        };
        let line = "inbox: no login; check the password".to_owned();
        assert_eq!(told(&status), [(Health::Warning, line.clone())]);
        status.wall = at(10);
        assert_eq!(told(&status), [(Health::Wrong, line.clone())]);
        status.wall = at(9);
        status.imap = lost(true);
        assert_eq!(told(&status), [(Health::Wrong, line)]);
    }

    #[test]
    fn the_worst_comes_first_and_one_reason_is_told_once() {
        let status = Status {
            hold: true,
            queued: 2,
            oldest_queued: Some(at(0)),
            review: Some(1),
            disk_free: Some(FLOOR - 1),
            ..well()
        };
        let told = told(&status);
        let first: Vec<&str> = told.iter().map(|(_, told)| told.as_str()).collect();
        assert_eq!(told.iter().filter(|(h, _)| *h == Health::Wrong).count(), 1);
        assert!(first[0].starts_with("only 19 MB"), "{first:?}");
        assert!(first[1].contains("on hold, 2 mails wait"), "{first:?}");
        assert!(first[2].contains("1 mail was set aside"), "{first:?}");
        assert_eq!(first.len(), 3);
    }

    #[test]
    fn mail_that_waits_for_no_reason_told_is_told_itself() {
        let status = Status {
            queued: 1,
            oldest_queued: Some(at(6)),
            ..well()
        };
        assert!(told(&status)[0].1.contains("waits for 3 h"));
        let year = Status {
            wall: DateTime::UNIX_EPOCH,
            ..well()
        };
        assert!(told(&year)[0].1.contains("1 January 1970"));
    }
}
