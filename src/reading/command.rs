//! Commands: words that stand alone on the first line, and what stands behind them.
//!
//! `stop`, `pause until May`, `goal: speak up`. A command inside a sentence is none: "please don't
//! stop" stops nothing.

mod several;

use crate::lunch::act::{Act, Answering, CommandName, Reschedule, Scope};
use crate::lunch::notes::{Notes, Words};
use crate::reading::language::{Languages, Sense, lexicon};
use crate::reading::phrase::{self, Token, tokens};
use crate::reading::{Context, intent, when};

pub use several::{SetAside, on_top, runs_on, set_aside};

/// Longest first line that can be a command with nothing behind it, in words.
const ALONE_WORDS_MAX: usize = 6;

/// What the text's first line commands; with the rest of the text below it.
pub fn first_line<'a>(text: &'a str, context: &Context) -> Option<(Act, &'a str)> {
    let text = text.trim_start();
    let (line, below) = text.split_once('\n').unwrap_or((text, ""));
    let line = line.trim();
    let tokens = tokens(line);
    if let Some(act) = with_arguments(line, &tokens, below) {
        return Some((act, ""));
    }
    Some((alone(line, &tokens, context)?, below))
}

/// The words of a line without courtesies at its ends.
fn bare_words<'a>(tokens: &'a [Token<'_>]) -> Vec<&'a str> {
    let mut words: Vec<&str> = tokens
        .iter()
        .filter(|t| t.is_word)
        .map(|t| &*t.text)
        .collect();
    let polite = |word: &str| lexicon().is(word, Sense::Please);
    while words.len() > 1 && words.last().is_some_and(|w| polite(w)) {
        words.pop();
    }
    while words.len() > 1 && words.first().is_some_and(|w| polite(w)) {
        words.remove(0);
    }
    words
}

fn alone(line: &str, tokens: &[Token<'_>], context: &Context) -> Option<Act> {
    let words = bare_words(tokens);
    if words.is_empty() || words.len() > ALONE_WORDS_MAX + 6 {
        return None;
    }
    let senses = [
        Sense::StopCommand,
        Sense::EndCommand,
        Sense::SkipCommand,
        Sense::PauseCommand,
        Sense::ResumeCommand,
        Sense::MoveCommand,
        Sense::UndoCommand,
        Sense::ShareCommand,
        Sense::ReportCommand,
        Sense::StatusCommand,
        Sense::ForgetCommand,
        Sense::NoSummariesCommand,
        Sense::HelpCommand,
        Sense::QuoteCommand,
        Sense::FabricCommand,
        Sense::DropCommand,
        Sense::AchievedCommand,
        Sense::KeepBothCommand,
        Sense::TakeUpCommand,
        Sense::NotYetCommand,
        Sense::NoQuotesCommand,
        Sense::NoBoardCommand,
        Sense::NoTipsCommand,
        Sense::CardCommand,
        Sense::PassOnCommand,
    ];
    let mark = lexicon().longest(&words, 0, &senses, Languages::ALL)?;
    let rest = words.get(mark.words..).unwrap_or_default();
    let command = |name, arguments: String| Some(Act::Command { name, arguments });
    match mark.sense {
        Sense::PauseCommand => {
            let until = when::until(rest, context);
            return (rest.is_empty() || until.is_some()).then_some(Act::Pause { until });
        }
        Sense::MoveCommand => return moved(line, rest, context),
        Sense::QuoteCommand => {
            let number = rest.first().filter(|_| rest.len() == 1)?;
            let digits = number.chars().all(|c| c.is_ascii_digit());
            return if digits {
                command(CommandName::Quote, (*number).to_owned())
            } else {
                None
            };
        }
        // "Drop" alone drops nothing.
        Sense::DropCommand => {
            let numbered = matches!(rest, [number] if number.chars().all(|c| c.is_ascii_digit()));
            let named = rest.is_empty() && mark.words > 1;
            return (numbered || named)
                .then(|| command(CommandName::Drop, rest.join(" ")))
                .flatten();
        }
        Sense::AchievedCommand => {
            let numbered = matches!(rest, [number] if number.chars().all(|c| c.is_ascii_digit()));
            let alone = rest.is_empty() || numbered;
            return alone
                .then(|| command(CommandName::Achieved, rest.join(" ")))
                .flatten();
        }
        // Anywhere else it means "ask me later".
        Sense::NotYetCommand if context.answering != Some(Answering::Exchange) => return None,
        _ => {}
    }
    if !rest.is_empty() {
        return None;
    }
    match mark.sense {
        Sense::StopCommand => Some(Act::Stop),
        Sense::EndCommand => Some(Act::End),
        Sense::SkipCommand => Some(Act::Skip),
        Sense::ResumeCommand => Some(Act::Resume),
        Sense::UndoCommand => command(CommandName::Undo, String::new()),
        Sense::ShareCommand => command(CommandName::ShareNow, String::new()),
        Sense::ReportCommand => command(CommandName::Report, String::new()),
        Sense::StatusCommand => command(CommandName::Status, String::new()),
        Sense::ForgetCommand => command(CommandName::Forget, String::new()),
        Sense::NoSummariesCommand => command(CommandName::NoSummaries, String::new()),
        Sense::HelpCommand => command(CommandName::Help, String::new()),
        Sense::FabricCommand => command(CommandName::Fabric, String::new()),
        Sense::KeepBothCommand => command(CommandName::KeepBoth, String::new()),
        Sense::TakeUpCommand => command(CommandName::TakeUp, String::new()),
        Sense::NotYetCommand => command(CommandName::NotYet, String::new()),
        Sense::NoQuotesCommand => command(CommandName::NoQuotes, String::new()),
        Sense::NoBoardCommand => command(CommandName::NoBoard, String::new()),
        Sense::NoTipsCommand => command(CommandName::NoTips, String::new()),
        Sense::CardCommand => command(CommandName::Card, String::new()),
        Sense::PassOnCommand => command(CommandName::PassOn, String::new()),
        _ => None,
    }
}

/// `move to Thursday 12:30 at the Thai place`.
fn moved(line: &str, rest: &[&str], context: &Context) -> Option<Act> {
    let found = when::find(rest, context);
    let said = intent::read(line, context);
    let start = found.start(context).filter(|_| said.asks_back.is_none());
    let scope = said.scope.or(if start.is_some() {
        None
    } else {
        Some(Scope::One)
    });
    (start.is_some()).then_some(Act::Reschedule(Reschedule {
        start,
        location: said.terms.location,
        scope,
    }))
}

/// `goal: …`, `achieved: …`, `best: …`, `invite a@b, c@d`.
fn with_arguments(line: &str, tokens: &[Token<'_>], below: &str) -> Option<Act> {
    let words = phrase::words(tokens);
    let senses = [
        Sense::GoalCommand,
        Sense::AnotherGoalCommand,
        Sense::AchievedCommand,
        Sense::InviteCommand,
        Sense::BoardCommand,
    ];
    let mark = lexicon().longest(&words, 0, &senses, Languages::ALL)?;
    let last = tokens
        .iter()
        .filter(|t| t.is_word)
        .nth(mark.words.checked_sub(1)?)?;
    let behind = line.get(last.end..)?;
    match mark.sense {
        Sense::InviteCommand => {
            let addresses = behind.trim_start_matches([':', ' ']);
            addresses.contains('@').then(|| Act::Command {
                name: CommandName::Invite,
                arguments: whole(addresses, below, true),
            })
        }
        Sense::BoardCommand => {
            let address = behind.trim_start_matches([':', ' ']);
            address.contains('@').then(|| Act::Command {
                name: CommandName::Board,
                arguments: whole(address, "", true),
            })
        }
        Sense::AchievedCommand => {
            let goal = behind.trim_start().strip_prefix([':', '='])?.trim();
            (!goal.is_empty()).then(|| Act::Command {
                name: CommandName::Achieved,
                arguments: whole(goal, below, false),
            })
        }
        Sense::AnotherGoalCommand => {
            let wish = behind.trim_start().strip_prefix([':', '='])?.trim();
            (!wish.is_empty()).then(|| Act::Command {
                name: CommandName::AnotherGoal,
                arguments: whole(wish, below, false),
            })
        }
        _ if behind
            .trim_start()
            .starts_with(|c: char| c.is_ascii_digit()) =>
        {
            numbered_goal(behind.trim(), below)
        }
        // A goal needs its colon or an "is": "goal kick" sets none.
        _ => {
            let colon = behind.trim_start().starts_with([':', '=']);
            let sentence = mark.words > 1;
            let wish = behind.trim_start_matches([':', '=', ' ']).trim();
            ((colon || sentence) && !wish.is_empty()).then(|| Act::Command {
                name: CommandName::Goal,
                arguments: whole(wish, below, false),
            })
        }
    }
}

/// `goal 2: …`, or `goal 2` alone.
fn numbered_goal(behind: &str, below: &str) -> Option<Act> {
    let digits = behind.chars().take_while(char::is_ascii_digit).count();
    let (number, words) = behind.split_at_checked(digits)?;
    let words = words.trim_start();
    let colon = words.starts_with([':', '=']);
    let words = words.trim_start_matches([':', '=', ' ', '.']);
    (words.is_empty() || colon).then(|| Act::Command {
        name: CommandName::GoalNumber,
        arguments: match words {
            "" => number.to_owned(),
            words => format!("{number} {}", whole(words, below, false)),
        },
    })
}

/// Whether a text begins with words for the writer's own goal, and not with a mere "goal:".
pub fn own_goal(text: &str) -> bool {
    let tokens = tokens(text.lines().next().unwrap_or_default());
    let words = phrase::words(&tokens);
    lexicon()
        .longest(&words, 0, &[Sense::GoalCommand], Languages::ALL)
        .is_some_and(|mark| mark.words > 1)
}

/// What stands right below the first line and begins something else: another command, a heading, a
/// numbered point. Where it does, no goal runs on into it.
pub fn something_else_below<'a>(text: &'a str, context: &Context) -> Option<&'a str> {
    let text = text.trim_start();
    let mut below = text.split_once('\n')?.1;
    loop {
        let (line, rest) = below.split_once('\n').unwrap_or((below, ""));
        if line.trim().is_empty() {
            return None;
        }
        if begins_anew(line.trim(), context) {
            return Some(below);
        }
        below = rest;
    }
}

/// Longest heading, in words: `best moment: …`.
const HEADING_WORDS_MAX: usize = 3;

/// Whether a line begins something else than the goal above it: a heading, a number, a command.
pub fn begins_anew(line: &str, context: &Context) -> bool {
    let digits = line.trim_start_matches(|c: char| c.is_ascii_digit());
    let numbered = digits.len() < line.len() && digits.starts_with(['.', ')', ':']);
    let headed = line.split_once(':').is_some_and(|(head, behind)| {
        let words = head.split_whitespace().count();
        (1..=HEADING_WORDS_MAX).contains(&words) && !behind.starts_with("//")
    });
    numbered || headed || first_line(line, context).is_some()
}

/// The arguments with the paragraph that they run on in.
fn whole(first: &str, below: &str, addresses: bool) -> String {
    let mut lines = vec![first.trim()];
    for line in below.lines() {
        let line = line.trim();
        if line.is_empty() || (addresses && !line.contains('@')) {
            break;
        }
        lines.push(line);
    }
    lines.join(" ")
}

/// `best: …` outside a follow-up is a moment for the jar; `achieved: …` closes a goal.
pub fn from_notes(notes: &Notes) -> Option<Act> {
    let alone = |words: &Option<Words>| words.as_ref().map(|w| w.reveal().clone());
    if notes.worst.is_none() && notes.focus.is_none() {
        if let Some(arguments) = alone(&notes.best) {
            return Some(Act::Command {
                name: CommandName::Best,
                arguments,
            });
        }
        if let Some(arguments) = alone(&notes.achieved) {
            return Some(Act::Command {
                name: CommandName::Achieved,
                arguments,
            });
        }
    }
    None
}
