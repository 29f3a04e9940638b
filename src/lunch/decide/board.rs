//! The board: a member may have their own notes of each lunch as a card where they track things anyway,
//! by mail to the address that the board has for it. What the partner wrote goes there only after the
//! partner's yes, which can be taken back; worst moments never do.

use super::Voice;
use super::desk::Desk;
use super::goals::argument;
use crate::lunch::act::{Act, Permission};
use crate::lunch::event::{Consent, Dispatch, Outcome};
use crate::lunch::letter::{BoardState, Body, Letter, Receipt};
use crate::lunch::notes::{Notes, Section, Words};
use crate::lunch::nothing::says_nothing;
use crate::lunch::pairing::{CardLeave, PairingId, Role};
use crate::lunch::person::{Board, PersonId};
use crate::words::address::{Address, NameAddr};
use chrono::TimeDelta;

/// How long a card is worth sending.
const CARD_USE_BY: TimeDelta = TimeDelta::days(30);

/// Most labels and members that go onto a card.
const MARKS_MAX: usize = 8;

/// Longest label or member, in characters.
const MARK_CHARS_MAX: usize = 40;

impl Desk {
    /// `board: address`, with labels (`#feedback`) and members (`@ana`) as Trello takes them from a
    /// subject. It counts once its owner has said yes to a letter to their own address.
    pub(super) fn name_board(
        &mut self,
        by: PersonId,
        pairing: Option<PairingId>,
        act: &Act,
        words: &Words,
    ) -> Outcome {
        let Some(board) = board_of(&argument(act)) else {
            return self.give_back(by, pairing, words);
        };
        let own = self.circle.rules.mailbox.address == board.address;
        // Mail to a person goes to nobody who has not been asked.
        let somebody = self.circle.people.values();
        let mut others = somebody.filter(|p| p.id != by);
        if own || others.any(|p| p.who.address == board.address) {
            return self.give_back(by, pairing, words);
        }
        let body = Body::BoardConfirm {
            address: board.address.to_string(),
            marks: board.marks.clone(),
        };
        self.change_person(by, |p| p.board = Some(board));
        self.answer(by, pairing, None, body);
        Outcome::Done
    }

    /// The owner's answer to "shall cards go there?".
    pub(super) fn confirm_board(
        &mut self,
        by: PersonId,
        pairing: Option<PairingId>,
        act: &Act,
    ) -> Outcome {
        if matches!(act, Act::Permission(Permission::Refused)) {
            return self.end_board(by, pairing);
        }
        let Some(board) = self.person(by).and_then(|p| p.board.clone()) else {
            return Outcome::Nothing("no board is named");
        };
        self.change_person(by, |p| {
            if let Some(board) = &mut p.board {
                board.confirmed = true;
            }
        });
        self.tell_board(by, pairing, board.address.to_string(), BoardState::On)
    }

    /// `no board`
    pub(super) fn end_board(&mut self, by: PersonId, pairing: Option<PairingId>) -> Outcome {
        let Some(board) = self.person(by).and_then(|p| p.board.clone()) else {
            if self.has_left(by, pairing) {
                return Outcome::Nothing("no board is named");
            }
            return self.tell_board(by, pairing, String::new(), BoardState::Off);
        };
        self.change_person(by, |p| p.board = None);
        self.tell_board(by, pairing, board.address.to_string(), BoardState::Off)
    }

    /// A card came back: no more go there, and the owner is told.
    pub(super) fn board_failed(&mut self, owner: PersonId) -> Outcome {
        let Some(board) = self.person(owner).and_then(|p| p.board.clone()) else {
            return Outcome::Nothing("no board is named");
        };
        self.change_person(owner, |p| p.board = None);
        let state = BoardState::Unreachable;
        self.tell_board(owner, None, board.address.to_string(), state)
    }

    fn tell_board(
        &mut self,
        to: PersonId,
        pairing: Option<PairingId>,
        address: String,
        state: BoardState,
    ) -> Outcome {
        let receipt = Body::Receipt(Receipt::Board { address, state });
        self.answer(to, pairing, None, receipt);
        Outcome::Done
    }

    /// The partner's answer, the first one or a later one.
    pub(super) fn answer_board(&mut self, act: &Act, voice: Voice<'_>) -> Outcome {
        // A card cannot hold somebody's words and hide whose they are.
        let granted = matches!(act, Act::Permission(Permission::Named));
        self.change(voice.pairing, |p| {
            let leaves = &mut p.growth.cards;
            leaves.retain(|leave| leave.writer != voice.role);
            leaves.push(CardLeave {
                writer: voice.role,
                answer: Some(granted),
            });
        });
        let receipt = Body::Receipt(Receipt::BoardLeave { granted });
        self.answer(voice.by, Some(voice.pairing), None, receipt);
        Outcome::Done
    }

    /// An answer to our question what was meant, where no quote was asked about: it is about a board,
    /// one's own or the partner's.
    pub(super) fn answer_about_boards(&mut self, act: &Act, voice: Voice<'_>) -> Outcome {
        let own = self.person(voice.by).and_then(|p| p.board.as_ref());
        if own.is_some_and(|board| !board.confirmed) {
            return self.confirm_board(voice.by, Some(voice.pairing), act);
        }
        let asked = self.pairing(voice.pairing).is_some_and(|p| {
            let mut leaves = p.growth.cards.iter();
            leaves.any(|leave| leave.writer == voice.role)
        });
        match asked {
            true => self.answer_board(act, voice),
            false => Outcome::Nothing("nothing was asked"),
        }
    }

