//! The harvest of half a year, on any theatre: goals taken up and reached, the exchange, a quote and its
//! pack, a board, passing it on, what grew, threads and months. What was said in confidence
//! is planted, and looked for in every octet that went out or stayed.

use super::calendars::Entry;
use super::letters::{Kind, Received, assert_once, holds, lacks};
use super::secrets::{assert_hidden, files, held};
use super::theatre::{Theatre, says};
use super::{ALICE, BOB, CARA, DAN, Person};
use chrono::{DateTime, TimeDelta, Utc};
use mail_parser::{MessageParser, MimeHeaders};
use postlunch::demo::client::Habit;
use std::collections::BTreeMap;

/// Planted in Bob's worst moments of Alice, and in hers of him.
const WORST_OF_BOB: &str = "Pfifferlingsragout";
const WORST_OF_ALICE: &str = "Zimtschneckenduell";
/// Planted in their best ones.
const BEST_OF_BOB: &str = "Quittenmarmelade";
const BEST_OF_ALICE: &str = "Lavendelhonig";

/// Whom the board belongs to is none of the mail's business; Dan's mailbox stands for it.
const BOARD: &str = "dan+board@example.test";

fn moment(text: &str) -> DateTime<Utc> {
    text.parse().expect("a moment")
}

/// The paragraphs below a heading, up to the next one, each in one line.
fn below(letter: &Received, heading: &str) -> Vec<String> {
    let lines = letter.mail.text.lines();
    let lines = lines.skip_while(|line| *line != heading).skip(1);
    let is_heading = |line: &&str| {
        line.chars().any(char::is_alphabetic) && !line.chars().any(char::is_lowercase)
    };
    let lines = lines.take_while(|line| !is_heading(line) && line.trim() != "--");
    let lines: Vec<&str> = lines.collect();
    let paragraphs = lines.split(|line| line.is_empty());
    let paragraphs = paragraphs.map(|lines| {
        let words = lines.iter().flat_map(|line| line.split_whitespace());
        words.collect::<Vec<_>>().join(" ")
    });
    paragraphs.filter(|told| !told.is_empty()).collect()
}

/// The next letter of that kind that is about lunch with somebody.
fn take_about(theatre: &mut Theatre, person: Person, kind: Kind, other: Person) -> Received {
    loop {
        let letter = theatre.take(person, kind);
        if letter.mail.subject.contains(other.name) {
            return letter;
        }
    }
}

/// The files that come with a letter, by name.
fn attached(letter: &Received) -> BTreeMap<String, String> {
    let message = MessageParser::default().parse(&letter.octets);
    let message = message.expect("a mail");
    let named = message.attachments().filter_map(|part| {
        let name = part.attachment_name()?.to_owned();
        Some((name, String::from_utf8_lossy(part.contents()).into_owned()))
    });
    named.collect()
}

/// Plays it, and looks through all of it afterwards.
pub fn play(mut theatre: Theatre) {
    begins(&mut theatre);
    first_lunch(&mut theatre);
    let bobs = board_and_second_lunch(&mut theatre);
    january_is_told(&mut theatre, &bobs);
    passed_on(&mut theatre);
    february_is_told(&mut theatre);
    taken_along(&mut theatre);
    theatre.pass_until(moment("2027-07-05T10:00:00Z"));
    looked_through(theatre);
}

/// Alice asks two: Bob says yes and tells a goal, Cara says no.
fn begins(theatre: &mut Theatre) {
    let [bob, cara] = [BOB, CARA].map(|who| format!("{} <{}>", who.full_name, who.address));
    theatre.invite(ALICE, &[&bob, &cara], None);
    let invitation = theatre.take(CARA, Kind::Invitation);
    says(
        theatre,
        CARA,
        &invitation,
        "No thanks",
        Kind::ReceiptDeclined,
    );
    theatre.take(ALICE, Kind::NoticeDeclined);
    let invitation = theatre.take(BOB, Kind::Invitation);
    let receipt = says(
        theatre,
        BOB,
        &invitation,
        "Yes, gladly",
        Kind::ReceiptAccepted,
    );
    holds(&receipt, &["One thing you'd like to get better at?"]);
    let goal = "Handing things over sooner";
    says(theatre, BOB, &receipt, goal, Kind::ReceiptGoal);
    // Help over the silence, and a moment put by.
    theatre.pass_until(moment("2027-01-06T12:00:00Z"));
    let reminder = theatre.take(ALICE, Kind::Reminder);
    holds(&reminder, &[goal, "awkward silence", "you speak first"]);
    let card = says(theatre, ALICE, &reminder, "card", Kind::LunchCard);
    holds(&card, &["1. Best moment", "2. Worst moment", goal]);
    let reminder = theatre.take(BOB, Kind::Reminder);
    let jotted = "best: how you calmed the vendor";
    says(theatre, BOB, &reminder, jotted, Kind::ReceiptJotted);
}

