//! A disk that is really full: the store lies on a small file system of its own, and another file
//! takes all that is left of it, under the journal as under sled. New work waits and `status` says so,
//! nothing leaves without its record, and it goes on by itself once there is room.
//!
//! Each test plays itself once more where it may mount such a file system: in a mount namespace of its
//! own, which nobody has to be root for. Wants `--features crash-points`, with which CI runs it.

#[allow(
    dead_code,
    reason = "each test program uses its own part of the theatre"
)]
mod support;

use chrono::TimeDelta;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};
use support::dice::Dice;
use support::letters::{Kind, Received};
use support::process::Ended;
use support::script::BEGINNING;
use support::theatre::Theatre;
use support::trials::kinds;
use support::{ALICE, BOB, CARA, DAN, Person};

/// Set where a test plays inside its own namespace.
const INSIDE: &str = "POSTLUNCH_OWN_MOUNTS";

/// Room for the ballast twice, for the floor twice, and for the store.
const SIZE: &str = "size=64m,mode=0700";

/// Plays the story where a file system may be mounted.
fn on_a_disk_of_its_own(test: &str, story: fn()) {
    if std::env::var_os(INSIDE).is_some() {
        return story();
    }
    let may = |how: &&&[&str]| {
        let tried = Command::new("unshare").args(**how).arg("true").output();
        tried.is_ok_and(|tried| tried.status.success())
    };
    let ways: [&[&str]; 2] = [&["--mount"], &["--mount", "--user", "--map-root-user"]];
    let way = ways.iter().find(may);
    let way = way.expect("no mount namespace: run this as root, or allow user namespaces");
    let program = std::env::current_exe().expect("this program");
    let played = Command::new("unshare")
        .args(*way)
        .arg(program)
        .args(["--exact", test, "--nocapture"])
        .env(INSIDE, "1")
        .status()
        .expect("unshare runs");
    assert!(played.success(), "{test}: {played}");
}

/// A small disk, as long as it is held.
struct Disk(tempfile::TempDir);

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount")
            .args([Path::new("--lazy"), self.0.path()])
            .status();
    }
}

/// A theatre whose store lies on a small disk.
fn theatre(name: &str) -> (Theatre, Disk) {
    let disk = Disk(tempfile::tempdir().expect("a folder"));
    let mounted = Command::new("mount")
        .args(["-t", "tmpfs", "-o", SIZE, "tmpfs"])
        .arg(disk.0.path())
        .status();
    assert!(mounted.expect("mount runs").success(), "a small disk");
    let theatre = Theatre::sandbox(name, BEGINNING);
    let store = theatre.folder().join("store-rehearsal");
    std::os::unix::fs::symlink(disk.0.path(), store).expect("a link");
    (theatre.open(), disk)
}

/// What takes up the rest of the disk.
struct Filler(PathBuf);

impl Filler {
    fn on(disk: &Path) -> Self {
        Self(disk.join("somebody-elses"))
    }

    /// Takes every octet that is left, whatever else wants it.
    fn fill(&self) {
        let file = std::fs::OpenOptions::new()
            .append(true)
            .create(true)
            .open(&self.0);
        let Ok(mut file) = file else { return };
        for step in [1 << 20, 4096, 1] {
            while file.write_all(&vec![7; step]).is_ok() {}
        }
    }

    /// Keeps the disk full for so long.
    fn keep_full(&self, time: Duration) {
        let until = Instant::now() + time;
        while Instant::now() < until {
            self.fill();
            sleep(Duration::from_millis(2));
        }
    }

    fn give_way(&self) {
        std::fs::remove_file(&self.0).expect("removed");
    }
}

/// What `status` says, well or not.
fn status(theatre: &mut Theatre) -> String {
    theatre.status().to_string()
}

fn invitation(theatre: &mut Theatre, to: Person) -> Received {
    theatre.invite(ALICE, &[to.address], None);
    theatre.take(to, Kind::Invitation)
}

