//! From the file's sections to a `Config`: each key with its default, then what shows only when
//! several values are seen together.

use super::mistake::{ConfigError, Fault, nearest};
use super::page::{Page, Section, as_text};
use super::value;
use super::{
    Config, Control, Followup, Invitation, Lunch, Mail, Mode, Operator, Policy, Reminder, ReplyTo,
    Store, Summary, Surroundings, Templates, password,
};
use crate::lunch::schedule::Schedule;
use crate::words::address::{Address, NameAddr};
use crate::words::clean::CleanLine;
use chrono::{NaiveTime, TimeDelta, Weekday};
use chrono_tz::Tz;
use std::path::{Path, PathBuf};
use toml::de::DeValue;

/// All sections, in the order of `config.example.toml`.
const SECTIONS: [&str; 13] = [
    "mail",
    "operator",
    "imap",
    "smtp",
    "store",
    "lunch",
    "invitation",
    "reminder",
    "followup",
    "summary",
    "policy",
    "templates",
    "control",
];

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Where the store goes without systemd and without a word in the file.
const STORE_PATH: &str = "/var/lib/postlunch/store";

/// What reading needs beside the file's own text.
pub(super) struct Reader<'t> {
    page: Page<'t>,
    pub(super) folder: &'t Path,
    pub(super) surroundings: &'t Surroundings,
    pub(super) warnings: Vec<String>,
}

/// Reads a whole configuration.
pub(super) fn config(
    text: &str,
    origin: &Path,
    surroundings: &Surroundings,
) -> Result<Config, ConfigError> {
    let mut reader = Reader {
        page: Page::parse(text, origin, &SECTIONS)?,
        folder: origin.parent().unwrap_or(Path::new("")),
        surroundings,
        warnings: Vec::new(),
    };
    let config = reader.config();
    let warnings = std::mem::take(&mut reader.warnings);
    reader.page.finish()?;
    // Without a mistake nothing required was missing.
    let missing = || ConfigError::Mistaken(Vec::new());
    let mut config = config.ok_or_else(missing)?;
    config.warnings = warnings;
    Ok(config)
}

/// Every `section.key` that is ever asked for, to hold the example to it.
#[cfg(test)]
pub(super) fn asked_keys(text: &str) -> std::collections::BTreeSet<String> {
    let origin = Path::new("asked.toml");
    let mut reader = Reader {
        page: Page::parse(text, origin, &SECTIONS).expect("TOML"),
        folder: Path::new(""),
        surroundings: &Surroundings::default(),
        warnings: Vec::new(),
    };
    reader.config();
    reader.page.asked()
}

