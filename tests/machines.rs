//! Machines told from people, by mails of our own in `tests/corpus/machines/*.cases`: each as a mail
//! system, a client or a person writes it, with what must be read from it on its first line.

use postlunch::reading::message::Message;
use postlunch::reading::{Context, Reading, explain, read};
use postlunch::words::address::Address;
use serde_json::Value;
use std::fs;
use std::path::Path;

/// Monday 11 January 2027, nine in the morning in Berlin.
const NOW: &str = "2027-01-11T08:00:00Z";

struct Case {
    name: String,
    kind: String,
    fields: Vec<(String, String)>,
    mail: String,
}

fn cases(file: &str) -> Vec<Case> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/corpus/machines")
        .join(file);
    let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    text.split("\n==== ")
        .skip(1)
        .map(|piece| {
            let (first, mail) = piece.split_once('\n').expect("a first line");
            let (name, rest) = first.split_once(": ").expect("name: kind");
            let mut words = rest.split_whitespace();
            let kind = words.next().expect("a kind").to_owned();
            let fields = words
                .map(|word| word.split_once('=').expect("field=value"))
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect();
            Case {
                name: name.to_owned(),
                kind,
                fields,
                mail: whole(mail),
            }
        })
        .collect()
}

/// The mail with the header lines that a case leaves out.
fn whole(mail: &str) -> String {
    let head = mail.split("\n\n").next().unwrap_or_default();
    let mut front = String::new();
    let has = |name: &str| head.lines().any(|line| line.starts_with(name));
    if !has("From:") && !has("To:") {
        front.push_str("From: Ben Smith <ben@example.org>\nTo: Lunch <lunch@example.com>\n");
    }
    if !has("Content-Type:") {
        front.push_str("Content-Type: text/plain; charset=utf-8\n");
    }
    format!("{front}{mail}")
}

fn read_mail(mail: &[u8]) -> (Reading, Value) {
    let context = Context::new(NOW.parse().expect("a moment"), chrono_tz::Europe::Berlin);
    let message = Message::parse(mail);
    let reading = read(&message, &context);
    let value = explain::explain(&message, &reading);
    (reading, value)
}

fn field(value: &Value, name: &str) -> String {
    let found = match name {
        "permanent" => &value["bounce"]["permanent"],
        "status" => &value["bounce"]["status"],
        "away" => &value["auto_reply"]["away_until"],
        "to" => {
            let list = value["bounce"]["recipients"].as_array().cloned();
            let list: Vec<String> = list
                .unwrap_or_default()
                .iter()
                .filter_map(|v| v.as_str().map(str::to_owned))
                .collect();
            return list.join(",");
        }
        _ => panic!("no field {name}"),
    };
    found
        .as_str()
        .map_or_else(|| found.to_string(), str::to_owned)
}

fn judge(file: &str, at_least: usize) {
    let cases = cases(file);
    assert!(cases.len() >= at_least, "only {} cases", cases.len());
    let mut faults = Vec::new();
    for case in &cases {
        for (ends, mail) in [
            ("LF", case.mail.clone()),
            ("CRLF", case.mail.replace('\n', "\r\n")),
        ] {
            let (reading, value) = read_mail(mail.as_bytes());
            let kind = reading.kind();
            let fits = match case.kind.as_str() {
                "person" => !reading.is_machine(),
                "accept" | "stop" => kind == case.kind && !reading.is_machine(),
                wanted => kind == wanted && reading.is_machine(),
            };
            let mut wrong = Vec::new();
            if !fits {
                wrong.push(format!("wanted {}, was {kind}", case.kind));
            }
            for (name, wanted) in &case.fields {
                let found = field(&value, name);
                if found != *wanted {
                    wrong.push(format!("{name}: wanted {wanted}, was {found}"));
                }
            }
            if !wrong.is_empty() {
                faults.push(format!(
                    "{} ({ends}): {} ({})",
                    case.name,
                    wrong.join("; "),
                    reading.reason
                ));
                break;
            }
        }
    }
    assert!(
        faults.is_empty(),
        "{} of {}\n{}",
        faults.len(),
        cases.len(),
        faults.join("\n")
    );
}

#[test]
fn bounces_of_many_families_are_told_with_their_recipients() {
    judge("bounces.cases", 75);
}

#[test]
fn automatic_answers_are_told_with_the_day_of_return() {
    judge("automatic.cases", 170);
}

#[test]
fn people_who_look_like_machines_stay_people() {
    judge("people.cases", 95);
}

#[test]
fn mail_to_many_and_notices_answer_nothing() {
    judge("bulk.cases", 26);
}

/// A list that passes our own post on, in our name or in its own, says nothing to us.
#[test]
fn our_own_post_to_a_list_is_our_own() {
    let own = [Address::parse("lunch@example.com").expect("an address")];
    let mut context = Context::new(NOW.parse().expect("a moment"), chrono_tz::Europe::Berlin);
    context.own_addresses = &own;
    let list = "List-Id: <staff.example.com>";
    let words = "Would you like to have lunch? Say yes, no thanks or stop.";
    for head in [
        "From: Lunch <lunch@example.com>\nTo: all@example.org",
        "From: \"Lunch via Staff\" <staff@example.com>\nReply-To: lunch+aae-x@example.com",
        "From: Staff <staff@example.com>\nX-Original-From: Lunch <lunch@example.com>",
    ] {
        let mail = format!("{head}\n{list}\nSubject: [staff] Lunch?\n\n{words}\n");
        let reading = read(&Message::parse(mail.as_bytes()), &context);
        assert!(reading.is_machine(), "{head}: {}", reading.reason);
        assert_eq!(reading.kind(), "other", "{head}");
    }
    // Somebody's answer by the same list is an answer.
    let mail = format!(
        "From: Ben <ben@example.org>\nTo: lunch@example.com\n{list}\nReply-To: lunch@example.com\nIn-Reply-To: <1@example.com>\nSubject: Re: Lunch?\n\nNo thanks.\n"
    );
    let reading = read(&Message::parse(mail.as_bytes()), &context);
    assert_eq!(reading.kind(), "decline", "{}", reading.reason);
}

