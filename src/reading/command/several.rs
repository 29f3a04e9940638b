//! Several commands in one mail, and one beside an answer: none of them is dropped.
//!
//! "Skip this one, and pause until 1 March", "move to Thursday" with "goal: speak slower" below it,
//! "yes please, share now".

use super::{alone, bare_words, first_line, something_else_below, with_arguments};
use crate::lunch::act::{Act, Answering, CommandName};
use crate::reading::Context;
use crate::reading::language::{Languages, Sense, lexicon};
use crate::reading::phrase::{Token, tokens};

/// Most commands of one mail that are followed; more are no mail of a person's.
const COMMANDS_MAX: usize = 8;

/// Longest line that may be a list of commands, in words.
const LISTED_WORDS_MAX: usize = 30;

/// What the lines on top command, one after another, and the text below them; `None` where the first
/// line is no command.
pub fn on_top<'a>(text: &'a str, context: &Context) -> Option<(Vec<Act>, &'a str)> {
    let mut acts: Vec<Act> = Vec::new();
    let mut rest = text.trim_start();
    while acts.len() < COMMANDS_MAX {
        let Some((found, below)) = line_on_top(rest, context) else {
            break;
        };
        let last = found.iter().any(|act| matches!(act, Act::Stop | Act::End));
        acts.extend(found);
        rest = below.trim_start();
        if last {
            break;
        }
    }
    acts.dedup();
    (!acts.is_empty()).then_some((acts, rest))
}

fn line_on_top<'a>(text: &'a str, context: &Context) -> Option<(Vec<Act>, &'a str)> {
    let text = behind_and(text);
    if let Some((act, below)) = first_line(text, context) {
        if !runs_on(&act) {
            return Some((vec![act], below));
        }
        // A goal runs on to the end of its paragraph, or to the next command.
        let Some(other) = something_else_below(text, context) else {
            let below = text.split_once("\n\n").map_or("", |(_, behind)| behind);
            return Some((vec![act], below));
        };
        let above = text.strip_suffix(other)?;
        let (act, _) = first_line(above, context)?;
        return Some((vec![act], other));
    }
    let (line, below) = text.split_once('\n').unwrap_or((text, ""));
    Some((listed(line, context)?, below))
}

/// What stands behind an "and", "then" or "and then" that a line begins with.
fn behind_and(text: &str) -> &str {
    let line = text.lines().next().unwrap_or_default();
    let tokens = tokens(line);
    let joins = |token: &&Token<'_>| {
        lexicon().is(&token.text, Sense::And) || lexicon().is(&token.text, Sense::Thereupon)
    };
    let from = tokens.iter().find(|token| !joins(token)).map(|t| t.start);
    from.and_then(|from| text.get(from..)).unwrap_or(text)
}

/// Whether a command's words may run on below its line.
pub const fn runs_on(act: &Act) -> bool {
    matches!(
        act,
        Act::Command {
            name: CommandName::Goal
                | CommandName::GoalNumber
                | CommandName::AnotherGoal
                | CommandName::Achieved,
            ..
        }
    )
}

/// A line that is commands and nothing else: "skip this one and pause until 1 March".
fn listed(line: &str, context: &Context) -> Option<Vec<Act>> {
    let tokens = tokens(line);
    let words = tokens.iter().filter(|token| token.is_word).count();
    if !(2..=LISTED_WORDS_MAX).contains(&words) {
        return None;
    }
    let mut cuts: Vec<(usize, usize)> = tokens.iter().filter_map(|t| parts(t)).collect();
    if cuts.len() > LISTED_WORDS_MAX {
        return None;
    }
    cuts.push((line.len(), line.len()));
    let (mut acts, mut from) = (Vec::new(), 0);
    while from < line.len() && acts.len() < COMMANDS_MAX {
        // "pause until 1. März" before "pause until 1".
        let piece = cuts
            .iter()
            .rev()
            .filter(|(end, _)| *end >= from)
            .find_map(|(end, next)| {
                let piece = line.get(from..*end)?.trim();
                if piece.is_empty() || is_courtesy(piece) {
                    return Some((None, *next));
                }
                let act = piece_of(piece, context).or_else(|| again(acts.last()?, piece))?;
                Some((Some(act), *next))
            });
        let (act, next) = piece.or_else(|| {
            // "then", "and also": nothing between two marks.
            let (end, next) = cuts.iter().find(|(end, _)| *end >= from)?;
            let between = line.get(from..*end)?.trim();
            between.is_empty().then_some((None, *next))
        })?;
        acts.extend(act);
        from = next.max(from + 1);
    }
    (acts.len() >= 2).then_some(acts)
}

