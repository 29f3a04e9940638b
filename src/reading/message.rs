//! A mail, taken apart: headers, texts, calendar parts and what a bounce returns.
//!
//! `Message::parse` is total and bounded: size, nesting, parts and headers are limited before
//! anything is parsed, so hostile bytes cost no more than a large honest mail. It judges nothing;
//! the words are judged in `read`.

mod bare;
mod bounds;
mod mended;

use crate::calendar::read::Sender;
use crate::reading::returned::{self, Returned};
use crate::reading::wrapped::{self, Closed};
use crate::words::address::{Address, NameAddr};
use crate::words::clean::CleanLine;
use crate::words::message_id::MessageId;
use chrono::{DateTime, Utc};
use mail_parser::{HeaderName, HeaderValue, MessageParser, MimeHeaders, PartType};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::sync::LazyLock;

pub(crate) use bounds::bounded;

/// What some editors put before UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
/// Most octets of a mail that are looked at.
const OCTETS_MAX: usize = 4 * 1024 * 1024;
/// Most octets of one part that are looked at, as it came; more than any text has that is read.
const PART_OCTETS_MAX: usize = 512 * 1024;
/// Most addresses or ids taken from one header.
const LIST_MAX: usize = 100;
/// Most octets of text or HTML that are looked at.
const TEXT_OCTETS_MAX: usize = 256 * 1024;
/// How a short reference stands in the small print of a letter; what follows is the detail of a
/// reply token.
pub const FOOTER_REFERENCE_OPENING: &str = "Letter";

/// The parser, set up once: its table of headers is not small.
pub(crate) static PARSER: LazyLock<MessageParser> = LazyLock::new(MessageParser::default);

/// One Authentication-Results field (RFC 8601), unfolded but not judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthenticationResults {
    /// The field's value.
    pub value: String,
    /// How many Received fields stand above it: the fewer, the nearer to our own server.
    pub received_above: usize,
}

/// A text part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TextPart {
    pub text: String,
    pub flowed: bool,
    pub delete_space: bool,
}

/// A calendar part outside any returned message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CalendarPart {
    pub text: String,
    pub method: Option<String>,
}

/// A mail, taken apart.
#[derive(Clone, Debug, Default)]
pub struct Message {
    /// Who the header says wrote it; `None` if it names nobody or several.
    pub from: Option<NameAddr>,
    /// Addresses in To, Cc, Delivered-To, X-Original-To and Envelope-To, each once.
    pub recipients: Vec<Address>,
    /// Message-ID.
    pub message_id: Option<MessageId>,
    /// In-Reply-To.
    pub in_reply_to: Vec<MessageId>,
    /// References.
    pub references: Vec<MessageId>,
    /// Subject, decoded and cleaned.
    pub subject: CleanLine,
    /// Date.
    pub date: Option<DateTime<Utc>>,
    /// Our own X-Postlunch-Id at the top: one of our letters coming back as it is.
    pub postlunch_id: Option<String>,
    /// Authentication-Results, from the top down.
    pub authentication_results: Vec<AuthenticationResults>,
    /// There was no header: all of it is the body.
    pub(crate) headerless: bool,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) plain: Vec<TextPart>,
    pub(crate) html: Vec<String>,
    pub(crate) calendars: Vec<CalendarPart>,
    pub(crate) delivery_status: Vec<String>,
    pub(crate) root_type: String,
    pub(crate) report_type: Option<String>,
    pub(crate) part_types: Vec<String>,
    pub(crate) returned: Vec<Returned>,
    /// Why its words cannot be read, if they cannot.
    pub(crate) closed: Option<Closed>,
}