#[test]
fn on_a_really_full_disk_work_waits_and_goes_on_by_itself() {
    on_a_disk_of_its_own(
        "on_a_really_full_disk_work_waits_and_goes_on_by_itself",
        || {
            let (mut theatre, disk) = theatre("small-disk");
            let invited = invitation(&mut theatre, BOB);
            let filler = Filler::on(disk.0.path());
            filler.fill();
            let told = status(&mut theatre);
            assert!(
                told.contains("\"wrong\"") && told.contains("new work waits"),
                "{told}"
            );
            let invite = ["invite", "--from", ALICE.address, "--to", DAN.address];
            let refused = theatre.process.command(&invite);
            assert!(
                format!("{refused:?}").contains("disk is nearly full"),
                "{refused:?}"
            );
            theatre.post_answer(BOB, &invited, "No thanks");
            filler.keep_full(Duration::from_secs(3));
            assert_eq!(kinds(&mut theatre, BOB), [Kind::Invitation]);
            assert!(theatre.process.is_up());
            filler.give_way();
            theatre.take(BOB, Kind::ReceiptDeclined);
            theatre.take(ALICE, Kind::NoticeDeclined);
            theatre.pass(TimeDelta::days(20));
            assert_eq!(
                kinds(&mut theatre, BOB),
                [Kind::Invitation, Kind::ReceiptDeclined]
            );
            theatre.close();
        },
    );
}

/// It fills up while a letter is on its way: that it was taken is written down in the place of the
/// ballast, or as soon as there is room.
#[test]
fn a_letter_on_its_way_while_the_disk_fills_up_comes_once() {
    on_a_disk_of_its_own(
        "a_letter_on_its_way_while_the_disk_fills_up_comes_once",
        || {
            for ballast in [true, false] {
                let (mut theatre, disk) = theatre("small-disk-dot");
                let fault = postlunch::sandbox::FaultPoint::AfterDot;
                let slow = postlunch::sandbox::Trouble::Delay(Duration::from_secs(2));
                theatre.order(fault, slow);
                theatre.invite_in_the_background(ALICE, BOB);
                let deadline = Instant::now() + Duration::from_secs(20);
                while !status(&mut theatre).contains("\"in_flight\":1") {
                    assert!(Instant::now() < deadline, "no letter on its way");
                }
                let filler = Filler::on(disk.0.path());
                if !ballast {
                    let ballast = disk.0.path().join("ballast");
                    std::fs::remove_file(ballast).expect("a ballast");
                }
                filler.keep_full(Duration::from_secs(5));
                assert!(theatre.process.is_up());
                let told = status(&mut theatre);
                let why = ["new work waits", "the disk is full"];
                assert!(
                    told.contains("\"wrong\"") && why.iter().any(|why| told.contains(why)),
                    "{told}"
                );
                filler.give_way();
                let deadline = Instant::now() + Duration::from_secs(40);
                while !status(&mut theatre).contains("\"accepted\":1") {
                    let folder = theatre.folder().display().to_string();
                    assert!(Instant::now() < deadline, "not written down; see {folder}");
                    sleep(Duration::from_millis(100));
                }
                theatre.pass(TimeDelta::days(1));
                assert_eq!(kinds(&mut theatre, BOB), [Kind::Invitation]);
                theatre.close();
            }
        },
    );
}

/// Fills the disk at this moment after something was begun, for so long.
type Gusts<'a> = &'a mut dyn FnMut() -> Option<(Duration, Duration)>;

/// Does something, with the disk full from some moment on and for a while.
fn with(
    theatre: &mut Theatre,
    disk: &Path,
    gust: Option<(Duration, Duration)>,
    act: impl Fn(&mut Theatre),
) {
    let Some((after, long)) = gust else {
        return act(theatre);
    };
    let filler = Filler::on(disk);
    let weather = std::thread::spawn(move || {
        sleep(after);
        filler.keep_full(long);
        filler.give_way();
    });
    act(theatre);
    weather.join().expect("weather");
}

