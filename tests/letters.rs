//! Every letter as it leaves the house, compared with `tests/letters/<kind>.eml`, and the promises
//! that all of them keep.
//!
//! `POSTLUNCH_BLESS=1 cargo test --test letters` writes the files anew; read the difference aloud
//! before committing it.

use mail_parser::{MessageParser, MimeHeaders, PartType};
use postlunch::lunch::letter::{Body, Letter, Notice, Receipt};
use postlunch::lunch::notes::{Notes, Words};
use postlunch::words::clean::{CleanLine, clean_text};
use postlunch::writing::{Posting, Templates, Written, samples, write};
use std::fs;
use std::path::PathBuf;

fn golden(kind: &str) -> PathBuf {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    root.join("tests/letters").join(format!("{kind}.eml"))
}

/// The names that `Body::name` can give, read from its source: a new variant cannot be forgotten.
fn kinds() -> Vec<String> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let source = fs::read_to_string(root.join("src/lunch/letter.rs")).expect("readable");
    let (_, rest) = source.split_once("pub const fn name(&self)").expect("name");
    let (names, _) = rest
        .split_once("pub const fn answering")
        .expect("answering");
    names
        .split('"')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect()
}

fn difference(kept: &str, written: &str) -> String {
    let (old, new): (Vec<_>, Vec<_>) = (kept.lines().collect(), written.lines().collect());
    let same = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let mut shown = format!("from line {}:\n", same + 1);
    for line in old.iter().skip(same).take(12) {
        shown += &format!("- {line}\n");
    }
    for line in new.iter().skip(same).take(12) {
        shown += &format!("+ {line}\n");
    }
    shown
}

/// The letter with one line in place of its picture's octets, which nobody reads aloud.
fn without_picture(written: &Written) -> Vec<u8> {
    let Some(picture) = &written.picture else {
        return written.bytes.clone();
    };
    let text = String::from_utf8(written.bytes.clone()).expect("ASCII");
    let (head, rest) = text
        .split_once("Content-Transfer-Encoding: base64\r\n\r\n")
        .expect("a picture");
    let (octets, rest) = rest.split_once("\r\n--").expect("a boundary");
    let octets = octets.replace("\r\n", "");
    assert_eq!(
        data_encoding::BASE64
            .decode(octets.as_bytes())
            .expect("base64"),
        picture.octets
    );
    let (width, height) = (picture.width, picture.height);
    format!("{head}\r\n(a picture of {width} by {height} pixels)\r\n--{rest}").into_bytes()
}

