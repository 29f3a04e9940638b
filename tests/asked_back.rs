//! What a newcomer tried: words that were taken for something else, or dropped without a word.
//!
//! What cannot be done as it was said is asked about or done as far as it was meant; never dropped.

use chrono::{DateTime, NaiveDateTime, Utc};
use postlunch::lunch::act::Answering;
use postlunch::reading::message::Message;
use postlunch::reading::{Context, explain, read};
use postlunch::writing::{Templates, samples, write};
use serde_json::Value;

/// Monday 11 January 2027, nine in the morning in Berlin.
const NOW: &str = "2027-01-11T08:00:00Z";
/// The lunch that is reminded of.
const LUNCH: &str = "2027-01-14T12:30:00";

fn explained(mail: &str, answering: Answering, originals: &[String]) -> Value {
    let now: DateTime<Utc> = NOW.parse().expect("a moment");
    let lunch: NaiveDateTime = LUNCH.parse().expect("a lunch");
    let mut context = Context::new(now, chrono_tz::Europe::Berlin);
    context.answering = Some(answering);
    context.lunch = Some(lunch);
    context.originals = originals;
    let message = Message::parse(mail.as_bytes());
    explain::explain(&message, &read(&message, &context))
}

fn said(answering: Answering, words: &str) -> Value {
    let mail = format!("From: ben@example.org\nSubject: Re: lunch\n\n{words}\n");
    explained(&mail, answering, &[])
}

fn letter(kind: &str) -> String {
    let (letter, posting) = samples::of(kind).expect("a sample");
    let templates = Templates::built_in().expect("templates");
    write(&letter, &posting, &templates).expect("a letter").text
}

#[track_caller]
fn is(read: &Value, kind: &str, words: &str) {
    assert_eq!(read["kind"], kind, "{words}: {read:#}");
}

#[test]
fn a_month_that_has_begun_is_left_out_to_its_end_and_not_for_a_year() {
    for words in [
        "skip all of january",
        "Please skip the whole of January.",
        "skip the rest of january",
        "pause for all of January",
    ] {
        let read = said(Answering::Reminder, words);
        is(&read, "pause", words);
        assert_eq!(read["pause_until"], "2027-02-01", "{words}");
    }
}

#[test]
fn a_month_to_come_is_asked_about_as_the_lunches_before_it_are_not_meant() {
    for words in ["skip all of february", "please skip march"] {
        is(&said(Answering::Reminder, words), "unclear", words);
    }
}

#[test]
fn a_pause_has_the_year_that_was_said() {
    for words in [
        "pause until april 2031",
        "Pause bis April 2031",
        "pausa hasta abril 2031",
    ] {
        let read = said(Answering::Reminder, words);
        is(&read, "pause", words);
        assert_eq!(read["pause_until"], "2031-04-01", "{words}");
    }
}

#[test]
fn several_lunches_are_not_one() {
    for words in [
        "skip the next two",
        "Can we skip the next three lunches please",
        "cancel the next two",
    ] {
        is(&said(Answering::Reminder, words), "unclear", words);
    }
    is(
        &said(Answering::Reminder, "skip the next one"),
        "skip",
        "one",
    );
}

#[test]
fn a_time_alone_moves_the_lunch_on_its_day() {
    for (words, start) in [
        ("noon", "2027-01-14T12:00:00"),
        ("noon please", "2027-01-14T12:00:00"),
        ("move to noon", "2027-01-14T12:00:00"),
        ("noon instead?", "2027-01-14T12:00:00"),
        ("at noon on Friday", "2027-01-15T12:00:00"),
    ] {
        let read = said(Answering::Reminder, words);
        is(&read, "reschedule", words);
        assert_eq!(read["reschedule"]["start"], start, "{words}");
    }
}

#[test]
fn a_day_or_a_time_that_there_is_not_is_asked_about() {
    for words in [
        "25:00",
        "move to 25:00",
        "Can we do 12:75 instead?",
        "move to friday 31 february 12:30",
        "können wir auf 25 Uhr verschieben?",
    ] {
        let read = said(Answering::Reminder, words);
        is(&read, "unclear", words);
    }
    let read = said(Answering::Invitation, "Yes, at 25:00");
    is(&read, "accept", "with a time that is none");
    assert_eq!(read["terms"]["start"], Value::Null);
    assert_eq!(
        read["terms"]["day_open"], true,
        "the receipt asks: {read:#}"
    );
}

