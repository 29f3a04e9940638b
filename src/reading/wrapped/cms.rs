//! What stands in a CMS block (RFC 5652): the content of a signature, or that it is encrypted.
//!
//! BER is walked by hand, since both its forms of length and of octet strings are in use: OpenSSL
//! streams, Outlook does not. Bounded in depth and pieces; a length that reaches too far takes what
//! is there.

/// Deepest nesting that is walked.
const DEPTH_MAX: usize = 12;
/// Most pieces of one octet string.
const PIECES_MAX: usize = 100_000;

const SIGNED: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];
const ENVELOPED: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x03];
const ENCRYPTED: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x06];
/// authEnvelopedData (RFC 5083).
const AUTH_ENVELOPED: &[u8] = &[
    0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x01, 0x17,
];

const OBJECT_IDENTIFIER: u8 = 0x06;
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const INTEGER: u8 = 0x02;
const EXPLICIT: u8 = 0xa0;
const OCTETS: u8 = 0x04;
const OCTETS_IN_PIECES: u8 = 0x24;

/// What a block is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cms {
    /// Signed; the content.
    Signed(Vec<u8>),
    /// Encrypted.
    Encrypted,
    /// Anything else.
    Unknown,
}

/// One element: its tag, its content, and what stands behind it.
struct Element<'a> {
    tag: u8,
    content: &'a [u8],
    behind: &'a [u8],
}

/// Reads a block.
pub(super) fn read(bytes: &[u8]) -> Cms {
    block(bytes).unwrap_or(Cms::Unknown)
}

fn block(bytes: &[u8]) -> Option<Cms> {
    let outer = wanted(bytes, SEQUENCE)?;
    let kind = wanted(outer.content, OBJECT_IDENTIFIER)?;
    match kind.content {
        ENVELOPED | ENCRYPTED | AUTH_ENVELOPED => return Some(Cms::Encrypted),
        SIGNED => {}
        _ => return None,
    }
    let explicit = wanted(kind.behind, EXPLICIT)?;
    let signed = wanted(explicit.content, SEQUENCE)?;
    let version = wanted(signed.content, INTEGER)?;
    let digests = wanted(version.behind, SET)?;
    let inner = wanted(digests.behind, SEQUENCE)?;
    let kind = wanted(inner.content, OBJECT_IDENTIFIER)?;
    let explicit = wanted(kind.behind, EXPLICIT)?;
    let mut content = Vec::new();
    octets(explicit.content, &mut content, 0, &mut 0)?;
    (!content.is_empty()).then_some(Cms::Signed(content))
}

fn wanted(bytes: &[u8], tag: u8) -> Option<Element<'_>> {
    element(bytes, 0).filter(|element| element.tag == tag)
}

/// The element at the start of the bytes.
fn element(bytes: &[u8], depth: usize) -> Option<Element<'_>> {
    let (tag, rest) = bytes.split_first()?;
    let (length, rest) = rest.split_first()?;
    if *length == 0x80 {
        let content = rest;
        let behind = end_of_open(rest, depth + 1)?;
        let taken = content.len().saturating_sub(behind.len());
        return Some(Element {
            tag: *tag,
            content: content.get(..taken.saturating_sub(2)).unwrap_or_default(),
            behind,
        });
    }
    let (length, rest) = if *length < 0x80 {
        (usize::from(*length), rest)
    } else {
        let count = usize::from(*length & 0x7f);
        let digits = rest.get(..count).filter(|_| count <= 8)?;
        let length = digits.iter().fold(0usize, |sum, digit| {
            sum.saturating_mul(256).saturating_add(usize::from(*digit))
        });
        (length, rest.get(count..)?)
    };
    let length = length.min(rest.len());
    Some(Element {
        tag: *tag,
        content: rest.get(..length)?,
        behind: rest.get(length..)?,
    })
}

