//! What an operator may take along: who, where it stands, and dates; never a word that anybody wrote.
//!
//! A no, a lapse and an end are all "over", as everywhere.

use crate::daemon::commands::stage_word;
use crate::daemon::decider::{Decider, DeciderError};
use crate::daemon::request::Reply;
use crate::lunch::pairing::{LunchState, Pairing, PairingId, Role};
use crate::words::address::Address;
use serde_json::{Value, json};

/// Goes up when a field changes its meaning; fields are only ever added.
const VERSION: u32 = 1;

impl Decider {
    /// `person export`.
    pub(super) fn export_person(&self, address: &str) -> Result<Reply, DeciderError> {
        let refuse = |message: String| Ok(Reply::Refused { message });
        let address = match Address::parse(address) {
            Ok(address) => address,
            Err(error) => return refuse(error.to_string()),
        };
        let known = self.ledger.person_at(&address)?;
        let person = known.map(|id| self.ledger.person(id)).transpose()?;
        let Some(person) = person.flatten() else {
            return refuse(format!("nothing is kept about {address}"));
        };
        let mut pairings = Vec::new();
        for id in self.ledger.pairings_of(person.id)? {
            if let Some(pairing) = self.ledger.pairing(id)? {
                pairings.push(self.exported(&pairing)?);
            }
        }
        Ok(Reply::Exported {
            export: json!({
                "schema": "postlunch/person",
                "version": VERSION,
                "name": person.who.name.as_str(),
                "address": person.who.address.to_string(),
                "stopped": person.stopped,
                "summaries": person.summaries,
                "pairings": pairings,
            }),
        })
    }

    /// `pairing export`.
    pub(super) fn export_pairing(&self, id: PairingId) -> Result<Reply, DeciderError> {
        let Some(pairing) = self.ledger.pairing(id)? else {
            let message = format!(
                "there is no pairing {}; `postlunch pairing list` shows them",
                id.0
            );
            return Ok(Reply::Refused { message });
        };
        let mut export = self.exported(&pairing)?;
        if let Value::Object(fields) = &mut export {
            fields.insert("schema".to_owned(), json!("postlunch/pairing"));
            fields.insert("version".to_owned(), json!(VERSION));
        }
        Ok(Reply::Exported { export })
    }

    fn exported(&self, pairing: &Pairing) -> Result<Value, DeciderError> {
        let who = |role: Role| -> Result<Option<String>, DeciderError> {
            let person = self.ledger.person(pairing.person(role))?;
            Ok(person.map(|p| p.who.address.to_string()))
        };
        let plan = &pairing.plan;
        let lunches = pairing.lunches.iter().filter_map(|lunch| {
            // What was left out is nobody else's business.
            let state = match lunch.state {
                LunchState::Held => "held",
                LunchState::Planned if pairing.stage.is_meeting() => "planned",
                _ => return None,
            };
            Some(json!({
                "start": lunch.start.format("%Y-%m-%dT%H:%M:%S").to_string(),
                "state": state,
            }))
        });
        Ok(json!({
            "pairing": pairing.id.0,
            "inviter": who(Role::Inviter)?,
            "invitee": who(Role::Invitee)?,
            "stage": stage_word(&pairing.stage),
            "asked": pairing.asked_at,
            "every_weeks": plan.every_weeks,
            "weekday": plan.weekday.to_string(),
            "time": plan.time.format("%H:%M").to_string(),
            "minutes": plan.minutes,
            "timezone": plan.zone.name(),
            "notes": plan.notes,
            "lunches": lunches.collect::<Vec<_>>(),
        }))
    }
}