#[test]
fn an_end_of_something_else_ends_no_lunches() {
    for words in [
        "I quit my job",
        "I quit my job yesterday, exciting times",
        "I want to stop my gym membership",
    ] {
        is(&said(Answering::Reminder, words), "unclear", words);
    }
    for words in [
        "I quit",
        "I'd like to stop our lunches",
        "please end these lunches",
    ] {
        is(&said(Answering::Reminder, words), "end", words);
    }
}

#[test]
fn another_rhythm_is_wished_for_in_a_few_words() {
    for (words, weeks) in [
        ("every week please", 1),
        ("weekly please", 1),
        ("every three weeks please", 3),
        ("jede Woche bitte", 1),
    ] {
        let read = said(Answering::Reminder, words);
        is(&read, "accept", words);
        assert_eq!(read["terms"]["rhythm_weeks"], weeks, "{words}");
    }
    for words in ["not every week", "I see you every week anyway"] {
        assert_ne!(
            said(Answering::Reminder, words)["kind"],
            "accept",
            "{words}"
        );
    }
}

#[test]
fn what_a_client_writes_for_no_subject_is_no_answer() {
    for subject in [
        "No subject",
        "(no subject)",
        "(Kein Betreff)",
        "sans objet",
        "Geen onderwerp",
    ] {
        let mail = format!("From: ben@example.org\nSubject: {subject}\n\n\n");
        let read = explained(&mail, Answering::Invitation, &[]);
        is(&read, "unclear", subject);
    }
}

#[test]
fn an_example_that_is_ticked_in_the_quote_is_said() {
    let invitation = letter("invitation");
    let ticking = |example: &str, tick: &str| {
        let quoted: String = invitation
            .lines()
            .map(|line| {
                let tick = if line == example { tick } else { "" };
                format!("> {tick}{line}\n")
            })
            .collect();
        format!(
            "From: ben@example.org\nSubject: Re: lunch\n\nOn Mon, 11 Jan 2027 at 08:55, Ana via Lunch <lunch@example.com> wrote:\n\n{quoted}"
        )
    };
    for tick in ["[x] ", "[X] ", "x ", "✓ ", "✔ ", "☑ "] {
        for (example, kind) in [
            ("No thanks", "decline"),
            ("Yes", "accept"),
            ("Yes, but no notes", "accept"),
        ] {
            let mail = ticking(example, tick);
            let read = explained(
                &mail,
                Answering::Invitation,
                std::slice::from_ref(&invitation),
            );
            is(&read, kind, &format!("{tick}{example}"));
        }
    }
    let mail = ticking("No thanks", "[ ] ");
    let read = explained(
        &mail,
        Answering::Invitation,
        std::slice::from_ref(&invitation),
    );
    is(&read, "unclear", "an empty box");
}

#[test]
fn a_quote_is_one_whatever_sign_marks_it() {
    let invitation = letter("invitation");
    for sign in [">|", ">| ", "- ", "| ", "# "] {
        let quoted: String = invitation
            .lines()
            .map(|line| format!("{sign}{line}\n"))
            .collect();
        let mail = format!("From: ben@example.org\nSubject: Re: lunch\n\nNo thanks\n\n{quoted}");
        let read = explained(
            &mail,
            Answering::Invitation,
            std::slice::from_ref(&invitation),
        );
        is(&read, "decline", sign);
        assert_eq!(read["reply_text"], "No thanks", "{sign}");
    }
}

#[test]
fn an_absence_where_notes_were_asked_for_is_no_note() {
    for (words, until) in [
        ("I'm away until the 14th, back then.", Some("2027-01-14")),
        ("On leave, returning Monday 25 January.", Some("2027-01-25")),
        ("Ich bin bis 24. Januar im Urlaub.", None),
        (
            "Je suis en congés jusqu'au 24 janvier inclus.",
            Some("2027-01-25"),
        ),
        ("Estoy de baja, vuelvo el 18 de enero.", Some("2027-01-18")),
        (
            "Ik ben met vakantie tot en met 24 januari.",
            Some("2027-01-25"),
        ),
        (
            "Out of office till 20 January. Cara covers for me.",
            Some("2027-01-20"),
        ),
    ] {
        let read = said(Answering::FollowUp, words);
        is(&read, "auto-reply", words);
        if let Some(until) = until {
            assert_eq!(read["auto_reply"]["away_until"], until, "{words}");
        }
    }
    for words in [
        "You were away until the 14th and still answered every question.",
        "Best: how you kept calm while I was on holiday until Friday",
        "1. You covered for me while I was on leave\n2. nothing\n3. ask sooner",
    ] {
        is(&said(Answering::FollowUp, words), "notes", words);
    }
    let words = "You cover for me while I'm on leave until Friday, that's kind";
    assert_ne!(
        said(Answering::FollowUp, words)["kind"],
        "auto-reply",
        "{words}"
    );
}

