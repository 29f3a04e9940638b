//! Judging: own words, and which letter they answer, to acts.
//!
//! The same "no" declines an invitation, skips a lunch and says nothing to a follow-up. Here that
//! is decided, one function for each kind of letter. Where a careful person would ask, `Unclear`.

mod absent;
mod beside;
mod by_letter;
mod changes;
mod commanded;

use crate::lunch::act::{Act, Answering, CommandName, Permission, Reschedule, Scope};
use crate::lunch::notes::Notes;
use crate::reading::answered;
use crate::reading::command;
use crate::reading::correction::{self, Told};
use crate::reading::intent::{self, Intent, Verdict};
use crate::reading::learned::features::{self, Feature};
use crate::reading::learned::{Weights, careful, weights};
use crate::reading::message::Message;
use crate::reading::notes::{self, Sorted, held};
use crate::reading::phrase::tokens;
use crate::reading::visible::{self, Own};
use crate::reading::when;
use crate::reading::{Context, weight};
use by_letter::{
    exchange, followup, invitation, permission, proposal, receipt, reminder, stays_between_us,
    summary, unknown,
};
pub use changes::judge_comment;
use changes::{accept, reschedule};
use chrono::{NaiveDateTime, TimeDelta};
use commanded::commanded;

/// Longest "remove 2", in words.
const REMOVAL_WORDS_MAX: usize = 8;

/// So many words in which no rule found anything are too few to act upon.
const FEW_WORDS: usize = 4;

/// Longest answer that may be a yes without a word that says so, in words.
const UNSAID_WORDS_MAX: usize = 40;

/// A yes that is put off for fewer days may be one with a first day.
const SOON_DAYS: i64 = 28;

/// Share of an answer's words, alone and in rows, that has to be known for it to be weighed.
const KNOWN_MIN: f32 = 0.2;

/// Acts, and what decided them.
#[derive(Clone, Debug)]
pub struct Judged {
    /// Never empty.
    pub acts: Vec<Act>,
    /// One line.
    pub reason: String,
}

impl Judged {
    fn new(acts: Vec<Act>, reason: &str) -> Self {
        Self {
            acts,
            reason: reason.to_owned(),
        }
    }

    /// The kind of the weightiest act.
    pub fn weightiest(&self) -> &'static str {
        let heaviest = self.acts.iter().rev().max_by_key(|act| weight(act));
        heaviest.map_or("other", Act::kind)
    }

    /// With commands that stand beside it; "yes please" before one asks for nothing by itself.
    fn beside(mut self, commands: Vec<Act>) -> Self {
        if !commands.is_empty() {
            self.acts.retain(|act| *act != Act::Other);
            self.acts.extend(commands);
        }
        self
    }

    fn one(act: Act, reason: &str) -> Self {
        Self::new(vec![act], reason)
    }
}

/// How far the rules got.
enum ByRules<'a> {
    /// Nothing is left to weigh: a command, notes under their headings, nothing written.
    Settled(Judged),
    /// What the rules say, to be weighed with the words.
    Open(Box<Open<'a>>),
}

struct Open<'a> {
    text: String,
    context: Context<'a>,
    judged: Judged,
    said: Intent,
    sorted: Sorted,
    /// Commands that stand beside it.
    beside: Vec<Act>,
}

/// Judges the own words of a person's mail.
pub fn judge(message: &Message, own: &Own, context: &Context) -> Judged {
    judge_by(weights(), message, own, context)
}

/// The same, by weights of one's own: to see what they are good for before they are kept.
pub fn judge_by(weights: &Weights, message: &Message, own: &Own, context: &Context) -> Judged {
    match by_rules(message, own, context) {
        ByRules::Settled(judged) => judged,
        ByRules::Open(open) => {
            let (said, context) = (open.said.clone(), open.context.clone());
            let beside = open.beside.clone();
            absent::never_beside(open.weighed(weights), &said, &context).beside(beside)
        }
    }
}

