//! What leaves with a member, and what never does.

use super::*;
use crate::lunch::act::Permission;
use crate::lunch::event::Rules;
use crate::lunch::notes::{Notes, Section};
use crate::lunch::pairing::{Growth, Page, PairingId, Plan, Stage};
use crate::lunch::quoting::Quoting;
use crate::lunch::weave::weave;
use crate::summary::monthly::gather;
use crate::words::address::NameAddr;
use crate::words::token::TokenKey;
use chrono::{Days, NaiveDateTime, NaiveTime, TimeDelta, Weekday};
use chrono_tz::Tz;
use std::collections::BTreeMap;

const ANA: PersonId = PersonId(1);
const BEN: PersonId = PersonId(2);
const CARA: PersonId = PersonId(3);
const DAN: PersonId = PersonId(4);
const EVE: PersonId = PersonId(5);

fn day(month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2027, month, day).unwrap()
}

fn person(id: PersonId, name: &str) -> Person {
    let address = format!("{name} <{}@example.com>", name.to_lowercase());
    Person::new(id, NameAddr::parse(&address).unwrap())
}

fn pairing(id: u64, inviter: PersonId, invitee: PersonId, stage: Stage) -> Pairing {
    let now = "2027-01-01T08:00:00Z".parse().unwrap();
    Pairing {
        id: PairingId(id),
        inviter,
        invitee,
        stage,
        plan: Plan {
            every_weeks: 2,
            weekday: Weekday::Thu,
            time: NaiveTime::from_hms_opt(12, 30, 0).unwrap(),
            minutes: 45,
            zone: Tz::Europe__Berlin,
            location: "Cafe".to_owned(),
            once: false,
            notes: true,
        },
        note: None,
        asked_at: now,
        round: 0,
        reminded: false,
        asked_back: false,
        away_until: None,
        undelivered_told: false,
        series: None,
        series_made: 0,
        lunches: Vec::new(),
        growth: Growth::default(),
    }
}

fn noon(date: NaiveDate) -> NaiveDateTime {
    date.and_hms_opt(12, 30, 0).unwrap()
}

fn held(date: NaiveDate) -> Lunch {
    Lunch {
        state: LunchState::Held,
        ..Lunch::planned(noon(date), "uid", "Cafe")
    }
}

fn page(best: &str, answers: &[(Section, Permission)], goal: Option<usize>) -> Page {
    let quoting = answers.iter().map(|(section, answer)| {
        let quoting = Quoting {
            asked: day(2, 1),
            answer: Some((day(2, 2), *answer)),
            wording: 0,
        };
        (*section, quoting)
    });
    Page {
        notes: Some(Notes {
            best: Some(best.to_owned().into()),
            worst: Some("PLANTED".to_owned().into()),
            unplaced: vec!["UNPLACED".to_owned().into()],
            ..Notes::default()
        }),
        shown: 1,
        goal,
        quoting: quoting.collect(),
        ..Page::default()
    }
}

fn circle(people: Vec<Person>, pairings: Vec<Pairing>) -> Circle {
    Circle {
        people: people.into_iter().map(|p| (p.id, p)).collect(),
        pairings: pairings.into_iter().map(|p| (p.id, p)).collect(),
        rules: Rules {
            key: TokenKey::new('a', [3; 32]),
            mailbox: NameAddr::parse("Lunch <lunch@example.com>").unwrap(),
            max_pairings: 5,
            holidays: Default::default(),
            remind_after: TimeDelta::days(5),
            lapse_after: TimeDelta::days(14),
            reminder_days: 1,
            reminder_time: NaiveTime::from_hms_opt(9, 0, 0).unwrap(),
            followup_after: TimeDelta::minutes(90),
            nudge_after: TimeDelta::days(1),
            seal: TimeDelta::days(3),
        },
    }
}

