//! Bad weather between the daemon and its servers, by seeded plans: connections cut at every point,
//! refusals, lost replies, silence, mailboxes numbered anew. Everybody gets each letter once, and the
//! servers are left in peace.
//!
//! `POSTLUNCH_TEST_SEED` plays one seed alone; `POSTLUNCH_LONG=1` plays the seeds 1 to 20 of each
//! plan, with more people, and waits for a dead IDLE in real time.

#[allow(dead_code, reason = "each test program uses its own part of it")]
#[path = "support/dice.rs"]
mod dice;
#[path = "weather/house.rs"]
mod house;
#[path = "weather/proxy.rs"]
mod proxy;

use chrono::TimeDelta;
use house::{ALICE, House, LUNCH, Plan};
use postlunch::imap::{ImapAccount, Mailbox, Patience, Session};
use postlunch::sandbox::{Sandbox, SandboxOptions};
use postlunch::store::outbox::{JITTER, RETRY_MINUTES};
use postlunch::words::confidential::Confidential;
use postlunch::words::endpoint::{Endpoint, Login, Security};
use proxy::{Deed, Proxy, Rule, Tongue};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

fn long() -> bool {
    std::env::var_os("POSTLUNCH_LONG").is_some()
}

fn seeds(short: std::ops::RangeInclusive<u64>) -> std::ops::RangeInclusive<u64> {
    match std::env::var("POSTLUNCH_TEST_SEED").map(|seed| seed.parse().expect("a seed")) {
        Ok(seed) => seed..=seed,
        Err(_) if long() => 1..=20,
        Err(_) => short,
    }
}

/// Mixed bad weather while letters are handed over.
fn at_sea() -> Vec<Rule> {
    vec![
        Rule::new("accept", Deed::Cut).share(0.05),
        Rule::new("banner", Deed::Answer("421 4.3.2 too busy")).share(0.03),
        Rule::new(
            "cmd:RCPT",
            Deed::Answer("451 4.7.1 greylisted, come back later"),
        )
        .share(0.08),
        Rule::new("cmd:MAIL", Deed::Answer("454 4.7.28 rate limited")).share(0.04),
        Rule::new("cmd:AUTH", Deed::Answer("454 4.7.0 try later")).share(0.03),
        Rule::new("body", Deed::Stub(700)).share(0.04),
        Rule::new("before-dot", Deed::Cut).share(0.04),
        Rule::new("reject", Deed::Answer("451 4.3.0 local error")).share(0.05),
        Rule::new("after-dot", Deed::Cut).share(0.08),
        Rule::new("after-dot", Deed::Delay(1200)).share(0.05),
        Rule::new("after-dot", Deed::Stub(2)).share(0.03),
        Rule::new("after-dot", Deed::KeepBack).share(0.03),
    ]
}

