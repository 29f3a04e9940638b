//! Cleaning of foreign text, once, at the door.
//!
//! A display name with a line break makes lettre panic, and a bidi control can make one name look
//! like another. So whatever comes from a mail, a calendar or a command line becomes a `CleanLine`
//! (one line: names, places, subjects) or clean text (several lines: what people wrote) before
//! anything else sees it.

use std::borrow::Cow;
use std::fmt;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// Longest name or place kept, in characters; longer ones are cut at a word where possible.
pub const LINE_CHARS_MAX: usize = 100;

/// Longest text kept from one person's mail, in characters.
pub const TEXT_CHARS_MAX: usize = 50_000;

/// One line of clean text: NFC, no control characters, no bidi controls, no line breaks,
/// white space folded, at most [`LINE_CHARS_MAX`] characters. May be empty.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct CleanLine(String);

impl CleanLine {
    /// Cleans any string; never fails.
    pub fn new(foreign: &str) -> Self {
        let bounded = foreign.chars().take(LINE_CHARS_MAX * 40);
        let visible: String = bounded
            .map(|c| {
                if c.is_whitespace() || c.is_control() {
                    ' '
                } else {
                    c
                }
            })
            .filter(|c| !is_invisible(*c))
            .collect();
        let visible = composed(&visible);
        let mut folded = String::with_capacity(visible.len());
        for word in visible.split_whitespace() {
            if !folded.is_empty() {
                folded.push(' ');
            }
            folded.push_str(word);
        }
        Self(cut_at_word(&folded, LINE_CHARS_MAX))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether nothing was left.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for CleanLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Cleans several lines of text: NFC, `\n` line ends, tabs kept as a blank, other controls and
/// bidi controls dropped, trailing blanks and runs of more than two empty lines folded.
pub fn clean_text(foreign: &str) -> String {
    let mut text = Text {
        kept: String::with_capacity(foreign.len()),
        empty_run: 0,
    };
    let mut left = TEXT_CHARS_MAX;
    for line in lines(foreign) {
        if left == 0 {
            break;
        }
        let line = line.strip_suffix('\r').unwrap_or(line);
        if is_plain(line) {
            let line = line.get(..left).unwrap_or(line);
            text.push(line);
            left -= line.len();
        } else {
            left -= push_visible(line, left, &mut text);
        }
        // The line end counts too.
        left = left.saturating_sub(1);
    }
    text.kept
}

/// The lines of a text between its line feeds.
pub fn lines(text: &str) -> Lines<'_> {
    Lines {
        text,
        ends: memchr::memchr_iter(b'\n', text.as_bytes()),
        next: Some(0),
    }
}

/// The lines of a text between its line feeds.
#[derive(Clone, Debug)]
pub struct Lines<'a> {
    text: &'a str,
    ends: memchr::Memchr<'a>,
    /// Where the next line begins, if there is one.
    next: Option<usize>,
}

impl<'a> Iterator for Lines<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let start = self.next?;
        match self.ends.next() {
            Some(end) => {
                self.next = Some(end + 1);
                self.text.get(start..end)
            }
            None => {
                self.next = None;
                self.text.get(start..)
            }
        }
    }
}

/// Lines that are kept, with the empty ones between them.
struct Text {
    kept: String,
    empty_run: usize,
}

impl Text {
    fn push(&mut self, line: &str) {
        let line = line.trim_end();
        if line.is_empty() {
            self.empty_run += 1;
            return;
        }
        if !self.kept.is_empty() {
            for _ in 0..=self.empty_run.min(2) {
                self.kept.push('\n');
            }
        }
        self.empty_run = 0;
        self.kept.push_str(line);
    }
}

/// ASCII without controls, as most lines are: nothing to drop, nothing to compose.
fn is_plain(line: &str) -> bool {
    // Without a branch, so that many octets are looked at in one step.
    let odd = |octet: &u8| u8::from(octet.wrapping_sub(b' ') > b'~' - b' ');
    line.as_bytes()
        .iter()
        .fold(0, |any, octet| any | odd(octet))
        == 0
}

/// Cleans at most `chars_max` characters of what stands between two line feeds; how many it took.
fn push_visible(line: &str, chars_max: usize, text: &mut Text) -> usize {
    let mut taken = 0;
    let visible: String = line
        .chars()
        .take(chars_max)
        .inspect(|_| taken += 1)
        .map(|c| match c {
            '\t' | '\u{a0}' | '\u{202f}' => ' ',
            '\r' | '\u{2028}' | '\u{2029}' => '\n',
            other => other,
        })
        .filter(|c| *c == '\n' || !(c.is_control() || is_invisible(*c)))
        .collect();
    for line in composed(&visible).split('\n') {
        text.push(line);
    }
    taken
}

/// In the composed form (NFC); below the first combining mark everything is in it.
fn composed(text: &str) -> Cow<'_, str> {
    let simple = text.chars().all(|c| c < '\u{300}');
    if simple || is_nfc_quick(text.chars()) == IsNormalized::Yes {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.nfc().collect())
    }
}

/// Shortens to at most `chars_max` characters, at a word end where one is near.
pub fn cut_at_word(text: &str, chars_max: usize) -> String {
    if text.chars().count() <= chars_max {
        return text.to_owned();
    }
    let head: String = text.chars().take(chars_max.saturating_sub(1)).collect();
    let kept = match head.rfind(' ') {
        Some(at) if at * 2 > head.len() => head.get(..at).unwrap_or(&head),
        _ => &head,
    };
    format!("{}…", kept.trim_end())
}

/// Bidi controls, zero-width characters, soft hyphens, byte order marks, tags and the like:
/// characters that change how text looks without being seen.
/// The zero-width joiner stays, since emoji need it.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{00ad}' | '\u{061c}' | '\u{180e}' | '\u{200b}' | '\u{200c}' | '\u{200e}' | '\u{200f}'
        | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_break_in_a_name_becomes_a_blank() {
        assert_eq!(CleanLine::new("Eve\r\nBcc: v@x").as_str(), "Eve Bcc: v@x");
        assert_eq!(CleanLine::new("\u{202e}naB\0 \u{7f}").as_str(), "naB");
    }

    #[test]
    fn a_very_long_name_is_cut() {
        let long = "word ".repeat(10_000);
        let line = CleanLine::new(&long);
        assert!(line.as_str().chars().count() <= LINE_CHARS_MAX);
        assert!(line.as_str().ends_with('…'));
    }

    #[test]
    fn text_keeps_its_paragraphs_and_loses_its_controls() {
        let text = clean_text("Hi\r\n\r\n\r\n\r\n\r\nyou\u{200b}\u{7}!  \r\n\n");
        assert_eq!(text, "Hi\n\n\nyou!");
    }

    #[test]
    fn emoji_families_survive() {
        assert_eq!(clean_text("👩\u{200d}🍳 ok"), "👩\u{200d}🍳 ok");
    }
}
