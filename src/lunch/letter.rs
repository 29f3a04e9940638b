//! Letters: the closed list of things that we can say, each with all the facts it needs.
//!
//! A `Letter` is data; `writing` turns it into a mail. Times are local to the pairing's zone.
//! What somebody wrote is `Words` and appears only in letters to the two of the pairing.

use crate::calendar::write::Event as CalendarEvent;
use crate::lunch::act::{Answering, Permission};
use crate::lunch::notes::{Notes, Section, Words};
use crate::lunch::person::GoalMeant;
use crate::lunch::quoting::Point;
use crate::lunch::record::{Pack, Record};
use crate::lunch::weave::Weave;
use crate::words::address::NameAddr;
use chrono::{NaiveDate, NaiveDateTime, NaiveTime, Weekday};

/// One mail to one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// Whom it goes to.
    pub to: NameAddr,
    /// The other of the pairing; `None` where the letter concerns the person alone.
    pub partner: Option<NameAddr>,
    /// What it says.
    pub body: Body,
    /// The calendar's part in what it tells; a letter that is about nothing but the calendar has its event
    /// in its body.
    pub calendar: Option<CalendarEvent>,
}

impl Letter {
    /// A letter without a calendar's part.
    pub const fn new(to: NameAddr, partner: Option<NameAddr>, body: Body) -> Self {
        Self {
            to,
            partner,
            body,
            calendar: None,
        }
    }

    /// What it says to its reader's calendar.
    pub const fn event(&self) -> Option<&CalendarEvent> {
        match &self.body {
            Body::CalendarRequest { event, .. } | Body::CalendarCancel { event, .. } => Some(event),
            _ => self.calendar.as_ref(),
        }
    }

    /// The board that it asks about, or, where it is a card, to which it went.
    pub fn board(&self) -> Option<BoardMeant> {
        match &self.body {
            Body::Card { marks, .. } => Some(BoardMeant::Own {
                address: self.to.address.to_string(),
                marks: marks.clone(),
            }),
            body => body.board(),
        }
    }
}

/// Whether a letter of that name may hold something for its reader's calendar: what changes one lunch, or
/// lets them rest, is one mail for each of the two.
pub fn bears_calendar(name: &str) -> bool {
    let told = name
        .strip_prefix("receipt-")
        .or_else(|| name.strip_prefix("notice-"));
    let changes = matches!(
        told,
        Some("skipped" | "stands" | "moved" | "paused" | "resumed")
    );
    changes || name.starts_with("calendar-")
}

/// What an invitation offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// Weeks from one lunch to the next.
    pub every_weeks: u32,
    /// On which day.
    pub weekday: Weekday,
    /// At what time.
    pub time: NaiveTime,
    /// For how many minutes.
    pub minutes: u32,
    /// Where.
    pub location: String,
}

/// What has been agreed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agreement {
    /// Weeks from one lunch to the next; `None` for a single lunch.
    pub every_weeks: Option<u32>,
    /// The first (or next) lunch.
    pub first: NaiveDateTime,
    /// For how many minutes.
    pub minutes: u32,
    /// Where.
    pub location: String,
    /// Whether notes are welcome.
    pub notes: bool,
}

/// One lunch, as a letter speaks of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// 1 for the first lunch of the two.
    pub ordinal: u32,
    /// When it starts.
    pub start: NaiveDateTime,
    /// For how many minutes.
    pub minutes: u32,
    /// Where.
    pub location: String,
}

/// When the partner sees one's notes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seal {
    /// Until the partner, who was asked twice and is silent, writes or asks for them.
    UntilAsked,
    /// When the other has written too, or at this moment at the latest.
    Until(NaiveDateTime),
    /// They are being shown now.
    Opened,
    /// They had been shown before; the partner gets the corrected version.
    OpenedBefore,
}

/// Why a mail comes back to its writer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Because {
    /// We couldn't tell what it asks of us.
    Unclear,
    /// The lunches have ended: nothing is kept and passed on between the two any more.
    Ended,
    /// The two agreed on lunches without notes.
    NoNotes,
}

