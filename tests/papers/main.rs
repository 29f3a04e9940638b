//! Papers on the embedded sandbox: a member's threads, record and month by mail, what an
//! operator may see, and that nobody finds in them what is not theirs.

#[allow(
    dead_code,
    reason = "each test program uses its own part of the theatre"
)]
#[path = "../support/mod.rs"]
mod support;
mod village;

use chrono::TimeDelta;
use std::collections::BTreeMap;
use village::Village;

const WORST: &str = "You cut Dan short in the retro, with a velociraptor face.";
const BEST: &str = "You read the error aloud, slowly, and the marmalade stopped.";

/// What everybody draws who has a chain of five that met, and others besides.
fn pictures(refusals: bool) -> BTreeMap<&'static str, Vec<u8>> {
    let names = [
        "Ana", "Ben", "Cara", "Dora", "Emil", "Xaver", "Yara", "Zoe", "Ute",
    ];
    let mut village = Village::new(&names, "fabric = true\n");
    if refusals {
        // Numbers given out to somebody who never came.
        village.pair("Ana", "Xaver", "No thanks.");
    }
    for (from, to) in [
        ("Ana", "Ben"),
        ("Ben", "Cara"),
        ("Cara", "Dora"),
        ("Dora", "Emil"),
    ] {
        village.pair(from, to, "Yes, gladly!");
    }
    if refusals {
        village.pair("Ben", "Yara", "");
        village.pair("Emil", "Zoe", "stop");
        village.pair("Ana", "Ute", "Yes, gladly!");
        let receipt = village.letter("Ute", "I read that as: yes");
        village.say("Ute", &receipt, "end");
    } else {
        // The same time goes by.
        for _ in 0..8 {
            village.pass(TimeDelta::minutes(1));
        }
    }
    village.days(45, |person| {
        let there = !["xaver", "yara", "zoe", "ute"]
            .iter()
            .any(|name| person.starts_with(name));
        there.then(|| "Best: the demo.\nWorst: the long meeting.".to_owned())
    });
    let mut drawn = BTreeMap::new();
    for form in ["svg", "png"] {
        let file = village.folder.join(form).display().to_string();
        let told = village.ask(&["fabric", &format!("--{form}"), &file]);
        assert_eq!(told["people"], 5, "{told}");
        assert_eq!(told["threads"], 4, "{told}");
        assert!(
            told["lunches"].as_u64().is_some_and(|lunches| lunches >= 4),
            "{told}"
        );
        drawn.insert(form, village.file(form));
    }
    // Ana reads that three more pairs grew, over as many generations, not who they are.
    let month = village.letter("Ana", "Nobody else gets this.");
    village.say("Ana", &month, "fabric");
    let own = village.letter("Ana", "Here are your threads.");
    let text = one_line(&own.mail.text);
    assert!(
        text.contains("From it, three more pairs have lunch."),
        "{text}"
    );
    let months = one_line(&month.mail.text);
    assert!(
        months.contains("From it, three more pairs have lunch."),
        "{months}"
    );
    for name in ["Cara", "Dora", "Emil", "Xaver", "Yara", "Zoe", "Ute"] {
        for letter in [&own, &month] {
            let html = letter.mail.html.as_deref().expect("HTML");
            assert!(!letter.mail.text.contains(name), "{name} is told in {text}");
            assert!(!html.contains(name), "{name} is told in {html}");
        }
    }
    drawn.insert("own words", before_reference(&text));
    drawn.insert("own picture", own.picture());
    // Whom Cara brought in is hers to tell; nobody reads further up than they stand.
    let month = village.letter("Ben", "Nobody else gets this.");
    village.say("Ben", &month, "fabric");
    let bens = one_line(&village.letter("Ben", "Here are your threads.").mail.text);
    assert!(
        bens.contains("From it, two more pairs have lunch."),
        "{bens}"
    );
    assert!(!bens.contains("Dora") && !bens.contains("Emil"), "{bens}");
    let month = village.letter("Dora", "Nobody else gets this.");
    village.say("Dora", &month, "fabric");
    let doras = one_line(&village.letter("Dora", "Here are your threads.").mail.text);
    assert!(!doras.contains("Ana") && !doras.contains("Ben"), "{doras}");
    drawn.insert("Ben's words", before_reference(&bens));
    village.close();
    drawn
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn before_reference(text: &str) -> Vec<u8> {
    let told = text.split("Letter ").next().unwrap_or_default();
    told.as_bytes().to_vec()
}