/// The situation and the features of an answer, for teaching; `None` where nothing is weighed.
pub fn features(message: &Message, own: &Own, context: &Context) -> Option<(usize, Vec<Feature>)> {
    match by_rules(message, own, context) {
        ByRules::Settled(_) => None,
        ByRules::Open(open) => Some((open.situation(), open.features())),
    }
}

fn by_rules<'a>(message: &Message, own: &Own, context: &Context<'a>) -> ByRules<'a> {
    let answering = context.answering.or_else(|| guess(message, own, context));
    let text = own.text();
    let context = Context {
        answering,
        lunch: context
            .lunch
            .or_else(|| lunch_of(message, answering, context)),
        ..context.clone()
    };
    if own.is_empty() {
        let quiet = matches!(
            answering,
            Some(Answering::Receipt | Answering::Exchange | Answering::Summary)
        );
        let act = if quiet { Act::Other } else { Act::Unclear };
        return ByRules::Settled(Judged::one(act, "nothing newly written"));
    }
    if let Some(judged) = commanded(&text, own, &context) {
        return ByRules::Settled(judged);
    }
    // "remove 2" takes a point out, and nobody off any list.
    let notes_told = matches!(answering, Some(Answering::Receipt | Answering::Exchange));
    if notes_told && let Some(gone) = removal(&text, &context) {
        return ByRules::Settled(Judged::one(gone, "one section is taken away"));
    }
    let aside = aside_of(&text, &context);
    if let Some(aside) = &aside
        && aside.text.is_empty()
    {
        return ByRules::Settled(Judged::new(aside.acts.clone(), "commands"));
    }
    // "Yes please, share now": the yes is to what it commands.
    if let Some(aside) = &aside
        && context.answering == Some(Answering::Receipt)
        && agrees(&aside.text, &context)
    {
        return ByRules::Settled(Judged::new(aside.acts.clone(), "a command beside a yes"));
    }
    let (text, beside) = match aside {
        Some(aside) => (aside.text, aside.acts),
        None => (text, Vec::new()),
    };
    // What was commanded is no part of what else was told.
    let mut own = own.clone();
    if let ([only], false) = (own.passages.as_mut_slice(), beside.is_empty()) {
        only.text.clone_from(&text);
    }
    match rest_by_rules(text, &own, context) {
        ByRules::Settled(judged) => ByRules::Settled(judged.beside(beside)),
        ByRules::Open(open) => ByRules::Open(Box::new(Open { beside, ..*open })),
    }
}

/// "remove 2": the point that goes. In answer to the exchange reasons may stand below it: they are no words
/// for the partner, who is not to hear of it.
fn removal(text: &str, context: &Context) -> Option<Act> {
    let exchange = context.answering == Some(Answering::Exchange);
    let first = text.lines().next().filter(|_| exchange);
    let mut told = [Some(text), first].into_iter().flatten();
    told.find_map(|text| {
        let few = text.split_whitespace().count() <= REMOVAL_WORDS_MAX;
        match correction::read(text, context.originals).filter(|_| few)? {
            gone @ Told::Change(_, None) => Some(gone.act()),
            _ => None,
        }
    })
}

/// Whether a text is a yes or thanks, in a few words, and nothing else.
fn agrees(text: &str, context: &Context) -> bool {
    let said = intent::read(text, context);
    said.words <= FEW_WORDS && (said.only_thanks || said.verdict == Verdict::Yes)
}

/// Commands beside an answer. Notes and goals in somebody's own words hold none but their own.
fn aside_of(text: &str, context: &Context) -> Option<command::SetAside> {
    let own_words = context.goal_asked
        || matches!(
            context.answering,
            Some(Answering::FollowUp | Answering::Exchange | Answering::Proposal)
        );
    (!own_words)
        .then(|| command::set_aside(text, context))
        .flatten()
}