/// What Bob says after a lunch, and Alice; `focus` is the third line.
fn notes(day: &str, of: Person, focus: &str) -> String {
    let (best, worst) = match of == BOB {
        true => (BEST_OF_BOB, WORST_OF_BOB),
        false => (BEST_OF_ALICE, WORST_OF_ALICE),
    };
    format!(
        "1. The {best} demo on Friday, before the {day}.\n\
         2. The {worst} mail at midnight, before the {day}.\n3. {focus}"
    )
}

/// Both write, Bob first: his words stay sealed until she has written too.
fn both_write(theatre: &mut Theatre, day: &str, foci: [&str; 2]) -> [Received; 2] {
    let followup = take_about(theatre, BOB, Kind::Followup, ALICE);
    let of_bob = notes(day, BOB, foci[0]);
    let receipt = says(theatre, BOB, &followup, &of_bob, Kind::ReceiptNotes);
    holds(&receipt, &[BEST_OF_BOB, WORST_OF_BOB]);
    let before = theatre.letters(ALICE).into_iter();
    let before = before.filter(|l| l.kind == Kind::Exchange).count();
    let followup = theatre.take(ALICE, Kind::Followup);
    let of_alice = notes(day, ALICE, foci[1]);
    says(theatre, ALICE, &followup, &of_alice, Kind::ReceiptNotes);
    let told = [ALICE, BOB].map(|who| theatre.take(who, Kind::Exchange));
    holds(&told[0], &[BEST_OF_BOB, WORST_OF_BOB]);
    holds(&told[1], &[BEST_OF_ALICE, WORST_OF_ALICE]);
    let after = theatre.letters(ALICE).into_iter();
    let after = after.filter(|l| l.kind == Kind::Exchange).count();
    assert_eq!(after, before + 1, "sealed until both have written");
    told
}

/// What Bob saw becomes a goal of Alice's, and then hers in her own words.
fn first_lunch(theatre: &mut Theatre) {
    theatre.pass_until(moment("2027-01-07T15:00:00Z"));
    let foci = [
        "Influencing the client earlier.",
        "You gave Erin the pager on Monday. That helped.",
    ];
    let [alices, bobs] = both_write(theatre, "7th", foci);
    holds(&alices, &["Influencing the client earlier", "take it up"]);
    holds(
        &bobs,
        &["Your focus: Handing things over sooner", "the pager"],
    );
    let taken = says(theatre, ALICE, &alices, "Take it up", Kind::ReceiptGoal);
    holds(&taken, &["Influencing the client earlier"]);
    let own = "goal 1: Speaking with the client early";
    says(theatre, ALICE, &taken, own, Kind::ReceiptGoal);
    theatre.answer(BOB, &bobs, "Thank you, that means a lot.", Habit::Phone);
    holds(
        &theatre.take(ALICE, Kind::NoticeRelayed),
        &["that means a lot"],
    );
}

/// Bob's board gets his own notes, and Alice is asked about hers. Gives a receipt of Bob's.
fn board_and_second_lunch(theatre: &mut Theatre) -> Received {
    theatre.pass_until(moment("2027-01-20T12:00:00Z"));
    let reminder = theatre.take(BOB, Kind::Reminder);
    holds(
        &reminder,
        &[
            "how you calmed the vendor",
            "Speaking with the client early",
        ],
    );
    holds(
        &theatre.take(ALICE, Kind::Reminder),
        &["Handing things over sooner"],
    );
    let command = format!("board: {BOARD} #feedback @bob");
    let asked = says(theatre, BOB, &reminder, &command, Kind::BoardConfirm);
    let on = says(theatre, BOB, &asked, "Yes", Kind::ReceiptBoard);
    theatre.pass_until(moment("2027-01-21T15:00:00Z"));
    let foci = [
        "You asked the client what worried them.",
        "The handover went out on Monday.",
    ];
    both_write(theatre, "21st", foci);
    let card = theatre.take(DAN, Kind::Card);
    assert!(
        card.mail.subject.ends_with("#feedback @bob"),
        "{}",
        card.mail.subject
    );
    holds(&card, &[BEST_OF_BOB]);
    lacks(&card, &[BEST_OF_ALICE, "pager", "handover"]);
    let ask = theatre.take(ALICE, Kind::BoardAsk);
    says(theatre, ALICE, &ask, "Yes", Kind::ReceiptBoardLeave);
    on
}