/// Whoever said no, nothing, stop or end before a lunch is neither there nor missing.
#[test]
fn the_picture_is_the_same_to_the_last_octet_with_refusals_and_without() {
    let (with, without) = (pictures(true), pictures(false));
    assert!(with["png"].starts_with(b"\x89PNG"));
    let svg = String::from_utf8(with["svg"].clone()).expect("text");
    assert!(!svg.contains("example") && !svg.contains("Ana"), "{svg}");
    assert!(with == without, "the pictures differ");
}

#[test]
fn the_picture_of_everybody_is_off_unless_the_house_wants_it() {
    let mut village = Village::new(&["Ana"], "");
    let why = village.refused(&["fabric", "--svg", "never.svg"]);
    assert!(why.contains("fabric = true"), "{why}");
    village.close();
}

/// One month of two, and a third who said no.
#[test]
fn a_member_s_month_threads_and_record_come_by_mail_and_hold_what_is_theirs_alone() {
    let mut village = Village::new(&["Ana", "Ben", "Cara"], "fabric = true\n");
    village.pair("Ana", "Cara", "No thanks.");
    village.pair("Ana", "Ben", "Yes, gladly!");
    village.days(32, |person| {
        let notes = match person.starts_with("ben") {
            true => format!("Best: {BEST}\nWorst: {WORST}"),
            false => "Best: @SUM(HYPERLINK) of yours.\nWorst: the long meeting.".to_owned(),
        };
        Some(notes)
    });

    // The month: one quiet picture, and the same in words.
    let month = village.letter("Ana", "Nobody else gets this.");
    assert!(
        one_line(&month.mail.text)
            .contains("YOUR THREADS A thread for each person you had lunch with. Ben: "),
        "{}",
        month.mail.text
    );
    assert!(month.mail.text.contains(BEST), "{}", month.mail.text);
    let picture = month.picture();
    assert!(picture.starts_with(b"\x89PNG") && picture.len() < 60_000);
    let html = month.mail.html.clone().expect("HTML");
    assert!(html.contains("alt=\"Your lunches as threads"), "{html}");

    // Asked for, at any time, in answer to any letter.
    village.say("Ana", &month, "fabric");
    let threads = village.letter("Ana", "Here are your threads.");
    assert!(threads.picture().starts_with(b"\x89PNG"));
    village.say("Ana", &threads, "report");
    let report = village.letter("Ana", "Here is what is kept about you, as files.");
    let files = report.files();
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        ["lunches.ics", "record.csv", "record.json", "record.md"]
    );
    for name in ["record.csv", "record.json", "record.md"] {
        assert!(
            files[name].contains("velociraptor"),
            "{name} lacks what she was told"
        );
        assert!(
            !files[name].to_lowercase().contains("cara"),
            "{name} tells of a no"
        );
    }
    // Spreadsheets read no formula in what she wrote herself.
    assert!(
        files["record.csv"].contains("\"'@SUM"),
        "{}",
        files["record.csv"]
    );
    let json: serde_json::Value = serde_json::from_str(&files["record.json"]).expect("JSON");
    assert_eq!(json["schema"], "postlunch/record");
    assert_eq!(json["pairings"][0]["lunches"][0]["heard"]["worst"], WORST);
    let calendar: icalendar::Calendar = files["lunches.ics"].parse().expect("iCalendar");
    assert!(calendar.components.len() >= 2);

    // Whoever said no gets what is theirs too, and nobody else's words.
    let receipt = village.letter("Cara", "That's perfectly all right,");
    village.say("Cara", &receipt, "report");
    let hers = village.letter("Cara", "Here is what is kept about you, as files.");
    assert!(!hers.files().contains_key("lunches.ics"));
    let everything: String = village
        .letters("Cara")
        .iter()
        .map(|letter| String::from_utf8_lossy(&letter.octets).into_owned() + &letter.mail.text)
        .chain(hers.files().into_values())
        .collect();
    for planted in ["velociraptor", "marmalade", "ben@example.test"] {
        assert!(!everything.contains(planted), "{planted} reached Cara");
    }

    // Nor is it in the log, or in what an operator gets.
    let svg = village.folder.join("all.svg").display().to_string();
    village.ask(&["fabric", "--svg", &svg]);
    let seen = [
        village.log(),
        village.ask(&["pairing", "list"]).to_string(),
        village
            .ask(&["person", "export", "ana@example.test"])
            .to_string(),
        village.ask(&["pairing", "export", "2"]).to_string(),
        String::from_utf8(village.file("all.svg")).expect("text"),
    ];
    for text in seen {
        for planted in ["velociraptor", "marmalade", "HYPERLINK"] {
            assert!(!text.contains(planted), "{planted} is in {text}");
        }
    }

    // "no summaries" ends them, and nothing else.
    village.say("Ana", &month, "no summaries");
    let before = village.letters("Ana").len();
    village.days(35, |_| Some("Best: the demo.".to_owned()));
    let later: Vec<String> = village
        .letters("Ana")
        .into_iter()
        .skip(before)
        .map(|letter| letter.mail.subject)
        .collect();
    assert!(!later.is_empty(), "the lunches go on");
    assert!(
        !later.iter().any(|s| s.starts_with("Your lunches in")),
        "{later:?}"
    );
    village.close();
}

