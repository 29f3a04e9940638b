//! Lines: what each line of a text opens, by a number, a heading or a sign in front of it.

use crate::lunch::notes::Section;
use crate::reading::language::{Languages, Sense, lexicon};
use crate::reading::notes::heads::{Follow, Head, How, Text};

/// Most lines that are looked at: nobody's notes have more.
const LINES_MAX: usize = 400;
/// Most signs in front of a line that are looked past.
const DECORATION_MAX: usize = 8;

/// How a number is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// `1.`, `(2)`, `#3`, `ad 1`.
    Digit,
    /// `first`, `zweitens`.
    Ordinal,
    /// `II.`
    Roman,
    /// `b)`
    Letter,
}

/// A number in front of a line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Numbered {
    pub(super) number: usize,
    pub(super) style: Style,
    /// The mark behind the number; none if a mere blank parts it from the words.
    pub(super) mark: Option<char>,
    /// Where the words behind it begin, in octets of the text.
    pub(super) from: usize,
}

/// A sign in front of a line that may stand for a prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    Plus,
    Minus,
    Other,
}

/// A line and what opens it.
pub(super) struct Line<'a> {
    /// Its octets in the text.
    pub(super) start: usize,
    pub(super) text: &'a str,
    pub(super) blank_above: bool,
    pub(super) numbered: Option<Numbered>,
    /// The heading, and what follows it.
    pub(super) head: Option<(Head, Follow)>,
    /// Whether the heading is told from the words behind it by capitals or by being a picture.
    pub(super) set_off: bool,
    pub(super) sign: Option<(Sign, usize)>,
}

impl Line<'_> {
    pub(super) fn indent(&self) -> usize {
        self.text.len() - self.text.trim_start().len()
    }
}

/// The lines of a text.
pub(super) fn lines<'a>(text: &Text<'a>) -> Vec<Line<'a>> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut blank_above = true;
    let mut first = 0;
    for line in text.text.split('\n').take(LINES_MAX) {
        let end = start + line.len();
        let stop = (first..text.tokens.len())
            .find(|at| text.start(*at) >= end)
            .unwrap_or(text.tokens.len());
        found.push(read(text, line, start, first, stop, blank_above));
        blank_above = line.trim().is_empty();
        first = if text.mark(stop) == Some("\n") {
            stop + 1
        } else {
            stop
        };
        start = end + 1;
    }
    found
}

fn read<'a>(
    text: &Text<'a>,
    line: &'a str,
    start: usize,
    first: usize,
    stop: usize,
    blank_above: bool,
) -> Line<'a> {
    let mut read = Line {
        start,
        text: line,
        blank_above,
        numbered: None,
        head: None,
        set_off: false,
        sign: sign(line).map(|(sign, from)| (sign, start + from)),
    };
    if line.trim().is_empty() {
        return read;
    }
    read.numbered = digit(line)
        .or_else(|| prefixed(line))
        .map(|(number, mark, from)| Numbered {
            number,
            style: Style::Digit,
            mark,
            from: start + from,
        })
        .or_else(|| other_number(line, start));
    let mut at = first;
    let mut picture = None;
    if let Some(numbered) = &read.numbered {
        at = (first..stop)
            .find(|at| text.start(*at) >= numbered.from)
            .unwrap_or(stop);
    }
    for _ in 0..DECORATION_MAX {
        let decorates = match text.mark(at) {
            Some(mark) => mark != "\n",
            None => text.is_picture(at),
        };
        if at >= stop || !decorates {
            break;
        }
        if text.is_picture(at) && !matches!(text.raw(at), "•" | "·" | "→" | "▪" | "◦") {
            picture = picture.or(Some(at));
        }
        at += 1;
    }
    if at >= stop {
        return read;
    }
    let head = Head::led(text, at).filter(|head| head.end <= stop);
    let follow = head.map(|head| (head, Follow::of(text, &head)));
    if read.numbered.is_none() {
        read.numbered = ordinal(text, at, stop);
        if let Some(numbered) = &read.numbered
            && let Some(next) = (at..stop).find(|at| text.start(*at) >= numbered.from)
        {
            let head = Head::led(text, next).filter(|head| head.end <= stop);
            read.head = head.map(|head| (head, Follow::of(text, &head)));
            return read;
        }
    }
    if let Some((head, mut follow)) = follow {
        read.set_off = !follow.is_firm(&head) && is_capitals(text, &head);
        if read.set_off && follow.how != How::Linked {
            follow.from = follow.tail;
        }
        read.head = Some((head, follow));
    }
    let firm = read
        .head
        .is_some_and(|(head, follow)| follow.is_firm(&head));
    if let (false, false, Some(at)) = (firm, read.set_off, picture)
        && let Some(head) = Head::led(text, at)
        && head.end <= stop
    {
        // Several pictures in a row are one sign.
        let mut follow = Follow::of(text, &head);
        let mut behind = head.end;
        while text.is_picture(behind) {
            behind += 1;
        }
        if follow.how == How::Bare {
            follow.from = text.start(behind);
        }
        read.head = Some((head, follow));
        read.set_off = true;
    }
    read
}

