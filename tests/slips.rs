//! Slips, told on the embedded sandbox: people who press the wrong button, change their mind, or are
//! simply not there. What is taken back stands as if it had never been said.

#[allow(
    dead_code,
    reason = "each test program uses its own part of the theatre"
)]
mod support;

use chrono::{DateTime, Utc};
use postlunch::demo::client::Habit;
use support::calendars::Entry;
use support::letters::{Kind, Received};
use support::script::BEGINNING;
use support::theatre::{Theatre, says};
use support::{ALICE, BOB, Person};

fn moment(text: &str) -> DateTime<Utc> {
    text.parse().expect("a moment")
}

/// Alice has asked Bob.
fn asked(name: &str) -> (Theatre, Received) {
    let mut theatre = Theatre::sandbox(name, BEGINNING).open();
    theatre.invite(ALICE, &[BOB.address], None);
    let invitation = theatre.take(BOB, Kind::Invitation);
    (theatre, invitation)
}

/// They meet every other Thursday, first on 7 January 2027.
fn couple(name: &str) -> (Theatre, Received) {
    let (mut theatre, invitation) = asked(name);
    let receipt = says(&mut theatre, BOB, &invitation, "Yes", Kind::ReceiptAccepted);
    (theatre, receipt)
}

fn kinds(theatre: &mut Theatre, who: Person, from: usize) -> Vec<Kind> {
    theatre.all_delivered();
    let letters = theatre.letters(who).into_iter().skip(from);
    letters.map(|letter| letter.kind).collect()
}

#[test]
fn whoever_left_a_lunch_out_can_let_it_stand_again_and_nobody_else_can() {
    let (mut theatre, _) = couple("stands");
    theatre.pass_until(moment("2027-01-06T12:00:00Z"));
    let reminder = theatre.take(BOB, Kind::Reminder);
    let off = says(
        &mut theatre,
        BOB,
        &reminder,
        "Skip this one please",
        Kind::ReceiptSkipped,
    );
    let news = theatre.take(ALICE, Kind::NoticeSkipped);
    // Not for Alice to say.
    let before = theatre.letters(BOB).len();
    theatre.answer(ALICE, &news, "Yes", Habit::Phone);
    assert_eq!(kinds(&mut theatre, BOB, before), []);

    let on = says(&mut theatre, BOB, &off, "undo", Kind::ReceiptStands);
    assert!(on.text.contains("Thursday 7 January"), "{}", on.text);
    // One mail for each of them, and both calendars have it again.
    let told = theatre.take(ALICE, Kind::NoticeStands);
    for letter in [&on, &told] {
        assert!(!Entry::of(letter).cancelled, "{}", letter.text);
    }
    // Said twice, nothing more comes of it.
    let before = theatre.letters(ALICE).len();
    theatre.answer(BOB, &off, "undo", Habit::Webmail);
    assert_eq!(kinds(&mut theatre, ALICE, before), []);
    // It takes place: both are asked how it was, and nobody is reminded twice.
    theatre.pass_until(moment("2027-01-07T15:00:00Z"));
    theatre.take(BOB, Kind::Followup);
    theatre.take(ALICE, Kind::Followup);
    let reminders = theatre.letters(BOB).into_iter();
    assert_eq!(reminders.filter(|l| l.kind == Kind::Reminder).count(), 1);
    theatre.close();
}