fn goal(words: &str, since: NaiveDate, ended: Option<(NaiveDate, GoalEnd)>) -> Goal {
    Goal {
        ended,
        ..Goal::new(words.to_owned().into(), since)
    }
}

/// Ana with two goals, one of them reached; Ben has told her much, Cara has said no.
fn ana_s() -> Circle {
    let mut ana = person(ANA, "Ana");
    let reached = Some((day(2, 10), GoalEnd::Achieved));
    ana.goals = vec![
        goal("Speaking up", day(1, 2), reached),
        goal("Asking first", day(2, 12), None),
        goal(
            "Nothing came of it",
            day(1, 2),
            Some((day(1, 3), GoalEnd::Dropped)),
        ),
    ];
    let mut met = pairing(1, ANA, BEN, Stage::Meeting);
    let yes = |permission| {
        [
            (Section::Best, permission),
            (Section::Worst, Permission::Named),
        ]
    };
    for (date, words, answer, goal) in [
        (day(1, 7), "one, by name", Permission::Named, None),
        (day(1, 21), "two, without", Permission::Unnamed, Some(0)),
        (day(2, 4), "three, refused", Permission::Refused, Some(0)),
        (
            day(2, 18),
            "four, the second goal",
            Permission::Named,
            Some(1),
        ),
    ] {
        met.lunches.push(Lunch {
            by_invitee: page(words, &yes(answer), goal),
            ..held(date)
        });
    }
    met.lunches.push(Lunch {
        by_invitee: page("five, never asked", &[], None),
        ..held(day(3, 4))
    });
    met.lunches.push(Lunch {
        by_inviter: page("mine, sealed", &[], None),
        by_invitee: Page {
            shown: 0,
            ..page("six, sealed", &yes(Permission::Named), None)
        },
        ..held(day(3, 18))
    });
    let no = pairing(2, ANA, CARA, Stage::Declined);
    let people = vec![ana, person(BEN, "Ben"), person(CARA, "Cara")];
    circle(people, vec![met, no])
}

fn texts(moments: &[Stamped]) -> Vec<&str> {
    moments.iter().map(|m| m.words.reveal().as_str()).collect()
}

#[test]
fn the_pack_is_what_was_allowed_by_goal_and_never_a_worst_moment() {
    let pack = pack(&ana_s(), ANA, day(4, 1)).expect("a pack");
    let goals: Vec<_> = pack
        .goals
        .iter()
        .map(|g| g.words.reveal().as_str())
        .collect();
    assert_eq!(
        goals,
        ["Speaking up", "Asking first"],
        "reached, or with something to show"
    );
    assert_eq!(pack.goals[0].reached, Some(day(2, 10)));
    // On the 7th of January it was the only goal she had.
    assert_eq!(
        texts(&pack.goals[0].moments),
        ["one, by name", "two, without"]
    );
    assert_eq!(texts(&pack.goals[1].moments), ["four, the second goal"]);
    assert!(pack.moments.is_empty());
    let by: Vec<_> = pack.goals[0]
        .moments
        .iter()
        .map(|m| m.speaker.is_some())
        .collect();
    assert_eq!(by, [true, false]);
    assert_eq!(pack.goals[0].moments[0].granted, day(2, 2));
    let all = pack.goals.iter().flat_map(|goal| &goal.moments);
    assert!(
        all.chain(&pack.moments)
            .all(|m| !m.words.reveal().contains("PLANTED"))
    );
}

