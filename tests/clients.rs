//! Answers to our own letters in the world's mail clients: whichever client, whichever layout, with
//! our letter at hand or without, what the person typed is found and understood as if it had been
//! typed alone.

#[path = "clients/catalogue.rs"]
mod catalogue;
#[path = "clients/render.rs"]
mod render;

use catalogue::clients;
use postlunch::lunch::act::Answering;
use postlunch::lunch::notes::Section;
use postlunch::reading::message::Message;
use postlunch::reading::{Context, Reading, read};
use postlunch::writing::{Templates, samples, write};
use render::{Form, Layout, Marks, Sent, Typed, answer};

fn sent(kind: &str) -> (Sent, String) {
    let (letter, posting) = samples::of(kind).expect("a sample");
    let written = write(
        &letter,
        &posting,
        &Templates::built_in().expect("templates"),
    )
    .expect("written");
    let kept = format!("{}\n{}", written.text, written.only_in_html.join("\n"));
    let sent = Sent {
        text: written.text,
        html: written.html,
    };
    (sent, kept)
}

fn reading(mail: &[u8], originals: &[String], answering: Answering) -> Reading {
    let now = "2026-11-25T08:30:00Z".parse().expect("a moment");
    let mut context = Context::new(now, chrono_tz::Europe::Berlin);
    context.originals = originals;
    context.answering = Some(answering);
    read(&Message::parse(mail), &context)
}

fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

const BEST: &str = "In the outage you read the error aloud, slowly.\nEverybody stopped guessing.";
const WORST: &str = "You cut Dan short in the retro.";
const FOCUS: &str = "Helps: asking first. Hinders: slides at the last minute.";

fn under_prompts() -> Typed {
    let under = [
        ("best moment since", BEST),
        ("worst moment since", WORST),
        ("helps or hinders", FOCUS),
    ];
    Typed {
        words: String::new(),
        under: under
            .map(|(prompt, said)| (prompt.to_owned(), said.to_owned()))
            .to_vec(),
    }
}

fn on_top(words: &str) -> Typed {
    Typed {
        words: words.to_owned(),
        under: Vec::new(),
    }
}

/// Nothing tells where a quote without marks ends but the letter itself.
fn needs_the_letter(client: &render::Client, layout: &Layout, form: Form) -> bool {
    let bare_text = matches!(client.marks, Marks::Bare | Marks::BareText);
    let bare_html = client
        .html
        .as_ref()
        .is_none_or(|html| !html.quote.0.contains("blockquote"));
    let bare = match form {
        Form::Html => bare_html,
        _ => bare_text,
    };
    match layout {
        Layout::Top | Layout::Inline => false,
        Layout::Below => bare,
        Layout::Unmarked => !bare,
    }
}