#[test]
fn a_lunch_whose_place_another_one_took_does_not_come_back_beside_it() {
    let (mut theatre, _) = couple("place");
    theatre.pass_until(moment("2027-01-06T12:00:00Z"));
    let reminder = theatre.take(BOB, Kind::Reminder);
    let off = says(&mut theatre, BOB, &reminder, "skip", Kind::ReceiptSkipped);
    let news = theatre.take(ALICE, Kind::NoticeSkipped);
    // Alice can't wait for the next one, and has it a day after the one that is off.
    let earlier = "Move it to 8 January at 12:30";
    theatre.answer(ALICE, &news, earlier, Habit::Webmail);
    theatre.pump();
    let before = theatre.letters(ALICE).len();
    let told = says(&mut theatre, BOB, &off, "undo", Kind::ReceiptSkipped);
    assert!(
        told.text.contains("The next one is on Friday 8 January"),
        "{}",
        told.text
    );
    assert_eq!(kinds(&mut theatre, ALICE, before), []);
    theatre.pass_until(moment("2027-01-20T23:00:00Z"));
    let lunches = theatre.letters(BOB).into_iter();
    let lunches = lunches
        .filter(|l| l.kind == Kind::Followup)
        .map(|l| l.lunch());
    assert_eq!(
        lunches.collect::<Vec<_>>(),
        ["01-08"],
        "one for that fortnight"
    );
    theatre.close();
}

/// Bob has no lunch in mind, and Alice has written about it: neither is called a liar, her words come to
/// him as ever, and what he is told is what is so.
#[test]
fn we_did_not_meet_after_the_partner_wrote_is_no_verdict() {
    let (mut theatre, _) = couple("recall");
    theatre.pass_until(moment("2027-01-07T15:00:00Z"));
    let alices = theatre.take(ALICE, Kind::Followup);
    let bobs = theatre.take(BOB, Kind::Followup);
    let words = "1. The heron demo on Friday.\n2. The ostrich mail.\n3. You asked first.";
    says(&mut theatre, ALICE, &alices, words, Kind::ReceiptNotes);
    let before = theatre.letters(ALICE).len();
    let told = says(
        &mut theatre,
        BOB,
        &bobs,
        "We didn't meet",
        Kind::ReceiptHeld,
    );
    assert!(
        told.text.contains("it stays noted as a lunch"),
        "{}",
        told.text
    );
    assert!(!told.text.contains("heron"), "{}", told.text);
    theatre.pass_until(moment("2027-01-11T15:00:00Z"));
    assert!(theatre.take(BOB, Kind::Exchange).text.contains("heron"));
    assert_eq!(
        kinds(&mut theatre, ALICE, before),
        [],
        "she hears nothing of it"
    );
    // He remembers: his notes count as anybody's.
    let notes = "1. The pelican call on Monday.\n2. None.\n3. You listened.";
    says(&mut theatre, BOB, &told, notes, Kind::ReceiptNotes);
    assert!(theatre.take(ALICE, Kind::Exchange).text.contains("pelican"));
    theatre.pass_until(moment("2027-02-02T12:00:00Z"));
    let month = theatre.take(BOB, Kind::Summary);
    assert!(month.text.contains("on the 7th"), "{}", month.text);
    assert!(month.text.contains("heron"), "{}", month.text);
    theatre.close();
}

/// His own notes, and then "we didn't meet": he is asked whether they were meant for another day.
#[test]
fn we_did_not_meet_after_ones_own_notes_asks_about_those() {
    let (mut theatre, _) = couple("own-recall");
    theatre.pass_until(moment("2027-01-07T15:00:00Z"));
    let bobs = theatre.take(BOB, Kind::Followup);
    let words = "1. The heron demo on Friday.\n2. The ostrich mail.\n3. You asked first.";
    says(&mut theatre, BOB, &bobs, words, Kind::ReceiptNotes);
    let told = says(
        &mut theatre,
        BOB,
        &bobs,
        "We didn't meet",
        Kind::ReceiptHeld,
    );
    assert!(told.text.contains("Reply \"undo\""), "{}", told.text);
    theatre.answer(BOB, &told, "undo", Habit::Webmail);
    theatre.pass_until(moment("2027-02-04T12:00:00Z"));
    for letter in theatre.letters(ALICE) {
        assert!(!letter.text.contains("heron"), "{}", letter.text);
    }
    let months = theatre.letters(BOB).into_iter();
    let mut months = months.filter(|l| l.kind == Kind::Summary);
    assert!(
        months.all(|l| !l.text.contains("on the 7th")),
        "not a lunch any more"
    );
    theatre.close();
}

