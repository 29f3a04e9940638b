//! Judging: own words, and which letter they answer, to acts.
//!
//! The same "no" declines an invitation, skips a lunch and says nothing to a follow-up. Here that
//! is decided, one function for each kind of letter. Where a careful person would ask, `Unclear`.

mod beside;

use crate::lunch::act::{Act, Answering, CommandName, Held, Permission, Reschedule, Scope};
use crate::lunch::notes::{Notes, Section, Words};
use crate::reading::answered;
use crate::reading::command;
use crate::reading::intent::{self, Intent, Verdict};
use crate::reading::learned::features::{self, Feature};
use crate::reading::learned::{Weights, careful, weights};
use crate::reading::message::Message;
use crate::reading::notes::{self, Sorted, held};
use crate::reading::phrase::{self, tokens};
use crate::reading::visible::{self, Own};
use crate::reading::when;
use crate::reading::{Context, weight};
use chrono::NaiveDateTime;

/// Longest text that says nothing but "we met" or "nothing this time", in words.
const HELD_WORDS_MAX: usize = 14;

/// Share of an answer's words, alone and in rows, that has to be known for it to be weighed.
const KNOWN_MIN: f32 = 0.2;

/// Longest answer to a follow-up that may be no notes at all, in words.
const SHORT_WORDS_MAX: usize = 14;

/// A text so short is no note to the partner, in words.
const FEW_WORDS: usize = 8;

/// Longest text that is believed to ask for an end wherever it says so, in words.
const CLOSING_WORDS_MAX: usize = 25;

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
}

/// Judges the own words of a person's mail.
pub fn judge(message: &Message, own: &Own, context: &Context) -> Judged {
    judge_by(weights(), message, own, context)
}

