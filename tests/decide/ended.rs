//! After an end: who wants the lunches back is not the only one who is asked, and what comes in late goes
//! to nobody.

use super::*;
use postlunch::lunch::letter::Because;

/// Ben has ended the lunches; nothing unread.
fn ended_by_ben() -> World {
    let mut world = World::meeting();
    world.says(BEN, None, vec![Act::End]);
    world.sent.clear();
    world
}

/// Somebody answers the invitation of a pairing.
fn answers(world: &mut World, by: PersonId, pairing: PairingId, act: Act) -> Outcome {
    let about = About {
        answering: Answering::Invitation,
        letter: "invitation".into(),
        slot: None,
        points: Vec::new(),
        board: None,
        goal: None,
    };
    world.hears(by, Some(pairing), Some(about), vec![act])
}

fn stage_anew(world: &World) -> &Stage {
    &world.circle.pairings[&ANEW].stage
}

#[test]
fn resume_after_an_end_asks_the_other_and_books_nobody() {
    for act in [Act::Resume, Act::Accept(AcceptTerms::default())] {
        let mut world = World::meeting();
        let terms = AcceptTerms {
            rhythm_weeks: Some(3),
            ..AcceptTerms::default()
        };
        world.says(BEN, None, vec![Act::Accept(terms)]);
        world.says(BEN, None, vec![Act::End]);
        world.sent.clear();
        world.says(BEN, None, vec![act]);
        let Body::Receipt(Receipt::AskedAnew { partner, sent }) =
            world.body("receipt-asked-anew", BEN)
        else {
            panic!("another receipt")
        };
        assert_eq!((partner.first_name().as_str(), *sent), ("Ana", true));
        let Body::Invitation { offer, anew, .. } = world.body("invitation", ANA) else {
            panic!("another letter")
        };
        assert!(*anew, "it says that they had lunches before");
        assert_eq!(offer.every_weeks, 3, "in the rhythm that they had");
        assert_eq!(world.letters_to(BEN), ["receipt-asked-anew"]);
        assert_eq!(world.letters_to(ANA), ["invitation"], "and no calendar");
        assert_eq!(*world.stage(), Stage::Ended { by: Some(BEN) });
        assert_eq!(*stage_anew(&world), Stage::Invited);
        // Silence is no yes.
        world.run_to("2027-03-01T08:00:00Z");
        assert_eq!(world.letters_to(ANA), ["invitation-reminder"]);
        assert_eq!(world.letters_to(BEN), ["notice-lapsed"]);
    }
}

#[test]
fn a_yes_to_that_begins_them_anew_and_they_are_reminded_of() {
    let mut world = ended_by_ben();
    world.says(BEN, None, vec![Act::Resume]);
    world.sent.clear();
    answers(&mut world, ANA, ANEW, Act::Accept(AcceptTerms::default()));
    assert_eq!(*stage_anew(&world), Stage::Meeting);
    world.sent.clear();
    world.run_to("2027-01-07T14:00:00Z");
    assert_eq!(world.letters_to(BEN), ["reminder", "followup"]);
    assert_eq!(world.letters_to(ANA), ["reminder", "followup"]);
    let mut dates: Vec<_> = world
        .circle
        .pairings
        .values()
        .flat_map(|p| p.own_dates())
        .collect();
    let all = dates.len();
    dates.sort_unstable();
    dates.dedup();
    assert_eq!(dates.len(), all, "no day has two of their lunches");
}

#[test]
fn a_no_to_that_is_final_for_whoever_asked() {
    let mut world = ended_by_ben();
    world.says(BEN, None, vec![Act::Resume]);
    answers(&mut world, ANA, ANEW, Act::Decline);
    world.sent.clear();
    assert_eq!(
        world.invite(PairingId(21), BEN, ANA),
        Outcome::Refused("this invitation cannot be sent from here")
    );
}

/// The invitation still stands for the yes of whoever sent it.
#[test]
fn a_no_that_was_a_slip_needs_no_second_invitation() {
    let mut world = World::new();
    world.invite(FIRST, ANA, BEN);
    world.says(BEN, Some((Answering::Invitation, None)), vec![Act::Decline]);
    let yes = vec![Act::Accept(AcceptTerms::default())];
    world.says(BEN, Some((Answering::Invitation, None)), yes);
    assert_eq!(*world.stage(), Stage::Meeting);
}

#[test]
fn notes_after_an_end_come_back_with_the_reason_and_reach_nobody() {
    let mut world = World::meeting();
    let first = slot("2027-01-07T12:30:00");
    world.run_to("2027-01-07T15:00:00Z");
    world.says(BEN, None, vec![Act::End]);
    world.sent.clear();
    let about = Some((Answering::FollowUp, Some(first)));
    let outcome = world.says(ANA, about, vec![notes("the demo")]);
    assert_eq!(outcome, Outcome::Returned);
    let Body::Returned { because, .. } = world.body("returned", ANA) else {
        panic!("another letter")
    };
    assert_eq!(*because, Because::Ended);
    assert_eq!(world.letters_to(BEN), [""; 0]);
    let lunch = &world.circle.pairings[&FIRST].lunches[0];
    assert!(!lunch.by_inviter.has_notes(), "and are not kept");
    // Whoever ended it has had their last mail.
    world.says(BEN, about, vec![notes("the call")]);
    assert_eq!(world.letters_to(BEN), [""; 0]);
}

#[test]
fn notes_where_the_two_want_none_come_back_with_that_reason() {
    let mut world = World::agreed(AcceptTerms {
        no_notes: true,
        ..AcceptTerms::default()
    });
    world.run_to("2027-01-07T15:00:00Z");
    world.says(ANA, None, vec![notes("the demo")]);
    let Body::Returned { because, .. } = world.body("returned", ANA) else {
        panic!("another letter")
    };
    assert_eq!(*because, Because::NoNotes);
}
