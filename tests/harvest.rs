//! What grows from lunches, told on the embedded sandbox: goals and what is seen of them, the exchange
//! and what is put right in it, the moment jar.

#[allow(
    dead_code,
    reason = "each test program uses its own part of the theatre"
)]
mod support;

use chrono::{DateTime, Utc};
use postlunch::demo::client::Habit;
use std::collections::BTreeMap;
use support::letters::{Kind, Received, holds, lacks};
use support::script::BEGINNING;
use support::theatre::{Theatre, says};
use support::{ALICE, BOB, CARA, DAN};

fn moment(text: &str) -> DateTime<Utc> {
    text.parse().expect("a moment")
}

/// Alice and Bob meet every other Thursday, first on 7 January 2027. Returns Bob's receipt too, which
/// asks him for a goal.
fn couple(name: &str) -> (Theatre, Received) {
    let mut theatre = Theatre::sandbox(name, BEGINNING).open();
    theatre.invite(ALICE, &[BOB.address], None);
    let invitation = theatre.take(BOB, Kind::Invitation);
    theatre.answer(BOB, &invitation, "Yes", Habit::Phone);
    let receipt = theatre.take(BOB, Kind::ReceiptAccepted);
    (theatre, receipt)
}

/// Notes of both after the lunch that has just been followed up; brings them the exchange.
fn both_write(theatre: &mut Theatre, alices: &str, bobs: &str) -> (Received, Received) {
    let followup = theatre.take(ALICE, Kind::Followup);
    let receipt = says(theatre, ALICE, &followup, alices, Kind::ReceiptNotes);
    let followup = theatre.take(BOB, Kind::Followup);
    says(theatre, BOB, &followup, bobs, Kind::ReceiptNotes);
    (receipt, theatre.take(BOB, Kind::Exchange))
}

const SMALL: &str = "1. The demo on Friday.\n2. The mail at midnight.\n3. You asked first.";

#[test]
fn goals_are_told_put_another_way_watched_and_reached() {
    let (mut theatre, receipt) = couple("goals");
    let goal = "Handing things over sooner";
    let receipt = says(&mut theatre, BOB, &receipt, goal, Kind::ReceiptGoal);
    let more = "another goal: Asking for help before lunch";
    let receipt = says(&mut theatre, BOB, &receipt, more, Kind::ReceiptGoal);
    holds(
        &receipt,
        &[goal, "Asking for help before lunch", "Number 2"],
    );
    let other_words = "goal 2: Asking for help in the morning";
    let receipt = says(&mut theatre, BOB, &receipt, other_words, Kind::ReceiptGoal);
    holds(&receipt, &["Asking for help in the morning", goal]);
    lacks(&receipt, &["before lunch"]);

    // What Alice said she'd watch comes back to her.
    theatre.pass_until(moment("2027-01-06T12:00:00Z"));
    let reminder = theatre.take(ALICE, Kind::Reminder);
    holds(&reminder, &[goal, "Asking for help in the morning"]);
    theatre.take(BOB, Kind::Reminder);

    // Her note goes to one of the two goals, and she can put it with the other one.
    theatre.pass_until(moment("2027-01-07T15:00:00Z"));
    let followup = theatre.take(ALICE, Kind::Followup);
    let seen =
        "1. The demo on Friday.\n2. The mail at midnight.\n3. You asked Dan for help on Monday.";
    let noted = says(&mut theatre, ALICE, &followup, seen, Kind::ReceiptNotes);
    holds(&noted, &["Focus: Asking for help", "Goal 1"]);
    let noted = says(&mut theatre, ALICE, &noted, "goal 1", Kind::ReceiptNotes);
    holds(&noted, &["Focus: Handing things over sooner", "Goal 2"]);

    // Alice has told no goal: what Bob writes is one that she may take up.
    let followup = theatre.take(BOB, Kind::Followup);
    let bobs = "1. The outage call on Tuesday.\n2. The retro.\n3. Influencing the client earlier.";
    says(&mut theatre, BOB, &followup, bobs, Kind::ReceiptNotes);
    let told = theatre.take(ALICE, Kind::Exchange);
    holds(&told, &["Influencing the client earlier", "take it up"]);
    let taken = says(&mut theatre, ALICE, &told, "Take it up", Kind::ReceiptGoal);
    holds(&taken, &["Influencing the client earlier"]);

    // One goal is reached because Alice sees it too, the other because she says nothing.
    let called = says(
        &mut theatre,
        BOB,
        &receipt,
        "achieved 1",
        Kind::ReceiptAchieved,
    );
    holds(&called, &[goal]);
    let asked = theatre.take(ALICE, Kind::GoalReached);
    holds(&asked, &[goal]);
    lacks(&asked, &["Asking for help"]);
    let agreed = "Yes! You gave Erin the pager.";
    says(&mut theatre, ALICE, &asked, agreed, Kind::ReceiptAgreed);
    let told = theatre.take(BOB, Kind::NoticeGoalAnswered);
    holds(&told, &[goal, "You gave Erin the pager"]);
    says(
        &mut theatre,
        BOB,
        &called,
        "achieved",
        Kind::ReceiptAchieved,
    );
    let asked = theatre.take(ALICE, Kind::GoalReached);
    holds(&asked, &["Asking for help in the morning"]);
    theatre.pass_until(moment("2027-01-20T12:00:00Z"));
    holds(
        &theatre.take(BOB, Kind::Reminder),
        &["Influencing the client earlier", "Asking for help"],
    );

    theatre.take(ALICE, Kind::Reminder);
    theatre.pass_until(moment("2027-02-03T12:00:00Z"));
    let month = theatre.take(BOB, Kind::Summary);
    holds(
        &month,
        &[goal, "and Alice agreed", "Asking for help in the morning"],
    );
    let month = theatre.take(ALICE, Kind::Summary);
    holds(&month, &["Influencing the client earlier"]);
    lacks(
        &theatre.take(ALICE, Kind::Reminder),
        &[goal, "Asking for help"],
    );
    theatre.close();
}

