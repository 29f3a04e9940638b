//! `winmail.dat`: a mail as Outlook packs it (MS-OXTNEF). Of its attributes and MAPI properties
//! only the body is taken: plain, as HTML, or as rich text.

use super::rtf;
use mail_parser::decoders::charsets::map::charset_decoder;

const SIGNATURE: u32 = 0x223e_9f78;
/// Most attributes or properties that are looked at.
const ITEMS_MAX: usize = 2_000;
/// Most octets of one body.
const BODY_OCTETS_MAX: usize = 256 * 1024;
/// attBody: the plain text.
const ATT_BODY: u32 = 0x0002_800c;
/// attMsgProps: properties of the message.
const ATT_PROPERTIES: u32 = 0x0006_9003;
/// attOemCodepage.
const ATT_CODEPAGE: u32 = 0x0006_9007;
const PLAIN: u16 = 0x1000;
const RICH: u16 = 0x1009;
const HTML: u16 = 0x1013;
const INTERNET_CODEPAGE: u16 = 0x3fde;

/// The body of a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Body {
    Plain(String),
    Html(String),
}

/// Octets, taken from the front.
#[derive(Clone, Copy)]
struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let taken = self.0.get(..count)?;
        self.0 = self.0.get(count..)?;
        Some(taken)
    }

    fn two(&mut self) -> Option<u16> {
        let octets = self.take(2)?;
        octets.try_into().ok().map(u16::from_le_bytes)
    }

    fn four(&mut self) -> Option<u32> {
        let octets = self.take(4)?;
        octets.try_into().ok().map(u32::from_le_bytes)
    }

    /// A length, and so many octets, filled up to whole fours.
    fn padded(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.four()?).ok()?;
        let octets = self.take(length)?;
        let fill = (4 - length % 4) % 4;
        self.take(fill.min(self.0.len()))?;
        Some(octets)
    }
}

#[derive(Default)]
struct Found<'a> {
    codepage: Option<u32>,
    att_body: Option<&'a [u8]>,
    plain: Option<Text<'a>>,
    html: Option<Text<'a>>,
    rich: Option<&'a [u8]>,
}

/// Octets in the charset of the mail, or in UTF-16.
#[derive(Clone, Copy)]
enum Text<'a> {
    Bytes(&'a [u8]),
    Wide(&'a [u8]),
}

/// The body, if one can be found that says something.
pub(super) fn body(bytes: &[u8]) -> Option<Body> {
    let mut input = Input(bytes);
    if input.four()? != SIGNATURE {
        return None;
    }
    input.two()?;
    let mut found = Found::default();
    for _ in 0..ITEMS_MAX {
        let Some((id, data)) = attribute(&mut input) else {
            break;
        };
        match id {
            ATT_BODY => found.att_body = Some(data),
            ATT_CODEPAGE => found.codepage = found.codepage.or_else(|| Input(data).four()),
            ATT_PROPERTIES => drop(properties(data, &mut found)),
            _ => {}
        }
    }
    found.body()
}

fn attribute<'a>(input: &mut Input<'a>) -> Option<(u32, &'a [u8])> {
    input.take(1)?; // of the message or of an attachment
    let id = input.four()?;
    let length = usize::try_from(input.four()?).ok()?;
    let data = input.take(length)?;
    input.two(); // its sum
    Some((id, data))
}

fn properties<'a>(data: &'a [u8], found: &mut Found<'a>) -> Option<()> {
    let mut input = Input(data);
    let count = usize::try_from(input.four()?).ok()?;
    for _ in 0..count.min(ITEMS_MAX) {
        let (kind, id) = (input.two()?, input.two()?);
        if id >= 0x8000 {
            input.take(16)?;
            match input.four()? {
                0 => drop(input.four()?),
                _ => drop(input.padded()?),
            }
        }
        let several = kind & 0x1000 != 0;
        let kind = kind & 0x0fff;
        let values = match kind {
            0x0d | 0x1e | 0x1f | 0x102 => usize::try_from(input.four()?).ok()?,
            _ if several => usize::try_from(input.four()?).ok()?,
            _ => 1,
        };
        for _ in 0..values.min(ITEMS_MAX) {
            let octets = match kind {
                0x0d | 0x1e | 0x1f | 0x102 => input.padded()?,
                0x05..=0x07 | 0x14 | 0x40 => input.take(8)?,
                0x48 => input.take(16)?,
                _ => input.take(4)?,
            };
            let text = match kind {
                0x1f => Text::Wide(octets),
                _ => Text::Bytes(octets),
            };
            match id {
                PLAIN => found.plain = Some(text),
                HTML => found.html = Some(text),
                RICH => found.rich = Some(octets),
                INTERNET_CODEPAGE => found.codepage = Input(octets).four(),
                _ => {}
            }
        }
    }
    Some(())
}