impl Reader<'_> {
    /// All sections, each read even where another has mistakes.
    fn config(&mut self) -> Option<Config> {
        let mail = self.mail();
        let operator = self.operator(mail.as_ref());
        let address = mail.as_ref().map(|mail| &mail.address);
        let imap = self.imap(address);
        let smtp = self.smtp(imap.as_ref().map(|imap| &imap.login));
        let store = self.store();
        let lunch = self.lunch();
        let invitation = self.invitation();
        let reminder = self.reminder();
        let followup = self.followup();
        let summary = self.summary();
        let policy = self.policy(mail.as_ref());
        let templates = self.templates();
        let control = self.control(&store);
        Some(Config {
            mail: mail?,
            operator: operator?,
            imap: imap?,
            smtp: smtp?,
            store,
            lunch,
            invitation,
            reminder,
            followup,
            summary: summary?,
            policy,
            templates,
            control,
            warnings: Vec::new(),
        })
    }

    /// Opens a section, reads it, closes it.
    pub(super) fn section<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&mut Section<'_>) -> T,
    ) -> T {
        let mut section = self.page.open(name);
        let found = read(&mut section);
        self.page.close(section);
        found
    }

    fn mail(&mut self) -> Option<Mail> {
        self.section("mail", |mail| {
            let address = mail.required("address", "lunch@example.com", value::address);
            let mode = mail.text("mode", Mode::Shared, |text| {
                one_of(
                    "mode",
                    text,
                    &[("shared", Mode::Shared), ("personal", Mode::Personal)],
                )
            });
            let usual = match (mode, &address) {
                (Mode::Shared, _) => CleanLine::new("Lunch"),
                (Mode::Personal, None) => CleanLine::default(),
                // Her letters bear her name; her address tells it where she does not.
                (Mode::Personal, Some(address)) => named_by(address),
            };
            let name = mail.text("name", usual, line);
            let reply_to = mail.text("reply_to", ReplyTo::Subaddress, |text| {
                let known = [
                    ("subaddress", ReplyTo::Subaddress),
                    ("plain", ReplyTo::Plain),
                ];
                one_of("reply_to", text, &known)
            });
            Some(Mail {
                address: address?,
                name,
                mode,
                reply_to,
            })
        })
    }

    /// A mailbox of one's own is looked after by its owner, unless the file says otherwise.
    fn operator(&mut self, mail: Option<&Mail>) -> Option<Operator> {
        let owner = mail.filter(|mail| mail.mode == Mode::Personal);
        self.section("operator", |operator| {
            let address = match owner {
                Some(owner) => operator
                    .optional("address", value::address)
                    .or_else(|| Some(owner.address.clone())),
                None => operator.required("address", "ana@example.com", value::address),
            };
            let contact = operator.optional("contact", line);
            let address = address?;
            let contact = contact.unwrap_or_else(|| match owner {
                Some(owner) if owner.address == address => owner.name.clone(),
                _ => CleanLine::new(address.as_str()),
            });
            Some(Operator { address, contact })
        })
    }

    fn store(&mut self) -> Store {
        let surroundings = self.surroundings;
        let folder = self.folder;
        let state = surroundings.state_directory.as_ref();
        let usual = state.map_or_else(|| PathBuf::from(STORE_PATH), |state| state.join("store"));
        let store = self.section("store", |store| {
            let path = store.text("path", usual, |text| Ok(folder.join(text)));
            let key_file = store.optional("key_file", |text| Ok(folder.join(text)));
            let key_file = key_file
                .or_else(|| surroundings.credential("store-key"))
                .unwrap_or_else(|| beside(&path, "store.key"));
            Store { path, key_file }
        });
        let warning = password::readable_by_others(&store.key_file);
        self.warnings.extend(warning);
        store
    }

    fn lunch(&mut self) -> Lunch {
        let zone = self.surroundings.timezone.unwrap_or(Tz::UTC);
        self.section("lunch", |lunch| Lunch {
            every_weeks: lunch.number("every_weeks", 2, 1..=26),
            weekday: lunch.text("weekday", Weekday::Thu, value::weekday),
            time: time(lunch, "time", (12, 30)),
            minutes: lunch.number("minutes", 45, 10..=240),
            timezone: lunch.text("timezone", zone, value::timezone),
            location: lunch.text("location", CleanLine::new("Nearby cafe"), line),
            holidays: lunch
                .list("holidays", "[2026-12-25, 2027-01-01]", |part| {
                    value::date("holidays", part)
                })
                .into_iter()
                .collect(),
        })
    }

    fn invitation(&mut self) -> Invitation {
        self.section("invitation", |invitation| {
            let bounds = HOUR..=365 * DAY;
            let remind_after = span(invitation, "remind_after", 5 * DAY, bounds.clone());
            let lapse_after = span(invitation, "lapse_after", 14 * DAY, bounds);
            if lapse_after <= remind_after {
                invitation.blame(
                    "lapse_after",
                    "the invitation would lapse before its reminder",
                    "make lapse_after longer than remind_after; both count from the invitation",
                );
            }
            Invitation {
                remind_after,
                lapse_after,
            }
        })
    }

    fn reminder(&mut self) -> Reminder {
        self.section("reminder", |reminder| Reminder {
            days_before: reminder.number("days_before", 1, 0..=5),
            time: time(reminder, "time", (9, 0)),
        })
    }

    fn followup(&mut self) -> Followup {
        self.section("followup", |followup| {
            let after = span(followup, "after", 90 * MINUTE, 0..=7 * DAY);
            let nudge_after = span(followup, "nudge_after", DAY, HOUR..=14 * DAY);
            let seal = span(followup, "seal", 3 * DAY, HOUR..=30 * DAY);
            if seal <= nudge_after {
                followup.blame(
                    "seal",
                    "the seal would break before the nudge",
                    "make seal longer than nudge_after; both count from the follow-up",
                );
            }
            Followup {
                after,
                nudge_after,
                seal,
            }
        })
    }

    fn summary(&mut self) -> Option<Summary> {
        self.section("summary", |summary| {
            let read = |text: &str| {
                Schedule::parse(text).map_err(|error| {
                    let message = error.to_string();
                    let (what, remedy) = message.split_once("; ").unwrap_or((&message, ""));
                    Fault::new(what, remedy)
                })
            };
            let usual = Schedule::parse("0 8 1 * *").ok();
            summary.optional("cron", read).or(usual)
        })
        .map(|cron| Summary { cron })
    }

    fn policy(&mut self, mail: Option<&Mail>) -> Policy {
        self.section("policy", |policy| {
            let mut allowed_domains = policy.list("allowed_domains", "[\"example.com\"]", |part| {
                value::domain("allowed_domains", part)
            });
            if allowed_domains.is_empty() {
                // In a personal mailbox nobody but its owner invites, whatever stands here.
                let own = match mail {
                    Some(mail) if mail.mode == Mode::Shared => mail.address.domain(),
                    _ => "*",
                };
                allowed_domains.push(own.to_owned());
            }
            Policy {
                allowed_domains,
                trusted_authserv_id: policy.optional("trusted_authserv_id", verbatim),
                mails_per_person_per_day: policy.number("mails_per_person_per_day", 10, 1..=1000),
                max_pairings: policy.number("max_pairings", 5, 1..=100),
                retention: span(policy, "retention", 30 * DAY, DAY..=3650 * DAY),
                fabric: policy.flag("fabric", false),
            }
        })
    }

    fn templates(&mut self) -> Templates {
        let folder = self.folder;
        self.section("templates", |templates| Templates {
            path: templates.optional("path", |text| Ok(folder.join(text))),
        })
    }

    fn control(&mut self, store: &Store) -> Control {
        let folder = self.folder;
        let runtime = self.surroundings.runtime_directory.as_ref();
        let usual = match runtime {
            Some(runtime) => runtime.join("control.sock"),
            None => beside(&store.path, "control.sock"),
        };
        self.section("control", |control| Control {
            socket: control.text("socket", usual, |text| Ok(folder.join(text))),
        })
    }
}

