//! Mail: headers and MIME structure (RFC 5322, 2045 to 2047, 3834, 2369, 3282; RFC 6047 for calendars).
//!
//! Text and HTML are alternatives; a calendar event is the last of them, with a copy attached, as
//! clients want it. Bodies are 7bit or quoted-printable. Boundaries come from a hash over the
//! letter's id and all that is in it, so nobody can write one into a letter.

use super::{Document, Picture, Posting, WritingError};
use crate::calendar::write::{Event, mailto};
use crate::lunch::letter::{Body, Letter};
use crate::words::address::{Address, NameAddr};
use crate::words::message_id::MessageId;
use chrono::Datelike;
use data_encoding::HEXLOWER;
use lettre::message::header::{
    ContentDisposition, ContentId, ContentTransferEncoding, ContentType, HeaderName, HeaderValue,
};
use lettre::message::{Body as Encoded, Mailbox, Message, MultiPart, SinglePart};
use sha2::{Digest, Sha256};
use std::time::SystemTime;

/// Most ids in References: the thread's first and the newest ones.
const REFERENCES_MAX: usize = 20;

/// Longest line that 7bit may carry (RFC 5322 section 2.1.1), and then some room.
const SEVEN_BIT_OCTETS_MAX: usize = 900;

/// What a letter says, in all its forms.
#[derive(Clone, Copy)]
pub struct Contents<'a> {
    /// Subject.
    pub subject: &'a str,
    /// The plain twin.
    pub text: &'a str,
    /// The HTML twin.
    pub html: &'a str,
    /// The picture that the HTML shows.
    pub picture: Option<&'a Picture>,
    /// What is attached.
    pub documents: &'a [Document],
}

/// The whole message.
pub fn assemble(
    letter: &Letter,
    posting: &Posting,
    contents: Contents<'_>,
) -> Result<Vec<u8>, WritingError> {
    if !(1970..=9999).contains(&posting.date.year()) {
        return Err(WritingError::Date);
    }
    let event = letter.event();
    let mut builder = Message::builder()
        .from(mailbox(&posting.from, "From")?)
        .to(mailbox(&letter.to, "To")?)
        .reply_to(Mailbox::new(None, address(&posting.reply_to, "Reply-To")?))
        .subject(contents.subject)
        .date(SystemTime::from(posting.date))
        .message_id(Some(posting.message_id.bracketed()));
    if let Some(answered) = &posting.in_reply_to {
        builder = builder.in_reply_to(answered.bracketed());
    }
    if !posting.references.is_empty() {
        builder = builder.references(references(&posting.references));
    }
    for (name, value) in marks(letter, posting) {
        builder = builder.raw_header(HeaderValue::new(name, value));
    }
    let parts = parts(event, posting, contents)?;
    let message = builder
        .multipart(parts)
        .map_err(|e| WritingError::Build(e.to_string()))?;
    Ok(message.formatted())
}

/// How the letter tells other machines what it is, and people how to leave.
fn marks(letter: &Letter, posting: &Posting) -> [(HeaderName, String); 5] {
    let answers = matches!(
        letter.body,
        Body::Receipt(_) | Body::Question { .. } | Body::Confirm { .. } | Body::Returned { .. }
    );
    let automatic = if answers && posting.in_reply_to.is_some() {
        "auto-replied"
    } else {
        "auto-generated"
    };
    let mut stop = format!("{}?subject=stop", mailto(&posting.stop_to));
    let end = posting.small_print_of_answers();
    if !end.is_empty() {
        stop.push_str("&body=");
        stop.push_str(&super::markup::encoded(&end));
    }
    [
        (
            HeaderName::new_from_ascii_str("Auto-Submitted"),
            automatic.to_owned(),
        ),
        // never All: bounces and absences are news to us
        (
            HeaderName::new_from_ascii_str("X-Auto-Response-Suppress"),
            "DR, RN, NRN, AutoReply".to_owned(),
        ),
        (
            HeaderName::new_from_ascii_str("List-Unsubscribe"),
            format!("<{stop}>"),
        ),
        // RFC 3282: for readers that speak the plain twin aloud
        (
            HeaderName::new_from_ascii_str("Content-Language"),
            posting.language.tag().to_owned(),
        ),
        (
            HeaderName::new_from_ascii_str("X-Postlunch-Id"),
            printable(&posting.letter_id),
        ),
    ]
}

/// Ids are ours and plain; whatever else they might hold cannot reach a header.
fn printable(id: &str) -> String {
    id.chars().filter(char::is_ascii_graphic).collect()
}

fn references(ids: &[MessageId]) -> String {
    let newest = ids.len().saturating_sub(REFERENCES_MAX - 1).max(1);
    let kept = ids.iter().take(1).chain(ids.iter().skip(newest));
    kept.map(MessageId::bracketed).collect::<Vec<_>>().join(" ")
}

