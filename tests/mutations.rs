//! Mails, calendars, dates and words of the corpus, damaged at random: whatever comes of it is read,
//! and keeps what `support/holds.rs` promises.
//!
//! Every case follows from its seed alone. A failure tells it, and `POSTLUNCH_SEED=… cargo test
//! --test mutations` begins there again; `POSTLUNCH_FUZZ_SECONDS=600` goes on for longer. The same
//! promises are kept before a coverage-guided fuzzer in `fuzz/`.

#[allow(dead_code, reason = "each test program uses its own part of it")]
#[path = "support/dice.rs"]
mod dice;
#[path = "support/holds.rs"]
mod holds;

use dice::Dice;
use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How long each of the four goes on, in all a few seconds.
const SECONDS_EACH: f64 = 1.5;

/// Where the cases begin, unless told otherwise.
const SEED: u64 = 20_270_111;

fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    fn walk(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).expect("a readable folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                walk(&path, ending, found);
            } else if path.extension().is_some_and(|e| e == ending) {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    walk(&root.join(folder), ending, &mut found);
    found.sort();
    assert!(!found.is_empty(), "nothing in {folder}");
    found
}

fn octets(paths: Vec<PathBuf>) -> Vec<Vec<u8>> {
    let read = |path: PathBuf| fs::read(path).expect("readable");
    paths.into_iter().map(read).collect()
}

/// Pieces that mean something to a reader of mail or calendars.
const PIECES: &[&str] = &[
    "\r\n",
    "\n\n",
    "> ",
    ">>> ",
    "\n-- \n",
    "On Mon, 11 Jan 2027 at 08:55, Ana <a@x.org> wrote:\n",
    "From: Ana <a@x.org>\nSent: Monday\nTo: Ben\n",
    "-----Original Message-----\n",
    "<blockquote>",
    "</div>",
    "<br>",
    "&nbsp;",
    "=3D",
    "=\n",
    "=?utf-8?q?a?=",
    "--b\n",
    "--b--\n",
    "Content-Type: text/html\n\n",
    "Content-Type: multipart/mixed; boundary=b\n\n",
    "Content-Transfer-Encoding: base64\n",
    "1. ",
    "2. Ana's worst moment since you last met\n",
    "Best: ",
    "yes",
    "no",
    "stop",
    "BEGIN:VEVENT\r\n",
    "END:VEVENT\r\n",
    "BEGIN:VCALENDAR\r\n",
    "METHOD:REPLY\r\n",
    "DTSTART;TZID=Europe/Berlin:20270114T123000\r\n",
    "UID:u\r\n",
    "ATTENDEE;PARTSTAT=DECLINED:mailto:b@x.org\r\n",
    "RECURRENCE-ID:20270114T113000Z\r\n",
    "COMMENT:yes\\, but\r\n",
    "RRULE:FREQ=SECONDLY\r\n",
    "\u{feff}",
    "\u{202e}",
    "é",
    "e\u{301}",
    "\0",
    "👍",
    "99999999999999999999",
];

/// Words that days and times are made of, and those that turn what is said.
const WORDS: &[&str] = &[
    "Thursday",
    "next",
    "last",
    "week",
    "month",
    "in",
    "two",
    "31",
    "29 February",
    "0",
    "12:30",
    "25:99",
    "1pm",
    "until",
    "after",
    "before",
    "not",
    "every",
    "other",
    "half",
    "an",
    "hour",
    "later",
    "earlier",
    "May",
    "the",
    "14th",
    "1.2.",
    "2027-02-30",
    "3/4",
    "2199",
    "9999",
    "yes",
    "no",
    "but",
    "if",
    "?",
    "!",
    ",",
    ".",
    "\n",
    "…",
    "at the",
    "Thai place",
    "nicht",
    "doch",
    "übermorgen",
    "halb",
    "midi",
    "et",
    "quart",
    "mañana",
    "kwart",
    "over",
    "mezz'ora",
    "all'una",
    "👍",
    "1°",
    "instead",
    "of",
    "stop",
    "end",
    "skip",
    "goal:",
    "Best:",
];

/// Damages octets in a few places.
fn damaged(chance: &mut Dice, corpus: &[Vec<u8>]) -> Vec<u8> {
    let mut octets = chance.one(corpus).clone();
    for _ in 0..=chance.below(6) {
        let at = chance.below(octets.len() + 1);
        let behind = (at + chance.below(120)).min(octets.len());
        match chance.below(8) {
            0 if at < octets.len() => octets[at] = chance.roll() as u8,
            1 => octets.truncate(at),
            2 => drop(octets.drain(at..behind)),
            3 => {
                let twice = octets[at..behind].to_vec();
                octets.splice(at..at, twice);
            }
            4 => {
                let other = chance.one(corpus);
                let from = chance.below(other.len() + 1);
                let to = (from + chance.below(400)).min(other.len());
                octets.splice(at..behind, other[from..to].to_vec());
            }
            5 => {
                let line = octets[..at].iter().rposition(|o| *o == b'\n');
                let piece = *chance.one(&["> ", "", "| ", " ", "\t"]);
                let start = line.map_or(0, |at| at + 1);
                octets.splice(start..start, piece.bytes());
            }
            _ => {
                let piece = chance.one(PIECES).bytes();
                octets.splice(at..at, piece);
            }
        }
    }
    octets
}