#[test]
fn what_both_left_out_stays_off() {
    let (mut theatre, _) = couple("stays-off");
    theatre.pass_until(moment("2027-01-06T12:00:00Z"));
    let bobs = theatre.take(BOB, Kind::Reminder);
    let alices = theatre.take(ALICE, Kind::Reminder);
    let off = says(&mut theatre, BOB, &bobs, "skip", Kind::ReceiptSkipped);
    theatre.take(ALICE, Kind::NoticeSkipped);
    says(
        &mut theatre,
        ALICE,
        &alices,
        "Skip, I can't either",
        Kind::ReceiptSkipped,
    );
    let before = theatre.letters(BOB).len();
    theatre.answer(BOB, &off, "undo", Habit::Webmail);
    // He hears that it is off, so that he doesn't sit there alone.
    assert_eq!(kinds(&mut theatre, BOB, before), [Kind::ReceiptSkipped]);
    theatre.close();
}

#[test]
fn a_no_to_a_receipt_ends_nothing() {
    let (mut theatre, _) = couple("misread");
    theatre.pass_until(moment("2027-01-06T12:00:00Z"));
    let reminder = theatre.take(BOB, Kind::Reminder);
    let off = says(&mut theatre, BOB, &reminder, "skip", Kind::ReceiptSkipped);
    theatre.take(ALICE, Kind::NoticeSkipped);
    says(&mut theatre, BOB, &off, "No", Kind::Question);
    theatre.pass_until(moment("2027-01-20T12:00:00Z"));
    theatre.take(ALICE, Kind::Reminder);
    theatre.close();
}

#[test]
fn silence_is_not_counted_while_somebody_is_away() {
    let (mut theatre, invitation) = asked("away");
    let away = "I am out of the office until 18 January 2027 and will answer when I am back.";
    let marks = "Auto-Submitted: auto-replied\r\n";
    theatre.submit_answer(BOB, &invitation, away, Habit::Phone, marks);
    theatre.pump();
    // Neither reminded nor given up while the invitation lies unread.
    theatre.pass_until(moment("2027-01-18T23:00:00Z"));
    assert_eq!(kinds(&mut theatre, BOB, 0), [Kind::Invitation]);
    assert_eq!(kinds(&mut theatre, ALICE, 0), []);
    theatre.pass_until(moment("2027-01-19T12:00:00Z"));
    let again = theatre.take(BOB, Kind::InvitationReminder);
    says(
        &mut theatre,
        BOB,
        &again,
        "Yes, gladly",
        Kind::ReceiptAccepted,
    );
    theatre.close();
}

#[test]
fn whoever_wants_to_be_forgotten_hears_whom_to_write_to() {
    let (mut theatre, receipt) = couple("forget");
    let told = says(
        &mut theatre,
        BOB,
        &receipt,
        "Forget me",
        Kind::ReceiptWhoForgets,
    );
    assert!(told.text.contains('@'), "{}", told.text);
    // Also after the end, and only they hear of it.
    says(&mut theatre, BOB, &receipt, "end", Kind::ReceiptEnded);
    theatre.take(ALICE, Kind::NoticeEnded);
    let before = theatre.letters(ALICE).len();
    says(
        &mut theatre,
        BOB,
        &receipt,
        "forget me",
        Kind::ReceiptWhoForgets,
    );
    assert_eq!(kinds(&mut theatre, ALICE, before), []);
    theatre.close();
}

#[test]
fn to_go_on_where_nothing_paused_tells_nobody() {
    let (mut theatre, receipt) = couple("no-pause");
    let before = theatre.letters(ALICE).len();
    let told = says(&mut theatre, BOB, &receipt, "resume", Kind::ReceiptResumed);
    assert!(!told.text.contains("Alice knows"), "{}", told.text);
    assert_eq!(kinds(&mut theatre, ALICE, before), []);
    theatre.close();
}

