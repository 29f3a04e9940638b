//! Quoting: one asks for leave to show a good word outside of the pairing, the speaker answers once,
//! and may change their mind at any time.

use super::Voice;
use super::desk::Desk;
use super::goals::argument;
use crate::lunch::act::{Act, Answering, Permission};
use crate::lunch::event::{About, Outcome};
use crate::lunch::letter::{Body, Notice, QuoteState, Receipt};
use crate::lunch::notes::{Section, Words};
use crate::lunch::pairing::{Page, PairingId, Role};
use crate::lunch::person::PersonId;
use crate::lunch::quoting::{Point, Quoting, is_quotable};
use std::collections::BTreeSet;

impl Desk {
    /// `quote 1`, in answer to a summary or an exchange.
    pub(super) fn ask_leave(
        &mut self,
        by: PersonId,
        pairing: Option<PairingId>,
        about: Option<&About>,
        act: &Act,
    ) -> Outcome {
        let number: usize = argument(act).parse().unwrap_or(0);
        let meant = self.point_meant(by, pairing, about, number);
        let Some(point) = meant else {
            return self.tell_quote(by, pairing, None, QuoteState::Unknown);
        };
        let here = Some(point.pairing);
        if !is_quotable(point.section) {
            return self.tell_quote(by, here, None, QuoteState::Never);
        }
        let Some((words, on)) = self.quotable(point) else {
            return self.tell_quote(by, here, None, QuoteState::Unknown);
        };
        let Some(speaker) = self.pairing(point.pairing).map(|p| p.person(point.speaker)) else {
            return Outcome::Refused("there is no such pairing");
        };
        let asked = self
            .page(point)
            .and_then(|page| page.quoting.get(&point.section).copied());
        let wording = self.page(point).map_or(0, |page| page.wording);
        let point = Point { wording, ..point };
        let state = match asked.map(|quoting| quoting.answer) {
            Some(Some((_, Permission::Named))) => QuoteState::Named,
            Some(Some((_, Permission::Unnamed))) => QuoteState::Unnamed,
            Some(Some((_, Permission::Refused))) => QuoteState::Refused,
            Some(None) => QuoteState::Waiting,
            None if self.has_left(speaker, here) => QuoteState::Gone,
            None => {
                let quoting = Quoting {
                    asked: self.today(by),
                    answer: None,
                    wording,
                };
                self.change_page(point, |page| {
                    page.quoting.insert(point.section, quoting);
                });
                let words = words.clone();
                self.news(
                    speaker,
                    point.pairing,
                    Body::Permission { words, on, point },
                );
                QuoteState::Asked
            }
        };
        self.tell_quote(by, here, Some(words), state)
    }

    fn tell_quote(
        &mut self,
        to: PersonId,
        pairing: Option<PairingId>,
        words: Option<Words>,
        state: QuoteState,
    ) -> Outcome {
        let receipt = Body::Receipt(Receipt::Quote { words, state });
        self.answer(to, pairing, None, receipt);
        Outcome::Done
    }

    /// The point of that number in the letter that is answered: a summary counts its good moments, an
    /// exchange its prompts.
    fn point_meant(
        &self,
        by: PersonId,
        pairing: Option<PairingId>,
        about: Option<&About>,
        number: usize,
    ) -> Option<Point> {
        let about = about?;
        let at = number.checked_sub(1)?;
        if about.answering == Answering::Summary {
            let point = about.points.get(at).copied()?;
            let role = self.pairing(point.pairing)?.role(by)?;
            return (role.other() == point.speaker).then_some(point);
        }
        let role = self.pairing(pairing?)?.role(by)?;
        Some(Point {
            pairing: pairing?,
            slot: about.slot?,
            speaker: role.other(),
            section: *Section::ALL.get(at)?,
            wording: 0,
        })
    }

    fn page(&self, point: Point) -> Option<&Page> {
        let pairing = self.pairing(point.pairing)?;
        let lunch = pairing.lunches.get(pairing.lunch_at(point.slot)?)?;
        Some(lunch.page(point.speaker))
    }

    fn change_page(&mut self, point: Point, edit: impl FnOnce(&mut Page)) {
        let index = self
            .pairing(point.pairing)
            .and_then(|p| p.lunch_at(point.slot));
        if let Some(index) = index {
            self.change_lunch(point.pairing, index, |l| edit(l.page_mut(point.speaker)));
        }
    }

    /// The words of a point that its subject has read, with the day of the lunch.
    fn quotable(&self, point: Point) -> Option<(Words, chrono::NaiveDate)> {
        let words = self.page(point)?.quotable(point.section)?.clone();
        let pairing = self.pairing(point.pairing)?;
        let lunch = pairing.lunches.get(pairing.lunch_at(point.slot)?)?;
        Some((words, lunch.start.date()))
    }