#[test]
fn every_letter_is_as_it_was_agreed() {
    let templates = Templates::built_in().expect("built-in templates");
    let bless = std::env::var_os("POSTLUNCH_BLESS").is_some();
    let mut faults = Vec::new();
    for (kind, letter, posting) in samples::all() {
        let written =
            write(&letter, &posting, &templates).unwrap_or_else(|e| panic!("{kind}: {e}"));
        let bytes = without_picture(&written);
        if bless {
            fs::write(golden(kind), &bytes).expect("writable");
            continue;
        }
        let kept = fs::read(golden(kind)).unwrap_or_default();
        if kept != bytes {
            let (kept, new) = (
                String::from_utf8_lossy(&kept),
                String::from_utf8_lossy(&bytes),
            );
            faults.push(format!("{kind}.eml {}", difference(&kept, &new)));
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn every_kind_of_letter_has_a_sample() {
    let mut sampled: Vec<String> = samples::all()
        .into_iter()
        .map(|(k, _, _)| k.to_owned())
        .collect();
    let mut wanted = kinds();
    assert!(wanted.len() > 40, "{wanted:?}");
    sampled.sort();
    wanted.sort();
    assert_eq!(sampled, wanted);
}

/// Every shape of every letter, from a mailbox of the program's own and from Ana's.
fn written() -> Vec<(&'static str, Letter, Posting, Written)> {
    let templates = Templates::built_in().expect("built-in templates");
    let shared = samples::with_variations();
    let personal = shared.clone().into_iter().map(samples::from_own_mailbox);
    let all = shared.into_iter().chain(personal);
    all.map(|(kind, letter, posting)| {
        let written = write(&letter, &posting, &templates).expect(kind);
        (kind, letter, posting, written)
    })
    .collect()
}

/// What a reader of the HTML sees: tags and what is hidden or only there taken off.
fn seen_in_html(html: &str) -> String {
    let (_, body) = html.split_once("<body").expect("a body");
    let (_, shown) = body.split_once("</div>").expect("the hidden preview first");
    let mut text = String::new();
    let mut rest = shown;
    while let Some((before, tag)) = rest.split_once('<') {
        text += before;
        let (tag, after) = tag.split_once('>').expect("a closed tag");
        text.push(
            if tag.starts_with("span") || tag.starts_with('a') || tag == "/a" {
                '\u{1}'
            } else {
                ' '
            },
        );
        rest = after;
        if tag.starts_with("a class=\"button\"") {
            rest = after.split_once("</a>").expect("a closed link").1;
        }
    }
    let text = text.replace('\u{1}', "");
    let entities = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#x27;", "'"),
        ("&#x2f;", "/"),
        ("&amp;", "&"),
    ];
    entities
        .iter()
        .fold(text, |t, (from, to)| t.replace(from, to))
}

fn words(text: &str) -> Vec<&str> {
    text.split_whitespace().filter(|w| *w != "--").collect()
}

/// Lines that we say, and not somebody else.
fn ours(text: &str) -> String {
    let own = text.lines().filter(|l| !l.starts_with("  "));
    own.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_twins_say_the_same() {
    for (kind, _, _, written) in written() {
        let html = seen_in_html(&written.html);
        assert_eq!(words(&html), words(&written.text), "{kind}");
    }
}

#[test]
fn letters_are_short_and_speak_plainly() {
    let unwelcome = [
        "score",
        "rating",
        "rank",
        "streak",
        "performance",
        "employee",
        "kpi",
        "stakeholder",
        "great job",
        "well done",
        "congratulations",
        "don't forget",
        "you haven't",
        "http",
    ];
    for (kind, letter, _, written) in written() {
        let own = ours(&written.text);
        let most = if kind == "invitation" { 300 } else { 180 };
        let hers = match &letter.body {
            Body::Invitation { note, .. } => note.as_ref().map_or(0, |n| words(n.reveal()).len()),
            _ => 0,
        };
        let count = words(&own).len() - hers;
        assert!(count <= most, "{kind} has {count} words");
        let folded = own.to_lowercase();
        for word in unwelcome {
            assert!(!folded.contains(word), "{kind} says '{word}'");
        }
    }
}

/// The lines below a heading, in one line.
fn below(text: &str, heading: &str) -> String {
    let lines = text.lines().skip_while(|line| *line != heading).skip(1);
    let is_heading = |line: &&str| {
        line.chars().any(char::is_alphabetic) && !line.chars().any(char::is_lowercase)
    };
    let lines = lines.take_while(|line| !is_heading(line) && *line != "-- ");
    words(&lines.collect::<Vec<_>>().join(" ")).join(" ")
}

/// A month tells its reader's goals as the reader's, and each partner's with that partner's name.
#[test]
fn every_goal_in_a_summary_stands_with_its_owner() {
    let mut owners = 0;
    for (_, letter, _, written) in written() {
        let Body::Summary(month) = &letter.body else {
            continue;
        };
        let text = |words: &Words| self::words(words.reveal()).join(" ");
        let told = |heading| below(&written.text, heading);
        let (reached, open, watched) = (told("REACHED"), told("STILL AT IT"), told("TO WATCH FOR"));
        let own = month.open.iter().map(|goal| (&goal.words, &open));
        let own = own.chain(month.reached.iter().map(|goal| (&goal.words, &reached)));
        for (goal, section) in own {
            let goal = text(goal);
            assert!(section.contains(&goal), "{goal} in {section}");
            assert!(
                !watched.contains(&goal),
                "{goal} is {}'s own",
                letter.to.name
            );
        }
        for (owner, goal) in &month.watching {
            let goal = text(goal);
            let named = [owner.first_name(), owner.display_name()];
            let mut lines = named
                .iter()
                .map(|name| format!("{name}: {}.", goal.trim_end_matches('.')));
            assert!(
                lines.any(|line| watched.contains(&line)),
                "{goal} in {watched}"
            );
            assert!(
                !open.contains(&goal) && !reached.contains(&goal),
                "{goal} in {open}"
            );
            owners += 1;
        }
    }
    assert!(owners >= 2, "{owners}");
}

#[test]
fn a_letter_promises_only_what_exists() {
    let later = ["forget me", "status"];
    for (kind, _, _, written) in written() {
        let folded = written.text.to_lowercase();
        for promise in later {
            assert!(!folded.contains(promise), "{kind} promises {promise}");
        }
    }
}

#[test]
fn text_is_laid_out_so_that_answers_can_be_found_in_it() {
    for (kind, _, _, written) in written() {
        let marks = written.text.lines().filter(|l| *l == "-- ").count();
        assert_eq!(marks, 1, "{kind}");
        for line in written.text.lines().filter(|l| *l != "-- ") {
            assert!(line.chars().count() <= 68, "{kind}: {line}");
            let misread = ['>', '-', '_', '=', '*', '[', '|']
                .iter()
                .any(|c| line.starts_with(*c));
            assert!(!misread, "{kind}: {line} looks like a quote or a rule");
            for header in ["From:", "To:", "Subject:", "Date:", "Sent:"] {
                assert!(
                    !line.starts_with(header),
                    "{kind}: {line} looks like a header"
                );
            }
            assert!(
                !line.ends_with("wrote:"),
                "{kind}: {line} looks like an attribution"
            );
        }
        if !kind.starts_with("followup") {
            continue;
        }
        let lines: Vec<&str> = written.text.lines().collect();
        for number in ["1. ", "2. ", "3. "] {
            let at = lines
                .iter()
                .position(|l| l.starts_with(number))
                .expect(number);
            assert!(at < 14, "{kind}: the prompts come early");
            assert_eq!(&lines[at + 1..at + 4], ["", "", ""], "{kind}");
            assert!(lines[at].chars().count() <= 64 && !lines[at].ends_with(':'));
            assert!(
                lines[at].contains("Ana"),
                "{kind}: nobody writes about themselves"
            );
        }
        assert_eq!(written.html.matches("<br></p>").count(), 3, "{kind}");
        assert!(!written.html.contains("<ol") && !written.html.contains("<li"));
    }
}

#[test]
fn the_button_opens_an_empty_mail_with_three_headings() {
    let (letter, posting) = samples::of("followup").expect("sample");
    let templates = Templates::built_in().expect("templates");
    let written = write(&letter, &posting, &templates).expect("written");
    let (_, link) = written
        .html
        .split_once("class=\"button\" href=\"")
        .expect("a button");
    let (link, _) = link.split_once('"').expect("a closed attribute");
    assert_eq!(
        link,
        "mailto:lunch%2Bab4-k3j2q7mzx5w6rn4tcvhyd2pgsa@example.com?subject=Re%3A%20Lunch%20with%20Ana%2C%2014%20January%3A%20your%20notes&amp;body=1.%20Best%20moment%3A%0D%0A%0D%0A%0D%0A2.%20Worst%20moment%3A%0D%0A%0D%0A%0D%0A3.%20Focus%3A%0D%0A"
    );
    assert_eq!(
        written.only_in_html,
        ["How was it? A few words are enough.", "Write my notes"]
    );
}

#[test]
fn links_are_mailto_and_nothing_is_loaded() {
    for (kind, _, posting, written) in written() {
        // A picture comes with the letter, and nothing else is shown that is not text.
        let pictures = written.html.matches("<img").count();
        let own = written.html.matches("<img src=\"cid:").count();
        assert_eq!(
            (pictures, own),
            (own, usize::from(written.picture.is_some())),
            "{kind}"
        );
        assert!(!written.html.contains("url("), "{kind}");
        assert!(!written.html.contains("http"), "{kind}");
        let to = posting.reply_to.as_str().replace('+', "%2B");
        for link in written.html.split("href=\"").skip(1) {
            let link = link.strip_prefix("mailto:").expect(kind);
            assert!(link.starts_with(&to), "{kind}: {link:.40}");
        }
    }
}

/// Screen readers choose their voice by it, for either twin.
#[test]
fn every_letter_says_its_language() {
    for (kind, _, _, written) in written() {
        for tag in [
            "<html lang=\"en\"",
            "<body class=\"page\" lang=\"en\"",
            "role=\"article\" lang=\"en\"",
        ] {
            assert!(written.html.contains(tag), "{kind}: {tag}");
        }
        let raw = String::from_utf8_lossy(&written.bytes);
        assert!(raw.contains("\r\nContent-Language: en\r\n"), "{kind}");
    }
}

/// From one's own mailbox a letter is one's own, and says who wrote it.
#[test]
fn from_ones_own_mailbox_letters_come_from_oneself() {
    let templates = Templates::built_in().expect("built-in templates");
    for sample in samples::with_variations() {
        let (kind, letter, posting) = samples::from_own_mailbox(sample);
        let written = write(&letter, &posting, &templates).expect(kind);
        let raw = String::from_utf8_lossy(&written.bytes);
        assert!(
            raw.contains("\r\nFrom: Ana <ana@example.com>\r\n")
                || raw.starts_with("From: Ana <ana@example.com>\r\n"),
            "{kind}"
        );
        for word in [
            "via ",
            "lunch@example.com",
            "Cleo",
            "A program, Lunch",
            "its server",
            "the server that",
        ] {
            assert!(
                !written.text.contains(word),
                "{kind}: {word}\n{}",
                written.text
            );
        }
        let text = words(&written.text).join(" ");
        let told = match letter.to.address == posting.from.address {
            true => "Your lunch program wrote this, from your own mailbox.",
            false if kind.starts_with("invitation") => {
                "A program in my own mailbox carries this mail for me"
            }
            false => {
                "Ana's lunch program wrote this, from Ana's own mailbox. \"stop\" ends the program's mail, not Ana's own."
            }
        };
        assert!(text.contains(told), "{kind}: {text}");
    }
}

/// What somebody who never heard of it has to be able to say after reading the invitation once.
#[test]
fn an_invitation_leaves_a_stranger_no_question() {
    for (kind, _, posting, written) in written() {
        if kind != "invitation" {
            continue;
        }
        let text = words(&written.text).join(" ");
        let (letter, small) = text.split_once(" Ana A program").expect("signed by Ana");
        let own = posting.house.owner.is_some();
        // Who asks, for what.
        assert!(posting.from.name.as_str().starts_with("Ana"));
        assert!(letter.contains("Shall we have lunch every"), "{letter}");
        // What happens next, and how to refuse.
        for told in [
            "Say yes and it goes into your calendar, not before.",
            "After each lunch a short mail asks us both for a few lines.",
            "No thanks",
            "no reason needed, I won't ask again, and it shows up nowhere.",
        ] {
            assert!(letter.contains(told), "{told}: {letter}");
        }
        assert!(small.contains("Reply \"stop\" and"), "{small}");
        // What is kept, where, how long, and who sees it.
        assert!(
            letter.contains("Then we swap: I read yours, you read mine, nobody else does."),
            "{letter}"
        );
        let kept = match own {
            true => [
                "yours come to my mailbox",
                "kept until you ask me to erase them",
                "I could look sooner; so, with effort, could whoever runs my mail.",
            ],
            false => [
                "Notes stay on its server, for you two only",
                "until one of you has them erased",
                "whoever runs it or your mail could see them: ask Cleo in IT, cleo@example.com.",
            ],
        };
        for told in kept {
            assert!(small.contains(told), "{told}: {small}");
        }
        // How to say yes without notes.
        assert!(letter.contains("Yes, but no notes"));
    }
}

/// A telephone's screen holds some thirty lines of forty-two characters;
/// `scripts/letters-as-pictures` measures it in pixels.
#[test]
fn a_reminder_fits_one_screen_of_a_telephone() {
    let templates = Templates::built_in().expect("built-in templates");
    let lines = |text: &str| -> usize {
        let row = |line: &str| line.chars().count().div_ceil(42);
        let (letter, _) = text.split_once("\n-- \n").expect("small print");
        // Paragraphs come wrapped at 68 columns, and are wrapped anew there.
        let paragraphs = letter.split("\n\n").map(|p| p.replace('\n', " "));
        paragraphs.map(|p| row(&p) + 1).sum()
    };
    let reminders = samples::with_variations().into_iter();
    let reminders = reminders.filter(|(kind, _, _)| *kind == "reminder");
    let longest = reminders.map(|(_, letter, posting)| {
        let written = write(&letter, &posting, &templates).expect("written");
        lines(&written.text)
    });
    let longest = longest.max().expect("reminders");
    assert!((20..=30).contains(&longest), "{longest} lines");
}

#[test]
fn headers_tell_machines_what_this_is() {
    for (kind, letter, posting, written) in written() {
        let mail = MessageParser::default()
            .parse(&written.bytes)
            .expect("a mail");
        let text = |name: &str| {
            mail.header(name)
                .and_then(|h| h.as_text())
                .unwrap_or_default()
                .to_owned()
        };
        let automatic = text("Auto-Submitted");
        let answer = matches!(letter.body, Body::Receipt(_)) && posting.in_reply_to.is_some();
        assert!(
            automatic == "auto-replied" || (!answer && automatic == "auto-generated"),
            "{kind}"
        );
        assert_eq!(text("X-Auto-Response-Suppress"), "DR, RN, NRN, AutoReply");
        assert_eq!(text("X-Postlunch-Id"), posting.letter_id);
        assert_eq!(mail.message_id(), Some(posting.message_id.as_str()));
        assert_eq!(
            mail.date().map(|d| d.to_timestamp()),
            Some(posting.date.timestamp())
        );
        assert_eq!(
            mail.in_reply_to().as_text(),
            posting.in_reply_to.as_ref().map(|id| id.as_str())
        );
        assert_eq!(mail.subject(), Some(written.subject.as_str()));
        let raw = String::from_utf8_lossy(&written.bytes);
        assert!(raw.contains(&format!(
            "\r\nList-Unsubscribe: <mailto:{}?subject=stop>\r\n",
            posting.stop_to
        )));
        let bare = raw.replace("\r\n", "");
        assert!(
            !bare.contains('\n') && !bare.contains('\r'),
            "{kind}: a bare line end"
        );
        assert!(
            raw.is_ascii() && raw.split("\r\n").all(|l| l.len() <= 998),
            "{kind}"
        );
    }
}

#[test]
fn a_calendar_is_the_last_alternative_and_attached_as_well() {
    for (kind, letter, _, written) in written() {
        let mail = MessageParser::default()
            .parse(&written.bytes)
            .expect("a mail");
        let types: Vec<String> = mail
            .parts
            .iter()
            .map(|part| {
                let kind = part.content_type().expect("a type");
                let method = kind
                    .attribute("method")
                    .map(|m| format!(" {m}"))
                    .unwrap_or_default();
                format!(
                    "{}/{}{method}",
                    kind.ctype(),
                    kind.subtype().unwrap_or_default()
                )
            })
            .collect();
        let twins = ["multipart/alternative", "text/plain", "text/html"];
        let with_picture = [
            "multipart/alternative",
            "text/plain",
            "multipart/related",
            "text/html",
            "image/png",
        ];
        let files: Vec<_> = mail
            .attachments()
            .filter_map(|part| part.attachment_name())
            .collect();
        match kind {
            "report" => {
                assert_eq!(
                    types[..4],
                    [&["multipart/mixed"], &twins[..]].concat(),
                    "{kind}"
                );
                let names: Vec<_> = written.documents.iter().map(|d| d.name).collect();
                assert_eq!(files, names);
                continue;
            }
            _ if written.picture.is_some() => {
                assert_eq!(types, with_picture, "{kind}");
                continue;
            }
            _ if letter.event().is_none() => {
                assert_eq!(types, twins, "{kind}");
                continue;
            }
            _ => {}
        }
        let method = letter.event().map_or("", |event| event.method.name());
        let inline = format!("text/calendar {method}");
        let mut wanted = vec!["multipart/mixed"];
        wanted.extend(twins);
        wanted.extend([inline.as_str(), "application/ics"]);
        assert_eq!(types, wanted, "{kind}");
        assert_eq!(mail.parts[5].attachment_name(), Some("invite.ics"));
        let PartType::Text(inline) = &mail.parts[4].body else {
            panic!("text")
        };
        assert!(inline.contains(&format!("METHOD:{method}")));
        assert_eq!(
            inline.as_bytes(),
            mail.parts[5].contents(),
            "{kind}: one text, twice"
        );
    }
}

/// What a spiteful guest, or an unlucky one, might be called or write.
const HOSTILE: [&str; 9] = [
    "Zoë \"The Boss\" O'Hara, \\ (李 明) <x@y.z> 🍜",
    "<script>alert(1)</script><!-- <![endif]-->",
    "{{7*7}}{% raw %}{{ reference }}{% include 'layout.html' %}",
    "# heading\n? 1. prompt\n> quote\n! Yes\n[button]\n-- \nsmall\n\nsubject: x",
    "a\r\n.\r\nBcc: victim@example.com\r\n\r\n--postlunch-",
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    "\u{fdd1}\u{fdd2}\u{fdd2}# out\u{fdd0}",
    "=?utf-8?B?QmNj?= =41 &lt;b&gt; %0D%0A",
    "\u{202e}nbl\0\u{7}\t\u{2028}Я пишу по-русски, 日本語でも",
];

/// Puts a text wherever somebody else's text can stand in this letter.
fn planted(mut letter: Letter, mut posting: Posting, said: &str) -> (Letter, Posting) {
    let line = CleanLine::new(said);
    letter.to.name = line.clone();
    if let Some(partner) = &mut letter.partner {
        partner.name = line.clone();
    }
    posting.from.name = line.clone();
    posting.house.name = line.clone();
    posting.house.operator.name = line.clone();
    posting.thread_subject = Some(said.to_owned());
    let text = Words::new(clean_text(said));
    let place = line.to_string();
    match &mut letter.body {
        Body::Invitation { note, offer, .. } => {
            *note = Some(text);
            offer.location = place;
        }
        Body::InvitationReminder { offer } | Body::NoSlot { offer, .. } => offer.location = place,
        Body::Question { words, .. } | Body::Confirm { words } | Body::Returned { words, .. } => {
            *words = text
        }
        Body::CalendarRequest { event, .. } | Body::CalendarCancel { event, .. } => {
            event.location = place;
            event.summary = line.to_string();
            event.description = said.to_owned();
            event.attendee.name = line.clone();
            event.organizer.name = line;
        }
        Body::Reminder {
            table,
            own_goals,
            watching,
            ..
        } => {
            table.location = place;
            own_goals.push(text.clone());
            watching.push(text);
        }
        Body::FollowUp { goal, .. } => *goal = Some(text),
        Body::Exchange { notes, goal, .. } => {
            *goal = Some(text.clone());
            plant_notes(notes, &text);
        }
        Body::GoalReached { words, .. } => *words = text,
        Body::Permission { words, .. } => *words = text,
        Body::BoardConfirm { address, .. } => *address = said.to_owned(),
        Body::BoardAsk { .. } | Body::PassItOn | Body::LunchCard { .. } => {}
        Body::Card { own, theirs, .. } => {
            plant_notes(own, &text);
            if let Some(theirs) = theirs {
                plant_notes(theirs, &text);
            }
        }
        Body::Summary(harvest) => {
            for (partner, _) in &mut harvest.held {
                partner.name = line.clone();
            }
            for goal in &mut harvest.open {
                goal.words = text.clone();
            }
            for quote in harvest.good_moments.iter_mut().chain(&mut harvest.between) {
                quote.words = text.clone();
                quote.speaker.name = line.clone();
            }
        }
        Body::Fabric(weave) => {
            for thread in &mut weave.threads {
                thread.partner.name = line.clone();
            }
        }
        Body::Report { record, pack } => {
            record.who.name = line.clone();
            for goal in &mut record.goals {
                goal.words = text.clone();
            }
            for pairing in &mut record.pairings {
                pairing.partner.name = line.clone();
                for lunch in &mut pairing.lunches {
                    lunch.location = place.clone();
                    if let Some(notes) = &mut lunch.heard {
                        plant_notes(notes, &text);
                    }
                }
            }
            pack.who.name = line.clone();
            let goals = pack.goals.iter_mut();
            let of_goals = goals.flat_map(|goal| {
                goal.words = text.clone();
                goal.moments.iter_mut()
            });
            for moment in of_goals.chain(&mut pack.moments) {
                moment.words = text.clone();
                moment
                    .speaker
                    .iter_mut()
                    .for_each(|s| s.name = line.clone());
            }
        }
        Body::Notice(notice) => match notice {
            Notice::Accepted { words, .. }
            | Notice::Declined { words }
            | Notice::Later { words, .. }
            | Notice::Asked { words }
            | Notice::Unclear { words }
            | Notice::Relayed { words } => *words = text,
            Notice::QuoteAnswered { words, .. } => *words = Some(text),
            Notice::GoalAnswered { goal, said, .. } => {
                *goal = text.clone();
                *said = text;
            }
            Notice::Moved { table, .. } | Notice::Skipped { table, .. } => table.location = place,
            _ => {}
        },
        Body::Receipt(receipt) => match receipt {
            Receipt::Goal { words, all, .. } => {
                *all = vec![text.clone(), text.clone()];
                *words = text;
            }
            Receipt::Achieved { words, .. } | Receipt::Jotted { words, .. } => *words = text,
            Receipt::Quote { words, .. } | Receipt::Permission { words, .. } => *words = Some(text),
            Receipt::Goals {
                all,
                reopened,
                asks,
                ..
            } => {
                *all = vec![text.clone()];
                *asks = Some(text.clone());
                *reopened = Some(text);
            }
            Receipt::Agreed { goal, .. } => *goal = text,
            Receipt::Notes { notes, goal, .. } => {
                *goal = Some(text.clone());
                plant_notes(notes, &text);
            }
            Receipt::Moved { table, .. } => table.location = place,
            _ => {}
        },
    }
    (letter, posting)
}

fn plant_notes(notes: &mut Notes, text: &Words) {
    notes.best = Some(text.clone());
    notes.worst = Some(text.clone());
    notes.achieved = Some(text.clone());
    notes.unplaced = vec![text.clone(), text.clone()];
    for observation in &mut notes.observations {
        observation.words = text.clone();
    }
}

/// Header names and part types: what no text may change.
fn shape(bytes: &[u8]) -> (Vec<String>, Vec<String>) {
    let mail = MessageParser::default().parse(bytes).expect("a mail");
    let headers = mail.headers().iter().map(|h| h.name().to_owned()).collect();
    let part = |p: &mail_parser::MessagePart| {
        p.content_type()
            .map(|c| c.ctype().to_owned() + c.subtype().unwrap_or_default())
    };
    (headers, mail.parts.iter().filter_map(part).collect())
}

#[test]
fn nothing_that_anybody_writes_changes_a_letter_s_shape() {
    let templates = Templates::built_in().expect("built-in templates");
    for (kind, letter, posting) in samples::with_variations() {
        let plain = write(&letter, &posting, &templates).expect(kind);
        for said in HOSTILE {
            let (letter, posting) = planted(letter.clone(), posting.clone(), said);
            let written =
                write(&letter, &posting, &templates).unwrap_or_else(|e| panic!("{kind}: {e}"));
            assert_eq!(shape(&written.bytes), shape(&plain.bytes), "{kind}: {said}");
            let raw = String::from_utf8_lossy(&written.bytes);
            assert!(
                raw.is_ascii()
                    && raw
                        .split("\r\n")
                        .all(|l| l.len() <= 998 && !l.contains(['\r', '\n']))
            );
            assert!(
                !written.html.contains("<script") && !written.html.contains("<!-- <!"),
                "{kind}"
            );
            assert!(
                !written.text.contains("49") && !written.html.contains("49"),
                "{kind}: evaluated"
            );
            assert_eq!(
                words(&seen_in_html(&written.html)),
                words(&written.text),
                "{kind}: {said}"
            );
            assert_eq!(
                written.text.lines().filter(|l| *l == "-- ").count(),
                1,
                "{kind}: {said}"
            );
            let quotes = written.text.lines().filter(|l| l.starts_with('>'));
            assert_eq!(quotes.count(), 0, "{kind}: {said}");
        }
    }
}

#[test]
fn people_s_names_survive_the_header() {
    let templates = Templates::built_in().expect("built-in templates");
    let (mut letter, posting) = samples::of("invitation").expect("sample");
    for name in [
        "Jürgen Müller",
        "李 明",
        "Smith, Ben",
        "Ben \"B\" Smith",
        "Zoë 🍜",
        "Ben (he/him)",
    ] {
        letter.to.name = CleanLine::new(name);
        let written = write(&letter, &posting, &templates).expect("written");
        let mail = MessageParser::default()
            .parse(&written.bytes)
            .expect("a mail");
        let to = mail.to().and_then(|t| t.first()).expect("one");
        assert_eq!(to.name(), Some(name));
        assert_eq!(to.address(), Some("ben@example.com"));
        let first = letter.to.first_name();
        assert_eq!(
            mail.subject(),
            Some(format!("One on one peer review feedback lunch: {first} & Ana").as_str())
        );
    }
}

#[test]
fn what_a_lock_screen_shows_holds_nothing_that_anybody_said() {
    let templates = Templates::built_in().expect("built-in templates");
    for (kind, letter, mut posting) in samples::with_variations() {
        posting.thread_subject = None;
        let (to, partner) = (letter.to.clone(), letter.partner.clone());
        let (mut letter, mut posting) = planted(letter, posting, "secretsecret");
        posting.thread_subject = None;
        (letter.to, letter.partner) = (to, partner);
        if let Body::Summary(harvest) = &mut letter.body {
            for (partner, _) in &mut harvest.held {
                partner.name = CleanLine::new("Ben");
            }
        }
        // places and a line typed into an invitation are no secrets between these two
        if matches!(
            letter.body,
            Body::Invitation { .. }
                | Body::InvitationReminder { .. }
                | Body::CalendarRequest { .. }
                | Body::CalendarCancel { .. }
                | Body::Reminder { .. }
                | Body::Notice(Notice::Moved { .. } | Notice::Skipped { .. })
                | Body::Receipt(Receipt::Moved { .. })
                | Body::NoSlot { .. }
                | Body::FollowUp { .. }
        ) {
            continue;
        }
        let written = write(&letter, &posting, &templates).expect(kind);
        assert!(!written.subject.contains("secret"), "{kind}");
        assert!(
            !written.only_in_html.iter().any(|l| l.contains("secret")),
            "{kind}"
        );
        let first: String = written.text.chars().take(100).collect();
        assert!(!first.contains("secret"), "{kind}: {first}");
        assert!(!format!("{written:?}").contains("secret"));
    }
}
