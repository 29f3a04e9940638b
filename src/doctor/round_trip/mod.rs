//! The round trip: a mail to the mailbox itself, out by submission and back in.
//!
//! It shows what no question to a server can: that mail is accepted, that a reply address arrives,
//! that Message-ID and calendar part come through, how far the clocks are apart, and what the server
//! itself writes about the sender. The mail is taken away afterwards, its copy too.

mod letter;
mod watch;

use super::finding::{Code, Finding};
use crate::clock::{Clock, random};
use crate::config::{Config, ReplyTo};
use crate::imap::{ImapError, Mailbox, Session};
use crate::reading::message::Message;
use crate::smtp::{Outcome, Refusal, Step, Submission, Submitter};
use crate::words::confidential::Confidential;
use chrono::{DateTime, FixedOffset, TimeDelta, Utc};
use letter::CheckLetter;
use std::time::Duration;
use watch::{Arrived, Landing};

const SUBJECT: &str = "round trip";

/// Clocks this far apart deserve a look.
const CLOCKS_APART: TimeDelta = TimeDelta::minutes(2);

/// Where the trip goes.
pub(super) struct Course<'c> {
    /// The configuration.
    pub(super) config: &'c Config,
    /// The mailbox that mail comes into.
    pub(super) inbox: &'c Mailbox,
    /// The folder of sent mail, if there is one.
    pub(super) sent: Option<&'c Mailbox>,
    /// How long an arrival is waited for.
    pub(super) arrival: Duration,
    /// How long the copy of what was sent is waited for.
    pub(super) copy: Duration,
}

/// What one letter came to.
enum Fate {
    Arrived(Box<Arrived>),
    /// Refused for its recipient.
    Refused(String),
    /// Taken, and returned.
    Returned,
    /// Taken, and found in another folder; `true` for that of spam.
    Astray(Mailbox, bool),
    /// Taken, and not seen again.
    Lost,
}