/// What a person typed stays a person's, whatever stands quoted below.
#[test]
fn a_bounce_quoted_below_makes_no_machine() {
    for case in cases("bounces.cases") {
        let quoted: String = case.mail.lines().map(|l| format!("> {l}\n")).collect();
        let mail = format!(
            "From: Ben Smith <ben@example.org>\nTo: lunch@example.com\nSubject: Re: lunch\nContent-Type: text/plain; charset=utf-8\n\nYes, and this came back to me:\n\nOn Mon, 11 Jan 2027 at 09:00, somebody <x@example.net> wrote:\n\n{quoted}"
        );
        let (reading, _) = read_mail(mail.as_bytes());
        assert!(!reading.is_machine(), "{}: {}", case.name, reading.reason);
    }
}

/// Pseudo-random numbers with a seed, so that a failure comes again.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % bound.max(1)
    }
}

/// Days, words for "back" and lists without end cost no more than an honest mail.
#[test]
fn hostile_machines_are_read_quickly() {
    let heads = [
        "Auto-Submitted: auto-replied",
        "List-Id: <x.example>\nList-Unsubscribe: <mailto:u@x.example>",
        "Precedence: bulk\nIn-Reply-To: <1@example.com>",
        "Return-Path: <>",
    ];
    let pieces = [
        "11.1.-15.1. ",
        "back on until 11 to 15 January. ",
        "not not before before ",
        "18日まで月曜日 ",
        "unsubscribe here view in browser ",
        "1/1/1/1/1/1.1.1.1.1.1 ",
        "((((Monday, the ",
        "a@b.example\n",
    ];
    for head in heads {
        for piece in pieces {
            let body = piece.repeat(300_000 / piece.len());
            let mail = format!(
                "From: Ben <ben@example.org>\nTo: lunch@example.com\nSubject: Re: Lunch\n{head}\nContent-Type: text/plain; charset=utf-8\n\n{body}\n"
            );
            let start = std::time::Instant::now();
            read_mail(mail.as_bytes());
            let took = start.elapsed();
            assert!(took.as_millis() < 3_000, "{head}, {piece}: {took:?}");
        }
    }
}

/// A closed mail, damaged anywhere, is still read, and quickly: its blocks are walked by hand.
#[test]
fn damaged_wrappings_are_read_too() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/wrapped");
    let mails: Vec<Vec<u8>> = fs::read_dir(folder)
        .expect("readable")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|end| end == "eml"))
        .map(|path| fs::read(path).expect("readable"))
        .collect();
    assert!(mails.len() >= 15);
    let mut dice = Dice(4_711);
    for round in 0..2_000 {
        let mut mail = mails[dice.below(mails.len())].clone();
        for _ in 0..=dice.below(5) {
            let at = dice.below(mail.len());
            match dice.below(4) {
                0 => mail.truncate(at + 1),
                1 => drop(mail.drain(at..(at + dice.below(60)).min(mail.len()))),
                2 => mail[at] = u8::try_from(dice.below(256)).unwrap_or(0),
                _ => mail[at] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ/+09"[dice.below(30)],
            }
            if mail.is_empty() {
                mail.push(b'x');
            }
        }
        let start = std::time::Instant::now();
        let (reading, _) = read_mail(&mail);
        assert!(!reading.acts.is_empty(), "round {round}");
        assert!(
            start.elapsed() < std::time::Duration::from_secs(1),
            "round {round}"
        );
    }
}

/// Any mail of these, damaged anywhere, still gives one reading, and quickly.
#[test]
fn damaged_machines_are_read_too() {
    let files = [
        "bounces.cases",
        "automatic.cases",
        "people.cases",
        "bulk.cases",
    ];
    let all: Vec<Case> = files.iter().flat_map(|file| cases(file)).collect();
    let mut dice = Dice(20_270_111);
    for round in 0..600 {
        let mut mail = all[dice.below(all.len())].mail.clone().into_bytes();
        for _ in 0..=dice.below(6) {
            if mail.is_empty() {
                break;
            }
            let at = dice.below(mail.len());
            let end = (at + dice.below(40)).min(mail.len());
            match dice.below(5) {
                0 => mail.truncate(at + 1),
                1 => drop(mail.drain(at..end)),
                2 => mail[at] = u8::try_from(dice.below(256)).unwrap_or(0),
                3 => {
                    let piece = mail[at..end].to_vec();
                    let to = dice.below(mail.len());
                    drop(mail.splice(to..to, piece));
                }
                _ => {
                    let other = all[dice.below(all.len())].mail.as_bytes();
                    let from = dice.below(other.len());
                    drop(mail.splice(at.., other[from..].to_vec()));
                }
            }
        }
        let start = std::time::Instant::now();
        let (reading, _) = read_mail(&mail);
        assert!(!reading.acts.is_empty(), "round {round}");
        assert!(
            start.elapsed() < std::time::Duration::from_secs(2),
            "round {round}"
        );
    }
}
