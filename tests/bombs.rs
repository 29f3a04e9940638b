//! Mail bombs: mails that are huge, deep, or in tens of thousands. The daemon stays small and quick,
//! and whoever writes an ordinary mail meanwhile is answered.
//!
//! `POSTLUNCH_LONG=1` sends 10,000 mails of one sender; without it there are 300.

#[allow(
    dead_code,
    reason = "each test program uses its own part of the theatre"
)]
mod support;

use postlunch::demo::client::Habit;
use std::time::{Duration, Instant};
use support::letters::{Kind, Received};
use support::script::BEGINNING;
use support::theatre::Theatre;
use support::trials::kinds;
use support::{ALICE, BOB, CARA};

/// Most memory that the daemon may ever have taken, in KiB.
const MEMORY_MAX: u64 = 160 * 1024;

/// Longest a bomb may take from its arrival to the answer to a mail behind it; of a build that is not
/// optimized, on a busy machine.
const TIME_MAX: Duration = Duration::from_secs(20);

fn invited(theatre: &mut Theatre) -> (Received, Received) {
    theatre.invite(ALICE, &[BOB.address, CARA.address], None);
    let bobs = theatre.take(BOB, Kind::Invitation);
    (bobs, theatre.take(CARA, Kind::Invitation))
}

fn bomb(letter: &Received, number: usize, more_head: &str, body: &str) -> Vec<u8> {
    format!(
        "From: <{}>\r\nTo: <{}>\r\nSubject: Re: lunch\r\nMessage-ID: <bomb-{number}@example.test>\r\n\
         {more_head}\r\n{body}",
        BOB.address, letter.mail.reply_to
    )
    .into_bytes()
}

/// The worst of each kind, as `(name, mail)`.
fn bombs(letter: &Received) -> Vec<(&'static str, Vec<u8>)> {
    let parts = "--b\r\n\r\nx\r\n".repeat(100_000);
    let mixed = "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n";
    let mut nested = String::new();
    for depth in 0..10_000 {
        nested += &format!(
            "--b{depth}\r\nContent-Type: multipart/mixed; boundary=b{}\r\n\r\n",
            depth + 1
        );
    }
    let deep = "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b0\r\n";
    let mut mails = String::new();
    for _ in 0..10_000 {
        mails += "Content-Type: message/rfc822\r\n\r\n";
    }
    let table = format!("<table><tr><td>{}", "<div><blockquote>".repeat(100_000));
    let html = "MIME-Version: 1.0\r\nContent-Type: text/html\r\n";
    vec![
        (
            "24 MB",
            bomb(letter, 1, "", &"yes and no and maybe\r\n".repeat(1_090_000)),
        ),
        (
            "9 MB",
            bomb(letter, 2, "", &"yes and no and maybe\r\n".repeat(410_000)),
        ),
        ("100,000 parts", bomb(letter, 3, mixed, &parts)),
        ("depth 10,000", bomb(letter, 4, deep, &nested)),
        (
            "mail in mail, 10,000 deep",
            bomb(letter, 5, "Content-Type: message/rfc822\r\n", &mails),
        ),
        (
            "a million headers",
            bomb(letter, 6, &"X-A: b\r\n".repeat(1_000_000), "yes"),
        ),
        (
            "one header of 9 MB",
            bomb(
                letter,
                7,
                &format!("X-A: {}\r\n", "b".repeat(9_000_000)),
                "yes",
            ),
        ),
        ("html, 200,000 deep", bomb(letter, 8, html, &table)),
    ]
}

#[test]
fn a_bomb_is_survived_small_and_quick_and_the_others_are_answered() {
    let mut theatre = Theatre::sandbox("bombs", BEGINNING).open();
    let (bobs, caras) = invited(&mut theatre);
    println!("before: {} KiB", theatre.process.memory_peak());
    for (name, octets) in bombs(&bobs) {
        let size = octets.len();
        let began = Instant::now();
        theatre.arrive(BOB.address, &bobs.mail.reply_to, octets);
        theatre.answer(
            CARA,
            &caras,
            &format!("What is it about? ({name})"),
            Habit::Phone,
        );
        let took = began.elapsed();
        let peak = theatre.process.memory_peak();
        println!("{name}: {size} octets, {took:?}, peak {peak} KiB");
        assert!(took < TIME_MAX, "{name} took {took:?}");
        assert!(peak < MEMORY_MAX, "{name} took {peak} KiB");
        assert!(theatre.log().matches("received").count() > 0);
    }
    theatre.pump();
    assert!(theatre.process.is_up());
    // Cara's questions were all read, whatever lay before them.
    let questions = theatre.log().matches("kind=\"question\"").count();
    println!("{questions} questions of Cara's were read");
    theatre.close();
}

#[test]
fn a_flood_of_one_sender_is_answered_a_few_times_and_holds_nobody_up() {
    let long = std::env::var_os("POSTLUNCH_LONG").is_some();
    let number = if long { 10_000 } else { 300 };
    let mut theatre = Theatre::sandbox("flood", BEGINNING).open();
    let (bobs, caras) = invited(&mut theatre);
    let began = Instant::now();
    for mail in 0..number {
        let body = format!("What is this about, number {mail}?\r\n");
        let octets = bomb(&bobs, 100 + mail, "", &body);
        theatre.arrive(BOB.address, &bobs.mail.reply_to, octets);
    }
    // Nobody moves the clock: one look at ten thousand mails outlasts the patience of that command.
    theatre.submit_answer(CARA, &caras, "No thanks", Habit::Phone, "");
    let most = Duration::from_millis(60 * number as u64) + TIME_MAX;
    while theatre.letters(CARA).len() < 2 {
        assert!(began.elapsed() < most, "nobody answers Cara");
        std::thread::sleep(Duration::from_millis(50));
    }
    theatre.take(CARA, Kind::ReceiptDeclined);
    let took = began.elapsed();
    let peak = theatre.process.memory_peak();
    println!("{number} mails of one sender: {took:?}, peak {peak} KiB");
    assert!(peak < MEMORY_MAX, "{peak} KiB");
    assert!(took < most, "{took:?}");
    theatre.all_delivered();
    let told = kinds(&mut theatre, BOB).len() + kinds(&mut theatre, ALICE).len();
    assert!(told < 80, "{told} letters follow from {number}");
    let listed = theatre.ask(&["review", "list"]);
    assert!(
        listed["reviews"]
            .as_array()
            .is_some_and(|list| list.len() > 200)
    );
    let set_aside = theatre.status()["set_aside"].as_u64().expect("a count") as usize;
    assert!(
        set_aside >= number - 31,
        "{set_aside} of {number} were set aside"
    );
    theatre.close();
}