impl Message {
    /// Takes any bytes apart. Never fails; what cannot be read is empty.
    pub fn parse(bytes: &[u8]) -> Self {
        let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
        if let Some(header) = bare::header_for(bytes) {
            let bytes = bytes.get(..OCTETS_MAX).unwrap_or(bytes);
            let mut message = Self::parse(&[header, bytes].concat());
            message.headerless = true;
            message.headers.clear();
            return message;
        }
        let bounded = bounded(bytes);
        let Some(parsed) = PARSER.parse(bounded.as_ref()) else {
            return Self::default();
        };
        let mut message = Self {
            headers: headers_of(&parsed),
            ..Self::default()
        };
        message.take_addresses(&parsed);
        message.message_id = message.first("message-id").and_then(first_id);
        message.in_reply_to = ids(message.all("in-reply-to"));
        message.references = ids(message.all("references"));
        message.subject = CleanLine::new(parsed.subject().unwrap_or_default());
        message.date = parsed
            .date()
            .and_then(|date| DateTime::from_timestamp(date.to_timestamp(), 0));
        message.postlunch_id = message
            .first("x-postlunch-id")
            .map(|value| CleanLine::new(value).to_string())
            .filter(|value| !value.is_empty());
        message.take_parts(&parsed);
        wrapped::open(&mut message, &parsed);
        let plain: Vec<&str> = message.plain.iter().map(|p| p.text.as_str()).collect();
        let in_text = returned::in_text(&plain);
        message.returned.extend(in_text);
        message
    }