/// What Ben said to Ana became her goal: it is not hers to show until she says it herself.
#[test]
fn a_goal_in_a_partner_s_words_titles_nothing_until_it_is_put_in_own_words() {
    let mut circle = ana_s();
    let goals = &mut circle.people.get_mut(&ANA).unwrap().goals;
    goals[0].taken_from = Some(PairingId(1));
    let shown = pack(&circle, ANA, day(4, 1)).expect("a pack");
    let titles: Vec<_> = shown.goals.iter().map(|g| g.words.reveal()).collect();
    assert_eq!(titles, ["Asking first"]);
    assert_eq!(texts(&shown.moments), ["one, by name", "two, without"]);

    let goal = &mut circle.people.get_mut(&ANA).unwrap().goals[0];
    let borrowed = std::mem::replace(&mut goal.words, "Own words".to_owned().into());
    goal.earlier.push((day(1, 20), borrowed));
    let shown = pack(&circle, ANA, day(4, 1)).expect("a pack");
    assert_eq!(shown.goals[0].words.reveal(), "Own words");
    assert!(shown.goals[0].earlier.is_empty(), "nor as what it once was");
    assert_eq!(texts(&shown.goals[0].moments).len(), 2);
}

/// Two goals of each: a month of one never takes a goal of the other's for its reader's own.
#[test]
fn a_month_has_every_goal_with_its_owner() {
    let mut circle = ana_s();
    let ben = circle.people.get_mut(&BEN).unwrap();
    ben.goals = vec![
        goal(
            "Handing over",
            day(1, 2),
            Some((day(2, 3), GoalEnd::Achieved)),
        ),
        goal("Fewer meetings", day(2, 4), None),
    ];
    let now = "2027-03-01T08:00:00Z".parse().unwrap();
    let month = |who| gather(&circle, &[], who, day(2, 1), now).expect("a month");
    let told = |who| {
        let month = month(who);
        let text = |words: &Words| words.reveal().clone();
        let reached: Vec<_> = month.reached.iter().map(|g| text(&g.words)).collect();
        let open: Vec<_> = month.open.iter().map(|g| text(&g.words)).collect();
        let watching = month.watching.iter();
        let watching: Vec<_> = watching
            .map(|(who, g)| (who.first_name(), text(g)))
            .collect();
        (reached, open, watching)
    };
    let owned = |who: &str, goal: &str| vec![(who.to_owned(), goal.to_owned())];
    let one = |goal: &str| vec![goal.to_owned()];
    let anas = (
        one("Speaking up"),
        one("Asking first"),
        owned("Ben", "Fewer meetings"),
    );
    assert_eq!(told(ANA), anas);
    let bens = (
        one("Handing over"),
        one("Fewer meetings"),
        owned("Ana", "Asking first"),
    );
    assert_eq!(told(BEN), bens);
    // What Ben wrote beside her second goal is told beside it, in her month alone.
    let seen = "four, the second goal";
    let moments = |who| {
        month(who)
            .good_moments
            .into_iter()
            .map(|q| q.words.reveal().clone())
    };
    assert!(moments(ANA).any(|words| words == seen) && moments(BEN).all(|words| words != seen));
}

#[test]
fn the_record_is_what_one_has_read_and_written_and_lists_no_refusal() {
    let now = "2027-04-01T08:00:00Z".parse().unwrap();
    let record = record(&ana_s(), ANA, now).expect("a record");
    let partners: Vec<_> = record
        .pairings
        .iter()
        .map(|p| p.partner.first_name())
        .collect();
    assert_eq!(partners, ["Ben"]);
    let lunches = &record.pairings[0].lunches;
    assert_eq!(lunches.len(), 6);
    let heard = lunches[0].heard.as_ref().expect("shown");
    assert_eq!(
        heard.worst.as_ref().map(|w| w.reveal().as_str()),
        Some("PLANTED")
    );
    assert!(
        heard.unplaced.is_empty(),
        "what he placed nowhere is his own"
    );
    let told = lunches[5].told.as_ref().expect("hers");
    assert_eq!(told.unplaced.len(), 1, "and hers is hers");
    assert!(lunches[5].heard.is_none(), "Ben's are sealed");
    assert!(lunches[5].told.is_some(), "her own are hers");
}

