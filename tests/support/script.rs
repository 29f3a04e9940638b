//! The story of Alice, Bob and Cara: from the invitations to the end, over half a year.
//!
//! It is played step by step, each waiting for what the step before should have brought. What
//! everybody then has in their mailboxes is given back, to be compared with another play.

use super::calendars::{Entry, assert_half_past_twelve_all_year};
use super::letters::{Kind, Received, assert_once};
use super::theatre::Theatre;
use super::{ALICE, BOB, CARA, DAN, Person};
use chrono::{DateTime, TimeDelta, Utc};
use postlunch::demo::client::Habit;

/// When the story begins: a Monday morning in Berlin.
pub const BEGINNING: &str = "2027-01-04T08:00:00Z";

/// A word of Bob's notes that must be found nowhere but in the letters to the two of them.
pub const PLANTED: &str = "Quittenmarmelade";

/// Another one, of Alice's, with letters that every encoding writes in its own way.
pub const PLANTED_TOO: &str = "Käsespätzlepfännchen";

/// Everything that everybody got.
pub struct Mailboxes {
    /// Each with their letters, oldest first.
    pub of: Vec<(Person, Vec<Received>)>,
}

impl Mailboxes {
    /// Takes in what everybody has.
    pub fn of(theatre: &mut Theatre) -> Self {
        theatre.all_delivered();
        let people = [ALICE, BOB, CARA, DAN];
        let of = people.map(|person| (person, theatre.letters(person)));
        Self { of: of.into() }
    }

    /// Somebody's letters.
    pub fn letters(&self, person: Person) -> &[Received] {
        let found = self.of.iter().find(|(who, _)| *who == person);
        found.map_or(&[], |(_, letters)| letters)
    }

    /// How many of a kind somebody got.
    pub fn count(&self, person: Person, kind: Kind) -> usize {
        let letters = self.letters(person).iter();
        letters.filter(|letter| letter.kind == kind).count()
    }

    /// What everybody sees, as a sorted list that is the same in every play.
    pub fn sights(&self) -> Vec<(Person, Kind, String, String, String)> {
        let mut sights = Vec::new();
        for (person, letters) in &self.of {
            for letter in letters {
                let (kind, subject, text, calendar) = letter.sight();
                sights.push((*person, kind, subject, text, calendar));
            }
        }
        sights.sort();
        sights
    }
}

fn moment(text: &str) -> DateTime<Utc> {
    text.parse().expect("a moment")
}

/// Plays the whole story.
pub fn play(theatre: &mut Theatre) -> Mailboxes {
    january(theatre);
    quieter_months(theatre);
    the_end(theatre);
    let all = Mailboxes::of(theatre);
    told_once(&all);
    all
}

/// Plays the first month: from the invitations to the summaries.
pub fn january(theatre: &mut Theatre) {
    invitations(theatre);
    first_lunch(theatre);
    first_notes(theatre);
    bob_skips_one(theatre);
    the_month_turns(theatre);
}