#[test]
fn commands_are_known_in_the_languages_that_are_read() {
    for (words, command) in [
        ("rückgängig", "undo"),
        ("jetzt teilen", "share now"),
        ("Bericht", "report"),
        ("keine Zusammenfassungen", "no summaries"),
        ("weitergeben", "pass it on"),
        ("partager maintenant", "share now"),
        ("mon rapport", "report"),
        ("pas de conseils", "no tips"),
        ("deshacer", "undo"),
        ("mi informe", "report"),
        ("nu delen", "share now"),
        ("ongedaan maken", "undo"),
        ("geen tips", "no tips"),
    ] {
        let read = said(Answering::Receipt, words);
        is(&read, "command", words);
        assert_eq!(read["command"]["name"], command, "{words}");
    }
    for words in [
        "überspringen",
        "sauter cette fois",
        "saltar esta vez",
        "sla over",
    ] {
        is(&said(Answering::Reminder, words), "skip", words);
    }
    for words in [
        "Pause bis 1. April",
        "pause jusqu'au 1er avril",
        "pausa hasta el 1 de abril",
        "pauze tot 1 april",
    ] {
        let read = said(Answering::Reminder, words);
        is(&read, "pause", words);
        assert_eq!(read["pause_until"], "2027-04-01", "{words}");
    }
}

fn acts_of(read: &Value) -> Vec<&str> {
    let acts = read["acts"].as_array().expect("acts");
    acts.iter().filter_map(|act| act["kind"].as_str()).collect()
}

/// The lunch is on Thursday the 14th, and today is Monday the 11th.
#[test]
fn an_absence_leaves_out_the_lunch_that_lies_within_it() {
    for words in [
        "I'm on annual leave till Friday",
        "off sick all week, sorry",
        "I'm away this week",
        "I'm on holiday from Wednesday to Saturday",
        "Ich bin bis Freitag im Urlaub",
        "Mittwoch bis Freitag bin ich auf Dienstreise",
        "Je suis en congé jusqu'à vendredi",
        "Je suis absente toute la semaine",
        "Estoy de vacaciones hasta el viernes",
        "Esta semana estoy fuera",
        "Ik ben tot vrijdag met vakantie",
        "Deze week ben ik afwezig",
    ] {
        is(&said(Answering::Reminder, words), "skip", words);
    }
}

#[test]
fn an_absence_of_several_weeks_pauses_until_the_day_after_its_last() {
    for (words, until) in [
        ("I'm away this week and next week", "2027-01-25"),
        ("I'm off this week and the week after", "2027-01-25"),
        ("I'll be on holiday from the 13th to the 27th", "2027-01-28"),
        ("on leave for the next three weeks", "2027-02-01"),
        ("Diese und nächste Woche bin ich nicht da", "2027-01-25"),
        ("Ab morgen bin ich drei Wochen weg", "2027-02-02"),
        (
            "Je suis absent cette semaine et la semaine prochaine",
            "2027-01-25",
        ),
        ("A partir de mañana estoy fuera tres semanas", "2027-02-02"),
        ("Vanaf morgen ben ik drie weken weg", "2027-02-02"),
    ] {
        let read = said(Answering::Reminder, words);
        is(&read, "pause", words);
        assert_eq!(read["pause_until"], until, "{words}");
    }
}

#[test]
fn an_absence_beside_the_lunch_is_asked_about_and_moves_nothing() {
    for words in [
        "From Monday I'm away for three weeks",
        "I'm off next week",
        "I'm away next week and the week after",
        "I'm away on the 28th",
        "travelling 20 Jan - 3 Feb, just so you know",
        "I'm on holiday the first two weeks of February",
        "Ab Montag bin ich drei Wochen weg",
        "nächste Woche hab ich Urlaub",
        "À partir de lundi je suis absent trois semaines",
        "je suis en vacances la semaine prochaine",
        "A partir del lunes estoy fuera tres semanas",
        "la semana que viene no estoy",
        "Vanaf maandag ben ik drie weken weg",
        "volgende week ben ik met vakantie",
    ] {
        is(&said(Answering::Reminder, words), "unclear", words);
    }
    for words in [
        "Looking forward to it! I'm only away from Friday",
        "Yes, Thursday is fine. I'm off next week.",
    ] {
        is(&said(Answering::Reminder, words), "other", words);
    }
}

