//! The promises that hold after every event, whatever came before.

use super::calendars::Place;
use super::world::{Turn, World, secret};
use postlunch::lunch::act::Act;
use postlunch::lunch::agenda::{Chore, agenda, next_due};
use postlunch::lunch::consent::{Waiting, objection};
use postlunch::lunch::decide::decide;
use postlunch::lunch::decide::step::{Standing, Step, step};
use postlunch::lunch::event::{Cause, Consent, Dispatch, Effect, Event, Outcome, What};
use postlunch::lunch::letter::{Body, Notice, Receipt, Table};
use postlunch::lunch::notes::Notes;
use postlunch::lunch::pairing::{LunchState, Pairing, PairingId, Stage};
use postlunch::lunch::person::PersonId;
use std::collections::{BTreeMap, BTreeSet};

type Kept = Result<(), String>;

/// Lunches of one pairing that a bounded story can ever need.
const LUNCHES_MAX: usize = 260;

/// Checks one decision, and takes its letters to their readers.
pub fn hold(world: &mut World, turn: &Turn) -> Kept {
    let sample = world.sent.len().is_multiple_of(8);
    if sample && decide(&turn.before, &turn.event, world.now) != turn.decision {
        return Err("deciding twice gives two answers".into());
    }
    remember(world, turn);
    let letters = letters(turn);
    for letter in &letters {
        may_leave(world, turn, letter)?;
        keeps_secrets(world, letter)?;
        makes_sense(world, turn, letter)?;
        few_unasked(world, turn, letter)?;
        deliver(world, letter)?;
    }
    one_receipt(turn, &letters)?;
    same_tables(&letters)?;
    one_lunch_in_a_place(turn)?;
    nothing_old_leaves(world)?;
    way_out(world, turn)?;
    progress(world, &turn.event)?;
    for pairing in world.circle.pairings.values() {
        sound(world, pairing)?;
    }
    nobody_twice(world)?;
    calendars_agree(world)
}

fn letters(turn: &Turn) -> Vec<Dispatch> {
    let sends = turn.decision.effects.iter().filter_map(|e| match e {
        Effect::Send(dispatch) => Some((**dispatch).clone()),
        Effect::Summarise { .. } | Effect::Show { .. } | Effect::AskAnew { .. } => None,
    });
    sends.collect()
}

fn waiting(letter: &Dispatch) -> Waiting {
    Waiting {
        to: letter.to,
        pairing: letter.pairing,
        slot: letter.slot,
        letter: letter.letter.body.name().into(),
        consent: letter.consent,
    }
}

/// The pairings of the same two people.
fn of_the_same_two(world: &World, id: PairingId) -> Vec<PairingId> {
    let Some(given) = world.circle.pairings.get(&id) else {
        return Vec::new();
    };
    let same = |p: &&Pairing| p.role(given.inviter).is_some() && p.role(given.invitee).is_some();
    world
        .circle
        .pairings
        .values()
        .filter(same)
        .map(|p| p.id)
        .collect()
}

/// Remembers who left and who came back, from what they said alone.
fn remember(world: &mut World, turn: &Turn) {
    let What::Said {
        by,
        pairing: Some(id),
        about,
        said,
    } = &turn.event.what
    else {
        return;
    };
    let Some(before) = turn.before.pairings.get(id) else {
        return;
    };
    let Some(role) = before.role(*by) else { return };
    let was_open = |world: &World, p: &PairingId| {
        world.circle.pairings.contains_key(p) && turn.before.pairings[p].stage.is_open()
    };
    for act in &said.acts {
        let standing = Standing::of(&before.stage, *by, role);
        let answering = about.as_ref().map(|a| a.answering);
        let letter = about.as_ref().map(|a| a.letter.as_str());
        let meant = step(standing, role, answering, letter, act);
        match act {
            Act::Accept(_) | Act::Resume => {
                world.stopped.remove(by);
                for same in of_the_same_two(world, *id) {
                    world.left.remove(&(*by, same));
                    if world.circle.pairings[&same].invitee == *by {
                        world.agreed.insert(same);
                    }
                }
            }
            _ if world.stopped.contains(by) => {}
            Act::Stop => {
                world.stopped.insert(*by);
                let mine: Vec<_> = turn
                    .before
                    .pairings
                    .values()
                    .filter(|p| p.role(*by).is_some() && p.stage != Stage::Ended { by: None })
                    .map(|p| p.id)
                    .collect();
                world.left.extend(mine.into_iter().map(|p| (*by, p)));
            }
            Act::End | Act::Decline
                if matches!(act, Act::End) || matches!(meant, Step::Decline | Step::End) =>
            {
                let all = of_the_same_two(world, *id);
                let open = all.iter().find(|same| was_open(world, same));
                world.left.insert((*by, *open.unwrap_or(id)));
            }
            _ => {}
        }
    }
    if before.stage == (Stage::Ended { by: None }) && !world.stopped.contains(by) {
        // The operator closed it; there is nothing left to leave.
        world.left.remove(&(*by, *id));
    }
}

