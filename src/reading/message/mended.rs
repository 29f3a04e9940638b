//! Mended texts: what a part says whose octets are not what its header promises.
//!
//! Two things happen on the way: a client labels Western text as UTF-8, and a list puts its plain
//! footer behind a body in base64. Guessed is nothing beyond that.

use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::charsets::map::charset_decoder;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;
use mail_parser::{Encoding, MessagePart, MimeHeaders};
use std::borrow::Cow;

/// So many octets of a text, of a hundred, may be letters that are no UTF-8: a Western one has few.
const FOREIGN_SHARE: usize = 25;

/// The text of a part, mended where it has to be.
pub(super) fn text<'a>(part: &MessagePart<'_>, raw: &[u8], text: &'a str) -> Cow<'a, str> {
    let base64 = part
        .content_transfer_encoding()
        .is_some_and(|named| named.eq_ignore_ascii_case("base64"));
    let mended = if part.is_encoding_problem && base64 {
        before_footer(part, text)
    } else if text.contains('\u{fffd}') {
        western(part, raw)
    } else {
        None
    };
    mended.map_or(Cow::Borrowed(text), Cow::Owned)
}

fn charset<'a>(part: &'a MessagePart<'_>) -> &'a str {
    let kind = part.content_type();
    kind.and_then(|kind| kind.attribute("charset"))
        .unwrap_or("utf-8")
}

/// Decodes the lines of base64 that stand first, and keeps the plain ones behind them.
fn before_footer(part: &MessagePart<'_>, text: &str) -> Option<String> {
    let mut coded = String::new();
    let mut read = 0;
    for line in text.split_inclusive('\n') {
        let bare = line.trim();
        let octet = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=');
        if bare.is_empty() && coded.is_empty() {
            read += line.len();
            continue;
        }
        if bare.is_empty() || !bare.bytes().all(octet) {
            break;
        }
        coded.push_str(bare);
        read += line.len();
    }
    let octets = base64_decode(coded.as_bytes()).filter(|octets| !octets.is_empty())?;
    let decoded = match charset_decoder(charset(part).as_bytes()) {
        Some(decode) => decode(&octets),
        None => String::from_utf8_lossy(&octets).into_owned(),
    };
    let footer = text.get(read..).unwrap_or_default();
    Some(format!("{decoded}\n{footer}"))
}

/// Reads what is no UTF-8 as Windows does in the West, where it is little.
fn western(part: &MessagePart<'_>, raw: &[u8]) -> Option<String> {
    let named = charset(part);
    if !(named.eq_ignore_ascii_case("utf-8")
        || named.eq_ignore_ascii_case("utf8")
        || named.eq_ignore_ascii_case("us-ascii"))
    {
        return None;
    }
    let from = usize::try_from(part.offset_body).ok()?;
    let to = usize::try_from(part.offset_end).ok()?;
    let raw = raw.get(from..to)?;
    let octets = match part.encoding {
        Encoding::None => Cow::Borrowed(raw),
        Encoding::QuotedPrintable => Cow::Owned(quoted_printable_decode(raw)?),
        Encoding::Base64 => Cow::Owned(base64_decode(raw)?),
    };
    let decode = charset_decoder(b"windows-1252")?;
    let mut text = String::with_capacity(octets.len());
    let mut foreign = 0;
    for chunk in octets.utf8_chunks() {
        text.push_str(chunk.valid());
        foreign += chunk.invalid().len();
        if !chunk.invalid().is_empty() {
            text.push_str(&decode(chunk.invalid()));
        }
    }
    (foreign > 0 && foreign * 100 <= octets.len() * FOREIGN_SHARE).then_some(text)
}

/// Takes the marks of text/enriched (RFC 1896) off.
pub(super) fn from_enriched(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    let mut parameters = 0_usize;
    while let Some((before, behind)) = rest.split_once('<') {
        if parameters == 0 {
            plain.push_str(before);
        }
        if let Some(behind) = behind.strip_prefix('<') {
            if parameters == 0 {
                plain.push('<');
            }
            rest = behind;
            continue;
        }
        let Some((mark, behind)) = behind.split_once('>') else {
            rest = behind;
            break;
        };
        if mark.eq_ignore_ascii_case("param") {
            parameters += 1;
        } else if mark.eq_ignore_ascii_case("/param") {
            parameters = parameters.saturating_sub(1);
        }
        rest = behind;
    }
    if parameters == 0 {
        plain.push_str(rest);
    }
    plain
}

#[cfg(test)]
mod tests {
    use crate::reading::message::Message;

    fn plain(mail: &[u8]) -> String {
        let message = Message::parse(mail);
        let texts: Vec<&str> = message.plain.iter().map(|p| p.text.as_str()).collect();
        texts.join("|").trim().to_owned()
    }

    #[test]
    fn western_text_under_the_label_of_utf8_is_read() {
        let mail = b"From: a@x.org\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\nSch\xf6n, \xfcbrigens gerne.\n";
        assert_eq!(plain(mail), "Schön, übrigens gerne.");
        let mail = b"From: a@x.org\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\nAvec plaisir, =E0 jeudi\n";
        assert_eq!(plain(mail), "Avec plaisir, à jeudi");
    }

    #[test]
    fn true_utf8_and_other_scripts_stay_as_they_are() {
        let mail = "From: a@x.org\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\nÜbrigens \u{fffd} gerne\n";
        assert_eq!(plain(mail.as_bytes()), "Übrigens \u{fffd} gerne");
        let mail =
            b"From: a@x.org\nContent-Type: text/plain; charset=utf-8\n\n\xc4\xe0\xf1\xef\xe0\n";
        assert!(plain(mail).contains('\u{fffd}'));
    }

    #[test]
    fn a_plain_footer_behind_base64_leaves_the_words_readable() {
        let mail = b"From: a@x.org\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\nWWVzLCBn\nbGFkbHku\n\n____\nThe list's footer\n";
        let text = plain(mail);
        assert!(text.starts_with("Yes, gladly."), "{text}");
        assert!(text.ends_with("The list's footer"), "{text}");
    }

    #[test]
    fn enriched_text_is_read_without_its_marks() {
        let mail = b"From: a@x.org\nContent-Type: text/enriched\n\n<bold>Gladly</bold>, <color><param>red</param>any</color> day, if x << y\n";
        assert_eq!(plain(mail), "Gladly, any day, if x < y");
    }
}
