//! A mail with each line in its colour (own words, quote, signature), and the verdict on it.
//!
//! The same reading, the same pieces and the same words as in `postlunch explain`.

use crate::reading::change::changes;
use crate::reading::message::Message;
use crate::reading::verdict::{Item, asked_by, items_about};
use crate::reading::visible::{self, Line, Part};
use crate::reading::{self, Context};
use serde::Serialize;

/// Most lines that are shown.
const LINES_MAX: usize = 400;

/// A piece of a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Piece {
    /// own, quote, introduction, aside or program: a class of the stylesheet.
    pub part: &'static str,
    /// What stands there.
    pub text: String,
}

/// A line of the verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Told {
    /// said, detail or words.
    pub what: &'static str,
    /// In words.
    pub text: String,
}

/// How a mail was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Marked {
    /// The kind in one word.
    pub kind: &'static str,
    /// Line by line, each in pieces.
    pub lines: Vec<Vec<Piece>>,
    /// Lines behind those.
    pub more: usize,
    /// Which colours there are, with their names.
    pub legend: Vec<Piece>,
    /// Whose words none of it is, if a program or a calendar wrote it.
    pub nobody: Option<&'static str>,
    /// The letter that it was taken as an answer to.
    pub answers: Option<&'static str>,
    /// Each act in words.
    pub verdict: Vec<Told>,
    /// Why.
    pub because: String,
    /// What would make it another.
    pub changes: Vec<String>,
}

impl Marked {
    /// The verdict's first line.
    pub fn said(&self) -> &str {
        let first = self.verdict.iter().find(|told| told.what == "said");
        first.map_or(self.kind, |told| told.text.trim_end_matches(':'))
    }
}

/// Reads a mail before a background, as the daemon does; `letter` is the name of the letter that it answers.
pub fn mark(octets: &[u8], context: &Context, letter: Option<&str>) -> Marked {
    let message = Message::parse(octets);
    let reading = reading::read(&message, context);
    let shown = visible::shown(&message, context);
    let by_calendar =
        reading.calendar.is_some() && *reading.reply_text.reveal() != shown.own.text();
    let nobody = if reading.is_machine() {
        Some("A program wrote this; no line of it is taken for anybody's answer.")
    } else if by_calendar {
        Some("A calendar wrote this; the answer that came along with it counts.")
    } else {
        None
    };
    let mut lines: Vec<Vec<Piece>> = shown
        .lines
        .iter()
        .map(|line| pieces(line, nobody))
        .collect();
    while lines.last().is_some_and(|line| blank(line)) {
        lines.pop();
    }
    let lead = lines.iter().take_while(|line| blank(line)).count();
    lines.drain(..lead);
    let more = lines.len().saturating_sub(LINES_MAX) + shown.unread;
    lines.truncate(LINES_MAX);
    Marked {
        kind: reading.kind(),
        legend: legend(&lines),
        lines,
        more,
        nobody,
        answers: context.answering.map(asked_by),
        verdict: items_about(&reading, context, letter)
            .into_iter()
            .map(told)
            .collect(),
        because: reading.reason.clone(),
        changes: changes(&message, &reading, context, &shown)
            .into_iter()
            .map(|line| {
                line.replace(" (--answering)", "")
                    .replace(" (--original)", "")
            })
            .collect(),
    }
}

fn blank(line: &[Piece]) -> bool {
    line.iter().all(|piece| piece.text.trim().is_empty())
}

fn pieces(line: &Line, nobody: Option<&str>) -> Vec<Piece> {
    let pieces = line.pieces().into_iter().map(|(part, text)| Piece {
        part: match part {
            _ if nobody.is_some() => "program",
            Part::Own => "own",
            Part::Quote => "quote",
            Part::Introduction => "introduction",
            Part::Aside => "aside",
            Part::Blank => "blank",
        },
        text: text.to_owned(),
    });
    pieces.collect()
}

fn legend(lines: &[Vec<Piece>]) -> Vec<Piece> {
    let all = [
        ("own", "own words"),
        ("quote", "quoted"),
        ("introduction", "introduces a quote"),
        ("aside", "signature"),
    ];
    all.into_iter()
        .filter(|(part, _)| lines.iter().flatten().any(|piece| piece.part == *part))
        .map(|(part, name)| Piece {
            part,
            text: name.to_owned(),
        })
        .collect()
}

fn told(item: Item) -> Told {
    let (what, text) = match item {
        Item::Said(text) => ("said", text),
        Item::Detail(text) => ("detail", text),
        Item::Words(text) => ("words", text),
    };
    Told { what, text }
}
