//! The example with values of somebody's own filled in: what `init` writes.
//!
//! Every comment stays where it is, so the file explains itself; a key that has a default stands
//! without its `#` only where it was given.

use super::EXAMPLE;
use toml::Value;

/// What the example begins its instructions with, up to the next sentence's end.
const TO_BE_FILLED_IN: [&str; 2] = [
    "# Four lines have to be filled in: [mail] address, [operator] address (not in personal mode, where that",
    "# is you), [imap] host and a password.",
];

/// A key of a section, and its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Filling {
    section: &'static str,
    key: &'static str,
    value: Value,
}

impl Filling {
    /// A text.
    pub fn text(section: &'static str, key: &'static str, value: &str) -> Self {
        Self {
            section,
            key,
            value: Value::String(value.to_owned()),
        }
    }

    /// A number.
    pub fn number(section: &'static str, key: &'static str, value: u16) -> Self {
        Self {
            section,
            key,
            value: Value::Integer(value.into()),
        }
    }
}

/// The example with these values; what has no place in it is left out, and a required key that is
/// not given keeps a `#` in front, so that it is asked for.
pub fn filled(fillings: &[Filling]) -> String {
    let mut text = String::new();
    let mut section = "";
    for line in EXAMPLE.lines() {
        if TO_BE_FILLED_IN.contains(&line) {
            continue; // it is done
        }
        if let Some(name) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
            section = name;
        }
        let bare = line.strip_prefix('#').unwrap_or(line);
        let key = bare.split_once(" = ").map(|(key, _)| key);
        let key = key.filter(|key| key.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'));
        let given = fillings
            .iter()
            .find(|filling| filling.section == section && Some(filling.key) == key);
        match (given, key) {
            (Some(filling), Some(key)) => text.push_str(&format!("{key} = {}", filling.value)),
            (None, Some(_)) if !line.starts_with('#') => {
                text.push('#');
                text.push_str(line);
            }
            _ => text.push_str(line),
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, Surroundings};
    use std::path::Path;

    #[test]
    fn what_is_filled_in_is_read_back() {
        let text = filled(&[
            Filling::text("mail", "address", "lunch@acme.org"),
            Filling::text("mail", "name", "Lunch \"at\" Acme\\"),
            Filling::text("operator", "address", "ops@acme.org"),
            Filling::text("imap", "host", "imap.acme.org"),
            Filling::text("imap", "password_file", "imap-password"),
            Filling::text("smtp", "host", "smtp.acme.org"),
            Filling::number("smtp", "port", 587),
            Filling::text("smtp", "security", "starttls"),
        ]);
        let config = Config::parse_in(&text, Path::new("x.toml"), &Surroundings::default());
        let config = config.unwrap_or_else(|error| panic!("{error}\n{text}"));
        assert_eq!(config.mail.name.as_str(), "Lunch \"at\" Acme\\");
        assert_eq!(config.smtp.login.port, 587);
        assert_eq!(config.imap.login.port, 993);
        assert_eq!(text.lines().count() + 2, EXAMPLE.lines().count());
        assert!(!text.contains("filled in"), "{text}");
        assert!(text.contains("#port = 993"), "{text}");
    }

    #[test]
    fn what_is_not_given_is_asked_for() {
        let text = filled(&[]);
        let error = Config::parse_in(&text, Path::new("x.toml"), &Surroundings::default());
        let told = error.expect_err("nothing is given").to_string();
        assert!(told.contains("address") && told.contains("host"), "{told}");
    }
}
