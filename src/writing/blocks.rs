//! Blocks: the few shapes that a letter is made of, and how a rendered template becomes them.
//!
//! A template is plain text; the first sign of a block's first line says its shape (see
//! templates/README.md). Whatever a person or a configuration put in comes through [`guarded`]:
//! wrapped in two noncharacters, its line breaks replaced by a third. So a value can neither start
//! a block nor end one, whatever it holds. The marks are taken off when the block is dressed.

use crate::words::clean::cut_at_word;
use minijinja::value::{Value, ValueKind};
use minijinja::{AutoEscape, Error, Output, State, escape_formatter};

/// Opens a value. U+FDD0 to U+FDEF are noncharacters: no text that is exchanged holds them.
const OPEN: char = '\u{fdd0}';
/// Closes a value.
const CLOSE: char = '\u{fdd1}';
/// A line break inside a value.
const BREAK: char = '\u{fdd2}';

/// Longest prompt, in characters: it must not wrap behind `> > ` in any client.
pub const PROMPT_CHARS_MAX: usize = 64;

/// One shape of a letter. The texts in it are final: nothing guards them any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// Running text, on one line until it is dressed.
    Paragraph(String),
    /// A line that names what follows.
    Heading(String),
    /// A line to write under.
    Prompt(String),
    /// What somebody wrote, line by line, and who and when.
    Quote {
        /// The words.
        lines: Vec<String>,
        /// `Ben, 14 January`; empty where the letter says it already.
        by: String,
    },
    /// Answers to choose from, one a line; in HTML each opens a mail that holds it.
    Answers(Vec<String>),
    /// Threads of the fabric, a line each; in HTML below their picture, each in its colour.
    Threads {
        /// What stands in the picture's place for those who cannot see it.
        alt: String,
        /// The lines.
        lines: Vec<String>,
    },
    /// In HTML only: opens a mail that holds these lines.
    Button {
        /// What stands on it.
        label: String,
        /// The lines of the mail it opens.
        body: Vec<String>,
    },
}

/// A letter, ready to be dressed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    /// The Subject field.
    pub subject: String,
    /// What mail clients show beside the subject; nothing that anybody said.
    pub preview: String,
    /// The letter.
    pub blocks: Vec<Block>,
    /// The small print.
    pub small_print: Vec<Block>,
}

/// minijinja's formatter: HTML is escaped, anything else is guarded.
pub fn formatter(out: &mut Output, state: &mut State, value: &Value) -> Result<(), Error> {
    if *state.auto_escape() == AutoEscape::Html || value.kind() == ValueKind::Undefined {
        return escape_formatter(out, state, value);
    }
    out.write_str(&guarded(&value.to_string()))
        .map_err(Error::from)
}

/// The text, unable to act as anything but text.
fn guarded(text: &str) -> String {
    let inner: String = text
        .replace("\r\n", "\n")
        .chars()
        .filter(|c| !('\u{fdd0}'..='\u{fdef}').contains(c))
        .map(|c| if c == '\n' || c == '\r' { BREAK } else { c })
        .collect();
    format!("{OPEN}{inner}{CLOSE}")
}

