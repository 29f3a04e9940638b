//! When a goal counts as reached, and what an answer to that question is about.

use super::*;
use postlunch::lunch::letter::ClaimAnswer;
use postlunch::lunch::person::{Goal, GoalEnd};

const SECOND: PairingId = PairingId(11);

/// What answers that letter.
fn about(letter: &Dispatch) -> About {
    let body = &letter.letter.body;
    About {
        answering: body.answering(),
        letter: body.name().into(),
        slot: letter.slot,
        points: body.points(),
        board: body.board(),
        goal: body.goal(),
    }
}

fn command(name: CommandName, arguments: &str) -> Act {
    Act::Command {
        name,
        arguments: arguments.to_owned(),
    }
}

impl World {
    /// Ana meets Ben and, with `cara`, her too; Ana has told these goals, and nobody was told of them yet.
    fn with_goals(goals: &[&str], cara: bool) -> Self {
        let mut world = Self::meeting();
        if cara {
            world.invite(SECOND, ANA, CARA);
            let invitation = world.newest("invitation", CARA);
            world.answers(CARA, &invitation, Act::Accept(AcceptTerms::default()));
        }
        for goal in goals {
            world.tells(command(CommandName::AnotherGoal, goal));
        }
        world.sent.clear();
        world
    }

    fn newest(&self, name: &str, who: PersonId) -> Dispatch {
        let is_it = |d: &&Dispatch| d.to == who && d.letter.body.name() == name;
        self.sent.iter().rev().find(is_it).cloned().expect(name)
    }

    fn answers(&mut self, by: PersonId, letter: &Dispatch, act: Act) -> Outcome {
        self.hears(by, letter.pairing, Some(about(letter)), vec![act])
    }

    /// Ana says something about herself alone.
    fn tells(&mut self, act: Act) -> Outcome {
        self.hears(ANA, None, None, vec![act])
    }

    fn ended(&self, at: usize) -> Option<GoalEnd> {
        let ended = self.circle.people[&ANA].goals[at].ended;
        ended.map(|(_, how)| how)
    }

    /// What came of an answer, as the partner and the owner of the goal hear it.
    #[track_caller]
    fn heard(&self, partner: PersonId) -> (ClaimAnswer, ClaimAnswer) {
        let Body::Receipt(Receipt::Agreed { came, .. }) = self.body("receipt-agreed", partner)
        else {
            panic!("another receipt")
        };
        let Body::Notice(Notice::GoalAnswered {
            said, came: told, ..
        }) = self.body("notice-goal-answered", ANA)
        else {
            panic!("another notice")
        };
        assert_eq!(said.reveal(), "as written", "words beside it arrive");
        (*came, *told)
    }
}

fn yes() -> Act {
    Act::Accept(AcceptTerms::default())
}

#[test]
fn a_goal_put_another_way_is_open_again_and_a_yes_to_its_old_words_changes_nothing() {
    let mut world = World::with_goals(&["write shorter mails"], false);
    world.tells(command(CommandName::Achieved, ""));
    let asked = world.newest("goal-reached", BEN);
    world.tells(command(CommandName::GoalNumber, "1 learn SQL well"));
    let Body::Receipt(Receipt::Goal { reopened, .. }) = world.body("receipt-goal", ANA) else {
        panic!("another receipt")
    };
    assert!(reopened);
    world.answers(BEN, &asked, yes());
    assert_eq!(
        world.heard(BEN),
        (ClaimAnswer::Reworded, ClaimAnswer::Reworded)
    );
    let Body::Receipt(Receipt::Agreed { goal, .. }) = world.body("receipt-agreed", BEN) else {
        panic!("another receipt")
    };
    assert_eq!(
        goal.reveal(),
        "write shorter mails",
        "the words he was asked about"
    );
    world.run_to("2027-02-20T08:00:00Z");
    assert_eq!(world.ended(0), None, "nor does the fortnight");
}

#[test]
fn an_answer_is_about_the_goal_of_its_letter_and_no_other() {
    let mut world = World::with_goals(&["shorter mails", "learn SQL"], false);
    world.tells(command(CommandName::Achieved, "1"));
    let first = world.newest("goal-reached", BEN);
    world.tells(command(CommandName::Achieved, "2"));
    let second = world.newest("goal-reached", BEN);
    world.answers(BEN, &first, yes());
    assert_eq!(world.ended(0), Some(GoalEnd::Achieved));
    assert_eq!(world.ended(1), None);
    world.answers(BEN, &second, Act::Later { until: None });
    assert_eq!(world.heard(BEN), (ClaimAnswer::NotYet, ClaimAnswer::NotYet));
    let Body::Notice(Notice::GoalAnswered { goal, .. }) = world.body("notice-goal-answered", ANA)
    else {
        panic!("another notice")
    };
    assert_eq!(goal.reveal(), "learn SQL");
    assert_eq!(world.ended(1), None);
}

