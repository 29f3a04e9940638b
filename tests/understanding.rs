//! How well answers are understood, by category, on tables of answers as colleagues write them.
//!
//! Each row (see `support/rows.rs`) is read bare, above a quoted letter of ours, and as HTML only.
//! `tests/corpus/colleagues` and `tests/corpus/taught` are what rules and weights were made by; of
//! `tests/corpus/unseen` only the score is looked at, and nothing is taught by it. Any other reader
//! can be scored on the same mails: name its command in `POSTLUNCH_READER`; it gets a mail on its
//! input, `--answering KIND` as arguments, and prints an object with `kind` and what else of the
//! fields of `explain` it knows. Rows of one's own are scored by naming their folder in
//! `POSTLUNCH_ROWS`.

use chrono::{DateTime, NaiveDateTime, Utc};
use postlunch::lunch::act::Answering;
use postlunch::lunch::letter::Body;
use postlunch::reading::message::Message;
use postlunch::reading::{Context, explain, read};
use postlunch::writing::{Templates, samples, write};
use serde_json::Value;
#[path = "support/rows.rs"]
mod rows;

use rows::{Row, rows};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

/// Monday 11 January 2027, nine in the morning in Berlin.
const NOW: &str = "2027-01-11T08:00:00Z";

/// The layouts that every row is read in.
const LAYOUTS: [&str; 3] = ["bare", "above a quote", "HTML only"];

/// The letter that is answered, as a person sees it quoted, and its subject.
fn letter(answering: Option<Answering>) -> (String, String) {
    let kind = match answering {
        Some(Answering::Reminder) => "reminder",
        Some(Answering::FollowUp) => "followup",
        Some(Answering::Receipt) => "receipt-notes",
        Some(Answering::Exchange) => "exchange",
        Some(Answering::Summary) => "summary",
        Some(Answering::Permission | Answering::Proposal | Answering::Question) => "question",
        _ => "invitation",
    };
    let (mut letter, posting) = samples::of(kind).expect("a sample");
    if let (Some(asked), Body::Question { about, .. }) = (answering, &mut letter.body)
        && asked != Answering::Question
    {
        *about = asked;
    }
    let templates = Templates::built_in().expect("templates");
    let written = write(&letter, &posting, &templates).expect("a letter");
    (written.text, written.subject)
}

/// The row's words as a whole mail.
fn mail(row: &Row, layout: &str, letter: &str, subject: &str) -> String {
    let head =
        format!("From: Ben Smith <ben@example.com>\nTo: lunch@example.com\nSubject: {subject}\n");
    let plain = format!("{head}Content-Type: text/plain; charset=utf-8\n\n");
    let words = &row.words;
    match layout {
        "bare" => format!("{plain}{words}\n"),
        "above a quote" => {
            let quoted: String = letter.lines().map(|l| format!("> {l}\n")).collect();
            format!(
                "{plain}{words}\n\nOn Mon, 11 Jan 2027 at 08:55, Ana via Lunch <lunch@example.com> wrote:\n\n{quoted}"
            )
        }
        _ => {
            let escaped = |t: &str| t.replace('&', "&amp;").replace('<', "&lt;");
            let typed = escaped(words).replace('\n', "<br>\n");
            let quoted: String = letter
                .split("\n\n")
                .map(|p| format!("<p>{}</p>\n", escaped(p)))
                .collect();
            format!(
                "{head}Content-Type: text/html; charset=utf-8\n\n<div dir=\"ltr\">{typed}</div><br><div class=\"gmail_quote\"><div dir=\"ltr\" class=\"gmail_attr\">On Mon, Jan 11, 2027 at 8:55 AM Ana via Lunch &lt;lunch@example.com&gt; wrote:<br></div><blockquote class=\"gmail_quote\">{quoted}</blockquote></div>"
            )
        }
    }
}

/// Whether it is said which letter is answered; else the mail alone has to tell, with the subject
/// that answers have.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Letter {
    Told,
    Untold,
}