#[test]
fn nobody_gets_a_fourth_mail_for_one_lunch_and_what_was_written_late_waits_to_be_asked_for() {
    let (mut theatre, _) = couple("waits");
    theatre.pass_until(moment("2027-01-07T15:00:00Z"));
    theatre.take(BOB, Kind::Reminder);
    theatre.take(ALICE, Kind::Followup);
    theatre.take(BOB, Kind::Followup);
    theatre.pass_until(moment("2027-01-08T18:00:00Z"));
    let nudge = theatre.take(ALICE, Kind::FollowupNudge);
    theatre.take(BOB, Kind::FollowupNudge);
    let words = "1. The heron demo on Friday.\n2. The ostrich mail.\n3. You asked first.";
    let receipt = says(&mut theatre, ALICE, &nudge, words, Kind::ReceiptNotes);
    assert!(
        receipt.text.contains("These wait until"),
        "{}",
        receipt.text
    );
    // Three days on nothing comes; the next reminder says that there is something, and not what.
    theatre.pass_until(moment("2027-01-20T12:00:00Z"));
    let reminder = theatre.take(BOB, Kind::Reminder);
    assert!(
        reminder
            .text
            .contains("wrote something after your lunch on 7 January")
    );
    assert!(!reminder.text.contains("heron"), "{}", reminder.text);
    let about_the_first = theatre.letters(BOB).into_iter();
    let about_the_first = about_the_first.filter(|l| l.kind == Kind::Exchange);
    assert_eq!(about_the_first.count(), 0);
    let told = says(&mut theatre, BOB, &reminder, "Share now", Kind::Exchange);
    assert!(told.text.contains("ostrich mail"), "{}", told.text);
    // Asked for once, it is read; the next reminder has nothing to say of it.
    theatre.pass_until(moment("2027-02-03T12:00:00Z"));
    let reminder = theatre.take(BOB, Kind::Reminder);
    assert!(
        !reminder.text.contains("wrote something"),
        "{}",
        reminder.text
    );
    theatre.close();
}

#[test]
fn whoever_writes_after_all_reads_what_waited() {
    let (mut theatre, _) = couple("waited");
    theatre.pass_until(moment("2027-01-08T18:00:00Z"));
    let alices = theatre.take(ALICE, Kind::FollowupNudge);
    let bobs = theatre.take(BOB, Kind::FollowupNudge);
    says(
        &mut theatre,
        ALICE,
        &alices,
        "1. The heron demo.",
        Kind::ReceiptNotes,
    );
    theatre.pass_until(moment("2027-01-14T12:00:00Z"));
    says(
        &mut theatre,
        BOB,
        &bobs,
        "1. The pelican call.",
        Kind::ReceiptNotes,
    );
    let told = theatre.take(BOB, Kind::Exchange);
    assert!(told.text.contains("heron"), "{}", told.text);
    let told = theatre.take(ALICE, Kind::Exchange);
    assert!(told.text.contains("pelican"), "{}", told.text);
    theatre.close();
}

#[test]
fn a_friendly_word_in_one_language_is_no_command_in_another() {
    let (mut theatre, receipt) = couple("fine");
    for word in [
        "Fine",
        "Fine, thanks",
        "Bene",
        "Gut",
        "Super",
        "Perfect",
        "Bien",
        "Goed",
        "Ok",
    ] {
        theatre.answer(BOB, &receipt, word, Habit::Phone);
    }
    theatre.all_delivered();
    let letters = theatre.letters(ALICE);
    assert!(letters.iter().all(|l| l.kind != Kind::NoticeEnded));
    theatre.close();
}

#[test]
fn what_stands_below_a_goal_is_no_part_of_it() {
    let (mut theatre, receipt) = couple("below");
    let words = "goal: speaking up\nworst: you shouted at Dan and cried";
    theatre.answer(BOB, &receipt, words, Habit::Webmail);
    theatre.take(BOB, Kind::Question);
    says(
        &mut theatre,
        BOB,
        &receipt,
        "goal: speaking up\nstop",
        Kind::ReceiptStopped,
    );
    for letter in theatre.letters(ALICE) {
        assert!(!letter.text.contains("shouted"), "{}", letter.text);
    }
    theatre.close();
}

