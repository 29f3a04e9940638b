//! Acts: the closed list of things that somebody can say to us, by mail or by calendar.
//!
//! One mail may hold several. Reading finds them; deciding follows them. Nothing is guessed: where
//! a careful person would ask back, the act is `Unclear`.

use crate::lunch::notes::{Notes, Section, Words};
use crate::words::address::NameAddr;
use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};

/// Which of our letters is being answered; it decides what "no" or "later" means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Answering {
    /// The invitation or its reminder.
    Invitation,
    /// The reminder before a lunch, or a calendar mail.
    Reminder,
    /// The letter with the three prompts.
    FollowUp,
    /// A receipt.
    Receipt,
    /// The letter with the partner's notes.
    Exchange,
    /// The monthly summary.
    Summary,
    /// Our question back.
    Question,
    /// A goal proposed by the partner.
    Proposal,
    /// A request for permission to quote.
    Permission,
}

impl Answering {
    /// The name on the command line and in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Invitation => "invitation",
            Self::Reminder => "reminder",
            Self::FollowUp => "followup",
            Self::Receipt => "receipt",
            Self::Exchange => "exchange",
            Self::Summary => "summary",
            Self::Question => "question",
            Self::Proposal => "proposal",
            Self::Permission => "permission",
        }
    }

    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Invitation,
        Self::Reminder,
        Self::FollowUp,
        Self::Receipt,
        Self::Exchange,
        Self::Summary,
        Self::Question,
        Self::Proposal,
        Self::Permission,
    ];

    /// The kind of that name; `invite` is an old name of `invitation`.
    pub fn from_name(name: &str) -> Option<Self> {
        if name == "invite" {
            return Some(Self::Invitation);
        }
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// What a reply to the letter of that name is an answer to, as `Body::answering` tells it of the
    /// letter itself. Of a question that depends on what it was about.
    pub fn of_letter(name: &str) -> Option<Self> {
        Some(match name {
            "invitation" | "invitation-reminder" => Self::Invitation,
            "reminder" | "no-slot" | "lunch-card" | "calendar-request" | "calendar-update"
            | "calendar-cancel" => Self::Reminder,
            "followup" | "followup-nudge" => Self::FollowUp,
            "exchange" => Self::Exchange,
            "summary" => Self::Summary,
            "goal-reached" => Self::Proposal,
            "pass-it-on" | "card" => Self::Receipt,
            "permission"
            | "board-confirm"
            | "board-ask"
            | "receipt-permission"
            | "receipt-board-leave" => Self::Permission,
            "question" | "confirm" | "returned" => Self::Question,
            "fabric" | "report" => Self::Receipt,
            _ if name.starts_with("receipt-") || name.starts_with("notice-") => Self::Receipt,
            _ => return None,
        })
    }
}

/// What an accept changes in the offer.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct AcceptTerms {
    /// Another rhythm, in weeks.
    pub rhythm_weeks: Option<u32>,
    /// Only one lunch, to try it.
    pub once: bool,
    /// Lunches, but nothing kept.
    pub no_notes: bool,
    /// The first lunch wished for, local time; its weekday and time become the series'.
    pub start: Option<NaiveDateTime>,
    /// Another place.
    pub location: Option<String>,
    /// The day or the time was spoken of, and which one suits was not clear.
    pub day_open: bool,
}

/// Whether a change is meant for one lunch or for all to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// This lunch.
    One,
    /// This and all later ones.
    All,
}

/// A wish to move a lunch in time or place.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Reschedule {
    /// New start, local time; `None` if only the place changes or no time was said.
    pub start: Option<NaiveDateTime>,
    /// New place.
    pub location: Option<String>,
    /// One or all; `None` if it was not said.
    pub scope: Option<Scope>,
}

/// What somebody says about whether the lunch took place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Held {
    /// "We met", nothing else said.
    Met,
    /// "We didn't meet".
    NotMet,
    /// "Said, not written": met, and no notes will come.
    SaidNotWritten,
    /// "Nothing this time": met, nothing to note.
    NothingThisTime,
}

/// Words that are commands when they stand alone at the top of a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CommandName {
    /// `goal: …`, "my goal is now …": the writer's own goal.
    Goal,
    /// `undo`: take the notes of the answered receipt back.
    Undo,
    /// `share now`: don't wait for the other's notes.
    ShareNow,
    /// `achieved: …`: the writer calls an own goal reached.
    Achieved,
    /// `invite ben@…, cara@…`.
    Invite,
    /// `report`: everything kept about the writer.
    Report,
    /// `status`: where things stand.
    Status,
    /// `forget me`: erase everything.
    Forget,
    /// `no summaries`.
    NoSummaries,
    /// `help`.
    Help,
    /// `best: …` outside a follow-up: a moment for the jar.
    Best,
    /// `quote N`: ask leave to quote.
    Quote,
    /// `fabric`.
    Fabric,
    /// `another goal: …`: one more beside those there are.
    AnotherGoal,
    /// `goal 2: …` puts the second goal another way; `goal 2` says which one a note spoke of.
    GoalNumber,
    /// `drop goal`, `drop goal 2`: an own goal is given up.
    Drop,
    /// `keep both`: the goal that a newer one replaced stays as well.
    KeepBoth,
    /// `take it up`: what the partner proposed becomes the writer's goal.
    TakeUp,
    /// `not yet`: a goal that the partner calls reached is not.
    NotYet,
    /// `no quotes`: whatever leave to quote was given is taken back.
    NoQuotes,
    /// `board: address`: cards of the writer's lunches go there.
    Board,
    /// `no board`: no more cards.
    NoBoard,
    /// `no tips`: no more help over the first silence.
    NoTips,
    /// `card`: a page for the table, to print.
    Card,
    /// `pass it on`: an invitation to hand to two colleagues.
    PassOn,
}

