//! Quotes: which lines of a body the sender did not newly write.
//!
//! First by matching against the very text we sent (`originals`), which finds what no mark shows,
//! such as Outlook's inline answers; then by convention (`convention`): `>` marks, attribution
//! lines, header blocks, separators. Where it is in doubt whether somebody wrote a line, it is kept
//! and the doubt is told.

mod line;
mod prefix;

use crate::lunch::notes::Section;
use crate::reading::convention::{Opening, openings};
use crate::reading::language::{Languages, Sense, lexicon};
use crate::reading::originals::{self, Match};
use crate::reading::phrase::{Token, first_words, tokens};

pub use line::{Line, lines_of};

/// Words in front of a prompt's heading: its number, and a name.
const LEADING_WORDS_MAX: usize = 4;
/// Longest prompt without a number, in words.
const PROMPT_WORDS_MAX: usize = 5;
/// Longest greeting of a letter, in words.
const GREETING_WORDS_MAX: usize = 4;
/// So many lines of a body that our templates always say are a letter of ours, and no accident.
const LETTER_LINES_MIN: usize = 6;
/// Shortest marked line whose end a client may have broken off onto a line without a mark.
const BROKEN_CHARS_MIN: usize = 64;

/// Longest line that stands for those that were left out, in octets.
const OMISSION_OCTETS_MAX: usize = 40;

/// What a line is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Newly written.
    Own,
    /// Empty.
    Blank,
    /// Not newly written, but for what the sender typed on the same line.
    Quoted {
        /// Own words at the end of the line.
        rest: Option<String>,
        /// Own words at its beginning.
        before: Option<String>,
        /// Whether it introduces a quote: an attribution, a header block, a separator.
        introduces: bool,
    },
}

impl Verdict {
    const QUOTED: Self = Self::Quoted {
        rest: None,
        before: None,
        introduces: false,
    };
    const INTRODUCTION: Self = Self::Quoted {
        rest: None,
        before: None,
        introduces: true,
    };
}

/// Somebody answered between quoted lines.
const TYPED_INSIDE: &str = "words typed inside the quoted letter";

/// The verdict on each line, and what is doubtful about them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judged {
    /// One for each line.
    pub verdicts: Vec<Verdict>,
    /// In words that nobody wrote.
    pub doubt: Option<&'static str>,
    /// Whether anything was found that is not newly written.
    pub quotes: bool,
}

