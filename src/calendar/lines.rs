//! Content lines (RFC 5545 section 3.1): escaping, quoting, folding.
//!
//! Whatever a text holds, it stays one property: line breaks are escaped, controls dropped, quotes
//! in parameters stripped, since they cannot be escaped there.

/// Longest line in octets, its CRLF not counted.
const OCTETS_MAX: usize = 75;

/// An iCalendar object under construction.
#[derive(Default)]
pub struct Lines {
    text: String,
}

impl Lines {
    /// Adds one content line, folded on character boundaries.
    pub fn put(&mut self, line: &str) {
        let mut octets = 0;
        for c in line.chars().filter(|c| !c.is_control()) {
            if octets + c.len_utf8() > OCTETS_MAX {
                self.text.push_str("\r\n ");
                octets = 1;
            }
            self.text.push(c);
            octets += c.len_utf8();
        }
        self.text.push_str("\r\n");
    }

    /// The finished text.
    pub fn into_text(self) -> String {
        self.text
    }
}

/// A TEXT value (RFC 5545 section 3.3.11).
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.replace("\r\n", "\n").chars() {
        match c {
            '\\' | ';' | ',' => out.extend(['\\', c]),
            '\n' | '\r' => out.push_str("\\n"),
            other => out.push(other),
        }
    }
    out
}

/// A quoted parameter value (RFC 5545 section 3.1): there is no escape for `"`, so it goes.
pub fn quoted(text: &str) -> String {
    let bare: String = text.chars().filter(|c| *c != '"').collect();
    format!("\"{bare}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_fold_at_75_octets_and_never_inside_a_character() {
        let mut lines = Lines::default();
        let line = format!("SUMMARY:{}", "é🍜x".repeat(60));
        lines.put(&line);
        let text = lines.into_text();
        assert!(text.split("\r\n").all(|l| l.len() <= OCTETS_MAX));
        assert!(text.matches("\r\n ").count() > 3);
        assert_eq!(text.replace("\r\n ", ""), format!("{line}\r\n"));
    }

    #[test]
    fn a_text_cannot_become_a_second_property() {
        let mut lines = Lines::default();
        lines.put(&format!(
            "LOCATION:{}",
            escaped("a;b,c\\d\r\nMETHOD:CANCEL\rx")
        ));
        assert_eq!(
            lines.into_text(),
            "LOCATION:a\\;b\\,c\\\\d\\nMETHOD:CANCEL\\nx\r\n"
        );
        assert_eq!(quoted("Ben \"the\r Boss\""), "\"Ben the\r Boss\"");
    }
}