fn mailbox(person: &NameAddr, field: &'static str) -> Result<Mailbox, WritingError> {
    let name = (!person.name.is_empty()).then(|| person.name.to_string());
    Ok(Mailbox::new(name, address(&person.address, field)?))
}

fn address(given: &Address, field: &'static str) -> Result<lettre::Address, WritingError> {
    let refuse = || WritingError::Address { field };
    if !given.local().is_ascii() {
        return Err(refuse());
    }
    lettre::Address::new(given.local(), given.domain()).map_err(|_| refuse())
}

fn parts(
    event: Option<&Event>,
    posting: &Posting,
    contents: Contents<'_>,
) -> Result<MultiPart, WritingError> {
    let ics = event.map(Event::to_ics).unwrap_or_default();
    let boundary = |level: &str| boundary(level, posting, contents, &ics);
    let alternatives = MultiPart::alternative()
        .boundary(boundary("alternative"))
        .singlepart(part("text/plain; charset=utf-8", contents.text)?);
    let html = part("text/html; charset=utf-8", contents.html)?;
    // RFC 2387: the picture belongs to the HTML, and to nothing else.
    let mut alternatives = match contents.picture {
        Some(picture) => alternatives.multipart(
            MultiPart::related()
                .boundary(boundary("related"))
                .singlepart(html)
                .singlepart(inline(picture)?),
        ),
        None => alternatives.singlepart(html),
    };
    let mut attached = Vec::new();
    if let Some(event) = event {
        let inline = format!(
            "text/calendar; charset=utf-8; method={}",
            event.method.name()
        );
        alternatives = alternatives.singlepart(part(&inline, &ics)?);
        attached.push(attachment("application/ics", "invite.ics", &ics)?);
    }
    for document in contents.documents {
        attached.push(attachment(document.kind, document.name, &document.text)?);
    }
    if attached.is_empty() {
        return Ok(alternatives);
    }
    let mixed = MultiPart::mixed()
        .boundary(boundary("mixed"))
        .multipart(alternatives);
    Ok(attached.into_iter().fold(mixed, MultiPart::singlepart))
}

/// Of a hash over all that is in the letter, so that nobody can write one into it.
fn boundary(level: &str, posting: &Posting, contents: Contents<'_>, ics: &str) -> String {
    let mut hash = Sha256::new();
    let parts = [level, &posting.letter_id, contents.text, contents.html, ics];
    let documents = contents.documents.iter().map(|document| &*document.text);
    for part in parts.into_iter().chain(documents) {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    let hex = HEXLOWER.encode(&hash.finalize());
    format!("postlunch-{}", hex.get(..32).unwrap_or(&hex))
}

fn attachment(kind: &str, name: &str, text: &str) -> Result<SinglePart, WritingError> {
    Ok(SinglePart::builder()
        .header(content_type(&format!("{kind}; name=\"{name}\""))?)
        .header(ContentDisposition::attachment(name))
        .body(encoded(text)?))
}

fn inline(picture: &Picture) -> Result<SinglePart, WritingError> {
    let octets =
        Encoded::new_with_encoding(picture.octets.clone(), ContentTransferEncoding::Base64)
            .map_err(|_| WritingError::Build("a picture has no fitting encoding".to_owned()))?;
    Ok(SinglePart::builder()
        .header(content_type("image/png; name=\"threads.png\"")?)
        .header(ContentId::from(format!("<{}>", picture.cid)))
        .header(ContentDisposition::inline_with_name("threads.png"))
        .body(octets))
}

fn part(kind: &str, body: &str) -> Result<SinglePart, WritingError> {
    Ok(SinglePart::builder()
        .header(content_type(kind)?)
        .body(encoded(body)?))
}

fn content_type(kind: &str) -> Result<ContentType, WritingError> {
    ContentType::parse(kind).map_err(|e| WritingError::Build(e.to_string()))
}

/// 7bit where that is safe, else quoted-printable: both stay readable in a raw mail.
fn encoded(body: &str) -> Result<Encoded, WritingError> {
    let body = body.replace("\r\n", "\n").replace('\n', "\r\n");
    let fits = |line: &str| {
        line.len() <= SEVEN_BIT_OCTETS_MAX
            && line.bytes().all(|b| b.is_ascii_graphic() || b == b' ')
    };
    if body.split("\r\n").all(fits) {
        // lettre itself would call the 75 octets of a folded calendar line too long for 7bit
        let encoding = ContentTransferEncoding::SevenBit;
        return Ok(Encoded::dangerous_pre_encoded(body.into_bytes(), encoding));
    }
    Encoded::new_with_encoding(body, ContentTransferEncoding::QuotedPrintable)
        .map_err(|_| WritingError::Build("a body has no fitting encoding".to_owned()))
}
