//! Guests: a member invites by mail, or somebody asks for the invitation that a member handed to them.
//!
//! Each guest is one decision of its own, keyed by the mail and the place in it, so that a mail which is
//! read again after a crash asks nobody twice.

use crate::daemon::decider::{Decider, DeciderError};
use crate::daemon::routing::Route;
use crate::lunch::act::{Act, CommandName};
use crate::lunch::event::What;
use crate::lunch::person::PersonId;
use crate::reading::Reading;
use crate::reading::message::Message;
use crate::words::address::{Address, NameAddr};

/// Most people that one mail can name; the practice is two.
const GUESTS_MAX: usize = 10;

/// Whom a mail asks to invite.
pub(super) struct Wish {
    guests: Vec<NameAddr>,
    /// More than is usual is meant.
    sure: bool,
    /// The guest asks, with an invitation that was handed on.
    came: bool,
}

/// What a member's mail asks for; `None` if it invites nobody.
pub(super) fn wish_of(acts: &[Act]) -> Option<Wish> {
    let arguments = acts.iter().find_map(|act| match act {
        Act::Command {
            name: CommandName::Invite,
            arguments,
        } => Some(arguments),
        _ => None,
    })?;
    let bare = |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric()).to_owned();
    let mut words = arguments.split_whitespace();
    let sure = words.any(|word| bare(word).eq_ignore_ascii_case("anyway"));
    let mut guests: Vec<NameAddr> = Vec::new();
    for part in arguments.split([',', ';', '\n']) {
        match NameAddr::parse(part.trim()) {
            Ok(guest) => guests.push(guest),
            // "ben@example.com and cara@example.com anyway"
            Err(_) => {
                let addresses = part.split_whitespace().filter(|word| word.contains('@'));
                let found = addresses
                    .map(|word| word.trim_matches(['.', '<', '>', '(', ')']))
                    .filter_map(|word| NameAddr::parse(word).ok());
                guests.extend(found);
            }
        }
    }
    guests.truncate(GUESTS_MAX);
    let came = false;
    (!guests.is_empty()).then_some(Wish { guests, sure, came })
}

/// What a mail says beside its invitation; `None` if that is all it says.
pub(super) fn said_beside(what: What) -> Option<What> {
    let invites = |act: &Act| {
        matches!(
            act,
            Act::Command {
                name: CommandName::Invite,
                ..
            }
        )
    };
    match what {
        What::Said {
            by,
            pairing,
            about,
            mut said,
        } => {
            said.acts.retain(|act| !invites(act));
            (!said.acts.is_empty()).then_some(What::Said {
                by,
                pairing,
                about,
                said,
            })
        }
        _ => None,
    }
}

/// A mail from somebody else that answers an invitation which a member handed on: its sender asks to be
/// invited. They are asked at that address before anything begins, so it needs no proof.
pub(super) fn handed_on(
    route: &Route,
    reading: &Reading,
    message: &Message,
    known: &NameAddr,
) -> Option<Wish> {
    let letter = route.letter.as_ref()?;
    let from = message.from.as_ref()?;
    let wants = reading.acts.iter().any(|act| matches!(act, Act::Accept(_)));
    let is_it = letter.name == "pass-it-on"
        && letter.person == route.person
        && from.address != known.address
        && wants
        && !reading.is_machine();
    is_it.then(|| Wish {
        guests: vec![from.clone()],
        sure: false,
        came: true,
    })
}

impl Decider {
    /// Invites whom a mail names; what came of it is to be decided on last, with the mail itself.
    ///
    /// # Errors
    /// If the store fails, or a letter could not be written.
    pub(super) fn invite_guests(
        &mut self,
        by: PersonId,
        wish: &Wish,
        cause: &str,
    ) -> Result<What, DeciderError> {
        let (mut asked, mut not) = (Vec::new(), Vec::new());
        let named = |asked: Vec<NameAddr>, not, many| What::GuestsNamed {
            by,
            asked,
            not,
            many,
            came: wish.came,
        };
        let Some(inviter) = self.ledger.person(by)?.map(|person| person.who) else {
            return Ok(named(asked, wish.guests.clone(), None));
        };
        let have = self.open_pairings_of(by)?;
        if have + wish.guests.len() > self.settings.rules.max_pairings && !wish.sure {
            return Ok(named(asked, wish.guests.clone(), Some(have)));
        }
        let may = self.may_invite_by_mail(&inviter);
        for (number, guest) in wish.guests.iter().enumerate() {
            let own = &self.settings.mailbox.address;
            let closed = self
                .settings
                .ownership
                .refuses(&guest.address, own)
                .is_some();
            let sent = may && !closed && {
                let request = format!("{cause}-guest-{number}");
                let made = self.invite_one(&inviter, guest, None, false, &request)?;
                made.pairing.is_some() && made.refused.is_none()
            };
            if sent {
                asked.push(guest.clone());
            } else {
                not.push(guest.clone());
            }
        }
        Ok(named(asked, not, None))
    }

    /// The acts, where somebody else's address is no board: mail goes to no person who was not asked.
    ///
    /// # Errors
    /// If the store fails.
    pub(super) fn without_others_boards(
        &self,
        by: PersonId,
        acts: Vec<Act>,
    ) -> Result<Vec<Act>, DeciderError> {
        let mut kept = Vec::new();
        for act in acts {
            let theirs = match &act {
                Act::Command {
                    name: CommandName::Board,
                    arguments,
                } => self.is_somebody_elses(by, arguments)?,
                _ => false,
            };
            kept.push(match theirs {
                true => Act::Command {
                    name: CommandName::Help,
                    arguments: String::new(),
                },
                false => act,
            });
        }
        Ok(kept)
    }

    fn is_somebody_elses(&self, by: PersonId, text: &str) -> Result<bool, DeciderError> {
        for word in text.split_whitespace() {
            let Ok(address) = Address::parse(word.trim_matches(['<', '>', ',', ';', '.'])) else {
                continue;
            };
            let owner = self.ledger.person_at(&address)?;
            if owner.is_some_and(|owner| owner != by) || self.ledger.is_suppressed(&address)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether that person may invite by mail.
    fn may_invite_by_mail(&self, who: &NameAddr) -> bool {
        if self.settings.ownership.sifts() {
            return self.settings.ownership.is_owner(&who.address);
        }
        let domain = who.address.domain();
        let mut allowed = self.settings.inviting_domains.iter();
        allowed.any(|known| known == "*" || known == domain)
    }

    fn open_pairings_of(&self, who: PersonId) -> Result<usize, DeciderError> {
        let mut open = 0;
        for id in self.ledger.pairings_of(who)? {
            let pairing = self.ledger.pairing(id)?;
            open += usize::from(pairing.is_some_and(|p| p.stage.is_open()));
        }
        Ok(open)
    }
}
