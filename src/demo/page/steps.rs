//! The way through the demo, step by step, as it can be gone from where things stand.
//!
//! Nothing of it is remembered: what is done is seen from letters, answers and lunches. So whoever
//! takes a way of their own, a no where a yes was meant, is told how to go on from there.

use crate::daemon::glance::Couple;
use crate::demo::page::performance::{Letter, Performance};
use crate::demo::stage::{ANA, BEN, CARA, PLAYERS, Player};
use crate::lunch::act::Answering;
use crate::lunch::pairing::Stage;
use serde::Serialize;

/// A step.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Step {
    /// What to do, in a few words.
    pub title: String,
    /// Why, and how.
    pub hint: String,
    /// Whether it is done.
    pub done: bool,
    /// Whether it is the next one.
    pub current: bool,
    /// Where to go for it.
    pub go: Option<String>,
    /// How far to move the clock for it: a value of the clock's form.
    pub until: Option<&'static str>,
    /// What stands on the link or button.
    pub label: String,
}

/// All steps, as things stand.
pub fn steps(performance: &Performance, couples: &[Couple]) -> Vec<Step> {
    let scene = Scene {
        performance,
        couples,
    };
    let mut steps = scene.asking();
    steps.extend(scene.meeting());
    if let Some(next) = steps.iter_mut().find(|step| !step.done) {
        next.current = true;
    }
    steps
}

struct Scene<'a> {
    performance: &'a Performance,
    couples: &'a [Couple],
}

fn link(number: usize) -> String {
    format!("/mail/{number}")
}