    /// The values of a header, from the top down; its name in any case.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.headers
            .iter()
            .filter(move |(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The topmost value of a header.
    pub fn first(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// What a bounce or report returns: Message-ID, X-Postlunch-Id and recipients of each message
    /// found inside.
    pub fn returned(&self) -> &[Returned] {
        &self.returned
    }

    /// The Message-IDs of the messages that a bounce returns.
    pub fn returned_message_ids(&self) -> Vec<MessageId> {
        self.returned
            .iter()
            .filter_map(|r| r.message_id.clone())
            .collect()
    }

    /// The UIDs in calendar answers (REPLY and COUNTER); empty ones and repetitions left out.
    pub fn calendar_uids(&self) -> Vec<String> {
        let mut uids = Vec::new();
        for answer in self.calendar_answers(chrono_tz::UTC) {
            for item in answer.items {
                if !item.uid.is_empty() && !uids.contains(&item.uid) {
                    uids.push(item.uid);
                }
            }
        }
        uids
    }

    /// The calendar answers in order; floating times are local to `zone`.
    pub(crate) fn calendar_answers(
        &self,
        zone: chrono_tz::Tz,
    ) -> Vec<crate::calendar::read::Answer> {
        let sender = self.sender();
        self.calendars
            .iter()
            .filter_map(|part| {
                crate::calendar::read::read(&part.text, part.method.as_deref(), sender, zone)
            })
            .collect()
    }

    /// The calendars that answer nothing: requests, cancellations, what is published.
    pub(crate) fn calendar_requests(&self) -> Vec<crate::calendar::read::Request> {
        let sender = self.sender();
        let parts = self.calendars.iter();
        parts
            .filter_map(|part| {
                crate::calendar::read::request(&part.text, part.method.as_deref(), sender)
            })
            .collect()
    }

    fn sender(&self) -> Option<Sender<'_>> {
        self.from.as_ref().map(|from| Sender {
            address: from.address.as_str(),
            name: from.name.as_str(),
        })
    }

    /// The details of reply tokens that stand in the footer of a quoted letter: `(ref 1ab-xyz…)`.
    /// Nothing is proved by them.
    pub fn footer_references(&self) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        let texts = self.plain.iter().map(|part| part.text.as_str());
        for text in texts.chain(self.html.iter().map(String::as_str)) {
            for piece in text.split(FOOTER_REFERENCE_OPENING).skip(1).take(LIST_MAX) {
                let detail: String = piece
                    .trim_start_matches(|c: char| c.is_whitespace() || c == '>')
                    .chars()
                    .take_while(|c| c.is_ascii_alphanumeric() || *c == '-')
                    .take(80)
                    .collect();
                let fits = crate::words::token::Token::parse(&detail).is_some();
                if fits && !found.contains(&detail) {
                    found.push(detail);
                }
            }
        }
        found
    }

    /// A stable hash over what matters of a mail (sender, subject, ids, date, texts, calendar):
    /// copies of one mail that came by different ways have the same. Lower-case hex.
    pub fn content_digest(&self) -> String {
        let mut hash = Sha256::new();
        let mut part = |kind: &str, text: &str| {
            hash.update(kind.as_bytes());
            hash.update((text.len() as u64).to_be_bytes());
            hash.update(text.as_bytes());
        };
        part(
            "from",
            self.from.as_ref().map_or("", |from| from.address.key()),
        );
        part("subject", self.subject.as_str());
        part("id", self.message_id.as_ref().map_or("", |id| id.as_str()));
        part(
            "date",
            &self
                .date
                .map_or(String::new(), |d| d.timestamp().to_string()),
        );
        for plain in &self.plain {
            part("plain", &plain.text.replace("\r\n", "\n"));
        }
        for html in &self.html {
            part("html", &html.replace("\r\n", "\n"));
        }
        for calendar in &self.calendars {
            part("calendar", &calendar.text.replace("\r\n", "\n"));
        }
        for status in &self.delivery_status {
            part("status", &status.replace("\r\n", "\n"));
        }
        hash.finalize().iter().map(|b| format!("{b:02x}")).collect()
    }

    fn take_addresses(&mut self, parsed: &mail_parser::Message<'_>) {
        if self.all("from").count() == 1
            && let Some(list) = parsed.from()
        {
            let mut people = list.iter().take(2);
            if let (Some(only), None) = (people.next(), people.next()) {
                let address = only.address.as_deref().map(Address::parse);
                if let Some(Ok(address)) = address {
                    self.from = Some(NameAddr::new(
                        only.name.as_deref().unwrap_or_default(),
                        address,
                    ));
                }
            }
        }
        let mut found: Vec<Address> = Vec::new();
        let lists = parsed
            .header_values(HeaderName::To)
            .chain(parsed.header_values(HeaderName::Cc))
            .filter_map(HeaderValue::as_address);
        for list in lists {
            let addresses = list
                .iter()
                .take(LIST_MAX)
                .filter_map(|a| a.address.as_deref());
            found.extend(addresses.filter_map(|text| Address::parse(text).ok()));
        }
        for name in ["delivered-to", "x-original-to", "envelope-to"] {
            for value in self.all(name).take(LIST_MAX) {
                let addresses = value.split(',').take(LIST_MAX);
                found.extend(addresses.filter_map(|text| Address::parse(text).ok()));
            }
        }
        for address in found.into_iter().take(LIST_MAX * 3) {
            if !self.recipients.contains(&address) {
                self.recipients.push(address);
            }
        }
        self.authentication_results = authentication_results(&self.headers);
    }

    pub(crate) fn take_parts(&mut self, parsed: &mail_parser::Message<'_>) {
        let mut text_octets = 0;
        let mut enriched: Vec<TextPart> = Vec::new();
        let bodies: BTreeSet<u32> = parsed.text_body.iter().copied().collect();
        let html_bodies: BTreeSet<u32> = parsed.html_body.iter().copied().collect();
        for (number, part) in parsed.parts.iter().enumerate() {
            let number = u32::try_from(number).unwrap_or(u32::MAX);
            let kind = part.content_type().map_or_else(String::new, |kind| {
                format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or_default())
                    .to_ascii_lowercase()
            });
            if number == 0 {
                self.report_type = part
                    .content_type()
                    .and_then(|kind| kind.attribute("report-type"))
                    .map(str::to_ascii_lowercase);
                self.root_type.clone_from(&kind);
            }
            let attribute = |name| {
                part.content_type()
                    .and_then(|kind| kind.attribute(name))
                    .map(str::to_ascii_lowercase)
            };
            let is_calendar = matches!(kind.as_str(), "text/calendar" | "application/ics")
                || part
                    .attachment_name()
                    .is_some_and(|name| name.to_ascii_lowercase().ends_with(".ics"));
            match &part.body {
                _ if is_calendar => self.calendars.push(CalendarPart {
                    text: cut(&String::from_utf8_lossy(part.contents())).to_owned(),
                    method: attribute("method"),
                }),
                _ if kind.ends_with("delivery-status") => self
                    .delivery_status
                    .push(cut(&String::from_utf8_lossy(part.contents())).to_owned()),
                _ if kind == "text/rfc822-headers" => {
                    self.returned.extend(returned::in_headers(part.contents()))
                }
                PartType::Text(text)
                    if bodies.contains(&number) && text_octets < TEXT_OCTETS_MAX =>
                {
                    let text = mended::text(part, &parsed.raw_message, text);
                    let text = cut(&text);
                    text_octets += text.len();
                    self.plain.push(TextPart {
                        text: text.to_owned(),
                        flowed: attribute("format").as_deref() == Some("flowed"),
                        delete_space: attribute("delsp").as_deref() == Some("yes"),
                    });
                }
                PartType::Html(text)
                    if (html_bodies.contains(&number) || bodies.contains(&number))
                        && text_octets < TEXT_OCTETS_MAX * 2 =>
                {
                    let text = mended::text(part, &parsed.raw_message, text);
                    let text = cut(&text);
                    text_octets += text.len();
                    self.html.push(text.to_owned());
                }
                PartType::Text(text)
                    if kind == "text/enriched" && text_octets < TEXT_OCTETS_MAX =>
                {
                    let text = mended::from_enriched(cut(text));
                    text_octets += text.len();
                    enriched.push(TextPart {
                        text,
                        flowed: false,
                        delete_space: false,
                    });
                }
                PartType::Message(inner) => {
                    self.returned.push(returned::in_message(inner));
                }
                _ => {}
            }
            self.part_types.push(kind);
        }
        // Beside a plain twin it says nothing new.
        if self.plain.is_empty() && self.html.is_empty() {
            self.plain = enriched;
        }
    }
}

