//! The configuration: one TOML file in, a `Config` of checked values out, or all its mistakes.
//!
//! Promises that every value is usable as it stands: addresses are addresses, the time zone
//! exists, the schedule comes round, no password goes to another machine in the clear. What a key
//! means and its default stand in `config.example.toml`, which a test holds to this code. Nothing
//! is connected to or written here; `doctor` tries a configuration against the real servers.

mod filled;
mod mistake;
mod page;
mod password;
mod read;
mod servers;
mod surroundings;
mod value;

pub use filled::{Filling, filled};
pub use mistake::{ConfigError, Mistake};
pub use password::{Password, PasswordError};
pub use surroundings::Surroundings;

use crate::lunch::schedule::Schedule;
use crate::words::address::{Address, NameAddr};
use crate::words::clean::CleanLine;
use crate::words::endpoint::Security;
use chrono::{NaiveDate, NaiveTime, TimeDelta, Weekday};
use chrono_tz::Tz;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The complete, commented example, equal to the defaults; what `init` writes.
pub const EXAMPLE: &str = include_str!("../../config.example.toml");

/// Largest configuration file read, in octets.
const FILE_OCTETS_MAX: u64 = 1024 * 1024;

/// Everything an operator can say about how the daemon runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Who the daemon is.
    pub mail: Mail,
    /// Who looks after it.
    pub operator: Operator,
    /// Where mail is read.
    pub imap: Imap,
    /// Where mail is submitted.
    pub smtp: Smtp,
    /// Where it remembers.
    pub store: Store,
    /// The lunches of new pairings.
    pub lunch: Lunch,
    /// What happens when an invitation is not answered.
    pub invitation: Invitation,
    /// The letter before a lunch.
    pub reminder: Reminder,
    /// The letters after a lunch.
    pub followup: Followup,
    /// The monthly summary.
    pub summary: Summary,
    /// What is allowed, and how much.
    pub policy: Policy,
    /// Letters that replace ours.
    pub templates: Templates,
    /// The socket for commands.
    pub control: Control,
    /// What runs all the same but deserves an operator's look, one line each.
    pub warnings: Vec<String>,
}

/// `[mail]`: who the daemon is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// The address letters come from and answers go to.
    pub address: Address,
    /// The name beside it: "Lunch" makes letters come from "Ana via Lunch".
    pub name: CleanLine,
    /// Whose mailbox it is.
    pub mode: Mode,
    /// Where answers are sent.
    pub reply_to: ReplyTo,
}

/// Where answers to letters are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReplyTo {
    /// To the address with a token as its detail (RFC 5233): `lunch+TOKEN@…`.
    Subaddress,
    /// To the address as it is, for mailboxes without subaddressing; answers are then told apart
    /// by the Message-IDs they answer, or by the reference in the small print.
    Plain,
}

/// Whose mailbox the daemon reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// A mailbox of its own, serving a company.
    Shared,
    /// One person's own mailbox; only they invite.
    Personal,
}

/// `[operator]`: who looks after the daemon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operator {
    /// Where the daemon writes when something needs a person.
    pub address: Address,
    /// How members reach a human, as a letter's footer says it; the address unless told otherwise.
    pub contact: CleanLine,
}

/// A mail server and the login there; `[imap]` and `[smtp]` share it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    /// Host name or IP address.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// How the connection is secured.
    pub security: Security,
    /// The user's name there.
    pub username: String,
    /// Where the password comes from.
    pub password: Password,
    /// PEM certificates to trust beside the system's.
    pub ca_file: Option<PathBuf>,
}

/// `[imap]`: where mail is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imap {
    /// The server.
    pub login: Login,
    /// The folder that mail comes into.
    pub mailbox: String,
    /// Where handled mail of ours is moved.
    pub done: String,
    /// Where mail of ours goes that needs a person.
    pub review: String,
    /// The folder of sent mail; `None`: the one the server marks `\Sent` (RFC 6154).
    pub sent: Option<String>,
}

/// `[smtp]`: where mail is submitted (RFC 6409).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Smtp {
    /// The server.
    pub login: Login,
    /// Most connections at once.
    pub connections: u16,
    /// Most mails in a minute.
    pub per_minute: u16,
}

/// `[store]`: where the daemon remembers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Store {
    /// The folder of journal and index.
    pub path: PathBuf,
    /// The file of the store's key.
    pub key_file: PathBuf,
}

/// `[lunch]`: the lunches of new pairings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lunch {
    /// Weeks from one lunch to the next.
    pub every_weeks: u16,
    /// The day they meet.
    pub weekday: Weekday,
    /// When they meet, in local time.
    pub time: NaiveTime,
    /// How long a lunch is, in minutes.
    pub minutes: u16,
    /// The zone of all local times.
    pub timezone: Tz,
    /// Where they meet.
    pub location: CleanLine,
    /// Days without lunches.
    pub holidays: BTreeSet<NaiveDate>,
}

