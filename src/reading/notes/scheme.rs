//! The scheme of a text: which of the numbers, headings and signs in it are the writer's prompts.
//!
//! A text has one scheme: headings on their lines come before numbers, numbers before headings
//! inside sentences, those before signs. What stands beside the scheme, such as the numbers of a
//! list under a heading, opens nothing.

use crate::lunch::notes::Section;
use crate::reading::language::{Languages, Sense, lexicon};
use crate::reading::notes::heads::{How, Slot, Text};
use crate::reading::notes::lines::{self, Line, Numbered, Sign, Style};
use crate::reading::notes::spoken::{self, Spoken};

/// A place in a text where a prompt begins.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark {
    /// Where its heading begins, in octets.
    pub(super) at: usize,
    /// Where the words under it begin, in octets.
    pub(super) from: usize,
    pub(super) slot: Slot,
    /// Named "to improve", "tip".
    pub(super) improvable: bool,
    /// Named "helps" or "hinders", which stays in the note.
    pub(super) label: bool,
}

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Scheme {
    /// From left to right.
    pub(super) marks: Vec<Mark>,
    /// Whether prose alone named the prompts.
    pub(super) spoken: bool,
    /// Whether nothing but "helps:" and "hinders:" marks anything.
    pub(super) labelled: bool,
    /// Whether there is more than one set of notes, so that none can be told to be the partner's.
    pub(super) torn: bool,
}

/// The scheme of a text. Under a quoted prompt (`free` is false) only headings count.
pub(super) fn of(text: &Text<'_>, free: bool) -> Scheme {
    let lines = lines::lines(text);
    let mut blocks = blocks(text, &lines);
    let spoken = if free { spoken::find(text) } else { Vec::new() };
    let outside = |at: usize| {
        let block = blocks.iter().rev().find(|(start, _)| *start <= at);
        block.is_none_or(|(_, mine)| !mine)
    };
    let headed = headings(&lines, free, &outside);
    let mut scheme = Scheme {
        labelled: !headed.is_empty() && headed.iter().all(|mark| mark.label),
        ..Scheme::default()
    };
    if !headed.is_empty() {
        scheme.marks = headed;
        let signs = signs(&lines);
        let known: Vec<Slot> = scheme.marks.iter().map(|mark| mark.slot).collect();
        if !known
            .iter()
            .any(|slot| matches!(slot, Slot::Section(Section::Best | Section::Worst)))
        {
            scheme
                .marks
                .extend(signs.into_iter().filter(|sign| !known.contains(&sign.slot)));
        }
        if !known.contains(&FOCUS) && known.len() >= 2 {
            scheme.marks.extend(arrows(&lines));
        }
        beside(&spoken, &mut scheme.marks, &outside);
    } else if let Some(numbered) = numbers(text, &lines).filter(|_| free) {
        scheme.marks = numbered;
        helps(&lines, &mut scheme.marks);
    } else if free {
        scheme.marks = spoken::chosen(text, &spoken);
        scheme.marks.retain(|mark| outside(mark.at));
        scheme.spoken = !scheme.marks.is_empty();
        if scheme.marks.is_empty() {
            scheme.marks = signs(&lines);
        }
    }
    scheme.marks.sort_by_key(|mark| mark.at);
    if twice(&scheme.marks) {
        return Scheme {
            torn: true,
            ..Scheme::default()
        };
    }
    improvable(&mut scheme.marks);
    // What the partner says about the writer is nobody's note here.
    if scheme.marks.is_empty() {
        blocks.clear();
    }
    scheme.marks.extend(blocks.iter().map(|(start, _)| Mark {
        at: *start,
        from: *start,
        slot: Slot::Unplaced,
        improvable: false,
        label: false,
    }));
    scheme.marks.sort_by_key(|mark| mark.at);
    scheme
}