/// January in two letters: every goal with its owner. One good word may be quoted, another may not, and a
/// goal is reached.
fn january_is_told(theatre: &mut Theatre, bobs: &Received) {
    theatre.pass_until(moment("2027-02-01T12:00:00Z"));
    let [alices, bobs_month] = [ALICE, BOB].map(|who| theatre.take(who, Kind::Summary));
    assert_eq!(
        below(&alices, "STILL AT IT")[0],
        "Speaking with the client early"
    );
    assert_eq!(
        below(&bobs_month, "STILL AT IT")[0],
        "Handing things over sooner"
    );
    assert_eq!(
        below(&alices, "TO WATCH FOR")[0],
        "Bob: Handing things over sooner."
    );
    assert_eq!(
        below(&bobs_month, "TO WATCH FOR")[0],
        "Alice: Speaking with the client early."
    );
    for (month, best, worst) in [
        (&alices, BEST_OF_BOB, WORST_OF_BOB),
        (&bobs_month, BEST_OF_ALICE, WORST_OF_ALICE),
    ] {
        let good = "GOOD MOMENTS, IN ";
        let good = month.mail.text.lines().find(|line| line.starts_with(good));
        let good = below(month, good.expect("good moments")).join(" ");
        assert!(good.contains(best) && !good.contains(worst), "{good}");
        assert!(below(month, "BETWEEN THE TWO OF YOU")[0].contains(worst));
    }
    says(theatre, BOB, &bobs_month, "quote 1", Kind::ReceiptQuote);
    let asked = theatre.take(ALICE, Kind::Permission);
    says(
        theatre,
        ALICE,
        &asked,
        "Yes, by name",
        Kind::ReceiptPermission,
    );
    holds(&theatre.take(BOB, Kind::NoticeQuote), &["Yes, by name"]);
    says(theatre, ALICE, &alices, "quote 1", Kind::ReceiptQuote);
    let asked = theatre.take(BOB, Kind::Permission);
    says(theatre, BOB, &asked, "No, sorry", Kind::ReceiptPermission);
    holds(&theatre.take(ALICE, Kind::NoticeQuote), &["Better not"]);

    says(theatre, BOB, bobs, "achieved", Kind::ReceiptAchieved);
    let asked = theatre.take(ALICE, Kind::GoalReached);
    says(
        theatre,
        ALICE,
        &asked,
        "Yes! You gave Erin the pager.",
        Kind::ReceiptAgreed,
    );
    theatre.take(BOB, Kind::NoticeGoalAnswered);
    let next = "goal: Asking for help early";
    says(theatre, BOB, bobs, next, Kind::ReceiptGoal);
}

/// After the third lunch Bob hands his invitation to Dan, who asks for it, says yes, and meets him.
fn passed_on(theatre: &mut Theatre) {
    theatre.pass_until(moment("2027-02-04T15:00:00Z"));
    both_write(
        theatre,
        "4th",
        ["You let Dan finish.", "You asked Erin for help on Tuesday."],
    );
    let card = theatre.take(DAN, Kind::Card);
    holds(&card, &[BEST_OF_BOB, BEST_OF_ALICE]);
    theatre.pass_until(moment("2027-02-10T12:00:00Z"));
    theatre.take(ALICE, Kind::PassItOn);
    let bobs = theatre.take(BOB, Kind::PassItOn);
    theatre.submit_answer(DAN, &bobs, "Yes please", Habit::Bare, "");
    theatre.pump();
    theatre.take(BOB, Kind::ReceiptInvited);
    let invitation = theatre.take(DAN, Kind::Invitation);
    lacks(&invitation, &["Alice"]);
    let receipt = says(theatre, DAN, &invitation, "Yes", Kind::ReceiptAccepted);
    lacks(&receipt, &["Alice", "Somebody"]);
    says(
        theatre,
        DAN,
        &receipt,
        "Listening to the end",
        Kind::ReceiptGoal,
    );
    let first = Entry::of(&theatre.take(DAN, Kind::CalendarRequest)).lunches(1)[0];
    theatre.pass_until(first + TimeDelta::hours(4));
    let words = "1. The call on Monday.\n2. None.\n3. You let me finish.";
    for (who, other) in [(DAN, BOB), (BOB, DAN)] {
        let followup = take_about(theatre, who, Kind::Followup, other);
        says(theatre, who, &followup, words, Kind::ReceiptNotes);
    }
    lacks(&theatre.take(DAN, Kind::Exchange), &["Alice"]);
}