/// What somebody said about somebody, with its date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quote {
    /// Verbatim.
    pub words: Words,
    /// Who said it.
    pub speaker: NameAddr,
    /// The date of the lunch.
    pub on: NaiveDate,
    /// Which point of which notes it is; `None` where nothing can be asked about it.
    pub point: Option<Point>,
    /// What became of the question whether it may be shown outside of the pairing.
    pub leave: Option<QuoteState>,
}

/// What is so with a member's board.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BoardState {
    /// Cards go there.
    On,
    /// No cards go anywhere.
    Off,
    /// A card did not get there, so no more go there.
    Unreachable,
    /// Whoever is at its address wants no more.
    Unwanted,
}

/// The board that a letter asks its reader about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BoardMeant {
    /// Shall cards go to this one of the reader's own?
    Own {
        /// Its address.
        address: String,
        /// Labels and members.
        marks: String,
    },
    /// May the reader's words go to the partner's?
    Partners {
        /// Which of the partner's boards (`Board::number`).
        number: u32,
    },
}

/// What became of a wish to quote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuoteState {
    /// The speaker is being asked now.
    Asked,
    /// The speaker was asked before and has not answered.
    Waiting,
    /// By name.
    Named,
    /// Without the name.
    Unnamed,
    /// Not at all.
    Refused,
    /// Worst moments are never quoted.
    Never,
    /// There is nothing of that number.
    Unknown,
    /// The speaker gets no mail from here any more.
    Gone,
}

/// What came of a partner's answer to a goal that its owner calls reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClaimAnswer {
    /// They see it so too: it counts as reached.
    Agreed,
    /// Not yet: it stays open.
    NotYet,
    /// Nothing: it was settled before, one way or the other.
    Settled,
    /// Nothing: it reads otherwise by now, and is open.
    Reworded,
    /// Nothing: nobody calls it reached any more.
    Open,
}

/// A goal reached within the month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReachedGoal {
    /// In its owner's words.
    pub words: Words,
    /// Since when it was the owner's.
    pub since: NaiveDate,
    /// When it was called reached.
    pub on: NaiveDate,
    /// Who agreed, if somebody did.
    pub agreed_by: Option<NameAddr>,
}

/// A goal still open, with what was seen in the month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenGoal {
    /// In its owner's words.
    pub words: Words,
    /// What helped.
    pub helps: Vec<Quote>,
    /// What got in the way.
    pub hinders: Vec<Quote>,
    /// What did the one and the other.
    pub both: Vec<Quote>,
    /// What was said without marking it either way.
    pub seen: Vec<Quote>,
}

/// The next lunch with one partner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NextLunch {
    /// With whom.
    pub partner: NameAddr,
    /// When and where.
    pub table: Table,
    /// Whether the reader speaks first.
    pub speaks_first: bool,
}

/// One member's month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Harvest {
    /// The first day of the month told about.
    pub month: NaiveDate,
    /// Lunches held: with whom, on which dates.
    pub held: Vec<(NameAddr, Vec<NaiveDate>)>,
    /// Lunches that stood in the calendar and of which nobody has said whether they took place.
    pub unknown: Vec<(NameAddr, Vec<NaiveDate>)>,
    /// Goals reached.
    pub reached: Vec<ReachedGoal>,
    /// Goals still open.
    pub open: Vec<OpenGoal>,
    /// Focus notes where the member has no goal yet.
    pub focus: Vec<Quote>,
    /// Best moments, in the partners' words.
    pub good_moments: Vec<Quote>,
    /// Worst moments; they go nowhere else.
    pub between: Vec<Quote>,
    /// What the reader promised to watch: for whom, which goal.
    pub watching: Vec<(NameAddr, Words)>,
    /// What is next.
    pub next: Vec<NextLunch>,
    /// The reader's own threads, with what grew from them.
    pub weave: Weave,
}

