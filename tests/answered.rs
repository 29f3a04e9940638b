//! Which of our letters a mail answers, told from the mail alone: every kind of letter, quoted as
//! the world's mail clients quote, is found without being named, and so understood as if it had
//! been.

#[path = "clients/catalogue.rs"]
#[allow(dead_code)]
mod catalogue;
#[path = "clients/render.rs"]
#[allow(dead_code)]
mod render;

use catalogue::clients;
use postlunch::lunch::act::Answering;
use postlunch::lunch::letter::{Body, Letter};
use postlunch::reading::message::Message;
use postlunch::reading::{Context, judge, read, visible};
use postlunch::writing::{Templates, Written, samples, write};
use render::{Form, Layout, Sent, Typed, answer};

/// What is typed, in turns.
const WORDS: [&str; 7] = [
    "Yes please",
    "No thanks, not for me.",
    "Can we make it Friday at 12:00?",
    "Thank you!",
    "Not now, ask me again in March",
    "1. The demo went well.\n2. The retro was a bit long.\n3. Asking first helps.",
    "We didn't meet",
];

/// What a reply to it answers. A question about any of the lunches names no letter: it is taken for
/// one of those that a bare no to asks back.
fn answered(letter: &Letter) -> Answering {
    match &letter.body {
        Body::Question { about, .. } => match about {
            Answering::Invitation
            | Answering::FollowUp
            | Answering::Proposal
            | Answering::Permission => *about,
            _ => Answering::Receipt,
        },
        body => body.answering(),
    }
}

/// Every letter, and every path through its template.
fn letters() -> Vec<(String, Answering, Written)> {
    let templates = Templates::built_in().expect("templates");
    let letters = samples::with_variations().into_iter();
    letters
        .map(|(name, letter, posting)| {
            let written = write(&letter, &posting, &templates).expect("written");
            (name.to_owned(), answered(&letter), written)
        })
        .collect()
}

fn sent(written: &Written) -> Sent {
    Sent {
        text: written.text.clone(),
        html: written.html.clone(),
    }
}

/// `Re:` in front, as often as it stands there.
fn reply_subject(subject: &str, prefix: &str) -> String {
    format!("{prefix} {}", subject.trim_start_matches("Re: "))
}

fn context() -> Context<'static> {
    let now = "2027-01-11T08:00:00Z".parse().expect("a moment");
    Context::new(now, chrono_tz::Europe::Berlin)
}

fn guessed(mail: &[u8], context: &Context) -> Option<Answering> {
    let message = Message::parse(mail);
    let own = visible::own_words(&message, context);
    judge::guess(&message, &own, context)
}

/// What is done about a mail, and what was taken for newly written.
fn verdict(mail: &[u8], context: &Context) -> (Vec<postlunch::lunch::act::Act>, String) {
    let reading = read(&Message::parse(mail), context);
    let text = reading.reply_text.reveal().clone();
    (reading.acts, text)
}

/// Holds that the letter is found and the verdict is that of who was told.
fn check(what: &str, mail: &[u8], wanted: Answering, context: &Context, faults: &mut Vec<String>) {
    let found = guessed(mail, context);
    if found != Some(wanted) {
        faults.push(format!("{what}: {found:?} instead of {wanted:?}"));
        return;
    }
    let told = Context {
        answering: Some(wanted),
        ..context.clone()
    };
    let (alone, told) = (verdict(mail, context), verdict(mail, &told));
    if alone != told {
        faults.push(format!("{what}: {alone:?} instead of {told:?}"));
    }
}

fn held(read: usize, faults: &[String]) {
    let shown = faults.iter().take(40).cloned().collect::<Vec<_>>();
    assert!(
        faults.is_empty(),
        "{} of {read}:\n{}",
        faults.len(),
        shown.join("\n")
    );
}