#[test]
fn what_was_typed_is_found_in_every_client_and_layout() {
    let (invitation, kept_invitation) = sent("invitation");
    let (followup, kept_followup) = sent("followup");
    let words = "Yes, gladly. Thursdays are fine – but not before 12:30.\n\nShall I book a table?";
    let all = [BEST, WORST, FOCUS].join("\n");
    let mut table = String::new();
    let mut faults = Vec::new();
    let mut cells = 0;
    for client in clients() {
        table.push_str(&format!("{:<28}", client.name));
        for layout in [Layout::Top, Layout::Below, Layout::Inline, Layout::Unmarked] {
            let inline = matches!(layout, Layout::Inline | Layout::Unmarked);
            let (letter, kept, typed, wanted) = if inline {
                (&followup, &kept_followup, under_prompts(), all.as_str())
            } else {
                (&invitation, &kept_invitation, on_top(words), words)
            };
            for form in [Form::Both, Form::Plain, Form::Html] {
                if client.html.is_none() && form != Form::Plain {
                    continue;
                }
                for known in [true, false] {
                    if !known && needs_the_letter(&client, &layout, form) {
                        table.push('.');
                        continue;
                    }
                    cells += 1;
                    let mail = answer(&client, letter, &layout, &typed, form);
                    let originals: Vec<String> = if known {
                        vec![kept.clone()]
                    } else {
                        Vec::new()
                    };
                    let answering = if inline {
                        Answering::FollowUp
                    } else {
                        Answering::Invitation
                    };
                    let reading = reading(&mail, &originals, answering);
                    let got = reading.reply_text.reveal().clone();
                    let notes_right =
                        !inline || notes_of(&reading) == [BEST, WORST, FOCUS].map(squeezed);
                    let right = squeezed(&got) == squeezed(wanted) && notes_right;
                    table.push(if right { '+' } else { '-' });
                    if !right {
                        faults.push(format!("{} {layout:?} {form:?} known={known} notes={notes_right}: {got:?} ({})", client.name, reading.reason));
                        if std::env::var("POSTLUNCH_SHOW_MAIL")
                            .is_ok_and(|name| name == client.name)
                        {
                            println!("{}", String::from_utf8_lossy(&mail));
                        }
                    }
                }
            }
            table.push(' ');
        }
        table.push('\n');
    }
    println!(
        "top, below, inline, unmarked: each both twins, plain, HTML; each with our letter, without\n{table}"
    );
    assert!(cells > 300, "only {cells} cells");
    assert!(
        faults.is_empty(),
        "{} of {cells}\n{}\n{table}",
        faults.len(),
        faults.join("\n")
    );
}

fn notes_of(reading: &Reading) -> [String; 3] {
    let notes = reading.notes();
    [Section::Best, Section::Worst, Section::Focus].map(|section| {
        let words = notes.and_then(|notes| match section {
            Section::Best => notes.best.as_ref(),
            Section::Worst => notes.worst.as_ref(),
            Section::Focus => notes.focus.as_ref(),
        });
        words.map_or(String::new(), |words| squeezed(words.reveal()))
    })
}

fn bare(words: &str) -> Vec<u8> {
    format!("From: Ben Smith <ben@example.com>\nSubject: Re: lunch\nContent-Type: text/plain; charset=utf-8\n\n{words}\n").into_bytes()
}

const ANSWERS: &[&str] = &[
    "Yes",
    "No thanks",
    "Yes, but Fridays",
    "Yes, but no notes",
    "Ask me again in March",
    "stop",
    "Sorry, I can't.",
    "Gerne!",
    "Nein danke",
    "Sounds good, let's do it",
    "Who reads the notes?",
    "Yes, once, to try it",
    "Maybe. Let me think about it.",
    "Oui, avec plaisir",
    "👍",
    "I'd rather not, but thank you for asking.\nHave a good week!",
    "Yes please\n\nBest,\nBen",
];

/// Bodies without any letter of ours, and what was typed in them: `##### name`, the body, `=====`,
/// the words. A body that begins with `<` is HTML.
#[test]
fn conventions_of_the_world_are_known() {
    let mut faults = Vec::new();
    let mut cases = 0;
    for case in include_str!("clients/conventions.txt")
        .split("##### ")
        .skip(1)
    {
        let (name, rest) = case.split_once('\n').expect("a name");
        let (body, wanted) = rest.split_once("\n=====\n").expect("a body and words");
        let kind = if body.starts_with('<') {
            "html"
        } else {
            "plain"
        };
        cases += 1;
        let mail = format!(
            "From: Ben Smith <ben@example.com>\nSubject: Re: lunch\nContent-Type: text/{kind}; charset=utf-8\n\n{body}\n"
        );
        let got = reading(mail.as_bytes(), &[], Answering::Invitation);
        let got = got.reply_text.reveal();
        if squeezed(got) != squeezed(wanted) {
            faults.push(format!(
                "{name}: wanted {:?}\n   was {got:?}",
                squeezed(wanted)
            ));
        }
    }
    assert!(cases > 60, "only {cases} cases");
    assert!(
        faults.is_empty(),
        "{} of {cases}\n{}",
        faults.len(),
        faults.join("\n")
    );
}

