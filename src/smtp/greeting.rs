//! What a server says about itself in its reply to EHLO (RFC 5321 section 4.1.1.1).

use super::reply::Reply;

/// The extensions that matter here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Extensions {
    pub start_tls: bool,
    pub eight_bit_mime: bool,
    pub smtp_utf8: bool,
    /// Largest message in octets (RFC 1870); `None` if not told or without limit.
    pub size_max: Option<usize>,
    /// SASL mechanisms in capitals.
    pub mechanisms: Vec<String>,
}

impl Extensions {
    /// Reads the reply; its first line is the server's name.
    pub fn of(reply: &Reply) -> Self {
        let mut found = Self::default();
        for line in reply.lines.iter().skip(1) {
            // Some old servers write "AUTH=PLAIN LOGIN".
            let line = line.to_ascii_uppercase().replacen("AUTH=", "AUTH ", 1);
            let mut words = line.split_ascii_whitespace();
            match words.next() {
                Some("STARTTLS") => found.start_tls = true,
                Some("8BITMIME") => found.eight_bit_mime = true,
                Some("SMTPUTF8") => found.smtp_utf8 = true,
                Some("SIZE") => {
                    found.size_max = words.next().and_then(|n| n.parse().ok()).filter(|n| *n > 0);
                }
                Some("AUTH") => found.mechanisms.extend(words.map(str::to_owned)),
                _ => {}
            }
        }
        found.mechanisms.sort();
        found.mechanisms.dedup();
        found
    }

    /// Whether a SASL mechanism is offered.
    pub fn offers(&self, mechanism: &str) -> bool {
        self.mechanisms.iter().any(|m| m == mechanism)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extensions_are_read_in_any_case_and_old_spelling() {
        let reply = Reply {
            code: 250,
            lines: [
                "mail.example.com STARTTLS",
                "size 1000",
                "8BITMIME",
                "AUTH PLAIN",
                "AUTH=LOGIN PLAIN",
            ]
            .map(str::to_owned)
            .to_vec(),
        };
        let found = Extensions::of(&reply);
        assert!(!found.start_tls, "the first line is a name");
        assert!(found.eight_bit_mime && !found.smtp_utf8);
        assert_eq!(found.size_max, Some(1000));
        assert_eq!(found.mechanisms, ["LOGIN", "PLAIN"]);
    }
}
