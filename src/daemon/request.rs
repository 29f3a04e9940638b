//! What commands ask of a running daemon over its control socket, and what it answers.
//!
//! One JSON object a line in each direction. Nothing here ever carries what somebody wrote: an
//! operator sees headers, counts and dates.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::path::PathBuf;

/// A request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case")]
pub enum Request {
    /// How things stand.
    Status,
    /// Start pairings: `from` invites each of `to`.
    Invite {
        /// `Ana Ruiz <ana@example.com>`; `None` for the mailbox's owner, where it has one.
        from: Option<String>,
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
    /// What an operator may take along of a person, by their address.
    ExportPerson {
        /// Their address.
        address: String,
    },
    /// What an operator may take along of a pairing.
    ExportPairing {
        /// Its number in `Pairings`.
        pairing: u64,
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
    /// Everybody's lunches as a picture, without names.
    Fabric {
        /// As SVG or as PNG.
        form: PictureForm,
        /// Lines such as `ana@example.com, Platform`; the picture then shows teams.
        teams: Option<String>,
    },
    /// Mail that was set aside.
    Review(ReviewRequest),
    /// A copy of records and keyring, laid down in the store's own folder for the command to take.
    Backup,
    /// Stop sending or go on; reading goes on either way.
    Hold {
        /// Stop, or go on.
        on: bool,
    },
}

/// What a picture is made as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PictureForm {
    /// Lines and words.
    Svg,
    /// Pixels.
    Png,
}

/// What can be asked about mail that was set aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReviewRequest {
    /// All of it.
    List,
    /// Back to the inbox with one, to be tried anew; by its number in the list.
    Retry(u64),
    /// To Done with one, unanswered.
    Dismiss(u64),
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
    /// To `Fabric`.
    Fabric {
        /// SVG, or PNG as base64 (RFC 4648 section 4).
        picture: String,
        /// People in it; groups of fewer than five are neither drawn nor counted.
        people: usize,
        /// Pairs that met; with teams, the bundles between them.
        threads: usize,
        /// Their lunches.
        lunches: usize,
    },
    /// To `ExportPerson` and `ExportPairing`: docs/export.md tells what is in it.
    Exported {
        /// One object.
        export: serde_json::Value,
    },
    /// To `Review`'s list.
    Reviews {
        /// All of it, the oldest first.
        reviews: Vec<ReviewLine>,
    },
    /// To `Backup`.
    BackedUp {
        /// The file of the records.
        records: PathBuf,
        /// The file of the keyring.
        keyring: PathBuf,
        /// How many records.
        count: u64,
        /// The last commit in it.
        sequence: u64,
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

/// A mail that was set aside, as an operator sees it: never what it says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewLine {
    /// What it is called here.
    pub number: u64,
    /// When it was set aside.
    pub at: DateTime<Utc>,
    /// The member whose mail it is.
    pub from: String,
    /// Its Message-ID, to find it in a mail program.
    pub message_id: Option<String>,
    /// Why.
    pub why: String,
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

/// How things stand. `postlunch status --json` prints it; docs/operating.md tells its fields, which
/// stay from one version to the next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Status {
    /// The worst of the warnings.
    pub health: Health,
    /// What deserves a look, the worst first.
    pub warnings: Vec<Warning>,
    /// The program's version.
    pub version: String,
    /// When the daemon was started, by the wall's clock.
    pub started: DateTime<Utc>,
    /// The time by the wall's clock.
    pub wall: DateTime<Utc>,
    /// The time by the daemon's clock; every time below that is not said to be the wall's is its.
    pub now: DateTime<Utc>,
    /// Whether the clock is driven by hand.
    pub rehearsal: bool,
    /// Whether sending is on hold.
    pub hold: bool,
    /// Whether the store was put back from a backup, and nobody has said `resume` since.
    #[serde(default)]
    pub restored: bool,
    /// The inbox connection.
    pub imap: Link,
    /// The submission connection.
    pub smtp: Link,
    /// When a mail of ours last came in.
    pub last_in: Option<DateTime<Utc>>,
    /// When a mail was last accepted by the submission server.
    pub last_out: Option<DateTime<Utc>>,
    /// Mails that wait for their turn.
    pub queued: u64,
    /// Claimed or in doubt.
    pub in_flight: u64,
    /// Those of them that are in doubt: whether the server took them is not known yet.
    pub in_doubt: u64,
    /// When the oldest of them was queued.
    pub oldest_queued: Option<DateTime<Utc>>,
    /// Sent so far.
    pub accepted: u64,
    /// Failed for good.
    pub failed: u64,
    /// Withdrawn before they left.
    pub withdrawn: u64,
    /// Incoming mail set aside for a person to look at, so far.
    pub set_aside: u64,
    /// Mails in the review folder when it was last counted.
    pub review: Option<u64>,
    /// The review folder, as configured.
    pub review_folder: String,
    /// The next thing due by the clock.
    pub next_due: Option<DateTime<Utc>>,
    /// People known.
    pub people: u64,
    /// Pairings that are invited, meeting or paused.
    pub open_pairings: u64,
    /// All pairings by where they stand.
    pub pairings: Standings,
    /// Lunches that both or one have said were held.
    pub lunches_held: u64,
    /// Octets free where the store is.
    pub disk_free: Option<u64>,
}

/// How well it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Health {
    /// As it should be.
    #[default]
    Well,
    /// It works, but deserves a look.
    Warning,
    /// It does not work until somebody acts.
    Wrong,
}

/// Something that deserves a look.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    /// How bad it is.
    pub health: Health,
    /// What is the matter.
    pub means: String,
    /// What to do.
    pub remedy: String,
}

/// How many pairings stand where; the words are those of `PairingLine`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standings {
    /// Asked, no answer yet.
    pub invited: u64,
    /// Asked to come back later.
    pub postponed: u64,
    /// Having lunches.
    pub meeting: u64,
    /// Resting until a day.
    pub paused: u64,
    /// Declined, lapsed or ended.
    pub over: u64,
}

/// One connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Link {
    /// Whether the last attempt worked.
    pub up: bool,
    /// Since when that has been so, by the wall's clock; `None` before the first attempt.
    pub since: Option<DateTime<Utc>>,
    /// When the server last answered, by the wall's clock.
    pub contact: Option<DateTime<Utc>>,
    /// What is wrong now; `None` if all is well.
    pub trouble: Option<Trouble>,
    /// The last thing that was wrong, also where it is over.
    pub last_trouble: Option<Trouble>,
}

/// What was wrong with a connection, in plain words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    /// When it was met, by the wall's clock.
    pub at: DateTime<Utc>,
    /// What is wrong.
    pub means: String,
    /// What to do.
    pub remedy: String,
    /// Whether it stays until somebody acts.
    pub needs_a_person: bool,
}

impl Trouble {
    /// One that is met just now; whoever keeps it (`Vitals`) says when that was.
    pub fn new(means: impl Into<String>, remedy: impl Into<String>, needs_a_person: bool) -> Self {
        Self {
            at: DateTime::UNIX_EPOCH,
            means: means.into(),
            remedy: remedy.into(),
            needs_a_person,
        }
    }

    /// One whose remedy stands behind a semicolon.
    pub fn told(told: &str, needs_a_person: bool) -> Self {
        let (means, remedy) = told
            .rsplit_once("; ")
            .unwrap_or((told, "it is tried again"));
        Self::new(means, remedy, needs_a_person)
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.means, self.remedy)
    }
}
