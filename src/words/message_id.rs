//! Message-IDs (RFC 5322 section 3.6.4), kept without angle brackets.
//!
//! Our own are derived from the effect that caused the mail, by a keyed hash: a store rebuilt from
//! its journal makes the same ones, so a mail sent again is the same mail.

use std::fmt;

/// A msg-id without its angle brackets: printable ASCII, no blanks, at most 250 octets.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageId(String);

impl MessageId {
    /// Reads an id with or without angle brackets; `None` if it could not stand in a header.
    pub fn parse(text: &str) -> Option<Self> {
        let bare = text
            .trim()
            .trim_start_matches('<')
            .trim_end_matches('>')
            .trim();
        let fits = !bare.is_empty()
            && bare.len() <= 250
            && bare
                .bytes()
                .all(|b| b.is_ascii_graphic() && b != b'<' && b != b'>');
        fits.then(|| Self(bare.to_owned()))
    }

    /// The id without angle brackets.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The id as it stands in a header: `<id>`.
    pub fn bracketed(&self) -> String {
        format!("<{}>", self.0)
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_kept_without_brackets_and_never_with_blanks() {
        assert_eq!(
            MessageId::parse(" <a.b@c> ").unwrap().bracketed(),
            "<a.b@c>"
        );
        for bad in ["", "<>", "a b@c", "a\r\nBcc: x", "ü@x"] {
            assert_eq!(MessageId::parse(bad), None, "{bad:?}");
        }
    }
}
