//! What commands ask of a running daemon over its control socket, and what it answers.
//!
//! One JSON object a line in each direction. Nothing here ever carries what somebody wrote: an
//! operator sees headers, counts and dates.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

/// A request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case")]
pub enum Request {
    /// How things stand.
    Status,
    /// Start pairings: `from` invites each of `to`.
    Invite {
        /// `Ana Ruiz <ana@example.com>`
        from: String,
        /// The same for each invitee.
        to: Vec<String>,
        /// A line of the inviter's own.
        note: Option<String>,
        /// Only say what would be sent.
        dry_run: bool,
        /// Makes asking twice act once; random, made by the command.
        id: String,
    },
    /// All pairings, without what anybody wrote.
    Pairings,
    /// Pause, resume or end a pairing.
    Order {
        /// Its number in `Pairings`.
        pairing: u64,
        /// What to do.
        order: Order,
        /// As in `Invite`.
        id: String,
    },
    /// No more mail to somebody; or, beyond that, everything about them erased.
    Person {
        /// Their address.
        address: String,
        /// Erase.
        forget: bool,
        /// As in `Invite`.
        id: String,
    },
    /// The rehearsal clock.
    Clock(ClockRequest),
    /// Whose summary would go out if the month turned now; no contents.
    Summaries,
    /// Every mail that the present state would bring in the coming time, if nobody answered.
    Coming {
        /// How long that is.
        seconds: i64,
    },
    /// Stop sending or go on; reading goes on either way.
    Hold {
        /// Stop, or go on.
        on: bool,
    },
}

/// What can be done with a pairing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Order {
    /// Pause until that day.
    Pause(NaiveDate),
    /// End a pause.
    Resume,
    /// End it.
    End,
}

/// What can be done with a rehearsal clock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClockRequest {
    /// What it shows.
    Show,
    /// Move it, visiting each due moment on the way.
    Advance {
        /// By how many seconds.
        seconds: i64,
        /// The mailbox has to be quiet for so many milliseconds before each due moment.
        settle_ms: u64,
    },
    /// Move it to the next due moment.
    Next {
        /// As in `Advance`.
        settle_ms: u64,
    },
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "kebab-case")]
pub enum Reply {
    /// To `Status`.
    Status(Box<Status>),
    /// To `Invite`: one entry for each invitee, in order.
    Invited {
        /// What became of each.
        invitations: Vec<Invitation>,
    },
    /// To `Pairings`.
    Pairings {
        /// All of them.
        pairings: Vec<PairingLine>,
    },
    /// To `Order`, `Person` and `Hold`.
    Done {
        /// In a few words.
        message: String,
    },
    /// To `Clock`.
    Clock {
        /// What it shows now.
        now: DateTime<Utc>,
        /// What ran on the way, oldest first.
        ran: Vec<Ran>,
        /// The next due moment.
        next_due: Option<DateTime<Utc>>,
    },
    /// To `Summaries`.
    Summaries {
        /// Whose, with how many lunches held in the month.
        summaries: Vec<SummaryLine>,
    },
    /// To `Coming`.
    Coming {
        /// The time by the daemon's clock.
        now: DateTime<Utc>,
        /// How far was looked.
        until: DateTime<Utc>,
        /// Whether sending is on hold, so that nothing goes out before it is lifted.
        hold: bool,
        /// The mails, soonest first.
        mails: Vec<ComingLine>,
        /// There are more than could be told.
        more: bool,
    },
    /// It could not be done.
    Refused {
        /// What is wrong and what to do.
        message: String,
    },
}

/// What became of one invitation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    /// Who is asked.
    pub to: String,
    /// The subject it has, or would have.
    pub subject: String,
    /// The pairing's number; `None` in a dry run or where it was refused.
    pub pairing: Option<u64>,
    /// Why not, if not.
    pub refused: Option<String>,
}

/// One pairing as an operator sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PairingLine {
    /// Its number.
    pub pairing: u64,
    /// The inviter's address.
    pub inviter: String,
    /// The invitee's address.
    pub invitee: String,
    /// invited, postponed, meeting, paused, over. A no, a lapse and an end are all "over": nobody
    /// reads a refusal off a list.
    pub stage: String,
    /// The next planned lunch, local time.
    pub next_lunch: Option<String>,
}

/// Something that ran while the clock was moved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ran {
    /// When, by the rehearsal clock.
    pub at: DateTime<Utc>,
    /// What: "sent reminder", "read mail", "due pairing 3"; never contents.
    pub what: String,
    /// To whom or from whom, if somebody.
    pub who: Option<String>,
}

/// Whose summary.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SummaryLine {
    /// The member's address.
    pub to: String,
    /// Lunches held in the month.
    pub lunches: usize,
}

/// A mail to come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComingLine {
    /// When.
    pub at: DateTime<Utc>,
    /// Which letter.
    pub kind: String,
    /// To whom.
    pub to: String,
    /// Its subject, which holds nothing that anybody said.
    pub subject: String,
    /// It is written already and waits to be submitted.
    pub waiting: bool,
}

/// How things stand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Status {
    /// The program's version.
    pub version: String,
    /// The time by the daemon's clock.
    pub now: DateTime<Utc>,
    /// Whether the clock is driven by hand.
    pub rehearsal: bool,
    /// Whether sending is on hold.
    pub hold: bool,
    /// The inbox connection.
    pub imap: Link,
    /// The submission connection.
    pub smtp: Link,
    /// Mails waiting, by state: queued, claimed, in doubt.
    pub queued: u64,
    /// Claimed or in doubt.
    pub in_flight: u64,
    /// When the oldest of them was queued.
    pub oldest_queued: Option<DateTime<Utc>>,
    /// Sent so far.
    pub accepted: u64,
    /// Failed for good.
    pub failed: u64,
    /// Withdrawn before they left.
    pub withdrawn: u64,
    /// Incoming mail set aside for a person to look at.
    pub set_aside: u64,
    /// The next thing due by the clock.
    pub next_due: Option<DateTime<Utc>>,
    /// People known.
    pub people: u64,
    /// Pairings that are invited, meeting or paused.
    pub open_pairings: u64,
}

/// One connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Link {
    /// Whether the last attempt worked.
    pub up: bool,
    /// Since when it has been so, by the wall's clock; for the inbox: the last contact.
    pub since: Option<DateTime<Utc>>,
    /// What is wrong and what to do; empty if all is well.
    pub trouble: String,
}