#[test]
fn notes_that_were_read_are_not_rewritten_from_the_next_reminder() {
    let (mut theatre, _) = couple("rewrite");
    theatre.pass_until(moment("2027-01-07T15:00:00Z"));
    theatre.take(BOB, Kind::Reminder);
    for who in [ALICE, BOB] {
        let followup = theatre.take(who, Kind::Followup);
        let notes = "1. The heron demo.\n2. The ostrich mail.\n3. You asked first.";
        says(&mut theatre, who, &followup, notes, Kind::ReceiptNotes);
    }
    theatre.take(ALICE, Kind::Exchange);
    theatre.pass_until(moment("2027-01-20T12:00:00Z"));
    let reminder = theatre.take(BOB, Kind::Reminder);
    let before = theatre.letters(ALICE).len();
    theatre.answer(BOB, &reminder, "Best: the pelican call", Habit::Webmail);
    theatre.take(BOB, Kind::ReceiptJotted);
    theatre.answer(BOB, &reminder, "worst: you shouted", Habit::Webmail);
    assert_eq!(kinds(&mut theatre, ALICE, before), []);
    theatre.close();
}

#[test]
fn a_lunch_left_out_within_a_pause_stays_off_when_the_pause_ends() {
    let (mut theatre, receipt) = couple("within");
    theatre.pass_until(moment("2027-01-06T12:00:00Z"));
    let reminder = theatre.take(BOB, Kind::Reminder);
    let alices = theatre.take(ALICE, Kind::Reminder);
    let paused = says(
        &mut theatre,
        ALICE,
        &alices,
        "pause until 1 March",
        Kind::ReceiptPaused,
    );
    let off = says(&mut theatre, BOB, &reminder, "skip", Kind::ReceiptSkipped);
    theatre.take(ALICE, Kind::NoticeSkipped);
    // Nor does a move in answer to it touch another lunch, nor his undo the pause.
    let resting = says(&mut theatre, BOB, &off, "undo", Kind::ReceiptPaused);
    assert!(resting.text.contains("1 March"), "{}", resting.text);
    theatre.answer(BOB, &reminder, "move to Friday 12:30", Habit::Webmail);
    theatre.take(BOB, Kind::Question);
    says(&mut theatre, BOB, &reminder, "skip", Kind::ReceiptSkipped);
    says(&mut theatre, ALICE, &paused, "resume", Kind::ReceiptResumed);
    theatre.pass_until(moment("2027-01-07T16:00:00Z"));
    let about = theatre.letters(BOB).into_iter();
    assert_eq!(about.filter(|l| l.kind == Kind::Followup).count(), 0);
    drop(receipt);
    theatre.close();
}

#[test]
fn a_question_about_the_notes_goes_to_the_partner_and_moves_no_lunch() {
    let (mut theatre, _) = couple("talk");
    theatre.pass_until(moment("2027-01-07T15:00:00Z"));
    for who in [ALICE, BOB] {
        let followup = theatre.take(who, Kind::Followup);
        says(
            &mut theatre,
            who,
            &followup,
            "1. The heron demo.",
            Kind::ReceiptNotes,
        );
    }
    let told = theatre.take(BOB, Kind::Exchange);
    theatre.answer(
        BOB,
        &told,
        "Can we talk about it on Friday?",
        Habit::Webmail,
    );
    let heard = theatre.take(ALICE, Kind::NoticeRelayed);
    assert!(
        heard.text.contains("talk about it on Friday"),
        "{}",
        heard.text
    );
    theatre.close();
}

#[test]
fn a_yes_to_something_else_brings_nobody_back() {
    let (mut theatre, receipt) = couple("left");
    let bobs = says(&mut theatre, BOB, &receipt, "pass it on", Kind::PassItOn);
    says(&mut theatre, BOB, &receipt, "end", Kind::ReceiptEnded);
    theatre.take(ALICE, Kind::NoticeEnded);
    let before = theatre.letters(ALICE).len();
    theatre.answer(BOB, &bobs, "Yes please", Habit::Webmail);
    assert_eq!(kinds(&mut theatre, ALICE, before), []);
    theatre.close();
}