/// News for one partner about what the other (or the mail) did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// The invitee said yes; their words as they wrote them.
    Accepted {
        /// As written.
        words: Words,
        /// What was understood.
        agreement: Agreement,
    },
    /// The invitee said no. Told gently; no reason is asked.
    Declined {
        /// As written.
        words: Words,
    },
    /// The invitee said "not now".
    Later {
        /// As written.
        words: Words,
        /// When the invitation comes back by itself.
        until: NaiveDate,
    },
    /// A question for the reader.
    Asked {
        /// As written.
        words: Words,
    },
    /// Words we did not understand; the writer is asked once.
    Unclear {
        /// As written.
        words: Words,
    },
    /// No answer came within the time.
    Lapsed,
    /// The mail could not be delivered.
    Undeliverable,
    /// The other leaves one lunch out.
    Skipped {
        /// The lunch left out.
        table: Table,
        /// The one after it, if any.
        next: Option<NaiveDateTime>,
    },
    /// The other left a lunch out, and has taken that back.
    Stands {
        /// The lunch.
        table: Table,
    },
    /// The other moved a lunch.
    Moved {
        /// Where it was.
        from: NaiveDateTime,
        /// What it is now.
        table: Table,
        /// Whether all later ones move too.
        all: bool,
    },
    /// The other pauses.
    Paused {
        /// First day on which lunches may come again.
        until: NaiveDate,
        /// The first lunch after it.
        next: Option<NaiveDateTime>,
    },
    /// The lunches go on.
    Resumed {
        /// The next one.
        next: Option<NaiveDateTime>,
    },
    /// The lunches have ended. Says nothing of why.
    Ended,
    /// The other thanks for, or answers, one's notes.
    Relayed {
        /// As written.
        words: Words,
    },
    /// The other's answer to a goal that the reader calls reached.
    GoalAnswered {
        /// The reader's goal, as it read then.
        goal: Words,
        /// What the other wrote.
        said: Words,
        /// What came of it.
        came: ClaimAnswer,
    },
    /// The other's answer to the question whether the reader may quote them.
    QuoteAnswered {
        /// The other's words; `None`: all of them.
        words: Option<Words>,
        /// The answer.
        permission: Permission,
        /// The day of the lunch whose notes were taken back, and the leave with them.
        taken_back: Option<NaiveDate>,
    },
}

