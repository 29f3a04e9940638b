//! The three prompts of a follow-up: each reason why they are laid out as they are, held against
//! every client, every shape of the letter, both twins, and both kinds of mailbox it may come from.

#[path = "clients/catalogue.rs"]
mod catalogue;
#[path = "clients/render.rs"]
#[allow(dead_code)]
mod render;

use catalogue::clients;
use percent_encoding::percent_decode_str;
use postlunch::lunch::act::Answering;
use postlunch::lunch::notes::Section;
use postlunch::reading::message::Message;
use postlunch::reading::{Context, Reading, read};
use postlunch::writing::samples::{self, Sample};
use postlunch::writing::{Templates, Written, write};
use render::{Form, Layout, Marks, Sent, Typed, answer};

const SAID: [&str; 3] = [
    "In the outage you read the error aloud, slowly.",
    "You cut Dan short in the retro.",
    "Asking first helps. Late slides hinder.",
];

/// A follow-up as somebody got it.
struct FollowUp {
    name: String,
    written: Written,
    /// The three prompts, as the plain twin has them.
    prompts: [String; 3],
    /// Whether the mail that the button opens tells by its address what it answers.
    token: bool,
}

/// Every shape of it: first lunch and later ones, with a goal and without, the nudge; from a mailbox
/// of the program's own and from Ana's.
fn follow_ups() -> Vec<FollowUp> {
    let templates = Templates::built_in().expect("templates");
    let shared = samples::with_variations();
    let personal: Vec<Sample> = shared
        .clone()
        .into_iter()
        .map(samples::from_own_mailbox)
        .collect();
    // A mailbox that takes no + in an address.
    let plain: Vec<Sample> = shared.clone().into_iter().map(without_token).collect();
    let mut found = Vec::new();
    for (mailbox, samples) in [("shared", shared), ("personal", personal), ("plain", plain)] {
        for (at, (kind, letter, posting)) in samples.into_iter().enumerate() {
            if !kind.starts_with("followup") {
                continue;
            }
            let written = write(&letter, &posting, &templates).expect("written");
            let prompt = |number: &str| {
                let mut lines = written.text.lines();
                let line = lines.find(|line| line.starts_with(number));
                line.expect("a prompt").to_owned()
            };
            found.push(FollowUp {
                name: format!("{kind} {at} {mailbox}"),
                prompts: ["1. ", "2. ", "3. "].map(prompt),
                written,
                token: mailbox != "plain",
            });
        }
    }
    assert_eq!(found.len(), 15);
    found
}

fn without_token((kind, letter, mut posting): Sample) -> Sample {
    posting.reply_to = posting.from.address.clone();
    posting.printed_to = posting.reply_to.clone();
    (kind, letter, posting)
}

impl FollowUp {
    fn sent(&self) -> Sent {
        Sent {
            text: self.written.text.clone(),
            html: self.written.html.clone(),
        }
    }

    /// What the daemon keeps to find the quote by.
    fn kept(&self) -> Vec<String> {
        let only = self.written.only_in_html.join("\n");
        vec![format!("{}\n{only}", self.written.text)]
    }

    /// What of a prompt stands in the HTML as it stands in the text.
    fn key(&self, at: usize) -> &str {
        let (_, key) = self.prompts[at].split_once("'s ").expect("a name");
        key
    }

    fn typed(&self) -> Typed {
        let under = (0..3).map(|at| (self.key(at).to_owned(), SAID[at].to_owned()));
        Typed {
            words: String::new(),
            under: under.collect(),
        }
    }
}

fn reading(mail: &[u8], originals: &[String]) -> Reading {
    let now = "2027-01-15T08:30:00Z".parse().expect("a moment");
    let mut context = Context::new(now, chrono_tz::Europe::Berlin);
    context.originals = originals;
    context.answering = Some(Answering::FollowUp);
    read(&Message::parse(mail), &context)
}

fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn notes(reading: &Reading) -> [String; 3] {
    let notes = reading.notes();
    [Section::Best, Section::Worst, Section::Focus].map(|section| {
        let words = notes.and_then(|notes| notes.section(section));
        words.map_or(String::new(), |words| squeezed(words.reveal()))
    })
}

