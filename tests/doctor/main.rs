//! The doctor's visits told as stories, at a sandbox on loopback.

#[allow(dead_code, reason = "each test program uses its own part of it")]
#[path = "../support/authority.rs"]
mod authority;
mod docs;
mod guess;
mod house;
mod round_trip;
mod sender;
mod ten;

use house::{House, SECRET, options};
use postlunch::doctor::Level;
use postlunch::sandbox::SentCopies;

#[tokio::test]
async fn a_good_house_has_nothing_to_mend() {
    let mut options = options();
    options.sent_copies = SentCopies::Filed;
    let house = House::with(options).await;
    let visit = house.visit().await;
    assert_eq!(visit.codes(), ["no-daemon"], "{visit:#?}");
    for words in [
        "the server has IDLE, MOVE, UIDPLUS",
        "INBOX can be read and changed (0 mails in it)",
        "Postlunch/Done is there",
        "copies are filed in Sent",
        "came back after",
        "its Message-ID was kept",
        "its calendar part was kept",
        "the mail server's clock agrees",
        "shared: nobody else writes",
        "is nobody's domain",
    ] {
        assert!(visit.says(words), "{words} in {visit:#?}");
    }
    let left: Vec<_> = std::fs::read_dir(house.path()).expect("readable").collect();
    assert!(left.is_empty(), "nothing is left behind: {left:?}");
    house.sandbox.stop().await;
}

#[tokio::test]
async fn an_old_server_is_a_warning_and_the_subject_of_each_is_told() {
    let mut options = options();
    (options.idle, options.move_, options.uidplus) = (false, false, false);
    options.with_sent = false;
    let house = House::with(options).await;
    let visit = house.visit().await;
    assert!(visit.wrong().is_empty(), "{visit:#?}");
    for code in [
        "no-idle",
        "no-move",
        "no-uidplus",
        "sent-unknown",
        "check-mail-left",
    ] {
        assert_eq!(visit.named(code).level, Level::Warning);
    }
    let left = house.sandbox.mailbox("lunch@example.com", "INBOX");
    assert!(
        left.iter().all(|m| m.flags.contains("\\Deleted")),
        "{left:?}"
    );
    house.sandbox.stop().await;
}

#[tokio::test]
async fn a_mailbox_that_can_only_be_read_is_told() {
    let mut options = options();
    options.habits.read_only = true;
    let house = House::with(options).await;
    let visit = house.visit().await;
    assert_eq!(visit.wrong(), ["mailbox-read-only"]);
    assert!(
        house.sandbox.delivered().is_empty(),
        "no mail that could not be removed"
    );
    house.sandbox.stop().await;
}

#[tokio::test]
async fn somebodys_own_mailbox_is_told_from_a_shared_one() {
    let mut options = options();
    options.sent_copies = SentCopies::Filed;
    let mut house = House::with(options).await;
    for number in 0..4 {
        let letter = format!(
            "From: lunch@example.com\r\nTo: ana@example.com\r\nSubject: {number}\r\n\
             Message-ID: <{number}@hand>\r\n\r\nHello\r\n"
        );
        house
            .sandbox
            .file("lunch@example.com", "Sent", &letter)
            .expect("filed");
    }
    let visit = house.visit().await;
    let (means, remedy) = visit.told("looks-personal");
    assert!(means.contains("4 mails were sent by hand"), "{means}");
    assert!(remedy.contains("mode = \"personal\""), "{remedy}");
    house.plan.mail = "mode = \"personal\"\n".to_owned();
    let visit = house.visit().await;
    assert_eq!(visit.codes(), ["no-daemon"], "{visit:#?}");
    assert!(visit.says("personal: only lunch@example.com invites"));
    let sent = house.sandbox.mailbox("lunch@example.com", "Sent");
    assert_eq!(sent.len(), 4, "what is not ours is left alone");
    assert!(sent.iter().all(|m| m.flags.is_empty()), "{sent:?}");
    house.sandbox.stop().await;
}

#[tokio::test]
async fn a_mailbox_of_the_programs_own_in_personal_mode_is_asked_about() {
    let mut house = House::with(options()).await;
    house.plan.mail = "mode = \"personal\"\n".to_owned();
    let visit = house.visit().await;
    let (_, remedy) = visit.told("looks-shared");
    assert!(remedy.contains("mode = \"shared\""), "{remedy}");
    house.sandbox.stop().await;
}

#[tokio::test]
async fn a_mailbox_that_another_daemon_has_filled_is_noticed() {
    let house = House::with(options()).await;
    assert!(!house.visit().await.codes().contains(&"used-before"));
    house
        .sandbox
        .file(
            "lunch@example.com",
            "Postlunch/Done",
            "Subject: x\r\n\r\nx\r\n",
        )
        .expect("filed");
    assert_eq!(
        house
            .sandbox
            .mailbox("lunch@example.com", "Postlunch/Done")
            .len(),
        1
    );
    let visit = house.visit().await;
    let (means, remedy) = visit.told("used-before");
    assert!(
        means.contains("1 handled mail lies in Postlunch/Done"),
        "{means}"
    );
    assert!(remedy.contains("stop the other daemon"), "{remedy}");
    house.sandbox.stop().await;
}

#[tokio::test]
async fn a_provider_that_wants_a_token_gets_a_fresh_one_at_each_log_in() {
    let mut options = options();
    options.passwords = false;
    let mut house = House::with(options).await;
    let script = house.path().join("token");
    let count = house.path().join("count");
    let text = format!("echo once >> {}\necho {SECRET}\n", count.display());
    std::fs::write(&script, text).expect("written");
    house.plan.password = format!("token_command = 'sh {}'", script.display());
    let visit = house.visit().await;
    assert_eq!(visit.wrong(), [""; 0], "{visit:#?}");
    let counted = std::fs::read_to_string(&count).expect("it was asked");
    assert!(counted.lines().count() >= 2, "{counted}");
    // A token that has ended is told as what it is.
    std::fs::write(&script, "echo an-old-token\n").expect("written");
    let visit = house.visit().await;
    assert_eq!(visit.wrong(), ["login-refused", "login-refused"]);
    assert!(!format!("{visit:?}").contains("an-old-token"), "{visit:?}");
    house.sandbox.stop().await;
}
