//! Reading: what a mail says, from its bytes to acts.
//!
//! Layers, each a file: `message` (bytes taken apart, and with `wrapped` what is wrapped in them) →
//! `machine` (bounces, reports, absences) →
//! calendar answers → `visible` (the newly written text: `html`, `quote`, `signature`) → `phrase`
//! and `language` (words to senses, from data files) → `command`, `intent`, `when`, `notes` →
//! `explain` (the same as JSON), `verdict` (in words), `change` (what would make it another). Pure,
//! total and linear: any bytes give a `Reading`, nothing is guessed that a careful person would ask
//! about. Routing and trust are decided elsewhere.

mod answered;
pub mod change;
pub mod command;
mod convention;
mod correction;
pub mod explain;
pub mod html;
pub mod intent;
pub mod judge;
pub mod language;
pub mod learned;
mod letters;
pub mod machine;
pub mod message;
pub mod notes;
mod originals;
pub mod phrase;
pub mod quote;
pub mod returned;
pub mod signature;
pub mod terms;
pub mod verdict;
pub mod visible;
mod vocabulary;
pub mod when;
mod wrapped;

use crate::calendar::read::{Answer, AnswerItem, AnswerMethod, Participation};
use crate::lunch::act::{Act, Answering, PartStat};
use crate::lunch::notes::{Notes, Words};
use crate::reading::language::{Languages, Sense, lexicon};
use crate::reading::message::Message;
use crate::words::address::Address;
use crate::words::clean::{CleanLine, clean_text};
use chrono::{DateTime, NaiveDateTime, Utc};
use chrono_tz::Tz;

/// What is known about the conversation that a mail belongs to.
#[derive(Clone, Debug)]
pub struct Context<'a> {
    /// Which of our letters is answered; `None` if that is to be judged from the mail.
    pub answering: Option<Answering>,
    /// Whether the answered letter asked for one thing the reader wants to get better at.
    pub goal_asked: bool,
    /// Visible text of the letters we sent in this thread; quotes are found by it.
    pub originals: &'a [String],
    /// Our own addresses.
    pub own_addresses: &'a [Address],
    /// The moment against which "Thursday" and "in two weeks" are understood.
    pub now: DateTime<Utc>,
    /// The zone of the lunch.
    pub zone: Tz,
    /// The lunch in question, local time; its time is taken where only a day is said.
    pub lunch: Option<NaiveDateTime>,
}

impl Context<'_> {
    /// A context that knows the moment only.
    pub const fn new(now: DateTime<Utc>, zone: Tz) -> Self {
        Self {
            answering: None,
            goal_asked: false,
            originals: &[],
            own_addresses: &[],
            now,
            zone,
            lunch: None,
        }
    }
}

/// What a bounce or delay report says.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Bounce {
    /// Whom the mail did not reach.
    pub recipients: Vec<Address>,
    /// Whether the receiving side gave up; `None` if it does not say.
    pub permanent: Option<bool>,
    /// Enhanced status code (RFC 3463), such as `5.1.1`.
    pub status: Option<String>,
}

/// One VEVENT of a calendar answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalendarItem {
    /// UID.
    pub uid: String,
    /// PARTSTAT of the one who answers.
    pub partstat: PartStat,
    /// RECURRENCE-ID as an instant.
    pub recurrence_id: Option<DateTime<Utc>>,
    /// DTSTART as an instant; in a COUNTER the proposal.
    pub start: Option<DateTime<Utc>>,
}

/// A calendar answer: the first item's fields, and all items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalendarAnswer {
    /// REPLY or COUNTER.
    pub method: AnswerMethod,
    /// UID.
    pub uid: String,
    /// PARTSTAT of the one who answers.
    pub partstat: PartStat,
    /// RECURRENCE-ID as an instant.
    pub recurrence_id: Option<DateTime<Utc>>,
    /// DTSTART as an instant; in a COUNTER the proposal.
    pub start: Option<DateTime<Utc>>,
    /// COMMENT, clean.
    pub comment: Option<Words>,
    /// Each VEVENT, the first included.
    pub items: Vec<CalendarItem>,
}

