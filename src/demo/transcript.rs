//! The transcript: scene after scene of the story, as a person reads it or as JSON.
//!
//! Letters stand in it as they were delivered, cut but never reworded; what is left out is marked
//! `[…]`. Lines are at most 80 columns wide. References, tokens and Message-IDs differ from one
//! play to the next and are not shown.

use crate::demo::client::Mail;
use crate::writing::plain::wrap;
use chrono::NaiveDateTime;
use serde::Serialize;

/// Stands where something was left out.
pub const CUT: &str = "[…]";

/// Widest line of a rendered transcript, in columns.
pub const COLUMNS: usize = 80;

/// What a scene is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Somebody runs a command.
    Command,
    /// A letter comes.
    Mail,
    /// Somebody answers a letter.
    Reply,
    /// The narrator tells what no mail shows.
    Narration,
}

/// One scene.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Scene {
    /// Local time on the stage.
    pub at: NaiveDateTime,
    /// What it is.
    pub kind: Kind,
    /// Who writes; empty for the narrator.
    pub from: String,
    /// Who reads; empty for the narrator.
    pub to: String,
    /// The subject, for mails and replies.
    pub subject: String,
    /// How it was written, such as "on a phone", or that a calendar entry came along.
    pub how: String,
    /// The words, cut. Empty where only the head is told.
    pub text: String,
    /// What the daemon understood of a reply.
    pub understood: Option<String>,
}

/// What came of the whole play.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Letters delivered to Ana, Ben and Cara.
    pub letters: usize,
    /// Letters that anybody got twice; 0.
    pub twice: usize,
    /// Letters to Cara, who said no; 2: the invitation and one kind line.
    pub to_cara: usize,
    /// Letters after the end and its receipts; 0.
    pub after_the_end: usize,
}

/// The whole play.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Transcript {
    /// In order.
    pub scenes: Vec<Scene>,
    /// What came of it.
    pub counts: Counts,
}

/// How much of a letter a transcript shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Excerpt {
    /// Sender, recipient and subject only.
    Head,
    /// So many lines of what stands under the greeting.
    First(usize),
    /// So many lines, beginning with the first line that begins so.
    From(&'static str, usize),
}

/// A letter's own lines from the greeting on, without the small print.
pub(super) fn own_lines(text: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = text.lines().take_while(|line| *line != "-- ").collect();
    if lines.first().is_some_and(|line| line.starts_with("Hi ")) {
        lines.remove(0);
    }
    let empty = |line: &&str| line.trim().is_empty();
    let lead = lines.iter().take_while(|line| empty(line)).count();
    lines.drain(..lead);
    while lines.last().is_some_and(empty) {
        lines.pop();
    }
    lines
}

impl Excerpt {
    /// Cuts a letter. An excerpt never ends with an empty line.
    pub fn of(self, mail: &Mail) -> String {
        let mut lines = own_lines(&mail.text);
        lines.dedup_by(|line, before| line.is_empty() && before.is_empty());
        let (skipped, most) = match self {
            Self::Head => return String::new(),
            Self::First(most) => (0, most),
            Self::From(start, most) => {
                let at = lines.iter().position(|line| line.starts_with(start));
                (at.unwrap_or(0), most)
            }
        };
        let mut shown: Vec<&str> = lines.iter().skip(skipped).take(most).copied().collect();
        let more = skipped + shown.len() < lines.len();
        while shown.last().is_some_and(|line| line.trim().is_empty()) {
            shown.pop();
        }
        if skipped > 0 {
            shown.insert(0, CUT);
        }
        if more {
            shown.push(CUT);
        }
        shown.join("\n")
    }
}

/// An inline answer as its writer sees it: the quoted prompts and the words under them.
pub fn between_the_quotes(text: &str) -> String {
    let mut shown: Vec<&str> = Vec::new();
    for line in text.lines() {
        let prompt = ["> 1. ", "> 2. ", "> 3. "]
            .iter()
            .any(|n| line.starts_with(n));
        let quoted = line.starts_with('>') || line.ends_with(" wrote:") || line.trim().is_empty();
        if prompt || !quoted {
            shown.push(line);
        } else if shown.last() != Some(&CUT) && !shown.is_empty() && !line.trim().is_empty() {
            // What stands between two prompts is empty; only the rest of the letter is worth a mark.
            if line.len() > 2 {
                shown.push(CUT);
            }
        }
    }
    shown.join("\n")
}

impl Scene {
    /// As a person reads it, with an empty line at the end. Lines are at most 80 columns wide.
    pub fn render(&self, colour: bool) -> String {
        let ink = Ink(colour);
        let when = ink.faint(&self.at.format("%a %e %b %Y, %H:%M").to_string());
        if self.kind == Kind::Narration {
            return format!("{when}\n{}\n", block(&self.text, "  "));
        }
        let who = match self.kind {
            Kind::Command => format!("{} types", self.from),
            Kind::Reply => format!("{} answers", self.from),
            Kind::Mail | Kind::Narration => format!("{} to {}", self.from, self.to),
        };
        let how = match self.how.as_str() {
            "" => String::new(),
            how => format!(", {how}"),
        };
        let mut text = format!("{when}  {}{how}\n", ink.strong(&who));
        match self.kind {
            Kind::Mail => {
                text.push_str(&block(&format!("[{}]", self.subject), "  "));
                text.push_str(&block(&self.text, "  | "));
            }
            Kind::Reply => text.push_str(&block(&self.text, "  > ")),
            Kind::Command | Kind::Narration => text.push_str(&block(&self.text, "  ")),
        }
        if let Some(understood) = &self.understood {
            text.push_str(&ink.faint(&block(&format!("understood: {understood}"), "  ")));
        }
        text.push('\n');
        text
    }
}

/// Lines behind an edge, none wider than the page; a broken line goes on two columns further in.
fn block(text: &str, edge: &str) -> String {
    let room = COLUMNS - edge.chars().count();
    let mut out = String::new();
    for line in text.lines() {
        if line.chars().count() <= room {
            out.push_str(format!("{edge}{line}").trim_end());
            out.push('\n');
            continue;
        }
        for (at, row) in wrap(line, room - 2).iter().enumerate() {
            let further = if at == 0 || edge.trim().is_empty() {
                ""
            } else {
                "  "
            };
            out.push_str(&format!("{edge}{further}{row}\n"));
        }
    }
    out
}

/// Terminal colours, or none.
struct Ink(bool);

impl Ink {
    fn with(&self, code: &str, text: &str) -> String {
        match text.strip_suffix('\n') {
            _ if !self.0 => text.to_owned(),
            Some(line) => format!("\x1b[{code}m{line}\x1b[0m\n"),
            None => format!("\x1b[{code}m{text}\x1b[0m"),
        }
    }

    fn strong(&self, text: &str) -> String {
        self.with("1", text)
    }

    fn faint(&self, text: &str) -> String {
        self.with("2", text)
    }
}

impl Transcript {
    /// The whole of it, as a person reads it.
    pub fn render(&self, colour: bool) -> String {
        let scenes = self.scenes.iter().map(|scene| scene.render(colour));
        scenes.collect()
    }
}