/// One line: guards off, line breaks and runs of blanks become one blank.
fn line(text: &str) -> String {
    let bare: String = text
        .chars()
        .filter(|c| *c != OPEN && *c != CLOSE)
        .map(|c| if c == BREAK { ' ' } else { c })
        .collect();
    bare.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Several lines: guards off, line breaks kept.
fn lines(text: &str) -> Vec<String> {
    let bare: String = text.chars().filter(|c| *c != OPEN && *c != CLOSE).collect();
    let lines: Vec<String> = bare.split(BREAK).map(|l| l.trim_end().to_owned()).collect();
    let first = lines.iter().position(|l| !l.is_empty());
    let last = lines.iter().rposition(|l| !l.is_empty());
    match (first, last) {
        (Some(first), Some(last)) => lines.get(first..=last).unwrap_or_default().to_vec(),
        _ => Vec::new(),
    }
}

/// One line of at most `chars_max`: the longest value in it is shortened at a word.
fn fitting(text: &str, chars_max: usize) -> String {
    let mut spans: Vec<(bool, String)> = Vec::new();
    for (index, piece) in text.split([OPEN, CLOSE]).enumerate() {
        spans.push((index % 2 == 1, piece.replace(BREAK, " ")));
    }
    for _ in 0..spans.len() {
        let length: usize = spans.iter().map(|(_, t)| t.chars().count()).sum();
        let Some(over) = length.checked_sub(chars_max).filter(|over| *over > 0) else {
            break;
        };
        let longest = spans
            .iter_mut()
            .filter(|(is_value, _)| *is_value)
            .max_by_key(|(_, t)| t.chars().count());
        if let Some((_, value)) = longest {
            let room = value.chars().count().saturating_sub(over).max(2);
            *value = cut_at_word(value, room);
        }
    }
    line(&spans.into_iter().map(|(_, t)| t).collect::<String>())
}

/// Reads a rendered template.
pub fn parse(rendered: &str) -> Sheet {
    let (head, body) = rendered
        .trim_start_matches('\n')
        .split_once("\n\n")
        .unwrap_or((rendered, ""));
    let field = |name: &str| {
        let found = head.lines().find_map(|l| l.strip_prefix(name));
        line(found.unwrap_or_default())
    };
    let (letter, small) = match body.split_once("\n-- \n").or(body.split_once("\n--\n")) {
        Some((letter, small)) => (letter, small),
        None => (body, ""),
    };
    Sheet {
        subject: field("subject:"),
        preview: field("preview:"),
        blocks: blocks(letter),
        small_print: blocks(small),
    }
}

/// Reads the part below the head, or a partial without one.
pub fn blocks(text: &str) -> Vec<Block> {
    let mut found = Vec::new();
    let mut current: Vec<&str> = Vec::new();
    for row in text.lines().chain(std::iter::once("")) {
        if !row.trim().is_empty() {
            current.push(row.trim());
        } else if !current.is_empty() {
            found.extend(block(&current));
            current.clear();
        }
    }
    found
}

fn block(rows: &[&str]) -> Option<Block> {
    let first = rows.first()?;
    let marked = |mark: &str| {
        rows.iter()
            .filter_map(|r| r.strip_prefix(mark))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    if let Some(text) = first.strip_prefix("# ") {
        return full(line(text)).map(Block::Heading);
    }
    if let Some(text) = first.strip_prefix("? ") {
        return full(fitting(text, PROMPT_CHARS_MAX)).map(Block::Prompt);
    }
    if first.starts_with("> ") {
        let words: Vec<String> = marked("> ").iter().flat_map(|row| lines(row)).collect();
        let by = line(&marked(">> ").join(" "));
        return (!words.is_empty()).then_some(Block::Quote { lines: words, by });
    }
    if first.starts_with("! ") {
        return Some(Block::Answers(
            marked("! ").iter().map(|row| line(row)).collect(),
        ));
    }
    if let Some(alt) = first.strip_prefix("~ ") {
        let lines = marked("* ").iter().map(|row| line(row)).collect();
        let alt = line(alt);
        return Some(Block::Threads { alt, lines });
    }
    if let Some(label) = first.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
        let body = rows.iter().skip(1).map(|row| match *row {
            "." => String::new(),
            other => line(other),
        });
        return Some(Block::Button {
            label: line(label),
            body: body.collect(),
        });
    }
    full(line(&rows.join(" "))).map(Block::Paragraph)
}

/// The text, unless nothing is left of it.
fn full(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_becomes_its_blocks() {
        let sheet = parse(
            "subject: Lunch\npreview: Soon\n\nHi\nthere,\n\n# NEXT\n\n? 1. Best\n\n> a\n>> Ben\n\n! Yes\n! No\n\n[Write]\n1. Best\n.\n\n-- \nsmall\n",
        );
        assert_eq!(sheet.subject, "Lunch");
        assert_eq!(sheet.blocks.len(), 6);
        assert_eq!(sheet.blocks[0], Block::Paragraph("Hi there,".into()));
        assert_eq!(sheet.small_print, [Block::Paragraph("small".into())]);
    }

    #[test]
    fn a_value_can_neither_start_a_block_nor_end_one() {
        for evil in [
            "# x",
            "? x",
            "> x",
            "! x",
            "[x]",
            "--",
            "a\n\n-- \nb\n\n# c",
            "\u{fdd1}\n\n# x",
        ] {
            let sheet = parse(&format!("subject: s\n\n{}\n\nend", guarded(evil)));
            assert_eq!(sheet.blocks.len(), 2, "{evil:?}");
            assert!(
                matches!(sheet.blocks[0], Block::Paragraph(_)),
                "{evil:?} became {:?}",
                sheet.blocks[0]
            );
            assert!(sheet.small_print.is_empty(), "{evil:?}");
        }
    }

    #[test]
    fn a_quote_keeps_its_lines_and_an_empty_value_leaves_no_block() {
        let quote = blocks(&format!("> {}", guarded("\none\r\n\n- two\n")));
        let lines = ["one", "", "- two"].map(str::to_owned).to_vec();
        let by = String::new();
        assert_eq!(quote, [Block::Quote { lines, by }]);
        assert!(blocks(&format!("> {}\n\n{}", guarded(""), guarded(" "))).is_empty());
    }

    #[test]
    fn a_prompt_stays_within_its_line_by_shortening_the_longest_value() {
        let goal = "influencing the client before the slides are made, not after";
        let text = format!(
            "3. {}'s focus, {}: what helps or hinders?",
            guarded("Ana"),
            guarded(goal)
        );
        let fitted = fitting(&text, PROMPT_CHARS_MAX);
        assert!(fitted.chars().count() <= PROMPT_CHARS_MAX, "{fitted}");
        assert_eq!(
            fitted,
            "3. Ana's focus, influencing the client…: what helps or hinders?"
        );
        let name = "x".repeat(100);
        let text = format!("1. {}'s best moment since you last met", guarded(&name));
        assert!(fitting(&text, PROMPT_CHARS_MAX).chars().count() <= PROMPT_CHARS_MAX);
    }
}