#[test]
fn a_goal_may_stay_open_be_joined_again_and_be_given_up() {
    let (mut theatre, receipt) = couple("goals-open");
    let receipt = says(&mut theatre, BOB, &receipt, "Listening", Kind::ReceiptGoal);
    let request = theatre.take(BOB, Kind::CalendarRequest);
    let receipt_two = says(
        &mut theatre,
        BOB,
        &request,
        "goal: Speaking up",
        Kind::ReceiptGoal,
    );
    holds(&receipt_two, &["Listening", "keep both"]);
    let all = says(
        &mut theatre,
        BOB,
        &receipt_two,
        "Keep both",
        Kind::ReceiptGoals,
    );
    holds(&all, &["Listening", "Speaking up", "Number 2"]);
    says(
        &mut theatre,
        BOB,
        &receipt,
        "achieved: speaking up",
        Kind::ReceiptAchieved,
    );
    let asked = theatre.take(ALICE, Kind::GoalReached);
    says(&mut theatre, ALICE, &asked, "Not yet", Kind::ReceiptAgreed);
    holds(&theatre.take(BOB, Kind::NoticeGoalAnswered), &["Not yet"]);
    let all = says(&mut theatre, BOB, &receipt, "drop 1", Kind::ReceiptGoals);
    holds(&all, &["given up", "Speaking up"]);
    theatre.pass_until(moment("2027-01-06T12:00:00Z"));
    let reminder = theatre.take(ALICE, Kind::Reminder);
    holds(&reminder, &["Speaking up"]);
    lacks(&reminder, &["Listening"]);
    theatre.close();
}

#[test]
fn a_point_can_be_put_right_or_taken_out_at_any_time() {
    let (mut theatre, _) = couple("removal");
    theatre.pass_until(moment("2027-01-07T15:00:00Z"));
    let (receipt, exchange) = both_write(&mut theatre, SMALL, SMALL);
    let told = theatre.take(ALICE, Kind::Exchange);
    // Alice takes back what she wrote; Bob has read it and is told.
    let receipt = says(
        &mut theatre,
        ALICE,
        &receipt,
        "Please remove the second point",
        Kind::ReceiptNotes,
    );
    lacks(&receipt, &["midnight"]);
    let corrected = theatre.take(BOB, Kind::Exchange);
    lacks(&corrected, &["midnight"]);
    holds(&corrected, &["demo on Friday"]);
    // Bob has a point about himself taken out; Alice gets no mail about it.
    let before = theatre.letters(ALICE).len();
    says(
        &mut theatre,
        BOB,
        &exchange,
        "remove 3",
        Kind::ReceiptRemoved,
    );
    theatre.pass_until(moment("2027-02-02T12:00:00Z"));
    let month = theatre.take(BOB, Kind::Summary);
    holds(&month, &["demo on Friday"]);
    lacks(&month, &["midnight", "You asked first"]);
    let month = theatre.take(ALICE, Kind::Summary);
    holds(&month, &["midnight", "You asked first"]);
    let since = theatre.letters(ALICE).split_off(before);
    assert!(
        since.iter().all(|l| l.kind != Kind::Exchange),
        "she hears nothing of it"
    );
    holds(&told, &["midnight"]);
    theatre.close();
}

