//! Carrying out a command: which state it needs, and what it does to the selected mailbox.
//!
//! SEARCH, FETCH, STORE, COPY, MOVE and EXPUNGE stand here, each done under one lock together with
//! the news that go out before its tagged line (RFC 3501 section 7).

use super::answer::{Answer, bye, fetched};
use super::view::{Gone, Place, View, flag_items};
use super::{Session, fetch, name_of, search};
use crate::sandbox::post_office::{FlagChange, Mailbox, PostOffice};
use crate::sandbox::sasl::Credentials;
use imap_next::imap_types::command::CommandBody;
use imap_next::imap_types::core::{Charset, Vec1};
use imap_next::imap_types::extensions::uidplus::{UidElement, UidSet};
use imap_next::imap_types::fetch::MacroOrMessageDataItemNames;
use imap_next::imap_types::flag::{Flag, StoreResponse, StoreType};
use imap_next::imap_types::mailbox::Mailbox as Name;
use imap_next::imap_types::response::{Capability, Code, Data};
use imap_next::imap_types::search::SearchKey;
use imap_next::imap_types::sequence::SequenceSet;
use std::collections::BTreeSet;
use std::num::NonZeroU32;

impl Session {
    /// Carries out a command and adds what else happened to the selected mailbox.
    pub(super) fn obey(&mut self, body: CommandBody<'static>) -> Answer {
        use CommandBody as C;
        let by_number = matches!(
            body,
            C::Fetch { uid: false, .. }
                | C::Store { uid: false, .. }
                | C::Search { uid: false, .. }
        );
        let answer = match body {
            C::Capability => match Vec1::try_from(self.capabilities()) {
                Ok(offers) => Answer::ok("Offered").with(Data::Capability(offers)),
                Err(_) => Answer::ok("Offered"),
            },
            C::Noop | C::Check => Answer::ok("Done"),
            C::Logout => {
                let farewell = vec![bye("Until the next lunch")];
                let mut answer = Answer::ok("Closed").with_all(farewell);
                answer.last = true;
                return answer;
            }
            C::Login { username, password } => {
                let text = |octets: &[u8]| String::from_utf8_lossy(octets).into_owned();
                let secret = text(password.declassify().as_ref());
                self.log_in(&Credentials::password(text(username.as_ref()), secret))
            }
            body => match self.account.clone() {
                Some(key) => self.obey_authenticated(&key, body),
                None => Answer::bad("Log in first"),
            },
        };
        self.add_news(answer, !by_number)
    }

    fn obey_authenticated(&mut self, key: &str, body: CommandBody<'static>) -> Answer {
        use CommandBody as C;
        match body {
            C::Select { mailbox, .. } => self.select(key, &mailbox, false),
            C::Examine { mailbox, .. } => self.select(key, &mailbox, true),
            C::Create { mailbox } => self.create(key, &mailbox),
            C::Delete { mailbox } => self.delete(key, &mailbox),
            C::Subscribe { mailbox } => self.subscribe(key, &mailbox, true),
            C::Unsubscribe { mailbox } => self.subscribe(key, &mailbox, false),
            C::List {
                reference,
                mailbox_wildcard,
            } => self.list(key, &reference, &mailbox_wildcard, false),
            C::Lsub {
                reference,
                mailbox_wildcard,
            } => self.list(key, &reference, &mailbox_wildcard, true),
            C::Status {
                mailbox,
                item_names,
            } => self.status(key, &mailbox, &item_names),
            C::Append {
                mailbox,
                flags,
                date,
                message,
            } => self.append(key, &mailbox, &flags, date, message),
            body => match self.view.take() {
                None => Answer::bad("Open a mailbox first"),
                Some(mut view) => {
                    let closes = matches!(body, C::Close | C::Unselect);
                    let answer = self.obey_selected(&mut view, body);
                    self.view = (!closes).then_some(view);
                    answer
                }
            },
        }
    }

    fn obey_selected(&self, view: &mut View, body: CommandBody<'static>) -> Answer {
        use CommandBody as C;
        let offers = &self.premises.options;
        match body {
            C::Unselect => Answer::ok("Closed"),
            C::Close => {
                if !view.read_only {
                    self.expunge(view, None);
                }
                Answer::ok("Closed")
            }
            C::Expunge if view.read_only => Answer::no("[READ-ONLY] Opened by EXAMINE"),
            C::Expunge => self.expunge(view, None),
            C::ExpungeUid { sequence_set } if offers.uidplus && !view.read_only => {
                self.expunge(view, Some(&sequence_set))
            }
            C::Search {
                charset,
                criteria,
                uid,
            } => self.search(view, charset.as_ref(), criteria.as_ref(), uid),
            C::Fetch {
                sequence_set,
                macro_or_item_names,
                uid,
                ..
            } => self.fetch(view, &sequence_set, macro_or_item_names, uid),
            C::Store { .. } if view.read_only => Answer::no("[READ-ONLY] Opened by EXAMINE"),
            C::Store {
                sequence_set,
                kind,
                response,
                flags,
                uid,
                ..
            } => {
                let how = match kind {
                    StoreType::Replace => FlagChange::Replace,
                    StoreType::Add => FlagChange::Add,
                    StoreType::Remove => FlagChange::Remove,
                };
                let silent = response == StoreResponse::Silent;
                self.store(view, &sequence_set, uid, how, &flag_names(&flags), silent)
            }
            C::Copy {
                sequence_set,
                mailbox,
                uid,
            } => self.copy(view, &sequence_set, &mailbox, uid, false),
            C::Move {
                sequence_set,
                mailbox,
                uid,
            } if offers.move_ && !view.read_only => {
                self.copy(view, &sequence_set, &mailbox, uid, true)
            }
            _ => Answer::bad("Not offered"),
        }
    }