/// What stands behind the end of content whose length is open. One that is never ended reaches to
/// the end.
fn end_of_open(bytes: &[u8], depth: usize) -> Option<&[u8]> {
    if depth > DEPTH_MAX {
        return None;
    }
    let mut rest = bytes;
    for _ in 0..PIECES_MAX {
        match rest {
            [] => return Some(rest),
            [0, 0, behind @ ..] => return Some(behind),
            _ => rest = element(rest, depth)?.behind,
        }
    }
    None
}

/// The octets of a string, in one or in pieces.
fn octets(bytes: &[u8], into: &mut Vec<u8>, depth: usize, pieces: &mut usize) -> Option<()> {
    let mut rest = bytes;
    while let Some(first) = rest.first() {
        *pieces += 1;
        if *first == 0 || depth > DEPTH_MAX || *pieces > PIECES_MAX {
            break;
        }
        let element = element(rest, depth)?;
        match element.tag {
            OCTETS => into.extend_from_slice(element.content),
            OCTETS_IN_PIECES => octets(element.content, into, depth + 1, pieces)?,
            _ => return None,
        }
        rest = element.behind;
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An element with its length in the shortest form.
    fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
        let mut all = vec![tag];
        match u8::try_from(content.len()) {
            Ok(length @ 0..0x80) => all.push(length),
            _ => {
                all.push(0x82);
                all.extend(u16::try_from(content.len()).unwrap().to_be_bytes());
            }
        }
        all.extend(content);
        all
    }

    fn open(tag: u8, content: &[u8]) -> Vec<u8> {
        [&[tag, 0x80], content, &[0, 0]].concat()
    }

    fn signed(content: &[u8], wrap: fn(u8, &[u8]) -> Vec<u8>, string: &[u8]) -> Vec<u8> {
        let data = tlv(
            OBJECT_IDENTIFIER,
            &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01],
        );
        assert!(content.is_empty() || !string.is_empty());
        let inner = wrap(SEQUENCE, &[data, wrap(EXPLICIT, string)].concat());
        let whole = [tlv(INTEGER, &[1]), tlv(SET, &[]), inner, tlv(SET, &[])].concat();
        let kind = tlv(OBJECT_IDENTIFIER, SIGNED);
        wrap(
            SEQUENCE,
            &[kind, wrap(EXPLICIT, &wrap(SEQUENCE, &whole))].concat(),
        )
    }

    #[test]
    fn content_is_found_in_either_form() {
        let text = b"Content-Type: text/plain\r\n\r\nYes";
        let whole = signed(text, tlv, &tlv(OCTETS, text));
        assert_eq!(read(&whole), Cms::Signed(text.to_vec()));
        let (one, two) = text.split_at(9);
        let pieces = open(
            OCTETS_IN_PIECES,
            &[tlv(OCTETS, one), tlv(OCTETS, two)].concat(),
        );
        let streamed = signed(text, open, &pieces);
        assert_eq!(read(&streamed), Cms::Signed(text.to_vec()));
    }

    #[test]
    fn encrypted_and_other_blocks_are_told_apart() {
        let enveloped = tlv(SEQUENCE, &tlv(OBJECT_IDENTIFIER, ENVELOPED));
        assert_eq!(read(&enveloped), Cms::Encrypted);
        for junk in [
            &b""[..],
            b"0",
            b"0\x80",
            b"Yes",
            &[0x30, 0x84, 0xff, 0xff, 0xff, 0xff],
        ] {
            assert_eq!(read(junk), Cms::Unknown);
        }
        let deep = [0x30, 0x80].repeat(100_000);
        assert_eq!(read(&deep), Cms::Unknown);
    }

    #[test]
    fn a_block_that_is_cut_gives_what_is_there() {
        let text = [b'x'; 300];
        let whole = signed(&text, tlv, &tlv(OCTETS, &text));
        let cut = whole.get(..whole.len() - 100).unwrap();
        assert!(matches!(read(cut), Cms::Signed(content) if content.len() > 190));
    }
}