#[test]
fn one_mail_that_calls_two_goals_reached_asks_about_both() {
    let mut world = World::with_goals(&["shorter mails", "learn SQL"], false);
    let said = Said {
        from: None,
        acts: ["1", "2"]
            .map(|number| command(CommandName::Achieved, number))
            .to_vec(),
        words: "as written".to_owned().into(),
        confided: false,
    };
    let what = What::Said {
        by: ANA,
        pairing: None,
        about: None,
        said,
    };
    world.happen(Cause::Mail("both".into()), what);
    assert_eq!(world.letters_to(BEN), ["goal-reached", "goal-reached"]);
}

#[test]
fn the_second_partner_s_words_arrive_though_it_was_settled() {
    let mut world = World::with_goals(&["shorter mails"], true);
    world.tells(command(CommandName::Achieved, ""));
    let (bens, caras) = (
        world.newest("goal-reached", BEN),
        world.newest("goal-reached", CARA),
    );
    world.answers(BEN, &bens, yes());
    world.sent.clear();
    world.answers(CARA, &caras, Act::Later { until: None });
    assert_eq!(
        world.heard(CARA),
        (ClaimAnswer::Settled, ClaimAnswer::Settled)
    );
    assert_eq!(world.ended(0), Some(GoalEnd::Achieved));
    assert_eq!(world.circle.people[&ANA].goals[0].agreed_by, Some(BEN));
    assert!(world.letters_to(BEN).is_empty());
}

#[test]
fn whoever_says_it_three_times_asks_once() {
    let mut world = World::with_goals(&["shorter mails"], false);
    for _ in 0..3 {
        world.tells(command(CommandName::Achieved, ""));
    }
    assert_eq!(world.letters_to(BEN), ["goal-reached"]);
    assert_eq!(world.letters_to(ANA), ["receipt-achieved"; 3]);
}

#[test]
fn reached_can_be_taken_back_before_and_after_the_partner_agreed() {
    for agreed in [false, true] {
        let mut world = World::with_goals(&["shorter mails"], false);
        world.tells(command(CommandName::Achieved, ""));
        let receipt = world.newest("receipt-achieved", ANA);
        let asked = world.newest("goal-reached", BEN);
        if agreed {
            world.answers(BEN, &asked, yes());
            assert_eq!(world.ended(0), Some(GoalEnd::Achieved));
        }
        world.sent.clear();
        let slip = match agreed {
            true => Act::Later { until: None },
            false => command(CommandName::Undo, ""),
        };
        world.answers(ANA, &receipt, slip);
        let Body::Receipt(Receipt::Goals { all, reopened, .. }) = world.body("receipt-goals", ANA)
        else {
            panic!("another receipt")
        };
        assert_eq!(reopened.as_ref(), all.first());
        assert!(reopened.is_some());
        assert!(world.letters_to(BEN).is_empty());
        assert_eq!(world.circle.people[&ANA].goals[0].agreed_by, None);
        world.answers(BEN, &asked, yes());
        assert_eq!(world.heard(BEN), (ClaimAnswer::Open, ClaimAnswer::Open));
        // Said twice it changes nothing, and lists what there is.
        world.answers(ANA, &receipt, command(CommandName::Undo, ""));
        world.run_to("2027-02-20T08:00:00Z");
        assert_eq!(world.ended(0), None);
    }
}

#[test]
fn a_slip_about_a_goal_pauses_no_lunches() {
    let mut world = World::with_goals(&["shorter mails"], false);
    world.tells(command(CommandName::Achieved, ""));
    let receipt = world.newest("receipt-achieved", ANA);
    for act in [Act::Later { until: None }, Act::Decline] {
        world.hears(ANA, Some(FIRST), Some(about(&receipt)), vec![act]);
        assert_eq!(*world.stage(), Stage::Meeting);
    }
    assert_eq!(world.ended(0), None);
}

#[test]
fn a_new_goal_stands_beside_one_that_is_called_reached() {
    let mut world = World::with_goals(&["shorter mails"], false);
    world.tells(command(CommandName::Achieved, ""));
    world.tells(command(CommandName::Goal, "learn SQL"));
    let Body::Receipt(Receipt::Goal { replaced, .. }) = world.body("receipt-goal", ANA) else {
        panic!("another receipt")
    };
    assert_eq!(*replaced, None);
    assert_eq!(world.ended(0), None);
    world.run_to("2027-01-20T08:00:00Z");
    assert_eq!(world.ended(0), Some(GoalEnd::Achieved));
    assert_eq!(world.ended(1), None);
}

/// After the first lunch Ben writes that she has got there. Whether that is about a goal of Ana's.
fn ben_says_so(world: &mut World) -> bool {
    let notes = Act::Notes(Notes {
        best: Some("the demo".to_owned().into()),
        achieved: Some("she has got there".to_owned().into()),
        ..Notes::default()
    });
    world.says(
        BEN,
        Some((Answering::FollowUp, Some(slot("2027-01-07T12:30:00")))),
        vec![notes, command(CommandName::ShareNow, "")],
    );
    let Body::Exchange { reached, .. } = world.body("exchange", ANA) else {
        panic!("another letter")
    };
    let claims = &world.circle.pairings[&FIRST].growth.claims;
    assert_eq!(reached.is_some(), !claims.is_empty());
    reached.is_some()
}

