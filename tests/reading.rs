//! Reading, held by mails as clients write them and by tables of short answers.
//!
//! `tests/corpus/<family>/<habit>.eml` beside its `.expected`: a subset of the JSON of `explain`,
//! which may hold `"--answering"`, `"--original"`, `"--now"` and `"--goal-asked"`. Each is read with
//! LF and with CRLF. `tests/corpus/answers/*.txt` are tables of words alone.

use chrono::{DateTime, Utc};
use postlunch::lunch::act::Answering;
use postlunch::reading::message::Message;
use postlunch::reading::{Context, explain, read, visible};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// Monday 11 January 2027, nine in the morning in Berlin.
const NOW: &str = "2027-01-11T08:00:00Z";

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus")
}

fn files(dir: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).expect("a readable folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files(&path, ending));
        } else if path.extension().is_some_and(|e| e == ending) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// What the command line says about a mail.
struct Given {
    answering: Option<Answering>,
    originals: Vec<String>,
    now: DateTime<Utc>,
    goal_asked: bool,
}

impl Given {
    fn from_expected(expected: &Value) -> Self {
        let text = |name: &str| expected.get(name).and_then(Value::as_str);
        Self {
            answering: text("--answering").map(|n| Answering::from_name(n).expect("a known kind")),
            originals: text("--original").into_iter().map(original).collect(),
            now: text("--now").unwrap_or(NOW).parse().expect("a moment"),
            goal_asked: expected.get("--goal-asked") == Some(&Value::Bool(true)),
        }
    }

    fn explain(&self, mail: &[u8]) -> Value {
        let mut context = Context::new(self.now, chrono_tz::Europe::Berlin);
        context.answering = self.answering;
        context.originals = &self.originals;
        context.goal_asked = self.goal_asked;
        let message = Message::parse(mail);
        let reading = read(&message, &context);
        explain::explain(&message, &reading)
    }
}

fn original(name: &str) -> String {
    let path = corpus().join("originals").join(name);
    let bytes = fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    visible::body_text(&Message::parse(&bytes))
}

/// Where `wanted` is not a part of `actual`; options of the command line are passed over.
fn differences(wanted: &Value, actual: &Value, at: &str, found: &mut Vec<String>) {
    match (wanted, actual) {
        (Value::Object(wanted), Value::Object(actual)) => {
            for (key, value) in wanted.iter().filter(|(key, _)| !key.starts_with("--")) {
                let inner = actual.get(key).unwrap_or(&Value::Null);
                differences(value, inner, &format!("{at}.{key}"), found);
            }
        }
        (Value::Array(wanted), Value::Array(actual)) if wanted.len() == actual.len() => {
            for (number, (w, a)) in wanted.iter().zip(actual).enumerate() {
                differences(w, a, &format!("{at}[{number}]"), found);
            }
        }
        _ if wanted == actual => {}
        _ => found.push(format!("{at}: wanted {wanted}, was {actual}")),
    }
}

#[test]
fn mails_of_the_corpus_are_read_as_written_beside_them() {
    let mails = files(&corpus(), "eml");
    let mails: Vec<_> = mails
        .into_iter()
        .filter(|p| !p.starts_with(corpus().join("originals")))
        .collect();
    assert!(mails.len() >= 60, "only {} mails found", mails.len());
    let mut faults = Vec::new();
    for path in &mails {
        let expected = fs::read_to_string(path.with_extension("expected"))
            .unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let expected: Value =
            serde_json::from_str(&expected).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let given = Given::from_expected(&expected);
        let lf = String::from_utf8_lossy(&fs::read(path).expect("readable")).replace("\r\n", "\n");
        for (ends, mail) in [("LF", lf.clone()), ("CRLF", lf.replace('\n', "\r\n"))] {
            let actual = given.explain(mail.as_bytes());
            let mut found = Vec::new();
            differences(&expected, &actual, "", &mut found);
            if !found.is_empty() {
                let name = path.strip_prefix(corpus()).unwrap_or(path).display();
                faults.push(format!(
                    "{name} ({ends}):\n  {}\n  was {actual:#}",
                    found.join("\n  ")
                ));
                break;
            }
        }
    }
    assert!(
        faults.is_empty(),
        "{} of {}\n{}",
        faults.len(),
        mails.len(),
        faults.join("\n")
    );
}

/// A table: `kind | answer`, where `kind` may go on with `.field=value` of its act.
#[test]
fn short_answers_are_read_as_a_careful_person_would() {
    let tables = files(&corpus().join("answers"), "txt");
    assert!(!tables.is_empty(), "no table found");
    let mut faults = Vec::new();
    let mut rows = 0;
    for path in tables {
        let mut answering = None;
        let mut goal_asked = false;
        for line in fs::read_to_string(&path).expect("readable").lines() {
            let line = line.split(" ## ").next().unwrap_or_default().trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if let Some(name) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
                goal_asked = name.ends_with("+goal");
                answering = Answering::from_name(name.trim_end_matches("+goal"));
                continue;
            }
            let (wanted, text) = line.split_once('|').expect("kind | answer");
            rows += 1;
            let given = Given {
                answering,
                originals: Vec::new(),
                now: NOW.parse().expect("a moment"),
                goal_asked,
            };
            let body = text.trim().replace("\\n", "\n");
            let mail = format!(
                "From: Ben Smith <ben@example.com>\nSubject: Re: lunch\nContent-Type: text/plain; charset=utf-8\n\n{body}\n"
            );
            let actual = given.explain(mail.as_bytes());
            let mut words = wanted.split_whitespace();
            let kind = words.next().unwrap_or_default();
            let mut wrong = actual["kind"] != kind;
            for condition in words {
                let (field, value) = condition.split_once('=').expect("field=value");
                let mut found = &actual;
                for part in field.split('.') {
                    let inner = part
                        .parse::<usize>()
                        .map_or_else(|_| found.get(part), |n| found.get(n));
                    found = inner.unwrap_or(&Value::Null);
                }
                let shown = found
                    .as_str()
                    .map_or_else(|| found.to_string(), str::to_owned);
                wrong |= shown.replace(' ', "_") != value;
            }
            if wrong {
                let acts = &actual["acts"];
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                faults.push(format!(
                    "{name}: {body:?}: wanted {wanted}, was {} ({}) {acts}",
                    actual["kind"], actual["reason"]
                ));
            }
        }
    }
    assert!(rows > 100, "only {rows} rows");
    assert!(
        faults.is_empty(),
        "{} of {rows}\n{}",
        faults.len(),
        faults.join("\n")
    );
}
