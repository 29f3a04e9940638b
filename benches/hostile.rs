//! How long the worst mails take, from octets to acts: shapes by which readers are hung, and floods
//! of all that a reader counts, nests or looks up. `cargo bench --bench hostile`.
//!
//! Each shape is read bare, above nothing of ours and with our letters at hand, as an answer to each
//! of a few kinds of letter; the slowest of these is told, each by the best of a few readings. Shapes
//! over the bar are marked, and make it fail. `-- text` reads only those with the text in their names.

use chrono::{DateTime, Utc};
use postlunch::lunch::act::Answering;
use postlunch::reading::message::Message;
use postlunch::reading::{Context, read};
use postlunch::writing::{Templates, samples, write};
use std::hint::black_box;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// What no mail may take.
const BAR: Duration = Duration::from_millis(50);
/// Readings of which the best counts.
const READINGS: usize = 3;
/// Octets of a flood, which is as much as is looked at of one part.
const FLOOD: usize = 256 * 1024;

/// So many octets of a piece, over and over.
fn times(piece: &str, octets: usize) -> String {
    piece.repeat(octets / piece.len())
}

/// The pieces of a file: one a line, in quotes and with the escapes of Rust; `#` comments.
fn pieces(file: &str) -> Vec<String> {
    let quoted = |line: &str| Some(unescaped(line.strip_prefix('"')?.strip_suffix('"')?));
    file.lines().filter_map(quoted).collect()
}

fn unescaped(line: &str) -> String {
    let mut text = String::new();
    let mut rest = line;
    while let Some((before, behind)) = rest.split_once('\\') {
        text.push_str(before);
        let (escaped, behind) = behind.split_at(1);
        rest = behind;
        match escaped {
            "n" => text.push('\n'),
            "r" => text.push('\r'),
            "t" => text.push('\t'),
            "0" => text.push('\0'),
            "u" => {
                let (hex, behind) = behind[1..].split_once('}').expect("\\u{…}");
                let code = u32::from_str_radix(hex, 16).expect("a number");
                text.push(char::from_u32(code).expect("a character"));
                rest = behind;
            }
            other => text.push_str(other),
        }
    }
    text + rest
}

fn mail(kind: &str, body: &str) -> Vec<u8> {
    format!("From: Ben Smith <ben@example.com>\nSubject: Re: lunch\nContent-Type: {kind}; charset=utf-8\n\n{body}\n").into_bytes()
}

fn letters() -> Vec<String> {
    let templates = Templates::built_in().expect("templates");
    let kinds = ["invitation", "followup", "reminder"];
    let texts = kinds.iter().map(|kind| {
        let (letter, posting) = samples::of(kind).expect("a sample");
        write(&letter, &posting, &templates).expect("a letter").text
    });
    texts.collect()
}

/// Texts that are read as plain text and, the same octets, as HTML.
fn texts(letters: &[String]) -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> = Vec::new();
    let mut flood = |piece: &str| {
        let name = format!("{:?}", piece.chars().take(40).collect::<String>());
        all.push((name, times(piece, FLOOD)));
    };
    for piece in pieces(include_str!("hostile/text.txt")) {
        flood(&piece);
    }
    all.push(("30 kB of lines \"On \"".into(), times("On \n", 30_000)));
    all.push((
        "a line \"On … wrote\" without colon".into(),
        format!("On {} wrote", times("Mon 14 x ", 20_000)),
    ));
    all.push((
        "18 kB of \" on x at y\"".into(),
        times(" on x at y", 18_000),
    ));
    all.push(("50 kB of dashes".into(), times("-", 50_000)));
    all.push((
        "all phrases of a language".into(),
        include_str!("../src/reading/languages/en.txt").repeat(4),
    ));
    all.push((
        "all phrases of machines".into(),
        include_str!("../src/reading/machine/phrases.txt").repeat(4),
    ));
    for letter in letters {
        let first = letter.lines().next().unwrap_or_default().to_owned();
        let quoted: String = letter.lines().map(|line| format!("> {line}\n")).collect();
        all.push((
            format!("our letter over and over: {first}"),
            times(letter, FLOOD),
        ));
        all.push((
            format!("our letter quoted over and over: {first}"),
            times(&quoted, FLOOD),
        ));
        let words: Vec<&str> = letter.split_whitespace().take(6).collect();
        all.push((
            format!("the first words of it: {first}"),
            times(&format!("{} ", words.join(" ")), FLOOD),
        ));
        let typed: String = letter
            .lines()
            .map(|line| format!("> {line}\n> x\n"))
            .collect();
        all.push((
            format!("typed between its lines: {first}"),
            times(&typed, FLOOD),
        ));
    }
    all
}