#[test]
fn notes_call_only_such_a_goal_reached_as_their_writer_was_told_of() {
    let after = "2027-01-07T15:00:00Z";
    let mut world = World::with_goals(&["shorter mails"], false);
    world.run_to(after);
    assert!(ben_says_so(&mut world), "the prompts told him");

    let mut world = World::with_goals(&[], false);
    world.run_to(after);
    world.tells(command(CommandName::Goal, "shorter mails"));
    assert!(!ben_says_so(&mut world), "told after the prompts");

    let mut world = World::with_goals(&["shorter mails"], false);
    world.run_to(after);
    world.tells(command(CommandName::GoalNumber, "1 learn SQL"));
    assert!(!ben_says_so(&mut world), "in words that he has not read");

    for (from, known) in [(SECOND, false), (FIRST, true)] {
        let mut world = World::with_goals(&[], true);
        world.run_to(after);
        let ana = world.circle.people.get_mut(&ANA).unwrap();
        ana.goals.push(Goal {
            taken_from: Some(from),
            ..Goal::new(
                "let others finish".to_owned().into(),
                world.now.date_naive(),
            )
        });
        assert_eq!(ben_says_so(&mut world), known, "{from:?}");
        world.run_to("2027-02-20T08:00:00Z");
        assert_eq!(world.ended(0).is_some(), known);
    }
}

/// What Ana hears of `achieved: …`, and which of her goals it called reached.
fn achieved(goals: &[&str], said: &str) -> Option<usize> {
    let mut world = World::with_goals(goals, false);
    world.tells(command(CommandName::Achieved, said));
    let claims = &world.circle.pairings[&FIRST].growth.claims;
    let place = claims.first().map(|claim| claim.goal);
    assert!(claims.len() < 2);
    let told = if place.is_some() {
        "receipt-achieved"
    } else {
        "receipt-goals"
    };
    if place.is_none() {
        let Body::Receipt(Receipt::Goals { asks, all, .. }) = world.body("receipt-goals", ANA)
        else {
            panic!("another receipt")
        };
        let asked = asks.as_ref().map(|words| words.reveal().as_str());
        assert_eq!((asked, all.len()), (Some(said), goals.len()), "which one?");
    }
    assert_eq!(world.letters_to(ANA), [told], "{said}");
    place
}

#[test]
fn words_that_fit_no_goal_call_none_reached_and_are_asked_about() {
    let two = ["Handing things over sooner", "Speaking up in planning"];
    assert_eq!(achieved(&two, "speaking up"), Some(1));
    assert_eq!(achieved(&two, "handing things over"), Some(0));
    assert_eq!(achieved(&two, "2"), Some(1));
    let more = "speaking up in planning, on Monday even first";
    assert_eq!(achieved(&two, more), Some(1));
    for unsure in [
        "",
        "listening to the end",
        "3",
        "it",
        "planning the handing",
    ] {
        assert_eq!(achieved(&two, unsure), None, "{unsure}");
    }
    let one = ["Handing things over sooner"];
    assert_eq!(achieved(&one, ""), Some(0));
    assert_eq!(achieved(&one, "listening to the end"), None);
    assert_eq!(achieved(&one, "2"), None);
    let alike = ["Asking for help", "Asking for help early"];
    assert_eq!(achieved(&alike, "Asking for help"), Some(0));
    assert_eq!(achieved(&alike, "asking"), None);
    assert_eq!(achieved(&["SQL"], "sql"), Some(0));
    assert_eq!(achieved(&["SQL", "R"], "R"), Some(1));
}

#[test]
fn a_not_yet_of_one_partner_ends_it_everywhere() {
    let mut world = World::with_goals(&["shorter mails"], true);
    world.tells(command(CommandName::Achieved, ""));
    let bens = world.newest("goal-reached", BEN);
    let caras = world.newest("goal-reached", CARA);
    world.answers(BEN, &bens, Act::Later { until: None });
    assert_eq!(world.heard(BEN), (ClaimAnswer::NotYet, ClaimAnswer::NotYet));
    let claims = world
        .circle
        .pairings
        .values()
        .flat_map(|p| &p.growth.claims);
    assert_eq!(claims.count(), 0);
    world.sent.clear();
    world.run_to("2027-03-01T08:00:00Z");
    assert_eq!(
        world.ended(0),
        None,
        "Cara's silence makes it no reached one"
    );
    // And her late yes is told as what it is.
    world.answers(CARA, &caras, yes());
    assert_eq!(world.heard(CARA), (ClaimAnswer::Open, ClaimAnswer::Open));
    assert_eq!(world.ended(0), None);
}
