//! What is wrong with a configuration, said so that it can be mended without this source: file,
//! line, the line itself with a caret, what is wrong, the remedy.
//!
//! All mistakes of a file are told at once, in the order of its lines. A line that holds a
//! password is shown without it.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Why there is no configuration to run with.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ConfigError {
    /// The file could not be read at all.
    #[error("{}: cannot be read: {why}\n  = {remedy}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The operating system's word for it.
        why: String,
        /// What to do.
        remedy: &'static str,
    },
    /// The file holds mistakes.
    #[error("{}", in_paragraphs(.0))]
    Mistaken(Vec<Mistake>),
}

/// What a reader of one value found wrong with it: the fault, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) what: String,
    pub(super) remedy: String,
}

impl Fault {
    pub(super) fn new(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            remedy: remedy.into(),
        }
    }
}

/// One mistake, with the place it was made at. `Display` prints it in full, over several lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// Where in the file, in octets; orders the mistakes.
    offset: usize,
    /// The file, its line and its column, both counted from 1.
    place: String,
    line_number: usize,
    line: String,
    caret_column: usize,
    caret_width: usize,
    /// What is wrong.
    pub what: String,
    /// What to do about it.
    pub remedy: String,
}

impl Mistake {
    /// A mistake in `text`, at the octets `span`.
    pub(super) fn at(origin: &Path, text: &str, span: Range<usize>, fault: Fault) -> Self {
        let start = span.start.min(text.trim_end().len());
        let before = text.get(..start).unwrap_or_default();
        let line_number = before.matches('\n').count() + 1;
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let line = text.get(line_start..).unwrap_or_default();
        let line = line.lines().next().unwrap_or_default();
        let column = before.get(line_start..).unwrap_or_default().chars().count();
        let marked = text.get(start..span.end).unwrap_or_default();
        let marked = marked.lines().next().unwrap_or_default();
        let marked_chars = marked.chars().count().max(1);
        let (line, caret_column, caret_width) = if may_be_inside_a_password(before, line_start) {
            (HIDDEN.trim().to_owned(), 0, HIDDEN.len() - 1)
        } else {
            without_password(line, column, marked_chars)
        };
        Self {
            offset: start,
            place: format!("{}:{line_number}:{}", origin.display(), column + 1),
            line_number,
            line,
            caret_column,
            caret_width,
            what: fault.what,
            remedy: fault.remedy,
        }
    }

    /// A mistake that has no line, since something is missing.
    pub(super) fn missing(origin: &Path, fault: Fault) -> Self {
        Self {
            offset: usize::MAX,
            place: origin.display().to_string(),
            line_number: 0,
            line: String::new(),
            caret_column: 0,
            caret_width: 0,
            what: fault.what,
            remedy: fault.remedy,
        }
    }
}

/// The mistakes as one error, in the order of the file's lines.
pub(super) fn in_order(mut mistakes: Vec<Mistake>) -> ConfigError {
    mistakes.sort_by_key(|mistake| mistake.offset);
    ConfigError::Mistaken(mistakes)
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what)?;
        let mut margin = 2;
        if self.line_number > 0 {
            let number = self.line_number.to_string();
            margin = number.len() + 1;
            let line = self.line.replace('\t', " ");
            let caret = "^".repeat(self.caret_width);
            write!(f, "\n{:margin$}|", "")?;
            write!(f, "\n{number} | {line}")?;
            write!(f, "\n{:margin$}| {:2$}{caret}", "", "", self.caret_column)?;
        }
        write!(f, "\n{:margin$}= {}", "", self.remedy)
    }
}

fn in_paragraphs(mistakes: &[Mistake]) -> String {
    let told: Vec<String> = mistakes.iter().map(Mistake::to_string).collect();
    told.join("\n\n")
}

/// What stands where a password is not shown.
const HIDDEN: &str = " (not shown)";

/// Whether a line may belong to a password over several lines, which stands in triple quotes.
fn may_be_inside_a_password(before: &str, line_start: usize) -> bool {
    let earlier_lines = before.get(..line_start).unwrap_or_default();
    let behind = |key| earlier_lines.rsplit_once(key).map(|(_, rest)| rest);
    let mut behind = SECRET_KEYS.into_iter().filter_map(behind);
    behind.any(|rest| rest.contains("\"\"\"") || rest.contains("'''"))
}

/// Keys whose values are not shown: a command may hold a secret, too.
const SECRET_KEYS: [&str; 3] = ["password_command", "token_command", "password"];

/// The line with a password in it hidden, and the caret moved to what is left.
fn without_password(line: &str, column: usize, width: usize) -> (String, usize, usize) {
    let secrets = SECRET_KEYS.iter().flat_map(|key| line.match_indices(key));
    for (at, word) in secrets {
        let behind = line.get(at + word.len()..).unwrap_or_default();
        let Some((gap, _)) = behind.split_once('=') else {
            continue;
        };
        if gap.trim().trim_matches(['"', '\'']).is_empty() {
            let kept = line
                .get(..at + word.len() + gap.len() + 1)
                .unwrap_or_default();
            let kept_chars = kept.chars().count();
            return if column < kept_chars {
                let room = kept_chars - column;
                (format!("{kept}{HIDDEN}"), column, width.min(room))
            } else {
                (format!("{kept}{HIDDEN}"), kept_chars + 1, HIDDEN.len() - 1)
            };
        }
    }
    (line.to_owned(), column, width)
}

/// The word most like `given`, if one is like it at all.
pub(super) fn nearest<'w>(
    given: &str,
    words: impl IntoIterator<Item = &'w str>,
) -> Option<&'w str> {
    let folded = given.to_lowercase();
    words
        .into_iter()
        .map(|word| {
            let likeness = strsim::normalized_damerau_levenshtein(&folded, &word.to_lowercase());
            (likeness, word)
        })
        .filter(|(likeness, _)| *likeness >= 0.6)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, word)| word)
}
