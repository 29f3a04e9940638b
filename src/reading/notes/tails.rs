//! Tails: what stands below the last note and belongs to none: farewells, names, afterthoughts.

use crate::reading::language::{Languages, Sense, lexicon};
use crate::reading::notes::heads::Text;
use crate::reading::phrase::{self, tokens};

/// Longest farewell, in words.
const FAREWELL_WORDS_MAX: usize = 9;
/// Longest line below a farewell, in words.
const BELOW_WORDS_MAX: usize = 6;
/// Most lines of a farewell.
const FAREWELL_LINES_MAX: usize = 8;
/// Longest name behind a farewell of one word, in words.
const NAME_WORDS_MAX: usize = 2;
/// Most farewell sentences on one line.
const SENTENCES_MAX: usize = 3;

/// Parts the end from a note: what is kept, and what belongs to no prompt.
pub(super) fn part(text: &str) -> (String, Vec<String>) {
    let lines: Vec<&str> = text.lines().collect();
    let mut rest: Vec<String> = Vec::new();
    let few = few_below(&lines);
    let cut = (1..lines.len()).find(|at| ends_at(&lines, *at, *at >= few));
    let mut kept = text.to_owned();
    if let Some(cut) = cut {
        let (above, below) = lines.split_at(cut);
        kept = above.join("\n").trim_end().to_owned();
        rest.push(below.join("\n").trim().to_owned());
    }
    for _ in 0..SENTENCES_MAX {
        let Some((above, sentence)) = farewell_sentence(&kept) else {
            break;
        };
        rest.insert(0, sentence);
        kept = above;
    }
    (kept, rest)
}

/// From which line on only so many others stand below as a farewell may have.
fn few_below(lines: &[&str]) -> usize {
    let filled = lines.iter().enumerate().rev();
    let mut filled = filled.filter(|(_, line)| !line.trim().is_empty());
    filled
        .nth(FAREWELL_LINES_MAX + 1)
        .map_or(0, |(at, _)| at + 1)
}

/// Whether the lines from here on are no note any more; `few` says whether few stand below.
fn ends_at(lines: &[&str], at: usize, few: bool) -> bool {
    let line = lines.get(at).map_or("", |line| line.trim());
    let below = lines.get(at + 1..).unwrap_or_default();
    let blank_above = lines.get(at - 1).is_some_and(|line| line.trim().is_empty());
    if line.is_empty() {
        return false;
    }
    if is_postscript(line, blank_above) {
        return true;
    }
    if !few {
        return false;
    }
    let filled = below.iter().filter(|line| !line.trim().is_empty()).count();
    let short = below
        .iter()
        .all(|line| line.split_whitespace().count() <= BELOW_WORDS_MAX);
    if !short {
        return false;
    }
    is_farewell(line) || (blank_above && (is_parting(line) || (filled == 0 && is_name(line))))
}

/// "P.S. …", "By the way …" in a paragraph of its own.
fn is_postscript(line: &str, blank_above: bool) -> bool {
    let bare = line.trim_start_matches(|c: char| !c.is_alphanumeric());
    let letters: String = bare
        .chars()
        .take(6)
        .filter(|c| !matches!(c, '.' | ' '))
        .flat_map(char::to_lowercase)
        .collect();
    let marked = bare
        .get(..4)
        .is_some_and(|start| start.contains(['.', ':', ' ', '-']));
    if marked
        && (letters.starts_with("ps") || letters.starts_with("pd") || letters.starts_with("pps"))
    {
        let upper = bare.starts_with(|c: char| c.is_uppercase());
        return upper || blank_above;
    }
    if !blank_above {
        return false;
    }
    let text = Text::new(bare);
    let opens = |sense| text.find(0, &[sense]).is_some();
    // "Next time I'd like …" is about the lunch; "next time you …" may be the goal.
    let speaks = |at: usize| {
        text.find(at, &[Sense::Addressing, Sense::HeOrShe])
            .is_some()
    };
    let addresses = || (0..text.tokens.len()).any(speaks);
    opens(Sense::Postscript) || (opens(Sense::NextLunch) && !addresses())
}

/// "See you Thursday!", "Kind regards", "That's all": short, and nothing else.
pub(super) fn is_farewell(line: &str) -> bool {
    let tokens = tokens(line);
    let words = phrase::words(&tokens);
    let senses = [Sense::Closing, Sense::SignOff, Sense::NoMoreNotes];
    if words.len() > FAREWELL_WORDS_MAX || line.contains(": ") {
        return false;
    }
    let mark = lexicon().longest(&words, 0, &senses, Languages::ALL);
    // "Love, Jean" and not "love the new layout".
    mark.is_some_and(|mark| mark.words > 1 || words.len() - mark.words <= NAME_WORDS_MAX)
}

/// A paragraph of one short line that opens as farewells do: "Gruss und schönes Weekend, Urs".
fn is_parting(line: &str) -> bool {
    let tokens = tokens(line);
    let words = phrase::words(&tokens);
    let senses = [Sense::Closing, Sense::SignOff, Sense::Thanks];
    words.len() <= FAREWELL_WORDS_MAX
        && !line.contains(": ")
        && lexicon()
            .longest(&words, 0, &senses, Languages::ALL)
            .is_some()
}

/// A name alone: few words, each with a capital, and no end of a sentence.
fn is_name(line: &str) -> bool {
    let words: Vec<&str> = line.split_whitespace().collect();
    (1..=3).contains(&words.len())
        && words
            .iter()
            .all(|word| word.starts_with(char::is_uppercase))
        && !line.ends_with(['.', '!', '?', ':', ';'])
        && line
            .chars()
            .all(|c| c.is_alphabetic() || matches!(c, ' ' | '-' | '\'' | '’' | ','))
}

/// A farewell as the last sentence of the last line, behind another sentence.
fn farewell_sentence(text: &str) -> Option<(String, String)> {
    let line_start = text.rfind('\n').map_or(0, |at| at + 1);
    let line = text.get(line_start..)?;
    let inner = line.trim_end().trim_end_matches(['.', '!', '?', '…', ' ']);
    let at = [". ", "! ", "? ", "… ", ") "]
        .iter()
        .filter_map(|stop| inner.rfind(stop).map(|at| at + stop.len()))
        .max()?;
    let sentence = line.get(at..)?.trim();
    let words = sentence.split_whitespace().count();
    if words > FAREWELL_WORDS_MAX - 2 || !is_farewell(sentence) {
        return None;
    }
    let kept = text.get(..line_start + at)?.trim_end();
    (!kept.is_empty()).then(|| (kept.to_owned(), sentence.to_owned()))
}

/// "Hi Ana,", "Dear all": a greeting and nothing else.
pub(super) fn is_greeting(paragraph: &str) -> bool {
    let tokens = tokens(paragraph);
    let words = phrase::words(&tokens);
    words.len() <= 5
        && lexicon()
            .longest(&words, 0, &[Sense::Greeting, Sense::Thanks], Languages::ALL)
            .is_some()
}
