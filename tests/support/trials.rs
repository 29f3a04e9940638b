//! Trials that both kinds of theatre have to stand: killed daemons, strangers, machines, bounces,
//! mail that is none of ours, and eyes that are not meant to read.

use super::dice::Dice;
use super::letters::{Kind, Received};
use super::script::{self, Mailboxes, PLANTED, PLANTED_TOO};
use super::secrets::{assert_hidden, files, held};
use super::theatre::{Kills, Theatre};
use super::{ALICE, BOB, CARA, DAN, LUNCH, Person};
use chrono::TimeDelta;
use postlunch::demo::client::Habit;
use std::time::Duration;

/// What a whole play came to.
pub struct Played {
    /// What everybody got.
    pub mailboxes: Mailboxes,
    /// How long each command took.
    pub durations: Vec<Duration>,
}

/// The whole story; and nobody but the two can read what they told each other.
pub fn whole_story(mut theatre: Theatre) -> Played {
    let mailboxes = script::play(&mut theatre);
    nobody_else_reads_it(&mut theatre, &mailboxes);
    let durations = theatre.durations.clone();
    theatre.close();
    Played {
        mailboxes,
        durations,
    }
}

fn nobody_else_reads_it(theatre: &mut Theatre, mailboxes: &Mailboxes) {
    // The looking itself must be able to find what it looks for.
    let exchange = |person: Person, word: &str| {
        let mut letters = mailboxes.letters(person).iter();
        letters
            .any(|letter| letter.kind == Kind::Exchange && held(&letter.octets, &[word]).is_some())
    };
    assert!(exchange(ALICE, PLANTED) && exchange(BOB, PLANTED_TOO));

    let orders: [&[&str]; 8] = [
        &["status"],
        &["pairing", "list"],
        &["summary", "--dry-run"],
        &["clock", "show"],
        &["clock", "next"],
        &["hold"],
        &["resume"],
        &["check"],
    ];
    for order in orders {
        theatre.process.look(order);
        theatre.ask(order);
    }
    assert_eq!(theatre.process.stop(), Some(0));
    theatre.process.look(&["store", "verify"]);
    let folder = theatre.folder().to_owned();
    let written = [
        PLANTED,
        PLANTED_TOO,
        "stopped guessing",
        "count me in",
        "Influencing",
    ];
    assert_hidden(&files(&folder), &written);
    let mut kept = files(&folder.join("store-rehearsal"));
    assert!(kept.len() > 3, "journal, index and keyring: {kept:?}");
    kept.push(folder.join("log"));
    let people = [ALICE, BOB, CARA];
    let names = people.map(|p| p.full_name.split(' ').next_back().unwrap_or_default());
    assert_hidden(&kept, &names);
    assert_hidden(&kept, &people.map(|person| person.address));
}

/// Most ends at one command: a mail under which the process ended three times is set aside, as it
/// should be, and the story would go on without it.
const KILLS_A_STEP_MAX: usize = 2;

/// Ten moments of a play, told by a seed: half of them anywhere in time, half at any command.
pub fn ten_moments(seed: u64, durations: &[Duration]) -> Kills {
    let mut dice = Dice(seed);
    let mut kills = Kills::new();
    let mut number = 0;
    while number < 10 {
        let step = dice.step(number < 5, durations);
        let share = dice.share();
        let there = kills.entry(step).or_default();
        if there.len() < KILLS_A_STEP_MAX {
            there.push(share);
            number += 1;
        }
    }
    kills
}

/// The story again, with the daemon killed ten times: everybody gets what they got before.
pub fn killed(theatre: impl FnOnce() -> Theatre, undisturbed: &Played, seed: u64) {
    let kills = ten_moments(seed, &undisturbed.durations);
    let told = format!("seed {seed}: {kills:?}");
    println!("{told}"); // shown only where something goes wrong
    let mut theatre = theatre().with_kills(kills, &undisturbed.durations).open();
    println!("{}", theatre.folder().display());
    let again = script::play(&mut theatre);
    assert_eq!(theatre.process.kills, 10, "{told}");
    let (before, after) = (undisturbed.mailboxes.sights(), again.sights());
    let missing: Vec<_> = before.iter().filter(|one| !after.contains(one)).collect();
    let added: Vec<_> = after.iter().filter(|one| !before.contains(one)).collect();
    assert!(
        before == after,
        "{told}\nmissing: {missing:#?}\nadded: {added:#?}\nsee {}",
        theatre.folder().display()
    );
    theatre.close();
}

