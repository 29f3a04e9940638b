//! Papers: Ana's threads, her record and her pack in the samples.

use super::*;
use crate::lunch::act::Permission;
use crate::lunch::pairing::LunchState;
use crate::lunch::person::GoalEnd;
use crate::lunch::record::{
    KeptGoal, KeptLunch, KeptPairing, Leave, Pack, PackGoal, Record, Stamped,
};
use crate::lunch::weave::{OwnThread, Weave};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;

const HELPS: &str = "You asked what worried them before the first slide.";

impl Cast {
    /// Four lunches with Ben, who has passed it on, and a few with Cara before.
    pub(super) fn weave(&self) -> Weave {
        let days = |days: &[(i32, u32, u32)]| days.iter().map(|(y, m, d)| on(*y, *m, *d)).collect();
        let cara = NameAddr::parse("Cara <cara@example.com>");
        let bens = OwnThread {
            partner: self.ben.clone(),
            held: days(&[(2026, 12, 3), (2026, 12, 17), (2027, 1, 14), (2027, 1, 28)]),
            goes_on: true,
            grown: vec![days(&[(2027, 1, 19)]), days(&[(2027, 1, 26)])],
        };
        let caras = cara.ok().map(|cara| OwnThread {
            partner: cara,
            held: days(&[(2026, 11, 24), (2026, 12, 8), (2026, 12, 22)]),
            goes_on: false,
            grown: Vec::new(),
        });
        let threads = caras.into_iter().chain([bens]).collect();
        Weave {
            threads,
            until: on(2027, 2, 1),
        }
    }

    pub(super) fn report(&self) -> Body {
        Body::Report {
            record: Box::new(self.record()),
            pack: self.pack(),
        }
    }

    fn record(&self) -> Record {
        let goal = |text: &str, since, ended, agreed_by| KeptGoal {
            words: words(text),
            since,
            earlier: Vec::new(),
            ended,
            agreed_by,
        };
        let lunch = |day: NaiveDate, state| KeptLunch {
            uid: "k3q7@example.com".to_owned(),
            slot: at(day, 12, 30),
            start: at(day, 12, 30),
            minutes: 45,
            location: "Nearby cafe".to_owned(),
            state,
            told: None,
            told_shown: false,
            heard: None,
            goal: None,
            given: Vec::new(),
            got: Vec::new(),
        };
        Record {
            who: self.ana.clone(),
            made: DateTime::<Utc>::from_timestamp(1_801_468_800, 0).unwrap_or_default(),
            summaries: true,
            tips: true,
            board: Some("ana+board@boards.example".to_owned()),
            goals: vec![
                KeptGoal {
                    earlier: vec![(on(2026, 12, 17), words("Speaking up"))],
                    ..goal(
                        "Speaking up in planning",
                        on(2026, 12, 3),
                        Some((on(2027, 1, 14), GoalEnd::Achieved)),
                        Some(self.ben.clone()),
                    )
                },
                goal("Influencing the client", on(2027, 1, 14), None, None),
            ],
            pairings: vec![KeptPairing {
                partner: self.ben.clone(),
                invited: true,
                goes_on: true,
                zone: Tz::Europe__Amsterdam,
                lunches: vec![
                    KeptLunch {
                        told: Some(Notes {
                            best: Some(words("You let the trainee run the release.")),
                            ..Notes::default()
                        }),
                        told_shown: true,
                        heard: Some(bens_notes()),
                        goal: Some(1),
                        got: vec![Leave {
                            section: Section::Best,
                            permission: Permission::Named,
                            on: on(2027, 2, 1),
                        }],
                        ..lunch(on(2027, 1, 14), LunchState::Held)
                    },
                    lunch(on(2027, 1, 28), LunchState::Held),
                    lunch(on(2027, 2, 11), LunchState::Planned),
                ],
                jar: vec![(on(2027, 1, 20), words("How you let the trainee ask first."))],
            }],
        }
    }

    pub(super) fn pack(&self) -> Pack {
        let stamped = |text: &str, day, named: bool| Stamped {
            words: words(text),
            on: day,
            granted: on(2027, 2, 1),
            speaker: named.then(|| self.ben.clone()),
        };
        Pack {
            who: self.ana.clone(),
            made: on(2027, 2, 1),
            goals: vec![
                PackGoal {
                    words: words("Speaking up in planning"),
                    since: on(2026, 12, 3),
                    earlier: vec![(on(2026, 12, 17), words("Speaking up"))],
                    reached: Some(on(2027, 1, 14)),
                    agreed: true,
                    moments: vec![stamped(
                        "On Monday you said the plan would slip, with numbers, before anybody asked.",
                        on(2026, 12, 17),
                        true,
                    )],
                },
                PackGoal {
                    words: words("Influencing the client"),
                    since: on(2027, 1, 14),
                    earlier: Vec::new(),
                    reached: None,
                    agreed: false,
                    moments: vec![stamped(HELPS, on(2027, 1, 14), false)],
                },
            ],
            moments: vec![
                stamped(
                    "In Tuesday\u{2019}s outage you read the error aloud, slowly, and everybody stopped guessing.",
                    on(2027, 1, 14),
                    true,
                ),
                stamped(
                    "You gave Erin the demo and sat on your hands.",
                    on(2027, 1, 28),
                    true,
                ),
            ],
        }
    }
}
