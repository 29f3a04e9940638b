//! Headings inside sentences: "the best bit was …; what I'd flag is …; for the goal …".
//!
//! One such word in a sentence says nothing about the rest. So at least two sections must be named,
//! or the text begins with one, and then only that sentence is under it.

use crate::lunch::notes::Section;
use crate::reading::language::{Sense, lexicon};
use crate::reading::notes::heads::{Follow, Head, How, Slot, Text};
use crate::reading::notes::scheme::Mark;

/// Most words and marks that are looked at.
const TOKENS_MAX: usize = 4_000;
/// A text with fewer marks of punctuation than one in so many words was dictated.
const DICTATED_WORDS: usize = 18;
/// Most words in front of a spoken heading that belong to it.
const LEADS_MAX: usize = 5;

/// Longest greeting in front of a heading, in words.
const GREETING_WORDS_MAX: usize = 12;

/// A heading inside a sentence.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spoken {
    pub(super) mark: Mark,
    how: How,
    paired: bool,
    /// Nothing of its own stands between the heading and its mark.
    plain: bool,
    /// Begins a sentence.
    opens: bool,
    /// Stands behind a mark of punctuation.
    parted: bool,
    words: usize,
}

impl Spoken {
    fn section(&self) -> Option<Section> {
        match self.mark.slot {
            Slot::Section(section) => Some(section),
            _ => None,
        }
    }

    /// A heading with its mark or linking word, at the beginning of a sentence.
    pub(super) fn is_sure(&self) -> bool {
        let marked = match self.how {
            How::Linked => self.opens,
            How::Dashed | How::Marked => self.opens || self.parted,
            How::Alone | How::Comma | How::Bare => false,
        };
        marked && self.plain && !self.paired
    }
}

/// All that may be headings.
pub(super) fn find(text: &Text<'_>) -> Vec<Spoken> {
    let dictated = is_dictated(text);
    let mut found: Vec<Spoken> = Vec::new();
    let mut at = 0;
    while at < text.tokens.len().min(TOKENS_MAX) {
        let begins = dictated || text.opens_clause(at);
        if !begins || text.word(at).is_none() {
            at += 1;
            continue;
        }
        let head = if dictated {
            Head::led(text, at).filter(|head| head.first == at)
        } else {
            Head::led(text, at)
        };
        let Some(head) = head.filter(|head| !head.labelled) else {
            at += 1;
            continue;
        };
        found.push(candidate(text, &head, at, dictated));
        at = head.end.max(at + 1);
    }
    found
}

fn candidate(text: &Text<'_>, head: &Head, at: usize, dictated: bool) -> Spoken {
    let follow = Follow::of(text, head);
    let mut first = at;
    if dictated {
        let leads = |at: usize| {
            text.word(at).is_some_and(|word| {
                lexicon().is(word, Sense::HeadingLead) || lexicon().is(word, Sense::Connecting)
            })
        };
        while first > 0 && at - first < LEADS_MAX && leads(first - 1) {
            first -= 1;
        }
    }
    // "Focus on asking: …": what the focus is on belongs to what is said.
    let goal = head.slot == Slot::Section(Section::Focus) && follow.unknown > 0;
    let from = match follow.how {
        How::Bare if !dictated && head.slot == Slot::Section(Section::Focus) => {
            text.start(head.first)
        }
        _ if goal => follow.tail,
        _ => follow.from,
    };
    Spoken {
        mark: Mark {
            at: text.start(first),
            from,
            slot: head.slot,
            improvable: head.improvable,
            label: false,
            loose: true,
        },
        how: follow.how,
        paired: head.paired,
        plain: follow.unknown == 0,
        opens: text.opens_sentence(first),
        parted: at.checked_sub(1).is_none_or(|at| text.mark(at).is_some()),
        words: head.words,
    }
}

/// Hardly any punctuation: spoken into a phone.
fn is_dictated(text: &Text<'_>) -> bool {
    let words = text.tokens.iter().filter(|t| t.is_word).count();
    let marks = text
        .tokens
        .iter()
        .filter(|t| {
            matches!(
                &*t.text,
                "." | "," | ";" | ":" | "!" | "?" | "\n" | "–" | "—"
            )
        })
        .count();
    words >= 8 && marks * DICTATED_WORDS < words
}

/// Those that are taken.
pub(super) fn chosen(text: &Text<'_>, found: &[Spoken]) -> Vec<Mark> {
    let dictated = is_dictated(text);
    let mut taken: Vec<Spoken> = found
        .iter()
        .filter(|c| c.plain && !c.paired && linked(c, dictated))
        .copied()
        .collect();
    let slots = |taken: &[Spoken]| {
        let mut slots: Vec<Section> = taken.iter().filter_map(Spoken::section).collect();
        slots.sort_unstable();
        slots.dedup();
        slots.len()
    };
    let has = |taken: &[Spoken], c: &Spoken| taken.iter().any(|t| t.mark.slot == c.mark.slot);
    // Those that count beside others: "Good: … Bad: …".
    let pairs: Vec<Spoken> = found
        .iter()
        .filter(|c| c.paired && c.plain && matches!(c.how, How::Marked) && c.opens)
        .filter(|c| !has(&taken, c))
        .copied()
        .collect();
    if slots(&taken) >= 1 || slots(&pairs) >= 2 {
        taken.extend(pairs);
    }
    // "The worst, all the weeks before": a comma, where something else is linked or marked.
    let commas: Vec<Spoken> = found
        .iter()
        .filter(|c| c.how == How::Comma && c.plain && c.opens && !has(&taken, c))
        .copied()
        .collect();
    let strong = commas.iter().any(|c| !c.paired);
    if slots(&taken) >= 1 {
        taken.extend(commas.into_iter().filter(|c| !c.paired));
    } else if strong && slots(&commas) >= 2 {
        taken.extend(commas);
    }
    taken.sort_by_key(|c| c.mark.at);
    if dictated {
        taken.extend(run_together(found, &taken));
        taken.sort_by_key(|c| c.mark.at);
    }
    if slots(&taken) >= 2 {
        let last = taken.last().map_or(0, |c| c.mark.at);
        if !taken.iter().any(|c| c.section() == Some(Section::Focus)) {
            taken.extend(goal_behind(text, found, last));
        }
        let mut marks: Vec<Mark> = taken.iter().map(|c| c.mark).collect();
        marks.extend(end_of_prose(text, &marks));
        return marks;
    }
    alone(text, &taken)
}