/// Takes the marks off that a quote has where its client writes no `>`.
pub fn unmark(lines: &mut [Line<'_>], letters: &[String]) {
    prefix::take_off(lines, letters);
}

/// The verdict on each line.
pub fn judge_lines(lines: &[Line<'_>], letters: &[String]) -> Judged {
    let openings = openings(lines);
    let mut matched = originals::exactly(lines, letters);
    let known = matched.iter().any(Option::is_some);
    let marked = lines.iter().any(|line| line.depth > 0);
    let introduced = openings.iter().any(Option::is_some);
    if !known && (marked || introduced || lines.iter().any(|line| line.prompt().is_some())) {
        matched = originals::loosely(lines);
    }
    let verdicts = lines
        .iter()
        .zip(&matched)
        .map(|(line, found)| match found {
            Some(found) => Verdict::Quoted {
                rest: found.rest.clone(),
                before: None,
                introduces: false,
            },
            None if line.depth > 0 => Verdict::QUOTED,
            None if line.is_blank() => Verdict::Blank,
            None => Verdict::Own,
        })
        .collect();
    let mut judged = Judged {
        verdicts,
        doubt: None,
        quotes: marked || introduced || matched.iter().any(Option::is_some),
    };
    if marked {
        unwrap_marked(lines, &matched, known.then_some(letters), &mut judged);
        drop_omissions(lines, &mut judged.verdicts);
    }
    drop_links(lines, &matched, &mut judged.verdicts);
    if !(known || marked || introduced) {
        between_ours(lines, &matched, &mut judged);
    }
    let known = Known {
        matched: &matched,
        exactly: known,
        letters,
    };
    apply_openings(lines, &known, &openings, &mut judged);
    // What was first taken for typed words may have been found to be ours after all.
    let mut judged_lines = lines.iter().zip(&judged.verdicts);
    let inside = judged_lines
        .any(|(line, verdict)| line.depth > 0 && !line.is_blank() && *verdict == Verdict::Own);
    judged.doubt = judged
        .doubt
        .filter(|doubt| *doubt != TYPED_INSIDE || inside);
    judged
}

/// Marked lines that the sender wrote, and unmarked ones that the sender did not write: answers
/// typed inside the quoted block, and the ends of long lines that a client broke off.
fn unwrap_marked(
    lines: &[Line<'_>],
    matched: &[Option<Match>],
    letters: Option<&[String]>,
    judged: &mut Judged,
) {
    for (at, line) in lines.iter().enumerate() {
        let above = at.checked_sub(1).and_then(|at| lines.get(at));
        let below = lines.get(at + 1);
        if line.depth == 0
            && !line.is_blank()
            && matched.get(at).is_some_and(Option::is_none)
            && let (Some(above), Some(below)) = (above, below)
            && above.depth > 0
            && below.depth > 0
            && above.text.chars().count() >= BROKEN_CHARS_MIN
            && line.text.chars().count() * 2 < above.text.chars().count()
            && line.text.starts_with(|c: char| c.is_lowercase())
            && let Some(verdict) = judged.verdicts.get_mut(at)
        {
            *verdict = Verdict::QUOTED;
        }
    }
    if let Some(letters) = letters {
        typed_inside(lines, matched, letters, judged);
    }
}

/// `[...]`, `<snip>`: what stands for the lines of a quote that were left out says nothing.
fn drop_omissions(lines: &[Line<'_>], verdicts: &mut [Verdict]) {
    let marked = |line: Option<&Line<'_>>| line.is_some_and(|line| line.depth > 0);
    for (at, line) in lines.iter().enumerate() {
        if line.depth == 0
            && stands_for_others(line)
            && marked(lines.iter().take(at).rfind(|line| !line.is_blank()))
            && marked(lines.iter().skip(at + 1).find(|line| !line.is_blank()))
            && let Some(verdict) = verdicts.get_mut(at)
        {
            *verdict = Verdict::QUOTED;
        }
    }
}

/// Dots, or a word for an omission in brackets.
fn stands_for_others(line: &Line<'_>) -> bool {
    let text = line.text.trim();
    if text.len() > OMISSION_OCTETS_MAX {
        return false;
    }
    let inner = text.trim_matches(['[', ']', '(', ')', '<', '>', '{', '}', '*', '-', ' ', '~']);
    let dots = inner.trim_start_matches(['.', '…', ' ']);
    if dots.is_empty() {
        return inner.contains("..") || inner.contains('…');
    }
    let bracketed = text.starts_with(['[', '(', '<', '{', '*', '-', '~']);
    bracketed && {
        let tokens = tokens(dots);
        let mut room = [""; 8];
        let words = first_words(tokens.iter(), &mut room);
        let mark = lexicon().longest(words, 0, &[Sense::Omission], Languages::ALL);
        mark.is_some_and(|mark| mark.words == words.len())
    }
}

/// A letter of ours that stands in the body without a mark, and not at hand: what stands between
/// lines that our templates always say are its names and places, or the examples of answers in it,
/// unless it was typed under a prompt.
fn between_ours(lines: &[Line<'_>], matched: &[Option<Match>], judged: &mut Judged) {
    let first = matched.iter().position(Option::is_some);
    let last = matched.iter().rposition(Option::is_some);
    let (Some(first), Some(last)) = (first, last) else {
        return;
    };
    if matched.iter().flatten().count() < LETTER_LINES_MIN {
        return;
    }
    let greeting = (0..first)
        .rev()
        .find(|at| lines.get(*at).is_some_and(|line| !line.is_blank()))
        .filter(|at| lines.get(*at).is_some_and(greets));
    let mut under_prompt = false;
    for (at, line) in lines.iter().enumerate().take(last) {
        if matched.get(at).is_some_and(Option::is_some) {
            under_prompt = line.prompt().is_some();
        }
        let inside = (at > first && !under_prompt) || greeting == Some(at);
        if let Some(verdict) = judged.verdicts.get_mut(at)
            && inside
            && *verdict == Verdict::Own
        {
            *verdict = Verdict::QUOTED;
            judged.doubt = Some("a letter of ours that no mark sets off");
        }
    }
}

/// "Hi Ben," alone on its line.
fn greets(line: &Line<'_>) -> bool {
    let ends = line.text.trim_end().ends_with([',', '!', ':']);
    ends && line.word_tokens().count() <= GREETING_WORDS_MAX && line.opens_with(Sense::Greeting)
}

/// Takes for the sender's what stands in the quoted block between two of our lines that follow one
/// another in the letter.
fn typed_inside(
    lines: &[Line<'_>],
    matched: &[Option<Match>],
    letters: &[String],
    judged: &mut Judged,
) {
    let mut above: Option<(usize, usize, usize)> = None;
    for (at, (line, found)) in lines.iter().zip(matched).enumerate() {
        let Some(found) = found.as_ref().filter(|found| !found.tail) else {
            continue;
        };
        if let Some((from, depth, end)) = above
            && depth > 0
            && line.depth == depth
            && found.start == end
        {
            let between = from + 1..at;
            let lines = lines.get(between.clone()).unwrap_or_default();
            let matched = matched.get(between.clone()).unwrap_or_default();
            let verdicts = judged.verdicts.get_mut(between).unwrap_or_default();
            for ((line, found), verdict) in lines.iter().zip(matched).zip(verdicts) {
                let typed = line.depth == depth
                    && found.is_none()
                    && !line.is_blank()
                    && !line.is_bare_link()
                    && !is_rule(line.text)
                    && !stands_for_others(line)
                    && !originals::joined(line, letters);
                if typed && *verdict == Verdict::QUOTED {
                    *verdict = Verdict::Own;
                    judged.doubt = Some(TYPED_INSIDE);
                }
            }
        }
        above = Some((at, line.depth, found.end));
    }
}

/// A line drawn across, or what parts a signature off.
fn is_rule(text: &str) -> bool {
    let drawn = |c: char| matches!(c, '-' | '_' | '=' | '*' | '–' | '—' | '~' | '#' | ' ');
    text.chars().all(drawn)
}

/// The target of a link beside a line of ours belongs to it.
fn drop_links(lines: &[Line<'_>], matched: &[Option<Match>], verdicts: &mut [Verdict]) {
    let ours = |at: Option<usize>| {
        at.and_then(|at| matched.get(at))
            .is_some_and(Option::is_some)
    };
    for (at, line) in lines.iter().enumerate() {
        if line.is_bare_link()
            && (ours(at.checked_sub(1)) || ours(Some(at + 1)))
            && let Some(verdict) = verdicts.get_mut(at)
        {
            *verdict = Verdict::QUOTED;
        }
    }
}

/// The prompt that a quoted line is: `1. Ana's best moment since you last met`.
pub fn prompt_of(line: &str) -> Option<Section> {
    may_be_prompt(line)
        .then(|| prompt_in(&tokens(line)))
        .flatten()
}

/// Most lines are neither numbered nor short: they need no closer look.
fn may_be_prompt(line: &str) -> bool {
    opens_with_number(line)
        || (line.split_whitespace().nth(6).is_none() && line.contains(char::is_alphanumeric))
}

fn opens_with_number(line: &str) -> bool {
    let first = line.chars().find(|c| c.is_alphanumeric());
    matches!(first, Some('1'..='3'))
}

fn prompt_in(tokens: &[Token<'_>]) -> Option<Section> {
    let mut room = [""; 16];
    let words = first_words(tokens.iter(), &mut room);
    let numbered = words.first().is_some_and(|word| is_number(word));
    if !numbered && words.len() > PROMPT_WORDS_MAX {
        return None;
    }
    // Prose that mentions a best moment is no prompt: it has a number or is nothing else.
    let senses = [Sense::Best, Sense::Worst, Sense::Focus, Sense::Improvable];
    let named = |at| lexicon().longest(words, at, &senses, Languages::ALL);
    (0..words.len().min(LEADING_WORDS_MAX + 1))
        .find_map(named)
        .map(|mark| match mark.sense {
            Sense::Best => Section::Best,
            Sense::Worst => Section::Worst,
            _ => Section::Focus,
        })
}

fn is_number(word: &str) -> bool {
    matches!(word, "1" | "2" | "3")
}

/// What is known of our letters in the body.
struct Known<'a> {
    matched: &'a [Option<Match>],
    /// By the letters themselves, and not by what our templates always say.
    exactly: bool,
    letters: &'a [String],
}

fn apply_openings(
    lines: &[Line<'_>],
    known: &Known<'_>,
    openings: &[Option<Opening>],
    judged: &mut Judged,
) {
    let opens = |at: usize| openings.get(at).is_some_and(Option::is_some);
    let mut own_above = false;
    let mut at = 0;
    while at < lines.len() {
        let Some(opening) = openings.get(at).and_then(Option::as_ref) else {
            own_above = own_above || judged.verdicts.get(at) == Some(&Verdict::Own);
            at += 1;
            continue;
        };
        for verdict in judged.verdicts.iter_mut().skip(at).take(opening.lines) {
            *verdict = Verdict::INTRODUCTION;
        }
        if opening.own_octets > 0
            && let Some(before) = lines.get(at).and_then(|l| l.text.get(..opening.own_octets))
            && let Some(verdict) = judged.verdicts.get_mut(at)
        {
            *verdict = Verdict::Quoted {
                rest: None,
                before: Some(before.trim().to_owned()),
                introduces: true,
            };
            own_above = true;
        }
        let inner = lines.get(at).is_some_and(|line| line.depth > 0);
        at += opening.lines;
        let below =
            (at..lines.len()).find(|at| lines.get(*at).is_some_and(|line| !line.is_blank()));
        let marked_below = below
            .and_then(|at| lines.get(at))
            .is_some_and(|line| line.depth > 0);
        if marked_below || inner {
            continue;
        }
        // Nothing marks the quote below: it runs to the next opening, or to the end.
        let end = (at..lines.len())
            .find(|at| opens(*at))
            .unwrap_or(lines.len());
        cut(lines, known, judged, at..end, (own_above, opening.firm));
        at = end;
    }
}

/// Quotes the lines of a region that nothing marks, but for answers typed between lines that are
/// ours, or below the last one. Where our letter is known by its templates only, its own names and
/// words cannot be told from typed ones: then only what stands under a prompt is the sender's.
fn cut(
    lines: &[Line<'_>],
    known: &Known<'_>,
    judged: &mut Judged,
    region: std::ops::Range<usize>,
    (own_above, firm): (bool, bool),
) {
    let found = known.matched.get(region.clone()).unwrap_or_default();
    let lines = lines.get(region.clone()).unwrap_or_default();
    let first = found.iter().position(Option::is_some);
    let last = found.iter().rposition(Option::is_some);
    let verdicts = judged.verdicts.get_mut(region).unwrap_or_default();
    if first.is_none() && !own_above && !firm {
        // An attribution at the very top with the answer below it, and no quote at all.
        if verdicts.contains(&Verdict::Own) {
            judged.doubt = Some("lines kept below an attribution that marks no quote");
        }
        return;
    }
    let mut under_prompt = false;
    for (offset, ((line, found), verdict)) in lines.iter().zip(found).zip(verdicts).enumerate() {
        if found.is_some() {
            under_prompt = line.prompt().is_some();
        }
        let below_all = last.is_some_and(|last| offset > last) && !own_above;
        let typed = if known.exactly {
            first.is_some_and(|first| offset > first)
        } else {
            under_prompt || below_all
        };
        // Below what somebody wrote on top, "Yes" is one of the examples in the quoted letter.
        let example = || known.exactly && own_above && originals::is_ours(line, known.letters);
        if matches!(verdict, Verdict::Own) && (!typed || example()) {
            *verdict = Verdict::QUOTED;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(body: &str, originals: &[&str]) -> String {
        let mut lines: Vec<Line> = body.lines().map(Line::new).collect();
        let originals: Vec<String> = originals.iter().map(|o| (*o).to_owned()).collect();
        unmark(&mut lines, &originals);
        let verdicts = judge_lines(&lines, &originals).verdicts;
        let mut own = Vec::new();
        for (line, verdict) in lines.iter().zip(verdicts) {
            match verdict {
                Verdict::Own => own.push(line.text.to_owned()),
                Verdict::Quoted { rest, before, .. } => own.extend(before.into_iter().chain(rest)),
                Verdict::Blank => {}
            }
        }
        own.join("|")
    }

    const SENT: &str = "How was it? Reply, and put a few words under each line.\n\n1. Ana's best moment since you last met\n\n2. Ana's worst moment since you last met\n\nAny line can stay empty. If typing between the lines is awkward,\nwrite on top, with 1, 2, 3 or without.\n\nYes, but no notes\n";

    #[test]
    fn our_own_words_are_found_without_marks_and_however_wrapped() {
        let body = "On top\n\nFrom: Lunch <lunch@x.org>\nSent: 14 January 2027\nTo: Ben\n\nHow was it? Reply, and\nput a few words under each line.\n1. Ana's best moment since you last met\nThe demo.\n2. Ana's worst moment since you last met\nThe retro.\nAny line can stay empty. If typing between the lines is awkward, write on top, with 1, 2, 3 or without.\n";
        assert_eq!(own(body, &[SENT]), "On top|The demo.|The retro.");
    }

    #[test]
    fn an_example_of_ours_typed_by_the_sender_is_the_senders() {
        assert_eq!(
            own("Yes, but no notes\n\nBen", &[SENT]),
            "Yes, but no notes|Ben"
        );
    }

    #[test]
    fn words_behind_a_prompt_on_its_line_are_own() {
        let body = "> 1. Ana's best moment since you last met: the demo\n> 2. Ana's worst moment since you last met\nnone";
        assert_eq!(own(body, &[SENT]), "the demo|none");
    }

    #[test]
    fn attributions_in_many_languages_cut() {
        for line in [
            "On Thu, 14 Jan 2027 at 12:00, Ana <ana@x.org> wrote:",
            "On Thu, Jan 14, 2027 at 12:00 PM Ana via Lunch <\nlunch@x.org> wrote:",
            "Am 14.01.2027 um 12:00 schrieb Ana via Lunch:",
            "Ana <ana@x.org> schrieb am Do. 14. Jan. 2027 um 12:00:",
            "Le jeu. 14 janv. 2027 à 12:00, Ana <ana@x.org> a écrit\u{a0}:",
            "El jue, 14 ene 2027 a las 12:00, Ana (<ana@x.org>) escribió:",
            "Op do 14 jan 2027 om 12:00 schreef Ana <ana@x.org>:",
            "Il giorno gio 14 gen 2027 alle ore 12:00 Ana <ana@x.org> ha scritto:",
            "2027-01-14 12:00 GMT+01:00 Ana <ana@x.org>:",
            "14 января 2027 г., 12:00, Ana <ana@x.org> написал:",
            "---- On Thu, 14 Jan 2027 12:00:00 +0100 Ana <ana@x.org> wrote ----",
        ] {
            let body = format!("Gladly\n\n{line}\n\nquoted without a mark\nand more\n");
            assert_eq!(own(&body, &[]), "Gladly", "{line}");
        }
    }

    #[test]
    fn header_blocks_cut_and_prose_with_labels_does_not() {
        let body = "Gladly\n\n*Von:* Ana <ana@x.org>\n*Gesendet:* Donnerstag\n*An:* Ben\n*Betreff:* x\n\ntext";
        assert_eq!(own(body, &[]), "Gladly");
        let prose = "Date: Wednesday\nsuits me better";
        assert_eq!(own(prose, &[]), "Date: Wednesday|suits me better");
    }

    #[test]
    fn an_answer_below_an_attribution_without_marks_is_kept() {
        let body = "On 14 Jan 2027, Ana wrote:\n\nYes please";
        assert_eq!(own(body, &[]), "Yes please");
    }

    #[test]
    fn pieces_of_ours_that_one_mark_joins_are_not_typed() {
        for joint in [" ", " [...] ", " ... "] {
            let body = format!(
                "Rather not.\n\n> How was it? Reply, and put a few words under each line.{joint}write on top, with 1, 2, 3 or without.{joint}Yes, but no notes"
            );
            assert_eq!(own(&body, &[SENT]), "Rather not.", "{joint}");
        }
        let joined =
            "> 1. Ana's best moment since you last met write on top, with 1, 2, 3 or without.";
        assert_eq!(own(joined, &[SENT]), "");
        let typed = "> How was it? Reply, and put a few words under each line. It was fine";
        assert_eq!(own(typed, &[SENT]), "It was fine");
    }

    #[test]
    fn a_delimiter_in_a_quote_is_nothing_typed_inside() {
        let sent = "Ana reads yours on Sunday evening.\n\n-- \nOnly you and Ana read it.\nNobody else.\nNo reason needed.\n";
        let quote: Vec<String> = sent.lines().map(|line| format!("> {line}")).collect();
        let body = format!("Fine.\n\n{}", quote.join("\n"));
        let lines: Vec<Line> = body.lines().map(Line::new).collect();
        let judged = judge_lines(&lines, &[sent.to_owned()]);
        assert_eq!(judged.doubt, None);
        assert_eq!(own(&body, &[sent]), "Fine.");
    }
}