fn has_left(world: &World, to: PersonId, pairing: Option<PairingId>) -> bool {
    world.stopped.contains(&to) || pairing.is_some_and(|p| world.left.contains(&(to, p)))
}

fn may_leave(world: &mut World, turn: &Turn, letter: &Dispatch) -> Kept {
    let name = letter.letter.body.name();
    if let Some(why) = objection(&waiting(letter), &world.circle) {
        return Err(format!("{name} is decided on and may not leave: {why}"));
    }
    if has_left(world, letter.to, letter.pairing) {
        let own = matches!(&turn.event.what, What::Said { by, .. } if *by == letter.to);
        let last = own
            && matches!(
                name,
                "receipt-declined" | "receipt-ended" | "receipt-stopped"
            );
        if !last && name != "calendar-cancel" {
            return Err(format!("{name} to {:?}, who has left", letter.to));
        }
    }
    // Once a day for the same kind of thing is what these are meant for.
    let daily = matches!(name, "returned" | "confirm");
    if !world.keys.insert(letter.key().to_string()) && !daily {
        return Err(format!("the same effect twice: {}", letter.key()));
    }
    Ok(())
}

/// Nobody gets more than three unasked mails for one lunch. A correction is its writer's wish.
fn few_unasked(world: &mut World, turn: &Turn, letter: &Dispatch) -> Kept {
    let table = match &letter.letter.body {
        Body::Reminder { table, .. }
        | Body::FollowUp { table, .. }
        | Body::Exchange {
            table,
            corrected: false,
            ..
        } => table,
        _ => return Ok(()),
    };
    let Some(pairing) = letter.pairing else {
        return Ok(());
    };
    // What comes at once upon the reader's own mail is no more unasked than a receipt; whoever has written
    // waits for the other's words; and "share now" is the writer's wish.
    let asked = matches!(&turn.event.what, What::Said { by, .. } if *by == letter.to);
    let shared = letter.slot.and_then(|slot| {
        let pairing = world.circle.pairings.get(&pairing)?;
        let writer = pairing.role(letter.to)?.other();
        let lunch = pairing.lunches.get(pairing.lunch_at(slot)?)?;
        Some(lunch.page(writer).share_now || lunch.page(writer.other()).is_answered())
    });
    if asked || shared == Some(true) {
        return Ok(());
    }
    let lunch = (letter.to, pairing, table.start);
    let unasked = world.unasked.entry(lunch).or_default();
    *unasked += 1;
    match *unasked > 3 {
        true => Err(format!("a fourth unasked mail for {}", table.start)),
        false => Ok(()),
    }
}

fn deliver(world: &mut World, letter: &Dispatch) -> Kept {
    world.sent.push(waiting(letter));
    world.hand_over(letter);
    let Some(event) = letter.letter.event() else {
        return Ok(());
    };
    for client in 0..2 {
        if let Some(calendar) = world.calendars.get_mut(&(letter.to, client)) {
            calendar.take(event)?;
        }
    }
    Ok(())
}

/// Whatever was planned before somebody left and still waits is refused at the door.
fn nothing_old_leaves(world: &World) -> Kept {
    for old in &world.sent {
        let last = matches!(old.consent, Consent::Final | Consent::Farewell);
        let free = objection(old, &world.circle).is_none();
        if free && !last && has_left(world, old.to, old.pairing) {
            return Err(format!("a waiting {} could still leave", old.letter));
        }
        let stands = old
            .pairing
            .and_then(|p| world.circle.pairings.get(&p))
            .is_some_and(|p| p.stage.is_meeting());
        if free && !stands && matches!(old.letter.as_str(), "exchange" | "reminder" | "followup") {
            return Err(format!(
                "a waiting {} could leave after the end",
                old.letter
            ));
        }
    }
    Ok(())
}

