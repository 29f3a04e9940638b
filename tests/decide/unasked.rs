//! Mail that nobody asked for: on working days, and no more of it than there was.

use super::*;
use chrono::Datelike;
use postlunch::lunch::cadence::local;

impl World {
    /// The day of the week and time at which each letter of that name went out, as the two see it.
    fn went_out(&mut self, name: &str, until: &str) -> Vec<String> {
        let until: DateTime<Utc> = until.parse().unwrap();
        let mut found = Vec::new();
        while self.now < until {
            let due = |p: &postlunch::lunch::pairing::Pairing| next_due(p, &self.circle.rules);
            let next = self.circle.pairings.values().filter_map(due).min();
            let Some(next) = next.filter(|at| *at <= until) else {
                break;
            };
            self.run_to(&next.to_rfc3339());
            let sent = std::mem::take(&mut self.sent);
            let named = sent.iter().filter(|d| d.letter.body.name() == name);
            let at = local(self.now, chrono_tz::Europe::Berlin);
            found.extend(named.map(|_| at.format("%a %H:%M").to_string()));
        }
        found.dedup();
        found
    }

    /// Fridays at half past twelve.
    fn on_fridays() -> Self {
        let mut world = Self::agreed(AcceptTerms {
            start: Some(slot("2027-01-08T12:30:00")),
            ..AcceptTerms::default()
        });
        world.sent.clear();
        world
    }
}

#[test]
fn the_second_asking_after_a_friday_comes_on_the_monday() {
    let mut world = World::on_fridays();
    assert_eq!(
        world.went_out("followup-nudge", "2027-01-15T08:00:00Z"),
        ["Mon 09:00"]
    );
}

#[test]
fn what_one_wrote_on_a_thursday_is_shown_on_the_monday_as_the_receipt_says() {
    let mut world = World::meeting();
    world.run_to("2027-01-07T15:00:00Z");
    let first = slot("2027-01-07T12:30:00");
    let Body::FollowUp { seal, .. } = world.body("followup", ANA) else {
        panic!("another letter")
    };
    assert_eq!(*seal, slot("2027-01-11T09:00:00"));
    world.says(
        ANA,
        Some((Answering::FollowUp, Some(first))),
        vec![notes("the demo")],
    );
    let Body::Receipt(Receipt::Notes { seal, .. }) = world.body("receipt-notes", ANA) else {
        panic!("another receipt")
    };
    assert_eq!(*seal, Seal::Until(slot("2027-01-11T09:00:00")));
    assert_eq!(
        world.went_out("exchange", "2027-01-20T08:00:00Z"),
        ["Mon 09:00"]
    );
}

/// The nudge and the end of the seal would fall on the same Monday: both had better have time to write.
#[test]
fn a_long_weekend_leaves_time_to_write_after_the_nudge() {
    let mut world = World::new();
    world.circle.rules.holidays = BTreeSet::from(["2027-01-08".parse().unwrap()]);
    world.invite(FIRST, ANA, BEN);
    let yes = vec![Act::Accept(AcceptTerms::default())];
    world.says(BEN, Some((Answering::Invitation, None)), yes);
    world.run_to("2027-01-07T15:00:00Z");
    let Body::FollowUp { seal, .. } = world.body("followup", BEN) else {
        panic!("another letter")
    };
    assert_eq!(*seal, slot("2027-01-13T09:00:00"));
    assert_eq!(
        world.went_out("followup-nudge", "2027-01-20T08:00:00Z"),
        ["Mon 09:00"]
    );
}

#[test]
fn an_invitation_comes_back_and_lapses_on_working_days() {
    for asked in ["2027-01-04", "2027-01-05", "2027-01-06", "2027-01-07"] {
        let mut world = World::new();
        world.now = format!("{asked}T14:00:00Z").parse().unwrap();
        world.invite(FIRST, ANA, BEN);
        let start = world.now;
        let again = world.went_out("invitation-reminder", "2027-03-01T08:00:00Z");
        assert_eq!(again.len(), 1);
        assert!(!again[0].starts_with('S'), "{asked}: {again:?}");
        world = World::new();
        world.now = start;
        world.invite(FIRST, ANA, BEN);
        let lapsed = world.went_out("notice-lapsed", "2027-03-01T08:00:00Z");
        assert!(!lapsed[0].starts_with('S'), "{asked}: {lapsed:?}");
    }
}

#[test]
fn whoever_asks_to_be_asked_on_a_saturday_hears_which_day_it_will_be() {
    let mut world = World::new();
    world.invite(FIRST, ANA, BEN);
    let until = Some("2027-05-01".parse().unwrap());
    world.says(
        BEN,
        Some((Answering::Invitation, None)),
        vec![Act::Later { until }],
    );
    let Body::Receipt(Receipt::Later { until }) = world.body("receipt-later", BEN) else {
        panic!("another receipt")
    };
    assert_eq!(until.weekday(), Weekday::Mon);
    assert_eq!(
        world.went_out("invitation", "2027-06-01T08:00:00Z"),
        ["Mon 09:00"]
    );
}
