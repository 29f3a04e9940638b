//! What was written once is read always: records of people, pairings and sent letters.
//!
//! The samples in `tests/records` were written by hand when version 1 began. They are never edited;
//! if one stops loading, the program is wrong, not the sample.

#[path = "records/damage.rs"]
mod damage;
#[path = "records/there_and_back.rs"]
mod there_and_back;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc, Weekday};
use chrono_tz::Tz;
use postlunch::lunch::act::{Answering, Held};
use postlunch::lunch::notes::{Notes, Observation, Polarity, Words};
use postlunch::lunch::pairing::{
    Growth, Lunch, LunchState, Page, Pairing, PairingId, Plan, Series, Stage,
};
use postlunch::lunch::person::{Goal, GoalEnd, Person, PersonId};
use postlunch::store::record::{
    LetterRecord, RecordError, letter_from_bytes, letter_to_bytes, pairing_from_bytes,
    pairing_to_bytes, person_from_bytes, person_to_bytes,
};
use postlunch::words::address::{Address, NameAddr};
use serde_json::{Value, json};

const PERSON: &str = include_str!("records/person-v1.json");
const PAIRING: &str = include_str!("records/pairing-v1.json");
const LETTER: &str = include_str!("records/letter-v1.json");

fn words(text: &str) -> Words {
    Words::new(text.to_owned())
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn local(text: &str) -> NaiveDateTime {
    text.parse().unwrap()
}

fn instant(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

// ---- samples of version 1 ----

#[test]
fn the_first_person_on_disk_still_loads() {
    let person = person_from_bytes(PERSON.as_bytes()).unwrap();
    let goal = |text, since, ended| Goal {
        ended,
        ..Goal::new(words(text), day(since))
    };
    let address = Address::parse("zoe.mueller@xn--bcher-kva.example").unwrap();
    assert_eq!(
        person,
        Person {
            id: PersonId(9_007_199_254_740_993),
            who: NameAddr::new("Zoë Müller", address),
            stopped: true,
            summaries: false,
            tips: true,
            passed_on: false,
            board: None,
            boards_named: 0,
            goals: vec![
                goal(
                    "Let others finish.\nReally.",
                    "2025-11-03",
                    Some((day("2026-01-15"), GoalEnd::Achieved))
                ),
                goal(
                    "Shorter mails",
                    "2026-01-15",
                    Some((day("2026-02-01"), GoalEnd::Replaced))
                ),
                goal("Ask one question more", "2026-02-01", None),
            ],
        }
    );
    assert_eq!(
        person.who.address.as_str(),
        "Zoe.Mueller@Bücher.Example",
        "as it was written"
    );
}

#[test]
fn the_first_pairing_on_disk_still_loads() {
    let uid = "pairing-7-1@example.com".to_owned();
    let seen = |polarity, text| Observation {
        polarity,
        words: words(text),
    };
    let notes = Notes {
        best: Some(words("Calmed the room")),
        worst: Some(words("The slides came late")),
        focus: Some(words("+ asks first\n- talks over Cara")),
        observations: vec![
            seen(Polarity::Helps, "asks first"),
            seen(Polarity::Hinders, "talks over Cara"),
        ],
        achieved: Some(words("Let others finish")),
        unplaced: vec![words("See you!")],
    };
    let lunch = Lunch {
        slot: local("2026-01-15T12:30:00"),
        uid: uid.clone(),
        start: local("2026-01-16T12:00:00"),
        location: "Thai place".to_owned(),
        state: LunchState::Held,
        skipped_by: None,
        reminded_of: Some(local("2026-01-16T12:00:00")),
        followed_up: Some(instant("2026-01-16T12:15:00Z")),
        nudged: true,
        chased: false,
        unsealed: true,
        by_inviter: Page {
            notes: Some(notes),
            answer: Some(Held::Met),
            asked_for_missing: true,
            share_now: true,
            shown: 2,
            ..Page::default()
        },
        by_invitee: Page {
            answer: Some(Held::SaidNotWritten),
            ..Page::default()
        },
    };
    let expected = Pairing {
        id: PairingId(7),
        inviter: PersonId(1),
        invitee: PersonId(2),
        stage: Stage::Paused {
            until: day("2026-03-02"),
        },
        plan: Plan {
            every_weeks: 3,
            weekday: Weekday::Thu,
            time: NaiveTime::from_hms_opt(12, 30, 0).unwrap(),
            minutes: 45,
            zone: Tz::Europe__Berlin,
            location: "Café Krümel".to_owned(),
            once: true,
            notes: true,
        },
        note: Some(words("I liked how you ran the retro.")),
        asked_at: instant("2026-01-02T08:00:00Z"),
        round: 2,
        reminded: true,
        away_until: None,
        asked_back: true,
        undelivered_told: true,
        series: Some(Series {
            uid,
            sequence: 4,
            first: local("2026-01-15T12:30:00"),
            every_weeks: Some(3),
            count: 9,
            excluded: vec![local("2026-02-05T12:30:00")],
        }),
        series_made: 1,
        lunches: vec![lunch],
        growth: Growth::default(),
    };
    assert_eq!(pairing_from_bytes(PAIRING.as_bytes()).unwrap(), expected);
}

#[test]
fn the_first_letter_on_disk_still_loads() {
    let expected = LetterRecord {
        row: 4711,
        person: PersonId(2),
        pairing: Some(PairingId(7)),
        name: "followup-nudge".to_owned(),
        answering: Answering::FollowUp,
        slot: Some(local("2026-01-15T12:30:00")),
        goal_asked: true,
        points: Vec::new(),
        board: None,
        goal: None,
        message_id: "k3x7.4711@example.com".to_owned(),
        subject: words("How was lunch with Ana?"),
        text: words("Hi Ben,\n\n1. Ana's best moment since you last met?\n"),
        sent_at: instant("2026-01-15T14:05:09.250Z"),
        expires: instant("2026-03-01T00:00:00Z"),
    };
    assert_eq!(letter_from_bytes(LETTER.as_bytes()).unwrap(), expected);
}

/// Whatever stands in the first samples, under the same name and in the same words, is still what
/// is written today: a postlunch of the same version elsewhere must be able to read it.
#[test]
fn what_is_written_today_says_everything_as_the_samples_do() {
    let person = person_to_bytes(&person_from_bytes(PERSON.as_bytes()).unwrap()).unwrap();
    let pairing = pairing_to_bytes(&pairing_from_bytes(PAIRING.as_bytes()).unwrap()).unwrap();
    let letter = letter_to_bytes(&letter_from_bytes(LETTER.as_bytes()).unwrap()).unwrap();
    for (sample, written) in [(PERSON, person), (PAIRING, pairing), (LETTER, letter)] {
        let sample: Value = serde_json::from_str(sample).unwrap();
        let written: Value = serde_json::from_slice(&written).unwrap();
        assert_says("", &sample, &written);
    }
}

fn assert_says(path: &str, sample: &Value, written: &Value) {
    match (sample, written) {
        (Value::Object(fields), Value::Object(_)) => {
            for (name, value) in fields {
                assert_says(&format!("{path}.{name}"), value, &written[name]);
            }
        }
        (Value::Array(old), Value::Array(new)) => {
            assert_eq!(old.len(), new.len(), "{path}");
            for (at, (old, new)) in old.iter().zip(new).enumerate() {
                assert_says(&format!("{path}[{at}]"), old, new);
            }
        }
        _ => assert_eq!(sample, written, "{path}"),
    }
}

// ---- older and newer records ----

fn with(sample: &str, pointer: &str, value: Value) -> Vec<u8> {
    let mut record: Value = serde_json::from_str(sample).unwrap();
    *record.pointer_mut(pointer).expect("a field of the sample") = value;
    serde_json::to_vec(&record).unwrap()
}

fn without(sample: &str, inside: &str, field: &str) -> Vec<u8> {
    let mut record: Value = serde_json::from_str(sample).unwrap();
    let holder = record.pointer_mut(inside).expect("a place in the sample");
    let fields = holder.as_object_mut().expect("an object");
    fields.remove(field).expect("a field of the sample");
    serde_json::to_vec(&record).unwrap()
}

#[test]
fn fields_that_are_not_known_are_passed_over() {
    let plan = json!({"every_weeks": 3, "weekday": "Thursday", "time": "12:30:00", "minutes": 45,
        "zone": "Europe/Berlin", "location": "Café Krümel", "once": true, "notes": true,
        "dessert": {"cake": ["plum", 2]}});
    let read = pairing_from_bytes(&with(PAIRING, "/plan", plan)).unwrap();
    assert_eq!(read, pairing_from_bytes(PAIRING.as_bytes()).unwrap());

    let shouting = PERSON.replacen("\"v\": 1,", "\"v\": 1, \"nickname\": \"Zo\",", 1);
    assert_ne!(shouting, PERSON);
    let read = person_from_bytes(shouting.as_bytes()).unwrap();
    assert_eq!(read, person_from_bytes(PERSON.as_bytes()).unwrap());
}

#[test]
fn missing_lists_pages_and_optional_fields_are_empty() {
    let person = person_from_bytes(&without(PERSON, "", "goals")).unwrap();
    assert!(person.goals.is_empty());

    let pairing = pairing_from_bytes(&without(PAIRING, "/lunches/0", "by_inviter")).unwrap();
    assert_eq!(pairing.lunches[0].by_inviter, Page::default());
    let pairing = pairing_from_bytes(&with(PAIRING, "/lunches/0/by_inviter/notes", json!({})));
    let page = &pairing.unwrap().lunches[0].by_inviter;
    assert_eq!(
        (page.notes.as_ref(), page.shown),
        (Some(&Notes::default()), 2)
    );
    let pairing = pairing_from_bytes(&without(PAIRING, "", "series")).unwrap();
    assert_eq!(pairing.series, None);

    let letter = letter_from_bytes(&without(LETTER, "", "pairing")).unwrap();
    assert_eq!(letter.pairing, None);
}

/// Defaulting "stopped" to "no" would write to somebody who asked us not to.
#[test]
fn a_lost_wish_is_damage_and_not_a_default() {
    for field in ["stopped", "summaries", "address", "id"] {
        let read = person_from_bytes(&without(PERSON, "", field));
        assert!(
            matches!(read, Err(RecordError::Damaged { .. })),
            "{field}: {read:?}"
        );
    }
}

#[test]
fn a_record_from_the_future_names_the_remedy() {
    let later = json!({"v": 2, "someone": ["else", "entirely"]});
    let bytes = serde_json::to_vec(&later).unwrap();
    let faults = [
        person_from_bytes(&bytes).unwrap_err(),
        pairing_from_bytes(&bytes).unwrap_err(),
        letter_from_bytes(&bytes).unwrap_err(),
    ];
    for (fault, record) in faults.iter().zip(["person", "pairing", "letter"]) {
        assert_eq!(*fault, RecordError::Newer { record, version: 2 });
        let text = fault.to_string();
        assert!(text.contains("written by a newer postlunch"), "{text}");
        assert!(
            text.contains(record) && text.contains("version 2"),
            "{text}"
        );
    }
}