/// "BEST the demo": typed in capitals, and what is behind it is not.
fn is_capitals(text: &Text<'_>, head: &Head) -> bool {
    let capitals = |at: usize| {
        let raw = text.raw(at);
        raw.chars().any(char::is_uppercase) && !raw.chars().any(char::is_lowercase)
    };
    let long = text.start(head.end).saturating_sub(text.start(head.first)) >= 3;
    let behind = text.raw(head.end);
    long && (head.first..head.end).all(capitals)
        && (!capitals(head.end) || behind.chars().count() == 1)
}

/// `1.`, `2)`, `3:`, `#1`, `(2)`, `3 slides`, `1️⃣`, `①` at the start of a line; a time or a date is
/// none. The number, its mark, and the octet behind.
fn digit(line: &str) -> Option<(usize, Option<char>, usize)> {
    let bare = line.trim_start_matches([
        '*', ' ', '#', '(', '[', '-', '_', '•', '·', '>', '\t', '|', '\u{a0}', '–', '—',
    ]);
    let mut chars = bare.chars();
    let first = chars.next()?;
    let mut rest = chars.as_str();
    let number = match first {
        '1'..='9' => first.to_digit(10)?,
        '①'..='⑨' => u32::from(first) - u32::from('①') + 1,
        '❶'..='❾' => u32::from(first) - u32::from('❶') + 1,
        _ => return None,
    };
    let number = usize::try_from(number).ok()?;
    let led = line.get(..line.len() - bare.len()).unwrap_or_default();
    let mut mark = (!first.is_ascii_digit()).then_some('.');
    mark = mark.or_else(|| led.contains(['#', '(']).then_some('#'));
    if let Some(key) = rest.trim_start_matches('\u{fe0f}').strip_prefix('\u{20e3}') {
        rest = key;
        mark = Some('.');
    }
    let ordinal = [
        "st", "nd", "rd", "er", "e", "º", "ª", "°", "o", "ro", "do", "te",
    ]
    .iter()
    .find_map(|end| rest.strip_prefix(end));
    rest = ordinal
        .filter(|r| r.trim_start().starts_with([':', '.', ')', '-', '–']))
        .unwrap_or(rest);
    let marks = [
        ')', '.', ':', '–', '—', '-', '*', '/', ']', '=', '|', '>', '→', '_',
    ];
    let spaced = rest.trim_start_matches([' ', '\t', '\u{a0}']);
    let behind = rest.trim_start_matches([
        ')', '.', ':', '-', '–', '—', '*', '/', ' ', ']', '=', '|', '>', '→', '\t', '\u{a0}', '_',
        '\u{fe0f}',
    ]);
    let next = rest.chars().next();
    // "1-on-1", "3-hour": a compound, if no other number stands beside it.
    let compound = next == Some('-') && rest.chars().nth(1).is_some_and(char::is_alphabetic);
    let marked = !compound && next.is_none_or(|c| marks.contains(&c));
    // "1,5 hours", "2. - 3. May", "1:1s", "2 - 3 times".
    let dated = next.is_some_and(|c| marks.contains(&c) && c != ')' && c != ']')
        && rest.chars().nth(1).is_some_and(|c| c.is_ascii_digit());
    let ranged = spaced.starts_with(['-', '–', '/', '+'])
        && behind.starts_with(|c: char| c.is_ascii_digit());
    if dated
        || ranged
        || !(marked || compound || rest.starts_with([' ', '\t', '\u{a0}']) || mark.is_some())
    {
        return None;
    }
    if marked {
        mark = Some(next.unwrap_or('.'));
    } else if let Some(sign) = spaced.chars().next()
        && !compound
        && marks.contains(&sign)
        && sign != '*'
        && sign != '/'
    {
        mark = Some(sign);
    }
    Some((number, mark, line.len() - behind.len()))
}

/// "ad 1:", "Punkt 2 -", "Q1".
fn prefixed(line: &str) -> Option<(usize, Option<char>, usize)> {
    let bare = line.trim_start_matches(|c: char| !c.is_alphanumeric());
    let letters = bare.trim_start_matches(|c: char| c.is_alphabetic());
    let word = bare.get(..bare.len() - letters.len())?;
    let numbers = ["q", "a", "p", "nr", "no", "n"];
    let folded = crate::reading::phrase::fold(word);
    let joined = numbers.contains(&&*folded) && letters.starts_with(|c: char| c.is_ascii_digit());
    let parted = letters.starts_with([' ', '.', '°', 'º', '\u{a0}', '#'])
        && lexicon()
            .longest(&[&folded], 0, &[Sense::Numbering], Languages::ALL)
            .is_some();
    if word.is_empty() || !(joined || parted) {
        return None;
    }
    let rest = letters.trim_start_matches(['.', ' ', '°', 'º', '\u{a0}', '#']);
    let (number, mark, from) = digit(rest)?;
    mark?;
    Some((number, mark, line.len() - rest.len() + from))
}

