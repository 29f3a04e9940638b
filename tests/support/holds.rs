//! What must hold of reading, whatever it is given: used by the mutations of `cargo test` and by the
//! targets of `fuzz/`. A broken promise panics with what was broken.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use chrono_tz::Tz;
use postlunch::calendar::read as calendar_reader;
use postlunch::lunch::act::{Act, Answering};
use postlunch::lunch::notes::{Notes, Words};
use postlunch::reading::message::Message;
use postlunch::reading::phrase::tokens;
use postlunch::reading::{Context, Reading, explain, intent, quote, read, visible, when};
use std::sync::LazyLock;

/// Monday 11 January 2027, nine in the morning in Berlin.
const NOW: &str = "2027-01-11T08:00:00Z";

/// The letters that mails of the corpus answer.
static LETTERS: LazyLock<[String; 2]> = LazyLock::new(|| {
    let letters: [&[u8]; 2] = [
        include_bytes!("../corpus/originals/invitation.eml"),
        include_bytes!("../corpus/originals/followup.eml"),
    ];
    letters.map(|octets| visible::body_text(&Message::parse(octets)))
});

fn context(zone: Tz) -> Context<'static> {
    let now: DateTime<Utc> = NOW.parse().expect("a moment");
    Context::new(now, zone)
}

fn lunch() -> NaiveDateTime {
    let day = NaiveDate::from_ymd_opt(2027, 1, 14).expect("a day");
    day.and_hms_opt(12, 30, 0).expect("a time")
}

/// Any octets as a mail: one reading, the same each time, with and without our letters at hand.
pub fn mail(octets: &[u8]) {
    let (message, twin) = (Message::parse(octets), Message::parse(octets));
    let cases = [
        (&LETTERS[..], None),
        (&LETTERS[..], Some(Answering::FollowUp)),
        (&[], None),
    ];
    for (letters, answering) in cases {
        let context = Context {
            answering,
            originals: letters,
            ..context(chrono_tz::Europe::Berlin)
        };
        let reading = read(&message, &context);
        let told = explain::explain(&message, &reading);
        let again = read(&twin, &context);
        assert!(!reading.acts.is_empty(), "no act");
        assert_eq!(reading.acts, again.acts, "read twice");
        assert_eq!(told, explain::explain(&twin, &again), "told twice");
        assert_eq!(told["kind"], reading.kind());
        words_are_the_senders(&message, &context, &reading);
    }
}

/// What counts as newly written stands in the mail, and no note holds a prompt of our letter.
fn words_are_the_senders(message: &Message, context: &Context, reading: &Reading) {
    let reply = reading.reply_text.reveal();
    let shown = visible::shown(message, context);
    let comment = reading.calendar.as_ref().and_then(|c| c.comment.as_ref());
    let comment = comment.map_or(0, |words| seen(words.reveal()));
    let judged: usize = shown.lines.iter().map(|line| seen(&line.text)).sum();
    let body = judged.max(seen(&visible::body_text(message)));
    let given = body.max(comment).max(seen(message.subject.as_str()));
    assert!(
        seen(reply) <= given,
        "{} of {given} characters: {reply:?}",
        seen(reply)
    );
    assert_eq!(
        shown.own,
        visible::own_words(message, context),
        "shown as judged"
    );
    let own = shown.lines.iter().map(|line| &line.text[line.own.clone()]);
    let own: usize = own.map(seen).sum();
    let said = seen(&shown.own.text());
    assert!(
        shown.source == visible::Source::Subject || own == said,
        "{own} characters are shown as own, {said} are judged"
    );
    for act in &reading.acts {
        if let Act::Notes(notes) = act {
            for words in under_prompts(notes) {
                holds_no_prompt(words.reveal(), &shown, context);
            }
        }
    }
}

/// Characters that are seen, as Unicode composes them.
fn seen(text: &str) -> usize {
    let text = postlunch::words::clean::clean_text(text);
    text.chars().filter(|c| !c.is_whitespace()).count()
}