impl CommandName {
    /// The name in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Goal => "goal",
            Self::Undo => "undo",
            Self::ShareNow => "share now",
            Self::Achieved => "achieved",
            Self::Invite => "invite",
            Self::Report => "report",
            Self::Status => "status",
            Self::Forget => "forget me",
            Self::NoSummaries => "no summaries",
            Self::Help => "help",
            Self::Best => "best",
            Self::Quote => "quote",
            Self::Fabric => "fabric",
            Self::AnotherGoal => "another goal",
            Self::GoalNumber => "goal number",
            Self::Drop => "drop goal",
            Self::KeepBoth => "keep both",
            Self::TakeUp => "take up",
            Self::NotYet => "not yet",
            Self::NoQuotes => "no quotes",
            Self::Board => "board",
            Self::NoBoard => "no board",
            Self::NoTips => "no tips",
            Self::Card => "card",
            Self::PassOn => "pass it on",
        }
    }
}

/// Leave to quote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Permission {
    /// By name.
    Named,
    /// Without the name.
    Unnamed,
    /// Not at all.
    Refused,
}

/// Participation status of an attendee (RFC 5545 section 3.2.12).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PartStat {
    /// ACCEPTED
    Accepted,
    /// DECLINED
    Declined,
    /// TENTATIVE
    Tentative,
    /// DELEGATED: somebody else is to come, which no lunch of two can follow.
    Delegated,
    /// NEEDS-ACTION or anything else.
    Other,
}

/// One thing said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Yes, perhaps with other terms.
    Accept(AcceptTerms),
    /// No, for good.
    Decline,
    /// Not now; ask again at the date, or by our own measure.
    Later {
        /// When to ask again.
        until: Option<NaiveDate>,
    },
    /// A careful person would ask back.
    Unclear,
    /// A question for the partner; changes nothing.
    Question,
    /// Notes after a lunch.
    Notes(Notes),
    /// Did the lunch happen?
    Held(Held),
    /// Leave this lunch out.
    Skip,
    /// Move a lunch.
    Reschedule(Reschedule),
    /// Stop for a while.
    Pause {
        /// First day on which lunches may come again.
        until: Option<NaiveDate>,
    },
    /// Go on after a pause.
    Resume,
    /// End this pairing's lunches.
    End,
    /// End all mail to this person from anybody here.
    Stop,
    /// An answer to a request to quote.
    Permission(Permission),
    /// Another answer to one prompt; `None` takes it away.
    Correction {
        /// Which prompt; `None` if it was not said plainly enough to follow.
        section: Option<Section>,
        /// The new words.
        words: Option<Words>,
    },
    /// A command word.
    Command {
        /// Which one.
        name: CommandName,
        /// What stood behind it.
        arguments: String,
    },
    /// A calendar answer (RFC 5546 section 3.2.3) for the series (`occurrence` none) or one lunch.
    CalendarReply {
        /// Accepted, declined, tentative.
        partstat: PartStat,
        /// The instant that RECURRENCE-ID names.
        occurrence: Option<DateTime<Utc>>,
    },
    /// A counter-proposal (RFC 5546 section 3.2.7).
    CalendarCounter {
        /// The proposed start.
        start: Option<DateTime<Utc>>,
        /// The instant that RECURRENCE-ID (or the old start) names.
        occurrence: Option<DateTime<Utc>>,
    },
    /// One of our letters could not be delivered, or was delayed (`permanent` false).
    Bounce {
        /// Whether the receiving side gave up.
        permanent: bool,
    },
    /// A machine answered for an absent person.
    AutoReply {
        /// First day back, if it was said.
        away_until: Option<NaiveDate>,
    },
    /// Nothing that asks for anything: thanks, a greeting, our own mail coming back.
    Other,
}

impl Act {
    /// The name in JSON (DESIGN section 4, field `kind`).
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Accept(_) => "accept",
            Self::Decline => "decline",
            Self::Later { .. } => "later",
            Self::Unclear => "unclear",
            Self::Question => "question",
            Self::Notes(_) => "notes",
            Self::Held(_) => "held",
            Self::Skip => "skip",
            Self::Reschedule(_) => "reschedule",
            Self::Pause { .. } => "pause",
            Self::Resume => "resume",
            Self::End => "end",
            Self::Stop => "stop",
            Self::Permission(_) => "permission",
            Self::Correction { .. } => "correction",
            Self::Command { .. } => "command",
            Self::CalendarReply { .. } => "calendar-reply",
            Self::CalendarCounter { .. } => "calendar-counter",
            Self::Bounce { .. } => "bounce",
            Self::AutoReply { .. } => "auto-reply",
            Self::Other => "other",
        }
    }
}

/// Everything one mail says, with the words it was said in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// Who the header says wrote it.
    pub from: Option<NameAddr>,
    /// In the order of the text.
    pub acts: Vec<Act>,
    /// What the writer newly wrote, for passing on.
    pub words: Words,
    /// Whether the writer asks that the other doesn't hear it: then no word of it is passed on.
    pub confided: bool,
}
