//! The demo's story: every scene is there, it is told the same twice, and the README shows it as
//! it is. `POSTLUNCH_BLESS=1 cargo test --test demo` writes the README's block anew.

use postlunch::demo::script::play;
use postlunch::demo::transcript::{COLUMNS, CUT, Kind, Scene, Transcript};
use std::fs;
use std::path::Path;
use std::sync::OnceLock;

/// Before and after the README's block.
const OPENING: &str = "<!-- written by tests/demo.rs -->\n```text\n";
const CLOSING: &str = "```\n<!-- until here -->\n";

fn played() -> (Transcript, String) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let mut seen = String::new();
    let mut tell = |scene: &Scene| seen.push_str(&scene.render(false));
    let transcript = runtime.block_on(play(&mut tell)).expect("plays to its end");
    (transcript, seen)
}

/// One play for all tests that only look.
fn transcript() -> &'static Transcript {
    static PLAYED: OnceLock<Transcript> = OnceLock::new();
    PLAYED.get_or_init(|| played().0)
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The first scene of that kind from one to another whose subject holds this.
fn scene(kind: Kind, from: &str, to: &str, subject: &str) -> &'static Scene {
    scenes(kind, from, to, subject)
        .first()
        .copied()
        .unwrap_or_else(|| panic!("no {kind:?} from {from} to {to} about {subject}"))
}

fn scenes(kind: Kind, from: &str, to: &str, subject: &str) -> Vec<&'static Scene> {
    let fits =
        |s: &&Scene| s.kind == kind && s.from == from && s.to == to && s.subject.contains(subject);
    transcript().scenes.iter().filter(fits).collect()
}

#[test]
fn it_is_told_the_same_twice_and_while_it_happens() {
    let (again, seen) = played();
    assert_eq!(transcript(), &again);
    assert_eq!(seen, again.render(false));
}

#[test]
fn every_scene_of_the_story_is_there_in_order() {
    let order = [
        ("Ana", "", "", "postlunch invite"),
        (
            "Ana via Lunch",
            "Ben",
            "feedback lunch: Ben & Ana",
            "Shall we",
        ),
        ("Ana via Lunch", "Cara", "feedback lunch: Cara & Ana", ""),
        (
            "Ben",
            "Ana via Lunch",
            "feedback lunch",
            "No problem, count me in!",
        ),
        (
            "Lunch",
            "Ben",
            "Re: One on one",
            "every other Thursday at 12:30",
        ),
        ("Lunch", "Ana", "Re: One on one", "No problem, count me in!"),
        (
            "Lunch",
            "Ben",
            "Lunch with Ana",
            "Here is the calendar entry",
        ),
        ("Cara", "Ana via Lunch", "feedback lunch", "No thanks"),
        ("Lunch", "Cara", "Re: One on one", "perfectly all right"),
        (
            "Ben",
            "Lunch",
            "Re: One on one",
            "handing things over sooner",
        ),
        (
            "Lunch",
            "Ana",
            "Thursday 7 January",
            "handing things over sooner",
        ),
        ("", "", "", "have lunch in the nearby cafe"),
        (
            "Lunch",
            "Ben",
            "7 January: your notes",
            "1. Ana's best moment",
        ),
        ("Ben", "Lunch", "your notes", "1 tuesdays outage"),
        (
            "Lunch",
            "Ben",
            "your notes",
            "1. Best moment\n  tuesdays outage",
        ),
        (
            "Ana",
            "Lunch",
            "your notes",
            "> 1. Ben's best moment so far\nYou let Erin",
        ),
        (
            "Lunch",
            "Ben",
            "what Ana told you",
            "You let Erin run the demo",
        ),
        ("Lunch", "Ana", "what Ben told you", "word for word"),
        ("Ben", "Lunch", "your notes", "2. it was mondays planning"),
        ("Lunch", "Ana", "what Ben told you", "put something right"),
        ("Ana", "Lunch", "what Ben told you", "Thank you, Ben."),
        ("Lunch", "Ben", "an answer to your notes", "Thank you, Ben."),
        ("Ben", "Lunch", "Thursday 21 January", "skip"),
        ("Lunch", "Ana", "is off", "Thursday 4 February"),
        ("Lunch", "Ana", "Your lunches in January", "GOOD MOMENTS"),
        ("Lunch", "Ben", "Your lunches in January", "GOOD MOMENTS"),
        ("Ana", "Lunch", "Thursday 4 February", "move to Friday"),
        ("Lunch", "Ben", "now Friday 5 February, 12:15", "12:15"),
        ("Ben", "Lunch", "what Ana told you", "pause until 1 march"),
        ("Lunch", "Ana", "Your lunches in February", "on the 5th"),
        ("Ben", "Lunch", "Your lunches in February", "end"),
        ("Lunch", "Ben", "Re: Your lunches", "have ended"),
        ("Lunch", "Ana", "have ended", "don't read one into it"),
        ("", "", "", "nobody got one twice"),
    ];
    let mut scenes = transcript().scenes.iter();
    for (from, to, subject, words) in order {
        let there = scenes.any(|s| {
            s.from == from && s.to == to && s.subject.contains(subject) && s.text.contains(words)
        });
        assert!(there, "{from} to {to}, {subject}: {words}");
    }
    let times: Vec<_> = transcript().scenes.iter().map(|scene| scene.at).collect();
    assert!(times.is_sorted(), "time runs forward");
}

