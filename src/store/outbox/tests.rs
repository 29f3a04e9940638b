//! Every step of a submission, from every state.

use super::*;

fn at(minutes: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::minutes(minutes)
}

fn row() -> OutboxRow {
    OutboxRow {
        row: 7,
        state: Submission::Queued,
        kind: "reminder".into(),
        person: 5,
        pairing: Some(9),
        recipient: "ben@example.com".into(),
        reverse_path: "lunch@example.com".into(),
        message_id: "abc@example.com".into(),
        effect_key: "reminder|9|5|2026-11-22".into(),
        consent: "member".into(),
        queued_at: at(0),
        use_by: at(60 * 24 * 30),
        not_before: at(0),
        attempts: 0,
        last_reply: None,
    }
}

fn claimed(row: &OutboxRow, now: DateTime<Utc>) -> OutboxRow {
    match row.claim(now).unwrap() {
        Claim::Claimed(row) => row,
        other => panic!("not claimed: {other:?}"),
    }
}

#[test]
fn a_row_survives_its_record_and_never_prints_the_recipient() {
    let mut states = vec![row(), claimed(&row(), at(0))];
    states.push(states[1].in_doubt(at(1)).unwrap());
    states.push(states[1].accepted(250, at(1)).unwrap());
    states.push(
        states[1]
            .failed(Failure::Refused, Some(550), at(1))
            .unwrap(),
    );
    states.push(row().withdrawn(Withdrawal::Ceiling, at(1)).unwrap());
    for state in states {
        let record = row::write(&state).unwrap();
        assert!(record.starts_with(b"{\"v\":1,"));
        assert_eq!(OutboxRow::read(&record).unwrap(), state);
        assert!(!format!("{state:?}").contains("ben"));
    }
}

#[test]
fn retries_follow_the_schedule_until_four_days_are_over() {
    let mut row = row();
    let mut now = at(0);
    let mut waits = Vec::new();
    loop {
        row = claimed(&row, now)
            .deferred(Deferral::Reply(451), now, 0.5)
            .unwrap();
        if row.has_ended() {
            break;
        }
        waits.push((row.not_before - now).num_minutes());
        assert!(matches!(row.claim(now).unwrap(), Claim::Wait(_)));
        now = row.not_before;
    }
    assert_eq!(waits[..8], [1, 5, 15, 30, 60, 120, 240, 240]);
    assert!(waits[6..].iter().all(|wait| *wait == 240));
    assert!(now >= at(4 * 24 * 60) && now < at(4 * 24 * 60 + 240));
    let why = Failure::GaveUp;
    assert_eq!(row.state, Submission::Failed { at: now, why });
    assert_eq!(
        (row.attempts as usize, row.last_reply),
        (waits.len() + 1, Some(451))
    );
}

#[test]
fn jitter_stays_within_a_fifth() {
    let deferred = |jitter| {
        let next = claimed(&row(), at(0)).deferred(Deferral::Unreachable, at(0), jitter);
        (next.unwrap().not_before - at(0)).num_seconds()
    };
    assert_eq!(
        [0.0, 0.5, 1.0, 9.0, -1.0].map(deferred),
        [48, 60, 72, 72, 48]
    );
}

#[test]
fn what_is_too_late_is_withdrawn_when_it_is_claimed() {
    let late = OutboxRow {
        use_by: at(10),
        ..row()
    };
    assert!(matches!(late.claim(at(9)).unwrap(), Claim::Claimed(_)));
    let Claim::Withdrawn(gone) = late.claim(at(10)).unwrap() else {
        panic!("a late row was not withdrawn");
    };
    let why = Withdrawal::Late;
    assert_eq!(gone.state, Submission::Withdrawn { at: at(10), why });
}

#[test]
fn doubt_is_looked_up_three_times_and_then_sent_again_the_same() {
    let doubt = claimed(&row(), at(0)).in_doubt(at(1)).unwrap();
    assert_eq!(doubt.look_at(), Some(at(1)));
    assert_eq!(
        doubt.found(at(2)).unwrap().state,
        Submission::Accepted { at: at(2) }
    );
    let second = doubt.not_found(at(1)).unwrap();
    assert_eq!(second.look_at(), Some(at(1) + TimeDelta::seconds(30)));
    // Another start in between does not begin the looking again.
    assert_eq!(second.in_doubt(at(3)).unwrap(), second);
    let third = second.not_found(at(2)).unwrap();
    assert_eq!(third.look_at(), Some(at(1) + TimeDelta::seconds(300)));
    let again = third.not_found(at(6)).unwrap();
    assert_eq!((again.state, again.not_before), (Submission::Queued, at(6)));
    assert_eq!(again.message_id, row().message_id);
    assert_eq!(doubt.resend(at(6)).unwrap(), again);
}

#[test]
fn every_step_from_every_state_is_allowed_or_refused_as_drawn() {
    let s1 = row();
    let s2 = claimed(&s1, at(0));
    let doubt = s2.in_doubt(at(0)).unwrap();
    let s3 = s2.accepted(250, at(0)).unwrap();
    let s4 = s2.failed(Failure::Refused, Some(550), at(0)).unwrap();
    let s5 = s1.withdrawn(Withdrawal::NoConsent, at(0)).unwrap();
    //            claim  accept defer  fail   withdr doubt  look   found  resend
    let allowed = [
        (
            &s1,
            [true, false, false, false, true, false, false, false, false],
        ),
        (
            &s2,
            [false, true, true, true, false, true, false, false, false],
        ),
        (
            &doubt,
            [false, true, false, false, false, true, true, true, true],
        ),
        (&s3, [false; 9]),
        (&s4, [false; 9]),
        (&s5, [false; 9]),
    ];
    for (row, expected) in allowed {
        let found = [
            row.claim(at(0)).is_ok(),
            row.accepted(250, at(0)).is_ok(),
            row.deferred(Deferral::Unreachable, at(0), 0.0).is_ok(),
            row.failed(Failure::Refused, None, at(0)).is_ok(),
            row.withdrawn(Withdrawal::NoConsent, at(0)).is_ok(),
            row.in_doubt(at(0)).is_ok(),
            row.not_found(at(0)).is_ok(),
            row.found(at(0)).is_ok(),
            row.resend(at(0)).is_ok(),
        ];
        assert_eq!(found, expected, "{row:?}");
    }
    let refused = s3.claim(at(0)).unwrap_err().to_string();
    assert!(
        refused.contains("row 7: claimed does not follow Accepted"),
        "{refused}"
    );
}