impl Scene<'_> {
    /// The latest letter of that kind to somebody.
    fn letter(&self, to: Player, kind: &str) -> Option<(usize, &Letter)> {
        let letters = self.performance.letters().iter().enumerate().rev();
        letters
            .into_iter()
            .find(|(_, letter)| letter.player == to && letter.is(kind))
    }

    fn came(&self, kind: &str) -> bool {
        self.performance.letters().iter().any(|l| l.is(kind))
    }

    fn opened(&self, kind: &str) -> bool {
        let mut letters = self.performance.letters().iter();
        letters.any(|letter| letter.is(kind) && letter.opened)
    }

    fn answered(&self, by: Player, answering: Answering) -> bool {
        self.performance.answers().iter().any(|answer| {
            let letter = self.performance.letter(answer.to);
            let kind = letter.and_then(|letter| letter.kind.as_ref());
            answer.by == by
                && answer.is_a_persons()
                && kind.is_some_and(|kind| kind.answering == answering)
        })
    }

    fn stage(&self, invitee: Player) -> Option<&Stage> {
        let asked = |c: &&Couple| c.inviter == ANA.address && c.invitee == invitee.address;
        self.couples.iter().find(asked).map(|couple| &couple.stage)
    }

    /// Those who meet, or have met; inviter first.
    fn pair(&self) -> Option<(Player, Player)> {
        let mut couples = self.couples.iter();
        let meeting = couples.find(|couple| couple.stage.is_meeting());
        let met = || {
            self.couples
                .iter()
                .find(|couple| !couple.lunches.is_empty())
        };
        let couple = meeting.or_else(met)?;
        let player = |address: &str| PLAYERS.into_iter().find(|p| p.address == address);
        Some((player(&couple.inviter)?, player(&couple.invitee)?))
    }

    fn asking(&self) -> Vec<Step> {
        let asked = |player: Player| self.letter(player, "invitation").map(|(at, _)| at);
        let read = self.letter(BEN, "invitation");
        let settled = |player| !matches!(self.stage(player), Some(Stage::Invited));
        let reply = |player| asked(player).map(|at| format!("{}#reply", link(at)));
        let pair = self.pair();
        let card = pair.and_then(|(_, invitee)| self.letter(invitee, "calendar-request"));
        let mut steps = vec![
            Step {
                title: "Read Ben's invitation".to_owned(),
                hint: "Four colleagues, and a clock that stands still until you move it. Ana has \
                       just asked Ben and Cara to lunch."
                    .to_owned(),
                done: read.is_some_and(|(_, letter)| letter.opened) || settled(BEN),
                go: asked(BEN).map(link),
                label: "Open it".to_owned(),
                ..Step::default()
            },
            Step {
                title: "Answer as Ben".to_owned(),
                hint:
                    "Say yes, in any words: pick a suggested answer, press a line of the letter, \
                       or type your own."
                        .to_owned(),
                done: settled(BEN),
                go: reply(BEN),
                label: "Reply as Ben".to_owned(),
                ..Step::default()
            },
            Step {
                title: "Answer as Cara".to_owned(),
                hint: "Say no this time. She gets one kind line, and never hears from Ana again."
                    .to_owned(),
                done: settled(CARA),
                go: reply(CARA),
                label: "Reply as Cara".to_owned(),
                ..Step::default()
            },
        ];
        if let (Some((_, invitee)), Some((at, letter))) = (pair, card) {
            steps.push(Step {
                title: format!("Look at {}'s calendar entry", invitee.name),
                hint: "It came by mail, too. Its buttons work as in a calendar.".to_owned(),
                done: letter.opened || self.came("followup"),
                go: Some(link(at)),
                label: "Open it".to_owned(),
                ..Step::default()
            });
        }
        steps
    }

    fn meeting(&self) -> Vec<Step> {
        let Some((inviter, invitee)) = self.pair() else {
            return self.nobody();
        };
        let mut steps = vec![Step {
            title: "Skip to the lunch".to_owned(),
            hint: format!(
                "{} and {} are reminded, have lunch, and are asked for a few lines afterwards.",
                inviter.name, invitee.name
            ),
            done: self.came("followup"),
            until: Some("followup"),
            label: "Skip to the lunch".to_owned(),
            ..Step::default()
        }];
        for player in [invitee, inviter] {
            let letter = self.letter(player, "followup");
            steps.push(Step {
                title: format!("Write notes as {}", player.name),
                hint: "Three prompts, a few words each. Suggested answers show the ways in which \
                       people write them."
                    .to_owned(),
                done: self.answered(player, Answering::FollowUp),
                go: letter.map(|(at, _)| format!("{}#reply", link(at))),
                label: format!("Reply as {}", player.name),
                ..Step::default()
            });
        }
        let exchange = self.letter(invitee, "exchange");
        let told = exchange.or_else(|| self.letter(inviter, "exchange"));
        steps.push(Step {
            title: "Read what one told the other".to_owned(),
            hint: if told.is_some() {
                "Word for word, and to nobody else.".to_owned()
            } else {
                "It goes out once both have written, or on Sunday evening.".to_owned()
            },
            done: self.opened("exchange"),
            go: told.map(|(at, _)| link(at)),
            until: told.is_none().then_some("exchange"),
            label: if told.is_some() {
                "Open it"
            } else {
                "Wait for it"
            }
            .to_owned(),
            ..Step::default()
        });
        steps.push(Step {
            title: "Skip to the month's end".to_owned(),
            hint: "Once a month each gets a harvest of their own.".to_owned(),
            done: self.came("summary"),
            until: Some("summary"),
            label: "Skip to the summaries".to_owned(),
            ..Step::default()
        });
        let summary = self.letter(inviter, "summary");
        let summary = summary.or_else(|| self.letter(invitee, "summary"));
        steps.push(Step {
            title: "Read a summary".to_owned(),
            hint: "Good moments, in the other's words, to show when a promotion is due.".to_owned(),
            done: self.opened("summary"),
            go: summary.map(|(at, _)| link(at)),
            label: "Open it".to_owned(),
            ..Step::default()
        });
        steps
    }

    /// What is left to do while nobody meets.
    fn nobody(&self) -> Vec<Step> {
        let couples = || self.couples.iter();
        let waits = couples().any(|couple| couple.stage.is_open());
        let postponed = couples().any(|c| matches!(c.stage, Stage::Postponed { .. }));
        let asked = couples().any(|couple| couple.stage == Stage::Invited);
        let (title, hint, label) = if postponed && !asked {
            (
                "Wait until the letter comes back",
                "\"Not now\" is a good answer, too: it is asked again on the day that was said.",
                "Wait for it",
            )
        } else if waits {
            return vec![Step {
                title: "Then skip to the lunch, and write notes".to_owned(),
                hint: "Once somebody has said yes.".to_owned(),
                ..Step::default()
            }];
        } else {
            return vec![Step {
                title: "Let somebody ask somebody else".to_owned(),
                hint: "Nobody meets, and whoever said no is left alone for good. Dan has not been \
                       asked yet."
                    .to_owned(),
                go: Some("/#invite".to_owned()),
                label: "Invite somebody".to_owned(),
                ..Step::default()
            }];
        };
        vec![Step {
            title: title.to_owned(),
            hint: hint.to_owned(),
            until: Some("next"),
            label: label.to_owned(),
            ..Step::default()
        }]
    }
}