fn rest_by_rules<'a>(text: String, own: &Own, context: Context<'a>) -> ByRules<'a> {
    let answering = context.answering;
    let sorted = notes::sort(own);
    let said = intent::read(&text, &context);
    let judged = match answering {
        Some(Answering::FollowUp) => followup(&text, sorted.clone(), &said, &context),
        Some(Answering::Receipt) => receipt(&text, sorted.clone(), &said, &context),
        Some(Answering::Reminder) => reminder(&sorted, &said, &context),
        Some(Answering::Exchange) => exchange(&text, &sorted, &said, &context),
        Some(Answering::Summary) => summary(&sorted, &said, &context),
        Some(Answering::Permission) => permission(&said),
        Some(Answering::Proposal) => proposal(&text, &said),
        Some(Answering::Invitation | Answering::Question) => invitation(&said),
        None => unknown(sorted.clone(), &said, &context),
    };
    if let Some(judged) = absent::judge(&said, &judged, &context) {
        return ByRules::Settled(judged);
    }
    let asked = answering == Some(Answering::FollowUp);
    let by_headings = (sorted.marked || (asked && sorted.loosely))
        && judged
            .acts
            .iter()
            .any(|act| matches!(act.kind(), "notes" | "correction" | "command"));
    let outright = match answering {
        None | Some(Answering::Invitation | Answering::Question | Answering::Reminder) => {
            said.is_outright()
        }
        Some(Answering::FollowUp) => !sorted.listed && held::told(&text).is_some(),
        _ => false,
    };
    if answering == Some(Answering::Reminder)
        && matches!(judged.acts.as_slice(), [Act::Accept(terms)] if terms.rhythm_weeks.is_some())
    {
        return ByRules::Settled(judged);
    }
    let of_a_day = matches!(said.signs.as_slice(), [clause] if clause.dated);
    if of_a_day
        && matches!(answering, None | Some(Answering::Invitation))
        && judged.acts == [Act::Decline]
    {
        let reason = "a no to a day, and perhaps not to lunch";
        return ByRules::Settled(Judged::one(Act::Unclear, reason));
    }
    let sure = |act: &Act| {
        matches!(
            act,
            Act::Correction {
                section: Some(_),
                ..
            }
        )
    };
    // "Move it to 25:00": nothing learned says which time was meant.
    let told = |act: &Act| {
        matches!(
            act,
            Act::Skip
                | Act::Pause { .. }
                | Act::Reschedule(_)
                | Act::Unclear
                | Act::Question
                | Act::Held(_)
                | Act::Other
        )
    };
    if let Some(reason) = said.asks_back
        && !by_headings
        && answering != Some(Answering::FollowUp)
        && judged.acts.iter().all(told)
    {
        return ByRules::Settled(Judged::one(Act::Unclear, reason));
    }
    let by_headings = by_headings || judged.acts.iter().any(sure);
    let coming = !matches!(answering, Some(Answering::FollowUp | Answering::Exchange));
    if changes::only_the_summaries(&judged.acts)
        || coming && changes::is_said_outright(&said, &judged.acts)
    {
        return ByRules::Settled(judged);
    }
    if by_headings || (outright && said.is_plain()) {
        return ByRules::Settled(judged);
    }
    ByRules::Open(Box::new(Open {
        text,
        context,
        judged,
        said,
        sorted,
        beside: Vec::new(),
    }))
}