impl Course<'_> {
    /// Makes the trip. Gives what was found, and the mail as it came back.
    ///
    /// # Errors
    /// If the connection to the mailbox is lost.
    pub(super) async fn make(
        &self,
        session: &mut Session,
        submitter: &mut Submitter,
    ) -> Result<(Vec<Finding>, Option<Message>), ImapError> {
        for folder in [Some(self.inbox), self.sent].into_iter().flatten() {
            watch::sweep(session, folder).await?;
        }
        let mut findings = Vec::new();
        let by_subaddress = self.config.mail.reply_to == ReplyTo::Subaddress;
        let first = match self.letter(by_subaddress) {
            Ok(letter) => letter,
            Err(finding) => return Ok((vec![finding], None)),
        };
        let fate = match self.send(session, submitter, &first).await? {
            Ok(fate) => fate,
            Err(finding) => return Ok((vec![finding], None)),
        };
        let why = match fate {
            Fate::Arrived(arrived) => {
                findings.extend(came_back(&first, &arrived, by_subaddress));
                findings.extend(self.clear_up(session, &first).await?);
                return Ok((findings, Some(arrived.message)));
            }
            Fate::Astray(folder, true) => return Ok((vec![spam(&folder.to_string())], None)),
            Fate::Astray(folder, false) => {
                return Ok((vec![elsewhere(&folder.to_string(), self.inbox)], None));
            }
            Fate::Refused(answer) => format!("is refused ({answer})"),
            Fate::Returned => "comes back as undeliverable".to_owned(),
            Fate::Lost => format!("does not arrive within {} s", self.arrival.as_secs()),
        };
        if !by_subaddress {
            return Ok((vec![lost(first.own.as_str(), &why, self.inbox)], None));
        }
        // Is it the part behind the + alone?
        let second = match self.letter(false) {
            Ok(letter) => letter,
            Err(finding) => return Ok((vec![finding], None)),
        };
        let fate = match self.send(session, submitter, &second).await? {
            Ok(fate) => fate,
            Err(finding) => return Ok((vec![finding], None)),
        };
        let Fate::Arrived(arrived) = fate else {
            return Ok((vec![lost(first.own.as_str(), &why, self.inbox)], None));
        };
        findings.push(no_subaddress(self.config, &why));
        findings.extend(came_back(&second, &arrived, false));
        findings.extend(self.clear_up(session, &second).await?);
        Ok((findings, Some(arrived.message)))
    }

    fn letter(&self, by_subaddress: bool) -> Result<CheckLetter, Finding> {
        let own = &self.config.mail.address;
        let random = random().unwrap_or_default();
        CheckLetter::new(own, by_subaddress, random, Clock::Wall.now())
            .map_err(|_| too_long(own.as_str()))
    }

    /// Sends a letter and finds out what became of it. The inner error is about submission.
    async fn send(
        &self,
        session: &mut Session,
        submitter: &mut Submitter,
        letter: &CheckLetter,
    ) -> Result<Result<Fate, Finding>, ImapError> {
        let selected = session.select(self.inbox).await?;
        let from = match selected.uid_next {
            Some(next) => next,
            None => session
                .search_from(1)
                .await?
                .last()
                .map_or(1, |last| last + 1),
        };
        let submission = Submission {
            envelope_from: letter.own.clone(),
            recipient: letter.to.clone(),
            octets: Confidential::new(letter.octets()),
        };
        match submitter.submit(&submission).await {
            Err(error) => {
                let login = &self.config.smtp.login;
                return Ok(Err(super::faults::smtp(&error, login)));
            }
            Ok(Outcome::Permanent(refusal)) if refusal.step == Step::Rcpt => {
                let answer = refusal.answer.map(|a| format!("{a} {}", a.words));
                return Ok(Ok(Fate::Refused(
                    answer.unwrap_or_default().trim().to_owned(),
                )));
            }
            Ok(Outcome::Permanent(refusal)) => return Ok(Err(refused(&refusal))),
            Ok(Outcome::Transient(refusal)) => return Ok(Err(put_off(&refusal))),
            Ok(Outcome::Accepted(_) | Outcome::InDoubt(_)) => {}
        }
        let fate = match watch::wait(session, letter, from, self.arrival).await? {
            Some(Landing::Here(arrived)) => Fate::Arrived(arrived),
            Some(Landing::Returned) => Fate::Returned,
            None => {
                let known: Vec<&Mailbox> = [Some(self.inbox), self.sent]
                    .into_iter()
                    .flatten()
                    .collect();
                let found = watch::elsewhere(session, letter, &known).await?;
                found.map_or(Fate::Lost, |(folder, spam)| Fate::Astray(folder, spam))
            }
        };
        session.select(self.inbox).await?;
        watch::clear(session, letter, from).await?;
        if !matches!(fate, Fate::Arrived(_))
            && let Some(sent) = self.sent
        {
            watch::clear_copy(session, letter, sent, Duration::ZERO).await?;
        }
        Ok(Ok(fate))
    }

    /// Takes the copy away, and tells where there is none or something had to stay.
    async fn clear_up(
        &self,
        session: &mut Session,
        letter: &CheckLetter,
    ) -> Result<Vec<Finding>, ImapError> {
        let mut findings = Vec::new();
        if let Some(sent) = self.sent {
            findings.push(
                match watch::clear_copy(session, letter, sent, self.copy).await? {
                    Some(_) => Finding::ok("sent mail", format!("copies are filed in {sent}")),
                    None => not_filed(&sent.to_string()),
                },
            );
        }
        if !session.can("UIDPLUS") && !session.can("X-GM-EXT-1") {
            findings.push(left_behind());
        }
        Ok(findings)
    }
}

/// What the mail says that came back.
fn came_back(letter: &CheckLetter, arrived: &Arrived, by_subaddress: bool) -> Vec<Finding> {
    let message = &arrived.message;
    let mut findings = Vec::new();
    let to = if by_subaddress {
        format!("{}+…@{}", letter.own.local(), letter.own.domain())
    } else {
        letter.own.to_string()
    };
    findings.push(Finding::ok(
        SUBJECT,
        format!(
            "a mail to {to} came back after {:.1} s",
            arrived.after.as_secs_f32()
        ),
    ));
    if message.message_id == letter.parsed_message_id() {
        findings.push(Finding::ok(SUBJECT, "its Message-ID was kept"));
    } else {
        findings.push(message_id_changed());
    }
    if message.calendar_uids().contains(&letter.uid) {
        findings.push(Finding::ok(SUBJECT, "its calendar part was kept"));
    } else {
        findings.push(calendar_lost());
    }
    findings.extend(clocks(letter.written, arrived.internal_date, arrived.seen));
    findings
}

/// How far the server's clock is from ours.
fn clocks(
    written: DateTime<Utc>,
    internal_date: Option<DateTime<FixedOffset>>,
    seen: DateTime<Utc>,
) -> Option<Finding> {
    let server = internal_date?.to_utc();
    let apart = if server < written {
        server - written
    } else {
        (server - seen).max(TimeDelta::zero())
    };
    if apart.abs() > CLOCKS_APART {
        return Some(clock_differs(apart));
    }
    Some(Finding::ok("clock", "the mail server's clock agrees"))
}