#[test]
fn what_is_asked_for_beside_an_absence_is_done() {
    for (words, kind) in [
        (
            "I'm away on Thursday, could we do Friday instead?",
            "reschedule",
        ),
        ("I'm on leave until Friday, so skip this one please", "skip"),
        ("I'm off from Monday, please pause until 1 March", "pause"),
        ("Is Ana away next week?", "question"),
    ] {
        is(&said(Answering::Reminder, words), kind, words);
    }
}

#[test]
fn whoever_is_told_that_a_partner_covers_for_them_asks_for_no_pause() {
    let words = "You cover for me while I'm on leave until Friday";
    is(&said(Answering::Reminder, words), "unclear", words);
    let read = said(Answering::FollowUp, words);
    assert_ne!(read["kind"], "pause", "{read:#}");
    assert_ne!(read["kind"], "skip", "{read:#}");
}

#[test]
fn each_of_several_commands_is_an_act() {
    for (words, acts) in [
        ("skip this one, and pause until 1 March", ["skip", "pause"]),
        (
            "Skip this one and then pause until 1 March, please",
            ["skip", "pause"],
        ),
        (
            "move to Friday\ngoal: speak slower",
            ["reschedule", "command"],
        ),
        ("skip\ngoal: ask before I answer", ["skip", "command"]),
        ("goal: ask before I answer\nskip", ["command", "skip"]),
        ("skip\n\nstatus", ["skip", "command"]),
        (
            "Diesmal auslassen und dann Pause bis 1. März",
            ["skip", "pause"],
        ),
        ("überspringen\nZiel: langsamer reden", ["skip", "command"]),
        (
            "sauter cette fois\nobjectif : parler moins vite",
            ["skip", "command"],
        ),
        (
            "saltar esta vez\nobjetivo: hablar más despacio",
            ["skip", "command"],
        ),
        ("sla over\ndoel: langzamer praten", ["skip", "command"]),
    ] {
        let read = said(Answering::Reminder, words);
        assert_eq!(acts_of(&read), acts, "{words}: {read:#}");
    }
}

#[test]
fn a_goal_beside_an_answer_is_set() {
    for (words, first) in [
        ("Yes, and my goal is to speak slower", "accept"),
        ("Yes please!\n\ngoal: speak slower", "accept"),
        ("Ja gern, und mein Ziel ist langsamer zu reden", "accept"),
        (
            "Oui avec plaisir, et mon objectif est de parler moins vite",
            "accept",
        ),
        ("Sí, y mi objetivo es hablar más despacio", "accept"),
        ("Ja graag, en mijn doel is langzamer praten", "accept"),
        ("No thanks.\nstop", "decline"),
    ] {
        let read = said(Answering::Invitation, words);
        let acts = acts_of(&read);
        assert_eq!(acts.first(), Some(&first), "{words}: {read:#}");
        assert_eq!(acts.len(), 2, "{words}: {read:#}");
    }
}

#[test]
fn share_now_is_heard_in_a_longer_answer() {
    for words in [
        "yes please, share now",
        "Looks right, thanks. Share now.",
        "Passt so. Jetzt teilen bitte.",
        "C'est bon pour moi, partage maintenant",
        "Perfecto, gracias. Compartir ahora.",
        "Klopt. Nu delen graag.",
    ] {
        let read = said(Answering::Receipt, words);
        is(&read, "command", words);
        assert_eq!(read["command"]["name"], "share now", "{words}");
    }
    let words = "please don't share now";
    assert_ne!(
        said(Answering::Receipt, words)["kind"],
        "command",
        "{words}"
    );
}

#[test]
fn a_time_that_no_clock_has_is_asked_about_in_every_language() {
    for words in [
        "Could we do 25:30?",
        "let's say 13:75 instead",
        "at 25:00",
        "Geht auch 25 Uhr?",
        "um 12:75 bitte",
        "25.30 Uhr?",
        "On peut dire 25h ?",
        "plutôt à 13h75",
        "¿Quedamos a las 25:00?",
        "mejor a las 12:75",
        "Kan het om 25 uur?",
        "om 13:75 graag",
    ] {
        is(&said(Answering::Reminder, words), "unclear", words);
    }
}