fn html() -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> = Vec::new();
    for piece in pieces(include_str!("hostile/html.txt")) {
        all.push((piece.clone(), times(&piece, FLOOD)));
    }
    let depth = 50_000;
    all.push((
        "deep".into(),
        "<div>".repeat(depth) + "x" + &"</div>".repeat(depth),
    ));
    all.push((
        "200 open, and ends of none of them".into(),
        "<b>".repeat(200) + &times("</i>", FLOOD),
    ));
    let attributes: String = (0..20_000).map(|n| format!(" a{n}=b")).collect();
    all.push((
        "20,000 attributes".into(),
        format!("<div{attributes}>x</div>"),
    ));
    let attributes: String = (0..200).map(|n| format!(" a{n}='b c'")).collect();
    all.push((
        "100 tags of 200 attributes".into(),
        format!("<div{attributes}>x</div>").repeat(100),
    ));
    all.push((
        "a class of many names".into(),
        format!("<div class='{}'>x", times("gmail ", FLOOD)),
    ));
    all.push((
        "many classes of many names".into(),
        times(&format!("<div class='{}'>x", times("x_gmail ", 400)), FLOOD),
    ));
    all.push((
        "a long style".into(),
        format!("<div style='{}'>x", times("border-top: solid; ", FLOOD)),
    ));
    all.push((
        "a word in many elements".into(),
        times("<b>n</b><i>o</i>", FLOOD),
    ));
    all
}