fn invited(theatre: &mut Theatre) -> Received {
    let bob = format!("{} <{}>", BOB.full_name, BOB.address);
    theatre.invite(ALICE, &[&bob], None);
    theatre.take(BOB, Kind::Invitation)
}

/// The kinds of somebody's letters, as they came.
pub fn kinds(theatre: &mut Theatre, person: Person) -> Vec<Kind> {
    let letters = theatre.letters(person);
    letters.iter().map(|letter| letter.kind).collect()
}

/// An absence notice that begins with a yes is no yes.
pub fn an_absence_is_no_answer(mut theatre: Theatre) {
    let invitation = invited(&mut theatre);
    let before = theatre.ask(&["pairing", "list"]);
    let words =
        "Yes, it is summer! I am away until 18 January and read no mail. In urgent cases ask Erin.";
    let manners = [
        "Auto-Submitted: auto-replied\r\n",
        "X-Autoreply: yes\r\nPrecedence: bulk\r\n",
        "X-Auto-Response-Suppress: All\r\nAuto-Submitted: auto-generated\r\n",
    ];
    for fields in manners {
        let id = theatre.submit_answer(BOB, &invitation, words, Habit::Webmail, fields);
        theatre.pump();
        let (folder, _) = theatre.place(&id).expect("it is kept");
        assert_eq!(folder, "Postlunch/Done", "it is about our letter: {fields}");
    }
    assert_eq!(theatre.ask(&["pairing", "list"]), before);
    theatre.all_delivered();
    assert_eq!(kinds(&mut theatre, BOB), [Kind::Invitation]);
    assert_eq!(kinds(&mut theatre, ALICE), []);

    theatre.answer(BOB, &invitation, "Yes", Habit::Phone);
    theatre.take(BOB, Kind::ReceiptAccepted);
    theatre.take(ALICE, Kind::NoticeAccepted);
    theatre.close();
}

/// Whoever got hold of Bob's reply address cannot speak for him, and neither can whoever writes
/// in his name from elsewhere.
pub fn a_stranger_changes_nothing(mut theatre: Theatre) {
    let invitation = invited(&mut theatre);
    let invited = theatre.ask(&["pairing", "list"]);
    for words in ["No thanks", "Yes, count me in!"] {
        theatre.answer(DAN, &invitation, words, Habit::Phone);
        assert_eq!(theatre.ask(&["pairing", "list"]), invited, "{words}");
    }
    theatre.take(BOB, Kind::Confirm);
    theatre.answer(BOB, &invitation, "Yes", Habit::Bare);
    let receipt = theatre.take(BOB, Kind::ReceiptAccepted);
    let meeting = theatre.ask(&["pairing", "list"]);
    for words in [
        "end",
        "skip",
        "move to Friday 12:30",
        "goal: Minding my own business",
    ] {
        theatre.answer(DAN, &receipt, words, Habit::Phone);
        assert_eq!(theatre.ask(&["pairing", "list"]), meeting, "{words}");
    }
    let id = format!("forged-{}@example.test", theatre.now().timestamp());
    let forged = format!(
        "From: {} <{}>\r\nTo: {LUNCH}\r\nSubject: Lunch\r\nMessage-ID: <{id}>\r\n\r\nend\r\n",
        BOB.full_name, BOB.address
    );
    theatre.arrive("somebody@elsewhere.example", LUNCH, forged.into_bytes());
    theatre.wait_in_the_house(&id);
    theatre.pump();
    assert_eq!(
        theatre.ask(&["pairing", "list"]),
        meeting,
        "by the name alone"
    );
    theatre.pass(TimeDelta::days(1));
    theatre.all_delivered();
    assert_eq!(kinds(&mut theatre, DAN), [], "strangers get no answer");
    let alices = [Kind::NoticeAccepted, Kind::CalendarRequest];
    assert!(
        kinds(&mut theatre, ALICE)
            .iter()
            .all(|kind| alices.contains(kind))
    );
    theatre.close();
}