/// Top-posted, marked or not, introduced by a line or by a header block, on phones, in plain text
/// or HTML or both.
#[test]
fn every_letter_is_found_in_the_quote_of_every_client() {
    const FIXED: &str = "Subject: Re: One on one peer review feedback lunch: Ben & Ana";
    let (mut read, mut faults) = (0, Vec::new());
    for (at, (name, wanted, written)) in letters().iter().enumerate() {
        for (turn, client) in clients().iter().enumerate() {
            let typed = Typed {
                words: WORDS[(at + turn) % WORDS.len()].to_owned(),
                under: Vec::new(),
            };
            // In turns, so that a run stays short.
            let form = [Form::Both, Form::Plain, Form::Html][(at + turn) % 3];
            let form = match &client.html {
                Some(_) => form,
                None => Form::Plain,
            };
            let mail = answer(client, &sent(written), &Layout::Top, &typed, form);
            let subject = reply_subject(&written.subject, "Re:");
            let mail = String::from_utf8_lossy(&mail);
            let mail = mail.replacen(FIXED, &format!("Subject: {subject}"), 1);
            let what = format!("{name}, {} {form:?}", client.name);
            check(&what, mail.as_bytes(), *wanted, &context(), &mut faults);
            read += 1;
        }
    }
    assert!(read > 2_000, "only {read} read");
    held(read, &faults);
}

/// A reply in plain text.
fn plain(subject: &str, body: &str) -> Vec<u8> {
    format!(
        "From: Ben Smith <ben@example.com>\nTo: lunch@example.com\nSubject: {subject}\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{body}"
    )
    .into_bytes()
}

fn marked(lines: &[&str]) -> String {
    lines.iter().map(|line| format!("> {line}\n")).collect()
}

/// Paragraphs of the letter's plain text.
fn paragraphs(written: &Written) -> Vec<&str> {
    written.text.split("\n\n").collect()
}

/// Who trims leaves what is answered: a paragraph, with or without the greeting.
#[test]
fn a_letter_is_found_by_what_a_trimmed_quote_left_of_it() {
    let (mut read, mut faults) = (0, Vec::new());
    for (at, (name, wanted, written)) in letters().iter().enumerate() {
        let words = WORDS[at % WORDS.len()];
        let subject = reply_subject(&written.subject, "SV: Re:");
        let all = paragraphs(written);
        // A question is told from another by the answers it offers.
        let kept = if name == "question" {
            let asks = all.iter().position(|p| {
                p.starts_with("What did you mean") || p.starts_with("What would you like now")
            });
            let asks = asks.expect("it asks");
            &all[asks..asks + 2]
        } else {
            &all[..2]
        };
        let kept = kept.join("\n\n");
        let kept: Vec<&str> = kept.lines().collect();
        let mail = plain(&subject, &format!("{}\n{words}\n", marked(&kept)));
        check(name, &mail, *wanted, &context(), &mut faults);
        read += 1;
    }
    held(read, &faults);
}

/// Answers between the lines, without an attribution.
#[test]
fn a_letter_is_found_where_its_lines_are_answered_one_by_one() {
    let (mut read, mut faults) = (0, Vec::new());
    for (at, (name, wanted, written)) in letters().iter().enumerate() {
        let words = WORDS[at % WORDS.len()];
        let mut body = String::new();
        for (place, paragraph) in paragraphs(written).iter().enumerate() {
            let lines: Vec<&str> = paragraph.lines().collect();
            body.push_str(&marked(&lines));
            body.push('\n');
            if place == 1 {
                body.push_str(&format!("{words}\n\n"));
            }
        }
        let mail = plain(&reply_subject(&written.subject, "AW:"), &body);
        check(name, &mail, *wanted, &context(), &mut faults);
        read += 1;
    }
    held(read, &faults);
}

/// "We didn't meet" is an example in one letter; typed above a receipt that is quoted without being
/// at hand, it is no part of the quote.
#[test]
fn an_example_of_ours_typed_above_another_letter_is_the_senders() {
    let letters = letters();
    let found = letters.iter().find(|(name, _, _)| name == "receipt-notes");
    let (_, _, written) = found.expect("a sample");
    let lines: Vec<&str> = written.text.lines().collect();
    let body = format!(
        "We didn't meet\n\nOn Mon, 11 Jan 2027 at 08:55, Lunch <lunch@example.com> wrote:\n{}",
        marked(&lines)
    );
    let mail = plain(&written.subject, &body);
    let (acts, text) = verdict(&mail, &context());
    assert_eq!(text, "We didn't meet");
    assert_eq!(acts.first().map(|act| act.kind()), Some("held"));
}

