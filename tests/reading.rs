//! Reading, held by mails as clients write them and by tables of short answers.
//!
//! `tests/corpus/<family>/<habit>.eml` beside its `.expected`: a subset of the JSON of `explain`,
//! which may hold `"--answering"`, `"--original"`, `"--now"` and `"--goal-asked"`. Each is read with
//! LF and with CRLF. `tests/corpus/answers/*.txt` are tables of words alone.

use chrono::{DateTime, Utc};
use postlunch::lunch::act::Answering;
use postlunch::reading::message::Message;
use postlunch::reading::{Context, explain, read, visible};
use postlunch::writing::{Templates, samples, write};
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

/// What a person is shown as newly written is what was judged, in every mail of the corpus.
#[test]
fn the_lines_shown_as_own_are_the_own_words() {
    let words =
        |text: &str| -> Vec<String> { text.split_whitespace().map(str::to_owned).collect() };
    let mut faults = Vec::new();
    for path in files(&corpus(), "eml") {
        let message = Message::parse(&fs::read(&path).expect("readable"));
        let letters = [original("invitation.eml"), original("followup.eml")];
        for originals in [&letters[..], &[]] {
            let mut context = Context::new(NOW.parse().expect("a moment"), chrono_tz::UTC);
            context.originals = originals;
            let shown = visible::shown(&message, &context);
            assert_eq!(shown.own, visible::own_words(&message, &context));
            if shown.source == visible::Source::Subject {
                continue;
            }
            let pieces = shown.lines.iter().map(|line| &line.text[line.own.clone()]);
            let seen = pieces.flat_map(words).collect::<Vec<String>>();
            if seen != words(&shown.own.text()) {
                faults.push(format!("{}: {:#?}", path.display(), shown.lines));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
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

/// The same answers above a quoted invitation, as Gmail, Outlook and an HTML-only client send them:
/// what is quoted must change nothing.
#[test]
fn a_quote_below_changes_no_answer() {
    let invitation = original("invitation.eml");
    let quoted: String = invitation.lines().map(|l| format!("> {l}\n")).collect();
    let paragraphs: String = invitation
        .split("\n\n")
        .map(|p| format!("<p>{}</p>\n", p.replace('&', "&amp;")))
        .collect();
    let head = "From: Ben Smith <ben@example.com>\nSubject: Re: lunch\n";
    let mut faults = Vec::new();
    let mut rows = 0;
    for path in files(&corpus().join("answers"), "txt") {
        let text = fs::read_to_string(&path).expect("readable");
        let mut invited = false;
        for line in text.lines().filter(|l| !l.starts_with('#')) {
            if line.starts_with('[') {
                invited = line == "[invitation]";
            }
            let Some((_, answer)) = line.split_once('|').filter(|_| invited) else {
                continue;
            };
            rows += 1;
            let answer = answer.trim().replace("\\n", "\n");
            let typed = answer
                .replace('&', "&amp;")
                .replace('<', "&lt;")
                .replace('\n', "<br>");
            let plain = format!("{head}Content-Type: text/plain; charset=utf-8\n\n");
            let html = format!("{head}Content-Type: text/html; charset=utf-8\n\n");
            let mails = [
                format!("{plain}{answer}\n"),
                format!(
                    "{plain}{answer}\n\nOn Mon, 11 Jan 2027 at 08:55, Ana via Lunch <lunch@example.com> wrote:\n\n{quoted}"
                ),
                format!(
                    "{plain}{answer}\n\nFrom: Ana via Lunch <lunch@example.com>\nSent: Monday, January 11, 2027 8:55 AM\nTo: Ben\n\n{invitation}"
                ),
                format!(
                    "{html}<div>{typed}</div><div class=gmail_quote><div class=gmail_attr>On Mon Ana wrote:</div><blockquote>{paragraphs}</blockquote></div>"
                ),
                format!(
                    "{html}<p>{typed}</p><div><b>From:</b> Ana &lt;lunch@example.com&gt;<br><b>Sent:</b> Monday, January 11, 2027<br><b>To:</b> Ben</div>{paragraphs}"
                ),
            ];
            let kinds: Vec<Value> = mails
                .iter()
                .map(|mail| {
                    let given = Given {
                        answering: Some(Answering::Invitation),
                        originals: vec![invitation.clone()],
                        now: NOW.parse().expect("a moment"),
                        goal_asked: false,
                    };
                    given.explain(mail.as_bytes())["kind"].clone()
                })
                .collect();
            if kinds.iter().any(|kind| Some(kind) != kinds.first()) {
                faults.push(format!("{answer:?}: {kinds:?}"));
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

/// Some phones put the whole letter below, with no mark and no line that introduces it. Where it is
/// not at hand, its own examples ("Yes", "Yes, but Tuesdays") must not count as the answer.
#[test]
fn a_letter_below_without_a_mark_is_no_answer() {
    let (letter, posting) = samples::of("invitation").expect("a sample");
    let templates = Templates::built_in().expect("templates");
    let sent = write(&letter, &posting, &templates).expect("a letter").text;
    let head = "From: Ben Smith <ben@example.com>\nSubject: Re: lunch\nContent-Type: text/plain; charset=utf-8\n\n";
    let context = Context {
        answering: Some(Answering::Invitation),
        ..Context::new(NOW.parse().expect("a moment"), chrono_tz::Europe::Berlin)
    };
    let cases = [
        ("No thank you", "decline"),
        ("Count me in!", "accept"),
        ("", "unclear"),
    ];
    for between in ["\n\n", "\n\nSent from Outlook for Android\n\n"] {
        for (words, kind) in cases {
            let mail = format!("{head}{words}{between}{sent}");
            let reading = read(&Message::parse(mail.as_bytes()), &context);
            let told = (reading.kind(), reading.reply_text.reveal().as_str());
            assert_eq!(told, (kind, words), "{between:?}");
        }
    }
}

/// A copy of our own letter without our mark is still ours, and never an answer.
#[test]
fn our_own_letter_is_no_answer_even_without_its_mark() {
    let own = [postlunch::words::address::Address::parse("lunch@example.com").expect("an address")];
    let mut context = Context::new(NOW.parse().expect("a moment"), chrono_tz::UTC);
    context.own_addresses = &own;
    let letter =
        b"From: Ana via Lunch <lunch@example.com>\nAuto-Submitted: auto-generated\n\nYes\n";
    let reading = read(&Message::parse(letter), &context);
    assert!(reading.is_machine());
    assert_eq!(reading.kind(), "other");
    // In a personal mailbox the owner writes from the same address, by hand.
    let typed = b"From: Ana <lunch@example.com>\n\nYes\n";
    assert_eq!(read(&Message::parse(typed), &context).kind(), "accept");
}

/// Shapes that make readers hang (MAIL-FACTS section 6), each as large as `size` octets or so.
fn hostile(size: usize) -> Vec<(&'static str, String)> {
    let repeat = |piece: &str| piece.repeat(size / piece.len() + 1);
    let text = |body: String| format!("From: Ben <ben@example.com>\nSubject: Re: x\n\n{body}\n");
    let html = |body: String| {
        format!("From: ben@example.com\nContent-Type: text/html; charset=utf-8\n\n{body}\n")
    };
    let mut nested = "From: ben@example.com\n".to_owned();
    for depth in 0..size / 60 {
        nested.push_str(&format!(
            "Content-Type: multipart/mixed; boundary=b{depth}\n\n--b{depth}\n"
        ));
    }
    let calendar = format!(
        "From: ben@example.com\nContent-Type: text/calendar; method=REPLY\n\nBEGIN:VCALENDAR\nMETHOD:REPLY\n{}",
        repeat("BEGIN:VEVENT\nUID:u\nATTENDEE;PARTSTAT=DECLINED:mailto:b@x\n")
    );
    vec![
        ("lines that begin with On", text(repeat("On \n"))),
        (
            "one line On … wrote",
            text(format!("On {} wrote", repeat("a "))),
        ),
        ("on x at y", text(repeat(" on x at y"))),
        ("dashes", text(repeat("-"))),
        (
            "underscored lines",
            text(repeat("________________________\n")),
        ),
        ("quote marks", text(repeat(">"))),
        ("quoted lines", text(repeat("> > > > x\n"))),
        ("header labels", text(repeat("From: \n"))),
        ("at signs", text(repeat("@ wrote 2027\n"))),
        ("negations", text(repeat("not "))),
        ("yes and no", text(repeat("yes, no, "))),
        ("commas", text(repeat(","))),
        ("numbers", text(repeat("1. 2. 3. "))),
        ("headings", text(repeat("Best: "))),
        ("helps", text(repeat("3. helps: "))),
        ("dates", text(repeat("1 May 2027 in two weeks next "))),
        ("footer references", text(repeat("(ref "))),
        ("combining marks", text(repeat("e\u{301}\u{301}\u{301}"))),
        ("blockquotes", html(repeat("<blockquote>"))),
        ("closing tags", html(repeat("<b></x>"))),
        (
            "open spans and closing divs",
            html(repeat("<span><i></div>")),
        ),
        ("attributes", html(format!("<div {}>", repeat("a=b ")))),
        (
            "classes",
            html(format!("<div class='{}'>", repeat("gmail_quotex "))),
        ),
        ("entities", html(repeat("&nbsp;&amp"))),
        ("lists", html(repeat("<ol><li>"))),
        ("multiparts", nested),
        ("message parts", repeat("Content-Type: message/rfc822\n\n")),
        ("headers", format!("{}\n\nYes", repeat("X: y\n"))),
        (
            "one header",
            format!("Subject: {}\n\nYes", repeat("=?utf-8?q?a?= ")),
        ),
        (
            "addresses",
            format!("From: a@x.org\nTo: {}\n\nYes", repeat("b@x.org, ")),
        ),
        ("comments", format!("From: {}\n\nYes", repeat("("))),
        (
            "references",
            format!("From: a@x.org\nReferences: {}\n\nYes", repeat("<a@x>")),
        ),
        ("events", calendar),
        ("octets", text(repeat("\0\u{1}\u{7f}"))),
    ]
}

fn read_hostile(mail: &str, originals: &[String]) -> Value {
    let mut context = Context::new(NOW.parse().expect("a moment"), chrono_tz::UTC);
    context.originals = originals;
    let message = Message::parse(mail.as_bytes());
    message.footer_references();
    message.content_digest();
    explain::explain(&message, &read(&message, &context))
}

/// Ten times the octets may cost at most some thirty times the work: what is quadratic costs a
/// hundred times. Small absolute costs are below what a busy machine lets us tell apart.
#[test]
fn hostile_shapes_cost_in_proportion_to_their_size() {
    let originals = [original("invitation.eml"), original("followup.eml")];
    let mut faults = Vec::new();
    for ((name, small), (_, large)) in hostile(20_000).into_iter().zip(hostile(200_000)) {
        let cost = |mail: &str| {
            (0..3)
                .map(|_| {
                    let start = std::time::Instant::now();
                    let value = read_hostile(mail, &originals);
                    assert!(value["kind"].is_string(), "{name}");
                    start.elapsed()
                })
                .min()
                .unwrap_or_default()
        };
        let (few, many) = (cost(&small), cost(&large));
        if std::env::var_os("POSTLUNCH_SHOW_COST").is_some() {
            println!("{name}: {few:?} {many:?}");
        }
        let bound = few * 40 + std::time::Duration::from_millis(60);
        if many > bound {
            faults.push(format!("{name}: {few:?} for 20 kB, {many:?} for 200 kB"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Every mail of the corpus cut short anywhere, or with an octet changed, still gives one reading.
#[test]
fn damaged_mails_are_read_too() {
    let originals = [original("invitation.eml")];
    for (number, path) in files(&corpus(), "eml").iter().enumerate() {
        let mail = fs::read(path).expect("readable");
        let mut context = Context::new(NOW.parse().expect("a moment"), chrono_tz::UTC);
        context.originals = &originals;
        for step in 0..12 {
            let cut = mail.len() * step / 12;
            let mut damaged = mail.get(..cut).unwrap_or_default().to_vec();
            if step % 2 == 1 {
                damaged = mail.clone();
                let at = (cut + number * 7) % mail.len().max(1);
                damaged[at] = [0, b'\n', b'>', b'=', 0xff, b'"'][step % 6];
            }
            let message = Message::parse(&damaged);
            assert!(
                !read(&message, &context).acts.is_empty(),
                "{}",
                path.display()
            );
        }
    }
}

/// Reads the corpus again and again and prints how many a second; for `--release` and a look.
#[test]
fn the_corpus_is_read_quickly() {
    let originals = [original("invitation.eml"), original("followup.eml")];
    let mails: Vec<Vec<u8>> = files(&corpus(), "eml")
        .iter()
        .map(|path| fs::read(path).expect("readable"))
        .collect();
    let mut context = Context::new(NOW.parse().expect("a moment"), chrono_tz::UTC);
    context.originals = &originals;
    let rounds = if cfg!(debug_assertions) { 2 } else { 40 };
    let start = std::time::Instant::now();
    for _ in 0..rounds {
        for mail in &mails {
            let message = Message::parse(mail);
            assert!(!read(&message, &context).acts.is_empty());
        }
    }
    let each = start.elapsed() / u32::try_from(rounds * mails.len()).expect("few");
    println!("{each:?} a mail");
    assert!(
        each < std::time::Duration::from_millis(50),
        "{each:?} a mail"
    );
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(200))]

    /// Any octets at all give one reading with at least one act.
    #[test]
    fn any_octets_are_read(head in "[ -~\\n]{0,200}", body in proptest::collection::vec(proptest::num::u8::ANY, 0..2000)) {
        let kinds = ["text/plain", "text/html", "text/calendar; method=REPLY", "multipart/mixed; boundary=b", "message/rfc822"];
        for kind in kinds {
            let mut mail = format!("{head}\nFrom: a@example.com\nContent-Type: {kind}\n\n--b\n").into_bytes();
            mail.extend_from_slice(&body);
            let context = Context::new(NOW.parse().expect("a moment"), chrono_tz::UTC);
            proptest::prop_assert!(!read(&Message::parse(&mail), &context).acts.is_empty());
        }
        let context = Context::new(NOW.parse().expect("a moment"), chrono_tz::UTC);
        proptest::prop_assert!(!read(&Message::parse(&body), &context).acts.is_empty());
    }

    /// So does any text of words that mean something to us.
    #[test]
    fn any_words_are_read(words in proptest::collection::vec("(yes|no|not|1\\.|2|3:|>|On|wrote:|From:|Best:|in|two|weeks|May|31|29 February|12:30|25:99|at the|\\n|until|next|Thursday|goal|helps:|-|👍|é|ß)", 0..60)) {
        let text = format!("From: a@example.com\nContent-Type: text/plain; charset=utf-8\n\n{}", words.join(" "));
        for answering in Answering::ALL {
            let mut context = Context::new(NOW.parse().expect("a moment"), chrono_tz::Europe::Berlin);
            context.answering = Some(answering);
            proptest::prop_assert!(!read(&Message::parse(text.as_bytes()), &context).acts.is_empty());
        }
    }
}
