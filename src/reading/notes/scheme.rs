//! The scheme of a text: which of the numbers, headings and signs in it are the writer's prompts.
//!
//! A text has one scheme: headings on their lines come before numbers, numbers before headings
//! inside sentences, those before signs. What stands beside the scheme, such as the numbers of a
//! list under a heading, opens nothing.

use crate::lunch::notes::Section;
use crate::reading::language::{Sense, lexicon};
use crate::reading::notes::heads::{How, Slot, Text};
use crate::reading::notes::lines::{self, Line};
use crate::reading::notes::numbers::{numbers, unnamed};
use crate::reading::notes::signs::{arrows, signs};
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
    /// Too weak a sign where the letter that is answered asked for no notes.
    pub(super) loose: bool,
}

impl Mark {
    pub(super) const fn new(at: usize, from: usize, slot: Slot) -> Self {
        Self {
            at,
            from,
            slot,
            improvable: false,
            label: false,
            loose: false,
        }
    }

    pub(super) const fn loosely(mut self) -> Self {
        self.loose = true;
        self
    }
}

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Scheme {
    /// From left to right.
    pub(super) marks: Vec<Mark>,
    /// Whether only prose, signs or a bare number named the prompts.
    pub(super) loose: bool,
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
    } else if let Some(numbered) =
        numbers(text, &lines).filter(|numbered| free && !announced(&spoken, numbered))
    {
        scheme.marks = numbered;
        helps(&lines, &mut scheme.marks);
    } else if free {
        scheme.marks = spoken::chosen(text, &spoken);
        scheme.marks.retain(|mark| outside(mark.at));
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
    scheme.loose = scheme.marks.iter().all(|mark| mark.loose);
    // What the partner says about the writer is nobody's note here.
    if scheme.marks.is_empty() {
        blocks.clear();
    }
    scheme.marks.extend(
        blocks
            .iter()
            .map(|(start, _)| Mark::new(*start, *start, Slot::Unplaced)),
    );
    scheme.marks.sort_by_key(|mark| mark.at);
    scheme
}

/// Whether a text counts from one to three, each number once and in front of a line, the first in
/// front of all.
pub(super) fn counts_through(text: &Text<'_>) -> bool {
    let lines = lines::lines(text);
    let first = lines.iter().find(|line| !line.text.trim().is_empty());
    let marked = lines.iter().filter_map(|line| line.numbered);
    let counted: Vec<usize> = marked
        .filter(|numbered| numbered.mark.is_some())
        .map(|numbered| numbered.number)
        .collect();
    counted == [1, 2, 3] && first.is_some_and(|line| line.numbered.is_some())
}

/// "The best was the demo, for three reasons: 1. …": a list below a heading that was spoken.
fn announced(spoken: &[Spoken], numbered: &[Mark]) -> bool {
    let first = numbered.iter().map(|mark| mark.at).min();
    let mut sure = spoken.iter().filter(|c| c.is_sure());
    sure.any(|c| first.is_some_and(|first| c.mark.at < first))
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
        loose: false,
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
        strong = paired.iter().copied().map(Mark::loosely).collect();
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
    let marked = lines
        .iter()
        .any(|line| line.numbered.is_some_and(|n| n.mark.is_some()));
    let counted: Vec<usize> = lines
        .iter()
        .filter_map(|line| line.numbered)
        .map(|n| n.number)
        .collect();
    let listed = marked || (counted.len() > 1 && counted.is_sorted_by(|one, next| one < next));
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

/// The third prompt.
pub(super) const FOCUS: Slot = Slot::Section(Section::Focus);

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
            loose: true,
        });
    }
    without_shared_labels(lines, &mut found);
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

/// "Best momment: …" and "Worst momment: …": what stands alike between heading and mark on two
/// lines belongs to the headings, whatever it is.
fn without_shared_labels(lines: &[Line<'_>], found: &mut [Mark]) {
    let labels: Vec<Option<(String, usize)>> = found
        .iter()
        .map(|mark| {
            let line = lines.iter().find(|line| line.start == mark.at)?;
            let (_, follow) = line.head.filter(|(_, follow)| follow.unknown > 0)?;
            let from = follow.tail.checked_sub(line.start)?;
            let label = line.text.get(from..)?.split(':').next()?;
            let marked = follow.how == How::Marked;
            marked.then(|| (crate::reading::phrase::fold(label.trim()), follow.from))
        })
        .collect();
    for (at, mark) in found.iter_mut().enumerate() {
        let Some(Some((label, from))) = labels.get(at) else {
            continue;
        };
        let shared = labels.iter().enumerate().any(|(other, found)| {
            let other_label = found.as_ref().map(|(label, _)| label);
            other != at && other_label == Some(label)
        });
        if shared {
            mark.from = *from;
        }
    }
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
        .map(|((line, end), section)| {
            Mark::new(line.start, line.start + end, Slot::Section(section)).loosely()
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