/// How a mail is read: here, or by the command that `POSTLUNCH_READER` names.
fn understood(row: &Row, layout: &str, (letter, subject): (&str, &str), told: Letter) -> Value {
    if told == Letter::Untold {
        let subject = match row.answering {
            Some(_) => format!("Re: {}", subject.trim_start_matches("Re: ")),
            None => "Re: lunch".to_owned(),
        };
        return read_untold(&mail(row, layout, letter, &subject));
    }
    let mail = mail(row, layout, letter, "Re: lunch");
    if let Ok(command) = std::env::var("POSTLUNCH_READER") {
        return read_by(&command, row, &mail);
    }
    let now: DateTime<Utc> = NOW.parse().expect("a moment");
    let originals = [letter.to_owned()];
    let mut context = Context::new(now, chrono_tz::Europe::Berlin);
    context.answering = row.answering;
    context.goal_asked = row.goal_asked;
    if layout == "bare" {
        // Where the letter is not at hand, the agenda is.
        let lunch: NaiveDateTime = "2027-01-14T12:30:00".parse().expect("a lunch");
        context.lunch = Some(lunch).filter(|_| row.answering == Some(Answering::Reminder));
    } else {
        context.originals = &originals;
    }
    let message = Message::parse(mail.as_bytes());
    explain::explain(&message, &read(&message, &context))
}

fn read_untold(mail: &str) -> Value {
    let now: DateTime<Utc> = NOW.parse().expect("a moment");
    let context = Context::new(now, chrono_tz::Europe::Berlin);
    let message = Message::parse(mail.as_bytes());
    explain::explain(&message, &read(&message, &context))
}

fn read_by(command: &str, row: &Row, mail: &str) -> Value {
    let mut words = command.split_whitespace();
    let mut child = Command::new(words.next().expect("a command"));
    child.args(words);
    if let Some(answering) = row.answering {
        child.args(["--answering", answering.name()]);
    }
    let mut child = child
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the reader starts");
    let mut input = child.stdin.take().expect("its input");
    input.write_all(mail.as_bytes()).expect("it reads");
    drop(input);
    let output = child.wait_with_output().expect("it ends");
    serde_json::from_slice(&output.stdout).unwrap_or(Value::Null)
}

fn field<'a>(object: &'a Value, path: &str) -> &'a Value {
    path.split('.').fold(object, |found, part| {
        let inner = match part.parse::<usize>() {
            Ok(at) => found.get(at),
            Err(_) => found.get(part),
        };
        inner.unwrap_or(&Value::Null)
    })
}

fn agrees(row: &Row, read: &Value) -> bool {
    row.conditions.iter().all(|(path, wanted)| {
        let found = field(read, path);
        let shown = found
            .as_str()
            .map_or_else(|| found.to_string(), str::to_owned);
        shown.replace(' ', "_") == *wanted
    })
}

/// What went right and wrong in one category.
#[derive(Default, Clone, Copy)]
struct Score {
    read: usize,
    kinds: usize,
    /// Rows of the right kind with fields to be right, and those right in them.
    fields: (usize, usize),
    /// Read as a yes and none.
    false_yes: usize,
    /// A no, a stop or an end, that was read as something else to act on, or as nothing.
    missed_no: usize,
    /// Asked back where it was clear.
    asked: usize,
    /// Some other wrong kind.
    wrong: usize,
}

impl Score {
    fn take(&mut self, row: &Row, read: &Value) -> bool {
        let kind = field(read, "kind").as_str().unwrap_or_default();
        let against = |kind: &str| matches!(kind, "decline" | "stop" | "end");
        let right = row.kinds.iter().any(|k| k == kind);
        self.read += 1;
        self.kinds += usize::from(right);
        if right {
            let well = agrees(row, read);
            self.fields.0 += usize::from(!row.conditions.is_empty());
            self.fields.1 += usize::from(!row.conditions.is_empty() && well);
            return well;
        }
        if kind == "accept" {
            self.false_yes += 1;
        } else if kind == "unclear" {
            self.asked += 1;
        } else if against(&row.kinds[0]) && !against(kind) {
            self.missed_no += 1;
        } else {
            self.wrong += 1;
        }
        false
    }

    fn add(&mut self, other: &Self) {
        self.read += other.read;
        self.kinds += other.kinds;
        self.fields.0 += other.fields.0;
        self.fields.1 += other.fields.1;
        self.false_yes += other.false_yes;
        self.missed_no += other.missed_no;
        self.asked += other.asked;
        self.wrong += other.wrong;
    }

    fn line(&self, name: &str) -> String {
        let percent = |part: usize, of: usize| {
            if of == 0 {
                "".to_owned()
            } else {
                format!("{:.1}", 100.0 * part as f64 / of as f64)
            }
        };
        format!(
            "| {name} | {} | {} | {} | {} | {} | {} | {} |",
            self.read,
            percent(self.kinds, self.read),
            percent(self.fields.1, self.fields.0),
            self.false_yes,
            self.missed_no,
            percent(self.asked, self.read),
            self.wrong
        )
    }
}