fn cut(text: &str) -> &str {
    let mut end = text.len().min(TEXT_OCTETS_MAX);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

/// Names in lower case with unfolded values, from the top down.
pub(crate) fn headers_of(parsed: &mail_parser::Message<'_>) -> Vec<(String, String)> {
    parsed
        .headers_raw()
        .take(1000)
        .map(|(name, value)| (name.trim().to_ascii_lowercase(), unfolded(value.trim())))
        .collect()
}

fn unfolded(value: &str) -> String {
    if !value.contains(['\r', '\n']) {
        return value.to_owned();
    }
    let lines: Vec<&str> = value.split(['\r', '\n']).map(str::trim).collect();
    lines.join(" ").trim().to_owned()
}

fn authentication_results(headers: &[(String, String)]) -> Vec<AuthenticationResults> {
    let mut received_above = 0;
    let mut found = Vec::new();
    for (name, value) in headers {
        match name.as_str() {
            "received" => received_above += 1,
            "authentication-results" => found.push(AuthenticationResults {
                value: value.clone(),
                received_above,
            }),
            _ => {}
        }
    }
    found
}

/// The first msg-id in a field.
pub(crate) fn first_id(value: &str) -> Option<MessageId> {
    ids(std::iter::once(value)).into_iter().next()
}

/// The msg-ids in fields; bare ones without brackets are taken where no brackets stand.
fn ids<'a>(values: impl Iterator<Item = &'a str>) -> Vec<MessageId> {
    let mut found = Vec::new();
    for value in values {
        if value.contains('<') {
            let pieces = value.split('<').skip(1).filter_map(|p| p.split('>').next());
            found.extend(pieces.take(LIST_MAX).filter_map(MessageId::parse));
        } else {
            let pieces = value.split_whitespace();
            found.extend(pieces.take(LIST_MAX).filter_map(MessageId::parse));
        }
    }
    found.truncate(LIST_MAX);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_authors_are_nobody() {
        for head in [
            "From: a@x.org, b@x.org\r\n",
            "From: a@x.org\r\nFrom: b@x.org\r\n",
            "Subject: x\r\n",
            "",
        ] {
            let mail = format!("{head}\r\nYes");
            assert_eq!(Message::parse(mail.as_bytes()).from, None, "{head}");
        }
    }

    #[test]
    fn footer_references_are_found_in_quotes_and_across_folds() {
        let mail = "From: a@x.org\n\nYes\n\n> Only you two.\n>\n> Letter\n> aae-abcdefghijklmnopqrstuvwxyz\n";
        assert_eq!(
            Message::parse(mail.as_bytes()).footer_references(),
            ["aae-abcdefghijklmnopqrstuvwxyz"]
        );
    }

    #[test]
    fn results_know_how_far_from_the_top_they_stand() {
        let mail = "Authentication-Results: mx; dmarc=pass\nReceived: x\nAuthentication-Results: old; spf=pass\nFrom: a@x.org\n\n.";
        let message = Message::parse(mail.as_bytes());
        let above: Vec<usize> = message
            .authentication_results
            .iter()
            .map(|r| r.received_above)
            .collect();
        assert_eq!(above, [0, 1]);
    }

    #[test]
    fn copies_by_different_ways_have_the_same_digest() {
        let one = "Received: a\r\nFrom: a@x.org\r\nMessage-ID: <1@x>\r\n\r\nYes\r\n";
        let two = "From: a@x.org\nMessage-ID: <1@x>\nX-Spam: no\n\nYes\n";
        let other = "From: a@x.org\nMessage-ID: <1@x>\n\nNo\n";
        let digest = |mail: &str| Message::parse(mail.as_bytes()).content_digest();
        assert_eq!(digest(one), digest(two));
        assert_ne!(digest(one), digest(other));
    }

    #[test]
    fn long_parts_are_cut_and_what_is_behind_them_is_read() {
        for piece in ["yes ", "yes\n"] {
            let long = piece.repeat(PART_OCTETS_MAX);
            let single = format!("From: a@x.org\n\n{long}");
            let message = Message::parse(single.as_bytes());
            assert_eq!(message.plain[0].text.len(), TEXT_OCTETS_MAX, "{piece:?}");
            let parts = format!(
                "Content-Type: multipart/mixed; boundary=b\n\n--b\n\n{long}\n--b\nContent-Type: text/html\n\n<p>Yes\n--b--\n"
            );
            let message = Message::parse(parts.as_bytes());
            assert_eq!(message.html.len(), 1, "{piece:?}");
            assert_eq!(message.html[0].trim(), "<p>Yes");
        }
    }

    #[test]
    fn what_has_to_be_whole_to_be_opened_is_left_whole() {
        let long = "WWVz\n".repeat(PART_OCTETS_MAX / 4);
        for kind in ["application/PKCS7-mime", "application/ms-tnef"] {
            let single = format!("Content-Type: {kind}\n\n{long}");
            assert_eq!(bounded(single.as_bytes()).len(), single.len(), "{kind}");
            let parts = format!("From: a@x.org\n\n--b\n{single}\n--b--\n");
            assert_eq!(bounded(parts.as_bytes()).len(), parts.len(), "{kind}");
        }
        let other = format!("Content-Type: application/pdf\n\n{long}");
        assert!(bounded(other.as_bytes()).len() < other.len());
    }

    #[test]
    fn a_header_flood_leaves_a_readable_mail() {
        let mut mail = "From: a@x.org\n".to_owned();
        mail.push_str(&"X-Long: yes\n".repeat(100_000));
        mail.push_str("\nYes\n");
        let message = Message::parse(mail.as_bytes());
        assert!(message.from.is_some());
        assert_eq!(message.plain[0].text.trim(), "Yes");
    }
}