/// The same, by weights of one's own: to see what they are good for before they are kept.
pub fn judge_by(weights: &Weights, message: &Message, own: &Own, context: &Context) -> Judged {
    match by_rules(message, own, context) {
        ByRules::Settled(judged) => judged,
        ByRules::Open(open) => open.weighed(weights),
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
    if notes_told
        && text.split_whitespace().count() <= FEW_WORDS
        && let Some(section) = removal(&text)
    {
        let act = Act::Correction {
            section: Some(section),
            words: None,
        };
        return ByRules::Settled(Judged::one(act, "one section is taken away"));
    }
    let sorted = notes::sort(own);
    let said = intent::read(&text, &context);
    let judged = match answering {
        Some(Answering::FollowUp) => followup(&text, sorted.clone(), &said, &context),
        Some(Answering::Receipt) => receipt(&text, sorted.clone(), &said, &context),
        Some(Answering::Reminder) => reminder(&sorted, &said, &context),
        Some(Answering::Exchange) => exchange(&sorted, &said, &context),
        Some(Answering::Summary) => summary(&sorted, &said),
        Some(Answering::Permission) => permission(&said),
        Some(Answering::Proposal) => proposal(&text, &said),
        Some(Answering::Invitation | Answering::Question) => invitation(&said),
        None => unknown(sorted.clone(), &said, &context),
    };
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
    if by_headings || (outright && said.is_plain()) {
        return ByRules::Settled(judged);
    }
    ByRules::Open(Box::new(Open {
        text,
        context,
        judged,
        said,
        sorted,
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
        for kind in careful::by_cost(&likely) {
            if kind == by_rules {
                return self.judged;
            }
            if let Some(acts) = self.acts(kind) {
                let done = acts.first().map_or(kind, Act::kind);
                return Judged::new(acts, reason_for(done));
            }
        }
        self.judged
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
            "permission" => match said.verdict {
                Verdict::Yes => vec![Act::Permission(Permission::Named)],
                Verdict::No => vec![Act::Permission(Permission::Refused)],
                _ => return None,
            },
            "command" if context.goal_asked => vec![goal()],
            "command" if context.answering == Some(Answering::Proposal) => vec![goal()],
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

/// Judges the comment beside a calendar answer; empty if it says nothing of weight.
pub fn judge_comment(comment: &str, context: &Context) -> Vec<Act> {
    if comment.trim().is_empty() {
        return Vec::new();
    }
    let said = intent::read(comment, context);
    let mut acts = closing(&said);
    if !acts.is_empty() {
        return acts;
    }
    if let Some(moved) = reschedule(&said, context)
        .filter(|_| said.moves || said.question || said.verdict != Verdict::Yes)
    {
        acts.push(Act::Reschedule(moved));
        return acts;
    }
    match said.verdict {
        Verdict::Yes => acts.push(Act::Accept(said.terms.clone())),
        Verdict::No => acts.push(Act::Decline),
        Verdict::Later => acts.push(Act::Later { until: said.until }),
        Verdict::Unclear => acts.push(Act::Unclear),
        Verdict::Silent if said.skip => acts.push(Act::Skip),
        Verdict::Silent if said.question => acts.push(Act::Question),
        Verdict::Silent => {}
    }
    acts
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

fn commanded(text: &str, own: &Own, context: &Context) -> Option<Judged> {
    let (act, below) = command::first_line(text, context)?;
    let followup = context.answering == Some(Answering::FollowUp);
    let leaves = matches!(act, Act::Stop | Act::End);
    // What stands under a prompt answers it.
    let prompted = own.passages.first().is_some_and(|p| p.prompt.is_some());
    if followup && prompted && !leaves {
        return None;
    }
    let goal = matches!(
        act,
        Act::Command {
            name: CommandName::Goal | CommandName::GoalNumber | CommandName::Achieved,
            ..
        }
    );
    // "Goal: slower" heads the third note; "my goal is: slower" is the writer's own.
    if followup && goal && !command::names_own_goal(text) {
        return None;
    }
    let mut acts = vec![act];
    let rest = if goal { paragraph_behind(text) } else { below };
    if followup && !rest.trim().is_empty() {
        let cut = text.len() - rest.len();
        let mut own = own.clone();
        if let Some(first) = own.passages.first_mut() {
            let kept = first.text.get(cut..).unwrap_or_default();
            first.text = kept.trim().to_owned();
        }
        own.passages.retain(|passage| !passage.text.is_empty());
        let sorted = notes::sort(&own);
        if sorted.placed() {
            acts.push(Act::Notes(sorted.notes));
        }
    }
    Some(Judged::new(acts, "a command on the first line"))
}

/// What stands below the first paragraph.
fn paragraph_behind(text: &str) -> &str {
    text.split_once("\n\n").map_or("", |(_, behind)| behind)
}

/// Stop and end come before everything.
fn closing(said: &Intent) -> Vec<Act> {
    if said.stop {
        vec![Act::Stop]
    } else if said.end {
        vec![Act::End]
    } else {
        Vec::new()
    }
}

fn invitation(said: &Intent) -> Judged {
    let closing = closing(said);
    if said.end && !said.stop && said.verdict == Verdict::No {
        return Judged::one(Act::Decline, "a no before anything began");
    }
    if !closing.is_empty() {
        return Judged::new(closing, "it asks for an end");
    }
    let question = |mut acts: Vec<Act>| {
        if said.question {
            acts.push(Act::Question);
        }
        acts
    };
    match said.verdict {
        Verdict::Yes => Judged::new(question(vec![Act::Accept(accept(said))]), said.because),
        Verdict::No => Judged::one(Act::Decline, said.because),
        Verdict::Later => Judged::one(Act::Later { until: said.until }, said.because),
        Verdict::Unclear => Judged::one(Act::Unclear, said.because),
        Verdict::Silent if said.pause => {
            Judged::one(Act::Later { until: said.until }, "not this time")
        }
        Verdict::Silent if said.question => Judged::one(Act::Question, "a question"),
        Verdict::Silent => Judged::one(Act::Unclear, said.because),
    }
}

fn accept(said: &Intent) -> crate::lunch::act::AcceptTerms {
    let mut terms = said.terms.clone();
    if said.terms_open {
        terms.start = None;
    }
    terms.day_open = said.terms_open;
    terms
}

/// A wish to move, if one was said with a time or a place.
fn reschedule(said: &Intent, context: &Context) -> Option<Reschedule> {
    let start = said.terms.start.filter(|_| !said.terms_open);
    let start = start.filter(|start| context.lunch != Some(*start));
    let wish = Reschedule {
        start,
        location: said.terms.location.clone(),
        scope: said.scope,
    };
    (wish.start.is_some() || wish.location.is_some()).then_some(wish)
}

/// What is said about coming lunches, whichever letter it answers.
fn changes(said: &Intent, context: &Context) -> Vec<Act> {
    let mut acts = closing(said);
    if !acts.is_empty() {
        return acts;
    }
    if said.pause {
        acts.push(Act::Pause { until: said.until });
    } else if said.resume {
        acts.push(Act::Resume);
    }
    let proposed = said.moves || (said.verdict != Verdict::Yes && !said.only_thanks);
    if acts.is_empty()
        && proposed
        && let Some(wish) = reschedule(said, context)
    {
        acts.push(Act::Reschedule(wish));
    } else if acts.is_empty() && said.skip {
        acts.push(Act::Skip);
    } else if acts.is_empty() && said.moves {
        let wish = Reschedule {
            scope: said.scope.or(Some(Scope::One)),
            ..Reschedule::default()
        };
        acts.push(Act::Reschedule(wish));
    }
    acts
}

fn reminder(sorted: &Sorted, said: &Intent, context: &Context) -> Judged {
    if sorted.marked
        && let Some(act) = command::from_notes(&sorted.notes)
    {
        return Judged::one(act, "a moment or a goal by its heading");
    }
    if sorted.marked && !sorted.notes.is_empty() {
        return Judged::one(Act::Notes(sorted.notes.clone()), "notes by their headings");
    }
    let acts = changes(said, context);
    if !acts.is_empty() {
        return Judged::new(acts, "a change to the lunch");
    }
    if let Some(held) = said.held {
        return Judged::one(Act::Held(held), "it says whether the lunch took place");
    }
    match said.verdict {
        Verdict::No | Verdict::Later => {
            Judged::one(Act::Skip, "a no to a reminder leaves this lunch out")
        }
        Verdict::Unclear => Judged::one(Act::Unclear, said.because),
        _ if said.question => Judged::one(Act::Question, "a question"),
        Verdict::Yes => Judged::one(Act::Other, "a yes to a reminder changes nothing"),
        Verdict::Silent if said.only_thanks => Judged::one(Act::Other, "thanks or a greeting"),
        Verdict::Silent => Judged::one(Act::Unclear, said.because),
    }
}

fn followup(text: &str, mut sorted: Sorted, said: &Intent, context: &Context) -> Judged {
    if sorted.marked || sorted.loosely {
        let sections = 3 - sorted.notes.missing().len();
        if sections <= 1 && beside::asks(text) {
            return Judged::one(Act::Question, "a question about a prompt");
        }
        let acts = with_changes(&mut sorted, context);
        if acts.is_empty() {
            return Judged::one(Act::Unclear, "headings with nothing under them");
        }
        return Judged::new(acts, "notes under their prompts");
    }
    let told = held::told(text).filter(|_| !sorted.listed);
    let spoken = told == Some(Held::SaidNotWritten); // "prefiero no dejarlo por escrito"
    let plain = said.words <= CLOSING_WORDS_MAX && !beside::addresses(text);
    let asked = (said.stop || said.end) && (plain || said.words <= FEW_WORDS) && !spoken;
    if asked || beside::closes(text, context) {
        let acts = Some(closing(said)).filter(|acts| !acts.is_empty());
        return Judged::new(acts.unwrap_or(vec![Act::End]), "it asks for an end");
    }
    if let Some(held) = told {
        let mut acts = vec![Act::Held(held)];
        acts.extend(beside::changes(text, context));
        acts.dedup();
        return Judged::new(acts, "it says whether the lunch took place");
    }
    if said.terms.no_notes && said.words <= 6 {
        return Judged::one(Act::Held(Held::NothingThisTime), "no notes this time");
    }
    if sorted.by_count {
        let acts = with_changes(&mut sorted, context);
        return Judged::new(acts, "three parts for three prompts");
    }
    let short = said.words <= SHORT_WORDS_MAX;
    if short && (said.question || !beside::addresses(text)) {
        let mut acts = changes(said, context);
        // "in the demo" is a moment, and no place to move to.
        acts.retain(|act| !matches!(act, Act::Reschedule(_)) || said.moves);
        if !acts.is_empty() {
            return Judged::new(acts, "a change to the lunch");
        }
    }
    if let Some(judged) = beside::instead(text, said, context) {
        return judged;
    }
    Judged::one(
        Act::Notes(sorted.notes),
        "own words after a lunch, with nothing that places them",
    )
}

/// The notes, and what stands beside them about coming lunches.
fn with_changes(sorted: &mut Sorted, context: &Context) -> Vec<Act> {
    let mut changed = beside::part(&mut sorted.notes, context);
    let loose: Vec<String> = sorted
        .notes
        .unplaced
        .iter()
        .map(|w| w.reveal().clone())
        .collect();
    if changed.is_empty()
        && let Some((act, _)) = loose
            .iter()
            .find_map(|line| command::first_line(line, context))
    {
        changed.push(act);
    }
    for words in &loose {
        if changed.is_empty() {
            changed = beside::changes(words, context);
        }
    }
    if changed.is_empty() {
        // Words that are no note at all may say it without naming the lunch.
        let beside = intent::read(&loose.join("\n"), context);
        if beside.words <= CLOSING_WORDS_MAX {
            changed = changes(&beside, context);
            changed.retain(|act| !matches!(act, Act::Reschedule(_)) || beside.moves);
        }
    }
    let notes = std::mem::take(&mut sorted.notes);
    let something = !notes.is_empty() || notes.achieved.is_some() || !loose.is_empty();
    let mut acts = Vec::new();
    if something {
        acts.push(Act::Notes(notes));
    }
    acts.extend(changed);
    acts
}

fn receipt(text: &str, sorted: Sorted, said: &Intent, context: &Context) -> Judged {
    if let Some(section) = removal(text) {
        let act = Act::Correction {
            section: Some(section),
            words: None,
        };
        return Judged::one(act, "one section is taken away");
    }
    if !context.goal_asked && (sorted.marked || single_number(text).is_some()) {
        let mut acts: Vec<Act> = Section::ALL
            .into_iter()
            .filter_map(|section| {
                let words = sorted.notes.section(section)?.clone();
                Some(Act::Correction {
                    section: Some(section),
                    words: Some(words),
                })
            })
            .collect();
        if let (true, Some((section, words))) = (acts.is_empty(), single_number(text)) {
            acts.push(Act::Correction {
                section: Some(section),
                words: Some(Words::new(words)),
            });
        }
        if !acts.is_empty() {
            return Judged::new(acts, "a section is corrected");
        }
    }
    // "best: …" is for the jar, also where a goal was asked for.
    if context.goal_asked
        && sorted.marked
        && let Some(act) = command::from_notes(&sorted.notes)
    {
        return Judged::one(act, "a moment or a goal by its heading");
    }
    let clear = said.strong_no || said.words <= 5;
    if context.goal_asked && !said.only_thanks {
        let acts = closing(said);
        if !acts.is_empty() {
            return Judged::new(acts, "it asks for an end");
        }
        let other = clear
            && matches!(
                said.verdict,
                Verdict::No | Verdict::Later | Verdict::Unclear
            );
        let plain_yes = said.words <= 3 && said.verdict == Verdict::Yes;
        if !other && !plain_yes && !said.question {
            let act = Act::Command {
                name: CommandName::Goal,
                arguments: text.split_whitespace().collect::<Vec<_>>().join(" "),
            };
            return Judged::one(act, "own words where a goal was asked for");
        }
    }
    let acts = changes(said, context);
    if !acts.is_empty() {
        return Judged::new(acts, "a change");
    }
    if let Some(held) = said.held {
        return Judged::one(Act::Held(held), "it says whether the lunch took place");
    }
    match said.verdict {
        Verdict::No if clear && said.words > 1 => Judged::one(Act::Decline, said.because),
        Verdict::No | Verdict::Unclear => Judged::one(Act::Unclear, said.because),
        Verdict::Later => Judged::one(Act::Later { until: said.until }, said.because),
        Verdict::Yes if said.words > 3 && said.firm => {
            Judged::one(Act::Accept(accept(said)), said.because)
        }
        _ if said.question => Judged::one(Act::Question, "a question"),
        Verdict::Yes => Judged::one(Act::Other, "a receipt is agreed to"),
        Verdict::Silent if said.only_thanks => Judged::one(Act::Other, "thanks or a greeting"),
        Verdict::Silent => Judged::one(Act::Unclear, said.because),
    }
}

/// `2. It was Monday's planning`: a single numbered line.
fn single_number(text: &str) -> Option<(Section, String)> {
    let mut chars = text.trim_start().chars();
    let number = chars.next()?.to_digit(10)?;
    let rest = chars.as_str();
    let section = *Section::ALL.get(usize::try_from(number).ok()?.checked_sub(1)?)?;
    let words = rest.strip_prefix(['.', ')', ':'])?.trim();
    let time = rest.chars().nth(1).is_some_and(|c| c.is_ascii_digit());
    (!words.is_empty() && !time).then(|| (section, words.to_owned()))
}

/// "Please remove the second point", "delete 2".
fn removal(text: &str) -> Option<Section> {
    use crate::reading::language::{Languages, Sense, lexicon};
    let tokens = crate::reading::phrase::tokens(text);
    let words = phrase::words(&tokens);
    if words.len() > 12 {
        return None;
    }
    let marks = lexicon().marks(
        &words,
        &[
            Sense::Remove,
            Sense::Best,
            Sense::Worst,
            Sense::Focus,
            Sense::Improvable,
        ],
        Languages::ALL,
    );
    marks.iter().find(|m| m.sense == Sense::Remove)?;
    let named = marks.iter().find_map(|m| match m.sense {
        Sense::Best => Some(Section::Best),
        Sense::Worst => Some(Section::Worst),
        Sense::Focus | Sense::Improvable => Some(Section::Focus),
        _ => None,
    });
    named.or_else(|| {
        words
            .iter()
            .find_map(|word| match lexicon().ordinal(word)? {
                1 => Some(Section::Best),
                2 => Some(Section::Worst),
                3 => Some(Section::Focus),
                _ => None,
            })
    })
}

fn exchange(sorted: &Sorted, said: &Intent, context: &Context) -> Judged {
    if sorted.marked
        && let Some(act) = command::from_notes(&sorted.notes)
    {
        return Judged::one(act, "a moment or a goal by its heading");
    }
    if sorted.marked && sorted.notes.missing().len() <= 1 {
        return Judged::one(Act::Notes(sorted.notes.clone()), "notes by their headings");
    }
    let acts = changes(said, context);
    if !acts.is_empty() && said.words <= 25 {
        return Judged::new(acts, "a change to the lunch");
    }
    if said.question {
        return Judged::one(Act::Question, "a question for the partner");
    }
    Judged::one(Act::Other, "words for the partner")
}

fn summary(sorted: &Sorted, said: &Intent) -> Judged {
    if sorted.marked
        && let Some(act) = command::from_notes(&sorted.notes)
    {
        return Judged::one(act, "a moment or a goal by its heading");
    }
    let acts = closing(said);
    if !acts.is_empty() {
        return Judged::new(acts, "it asks for an end");
    }
    if said.question {
        return Judged::one(Act::Question, "a question");
    }
    if said.only_thanks || said.verdict == Verdict::Yes {
        return Judged::one(Act::Other, "thanks or a greeting");
    }
    Judged::one(Act::Unclear, "no clear word")
}

fn permission(said: &Intent) -> Judged {
    let closing = closing(said);
    if !closing.is_empty() {
        return Judged::new(closing, "it asks for an end");
    }
    let act = match said.verdict {
        Verdict::No => Act::Permission(Permission::Refused),
        Verdict::Later | Verdict::Unclear => Act::Unclear,
        Verdict::Yes if said.unnamed => Act::Permission(Permission::Unnamed),
        Verdict::Yes => Act::Permission(Permission::Named),
        Verdict::Silent if said.unnamed => Act::Permission(Permission::Unnamed),
        Verdict::Silent if said.question => Act::Question,
        Verdict::Silent => Act::Unclear,
    };
    Judged::one(act, said.because)
}

fn proposal(text: &str, said: &Intent) -> Judged {
    let closing = closing(said);
    if !closing.is_empty() {
        return Judged::new(closing, "it asks for an end");
    }
    match said.verdict {
        Verdict::Yes if said.words <= 12 => {
            Judged::one(Act::Accept(said.terms.clone()), said.because)
        }
        Verdict::No => Judged::one(Act::Decline, said.because),
        Verdict::Later => Judged::one(Act::Later { until: said.until }, said.because),
        Verdict::Unclear => Judged::one(Act::Unclear, said.because),
        _ if said.question => Judged::one(Act::Question, "a question"),
        _ if said.only_thanks || said.words < 3 => Judged::one(Act::Unclear, said.because),
        _ => Judged::one(
            Act::Command {
                name: CommandName::Goal,
                arguments: text.split_whitespace().collect::<Vec<_>>().join(" "),
            },
            "the goal in the owner's own words",
        ),
    }
}

fn unknown(sorted: Sorted, said: &Intent, context: &Context) -> Judged {
    if sorted.marked {
        if let Some(act) = command::from_notes(&sorted.notes) {
            return Judged::one(act, "a moment or a goal by its heading");
        }
        if sorted.notes.missing().len() <= 1 {
            return Judged::one(Act::Notes(sorted.notes), "notes by their headings");
        }
    }
    if let Some(held) = said.held.filter(|_| said.words <= HELD_WORDS_MAX) {
        return Judged::one(Act::Held(held), "it says whether the lunch took place");
    }
    if said.moves || said.pause || said.resume || (said.skip && said.verdict != Verdict::No) {
        let acts = changes(said, context);
        if !acts.is_empty() {
            return Judged::new(acts, "a change to the lunch");
        }
    }
    if said.only_thanks {
        return Judged::one(Act::Other, "thanks or a greeting");
    }
    invitation(said)
}