fn piece_of(piece: &str, context: &Context) -> Option<Act> {
    let tokens = tokens(piece);
    with_arguments(piece, &tokens, "").or_else(|| alone(piece, &tokens, context))
}

/// "Thanks" or "please" between two marks asks for nothing.
fn is_courtesy(piece: &str) -> bool {
    let tokens = tokens(piece);
    tokens
        .iter()
        .all(|token| lexicon().is(&token.text, Sense::Please))
}

/// "2" behind "quote 1" is quote 2.
fn again(act: &Act, piece: &str) -> Option<Act> {
    let tokens = tokens(piece);
    let [number] = bare_words(&tokens)[..] else {
        return None;
    };
    let numbered = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    match act {
        Act::Command {
            name: name @ (CommandName::Quote | CommandName::Drop),
            arguments,
        } if numbered(arguments) && numbered(number) => Some(Act::Command {
            name: *name,
            arguments: number.to_owned(),
        }),
        _ => None,
    }
}

/// Where a token parts two commands: the octets before it and behind it.
fn parts(token: &Token<'_>) -> Option<(usize, usize)> {
    let mark = matches!(
        &*token.text,
        "," | ";" | "." | "!" | "+" | "&" | "/" | "-" | "–" | "—"
    );
    let word = token.is_word
        && (lexicon().is(&token.text, Sense::And) || lexicon().is(&token.text, Sense::Thereupon));
    (mark || word).then_some((token.start, token.end))
}

/// So many words and marks tell whether a goal begins; a command behind an answer is no longer.
const OPENING_MAX: usize = 8;

/// What an answer commands beside what else it says, and its text without that.
#[derive(Debug, Default)]
pub struct SetAside {
    /// The commands, in the order of the text.
    pub acts: Vec<Act>,
    /// What is left.
    pub text: String,
}

/// Takes commands out of an answer: lines below the first that are one, and in a sentence a goal of
/// the writer's own and "share now". `None` where there is none.
pub fn set_aside(text: &str, context: &Context) -> Option<SetAside> {
    let mut found = SetAside::default();
    let mut rest = text;
    let mut first = true;
    while !rest.is_empty() && found.acts.len() < COMMANDS_MAX {
        let (line, below) = rest.split_once('\n').unwrap_or((rest, ""));
        if !first
            && !line.trim().is_empty()
            && let Some((acts, behind)) = line_on_top(rest, context)
        {
            found.acts.extend(acts);
            found.text.push('\n');
            rest = behind;
            continue;
        }
        first &= line.trim().is_empty();
        let kept = in_sentence(line, context, &mut found.acts);
        found.text.push_str(kept.trim_end());
        found.text.push('\n');
        rest = below;
    }
    found.text.push_str(rest);
    found.text = found.text.trim().to_owned();
    (!found.acts.is_empty()).then_some(found)
}

/// Takes "and my goal is …" and ", share now" off a line; what is left of it.
fn in_sentence<'a>(line: &'a str, context: &Context, acts: &mut Vec<Act>) -> &'a str {
    let tokens = tokens(line);
    let notes = matches!(context.answering, Some(Answering::Receipt));
    let mut cut = None; // where what is parted begins
    for (number, token) in tokens.iter().enumerate() {
        if parts(token).is_some() || &*token.text == ":" {
            cut = cut.or(Some(token.start));
            continue;
        }
        if cut.is_some() && lexicon().is(&token.text, Sense::Please) {
            continue;
        }
        let Some(parted) = cut.take() else {
            continue;
        };
        let rest = tokens.get(number..).unwrap_or_default();
        let words: Vec<&str> = rest.iter().take(OPENING_MAX).map(|t| &*t.text).collect();
        let opens = |sense| lexicon().longest(&words, 0, &[sense], Languages::ALL);
        let piece = line.get(token.start..).unwrap_or_default();
        let goal = opens(Sense::GoalCommand).is_some_and(|mark| mark.words > 1);
        let act = if goal && !piece.trim_end().ends_with('?') {
            with_arguments(piece, &self::tokens(piece), "")
        } else if notes && rest.len() <= OPENING_MAX {
            let said = piece.trim_end_matches(['.', '!', ' ']);
            let share = |act: &Act| {
                matches!(
                    act,
                    Act::Command {
                        name: CommandName::ShareNow,
                        ..
                    }
                )
            };
            alone(said, &self::tokens(said), context).filter(share)
        } else {
            None
        };
        if let Some(act) = act {
            acts.push(act);
            return line.get(..parted).unwrap_or_default();
        }
    }
    line
}
