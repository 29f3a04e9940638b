//! Ten wrong set-ups, each named with its remedy.

use crate::authority::{Authority, GOOD, with_tls};
use crate::house::{House, SECRET, options};
use postlunch::daemon::{Daemon, RunOptions};
use postlunch::doctor::Level;
use postlunch::sandbox::{Fault, FaultPoint, Trouble};
use std::net::TcpListener;

#[tokio::test]
async fn a_wrong_password() {
    let mut house = House::with(options()).await;
    house.plan.password = "password = \"guess\"".to_owned();
    let visit = house.visit().await;
    assert_eq!(visit.wrong(), ["login-refused", "login-refused"]);
    for finding in visit.0.iter().filter(|f| f.level == Level::Wrong) {
        let remedy = finding.remedy.as_deref().unwrap_or_default();
        assert!(
            remedy.contains("check username and password"),
            "{finding:?}"
        );
        assert!(remedy.contains("app password"), "{finding:?}");
        assert!(!format!("{finding:?}").contains("guess"), "{finding:?}");
    }
    house.sandbox.stop().await;
}

#[tokio::test]
async fn a_wrong_port() {
    // Nobody listens there.
    let mut house = House::with(options()).await;
    let nobody = TcpListener::bind("127.0.0.1:0").expect("a port");
    house.plan.imap = nobody.local_addr().expect("an address").port();
    drop(nobody);
    let visit = house.visit().await;
    assert_eq!(visit.wrong(), ["unreachable"]);
    let (means, remedy) = visit.told("unreachable");
    assert!(means.contains(&house.plan.imap.to_string()), "{means}");
    assert!(remedy.contains("check host and port"), "{remedy}");
    // Somebody else does: submission where mail should be read.
    house.plan.imap = house.plan.smtp;
    let visit = house.visit().await;
    assert_eq!(visit.wrong(), ["not-a-mail-server"]);
    let (_, remedy) = visit.told("not-a-mail-server");
    assert!(remedy.contains("993"), "{remedy}");
    house.sandbox.stop().await;
    // The plain port, where TLS is expected.
    let authority = Authority::new();
    let options = with_tls(options(), authority.server("localhost", GOOD));
    let mut house = House::with_tls(options, &authority.pem()).await;
    house.plan.imap = house.sandbox.imap_port();
    let visit = house.visit().await;
    assert_eq!(visit.wrong(), ["tls-none"]);
    let (_, remedy) = visit.told("tls-none");
    assert!(remedy.contains("check the port"), "{remedy}");
    house.sandbox.stop().await;
}

#[tokio::test]
async fn a_certificate_for_another_name() {
    let authority = Authority::new();
    let options = with_tls(options(), authority.server("mx1.example.net", GOOD));
    let house = House::with_tls(options, &authority.pem()).await;
    let visit = house.visit().await;
    assert_eq!(visit.wrong(), ["tls-other-name", "tls-other-name"]);
    let (means, remedy) = visit.told("tls-other-name");
    assert!(means.contains("mx1.example.net"), "{means}");
    assert!(remedy.contains("set host to a name"), "{remedy}");
    house.sandbox.stop().await;
}

#[tokio::test]
async fn an_expired_certificate() {
    let authority = Authority::new();
    let expired = with_tls(options(), authority.server("localhost", 2000..2001));
    let house = House::with_tls(expired, &authority.pem()).await;
    let visit = house.visit().await;
    assert_eq!(visit.wrong(), ["tls-expired", "tls-expired"]);
    let (_, remedy) = visit.told("tls-expired");
    assert!(remedy.contains("renew"), "{remedy}");
    house.sandbox.stop().await;
    // And one that will be soon.
    let soon = with_tls(options(), authority.server_for_days("localhost", 5));
    let house = House::with_tls(soon, &authority.pem()).await;
    let visit = house.visit().await;
    assert!(visit.wrong().is_empty(), "{visit:#?}");
    let (means, remedy) = visit.told("tls-expires-soon");
    assert!(means.contains("expires in 4 days"), "{means}");
    assert!(remedy.contains("renewed"), "{remedy}");
    house.sandbox.stop().await;
    // A good one is told as good, an unknown authority by its name.
    let good = with_tls(options(), authority.server("localhost", GOOD));
    let mut house = House::with_tls(good, &authority.pem()).await;
    let visit = house.visit().await;
    assert!(visit.wrong().is_empty(), "{visit:#?}");
    assert!(
        visit.says("holds for another 365 days or more"),
        "{visit:#?}"
    );
    assert!(
        visit.says("localhost is 127.0.0.1") || visit.says("localhost is ::1"),
        "{visit:#?}"
    );
    house.plan.inbox.clear();
    let visit = house.visit().await;
    assert!(
        visit.wrong().iter().all(|code| code.starts_with("tls-")),
        "{visit:#?}"
    );
    house.sandbox.stop().await;
}

#[tokio::test]
async fn no_idle() {
    let mut options = options();
    options.idle = false;
    let house = House::with(options).await;
    let visit = house.visit().await;
    assert!(visit.wrong().is_empty(), "{visit:#?}");
    let (means, remedy) = visit.told("no-idle");
    assert!(means.contains("once a minute"), "{means}");
    assert!(remedy.contains("nothing has to be done"), "{remedy}");
    house.sandbox.stop().await;
}