/// What a member shows for a promotion leaves with its speaker's word, as the speaker said, and for
/// as long as it holds; a worst moment never does.
#[test]
fn a_good_word_is_shown_only_as_its_speaker_allows() {
    let mut village = Village::new(&["Ana", "Ben"], "");
    village.pair("Ana", "Ben", "Yes, gladly!");
    village.days(29, |person| {
        let bens = format!("Best: {BEST}\nWorst: {WORST}");
        let notes = "Best: the demo on Friday.\nWorst: the mail at midnight.".to_owned();
        Some(if person.starts_with("ben") {
            bens
        } else {
            notes
        })
    });
    let month = village.letter("Ana", "Nobody else gets this.");
    let shown = |village: &mut Village| {
        village.say("Ana", &month, "report");
        let report = village.letter("Ana", "Here is what is kept about you, as files.");
        let mut files = report.files();
        files.retain(|name, _| name.starts_with("for-a-promotion"));
        files
    };
    village.say("Ana", &month, "quote 1");
    assert!(shown(&mut village).is_empty(), "no answer is a no");

    let asked = village.letter("Ben", "would like to quote something you wrote");
    village.say("Ben", &asked, "Yes, without my name");
    let files = shown(&mut village);
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    assert_eq!(names, ["for-a-promotion.html", "for-a-promotion.md"]);
    for (name, text) in &files {
        assert!(text.contains(BEST), "{name}: {text}");
        assert!(text.contains("A colleague, "), "{name}: {text}");
        for planted in ["velociraptor", "ben", "Ben"] {
            assert!(!text.contains(planted), "{planted} is in {name}: {text}");
        }
    }

    village.say("Ben", &asked, "Yes, by name");
    assert!(shown(&mut village)["for-a-promotion.md"].contains("Ben, "));
    village.say("Ben", &asked, "No");
    assert!(
        shown(&mut village).is_empty(),
        "what was taken back is gone"
    );
    village.close();
}