fn invitations(theatre: &mut Theatre) {
    let bob = format!("{} <{}>", BOB.full_name, BOB.address);
    let cara = format!("{} <{}>", CARA.full_name, CARA.address);
    let note = "You explained the outage so well that I thought of you first.";
    theatre.invite(ALICE, &[&bob, &cara], Some(note));
    let invitation = theatre.take(BOB, Kind::Invitation);
    assert_eq!(
        invitation.mail.subject,
        "One on one peer review feedback lunch: Bob & Alice"
    );
    assert!(invitation.text.contains(note), "{}", invitation.text);
    assert!(
        invitation.mail.calendar.is_none(),
        "no calendar before a yes"
    );
    theatre.answer(BOB, &invitation, "No problem, count me in!", Habit::Webmail);
    let invitation = theatre.take(CARA, Kind::Invitation);
    theatre.answer(CARA, &invitation, "No thanks", Habit::Phone);

    theatre.take(CARA, Kind::ReceiptDeclined);
    let told = theatre.take(ALICE, Kind::NoticeAccepted);
    assert!(
        told.text.contains("No problem, count me in!"),
        "{}",
        told.text
    );
    let told = theatre.take(ALICE, Kind::NoticeDeclined);
    assert!(told.text.contains("No thanks"), "{}", told.text);

    let receipt = theatre.take(BOB, Kind::ReceiptAccepted);
    theatre.answer(BOB, &receipt, "Handing things over sooner", Habit::Phone);
    theatre.take(BOB, Kind::ReceiptGoal);

    let entries = [ALICE, BOB].map(|person| {
        let letter = theatre.take(person, Kind::CalendarRequest);
        let entry = Entry::of(&letter);
        // Nobody answers an invitation of their own.
        let method = match theatre.is_owner(person) {
            true => "PUBLISH",
            false => "REQUEST",
        };
        assert_eq!(entry.method, method);
        assert_half_past_twelve_all_year(&entry);
        let first = entry.lunches(1)[0];
        assert_eq!(first, moment("2027-01-07T11:30:00Z"));
        entry
    });
    assert_eq!(entries[0].uid, entries[1].uid, "one lunch, one UID");
}

fn first_lunch(theatre: &mut Theatre) {
    theatre.pass_until(moment("2027-01-06T12:00:00Z"));
    for person in [ALICE, BOB] {
        let reminder = theatre.take(person, Kind::Reminder);
        assert_eq!(
            reminder.date(),
            moment("2027-01-06T08:00:00Z"),
            "at nine in Berlin"
        );
        if person == ALICE {
            theatre.answer(
                ALICE,
                &reminder,
                "goal: Influencing the client",
                Habit::Bare,
            );
            theatre.take(ALICE, Kind::ReceiptGoal);
            assert!(
                reminder.text.contains("Handing things over sooner"),
                "{}",
                reminder.text
            );
        }
    }
    theatre.pass_until(moment("2027-01-07T15:00:00Z"));
}

fn first_notes(theatre: &mut Theatre) {
    let followup = theatre.take(BOB, Kind::Followup);
    let inline = format!(
        "You read the {PLANTED} error aloud in Tuesday's outage, and everybody stopped guessing.\n\n\
         You cut Dan short in the retro. He had the answer.\n\n\
         Helps: you asked what worried them before the first slide.\n\
         Hinders: the slides came an hour before the call."
    );
    theatre.answer(BOB, &followup, &inline, Habit::Inline);
    let receipt = theatre.take(BOB, Kind::ReceiptNotes);
    for words in [
        PLANTED,
        "You cut Dan short in the retro.",
        "the slides came an hour",
    ] {
        assert!(receipt.text.contains(words), "{words} in {}", receipt.text);
    }
    let correction = "2. It was Monday's planning. You cut Dan short, and he had the answer.";
    theatre.answer(BOB, &receipt, correction, Habit::Phone);
    let receipt = theatre.take(BOB, Kind::ReceiptNotes);
    assert!(
        receipt.text.contains("It was Monday's planning"),
        "{}",
        receipt.text
    );
    assert!(!receipt.text.contains("in the retro"), "{}", receipt.text);
    assert!(
        receipt.text.contains(PLANTED),
        "the rest stays: {}",
        receipt.text
    );

    let followup = theatre.take(ALICE, Kind::Followup);
    let numbered = format!(
        "1. The demo on Friday, with Erin at the keyboard and the {PLANTED_TOO}.\n\
         2. The mail to the client at midnight.\n\
         3. You gave Erin the pager on Monday already. That helped."
    );
    theatre.answer(ALICE, &followup, &numbered, Habit::Webmail);
    let receipt = theatre.take(ALICE, Kind::ReceiptNotes);
    assert!(receipt.text.contains(PLANTED_TOO), "{}", receipt.text);

    let told = theatre.take(ALICE, Kind::Exchange);
    for words in [
        PLANTED,
        "It was Monday's planning",
        "asked what worried them",
    ] {
        assert!(told.text.contains(words), "{words} in {}", told.text);
    }
    assert!(
        !told.text.contains("in the retro"),
        "what was put right is gone: {}",
        told.text
    );
    assert!(
        !told.text.contains(PLANTED_TOO),
        "one's own notes are not told back"
    );
    let told = theatre.take(BOB, Kind::Exchange);
    for words in [PLANTED_TOO, "at midnight", "the pager on Monday"] {
        assert!(told.text.contains(words), "{words} in {}", told.text);
    }
    assert!(
        !told.text.contains(PLANTED),
        "one's own notes are not told back"
    );
    theatre.answer(BOB, &told, "Thank you, that means a lot.", Habit::Phone);
    let thanks = theatre.take(ALICE, Kind::NoticeRelayed);
    assert!(
        thanks.text.contains("Thank you, that means a lot."),
        "{}",
        thanks.text
    );
}