    /// The speaker's answer, the first one or a later one.
    pub(super) fn answer_leave(&mut self, act: &Act, voice: Voice<'_>) -> Outcome {
        let Act::Permission(permission) = act else {
            return Outcome::Nothing("nothing was allowed or refused");
        };
        let point = voice.about.and_then(|a| a.points.first().copied());
        let is_theirs = |p: &Point| p.pairing == voice.pairing && p.speaker == voice.role;
        let Some(point) = point.filter(is_theirs) else {
            // The receipt for all leave that was taken back; "no" again is the same again.
            return match voice
                .about
                .is_some_and(|a| a.letter == "receipt-permission")
            {
                true if *permission == Permission::Refused => self.withdraw_leave(voice),
                true => self.give_back(voice.by, Some(voice.pairing), voice.words),
                false => self.answer_about_boards(act, voice),
            };
        };
        let today = self.today(voice.by);
        let asked = self
            .page(point)
            .and_then(|page| page.quoting.get(&point.section).copied());
        // Leave is for the words that were asked about; a no is one to whatever stands there now.
        let refused = *permission == Permission::Refused;
        let asked = asked.filter(|asked| refused || asked.wording == point.wording);
        let (Some(asked), Some((words, _))) = (asked, self.quotable(point)) else {
            return Outcome::Nothing("the words have changed since, and nobody may quote them");
        };
        self.change_page(point, |page| {
            let answer = Some((today, *permission));
            page.quoting
                .insert(point.section, Quoting { answer, ..asked });
        });
        self.confirm_leave(voice, Some((words, point)), *permission);
        Outcome::Done
    }

    /// `no quotes`: whatever leave the writer gave in this pairing is taken back.
    pub(super) fn withdraw_leave(&mut self, voice: Voice<'_>) -> Outcome {
        let withdrawn = self.take_leave_back(voice.by, voice.pairing, voice.role);
        if !withdrawn && self.has_left(voice.by, Some(voice.pairing)) {
            return Outcome::Nothing("no leave was given");
        }
        if withdrawn {
            self.confirm_leave(voice, None, Permission::Refused);
        } else {
            let body = Receipt::Permission {
                words: None,
                permission: Permission::Refused,
                point: None,
            };
            self.answer(voice.by, Some(voice.pairing), None, Body::Receipt(body));
        }
        Outcome::Done
    }

    /// The same from a letter that names no pairing: all of the writer's are meant. One receipt for them all;
    /// of the partners each hears for themselves.
    pub(super) fn withdraw_all_leave(&mut self, by: PersonId) -> Outcome {
        let all = self.circle.pairings.values();
        let theirs: Vec<_> = all.filter_map(|p| Some((p.id, p.role(by)?))).collect();
        let mut told = BTreeSet::new();
        let mut here = false;
        for (id, role) in theirs {
            here |= !self.has_left(by, Some(id));
            let partner = self.pairing(id).map(|p| p.person(role.other()));
            let withdrawn = self.take_leave_back(by, id, role);
            let fresh = partner.filter(|partner| withdrawn && told.insert(*partner));
            if let Some(partner) = fresh {
                let news = Notice::QuoteAnswered {
                    words: None,
                    permission: Permission::Refused,
                    taken_back: None,
                };
                self.tell(partner, id, None, news);
            }
        }
        if told.is_empty() && !here {
            return Outcome::Nothing("no leave was given");
        }
        let receipt = Receipt::Permission {
            words: None,
            permission: Permission::Refused,
            point: None,
        };
        self.answer(by, None, None, Body::Receipt(receipt));
        Outcome::Done
    }

    /// Makes a no of all leave that somebody gave in that pairing, and of what they were asked and have not
    /// answered. Whether there was any.
    fn take_leave_back(&mut self, by: PersonId, id: PairingId, role: Role) -> bool {
        let today = self.today(by);
        let mut withdrawn = false;
        self.change(id, |p| {
            for lunch in &mut p.lunches {
                for quoting in lunch.page_mut(role).quoting.values_mut() {
                    let given = !matches!(quoting.answer, Some((_, Permission::Refused)));
                    withdrawn |= given;
                    if given {
                        quoting.answer = Some((today, Permission::Refused));
                    }
                }
            }
        });
        withdrawn
    }

    /// The speaker gets the receipt, and whoever asked hears the answer.
    fn confirm_leave(
        &mut self,
        voice: Voice<'_>,
        about: Option<(Words, Point)>,
        permission: Permission,
    ) {
        let (words, point) = about.unzip();
        let receipt = Receipt::Permission {
            words: words.clone(),
            permission,
            point,
        };
        self.answer(voice.by, Some(voice.pairing), None, Body::Receipt(receipt));
        let partner = self
            .pairing(voice.pairing)
            .map(|p| p.person(voice.role.other()));
        if let Some(partner) = partner {
            let news = Notice::QuoteAnswered {
                words,
                permission,
                taken_back: None,
            };
            self.tell(partner, voice.pairing, None, news);
        }
    }
}
