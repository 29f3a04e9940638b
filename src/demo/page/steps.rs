//! The way through the demo, step by step, as it can be gone from where things stand.
//!
//! Nothing of it is remembered: what is done is seen from letters, answers and lunches. So whoever
//! takes a way of their own, a no where a yes was meant, is told how to go on from there.

use crate::daemon::glance::{Couple, Kind};
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

fn player(address: &str) -> Option<Player> {
    PLAYERS.into_iter().find(|player| player.address == address)
}

fn link(number: usize) -> String {
    format!("/mail/{number}")
}

impl Scene<'_> {
    /// The latest letter of that kind to somebody.
    fn letter(&self, to: Player, kind: &str) -> Option<(usize, &Letter)> {
        let mut letters = self.performance.letters().iter().enumerate().rev();
        letters.find(|(_, letter)| letter.player == to && letter.is(kind))
    }

    /// The letters of that kind that these two got about their lunches; a letter about nobody's in
    /// particular, as a summary, counts as theirs.
    fn theirs<'s>(
        &'s self,
        couple: &Couple,
        kind: &str,
    ) -> impl Iterator<Item = (usize, &'s Letter)> {
        let letters = self.performance.letters().iter().enumerate().rev();
        letters.filter(move |(_, letter)| {
            let known = letter.kind.as_ref().filter(|known| known.name == kind);
            let about = |known: &Kind| known.pairing.is_none_or(|about| about == couple.pairing);
            let to = letter.player.address;
            known.is_some_and(about) && [&couple.inviter, &couple.invitee].iter().any(|a| *a == to)
        })
    }

    fn came(&self, couple: &Couple, kind: &str) -> bool {
        self.theirs(couple, kind).next().is_some()
    }

    fn opened(&self, couple: &Couple, kind: &str) -> bool {
        self.theirs(couple, kind).any(|(_, letter)| letter.opened)
    }

    /// Whether somebody has written notes about one of their lunches.
    fn noted(&self, couple: &Couple, by: Player) -> bool {
        self.performance.answers().iter().any(|answer| {
            let letter = self.performance.letter(answer.to);
            let kind = letter.and_then(|letter| letter.kind.as_ref());
            let about = |kind: &Kind| {
                kind.answering == Answering::FollowUp && kind.pairing == Some(couple.pairing)
            };
            answer.by == by && answer.is_a_persons() && kind.is_some_and(about)
        })
    }

    /// Whether somebody has opened an invitation.
    fn has_read(&self, player: Player) -> bool {
        let mut letters = self.performance.letters().iter();
        letters.any(|letter| letter.player == player && letter.opened && letter.is("invitation"))
    }

    /// Whether somebody has answered an invitation themselves, in whatever way.
    fn has_answered(&self, player: Player) -> bool {
        self.performance.answers().iter().any(|answer| {
            let letter = self.performance.letter(answer.to);
            let kind = letter.and_then(|letter| letter.kind.as_ref());
            let asked = kind.is_some_and(|kind| kind.answering == Answering::Invitation);
            answer.by == player && answer.is_a_persons() && asked && answer.marked.kind == "later"
        })
    }

    fn stage(&self, invitee: Player) -> Option<&Stage> {
        let asked = |c: &&Couple| c.inviter == ANA.address && c.invitee == invitee.address;
        self.couples.iter().find(asked).map(|couple| &couple.stage)
    }

    /// Those who meet, or have met and can tell each other of it.
    fn pair(&self) -> Option<&Couple> {
        let mut couples = self.couples.iter();
        let meeting = couples.find(|couple| couple.stage.is_meeting());
        let met = |couple: &&Couple| !couple.lunches.is_empty() && self.came(couple, "followup");
        meeting.or_else(|| self.couples.iter().find(met))
    }

    /// Those who were asked and have not answered.
    fn invited(&self) -> impl Iterator<Item = &Couple> {
        let couples = self.couples.iter();
        couples.filter(|couple| couple.stage == Stage::Invited)
    }

    fn asking(&self) -> Vec<Step> {
        let asked = |player: Player| self.letter(player, "invitation").map(|(at, _)| at);
        // An invitation that has come back was read and answered before.
        let settled = |player| {
            !matches!(self.stage(player), Some(Stage::Invited)) || self.has_answered(player)
        };
        let reply = |player| asked(player).map(|at| format!("{}#reply", link(at)));
        let meets = self.pair().is_some();
        let mut steps = vec![
            Step {
                title: "Read Ben's invitation".to_owned(),
                hint: "Four colleagues, and a clock that stands still until you move it. Ana has \
                       asked Ben and Cara to lunch."
                    .to_owned(),
                done: self.has_read(BEN) || settled(BEN),
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
                hint: if meets || !settled(BEN) {
                    "Say no this time. She gets one kind line, and never hears from Ana again."
                } else {
                    "Say yes this time, so that two of them meet."
                }
                .to_owned(),
                done: settled(CARA),
                go: reply(CARA),
                label: "Reply as Cara".to_owned(),
                ..Step::default()
            },
        ];
        let known = [BEN, CARA].map(|player| player.address);
        let theirs = |c: &&Couple| c.inviter == ANA.address && known.contains(&&*c.invitee);
        for couple in self.invited().filter(|_| !meets) {
            let Some(invitee) = player(&couple.invitee) else {
                continue;
            };
            let back = self.has_answered(invitee);
            if theirs(&couple) && !back {
                continue;
            }
            let (title, hint) = match back {
                true => (
                    format!("Answer as {} once more", invitee.name),
                    "The letter has come back on its day. Say yes this time, so that two of them \
                     meet.",
                ),
                false => (
                    format!("Answer as {}", invitee.name),
                    "Say yes this time, so that two of them meet.",
                ),
            };
            steps.push(Step {
                title,
                hint: hint.to_owned(),
                go: reply(invitee),
                label: format!("Reply as {}", invitee.name),
                ..Step::default()
            });
        }
        steps
    }

    /// From the yes to the summary; of those who may say yes, as long as nobody has.
    fn meeting(&self) -> Vec<Step> {
        let couple = self.pair().or_else(|| self.invited().next());
        let names = |c: &Couple| Some((player(&c.inviter)?, player(&c.invitee)?));
        let Some((couple, (inviter, invitee))) = couple.and_then(|c| Some((c, names(c)?))) else {
            return self.nobody();
        };
        let mut cards = self.theirs(couple, "calendar-request");
        let card = cards.find(|(_, letter)| letter.player == invitee);
        let mut steps = vec![Step {
            title: format!("Look at {}'s calendar entry", invitee.name),
            hint: "It came by mail, too. Its buttons work as in a calendar.".to_owned(),
            done: card.is_some_and(|(_, letter)| letter.opened) || self.came(couple, "reminder"),
            go: card.map(|(at, _)| link(at)),
            label: "Open it".to_owned(),
            ..Step::default()
        }];
        if !couple.notes {
            steps.push(Step {
                title: "Skip to the lunch".to_owned(),
                hint: "They are reminded, and that is all: no notes, as agreed.".to_owned(),
                done: self.came(couple, "reminder"),
                until: Some("reminder"),
                label: "Skip to the lunch".to_owned(),
                ..Step::default()
            });
            return steps;
        }
        steps.push(Step {
            title: "Skip to the lunch".to_owned(),
            hint: format!(
                "{} and {} are reminded, have lunch, and are asked for a few lines afterwards.",
                inviter.name, invitee.name
            ),
            done: self.came(couple, "followup"),
            until: Some("followup"),
            label: "Skip to the lunch".to_owned(),
            ..Step::default()
        });
        for player in [invitee, inviter] {
            let mut letters = self.theirs(couple, "followup");
            let letter = letters.find(|(_, letter)| letter.player == player);
            steps.push(Step {
                title: format!("Write notes as {}", player.name),
                hint: "Three prompts, a few words each. Suggested answers show the ways in which \
                       people write them."
                    .to_owned(),
                done: self.noted(couple, player),
                go: letter.map(|(at, _)| format!("{}#reply", link(at))),
                label: format!("Reply as {}", player.name),
                ..Step::default()
            });
        }
        self.harvest(couple, &mut steps);
        if !couple.stage.is_open() {
            // They have parted: what they did not get to is for somebody else.
            steps.retain(|step| step.done);
            steps.extend(self.nobody());
        }
        steps
    }

    /// What comes of the notes.
    fn harvest(&self, couple: &Couple, steps: &mut Vec<Step>) {
        let told = self.theirs(couple, "exchange").next();
        steps.push(Step {
            title: "Read what one told the other".to_owned(),
            hint: if told.is_some() {
                "Word for word, and to nobody else.".to_owned()
            } else {
                "It goes out once both have written, or three days after lunch.".to_owned()
            },
            done: self.opened(couple, "exchange"),
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
            hint: "Once a month each gets a letter of their own.".to_owned(),
            done: self.came(couple, "summary"),
            until: Some("summary"),
            label: "Skip to the summaries".to_owned(),
            ..Step::default()
        });
        let summary = self.theirs(couple, "summary").next();
        steps.push(Step {
            title: "Read a summary".to_owned(),
            hint: "Good moments, in the other's words, to show when a promotion is due.".to_owned(),
            done: self.opened(couple, "summary"),
            go: summary.map(|(at, _)| link(at)),
            label: "Open it".to_owned(),
            ..Step::default()
        });
    }

    /// What is left to do while nobody meets, and nobody is asked.
    fn nobody(&self) -> Vec<Step> {
        let mut couples = self.couples.iter();
        if couples.any(|couple| matches!(couple.stage, Stage::Postponed { .. })) {
            return vec![Step {
                title: "Wait until the letter comes back".to_owned(),
                hint: "\"Not now\" is a good answer, too: the letter comes back on the day that \
                       was said, or else in three months."
                    .to_owned(),
                until: Some("next"),
                label: "Wait for it".to_owned(),
                ..Step::default()
            }];
        }
        vec![Step {
            title: "Let somebody ask somebody else".to_owned(),
            hint: "Nobody meets, and whoever said no is left alone for good.".to_owned(),
            go: Some("/#invite".to_owned()),
            label: "Invite somebody".to_owned(),
            ..Step::default()
        }]
    }
}