/// A receipt for what the reader did; each says how to correct it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Receipt {
    /// For a yes.
    Accepted {
        /// What was understood.
        agreement: Agreement,
        /// Whether to ask for one thing the reader wants to get better at.
        asks_goal: bool,
        /// Whether the day was spoken of, and not understood.
        asks_day: bool,
    },
    /// For a no: one kind line.
    Declined,
    /// For "not now".
    Later {
        /// When the invitation comes back.
        until: NaiveDate,
    },
    /// For a question: it went to the partner; and what is kept and who sees it.
    Asked,
    /// For `end`; offers `stop`.
    Ended,
    /// For `stop`: the last mail.
    Stopped,
    /// A lunch is left out.
    Skipped {
        /// The lunch left out.
        table: Table,
        /// The one after it.
        next: Option<NaiveDateTime>,
    },
    /// A lunch that the reader left out stands again.
    Stands {
        /// The lunch.
        table: Table,
    },
    /// A lunch was moved.
    Moved {
        /// Where it was.
        from: NaiveDateTime,
        /// What it is now.
        table: Table,
        /// Whether all later ones move too.
        all: bool,
    },
    /// A pause.
    Paused {
        /// First day on which lunches may come again.
        until: NaiveDate,
        /// The first lunch after it.
        next: Option<NaiveDateTime>,
    },
    /// A pause is over.
    Resumed {
        /// The next lunch.
        next: Option<NaiveDateTime>,
        /// Whether there was one.
        paused: bool,
    },
    /// A goal was noted.
    Goal {
        /// In its owner's words.
        words: Words,
        /// Whether it replaces an earlier wording of the same goal.
        reworded: bool,
        /// Whether it was called reached before, and is open again.
        reopened: bool,
        /// The goal whose place it took.
        replaced: Option<Words>,
        /// All goals that are now open, in the order of their numbers.
        all: Vec<Words>,
        /// Whether they are the partner's words, and seen by nobody else while they are.
        borrowed: bool,
    },
    /// All goals of the reader, with their numbers.
    Goals {
        /// Those that are open, in the order of their numbers.
        all: Vec<Words>,
        /// The one that was just given up.
        dropped: Option<Words>,
        /// The one that the reader called reached, and has just taken that back.
        reopened: Option<Words>,
        /// What the reader called reached, where it was not sure which one that is; empty where they named none.
        asks: Option<Words>,
    },
    /// A goal was called reached.
    Achieved {
        /// In its owner's words.
        words: Words,
        /// Which one it is.
        goal: GoalMeant,
        /// Whether the partner was asked; else it is reached by now.
        asked: bool,
    },
    /// The reader's answer to a goal that the partner calls reached.
    Agreed {
        /// The partner's goal, as it read then.
        goal: Words,
        /// Whether the reader's words reach the partner.
        passed_on: bool,
        /// What came of it.
        came: ClaimAnswer,
    },
    /// A moment is in the jar.
    Jotted {
        /// As written.
        words: Words,
        /// The lunch before which it comes back.
        next: Option<NaiveDateTime>,
    },
    /// The newest moment is out of the jar again.
    Forgotten,
    /// A point that the partner wrote about the reader is no longer kept.
    Removed {
        /// Of which lunch.
        table: Table,
        /// Under which prompt it stood.
        section: Section,
    },
    /// Colleagues were named, or have asked for the invitation that the reader handed on.
    Invited {
        /// Who is being asked.
        asked: Vec<NameAddr>,
        /// Who cannot be asked from here.
        not: Vec<NameAddr>,
        /// Whether the guest asked.
        came: bool,
    },
    /// For `resume` after an end: the other is asked anew.
    AskedAnew {
        /// Who.
        partner: NameAddr,
        /// Whether the invitation is on its way.
        sent: bool,
    },
    /// There are many pairings already: is one more meant?
    ManyPairings {
        /// How many.
        have: usize,
        /// Who was named.
        guests: Vec<NameAddr>,
    },
    /// For what was said about a board of one's own.
    Board {
        /// Its address; empty where none was named.
        address: String,
        /// What is so now.
        state: BoardState,
    },
    /// For the answer whether one's words may go to the partner's board.
    BoardLeave {
        /// Whether they may.
        granted: bool,
        /// Which of the partner's boards was asked about.
        number: u32,
    },
    /// For `quote 1`.
    Quote {
        /// The partner's words.
        words: Option<Words>,
        /// What becomes of it.
        state: QuoteState,
    },
    /// For the answer to a question whether the partner may quote.
    Permission {
        /// The reader's own words; `None`: all of them.
        words: Option<Words>,
        /// What was understood.
        permission: Permission,
        /// Which point it is; `None`: all of them.
        point: Option<Point>,
    },
    /// Notes, section by section.
    Notes {
        /// Of which lunch.
        table: Table,
        /// What was understood.
        notes: Notes,
        /// Prompts without an answer; asked for once, `None` if they were asked for before.
        ask_for: Option<Section>,
        /// The partner's goal that the focus note speaks to.
        goal: Option<Words>,
        /// The partner's other goals, each with its number.
        other_goals: Vec<(usize, Words)>,
        /// Whether the best moment has no "when", and is asked for one.
        hints_when: bool,
        /// When the partner sees them.
        seal: Seal,
    },
    /// "We met", "we didn't meet", "said, not written", "nothing this time".
    Held {
        /// Of which lunch.
        table: Table,
        /// Whether the writer says that they met.
        met: bool,
        /// Notes of the writer's are kept, which say so too.
        own_notes: bool,
        /// So are notes of the partner's: where the writer says that they didn't meet, it stays a lunch.
        partners_notes: bool,
    },
    /// Notes were taken back.
    Undone {
        /// Of which lunch.
        table: Table,
        /// Whether the partner had seen them already.
        seen: bool,
    },
    /// Monthly summaries are off.
    NoSummaries,
    /// The help over the first silence is off.
    NoTips,
    /// Too much mail for one day.
    Enough {
        /// What comes in is set aside; else only what goes out waits.
        set_aside: bool,
    },
    /// Who can forget the reader.
    WhoForgets,
    /// The door is open again after `stop`.
    Reopened,
}