fn unplaced(reading: &Reading) -> Vec<String> {
    let unplaced = reading.notes().map(|notes| notes.unplaced.clone());
    let words = unplaced.unwrap_or_default();
    words.iter().map(|w| w.reveal().clone()).collect()
}

/// A reply in plain text.
fn plain(body: &str) -> Vec<u8> {
    format!(
        "From: Ben Smith <ben@example.com>\r\nTo: lunch@example.com\r\nSubject: Re: Lunch with Ana, 14 January: your notes\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{}",
        body.replace("\r\n", "\n").replace('\n', "\r\n")
    )
    .into_bytes()
}

/// Faults, as many as a person reads.
#[derive(Default)]
struct Faults {
    read: usize,
    told: Vec<String>,
}

impl Faults {
    fn check(&mut self, what: &str, reading: &Reading, wanted: &[String; 3]) {
        self.read += 1;
        let got = notes(reading);
        let besides = unplaced(reading);
        if &got != wanted || !besides.is_empty() {
            let reason = &reading.reason;
            self.told
                .push(format!("{what}: {got:?}, besides {besides:?} ({reason})"));
        }
    }

    fn none(self, least: usize) {
        assert!(self.read >= least, "only {} read", self.read);
        let shown: Vec<_> = self.told.iter().take(30).cloned().collect();
        let (count, read) = (self.told.len(), self.read);
        assert!(count == 0, "{count} of {read}:\n{}", shown.join("\n"));
    }
}

fn all_said() -> [String; 3] {
    SAID.map(squeezed)
}

/// A phone's quote shows the prompts without scrolling: only a greeting and one sentence or two stand
/// above, and the help below.
#[test]
fn the_prompts_come_early_and_the_help_after_them() {
    for letter in follow_ups() {
        let name = &letter.name;
        let text = &letter.written.text;
        let line = |prompt: &String| text.lines().position(|line| line == prompt).expect("there");
        let lines = letter.prompts.each_ref().map(line);
        assert!(lines[0] <= 6 && lines[2] <= 14, "{name}: {lines:?}");
        let help = text.find("Any line can stay empty").expect("help");
        assert!(
            help > text.find(&letter.prompts[2]).expect("there"),
            "{name}"
        );
        let html = &letter.written.html;
        let (_, letter_in_html) = html.split_once("class=\"letter").expect("the letter");
        let (above, _) = letter_in_html.split_once(">1. ").expect("the first");
        assert_eq!(above.matches("</p>").count(), 2, "{name}");
    }
}

/// No client breaks a prompt, quoted up to four deep at the usual 72 columns.
#[test]
fn a_prompt_fits_its_line_however_deep_it_is_quoted() {
    let mut faults = Faults::default();
    for letter in follow_ups() {
        for prompt in &letter.prompts {
            assert!(prompt.chars().count() <= 64, "{}: {prompt}", letter.name);
            assert!(!prompt.ends_with(':'), "{}: {prompt}", letter.name);
        }
        for depth in 1..=4 {
            let marks = "> ".repeat(depth);
            let mut body = String::new();
            for line in letter.written.text.lines() {
                // Who quotes so deep has a client that fills its lines anew.
                for row in filled(line, 72 - marks.len()) {
                    body.push_str(format!("{marks}{row}").trim_end());
                    body.push('\n');
                }
                if let Some(at) = letter.prompts.iter().position(|prompt| prompt == line) {
                    body.push_str(&format!("\n{}\n\n", SAID[at]));
                }
            }
            let mail = plain(&body);
            let what = format!("{}, quoted {depth} deep", letter.name);
            faults.check(&what, &reading(&mail, &letter.kept()), &all_said());
        }
    }
    faults.none(60);
}

fn filled(line: &str, columns: usize) -> Vec<String> {
    let mut rows = vec![String::new()];
    for word in line.split(' ') {
        let row = rows.last_mut().expect("one");
        if !row.is_empty() && row.chars().count() + 1 + word.chars().count() > columns {
            rows.push(word.to_owned());
        } else {
            if !row.is_empty() {
                row.push(' ');
            }
            row.push_str(word);
        }
    }
    rows
}

