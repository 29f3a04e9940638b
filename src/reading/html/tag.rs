//! Tags: their names, and of their attributes what tells a quote, a signature or a list.

use std::borrow::Cow;

/// Most classes, ids and names of one element that are looked at.
const NAMES_MAX: usize = 20;

/// Most characters of a style that are looked at.
const STYLE_CHARS_MAX: usize = 400;

/// Ids and names of what stands directly above a quoted mail.
const QUOTE_OPENINGS: &[&str] = &[
    "divrplyfwdmsg",
    "stopspelling",
    "replysplit",
    "__divider__",
    "ms-outlook-quote",
];

/// The name of an element: short ones letter by letter, others by a hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Name(u64);

impl Name {
    pub(super) fn of(name: &[u8]) -> Self {
        // FNV-1a, with a mark that no short name has.
        let hashed =
            |all: u64, octet: &u8| (all ^ u64::from(*octet)).wrapping_mul(0x0100_0000_01b3);
        let packed = |all: u64, octet: &u8| (all << 8) | u64::from(*octet);
        if name.len() < 8 {
            Self(name.iter().fold(0, packed))
        } else {
            Self(name.iter().fold(0xcbf2_9ce4_8422_2325, hashed) | 1 << 63)
        }
    }
}

/// The attributes that are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Attribute {
    Class,
    Id,
    Name,
    Style,
    Start,
    Alt,
    Hidden,
    Marker,
}

impl Attribute {
    const COUNT: usize = 8;

    pub(super) fn of(name: &[u8]) -> Option<Self> {
        Some(match name {
            b"class" => Self::Class,
            b"id" => Self::Id,
            b"name" => Self::Name,
            b"style" => Self::Style,
            b"start" => Self::Start,
            b"alt" => Self::Alt,
            b"hidden" => Self::Hidden,
            b"data-marker" => Self::Marker,
            _ => return None,
        })
    }
}

/// A start tag, as far as it has been read.
#[derive(Debug, Default)]
pub(super) struct Tag {
    pub(super) name: Vec<u8>,
    /// Whether it has any attribute.
    pub(super) has_attributes: bool,
    /// The attribute whose value comes next.
    pub(super) named: Option<Attribute>,
    /// The first of each that is looked at.
    pub(super) given: [Option<String>; Attribute::COUNT],
}

impl Tag {
    pub(super) fn open(&mut self, name: &[u8]) {
        self.name.clear();
        self.name.extend_from_slice(name);
    }

    pub(super) fn name_attribute(&mut self, name: &[u8]) {
        self.has_attributes = true;
        self.named = None;
        if let Some(attribute) = Attribute::of(name)
            && let Some(slot @ None) = self.given.get_mut(attribute as usize)
        {
            *slot = Some(String::new());
            self.named = Some(attribute);
        }
    }

    pub(super) fn take_value(&mut self, value: &[u8]) {
        let Some(attribute) = self.named else {
            return;
        };
        let value = text_of(value);
        if let Some(slot) = self.given.get_mut(attribute as usize) {
            *slot = Some(match attribute {
                Attribute::Alt => value.into_owned(),
                Attribute::Style => squeezed(&value),
                _ => value.to_ascii_lowercase(),
            });
        }
    }

    /// The value in small letters, a style without blanks; empty if there is none.
    pub(super) fn value(&self, attribute: Attribute) -> &str {
        let given = self.given.get(attribute as usize).and_then(Option::as_ref);
        given.map_or("", String::as_str)
    }

    pub(super) fn has(&self, attribute: Attribute) -> bool {
        matches!(self.given.get(attribute as usize), Some(Some(_)))
    }

    pub(super) fn close(&mut self) {
        if self.has_attributes {
            self.has_attributes = false;
            self.named = None;
            self.given = Default::default();
        }
    }

    /// What Outlook, Zimbra and others put directly above a quoted mail.
    pub(super) fn opens_quote(&self) -> bool {
        if !self.has_attributes {
            return false;
        }
        let known = [Attribute::Id, Attribute::Name, Attribute::Marker]
            .into_iter()
            .any(|attribute| {
                let value = self.value(attribute);
                let value = value.strip_prefix("x_").unwrap_or(value);
                QUOTE_OPENINGS.contains(&value)
            });
        if known {
            return true;
        }
        let style = self.value(Attribute::Style);
        let outlook = style.contains("border-top:solid")
            && (style.contains("1.0pt") || style.contains("1pt"))
            && style.contains("padding:3");
        let windows_mail = style.contains("padding-top:5px") && style.contains("border-top");
        outlook || windows_mail
    }

    /// A blockquote by which a writer only moves a paragraph in.
    pub(super) fn is_indented(&self) -> bool {
        let style = self.value(Attribute::Style);
        style.contains("border:none") && style.contains("40px")
    }

    /// Whether a class, id, name or marker begins or ends with one of these.
    pub(super) fn is_among(&self, known: &[&str]) -> bool {
        let named = [
            Attribute::Class,
            Attribute::Id,
            Attribute::Name,
            Attribute::Marker,
        ];
        named
            .into_iter()
            .flat_map(|attribute| self.value(attribute).split_whitespace())
            .take(NAMES_MAX)
            .any(|given| {
                let given = given.strip_prefix("x_").unwrap_or(given);
                known
                    .iter()
                    .any(|k| given.starts_with(k) || given.ends_with(k))
            })
    }
}

/// The beginning of a style, without blanks.
fn squeezed(style: &str) -> String {
    let style = style.chars().filter(|c| !c.is_whitespace());
    let style = style.take(STYLE_CHARS_MAX);
    style.map(|c| c.to_ascii_lowercase()).collect()
}

pub(super) fn text_of(octets: &[u8]) -> Cow<'_, str> {
    // Much quicker than the lossy way where nothing is lost.
    match std::str::from_utf8(octets) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => String::from_utf8_lossy(octets),
    }
}