/// Mail that is none of ours stays where it is, unread; so does what was there before the start.
pub fn what_is_not_ours_is_not_touched(mut theatre: Theatre) {
    let mark = format!("{}-{}", std::process::id(), theatre.folder().display());
    let mark: String = mark.chars().filter(char::is_ascii_alphanumeric).collect();
    let mail = |number: u32, from: &str, fields: &str, body: &str| {
        let id = format!("other-{number}-{mark}@elsewhere.example");
        let text = format!(
            "From: {from}\r\nTo: {LUNCH}\r\nSubject: Thursday\r\nMessage-ID: <{id}>\r\n{fields}\r\n{body}\r\n"
        );
        (id, text.into_bytes())
    };
    let bob = format!("{} <{}>", BOB.full_name, BOB.address);
    let old = [
        mail(1, &bob, "", "Yes, count me in!"),
        mail(2, "Zoe <zoe@elsewhere.example>", "", "end"),
    ];
    for (id, octets) in &old {
        theatre.arrive("somebody@elsewhere.example", LUNCH, octets.clone());
        theatre.wait_in_the_house(id);
    }
    let mut theatre = theatre.open();
    let cara = format!("{} <{}>", CARA.full_name, CARA.address);
    theatre.invite(ALICE, &[&cara], None);
    let invitation = theatre.take(CARA, Kind::Invitation);
    theatre.answer(CARA, &invitation, "No thanks", Habit::Phone);
    let invitation = invited(&mut theatre);
    let list = "List-Id: <news.elsewhere.example>\r\nList-Unsubscribe: <mailto:off@elsewhere.example>\r\nPrecedence: bulk\r\n";
    let away = "Auto-Submitted: auto-replied\r\n";
    let thread = "In-Reply-To: <unheard-of@elsewhere.example>\r\n";
    let new = [
        mail(
            3,
            "News <news@elsewhere.example>",
            list,
            "Yes! Lunch menus of the week.",
        ),
        mail(
            4,
            "Zoe <zoe@elsewhere.example>",
            "",
            "Is this the canteen? Yes or no?",
        ),
        mail(5, "Zoe <zoe@elsewhere.example>", away, "Yes, I am away."),
        mail(6, "Zoe <zoe@elsewhere.example>", thread, "No thanks"),
        mail(
            7,
            &cara,
            "",
            "The printer on the third floor is out of paper.",
        ),
        mail(
            8,
            "MAILER-DAEMON@elsewhere.example",
            "",
            "Undelivered, sorry.",
        ),
    ];
    for (id, octets) in &new {
        theatre.arrive("somebody@elsewhere.example", LUNCH, octets.clone());
        theatre.wait_in_the_house(id);
    }
    theatre.pump();
    theatre.answer(BOB, &invitation, "Yes", Habit::Phone);
    theatre.take(BOB, Kind::ReceiptAccepted);
    theatre.process.kill();
    theatre.process.start();
    theatre.pump();
    for (id, _) in old.iter().chain(&new) {
        let (folder, head) = theatre.place(id).expect("it is there");
        assert_eq!(folder, "INBOX", "{id}");
        let touched = head
            .flags
            .iter()
            .any(|flag| !flag.eq_ignore_ascii_case("\\Recent"));
        assert!(!touched, "{id}: {:?}", head.flags);
    }
    theatre.all_delivered();
    let bobs = [
        Kind::Invitation,
        Kind::ReceiptAccepted,
        Kind::CalendarRequest,
    ];
    let mut had = kinds(&mut theatre, BOB);
    had.sort();
    assert_eq!(had, bobs);
    theatre.close();
}

/// An invitation that cannot be delivered: the inviter is told, once.
pub fn a_bounce_is_told(mut theatre: Theatre) {
    let gone = format!("Gus <{}>", theatre.gone());
    theatre.invite(ALICE, &[&gone], None);
    let told = theatre.take(ALICE, Kind::NoticeUndeliverable);
    assert!(told.text.contains("Gus"), "{}", told.text);
    theatre.pass(TimeDelta::days(40));
    assert_eq!(kinds(&mut theatre, ALICE), [Kind::NoticeUndeliverable]);
    let status = theatre.ask(&["status"]);
    assert_eq!(status["open_pairings"], 0);
    theatre.close();
}

