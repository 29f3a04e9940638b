//! IMAP responses (RFC 3501 section 7) out of their octets: total, tolerant, bounded.
//!
//! A response is framed first (lines and literals, so that its end is known whatever it says) and
//! then cut into tokens. Unknown responses and items are read and stepped over; only what breaks
//! the framing or the grammar of tokens is an error. A literal longer than wanted is kept in part
//! and says so.

use super::fault::clean_words;

/// Deepest nesting of parentheses.
const DEPTH_MAX: usize = 50;

/// A piece of a response as it came over the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// A line, its `{n}` taken off if a literal follows.
    Line(Vec<u8>),
    /// A literal: what was kept of it, and whether that is all.
    Literal { octets: Vec<u8>, whole: bool },
}

/// The smallest parts of a response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// An atom or number, brackets and what they hold included.
    Word(Vec<u8>),
    /// A quoted string or a literal; `whole` is false if the literal was cut.
    Text { octets: Vec<u8>, whole: bool },
    /// A parenthesized list.
    List(Vec<Token>),
}

impl Token {
    /// The octets of a word or a string.
    pub fn octets(&self) -> &[u8] {
        match self {
            Self::Word(octets) | Self::Text { octets, .. } => octets,
            Self::List(_) => &[],
        }
    }

    /// The text of a word or a string.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(self.octets()).into_owned()
    }

    /// A number.
    pub fn number(&self) -> Option<u32> {
        std::str::from_utf8(self.octets()).ok()?.parse().ok()
    }

    /// Whether it is this word, in any case.
    pub fn is(&self, word: &str) -> bool {
        matches!(self, Self::Word(octets) if octets.eq_ignore_ascii_case(word.as_bytes()))
    }

    /// The parts of a list; nothing for others.
    pub fn parts(&self) -> &[Self] {
        match self {
            Self::List(parts) => parts,
            _ => &[],
        }
    }
}

/// The status of a response (RFC 3501 section 7.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    Ok,
    No,
    Bad,
    Bye,
    Preauth,
}

/// A status with its response code (`UIDVALIDITY 5`) and cleaned text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Verdict {
    pub status: Status,
    pub code: String,
    pub words: String,
}

impl Verdict {
    /// The name of the response code in capitals, or nothing.
    pub fn code_name(&self) -> String {
        let name = self.code.split(' ').next().unwrap_or_default();
        name.to_ascii_uppercase()
    }

    /// The arguments of the response code with this name.
    pub fn code_arguments(&self, name: &str) -> Option<&str> {
        let (head, rest) = self.code.split_once(' ').unwrap_or((&self.code, ""));
        head.eq_ignore_ascii_case(name).then_some(rest)
    }
}

/// A whole response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Response {
    /// The end of a command.
    Done { tag: String, verdict: Verdict },
    /// `* OK`, `* BYE` and their like.
    Told(Verdict),
    /// `+`: the server waits for more of the command.
    Continue,
    /// Any other untagged response, its words in order.
    Items(Vec<Token>),
}

/// Whether a first line is a status or a continuation: their text runs to the line's end, and a
/// `{5}` there is text, not the length of a literal.
pub(super) fn is_status_line(line: &[u8]) -> bool {
    if line.first() == Some(&b'+') {
        return true;
    }
    let mut words = line.splitn(3, |b| *b == b' ');
    let tag = words.next().unwrap_or_default();
    tag != b"*" || words.next().and_then(status).is_some()
}

/// The length that a line announces for the literal behind it: `{n}`, `{n+}` or `~{n}` at its end.
/// Gives the line without it, and the length in octets.
pub(super) fn announced_literal(line: &[u8]) -> Option<(&[u8], usize)> {
    let inside = line.strip_suffix(b"}")?;
    let at = inside.iter().rposition(|b| *b == b'{')?;
    let digits = inside.get(at + 1..)?;
    let digits = digits.strip_suffix(b"+").unwrap_or(digits);
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let length = std::str::from_utf8(digits).ok()?.parse().ok()?;
    let head = line.get(..at)?;
    Some((head.strip_suffix(b"~").unwrap_or(head), length))
}

fn status(word: &[u8]) -> Option<Status> {
    let known = [
        ("OK", Status::Ok),
        ("NO", Status::No),
        ("BAD", Status::Bad),
        ("BYE", Status::Bye),
        ("PREAUTH", Status::Preauth),
    ];
    let found = known
        .iter()
        .find(|(name, _)| word.eq_ignore_ascii_case(name.as_bytes()));
    found.map(|(_, status)| *status)
}

/// Reads a framed response; `None` if it is none.
pub(super) fn parse(pieces: Vec<Piece>) -> Option<Response> {
    let Some(Piece::Line(first)) = pieces.first() else {
        return None;
    };
    if first.first() == Some(&b'+') {
        return Some(Response::Continue);
    }
    let mut words = first.splitn(3, |b| *b == b' ');
    let tag = words.next().unwrap_or_default();
    let second = words.next().unwrap_or_default();
    if let Some(status) = status(second) {
        let verdict = verdict(status, words.next().unwrap_or_default());
        if tag == b"*" {
            return Some(Response::Told(verdict));
        }
        let tag = std::str::from_utf8(tag).ok()?.to_owned();
        return Some(Response::Done { tag, verdict });
    }
    if tag != b"*" {
        return None;
    }
    let mut tokens = tokens(pieces)?;
    if tokens.len() < 2 {
        return None;
    }
    tokens.remove(0);
    Some(Response::Items(tokens))
}

fn verdict(status: Status, rest: &[u8]) -> Verdict {
    let text = String::from_utf8_lossy(rest);
    let coded = text.strip_prefix('[').and_then(|t| t.split_once(']'));
    let (code, words) = coded.unwrap_or(("", &text));
    Verdict {
        status,
        code: code.to_owned(),
        words: clean_words(words),
    }
}