pub(super) fn clock_differs(apart: TimeDelta) -> Finding {
    let (far, which) = match apart.num_seconds() {
        ..0 => (apart.abs(), "behind"),
        _ => (apart, "ahead of"),
    };
    let far = match far.num_minutes() {
        minutes @ ..=119 => format!("{minutes} minutes"),
        minutes => format!("{} hours", minutes / 60),
    };
    Finding::warning(
        Code::ClockDiffers,
        "clock",
        format!("the mail server's clock is {far} {which} this machine's"),
        "set this machine's clock, best by NTP; if it is right, tell whoever runs the server",
    )
}

pub(super) fn too_long(address: &str) -> Finding {
    Finding::wrong(
        Code::AddressTooLong,
        SUBJECT,
        format!(
            "{address} is too long to take a reply address: 64 characters stand before the @ at most"
        ),
        "use an address that is shorter by about 35 characters, or set reply_to = \"plain\" in [mail]",
    )
}

pub(super) fn no_subaddress(config: &Config, why: &str) -> Finding {
    let own = &config.mail.address;
    Finding::wrong(
        Code::NoSubaddress,
        SUBJECT,
        format!(
            "mail to {}+…@{} {why}, and mail to {own} arrives: answers would be lost",
            own.local(),
            own.domain()
        ),
        "set reply_to = \"plain\" in [mail], or have the server take subaddresses (Postfix: recipient_delimiter = +)",
    )
}

pub(super) fn lost(address: &str, why: &str, inbox: &Mailbox) -> Finding {
    Finding::wrong(
        Code::RoundTripLost,
        SUBJECT,
        format!("a mail to {address} {why}"),
        format!(
            "look on the provider's web page where it went: a filter, a forwarding, a full mailbox; [mail] address has to be the one whose mail comes into {inbox}"
        ),
    )
}

pub(super) fn spam(folder: &str) -> Finding {
    Finding::wrong(
        Code::RoundTripSpam,
        SUBJECT,
        format!(
            "the mail came back, but into {folder}, as spam: answers may end there too, unread"
        ),
        "say on the provider's web page that mail from this address is no spam, and see what is said of SPF, DKIM and DMARC below",
    )
}

pub(super) fn elsewhere(folder: &str, inbox: &Mailbox) -> Finding {
    Finding::wrong(
        Code::RoundTripElsewhere,
        SUBJECT,
        format!("the mail came back, but into {folder} and not into {inbox}"),
        "switch off the filter that puts it there, or name that folder in [imap] mailbox",
    )
}

pub(super) fn message_id_changed() -> Finding {
    Finding::warning(
        Code::MessageIdChanged,
        SUBJECT,
        "the server gave the mail another Message-ID: answers are told apart by their reply address and the small print, and a mail in doubt after a crash may be sent twice",
        "nothing has to be done; keep reply_to = \"subaddress\" in [mail]",
    )
}

pub(super) fn calendar_lost() -> Finding {
    Finding::warning(
        Code::CalendarLost,
        SUBJECT,
        "the calendar part of the mail did not come through: accepting or declining in a calendar would not be noticed, answers by mail are",
        "on Exchange, run Set-CASMailbox with ImapUseProtocolDefaults=false and ImapForceICalForCalendarRetrievalOption=true; elsewhere, look for a filter that takes attachments away",
    )
}

pub(super) fn not_filed(sent: &str) -> Finding {
    Finding::warning(
        Code::SentNotFiled,
        "sent mail",
        format!(
            "the server files no copy in {sent}: after a crash at a bad moment somebody may get a mail twice, under one Message-ID"
        ),
        "nothing has to be done; where the server is yours, have it file a copy (docs/providers.md has an example)",
    )
}

pub(super) fn left_behind() -> Finding {
    Finding::warning(
        Code::CheckMailLeft,
        SUBJECT,
        "the mail of this check is flagged as deleted, and this server cannot remove single mails",
        "have your mail program expunge (compact) the mailbox",
    )
}

pub(super) fn refused(refusal: &Refusal) -> Finding {
    let remedy = match refusal.step {
        Step::Mail => "[mail] address has to be one that the [smtp] login may send from",
        _ => "see what the server says; [smtp] has to be a submission server (587 or 465)",
    };
    Finding::wrong(Code::SubmissionRefused, SUBJECT, told(refusal), remedy)
}

pub(super) fn put_off(refusal: &Refusal) -> Finding {
    Finding::warning(
        Code::SubmissionPutOff,
        SUBJECT,
        told(refusal),
        "check again in some minutes; mail that is put off is tried again by itself",
    )
}

fn told(refusal: &Refusal) -> String {
    let words = refusal.answer.as_ref().map(|a| format!(" {}", a.words));
    let (step, reason) = (refusal.step.as_str(), &refusal.reason);
    format!(
        "a mail to itself is {reason}{} (at {step})",
        words.unwrap_or_default()
    )
}