/// What a letter says. The name of each is that of its template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// Would you have lunch with me every other week?
    Invitation {
        /// A line of the inviter's own.
        note: Option<Words>,
        /// What is proposed.
        offer: Offer,
        /// Whether the inviter has held three lunches or more.
        experienced: bool,
        /// Whether it comes back after a "later".
        again: bool,
        /// Whether the two had lunches before, which have ended.
        anew: bool,
    },
    /// The one reminder of an unanswered invitation.
    InvitationReminder {
        /// What is proposed.
        offer: Offer,
    },
    /// We did not understand; the one question back.
    Question {
        /// What the reader wrote.
        words: Words,
        /// What it was an answer to.
        about: Answering,
        /// The points of notes that the answered letter asked about.
        points: Vec<Point>,
        /// The board that it asked about.
        board: Option<BoardMeant>,
        /// The goal that it called reached.
        goal: Option<GoalMeant>,
        /// The day of the letter answered, where that is why it is asked: it is old by now.
        written: Option<NaiveDate>,
    },
    /// The calendar request for a series or a changed one (iTIP REQUEST).
    CalendarRequest {
        /// The event.
        event: CalendarEvent,
        /// Whether it changes an earlier one.
        update: bool,
    },
    /// The calendar cancellation of the series or of one lunch (iTIP CANCEL).
    CalendarCancel {
        /// The event.
        event: CalendarEvent,
        /// Whether a single lunch is meant.
        one: bool,
    },
    /// The day before.
    Reminder {
        /// When and where.
        table: Table,
        /// The last lunch held.
        last_met: Option<NaiveDate>,
        /// The lunch after which the partner wrote something that waits for its reader to ask.
        waiting: Option<NaiveDate>,
        /// The reader's own goals.
        own_goals: Vec<Words>,
        /// What the reader promised to watch for the partner.
        watching: Vec<Words>,
        /// Whether the reader speaks first.
        speaks_first: bool,
        /// Whether notes are kept.
        notes: bool,
        /// Moments of the partner's that the reader has jotted down since.
        jar: Vec<Words>,
        /// Whether the first lunches get help over the silence.
        tips: bool,
    },
    /// The three prompts; as `nudge`, the one repetition.
    FollowUp {
        /// Which lunch.
        table: Table,
        /// The partner's goal.
        goal: Option<Words>,
        /// The partner's other goals.
        other_goals: Vec<Words>,
        /// When the partner sees the notes at the latest.
        seal: NaiveDateTime,
        /// Whether it is the one repetition.
        nudge: bool,
    },
    /// What the partner wrote.
    Exchange {
        /// Of which lunch.
        table: Table,
        /// The partner's notes about the reader.
        notes: Notes,
        /// The reader's goal that the focus note speaks to.
        goal: Option<Words>,
        /// Whether it replaces an earlier one.
        corrected: bool,
        /// Whether leave to quote ended with what was put right.
        unquoted: bool,
        /// Whether the focus note is a goal that the reader, who has none, may take up.
        proposes: bool,
        /// The reader's goal that the partner calls reached.
        reached: Option<Words>,
    },
    /// The partner calls a goal of their own reached; does the reader see it so too?
    GoalReached {
        /// In the partner's words.
        words: Words,
        /// Which one it is.
        goal: GoalMeant,
    },
    /// Shall cards of the reader's lunches go to that address?
    BoardConfirm {
        /// The board's address.
        address: String,
        /// Labels and members.
        marks: String,
    },
    /// May the reader's words go to the partner's board?
    BoardAsk {
        /// Which of the partner's boards.
        number: u32,
    },
    /// A card for a board; goes to the board's address.
    Card {
        /// Which lunch.
        table: Table,
        /// What its owner wrote, without the worst moment.
        own: Notes,
        /// The partner's goal that the focus speaks to.
        goal: Option<Words>,
        /// What the partner wrote, without the worst moment, if they agree.
        theirs: Option<Notes>,
        /// Whether it takes the place of an earlier card.
        corrected: bool,
        /// Labels and members.
        marks: String,
    },
    /// A page for the table, to print.
    LunchCard {
        /// Whether the reader speaks first at the next lunch.
        speaks_first: bool,
        /// What the reader wants to get better at.
        own_goals: Vec<Words>,
        /// What the partner wants to get better at.
        watching: Vec<Words>,
    },
    /// An invitation of the reader's own, to hand on.
    PassItOn,
    /// May the partner quote this?
    Permission {
        /// The reader's own words.
        words: Words,
        /// The date of the lunch.
        on: NaiveDate,
        /// Which point it is.
        point: Point,
    },
    /// The month.
    Summary(Harvest),
    /// One's own threads, asked for.
    Fabric(Weave),
    /// Everything kept about the reader, asked for.
    Report {
        /// All of it.
        record: Box<Record>,
        /// What of it may be shown to others.
        pack: Pack,
    },
    /// No day is free for both.
    NoSlot {
        /// What was wished for.
        offer: Offer,
        /// Whether their lunches stand as they were; else none is in a calendar, and both are asked.
        stands: bool,
    },
    /// Somebody wrote in the reader's name from elsewhere; did they?
    Confirm {
        /// What was written.
        words: Words,
    },
    /// A mail we can do nothing with, returned with its text.
    Returned {
        /// What the reader wrote.
        words: Words,
        /// Why nothing was done with it.
        because: Because,
    },
    /// News about the partner.
    Notice(Notice),
    /// A receipt.
    Receipt(Receipt),
}

