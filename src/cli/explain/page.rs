//! A mail as a person sees it explained: head, body line by line, verdict.
//!
//! Own words, quote and signature are told apart by colours, or by a mark in the margin where there
//! are none. What stands beside own words on one line gets a row of its own.

use crate::cli::show::Ink;
use crate::reading::change::changes;
use crate::reading::message::Message;
use crate::reading::verdict::{Item, asked_by, items};
use crate::reading::visible::{self, Line, Part, Shown, Source};
use crate::reading::{Context, Reading, judge};
use crate::writing::plain::wrap;

/// Widest row, in columns.
const COLUMNS: usize = 80;

/// Where the text begins behind a name such as "Subject".
const NAME_COLUMNS: usize = 9;

/// The whole page.
pub fn page(message: &Message, reading: &Reading, context: &Context, ink: Ink) -> String {
    let shown = visible::shown(message, context);
    let mut page = Page {
        text: String::new(),
        ink,
    };
    page.head(message, reading, context, &shown);
    let typed = reading.reply_text.reveal();
    let by = if reading.is_machine() {
        By::Program
    } else if reading.calendar.is_some() && *typed != shown.own.text() {
        By::Calendar
    } else {
        By::Person
    };
    page.body(&shown, by);
    page.named("Verdict", &ink.strong(reading.kind()));
    for item in items(reading, context) {
        page.item(&item);
    }
    page.named("Because", &reading.reason);
    let changes = changes(message, reading, context, &shown);
    page.listed("Change", &changes);
    page.text
}

/// Who wrote the body.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    Person,
    Program,
    Calendar,
}

struct Page {
    text: String,
    ink: Ink,
}

impl Page {
    fn row(&mut self, row: &str) {
        self.text.push_str(row.trim_end());
        self.text.push('\n');
    }

    /// A name, and a line beside it.
    fn named(&mut self, name: &str, line: &str) {
        self.beside(name, wrap(line, COLUMNS - NAME_COLUMNS));
    }

    fn beside(&mut self, name: &str, rows: impl IntoIterator<Item = String>) {
        let mut name = format!("{name:<NAME_COLUMNS$}");
        for row in rows {
            let name = std::mem::replace(&mut name, " ".repeat(NAME_COLUMNS));
            let row = format!("{}{row}", self.ink.faint(&name));
            self.row(&row);
        }
    }

    /// A name, and lines beside it, each with a mark, so that it is seen where one ends.
    fn listed(&mut self, name: &str, lines: &[String]) {
        let rows = lines.iter().flat_map(|line| {
            let rows = wrap(line, COLUMNS - NAME_COLUMNS - 2);
            let marks = std::iter::once("- ").chain(std::iter::repeat("  "));
            marks.zip(rows).map(|(mark, row)| format!("{mark}{row}"))
        });
        self.beside(name, rows);
    }

    fn head(&mut self, message: &Message, reading: &Reading, context: &Context, shown: &Shown) {
        let from = message.from.as_ref().map(ToString::to_string);
        if message.headerless {
            self.named(
                "From",
                "nobody: there is no header, so all of it is taken as the text",
            );
        } else {
            self.named("From", from.as_deref().unwrap_or("nobody"));
            let subject = Some(message.subject.as_str()).filter(|subject| !subject.is_empty());
            self.named("Subject", subject.unwrap_or("none"));
        }
        if reading.is_machine() {
            return;
        }
        let guessed = judge::guess(message, &shown.own, context);
        let answers = match (context.answering, guessed) {
            (Some(told), _) => format!("{}, as --answering says", asked_by(told)),
            (None, Some(guessed)) => format!("{}, judged from the mail alone", asked_by(guessed)),
            (None, None) => "nobody knows which letter; --answering can tell".to_owned(),
        };
        if reading.calendar.is_none() {
            self.named("Answers", &answers);
        }
        let typed = reading.reply_text.reveal();
        let words = if reading.calendar.is_some() && !typed.is_empty() {
            "the comment of the calendar answer".to_owned()
        } else if shown.own.is_empty() {
            return;
        } else {
            let silent = message.plain.iter().all(|part| part.text.trim().is_empty());
            match shown.source {
                Source::Plain => return,
                Source::Html if silent => "the HTML, as there is no plain text".to_owned(),
                Source::Html => "the HTML, which tells more than the plain text".to_owned(),
                Source::Subject => "the subject, as the body says nothing new".to_owned(),
            }
        };
        self.named("Words", &format!("taken from {words}"));
    }

    fn body(&mut self, shown: &Shown, by: By) {
        self.row("");
        let told = match by {
            By::Person => self.legend(shown),
            By::Program => self
                .ink
                .faint("  A program wrote this; no line of it is taken for anybody's answer."),
            By::Calendar => self
                .ink
                .faint("  A calendar wrote this; the answer that came along with it counts."),
        };
        self.row(&told);
        self.row("");
        let blank = |line: &&Line| line.text.trim().is_empty();
        let lead = shown.lines.iter().take_while(blank).count();
        let tail = shown.lines.iter().rev().take_while(blank).count();
        let lines = shown
            .lines
            .get(lead..shown.lines.len().saturating_sub(tail));
        let lines = lines.unwrap_or_default();
        for line in lines {
            for (part, piece) in line.pieces() {
                self.piece((by == By::Person).then_some(part), piece);
            }
        }
        if lines.is_empty() {
            self.row(&self.ink.faint("  (an empty body)"));
        }
        if shown.unread > 0 {
            let told = format!("  … and {} lines more, which nobody looks at", shown.unread);
            self.row(&self.ink.faint(&told));
        }
        self.row("");
    }

