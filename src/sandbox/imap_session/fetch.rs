//! FETCH (RFC 3501 section 6.4.5): the data items of one message.
//!
//! Offers FLAGS, UID, INTERNALDATE, RFC822.SIZE and the header, the text or the whole of a
//! message, in part if asked. ENVELOPE, BODYSTRUCTURE and single MIME parts are refused, since
//! nothing of ours asks for them.

use super::view::flags_of;
use crate::sandbox::header;
use crate::sandbox::post_office::Message;
use imap_next::imap_types::core::{AString, Literal, NString, Vec1};
use imap_next::imap_types::datetime::DateTime;
use imap_next::imap_types::fetch::{
    MacroOrMessageDataItemNames, MessageDataItem, MessageDataItemName, Section,
};
use std::num::NonZeroU32;

type Name = MessageDataItemName<'static>;

/// What is wanted of each message; none if it holds something that is not offered.
pub(super) fn wanted(
    names: MacroOrMessageDataItemNames<'static>,
    by_uid: bool,
) -> Option<Vec<Name>> {
    let mut names = match names {
        MacroOrMessageDataItemNames::Macro(_) => return None,
        MacroOrMessageDataItemNames::MessageDataItemNames(names) => names,
    };
    if by_uid && !names.contains(&Name::Uid) {
        names.insert(0, Name::Uid);
    }
    names.iter().all(is_offered).then_some(names)
}

fn is_offered(name: &Name) -> bool {
    match name {
        Name::Flags | Name::InternalDate | Name::Uid => true,
        Name::Rfc822 | Name::Rfc822Header | Name::Rfc822Size | Name::Rfc822Text => true,
        Name::BodyExt { section, .. } => matches!(
            section,
            None | Some(
                Section::Header(None)
                    | Section::HeaderFields(None, _)
                    | Section::HeaderFieldsNot(None, _)
                    | Section::Text(None)
            )
        ),
        _ => false,
    }
}

/// Whether fetching this shows anything of a body.
pub(super) fn shows_body(names: &[Name]) -> bool {
    let shows = |name: &Name| match name {
        Name::Rfc822 | Name::Rfc822Text => true,
        Name::BodyExt { section, .. } => matches!(section, None | Some(Section::Text(_))),
        _ => false,
    };
    names.iter().any(shows)
}

/// Whether fetching this sets `\Seen`.
pub(super) fn marks_seen(names: &[Name]) -> bool {
    let marks = |name: &Name| match name {
        Name::Rfc822 | Name::Rfc822Text => true,
        Name::BodyExt { peek, .. } => !peek,
        _ => false,
    };
    names.iter().any(marks)
}

/// The items of one message in the order asked for.
pub(super) fn items(message: &Message, names: &[Name]) -> Vec<MessageDataItem<'static>> {
    let found = names.iter().filter_map(|name| item(message, name));
    found.collect()
}

fn item(message: &Message, name: &Name) -> Option<MessageDataItem<'static>> {
    Some(match name {
        Name::Flags => MessageDataItem::Flags(flags_of(message)),
        Name::Uid => MessageDataItem::Uid(NonZeroU32::new(message.uid)?),
        Name::InternalDate => {
            let date = DateTime::try_from(message.internal_date.fixed_offset());
            MessageDataItem::InternalDate(date.ok()?)
        }
        Name::Rfc822Size => {
            MessageDataItem::Rfc822Size(u32::try_from(message.bytes.len()).unwrap_or(u32::MAX))
        }
        Name::Rfc822 => MessageDataItem::Rfc822(literal(message.bytes.to_vec())),
        Name::Rfc822Header => {
            MessageDataItem::Rfc822Header(literal(header::split(&message.bytes).0.to_vec()))
        }
        Name::Rfc822Text => {
            MessageDataItem::Rfc822Text(literal(header::split(&message.bytes).1.to_vec()))
        }
        Name::BodyExt {
            section, partial, ..
        } => {
            let mut octets = section_octets(message, section.as_ref())?;
            if let Some((from, most)) = partial {
                let from = usize::try_from(*from).unwrap_or(usize::MAX);
                let most = usize::try_from(most.get()).unwrap_or(usize::MAX);
                octets = octets.into_iter().skip(from).take(most).collect();
            }
            MessageDataItem::BodyExt {
                section: section.clone(),
                origin: partial.map(|(from, _)| from),
                data: literal(octets),
            }
        }
        _ => return None,
    })
}

fn section_octets(message: &Message, section: Option<&Section<'static>>) -> Option<Vec<u8>> {
    let bytes = &message.bytes;
    let named = |names: &Vec1<AString<'static>>, name: &[u8]| {
        let same = |n: &AString<'static>| n.as_ref().eq_ignore_ascii_case(name);
        names.as_ref().iter().any(same)
    };
    Some(match section {
        None => bytes.to_vec(),
        Some(Section::Header(None)) => header::split(bytes).0.to_vec(),
        Some(Section::Text(None)) => header::split(bytes).1.to_vec(),
        Some(Section::HeaderFields(None, names)) => header::subset(bytes, |n| named(names, n)),
        Some(Section::HeaderFieldsNot(None, names)) => header::subset(bytes, |n| !named(names, n)),
        Some(_) => return None,
    })
}

/// A literal; NUL, which IMAP cannot carry, becomes 0x80 as in Dovecot.
fn literal(mut octets: Vec<u8>) -> NString<'static> {
    for octet in &mut octets {
        if *octet == 0 {
            *octet = 0x80;
        }
    }
    Literal::try_from(octets).map_or(NString::NIL, NString::from)
}
