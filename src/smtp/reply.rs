//! SMTP replies (RFC 5321 section 4.2) and enhanced status codes (RFC 3463), read strictly.
//!
//! A reply that is not well formed is no reply. Of its text a cleaned beginning is kept for the
//! operator, nothing more.

use crate::words::clean::clean_text;
use std::fmt;

/// Most characters of a server's text that are kept.
const WORDS_CHARS_MAX: usize = 200;

/// An enhanced status code (RFC 3463 section 2): class, subject, detail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EnhancedStatus {
    /// 2 success, 4 transient, 5 permanent.
    pub class: u16,
    /// What it is about: 1 addressing, 2 mailbox, 4 network, 7 policy, …
    pub subject: u16,
    /// The detail.
    pub detail: u16,
}

impl EnhancedStatus {
    /// Reads `5.1.1`; `None` if it is anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('.').map(|part| {
            let plain = part.bytes().all(|b| b.is_ascii_digit()) && (1..=3).contains(&part.len());
            plain.then(|| part.parse::<u16>().ok()).flatten()
        });
        let status = Self {
            class: parts.next()??,
            subject: parts.next()??,
            detail: parts.next()??,
        };
        (matches!(status.class, 2 | 4 | 5) && parts.next().is_none()).then_some(status)
    }
}

impl fmt::Display for EnhancedStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.class, self.subject, self.detail)
    }
}

/// What a server answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The reply code, 200 to 599.
    pub code: u16,
    /// The enhanced status code, where the server gave one.
    pub status: Option<EnhancedStatus>,
    /// The first 200 clean characters of its text. May hold addresses; for the operator only.
    pub words: String,
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code)?;
        if let Some(status) = self.status {
            write!(f, " {status}")?;
        }
        Ok(())
    }
}

/// A whole reply with its lines (codes taken off).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Reply {
    pub code: u16,
    pub lines: Vec<String>,
}

impl Reply {
    /// 200 to 299: done.
    pub const fn is_done(&self) -> bool {
        self.code / 100 == 2
    }

    /// What is worth keeping of it.
    pub fn answer(&self) -> Answer {
        let first = self.lines.first().map_or("", String::as_str);
        let status = first
            .split_ascii_whitespace()
            .next()
            .and_then(EnhancedStatus::parse)
            .filter(|s| s.class == self.code / 100);
        let mut words = String::new();
        for line in &self.lines {
            let bare = status.map_or(line.as_str(), |s| {
                line.strip_prefix(&s.to_string()).unwrap_or(line)
            });
            if !words.is_empty() {
                words.push(' ');
            }
            words.push_str(bare.trim());
        }
        let words = clean_text(&words).replace('\n', " ");
        Answer {
            code: self.code,
            status,
            words: words.chars().take(WORDS_CHARS_MAX).collect(),
        }
    }
}

/// One line of a reply: its code, whether more follow, its text.
pub(super) fn parse_line(line: &[u8]) -> Option<(u16, bool, String)> {
    let digits = line.get(..3)?;
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let code: u16 = std::str::from_utf8(digits).ok()?.parse().ok()?;
    if !(200..600).contains(&code) {
        return None;
    }
    let more = match line.get(3) {
        None | Some(b' ') => false,
        Some(b'-') => true,
        Some(_) => return None,
    };
    let text = String::from_utf8_lossy(line.get(4..).unwrap_or_default()).into_owned();
    Some((code, more, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_line_is_read_strictly() {
        assert_eq!(
            parse_line(b"250-SIZE 10"),
            Some((250, true, "SIZE 10".into()))
        );
        assert_eq!(parse_line(b"354"), Some((354, false, String::new())));
        for bad in [
            "", "25", "25O ok", "250ok", "* OK", "099 x", "600 x", "²50 x",
        ] {
            assert_eq!(parse_line(bad.as_bytes()), None, "{bad:?} was taken");
        }
    }

    #[test]
    fn the_enhanced_status_is_found_and_its_repetition_dropped() {
        let reply = Reply {
            code: 550,
            lines: vec!["5.1.1 No such user".into(), "5.1.1 here\u{7}".into()],
        };
        let answer = reply.answer();
        assert_eq!(
            answer.status.map(|s| s.to_string()).as_deref(),
            Some("5.1.1")
        );
        assert_eq!(answer.words, "No such user here");
    }

    #[test]
    fn a_status_of_another_class_than_its_code_is_not_believed() {
        let reply = Reply {
            code: 250,
            lines: vec!["5.0.0 odd".into()],
        };
        assert_eq!(reply.answer().status, None);
        assert_eq!(EnhancedStatus::parse("5.1"), None);
        assert_eq!(EnhancedStatus::parse("5.1.1.1"), None);
        assert_eq!(EnhancedStatus::parse("3.1.1"), None);
    }

    #[test]
    fn a_servers_long_speech_is_cut() {
        let reply = Reply {
            code: 451,
            lines: vec!["x".repeat(5_000)],
        };
        assert_eq!(reply.answer().words.len(), WORDS_CHARS_MAX);
    }
}
