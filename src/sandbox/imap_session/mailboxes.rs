//! Commands about mailboxes as a whole: SELECT, LIST, STATUS, CREATE, APPEND and their kin.
//!
//! Answers per RFC 3501 section 6.3, special use per RFC 6154, APPENDUID per RFC 4315.

use super::answer::{Answer, untagged_ok};
use super::commands::flag_names;
use super::view::View;
use super::{Session, name_of};
use crate::sandbox::post_office::{INBOX, Mailbox};
use chrono::Utc;
use imap_next::imap_types::core::{Atom, QuotedChar};
use imap_next::imap_types::datetime::DateTime;
use imap_next::imap_types::extensions::binary::LiteralOrLiteral8;
use imap_next::imap_types::flag::{Flag, FlagNameAttribute, FlagPerm};
use imap_next::imap_types::mailbox::{ListMailbox, Mailbox as Name};
use imap_next::imap_types::response::{Code, Data, Response};
use imap_next::imap_types::status::{StatusDataItem, StatusDataItemName};
use std::num::NonZeroU32;
use std::sync::Arc;

const SYSTEM_FLAGS: [Flag<'static>; 5] = [
    Flag::Answered,
    Flag::Flagged,
    Flag::Deleted,
    Flag::Seen,
    Flag::Draft,
];

impl Session {
    pub(super) fn select(&mut self, key: &str, name: &Name<'static>, read_only: bool) -> Answer {
        self.view = None;
        let read_only = read_only || self.premises.options.habits.read_only;
        let name = name_of(name);
        let opened = self.premises.look(|office| {
            let mailbox = office.accounts.get(key)?.mailbox(&name)?;
            Some((View::of(mailbox, key, read_only), opening(mailbox)))
        });
        let Some((view, responses)) = opened else {
            return Answer::no("There is no such mailbox");
        };
        self.view = Some(view);
        let code = if read_only {
            Code::ReadOnly
        } else {
            Code::ReadWrite
        };
        let answer = Answer::ok("Opened").with_code(Some(code));
        answer.with_all(responses)
    }

    pub(super) fn list(
        &self,
        key: &str,
        reference: &Name<'static>,
        pattern: &ListMailbox<'static>,
        subscribed_only: bool,
    ) -> Answer {
        let delimiter = self.premises.options.delimiter;
        let pattern = match pattern {
            ListMailbox::Token(token) => String::from_utf8_lossy(token.as_ref()).into_owned(),
            ListMailbox::String(text) => String::from_utf8_lossy(text.as_ref()).into_owned(),
        };
        if pattern.is_empty() && !subscribed_only {
            let root = Name::try_from("").ok();
            let items = vec![FlagNameAttribute::Noselect];
            let quoted = QuotedChar::try_from(delimiter).ok();
            return match root {
                Some(mailbox) => Answer::ok("Listed").with(Data::List {
                    items,
                    delimiter: quoted,
                    mailbox,
                }),
                None => Answer::ok("Listed"),
            };
        }
        let wanted = format!("{}{pattern}", reference_text(reference));
        let found = self.premises.look(|office| {
            let mailboxes = office.accounts.get(key).map(|a| a.mailboxes());
            let mut found = Vec::new();
            for mailbox in mailboxes.unwrap_or_default() {
                if name_fits(&wanted, &mailbox.name, delimiter)
                    && (mailbox.subscribed || !subscribed_only)
                {
                    found.extend(listed(mailbox, delimiter, subscribed_only));
                }
            }
            found
        });
        Answer::ok("Listed").with_all(found)
    }

    pub(super) fn status(
        &self,
        key: &str,
        name: &Name<'static>,
        items: &[StatusDataItemName],
    ) -> Answer {
        let counted = self.premises.look(|office| {
            let mailbox = office.accounts.get(key)?.mailbox(&name_of(name))?;
            let items = items.iter().filter_map(|item| status_item(mailbox, item));
            Some(items.collect::<Vec<_>>())
        });
        match counted {
            None => Answer::no("There is no such mailbox"),
            Some(items) => Answer::ok("Counted").with(Data::Status {
                mailbox: name.clone(),
                items: items.into(),
            }),
        }
    }

    pub(super) fn create(&self, key: &str, name: &Name<'static>) -> Answer {
        let delimiter = self.premises.options.delimiter;
        let name = name_of(name);
        let name = name.trim_end_matches(delimiter);
        if !name.is_empty()
            && self
                .premises
                .change(|office| office.create_mailbox(key, name))
        {
            Answer::ok("Made")
        } else {
            Answer::no("[ALREADYEXISTS] There is one of that name")
        }
    }

    pub(super) fn delete(&self, key: &str, name: &Name<'static>) -> Answer {
        let name = name_of(name);
        let deleted = name != INBOX
            && self.premises.change(|office| {
                let account = office.accounts.get_mut(key);
                account.is_some_and(|a| a.remove_mailbox(&name))
            });
        if deleted {
            Answer::ok("Deleted")
        } else {
            Answer::no("There is no such mailbox, or it is the inbox")
        }
    }

    pub(super) fn subscribe(&self, key: &str, name: &Name<'static>, subscribed: bool) -> Answer {
        let known = self.premises.change(|office| {
            let mailbox = office.mailbox_mut(key, &name_of(name))?;
            mailbox.subscribed = subscribed;
            Some(())
        });
        match known {
            Some(()) => Answer::ok("Noted"),
            None => Answer::no("There is no such mailbox"),
        }
    }