#[test]
fn what_was_understood_is_what_was_meant() {
    let understood: Vec<&str> = transcript()
        .scenes
        .iter()
        .filter_map(|scene| scene.understood.as_deref())
        .collect();
    assert_eq!(
        understood,
        [
            "yes",
            "no, for good",
            "a goal to watch for",
            "a goal to watch for",
            "notes under 1, 2, 3",
            "notes under 1, 2, 3",
            "another answer to 2",
            "words for the other, as they are",
            "leave this lunch out",
            "move this lunch to Friday 5 February, 12:15",
            "notes under 1, 2, 3",
            "they met; it was said and stays unwritten",
            "pause until 1 March",
            "end these lunches",
        ]
    );
}

#[test]
fn nobody_gets_a_letter_twice_and_a_no_is_the_end_of_it() {
    let counts = transcript().counts;
    assert_eq!(
        (counts.twice, counts.to_cara, counts.after_the_end),
        (0, 2, 0)
    );
    let letters = |s: &&Scene| s.kind == Kind::Mail;
    let told = transcript().scenes.iter().filter(letters);
    assert_eq!(told.clone().count(), counts.letters, "every letter is told");
    assert_eq!(told.filter(|s| s.to == "Cara").count(), 2);
}

/// The footers hold tokens, which differ from play to play and open conversations.
#[test]
fn it_fits_a_terminal_and_shows_no_token() {
    let text = transcript().render(false);
    for line in text.lines() {
        assert!(line.chars().count() <= COLUMNS, "too wide: {line}");
        assert!(!line.starts_with("  | Letter "), "{line}");
    }
    assert!(!text.contains('\x1b'));
    assert!(
        transcript()
            .render(true)
            .contains("\x1b[1mBen answers\x1b[0m")
    );
}

#[test]
fn as_json_it_can_be_read_back() {
    let text = serde_json::to_string(transcript()).expect("JSON");
    let value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let scenes = value["scenes"].as_array().expect("scenes");
    assert_eq!(scenes.len(), transcript().scenes.len());
    assert_eq!(scenes[1]["kind"], "command");
    assert_eq!(scenes[1]["at"], "2027-01-04T09:00:00");
    assert_eq!(value["counts"]["to_cara"], 2);
}

/// A scene's head and some of its lines, as the README shows it.
fn told(scene: &Scene, lines: &[&str]) -> String {
    let mut rendered = scene.render(false);
    let rest = rendered.split_off(rendered.find('\n').expect("a head"));
    let day = scene.at.format("%a %-d %b").to_string();
    let head = rendered.split("  ").last().expect("who");
    let mut out = format!("{day:<9}  {head}\n");
    for wanted in lines {
        let line = rest.lines().find(|line| line.contains(wanted));
        let line = line.unwrap_or_else(|| panic!("no line '{wanted}' in{rest}"));
        out.push_str(&format!("{line}\n"));
    }
    out
}

/// The exchange of the README: lines of the transcript, none changed.
fn exchange() -> String {
    let invitation = scene(Kind::Mail, "Ana via Lunch", "Ben", "One on one");
    let yes = scene(Kind::Reply, "Ben", "Ana via Lunch", "One on one");
    let receipt = scene(Kind::Mail, "Lunch", "Ben", "Re: One on one");
    let notes = scene(Kind::Reply, "Ben", "Lunch", "7 January: your notes");
    let sorted = scene(
        Kind::Mail,
        "Lunch",
        "Ben",
        "Re: Lunch with Ana, 7 January: your notes",
    );
    let summary = scene(Kind::Mail, "Lunch", "Ana", "Your lunches in January");
    [
        told(
            invitation,
            &["Shall we have lunch", "honestly how we are doing?"],
        ),
        told(yes, &["No problem"]),
        told(receipt, &["I read that as: yes", "first on 7 January"]),
        told(notes, &["> 1 ", "> 2) ", "> 3 "]),
        told(
            sorted,
            &[
                "1. Best",
                "tuesdays outage",
                "2. Worst",
                "cut dan short",
                "3. Focus",
                "asking",
                "That helps",
            ],
        ),
        told(summary, &["GOOD MOMENTS", "tuesdays outage"]),
    ]
    .concat()
}

#[test]
fn the_readme_shows_an_exchange_that_took_place() {
    let path = root().join("README.md");
    let readme = fs::read_to_string(&path).expect("a README");
    let (before, rest) = readme.split_once(OPENING).expect("the block begins");
    let (block, after) = rest.split_once(CLOSING).expect("the block ends");
    let wanted = exchange();
    if std::env::var_os("POSTLUNCH_BLESS").is_some() {
        let text = format!("{before}{OPENING}{wanted}{CLOSING}{after}");
        fs::write(&path, text).expect("written");
        return;
    }
    assert_eq!(block, wanted, "POSTLUNCH_BLESS=1 writes it anew");
    assert!(!wanted.contains(CUT));
}

/// Each promise names its test as [`name`](tests/file.rs).
#[test]
fn every_promise_of_the_readme_is_held_by_a_test_that_exists() {
    let readme = fs::read_to_string(root().join("README.md")).expect("a README");
    let links: Vec<(&str, &str)> = readme
        .split("[`")
        .skip(1)
        .filter_map(|rest| rest.split_once("`](tests/"))
        .filter_map(|(name, rest)| Some((name, rest.split_once(')')?.0)))
        .collect();
    assert!(links.len() >= 4, "{links:?}");
    for (name, file) in links {
        let text = fs::read_to_string(root().join("tests").join(file)).expect(file);
        assert!(text.contains(&format!("fn {name}(")), "no {name} in {file}");
    }
}