fn notes_in(notes: &Notes) -> Vec<String> {
    let sections = [&notes.best, &notes.worst, &notes.focus, &notes.achieved];
    let seen = notes.observations.iter().map(|o| &o.words);
    let all = sections.into_iter().flatten().chain(seen);
    all.chain(&notes.unplaced)
        .map(|w| w.reveal().clone())
        .collect()
}

fn words_in(body: &Body) -> Vec<String> {
    match body {
        Body::Question { words, .. } | Body::Confirm { words } | Body::Returned { words, .. } => {
            vec![words.reveal().clone()]
        }
        Body::Exchange { notes, .. } | Body::Receipt(Receipt::Notes { notes, .. }) => {
            notes_in(notes)
        }
        Body::Notice(
            Notice::Accepted { words, .. }
            | Notice::Declined { words }
            | Notice::Later { words, .. }
            | Notice::Asked { words }
            | Notice::Unclear { words }
            | Notice::Relayed { words }
            | Notice::GoalAnswered { said: words, .. },
        ) => vec![words.reveal().clone()],
        Body::Card { own, theirs, .. } => {
            let theirs = theirs.iter().flat_map(notes_in);
            notes_in(own).into_iter().chain(theirs).collect()
        }
        Body::Reminder { jar, .. } => jar.iter().map(|w| w.reveal().clone()).collect(),
        Body::Receipt(Receipt::Jotted { words, .. }) | Body::Permission { words, .. } => {
            vec![words.reveal().clone()]
        }
        Body::Receipt(
            Receipt::Quote {
                words: Some(words), ..
            }
            | Receipt::Permission {
                words: Some(words), ..
            },
        )
        | Body::Notice(Notice::QuoteAnswered {
            words: Some(words), ..
        }) => vec![words.reveal().clone()],
        _ => Vec::new(),
    }
}

fn keeps_secrets(world: &World, letter: &Dispatch) -> Kept {
    let words = words_in(&letter.letter.body);
    for writer in world.circle.people.keys() {
        let told = words.iter().any(|w| w.contains(&secret(*writer)));
        if !told || *writer == letter.to {
            continue;
        }
        let pairing = letter.pairing.and_then(|p| world.circle.pairings.get(&p));
        let Some(pairing) = pairing.filter(|p| p.role(*writer).is_some()) else {
            return Err("notes to somebody who is not of the two".into());
        };
        let role = pairing.role(*writer).expect("one of the two");
        let owner = world.circle.people.get(&pairing.person(role.other()));
        let board = owner.and_then(|owner| owner.board.as_ref());
        let may = board.is_some_and(|board| pairing.growth.may_card(role, board.number));
        if matches!(letter.letter.body, Body::Card { .. }) && may {
            continue;
        }
        // What is asked about for quoting, its subject has read.
        let about_quotes = matches!(
            letter.letter.body,
            Body::Receipt(Receipt::Quote { .. }) | Body::Notice(Notice::QuoteAnswered { .. })
        );
        if about_quotes && pairing.lunches.iter().any(|l| l.page(role).shown > 0) {
            continue;
        }
        let lunch = letter
            .slot
            .and_then(|s| pairing.lunches.iter().find(|l| l.slot == s));
        let opened = lunch.is_some_and(|l| {
            let both = l.by_inviter.is_answered() && l.by_invitee.is_answered();
            both || l.unsealed || l.page(role).share_now
        });
        let exchange = matches!(letter.letter.body, Body::Exchange { .. });
        if !exchange || !opened || !pairing.stage.is_meeting() {
            return Err(format!("sealed notes in {}", letter.letter.body.name()));
        }
    }
    Ok(())
}

/// A lunch that was left out comes back to no place that another one was moved to.
fn one_lunch_in_a_place(turn: &Turn) -> Kept {
    for after in &turn.decision.pairings {
        let Some(before) = turn.before.pairings.get(&after.id) else {
            continue;
        };
        for lunch in before.lunches.iter().filter(|l| !l.counts()) {
            let again = after.lunches.iter().find(|l| l.slot == lunch.slot);
            let stands =
                again.is_some_and(|l| l.state == LunchState::Planned && l.start == lunch.start);
            let left_out = matches!(lunch.state, LunchState::Skipped | LunchState::Rested);
            if left_out && stands && before.has_lost_its_place(lunch) {
                return Err(format!(
                    "{} stands again beside the one in its place",
                    lunch.slot
                ));
            }
        }
    }
    Ok(())
}

