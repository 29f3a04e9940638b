//! The record as CSV (RFC 4180): a row for each thing said, and one for each lunch.
//!
//! Spreadsheets take a cell that begins with `=`, `+`, `-` or `@` for a formula, whoever wrote it; such
//! a cell gets an apostrophe in front, which they do not show. Where a country parts cells by `;` or by
//! a tab, all of a row is one cell until one of them comes, quotes or not, and each line of a text is a
//! row: there too nothing begins with such a sign. A mark of the byte order in front of it all lets
//! spreadsheets read it as UTF-8.

use super::json::{goal_state, lunch_state, polarity};
use crate::lunch::notes::{Notes, Words};
use crate::lunch::record::{KeptGoal, KeptLunch, Record};

const HEAD: [&str; 6] = ["date", "partner", "direction", "kind", "goal", "words"];

/// What a formula begins with, the wide forms of East Asian keyboards included.
const FORMULA: [char; 8] = [
    '=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}',
];

/// What may part cells or rows inside of a cell, where the reader takes no notice of its quotes.
const BREAKS: [char; 3] = [';', '\t', '\n'];

/// The record, rows ended by CRLF.
pub(super) fn record(record: &Record) -> String {
    let mut table = Table::default();
    table.row(HEAD);
    for goal in &record.goals {
        let since = goal.since.to_string();
        for (until, words) in &goal.earlier {
            table.row([
                &until.to_string(),
                "",
                "",
                "goal before",
                "",
                words.reveal(),
            ]);
        }
        table.row([
            &since,
            "",
            "",
            "goal",
            goal_state(goal),
            goal.words.reveal(),
        ]);
    }
    for pairing in &record.pairings {
        let partner = pairing.partner.display_name();
        for (on, words) in &pairing.jar {
            table.row([
                &on.to_string(),
                &partner,
                "put by",
                "best moment",
                "",
                words.reveal(),
            ]);
        }
        for lunch in &pairing.lunches {
            let date = lunch.start.date().to_string();
            table.row([
                &date,
                &partner,
                "",
                "lunch",
                lunch_state(lunch),
                &lunch.location,
            ]);
            let sides = [("you told", &lunch.told), ("you were told", &lunch.heard)];
            for (direction, notes) in sides {
                let Some(notes) = notes else { continue };
                let goal = goal_of(lunch, &record.goals, direction);
                for (kind, words) in points(notes) {
                    table.row([&date, &partner, direction, kind, goal, words.reveal()]);
                }
            }
        }
    }
    table.text
}

/// The goal that what one was told spoke to.
fn goal_of<'a>(lunch: &KeptLunch, goals: &'a [KeptGoal], direction: &str) -> &'a str {
    let goal = lunch.goal.filter(|_| direction == "you were told");
    goal.and_then(|at| goals.get(at))
        .map_or("", |goal| goal.words.reveal())
}

fn points(notes: &Notes) -> Vec<(&'static str, &Words)> {
    let mut points: Vec<(&'static str, &Words)> = Vec::new();
    points.extend(notes.best.iter().map(|w| ("best moment", w)));
    points.extend(notes.worst.iter().map(|w| ("worst moment", w)));
    points.extend(notes.focus.iter().map(|w| ("focus", w)));
    points.extend(
        notes
            .observations
            .iter()
            .map(|o| (polarity(o.polarity), &o.words)),
    );
    points.extend(notes.achieved.iter().map(|w| ("called reached", w)));
    points.extend(notes.unplaced.iter().map(|w| ("else", w)));
    points
}

struct Table {
    text: String,
}

impl Default for Table {
    fn default() -> Self {
        Self {
            text: "\u{feff}".to_owned(),
        }
    }
}

impl Table {
    fn row(&mut self, cells: [&str; 6]) {
        let cells = cells.map(cell);
        self.text.push_str(&cells.join(","));
        self.text.push_str("\r\n");
    }
}

/// A cell, always in quotes.
fn cell(text: &str) -> String {
    let told = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut safe = String::from("\"");
    if told.starts_with(BREAKS) {
        safe.push('\'');
    }
    // Where a cell may begin, whoever reads it.
    for part in told.split_inclusive(BREAKS) {
        // blanks in front do not keep a spreadsheet from reading a formula
        let begins = part.trim_start_matches(['"', ' ', '\u{a0}', '\u{3000}']);
        if begins.starts_with(FORMULA) {
            safe.push('\'');
        }
        safe.push_str(&part.replace('"', "\"\""));
    }
    safe.push('"');
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_somebody_wrote_becomes_a_formula() {
        for (said, wanted) in [
            ("the demo", "\"the demo\""),
            ("=HYPERLINK(\"x\")", "\"'=HYPERLINK(\"\"x\"\")\""),
            ("+1 for that", "\"'+1 for that\""),
            ("- one\n- two", "\"'- one\n'- two\""),
            ("well done;=1+1", "\"well done;'=1+1\""),
            ("well done; =1+1", "\"well done;' =1+1\""),
            ("well done;\"=1+1\"", "\"well done;'\"\"=1+1\"\"\""),
            ("a\r=1", "\"a\n'=1\""),
            ("@SUM(1)", "\"'@SUM(1)\""),
            ("  =1+1", "\"'  =1+1\""),
            ("\t=1", "\"'\t'=1\""),
            ("\u{ff1d}1", "\"'\u{ff1d}1\""),
            ("a \"b\", c", "\"a \"\"b\"\", c\""),
        ] {
            assert_eq!(cell(said), wanted, "{said:?}");
        }
    }
}