#[test]
fn from_the_fourth_lunch_a_moment_is_asked_for_its_when_but_never_twice_in_a_row() {
    let (mut theatre, _) = couple("hint");
    let lunches = ["01-07", "01-21", "02-04", "02-18", "03-04", "03-18"];
    let hinted = [false, false, false, true, false, true];
    for (day, hinted) in lunches.iter().zip(hinted) {
        theatre.pass_until(moment(&format!("2027-{day}T15:00:00Z")));
        let followup = theatre.take(ALICE, Kind::Followup);
        let vague = "1. Your calm.\n2. None.\n3. You listen.";
        let receipt = says(&mut theatre, ALICE, &followup, vague, Kind::ReceiptNotes);
        let asks = receipt.text.contains("When was that best moment?");
        assert_eq!(asks, hinted, "{day}: {}", receipt.text);
    }
    theatre.close();
}

#[test]
fn a_moment_in_the_jar_comes_back_before_lunch_to_its_writer_alone() {
    let (mut theatre, receipt) = couple("jar");
    let best = "best: how you handled the pelican call";
    let put = says(&mut theatre, BOB, &receipt, best, Kind::ReceiptJotted);
    holds(&put, &["how you handled the pelican call", "7 January"]);
    let second = says(
        &mut theatre,
        BOB,
        &receipt,
        "Best: the walrus demo",
        Kind::ReceiptJotted,
    );
    says(&mut theatre, BOB, &second, "undo", Kind::ReceiptForgotten);
    theatre.pass_until(moment("2027-01-06T12:00:00Z"));
    let reminder = theatre.take(BOB, Kind::Reminder);
    holds(&reminder, &["how you handled the pelican call"]);
    lacks(&reminder, &["walrus"]);
    let later = says(
        &mut theatre,
        BOB,
        &reminder,
        "best: the heron review",
        Kind::ReceiptJotted,
    );
    holds(&later, &["heron"]);
    theatre.pass_until(moment("2027-01-20T12:00:00Z"));
    let reminder = theatre.take(BOB, Kind::Reminder);
    holds(&reminder, &["heron"]);
    lacks(&reminder, &["pelican"]);
    for letter in theatre.letters(ALICE) {
        lacks(&letter, &["pelican", "heron", "walrus"]);
    }
    let log = theatre.log();
    assert!(!log.contains("pelican") && !log.contains("heron"));
    theatre.close();
}