/// Three are invited, say yes, have a lunch and write about it. The clock stands while the disk is
/// full, so that nothing comes late.
fn story(gusts: Gusts<'_>) -> BTreeMap<&'static str, Vec<Kind>> {
    let (mut theatre, disk) = theatre("gusts");
    for person in [BOB, CARA, DAN] {
        with(&mut theatre, disk.0.path(), gusts(), |theatre| {
            let invite = ["invite", "--from", ALICE.address, "--to", person.address];
            // Refused while the disk is full, or because it was decided before it was full.
            let deadline = Instant::now() + Duration::from_secs(40);
            loop {
                match theatre.process.command(&invite) {
                    Ended::Badly(why) if why.contains("disk") && Instant::now() < deadline => {
                        sleep(Duration::from_millis(100));
                    }
                    Ended::Well(_) | Ended::Badly(_) => break,
                    Ended::Killed => unreachable!("nobody kills it"),
                }
            }
        });
        let invited = theatre.take(person, Kind::Invitation);
        with(&mut theatre, disk.0.path(), gusts(), |theatre| {
            theatre.post_answer(person, &invited, "Yes, gladly!");
        });
        theatre.take(person, Kind::ReceiptAccepted);
        theatre.take(ALICE, Kind::NoticeAccepted);
    }
    let mut asked = BTreeMap::new();
    for _ in 0..40 {
        theatre.pass(TimeDelta::days(1));
        for person in [BOB, CARA, DAN] {
            let letters = theatre.letters(person);
            let followup = letters.into_iter().find(|l| l.kind == Kind::Followup);
            asked.entry(person.address).or_insert(followup);
        }
        asked.retain(|_, letter| letter.is_some());
        if asked.len() == 3 {
            break;
        }
    }
    for person in [BOB, CARA, DAN] {
        let letter = asked[person.address].clone().expect("asked");
        with(&mut theatre, disk.0.path(), gusts(), |theatre| {
            let words = "Best: the outage.\nWorst: the meeting.\nFocus: ask earlier.";
            theatre.post_answer(person, &letter, words);
        });
        theatre.take(person, Kind::ReceiptNotes);
    }
    theatre.pass(TimeDelta::days(1));
    let all = [ALICE, BOB, CARA, DAN];
    let had = all.map(|person| {
        let mut had = kinds(&mut theatre, person);
        had.sort_by_key(|kind| format!("{kind:?}"));
        (person.address, had)
    });
    theatre.close();
    had.into()
}

/// One by `POSTLUNCH_TEST_SEED`, twenty by `POSTLUNCH_LONG`.
fn seeds() -> std::ops::RangeInclusive<u64> {
    match std::env::var("POSTLUNCH_TEST_SEED").map(|seed| seed.parse().expect("a seed")) {
        Ok(seed) => seed..=seed,
        Err(_) if std::env::var_os("POSTLUNCH_LONG").is_some() => 1..=20,
        Err(_) => 1..=2,
    }
}

/// The disk is full from any moment on: between decision and journal, between journal and sled, while
/// sled writes for itself. Everybody gets what they get with room, once.
#[test]
fn a_disk_that_is_full_at_any_moment_loses_and_doubles_nothing() {
    on_a_disk_of_its_own(
        "a_disk_that_is_full_at_any_moment_loses_and_doubles_nothing",
        || {
            let undisturbed = story(&mut || None);
            for seed in seeds() {
                let mut dice = Dice(seed);
                let mut told = 0;
                let disturbed = story(&mut || {
                    told += 1;
                    let after = Duration::from_millis(60).mul_f64(dice.share());
                    let long = Duration::from_millis(1200).mul_f64(dice.share());
                    Some((after, long))
                });
                assert_eq!(disturbed, undisturbed, "seed {seed}");
                println!("seed {seed}: full {told} times, 0 lost, 0 doubled");
            }
        },
    );
}