fn is_receipt(name: &str) -> bool {
    name.starts_with("receipt-") || matches!(name, "question" | "returned" | "no-slot" | "confirm")
}

fn one_receipt(turn: &Turn, letters: &[Dispatch]) -> Kept {
    let What::Said { by, said, .. } = &turn.event.what else {
        return Ok(());
    };
    let to_writer = letters.iter().filter(|l| l.to == *by);
    let receipts: Vec<_> = to_writer
        .map(|l| l.letter.body.name())
        .filter(|name| is_receipt(name))
        .collect();
    // A mail with notes and a skip has a receipt for each; no act has two.
    if receipts.len() > said.acts.len() {
        return Err(format!("{receipts:?} for {} act(s)", said.acts.len()));
    }
    // Gathering a month, a picture or a new invitation is done by the daemon.
    let gathers = |effect: &Effect| !matches!(effect, Effect::Send(_));
    let idle = letters.is_empty()
        && turn.decision.pairings.is_empty()
        && turn.decision.people.is_empty()
        && !turn.decision.effects.iter().any(gathers);
    let claims = matches!(turn.decision.outcome, Outcome::Done | Outcome::Asked);
    if idle && claims {
        return Err(format!("{:?}, but nothing was done", turn.decision.outcome));
    }
    Ok(())
}

fn table_in(body: &Body) -> Option<&Table> {
    match body {
        Body::Reminder { table, .. }
        | Body::FollowUp { table, .. }
        | Body::Exchange { table, .. }
        | Body::Notice(Notice::Skipped { table, .. } | Notice::Moved { table, .. })
        | Body::Receipt(
            Receipt::Skipped { table, .. }
            | Receipt::Moved { table, .. }
            | Receipt::Notes { table, .. }
            | Receipt::Held { table, .. }
            | Receipt::Undone { table, .. },
        ) => Some(table),
        _ => None,
    }
}

fn same_tables(letters: &[Dispatch]) -> Kept {
    let mut seen: BTreeMap<_, (&str, &Table)> = BTreeMap::new();
    for letter in letters {
        let (Some(table), name) = (table_in(&letter.letter.body), letter.letter.body.name()) else {
            continue;
        };
        let kind = name.rsplit('-').next().unwrap_or(name);
        let (_, first) = *seen
            .entry((letter.pairing, letter.slot, kind))
            .or_insert((name, table));
        if first != table {
            return Err(format!("{name} tells the two different things"));
        }
    }
    Ok(())
}

fn makes_sense(world: &World, turn: &Turn, letter: &Dispatch) -> Kept {
    let body = &letter.letter.body;
    let Some(pairing) = letter.pairing.and_then(|p| world.circle.pairings.get(&p)) else {
        return Ok(());
    };
    if letter.letter.partner.is_none() {
        return Err(format!("{} knows no partner", body.name()));
    }
    let several = matches!(&turn.event.what, What::Said { said, .. } if said.acts.len() > 1);
    let at = pairing.next_after(world.local());
    let next = at.map(|i| pairing.lunches[i].start);
    let told = match body {
        Body::Notice(Notice::Skipped { next, .. } | Notice::Paused { next, .. })
        | Body::Notice(Notice::Resumed { next })
        | Body::Receipt(Receipt::Skipped { next, .. } | Receipt::Paused { next, .. })
        | Body::Receipt(Receipt::Resumed { next, .. }) => Some(*next),
        Body::Notice(Notice::Accepted { agreement, .. })
        | Body::Receipt(Receipt::Accepted { agreement, .. }) => Some(Some(agreement.first)),
        _ => None,
    };
    if told.is_some_and(|told| told != next) && !several {
        return Err(format!(
            "{} says next is {told:?}, it is {next:?}",
            body.name()
        ));
    }
    if let (Body::Reminder { table, .. }, true) = (body, !several)
        && table.start <= world.local()
    {
        return Err("a reminder of a lunch that has begun".into());
    }
    if let (Some(table), Some(slot)) = (table_in(body), letter.slot)
        && !several
    {
        let stands = pairing
            .lunches
            .iter()
            .any(|l| l.slot == slot && l.start == table.start);
        if !stands {
            return Err(format!(
                "{} speaks of a lunch that is not there",
                body.name()
            ));
        }
    }
    Ok(())
}