#[test]
fn a_good_word_is_quoted_only_as_its_speaker_says() {
    let (mut theatre, _) = couple("quotes");
    for day in ["01-07", "01-21"] {
        theatre.pass_until(moment(&format!("2027-{day}T15:00:00Z")));
        let notes = format!("1. The demo of the {day}.\n2. The ostrich mail.\n3. You asked first.");
        both_write(&mut theatre, &notes, &notes);
    }
    theatre.pass_until(moment("2027-02-02T12:00:00Z"));
    let month = theatre.take(ALICE, Kind::Summary);
    holds(&month, &["Number 2", "quote 1"]);
    let receipt = says(&mut theatre, ALICE, &month, "quote 2", Kind::ReceiptQuote);
    holds(&receipt, &["The demo of the 01-21", "asked Bob"]);
    let asked = theatre.take(BOB, Kind::Permission);
    holds(&asked, &["The demo of the 01-21", "21 January"]);
    lacks(&asked, &["01-07", "ostrich"]);
    // Asked once, whatever Alice does.
    let again = says(&mut theatre, ALICE, &month, "quote 2", Kind::ReceiptQuote);
    holds(&again, &["ask only once"]);
    let answer = "Yes, without my name";
    holds(
        &says(&mut theatre, BOB, &asked, answer, Kind::ReceiptPermission),
        &["without your name"],
    );
    holds(
        &theatre.take(ALICE, Kind::NoticeQuote),
        &["without the name"],
    );
    let again = says(&mut theatre, ALICE, &month, "quote 2", Kind::ReceiptQuote);
    holds(&again, &["yours to show", "without Bob's name"]);

    // A second one, by name, and taken back later.
    says(&mut theatre, ALICE, &month, "quote 1", Kind::ReceiptQuote);
    let second = theatre.take(BOB, Kind::Permission);
    says(
        &mut theatre,
        BOB,
        &second,
        "Yes, by name",
        Kind::ReceiptPermission,
    );
    holds(&theatre.take(ALICE, Kind::NoticeQuote), &["Yes, by name"]);
    says(
        &mut theatre,
        BOB,
        &second,
        "No, sorry",
        Kind::ReceiptPermission,
    );
    holds(&theatre.take(ALICE, Kind::NoticeQuote), &["Better not"]);
    let again = says(&mut theatre, ALICE, &month, "quote 1", Kind::ReceiptQuote);
    holds(&again, &["would rather not be quoted"]);
    let unknown = says(&mut theatre, ALICE, &month, "quote 7", Kind::ReceiptQuote);
    holds(&unknown, &["no best moment with that number"]);

    // From the exchange, by the number of its prompt; a worst moment never.
    let exchanges = theatre.letters(ALICE);
    let exchange = exchanges.iter().rev().find(|l| l.kind == Kind::Exchange);
    let exchange = exchange.expect("an exchange").clone();
    let never = says(
        &mut theatre,
        ALICE,
        &exchange,
        "quote 2",
        Kind::ReceiptQuote,
    );
    lacks(&never, &["ostrich"]);
    says(
        &mut theatre,
        ALICE,
        &exchange,
        "quote 3",
        Kind::ReceiptQuote,
    );
    holds(&theatre.take(BOB, Kind::Permission), &["You asked first"]);
    assert!(!theatre.log().contains("ostrich") && !theatre.log().contains("The demo of"));
    theatre.close();
}

#[test]
fn what_was_called_reached_by_a_slip_is_open_again() {
    let (mut theatre, receipt) = couple("slip");
    let goal = "Handing things over sooner";
    let receipt = says(&mut theatre, BOB, &receipt, goal, Kind::ReceiptGoal);
    let mut asked = None;
    for slip in ["undo", "Not yet, that was a slip."] {
        let called = says(
            &mut theatre,
            BOB,
            &receipt,
            "achieved",
            Kind::ReceiptAchieved,
        );
        asked = Some(theatre.take(ALICE, Kind::GoalReached));
        let before = theatre.letters(ALICE).len();
        let open = says(&mut theatre, BOB, &called, slip, Kind::ReceiptGoals);
        holds(&open, &["open again", goal]);
        theatre.all_delivered();
        assert_eq!(theatre.letters(ALICE).len(), before, "she hears nothing");
    }
    let asked = asked.expect("a question");
    let thanks = says(
        &mut theatre,
        ALICE,
        &asked,
        "Yes! You gave Erin the pager.",
        Kind::ReceiptAgreed,
    );
    holds(&thanks, &["still at it"]);
    let told = theatre.take(BOB, Kind::NoticeGoalAnswered);
    holds(
        &told,
        &[goal, "It is open by now", "You gave Erin the pager"],
    );
    theatre.close();
}

/// The cards on a board, oldest first; Dan's mailbox stands for it.
fn cards(theatre: &mut Theatre) -> Vec<Received> {
    theatre.all_delivered();
    let letters = theatre.letters(DAN).into_iter();
    letters.filter(|l| l.kind == Kind::Card).collect()
}

