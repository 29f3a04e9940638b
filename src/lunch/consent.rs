//! Consent: whether a mail may still leave, asked at the moment it is claimed.
//!
//! Between planning and sending somebody may have said no, ended, skipped or moved. What no longer
//! holds is withdrawn, with the reason.

use crate::lunch::event::{Circle, Consent};
use crate::lunch::pairing::{LunchState, Pairing, PairingId, Role, Stage};
use crate::lunch::person::PersonId;
use chrono::NaiveDateTime;

/// What the outbox knows of a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// To whom.
    pub to: PersonId,
    /// In which conversation.
    pub pairing: Option<PairingId>,
    /// The lunch it speaks of.
    pub slot: Option<NaiveDateTime>,
    /// The name of the letter.
    pub letter: String,
    /// What must still hold.
    pub consent: Consent,
}

/// Why a mail may not leave any more; `None` if it may.
pub fn objection(waiting: &Waiting, circle: &Circle) -> Option<&'static str> {
    let Some(person) = circle.people.get(&waiting.to) else {
        return Some("the recipient is not known any more");
    };
    if person.stopped && waiting.consent != Consent::Farewell {
        return Some("the recipient wants no mail");
    }
    let Some(id) = waiting.pairing else {
        return (waiting.consent == Consent::Summary && !person.summaries)
            .then_some("the recipient wants no summaries");
    };
    let Some(pairing) = circle.pairings.get(&id) else {
        return Some("the pairing is not known any more");
    };
    let left = pairing.has_left(waiting.to);
    match waiting.consent {
        Consent::Farewell | Consent::Final => None,
        Consent::Asking => {
            (pairing.stage != Stage::Invited).then_some("the invitation was answered")
        }
        Consent::Answer | Consent::News | Consent::Summary => {
            left.then_some("the recipient has left")
        }
        Consent::Board | Consent::BoardOfBoth if left => Some("the recipient has left"),
        Consent::Board | Consent::BoardOfBoth
            if !person.board.as_ref().is_some_and(|b| b.confirmed) =>
        {
            Some("the board is no longer named")
        }
        Consent::Board => None,
        Consent::BoardOfBoth => {
            let writer = pairing.role(waiting.to).map(Role::other);
            let board = person.board.as_ref().map(|board| board.number);
            let may = writer.zip(board);
            let may = may.is_some_and(|(writer, board)| pairing.growth.may_card(writer, board));
            (!may).then_some("the partner has not agreed")
        }
        Consent::Meeting if !pairing.stage.is_meeting() => Some("the lunches have ended"),
        Consent::Meeting => lunch_objection(waiting, pairing),
    }
}

fn lunch_objection(waiting: &Waiting, pairing: &Pairing) -> Option<&'static str> {
    let lunch = pairing.lunches.get(pairing.lunch_at(waiting.slot?)?)?;
    let role = pairing.role(waiting.to)?;
    match waiting.letter.as_str() {
        "reminder" if lunch.state != LunchState::Planned => Some("that lunch is off"),
        "reminder" if lunch.reminded_of != Some(lunch.start) => Some("that lunch has moved"),
        "followup" | "followup-nudge" if !lunch.counts() => Some("that lunch did not take place"),
        "followup-nudge"
            if [role, role.other()]
                .iter()
                .any(|r| lunch.page(*r).is_answered()) =>
        {
            Some("the notes have come")
        }
        _ => None,
    }
}