impl Found<'_> {
    fn body(&self) -> Option<Body> {
        let says = |text: &String| !text.trim().is_empty();
        if let Some(text) = self.plain.map(|text| self.decoded(text)).filter(says) {
            return Some(Body::Plain(text));
        }
        if let Some(html) = self.html.map(|text| self.decoded(text)).filter(says) {
            return Some(Body::Html(html));
        }
        let old = self
            .att_body
            .map(|octets| self.decoded(Text::Bytes(octets)));
        if let Some(text) = old.filter(says) {
            return Some(Body::Plain(text));
        }
        let rich = rtf::unpacked(self.rich?)?;
        let text = rtf::text(&rich, &|octets| self.decoded(Text::Bytes(octets)));
        // Rich text that only wraps HTML keeps the tags where readers of rich text look past them.
        let text = Some(text).filter(says)?;
        Some(Body::Plain(text))
    }

    fn decoded(&self, text: Text<'_>) -> String {
        let text = match text {
            Text::Wide(octets) => {
                let pairs = octets.chunks_exact(2).take(BODY_OCTETS_MAX / 2);
                let wide = pairs.filter_map(|pair| pair.try_into().ok().map(u16::from_le_bytes));
                String::from_utf16_lossy(&wide.collect::<Vec<_>>())
            }
            Text::Bytes(octets) => {
                let octets = octets.get(..BODY_OCTETS_MAX).unwrap_or(octets);
                match charset_decoder(charset(self.codepage).as_bytes()) {
                    Some(decode) => decode(octets),
                    None => String::from_utf8_lossy(octets).into_owned(),
                }
            }
        };
        text.trim_end_matches('\0').to_owned()
    }
}

/// The charset of a Windows codepage.
fn charset(codepage: Option<u32>) -> String {
    match codepage.unwrap_or(1252) {
        65001 | 20127 => "utf-8".to_owned(),
        932 => "shift_jis".to_owned(),
        936 => "gbk".to_owned(),
        949 => "euc-kr".to_owned(),
        950 => "big5".to_owned(),
        20866 => "koi8-r".to_owned(),
        50220..=50222 => "iso-2022-jp".to_owned(),
        part @ 28591..=28606 => format!("iso-8859-{}", part - 28590),
        other => format!("windows-{other}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attribute_of(id: u32, data: &[u8]) -> Vec<u8> {
        let mut all = vec![1];
        all.extend(id.to_le_bytes());
        all.extend(u32::try_from(data.len()).unwrap().to_le_bytes());
        all.extend(data);
        all.extend([0, 0]);
        all
    }

    fn winmail(attributes: &[Vec<u8>]) -> Vec<u8> {
        let mut all = SIGNATURE.to_le_bytes().to_vec();
        all.extend([1, 0]);
        all.extend(attributes.concat());
        all
    }

    fn string(kind: u16, id: u16, octets: &[u8]) -> Vec<u8> {
        let mut all = [kind.to_le_bytes(), id.to_le_bytes()].concat();
        all.extend(1u32.to_le_bytes());
        all.extend(u32::try_from(octets.len()).unwrap().to_le_bytes());
        all.extend(octets);
        all.resize(all.len().next_multiple_of(4), 0);
        all
    }

    #[test]
    fn the_body_is_found_among_properties() {
        let wide: Vec<u8> = "Ja, gern ☺\0"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        let mut named = [0x1eu16.to_le_bytes(), 0x8001u16.to_le_bytes()].concat();
        named.extend([7; 16]);
        named.extend(0u32.to_le_bytes());
        named.extend(9u32.to_le_bytes());
        named.extend(1u32.to_le_bytes());
        named.extend(3u32.to_le_bytes());
        named.extend(b"abc\0");
        let mut properties = 3u32.to_le_bytes().to_vec();
        properties.extend(named);
        properties.extend([3, 0, 0x17, 0, 1, 0, 0, 0]);
        properties.extend(string(0x1f, PLAIN, &wide));
        let mail = winmail(&[attribute_of(ATT_PROPERTIES, &properties)]);
        assert_eq!(body(&mail), Some(Body::Plain("Ja, gern ☺".to_owned())));
    }

    #[test]
    fn older_bodies_follow_the_codepage() {
        let mail = winmail(&[
            attribute_of(ATT_CODEPAGE, &[0xe4, 4, 0, 0, 0, 0, 0, 0]),
            attribute_of(ATT_BODY, b"Gr\xfc\xdfe\0"),
        ]);
        assert_eq!(body(&mail), Some(Body::Plain("Grüße".to_owned())));
    }

    #[test]
    fn junk_is_no_body() {
        let whole = winmail(&[attribute_of(ATT_BODY, b"Yes")]);
        for end in 0..whole.len() {
            let cut = whole.get(..end).unwrap();
            assert!(body(cut).is_none() || end >= 18, "{end}");
        }
        let mut properties = u32::MAX.to_le_bytes().to_vec();
        properties.extend([0x1e, 0x10, 0, 0x10, 0xff, 0xff, 0xff, 0xff]);
        assert_eq!(
            body(&winmail(&[attribute_of(ATT_PROPERTIES, &properties)])),
            None
        );
    }
}
