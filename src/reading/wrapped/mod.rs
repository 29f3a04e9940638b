//! Mail inside mail that MIME does not open: signed S/MIME (RFC 8551) in one opaque block, and
//! Outlook's `winmail.dat`. What can be read without a key is taken in as if it stood there bare;
//! for what cannot, the mail says that it is closed, so that its writer can be asked.
//!
//! Only what stands first in a mail is opened: further down it is somebody's attachment. No
//! signature is checked; who may act is decided elsewhere.

mod cms;
mod rtf;
mod tnef;

use crate::reading::message::{Message, PARSER, TextPart, bounded};
use cms::Cms;
use mail_parser::{MessagePart, MimeHeaders, PartType};

/// Most layers of wrapping that are opened.
const DEPTH_MAX: usize = 3;

/// Why the words of a mail cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Closed {
    /// Only its reader's key opens it.
    Encrypted,
    /// It is signed or packed in a way that could not be opened.
    Unopened,
}

impl Closed {
    /// For the reason of a reading.
    pub(crate) const fn because(self) -> &'static str {
        match self {
            Self::Encrypted => "it is encrypted, and there is no key here to read it",
            Self::Unopened => "it is packed in a form that cannot be opened",
        }
    }
}

/// Takes what is wrapped into the message.
pub(crate) fn open(message: &mut Message, parsed: &mail_parser::Message<'_>) {
    message.closed = opened(message, parsed, 0);
    if message.closed.is_none() && has_armour(message) {
        message.closed = Some(Closed::Encrypted);
    }
}

fn opened(
    message: &mut Message,
    parsed: &mail_parser::Message<'_>,
    depth: usize,
) -> Option<Closed> {
    let root = parsed.parts.first().map(kind_of).unwrap_or_default();
    let first = parsed
        .parts
        .iter()
        .find(|part| !matches!(part.body, PartType::Multipart(_)))?;
    if root == "multipart/encrypted" || is_sealed(first, parsed) {
        return Some(Closed::Encrypted);
    }
    if is_cms(first) {
        return match cms::read(first.contents()) {
            Cms::Signed(_) if depth >= DEPTH_MAX => Some(Closed::Unopened),
            Cms::Signed(content) => entity(message, &content, depth),
            Cms::Encrypted => Some(Closed::Encrypted),
            Cms::Unknown if smime_type(first).contains("enveloped") => Some(Closed::Encrypted),
            Cms::Unknown if smime_type(first) == "certs-only" => None,
            Cms::Unknown => Some(Closed::Unopened),
        };
    }
    let blank = message.html.is_empty() && message.plain.iter().all(|p| p.text.trim().is_empty());
    let winmail = parsed.parts.iter().find(|part| is_tnef(part));
    if let Some(winmail) = winmail.filter(|_| blank) {
        return winmail_body(message, winmail.contents());
    }
    None
}

/// The MIME entity inside a signature.
fn entity(message: &mut Message, content: &[u8], depth: usize) -> Option<Closed> {
    let bytes = bounded(content);
    let Some(inner) = PARSER.parse(bytes.as_ref()) else {
        return Some(Closed::Unopened);
    };
    // Protected headers (RFC 9788) may come as a whole message.
    let whole = match inner.parts.first().map(|part| &part.body) {
        Some(PartType::Message(whole)) => whole,
        _ => &inner,
    };
    message.take_parts(whole);
    opened(message, whole, depth + 1)
}

fn winmail_body(message: &mut Message, bytes: &[u8]) -> Option<Closed> {
    match tnef::body(bytes) {
        Some(tnef::Body::Plain(text)) => message.plain.push(TextPart {
            text,
            flowed: false,
            delete_space: false,
        }),
        Some(tnef::Body::Html(html)) => message.html.push(html),
        None => return Some(Closed::Unopened),
    }
    None
}

fn kind_of(part: &MessagePart<'_>) -> String {
    part.content_type().map_or_else(String::new, |kind| {
        format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or_default()).to_ascii_lowercase()
    })
}

fn name_of(part: &MessagePart<'_>) -> String {
    part.attachment_name()
        .unwrap_or_default()
        .to_ascii_lowercase()
}

fn smime_type(part: &MessagePart<'_>) -> String {
    let kind = part.content_type();
    let kind = kind.and_then(|kind| kind.attribute("smime-type"));
    kind.unwrap_or_default().to_ascii_lowercase()
}

fn is_cms(part: &MessagePart<'_>) -> bool {
    match kind_of(part).as_str() {
        "application/pkcs7-mime" | "application/x-pkcs7-mime" => true,
        "application/octet-stream" => name_of(part).ends_with(".p7m"),
        _ => false,
    }
}

fn is_tnef(part: &MessagePart<'_>) -> bool {
    matches!(
        kind_of(part).as_str(),
        "application/ms-tnef" | "application/vnd.ms-tnef"
    ) || name_of(part) == "winmail.dat"
}

/// PGP/MIME (RFC 3156), and the parcels of mail providers that open in a browser only.
fn is_sealed(first: &MessagePart<'_>, parsed: &mail_parser::Message<'_>) -> bool {
    let by_provider = |part: &MessagePart<'_>| {
        let (kind, name) = (kind_of(part), name_of(part));
        kind == "application/x-microsoft-rpmsg-message"
            || name.ends_with(".rpmsg")
            || (name.starts_with("securedoc") && name.ends_with(".html"))
    };
    matches!(
        kind_of(first).as_str(),
        "application/pgp-encrypted" | "application/x-pgp-message"
    ) || parsed.parts.iter().take(20).any(by_provider)
}

/// Whether the text itself holds an encrypted block (RFC 9580 section 6.2), unquoted.
fn has_armour(message: &Message) -> bool {
    const OPENING: &str = "-----BEGIN PGP MESSAGE-----";
    let texts = message.plain.iter().map(|part| part.text.as_str());
    // Looked for as a whole first: next to no mail has it.
    texts
        .filter(|text| memchr::memmem::find(text.as_bytes(), OPENING.as_bytes()).is_some())
        .flat_map(str::lines)
        .any(|line| line.trim_end() == OPENING)
}
