//! What a person sees: aligned, short, and never more than was asked for.

use crate::cli::args::Color;
use crate::cli::ending::Failure;
use crate::daemon::request::{Invitation, PairingLine, Ran, ReviewLine, SummaryLine};
use chrono::{DateTime, Utc};
use serde_json::Value;
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::time::Duration;
use tokio::time::{Instant, MissedTickBehavior, interval_at};

/// Prints to standard output. A reader that has gone away (`| head`) is no failure.
///
/// # Errors
/// If the system refuses otherwise, such as on a full disk.
pub fn print(text: &str) -> Result<(), Failure> {
    octets(text.as_bytes())
}

/// Prints octets as they are.
///
/// # Errors
/// As [`print`].
pub fn octets(octets: &[u8]) -> Result<(), Failure> {
    write(octets).map(|_| ())
}

/// Prints, and tells whether anybody still reads it.
///
/// # Errors
/// As [`print`].
pub fn is_heard(text: &str) -> Result<bool, Failure> {
    write(text.as_bytes())
}

fn write(octets: &[u8]) -> Result<bool, Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(octets).and_then(|()| out.flush()) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(Failure::failed(format!("cannot print: {error}"))),
    }
}

/// Prints JSON over several lines.
///
/// # Errors
/// As [`print`].
pub fn json(value: &Value) -> Result<(), Failure> {
    print(&format!("{value:#}\n"))
}

/// Whether standard output gets colours: by the option, else where a terminal shows them and
/// nobody forbids them (<https://no-color.org>).
pub fn in_colour(choice: Color) -> bool {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    match choice {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => {
            let dumb = set("TERM").is_none_or(|kind| kind == "dumb");
            io::stdout().is_terminal() && set("NO_COLOR").is_none() && !dumb
        }
    }
}

/// Terminal colours, or none. Dresses single lines.
#[derive(Clone, Copy, Debug)]
pub struct Ink(pub bool);