    /// The cards of a lunch whose seal is broken: the first ones, or, as `again`, those that take the
    /// place of earlier ones because `writer` has put something right.
    pub(super) fn send_cards(&mut self, id: PairingId, index: usize, again: Option<Role>) {
        for owner in [Role::Inviter, Role::Invitee] {
            let Some(lunch) = self.lunch(id, index) else {
                return;
            };
            let carded = lunch.page(owner).carded;
            let concerned = match again {
                None => carded == 0,
                Some(writer) => carded > 0 && (writer == owner || self.may_card(id, writer)),
            };
            if concerned {
                self.send_card(id, index, owner);
            }
        }
    }

    /// Whether what `writer` wrote may go to the partner's board.
    fn may_card(&self, id: PairingId, writer: Role) -> bool {
        self.pairing(id).is_some_and(|p| p.growth.may_card(writer))
    }

    fn send_card(&mut self, id: PairingId, index: usize, owner: Role) {
        let Some(pairing) = self.pairing(id).cloned() else {
            return;
        };
        let (me, partner) = (pairing.person(owner), pairing.person(owner.other()));
        let board = self.person(me).and_then(|p| p.board.clone());
        let Some(board) = board.filter(|board| board.confirmed) else {
            return;
        };
        let Some(lunch) = pairing.lunches.get(index) else {
            return;
        };
        let page = lunch.page(owner);
        let told = lunch.page(owner.other());
        let own = page.notes.as_ref().map(for_a_card).unwrap_or_default();
        let theirs = told.notes.as_ref().filter(|_| told.shown > 0);
        let theirs = theirs.map(for_a_card).filter(|notes| !notes.is_empty());
        self.ask_about_cards(id, owner, theirs.is_some());
        let theirs = theirs.filter(|_| self.may_card(id, owner.other()));
        let corrected = page.carded > 0;
        if own.is_empty() && theirs.is_none() && !corrected {
            return;
        }
        // The partner's goal is in the partner's words too.
        let may = self.may_card(id, owner.other());
        let goal = page.goal.filter(|_| may);
        let goal = goal.and_then(|at| self.goal_words(partner, at));
        let consent = match theirs.is_some() || goal.is_some() {
            true => Consent::BoardOfBoth,
            false => Consent::Board,
        };
        let body = Body::Card {
            table: pairing.table(lunch),
            own,
            goal,
            theirs,
            corrected,
            marks: board.marks,
        };
        let letter = Letter {
            to: NameAddr::new("", board.address),
            partner: self.person(partner).map(|p| p.who.clone()),
            body,
        };
        let occasion = format!("{}/{}/{}", lunch.slot, page.carded, self.occasion());
        let use_by = self.now + CARD_USE_BY;
        self.put(Dispatch {
            to: me,
            pairing: Some(id),
            slot: Some(lunch.slot),
            letter,
            occasion,
            consent,
            use_by,
        });
        self.change_lunch(id, index, |l| l.page_mut(owner).carded += 1);
    }

    /// Asks the partner, once in their lives together, whether their words may go to that board.
    fn ask_about_cards(&mut self, id: PairingId, owner: Role, told: bool) {
        let writer = owner.other();
        let Some(pairing) = self.pairing(id) else {
            return;
        };
        let asked = pairing.growth.cards.iter().any(|l| l.writer == writer);
        if asked || !told || !pairing.stage.is_meeting() {
            return;
        }
        let partner = pairing.person(writer);
        self.change(id, |p| {
            p.growth.cards.push(CardLeave {
                writer,
                answer: None,
            });
        });
        self.news(partner, id, Body::BoardAsk);
    }
}

/// What of notes may stand on a card: the best moment and the focus, where they say something.
fn for_a_card(notes: &Notes) -> Notes {
    let mut kept = Notes {
        best: notes.best.clone(),
        focus: notes.focus.clone(),
        observations: notes.observations.clone(),
        ..Notes::default()
    };
    for section in [Section::Best, Section::Focus] {
        if kept.section(section).is_some_and(says_nothing) {
            kept.set_section(section, None);
        }
    }
    kept
}

/// `ana+x1@boards.trello.com #feedback @ana`
fn board_of(said: &str) -> Option<Board> {
    let is_mark = |word: &&str| word.starts_with(['#', '@']) && word.len() > 1;
    let mut words = said.split_whitespace();
    let address = words
        .clone()
        .find(|word| word.contains('@') && !is_mark(word))?;
    let address = address.trim_matches(|c: char| matches!(c, '<' | '>' | ',' | ';' | '.'));
    let clean = |word: &str| word.chars().count() <= MARK_CHARS_MAX;
    let marks: Vec<&str> = words
        .by_ref()
        .filter(is_mark)
        .filter(|word| clean(word))
        .take(MARKS_MAX)
        .collect();
    Some(Board {
        address: Address::parse(address).ok()?,
        marks: marks.join(" "),
        confirmed: false,
    })
}