/// Whole mails: what stands in headers, parts and encodings.
fn mails() -> Vec<(String, Vec<u8>)> {
    let from = "From: Ben Smith <ben@example.com>\nSubject: Re: lunch\n";
    let mut all: Vec<(String, Vec<u8>)> = Vec::new();
    let mut push = |name: &str, mail: String| all.push((name.to_owned(), mail.into_bytes()));
    let million = 1_000_000;
    push(
        "a million headers",
        format!("{from}{}\nYes\n", "X: y\n".repeat(million)),
    );
    push(
        "a million From",
        format!("{}\nYes\n", "From: a@b.c\n".repeat(million)),
    );
    push(
        "a million Received",
        format!("{from}{}\nYes\n", "Received: x\n".repeat(million)),
    );
    push(
        "a million lines of one header",
        format!("{from}To: a@b.c\n{}\nYes\n", " x\n".repeat(million)),
    );
    push(
        "a million addresses",
        format!("{from}To: {}\n\nYes\n", "a@b.c, ".repeat(million)),
    );
    push(
        "a million ids",
        format!("{from}References: {}\n\nYes\n", "<a@b> ".repeat(million)),
    );
    push(
        "100 kB of addresses",
        format!("{from}To: {}\n\nYes\n", times("a@b.c, ", 100_000)),
    );
    push(
        "100 kB of groups and comments",
        format!("{from}To: {}\n\nYes\n", times("a:(b)<c>,;\"", 100_000)),
    );
    push(
        "100 kB of open comments",
        format!("{from}To: {}\n\nYes\n", times("(", 100_000)),
    );
    push(
        "100 kB of ids",
        format!("{from}References: {}\n\nYes\n", times("<a@b> ", 100_000)),
    );
    push(
        "100 kB of Date",
        format!("{from}Date: {}\n\nYes\n", times("1 Jan ", 100_000)),
    );
    push(
        "100 kB of encoded words",
        format!(
            "{from}Subject: {}\n\nYes\n",
            times("=?utf-8?q?=61?= ", 100_000)
        ),
    );
    push(
        "100 kB of broken encoded words",
        format!("{from}Subject: {}\n\nYes\n", times("=?utf-8?b?", 100_000)),
    );
    push(
        "100 kB of subject",
        format!("{from}Subject: {}\n\n\n", times("re: [x] ", 100_000)),
    );
    push(
        "100 kB of subject in marks",
        format!("From: a@b.c\nSubject: {}\n\n\n", times("e\u{301}", 100_000)),
    );
    push(
        "100 kB of name",
        format!("From: {} <a@b.c>\n\nYes\n", times("e\u{301} ", 100_000)),
    );
    push(
        "100 kB of parameters",
        format!(
            "{from}Content-Type: text/plain; {}\n\nYes\n",
            times("a*0=b; ", 100_000)
        ),
    );
    push(
        "100 kB of Auto-Submitted",
        format!("{from}Auto-Submitted: {}\n\nYes\n", times("x ", 100_000)),
    );
    push(
        "100 kB of Authentication-Results",
        format!(
            "{from}{}\nYes\n",
            times("Authentication-Results: x\n", 100_000)
        ),
    );
    push(
        "100 kB of Delivered-To",
        format!("{from}{}\nYes\n", times("Delivered-To: a@b.c\n", 100_000)),
    );
    push("no header at all, 25 MB", times("x", 25 << 20));
    push(
        "25 MB of lines",
        format!("{from}\n{}", times("Yes, gladly. No thanks.\n", 25 << 20)),
    );
    push(
        "25 MB of one line",
        format!("{from}\n{}", times("yes ", 25 << 20)),
    );
    push(
        "25 MB of dashes",
        format!("{from}\n{}", times("-", 25 << 20)),
    );
    push("25 MB of =", format!("{from}\n{}", times("=", 25 << 20)));
    push(
        "25 MB of boundary=",
        format!("{from}\n{}", times("boundary=\n", 25 << 20)),
    );
    push(
        "25 MB of HTML",
        format!(
            "{from}Content-Type: text/html\n\n{}",
            times("<p>Yes <b>x</b></p>\n", 25 << 20)
        ),
    );
    let encoded = |kind: &str, encoding: &str, piece: &str| {
        let body = times(piece, 25 << 20);
        format!("{from}Content-Type: {kind}\nContent-Transfer-Encoding: {encoding}\n\n{body}")
    };
    push(
        "25 MB of base64",
        encoded("text/plain", "base64", "WWVzCg==\n"),
    );
    push(
        "25 MB of base64 in one line",
        encoded("text/plain", "base64", "WWVzCgAA"),
    );
    push(
        "25 MB of quoted-printable",
        encoded("text/plain", "quoted-printable", "=59es=\n"),
    );
    push(
        "25 MB of soft breaks",
        encoded("text/plain", "quoted-printable", "=\n"),
    );
    push(
        "25 MB of uuencode",
        encoded("text/plain", "uuencode", "begin 644 x\n"),
    );
    push(
        "25 MB of UTF-7",
        encoded("text/plain; charset=utf-7", "7bit", "+AGE-"),
    );
    push(
        "25 MB of UTF-16",
        encoded("text/plain; charset=utf-16", "8bit", "a"),
    );
    push(
        "25 MB of ISO-2022-JP",
        encoded(
            "text/plain; charset=iso-2022-jp",
            "7bit",
            "\u{1b}$B!!\u{1b}(B",
        ),
    );
    push(
        "25 MB of GB18030",
        encoded("text/plain; charset=gb18030", "8bit", "é"),
    );
    push(
        "25 MB of an attachment",
        encoded("application/pdf; name=x.pdf", "base64", "WWVzCg==\n"),
    );
    push(
        "25 MB of a calendar",
        encoded(
            "text/calendar; method=REPLY",
            "8bit",
            "BEGIN:VEVENT\nUID:x\n",
        ),
    );
    for kind in ["application/pkcs7-mime", "application/ms-tnef"] {
        for piece in [
            "MIAGCSqGSIb3DQEHAqCA",
            "MIME",
            "eJ8+Ih",
            "JICAJIAw",
            "BICABIAE",
        ] {
            let name = format!("25 MB of {kind}, {piece}");
            push(&name, encoded(kind, "base64", piece));
        }
    }
    push(
        "256 kB of flowed lines",
        format!(
            "{from}Content-Type: text/plain; format=flowed\n\n{}",
            times("> x \n>> y \n", FLOOD)
        ),
    );
    push(
        "256 kB of flowed marks",
        format!(
            "{from}Content-Type: text/plain; format=flowed\n\n{}",
            times(">", FLOOD)
        ),
    );

    let multipart = |kind: &str| format!("{from}Content-Type: multipart/{kind}; boundary=b\n\n");
    let part = "--b\nContent-Type: text/plain\n\nYes\n";
    push(
        "100,000 parts",
        multipart("mixed") + &part.repeat(100_000) + "--b--\n",
    );
    push(
        "100,000 alternatives",
        multipart("alternative") + &part.repeat(100_000) + "--b--\n",
    );
    push(
        "100,000 empty parts",
        multipart("mixed") + &"--b\n\n".repeat(100_000) + "--b--\n",
    );
    push(
        "100,000 HTML parts",
        multipart("mixed")
            + &"--b\nContent-Type: text/html\n\n<p>Yes\n".repeat(100_000)
            + "--b--\n",
    );
    push(
        "100,000 attachments",
        multipart("mixed")
            + &"--b\nContent-Type: application/x; name=a.ics\n\nYes\n".repeat(100_000)
            + "--b--\n",
    );
    push(
        "100,000 messages",
        multipart("digest") + &"--b\n\nFrom: a@b.c\n\nYes\n".repeat(100_000) + "--b--\n",
    );
    push(
        "100,000 named messages",
        multipart("mixed")
            + &"--b\nContent-Type: message/rfc822\n\nFrom: a@b.c\n\nYes\n".repeat(100_000)
            + "--b--\n",
    );
    push(
        "100,000 returned headers",
        multipart("report")
            + &"--b\nContent-Type: text/rfc822-headers\n\nFrom: a@b.c\n".repeat(100_000)
            + "--b--\n",
    );
    push("100,000 statuses", multipart("report; report-type=delivery-status") + &"--b\nContent-Type: message/delivery-status\n\nFinal-Recipient: rfc822; a@b.c\nAction: failed\n".repeat(100_000) + "--b--\n");
    push(
        "100,000 calendars",
        multipart("mixed")
            + &"--b\nContent-Type: text/calendar\n\nBEGIN:VCALENDAR\nMETHOD:REPLY\n"
                .repeat(100_000)
            + "--b--\n",
    );
    push(
        "lines that are nearly boundaries",
        multipart("mixed") + &times("--bb\n", 25 << 20),
    );
    push(
        "lines of two dashes",
        multipart("mixed") + &times("--\n", 25 << 20),
    );
    let deep = |kind: &str, depth: usize| {
        let nested = |n| format!("Content-Type: multipart/{kind}; boundary=b{n}\n\n--b{n}\n");
        from.to_owned() + &(0..depth).map(nested).collect::<String>() + "\nYes\n"
    };
    push("10,000 multiparts deep", deep("mixed", 10_000));
    push(
        "40 multiparts deep, and 4 MB of lines",
        deep("mixed", 40) + &times("--x\n", 4 << 20),
    );
    push(
        "10,000 messages deep",
        from.to_owned() + &"Content-Type: message/rfc822\n\n".repeat(10_000) + "\nYes\n",
    );
    push(
        "10,000 messages deep, encoded",
        from.to_owned()
            + &"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n".repeat(10_000)
            + "\nYes\n",
    );
    push(
        "10,000 messages deep, folded",
        from.to_owned() + &"Content-Type:\n message/rfc822\n\n".repeat(10_000) + "\nYes\n",
    );
    push(
        "10,000 digests deep",
        from.to_owned()
            + &"Content-Type: multipart/digest; boundary=\"b\"\n\n--b\n\n".repeat(10_000)
            + "\nYes\n",
    );
    push(
        "10,000 long boundaries deep",
        from.to_owned()
            + &(0..10_000)
                .map(|n| {
                    format!(
                        "Content-Type: multipart/mixed; boundary=\"{n}{}\"\n\n--{n}{}\n",
                        "x".repeat(500),
                        "x".repeat(500)
                    )
                })
                .collect::<String>(),
    );

    let bounce = "From: MAILER-DAEMON@example.com\nReturn-Path: <>\nSubject: Undelivered Mail Returned to Sender\n\n";
    for piece in [
        "a@b.c\n",
        "<a@b.c>: 550 5.1.1\n",
        "@",
        "550 ",
        "5.1.1 ",
        "To: a@b.c\n",
        "delivery failed ",
        "user unknown ",
        "received: from x\n",
        "original message\n",
        "out of office ",
        "I will be back on 14 January ",
    ] {
        push(
            &format!("a bounce of {piece:?}"),
            format!("{bounce}{}", times(piece, FLOOD)),
        );
    }
    let status = format!(
        "{from}Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\n"
    );
    push(
        "a status of 256 kB",
        status.clone()
            + &times(
                "Final-Recipient: rfc822; a@b.c\nAction: failed\nStatus: 5.1.1\n\n",
                FLOOD,
            ),
    );
    push(
        "a status of one field",
        status + "Final-Recipient: x\n" + &times(" a@b.c\n", FLOOD),
    );
    let away = "From: a@b.c\nSubject: Automatic reply: lunch\nAuto-Submitted: auto-replied\n\n";
    for piece in [
        "until 14 January ",
        "14.01.2027 ",
        "back on Monday ",
        "out of office ",
    ] {
        push(
            &format!("an absence of {piece:?}"),
            format!("{away}{}", times(piece, FLOOD)),
        );
    }
    let calendar = format!(
        "{from}Content-Type: text/calendar; method=REPLY\n\nBEGIN:VCALENDAR\nMETHOD:REPLY\n"
    );
    for piece in [
        "BEGIN:VEVENT\nUID:x\nATTENDEE;PARTSTAT=ACCEPTED:mailto:ben@example.com\nEND:VEVENT\n",
        "BEGIN:VEVENT\n",
        "BEGIN:X\n",
        "ATTENDEE:mailto:a@b.c\n",
        "COMMENT:x\n",
        "DTSTART;TZID=Europe/Berlin:20270114T123000\n",
        " x\n",
        "X;A=B;",
        "RRULE:FREQ=SECONDLY;COUNT=1\n",
        "\\n",
    ] {
        push(
            &format!("a calendar of {piece:?}"),
            format!("{calendar}{}\nEND:VCALENDAR\n", times(piece, FLOOD)),
        );
    }
    let octets: Vec<u8> = (0..FLOOD).map(|n| (n * 7 % 256) as u8).collect();
    all.push(("any octets".into(), octets.clone()));
    let mut body = from.as_bytes().to_vec();
    body.push(b'\n');
    all.push((
        "any octets as a body".into(),
        [body.clone(), octets].concat(),
    ));
    all.push((
        "octets of no charset".into(),
        [body, vec![0xff; FLOOD]].concat(),
    ));
    all
}