#[test]
fn a_board_gets_a_card_for_each_lunch_and_the_partner_s_words_only_with_their_yes() {
    let (mut theatre, receipt) = couple("board");
    let bobs_receipt = receipt.clone();
    let notice = theatre.take(ALICE, Kind::NoticeAccepted);
    let goal = "goal: The flamingo habit";
    says(&mut theatre, ALICE, &notice, goal, Kind::ReceiptGoal);
    let receipt = bobs_receipt;
    let command = format!("board: {} #feedback @bob", DAN.address);
    let asked = says(&mut theatre, BOB, &receipt, &command, Kind::BoardConfirm);
    holds(&asked, &[DAN.address, "#feedback @bob"]);
    let on = says(&mut theatre, BOB, &asked, "Yes", Kind::ReceiptBoard);
    holds(&on, &["as a card"]);

    theatre.pass_until(moment("2027-01-07T15:00:00Z"));
    let hers = "1. The heron demo on Friday.\n2. The ostrich mail.\n3. You asked first.";
    let his = "1. The pelican call on Monday.\n2. The vulture retro.\n3. You listened.";
    let (receipt, _) = both_write(&mut theatre, hers, his);
    let [card] = cards(&mut theatre).try_into().ok().expect("one card");
    assert!(
        card.mail.subject.ends_with("#feedback @bob"),
        "{}",
        card.mail.subject
    );
    holds(&card, &["pelican", "You listened"]);
    lacks(&card, &["heron", "ostrich", "vulture", "flamingo"]);
    let octets = String::from_utf8_lossy(&card.octets).into_owned();
    assert!(!octets.contains("lunch+"), "a board holds no key");

    // Alice is asked once, says yes, and puts a point right: the next cards hold her words too.
    let ask = theatre.take(ALICE, Kind::BoardAsk);
    let granted = says(&mut theatre, ALICE, &ask, "Yes", Kind::ReceiptBoardLeave);
    holds(&granted, &["stands on that board too"]);
    let better = "1. The heron demo on Thursday.";
    says(&mut theatre, ALICE, &receipt, better, Kind::ReceiptNotes);
    let all = cards(&mut theatre);
    assert_eq!(all.len(), 2);
    assert!(
        all[1].mail.subject.starts_with("Corrected: "),
        "{}",
        all[1].mail.subject
    );
    holds(&all[1], &["pelican", "heron demo on Thursday"]);
    lacks(&all[1], &["ostrich", "vulture", "Friday"]);

    // She takes it back, and later Bob ends the board.
    says(&mut theatre, ALICE, &ask, "No", Kind::ReceiptBoardLeave);
    theatre.pass_until(moment("2027-01-21T15:00:00Z"));
    both_write(&mut theatre, hers, his);
    let all = cards(&mut theatre);
    assert_eq!(all.len(), 3);
    lacks(&all[2], &["heron", "ostrich"]);
    let off = says(&mut theatre, BOB, &on, "no board", Kind::ReceiptBoard);
    holds(&off, &["No cards go to any board"]);
    theatre.pass_until(moment("2027-02-04T15:00:00Z"));
    both_write(&mut theatre, hers, his);
    assert_eq!(cards(&mut theatre).len(), 3);
    let asked = theatre.letters(ALICE).into_iter();
    assert_eq!(asked.filter(|l| l.kind == Kind::BoardAsk).count(), 1);
    theatre.close();
}