/// Everything one mail says.
#[derive(Clone, Debug)]
pub struct Reading {
    /// In the order of the text; never empty.
    pub acts: Vec<Act>,
    /// What decided it, in one line. Holds nothing anybody wrote.
    pub reason: String,
    /// What the sender newly wrote: no quote, no attribution line, no signature.
    pub reply_text: Words,
    /// Of a bounce or delay.
    pub bounce: Option<Bounce>,
    /// Of a calendar answer.
    pub calendar: Option<CalendarAnswer>,
    machine: bool,
}

impl Reading {
    /// The name of the weightiest act (DESIGN section 4, field `kind`).
    pub fn kind(&self) -> &'static str {
        self.weightiest().map_or("other", Act::kind)
    }

    /// The weightiest act; of several alike the first.
    pub fn weightiest(&self) -> Option<&Act> {
        self.acts.iter().rev().max_by_key(|act| weight(act))
    }

    /// Whether a program wrote it: a bounce, a report, an absence or our own letter. A calendar
    /// answer is a person's.
    pub const fn is_machine(&self) -> bool {
        self.machine
    }

    /// Whether the writer asks that somebody else doesn't hear of it: "please don't tell her".
    pub fn is_confided(&self) -> bool {
        let tokens = phrase::tokens(self.reply_text.reveal());
        let words = phrase::words(&tokens);
        let told = lexicon().marks(&words, &[Sense::BetweenUs], Languages::ALL);
        !told.is_empty()
    }

    /// The notes in it, if any.
    pub fn notes(&self) -> Option<&Notes> {
        self.acts.iter().find_map(|act| match act {
            Act::Notes(notes) => Some(notes),
            _ => None,
        })
    }

    pub(crate) fn by_machine(act: Act, reason: &str, text: String) -> Self {
        Self {
            acts: vec![act],
            reason: reason.to_owned(),
            reply_text: Words::new(text),
            bounce: None,
            calendar: None,
            machine: true,
        }
    }

    pub(crate) fn by_person(acts: Vec<Act>, reason: String, text: String) -> Self {
        Self {
            acts,
            reason,
            reply_text: Words::new(text),
            bounce: None,
            calendar: None,
            machine: false,
        }
    }
}

/// How much an act weighs for `kind`: what closes doors or contradicts comes before what opens
/// them, and what was told before what was asked.
const fn weight(act: &Act) -> u8 {
    match act {
        Act::Bounce { .. } => 24,
        Act::Stop => 23,
        Act::End => 22,
        Act::Unclear => 21,
        Act::CalendarCounter { .. } => 20,
        Act::CalendarReply { .. } => 19,
        Act::Decline => 18,
        Act::Later { .. } => 17,
        Act::Accept(_) => 16,
        Act::Notes(_) => 15,
        Act::Correction { .. } => 14,
        Act::Permission(_) => 13,
        Act::Pause { .. } => 12,
        Act::Resume => 11,
        Act::Reschedule(_) => 10,
        Act::Skip => 9,
        Act::Held(_) => 8,
        Act::Command { .. } => 7,
        Act::Question => 6,
        Act::AutoReply { .. } => 5,
        Act::Other => 1,
    }
}