/// One of a few words.
pub(super) fn one_of<T: Copy>(key: &str, text: &str, words: &[(&str, T)]) -> Result<T, Fault> {
    let found = words.iter().find(|(word, _)| *word == text);
    found.map(|(_, meaning)| *meaning).ok_or_else(|| {
        let quoted: Vec<String> = words
            .iter()
            .map(|(word, _)| format!("\"{word}\""))
            .collect();
        let remedy = match nearest(text, words.iter().map(|(word, _)| *word)) {
            Some(near) => format!("did you mean \"{near}\"?"),
            None => format!("write one of {}", quoted.join(", ")),
        };
        Fault::new(format!("`{key}` cannot be '{text}'"), remedy)
    })
}

pub(super) fn verbatim(text: &str) -> Result<String, Fault> {
    if text.contains(char::is_control) {
        let remedy = "take the line break, tab or control character out";
        return Err(Fault::new("this is more than one line of text", remedy));
    }
    Ok(text.to_owned())
}

fn line(text: &str) -> Result<CleanLine, Fault> {
    Ok(CleanLine::new(text))
}

fn time(section: &mut Section<'_>, key: &'static str, usual: (u32, u32)) -> NaiveTime {
    let usual = NaiveTime::from_hms_opt(usual.0, usual.1, 0).unwrap_or_default();
    section
        .read(key, |found| value::time_of_day(key, found))
        .unwrap_or(usual)
}

fn span(
    section: &mut Section<'_>,
    key: &'static str,
    usual_seconds: i64,
    bounds: std::ops::RangeInclusive<i64>,
) -> TimeDelta {
    let usual = TimeDelta::seconds(usual_seconds);
    let read = |found: &DeValue<'_>| {
        if let DeValue::Integer(_) = found {
            let remedy = format!(
                "for example: {key} = \"{}\"",
                value::in_words(usual_seconds)
            );
            return Err(Fault::new(format!("`{key}` needs a unit"), remedy));
        }
        match as_text(key, found)? {
            "" => Ok(usual),
            text => value::duration(text, bounds),
        }
    };
    section.read(key, read).unwrap_or(usual)
}

/// The name that an address tells: `ana.ruiz@…` is Ana Ruiz.
fn named_by(address: &Address) -> CleanLine {
    let bare = NameAddr::new("", address.clone());
    CleanLine::new(&bare.display_name())
}

/// A file in the folder that holds `path`.
fn beside(path: &Path, name: &str) -> PathBuf {
    path.parent().unwrap_or(Path::new("")).join(name)
}
