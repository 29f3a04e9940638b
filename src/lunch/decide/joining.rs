//! Joining: what happens to a lunch is one mail for each of the two. The receipt or the news of it takes along
//! what there is for its reader's calendar.
//!
//! Only where there is one of each: several calendar mails, as a pause of a series with moved lunches
//! brings them, go out by themselves.

use crate::lunch::event::Effect;
use crate::lunch::letter::{Body, bears_calendar};
use crate::lunch::pairing::PairingId;
use crate::lunch::person::PersonId;
use std::collections::BTreeMap;

/// Of one person in one pairing: where among the effects the calendar mails stand, and the letters that may
/// take one along.
#[derive(Default)]
struct Beside {
    calendars: Vec<usize>,
    letters: Vec<usize>,
}

/// The effects, with calendar mails taken into the letters that tell of the same.
pub(super) fn in_one_mail(mut effects: Vec<Effect>) -> Vec<Effect> {
    let mut found: BTreeMap<(PersonId, PairingId), Beside> = BTreeMap::new();
    for (at, effect) in effects.iter().enumerate() {
        let Effect::Send(dispatch) = effect else {
            continue;
        };
        let Some(pairing) = dispatch.pairing else {
            continue;
        };
        let beside = found.entry((dispatch.to, pairing)).or_default();
        if dispatch.letter.event().is_some() {
            beside.calendars.push(at);
        } else if bears_calendar(dispatch.letter.body.name()) {
            beside.letters.push(at);
        }
    }
    let mut taken_in = Vec::new();
    for beside in found.values() {
        let ([calendar], [letter]) = (beside.calendars.as_slice(), beside.letters.as_slice())
        else {
            continue;
        };
        let Some(Effect::Send(mail)) = effects.get(*calendar).filter(|e| is_of_one_change(e))
        else {
            continue;
        };
        let (event, use_by) = (mail.letter.event().cloned(), mail.use_by);
        if let Some(Effect::Send(told)) = effects.get_mut(*letter) {
            told.letter.calendar = event;
            told.use_by = told.use_by.max(use_by);
            taken_in.push(*calendar);
        }
    }
    let mut at = 0;
    effects.retain(|_| {
        at += 1;
        !taken_in.contains(&(at - 1))
    });
    effects
}

/// Whether it changes what stands in a calendar; the first entry, and the end of all, are mails of their own.
/// So is the end of a lunch that is all there is in its entry: a receipt that waits is not sent any more to
/// whoever leaves meanwhile, and of a series the cancellation of the whole then says the same.
fn is_of_one_change(effect: &Effect) -> bool {
    let Effect::Send(dispatch) = effect else {
        return false;
    };
    match &dispatch.letter.body {
        Body::CalendarRequest { update, .. } => *update,
        Body::CalendarCancel { one, event } => *one && event.recurrence_id.is_some(),
        _ => false,
    }
}
