//! How many replies a second are read on one core, from octets to acts, beside the parsing of the
//! same mails by mail-parser alone in the same run. `cargo bench --bench reading`.
//!
//! A reply of four kilobytes: a few own words over our quoted invitation. One is text, one HTML.

use chrono::{DateTime, Utc};
use postlunch::lunch::act::Answering;
use postlunch::reading::message::Message;
use postlunch::reading::{Context, read, visible};
use postlunch::writing::{Templates, samples, write};
use std::hint::black_box;
use std::time::{Duration, Instant};

/// How long each measure runs.
const SPAN: Duration = Duration::from_secs(3);
/// Octets of one reply.
const OCTETS: usize = 4_096;

fn letter() -> String {
    let (letter, posting) = samples::of("invitation").expect("a sample");
    let templates = Templates::built_in().expect("templates");
    write(&letter, &posting, &templates).expect("a letter").text
}

const WORDS: &str = "Hi Ana,\n\nthanks for asking! I had to think about it for a moment, but yes, \
let's do it. Could we start next Tuesday at 12:15 at the Thai place? The canteen is rather loud.\n\nBen\n";

fn text(letter: &str) -> String {
    let mut mail = format!(
        "From: Ben Smith <ben@example.com>\nTo: lunch@example.com\nSubject: Re: lunch\nMessage-ID: <1@example.com>\nContent-Type: text/plain; charset=utf-8\n\n{WORDS}\nOn Mon, 11 Jan 2027 at 08:55, Ana via Lunch <lunch@example.com> wrote:\n\n"
    );
    for line in letter.lines().cycle() {
        if mail.len() >= OCTETS {
            return mail;
        }
        mail.push_str(&format!("> {line}\n"));
    }
    mail
}

fn html(letter: &str) -> String {
    let mut mail = format!(
        "From: Ben Smith <ben@example.com>\nTo: lunch@example.com\nSubject: Re: lunch\nMessage-ID: <1@example.com>\nContent-Type: text/html; charset=utf-8\n\n<div dir=\"ltr\">{}</div><div class=\"gmail_quote\"><div class=\"gmail_attr\">On Mon, Jan 11, 2027 at 8:55 AM Ana via Lunch &lt;lunch@example.com&gt; wrote:<br></div><blockquote class=\"gmail_quote\">",
        WORDS.replace('\n', "<br>\n")
    );
    for paragraph in letter.split("\n\n").cycle() {
        if mail.len() >= OCTETS {
            break;
        }
        mail.push_str(&format!("<p style=\"margin:0\">{paragraph}</p>\n"));
    }
    mail.push_str("</blockquote></div>");
    mail
}

/// Times a second that something can be done.
fn rate(mut once: impl FnMut()) -> f64 {
    for _ in 0..200 {
        once();
    }
    let begun = Instant::now();
    let mut count = 0u32;
    while begun.elapsed() < SPAN {
        for _ in 0..50 {
            once();
        }
        count += 50;
    }
    f64::from(count) / begun.elapsed().as_secs_f64()
}

fn main() {
    let letter = letter();
    let originals = vec![letter.clone()];
    let now: DateTime<Utc> = "2027-01-11T08:00:00Z".parse().expect("a moment");
    let mut context = Context::new(now, chrono_tz::Europe::Berlin);
    context.answering = Some(Answering::Invitation);
    for (name, mail) in [("text", text(&letter)), ("HTML", html(&letter))] {
        let octets = mail.as_bytes();
        let parser = mail_parser::MessageParser::default();
        let parsed = rate(|| {
            black_box(parser.parse(black_box(octets)));
        });
        let visible = rate(|| {
            let message = Message::parse(black_box(octets));
            black_box(visible::own_words(&message, &context));
        });
        let bare = rate(|| {
            black_box(read(&Message::parse(black_box(octets)), &context));
        });
        context.answering = None;
        let untold = rate(|| {
            black_box(read(&Message::parse(black_box(octets)), &context));
        });
        context.answering = Some(Answering::Invitation);
        context.originals = &originals;
        let known = rate(|| {
            black_box(read(&Message::parse(black_box(octets)), &context));
        });
        context.originals = &[];
        println!(
            "{name}, {} octets: {bare:.0} replies/s read, {untold:.0} where nobody says which letter is answered, {known:.0} with the letter at hand; {visible:.0} to visible text; mail-parser alone {parsed:.0}",
            octets.len()
        );
    }
}