    /// What a session is told without asking, before the tagged line.
    pub(super) fn add_news(&mut self, mut answer: Answer, expunges: bool) -> Answer {
        let Some(view) = self.view.as_mut() else {
            return answer;
        };
        let news = self
            .premises
            .look(|office| view.news(mailbox_of(office, view), expunges));
        match news {
            Ok(news) => answer.untagged.extend(news),
            Err(Gone) => {
                answer.untagged.push(bye("The mailbox is not what it was"));
                answer.last = true;
            }
        }
        answer
    }

    pub(super) fn log_in(&mut self, credentials: &Credentials) -> Answer {
        if self.account.is_some() {
            return Answer::bad("Logged in already");
        }
        self.account = self.premises.admit(credentials);
        if self.account.is_none() {
            return Answer::no("[AUTHENTICATIONFAILED] Login or password is wrong");
        }
        let offers = Vec1::try_from(self.capabilities()).ok();
        Answer::ok("Welcome").with_code(offers.map(Code::Capability))
    }

    /// What is offered; special names are left out if the codec does not know them.
    pub(super) fn capabilities(&self) -> Vec<Capability<'static>> {
        let options = &self.premises.options;
        let mut names = vec![
            "IMAP4rev1",
            "SASL-IR",
            "LITERAL+",
            "UNSELECT",
            "SPECIAL-USE",
        ];
        let wanted = [
            (options.idle, "IDLE"),
            (options.move_, "MOVE"),
            (options.uidplus, "UIDPLUS"),
            (self.account.is_none(), "AUTH=PLAIN"),
            (self.account.is_none(), "AUTH=XOAUTH2"),
        ];
        names.extend(wanted.iter().filter(|(on, _)| *on).map(|(_, name)| *name));
        let known = names.into_iter().map(Capability::try_from);
        known.filter_map(Result::ok).collect()
    }

    fn search(
        &self,
        view: &View,
        charset: Option<&Charset<'static>>,
        keys: &[SearchKey<'static>],
        by_uid: bool,
    ) -> Answer {
        let charset = charset.map(|c| c.as_ref().to_ascii_uppercase());
        if !matches!(charset.as_deref(), None | Some("UTF-8" | "US-ASCII")) {
            let allowed = Vec::new();
            return Answer::no("Charset not known").with_code(Some(Code::BadCharset { allowed }));
        }
        let found = self.premises.look(|office| match mailbox_of(office, view) {
            Some(mailbox) => search::places(view, keys, |uid| mailbox.get(uid)),
            None => Vec::new(),
        });
        let number = |p: &Place| NonZeroU32::new(if by_uid { p.uid } else { p.seq });
        let numbers = found.iter().filter_map(number).collect();
        Answer::ok("Searched").with(Data::Search(numbers))
    }

    fn fetch(
        &self,
        view: &mut View,
        set: &SequenceSet,
        names: MacroOrMessageDataItemNames<'static>,
        by_uid: bool,
    ) -> Answer {
        let names = match names {
            MacroOrMessageDataItemNames::Macro(short) => {
                use imap_next::imap_types::ToStatic;
                let long = short.expand().into_iter().map(|n| n.to_static());
                MacroOrMessageDataItemNames::MessageDataItemNames(long.collect())
            }
            names => names,
        };
        let Some(mut names) = fetch::wanted(names, by_uid) else {
            return Answer::no("[CANNOT] An item is not offered by the sandbox");
        };
        let marks = fetch::marks_seen(&names) && !view.read_only;
        let flags = imap_next::imap_types::fetch::MessageDataItemName::Flags;
        if marks && !names.contains(&flags) {
            names.push(flags);
        }
        let places = view.resolve(set, by_uid);
        if fetch::shows_body(&names) {
            let uids = places.iter().map(|place| place.uid);
            self.premises.show(&view.account, &view.mailbox, uids);
        }
        let mut answer = Answer::ok("Fetched");
        let read = |mailbox: &Mailbox, answer: &mut Answer| {
            for place in &places {
                if let Some(message) = mailbox.get(place.uid) {
                    let items = fetch::items(message, &names);
                    answer.untagged.extend(fetched(place.seq, items));
                }
            }
        };
        if !marks {
            self.premises.look(|office| {
                if let Some(mailbox) = mailbox_of(office, view) {
                    read(mailbox, &mut answer);
                }
            });
            return answer;
        }
        let seen = BTreeSet::from(["\\Seen".to_owned()]);
        self.change_mailbox(view, &mut answer, |mailbox, answer| {
            for place in &places {
                mailbox.change_flags(place.uid, FlagChange::Add, &seen);
            }
            read(mailbox, answer);
        });
        answer
    }

    fn store(
        &self,
        view: &mut View,
        set: &SequenceSet,
        by_uid: bool,
        how: FlagChange,
        flags: &BTreeSet<String>,
        silent: bool,
    ) -> Answer {
        let places = view.resolve(set, by_uid);
        let mut answer = Answer::ok("Stored");
        self.change_mailbox(view, &mut answer, |mailbox, answer| {
            for place in &places {
                mailbox.change_flags(place.uid, how, flags);
                if let (false, Some(message)) = (silent, mailbox.get(place.uid)) {
                    answer
                        .untagged
                        .extend(fetched(place.seq, flag_items(message)));
                }
            }
        });
        answer
    }

    /// Changes flags in the selected mailbox: what others did is told first, so that afterwards
    /// only this session's own changes are untold, and those it knows.
    fn change_mailbox(
        &self,
        view: &mut View,
        answer: &mut Answer,
        change: impl FnOnce(&mut Mailbox, &mut Answer),
    ) {
        self.premises.change(|office| {
            let Ok(news) = view.news(mailbox_of(office, view), false) else {
                return; // the news after the command will say BYE
            };
            answer.untagged.extend(news);
            if let Some(mailbox) = office.mailbox_mut(&view.account, &view.mailbox) {
                change(mailbox, answer);
                view.flags_are_told(mailbox);
            }
        });
    }

    fn copy(
        &self,
        view: &mut View,
        set: &SequenceSet,
        to: &Name<'static>,
        by_uid: bool,
        moves: bool,
    ) -> Answer {
        let places = view.resolve(set, by_uid);
        let to = name_of(to);
        let copied = self.premises.change(|office| {
            office.accounts.get(&view.account)?.mailbox(&to)?;
            let from = mailbox_of(office, view)?;
            let messages: Vec<_> = places.iter().filter_map(|p| from.get(p.uid)).collect();
            let messages: Vec<_> = messages.into_iter().cloned().collect();
            let target = office.mailbox_mut(&view.account, &to)?;
            let mut pairs = Vec::new();
            for message in messages {
                let new = target.file(message.bytes, message.flags, message.internal_date);
                pairs.push((message.uid, new));
            }
            let validity = target.uid_validity;
            if moves && !pairs.is_empty() {
                let gone: BTreeSet<u32> = pairs.iter().map(|(old, _)| *old).collect();
                office
                    .mailbox_mut(&view.account, &view.mailbox)?
                    .take(&gone);
            }
            Some((validity, pairs))
        });
        let Some((validity, pairs)) = copied else {
            return Answer::no("There is no such mailbox").with_code(Some(Code::TryCreate));
        };
        let code = copy_uid(validity, &pairs).filter(|_| self.premises.options.uidplus);
        match (moves, code) {
            (true, Some(code)) => Answer::ok("Moved").note(Some(code), "Moved"),
            (true, None) => Answer::ok("Moved"),
            (false, code) => Answer::ok("Copied").with_code(code),
        }
    }

    fn expunge(&self, view: &View, only: Option<&SequenceSet>) -> Answer {
        let chosen: Option<BTreeSet<u32>> = only.map(|set| {
            let places = view.resolve(set, true);
            places.iter().map(|p| p.uid).collect()
        });
        self.premises.change(|office| {
            if let Some(mailbox) = office.mailbox_mut(&view.account, &view.mailbox) {
                let deleted = mailbox.messages().iter();
                let deleted = deleted.filter(|m| m.flags.contains("\\Deleted"));
                let chosen = |uid: &u32| chosen.as_ref().is_none_or(|c| c.contains(uid));
                let gone = deleted.map(|m| m.uid).filter(chosen).collect();
                mailbox.take(&gone);
            }
        });
        Answer::ok("Expunged")
    }
}

fn mailbox_of<'o>(office: &'o PostOffice, view: &View) -> Option<&'o Mailbox> {
    office.accounts.get(&view.account)?.mailbox(&view.mailbox)
}

/// Flags by their names.
pub(super) fn flag_names(flags: &[Flag<'static>]) -> BTreeSet<String> {
    flags.iter().map(ToString::to_string).collect()
}

/// COPYUID (RFC 4315 section 3): the n-th UID here became the n-th there.
fn copy_uid(validity: u32, pairs: &[(u32, u32)]) -> Option<Code<'static>> {
    let set = |uids: Vec<u32>| {
        let uids = uids.into_iter().filter_map(NonZeroU32::new);
        let elements: Vec<UidElement> = uids.map(UidElement::Single).collect();
        Vec1::try_from(elements).ok().map(UidSet)
    };
    Some(Code::CopyUid {
        uid_validity: NonZeroU32::new(validity)?,
        source: set(pairs.iter().map(|(old, _)| *old).collect())?,
        destination: set(pairs.iter().map(|(_, new)| *new).collect())?,
    })
}
