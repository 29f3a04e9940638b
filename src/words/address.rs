//! Addresses of people and mailboxes (RFC 5322 addr-spec and name-addr, RFC 5233 subaddress).
//!
//! An `Address` is kept as it was written and compared by a folded key: ASCII-lowered local part in
//! NFC, domain as lower-case A-labels (IDNA). So `Ben@Example.COM` and `ben@example.com` are one
//! person, and a look-alike in another script is simply somebody else.

use crate::words::clean::CleanLine;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use thiserror::Error;
use unicode_normalization::UnicodeNormalization;

/// Longest local part (RFC 5321 section 4.5.3.1.1), in octets.
pub const LOCAL_PART_OCTETS_MAX: usize = 64;

/// Why a text is not an address.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("'{given}' is not a mail address: {why}")]
pub struct AddressError {
    given: String,
    why: &'static str,
}

/// An addr-spec (RFC 5322 section 3.4.1): `local@domain`, unquoted.
#[derive(Clone, Debug)]
pub struct Address {
    written: String,
    key: String,
}

impl Address {
    /// Reads an addr-spec. Angle brackets and a `mailto:` in front are taken off.
    ///
    /// # Errors
    /// If there is no single `@`, or a part is empty, too long or holds blanks or controls.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let mut bare = text.trim();
        bare = bare
            .strip_prefix('<')
            .and_then(|t| t.strip_suffix('>'))
            .unwrap_or(bare);
        if bare
            .get(..7)
            .is_some_and(|p| p.eq_ignore_ascii_case("mailto:"))
        {
            bare = bare.get(7..).unwrap_or_default();
        }
        let refuse = |why| AddressError {
            given: CleanLine::new(text).to_string(),
            why,
        };
        let (local, domain) = bare
            .rsplit_once('@')
            .ok_or_else(|| refuse("it has no '@'"))?;
        if local.is_empty() || domain.is_empty() {
            return Err(refuse("a part beside the '@' is missing"));
        }
        if local.len() > LOCAL_PART_OCTETS_MAX || domain.len() > 255 {
            return Err(refuse("it is too long"));
        }
        let unfit = |c: char| c.is_whitespace() || c.is_control() || "<>()[],;:\\\"@".contains(c);
        if local.contains(unfit) || domain.contains(unfit) {
            return Err(refuse("it holds a character that does not belong there"));
        }
        if domain.starts_with('.') || domain.ends_with('.') || domain.contains("..") {
            return Err(refuse("its domain has a stray dot"));
        }
        if local.starts_with('.') || local.ends_with('.') || local.contains("..") {
            return Err(refuse("its local part has a stray dot"));
        }
        let ascii = idna::domain_to_ascii(domain).map_err(|_| refuse("its domain is malformed"))?;
        let folded: String = local.nfc().collect::<String>().to_lowercase();
        Ok(Self {
            written: format!("{local}@{domain}"),
            key: format!("{folded}@{ascii}"),
        })
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.written
    }

    /// The folded form by which addresses are compared and looked up.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The part before the `@`, as written.
    pub fn local(&self) -> &str {
        self.written.rsplit_once('@').map_or("", |(local, _)| local)
    }

    /// The domain as lower-case A-labels.
    pub fn domain(&self) -> &str {
        self.key.rsplit_once('@').map_or("", |(_, domain)| domain)
    }

    /// This address with a detail added (RFC 5233): `lunch@x` with `abc` is `lunch+abc@x`.
    ///
    /// # Errors
    /// If the result would be no address (a detail too long, say).
    pub fn with_detail(&self, detail: &str) -> Result<Self, AddressError> {
        let domain = self
            .written
            .rsplit_once('@')
            .map_or("", |(_, domain)| domain);
        Self::parse(&format!("{}+{detail}@{domain}", self.local()))
    }

    /// The detail in `other`, if `other` is this address with a detail (`+` or `-` is not guessed:
    /// only `+`), in its folded form.
    pub fn detail_of(&self, other: &Self) -> Option<String> {
        let (own_local, own_domain) = self.key.rsplit_once('@')?;
        let (local, domain) = other.key.rsplit_once('@')?;
        if domain != own_domain {
            return None;
        }
        local
            .strip_prefix(own_local)?
            .strip_prefix('+')
            .map(str::to_owned)
    }
}

impl PartialEq for Address {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}
impl Eq for Address {}
impl Hash for Address {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key.hash(state);
    }
}
impl PartialOrd for Address {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Address {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key.cmp(&other.key)
    }
}
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

