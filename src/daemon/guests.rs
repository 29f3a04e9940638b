//! Guests: a member invites by mail, or somebody asks for the invitation that a member handed to them.
//!
//! Each guest is one decision of its own, keyed by the mail and the place in it, so that a mail which is
//! read again after a crash asks nobody twice.

use crate::daemon::commands::Asked;
use crate::daemon::decider::{Answered, Decider, DeciderError};
use crate::daemon::ledger::LedgerError;
use crate::daemon::routing::{self, Route, Trail};
use crate::lunch::act::{Act, CommandName};
use crate::lunch::event::{Cause, Effect, Event, What};
use crate::lunch::pairing::{PairingId, Plan, Stage};
use crate::lunch::person::PersonId;
use crate::reading::message::Message;
use crate::store::Batch;
use crate::store::key::{Key, Shelf};
use crate::words::address::{Address, NameAddr};
use chrono::{DateTime, TimeDelta, Utc};

/// Most people that one mail can name; the practice is two.
const GUESTS_MAX: usize = 10;

/// So long an invitation that was handed on brings anything.
const HANDED_ON_AGE: TimeDelta = TimeDelta::days(60);

/// So many people one such letter can have asked, and so many of them before any has answered: it may
/// be in anybody's hands.
const HANDED_ON_MAX: u64 = 5;
const HANDED_ON_WAITING_MAX: usize = 2;

/// Whom a mail asks to invite.
pub(super) struct Wish {
    guests: Vec<NameAddr>,
    /// More than is usual is meant.
    sure: bool,
    /// The guest asks, with an invitation that was handed on.
    came: bool,
    /// The letter that was handed on, where nothing else shows who asks.
    handed_on: Option<HandedOn>,
}

/// Why no card goes to a board any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lost {
    /// Its owner names it no longer.
    Unnamed,
    /// Its address is somebody's, or somebody there wants none.
    Closed,
}

/// An invitation that was handed on.
#[derive(Clone, Copy)]
struct HandedOn {
    row: u64,
    at: DateTime<Utc>,
}

fn handed_on_letter(route: &Route) -> Option<HandedOn> {
    let letter = route.letter.as_ref()?;
    Some(HandedOn {
        row: letter.row,
        at: letter.sent_at,
    })
}