fn bob_skips_one(theatre: &mut Theatre) {
    theatre.pass_until(moment("2027-01-20T12:00:00Z"));
    theatre.take(ALICE, Kind::Reminder);
    let reminder = theatre.take(BOB, Kind::Reminder);
    theatre.answer(
        BOB,
        &reminder,
        "Sorry, I have to skip this one",
        Habit::Phone,
    );
    let told = theatre.take(ALICE, Kind::NoticeSkipped);
    assert!(told.text.contains("4 February"), "{}", told.text);
    // One mail for each of them, with what their calendar has to know.
    for letter in [theatre.take(BOB, Kind::ReceiptSkipped), told] {
        let entry = Entry::of(&letter);
        assert!(entry.cancelled && entry.rule.is_none());
        assert_eq!(entry.left_out, ["20270121T123000"]);
    }
    theatre.pass_until(moment("2027-01-31T12:00:00Z"));
}

fn the_month_turns(theatre: &mut Theatre) {
    theatre.pass_until(moment("2027-02-01T12:00:00Z"));
    let (alices, bobs) = (
        theatre.take(ALICE, Kind::Summary),
        theatre.take(BOB, Kind::Summary),
    );
    assert_ne!(alices.date(), bobs.date(), "not all at once");
    for summary in [&alices, &bobs] {
        assert_eq!(summary.mail.subject, "Your lunches in January");
        let eight = moment("2027-02-01T07:00:00Z");
        let after = summary.date() - eight;
        let morning = TimeDelta::zero()..TimeDelta::minutes(90);
        assert!(morning.contains(&after), "after eight in Berlin: {after}");
        assert!(
            summary.text.contains("4 February"),
            "what is next: {}",
            summary.text
        );
    }
    let about_alice = [
        PLANTED,
        "It was Monday's planning",
        "asked what worried them",
        "the slides came",
    ];
    let about_bob = [PLANTED_TOO, "at midnight", "the pager on Monday"];
    for words in about_alice {
        assert!(alices.text.contains(words), "{words} in {}", alices.text);
        assert!(!bobs.text.contains(words), "{words} in {}", bobs.text);
    }
    for words in about_bob {
        assert!(bobs.text.contains(words), "{words} in {}", bobs.text);
        assert!(!alices.text.contains(words), "{words} in {}", alices.text);
    }
    assert!(alices.text.contains("Influencing the client"), "her goal");
    assert!(bobs.text.contains("Handing things over sooner"), "his goal");
    assert!(
        !alices.text.contains("in the retro"),
        "what was put right is gone"
    );
}

