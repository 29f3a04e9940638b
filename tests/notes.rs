//! Notes as people lay them out, in the world's mail clients: how often all three stand under their
//! prompts, and that none stands under a wrong one.
//!
//! `tests/corpus/notes/*.txt`: `:: name`, the words as typed, then what is to be found: `:1` to `:3`
//! the note of a prompt (`-` none, `*` whatever, `~words` holds these words), `:0` the same of what
//! belongs to none, `:held` what is said of the lunch instead. Below a line `@2` stands what was
//! typed under the second prompt of the quoted letter; such mails are read in two layouts, others
//! in one. `POSTLUNCH_SHOW=faults` prints what went wrong.

#[path = "clients/catalogue.rs"]
mod catalogue;
#[allow(dead_code)] // no answers below the quote here
#[path = "clients/render.rs"]
mod render;

use catalogue::clients;
use postlunch::lunch::act::{Act, Answering, Held};
use postlunch::lunch::notes::{Notes, Section};
use postlunch::reading::message::Message;
use postlunch::reading::{Context, Reading, read};
use postlunch::writing::{Templates, samples, write};
use render::{Form, Layout, Sent, Typed, answer};
use std::fs;
use std::path::Path;

/// Lines of the letter that the answers stand under.
const PROMPTS: [&str; 3] = [
    "best moment since",
    "worst moment since",
    "helps or hinders",
];

/// A mail, and how a careful person sorts it.
struct Case {
    name: String,
    typed: Typed,
    /// What belongs to no prompt, and what to the three; nothing is said of some.
    wanted: [Option<String>; 4],
    held: Option<Held>,
}

fn cases(file: &str) -> Vec<Case> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/notes");
    let text = fs::read_to_string(path.join(file)).expect("the mails");
    let (_, mails) = text.split_once("\n:: ").expect("a mail");
    mails.split("\n:: ").map(case).collect()
}

fn case(mail: &str) -> Case {
    let (name, rest) = mail.split_once('\n').expect("a name");
    let mut case = Case {
        name: name.to_owned(),
        typed: Typed {
            words: String::new(),
            under: Vec::new(),
        },
        wanted: [const { None }; 4],
        held: None,
    };
    for line in rest.lines() {
        if let Some(said) = line.strip_prefix(":held ") {
            case.held = Some(match said {
                "met" => Held::Met,
                "not-met" => Held::NotMet,
                "said-not-written" => Held::SaidNotWritten,
                "nothing-this-time" => Held::NothingThisTime,
                other => panic!("{name}: {other}"),
            });
        } else if let Some((number, note)) = told(line, ':') {
            case.wanted[number] = Some(note.trim().to_owned());
        } else if let Some((number, "")) = told(line, '@') {
            let prompt = PROMPTS[number - 1].to_owned();
            case.typed.under.push((prompt, String::new()));
        } else {
            let under = case.typed.under.last_mut().map(|(_, words)| words);
            let words = under.unwrap_or(&mut case.typed.words);
            words.push_str(line);
            words.push('\n');
        }
    }
    let trimmed = |words: &mut String| *words = words.trim().to_owned();
    trimmed(&mut case.typed.words);
    case.typed.under.iter_mut().for_each(|(_, w)| trimmed(w));
    assert!(
        case.held.is_some() || case.wanted.iter().any(Option::is_some),
        "{name}: nothing is wanted"
    );
    case
}

/// `:2 the note` to (2, "the note").
fn told(line: &str, sign: char) -> Option<(usize, &str)> {
    let mut rest = line.strip_prefix(sign)?.chars();
    let number = rest.next()?.to_digit(4)?;
    Some((usize::try_from(number).ok()?, rest.as_str()))
}

fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What belongs to no prompt, and the three notes.
fn sorted(notes: Option<&Notes>) -> [String; 4] {
    let Some(notes) = notes else {
        return [const { String::new() }; 4];
    };
    let of = |section| {
        let words = notes.section(section);
        words.map_or(String::new(), |words| squeezed(words.reveal()))
    };
    let rest: Vec<String> = notes
        .unplaced
        .iter()
        .map(|w| squeezed(w.reveal()))
        .collect();
    let [best, worst, focus] = Section::ALL.map(of);
    [rest.join(" | "), best, worst, focus]
}

fn fits(wanted: Option<&String>, found: &str) -> bool {
    match wanted.map(String::as_str) {
        None | Some("*") => true,
        Some("-") => found.is_empty(),
        Some(wanted) => match wanted.strip_prefix('~') {
            Some(part) => found.contains(part),
            None => found == wanted,
        },
    }
}

