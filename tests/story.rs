//! wip
use chrono::TimeDelta;
use postlunch::demo::client::Habit;
use postlunch::demo::stage::{ANA, BEN, CARA, Stage};

#[tokio::test(flavor = "multi_thread")]
async fn smoke() {
    let t0 = std::time::Instant::now();
    let mut stage = Stage::set("2027-01-04T08:00:00Z".parse().unwrap())
        .await
        .unwrap();
    println!("set {:?}", t0.elapsed());
    let subjects = stage.invite(ANA, &[BEN, CARA], "").await.unwrap();
    println!("{subjects:?} {:?}", t0.elapsed());
    let invitation = stage.latest(BEN, "One on one").unwrap();
    stage
        .reply(BEN, &invitation, "No problem, count me in!", Habit::Webmail)
        .await
        .unwrap();
    let invitation = stage.latest(CARA, "One on one").unwrap();
    stage
        .reply(CARA, &invitation, "No thanks", Habit::Phone)
        .await
        .unwrap();
    for m in stage.inbox(BEN) {
        println!("== BEN {} | {}\n{}", m.from, m.subject, m.text);
    }
    println!(
        "{:?}",
        stage
            .ask(postlunch::daemon::request::Request::Pairings)
            .await
    );
    stage.pass(TimeDelta::days(4)).await.unwrap();
    let f = stage.latest(BEN, "your notes").unwrap();
    stage.reply(BEN, &f, "You read the error aloud in the outage and everybody stopped guessing.\n\nYou cut Dan short in the retro.\n\nHelps: you asked first. Hinders: slides came late.", Habit::Inline).await.unwrap();
    let f = stage.latest(ANA, "your notes").unwrap();
    stage
        .reply(
            ANA,
            &f,
            "1. the demo\n2. the retro\n3. delegating more",
            Habit::Phone,
        )
        .await
        .unwrap();
    stage.pass(TimeDelta::days(30)).await.unwrap();
    for p in [ANA, BEN, CARA] {
        for m in stage.inbox(p) {
            println!(
                "=== to {} | from {} | {}\n{}",
                p.name,
                m.from,
                m.subject,
                if m.calendar.is_some() {
                    "(calendar)".to_owned()
                } else {
                    m.text
                }
            );
        }
    }
    println!("{:?}", t0.elapsed());
    stage.strike().await.unwrap();
    println!("{:?}", t0.elapsed());
}