/// Scores by category; with the rows that went wrong, told in full.
fn score(folder: &Path, told: Letter) -> (BTreeMap<String, Score>, Vec<String>) {
    let mut scores: BTreeMap<String, Score> = BTreeMap::new();
    let mut faults = Vec::new();
    let mut letters: BTreeMap<Option<Answering>, (String, String)> = BTreeMap::new();
    for row in &rows(folder) {
        let (letter, subject) = letters
            .entry(row.answering)
            .or_insert_with(|| self::letter(row.answering));
        let mut shown = false;
        for layout in LAYOUTS {
            let read = understood(row, layout, (letter, subject), told);
            let score = scores.entry(row.category.clone()).or_default();
            if !score.take(row, &read) && !shown {
                shown = true;
                faults.push(format!(
                    "{} {layout}: {:?}\n    wanted {} {:?}; was {} ({}) {}",
                    row.category,
                    row.words,
                    row.kinds.join("/"),
                    row.conditions,
                    read["kind"],
                    read["reason"],
                    read["acts"]
                ));
            }
        }
    }
    (scores, faults)
}

fn table(scores: &BTreeMap<String, Score>) -> (String, Score) {
    let mut text = String::from(
        "| category | read | kind right % | fields right % | false yes | missed no | asked back % | other wrong |\n|---|---|---|---|---|---|---|---|\n",
    );
    let mut whole = Score::default();
    for (name, score) in scores {
        let _ = writeln!(text, "{}", score.line(name));
        whole.add(score);
    }
    let _ = writeln!(text, "{}", whole.line("all"));
    (text, whole)
}

/// What a set of answers has to reach, in hundredths of what is read.
struct Floor {
    folder: &'static str,
    told: Letter,
    right_min: f64,
    false_yes_max: f64,
    missed_no_max: f64,
    asked_max: f64,
}

const FLOORS: [Floor; 4] = [
    Floor {
        folder: "colleagues",
        told: Letter::Told,
        right_min: 99.5,
        false_yes_max: 0.0,
        missed_no_max: 0.1,
        asked_max: 0.5,
    },
    Floor {
        folder: "unseen",
        told: Letter::Told,
        right_min: 86.0,
        false_yes_max: 1.0,
        missed_no_max: 0.05,
        asked_max: 8.3,
    },
    Floor {
        folder: "colleagues",
        told: Letter::Untold,
        right_min: 99.0,
        false_yes_max: 0.15,
        missed_no_max: 0.1,
        asked_max: 0.8,
    },
    Floor {
        folder: "unseen",
        told: Letter::Untold,
        right_min: 80.8,
        false_yes_max: 1.4,
        missed_no_max: 0.05,
        asked_max: 10.9,
    },
];

/// docs/reading.md has the tables. `POSTLUNCH_SHOW` prints them, and with `faults` every row that
/// went wrong.
#[test]
fn answers_of_colleagues_are_understood() {
    let show = std::env::var("POSTLUNCH_SHOW").ok();
    let tell = |name: &str, folder: &Path, told: Letter| {
        let (scores, faults) = score(folder, told);
        let (table, whole) = table(&scores);
        if show.is_some() {
            let untold = match told {
                Letter::Told => "",
                Letter::Untold => ", without being told the letter",
            };
            println!("{name}{untold}\n\n{table}");
        }
        if show.as_deref() == Some("faults") {
            println!("{}", faults.join("\n"));
        }
        (table, whole)
    };
    if let Some(folder) = std::env::var_os("POSTLUNCH_ROWS") {
        tell("others' rows", Path::new(&folder), Letter::Told);
        return;
    }
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    for floor in &FLOORS {
        let reader = std::env::var_os("POSTLUNCH_READER").is_some();
        if reader && floor.told == Letter::Untold {
            continue;
        }
        let (table, whole) = tell(floor.folder, &corpus.join(floor.folder), floor.told);
        if reader {
            continue; // another's reader is scored, and held to nothing
        }
        assert!(whole.read > 1_500, "only {} read", whole.read);
        let share = |part: usize| 100.0 * part as f64 / whole.read as f64;
        let reached = share(whole.kinds) >= floor.right_min
            && share(whole.false_yes) <= floor.false_yes_max
            && share(whole.missed_no) <= floor.missed_no_max
            && share(whole.asked) <= floor.asked_max;
        assert!(reached, "{}\n{table}", floor.folder);
    }
}