/// How many answers of four kilobytes a second one core reads; a look for `--release`, and a bound
/// that only something badly wrong would miss.
#[test]
fn answers_are_read_quickly() {
    let (letter, kept) = sent("invitation");
    let words =
        "Yes, gladly. Thursdays are fine, but not before half past twelve, since I teach.\n";
    let long = words.repeat(12);
    let all = clients();
    let rounds = if cfg!(debug_assertions) { 3 } else { 300 };
    for (form, what) in [
        (Form::Plain, "plain"),
        (Form::Both, "both twins"),
        (Form::Html, "HTML"),
    ] {
        for known in [true, false] {
            let mails: Vec<Vec<u8>> = all
                .iter()
                .filter(|client| client.html.is_some())
                .map(|client| answer(client, &letter, &Layout::Top, &on_top(&long), form))
                .collect();
            let originals: Vec<String> = if known {
                vec![kept.clone()]
            } else {
                Vec::new()
            };
            let start = std::time::Instant::now();
            for _ in 0..rounds {
                for mail in &mails {
                    let read = reading(mail, &originals, Answering::Invitation);
                    assert!(!read.acts.is_empty());
                }
            }
            let count = u32::try_from(rounds * mails.len()).expect("few");
            let each = start.elapsed() / count;
            let octets = mails.iter().map(Vec::len).sum::<usize>() / mails.len();
            println!(
                "{what}, our letter {known}: {each:?} for {octets} octets, {:.0} a second",
                1.0 / each.as_secs_f64()
            );
            assert!(each.as_millis() < 100, "{each:?}");
        }
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig {
        cases: if cfg!(debug_assertions) { 200 } else { 1000 },
        failure_persistence: None,
        ..proptest::prelude::ProptestConfig::default()
    })]

    /// Quoting our own letter in any client changes nothing in what was understood.
    #[test]
    fn a_quoted_letter_changes_nothing(client in 0usize..28, words in 0usize..17, form in 0usize..3, known in proptest::bool::ANY, kind in 0usize..2) {
        let all = clients();
        let client = &all[client % all.len()];
        let form = [Form::Both, Form::Plain, Form::Html][form];
        let kind = ["invitation", "invitation-reminder"][kind];
        let (letter, kept) = sent(kind);
        let words = ANSWERS[words];
        let mail = answer(client, &letter, &Layout::Top, &on_top(words), form);
        let originals: Vec<String> = if known { vec![kept] } else { Vec::new() };
        let alone = reading(&bare(words), &[], Answering::Invitation);
        let quoted = reading(&mail, &originals, Answering::Invitation);
        proptest::prop_assert_eq!(alone.kind(), quoted.kind(), "{} {:?} {:?}", client.name, words, quoted.reply_text.reveal());
        proptest::prop_assert_eq!(squeezed(alone.reply_text.reveal()), squeezed(quoted.reply_text.reveal()), "{}", client.name);
    }

    /// Each answer stands under its own prompt, whichever are left out.
    #[test]
    fn answers_stay_under_their_prompts(client in 0usize..28, form in 0usize..3, left_out in 0usize..4, unmarked in proptest::bool::ANY) {
        let all = clients();
        let client = &all[client % all.len()];
        let form = [Form::Both, Form::Plain, Form::Html][form];
        let (letter, kept) = sent("followup");
        let mut typed = under_prompts();
        let mut wanted = [BEST, WORST, FOCUS].map(squeezed);
        if left_out < 3 {
            typed.under.remove(left_out);
            wanted[left_out].clear();
        }
        let layout = if unmarked { Layout::Unmarked } else { Layout::Inline };
        let mail = answer(client, &letter, &layout, &typed, form);
        let quoted = reading(&mail, &[kept], Answering::FollowUp);
        proptest::prop_assert_eq!(notes_of(&quoted), wanted, "{} {:?} {:?}: {:?}", client.name, form, layout, quoted.reply_text.reveal());
    }
}