/// They begin differently: where a client takes the numbers for those of a list and drops them, no
/// answer lands under another's prompt, and none is lost.
#[test]
fn the_prompts_are_told_apart_without_their_numbers() {
    for letter in follow_ups() {
        let bare = letter.prompts.each_ref().map(|prompt| &prompt[3..]);
        assert!(bare[0] != bare[1] && bare[1] != bare[2] && bare[0] != bare[2]);
        let mut body = String::new();
        for line in letter.written.text.lines() {
            let at = letter.prompts.iter().position(|prompt| prompt == line);
            let line = at.map_or(line, |at| bare[at]);
            body.push_str(format!("> {line}").trim_end());
            body.push('\n');
            if let Some(at) = at {
                body.push_str(&format!("\n{}\n\n", SAID[at]));
            }
        }
        let reading = reading(&plain(&body), &letter.kept());
        let besides = unplaced(&reading);
        for (said, got) in all_said().into_iter().zip(notes(&reading)) {
            let kept = besides.iter().any(|words| words.contains(&said));
            assert!(
                got == said || (got.is_empty() && kept),
                "{}: {got}, {besides:?}",
                letter.name
            );
        }
    }
}

/// Three empty lines: wherever the cursor lands in them, and where a client eats some of them.
#[test]
fn an_answer_counts_on_whichever_line_it_is_typed() {
    let mut faults = Faults::default();
    for letter in follow_ups() {
        for marks in ["> ", ">", "| ", ""] {
            for gap in 0..=3 {
                for whole in [true, false] {
                    let lines: Vec<&str> = letter.written.text.lines().collect();
                    let mut body = String::new();
                    let mut at = 0;
                    while at < lines.len() {
                        body.push_str(format!("{marks}{}", lines[at]).trim_end());
                        body.push('\n');
                        let prompt = letter.prompts.iter().position(|p| p == lines[at]);
                        at += 1;
                        let Some(prompt) = prompt else { continue };
                        assert_eq!(lines[at..at + 3], ["", "", ""], "{}", letter.name);
                        let empty = format!("{}\n", marks.trim_end());
                        body.push_str(&empty.repeat(gap));
                        body.push_str(&format!("{}\n", SAID[prompt]));
                        if whole {
                            body.push_str(&empty.repeat(3 - gap));
                        }
                        at += 3;
                    }
                    let what = format!("{}, '{marks}', line {gap}, whole {whole}", letter.name);
                    let reading = reading(&plain(&body), &letter.kept());
                    faults.check(&what, &reading, &all_said());
                }
            }
        }
    }
    faults.none(400);
}

/// In HTML each prompt is a paragraph, and an empty one follows: nothing that a client collapses,
/// boxes or renumbers.
#[test]
fn in_html_a_prompt_is_a_paragraph_with_an_empty_one_behind_it() {
    for letter in follow_ups() {
        let html = &letter.written.html;
        for (at, prompt) in letter.prompts.iter().enumerate() {
            let key = letter.key(at);
            let start = html.find(&format!("{key}</p>")).expect("a paragraph");
            let (before, _) = html.split_at(start);
            let own = &before[before.rfind("<p ").expect("its tag")..];
            assert_eq!(own.matches('<').count(), 1, "typed text alone: {prompt}");
            assert!(own.contains(&format!(">{}. ", at + 1)), "{prompt}");
            let behind = &html[start + key.len() + "</p>".len()..];
            let empty = behind.trim_start();
            let (tag, rest) = empty.split_once('>').expect("a tag");
            assert!(
                tag.starts_with("<p ") && rest.starts_with("<br></p>"),
                "{empty:.80}"
            );
        }
        let (_, shown) = html.split_once("class=\"letter").expect("the letter");
        let unwelcome = [
            "<ol",
            "<ul",
            "<li",
            "<details",
            "<input",
            "<textarea",
            "<td",
            "<span",
        ];
        for tag in unwelcome {
            assert!(!shown.contains(tag), "{}: {tag}", letter.name);
        }
    }
}

