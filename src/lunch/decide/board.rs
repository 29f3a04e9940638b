//! The board: a member may have their own notes of each lunch as a card where they track things anyway,
//! by mail to the address that the board has for it. What the partner wrote goes there only after the
//! partner's yes, which can be taken back; worst moments never do.

use super::Voice;
use super::desk::Desk;
use super::goals::argument;
use crate::lunch::act::{Act, Permission};
use crate::lunch::event::{About, Consent, Dispatch, Outcome};
use crate::lunch::letter::{BoardMeant, BoardState, Body, Letter, Receipt};
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
        let Some((address, marks)) = board_of(&argument(act)) else {
            return self.give_back(by, pairing, words);
        };
        if self.is_somebody_elses(by, &address) {
            return self.give_back(by, pairing, words);
        }
        let body = Body::BoardConfirm {
            address: address.to_string(),
            marks: marks.clone(),
        };
        self.take_board(by, address, marks, false);
        self.answer(by, pairing, None, body);
        Outcome::Done
    }

    /// Mail to a person goes to nobody who has not been asked.
    fn is_somebody_elses(&self, by: PersonId, address: &Address) -> bool {
        let mut others = self.circle.people.values().filter(|p| p.id != by);
        self.circle.rules.mailbox.address == *address || others.any(|p| p.who.address == *address)
    }

    /// Another address is another board: whatever leave partners gave was for the one before.
    fn take_board(&mut self, by: PersonId, address: Address, marks: String, confirmed: bool) {
        let before = self.person(by).and_then(|p| p.board.as_ref());
        let same = before.filter(|board| board.address == address);
        let number = match same {
            Some(board) => board.number,
            None => self.person(by).map_or(0, |p| p.boards_named) + 1,
        };
        if same.is_none() {
            for pairing in self.circle.pairings.values_mut() {
                let owner = pairing.role(by);
                let of_a_partner = |l: &CardLeave| Some(l.writer.other()) == owner;
                let leaves = &mut pairing.growth.cards;
                leaves.retain(|l| !of_a_partner(l) || l.answer == Some(false));
            }
        }
        self.change_person(by, |p| {
            p.boards_named = p.boards_named.max(number);
            p.board = Some(Board {
                address,
                marks,
                confirmed,
                number,
            });
        });
    }

    /// The owner's answer to "shall cards go there?", for the board that was named there. A no is one to
    /// whatever board there is.
    pub(super) fn confirm_board(
        &mut self,
        by: PersonId,
        pairing: Option<PairingId>,
        about: Option<&About>,
        act: &Act,
    ) -> Outcome {
        if matches!(act, Act::Permission(Permission::Refused)) {
            return self.end_board(by, pairing);
        }
        let present = self.person(by).and_then(|p| p.board.clone());
        let named = match about.and_then(|a| a.board.clone()) {
            Some(BoardMeant::Own { address, marks }) => Address::parse(&address)
                .ok()
                .map(|address| (address, marks)),
            // A letter from before boards were numbered.
            _ => present
                .filter(|board| board.number == 0)
                .map(|board| (board.address, board.marks)),
        };
        let free = |(address, _): &(Address, String)| !self.is_somebody_elses(by, address);
        let Some((address, marks)) = named.filter(free) else {
            return Outcome::Nothing("no board is named");
        };
        let told = address.to_string();
        self.take_board(by, address, marks, true);
        self.tell_board(by, pairing, told, BoardState::On)
    }

    /// `no board`: none of one's own, and nothing of one's own on those of others.
    pub(super) fn end_board(&mut self, by: PersonId, pairing: Option<PairingId>) -> Outcome {
        for pairing in self.circle.pairings.values_mut() {
            let writer = pairing.role(by);
            let leaves = pairing.growth.cards.iter_mut();
            for leave in leaves.filter(|leave| Some(leave.writer) == writer) {
                leave.answer = Some(false);
            }
        }
        let Some(board) = self.person(by).and_then(|p| p.board.clone()) else {
            if self.has_left(by, pairing) {
                return Outcome::Nothing("no board is named");
            }
            return self.tell_board(by, pairing, String::new(), BoardState::Off);
        };
        self.change_person(by, |p| p.board = None);
        self.tell_board(by, pairing, board.address.to_string(), BoardState::Off)
    }

    /// A card did not get to that address, or whoever is there wants none: no more go there, and the owner
    /// is told. Late news of an earlier board concerns nobody.
    pub(super) fn board_failed(
        &mut self,
        owner: PersonId,
        address: &Address,
        stopped: bool,
    ) -> Outcome {
        let board = self.person(owner).and_then(|p| p.board.clone());
        let Some(board) = board.filter(|board| board.address == *address) else {
            return Outcome::Nothing("that board is named no longer");
        };
        self.change_person(owner, |p| p.board = None);
        let state = match stopped {
            true => BoardState::Unwanted,
            false => BoardState::Unreachable,
        };
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

    /// The partner's answer, the first one or a later one. A yes counts for the board that was asked about;
    /// if it is another one by now, that is asked about.
    pub(super) fn answer_board(&mut self, act: &Act, voice: Voice<'_>) -> Outcome {
        // A card cannot hold somebody's words and hide whose they are.
        let granted = matches!(act, Act::Permission(Permission::Named));
        let asked = match voice.about.and_then(|a| a.board.as_ref()) {
            Some(BoardMeant::Partners { number }) => *number,
            _ => 0,
        };
        let owner = voice.role.other();
        let present = self.board_of_role(voice.pairing, owner);
        if granted && present != Some(asked) {
            if let Some(number) = present {
                self.note_card_leave(voice.pairing, voice.role, None, number);
                self.answer(
                    voice.by,
                    Some(voice.pairing),
                    None,
                    Body::BoardAsk { number },
                );
                return Outcome::Asked;
            }
        } else {
            self.note_card_leave(voice.pairing, voice.role, Some(granted), asked);
        }
        let receipt = Body::Receipt(Receipt::BoardLeave {
            granted: granted && present == Some(asked),
            number: asked,
        });
        self.answer(voice.by, Some(voice.pairing), None, receipt);
        Outcome::Done
    }

    fn note_card_leave(&mut self, id: PairingId, writer: Role, answer: Option<bool>, board: u32) {
        self.change(id, |p| {
            let leaves = &mut p.growth.cards;
            leaves.retain(|leave| leave.writer != writer);
            leaves.push(CardLeave {
                writer,
                answer,
                board,
            });
        });
    }

    /// The number of the board to which cards of that one go.
    fn board_of_role(&self, id: PairingId, owner: Role) -> Option<u32> {
        let owner = self.pairing(id)?.person(owner);
        let board = self.person(owner)?.board.as_ref()?;
        board.confirmed.then_some(board.number)
    }

    /// An answer to our question what was meant, where no quote was asked about: it is about a board,
    /// one's own or the partner's.
    pub(super) fn answer_about_boards(&mut self, act: &Act, voice: Voice<'_>) -> Outcome {
        match voice.about.and_then(|a| a.board.as_ref()) {
            Some(BoardMeant::Own { .. }) => {
                self.confirm_board(voice.by, Some(voice.pairing), voice.about, act)
            }
            Some(BoardMeant::Partners { .. }) => self.answer_board(act, voice),
            None => Outcome::Nothing("nothing was asked"),
        }
    }

    /// The cards of a lunch whose seal is broken: the first ones, or, as `again`, those that take the
    /// place of earlier ones because `writer` has put something right.
    pub(super) fn send_cards(&mut self, id: PairingId, index: usize, again: Option<Role>) {
        for owner in [Role::Inviter, Role::Invitee] {
            let Some(lunch) = self.lunch(id, index) else {
                return;
            };
            let page = lunch.page(owner);
            // A correction goes where the card has gone: another board has never had it.
            let there = page.carded_on.is_none() || page.carded_on == self.board_of_role(id, owner);
            let concerned = match again {
                None => page.carded == 0,
                Some(writer) => {
                    page.carded > 0 && there && (writer == owner || self.may_card(id, writer))
                }
            };
            if concerned {
                self.send_card(id, index, owner);
            }
        }
    }

    /// Whether what `writer` wrote may go to the partner's board.
    fn may_card(&self, id: PairingId, writer: Role) -> bool {
        let board = self.board_of_role(id, writer.other());
        let pairing = self.pairing(id);
        pairing.is_some_and(|p| board.is_some_and(|board| p.growth.may_card(writer, board)))
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
        self.ask_about_cards(id, owner, theirs.is_some(), board.number);
        let theirs = theirs.filter(|_| self.may_card(id, owner.other()));
        let corrected = page.carded > 0;
        if own.is_empty() && theirs.is_none() && !corrected {
            return;
        }
        // The partner's goal is in the partner's words too.
        let may = self.may_card(id, owner.other());
        let goal = page.goal.filter(|_| may);
        let goal = goal.and_then(|at| self.person(partner)?.goals.get(at)?.own_words().cloned());
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
        let partner = self.person(partner).map(|p| p.who.clone());
        let letter = Letter::new(NameAddr::new("", board.address), partner, body);
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
        self.change_lunch(id, index, |l| {
            let page = l.page_mut(owner);
            page.carded += 1;
            page.carded_on = Some(board.number);
        });
    }

    /// Asks the partner, once for each board, whether their words may go there.
    fn ask_about_cards(&mut self, id: PairingId, owner: Role, told: bool, number: u32) {
        let writer = owner.other();
        let Some(pairing) = self.pairing(id) else {
            return;
        };
        let asked = pairing.growth.cards.iter().any(|l| l.writer == writer);
        if asked || !told || !pairing.stage.is_meeting() {
            return;
        }
        let partner = pairing.person(writer);
        self.note_card_leave(id, writer, None, number);
        self.news(partner, id, Body::BoardAsk { number });
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
fn board_of(said: &str) -> Option<(Address, String)> {
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
    Some((Address::parse(address).ok()?, marks.join(" ")))
}