/// `II.`, `b)`.
fn other_number(line: &str, start: usize) -> Option<Numbered> {
    let bare = line.trim_start_matches(['*', ' ', '#', '(', '-', '_', '•', '\t']);
    let word_end = bare
        .find(|c: char| !c.is_alphabetic())
        .unwrap_or(bare.len());
    let (word, rest) = (bare.get(..word_end)?, bare.get(word_end..)?);
    let mark = rest
        .chars()
        .next()
        .filter(|c| matches!(c, '.' | ')' | ':'))?;
    let behind = rest.trim_start_matches(['.', ')', ':', ' ', '*', '\t', '-']);
    // "a.m.", "i.e."
    if mark == '.' && rest.chars().nth(1).is_some_and(char::is_alphabetic) {
        return None;
    }
    let (number, style) = match word {
        "I" | "i" => (1, Style::Roman),
        "II" | "ii" => (2, Style::Roman),
        "III" | "iii" => (3, Style::Roman),
        "IV" | "iv" => (4, Style::Roman),
        "a" | "A" => (1, Style::Letter),
        "b" | "B" => (2, Style::Letter),
        "c" | "C" => (3, Style::Letter),
        "d" | "D" => (4, Style::Letter),
        _ => return None,
    };
    Some(Numbered {
        number,
        style,
        mark: Some(mark),
        from: start + line.len() - behind.len(),
    })
}

/// "First: the demo", "Zweitens, …", "Third".
pub(super) fn ordinal(text: &Text<'_>, at: usize, stop: usize) -> Option<Numbered> {
    let found = text.find(at, &[Sense::Firstly, Sense::Secondly, Sense::Thirdly])?;
    let number = match found.sense {
        Sense::Firstly => 1,
        Sense::Secondly => 2,
        _ => 3,
    };
    let mut end = found.end;
    while matches!(text.mark(end), Some("*" | "_" | ")")) {
        end += 1;
    }
    let mark = match text.mark(end) {
        _ if end >= stop => Some(':'),
        Some(mark @ (":" | "." | "," | "-" | "–" | "—" | "=")) if !text.is_hyphen(end) => {
            mark.chars().next()
        }
        Some(_) => return None,
        None => None,
    };
    let from = match mark {
        Some(_) if end < stop => {
            let behind = text.token(end).map_or(0, |t| t.end);
            let rest = text.text.get(behind..).unwrap_or_default();
            let trimmed = rest.trim_start_matches([' ', '*', '_', '-', '–', '—', ':', '\t']);
            text.text.len() - trimmed.len()
        }
        _ => text.start(end),
    };
    Some(Numbered {
        number,
        style: Style::Ordinal,
        mark,
        from,
    })
}

/// `+ calm`, `- late`, `=> slides`, `Le + : …`; and the octet behind.
fn sign(line: &str) -> Option<(Sign, usize)> {
    let bare = line.trim_start_matches(['*', '_', ' ', '\t', '(', '[']);
    let bare = [
        "le ", "les ", "Le ", "Les ", "das ", "Das ", "het ", "el ", "lo ",
    ]
    .iter()
    .find_map(|article| bare.strip_prefix(article))
    .unwrap_or(bare);
    let first = bare.chars().next()?;
    let sign = match first {
        '+' => Sign::Plus,
        '-' | '–' | '—' | '−' if bare.starts_with("->") || bare.starts_with("-->") => {
            Sign::Other
        }
        '-' | '–' | '—' | '−' => Sign::Minus,
        '=' | '>' | '→' | '⇒' | '!' | '?' | '~' | '*' | 'Δ' | '∆' | '±' | '➜' | '➔' | '↗' | '^' => {
            Sign::Other
        }
        'o' if bare.starts_with("o ") => Sign::Other,
        _ => return None,
    };
    let rest = bare.trim_start_matches([
        '+', '-', '–', '—', '−', '=', '>', '→', '⇒', '!', '?', '~', '*', 'Δ', '∆', '±', '➜', '➔',
        '↗', '^', ')', ']', ':', ' ', '\t', '_', '/', '\u{a0}',
    ]);
    let rest = rest.strip_prefix("o ").unwrap_or(rest);
    Some((sign, line.len() - rest.len()))
}

/// The section of a number; `None` for one beyond the prompts.
pub(super) fn section(number: usize) -> Option<Section> {
    Section::ALL.get(number.checked_sub(1)?).copied()
}
