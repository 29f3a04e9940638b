//! There and back: any person, pairing or letter comes out of its record as it went in.

use crate::PAIRING;
use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, NaiveTime, Utc, Weekday};
use chrono_tz::TZ_VARIANTS;
use postlunch::lunch::act::{Answering, Held, Permission};
use postlunch::lunch::letter::BoardMeant;
use postlunch::lunch::notes::{Notes, Observation, Polarity, Section, Words};
use postlunch::lunch::pairing::{
    CardLeave, Claim, Growth, Jotted, Lunch, LunchState, Page, Pairing, PairingId, Plan, Role,
    Series, Stage, Told,
};
use postlunch::lunch::person::{Board, Goal, GoalEnd, GoalMeant, Person, PersonId};
use postlunch::lunch::quoting::{Point, Quoting};
use postlunch::store::record::{
    LetterRecord, letter_from_bytes, letter_to_bytes, pairing_from_bytes, pairing_to_bytes,
    person_from_bytes, person_to_bytes,
};
use postlunch::words::address::{Address, NameAddr};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::RngSeed;

fn any_words() -> impl Strategy<Value = Words> {
    prop_oneof![
        "\\PC{0,40}".prop_map(Words::new),
        vec(any::<char>(), 0..40).prop_map(|c| Words::new(c.into_iter().collect())),
    ]
}

fn any_day() -> impl Strategy<Value = NaiveDate> {
    let from = NaiveDate::from_ymd_opt(-50, 1, 1).unwrap();
    (0..4_500_000_u64).prop_map(move |days| from + Days::new(days))
}

fn any_time() -> impl Strategy<Value = NaiveTime> {
    let whole = (0..86_400_u32).prop_map(|s| (s, 0));
    let parts = (0..86_400_u32, 0..1_000_000_000_u32);
    let leap = (0..1440_u32, 1_000_000_000..2_000_000_000_u32).prop_map(|(m, n)| (m * 60 + 59, n));
    prop_oneof![4 => whole, 1 => parts, 1 => leap]
        .prop_map(|(s, n)| NaiveTime::from_num_seconds_from_midnight_opt(s, n).unwrap())
}

fn any_local() -> impl Strategy<Value = NaiveDateTime> {
    (any_day(), any_time()).prop_map(|(day, time)| day.and_time(time))
}

fn any_instant() -> impl Strategy<Value = DateTime<Utc>> {
    any_local().prop_map(|local| local.and_utc())
}

fn any_address() -> impl Strategy<Value = Address> {
    let local = "[A-Za-zäéЖ0-9+_]{1,20}(\\.[A-Za-z0-9-]{1,10})?";
    let domain = select(vec![
        "example.com",
        "Example.ORG",
        "Bücher.example",
        "xn--bcher-kva.de",
    ]);
    (local, domain)
        .prop_map(|(local, domain)| Address::parse(&format!("{local}@{domain}")).unwrap())
}

fn any_goal() -> impl Strategy<Value = Goal> {
    let how = select(vec![GoalEnd::Achieved, GoalEnd::Replaced, GoalEnd::Dropped]);
    let earlier = vec((any_day(), any_words()), 0..3);
    let agreed_by = option::of(any::<u64>());
    let ended = option::of((any_day(), how));
    let taken_from = option::of(any::<u64>());
    (
        any_words(),
        any_day(),
        earlier,
        ended,
        agreed_by,
        taken_from,
    )
        .prop_map(
            |(words, since, earlier, ended, agreed_by, taken_from)| Goal {
                words,
                since,
                earlier,
                ended,
                agreed_by: agreed_by.map(PersonId),
                taken_from: taken_from.map(PairingId),
            },
        )
}

prop_compose! {
    fn any_board()(
        address in any_address(), marks in "(#[a-z]{1,9} ?){0,3}", confirmed in any::<bool>(),
        number in any::<u32>(),
    ) -> Board {
        Board { address, marks, confirmed, number }
    }
}

prop_compose! {
    fn any_person()(
        id in any::<u64>(), name in "\\PC{0,130}", address in any_address(),
        stopped in any::<bool>(), summaries in any::<bool>(), goals in vec(any_goal(), 0..5),
        board in option::of(any_board()), passed_on in any::<bool>(),
        tips in any::<bool>(), boards_named in any::<u32>(),
    ) -> Person {
        Person { id: PersonId(id), who: NameAddr::new(&name, address), stopped, summaries, tips, passed_on, board, boards_named, goals }
    }
}