fn linked(candidate: &Spoken, dictated: bool) -> bool {
    match candidate.how {
        How::Linked => true,
        How::Marked => candidate.opens || candidate.parted || candidate.words > 1,
        How::Dashed => candidate.opens && !dictated,
        How::Alone | How::Comma | How::Bare => false,
    }
}

/// In dictation the rest of the three may follow without a link: each once, in their order.
fn run_together(found: &[Spoken], taken: &[Spoken]) -> Vec<Spoken> {
    let of = |section: Section| -> Vec<&Spoken> {
        let all = found.iter().filter(|c| c.section() == Some(section));
        all.filter(|c| !c.paired && c.plain).collect()
    };
    let mut all: Vec<(usize, Option<Spoken>)> = Vec::new();
    for section in Section::ALL {
        if let Some(known) = taken.iter().find(|c| c.section() == Some(section)) {
            all.push((known.mark.at, None));
            continue;
        }
        let candidates = of(section);
        let [only] = candidates.as_slice() else {
            return Vec::new();
        };
        all.push((only.mark.at, Some(**only)));
    }
    let ordered = all.is_sorted_by_key(|(at, _)| *at);
    if taken.is_empty() || !ordered {
        return Vec::new();
    }
    all.into_iter().filter_map(|(_, c)| c).collect()
}

/// Behind best and worst, a sentence that begins with the goal.
fn goal_behind(text: &Text<'_>, found: &[Spoken], last: usize) -> Option<Spoken> {
    let named = found.iter().find(|c| {
        let focus = c.section() == Some(Section::Focus);
        focus && c.mark.at > last && c.opens && (!c.paired || c.words > 1)
    });
    if let Some(named) = named {
        return Some(*named);
    }
    (0..text.tokens.len().min(TOKENS_MAX))
        .filter(|at| text.start(*at) > last && text.opens_sentence(*at))
        .find(|at| {
            let joined = text
                .word(*at)
                .is_some_and(|w| lexicon().is(w, Sense::Connecting));
            let regards = |at| text.find(at, &[Sense::Regarding]).is_some();
            regards(*at) || (joined && regards(at + 1))
        })
        .map(|at| Spoken {
            mark: Mark::new(
                text.start(at),
                text.start(at),
                Slot::Section(Section::Focus),
            )
            .loosely(),
            how: How::Bare,
            paired: false,
            plain: true,
            opens: true,
            parted: true,
            words: 1,
        })
}

/// What is said in prose ends with its paragraph; where best and worst had paragraphs of their own,
/// and one is left, that is the focus.
fn end_of_prose(text: &Text<'_>, marks: &[Mark]) -> Option<Mark> {
    let last = marks.last()?;
    let rest = text.text.get(last.from..)?;
    let end = rest.find("\n\n").map(|end| last.from + end)?;
    let below = text.text.get(end..)?;
    let best = marks
        .iter()
        .find(|m| m.slot == Slot::Section(Section::Best))?;
    let parted = text.text.get(best.from..last.at)?.contains("\n\n");
    let left = below.split("\n\n").filter(|p| !p.trim().is_empty()).count();
    let focus = parted
        && left == 1
        && last.slot == Slot::Section(Section::Worst)
        && below.split_whitespace().count() >= 4;
    let skipped = below.len() - below.trim_start().len();
    let slot = if focus {
        Slot::Section(Section::Focus)
    } else {
        Slot::Unplaced
    };
    Some(Mark::new(end, end + skipped, slot).loosely())
}

/// One heading that a text begins with: its sentence is under it, and no more.
fn alone(text: &Text<'_>, taken: &[Spoken]) -> Vec<Mark> {
    let [only] = taken else {
        return Vec::new();
    };
    let above = text.text.get(..only.mark.at).unwrap_or_default();
    let marked = only.how == How::Marked;
    let words_above = above.split_whitespace().count();
    let behind_greeting = marked && only.opens && words_above <= GREETING_WORDS_MAX;
    let announced = only.how == How::Linked && only.parted && words_above <= LEADS_MAX;
    if !((above.trim().is_empty() && only.opens) || behind_greeting || announced) {
        return Vec::new();
    }
    let mut marks = vec![only.mark];
    let end = (0..text.tokens.len()).find(|at| {
        let behind = text.start(*at) > only.mark.from;
        let sentence = matches!(text.mark(*at), Some("." | "!" | "?"));
        let parted = text.text.get(text.start(*at)..).is_some_and(|rest| {
            rest.starts_with("\n\n") || rest.chars().nth(1).is_some_and(char::is_whitespace)
        });
        behind && ((sentence && !marked && parted) || (text.mark(*at) == Some("\n") && parted))
    });
    if let Some(end) = end {
        let octet = text.token(end).map_or(text.text.len(), |t| t.end);
        if text
            .text
            .get(octet..)
            .is_some_and(|rest| !rest.trim().is_empty())
        {
            marks.push(Mark::new(octet, octet, Slot::Unplaced).loosely());
        }
    }
    marks
}
