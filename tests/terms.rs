//! What answers say about days, times, places and terms, judged apart from their yes or no.
//!
//! `tests/corpus/terms/*.txt` has rows as `tests/understanding.rs` reads them; here only the fields
//! are looked at, `null` for what must not be taken for a wish. Each row is read as the agenda
//! knows the lunch, and as our own letter tells it. `POSTLUNCH_TERMS=folder` prints, a line a row,
//! what is found in rows of one's own.

use chrono::{DateTime, NaiveDateTime, Utc};
use postlunch::lunch::act::Answering;
use postlunch::reading::{Context, intent};
use postlunch::writing::{Templates, samples, write};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};

/// Monday 11 January 2027, nine in the morning in Berlin.
const NOW: &str = "2027-01-11T08:00:00Z";

struct Row {
    category: String,
    answering: Option<Answering>,
    wanted: String,
    words: String,
}

impl Row {
    /// Field and value, by the last part of the field's name.
    fn conditions(&self) -> impl Iterator<Item = (&str, String)> {
        self.wanted.split_whitespace().filter_map(|part| {
            let (field, value) = part.split_once('=')?;
            let field = field.rsplit('.').next()?;
            Some((field, value.replace('_', " ")))
        })
    }
}

fn rows(folder: &Path) -> Vec<Row> {
    let mut paths: Vec<_> = fs::read_dir(folder)
        .expect("the tables")
        .flatten()
        .map(|entry| entry.path())
        .collect();
    paths.sort();
    let mut rows = Vec::new();
    for path in paths {
        let mut answering = None;
        for line in fs::read_to_string(&path).expect("readable").lines() {
            if let Some(name) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
                answering = Answering::from_name(name.trim_end_matches("+goal"));
            } else if let Some((wanted, words)) = line.split_once(" | ")
                && !line.starts_with("# ")
            {
                rows.push(Row {
                    category: path
                        .file_stem()
                        .unwrap_or_default()
                        .to_string_lossy()
                        .into(),
                    answering,
                    wanted: wanted.to_owned(),
                    words: words.trim().replace("\\n", "\n"),
                });
            }
        }
    }
    rows
}

fn letter(answering: Option<Answering>) -> String {
    let kind = match answering {
        Some(Answering::Reminder) => "reminder",
        Some(Answering::Receipt) => "receipt-notes",
        _ => "invitation",
    };
    let (letter, posting) = samples::of(kind).expect("a sample");
    let templates = Templates::built_in().expect("templates");
    write(&letter, &posting, &templates).expect("a letter").text
}

/// What is found, with the lunch known to the agenda or only from our letter.
fn found(row: &Row, by_letter: bool) -> Value {
    let now: DateTime<Utc> = NOW.parse().expect("a moment");
    let lunch: NaiveDateTime = "2027-01-14T12:30:00".parse().expect("a lunch");
    let originals = [letter(row.answering)];
    let mut context = Context::new(now, chrono_tz::Europe::Berlin);
    context.answering = row.answering;
    let invited = matches!(
        row.answering,
        Some(Answering::Invitation | Answering::Question)
    );
    context.lunch = Some(lunch).filter(|_| !invited);
    if by_letter {
        context.originals = &originals;
    }
    let said = intent::read(&row.words, &context);
    let start = said.terms.start.filter(|_| !said.terms_open);
    let until = said.until.or(said.spoken_until);
    json!({
        "start": start.map(|s| s.format("%Y-%m-%dT%H:%M:%S").to_string()),
        "location": said.terms.location,
        "rhythm weeks": said.terms.rhythm_weeks,
        "once": said.terms.once,
        "no notes": said.terms.no_notes,
        "pause until": until.map(|d| d.to_string()),
    })
}

fn shown(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

#[test]
fn days_times_places_and_terms_are_found() {
    if let Ok(folder) = std::env::var("POSTLUNCH_TERMS") {
        for row in rows(&PathBuf::from(folder)) {
            let answering = row.answering.map_or("none", Answering::name);
            let words = row.words.replace('\n', "\\n");
            println!(
                "@{}\t{answering}\t{}\t{}\t{words}",
                row.category,
                row.wanted,
                found(&row, false)
            );
        }
        return;
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/terms");
    let (mut read, mut faults) = (0, Vec::new());
    for row in rows(&folder) {
        for by_letter in [false, true] {
            let found = found(&row, by_letter);
            read += 1;
            for (field, wanted) in row.conditions() {
                let field = field.replace('_', " ");
                let got = shown(&found[&field]);
                if got != wanted {
                    faults.push(format!("{:?}: {field} {got}, not {wanted}", row.words));
                }
            }
        }
    }
    assert!(read > 250, "only {read} read");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
