//! The record as Markdown (CommonMark), to be read as it is or dressed.
//!
//! What people wrote stands in block quotes, with the signs that Markdown acts on taken out of action.

use crate::lunch::notes::{Notes, Polarity, Words};
use crate::lunch::pairing::LunchState;
use crate::lunch::person::GoalEnd;
use crate::lunch::record::{KeptGoal, KeptLunch, KeptPairing, Record};
use crate::writing::english as say;
use chrono::NaiveDate;

/// The record.
pub(super) fn record(record: &Record) -> String {
    let mut page = Page::default();
    page.line(&format!("# {}: lunches", plain(&record.who.display_name())));
    page.line(&format!(
        "What is kept, as of {}.",
        full(record.made.date_naive())
    ));
    if !record.goals.is_empty() {
        page.line("## Goals");
        for goal in &record.goals {
            put_goal(&mut page, goal);
        }
    }
    for pairing in &record.pairings {
        put_pairing(&mut page, pairing, &record.goals);
    }
    page.text
}

fn put_goal(page: &mut Page, goal: &KeptGoal) {
    page.line(&format!("### {}", plain(goal.words.reveal())));
    let mut told = format!("Yours since {}.", full(goal.since));
    for (until, words) in &goal.earlier {
        told.push_str(&format!(
            " Until {}: \u{201c}{}\u{201d}.",
            full(*until),
            plain(words.reveal())
        ));
    }
    if let Some((on, how)) = goal.ended {
        let (on, by) = (
            full(on),
            goal.agreed_by.as_ref().map(|by| plain(&by.display_name())),
        );
        told.push_str(&match (how, by) {
            (GoalEnd::Achieved, Some(by)) => format!(" Reached on {on}; {by} agreed."),
            (GoalEnd::Achieved, None) => format!(" Reached on {on}."),
            (GoalEnd::Replaced, _) => format!(" Replaced by another on {on}."),
            (GoalEnd::Dropped, _) => format!(" Given up on {on}."),
        });
    }
    page.line(&told);
}

fn put_pairing(page: &mut Page, pairing: &KeptPairing, goals: &[KeptGoal]) {
    let partner = plain(&pairing.partner.display_name());
    page.line(&format!("## Lunch with {partner}"));
    let whose = if pairing.invited {
        "You invited"
    } else {
        "You were invited by"
    };
    let ended = if pairing.goes_on {
        ""
    } else {
        " The lunches have ended."
    };
    page.line(&format!(
        "{whose} {partner}, {}.{ended}",
        plain(&pairing.partner.address.to_string())
    ));
    if !pairing.jar.is_empty() {
        page.line("### Put by for a lunch");
        for (on, words) in &pairing.jar {
            page.quote(words.reveal());
            page.line(&full(*on));
        }
    }
    for lunch in &pairing.lunches {
        put_lunch(page, lunch, &partner, goals);
    }
}

fn put_lunch(page: &mut Page, lunch: &KeptLunch, partner: &str, goals: &[KeptGoal]) {
    let state = match lunch.state {
        LunchState::Held => "",
        LunchState::Planned => ", planned",
        LunchState::Skipped | LunchState::Rested => ", left out",
        LunchState::NotMet => ", did not take place",
    };
    page.line(&format!(
        "### {}, {}, {}{state}",
        full(lunch.start.date()),
        say::time(lunch.start.time()),
        plain(&lunch.location)
    ));
    if let Some(notes) = &lunch.heard {
        page.line(&format!("**What {partner} told you**"));
        put_notes(page, notes);
        if let Some(goal) = lunch.goal.and_then(|at| goals.get(at)) {
            page.line(&format!("About your goal: {}.", plain(goal.words.reveal())));
        }
    }
    if let Some(notes) = &lunch.told {
        let sealed = if lunch.told_shown {
            ""
        } else {
            ", not shown yet"
        };
        page.line(&format!("**What you told {partner}**{sealed}"));
        put_notes(page, notes);
    }
}

fn put_notes(page: &mut Page, notes: &Notes) {
    let mut put = |label: &str, words: Option<&Words>| {
        if let Some(words) = words {
            page.line(&format!("{label}:"));
            page.quote(words.reveal());
        }
    };
    put("Best moment", notes.best.as_ref());
    put("Worst moment", notes.worst.as_ref());
    put("Focus", notes.focus.as_ref());
    // What was marked is a part of the focus, which has been told.
    for seen in notes.observations.iter().filter(|_| notes.focus.is_none()) {
        let label = match seen.polarity {
            Polarity::Helps => "Helps",
            Polarity::Hinders => "Gets in the way",
            Polarity::Both => "Helps and gets in the way",
        };
        put(label, Some(&seen.words));
    }
    put("Called reached", notes.achieved.as_ref());
    for words in &notes.unplaced {
        put("And", Some(words));
    }
}

/// `14 January 2027`: a file is read in another year too.
pub(super) fn full(date: NaiveDate) -> String {
    use chrono::Datelike;
    format!("{} {} {}", date.day(), say::month(date), date.year())
}

/// Paragraphs with an empty line between them.
#[derive(Default)]
pub(super) struct Page {
    pub(super) text: String,
}

impl Page {
    pub(super) fn line(&mut self, line: &str) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    pub(super) fn quote(&mut self, words: &str) {
        let rows: Vec<String> = words
            .lines()
            .map(|row| format!("> {}", plain(row)))
            .collect();
        // a line of somebody's stays a line
        self.line(&rows.join("  \n"));
    }
}

/// Text without any sign that Markdown would act on (CommonMark 0.31, section 2.4).
pub(super) fn plain(text: &str) -> String {
    let mut out = String::new();
    for (at, c) in text.trim().char_indices() {
        let first = at == 0;
        let acts = matches!(
            c,
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '&' | '|' | '~'
        );
        let begins = first && matches!(c, '#' | '+' | '-' | '=');
        if acts || begins {
            out.push('\\');
        }
        out.push(if c.is_control() { ' ' } else { c });
    }
    // "1." at the front would begin a list
    let digits = out.chars().take_while(char::is_ascii_digit).count();
    if digits > 0 && out[digits..].starts_with(['.', ')']) {
        out.insert(digits, '\\');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_somebody_wrote_does_not_act() {
        for (said, wanted) in [
            ("The demo.", "The demo."),
            ("# big", "\\# big"),
            ("1. one", "1\\. one"),
            ("- a", "\\- a"),
            ("<script>", "\\<script\\>"),
            ("[x](y) *b* `c`", "\\[x\\](y) \\*b\\* \\`c\\`"),
        ] {
            assert_eq!(plain(said), wanted);
        }
    }
}
