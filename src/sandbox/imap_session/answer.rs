//! What a command comes to: untagged responses, and the line that gets the command's tag.
//!
//! A plain value, so that commands are carried out without a socket in sight and a trouble can
//! still strike between the data and the tagged line.

use imap_next::imap_types::core::{Tag, Text, Vec1};
use imap_next::imap_types::fetch::MessageDataItem;
use imap_next::imap_types::response::{
    Bye, Code, Data, Response, Status, StatusBody, StatusKind, Tagged,
};
use std::num::NonZeroU32;

pub(super) struct Answer {
    pub(super) untagged: Vec<Response<'static>>,
    pub(super) kind: StatusKind,
    pub(super) code: Option<Code<'static>>,
    pub(super) text: &'static str,
    /// The connection ends after this answer.
    pub(super) last: bool,
}

impl Answer {
    const fn new(kind: StatusKind, text: &'static str) -> Self {
        Self {
            untagged: Vec::new(),
            kind,
            code: None,
            text,
            last: false,
        }
    }

    pub(super) const fn ok(text: &'static str) -> Self {
        Self::new(StatusKind::Ok, text)
    }

    pub(super) const fn no(text: &'static str) -> Self {
        Self::new(StatusKind::No, text)
    }

    pub(super) const fn bad(text: &'static str) -> Self {
        Self::new(StatusKind::Bad, text)
    }

    pub(super) fn with_code(mut self, code: Option<Code<'static>>) -> Self {
        self.code = code;
        self
    }

    pub(super) fn with(mut self, data: Data<'static>) -> Self {
        self.untagged.push(Response::Data(data));
        self
    }

    pub(super) fn with_all(mut self, responses: Vec<Response<'static>>) -> Self {
        self.untagged.extend(responses);
        self
    }

    pub(super) fn note(mut self, code: Option<Code<'static>>, text: &'static str) -> Self {
        self.untagged.push(untagged_ok(code, text));
        self
    }

    /// The tagged line.
    pub(super) fn tagged(&self, tag: Tag<'static>) -> Status<'static> {
        status(Some(tag), self.kind, self.code.clone(), self.text)
    }
}

/// A status line; a text that IMAP cannot carry is replaced.
pub(super) fn status(
    tag: Option<Tag<'static>>,
    kind: StatusKind,
    code: Option<Code<'static>>,
    text: &str,
) -> Status<'static> {
    let text = words(text);
    let body = StatusBody { kind, code, text };
    match tag {
        Some(tag) => Status::Tagged(Tagged { tag, body }),
        None => Status::Untagged(body),
    }
}

/// Text for a status line.
pub(super) fn words(text: &str) -> Text<'static> {
    Text::try_from(text.to_owned()).unwrap_or_else(|_| Text::unvalidated("Unspeakable"))
}

pub(super) fn untagged_ok(code: Option<Code<'static>>, text: &str) -> Response<'static> {
    Response::Status(status(None, StatusKind::Ok, code, text))
}

pub(super) fn bye(text: &str) -> Response<'static> {
    let text = words(text);
    Response::Status(Status::Bye(Bye { code: None, text }))
}

/// `* n FETCH (…)`; none where there is nothing to say.
pub(super) fn fetched(seq: u32, items: Vec<MessageDataItem<'static>>) -> Option<Response<'static>> {
    let seq = NonZeroU32::new(seq)?;
    let items = Vec1::try_from(items).ok()?;
    Some(Response::Data(Data::Fetch { seq, items }))
}