fn any_stage() -> impl Strategy<Value = Stage> {
    prop_oneof![
        Just(Stage::Invited),
        any_day().prop_map(|until| Stage::Postponed { until }),
        Just(Stage::Meeting),
        any_day().prop_map(|until| Stage::Paused { until }),
        Just(Stage::Declined),
        Just(Stage::Lapsed),
        Just(Stage::Undeliverable),
        Just(Stage::Parted),
        option::of(any::<u64>()).prop_map(|by| Stage::Ended {
            by: by.map(PersonId)
        }),
    ]
}

prop_compose! {
    fn any_plan()(
        (every_weeks, minutes) in any::<(u32, u32)>(), weekday in 0..7_u8, time in any_time(),
        zone in select(TZ_VARIANTS.to_vec()), location in "\\PC{0,30}",
        (once, notes) in any::<(bool, bool)>(),
    ) -> Plan {
        let weekday = Weekday::try_from(weekday).unwrap();
        Plan { every_weeks, weekday, time, minutes, zone, location, once, notes }
    }
}

prop_compose! {
    fn any_series()(
        uid in "[a-z0-9@.-]{1,30}", (sequence, count) in any::<(u32, u32)>(), first in any_local(),
        every_weeks in option::of(any::<u32>()), excluded in vec(any_local(), 0..4),
    ) -> Series {
        Series { uid, sequence, first, every_weeks, count, excluded }
    }
}

fn any_observation() -> impl Strategy<Value = Observation> {
    let polarity = select(vec![Polarity::Helps, Polarity::Hinders, Polarity::Both]);
    (polarity, any_words()).prop_map(|(polarity, words)| Observation { polarity, words })
}

prop_compose! {
    fn any_notes()(
        best in option::of(any_words()), worst in option::of(any_words()),
        focus in option::of(any_words()), observations in vec(any_observation(), 0..3),
        achieved in option::of(any_words()), unplaced in vec(any_words(), 0..3),
    ) -> Notes {
        Notes { best, worst, focus, observations, achieved, unplaced }
    }
}

prop_compose! {
    fn any_page()(
        notes in option::of(any_notes()),
        answer in option::of(select(vec![
            Held::Met, Held::NotMet, Held::SaidNotWritten, Held::NothingThisTime,
        ])),
        (asked_for_missing, share_now, shown) in any::<(bool, bool, u32)>(),
        goal in option::of(any::<usize>()), quoting in vec(any_quoting(), 0..3),
        hinted in any::<bool>(), (carded, wording) in any::<(u32, u32)>(), carded_on in any::<Option<u32>>(),
    ) -> Page {
        let quoting = quoting.into_iter().collect();
        Page { notes, answer, asked_for_missing, share_now, shown, goal, quoting, hinted, carded, carded_on, wording }
    }
}

fn any_role() -> impl Strategy<Value = Role> {
    select(vec![Role::Inviter, Role::Invitee])
}

prop_compose! {
    fn any_quoting()(
        section in select(Section::ALL.to_vec()), asked in any_day(),
        answer in option::of((any_day(), select(vec![
            Permission::Named, Permission::Unnamed, Permission::Refused,
        ]))),
        wording in any::<u32>(),
    ) -> (Section, Quoting) {
        (section, Quoting { asked, answer, wording })
    }
}

prop_compose! {
    fn any_claim()(
        (of, by) in (any_role(), any_role()), goal in any::<usize>(), told in any_instant(),
    ) -> Claim {
        Claim { of, goal, by, told }
    }
}

prop_compose! {
    fn any_jotted()(
        by in any_role(), words in any_words(), on in any_day(), shown in option::of(any_local()),
    ) -> Jotted {
        Jotted { by, words, on, shown }
    }
}

prop_compose! {
    fn any_goal_meant()(place in any::<usize>(), wording in any::<usize>()) -> GoalMeant {
        GoalMeant { place, wording }
    }
}

prop_compose! {
    fn any_growth()(
        claims in vec(any_claim(), 0..3), jar in vec(any_jotted(), 0..3),
        cards in vec((any_role(), option::of(any::<bool>()), any::<u32>()), 0..3), passed_on in any::<bool>(),
        told in vec((any_role(), any_goal_meant()), 0..3),
    ) -> Growth {
        let told = told.into_iter().map(|(of, goal)| Told { of, goal }).collect();
        let leave = |(writer, answer, board)| CardLeave { writer, answer, board };
        Growth { claims, jar, cards: cards.into_iter().map(leave).collect(), told, passed_on }
    }
}