#[test]
fn a_day_that_does_not_suit_is_no_no() {
    let (mut theatre, invitation) = asked("day");
    let words = "Thursdays don't work for me.";
    says(&mut theatre, BOB, &invitation, words, Kind::Question);
    theatre.close();
}

#[test]
fn an_undo_that_comes_too_late_ends_nobody_s_pause() {
    let (mut theatre, receipt) = couple("late-undo");
    theatre.pass_until(moment("2027-01-06T12:00:00Z"));
    let reminder = theatre.take(BOB, Kind::Reminder);
    let off = says(&mut theatre, BOB, &reminder, "skip", Kind::ReceiptSkipped);
    theatre.take(ALICE, Kind::NoticeSkipped);
    // Other days take the place of what was skipped, and Alice pauses.
    let days = "Tuesdays at 12:30 from now on, please";
    theatre.answer(BOB, &receipt, days, Habit::Webmail);
    let news = theatre.take(ALICE, Kind::NoticeAccepted);
    let until = "pause until 1 March";
    says(&mut theatre, ALICE, &news, until, Kind::ReceiptPaused);
    let told = says(&mut theatre, BOB, &off, "undo", Kind::ReceiptPaused);
    assert!(told.text.contains("1 March"), "{}", told.text);
    let before = theatre.letters(ALICE).len();
    theatre.pass_until(moment("2027-02-20T12:00:00Z"));
    let reminded = kinds(&mut theatre, ALICE, before);
    assert!(!reminded.contains(&Kind::Reminder), "{reminded:?}");
    theatre.close();
}

#[test]
fn undo_takes_back_what_its_letter_tells_of_and_never_notes_beside_it() {
    let (mut theatre, begun) = couple("which-undo");
    theatre.pass_until(moment("2027-01-07T15:00:00Z"));
    let followup = theatre.take(BOB, Kind::Followup);
    let words = "1. the pelican call\n2. none\n3. none";
    says(&mut theatre, BOB, &followup, words, Kind::ReceiptNotes);
    // A goal is told; then that is regretted. He hears how it is given up, and the notes stay.
    let goal = says(
        &mut theatre,
        BOB,
        &begun,
        "goal: speak slower",
        Kind::ReceiptGoal,
    );
    says(&mut theatre, BOB, &goal, "undo", Kind::ReceiptGoals);
    // A pause is what its receipt tells of.
    let paused = says(
        &mut theatre,
        BOB,
        &begun,
        "pause until 1 March",
        Kind::ReceiptPaused,
    );
    says(&mut theatre, BOB, &paused, "undo", Kind::ReceiptResumed);
    let alices = theatre.take(ALICE, Kind::Followup);
    theatre.answer(ALICE, &alices, words, Habit::Webmail);
    let read = theatre.take(ALICE, Kind::Exchange);
    assert!(read.text.contains("the pelican call"), "{}", read.text);
    theatre.close();
}

#[test]
fn whoever_wants_a_page_for_the_table_gets_it_from_any_letter() {
    let (mut theatre, begun) = couple("any-letter");
    theatre.answer(BOB, &begun, "goal: speak slower", Habit::Phone);
    theatre.pass_until(moment("2027-01-07T15:00:00Z"));
    let followup = theatre.take(ALICE, Kind::Followup);
    let words = "1. the pelican call\n2. none\n3. none";
    says(&mut theatre, ALICE, &followup, words, Kind::ReceiptNotes);
    theatre.pass_until(moment("2027-02-01T12:00:00Z"));
    let summary = theatre.take(BOB, Kind::Summary);
    says(&mut theatre, BOB, &summary, "card", Kind::LunchCard);
    theatre.close();
}