    /// What the marks or colours mean; only of those that are there.
    fn legend(&self, shown: &Shown) -> String {
        let all = [
            (Part::Own, "newly written"),
            (Part::Quote, "quoted"),
            (Part::Introduction, "introduces a quote"),
            (Part::Aside, "signature or banner"),
        ];
        let there = |wanted: &Part| {
            let mut pieces = shown.lines.iter().flat_map(Line::pieces);
            pieces.any(|(part, _)| part == *wanted)
        };
        let told: Vec<String> = all
            .iter()
            .filter(|(part, _)| *part == Part::Own || there(part))
            .map(|(part, name)| {
                let mark = mark(*part);
                if self.ink.0 {
                    self.dressed(Some(*part), name)
                } else {
                    format!("{mark} {name}")
                }
            })
            .collect();
        format!("  {}", told.join("   "))
    }

    fn piece(&mut self, part: Option<Part>, text: &str) {
        let margin = match part {
            Some(part) if !self.ink.0 => format!("  {} ", mark(part)),
            _ => "  ".to_owned(),
        };
        // The mark in the margin says it already.
        let text = match (part, text.strip_prefix('>')) {
            (Some(Part::Quote | Part::Introduction), Some(inner)) if !self.ink.0 => {
                inner.strip_prefix(' ').unwrap_or(inner)
            }
            _ => text,
        };
        let room = COLUMNS - margin.chars().count();
        let rows = if text.chars().count() <= room {
            vec![text.to_owned()]
        } else {
            wrap(text, room)
        };
        for row in rows {
            let row = format!("{margin}{}", self.dressed(part, row.trim_end()));
            self.row(&row);
        }
    }

    fn dressed(&self, part: Option<Part>, text: &str) -> String {
        match part {
            Some(Part::Own) => self.ink.own(text),
            Some(Part::Quote | Part::Introduction) => self.ink.faint(text),
            Some(Part::Aside) => self.ink.aside(text),
            Some(Part::Blank) | None => text.to_owned(),
        }
    }

    fn item(&mut self, item: &Item) {
        let margin = " ".repeat(NAME_COLUMNS);
        let (text, own, deeper) = match item {
            Item::Said(text) => (text, false, ""),
            Item::Detail(text) => (text, false, "  "),
            Item::Words(text) => (text, true, "    "),
        };
        for line in text.lines() {
            for row in wrap(line, COLUMNS - margin.len() - deeper.len()) {
                let row = if own { self.ink.own(&row) } else { row };
                self.row(&format!("{margin}{deeper}{row}"));
            }
        }
    }
}

const fn mark(part: Part) -> char {
    match part {
        Part::Own => '|',
        Part::Quote => '>',
        Part::Introduction => ':',
        Part::Aside => '~',
        Part::Blank => ' ',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(mail: &str, ink: Ink) -> String {
        let context = Context::new(chrono::DateTime::UNIX_EPOCH, chrono_tz::UTC);
        let message = Message::parse(mail.as_bytes());
        page(
            &message,
            &crate::reading::read(&message, &context),
            &context,
            ink,
        )
    }

    const MAIL: &str = "From: Ben <ben@x.org>\nSubject: Re: lunch\n\nSure, gladly!\n\nBest,\nBen\n\nOn Mon, 11 Jan 2027, Ana wrote:\n> Lunch?\n";

    #[test]
    fn each_line_has_its_mark() {
        let text = seen(MAIL, Ink(false));
        for row in [
            "  | Sure, gladly!",
            "  ~ Best,",
            "  ~ Ben",
            "  : On Mon, 11 Jan 2027, Ana wrote:",
            "  > Lunch?",
            "Verdict  accept",
        ] {
            assert!(text.lines().any(|line| line == row), "{row} in\n{text}");
        }
        assert!(!text.contains('\x1b'), "{text}");
    }

    #[test]
    fn colours_need_no_marks() {
        let text = seen(MAIL, Ink(true));
        assert!(
            text.contains("\n  \x1b[32mSure, gladly!\x1b[0m\n"),
            "{text}"
        );
        assert!(text.contains("\n  \x1b[2;3mBest,\x1b[0m\n"), "{text}");
        assert!(text.contains("\n  \x1b[2m> Lunch?\x1b[0m\n"), "{text}");
    }

    #[test]
    fn own_words_behind_a_prompt_get_a_row_of_their_own() {
        let line = Line {
            text: "> 1. Best moment: the demo".to_owned(),
            part: Part::Quote,
            own: 18..26,
        };
        let expected = [(Part::Quote, "> 1. Best moment: "), (Part::Own, "the demo")];
        assert_eq!(line.pieces(), expected);
    }
}