/// February: what was reached, and what grew, without a third person's name.
fn february_is_told(theatre: &mut Theatre) {
    theatre.pass_until(moment("2027-03-01T12:00:00Z"));
    let [alices, bobs, dans] = [ALICE, BOB, DAN].map(|who| theatre.take(who, Kind::Summary));
    let reached = below(&bobs, "REACHED");
    assert!(
        reached[0].starts_with("Handing things over sooner Yours since"),
        "{reached:?}"
    );
    assert!(reached[0].contains("and Alice agreed"), "{reached:?}");
    assert_eq!(below(&bobs, "STILL AT IT")[0], "Asking for help early");
    let watching = [
        "Alice: Speaking with the client early.",
        "Dan: Listening to the end.",
    ];
    assert_eq!(below(&bobs, "TO WATCH FOR")[..2], watching);
    assert_eq!(below(&alices, "REACHED"), [""; 0]);
    assert_eq!(
        below(&alices, "TO WATCH FOR")[0],
        "Bob: Asking for help early."
    );
    assert_eq!(below(&dans, "STILL AT IT")[0], "Listening to the end");
    assert_eq!(
        below(&dans, "TO WATCH FOR")[0],
        "Bob: Asking for help early."
    );
    let threads = below(&alices, "YOUR THREADS").join(" ");
    let grew = "From it, one more pair has lunch.";
    assert!(threads.contains(grew), "{threads}");
    assert!(!below(&dans, "YOUR THREADS").join(" ").contains("more pair"));
    assert!(!below(&bobs, "YOUR THREADS").join(" ").contains("more pair"));
    assert!(!threads.contains(DAN.name), "{threads}");
    lacks(&dans, &["Alice"]);
    for (who, month) in [(ALICE, &alices), (DAN, &dans)] {
        let own = says(theatre, who, month, "fabric", Kind::Fabric);
        assert_eq!(own.text.contains(grew), who == ALICE, "{}", own.text);
        let third = if who == ALICE { DAN } else { ALICE };
        lacks(&own, &["Alice:", third.name, CARA.name]);
        let png = held(&own.octets, &["image/png"]);
        assert!(png.is_some(), "a picture");
    }
}

/// `report`: for Bob a page for a promotion with the word that he may show, for Alice none.
fn taken_along(theatre: &mut Theatre) {
    let [alices, bobs] = [ALICE, BOB].map(|who| {
        let letters = theatre.letters(who);
        let month = letters.iter().rfind(|l| l.kind == Kind::Summary);
        let month = month.expect("a summary").clone();
        attached(&says(theatre, who, &month, "report", Kind::Report))
    });
    for name in ["for-a-promotion.html", "for-a-promotion.md"] {
        assert!(!alices.contains_key(name), "nobody lets her show a word");
        let pack = &bobs[name];
        for words in [BEST_OF_ALICE, "Alice", "Handing things over sooner"] {
            assert!(pack.contains(words), "{words} in {pack}");
        }
        for words in [WORST_OF_ALICE, WORST_OF_BOB, BEST_OF_BOB, "Dan", CARA.name] {
            assert!(!pack.contains(words), "{words} in {pack}");
        }
    }
    for files in [&alices, &bobs] {
        for name in ["record.json", "record.csv", "record.md", "lunches.ics"] {
            let file = &files[name];
            assert!(
                !file.contains(CARA.name) && !file.contains(CARA.address),
                "{name}"
            );
            let planted = file.contains(WORST_OF_ALICE) && file.contains(WORST_OF_BOB);
            assert_eq!(planted, name != "lunches.ics", "{name}");
        }
    }
}

