//! Ownership: all that differs between a mailbox of the program's own and somebody's own mailbox.
//!
//! *Shared*: the mailbox serves a company, so whatever a member writes to it may be for us.
//! *Personal*: it is full of its owner's life. Only she invites; letters come truly from her; a mail
//! is ours only if it answers a letter that the program wrote, and whether it does is told from a
//! few header fields (`daemon/sifting`) before any body is fetched.

use crate::config::{Config, Mode};
use crate::daemon::routing::{Route, Trail};
use crate::lunch::letter::{Body, Letter};
use crate::words::address::{Address, NameAddr};
use crate::writing::House;

/// Whose mailbox it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ownership {
    /// The program's, serving a company.
    Shared,
    /// This person's.
    Personal(NameAddr),
}

impl Ownership {
    /// As configured.
    pub fn of(config: &Config) -> Self {
        match config.mail.mode {
            Mode::Shared => Self::Shared,
            Mode::Personal => Self::Personal(config.mail.name_addr()),
        }
    }

    /// Its owner, if it is a person's.
    pub const fn owner(&self) -> Option<&NameAddr> {
        match self {
            Self::Shared => None,
            Self::Personal(owner) => Some(owner),
        }
    }

    /// Whether only a few header fields are fetched of what has not been shown to be ours.
    pub const fn sifts(&self) -> bool {
        matches!(self, Self::Personal(_))
    }

    /// Who the small print says is at work.
    pub fn house(&self, config: &Config) -> House {
        House {
            name: config.mail.name.clone(),
            operator: NameAddr {
                name: config.operator.contact.clone(),
                address: config.operator.address.clone(),
            },
            owner: self.owner().cloned(),
        }
    }

    /// Who a letter comes from, always at our own address. In a mailbox of the program's own,
    /// invitations come from "Ana via Lunch" and everything else from "Lunch".
    pub fn originator(&self, letter: &Letter, mailbox: &NameAddr) -> NameAddr {
        let asks = matches!(
            letter.body,
            Body::Invitation { .. } | Body::InvitationReminder { .. }
        );
        match (self, &letter.partner) {
            (Self::Personal(owner), _) => owner.clone(),
            (Self::Shared, Some(partner)) if asks => {
                let name = format!("{} via {}", partner.first_name(), mailbox.name);
                NameAddr::new(&name, mailbox.address.clone())
            }
            (Self::Shared, _) => mailbox.clone(),
        }
    }

    /// Who invites, if `named` may.
    ///
    /// # Errors
    /// In words for the operator, with what to do.
    pub fn inviter(&self, named: Option<&str>, mailbox: &Address) -> Result<NameAddr, String> {
        let named = named
            .map(|text| NameAddr::parse(text).map_err(|error| format!("--from: {error}")))
            .transpose()?;
        match (self, named) {
            (Self::Personal(owner), None) => Ok(owner.clone()),
            (Self::Personal(owner), Some(named)) if named.address == owner.address => {
                Ok(owner.clone())
            }
            (Self::Personal(owner), Some(named)) => Err(format!(
                "{} cannot invite from here: this is {}'s own mailbox (mode = \"personal\"); leave --from out, or give the program a mailbox of its own and set mode = \"shared\"",
                named.address, owner.address
            )),
            (Self::Shared, Some(named)) if is_at(mailbox, &named.address) => {
                Err("the daemon's own mailbox cannot invite; --from is a colleague".to_owned())
            }
            (Self::Shared, Some(named)) => Ok(named),
            (Self::Shared, None) => {
                Err("say who invites: --from 'Ana <ana@example.com>'".to_owned())
            }
        }
    }

    /// Why somebody at this address cannot be invited.
    pub fn refuses(&self, invitee: &Address, mailbox: &Address) -> Option<&'static str> {
        is_at(mailbox, invitee).then_some(match self {
            Self::Shared => "the daemon's own mailbox cannot be invited",
            Self::Personal(_) => "this is your own address; invite a colleague",
        })
    }

    /// Whether a mail that was routed is ours to touch. In somebody's own mailbox a name alone says
    /// nothing, and what she writes under a letter to somebody else is her own business.
    pub fn admits(&self, route: &Route, sender: Option<&Address>) -> bool {
        match self {
            Self::Shared => true,
            Self::Personal(_) if route.trail == Trail::Astray => {
                !sender.is_some_and(|sender| self.is_owner(sender))
            }
            Self::Personal(_) => route.trail != Trail::Sender,
        }
    }

    /// Whether this is the owner's address.
    pub fn is_owner(&self, address: &Address) -> bool {
        self.owner().is_some_and(|owner| owner.address == *address)
    }
}

/// Whether an address is the mailbox's, with a detail or without.
fn is_at(mailbox: &Address, address: &Address) -> bool {
    address == mailbox || mailbox.detail_of(address).is_some()
}