/// A name with its address (RFC 5322 name-addr). The name is clean and may be empty.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NameAddr {
    /// The display name.
    pub name: CleanLine,
    /// The address.
    pub address: Address,
}

impl NameAddr {
    /// A name and an address.
    pub fn new(name: &str, address: Address) -> Self {
        Self {
            name: CleanLine::new(name),
            address,
        }
    }

    /// Reads `Ben Smith <ben@example.com>`, `"Smith, Ben" <ben@…>` or a bare address.
    ///
    /// # Errors
    /// If the address part is no address.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let text = text.trim();
        let Some((name, rest)) = text.rsplit_once('<') else {
            return Ok(Self {
                name: CleanLine::default(),
                address: Address::parse(text)?,
            });
        };
        let address = Address::parse(rest.trim_end().strip_suffix('>').unwrap_or(rest))?;
        let name = name
            .trim()
            .trim_matches('"')
            .replace("\\\"", "\"")
            .replace("\\\\", "\\");
        Ok(Self {
            name: CleanLine::new(&name),
            address,
        })
    }

    /// What to call this person: the display name, or the local part made readable
    /// (`ben.smith` becomes `Ben Smith`).
    pub fn display_name(&self) -> String {
        if !self.name.is_empty() {
            return self.name.to_string();
        }
        let local = self.address.local();
        let words = local
            .split(['.', '_', '-'])
            .filter(|w| !w.is_empty())
            .map(capitalised);
        words.collect::<Vec<_>>().join(" ")
    }

    /// The name a colleague would use: the first word of the display name; for `Smith, Ben` the
    /// word behind the comma.
    pub fn first_name(&self) -> String {
        let full = self.display_name();
        let given = full
            .split_once(',')
            .map_or(full.as_str(), |(_, given)| given);
        let first = given
            .split_whitespace()
            .next()
            .or_else(|| full.split_whitespace().next());
        let name = first.unwrap_or(&full).trim_matches(['"', ',']);
        if name.is_empty() {
            return capitalised(self.address.local());
        }
        name.to_owned()
    }
}

impl fmt::Display for NameAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.name.is_empty() {
            return write!(f, "{}", self.address);
        }
        write!(f, "{} <{}>", self.name, self.address)
    }
}

fn capitalised(word: &str) -> String {
    let mut chars = word.chars();
    let head = chars
        .next()
        .map(|c| c.to_uppercase().collect::<String>())
        .unwrap_or_default();
    head + chars.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_compare_by_person_not_by_spelling() {
        let a = Address::parse("Ben@Example.COM").unwrap();
        let b = Address::parse("<mailto:ben@example.com>").unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(a, b);
        assert_ne!(
            a,
            Address::parse("bеn@example.com").unwrap(),
            "Cyrillic е is somebody else"
        );
        assert_eq!(
            Address::parse("x@bücher.de").unwrap(),
            Address::parse("x@xn--bcher-kva.de").unwrap()
        );
    }

    #[test]
    fn what_is_no_address_is_refused_with_the_reason() {
        for bad in [
            "",
            "ben",
            "@x",
            "a@",
            "a b@x",
            "a@b@c",
            "a@b..c",
            "a\n@b",
            "\"a b\"@c",
            ".a@b",
        ] {
            assert!(Address::parse(bad).is_err(), "{bad:?} was taken");
        }
    }

    #[test]
    fn a_detail_goes_in_and_comes_out() {
        let own = Address::parse("lunch@example.com").unwrap();
        let with = own.with_detail("1ab-xyz").unwrap();
        assert_eq!(with.as_str(), "lunch+1ab-xyz@example.com");
        let shouted = Address::parse("LUNCH+1AB-XYZ@EXAMPLE.COM").unwrap();
        assert_eq!(own.detail_of(&shouted).as_deref(), Some("1ab-xyz"));
        assert_eq!(own.detail_of(&own), None);
    }

    #[test]
    fn names_are_read_in_every_usual_form() {
        let ben = NameAddr::parse("\"Smith, Ben\" <ben@example.com>").unwrap();
        assert_eq!(
            (ben.display_name().as_str(), ben.first_name().as_str()),
            ("Smith, Ben", "Ben")
        );
        let bare = NameAddr::parse("cara.lee@example.com").unwrap();
        assert_eq!(
            (bare.display_name().as_str(), bare.first_name().as_str()),
            ("Cara Lee", "Cara")
        );
    }
}