/// `[invitation]`: what happens when nobody answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// Silence until the one reminder.
    pub remind_after: TimeDelta,
    /// Silence until the invitation lapses, counted from the invitation.
    pub lapse_after: TimeDelta,
}

/// `[reminder]`: the letter before a lunch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reminder {
    /// Working days before the lunch; 0 is the day itself.
    pub days_before: u16,
    /// The local time it goes out.
    pub time: NaiveTime,
}

/// `[followup]`: the letters after a lunch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Followup {
    /// From the end of the lunch to the follow-up.
    pub after: TimeDelta,
    /// From the follow-up to its nudge, for those who had no reminder before the lunch.
    pub nudge_after: TimeDelta,
    /// How long notes stay sealed when only one has written, counted from the follow-up.
    pub seal: TimeDelta,
}

/// `[summary]`: the monthly summary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// When it goes out, by the clocks of `[lunch] timezone`.
    pub cron: Schedule,
}

/// `[policy]`: what is allowed, and how much.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Domains (A-labels) whose people may invite by mail; `*` is any.
    pub allowed_domains: Vec<String>,
    /// The name our own server puts into `Authentication-Results` (RFC 8601); `None`: no such
    /// header is believed.
    pub trusted_authserv_id: Option<String>,
    /// Most mails to one person in a day, of all kinds.
    pub mails_per_person_per_day: u16,
    /// From how many pairings on somebody who invites by mail is asked whether one more is meant.
    pub max_pairings: u16,
    /// How long handled mail is kept.
    pub retention: TimeDelta,
    /// Whether the operator may draw who has lunch with whom, without names.
    pub fabric: bool,
}

/// `[templates]`: letters that replace ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Templates {
    /// The folder; `None`: only the built-in letters.
    pub path: Option<PathBuf>,
}

/// `[control]`: the socket for commands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Control {
    /// The Unix socket.
    pub socket: PathBuf,
}

impl Config {
    /// Reads a file in the surroundings of this process. Relative paths in it are relative to
    /// the file's folder.
    ///
    /// # Errors
    /// If it cannot be read, or with all the mistakes in it.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let unreadable = |why: String, remedy| ConfigError::Unreadable {
            path: path.to_owned(),
            why,
            remedy,
        };
        let octets_max = "a configuration has at most 1 MiB; is this the right file?";
        let found = path.metadata().and_then(|file| {
            let is_too_large = file.len() > FILE_OCTETS_MAX;
            Ok((is_too_large, std::fs::read(path)?))
        });
        let octets = match found {
            Ok((true, _)) => return Err(unreadable("it is too large".to_owned(), octets_max)),
            Ok((false, octets)) => octets,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let remedy = "`postlunch init` makes one; --config names another";
                return Err(unreadable(error.to_string(), remedy));
            }
            Err(error) if error.kind() == std::io::ErrorKind::IsADirectory => {
                return Err(unreadable(error.to_string(), "name the file in it"));
            }
            Err(error) => {
                let remedy = "give the daemon's user leave to read it";
                return Err(unreadable(error.to_string(), remedy));
            }
        };
        let text = String::from_utf8(octets).map_err(|error| {
            let good = error.utf8_error().valid_up_to();
            let before = error.as_bytes().iter().take(good);
            let line = before.filter(|octet| **octet == b'\n').count() + 1;
            unreadable(format!("line {line} is not UTF-8"), "save it as UTF-8")
        })?;
        let mut config = Self::parse(&text, path)?;
        let holds_password = [&config.imap.login, &config.smtp.login]
            .iter()
            .any(|login| matches!(login.password, Password::Written(_)));
        if holds_password {
            config.warnings.extend(password::readable_by_others(path));
        }
        Ok(config)
    }

    /// Reads a text; `origin` is the file that mistakes name, in the surroundings of this process.
    ///
    /// # Errors
    /// With all the mistakes in it.
    pub fn parse(text: &str, origin: impl AsRef<Path>) -> Result<Self, ConfigError> {
        Self::parse_in(text, origin.as_ref(), &Surroundings::of_process())
    }

    /// Reads a text in given surroundings.
    ///
    /// # Errors
    /// With all the mistakes in it.
    pub fn parse_in(
        text: &str,
        origin: &Path,
        surroundings: &Surroundings,
    ) -> Result<Self, ConfigError> {
        read::config(text, origin, surroundings)
    }
}

impl Mail {
    /// The daemon's own name and address.
    pub fn name_addr(&self) -> NameAddr {
        NameAddr {
            name: self.name.clone(),
            address: self.address.clone(),
        }
    }
}

impl Policy {
    /// Whether somebody at this address may invite by mail.
    pub fn allows(&self, address: &Address) -> bool {
        self.allowed_domains
            .iter()
            .any(|domain| domain == "*" || domain == address.domain())
    }
}

#[cfg(test)]
mod tests;
