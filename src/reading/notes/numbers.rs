//! Numbers: a series of them in front of lines, or inside a line, that stands for the prompts.

use crate::lunch::notes::Section;
use crate::reading::language::{Languages, Sense, lexicon};
use crate::reading::notes::heads::{Slot, Text};
use crate::reading::notes::lines::{self, Line, Numbered, Style};
use crate::reading::notes::scheme::Mark;

/// Numbers in front of lines, and those inside lines that go on the series.
pub(super) fn numbers(text: &Text<'_>, lines: &[Line<'_>]) -> Option<Vec<Mark>> {
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
        // "1. the demo 2. none": written as the number that began the line.
        let opener = items.first().and_then(|(_, n)| n.mark);
        let alike = close && opener.is_some() && opener == mark.and_then(|m| m.chars().next());
        let parted = before.is_none_or(|t| !t.is_word || opened || alike);
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
        let mark = Mark::new(start, text.text.len() - trimmed.len(), section);
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
        let start = text.start(if opened { at - 1 } else { at });
        let from = text.text.len() - rest.trim_start().len();
        let slot = section.map_or(Slot::Unplaced, Slot::Section);
        found.push(Mark::new(start, from, slot));
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
            marks.push(Mark::new(
                text.start(at),
                numbered.from,
                section.map_or(Slot::Unplaced, Slot::Section),
            ));
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
    // "3 helps: …" is headed besides.
    let heads = [
        Sense::Helps,
        Sense::Hinders,
        Sense::Best,
        Sense::Worst,
        Sense::Focus,
    ];
    let headed = first.ends_with(':') && heads.iter().any(|sense| lexicon().is(&word, *sense));
    // Two or three of something: most plurals end so.
    let plural = n.number > 1 && word.ends_with(['s', 'n', 'x'])
        || (n.number > 1 && first.starts_with(char::is_uppercase) && word.ends_with(['e', 'r']));
    let more = rest.split_whitespace().count() >= 3;
    let parted = before.ends_with([' ', '\t', '\u{a0}']);
    let slot = lines::section(n.number).map(Slot::Section)?;
    let told = headed || (!counted && !plural && more);
    (told && parted).then(|| of_number(line, &n, slot).loosely())
}

/// Numbered lines without a heading beside such with one: prompts too, if their number is free.
pub(super) fn unnamed(lines: &[Line<'_>], named: &[Mark]) -> Vec<Mark> {
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
    Mark::new(line.start, numbered.from, slot)
}