/// Cuts pieces into tokens; `None` if parentheses or quotes do not close.
fn tokens(pieces: Vec<Piece>) -> Option<Vec<Token>> {
    let mut open: Vec<Vec<Token>> = Vec::new();
    let mut current: Vec<Token> = Vec::new();
    for piece in pieces {
        let line = match piece {
            Piece::Literal { octets, whole } => {
                current.push(Token::Text { octets, whole });
                continue;
            }
            Piece::Line(line) => line,
        };
        let mut rest = line.as_slice();
        while let Some((first, behind)) = rest.split_first() {
            match first {
                b' ' => rest = behind,
                b'(' => {
                    if open.len() >= DEPTH_MAX {
                        return None;
                    }
                    open.push(std::mem::take(&mut current));
                    rest = behind;
                }
                b')' => {
                    let outer = open.pop()?;
                    let inner = std::mem::replace(&mut current, outer);
                    current.push(Token::List(inner));
                    rest = behind;
                }
                b'"' => {
                    let (octets, after) = quoted(behind)?;
                    current.push(Token::Text {
                        octets,
                        whole: true,
                    });
                    rest = after;
                }
                _ => {
                    let length = word_length(rest);
                    let (word, after) = rest.split_at_checked(length)?;
                    current.push(Token::Word(word.to_vec()));
                    rest = after;
                }
            }
        }
    }
    open.is_empty().then_some(current)
}

/// A quoted string behind its opening quote: its octets and what follows.
fn quoted(text: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let mut octets = Vec::new();
    let mut rest = text;
    loop {
        let (first, behind) = rest.split_first()?;
        rest = behind;
        match first {
            b'"' => return Some((octets, rest)),
            b'\\' => {
                let (escaped, behind) = rest.split_first()?;
                octets.push(*escaped);
                rest = behind;
            }
            other => octets.push(*other),
        }
    }
}

/// How far a word reaches: to a blank, a parenthesis or a quote, but not inside brackets, so that
/// `BODY[HEADER.FIELDS (FROM)]<0>` is one word. At least one octet.
fn word_length(text: &[u8]) -> usize {
    let mut inside = false;
    for (at, octet) in text.iter().enumerate() {
        match octet {
            b'[' => inside = true,
            b']' => inside = false,
            b' ' | b'(' | b')' | b'"' if !inside && at > 0 => return at,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> Option<Response> {
        parse(vec![Piece::Line(text.as_bytes().to_vec())])
    }

    fn items(text: &str) -> Vec<Token> {
        match line(text) {
            Some(Response::Items(items)) => items,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn the_end_of_a_command_is_told_with_its_code() {
        let Some(Response::Done { tag, verdict }) = line("a1 OK [COPYUID 7 1 2] done\u{7}") else {
            panic!("no end");
        };
        assert_eq!((tag.as_str(), verdict.status), ("a1", Status::Ok));
        assert_eq!(verdict.code_arguments("copyuid"), Some("7 1 2"));
        assert_eq!(verdict.words, "done");
    }

    #[test]
    fn a_fetch_is_cut_into_its_items() {
        let pieces = vec![
            Piece::Line(b"* 3 FETCH (UID 9 BODY[HEADER.FIELDS (FROM \"A\")]<0> ".to_vec()),
            Piece::Literal {
                octets: b"x) (\r\n".to_vec(),
                whole: true,
            },
            Piece::Line(b" MODSEQ (12) FLAGS (\\Seen $A[b c]))".to_vec()),
        ];
        let Some(Response::Items(items)) = parse(pieces) else {
            panic!("no items");
        };
        let parts = items[2].parts();
        assert!(parts[0].is("uid") && parts[1].number() == Some(9));
        assert_eq!(parts[3].octets(), b"x) (\r\n");
        assert_eq!(parts[7].parts().len(), 2);
    }

    #[test]
    fn quotes_and_escapes_are_undone() {
        let found = items(r#"* LIST () "\\" "a \"b\" c""#);
        assert_eq!(found[2].text(), "\\");
        assert_eq!(found[3].text(), "a \"b\" c");
    }

    #[test]
    fn unknown_responses_are_read_and_broken_ones_refused() {
        for odd in [
            "* ESEARCH (TAG \"a1\") UID ALL 1:3",
            "* NAMESPACE ((\"\" \"/\")) NIL NIL",
            "* VANISHED (EARLIER) 41,43:116",
            "* 1 FETCH (INTERNALDATE NIL)",
        ] {
            assert!(matches!(line(odd), Some(Response::Items(_))), "{odd}");
        }
        for broken in [
            "",
            "*",
            "* ",
            "garbage",
            "* LIST (",
            "* LIST )",
            "* X \"open",
            "a1 MAYBE",
        ] {
            assert_eq!(line(broken), None, "{broken:?}");
        }
        assert_eq!(line(&format!("* X {}", "(".repeat(1_000))), None);
    }

    #[test]
    fn a_number_in_braces_is_a_literal_only_where_literals_stand() {
        assert_eq!(
            announced_literal(b"* 1 FETCH (BODY[] {12}"),
            Some((&b"* 1 FETCH (BODY[] "[..], 12))
        );
        assert_eq!(
            announced_literal(b"BINARY[] ~{3+}").map(|(_, n)| n),
            Some(3)
        );
        for none in ["{}", "{a}", "12}", "{99999999999999999999999}"] {
            assert_eq!(announced_literal(none.as_bytes()), None, "{none}");
        }
        assert!(is_status_line(b"* OK see {5}") && is_status_line(b"a1 NO {5}"));
        assert!(is_status_line(b"+ {5}") && !is_status_line(b"* 1 FETCH (X {5}"));
    }
}