/// A text of words, some of the corpus' and some out of place.
fn muddled(chance: &mut Dice, texts: &[String]) -> String {
    let mut words: Vec<&str> = chance.one(texts).split(' ').collect();
    for _ in 0..=chance.below(5) {
        let at = chance.below(words.len() + 1);
        match chance.below(5) {
            0 if at < words.len() => drop(words.remove(at)),
            1 if at < words.len() => words[at] = *chance.one(WORDS),
            2 => {
                let other: Vec<&str> = chance.one(texts).split(' ').collect();
                let from = chance.below(other.len() + 1);
                words.splice(at..at, other[from..].iter().copied());
            }
            3 => words.truncate(at),
            _ => words.insert(at, *chance.one(WORDS)),
        }
    }
    words.join(*chance.one(&[" ", " ", " ", "", "\n"]))
}

/// What people write, from the tables.
fn answers() -> Vec<String> {
    let mut texts = Vec::new();
    for path in files("corpus", "txt") {
        let table = fs::read_to_string(path).expect("readable");
        let rows = table.lines().filter(|line| !line.starts_with(['#', '[']));
        let answers = rows.filter_map(|row| row.split_once('|'));
        texts.extend(answers.map(|(_, words)| words.trim().replace("\\n", "\n")));
    }
    assert!(texts.len() > 1_000, "only {} answers", texts.len());
    texts
}

/// Cases one after the other for as long as it goes on. Where one fails, its seed is told, and what
/// it made is kept.
fn go_on(what: &str, case: impl Fn(&mut Dice) -> Vec<u8>, holds: impl Fn(&[u8])) {
    let told = |name: &str| std::env::var(name).ok();
    let seconds = told("POSTLUNCH_FUZZ_SECONDS").map(|s| s.parse().expect("a number of seconds"));
    let seconds: f64 = seconds.unwrap_or(SECONDS_EACH);
    let first = told("POSTLUNCH_SEED").map(|s| s.parse().expect("a seed"));
    let first: u64 = first.unwrap_or(SEED);
    let end = Instant::now() + Duration::from_secs_f64(seconds);
    let mut cases = 0;
    while cases == 0 || Instant::now() < end {
        let seed = first.wrapping_add(cases);
        let made = case(&mut Dice(seed));
        let held = catch_unwind(std::panic::AssertUnwindSafe(|| holds(&made)));
        if held.is_err() {
            let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{what}-{seed}"));
            fs::write(&kept, &made).expect("kept");
            panic!(
                "{what}: told above; POSTLUNCH_SEED={seed} begins with it, and it is kept as {}",
                kept.display()
            );
        }
        cases += 1;
    }
    println!("{what}: {cases} cases from seed {first} on");
}

#[test]
fn damaged_mails_are_read_and_keep_their_promises() {
    let corpus = octets(files("corpus", "eml"));
    go_on("mail", |chance| damaged(chance, &corpus), holds::mail);
}

#[test]
fn damaged_calendars_are_read_and_keep_their_promises() {
    let mut corpus = Vec::new();
    let folders = [files("corpus/calendar", "eml"), files("letters", "eml")];
    for mail in folders.into_iter().flat_map(octets) {
        let text = String::from_utf8_lossy(&mail).replace("\r\n", "\n");
        let parts = text.split("BEGIN:VCALENDAR").skip(1);
        let texts = parts.map(|part| part.split("END:VCALENDAR").next().unwrap_or_default());
        corpus.extend(texts.map(|text| {
            let text = text.replace('\n', "\r\n");
            format!("BEGIN:VCALENDAR{text}END:VCALENDAR\r\n").into_bytes()
        }));
    }
    assert!(corpus.len() >= 5, "only {} calendars", corpus.len());
    go_on(
        "calendar",
        |chance| damaged(chance, &corpus),
        holds::calendar,
    );
}

fn as_text(octets: &[u8]) -> &str {
    std::str::from_utf8(octets).expect("text")
}

#[test]
fn days_and_times_are_found_in_any_muddle() {
    let texts = answers();
    let case = |chance: &mut Dice| muddled(chance, &texts).into_bytes();
    go_on("dates", case, |text| holds::dates(as_text(text)));
}

#[test]
fn any_muddle_of_words_is_read() {
    let texts = answers();
    let case = |chance: &mut Dice| muddled(chance, &texts).into_bytes();
    go_on("words", case, |text| holds::words(as_text(text)));
}

#[test]
fn a_case_follows_from_its_seed_alone() {
    let corpus = vec![b"one".to_vec(), b"From: a@x.org\n\nYes\n".to_vec()];
    let made = |seed| damaged(&mut Dice(seed), &corpus);
    assert_eq!(made(7), made(7));
    assert!((0..50).any(|seed| made(seed) != made(seed + 1)));
}