/// Reads one mail. The order of judgement: our own letter coming back, bounces and reports, a stop
/// that a client sends at a click, calendar answers, other calendars, absences and mail to many,
/// and only then the person's own words; those that cannot be read are asked about.
pub fn read(message: &Message, context: &Context) -> Reading {
    if let Some(reading) = machine::own_or_report(message, context) {
        return reading;
    }
    let own = visible::own_words(message, context);
    if machine::is_unsubscription(message, &own) {
        let reason = "the stop that clients send for List-Unsubscribe".to_owned();
        return Reading::by_person(vec![Act::Stop], reason, own.text());
    }
    let answers = message.calendar_answers(context.zone);
    if let Some(answer) = answers.first() {
        return calendar_reading(message, answer, &own, context);
    }
    if let Some(reading) = calendar_request(message, &own) {
        return reading;
    }
    if let Some(reading) = machine::absence(message, &own, context) {
        return reading;
    }
    let judged = judge::judge(message, &own, context);
    if let Some(closed) = message.closed.filter(|_| !judged.acts.contains(&Act::Stop)) {
        let reason = closed.because().to_owned();
        return Reading::by_person(vec![Act::Unclear], reason, own.text());
    }
    let mut reason = judged.reason;
    let bare = message
        .headerless
        .then_some("without a header, all of it is taken as the mail's text");
    for aside in own.doubt.into_iter().chain(bare) {
        reason = format!("{reason}; {aside}");
    }
    Reading::by_person(judged.acts, reason, own.text())
}

/// A calendar that answers nothing: an invitation or a cancellation of somebody's own. Words that
/// answer our mail beside an attached one are judged as words; words in an invitation are asked
/// about, and so is who cancels what is not theirs to cancel.
fn calendar_request(message: &Message, own: &visible::Own) -> Option<Reading> {
    let requests = message.calendar_requests();
    let request = requests.first()?;
    let worded = !own.is_empty() && !own.from_subject;
    let automatic = machine::is_automatic(message);
    let attached = message.root_type == "multipart/mixed";
    let answers = request.method == "PUBLISH" || machine::answers_ours(message);
    if worded && !automatic && attached && answers {
        return None;
    }
    let typed = worded && !typed_beside(&own.text()).is_empty();
    let asks = typed && !automatic && request.method != "CANCEL";
    let act = if asks || (request.method == "CANCEL" && request.of_others) {
        Act::Unclear
    } else {
        Act::Other
    };
    let reason = format!("a calendar {}, which answers nothing", request.method);
    Some(Reading::by_person(vec![act], reason, own.text()))
}

fn calendar_reading(
    message: &Message,
    answer: &Answer,
    own: &visible::Own,
    context: &Context,
) -> Reading {
    let calendar = calendar_answer(answer);
    let mut acts: Vec<Act> = answer
        .items
        .iter()
        .map(|i| act_of(answer.method, i))
        .collect();
    acts.dedup();
    let mut reason = format!("a calendar {}", answer.method.name());
    // The one it names is off for certain. Whether that ends them all, or is a pause, no button can
    // say, and neither can be guessed: they are asked.
    let leaves = answer.method == AnswerMethod::Reply
        && answer
            .items
            .iter()
            .any(|item| item.and_future && matches!(item.participation, Participation::Declined));
    if leaves {
        acts.push(Act::Unclear);
        reason.push_str(" to this lunch and all that follow");
    }
    // What the person typed is the COMMENT; the text part mostly holds the client's own sentences.
    let comment = calendar
        .comment
        .as_ref()
        .map(|words| words.reveal().clone());
    let beside = if own.from_subject {
        String::new() // "Accepted: Lunch" is the client's
    } else {
        typed_beside(&own.text())
    };
    let typed = comment.unwrap_or(beside);
    let mut said = judge::judge_comment(&typed, context);
    // "I'm away until Friday" beside the button that says no: one lunch left out, once.
    let declined = |act: &Act| matches!(act, Act::CalendarReply { partstat, .. } if *partstat == PartStat::Declined);
    if acts.iter().any(declined) {
        said.retain(|act| *act != Act::Skip);
    }
    if contradicts(&acts, &said) {
        acts.push(Act::Unclear);
        reason.push_str(" whose comment says something else than the button");
    } else if !said.is_empty() {
        // "I leave the team in March": words tell what the button cannot.
        acts.retain(|act| *act != Act::Unclear);
        acts.extend(said);
        reason.push_str(" with a comment");
    }
    // Who is asked what they meant sees at least which answer it was: "Declined: Lunch".
    let delegates = answer
        .items
        .iter()
        .any(|item| item.participation == Participation::Delegated);
    let shown = if (leaves || delegates) && typed.is_empty() {
        message.subject.as_str().to_owned()
    } else {
        typed
    };
    let mut reading = Reading::by_person(acts, reason, shown);
    reading.calendar = Some(calendar);
    reading
}