/// Ana brought Ben in, Ben brought Dan in, Dan brought Eve in: Ana reads that two pairs grew, and no name but Ben's.
#[test]
fn what_grew_is_seen_by_those_it_grew_from() {
    let mut first = pairing(1, ANA, BEN, Stage::Meeting);
    first.lunches = (0..4)
        .map(|n| held(day(1, 7) + Days::new(14 * n)))
        .collect();
    let mut second = pairing(2, BEN, DAN, Stage::Meeting);
    second.lunches = vec![held(day(3, 1)), held(day(3, 15))];
    let refused = pairing(3, BEN, CARA, Stage::Declined);
    let mut third = pairing(4, DAN, EVE, Stage::Meeting);
    third.lunches = vec![held(day(3, 22))];
    let of = |reader, all: &[&Pairing]| weave(&people(), all, reader, day(4, 1));
    let with = of(ANA, &[&first, &second, &refused, &third]);
    assert_eq!(with.threads.len(), 1);
    assert_eq!(with.threads[0].held.len(), 4);
    let grown = [vec![day(3, 1), day(3, 15)], vec![day(3, 22)]];
    assert_eq!(with.threads[0].grown, grown);
    assert_eq!(with.threads[0].partner.first_name(), "Ben");
    for (id, third) in [(CARA, "Cara"), (DAN, "Dan"), (EVE, "Eve")] {
        let told = format!("{with:?}");
        let address = person(id, third).who.address.to_string();
        assert!(!told.contains(third) && !told.contains(&address), "{told}");
    }
    let without = of(ANA, &[&first, &second, &third]);
    assert_eq!(with, without, "a no leaves no trace");
    let bens = of(BEN, &[&first, &second, &third]);
    let grown: Vec<_> = bens.threads.iter().map(|t| t.grown.len()).collect();
    assert_eq!(grown, [0, 1], "Eve's grew from Dan's");
    let ben = of(BEN, &[&first, &second]);
    let grown: Vec<_> = ben.threads.iter().map(|t| t.grown.len()).collect();
    assert_eq!(
        (ben.threads.len(), grown),
        (2, vec![0, 0]),
        "both are his own"
    );
    // Dan came through Ben; what Ben has with Ana did not grow from Dan.
    let dan = of(DAN, &[&first, &second]);
    assert_eq!((dan.threads.len(), dan.threads[0].grown.len()), (1, 0));
}

/// Dan said no to Ana, ended it with her, or has not answered her, and lunches with Ben now: she reads what she
/// would have read without it, that one pair grew.
#[test]
fn a_no_to_the_reader_leaves_no_trace_in_what_grew() {
    let mut first = pairing(1, ANA, BEN, Stage::Meeting);
    first.lunches = vec![held(day(1, 7))];
    let mut second = pairing(3, BEN, DAN, Stage::Meeting);
    second.lunches = vec![held(day(3, 1))];
    let of_ana = |all: &[&Pairing]| weave(&people(), all, ANA, day(4, 1));
    let without = of_ana(&[&first, &second]);
    assert_eq!(without.threads[0].grown, [vec![day(3, 1)]]);
    for stage in [
        Stage::Declined,
        Stage::Lapsed,
        Stage::Invited,
        Stage::Ended { by: Some(DAN) },
        Stage::Parted,
    ] {
        for (from, to) in [(ANA, DAN), (DAN, ANA)] {
            let between = pairing(5, from, to, stage.clone());
            assert_eq!(of_ana(&[&first, &second, &between]), without, "{stage:?}");
        }
    }
    second.lunches.clear();
    let woven = of_ana(&[&first, &second]);
    assert_eq!(woven.threads[0].grown.len(), 0, "not met yet");
}

fn people() -> BTreeMap<PersonId, Person> {
    let all = [
        (ANA, "Ana"),
        (BEN, "Ben"),
        (CARA, "Cara"),
        (DAN, "Dan"),
        (EVE, "Eve"),
    ];
    all.map(|(id, name)| (id, person(id, name))).into()
}