#[tokio::test]
async fn no_subaddress() {
    let mut refusing = options();
    refusing.subaddressing = false;
    let mut losing = options();
    losing.habits.loses_details = true;
    for (options, how) in [(refusing, "is refused (550"), (losing, "does not arrive")] {
        let mut house = House::with(options).await;
        let visit = house.visit().await;
        assert_eq!(visit.wrong(), ["no-subaddress"], "{visit:#?}");
        let (means, remedy) = visit.told("no-subaddress");
        assert!(means.contains(how), "{means}");
        assert!(remedy.contains("reply_to = \"plain\""), "{remedy}");
        assert!(remedy.contains("recipient_delimiter"), "{remedy}");
        // With the remedy all is well.
        house.plan.mail = "reply_to = \"plain\"\n".to_owned();
        let visit = house.visit().await;
        assert!(visit.wrong().is_empty(), "{visit:#?}");
        assert!(
            visit.says("a mail to lunch@example.com came back"),
            "{visit:#?}"
        );
        assert!(
            house
                .sandbox
                .mailbox("lunch@example.com", "INBOX")
                .is_empty()
        );
        house.sandbox.stop().await;
    }
}

#[tokio::test]
async fn a_full_disk() {
    let mut house = House::with(options()).await;
    house.with.free_space = |_| Some(3 << 20);
    let visit = house.visit().await;
    assert_eq!(visit.wrong(), ["disk-full"]);
    let (means, remedy) = visit.told("disk-full");
    assert!(means.contains("3 MB are left"), "{means}");
    assert!(remedy.contains("free some space"), "{remedy}");
    house.sandbox.stop().await;
}

#[tokio::test]
async fn a_second_daemon() {
    let house = House::with(options()).await;
    let daemon = Daemon::start(&house.config(), &RunOptions::default()).expect("starts");
    let visit = house.visit().await;
    assert_eq!(visit.wrong(), ["second-daemon"]);
    let (means, remedy) = visit.told("second-daemon");
    let number = std::process::id().to_string();
    assert!(means.contains(&format!("(process {number})")), "{means}");
    assert!(remedy.contains("stop the other one"), "{remedy}");
    daemon.stop().await.expect("stops");
    let visit = house.visit().await;
    assert!(visit.wrong().is_empty(), "{visit:#?}");
    assert!(visit.says("opens with its key"), "{visit:#?}");
    house.sandbox.stop().await;
}

#[tokio::test]
async fn a_folder_that_cannot_be_made() {
    let house = House::with(options()).await;
    house.sandbox.refuse(Fault {
        when: FaultPoint::ImapCommand("CREATE".to_owned()),
        what: Trouble::refuse(550, "[NOPERM] Permission denied"),
        times: None,
    });
    let visit = house.visit().await;
    assert_eq!(visit.wrong(), ["folder", "folder"]);
    let (means, remedy) = visit.told("folder");
    assert!(means.contains("Permission denied"), "{means}");
    assert!(remedy.contains("make it in your mail program"), "{remedy}");
    house.sandbox.stop().await;
}

#[tokio::test]
async fn a_store_that_cannot_be_written_to() {
    let house = House::with(options()).await;
    // A file where a folder should be keeps root out too.
    std::fs::write(house.path().join("store"), "").expect("written");
    let mut house = house;
    let below = house.path().join("store/deeper");
    house.plan.more = String::new();
    let text = house.text().replace(
        &format!("path = \"{}/store\"", house.path().display()),
        &format!("path = \"{}\"", below.display()),
    );
    let config = postlunch::config::Config::parse(&text, "test.toml").expect("usable");
    let mut findings = Vec::new();
    postlunch::doctor::examine(&config, &house.with, |f| findings.push(f)).await;
    let visit = crate::house::Visit(findings);
    assert!(visit.wrong().contains(&"store-unwritable"), "{visit:#?}");
    let (_, remedy) = visit.told("store-unwritable");
    assert!(remedy.contains("name another [store] path"), "{remedy}");
    house.sandbox.stop().await;
}

#[tokio::test]
async fn a_broken_template_and_a_lost_key() {
    let mut house = House::with(options()).await;
    let letters = house.path().join("letters");
    std::fs::create_dir_all(letters.join("en")).expect("made");
    std::fs::write(letters.join("en/invitation.txt"), "{{ nobody }}").expect("written");
    std::fs::create_dir_all(house.path().join("store/journal")).expect("made");
    house.plan.more = format!("[templates]\npath = \"{}\"\n", letters.display());
    let visit = house.visit().await;
    assert_eq!(visit.wrong(), ["letters", "key"]);
    let (means, remedy) = visit.told("letters");
    assert!(means.contains("en/invitation.txt"), "{means}");
    assert!(remedy.contains("move it away"), "{remedy}");
    let (means, remedy) = visit.told("key");
    assert!(means.contains("missing"), "{means}");
    assert!(remedy.contains("put its backup back there"), "{remedy}");
    assert!(!SECRET.is_empty());
    house.sandbox.stop().await;
}