/// `end` always leads out.
fn way_out(world: &World, turn: &Turn) -> Kept {
    if let What::Said {
        pairing: Some(id),
        said,
        ..
    } = &turn.event.what
    {
        let leaves = said.acts.iter().any(|a| matches!(a, Act::End | Act::Stop));
        let returns = said
            .acts
            .iter()
            .any(|a| matches!(a, Act::Accept(_) | Act::Resume));
        if leaves && !returns {
            for same in of_the_same_two(world, *id) {
                if world.circle.pairings[&same].stage.is_open() {
                    return Err(format!("said to end, and {} is open", same.0));
                }
            }
        }
    }
    Ok(())
}

fn progress(world: &World, event: &Event) -> Kept {
    let (Cause::Time, What::Due { pairing }) = (&event.cause, &event.what) else {
        return Ok(());
    };
    let pairing = &world.circle.pairings[pairing];
    let due = next_due(pairing, &world.circle.rules);
    if due.is_some_and(|due| due <= world.now) {
        return Err(format!(
            "after all was done there is still {:?}",
            agenda(pairing, &world.circle.rules).first()
        ));
    }
    Ok(())
}

fn sound(world: &World, pairing: &Pairing) -> Kept {
    let (id, stage) = (pairing.id.0, &pairing.stage);
    let chores = agenda(pairing, &world.circle.rules);
    let wakes = chores.iter().any(|(_, chore)| *chore == Chore::Wake);
    if matches!(stage, Stage::Paused { .. }) && !wakes {
        return Err(format!("the pause of {id} never ends"));
    }
    if pairing.lunches.len() > LUNCHES_MAX {
        return Err(format!("{} lunches in {id}", pairing.lunches.len()));
    }
    let slots: BTreeSet<_> = pairing.lunches.iter().map(|l| l.slot).collect();
    if slots.len() != pairing.lunches.len() {
        return Err(format!("two lunches of {id} have the same slot"));
    }
    if stage.is_meeting() && !world.agreed.contains(&pairing.id) {
        return Err(format!("{id} meets and its invitee never said yes"));
    }
    for who in [pairing.inviter, pairing.invitee] {
        if stage.is_open() && has_left(world, who, Some(pairing.id)) {
            return Err(format!("{id} is open and {who:?} has left"));
        }
        if world.circle.people[&who].stopped != world.stopped.contains(&who) {
            return Err(format!("whether {who:?} has stopped is not clear"));
        }
    }
    let open = of_the_same_two(world, pairing.id);
    let open = open
        .iter()
        .filter(|p| world.circle.pairings[p].stage.is_open());
    if open.count() > 1 {
        return Err("the same two have two conversations open".into());
    }
    if let Stage::Paused { until } = stage {
        let in_rest = |l: &&postlunch::lunch::pairing::Lunch| {
            let planned = l.state == LunchState::Planned && l.start == l.slot;
            planned && l.start > world.local() && l.start.date() < *until
        };
        if let Some(lunch) = pairing.lunches.iter().find(in_rest) {
            return Err(format!(
                "{} is planned within the pause of {id}",
                lunch.start
            ));
        }
    }
    Ok(())
}

fn ahead(world: &World, who: PersonId) -> Vec<Place> {
    let mine = world
        .circle
        .pairings
        .values()
        .filter(|p| p.role(who).is_some());
    let meeting = mine.filter(|p| p.stage.is_meeting());
    let planned = meeting
        .flat_map(|p| &p.lunches)
        .filter(|l| l.state == LunchState::Planned && l.start > world.local());
    let mut found: Vec<_> = planned.map(|l| (l.start, l.location.clone())).collect();
    found.sort();
    found
}

fn nobody_twice(world: &World) -> Kept {
    for who in world.circle.people.keys() {
        let mut dates = BTreeSet::new();
        for (start, _) in ahead(world, *who) {
            if !dates.insert(start.date()) {
                return Err(format!("{who:?} has two lunches on {}", start.date()));
            }
        }
    }
    Ok(())
}

fn calendars_agree(world: &World) -> Kept {
    for ((who, client), calendar) in &world.calendars {
        let (shown, planned) = (calendar.ahead(world.local()), ahead(world, *who));
        if shown == planned {
            continue;
        }
        let extra = shown.iter().find(|p| !planned.contains(p));
        let missing = planned.iter().find(|p| !shown.contains(p));
        return Err(format!(
            "the calendar of {who:?} (client {client}) shows {extra:?} and lacks {missing:?}"
        ));
    }
    Ok(())
}