/// Whether a note stands under a prompt that it was not written for.
fn astray(wanted: &[Option<String>; 4], found: &[String; 4]) -> bool {
    let begins = |words: &str| {
        let words: Vec<&str> = words.trim_start_matches('~').split(' ').collect();
        words[..words.len().min(4)].join(" ")
    };
    (1..4).any(|here| {
        let none = wanted[here].as_deref() == Some("-") && !found[here].is_empty();
        let others = (0..4).filter(|there| *there != here);
        let another = others
            .filter_map(|there| wanted[there].as_deref())
            .filter(|words| !matches!(*words, "-" | "*"))
            .map(begins)
            .filter(|words| !wanted[here].as_ref().is_some_and(|own| own.contains(words)))
            .any(|words| found[here].contains(&words));
        none || another
    })
}

fn letter() -> (Sent, String) {
    let (letter, posting) = samples::of("followup").expect("a sample");
    let templates = Templates::built_in().expect("templates");
    let written = write(&letter, &posting, &templates).expect("written");
    let kept = format!("{}\n{}", written.text, written.only_in_html.join("\n"));
    let sent = Sent {
        text: written.text,
        html: written.html,
    };
    (sent, kept)
}

fn reading(mail: &[u8], kept: &str) -> Reading {
    let now = "2027-01-11T08:00:00Z".parse().expect("a moment");
    let originals = [kept.to_owned()];
    let mut context = Context::new(now, chrono_tz::Europe::Berlin);
    context.originals = &originals;
    context.answering = Some(Answering::FollowUp);
    read(&Message::parse(mail), &context)
}

/// Which twins a mail holds.
const FORMS: [Form; 3] = [Form::Both, Form::Plain, Form::Html];

#[derive(Default)]
struct Score {
    read: usize,
    right: usize,
    astray: usize,
    faults: Vec<String>,
}

impl Score {
    fn share(&self) -> f64 {
        100.0 * self.right as f64 / self.read as f64
    }
}

fn score(file: &str) -> Score {
    let (letter, kept) = letter();
    let mut score = Score::default();
    for (number, case) in cases(file).iter().enumerate() {
        let layouts: &[Layout] = match case.typed.under.is_empty() {
            true => &[Layout::Top],
            false => &[Layout::Inline, Layout::Unmarked],
        };
        let mut wrong = Vec::new();
        let (mut read, mut right, mut strayed) = (0, 0, 0);
        for (at, client) in clients().iter().enumerate() {
            for layout in layouts {
                // Each client writes some mails in each form.
                let form = match client.html {
                    Some(_) => FORMS[(number + at) % FORMS.len()],
                    None => Form::Plain,
                };
                let mail = answer(client, &letter, layout, &case.typed, form);
                let reading = reading(&mail, &kept);
                let found = sorted(reading.notes());
                let held = reading.acts.iter().find_map(|act| match act {
                    Act::Held(held) => Some(*held),
                    _ => None,
                });
                let fitting =
                    |(wanted, found): (&Option<String>, &String)| fits(wanted.as_ref(), found);
                let all = case.wanted.iter().zip(&found).all(fitting);
                read += 1;
                strayed += usize::from(astray(&case.wanted, &found));
                if all && held == case.held {
                    right += 1;
                } else {
                    wrong.push(format!(
                        "{} {layout:?} {form:?}: {held:?} {found:?} ({})",
                        client.name, reading.reason
                    ));
                }
            }
        }
        if let Some(first) = wrong.first() {
            score.faults.push(format!(
                "{}: {right} of {read} right, {strayed} astray; {first}",
                case.name
            ));
        }
        score.read += read;
        score.right += right;
        score.astray += strayed;
    }
    score
}

fn held_to(file: &str, right_min: f64) {
    let score = score(file);
    let line = format!(
        "{file}: {} mails read, {:.1} % right, {} with a note under a wrong prompt",
        score.read,
        score.share(),
        score.astray
    );
    let faults = score.faults.join("\n");
    match std::env::var("POSTLUNCH_SHOW").as_deref() {
        Ok("faults") => println!("{line}\n{faults}"),
        Ok(_) => println!("{line}"),
        Err(_) => {}
    }
    assert!(score.read > 1_000, "only {} mails", score.read);
    assert!(
        score.astray == 0 && score.share() >= right_min,
        "{line}\n{faults}"
    );
}

#[test]
fn notes_that_the_reader_was_mended_by_are_sorted() {
    held_to("mended.txt", 98.0);
}

#[test]
fn notes_that_nobody_looked_at_are_sorted() {
    held_to("unseen.txt", 93.0);
}
