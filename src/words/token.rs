//! Reply tokens: `lunch+<key id><row>-<MAC>@…`, one for each letter we send.
//!
//! A token says which letter is being answered (its row in the store) and proves that we minted
//! it: a 128-bit HMAC-SHA-256 over row and person, in lower-case base32, since some servers fold
//! case. It routes; who may act is decided by who wrote (DESIGN section 7). Pure: the key is given.

use crate::words::address::Address;
use data_encoding::{Encoding, Specification};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::sync::LazyLock;

/// Key with which tokens and Message-IDs are made; 32 random octets.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenKey {
    /// One lower-case base32 character, so that a rotated key can be told from its successor.
    pub id: char,
    secret: crate::words::confidential::Confidential<[u8; 32]>,
}

impl std::fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TokenKey {{ id: {} }}", self.id)
    }
}

/// A token as read from an address; nothing is proved yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Which key is said to have made it.
    pub key_id: char,
    /// The row of the letter in the store.
    pub row: u64,
    mac: String,
}

/// Crockford-like lower-case base32 without padding (RFC 4648 alphabet, folded to lower case).
static BASE32: LazyLock<Encoding> = LazyLock::new(|| {
    let mut spec = Specification::new();
    spec.symbols.push_str("abcdefghijklmnopqrstuvwxyz234567");
    spec.encoding().unwrap_or(data_encoding::BASE32_DNSCURVE)
});

impl TokenKey {
    /// A key from its secret.
    pub const fn new(id: char, secret: [u8; 32]) -> Self {
        Self {
            id,
            secret: crate::words::confidential::Confidential::new(secret),
        }
    }

    /// A 128-bit keyed hash of the parts, each length-prefixed so that no two lists collide;
    /// 26 lower-case base32 characters.
    pub fn hash(&self, purpose: &str, parts: &[&[u8]]) -> String {
        let Ok(mut mac) = <Hmac<Sha256> as KeyInit>::new_from_slice(self.secret.reveal()) else {
            return String::new(); // HMAC takes keys of any length: never reached
        };
        for part in std::iter::once(purpose.as_bytes()).chain(parts.iter().copied()) {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        let full = mac.finalize().into_bytes();
        BASE32.encode(full.get(..16).unwrap_or_default())
    }

    /// The token for a letter: its row, and the address of the person it goes to.
    pub fn mint(&self, row: u64, recipient: &Address) -> Token {
        let mac = self.hash("letter", &[&row.to_be_bytes(), recipient.key().as_bytes()]);
        Token {
            key_id: self.id,
            row,
            mac,
        }
    }

    /// The token for whoever the recipient of that letter hands it on to. It proves nobody to be its
    /// recipient.
    pub fn mint_for_guests(&self, row: u64, recipient: &Address) -> Token {
        let mac = self.hash("guest", &[&row.to_be_bytes(), recipient.key().as_bytes()]);
        Token {
            key_id: self.id,
            row,
            mac,
        }
    }

    /// Whether this key made the token for that person. Compared in constant time.
    pub fn proves(&self, token: &Token, recipient: &Address) -> bool {
        self.made(token, &self.mint(token.row, recipient))
    }

    /// Whether this key made the token for guests of that person. Compared in constant time.
    pub fn proves_for_guests(&self, token: &Token, recipient: &Address) -> bool {
        self.made(token, &self.mint_for_guests(token.row, recipient))
    }

    fn made(&self, token: &Token, own: &Token) -> bool {
        let same_length = own.mac.len() == token.mac.len();
        let differing = own
            .mac
            .bytes()
            .zip(token.mac.bytes())
            .fold(0, |acc, (a, b)| acc | (a ^ b));
        token.key_id == self.id && same_length && differing == 0 && !own.mac.is_empty()
    }
}

impl Token {
    /// The detail to stand behind the `+`.
    pub fn detail(&self) -> String {
        let octets = self.row.to_be_bytes();
        let head = octets
            .iter()
            .position(|b| *b != 0)
            .unwrap_or(octets.len() - 1);
        format!(
            "{}{}-{}",
            self.key_id,
            BASE32.encode(octets.get(head..).unwrap_or_default()),
            self.mac
        )
    }

    /// Reads the detail of an address; `None` if it has another shape.
    pub fn parse(detail: &str) -> Option<Self> {
        let folded = detail.trim().to_ascii_lowercase();
        let (head, mac) = folded.split_once('-')?;
        let mut chars = head.chars();
        let key_id = chars.next()?;
        let octets = BASE32.decode(chars.as_str().as_bytes()).ok()?;
        if mac.len() != 26 || octets.is_empty() || octets.len() > 8 {
            return None;
        }
        let row = octets
            .iter()
            .fold(0u64, |acc, b| (acc << 8) | u64::from(*b));
        Some(Self {
            key_id,
            row,
            mac: mac.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ben() -> Address {
        Address::parse("ben@example.com").unwrap()
    }

    #[test]
    fn a_token_survives_an_address_and_a_shouting_server() {
        let key = TokenKey::new('a', [7; 32]);
        for row in [0, 1, 255, 256, 70_000, u64::MAX] {
            let token = key.mint(row, &ben());
            let own = Address::parse("lunch@example.com").unwrap();
            let reply_to = own.with_detail(&token.detail()).unwrap();
            let shouted = Address::parse(&reply_to.as_str().to_uppercase()).unwrap();
            let read = Token::parse(&own.detail_of(&shouted).unwrap()).unwrap();
            assert_eq!(read.row, row);
            assert!(key.proves(&read, &ben()));
        }
    }

    #[test]
    fn a_guest_s_token_is_nobody_s_own() {
        let key = TokenKey::new('a', [7; 32]);
        let (own, guest) = (key.mint(9, &ben()), key.mint_for_guests(9, &ben()));
        assert!(key.proves_for_guests(&guest, &ben()) && !key.proves(&guest, &ben()));
        assert!(key.proves(&own, &ben()) && !key.proves_for_guests(&own, &ben()));
    }

    #[test]
    fn one_changed_character_or_another_person_proves_nothing() {
        let key = TokenKey::new('a', [7; 32]);
        let token = key.mint(9, &ben());
        assert!(!key.proves(&token, &Address::parse("cara@example.com").unwrap()));
        assert!(!TokenKey::new('a', [8; 32]).proves(&token, &ben()));
        let detail = token.detail();
        for at in 0..detail.len() {
            let mut bytes = detail.clone().into_bytes();
            bytes[at] = if bytes[at] == b'b' { b'c' } else { b'b' };
            let changed = String::from_utf8(bytes).unwrap();
            if let Some(read) = Token::parse(&changed) {
                assert!(!key.proves(&read, &ben()), "{changed}");
            }
        }
    }
}