/// Some lunches without notes, one with notes of one, one that did not happen, one in summer time.
fn quieter_months(theatre: &mut Theatre) {
    theatre.pass_until(moment("2027-02-04T15:00:00Z"));
    theatre.take(BOB, Kind::Followup);
    let followup = theatre.take(ALICE, Kind::Followup);
    let one = "Best: you told the board what we do not know yet.";
    theatre.answer(ALICE, &followup, one, Habit::Bare);
    theatre.take(ALICE, Kind::ReceiptNotes);
    theatre.pass_until(moment("2027-02-07T12:00:00Z"));
    let told = theatre.letters(BOB);
    let exchanges = told.iter().filter(|letter| letter.kind == Kind::Exchange);
    assert_eq!(exchanges.count(), 1, "sealed for three days");
    theatre.pass_until(moment("2027-02-08T12:00:00Z"));
    let told = theatre.take(BOB, Kind::Exchange);
    assert!(told.text.contains("told the board"), "{}", told.text);

    theatre.pass_until(moment("2027-03-04T15:00:00Z"));
    // Those of 18 February and 4 March, in whatever order the mail server brought them.
    let two = [
        theatre.take(BOB, Kind::Followup),
        theatre.take(BOB, Kind::Followup),
    ];
    let is_march = |letter: &&Received| letter.lunch() == "03-04";
    let followup = two.iter().find(is_march).expect("one for 4 March").clone();
    theatre.answer(BOB, &followup, "We didn't meet", Habit::Bare);
    theatre.take(BOB, Kind::ReceiptHeld);

    theatre.pass_until(moment("2027-04-01T15:00:00Z"));
    for kind in [Kind::Reminder, Kind::Followup] {
        let letters = theatre.letters(BOB);
        let of_april = letters
            .iter()
            .find(|letter| letter.kind == kind && letter.lunch() == "04-01");
        let date = of_april.expect("a letter in summer time").date();
        let wanted = match kind {
            Kind::Reminder => "2027-03-31T07:00:00Z",
            _ => "2027-04-01T12:45:00Z",
        };
        assert_eq!(date, moment(wanted), "by the clock on the wall");
    }
    theatre.pass_until(moment("2027-07-05T10:00:00Z"));
}

fn the_end(theatre: &mut Theatre) {
    // Months of letters went out at once, and a mail server brings them in an order of its own.
    theatre.all_delivered();
    let letters = theatre.letters(BOB);
    let newest = letters
        .iter()
        .filter(|letter| letter.kind == Kind::Followup)
        .max_by_key(|letter| letter.date());
    let newest = newest.expect("a follow-up").clone();
    assert_eq!(newest.lunch(), "06-24");
    theatre.answer(BOB, &newest, "end", Habit::Phone);
    theatre.take(BOB, Kind::ReceiptEnded);
    theatre.take(ALICE, Kind::NoticeEnded);
    for person in [ALICE, BOB] {
        let entry = Entry::of(&theatre.take(person, Kind::CalendarCancel));
        assert!(entry.cancelled);
        assert!(entry.sequence > 0, "a calendar heeds only what is newer");
    }
    theatre.all_delivered();
    let before = [ALICE, BOB].map(|person| theatre.letters(person).len());
    theatre.pass(TimeDelta::days(35));
    theatre.all_delivered();
    let after = [ALICE, BOB].map(|person| theatre.letters(person).len());
    assert_eq!(before, after, "nothing comes after the end");
}

/// What holds for the whole half year.
fn told_once(all: &Mailboxes) {
    for (person, letters) in &all.of {
        assert_once(person.name, letters);
    }
    let kinds = |person| -> Vec<Kind> {
        let letters = all.letters(person).iter();
        letters.map(|letter| letter.kind).collect()
    };
    assert_eq!(kinds(CARA), [Kind::Invitation, Kind::ReceiptDeclined]);
    assert_eq!(kinds(DAN), []);
    for person in [ALICE, BOB] {
        // Thirteen lunches until 24 June; one was skipped after its reminder.
        assert_eq!(all.count(person, Kind::Reminder), 13, "{}", person.name);
        assert_eq!(all.count(person, Kind::Followup), 12, "{}", person.name);
        assert_eq!(
            all.count(person, Kind::CalendarRequest),
            1,
            "{}",
            person.name
        );
        assert_eq!(
            all.count(person, Kind::CalendarCancel),
            1,
            "{}",
            person.name
        );
    }
}