/// "Me about Jo:" and "Jo about me:" on lines of their own: where, and whether it is about me.
fn blocks(text: &Text<'_>, lines: &[Line<'_>]) -> Vec<(usize, bool)> {
    let mut found = Vec::new();
    for line in lines {
        let bare = line.text.trim_matches(|c: char| !c.is_alphanumeric());
        let head = bare.split([':', '–']).next().unwrap_or_default();
        let words = head.split_whitespace().count();
        if !(2..=7).contains(&words) {
            continue;
        }
        let head = Text::new(head);
        let holds = |sense| (0..head.tokens.len()).any(|at| head.find(at, &[sense]).is_some());
        let whole = line.text.trim().ends_with(':') || bare.len() == head.text.len();
        let labelled = whole || bare.contains(':');
        if labelled && holds(Sense::AboutMe) {
            found.push((line.start, true));
        } else if whole && line.text.contains(':') && holds(Sense::AboutThem) {
            found.push((line.start, false));
        }
    }
    // Words about the partner alone need no block.
    if !found.iter().any(|(_, mine)| *mine) {
        let first = found.first().copied();
        return first
            .into_iter()
            .filter(|_| !text.text.is_empty())
            .collect();
    }
    found
}

fn mark_of(line: &Line<'_>, free: bool) -> Option<(Mark, bool, bool)> {
    let (head, follow) = line.head?;
    let numbered = line.numbered;
    let section = head.section();
    let names_number = numbered.is_some_and(|n| lines::section(n.number) == section);
    let firm = follow.is_firm(&head);
    // "1. Best moment the demo": the number says that it is the heading.
    let formal = numbered.is_some()
        && names_number
        && head.words > 1
        && section != Some(Section::Focus)
        && !head.paired;
    let linked = follow.how == How::Linked && numbered.is_some() && names_number && !head.paired;
    if !(firm || formal || linked || line.set_off) {
        return None;
    }
    if !free && numbered.is_some() && !names_number {
        return None;
    }
    if head.labelled && (numbered.is_some() || !firm) {
        return None;
    }
    let kept = follow.unknown > 0 && section == Some(Section::Focus);
    let from = if head.labelled {
        line.start
    } else if kept {
        // "Focus on delegating: better": the goal is a part of what is said.
        follow.tail
    } else {
        follow.from
    };
    let mark = Mark {
        at: line.start,
        from,
        slot: head.slot,
        improvable: head.improvable,
        label: head.labelled,
    };
    Some((mark, head.paired, head.labelled))
}