#[test]
fn after_the_third_lunch_it_is_passed_on_by_hand_alone() {
    let (mut theatre, _) = couple("pass-on");
    for day in ["01-07", "01-21", "02-04"] {
        theatre.pass_until(moment(&format!("2027-{day}T15:00:00Z")));
        both_write(&mut theatre, SMALL, SMALL);
    }
    let before = |l: &Received| l.kind == Kind::PassItOn;
    assert!(!theatre.letters(ALICE).iter().any(before));
    theatre.pass_until(moment("2027-02-10T12:00:00Z"));
    let alices = theatre.take(ALICE, Kind::PassItOn);
    let bobs = theatre.take(BOB, Kind::PassItOn);
    lacks(&bobs, &["demo on Friday", "midnight"]);

    // Alice names somebody, who says no; she can't have them asked again.
    let invite = format!("invite {}", CARA.address);
    let sent = says(&mut theatre, ALICE, &alices, &invite, Kind::ReceiptInvited);
    holds(&sent, &[CARA.address]);
    let invitation = theatre.take(CARA, Kind::Invitation);
    says(
        &mut theatre,
        CARA,
        &invitation,
        "No thanks",
        Kind::ReceiptDeclined,
    );
    theatre.take(ALICE, Kind::NoticeDeclined);
    let again = says(&mut theatre, ALICE, &alices, &invite, Kind::ReceiptInvited);
    holds(&again, &["didn't go out", "any reason"]);

    // Bob hands his on; whoever got it asks for it, and is then asked properly.
    theatre.post_answer(DAN, &bobs, "Stop");
    theatre.post_answer(DAN, &bobs, "Yes please");
    theatre.pump();
    let invitation = theatre.take(DAN, Kind::Invitation);
    holds(
        &theatre.take(BOB, Kind::ReceiptInvited),
        &[DAN.address, "handed your invitation on"],
    );
    says(&mut theatre, DAN, &invitation, "Yes", Kind::ReceiptAccepted);
    theatre.take(BOB, Kind::NoticeAccepted);

    // A third one is asked about first. Cara's no was to Alice; to Bob she may say her own.
    let many = says(&mut theatre, BOB, &bobs, &invite, Kind::ReceiptMany);
    holds(&many, &["with two colleagues", "Nobody has been asked yet"]);
    let anyway = format!("{invite} anyway");
    says(&mut theatre, BOB, &many, &anyway, Kind::ReceiptInvited);
    let invitation = theatre.take(CARA, Kind::Invitation);
    says(
        &mut theatre,
        CARA,
        &invitation,
        "No thanks",
        Kind::ReceiptDeclined,
    );

    theatre.pass_until(moment("2027-04-20T12:00:00Z"));
    for person in [ALICE, BOB] {
        let letters = theatre.letters(person);
        assert_eq!(
            letters.iter().filter(|l| before(l)).count(),
            1,
            "{}",
            person.name
        );
    }
    for person in [ALICE, BOB] {
        let mut unasked = BTreeMap::new();
        for letter in theatre.letters(person) {
            let of_a_lunch = [
                Kind::Reminder,
                Kind::Followup,
                Kind::FollowupNudge,
                Kind::Exchange,
            ];
            if of_a_lunch.contains(&letter.kind) {
                *unasked.entry(letter.lunch()).or_insert(0) += 1;
            }
        }
        assert!(unasked.values().all(|count| *count <= 3), "{unasked:?}");
    }
    let caras: Vec<Kind> = theatre.letters(CARA).iter().map(|l| l.kind).collect();
    let no = [Kind::Invitation, Kind::ReceiptDeclined];
    assert_eq!(caras, [no, no].concat());
    theatre.close();
}

#[test]
fn help_over_the_silence_fades_and_can_be_switched_off() {
    let (mut theatre, _) = couple("tips");
    theatre.pass_until(moment("2027-01-06T12:00:00Z"));
    let reminder = theatre.take(ALICE, Kind::Reminder);
    holds(
        &reminder,
        &["awkward silence", "only the best moment", "card"],
    );
    let card = says(&mut theatre, ALICE, &reminder, "card", Kind::LunchCard);
    holds(&card, &["1. Best moment", "2. Worst moment", "You begin"]);
    let bobs = theatre.take(BOB, Kind::Reminder);
    holds(&bobs, &["awkward silence", "Alice speaks first"]);
    says(&mut theatre, BOB, &bobs, "no tips", Kind::ReceiptNoTips);
    theatre.pass_until(moment("2027-01-20T12:00:00Z"));
    holds(
        &theatre.take(ALICE, Kind::Reminder),
        &["It gets easier", "Bob speaks first"],
    );
    lacks(&theatre.take(BOB, Kind::Reminder), &["It gets easier"]);
    for (day, tip) in [("02-03", true), ("02-17", false)] {
        theatre.pass_until(moment(&format!("2027-{day}T12:00:00Z")));
        let reminder = theatre.take(ALICE, Kind::Reminder);
        assert_eq!(
            reminder.text.contains("just listen"),
            tip,
            "{}",
            reminder.text
        );
    }
    theatre.close();
}

#[test]
fn an_answer_that_is_not_clear_is_asked_about_and_then_counts() {
    let (mut theatre, receipt) = couple("unclear");
    let stranger = format!("board: {}", ALICE.address);
    theatre.answer(BOB, &receipt, &stranger, Habit::Webmail);
    theatre.take(BOB, Kind::Returned);
    theatre.pass_until(moment("2027-01-07T15:00:00Z"));
    let (_, exchange) = both_write(&mut theatre, SMALL, SMALL);
    says(&mut theatre, BOB, &exchange, "quote 1", Kind::ReceiptQuote);
    let asked = theatre.take(ALICE, Kind::Permission);
    let question = says(&mut theatre, ALICE, &asked, "Hm.", Kind::Question);
    says(
        &mut theatre,
        ALICE,
        &question,
        "Yes",
        Kind::ReceiptPermission,
    );
    holds(
        &theatre.take(BOB, Kind::NoticeQuote),
        &["Yes, by name", "The demo on Friday"],
    );
    theatre.close();
}
