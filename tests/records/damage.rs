//! Damaged records: the fault is placed, the field is named, and nothing that was said is shown.

use crate::{LETTER, PAIRING, PERSON, with};
use postlunch::store::record::{
    RecordError, letter_from_bytes, pairing_from_bytes, person_from_bytes,
};
use serde_json::json;

/// Everything in the three samples that somebody said, or that says who somebody is.
const SECRETS: &[&str] = &[
    "Zoë",
    "Zoe",
    "Bücher",
    "finish",
    "Krümel",
    "retro",
    "Thai",
    "Calmed",
    "slides",
    "Cara",
    "See you",
    "Ana",
    "Ben",
    "marmalade",
];

fn assert_tells_nothing(fault: &RecordError) {
    let told = format!("{fault} {fault:?} {fault:#?}");
    for secret in SECRETS {
        assert!(!told.contains(secret), "{secret:?} is in: {told}");
    }
}

#[test]
fn a_field_that_makes_no_sense_is_named_and_not_shown() {
    type Reads = fn(&[u8]) -> Option<RecordError>;
    let person: Reads = |bytes| person_from_bytes(bytes).err();
    let pairing: Reads = |bytes| pairing_from_bytes(bytes).err();
    let letter: Reads = |bytes| letter_from_bytes(bytes).err();
    let cases = [
        (person, PERSON, "/v", json!(0), "v"),
        (person, PERSON, "/address", json!("marmalade"), "address"),
        (
            person,
            PERSON,
            "/goals/1/since",
            json!("marmalade"),
            "goals[1].since",
        ),
        (
            person,
            PERSON,
            "/goals/0/ended/day",
            json!("2026-02-30"),
            "goals[0].ended.day",
        ),
        (
            person,
            PERSON,
            "/goals/0/ended/how",
            json!("marmalade"),
            "goals[0].ended.how",
        ),
        (
            pairing,
            PAIRING,
            "/stage/name",
            json!("marmalade"),
            "stage.name",
        ),
        (pairing, PAIRING, "/stage/until", json!(null), "stage.until"),
        (
            pairing,
            PAIRING,
            "/plan/weekday",
            json!("Thu"),
            "plan.weekday",
        ),
        (
            pairing,
            PAIRING,
            "/plan/time",
            json!("25:00:00"),
            "plan.time",
        ),
        (
            pairing,
            PAIRING,
            "/plan/zone",
            json!("Europe/Marmalade"),
            "plan.zone",
        ),
        (
            pairing,
            PAIRING,
            "/asked_at",
            json!("2026-01-02T08:00:00"),
            "asked_at",
        ),
        (
            pairing,
            PAIRING,
            "/series/first",
            json!("marmalade"),
            "series.first",
        ),
        (
            pairing,
            PAIRING,
            "/series/excluded/0",
            json!(""),
            "series.excluded[0]",
        ),
        (
            pairing,
            PAIRING,
            "/lunches/0/slot",
            json!("marmalade"),
            "lunches[0].slot",
        ),
        (
            pairing,
            PAIRING,
            "/lunches/0/state",
            json!("marmalade"),
            "lunches[0].state",
        ),
        (
            pairing,
            PAIRING,
            "/lunches/0/by_invitee/answer",
            json!("marmalade"),
            "lunches[0].by_invitee.answer",
        ),
        (
            pairing,
            PAIRING,
            "/lunches/0/by_inviter/notes/observations/1/polarity",
            json!("marmalade"),
            "lunches[0].by_inviter.notes.observations[1].polarity",
        ),
        (
            letter,
            LETTER,
            "/answering",
            json!("marmalade"),
            "answering",
        ),
        (
            letter,
            LETTER,
            "/slot",
            json!("2026-01-15T12:30:00Z"),
            "slot",
        ),
        (letter, LETTER, "/expires", json!("marmalade"), "expires"),
    ];
    for (reads, sample, pointer, value, field) in cases {
        let fault = reads(&with(sample, pointer, value)).unwrap_or_else(|| panic!("{field} taken"));
        let named = matches!(&fault, RecordError::Field { field: f, .. } if f == field);
        assert!(named, "{field}: {fault:?}");
        assert!(fault.to_string().contains(field), "{fault}");
        assert_tells_nothing(&fault);
    }
}

#[test]
fn a_value_of_another_type_is_placed_and_not_shown() {
    let text = with(PERSON, "/goals/0/since", json!(["marmalade"]));
    let fault = person_from_bytes(&text).unwrap_err();
    assert!(fault.to_string().contains("another type"), "{fault}");
    assert_tells_nothing(&fault);
    let fault = person_from_bytes(b"{\"v\":1,\n\"id\":\"marmalade\"}").unwrap_err();
    assert!(
        matches!(fault, RecordError::Damaged { octet: 24, .. }),
        "octets count on over lines: {fault:?}"
    );
    assert_tells_nothing(&fault);
}

#[test]
fn every_cut_and_every_flipped_octet_is_survived_in_silence() {
    for at in 0..PAIRING.trim_end().len() {
        let fault = pairing_from_bytes(&PAIRING.as_bytes()[..at]).unwrap_err();
        assert!(matches!(fault, RecordError::Damaged { .. }), "{at}");
        assert_tells_nothing(&fault);
    }
    for at in 0..PAIRING.len() {
        let mut bytes = PAIRING.as_bytes().to_vec();
        bytes[at] ^= 0x55;
        if let Err(fault) = pairing_from_bytes(&bytes) {
            assert_tells_nothing(&fault);
        }
    }
    for noise in [
        &b""[..],
        b"null",
        b"[]",
        b"\xff\xfe",
        b"{\"v\":-1}",
        b"{\"v\":1}{}",
    ] {
        assert!(person_from_bytes(noise).is_err(), "{noise:?}");
    }
    let deep = format!("{{\"v\":1,\"x\":{}", "[".repeat(100_000));
    assert!(person_from_bytes(deep.as_bytes()).is_err());
}

#[test]
fn a_letter_does_not_print_what_it_says() {
    let letter = letter_from_bytes(LETTER.as_bytes()).unwrap();
    let printed = format!("{letter:?} {letter:#?}");
    assert!(printed.contains("4711"), "{printed}");
    for secret in ["Ana", "Ben", "moment"] {
        assert!(!printed.contains(secret), "{secret:?} is in: {printed}");
    }
}
