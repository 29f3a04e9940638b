//! Notes without a mark: exactly three bullets, paragraphs or short lines stand for the prompts.

use crate::lunch::notes::Section;
use crate::reading::language::Sense;
use crate::reading::notes::heads::{Head, Slot, Text};
use crate::reading::notes::tails;

/// Longest line that is surely no part of a wrapped paragraph, in characters.
const LINE_CHARS_MAX: usize = 60;

/// The three parts, and what stands around them.
pub(super) struct Three {
    pub(super) parts: Vec<String>,
    pub(super) before: Vec<String>,
    pub(super) behind: Vec<String>,
    /// Whether they are bullets.
    pub(super) listed: bool,
}

/// Exactly three parts of one kind.
pub(super) fn three(text: &str) -> Option<Three> {
    let (kept, behind) = tails::part(text);
    let mut three = bullets(&kept)
        .or_else(|| paragraphs(&kept))
        .or_else(|| short_lines(&kept))?;
    three.behind = behind;
    let last = three.parts.last()?;
    let (note, more) = tails::part(last);
    three.behind.splice(0..0, more);
    *three.parts.last_mut()? = note;
    let fits = three
        .parts
        .iter()
        .zip(Section::ALL)
        .all(|(part, section)| fits(part, section));
    fits.then_some(three)
}

/// Nothing in a part says that it belongs to another prompt, or to none.
fn fits(part: &str, section: Section) -> bool {
    let text = Text::new(part);
    let head = Head::led(&text, 0).filter(|head| !head.paired && !head.labelled);
    let named = head.is_none_or(|head| {
        head.slot == Slot::Section(section) || head.slot == Slot::Section(Section::Focus)
    });
    let last = part.trim_end();
    named && !last.is_empty() && !(last.ends_with('?') && section == Section::Focus)
}

fn bullet(line: &str) -> bool {
    let line = line.trim_start();
    ["- ", "* ", "• ", "– ", "· ", "— ", "▪ ", "◦ ", "+ ", "> "]
        .iter()
        .any(|mark| line.starts_with(mark))
}

fn bullets(text: &str) -> Option<Three> {
    let lines: Vec<&str> = text.lines().collect();
    let indent = |line: &&str| line.len() - line.trim_start().len();
    let outer = lines.iter().filter(|l| bullet(l)).map(indent).min()?;
    let opens = |line: &&str| bullet(line) && indent(line) == outer;
    if lines.iter().filter(|line| opens(line)).count() != 3 {
        return None;
    }
    let mut three = Three {
        parts: Vec::new(),
        before: Vec::new(),
        behind: Vec::new(),
        listed: true,
    };
    let mut above = String::new();
    for line in lines {
        if opens(&line) {
            let text = line
                .trim_start()
                .trim_start_matches(['-', '*', '•', '–', '·', '—', '▪', '◦', '+', '>', ' ']);
            three.parts.push(text.trim().to_owned());
        } else if let Some(last) = three.parts.last_mut() {
            last.push('\n');
            last.push_str(line.trim_end());
        } else {
            above.push_str(line);
            above.push('\n');
        }
    }
    // Words above the bullets: a greeting, or no plain list any longer.
    let above = above.trim();
    if !above.is_empty() {
        let announces = above.ends_with(':') && above.split_whitespace().count() <= 8;
        if !(tails::is_greeting(above) || announces) {
            return None;
        }
        three.before.push(above.to_owned());
    }
    for part in &mut three.parts {
        *part = part.trim().to_owned();
    }
    Some(three)
}

fn paragraphs(text: &str) -> Option<Three> {
    let mut three = Three {
        parts: Vec::new(),
        before: Vec::new(),
        behind: Vec::new(),
        listed: false,
    };
    let blank_line = |line: &str| line.trim().is_empty();
    let mut current: Vec<&str> = Vec::new();
    for line in text.lines().chain(std::iter::once("")) {
        if !blank_line(line) {
            current.push(line);
            continue;
        }
        if current.is_empty() {
            continue;
        }
        let paragraph = current.join("\n").trim().to_owned();
        current.clear();
        if three.parts.is_empty() && tails::is_greeting(&paragraph) {
            three.before.push(paragraph);
        } else {
            three.parts.push(paragraph);
        }
    }
    let words = |part: &String| part.split_whitespace().count();
    let enough = three.parts.iter().map(words).sum::<usize>() >= 6;
    let sentences = three
        .parts
        .iter()
        .all(|part| words(part) >= 2 || part.ends_with(['.', '!']));
    let listed = three.parts.iter().any(|part| part.lines().any(bullet));
    (three.parts.len() == 3 && enough && sentences && !listed).then_some(three)
}

/// Three lines that no client wrapped: short, and alike in how they begin.
fn short_lines(text: &str) -> Option<Three> {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let (greeting, lines) = match lines.split_first() {
        Some((first, rest)) if rest.len() == 3 && tails::is_greeting(first) => {
            (Some(*first), rest.to_vec())
        }
        _ => (None, lines),
    };
    let [first, second, third] = lines.as_slice() else {
        return None;
    };
    let capital = |line: &str| line.starts_with(char::is_uppercase);
    let alike = capital(first) == capital(second) && capital(second) == capital(third);
    let short = |line: &str, next: &str| {
        let word = next.split_whitespace().next().unwrap_or_default();
        line.chars().count() + word.chars().count() < LINE_CHARS_MAX
    };
    let plain = |line: &&str| {
        let words = line.split_whitespace().count();
        let text = Text::new(line);
        let speaks_of_self = text.find(0, &[Sense::Myself]).is_some();
        (2..=14).contains(&words)
            && !speaks_of_self
            && !line.ends_with([',', ':', '?'])
            && !tails::is_greeting(line)
            && !tails::is_farewell(line)
    };
    let fits = alike && short(first, second) && short(second, third) && lines.iter().all(plain);
    fits.then(|| Three {
        parts: lines.iter().map(|line| (*line).to_owned()).collect(),
        before: greeting.map(str::to_owned).into_iter().collect(),
        behind: Vec::new(),
        listed: false,
    })
}