/// The whole story from Alice's own mailbox, while the rest of her mail pours in: nobody notices a
/// difference, and not one flag, place or octet of that mail has changed. `mark` flags some of the
/// mail that was there before, as a person does.
pub fn the_story_in_ones_own_mailbox(mut theatre: Theatre, mark: impl FnOnce()) {
    theatre.some_bystanders();
    let old = theatre.bystanders.clone();
    let arrived = |theatre: &mut Theatre, wanted: &[super::bystanders::Bystander]| {
        let deadline = std::time::Instant::now() + Duration::from_secs(20);
        loop {
            let (folders, found) = theatre.everything();
            let missing: Vec<_> = wanted
                .iter()
                .filter(|mail| !found.iter().any(|one| one.is(mail)))
                .map(|mail| &mail.id)
                .collect();
            if missing.is_empty() {
                return (folders, found);
            }
            let now = std::time::Instant::now();
            assert!(now < deadline, "did not come: {missing:#?}");
            std::thread::sleep(Duration::from_millis(50));
        }
    };
    arrived(&mut theatre, &old);
    mark();
    let (folders_before, before) = theatre.everything();
    let mut theatre = theatre.open();
    theatre.pour();
    let mailboxes = script::play(&mut theatre);
    let from = format!("{} <{}>", ALICE.full_name, ALICE.address);
    for (person, letters) in &mailboxes.of {
        for letter in letters {
            assert_eq!(letter.mail.from, from, "to {}", person.name);
        }
    }
    let all = theatre.bystanders.clone();
    assert!(all.len() > 200, "{} mails poured in", all.len());
    let (folders, after) = arrived(&mut theatre, &all);
    for mail in &before {
        assert!(
            after.contains(mail),
            "changed: {} {}",
            mail.folder,
            mail.uid
        );
    }
    for mail in &all {
        let found: Vec<_> = after.iter().filter(|one| one.is(mail)).collect();
        let [one] = found.as_slice() else {
            panic!("{} is there {} times", mail.id, found.len());
        };
        let known = before.contains(one);
        assert!(
            known || one.flags.is_empty(),
            "{}: {:?}",
            mail.id,
            one.flags
        );
        assert_eq!(one.folder, "INBOX", "{}", mail.id);
    }
    let made = |name: &&String| !folders_before.contains(*name) && !name.contains("Postlunch");
    assert_eq!(folders.iter().find(made), None, "no other folder was made");
    // Her letters lie where she finds them, unread; what answered them has gone to Done.
    let hers = |one: &&super::bystanders::Found| {
        super::bystanders::is_letter(&one.octets) && one.folder != "Sent"
    };
    let letters: Vec<_> = after.iter().filter(hers).collect();
    assert!(letters.len() > 20);
    for one in letters.iter().filter(|one| !before.contains(one)) {
        assert_eq!((one.folder.as_str(), one.flags.len()), ("INBOX", 0));
    }
    assert_eq!(theatre.process.stop(), Some(0));
    let mut kept = files(theatre.folder());
    kept.retain(|file| !file.ends_with("config.toml"));
    assert_hidden(&kept, &super::bystanders::SECRETS);
    assert_hidden(&kept, &[PLANTED, PLANTED_TOO, "dentist-4711"]);
    theatre.close();
}

/// In somebody's own mailbox nobody else invites, and nobody has to say who does.
pub fn only_the_owner_invites(mut theatre: Theatre) {
    let dans = format!("{} <{}>", DAN.full_name, DAN.address);
    let refused = |theatre: &mut Theatre, arguments: &[&str], why: &str| match theatre
        .process
        .command(arguments)
    {
        super::process::Ended::Badly(told) => assert!(told.contains(why), "{told}"),
        other => panic!("{other:?}"),
    };
    let by_bob = ["invite", "--from", BOB.address, "--to", &dans];
    refused(&mut theatre, &by_bob, "own mailbox");
    refused(
        &mut theatre,
        &["invite", "--to", ALICE.address],
        "your own address",
    );
    theatre.ask(&["invite", "--to", &dans]);
    theatre.pump();
    let invitation = theatre.take(DAN, Kind::Invitation);
    let from = format!("{} <{}>", ALICE.full_name, ALICE.address);
    assert_eq!(invitation.mail.from, from);
    assert!(!invitation.text.contains("via"), "{}", invitation.text);
    theatre.close();
}
