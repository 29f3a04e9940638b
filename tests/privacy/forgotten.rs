//! Whoever is forgotten is so in what their partners keep too.

use super::stage::{ALICE, BOB, CARA, Stage};
use super::{SMALL, count, letter, lunch, one_line, taken_up, until};
use chrono::TimeDelta;
use postlunch::daemon::request::{Reply, Request};
use postlunch::words::address::Address;

/// Alice brought Bob in, and Bob Cara: Alice reads that a pair grew, never who, and not that once Cara is forgotten.
#[tokio::test]
async fn whoever_came_through_a_partner_is_told_by_no_name_and_forgotten_by_no_count() {
    let mut stage = Stage::set().await;
    stage.meeting().await;
    lunch(&mut stage, "01-07", SMALL, SMALL).await;
    let asked = stage.invite(format!("Bob <{BOB}>"), format!("Cara <{CARA}>"));
    asked.await.expect("an invitation");
    let invitation = stage.latest(CARA);
    stage.answers(CARA, &invitation, "Yes").await;
    let receipt = letter(&stage, CARA, "I read that as: yes");
    assert!(
        !one_line(&receipt).contains("Alice"),
        "Bob's is his to tell"
    );
    let any = letter(&stage, ALICE, "Bob");
    stage.answers(ALICE, &any, "fabric").await;
    assert_eq!(
        count(&stage, ALICE, "more pair"),
        0,
        "they have not met yet"
    );
    until(&stage, "2027-01-14T15:00:00Z").await;
    let prompts = letter(&stage, CARA, "How was it? Reply");
    stage.answers(CARA, &prompts, SMALL).await;
    stage.answers(ALICE, &any, "fabric").await;
    let grown = letter(&stage, ALICE, "From it, one more pair has lunch.");
    let picture = grown.html.as_deref().expect("HTML");
    assert!(picture.contains("<img") && !picture.contains("Cara"));

    for id in ["a", "b"] {
        let forget = Request::Person {
            address: CARA.to_owned(),
            forget: true,
            id: id.to_owned(),
        };
        stage.ask(forget).await;
        stage.pass(TimeDelta::hours(1)).await;
    }
    stage.answers(ALICE, &any, "Fabric").await;
    assert_eq!(count(&stage, ALICE, "Here are your threads"), 3);
    let threads = one_line(&letter(&stage, ALICE, "Here are your threads"));
    assert!(!threads.contains("more pair"), "{threads}");
    until(&stage, "2027-02-03T12:00:00Z").await;
    letter(&stage, ALICE, "Nobody else gets this");
    assert_eq!(count(&stage, ALICE, "Cara"), 0);
    let (of_two, of_none, _) = kept_with_alice(&mut stage).await;
    assert!(!of_two.contains("Cara") && !of_none.contains("Cara"));
    stage.strike().await;
}

/// What is kept with Alice: the texts of her letters, those about no pairing apart, and her goals.
async fn kept_with_alice(stage: &mut Stage) -> (String, String, String) {
    stage.stop().await;
    let ledger = stage.kept();
    let address = Address::parse(ALICE).expect("an address");
    let alice = ledger.person_at(&address).expect("a store").expect("Alice");
    let (mut of_two, mut of_none) = (String::new(), String::new());
    for row in ledger.letters_to(alice) {
        let row = row.expect("a row");
        let letter = ledger.letter(row).expect("readable").expect("there");
        let texts = match letter.pairing {
            Some(_) => &mut of_two,
            None => &mut of_none,
        };
        texts.push_str(letter.subject.reveal());
        texts.push_str(letter.text.reveal());
    }
    let person = ledger.person(alice).expect("readable").expect("Alice");
    let goals = person.goals.iter().map(|goal| goal.words.reveal().clone());
    let goals = goals.collect::<Vec<_>>().join(" ");
    ledger.store.close().expect("closed");
    stage.start().await;
    (of_two, of_none, goals)
}

#[tokio::test]
async fn words_of_whoever_is_forgotten_go_from_the_letters_of_their_partners() {
    let his = "1. The pelican call.\n2. The vulture mail.\n3. You drown the walrus.";
    let (mut stage, told) = taken_up(his).await;
    until(&stage, "2027-02-03T12:00:00Z").await;
    let month = letter(&stage, ALICE, "Nobody else gets this");
    assert!(month.text.contains("pelican") && month.text.contains("vulture"));

    let (of_two, of_none, goals) = kept_with_alice(&mut stage).await;
    assert!(of_two.contains("pelican") && of_two.contains("vulture"));
    assert!(of_none.contains("Nobody else gets this"), "{of_none}");
    for word in ["pelican", "vulture", "Bob"] {
        assert!(!of_none.contains(word), "{word} outlives its writer");
    }
    assert!(goals.contains("walrus"));

    let forget = |id: &str| Request::Person {
        address: BOB.to_owned(),
        forget: true,
        id: id.to_owned(),
    };
    stage.ask(forget("a")).await;
    stage.pass(TimeDelta::hours(1)).await;
    let forgotten = stage.ask(forget("b")).await;
    assert!(matches!(forgotten, Reply::Done { .. }), "{forgotten:?}");
    let (of_two, of_none, goals) = kept_with_alice(&mut stage).await;
    let all = [of_two.as_str(), &of_none, &goals].concat();
    for word in ["pelican", "vulture", "walrus", "Bob"] {
        assert!(!all.contains(word), "{word} is still kept");
    }
    assert!(of_two.contains("Cara"), "and what Cara told is there");

    // The goal that stood in his words has ended with them: no letter tells an empty place.
    until(&stage, "2027-03-05T12:00:00Z").await;
    letter(&stage, ALICE, "speaks first");
    assert_eq!(count(&stage, ALICE, "(forgotten)"), 0);

    // An answer to such a letter still finds home.
    stage.answers(ALICE, &told, "stop").await;
    letter(&stage, ALICE, "This is the last mail you get from here");
    stage.strike().await;
}
