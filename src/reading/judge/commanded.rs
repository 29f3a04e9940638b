//! Commands on top of a mail, and what the words below them ask for besides.

use super::{Judged, changes};
use crate::lunch::act::{Act, Answering, CommandName};
use crate::reading::notes::{self, held};
use crate::reading::visible::Own;
use crate::reading::{Context, command, intent};

pub(super) fn commanded(text: &str, own: &Own, context: &Context) -> Option<Judged> {
    let followup = context.answering == Some(Answering::FollowUp);
    let Some((act, below)) = command::first_line(text, context) else {
        // "Report and skip this one", "quote 1 and 2"
        return (!followup).then(|| all_commanded(text, context)).flatten();
    };
    let leaves = matches!(act, Act::Stop | Act::End);
    // What stands under a prompt answers it.
    let prompted = own.passages.first().is_some_and(|p| p.prompt.is_some());
    if followup && prompted && !leaves {
        return None;
    }
    let goal = matches!(
        act,
        Act::Command {
            name: CommandName::Goal | CommandName::GoalNumber | CommandName::Achieved,
            ..
        }
    );
    // "Goal: slower" heads the third note; "my goal is: slower" is the writer's own.
    if followup && goal && !command::own_goal(text) {
        return None;
    }
    if followup && goal && command::something_else_below(text, context).is_some() {
        return None;
    }
    if !followup {
        return Some(
            all_commanded(text, context).unwrap_or_else(|| Judged::new(vec![act], ON_TOP)),
        );
    }
    let mut acts = vec![act];
    let rest = if goal { paragraph_behind(text) } else { below };
    if followup && !rest.trim().is_empty() {
        let cut = text.len() - rest.len();
        let mut own = own.clone();
        if let Some(first) = own.passages.first_mut() {
            let kept = first.text.get(cut..).unwrap_or_default();
            first.text = kept.trim().to_owned();
        }
        own.passages.retain(|passage| !passage.text.is_empty());
        let sorted = notes::sort(&own);
        if sorted.placed() {
            acts.push(Act::Notes(sorted.notes));
        } else if let Some((more, _)) = command::on_top(rest, context) {
            acts.extend(more);
        } else if let Some(held) = held::told(rest) {
            acts.push(Act::Held(held));
        }
    }
    Some(Judged::new(acts, ON_TOP))
}

const ON_TOP: &str = "a command on the first line";

/// Every command on top, and what the words below ask for besides: all are acts, or it is asked.
fn all_commanded(text: &str, context: &Context) -> Option<Judged> {
    let (mut acts, below) = command::on_top(text, context)?;
    if acts.iter().any(|act| matches!(act, Act::Stop | Act::End)) {
        acts.retain(|act| matches!(act, Act::Stop | Act::End));
        return Some(Judged::new(acts, ON_TOP));
    }
    // Nobody's words about somebody else go into a goal that all partners see.
    let goals = acts.iter().any(command::runs_on);
    if goals && command::begins_anew(below.lines().next().unwrap_or_default().trim(), context) {
        return Some(Judged::one(
            Act::Unclear,
            "a goal, and right below it something else",
        ));
    }
    let aside = command::set_aside(&format!("\n{below}"), context).unwrap_or_default();
    let below = if aside.acts.is_empty() {
        below
    } else {
        &aside.text
    };
    let more = below_commands(below, &acts, context);
    let silent = more.is_empty() && aside.acts.is_empty();
    acts.extend(more);
    acts.extend(aside.acts);
    acts.dedup();
    // Thanks below "take it up" are for the partner.
    if silent && !below.trim().is_empty() && context.answering == Some(Answering::Exchange) {
        acts.push(Act::Other);
    }
    Some(Judged::new(acts, ON_TOP))
}

/// A moment for the jar by its heading, or a goal; and what the paragraphs below it ask for.
pub(super) fn headed(act: Act, context: &Context) -> Judged {
    const BY_HEADING: &str = "a moment or a goal by its heading";
    let parted = match &act {
        Act::Command { name, arguments } if *name == CommandName::Best => {
            arguments.split_once("\n\n").map(|(moment, below)| {
                let mut more = below_commands(below, &[], context);
                more.retain(|act| *act != Act::Question);
                (moment.trim().to_owned(), more)
            })
        }
        _ => None,
    };
    match parted.filter(|(_, more)| !more.is_empty()) {
        Some((arguments, more)) => {
            let name = CommandName::Best;
            let mut acts = vec![Act::Command { name, arguments }];
            acts.extend(more);
            Judged::new(acts, BY_HEADING)
        }
        None => Judged::one(act, BY_HEADING),
    }
}

/// What the words below a command ask for that it does not: reasons ask for nothing.
fn below_commands(below: &str, commanded: &[Act], context: &Context) -> Vec<Act> {
    if below.trim().is_empty() {
        return Vec::new();
    }
    let said = intent::read(below, context);
    let known = |act: &Act| commanded.iter().any(|command| command.kind() == act.kind());
    let mut acts = changes::changes(&said, context);
    acts.retain(|act| match act {
        Act::Reschedule(wish) => said.moves && wish.start.is_some() && !known(act),
        Act::Pause { until } => until.is_some() && said.absence.is_none() && !known(act),
        Act::Skip => false,
        _ => !known(act),
    });
    if said.question && acts.is_empty() {
        acts.push(Act::Question);
    }
    acts
}

/// What stands below the first paragraph.
fn paragraph_behind(text: &str) -> &str {
    text.split_once("\n\n").map_or("", |(_, behind)| behind)
}