impl Open<'_> {
    fn situation(&self) -> usize {
        features::situation(self.context.answering, self.context.goal_asked)
    }

    fn features(&self) -> Vec<Feature> {
        let by_rules = self.judged.weightiest();
        let mut marks = Vec::new();
        if self.sorted.by_count {
            marks.push("by count");
        }
        if self.sorted.marked {
            marks.push("marked");
        }
        let tokens = tokens(&self.text);
        features::features(&tokens, &self.said, by_rules, self.situation(), &marks)
    }

    /// What costs least, by what was learned. Where that is what the rules say, or where it cannot
    /// be followed, theirs holds or it is asked back.
    fn weighed(self, weights: &Weights) -> Judged {
        let likely = weights.likelihoods(&self.features(), self.situation());
        // In a language that nothing was learned of, the rules alone speak.
        let Some(likely) = likely.filter(|likely| likely.known >= KNOWN_MIN) else {
            return self.judged;
        };
        let by_rules = self.judged.weightiest();
        let soon = when::today(&self.context) + TimeDelta::days(SOON_DAYS);
        for kind in careful::by_cost(&likely) {
            // "Yes in general, but not before April": the day is told, and nothing is planned before it.
            let put_off = self.said.verdict == Verdict::Later
                && self.said.until.is_some_and(|until| until > soon)
                && self.said.terms.start.is_none();
            if kind == by_rules || (kind == "accept" && by_rules == "later" && put_off) {
                return self.judged;
            }
            if self.is_too_little_for(kind) {
                continue;
            }
            if let Some(acts) = self.acts(kind) {
                let done = acts.first().map_or(kind, Act::kind);
                return Judged::new(acts, reason_for(done));
            }
        }
        self.judged
    }

    /// A word or two in which no rule found anything may sound like a yes or a no by chance alone, and
    /// nobody's mail is stopped without a word that says so.
    fn is_too_little_for(&self, kind: &str) -> bool {
        // "You cover for me while I'm on leave until Friday" is said to the partner, of the partner.
        let changes = matches!(kind, "pause" | "skip" | "reschedule" | "resume");
        let told = self.context.answering == Some(Answering::FollowUp);
        let skips = self.said.skip && self.said.absence.is_none_or(|absence| absence.skips);
        let asked = self.said.pause || skips || self.said.moves || self.said.resume;
        if changes && told && !asked && beside::addresses(&self.text) {
            return true;
        }
        // A long mail in which no word says yes is no yes, however warm: "… that hour is my mother's".
        let unsaid = self.said.verdict != Verdict::Yes && self.said.stood.0 == 0;
        if kind == "accept" && unsaid && self.said.words > UNSAID_WORDS_MAX {
            return true;
        }
        let few = match kind {
            "accept" => FEW_WORDS,
            "decline" | "later" | "end" => FEW_WORDS / 2,
            "stop" => usize::MAX,
            _ => 0,
        };
        self.said.nothing_found && self.said.words <= few
    }

    fn moves_to_a_day(&self) -> bool {
        let mut acts = self.judged.acts.iter();
        acts.any(|act| matches!(act, Act::Reschedule(wish) if wish.start.is_some()))
    }

    /// What there is to do for a kind that the rules did not come to, from what they found in the
    /// words; `None` if they found nothing to go by.
    fn acts(&self, kind: &str) -> Option<Vec<Act>> {
        let (said, context) = (&self.said, &self.context);
        let asked = |act| {
            let question = said.question.then_some(Act::Question);
            std::iter::once(act).chain(question).collect()
        };
        let goal = || Act::Command {
            name: CommandName::Goal,
            arguments: self.text.split_whitespace().collect::<Vec<_>>().join(" "),
        };
        Some(match kind {
            "accept" if said.is_put_off() => vec![Act::Later { until: said.until }],
            "accept" => asked(Act::Accept(accept(said))),
            "decline" => vec![Act::Decline],
            "later" => vec![Act::Later { until: said.until }],
            "unclear" => vec![Act::Unclear],
            "question" => vec![Act::Question],
            "stop" => vec![Act::Stop],
            "end" => vec![Act::End],
            // "I have to cancel Thursday. How's Friday?" is no lunch left out.
            "skip" => vec![
                reschedule(said, context)
                    .filter(|_| said.moves || said.question)
                    .map_or(Act::Skip, |mut wish| {
                        wish.scope = wish.scope.or(Some(Scope::One));
                        Act::Reschedule(wish)
                    }),
            ],
            "reschedule" => vec![Act::Reschedule(reschedule(said, context).unwrap_or(
                Reschedule {
                    scope: said.scope.or(Some(Scope::One)),
                    ..Reschedule::default()
                },
            ))],
            "pause" => vec![Act::Pause { until: said.until }],
            "resume" => vec![Act::Resume],
            "held" => vec![Act::Held(held::told(&self.text).or(said.held)?)],
            // Prompts sent back as they came hold no note.
            "notes" if self.sorted.notes == Notes::default() => return None,
            "notes" if context.answering == Some(Answering::FollowUp) => {
                vec![Act::Notes(self.sorted.notes.clone())]
            }
            "permission" if said.unnamed => vec![Act::Permission(Permission::Unnamed)],
            "permission" if stays_between_us(said) && said.verdict != Verdict::Yes => {
                vec![Act::Permission(Permission::Refused)]
            }
            "permission" => match said.verdict {
                Verdict::Yes => vec![Act::Permission(Permission::Named)],
                Verdict::No => vec![Act::Permission(Permission::Refused)],
                _ => return None,
            },
            "command" if context.goal_asked => vec![goal()],
            "command" if context.answering == Some(Answering::Proposal) => vec![goal()],
            // "Not Thursday, I meant Tuesday" says which day: it need not be asked.
            "correction" if self.moves_to_a_day() => return None,
            "correction" => vec![Act::Correction {
                section: None,
                words: None,
            }],
            "other" => vec![Act::Other],
            _ => return None,
        })
    }
}