impl Body {
    /// The name of its template, of its kind in `preview`, and in the store.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Invitation { .. } => "invitation",
            Self::InvitationReminder { .. } => "invitation-reminder",
            Self::Question { .. } => "question",
            Self::CalendarRequest { update: false, .. } => "calendar-request",
            Self::CalendarRequest { update: true, .. } => "calendar-update",
            Self::CalendarCancel { .. } => "calendar-cancel",
            Self::Reminder { .. } => "reminder",
            Self::FollowUp { nudge: false, .. } => "followup",
            Self::FollowUp { nudge: true, .. } => "followup-nudge",
            Self::Exchange { .. } => "exchange",
            Self::GoalReached { .. } => "goal-reached",
            Self::Permission { .. } => "permission",
            Self::LunchCard { .. } => "lunch-card",
            Self::PassItOn => "pass-it-on",
            Self::BoardConfirm { .. } => "board-confirm",
            Self::BoardAsk { .. } => "board-ask",
            Self::Card { .. } => "card",
            Self::Summary(_) => "summary",
            Self::Fabric(_) => "fabric",
            Self::Report { .. } => "report",
            Self::NoSlot { .. } => "no-slot",
            Self::Confirm { .. } => "confirm",
            Self::Returned { .. } => "returned",
            Self::Notice(notice) => match notice {
                Notice::Accepted { .. } => "notice-accepted",
                Notice::Declined { .. } => "notice-declined",
                Notice::Later { .. } => "notice-later",
                Notice::Asked { .. } => "notice-question",
                Notice::Unclear { .. } => "notice-unclear",
                Notice::Lapsed => "notice-lapsed",
                Notice::Undeliverable => "notice-undeliverable",
                Notice::Skipped { .. } => "notice-skipped",
                Notice::Stands { .. } => "notice-stands",
                Notice::Moved { .. } => "notice-moved",
                Notice::Paused { .. } => "notice-paused",
                Notice::Resumed { .. } => "notice-resumed",
                Notice::Ended => "notice-ended",
                Notice::Relayed { .. } => "notice-relayed",
                Notice::GoalAnswered { .. } => "notice-goal-answered",
                Notice::QuoteAnswered { .. } => "notice-quote",
            },
            Self::Receipt(receipt) => match receipt {
                Receipt::Accepted { .. } => "receipt-accepted",
                Receipt::Declined => "receipt-declined",
                Receipt::Later { .. } => "receipt-later",
                Receipt::Asked => "receipt-question",
                Receipt::Ended => "receipt-ended",
                Receipt::Stopped => "receipt-stopped",
                Receipt::Skipped { .. } => "receipt-skipped",
                Receipt::Stands { .. } => "receipt-stands",
                Receipt::Moved { .. } => "receipt-moved",
                Receipt::Paused { .. } => "receipt-paused",
                Receipt::Resumed { .. } => "receipt-resumed",
                Receipt::Goal { .. } => "receipt-goal",
                Receipt::Goals { .. } => "receipt-goals",
                Receipt::Achieved { .. } => "receipt-achieved",
                Receipt::Agreed { .. } => "receipt-agreed",
                Receipt::Jotted { .. } => "receipt-jotted",
                Receipt::Forgotten => "receipt-forgotten",
                Receipt::Removed { .. } => "receipt-removed",
                Receipt::Quote { .. } => "receipt-quote",
                Receipt::Permission { .. } => "receipt-permission",
                Receipt::Board { .. } => "receipt-board",
                Receipt::Invited { .. } => "receipt-invited",
                Receipt::AskedAnew { .. } => "receipt-asked-anew",
                Receipt::ManyPairings { .. } => "receipt-many",
                Receipt::BoardLeave { .. } => "receipt-board-leave",
                Receipt::Notes { .. } => "receipt-notes",
                Receipt::Held { .. } => "receipt-held",
                Receipt::Undone { .. } => "receipt-undone",
                Receipt::NoSummaries => "receipt-no-summaries",
                Receipt::NoTips => "receipt-no-tips",
                Receipt::Enough { .. } => "receipt-enough",
                Receipt::WhoForgets => "receipt-who-forgets",
                Receipt::Reopened => "receipt-reopened",
            },
        }
    }

    /// The points of notes that its reader may name by their number, or is asked about.
    pub fn points(&self) -> Vec<Point> {
        match self {
            Self::Summary(harvest) => {
                let moments = harvest.good_moments.iter();
                moments.filter_map(|quote| quote.point).collect()
            }
            Self::Permission { point, .. } => vec![*point],
            Self::Receipt(Receipt::Permission { point, .. }) => point.iter().copied().collect(),
            Self::Question { points, .. } => points.clone(),
            _ => Vec::new(),
        }
    }

    /// The board that it asks about.
    pub fn board(&self) -> Option<BoardMeant> {
        match self {
            Self::BoardConfirm { address, marks } => Some(BoardMeant::Own {
                address: address.clone(),
                marks: marks.clone(),
            }),
            Self::BoardAsk { number } | Self::Receipt(Receipt::BoardLeave { number, .. }) => {
                Some(BoardMeant::Partners { number: *number })
            }
            Self::Question { board, .. } => board.clone(),
            _ => None,
        }
    }

    /// The goal that it calls reached.
    pub const fn goal(&self) -> Option<GoalMeant> {
        match self {
            Self::GoalReached { goal, .. } | Self::Receipt(Receipt::Achieved { goal, .. }) => {
                Some(*goal)
            }
            Self::Question { goal, .. } => *goal,
            _ => None,
        }
    }

    /// What a reply to it is an answer to.
    pub const fn answering(&self) -> Answering {
        match self {
            Self::Invitation { .. } | Self::InvitationReminder { .. } => Answering::Invitation,
            Self::CalendarRequest { .. }
            | Self::CalendarCancel { .. }
            | Self::Reminder { .. }
            | Self::LunchCard { .. }
            | Self::NoSlot { .. } => Answering::Reminder,
            Self::FollowUp { .. } => Answering::FollowUp,
            Self::Exchange { .. } => Answering::Exchange,
            Self::GoalReached { .. } => Answering::Proposal,
            // Whoever has answered may change their mind in answer to the receipt.
            Self::Permission { .. }
            | Self::BoardConfirm { .. }
            | Self::BoardAsk { .. }
            | Self::Receipt(Receipt::Permission { .. } | Receipt::BoardLeave { .. }) => {
                Answering::Permission
            }
            Self::Summary(_) => Answering::Summary,
            Self::Question { about, .. } => *about,
            // "Yes" to the last mail means: yes, I want to come back.
            Self::Confirm { .. } | Self::Returned { .. } => Answering::Question,
            Self::Notice(_)
            | Self::Receipt(_)
            | Self::Fabric(_)
            | Self::Report { .. }
            | Self::Card { .. }
            | Self::PassItOn => Answering::Receipt,
        }
    }
}