impl Ink {
    fn with(self, code: &str, text: &str) -> String {
        if self.0 && !text.is_empty() {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }

    /// What matters.
    pub fn strong(self, text: &str) -> String {
        self.with("1", text)
    }

    /// What somebody newly wrote.
    pub fn own(self, text: &str) -> String {
        self.with("32", text)
    }

    /// What deserves a look.
    pub fn caution(self, text: &str) -> String {
        self.with("33", text)
    }

    /// What somebody has to mend.
    pub fn alarm(self, text: &str) -> String {
        self.with("1;31", text)
    }

    /// What stands by.
    pub fn faint(self, text: &str) -> String {
        self.with("2", text)
    }

    /// What stands by and is nobody's words.
    pub fn aside(self, text: &str) -> String {
        self.with("2;3", text)
    }
}

/// Rows as columns, each as wide as its widest cell; the last one is left as it is.
pub fn columns(rows: &[Vec<String>], margin: &str) -> String {
    let mut widths: Vec<usize> = Vec::new();
    for row in rows {
        for (at, cell) in row.iter().enumerate() {
            let width = cell.chars().count();
            match widths.get_mut(at) {
                Some(widest) => *widest = width.max(*widest),
                None => widths.push(width),
            }
        }
    }
    let mut text = String::new();
    for row in rows {
        let mut line = margin.to_owned();
        for (cell, width) in row.iter().zip(&widths) {
            line.push_str(&format!("{cell:<width$}  "));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// A moment for people.
pub fn moment(moment: DateTime<Utc>) -> String {
    moment.format("%a %Y-%m-%d %H:%M UTC").to_string()
}

fn row(cells: [&str; 2]) -> Vec<String> {
    cells.map(str::to_owned).to_vec()
}

/// What became of invitations.
pub fn invited(invitations: &[Invitation], dry_run: bool) -> String {
    let rows: Vec<Vec<String>> = invitations
        .iter()
        .map(|invitation| {
            let (mark, fate) = match (&invitation.refused, invitation.pairing) {
                (Some(why), _) => ("refused", why.clone()),
                (None, Some(number)) => (
                    "invited",
                    format!("pairing {number}: {}", invitation.subject),
                ),
                (None, None) => ("would invite", invitation.subject.clone()),
            };
            vec![mark.to_owned(), invitation.to.clone(), fate]
        })
        .collect();
    let end = if dry_run { "Nothing was sent.\n" } else { "" };
    format!("{}{end}", columns(&rows, ""))
}

/// All pairings.
pub fn pairings(pairings: &[PairingLine]) -> String {
    if pairings.is_empty() {
        return "There are no pairings yet; `postlunch invite` starts one.\n".to_owned();
    }
    let titles = ["ID", "INVITER", "INVITEE", "STAGE", "NEXT LUNCH"];
    let mut rows = vec![titles.map(str::to_owned).to_vec()];
    rows.extend(pairings.iter().map(|line| {
        vec![
            line.pairing.to_string(),
            line.inviter.clone(),
            line.invitee.clone(),
            line.stage.clone(),
            line.next_lunch.clone().unwrap_or_default(),
        ]
    }));
    columns(&rows, "")
}

/// Mail that was set aside.
pub fn reviews(reviews: &[ReviewLine]) -> String {
    if reviews.is_empty() {
        return "Nothing is set aside.\n".to_owned();
    }
    let titles = ["ID", "SET ASIDE", "FROM", "WHY", "MESSAGE-ID"];
    let mut rows = vec![titles.map(str::to_owned).to_vec()];
    rows.extend(reviews.iter().map(|line| {
        vec![
            line.number.to_string(),
            moment(line.at),
            line.from.clone(),
            line.why.clone(),
            line.message_id.clone().unwrap_or_default(),
        ]
    }));
    columns(&rows, "")
}

/// What the clock shows and what ran on the way.
pub fn clock(now: DateTime<Utc>, ran: &[Ran], next_due: Option<DateTime<Utc>>) -> String {
    let rows: Vec<Vec<String>> = ran
        .iter()
        .map(|ran| {
            let who = ran.who.clone().unwrap_or_default();
            vec![moment(ran.at), ran.what.clone(), who]
        })
        .collect();
    let next = next_due.map_or_else(
        || "nothing is due".to_owned(),
        |due| format!("next due {}", moment(due)),
    );
    format!(
        "{}The clock shows {}; {next}.\n",
        columns(&rows, ""),
        moment(now)
    )
}

/// Whose summary would go out.
pub fn summaries(summaries: &[SummaryLine]) -> String {
    if summaries.is_empty() {
        return "Nobody has anything to be told this month.\n".to_owned();
    }
    let rows: Vec<Vec<String>> = summaries
        .iter()
        .map(|line| {
            let word = if line.lunches == 1 {
                "lunch"
            } else {
                "lunches"
            };
            row([&line.to, &format!("{} {word}", line.lunches)])
        })
        .collect();
    columns(&rows, "")
}

/// Waits, and after a second says so on a terminal, with the seconds gone by.
pub async fn patiently<T>(what: &str, waiting: impl Future<Output = T>) -> T {
    let second = Duration::from_secs(1);
    let start = Instant::now();
    let mut ticks = interval_at(start + second, second);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let seen = io::stderr().is_terminal();
    tokio::pin!(waiting);
    let mut told = false;
    loop {
        tokio::select! {
            done = &mut waiting => {
                if told {
                    eprint!("\r\x1b[K");
                }
                return done;
            }
            _ = ticks.tick(), if seen => {
                eprint!("\r{what} … {} s", start.elapsed().as_secs());
                told = true;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_they_must_be() {
        let rows = [["a", "longer", "x"], ["über", "b", ""]];
        let rows: Vec<Vec<String>> = rows.iter().map(|r| r.map(str::to_owned).to_vec()).collect();
        assert_eq!(columns(&rows, " "), " a     longer  x\n über  b\n");
    }

    #[test]
    fn an_invitation_that_is_refused_is_told_beside_the_others() {
        let sent = |to: &str, pairing, refused: Option<&str>| Invitation {
            to: to.to_owned(),
            subject: "Lunch: Ben & Ana".to_owned(),
            pairing,
            refused: refused.map(str::to_owned),
        };
        let text = invited(
            &[
                sent("ben@x.org", Some(3), None),
                sent("c@x.org", None, Some("wants no mail")),
            ],
            false,
        );
        assert!(text.contains("pairing 3"), "{text}");
        assert!(
            text.contains("refused") && text.contains("wants no mail"),
            "{text}"
        );
        assert!(invited(&[sent("ben@x.org", None, None)], true).contains("Nothing was sent."));
    }
}