/// Mixed bad weather while the inbox is read.
fn in_the_hills() -> Vec<Rule> {
    vec![
        Rule::new("accept", Deed::Cut).share(0.03),
        Rule::new("cmd:LOGIN", Deed::Answer("NO [UNAVAILABLE] try later")).share(0.03),
        Rule::new("literal", Deed::Cut).share(0.05),
        Rule::new("literal", Deed::Delay(700)).share(0.03),
        Rule::new("tagged:UID MOVE", Deed::Cut).share(0.1),
        Rule::new("tagged:UID STORE", Deed::Cut).share(0.1),
        Rule::new("tagged:UID COPY", Deed::Cut).share(0.05),
        Rule::new(
            "cmd:UID FETCH",
            Deed::Answer("NO [SERVERBUG] internal error"),
        )
        .share(0.02),
        Rule::new("idle", Deed::Answer("* BYE server restarting")).share(0.05),
        Rule::new("idle", Deed::Cut).share(0.05),
        Rule::new("exists", Deed::KeepBack).share(0.05),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn every_letter_is_taken_once_whatever_the_submission_server_does() {
    let mut met: BTreeMap<String, u32> = BTreeMap::new();
    for seed in seeds(1..=3) {
        let told = format!("seed {seed}");
        println!("{told}");
        let mut house = House::set(Plan {
            smtp: at_sea(),
            people: if long() { 20 } else { 8 },
            ..Plan::fair(seed)
        })
        .await;
        house.invite(&house.people()).await;
        for _ in 0..60 {
            house.some_answer(3);
            house.pass(TimeDelta::minutes(20)).await;
            if house.all_is_said() {
                break;
            }
        }
        house.pass(TimeDelta::hours(5)).await;
        house.assert_said_once(&told);
        let log = house.smtp.log();
        let mut taken: BTreeMap<&str, u32> = BTreeMap::new();
        for letter in &log.handed {
            *taken.entry(&letter.message_id).or_default() += u32::from(letter.taken);
        }
        let doubled: Vec<_> = taken.iter().filter(|(_, times)| **times != 1).collect();
        assert!(
            doubled.is_empty(),
            "{told}: taken other than once: {doubled:?}"
        );
        for (point, times) in log.done {
            *met.entry(point).or_default() += times;
        }
        house.strike().await;
    }
    println!("{met:?}");
    let faults: u32 = met.values().sum();
    assert!(faults > 4, "hardly any weather: {met:?}");
}

/// 550 at RCPT is final: told to the inviter once, and not tried again.
#[tokio::test(flavor = "multi_thread")]
async fn a_letter_that_is_refused_for_good_is_told_once() {
    let mut house = House::set(Plan {
        smtp: vec![
            Rule::new("cmd:RCPT", Deed::Answer("550 5.1.1 no such user")).only("person1@"),
            Rule::new("reject", Deed::Answer("554 5.6.0 refused")).only("person2@"),
        ],
        people: 3,
        ..Plan::fair(1)
    })
    .await;
    house.invite(&house.people()).await;
    house.pass(TimeDelta::hours(1)).await;
    assert_eq!(house.some_answer(9), 1, "only the third was reached");
    house.pass(TimeDelta::days(10)).await;
    let people = house.people();
    let got: Vec<usize> = people.iter().map(|p| house.letters(p).len()).collect();
    assert_eq!(got, [0, 0, 2]);
    let told: Vec<String> = house.letters(ALICE).into_iter().map(|l| l.text).collect();
    assert_eq!(told.len(), 3, "{told:#?}");
    let came_back = told.iter().filter(|text| text.contains("came back"));
    assert_eq!(came_back.count(), 2, "{told:#?}");
    let log = house.smtp.log();
    assert_eq!(
        log.done["cmd:RCPT"] + log.done["reject"],
        2,
        "{:?}",
        log.done
    );
    house.strike().await;
}

/// "Later" is believed for four days: tried on schedule, never sooner, and then told once.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_says_later_is_asked_on_schedule_for_four_days() {
    for relents in [true, false] {
        let house = House::set(Plan {
            smtp: vec![Rule::new("cmd:RCPT", Deed::Answer("451 4.7.1 later")).only("person1@")],
            people: 1,
            ..Plan::fair(3)
        })
        .await;
        let began = house.status().await.now;
        house.invite(&house.people()).await;
        house.pass(TimeDelta::zero()).await;
        let mut tries = vec![began];
        let mut seen = house.smtp.log().done["cmd:RCPT"];
        assert_eq!(seen, 1, "tried at once");
        loop {
            let now = house.next().await;
            let asked = house.smtp.log().done.get("cmd:RCPT").copied().unwrap_or(0);
            if asked > seen {
                assert_eq!(asked, seen + 1, "more than one try at one moment");
                tries.push(now);
                seen = asked;
            }
            let days = now - began;
            if relents && days > TimeDelta::hours(90) {
                house.smtp.change(Vec::new());
                house.pass(TimeDelta::hours(5)).await;
                break;
            }
            if days > TimeDelta::days(6) {
                break;
            }
        }
        for (number, pair) in tries.windows(2).enumerate() {
            let minutes = RETRY_MINUTES
                .get(number)
                .or(RETRY_MINUTES.last())
                .expect("a wait");
            let gap = (pair[1] - pair[0]).num_seconds() as f64 / 60.0;
            let share = gap / *minutes as f64;
            let fits = (1.0 - JITTER - 0.02..=1.0 + JITTER + 0.02).contains(&share);
            assert!(fits, "try {number}: {gap} minutes, not about {minutes}");
        }
        let last = *tries.last().expect("a try") - began;
        let person = house.people().remove(0);
        if relents {
            assert_eq!(house.letters(&person).len(), 1);
            assert_eq!(house.letters(ALICE).len(), 0);
        } else {
            assert!(last >= TimeDelta::days(4), "given up after {last}");
            assert!(last < TimeDelta::hours(102), "tried for {last}");
            assert_eq!(house.letters(&person).len(), 0);
            assert_eq!(house.letters(ALICE).len(), 1, "told once");
        }
        println!("{} tries over {last}", tries.len());
        house.strike().await;
    }
}

/// At most one log-in in five seconds, and back within a minute.
fn assert_considerate(house: &House, told: &str) {
    let log = house.imap.log();
    for pair in log.logins.windows(2) {
        let apart = pair[1] - pair[0];
        assert!(
            apart > Duration::from_millis(4900),
            "{told}: two log-ins within {apart:?}"
        );
    }
    for ended in &log.ended {
        let back = log.connected.iter().find(|at| *at >= ended);
        if let Some(back) = back {
            let away = *back - *ended;
            assert!(away < Duration::from_secs(61), "{told}: away for {away:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_is_decided_once_whatever_the_inbox_does() {
    let mut met: BTreeMap<String, u32> = BTreeMap::new();
    for seed in seeds(2..=4) {
        let told = format!("seed {seed}");
        println!("{told}");
        let mut house = House::set(Plan {
            imap: in_the_hills(),
            people: if long() { 25 } else { 8 },
            by_hand: false,
            moves: seed % 2 == 1,
            ..Plan::fair(seed)
        })
        .await;
        house.invite(&house.people()).await;
        let everybody = |house: &House| {
            let people = house.people();
            people
                .iter()
                .all(|person| !house.letters(person).is_empty())
        };
        let limit = Duration::from_secs(60);
        house.until("the invitations", limit, everybody).await;
        while house.some_answer(3) > 0 {
            tokio::time::sleep(Duration::from_millis(1500)).await;
        }
        // An answer whose announcement was lost is found at the next look, in nine minutes at most.
        let limit = Duration::from_secs(if long() { 900 } else { 400 });
        let nudge = vec![Rule::new("exists", Deed::KeepBack).share(0.0)];
        let patience = Instant::now();
        let said = |house: &House| {
            if patience.elapsed() > Duration::from_secs(40) && !long() {
                house.imap.change(nudge.clone()); // the storm passes
                house.sandbox.cut_connections();
            }
            house.all_is_said() && house.sandbox.mailbox(LUNCH, "INBOX").is_empty()
        };
        house.until("the answers", limit, said).await;
        tokio::time::sleep(Duration::from_secs(2)).await;
        house.assert_said_once(&told);
        assert_considerate(&house, &told);
        for (point, times) in house.imap.log().done {
            *met.entry(point).or_default() += times;
        }
        house.strike().await;
    }
    println!("{met:?}");
    let faults: u32 = met.values().sum();
    assert!(faults > 2, "hardly any weather: {met:?}");
}

/// A first start begins behind what lies in the mailbox. Where the server lets nobody in at first, no
/// letter leaves, so that no answer to one lies there by then.
#[tokio::test(flavor = "multi_thread")]
async fn no_answer_is_taken_for_old_where_the_first_log_ins_are_refused() {
    let refused = Deed::Answer("NO [UNAVAILABLE] try later");
    let mut house = House::set(Plan {
        imap: vec![Rule::new("cmd:LOGIN", refused).times(2)],
        people: 3,
        by_hand: false,
        ..Plan::fair(1)
    })
    .await;
    house.invite(&house.people()).await;
    let all = |house: &House| house.people().iter().all(|p| !house.letters(p).is_empty());
    let limit = Duration::from_secs(90);
    house.until("the invitations", limit, all).await;
    house.some_answer(9);
    house.until("the answers", limit, House::all_is_said).await;
    house.strike().await;
}

/// The server has moved, copied or flagged a message, and nobody hears of it.
#[tokio::test(flavor = "multi_thread")]
async fn a_move_that_nobody_heard_of_is_survived() {
    for austere in [false, true] {
        let lost = match austere {
            false => vec![Rule::new("tagged:UID MOVE", Deed::Cut).times(2)],
            true => vec![
                Rule::new("tagged:UID COPY", Deed::Cut).times(1),
                Rule::new("tagged:UID STORE", Deed::Cut).times(1).skip(1),
            ],
        };
        let mut house = House::set(Plan {
            imap: lost,
            people: 3,
            by_hand: false,
            moves: !austere,
            uidplus: !austere,
            ..Plan::fair(1)
        })
        .await;
        house.invite(&house.people()).await;
        let all = |house: &House| house.people().iter().all(|p| !house.letters(p).is_empty());
        house
            .until("the invitations", Duration::from_secs(30), all)
            .await;
        house.some_answer(9);
        let limit = Duration::from_secs(90);
        house.until("the answers", limit, House::all_is_said).await;
        let log = house.imap.log();
        assert_eq!(log.done.values().sum::<u32>(), 2, "{:?}", log.done);
        let told = format!("austere: {austere}");
        tokio::time::sleep(Duration::from_secs(1)).await;
        if !austere {
            house.assert_said_once(&told);
        } else {
            // Without UIDPLUS handled mail stays in the inbox, flagged; but nobody hears twice.
            for person in house.people() {
                assert_eq!(house.letters(&person).len(), 2, "{told}");
            }
            assert_eq!(house.letters(ALICE).len(), 3, "{told}");
        }
        assert_considerate(&house, &told);
        house.strike().await;
    }
}

/// Numbered anew by a lie of the server, and then really: thrown away, made again, and everything
/// delivered a second time. What is known has no second effect, what is new is answered.
#[tokio::test(flavor = "multi_thread")]
async fn a_mailbox_that_is_numbered_anew_brings_no_second_effect() {
    let mut house = House::set(Plan {
        people: 6,
        by_hand: false,
        ..Plan::fair(1)
    })
    .await;
    let people = house.people();
    house.invite(&people).await;
    let all = |house: &House| house.people().iter().all(|p| !house.letters(p).is_empty());
    house
        .until("the invitations", Duration::from_secs(30), all)
        .await;
    let answers: Vec<(String, String)> = people
        .iter()
        .filter_map(|person| house.answer(person))
        .collect();
    let said = |number: usize| move |house: &House| house.letters(ALICE).len() >= number;
    let limit = Duration::from_secs(60);
    house.some_answer(2);
    house.until("two answers", limit, said(2)).await;

    // The same mailbox under another UIDVALIDITY, from the next log-in on.
    house.imap.change(vec![Rule::new(
        "uidvalidity",
        Deed::Renumber(4_000_000_001),
    )]);
    house.sandbox.cut_connections();
    house.some_answer(2);
    house.until("four answers", limit, said(4)).await;

    // Thrown away and made again, with the old mail in it once more, and the rest.
    house.imap.change(Vec::new());
    house
        .sandbox
        .recreate_mailbox(LUNCH, "INBOX")
        .expect("made again");
    for (to, mail) in answers.iter().take(4) {
        house.sandbox.deliver(to, mail).expect("delivered");
    }
    house.some_answer(2);
    house.until("six answers", limit, House::all_is_said).await;
    let empty = |house: &House| house.sandbox.mailbox(LUNCH, "INBOX").is_empty();
    house.until("the copies to be moved", limit, empty).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    house.assert_said_once("numbered anew");
    house.strike().await;
}

/// A connection that fell silent under IDLE: noticed within the limits that the daemon has, which
/// come to ten minutes.
#[tokio::test(flavor = "multi_thread")]
async fn a_dead_idle_is_noticed() {
    let usual = Patience::default();
    assert!(usual.idle_max + usual.command <= Duration::from_secs(600));
    let accounts = [(LUNCH, "sandbox")];
    let sandbox = Sandbox::start(SandboxOptions::with_accounts(&accounts)).await;
    let sandbox = sandbox.expect("a sandbox");
    let silence = vec![Rule::new("idle", Deed::Silence)];
    let proxy = Proxy::start(Tongue::Imap, sandbox.imap_port(), 1, silence).await;
    let account = ImapAccount {
        endpoint: Endpoint {
            host: "127.0.0.1".to_owned(),
            port: proxy.port(),
            security: Security::None,
            ca_pem: None,
        },
        login: Login::password(LUNCH, Confidential::new("sandbox".to_owned())),
    };
    let patience = match long() {
        true => usual,
        false => Patience {
            idle_max: Duration::from_millis(1500),
            command: Duration::from_millis(800),
            ..usual
        },
    };
    let mut session = Session::connect(&account, &patience)
        .await
        .expect("a session");
    session
        .select(&Mailbox::named("INBOX"))
        .await
        .expect("an inbox");
    let began = Instant::now();
    let waited = session.idle(Duration::from_secs(3600), std::future::pending());
    let most = patience.idle_max + patience.command + Duration::from_secs(1);
    let ended = tokio::time::timeout(most, waited).await;
    assert!(ended.expect("noticed in time").is_err());
    println!("noticed after {:?}", began.elapsed());
    proxy.stop().await;
    sandbox.stop().await;
}

/// The announcement of a mail is lost: it is found at the next look, long before ten minutes.
#[tokio::test(flavor = "multi_thread")]
async fn mail_that_was_not_announced_is_found_all_the_same() {
    let mut house = House::set(Plan {
        imap: vec![Rule::new("exists", Deed::KeepBack)],
        people: 1,
        ..Plan::fair(1)
    })
    .await;
    house.invite(&house.people()).await;
    house.pass(TimeDelta::minutes(1)).await;
    assert_eq!(house.some_answer(1), 1);
    house.pass(TimeDelta::minutes(1)).await; // a look, as the daemon takes one every nine minutes
    assert!(house.all_is_said());
    house.assert_said_once("not announced");
    house.strike().await;
}