/// Why an answer was taken for a kind that no rule found in it.
fn reason_for(kind: &str) -> &'static str {
    match kind {
        "accept" => "as a whole it reads like a yes",
        "decline" => "as a whole it reads like a no",
        "later" => "as a whole it reads like a not now",
        "unclear" => "as a whole it is not sure what is meant",
        "question" => "as a whole it reads like a question",
        "stop" => "as a whole it asks for no more mail",
        "end" => "as a whole it asks for an end",
        "skip" => "as a whole it leaves this lunch out",
        "reschedule" => "as a whole it asks to move",
        "pause" => "as a whole it asks for a pause",
        "resume" => "as a whole it asks to go on",
        "notes" => "as a whole it reads like notes",
        "correction" => "as a whole it puts something right",
        "other" => "as a whole it asks for nothing",
        _ => "by its words as a whole",
    }
}

/// The lunch in question, as the letter tells it that is answered: from our own copy, or else from
/// the quote.
fn lunch_of(
    message: &Message,
    answering: Option<Answering>,
    context: &Context,
) -> Option<NaiveDateTime> {
    if !matches!(
        answering,
        None | Some(Answering::Reminder | Answering::Receipt)
    ) {
        return None;
    }
    let mut told = context.originals.iter();
    told.find_map(|text| when::lunch_named(text, context))
        .or_else(|| {
            // "On Mon, 11 Jan at 08:55, Lunch <…> wrote:" tells when the letter was written.
            let introduces = |line: &str| line.contains('@') || line.trim_end().ends_with(':');
            let quoted = |line: &&str| line.trim_start().starts_with('>') && !introduces(line);
            let body = visible::body_text(message);
            let lines: Vec<&str> = body.lines().filter(quoted).take(60).collect();
            when::lunch_named(&lines.join("\n"), context)
        })
        .or_else(|| {
            // "Lunch with Ana: Thursday, 14 January, 12:30".
            let told = answering == Some(Answering::Reminder);
            told.then(|| when::lunch_named(message.subject.as_str(), context))?
        })
}

/// Which letter is answered, judged from the mail alone: by what it quotes, by the letters at hand,
/// by its subject, by weaker signs. `None` leaves it to the words.
pub fn guess(message: &Message, own: &Own, context: &Context) -> Option<Answering> {
    let subject = message.subject.as_str();
    own.quoted
        .or_else(|| answered::by_originals(context.originals, subject))
        .or_else(|| answered::by_subject(subject))
        .or_else(|| own.prompts_quoted.then_some(Answering::FollowUp))
}