fn under_prompts(notes: &Notes) -> impl Iterator<Item = &Words> {
    let sections = [&notes.best, &notes.worst, &notes.focus];
    sections.into_iter().flatten()
}

/// No line of the body that is a prompt of ours, or a marked one, stands in a note. What somebody
/// put a heading of their own in front of is no line of the body any more.
fn holds_no_prompt(note: &str, shown: &visible::Shown, context: &Context) {
    for line in note.lines().map(str::trim) {
        let marked = line.strip_prefix('>');
        let quoted = marked.is_some_and(|line| quote::prompt_of(line).is_some());
        let ours = context.originals.iter().any(|letter| {
            let mut prompts = letter.lines().filter(|l| quote::prompt_of(l).is_some());
            prompts.any(|prompt| prompt.trim() == line)
        });
        let whole = || shown.lines.iter().any(|body| body.text.trim() == line);
        assert!(
            !((quoted || ours) && whole()),
            "a prompt in a note: {line:?}"
        );
    }
}

/// Any octets as an iCalendar text, with every method that a mail can claim for it.
pub fn calendar(octets: &[u8]) {
    let text = String::from_utf8_lossy(octets);
    let methods = [
        None,
        Some("REPLY"),
        Some("COUNTER"),
        Some("request"),
        Some("x"),
    ];
    for method in methods {
        let ben = calendar_reader::Sender {
            address: "ben@example.com",
            name: "Ben Smith",
        };
        for sender in [None, Some(ben)] {
            let answer = || calendar_reader::read(&text, method, sender, chrono_tz::Europe::Berlin);
            let first = answer();
            assert_eq!(first, answer(), "read twice");
            if let Some(answer) = first {
                assert!(!answer.items.is_empty(), "an answer about nothing");
            }
        }
    }
    // As part of a mail, where what it says becomes acts.
    let head = "From: ben@example.com\r\nMIME-Version: 1.0\r\nContent-Type: text/calendar; charset=utf-8; method=REPLY\r\n\r\n";
    mail(&[head.as_bytes(), octets].concat());
}

/// Any text, searched for days and times.
pub fn dates(text: &str) {
    let tokens = tokens(text);
    let words: Vec<&str> = tokens
        .iter()
        .filter(|token| token.is_word)
        .map(|token| &*token.text)
        .collect();
    for zone in [chrono_tz::Europe::Berlin, chrono_tz::America::New_York] {
        for lunch in [None, Some(lunch())] {
            let context = Context {
                lunch,
                ..context(zone)
            };
            for moves in [false, true] {
                let found = when::find_moved(&words, &context, moves);
                assert_eq!(
                    found,
                    when::find_moved(&words, &context, moves),
                    "found twice"
                );
                let first = found.first.is_none_or(|first| first < words.len());
                assert!(first, "it begins behind the words");
                assert_eq!(found.start(&context), found.start(&context));
            }
            let until = when::until(&words, &context);
            let today = when::today(&context);
            assert!(
                until.is_none_or(|until| until > today),
                "until a day that is over"
            );
            let named = when::lunch_named(text, &context);
            assert_eq!(named, when::lunch_named(text, &context));
        }
    }
}

/// Any text, searched for what it says about the offer.
pub fn words(text: &str) {
    for lunch in [None, Some(lunch())] {
        let context = Context {
            lunch,
            ..context(chrono_tz::Europe::Berlin)
        };
        let said = intent::read(text, &context);
        let again = intent::read(text, &context);
        assert_eq!(format!("{said:?}"), format!("{again:?}"), "read twice");
        let counted: usize = said.signs.iter().map(|clause| clause.words).sum();
        assert!(
            counted <= said.words,
            "more words in clauses than in the text"
        );
        for clause in &said.signs {
            assert!(
                clause.unknown <= clause.words,
                "more unknown than there are"
            );
        }
    }
}