/// The slowest way to read a mail, each by its best reading.
fn worst(mail: &[u8], originals: &[String]) -> Duration {
    let now: DateTime<Utc> = "2027-01-11T08:00:00Z".parse().expect("a moment");
    let mut slowest = Duration::ZERO;
    for originals in [&[], originals] {
        for answering in [None, Some(Answering::FollowUp), Some(Answering::Receipt)] {
            let mut context = Context::new(now, chrono_tz::Europe::Berlin);
            context.originals = originals;
            context.answering = answering;
            let best = (0..READINGS)
                .map(|_| {
                    let begun = Instant::now();
                    black_box(read(&Message::parse(black_box(mail)), &context));
                    begun.elapsed()
                })
                .min();
            slowest = slowest.max(best.unwrap_or_default());
        }
    }
    slowest
}

fn main() -> ExitCode {
    let originals = letters();
    worst(&mail("text/plain", "Yes"), &originals); // what is set up once
    let plain = texts(&originals);
    let mut shapes: Vec<(String, Vec<u8>)> = mails();
    for (name, text) in &plain {
        shapes.push((format!("text, {name}"), mail("text/plain", text)));
        shapes.push((format!("HTML text, {name}"), mail("text/html", text)));
        shapes.push((
            format!("lines, {name}"),
            mail("text/html", &text.replace('\n', "<br>")),
        ));
    }
    for piece in [
        "👩\u{200d}🍳",
        "’",
        "1年1月1日 ",
        "best: x\n",
        "On 1 Jan 2027 Ana <a@b.c>\n",
        "no ",
        "> x\n",
    ] {
        let text = times(piece, FLOOD);
        let quote = "<blockquote>x</blockquote>";
        let mail = format!(
            "From: a@b.c\nContent-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain; charset=utf-8\n\n{text}\n--b\nContent-Type: text/html; charset=utf-8\n\n{}{quote}\n--b--\n",
            text.replace('<', "&lt;").replace('\n', "<br>")
        );
        shapes.push((format!("twins, {piece:?}"), mail.into_bytes()));
    }
    for (name, text) in html() {
        shapes.push((format!("HTML, {name}"), mail("text/html", &text)));
    }
    let wanted: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with("--"))
        .collect();
    shapes.retain(|(name, _)| wanted.iter().all(|word| name.contains(word)));
    let mut told: Vec<(Duration, String, usize)> = Vec::new();
    for (name, mail) in &shapes {
        told.push((worst(mail, &originals), name.clone(), mail.len()));
    }
    told.sort_by_key(|(time, ..)| std::cmp::Reverse(*time));
    for (time, name, octets) in &told {
        let over = if *time > BAR { "  OVER" } else { "" };
        println!(
            "{:9.2} ms  {octets:>9} octets  {}{over}",
            time.as_secs_f64() * 1e3,
            name.escape_debug()
        );
    }
    let over = told.iter().filter(|(time, ..)| *time > BAR).count();
    println!("{} shapes, {over} over {BAR:?}", told.len());
    ExitCode::from(u8::from(over > 0))
}