prop_compose! {
    fn any_lunch()(
        slot in any_local(), uid in "[a-z0-9@.-]{1,30}", start in any_local(),
        location in "\\PC{0,30}",
        state in select(vec![
            LunchState::Planned, LunchState::Skipped, LunchState::Rested, LunchState::Held,
            LunchState::NotMet,
        ]),
        skipped_by in option::of(any_role()),
        reminded_of in option::of(any_local()), followed_up in option::of(any_instant()),
        (nudged, chased, unsealed) in any::<(bool, bool, bool)>(),
        by_inviter in any_page(), by_invitee in any_page(),
    ) -> Lunch {
        Lunch {
            slot, uid, start, location, state, skipped_by, reminded_of, followed_up, nudged, chased, unsealed,
            by_inviter, by_invitee,
        }
    }
}

prop_compose! {
    fn any_pairing()(
        (id, inviter, invitee) in any::<(u64, u64, u64)>(), stage in any_stage(),
        plan in any_plan(), note in option::of(any_words()), asked_at in any_instant(),
        (round, reminded, asked_back) in any::<(u32, bool, bool)>(),
        away_until in option::of(any_day()),
        (undelivered_told, series_made) in any::<(bool, u32)>(),
        series in option::of(any_series()), lunches in vec(any_lunch(), 0..5),
        growth in any_growth(),
    ) -> Pairing {
        Pairing {
            id: PairingId(id), inviter: PersonId(inviter), invitee: PersonId(invitee), stage, plan,
            note, asked_at, round, reminded, away_until, asked_back, undelivered_told, series, series_made,
            lunches, growth,
        }
    }
}

prop_compose! {
    fn any_point()(
        pairing in any::<u64>(), slot in any_local(), speaker in any_role(),
        section in select(Section::ALL.to_vec()), wording in any::<u32>(),
    ) -> Point {
        Point { pairing: PairingId(pairing), slot, speaker, section, wording }
    }
}

fn any_board_meant() -> impl Strategy<Value = BoardMeant> {
    prop_oneof![
        ("\\PC{0,20}", "\\PC{0,20}")
            .prop_map(|(address, marks)| BoardMeant::Own { address, marks }),
        any::<u32>().prop_map(|number| BoardMeant::Partners { number }),
    ]
}

prop_compose! {
    fn any_letter()(
        (row, person) in any::<(u64, u64)>(), pairing in option::of(any::<u64>()),
        points in vec(any_point(), 0..3), board in option::of(any_board_meant()),
        goal in option::of(any_goal_meant()),
        name in "[a-z-]{1,20}", answering in select(Answering::ALL.to_vec()),
        slot in option::of(any_local()), goal_asked in any::<bool>(),
        message_id in "[a-z0-9.]{1,20}@[a-z.]{1,10}", subject in any_words(), text in any_words(),
        sent_at in any_instant(), expires in any_instant(),
    ) -> LetterRecord {
        LetterRecord {
            row, person: PersonId(person), pairing: pairing.map(PairingId), name, answering, slot,
            goal_asked, points, board, goal, message_id, subject, text, sent_at, expires,
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 128,
        rng_seed: RngSeed::Fixed(1230),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn any_person_comes_back_as_they_were(person in any_person()) {
        let back = person_from_bytes(&person_to_bytes(&person).unwrap()).unwrap();
        prop_assert_eq!(back.who.address.as_str(), person.who.address.as_str());
        prop_assert_eq!(back, person);
    }

    #[test]
    fn any_pairing_comes_back_as_it_was(pairing in any_pairing()) {
        let back = pairing_from_bytes(&pairing_to_bytes(&pairing).unwrap()).unwrap();
        prop_assert_eq!(back, pairing);
    }

    #[test]
    fn any_letter_comes_back_as_it_was(letter in any_letter()) {
        let back = letter_from_bytes(&letter_to_bytes(&letter).unwrap()).unwrap();
        prop_assert_eq!(back, letter);
    }
}

#[test]
fn every_zone_has_a_name_that_leads_back() {
    let pairing = pairing_from_bytes(PAIRING.as_bytes()).unwrap();
    for zone in TZ_VARIANTS {
        let mut moved = pairing.clone();
        moved.plan.zone = zone;
        let back = pairing_from_bytes(&pairing_to_bytes(&moved).unwrap()).unwrap();
        assert_eq!(back.plan.zone, zone);
    }
}