/// The headings in front of lines.
fn headings(lines: &[Line<'_>], free: bool, outside: &dyn Fn(usize) -> bool) -> Vec<Mark> {
    let mut strong: Vec<Mark> = Vec::new();
    let mut paired: Vec<Mark> = Vec::new();
    let mut labelled: Vec<Mark> = Vec::new();
    let mut against = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        let Some((mark, weak, label)) = mark_of(line, free) else {
            continue;
        };
        if !outside(line.start) || is_greeting(lines, number) || signs_off(lines, number) {
            continue;
        }
        let section = line.numbered.and_then(|n| lines::section(n.number));
        let contradicts =
            line.numbered.is_some() && Slot::Section(section.unwrap_or(Section::Best)) != mark.slot;
        if contradicts {
            against.push((mark, weak));
        } else if label {
            labelled.push(mark);
        } else if weak {
            paired.push(mark);
        } else {
            strong.push(mark);
        }
    }
    // A name that its number contradicts counts where every number has a name.
    let numbered = lines.iter().filter(|line| line.numbered.is_some()).count();
    let named = against.iter().filter(|(_, weak)| !weak).count();
    if named >= 2 && named + strong.len() >= numbered {
        strong.extend(
            against
                .into_iter()
                .filter(|(_, weak)| !weak)
                .map(|(m, _)| m),
        );
    }
    strong.extend(bare(lines, &strong, outside));
    let mut slots: Vec<Slot> = paired.iter().map(|mark| mark.slot).collect();
    slots.sort_by_key(|slot| rank(*slot));
    slots.dedup();
    let has = |marks: &[Mark], slot: Slot| marks.iter().any(|mark| mark.slot == slot);
    let alone = |mark: &&Mark| {
        lines.iter().any(|line| {
            let how = line.head.map(|(_, follow)| follow.how);
            line.start == mark.at && how == Some(How::Alone)
        })
    };
    let mut focuses = strong.iter().filter(|m| m.slot == FOCUS);
    let first_focus = focuses.find(alone).map(|m| m.at);
    let others = strong.iter().any(|mark| mark.slot != FOCUS);
    let beside_strong: Vec<Mark> = paired
        .iter()
        .copied()
        .filter(|mark| !has(&strong, mark.slot))
        // Under "Focus:" good and bad may be parts of it.
        .filter(|mark| others || first_focus.is_none_or(|focus| mark.at < focus))
        .collect();
    if strong.is_empty() && slots.len() >= 2 {
        strong.clone_from(&paired);
    } else if !strong.is_empty() {
        strong.extend(beside_strong);
    }
    strong.sort_by_key(|mark| mark.at);
    // Numbers without a name beside numbers that have one.
    if strong.iter().any(|mark| {
        lines
            .iter()
            .any(|l| l.start == mark.at && l.numbered.is_some())
    }) && free
    {
        strong.extend(unnamed(lines, &strong));
        strong.sort_by_key(|mark| mark.at);
    }
    strong.extend(in_between(lines, &strong, &paired));
    strong.sort_by_key(|mark| mark.at);
    let listed = lines
        .iter()
        .any(|line| line.numbered.is_some_and(|n| n.mark.is_some()));
    if strong.is_empty() && listed {
        return strong; // labels inside numbered notes
    }
    for label in labelled {
        let above = strong.iter().rev().find(|mark| mark.at < label.at);
        if above.is_none_or(|mark| mark.slot != FOCUS) {
            strong.push(label);
            strong.sort_by_key(|mark| mark.at);
        }
    }
    strong
}

const FOCUS: Slot = Slot::Section(Section::Focus);

const fn rank(slot: Slot) -> u8 {
    match slot {
        Slot::Section(Section::Best) => 0,
        Slot::Section(Section::Worst) => 1,
        Slot::Section(Section::Focus) => 2,
        Slot::Achieved => 3,
        Slot::Unplaced => 4,
    }
}

/// Headings that no mark parts from the words behind them ("Best the demo"), where at least two
/// lines have such ones.
fn bare(lines: &[Line<'_>], strong: &[Mark], outside: &dyn Fn(usize) -> bool) -> Vec<Mark> {
    let mut found: Vec<Mark> = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        let Some((head, follow)) = line.head else {
            continue;
        };
        let loose = follow.how != How::Alone;
        let taken = strong.iter().any(|mark| mark.at == line.start);
        if !loose || taken || head.paired || head.labelled || line.numbered.is_some() {
            continue;
        }
        if !outside(line.start) || is_greeting(lines, number) {
            continue;
        }
        found.push(Mark {
            at: line.start,
            from: if follow.how == How::Bare || follow.unknown == 0 {
                follow.from
            } else {
                follow.tail
            },
            slot: head.slot,
            improvable: head.improvable,
            label: false,
        });
    }
    let all = || found.iter().chain(strong).map(|mark| mark.slot);
    let each_once = found
        .iter()
        .all(|mark| all().filter(|slot| *slot == mark.slot).count() == 1);
    let main = all().any(|s| s == Slot::Section(Section::Best))
        && all().any(|s| s == Slot::Section(Section::Worst));
    if found.is_empty() || !each_once || !main {
        return Vec::new();
    }
    found
}

/// Longest label of a line that heads it in words of the writer's own.
const LABEL_WORDS_MAX: usize = 5;