/// What a member's mail asks for; `None` if it invites nobody.
pub(super) fn wish_of(acts: &[Act], route: &Route) -> Option<Wish> {
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
    // Also by the key of its own reader: whoever got it as an attachment holds that one too.
    let by_key = matches!(route.trail, Trail::Guest | Trail::Token);
    let by_guest = by_key && routing::is_handed_on(route);
    (!guests.is_empty()).then(|| Wish {
        guests,
        sure,
        came: false,
        handed_on: handed_on_letter(route).filter(|_| by_guest),
    })
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
pub(super) fn handed_on(route: &Route, message: &Message) -> Option<Wish> {
    Some(Wish {
        guests: vec![message.from.clone()?],
        sure: false,
        came: true,
        handed_on: Some(handed_on_letter(route)?),
    })
}

impl Decider {
    /// Invites whom a mail names; what came of it is to be decided on last, with the mail itself. `None`
    /// if nobody is to hear anything.
    ///
    /// # Errors
    /// If the store fails, or a letter could not be written.
    pub(super) fn invite_guests(
        &mut self,
        by: PersonId,
        wish: &Wish,
        cause: &str,
    ) -> Result<Option<What>, DeciderError> {
        let now = self.clock.now();
        let aged = wish
            .handed_on
            .is_some_and(|letter| now > letter.at + HANDED_ON_AGE);
        if aged && wish.came {
            return Ok(None);
        }
        let (mut asked, mut not) = (Vec::new(), Vec::new());
        let named = |asked: Vec<NameAddr>, not, many| {
            Some(What::GuestsNamed {
                by,
                asked,
                not,
                many,
                came: wish.came,
            })
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
            let request = format!("{cause}-guest-{number}");
            let again = self.was_asked(&request)?;
            let place = match wish.handed_on {
                Some(letter) if !again => self.place_on(letter)?,
                _ => None,
            };
            let room = wish.handed_on.is_none() || place.is_some() || again;
            let sent = may && !closed && room && {
                let wish = Asked {
                    note: None,
                    plan: None,
                    dry_run: false,
                    request: &request,
                    noted: place,
                };
                let made = self.invite_one(&inviter, guest, wish)?;
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

    /// Asks the other of an ended pairing anew, and tells who wanted it what came of it.
    ///
    /// # Errors
    /// If the store fails, or a letter could not be written.
    pub(super) fn ask_anew(
        &mut self,
        effect: &Effect,
        cause: &Cause,
        answered: Option<&Answered>,
    ) -> Result<(), DeciderError> {
        let Effect::AskAnew { by, partner, plan } = effect else {
            return Ok(());
        };
        let (by, partner) = (*by, *partner);
        let sent = self.invite_anew(by, partner, plan, cause)?;
        let event = Event {
            cause: cause.clone(),
            what: What::AskedAnew { by, partner, sent },
        };
        self.decide(&event, &[by, partner], answered, Batch::new())
            .map(|_| ())
    }

    /// An invitation like any other, from whoever may send one, to what the two had. Whether it went out.
    fn invite_anew(
        &mut self,
        by: PersonId,
        partner: PersonId,
        plan: &Plan,
        cause: &Cause,
    ) -> Result<bool, DeciderError> {
        let people = (self.ledger.person(by)?, self.ledger.person(partner)?);
        let ((Some(inviter), Some(guest)), Cause::Mail(key) | Cause::Request(key)) =
            (people, cause)
        else {
            return Ok(false);
        };
        let own = &self.settings.mailbox.address;
        let closed = self.settings.ownership.refuses(&guest.who.address, own);
        if closed.is_some() || !self.may_invite_by_mail(&inviter.who) {
            return Ok(false);
        }
        let asked = Asked {
            note: None,
            plan: Some(plan.clone()),
            dry_run: false,
            request: &format!("{key}-anew-{}", partner.0),
            noted: None,
        };
        let made = self.invite_one(&inviter.who, &guest.who, asked)?;
        Ok(made.pairing.is_some() && made.refused.is_none())
    }

    /// Where the next guest of an invitation that was handed on is noted; `None` where it has brought
    /// in as many as it may for now.
    fn place_on(&self, letter: HandedOn) -> Result<Option<Key>, LedgerError> {
        let mut waiting = 0;
        for number in 0..HANDED_ON_MAX {
            let key = Key::on(Shelf::HandedOn).number(letter.row).number(number);
            let Some(octets) = self.ledger.store.get(&key)? else {
                return Ok((waiting < HANDED_ON_WAITING_MAX).then_some(key));
            };
            let id = octets.try_into().ok().map(u64::from_be_bytes);
            let pairing = match id {
                Some(id) => self.ledger.pairing(PairingId(id))?,
                None => None,
            };
            let waits = |stage: &Stage| matches!(stage, Stage::Invited | Stage::Postponed { .. });
            waiting += usize::from(pairing.is_some_and(|p| waits(&p.stage)));
        }
        Ok(None)
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

    /// Whether a card has lost its board: its owner names it no longer, or mail there goes to somebody
    /// who was not asked, or who wants none.
    ///
    /// # Errors
    /// If the store fails.
    pub(super) fn has_lost_its_board(
        &self,
        owner: PersonId,
        recipient: &str,
    ) -> Result<Option<Lost>, DeciderError> {
        let person = self.ledger.person(owner)?;
        let board = person.and_then(|person| person.board);
        Ok(match board {
            Some(board) if board.address.as_str() == recipient => {
                let closed = self.is_somebody_elses(owner, recipient)?;
                closed.then_some(Lost::Closed)
            }
            _ => Some(Lost::Unnamed),
        })
    }

    fn is_somebody_elses(&self, by: PersonId, text: &str) -> Result<bool, DeciderError> {
        for word in text.split_whitespace() {
            let Ok(address) = Address::parse(word.trim_matches(['<', '>', ',', ';', '.'])) else {
                continue;
            };
            let owner = self.ledger.person_at(&address)?;
            let unwanted = self.ledger.is_suppressed(&address)?
                || self.ledger.is_refused_as_board(&address)?;
            if unwanted || owner.is_some_and(|owner| owner != by) {
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