/// With the letter at hand nothing need be quoted.
#[test]
fn the_letter_at_hand_tells_which_it_is() {
    let mut faults = Vec::new();
    let letters = letters();
    for (at, (name, wanted, written)) in letters.iter().enumerate() {
        let originals = [written.text.clone()];
        let context = Context {
            originals: &originals,
            ..context()
        };
        let mail = plain("Re: lunch", WORDS[at % WORDS.len()]);
        check(name, &mail, *wanted, &context, &mut faults);
    }
    held(letters.len(), &faults);
}

/// Of several letters that share a subject it is the one that began with it.
#[test]
fn the_subject_tells_where_nothing_is_quoted() {
    let guessed = |subject: &str| guessed(&plain(subject, "Fine."), &context());
    for (subject, wanted) in [
        (
            "Re: One on one peer review feedback lunch: Ben & Ana",
            Some(Answering::Invitation),
        ),
        (
            "[EXTERN] AW: One on one peer review feedback lunch: Ben & Ana",
            Some(Answering::Invitation),
        ),
        (
            "SV: RE: Lunch with Ana, 14 January: your notes",
            Some(Answering::FollowUp),
        ),
        (
            "Re: Lunch with Ana: Thursday, 14 January, 12:30",
            Some(Answering::Reminder),
        ),
        (
            "Re: Lunch with Ana, 14 January: what Ana told you",
            Some(Answering::Exchange),
        ),
        ("Antw: Your lunches in January", Some(Answering::Summary)),
        (
            "Re: Lunch with Ana on 14 January is off",
            Some(Answering::Receipt),
        ),
        (
            "Re: You won't hear from here again",
            Some(Answering::Receipt),
        ),
        ("Lunch with Tom on Friday?", None),
        ("Re: your notes on the budget", None),
        ("Welcome back from your holiday", None),
    ] {
        assert_eq!(guessed(subject), wanted, "{subject}");
    }
}

/// A colleague's mail below an answer is none of our letters.
#[test]
fn foreign_quotes_tell_no_letter() {
    let body = "Yes please\n\nOn Mon, 11 Jan 2027 at 08:55, Tom <tom@example.com> wrote:\n> Shall we have lunch on Friday, and talk about the release?\n> Nothing urgent, one line will do.\n";
    let mail = plain("Re: lunch", body);
    assert_eq!(guessed(&mail, &context()), None);
}

/// The nearest letter is the one that is answered.
#[test]
fn of_several_letters_the_nearest_is_answered() {
    let all = letters();
    let find = |name: &str| {
        let found = all.iter().find(|(known, _, _)| known == name);
        let (_, _, written) = found.expect("a sample");
        written.text.lines().collect::<Vec<_>>()
    };
    let deeper = marked(&find("invitation"));
    let deeper: Vec<&str> = deeper.lines().collect();
    let body = format!(
        "No thanks\n\nOn Mon, 11 Jan 2027 at 08:55, Lunch <lunch@example.com> wrote:\n{}>\n> On Sun, 10 Jan 2027 at 08:55, Ben <ben@example.com> wrote:\n>> Thursday suits me.\n>> On Sat, 9 Jan 2027 at 08:55, Ana via Lunch <lunch@example.com> wrote:\n{}",
        marked(&find("reminder")),
        marked(&deeper),
    );
    let mail = plain(
        "Re: One on one peer review feedback lunch: Ben & Ana",
        &body,
    );
    assert_eq!(guessed(&mail, &context()), Some(Answering::Reminder));
}

/// The names of templates tell what the letters themselves tell.
#[test]
fn letters_are_named_for_what_answers_them() {
    for (name, letter, _) in samples::with_variations() {
        if !matches!(letter.body, Body::Question { .. }) {
            let told = Answering::of_letter(letter.body.name());
            assert_eq!(told, Some(letter.body.answering()), "{name}");
        }
    }
}
