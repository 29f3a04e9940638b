//! A glance at what a running daemon knows, for whoever runs it inside their own program.
//!
//! It shows what people wrote, so no command and no control socket leads here: only the demo, whose
//! people are made up.

use crate::daemon::incoming::Background;
use crate::daemon::run::Daemon;
pub use crate::daemon::thread::AskError;
use crate::lunch::act::Answering;
use crate::lunch::pairing::{LunchState, PairingId, Stage};
use crate::reading::message::Message;
use crate::words::message_id::MessageId;
use chrono::NaiveDateTime;

/// Two people, and what became of each of their lunches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Couple {
    /// Which pairing.
    pub pairing: PairingId,
    /// The inviter's address.
    pub inviter: String,
    /// The invitee's address.
    pub invitee: String,
    /// Where they stand.
    pub stage: Stage,
    /// Whether they keep notes.
    pub notes: bool,
    /// Start, local time, and what became of it; in order.
    pub lunches: Vec<(NaiveDateTime, LunchState)>,
}

/// What the daemon knows of a letter of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kind {
    /// Which letter: [`Body::name`](crate::lunch::letter::Body::name).
    pub name: String,
    /// How an answer to it is taken.
    pub answering: Answering,
    /// About which pairing; `None` if about none, or about several.
    pub pairing: Option<PairingId>,
}

impl Daemon {
    /// What would be at hand if this message came in now; `None` if it would not be ours.
    ///
    /// # Errors
    /// If the decider fails.
    pub async fn background(&self, octets: &[u8]) -> Result<Option<Background>, AskError> {
        let message = Message::parse(octets);
        let desk = &self.conductor().desk;
        let found = desk.ask(move |d| d.route(&message)).await?;
        Ok(found.map(|(_, background)| background))
    }

    /// Everybody's lunches.
    ///
    /// # Errors
    /// If the decider fails.
    pub async fn couples(&self) -> Result<Vec<Couple>, AskError> {
        let desk = &self.conductor().desk;
        desk.ask(|d| {
            let mut couples = Vec::new();
            for pairing in d.ledger.pairings()? {
                let inviter = d.ledger.person(pairing.inviter)?;
                let invitee = d.ledger.person(pairing.invitee)?;
                // Whoever asked to be forgotten is in no picture.
                let (Some(inviter), Some(invitee)) = (inviter, invitee) else {
                    continue;
                };
                let mut lunches: Vec<_> =
                    pairing.lunches.iter().map(|l| (l.start, l.state)).collect();
                lunches.sort();
                couples.push(Couple {
                    pairing: pairing.id,
                    inviter: inviter.who.address.to_string(),
                    invitee: invitee.who.address.to_string(),
                    stage: pairing.stage,
                    notes: pairing.plan.notes,
                    lunches,
                });
            }
            Ok(couples)
        })
        .await
    }

    /// What kind of letter each of these is; `None` where it is none of the daemon's.
    ///
    /// # Errors
    /// If the decider fails.
    pub async fn kinds(&self, ids: Vec<String>) -> Result<Vec<Option<Kind>>, AskError> {
        let desk = &self.conductor().desk;
        desk.ask(move |d| {
            let mut kinds = Vec::new();
            for id in ids {
                let letter = match MessageId::parse(&id) {
                    Some(id) => d.ledger.letter_with(&id)?,
                    None => None,
                };
                kinds.push(letter.map(|letter| Kind {
                    name: letter.name,
                    answering: letter.answering,
                    pairing: letter.pairing,
                }));
            }
            Ok(kinds)
        })
        .await
    }
}