/// Where the cursor lands in the empty paragraph, what is typed stands inside the quote, in no other
/// colour.
#[test]
fn an_answer_typed_into_the_empty_paragraph_is_found() {
    let nothing = Typed {
        words: String::new(),
        under: Vec::new(),
    };
    let mut faults = Faults::default();
    for letter in follow_ups() {
        for client in clients().iter().filter(|client| client.html.is_some()) {
            let mut sent = letter.sent();
            for said in SAID {
                sent.html = sent.html.replacen("<br></p>", &format!("{said}</p>"), 1);
            }
            let mail = answer(client, &sent, &Layout::Top, &nothing, Form::Html);
            let what = format!("{}, {}", letter.name, client.name);
            faults.check(&what, &reading(&mail, &letter.kept()), &all_said());
        }
    }
    faults.none(200);
}

/// Inline answers in every client, between the lines as it parts them and inside its quote; the
/// letter is at hand, as it always is in the daemon.
#[test]
fn inline_answers_survive_every_client() {
    let mut faults = Faults::default();
    for letter in follow_ups() {
        let (sent, kept, typed) = (letter.sent(), letter.kept(), letter.typed());
        for client in clients() {
            for layout in [Layout::Inline, Layout::Unmarked] {
                for form in [Form::Both, Form::Plain, Form::Html] {
                    if client.html.is_none() && form != Form::Plain {
                        continue;
                    }
                    let mail = answer(&client, &sent, &layout, &typed, form);
                    let what = format!("{}, {} {layout:?} {form:?}", letter.name, client.name);
                    faults.check(&what, &reading(&mail, &kept), &all_said());
                }
            }
        }
    }
    faults.none(2_000);
}

/// There is nothing to delete: whoever sends the letter back as it is has written nothing.
#[test]
fn nothing_in_the_letter_has_to_be_deleted_first() {
    let nothing = Typed {
        words: String::new(),
        under: Vec::new(),
    };
    for letter in follow_ups() {
        let (above, _) = letter
            .written
            .text
            .split_once("\n-- \n")
            .expect("small print");
        for sign in ["[", "]", "<", "...", "___", " here", "e.g."] {
            assert!(!above.contains(sign), "{}: {sign}", letter.name);
        }
        for client in clients() {
            let form = match client.html {
                Some(_) => Form::Both,
                None => Form::Plain,
            };
            let mail = answer(&client, &letter.sent(), &Layout::Top, &nothing, form);
            let reading = reading(&mail, &letter.kept());
            let what = format!("{}, {}", letter.name, client.name);
            assert!(reading.notes().is_none(), "{what}: {:?}", notes(&reading));
            let own = reading.reply_text.reveal();
            let device = client.own_line;
            assert!(own.is_empty() || own == device, "{what}: {own}");
        }
    }
}

/// Nobody writes about themselves by mistake.
#[test]
fn each_prompt_names_whom_it_is_about() {
    for letter in follow_ups() {
        for prompt in &letter.prompts {
            assert!(
                prompt[3..].starts_with("Ana's "),
                "{}: {prompt}",
                letter.name
            );
        }
    }
}

/// One line only is enough, whichever it is, and the others stay empty.
#[test]
fn any_line_can_stay_empty() {
    let mut faults = Faults::default();
    for letter in follow_ups() {
        for client in clients() {
            for kept in 0..3 {
                let mut typed = letter.typed();
                typed.under = vec![typed.under.swap_remove(kept)];
                let form = [Form::Both, Form::Plain, Form::Html][kept];
                let form = match client.html {
                    Some(_) => form,
                    None => Form::Plain,
                };
                let mut wanted = [const { String::new() }; 3];
                wanted[kept] = SAID[kept].to_owned();
                let mail = answer(&client, &letter.sent(), &Layout::Inline, &typed, form);
                let what = format!("{}, {} only {}", letter.name, client.name, kept + 1);
                faults.check(&what, &reading(&mail, &letter.kept()), &wanted);
            }
        }
    }
    faults.none(1_000);
}

