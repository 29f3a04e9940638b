//! Leave to quote, and how whoever asked for it hears that it is over.

use super::*;

const LUNCH: &str = "2027-01-07T12:30:00";

/// Both have written about the first lunch, and Ana has asked whether she may quote Ben's best moment.
fn asked_to_quote() -> World {
    let mut world = World::meeting();
    world.run_to("2027-01-07T15:00:00Z");
    let about = Some((Answering::FollowUp, Some(slot(LUNCH))));
    world.says(ANA, about, vec![notes("the demo")]);
    world.says(BEN, about, vec![notes("the call")]);
    let quote = Act::Command {
        name: CommandName::Quote,
        arguments: "1".into(),
    };
    world.says(
        ANA,
        Some((Answering::Exchange, Some(slot(LUNCH)))),
        vec![quote],
    );
    let Body::Receipt(Receipt::Quote { state, .. }) = world.body("receipt-quote", ANA) else {
        panic!("another receipt")
    };
    assert_eq!(*state, postlunch::lunch::letter::QuoteState::Asked);
    world.sent.clear();
    world
}

fn undo() -> Act {
    Act::Command {
        name: CommandName::Undo,
        arguments: String::new(),
    }
}

#[test]
fn whoever_asked_hears_that_the_words_were_taken_back() {
    let mut world = asked_to_quote();
    let about = Some((Answering::FollowUp, Some(slot(LUNCH))));
    world.says(BEN, about, vec![undo()]);
    let Body::Notice(Notice::QuoteAnswered {
        words,
        permission,
        taken_back,
    }) = world.body("notice-quote", ANA)
    else {
        panic!("another notice")
    };
    assert_eq!(*permission, Permission::Refused);
    assert_eq!(*taken_back, Some("2027-01-07".parse().unwrap()));
    assert!(words.is_none(), "what was taken back is not told again");
    assert_eq!(world.letters_to(BEN), ["receipt-undone"]);
}

#[test]
fn nobody_hears_of_a_leave_that_nobody_asked_for() {
    let mut world = asked_to_quote();
    let about = Some((Answering::FollowUp, Some(slot(LUNCH))));
    // Ben has asked for nothing of Ana's.
    world.says(ANA, about, vec![undo()]);
    assert_eq!(world.letters_to(BEN), [""; 0]);
}

#[test]
fn words_that_are_put_right_end_the_leave_and_the_new_exchange_says_so() {
    let mut world = asked_to_quote();
    let correction = |section, words: &str| Act::Correction {
        section: Some(section),
        words: Some(words.to_owned().into()),
    };
    let about = Some((Answering::FollowUp, Some(slot(LUNCH))));
    world.says(BEN, about, vec![correction(Section::Worst, "the retro")]);
    let unquoted = |world: &World| match world.body("exchange", ANA) {
        Body::Exchange { unquoted, .. } => *unquoted,
        _ => panic!("another letter"),
    };
    assert!(!unquoted(&world), "that one was not asked about");
    world.says(
        BEN,
        about,
        vec![correction(Section::Best, "the other call")],
    );
    assert!(unquoted(&world));
    assert_eq!(world.letters_to(ANA), ["exchange", "exchange"]);
}