#[test]
fn whoever_was_asked_twice_gets_nothing_pushed_at_them() {
    let (mut theatre, _) = couple("pushed");
    theatre.pass_until(moment("2027-01-08T15:00:00Z"));
    theatre.take(ALICE, Kind::FollowupNudge);
    let nudge = theatre.take(BOB, Kind::FollowupNudge);
    let words = "1. the pelican call\n2. none\n3. none";
    let noted = says(&mut theatre, BOB, &nudge, words, Kind::ReceiptNotes);
    assert!(noted.text.contains("wait until Alice"), "{}", noted.text);
    let still = says(&mut theatre, BOB, &noted, "share now", Kind::ReceiptNotes);
    assert!(still.text.contains("wait until Alice"), "{}", still.text);
    let before = theatre.letters(ALICE).len();
    theatre.pass_until(moment("2027-01-19T15:00:00Z"));
    assert_eq!(kinds(&mut theatre, ALICE, before), []);
    theatre.close();
}

#[test]
fn nobody_is_asked_again_for_words_that_were_read_and_then_taken_out() {
    let (mut theatre, _) = couple("taken-out");
    theatre.pass_until(moment("2027-01-07T15:00:00Z"));
    let followup = theatre.take(ALICE, Kind::Followup);
    let words = "1. the pelican call\n2. none\n3. none";
    let noted = says(&mut theatre, ALICE, &followup, words, Kind::ReceiptNotes);
    theatre.answer(ALICE, &noted, "share now", Habit::Phone);
    let told = theatre.take(BOB, Kind::Exchange);
    says(&mut theatre, BOB, &told, "remove 1", Kind::ReceiptRemoved);
    let before = (theatre.letters(ALICE).len(), theatre.letters(BOB).len());
    theatre.pass_until(moment("2027-01-19T15:00:00Z"));
    assert_eq!(kinds(&mut theatre, ALICE, before.0), []);
    assert_eq!(kinds(&mut theatre, BOB, before.1), []);
    theatre.close();
}

#[test]
fn whoever_remembers_no_lunch_reads_of_it_when_its_time_is_over() {
    let (mut theatre, _) = couple("no-lunch");
    theatre.pass_until(moment("2027-01-07T15:00:00Z"));
    let words = "1. the pelican call\n2. none\n3. none";
    let followup = theatre.take(ALICE, Kind::Followup);
    says(&mut theatre, ALICE, &followup, words, Kind::ReceiptNotes);
    let followup = theatre.take(BOB, Kind::Followup);
    theatre.answer(BOB, &followup, "We didn't meet", Habit::Phone);
    let before = theatre.letters(BOB).len();
    theatre.pass_until(moment("2027-01-09T15:00:00Z"));
    assert!(!kinds(&mut theatre, BOB, before).contains(&Kind::Exchange));
    theatre.pass_until(moment("2027-01-11T15:00:00Z"));
    theatre.take(BOB, Kind::Exchange);
    theatre.close();
}

#[test]
fn a_moment_is_shown_before_the_lunch_that_its_receipt_names_and_again_if_that_is_left_out() {
    let (mut theatre, _) = couple("named-lunch");
    theatre.pass_until(moment("2027-01-06T12:00:00Z"));
    let reminder = theatre.take(BOB, Kind::Reminder);
    let jotted = says(
        &mut theatre,
        BOB,
        &reminder,
        "best: the pelican call",
        Kind::ReceiptJotted,
    );
    assert!(jotted.text.contains("21 January"), "{}", jotted.text);
    theatre.pass_until(moment("2027-01-20T12:00:00Z"));
    let reminder = theatre.take(BOB, Kind::Reminder);
    assert!(reminder.text.contains("pelican"), "{}", reminder.text);
    says(&mut theatre, BOB, &reminder, "skip", Kind::ReceiptSkipped);
    theatre.pass_until(moment("2027-02-03T12:00:00Z"));
    let reminder = theatre.take(BOB, Kind::Reminder);
    assert!(reminder.text.contains("pelican"), "{}", reminder.text);
    theatre.close();
}