/// The text part of a calendar answer, unless it speaks as calendars speak.
fn typed_beside(text: &str) -> String {
    let text = above_boilerplate(text);
    let tokens = phrase::tokens(text);
    let by_client = tokens
        .iter()
        .any(|word| lexicon().begins(&word.text, Sense::CalendarWord));
    let typed = !by_client && text.split_whitespace().count() <= 60 && !text.contains("http");
    if typed {
        text.to_owned()
    } else {
        String::new()
    }
}

/// What stands above the lines that video meetings add, from their rule or first sentence on.
fn above_boilerplate(text: &str) -> &str {
    const OPENINGS: &[&str] = &[
        "____",
        "-::~:~",
        "....",
        "microsoft teams",
        "join microsoft teams",
        "join the meeting",
        "join zoom",
        "join on your computer",
        "join with google meet",
        "joining info",
        "google meet",
        "zoom meeting",
        "webex",
        "join webex",
        "meeting id",
        "an microsoft teams",
        "jetzt an der besprechung",
        "rejoindre la réunion",
        "unirse a la reunión",
        "deelnemen aan de vergadering",
    ];
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let lower = line.trim().to_lowercase();
        let by_client = OPENINGS.iter().any(|opening| lower.starts_with(opening))
            || lower.ends_with("is inviting you to a scheduled zoom meeting.");
        if by_client {
            return text.get(..at).unwrap_or_default().trim();
        }
        at += line.len();
    }
    text
}

/// A yes by button with a no in words, or the other way round.
fn contradicts(acts: &[Act], said: &[Act]) -> bool {
    let button = |wanted: PartStat| {
        acts.iter()
            .any(|act| matches!(act, Act::CalendarReply { partstat, .. } if *partstat == wanted))
    };
    let says_no = said
        .iter()
        .any(|act| matches!(act, Act::Decline | Act::Skip | Act::Later { .. }));
    let says_yes = said.iter().any(|act| matches!(act, Act::Accept(_)));
    (button(PartStat::Accepted) && says_no) || (button(PartStat::Declined) && says_yes)
}

const fn partstat(participation: Participation) -> PartStat {
    match participation {
        Participation::Accepted => PartStat::Accepted,
        Participation::Declined => PartStat::Declined,
        Participation::Tentative => PartStat::Tentative,
        Participation::Delegated => PartStat::Delegated,
        Participation::Other => PartStat::Other,
    }
}

fn act_of(method: AnswerMethod, item: &AnswerItem) -> Act {
    match method {
        AnswerMethod::Reply => Act::CalendarReply {
            partstat: partstat(item.participation),
            occurrence: item.recurrence_id,
        },
        AnswerMethod::Counter => Act::CalendarCounter {
            start: item.start,
            occurrence: item.recurrence_id.or(item.original_start),
        },
    }
}

fn calendar_answer(answer: &Answer) -> CalendarAnswer {
    let items: Vec<CalendarItem> = answer
        .items
        .iter()
        .map(|item| CalendarItem {
            uid: CleanLine::new(&item.uid).to_string(),
            partstat: partstat(item.participation),
            recurrence_id: item.recurrence_id,
            start: item.start,
        })
        .collect();
    let first = items.first().cloned();
    let comments: Vec<String> = answer
        .items
        .iter()
        .filter_map(|item| item.comment.as_deref())
        .map(clean_text)
        .filter(|text| !text.trim().is_empty())
        .collect();
    CalendarAnswer {
        method: answer.method,
        uid: first.as_ref().map_or_else(String::new, |i| i.uid.clone()),
        partstat: first.as_ref().map_or(PartStat::Other, |i| i.partstat),
        recurrence_id: first.as_ref().and_then(|i| i.recurrence_id),
        start: first.as_ref().and_then(|i| i.start),
        comment: comments.first().map(|text| Words::new(text.clone())),
        items,
    }
}