/// Recipient, subject and body of the mail that *Write my notes* opens.
fn opened(letter: &FollowUp) -> (String, String, String) {
    let (_, link) = letter
        .written
        .html
        .split_once("class=\"button\" href=\"mailto:")
        .expect("a button");
    let (link, rest) = link.split_once('"').expect("a closed attribute");
    let (shown, _) = rest.split_once("</a>").expect("a closed link");
    assert!(shown.contains("Write my notes"), "{shown}");
    let link = link.replace("&amp;", "&").replace("&#x2f;", "/");
    let (to, fields) = link.split_once("?subject=").expect("a subject");
    let (subject, body) = fields.split_once("&body=").expect("a body");
    let decoded = |text: &str| {
        let text = percent_decode_str(text).decode_utf8().expect("UTF-8");
        text.into_owned()
    };
    (decoded(to), decoded(subject), decoded(body))
}

/// *Write my notes* opens a mail with the three headings and no quote at all, and however somebody
/// fills it, it is understood.
#[test]
fn the_button_s_mail_is_understood_however_it_is_filled() {
    let mut faults = Faults::default();
    for letter in follow_ups() {
        let (to, subject, body) = opened(&letter);
        assert_eq!(to.contains('+'), letter.token, "{}", letter.name);
        assert!(subject.starts_with("Re: Lunch with Ana, ") && subject.ends_with(": your notes"));
        let body = body.replace("\r\n", "\n");
        let headings = ["1. Best moment:", "2. Worst moment:", "3. Focus:"];
        let places = headings.map(|heading| body.find(&format!("{heading}\n")).expect(heading));
        assert!(places.is_sorted(), "{body}");
        assert!(!body.contains('>'), "no quote: {body}");
        let fill = |under: &dyn Fn(usize) -> String| {
            let filled = (0..3).fold(body.clone(), |body, at| {
                body.replacen(&format!("{}\n", headings[at]), &under(at), 1)
            });
            format!("{filled}\nSent from my phone\n")
        };
        let ways = [
            (
                "below",
                fill(&|at| format!("{}\n{}\n", headings[at], SAID[at])),
            ),
            (
                "a line below",
                fill(&|at| format!("{}\n\n{}\n", headings[at], SAID[at])),
            ),
            (
                "beside",
                fill(&|at| format!("{} {}\n", headings[at], SAID[at])),
            ),
            (
                "close beside",
                fill(&|at| format!("{}{}\n", headings[at], SAID[at])),
            ),
            (
                "in its place",
                fill(&|at| format!("{}. {}\n", at + 1, SAID[at])),
            ),
        ];
        for (way, body) in ways {
            let what = format!("{}, {way}", letter.name);
            // There is no quote to find, with the letter at hand or without.
            faults.check(&what, &reading(&plain(&body), &letter.kept()), &all_said());
            faults.check(&what, &reading(&plain(&body), &[]), &all_said());
        }
        // Sent as it was opened, it says nothing.
        for kept in [letter.kept(), Vec::new()] {
            let reading = reading(&plain(&body), &kept);
            assert!(
                reading.notes().is_none(),
                "{}: {:?}",
                letter.name,
                notes(&reading)
            );
        }
    }
    faults.none(150);
}

/// A client that shows no inline answers well: everything on top, in one blob, with 1, 2, 3.
#[test]
fn who_writes_on_top_with_numbers_is_understood_too() {
    let words = (0..3).map(|at| format!("{}. {}", at + 1, SAID[at]));
    let words = words.collect::<Vec<_>>().join("\n");
    let typed = Typed {
        words,
        under: Vec::new(),
    };
    let mut faults = Faults::default();
    for letter in follow_ups() {
        for client in clients() {
            let form = match (&client.html, client.marks) {
                (None, _) => Form::Plain,
                (_, Marks::Bare | Marks::BareText) => Form::Html,
                _ => Form::Both,
            };
            let mail = answer(&client, &letter.sent(), &Layout::Top, &typed, form);
            let what = format!("{}, {}", letter.name, client.name);
            faults.check(&what, &reading(&mail, &letter.kept()), &all_said());
        }
    }
    faults.none(300);
}
