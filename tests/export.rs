//! What a member takes along: the files that `report` attaches, held against docs/export.md, and
//! what must never stand in the page for a promotion.

use postlunch::lunch::letter::{Body, Letter};
use postlunch::lunch::notes::Words;
use postlunch::lunch::record::{Pack, Record};
use postlunch::writing::{Document, Posting, Templates, samples, write};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

fn report() -> (Letter, Posting) {
    samples::of("report").expect("a sample")
}

fn parts(letter: &mut Letter) -> (&mut Record, &mut Pack) {
    match &mut letter.body {
        Body::Report { record, pack } => (record, pack),
        _ => panic!("a report"),
    }
}

fn files(letter: &Letter, posting: &Posting) -> Vec<Document> {
    let templates = Templates::built_in().expect("built-in templates");
    let written = write(letter, posting, &templates).expect("written");
    written.documents
}

fn file(name: &str, letter: &Letter, posting: &Posting) -> String {
    let found = files(letter, posting).into_iter().find(|d| d.name == name);
    found.unwrap_or_else(|| panic!("no {name}")).text
}

fn fields(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(entries) => {
            for (name, value) in entries {
                found.insert(name.clone());
                fields(value, found);
            }
        }
        Value::Array(parts) => parts.iter().for_each(|part| fields(part, found)),
        _ => {}
    }
}

/// A field that the page does not tell is one that nobody can rely on.
#[test]
fn every_field_of_the_json_stands_in_the_documentation() {
    let (letter, posting) = report();
    let json: Value = serde_json::from_str(&file("record.json", &letter, &posting)).expect("JSON");
    assert_eq!(json["schema"], "postlunch/record");
    assert_eq!(json["version"], 1);
    let mut found = BTreeSet::new();
    fields(&json, &mut found);
    assert!(found.len() > 25, "{found:?}");
    let page = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/export.md");
    let page = fs::read_to_string(page).expect("readable");
    let untold: Vec<_> = found
        .iter()
        .filter(|name| !page.contains(&format!("`{name}`")))
        .collect();
    assert!(untold.is_empty(), "docs/export.md does not tell {untold:?}");
}

/// RFC 4180: as many cells in each row, whatever somebody wrote.
#[test]
fn the_csv_is_a_table_and_holds_no_formula() {
    let (mut letter, posting) = report();
    let said = "=cmd|' /C calc'!A0, \"quoted\"\r\n+1\n@x";
    let elsewhere = "The demo; =HYPERLINK(\"x\");\t@SUM(1)";
    let (record, _) = parts(&mut letter);
    for goal in &mut record.goals {
        goal.words = Words::new(said.to_owned());
    }
    for pairing in &mut record.pairings {
        for lunch in &mut pairing.lunches {
            lunch.location = "-2+3".to_owned();
            if let Some(notes) = &mut lunch.heard {
                notes.best = Some(Words::new(said.to_owned()));
                notes.worst = Some(Words::new(elsewhere.to_owned()));
            }
        }
    }
    let text = file("record.csv", &letter, &posting);
    let text = text.strip_prefix('\u{feff}').expect("a byte order mark");
    let rows = table(text);
    assert!(rows.len() > 6);
    // Whoever's country parts cells by a semicolon or a tab reads the same file.
    for cell in text.split([';', '\t', '\n', '\r']) {
        let begins = cell.trim_start_matches(['"', ' ']);
        assert!(!begins.starts_with(['=', '+', '-', '@']), "{cell}");
    }
    for row in &rows {
        assert_eq!(row.len(), 6, "{row:?}");
        for cell in row {
            assert!(
                !cell.trim_start().starts_with(['=', '+', '-', '@']),
                "{cell}"
            );
        }
    }
    assert!(
        rows.iter()
            .any(|row| row[5] == "'=cmd|' /C calc'!A0, \"quoted\"\n'+1\n'@x")
    );
}

/// A reader by the letter of RFC 4180, where every cell is quoted.
fn table(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut cell) = (Vec::new(), Vec::new(), String::new());
    let mut signs = text.chars().peekable();
    let mut inside = false;
    while let Some(sign) = signs.next() {
        match (inside, sign) {
            (true, '"') if signs.peek() == Some(&'"') => {
                signs.next();
                cell.push('"');
            }
            (_, '"') => inside = !inside,
            (true, sign) => cell.push(sign),
            (false, ',') => row.push(std::mem::take(&mut cell)),
            (false, '\r') => {
                assert_eq!(signs.next(), Some('\n'), "a row ends by CRLF");
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            (false, sign) => panic!("{sign:?} outside of a cell"),
        }
    }
    assert!(!inside && row.is_empty(), "the last row is whole");
    rows
}

#[test]
fn the_calendar_is_one_and_invites_nobody() {
    let (letter, posting) = report();
    let text = file("lunches.ics", &letter, &posting);
    let calendar: icalendar::Calendar = text.parse().expect("iCalendar");
    assert_eq!(calendar.components.len(), 3);
    assert!(text.contains("METHOD:PUBLISH\r\n"));
    assert!(!text.contains("ATTENDEE") && !text.contains("ORGANIZER"));
    assert!(text.split("\r\n").all(|line| line.len() <= 75));
}

/// The record holds what she was told at the table; what may be shown is made of something else.
#[test]
fn no_worst_moment_and_no_unallowed_name_is_in_what_may_be_shown() {
    let (letter, posting) = report();
    let worst = "You cut Dan short in the retro.";
    assert!(file("record.md", &letter, &posting).contains(worst));
    for name in ["for-a-promotion.html", "for-a-promotion.md"] {
        let text = file(name, &letter, &posting);
        assert!(!text.contains("retro"), "{name}");
        assert!(!text.contains("@example.com"), "{name} tells an address");
        // Ben lets this one out without his name.
        let (_, after) = text
            .split_once("worried them before the first slide")
            .expect(name);
        let (shown, _) = after.split_once("allowed on").expect(name);
        assert!(
            shown.contains("colleague") && !shown.contains("Ben"),
            "{name}: {shown}"
        );
    }
}

#[test]
fn without_anybody_s_leave_there_is_nothing_to_show() {
    let (mut letter, posting) = report();
    let (_, pack) = parts(&mut letter);
    pack.goals.iter_mut().for_each(|goal| goal.moments.clear());
    pack.moments.clear();
    let names: Vec<_> = files(&letter, &posting).iter().map(|d| d.name).collect();
    assert_eq!(
        names,
        ["record.md", "record.json", "record.csv", "lunches.ics"]
    );
}

#[test]
fn the_page_loads_nothing_and_runs_nothing() {
    let (mut letter, posting) = report();
    let (_, pack) = parts(&mut letter);
    let evil = "<script>alert(1)</script><img src=x onerror=y>{{ 7*7 }}</blockquote>";
    for moment in &mut pack.moments {
        moment.words = Words::new(evil.to_owned());
    }
    let html = file("for-a-promotion.html", &letter, &posting);
    for tag in [
        "<script", "<img", "<link", "<iframe", "href=", "http:", "https:", "url(", "@import",
    ] {
        assert!(!html.contains(tag), "{tag}");
    }
    assert!(html.contains("default-src 'none'"));
    assert!(html.contains("&lt;script&gt;alert(1)"));
    assert_eq!(
        html.matches("<blockquote").count(),
        html.matches("</blockquote>").count()
    );
}