    pub(super) fn append(
        &self,
        key: &str,
        name: &Name<'static>,
        flags: &[Flag<'static>],
        date: Option<DateTime>,
        message: LiteralOrLiteral8<'static>,
    ) -> Answer {
        let octets = match message {
            LiteralOrLiteral8::Literal(literal) => literal.into_inner(),
            LiteralOrLiteral8::Literal8(literal) => literal.data,
        };
        if octets.len() > self.premises.options.message_octets_max {
            return Answer::no("[TOOBIG] The message is too big");
        }
        let now = self.premises.now();
        let at = date.map_or(now, |d| d.as_ref().with_timezone(&Utc));
        let bytes: Arc<[u8]> = Arc::from(octets.as_ref());
        let filed = self.premises.change(|office| {
            let mailbox = office.mailbox_mut(key, &name_of(name))?;
            let uid = mailbox.file(bytes, flag_names(flags), at);
            Some((mailbox.uid_validity, uid))
        });
        let Some((validity, uid)) = filed else {
            return Answer::no("There is no such mailbox").with_code(Some(Code::TryCreate));
        };
        let ids = NonZeroU32::new(validity).zip(NonZeroU32::new(uid));
        let code = ids.map(|(uid_validity, uid)| Code::AppendUid { uid_validity, uid });
        let offered = self.premises.options.uidplus;
        Answer::ok("Filed").with_code(code.filter(|_| offered))
    }
}

/// What SELECT says about a mailbox before its tagged line.
fn opening(mailbox: &Mailbox) -> Vec<Response<'static>> {
    let count = u32::try_from(mailbox.messages().len()).unwrap_or(u32::MAX);
    let mut permanent: Vec<FlagPerm<'static>> =
        SYSTEM_FLAGS.into_iter().map(FlagPerm::Flag).collect();
    permanent.push(FlagPerm::Asterisk);
    let unseen = (1..)
        .zip(mailbox.messages())
        .find(|(_, m)| !m.flags.contains("\\Seen"))
        .and_then(|(seq, _)| NonZeroU32::new(seq));
    let mut responses = vec![
        Response::Data(Data::Flags(SYSTEM_FLAGS.to_vec())),
        Response::Data(Data::Exists(count)),
        Response::Data(Data::Recent(0)),
        untagged_ok(Some(Code::PermanentFlags(permanent)), "Any keyword"),
    ];
    let noted = [
        (unseen.map(Code::Unseen), "First unseen"),
        (
            NonZeroU32::new(mailbox.uid_validity).map(Code::UidValidity),
            "UIDs hold",
        ),
        (
            NonZeroU32::new(mailbox.uid_next).map(Code::UidNext),
            "The next UID",
        ),
    ];
    for (code, text) in noted {
        if code.is_some() {
            responses.push(untagged_ok(code, text));
        }
    }
    responses
}

fn listed(mailbox: &Mailbox, delimiter: char, lsub: bool) -> Option<Response<'static>> {
    let special = mailbox
        .special_use
        .and_then(|use_| Atom::try_from(use_).ok());
    let items: Vec<FlagNameAttribute<'static>> = special.into_iter().map(Into::into).collect();
    let delimiter = QuotedChar::try_from(delimiter).ok();
    let mailbox = Name::try_from(mailbox.name.clone()).ok()?;
    Some(Response::Data(if lsub {
        Data::Lsub {
            items,
            delimiter,
            mailbox,
        }
    } else {
        Data::List {
            items,
            delimiter,
            mailbox,
        }
    }))
}

fn status_item(mailbox: &Mailbox, item: &StatusDataItemName) -> Option<StatusDataItem> {
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let all = mailbox.messages().len();
    Some(match item {
        StatusDataItemName::Messages => StatusDataItem::Messages(number(all)),
        StatusDataItemName::Recent => StatusDataItem::Recent(0),
        StatusDataItemName::UidNext => StatusDataItem::UidNext(NonZeroU32::new(mailbox.uid_next)?),
        StatusDataItemName::UidValidity => {
            StatusDataItem::UidValidity(NonZeroU32::new(mailbox.uid_validity)?)
        }
        StatusDataItemName::Unseen => {
            StatusDataItem::Unseen(number(mailbox.count_without("\\Seen")))
        }
        StatusDataItemName::Deleted => {
            StatusDataItem::Deleted(number(all - mailbox.count_without("\\Deleted")))
        }
        StatusDataItemName::DeletedStorage => return None,
    })
}

fn reference_text(reference: &Name<'static>) -> String {
    match reference {
        Name::Inbox => INBOX.to_owned(),
        Name::Other(other) => String::from_utf8_lossy(other.as_ref()).into_owned(),
    }
}

/// Whether a name fits a LIST pattern: `*` is anything, `%` anything within one level.
fn name_fits(pattern: &str, name: &str, delimiter: char) -> bool {
    let mut rest = pattern.chars();
    let Some(first) = rest.next() else {
        return name.is_empty();
    };
    let rest = rest.as_str();
    if first == '*' || first == '%' {
        let mut tail = name.chars();
        loop {
            if name_fits(rest, tail.as_str(), delimiter) {
                return true;
            }
            match tail.next() {
                None => return false,
                Some(c) if first == '%' && c == delimiter => return false,
                Some(_) => {}
            }
        }
    }
    let mut tail = name.chars();
    tail.next() == Some(first) && name_fits(rest, tail.as_str(), delimiter)
}