/// Three labelled lines, some of whose labels are headings in their place: the others are headings
/// too, whatever they are called ("Bravo: … Ouch: … Focus: …").
fn in_between(lines: &[Line<'_>], strong: &[Mark], paired: &[Mark]) -> Vec<Mark> {
    let filled: Vec<&Line<'_>> = lines
        .iter()
        .filter(|line| !line.text.trim().is_empty())
        .collect();
    let labels: Vec<(&Line<'_>, usize)> = filled
        .iter()
        .filter_map(|line| Some((*line, label_end(line.text)?)))
        .collect();
    let apart = filled.len() - labels.len();
    if labels.len() != 3 || apart > 3 {
        return Vec::new();
    }
    let known = |line: &Line<'_>| {
        let all = strong.iter().chain(paired);
        all.into_iter().find(|mark| mark.at == line.start)
    };
    let in_place = labels.iter().zip(Section::ALL).all(|((line, _), section)| {
        known(line).is_none_or(|mark| mark.slot == Slot::Section(section) && !mark.label)
    });
    let some = labels.iter().any(|(line, _)| known(line).is_some());
    if !(in_place && some) {
        return Vec::new();
    }
    labels
        .iter()
        .zip(Section::ALL)
        .filter(|((line, _), _)| !strong.iter().any(|mark| mark.at == line.start))
        .map(|((line, end), section)| Mark {
            at: line.start,
            from: line.start + end,
            slot: Slot::Section(section),
            improvable: false,
            label: false,
        })
        .collect()
}

/// The octet behind a short label and its colon.
fn label_end(line: &str) -> Option<usize> {
    let (label, rest) = line.split_once(':')?;
    let words = label.split_whitespace().count();
    let plain = !label.contains(['.', '!', ';', ',', '(']);
    let fits = (1..=LABEL_WORDS_MAX).contains(&words) && plain && !rest.trim().is_empty();
    let trimmed = rest.trim_start_matches([' ', '*', '_', '\t', '\u{a0}']);
    fits.then(|| line.len() - trimmed.len())
}

/// "Beste Ana:" on the first line.
fn is_greeting(lines: &[Line<'_>], at: usize) -> bool {
    let above = lines.get(..at).unwrap_or_default();
    let Some(line) = lines.get(at) else {
        return false;
    };
    let words: Vec<&str> = line.text.split_whitespace().collect();
    let opens = words.first().is_some_and(|word| {
        let word = crate::reading::phrase::fold(word.trim_end_matches([',', ':']));
        lexicon().is(&word, Sense::Greeting)
    });
    let capital = words
        .get(1)
        .is_some_and(|word| word.starts_with(char::is_uppercase));
    above.iter().all(|line| line.text.trim().is_empty())
        && opens
        && (2..=3).contains(&words.len())
        && capital
        && line.text.trim_end().ends_with([':', ',', '!'])
}

/// "Best" above a name, at the end.
fn signs_off(lines: &[Line<'_>], at: usize) -> bool {
    let Some(line) = lines.get(at) else {
        return false;
    };
    let plain = line.text.trim().trim_end_matches([',', '!', '.']);
    let below = lines.get(at + 1..).unwrap_or_default();
    let words: usize = below
        .iter()
        .map(|line| line.text.split_whitespace().count())
        .sum();
    let folded = crate::reading::phrase::fold(plain);
    at > 0
        && words <= 3
        && words > 0
        && plain.len() == line.text.trim().len()
        && below.len() <= 2
        && lexicon().is(&folded, Sense::SignOff)
}

/// Numbered lines without a heading beside such with one: prompts too, if their number is free.
fn unnamed(lines: &[Line<'_>], named: &[Mark]) -> Vec<Mark> {
    let mut found: Vec<Mark> = Vec::new();
    for line in lines {
        let Some(numbered) = line.numbered.filter(|n| n.mark.is_some()) else {
            continue;
        };
        let Some(section) = lines::section(numbered.number) else {
            continue;
        };
        let slot = Slot::Section(section);
        if named
            .iter()
            .any(|mark| mark.slot == slot || mark.at == line.start)
        {
            continue;
        }
        if found.iter().any(|mark| mark.slot == slot) {
            return Vec::new(); // a list inside
        }
        found.push(of_number(line, &numbered, slot));
    }
    found
}

fn of_number(line: &Line<'_>, numbered: &Numbered, slot: Slot) -> Mark {
    Mark {
        at: line.start,
        from: numbered.from,
        slot,
        improvable: false,
        label: false,
    }
}

/// "Helps:" below numbered prompts that lack the third.
fn helps(lines: &[Line<'_>], marks: &mut Vec<Mark>) {
    if marks.iter().any(|mark| mark.slot == FOCUS) {
        return;
    }
    let label = lines.iter().find_map(|line| {
        let (mark, _, label) = mark_of(line, true)?;
        (label && line.numbered.is_none()).then_some(mark)
    });
    marks.extend(label);
}

/// Numbers in front of lines, and those inside lines that go on the series.
fn numbers(text: &Text<'_>, lines: &[Line<'_>]) -> Option<Vec<Mark>> {
    for style in [Style::Digit, Style::Ordinal, Style::Roman, Style::Letter] {
        let items: Vec<(&Line<'_>, Numbered)> = lines
            .iter()
            .filter_map(|line| Some((line, line.numbered?)))
            .filter(|(_, numbered)| numbered.style == style)
            .collect();
        if let Some(marks) = series(text, lines, items, style) {
            return Some(marks);
        }
    }
    let inside = inside_ordinals(text);
    (inside.len() >= 2).then_some(inside)
}

fn series(
    text: &Text<'_>,
    lines: &[Line<'_>],
    mut items: Vec<(&Line<'_>, Numbered)>,
    style: Style,
) -> Option<Vec<Mark>> {
    let distinct = |items: &[(&Line<'_>, Numbered)]| {
        let mut numbers: Vec<usize> = items.iter().map(|(_, n)| n.number).collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers.len()
    };
    if items.is_empty() {
        return None;
    }
    // Markdown numbers every line with 1.
    if items.len() == 3
        && items
            .iter()
            .all(|(_, n)| n.number == 1 && n.mark == Some('.'))
    {
        let slots = Section::ALL.map(Slot::Section);
        let marks = items.iter().zip(slots);
        return Some(
            marks
                .map(|((line, n), slot)| of_number(line, n, slot))
                .collect(),
        );
    }
    // A blank parts number and words only where another number stands beside it.
    if distinct(&items) < 2 {
        items.retain(|(_, n)| n.mark.is_some());
    }
    if distinct(&items) < items.len() {
        items = without_lists(lines, items)?;
    }
    if items.iter().any(|(_, n)| n.number > 4) {
        return None;
    }
    let mut marks: Vec<Mark> = items
        .iter()
        .map(|(line, n)| {
            let slot = lines::section(n.number).map_or(Slot::Unplaced, Slot::Section);
            of_number(line, n, slot)
        })
        .collect();
    if style == Style::Digit {
        marks.extend(inside_digits(text, lines, &items));
        if marks.is_empty() {
            marks.extend(single(text, lines));
        }
        let placed = marks.iter().any(|mark| mark.slot != Slot::Unplaced);
        return placed.then_some(marks);
    }
    if style == Style::Letter && marks.len() < 3 {
        marks.extend(inside_letters(text, marks.len()));
        return (marks.len() == 3).then_some(marks);
    }
    if style == Style::Ordinal && marks.len() < 3 {
        let inside = inside_ordinals(text);
        if inside.len() > marks.len() {
            return Some(inside);
        }
    }
    (distinct(&items) >= 2).then_some(marks)
}

/// Of numbers that come twice those that stand outermost: a list inside a note has its own.
fn without_lists<'l, 't>(
    lines: &[Line<'_>],
    items: Vec<(&'l Line<'t>, Numbered)>,
) -> Option<Vec<(&'l Line<'t>, Numbered)>> {
    let distinct = |items: &[(&Line<'_>, Numbered)]| {
        let mut numbers: Vec<usize> = items.iter().map(|(_, n)| n.number).collect();
        numbers.sort_unstable();
        let all = numbers.len();
        numbers.dedup();
        numbers.len() == all && all >= 2
    };
    let indent = items.iter().map(|(line, _)| line.indent()).min()?;
    let outer: Vec<_> = items
        .iter()
        .copied()
        .filter(|(line, _)| line.indent() == indent)
        .collect();
    if distinct(&outer) {
        return Some(outer);
    }
    let mark = outer.first()?.1.mark;
    let alike: Vec<_> = outer
        .iter()
        .copied()
        .filter(|(_, n)| n.mark == mark)
        .collect();
    if distinct(&alike) {
        return Some(alike);
    }
    let apart: Vec<_> = outer
        .iter()
        .copied()
        .filter(|(line, _)| line.blank_above)
        .collect();
    if distinct(&apart) {
        return Some(apart);
    }
    // "1. … 1. … 2. … 3. …": two of one prompt, unless a line announces a list.
    let numbers: Vec<usize> = outer.iter().map(|(_, n)| n.number).collect();
    let announced = lines.iter().zip(lines.iter().skip(1)).any(|(above, line)| {
        above.text.trim_end().ends_with(':')
            && outer.iter().any(|(item, _)| item.start == line.start)
    });
    (numbers.is_sorted() && numbers.first() != numbers.last() && !announced).then_some(outer)
}

/// `1. calm 2. late 3. goal` in one line, or the rest of a series that began in front of a line.
fn inside_digits(
    text: &Text<'_>,
    lines: &[Line<'_>],
    items: &[(&Line<'_>, Numbered)],
) -> Vec<Mark> {
    let known: Vec<usize> = items.iter().map(|(_, n)| n.number).collect();
    let line_starts: Vec<usize> = lines.iter().map(|line| line.start).collect();
    let mut found: Vec<(usize, Mark, bool)> = Vec::new();
    let mut expected = known.first().map_or(1, |first| first + 1);
    if known.first().is_some_and(|first| *first != 1) {
        return Vec::new();
    }
    for at in 0..text.tokens.len() {
        let Some(number) = text.word(at).and_then(|w| w.parse::<usize>().ok()) else {
            continue;
        };
        if number != expected || number > 3 {
            continue;
        }
        if let Some((line, _)) = items.iter().find(|(_, n)| n.number == number) {
            let reached =
                line_starts.binary_search(&line.start).is_ok() && text.start(at) >= line.start;
            if reached {
                expected += 1;
            }
            continue;
        }
        let close = text.token(at).is_some_and(|t| text.start(at + 1) == t.end);
        let mark = text.mark(at + 1);
        let marked = (close && matches!(mark, Some("." | ")" | ":" | "/")))
            || matches!(mark, Some("-" | "–" | "—" | "=" | ":") if !text.is_hyphen(at + 1));
        let before = at.checked_sub(1).and_then(|at| text.token(at));
        let opened = before.is_some_and(|t| matches!(&*t.text, "(" | "#" | "["));
        let parted = before.is_none_or(|t| !t.is_word || opened);
        let counts = at
            .checked_sub(1)
            .and_then(|at| text.word(at))
            .is_some_and(|word| lexicon().is(word, Sense::Numbering));
        let bare = mark.is_none() && text.word(at + 1).is_some();
        if counts || !(marked || (bare && (known.is_empty() || opened))) {
            continue;
        }
        let start = if opened {
            text.start(at - 1)
        } else {
            text.start(at)
        };
        let end = text
            .token(at + usize::from(marked))
            .map_or(start, |t| t.end);
        let rest = text.text.get(end..).unwrap_or_default();
        let trimmed = rest.trim_start_matches([' ', ')', '.', ':', '-', '–', '—', '*', '/', ']']);
        let section = lines::section(number).map_or(Slot::Unplaced, Slot::Section);
        let mark = Mark {
            at: start,
            from: text.text.len() - trimmed.len(),
            slot: section,
            improvable: false,
            label: false,
        };
        found.push((number, mark, marked && parted));
        expected += 1;
    }
    // One number inside a sentence may be anything; all three in their order are the prompts.
    let all = known.len() + found.len() >= 3;
    let plain = found.iter().all(|(_, _, sure)| *sure);
    let begun = !known.is_empty()
        || found.first().is_some_and(|(_, mark, _)| {
            text.text
                .get(..mark.at)
                .is_some_and(|before| before.trim().is_empty())
        });
    let enough = all || (plain && known.len() + found.len() >= 2);
    if !(enough && (begun || (all && plain))) {
        return Vec::new();
    }
    found.into_iter().map(|(_, mark, _)| mark).collect()
}

/// `a) calm b) late c) goal` in one line, behind the letters that began lines.
fn inside_letters(text: &Text<'_>, known: usize) -> Vec<Mark> {
    let mut found = Vec::new();
    for at in 1..text.tokens.len() {
        let expected = known + found.len();
        let letter = ["a", "b", "c"].get(expected);
        let marked = text.mark(at + 1) == Some(")")
            && text.token(at).map(|t| t.end) == Some(text.start(at + 1));
        if letter.is_none_or(|letter| text.word(at) != Some(letter)) || !marked {
            continue;
        }
        let opened = text.mark(at - 1) == Some("(");
        let end = text.token(at + 1).map_or(text.text.len(), |t| t.end);
        let rest = text.text.get(end..).unwrap_or_default();
        let section = lines::section(expected + 1);
        found.push(Mark {
            at: text.start(if opened { at - 1 } else { at }),
            from: text.text.len() - rest.trim_start().len(),
            slot: section.map_or(Slot::Unplaced, Slot::Section),
            improvable: false,
            label: false,
        });
    }
    found
}

/// "First, he … Second, he …" inside one paragraph.
fn inside_ordinals(text: &Text<'_>) -> Vec<Mark> {
    let mut marks: Vec<Mark> = Vec::new();
    for at in 0..text.tokens.len() {
        if !text.opens_sentence(at) {
            continue;
        }
        let Some(numbered) = lines::ordinal(text, at, text.tokens.len()) else {
            continue;
        };
        let expected = lines::section(marks.len() + 1);
        let section = lines::section(numbered.number);
        if numbered.mark.is_some() && section == expected && section.is_some() {
            marks.push(Mark {
                at: text.start(at),
                from: numbered.from,
                slot: section.map_or(Slot::Unplaced, Slot::Section),
                improvable: false,
                label: false,
            });
        }
    }
    marks
}

/// A single line "1 fixed the printer": a number that counts nothing.
fn single(text: &Text<'_>, lines: &[Line<'_>]) -> Option<Mark> {
    let mut numbered = lines
        .iter()
        .filter_map(|line| Some((line, line.numbered?)))
        .filter(|(_, n)| n.style == Style::Digit);
    let (line, n) = numbered.next()?;
    let above = text.text.get(..line.start)?;
    if numbered.next().is_some() || !above.trim().is_empty() {
        return None;
    }
    let rest = text.text.get(n.from..)?;
    let before = text.text.get(..n.from)?;
    let first = rest.split_whitespace().next()?;
    let word = crate::reading::phrase::fold(first.trim_matches(|c: char| !c.is_alphanumeric()));
    let units = [
        Sense::Counted,
        Sense::Day,
        Sense::Week,
        Sense::MonthUnit,
        Sense::Year,
        Sense::Hour,
        Sense::Minute,
    ];
    let counted = lexicon()
        .longest(&[&word], 0, &units, Languages::ALL)
        .is_some()
        || lexicon().month(&word).is_some()
        || word.chars().any(|c| c.is_ascii_digit());
    // Two or three of something: most plurals end so.
    let plural = n.number > 1 && word.ends_with(['s', 'n', 'x'])
        || (n.number > 1 && first.starts_with(char::is_uppercase) && word.ends_with(['e', 'r']));
    let more = rest.split_whitespace().count() >= 3;
    let parted = before.ends_with([' ', '\t', '\u{a0}']);
    let slot = lines::section(n.number).map(Slot::Section)?;
    (!counted && !plural && more && parted).then(|| of_number(line, &n, slot))
}

/// `+ calm`, `- late`, `=> slides`: signs in front of lines, where some praise and some do not.
fn signs(lines: &[Line<'_>]) -> Vec<Mark> {
    let count = |wanted: Sign| {
        let signs = lines.iter().filter_map(|line| line.sign);
        signs.filter(|(sign, _)| *sign == wanted).count()
    };
    if count(Sign::Plus) == 0 || count(Sign::Minus) == 0 {
        return Vec::new();
    }
    let slot = |sign| match sign {
        Sign::Plus => Slot::Section(Section::Best),
        Sign::Minus => Slot::Section(Section::Worst),
        Sign::Other => FOCUS,
    };
    lines
        .iter()
        .filter_map(|line| {
            let (sign, from) = line.sign?;
            Some(Mark {
                at: line.start,
                from,
                slot: slot(sign),
                improvable: false,
                label: false,
            })
        })
        .collect()
}

/// Lines that begin with an arrow, below such as are headed.
fn arrows(lines: &[Line<'_>]) -> Vec<Mark> {
    lines
        .iter()
        .filter(|line| {
            let bare = line.text.trim_start();
            ["→", "⇒", "=>", "->", "➜", "➔", "➡"]
                .iter()
                .any(|arrow| bare.starts_with(arrow))
        })
        .filter_map(|line| {
            let (_, from) = line.sign.or_else(|| {
                let bare = line.text.trim_start_matches([' ', '➡', '\u{fe0f}']);
                Some((Sign::Other, line.start + line.text.len() - bare.len()))
            })?;
            Some(Mark {
                at: line.start,
                from,
                slot: FOCUS,
                improvable: false,
                label: false,
            })
        })
        .collect()
}

/// Headings inside sentences for the sections that no line is headed with.
fn beside(spoken: &[Spoken], marks: &mut Vec<Mark>, outside: &dyn Fn(usize) -> bool) {
    for candidate in spoken.iter().filter(|c| c.is_sure() && outside(c.mark.at)) {
        let known = marks.iter().any(|mark| mark.slot == candidate.mark.slot);
        let in_heading = marks
            .iter()
            .any(|mark| mark.at <= candidate.mark.at && candidate.mark.at < mark.from);
        if !known && !in_heading {
            marks.push(candidate.mark);
        }
    }
}

/// Whether there are two sets: at least two sections come again after others came between.
fn twice(marks: &[Mark]) -> bool {
    let mut order: Vec<Slot> = marks
        .iter()
        .map(|mark| mark.slot)
        .filter(|slot| matches!(slot, Slot::Section(_)))
        .collect();
    order.dedup();
    let again = Section::ALL
        .into_iter()
        .filter(|section| {
            order
                .iter()
                .filter(|s| **s == Slot::Section(*section))
                .count()
                > 1
        })
        .count();
    again >= 2
}

/// "Top, tip, goal": where there is no worst, what is to improve is it, if a goal stands beside.
fn improvable(marks: &mut [Mark]) {
    let worst = Slot::Section(Section::Worst);
    let has_worst = marks.iter().any(|mark| mark.slot == worst);
    let goal = marks
        .iter()
        .any(|mark| mark.slot == FOCUS && !mark.improvable);
    let best = marks
        .iter()
        .any(|mark| mark.slot == Slot::Section(Section::Best));
    if has_worst || !goal || !best {
        return;
    }
    for mark in marks.iter_mut().filter(|mark| mark.improvable) {
        mark.slot = worst;
    }
}
