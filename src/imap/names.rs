//! Mailbox names: hierarchy delimiter and modified UTF-7 (RFC 3501 sections 5.1 and 5.1.3).
//!
//! A name from the server is kept in the server's own octets, so that it can be given back exactly;
//! a name from the configuration is written with `/` and translated.

use data_encoding::{BASE64_NOPAD, Encoding};
use std::fmt;

/// A mailbox's name as the server writes it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mailbox(String);

impl Mailbox {
    /// A name in plain Unicode, with the server's own delimiter inside if it has levels.
    pub fn named(name: &str) -> Self {
        if name.eq_ignore_ascii_case("INBOX") {
            return Self("INBOX".to_owned());
        }
        Self(encode(name))
    }

    /// A name in the configuration's writing, levels parted by `/`, for a server with `delimiter`.
    /// Without levels at the server they are joined by a dash.
    pub fn at_levels(path: &str, delimiter: Option<char>) -> Self {
        let joint = delimiter.map_or_else(|| "-".to_owned(), String::from);
        let levels: Vec<String> = path
            .split('/')
            .filter(|level| !level.is_empty())
            // A delimiter inside a level would make two of it.
            .map(|level| level.replace(|c| Some(c) == delimiter, "-"))
            .collect();
        Self::named(&levels.join(&joint))
    }

    /// A name as the server told it.
    pub(super) const fn from_server(name: String) -> Self {
        Self(name)
    }

    /// In the server's writing.
    pub fn as_wire(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&decode(&self.0))
    }
}

/// Base64 with `,` for `/`, without padding.
fn encode(name: &str) -> String {
    let mut out = String::new();
    let mut shifted: Vec<u8> = Vec::new();
    let close = |shifted: &mut Vec<u8>, out: &mut String| {
        if !shifted.is_empty() {
            let base64 = BASE64_NOPAD.encode(shifted).replace('/', ",");
            out.push('&');
            out.push_str(&base64);
            out.push('-');
            shifted.clear();
        }
    };
    for c in name.chars() {
        if (' '..='~').contains(&c) {
            close(&mut shifted, &mut out);
            out.push(c);
            if c == '&' {
                out.push('-');
            }
        } else {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                shifted.extend_from_slice(&unit.to_be_bytes());
            }
        }
    }
    close(&mut shifted, &mut out);
    out
}

/// For showing only: what is not modified UTF-7 is shown as it is.
fn decode(name: &str) -> String {
    let mut out = String::new();
    let mut rest = name;
    while let Some((before, behind)) = rest.split_once('&') {
        out.push_str(before);
        let Some((inside, after)) = behind.split_once('-') else {
            out.push('&');
            rest = behind;
            continue;
        };
        match decode_shifted(inside, &BASE64_NOPAD) {
            Some(text) => out.push_str(&text),
            None => {
                out.push('&');
                out.push_str(inside);
                out.push('-');
            }
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

fn decode_shifted(inside: &str, base64: &Encoding) -> Option<String> {
    if inside.is_empty() {
        return Some("&".to_owned());
    }
    let octets = base64.decode(inside.replace(',', "/").as_bytes()).ok()?;
    let units: Vec<u16> = octets
        .chunks(2)
        .map(|pair| pair.try_into().map(u16::from_be_bytes))
        .collect::<Result<_, _>>()
        .ok()?;
    String::from_utf16(&units).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_of_the_rfc_go_there_and_back() {
        for (plain, wire) in [
            ("~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-"),
            ("Entwürfe", "Entw&APw-rfe"),
            ("R&D", "R&-D"),
            ("🍜", "&2DzfXA-"),
            ("Postlunch/Done", "Postlunch/Done"),
        ] {
            let mailbox = Mailbox::named(plain);
            assert_eq!(mailbox.as_wire(), wire);
            assert_eq!(mailbox.to_string(), plain);
        }
    }

    #[test]
    fn a_name_that_is_no_modified_utf7_is_shown_as_it_is() {
        for odd in ["a&", "a&b", "&!-", "&AP-", "Büro"] {
            assert_eq!(Mailbox::from_server(odd.to_owned()).to_string(), odd);
        }
    }

    #[test]
    fn levels_are_written_in_the_servers_way() {
        let at = |delimiter| {
            Mailbox::at_levels("Postlunch/Done", delimiter)
                .as_wire()
                .to_owned()
        };
        assert_eq!(at(Some('.')), "Postlunch.Done");
        assert_eq!(at(Some('/')), "Postlunch/Done");
        assert_eq!(at(None), "Postlunch-Done");
        assert_eq!(Mailbox::at_levels("a.b/c", Some('.')).as_wire(), "a-b.c");
        assert_eq!(Mailbox::named("inbox").as_wire(), "INBOX");
    }
}