/// Where each planted word may be: with the two whom it concerns, in the letters that are for that.
fn may_hold(who: Person, kind: Kind, word: &str) -> bool {
    let writer = match word {
        WORST_OF_BOB => BOB,
        _ => ALICE,
    };
    let told = matches!(kind, Kind::Exchange | Kind::Summary | Kind::Report);
    let own = matches!(kind, Kind::ReceiptNotes | Kind::Report);
    match who {
        ALICE | BOB if who == writer => own,
        ALICE | BOB => told,
        _ => false,
    }
}

/// Every octet that went out, and all that stayed.
fn looked_through(mut theatre: Theatre) {
    theatre.all_delivered();
    let mut found = BTreeMap::new();
    for who in [ALICE, BOB, CARA, DAN] {
        let letters = theatre.letters(who);
        assert_once(who.name, &letters);
        few_unasked(who, &letters);
        for letter in &letters {
            for word in [WORST_OF_ALICE, WORST_OF_BOB] {
                if held(&letter.octets, &[word]).is_some() {
                    assert!(
                        may_hold(who, letter.kind, word),
                        "{word} in {}",
                        letter.line()
                    );
                    *found.entry((who, letter.kind, word)).or_insert(0) += 1;
                }
            }
            let of_cara = [CARA.address, "Ottertail"];
            let told = who == CARA || (who == ALICE && letter.kind == Kind::NoticeDeclined);
            let named =
                held(&letter.octets, &of_cara).or(held(letter.text.as_bytes(), &[CARA.name]));
            assert!(told || named.is_none(), "Cara in {}", letter.line());
        }
    }
    // The looking itself finds what is there.
    for (who, word) in [(ALICE, WORST_OF_BOB), (BOB, WORST_OF_ALICE)] {
        for kind in [Kind::Exchange, Kind::Summary, Kind::Report] {
            assert!(
                found.contains_key(&(who, kind, word)),
                "{kind:?} of {}",
                who.name
            );
        }
    }
    let caras: Vec<_> = theatre.letters(CARA).iter().map(|l| l.kind).collect();
    assert_eq!(caras, [Kind::Invitation, Kind::ReceiptDeclined]);

    // What an operator can ask for, what is logged, and what is kept.
    let folder = theatre.folder().to_owned();
    let pictures = ["svg", "png"].map(|form| folder.join(format!("all.{form}")));
    for (form, picture) in ["--svg", "--png"].iter().zip(&pictures) {
        theatre.ask(&["fabric", form, &picture.display().to_string()]);
    }
    let orders: [&[&str]; 6] = [
        &["status"],
        &["pairing", "list"],
        &["pairing", "export", "1"],
        &["person", "export", ALICE.address],
        &["summary", "--dry-run"],
        &["clock", "show"],
    ];
    for order in orders {
        theatre.process.look(order);
        theatre.ask(order);
    }
    assert_eq!(theatre.process.stop(), Some(0));
    let words = [
        WORST_OF_ALICE,
        WORST_OF_BOB,
        BEST_OF_ALICE,
        BEST_OF_BOB,
        "the pager",
    ];
    assert_hidden(&files(&folder), &words);
    let mut seen = pictures.to_vec();
    seen.extend(files(&folder.join("store-rehearsal")));
    seen.push(folder.join("log"));
    assert_hidden(
        &seen,
        &[CARA.address, "Ottertail", ALICE.address, "Zwiebelturm"],
    );
    theatre.close();
}

/// At most three mails for one lunch that nobody asked for.
fn few_unasked(who: Person, letters: &[Received]) {
    let mut unasked = BTreeMap::new();
    let of_a_lunch = [
        Kind::Reminder,
        Kind::Followup,
        Kind::FollowupNudge,
        Kind::Exchange,
    ];
    for letter in letters.iter().filter(|l| of_a_lunch.contains(&l.kind)) {
        let others = [ALICE, BOB, DAN].map(|other| letter.mail.subject.contains(other.name));
        *unasked.entry((letter.lunch(), others)).or_insert(0) += 1;
    }
    let most = unasked.values().max().copied().unwrap_or(0);
    assert!(most <= 3, "{} got {unasked:?}", who.name);
}
