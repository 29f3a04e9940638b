//! What an answer says to each kind of letter: the same "no" declines an invitation, skips a lunch
//! and says nothing to a follow-up.

use super::changes::{accept, changes, closing, reschedule};
use super::commanded::headed;
use super::{Judged, beside};
use crate::lunch::act::{Act, CommandName, Held, Permission};
use crate::lunch::notes::{Section, Words};
use crate::reading::Context;
use crate::reading::command;
use crate::reading::correction::{self, Told};
use crate::reading::intent::{self, Intent, Verdict};
use crate::reading::notes::{Sorted, held};

/// Longest text that says nothing but "we met" or "nothing this time", in words.
const HELD_WORDS_MAX: usize = 14;

/// Longest answer to a follow-up that may be no notes at all, in words.
const SHORT_WORDS_MAX: usize = 14;

/// Longest answer to a reminder that wishes for another rhythm, in words.
const RHYTHM_WORDS_MAX: usize = 8;
/// Words of it of which nothing is known.
const RHYTHM_UNKNOWN_MAX: usize = 3;

/// A text so short is no note to the partner, in words.
const FEW_WORDS: usize = 8;

/// Longest text that is believed to ask for an end wherever it says so, in words.
const CLOSING_WORDS_MAX: usize = 25;

pub(super) fn invitation(said: &Intent) -> Judged {
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
        Verdict::Yes if said.is_put_off() => Judged::one(
            Act::Later { until: said.until },
            "willing, but not before a day",
        ),
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

pub(super) fn reminder(sorted: &Sorted, said: &Intent, context: &Context) -> Judged {
    if sorted.marked
        && let Some(act) = command::from_notes(&sorted.notes)
    {
        return headed(act, context);
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
    if wishes_rhythm(said) {
        return Judged::one(Act::Accept(accept(said)), "another rhythm is wished for");
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

/// "Every week please": lunches that go on, at another rhythm; said in a few words and nothing else.
fn wishes_rhythm(said: &Intent) -> bool {
    let stands = matches!(said.verdict, Verdict::Yes | Verdict::Silent);
    let unknown: usize = said.signs.iter().map(|clause| clause.unknown).sum();
    said.terms.rhythm_weeks.is_some()
        && stands
        && said.words <= RHYTHM_WORDS_MAX
        && unknown <= RHYTHM_UNKNOWN_MAX
}

pub(super) fn followup(text: &str, mut sorted: Sorted, said: &Intent, context: &Context) -> Judged {
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
        // "It fell through. Can we do Friday at 12:30 instead?"
        let proposes = held == Held::NotMet && acts.len() == 1 && (said.moves || said.question);
        let wish = reschedule(said, context).filter(|wish| proposes && wish.start.is_some());
        acts.extend(wish.map(Act::Reschedule));
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
    if changed.is_empty() {
        let commands = loose
            .iter()
            .filter_map(|line| command::on_top(line, context));
        changed.extend(commands.flat_map(|(acts, _)| acts));
    }
    for words in &loose {
        if changed.is_empty() {
            changed = beside::changes(words, context);
        }
    }
    if changed.is_empty() {
        // Words that are no note at all may say it without naming the lunch.
        let loose = loose.join("\n");
        let said = intent::read(&loose, context);
        if said.words <= CLOSING_WORDS_MAX {
            let spoken = beside::addresses(&loose);
            changed = changes(&said, context);
            changed.retain(|act| match act {
                Act::Reschedule(_) => said.moves,
                Act::Pause { .. } | Act::Resume => !spoken,
                _ => true,
            });
        }
    }
    // "Share now" is heard, and left out of nothing.
    sorted.notes.unplaced.retain(|words| {
        let commands = command::on_top(words.reveal(), context);
        !commands.is_some_and(|(acts, rest)| {
            rest.trim().is_empty() && acts.iter().all(|act| changed.contains(act))
        })
    });
    let notes = std::mem::take(&mut sorted.notes);
    let something = !notes.is_empty() || notes.achieved.is_some() || !loose.is_empty();
    let mut acts = Vec::new();
    if something {
        acts.push(Act::Notes(notes));
    }
    acts.extend(changed);
    acts
}

pub(super) fn receipt(text: &str, sorted: Sorted, said: &Intent, context: &Context) -> Judged {
    let told = correction::read(text, context.originals);
    if let Some(gone @ Told::Change(_, None)) = told {
        return Judged::one(gone.act(), "one section is taken away");
    }
    if let Some(change @ Told::Change(..)) = told.clone().filter(|_| !sorted.marked) {
        return Judged::one(change.act(), "it says what shall stand there");
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
        return headed(act, context);
    }
    let clear = said.strong_no || said.words <= 5;
    if context.goal_asked && !said.only_thanks {
        let acts = closing(said);
        // "Stop interrupting people" is a goal.
        let ends = said.is_plain() || beside::closes(text, context);
        if ends && !acts.is_empty() {
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
    if let Some(something) = told {
        return Judged::one(something.act(), "a correction, and not sure of what");
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

pub(super) fn exchange(text: &str, sorted: &Sorted, said: &Intent, context: &Context) -> Judged {
    // The letter shows the partner's notes, not the writer's.
    if let Some(change @ Told::Change(_, Some(_))) = correction::read(text, &[]) {
        return Judged::one(change.act(), "it says what shall stand there");
    }
    if sorted.marked
        && let Some(act) = command::from_notes(&sorted.notes)
    {
        return headed(act, context);
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

pub(super) fn summary(sorted: &Sorted, said: &Intent, context: &Context) -> Judged {
    if sorted.marked
        && let Some(act) = command::from_notes(&sorted.notes)
    {
        return headed(act, context);
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

pub(super) fn permission(said: &Intent) -> Judged {
    // "Take my name off" speaks of the quote, and not of a list.
    let closing = closing(said);
    if !closing.is_empty() && !said.unnamed {
        return Judged::new(closing, "it asks for an end");
    }
    let act = match said.verdict {
        Verdict::No => Act::Permission(Permission::Refused),
        Verdict::Silent | Verdict::Unclear if stays_between_us(said) => {
            Act::Permission(Permission::Refused)
        }
        Verdict::Unclear if said.unnamed && said.stood.0 > 0 => {
            Act::Permission(Permission::Unnamed)
        }
        Verdict::Later | Verdict::Unclear => Act::Unclear,
        Verdict::Yes if said.unnamed => Act::Permission(Permission::Unnamed),
        Verdict::Yes => Act::Permission(Permission::Named),
        Verdict::Silent if said.unnamed => Act::Permission(Permission::Unnamed),
        Verdict::Silent if said.question => Act::Question,
        Verdict::Silent => Act::Unclear,
    };
    Judged::one(act, said.because)
}

/// "That stays between us", said to a request to quote or of notes.
pub(super) fn stays_between_us(said: &Intent) -> bool {
    said.between_us || said.held == Some(Held::SaidNotWritten)
}

pub(super) fn proposal(text: &str, said: &Intent) -> Judged {
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

pub(super) fn unknown(sorted: Sorted, said: &Intent, context: &Context) -> Judged {
    if sorted.marked {
        if let Some(act) = command::from_notes(&sorted.notes) {
            return headed(act, context);
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
