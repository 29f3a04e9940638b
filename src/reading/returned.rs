//! What a bounce sends back: the ids and recipients of the message that could not be delivered.
//!
//! It may come as a nested message, as its headers only, or (qmail, Exim) as plain text below the
//! complaint. Nothing is proved by it; routing decides what it is worth.

use crate::reading::message::{PARSER, first_id, headers_of};
use crate::words::address::Address;
use crate::words::clean::{CleanLine, lines};
use crate::words::message_id::MessageId;

/// Most lines of a text bounce that are searched for returned headers.
const LINES_MAX: usize = 2_000;
/// Longest name of a returned header, with the marks of a quote in front.
const NAME_OCTETS_MAX: usize = 40;

/// A message found inside a bounce or report.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Returned {
    /// Its Message-ID.
    pub message_id: Option<MessageId>,
    /// Our X-Postlunch-Id.
    pub postlunch_id: Option<String>,
    /// Addresses in its Reply-To, From and Return-Path: one of them bears our token.
    pub senders: Vec<Address>,
    /// Whom it was sent to.
    pub recipients: Vec<Address>,
}

/// From a nested message.
pub(crate) fn in_message(inner: &mail_parser::Message<'_>) -> Returned {
    from_pairs(&headers_of(inner))
}

/// From a `text/rfc822-headers` part.
pub(crate) fn in_headers(bytes: &[u8]) -> Option<Returned> {
    let mut whole = bytes.to_vec();
    whole.extend_from_slice(b"\r\n\r\n");
    let parsed = PARSER.parse_headers(&whole)?;
    Some(from_pairs(&headers_of(&parsed)))
}

/// From plain text: header lines of the returned message at the start of lines.
pub(crate) fn in_text(texts: &[&str]) -> Option<Returned> {
    const NAMES: [&str; 4] = ["message-id", "x-postlunch-id", "reply-to", "return-path"];
    let mut pairs: Vec<(String, String)> = Vec::new();
    for text in texts {
        for line in lines(text).take(LINES_MAX) {
            let bare = line.trim_start_matches(['>', ' ']);
            let may_begin = |octet| matches!(octet, b'M' | b'm' | b'X' | b'x' | b'R' | b'r');
            if !bare.bytes().next().is_some_and(may_begin) {
                continue;
            }
            let Some((name, value)) = bare.split_once(':') else {
                continue;
            };
            let known = NAMES.iter().find(|known| known.eq_ignore_ascii_case(name));
            let marks = line.len() - bare.len();
            if let Some(known) = known
                && marks + name.len() <= NAME_OCTETS_MAX
                && !value.trim().is_empty()
            {
                pairs.push(((*known).to_owned(), value.trim().to_owned()));
            }
        }
    }
    let found = from_pairs(&pairs);
    (found.message_id.is_some() || found.postlunch_id.is_some()).then_some(found)
}

fn from_pairs(headers: &[(String, String)]) -> Returned {
    let first = |wanted: &str| {
        headers
            .iter()
            .find(|(name, _)| name == wanted)
            .map(|(_, value)| value.as_str())
    };
    let addresses = |names: &[&str]| {
        let mut found: Vec<Address> = Vec::new();
        for (name, value) in headers {
            if names.contains(&name.as_str()) {
                for piece in value.split(',').take(50) {
                    let bare = piece.rsplit_once('<').map_or(piece, |(_, rest)| rest);
                    let bare = bare.split('>').next().unwrap_or_default();
                    if let Ok(address) = Address::parse(bare)
                        && !found.contains(&address)
                    {
                        found.push(address);
                    }
                }
            }
        }
        found
    };
    Returned {
        message_id: first("message-id").and_then(first_id),
        postlunch_id: first("x-postlunch-id")
            .map(|value| CleanLine::new(value).to_string())
            .filter(|value| !value.is_empty()),
        senders: addresses(&["reply-to", "from", "return-path"]),
        recipients: addresses(&["to", "cc"]),
    }
}
