//! The newly written text of a mail, in passages: what stands under which quoted prompt.
//!
//! Chooses the part (plain before HTML), joins flowed lines, finds the quote (`quote`), takes
//! greeting cards of clients, banners and signatures off (`signature`). If the body says nothing
//! new and the subject was changed, the subject speaks.

use crate::lunch::act::Answering;
use crate::lunch::notes::Section;
use crate::reading::answered;
use crate::reading::language::{Languages, Sense, lexicon};
use crate::reading::message::{Message, TextPart};
use crate::reading::phrase::tokens;
use crate::reading::quote::{self, Judged, Verdict};
use crate::reading::{Context, html, signature};
use crate::words::clean::clean_text;
use std::ops::Range;

/// Most lines of a body that are looked at.
const LINES_MAX: usize = 5_000;

/// A run of own text, and the quoted prompt that it stands under.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passage {
    /// The quoted prompt directly above, if any.
    pub prompt: Option<Section>,
    /// The words, clean, without blank lines at the ends.
    pub text: String,
}

/// What the sender newly wrote.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Own {
    /// In the order of the text; none is empty.
    pub passages: Vec<Passage>,
    /// The letter of ours that is quoted; looked for only where nobody knows which is answered.
    pub quoted: Option<Answering>,
    /// Prompts seen in the quote; they hint at the letter that is answered.
    pub prompts_quoted: bool,
    /// Whether the words come from a changed subject, the body being empty.
    pub from_subject: bool,
    /// Why some of the words may be somebody else's; holds nothing anybody wrote.
    pub doubt: Option<&'static str>,
}

impl Own {
    /// All of it, passages parted by a blank line.
    pub fn text(&self) -> String {
        let texts: Vec<&str> = self.passages.iter().map(|p| p.text.as_str()).collect();
        texts.join("\n\n")
    }

    /// Whether nothing new was written.
    pub fn is_empty(&self) -> bool {
        self.passages.is_empty()
    }
}

/// What a line of a body is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Newly written.
    Own,
    /// Not newly written; own words may stand on the same line.
    Quote,
    /// An attribution, a header block or a separator; own words may stand in front.
    Introduction,
    /// A signature, a banner, a line that a client added.
    Aside,
    /// Empty.
    Blank,
}

/// A line of a body and the verdict on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// As it stands, marks and all.
    pub text: String,
    /// What it is.
    pub part: Part,
    /// Which of its octets are newly written.
    pub own: Range<usize>,
}

impl Line {
    /// Its pieces, own words apart from what stands beside them; nothing of an empty line.
    pub fn pieces(&self) -> Vec<(Part, &str)> {
        let (own, text) = (&self.own, &self.text);
        if own.is_empty() {
            return vec![(self.part, text)];
        }
        // Before own words on a line of their own stand at most the marks of a quote.
        let beside = if self.part == Part::Own {
            Part::Blank
        } else {
            self.part
        };
        let all = [
            (beside, text.get(..own.start)),
            (Part::Own, text.get(own.clone())),
            (beside, text.get(own.end..)),
        ];
        all.into_iter()
            .filter_map(|(part, piece)| Some((part, piece?)))
            .filter(|(part, piece)| *part != Part::Blank && !piece.trim().is_empty())
            .collect()
    }
}

/// Which part of a mail the words were taken from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Source {
    /// The plain text.
    #[default]
    Plain,
    /// The HTML twin.
    Html,
    /// A changed subject, since the body says nothing new.
    Subject,
}

/// A body line by line, for whoever wants to see what was taken for whose.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// What the sender newly wrote: exactly what stands in the own octets of the lines, unless the
    /// subject spoke.
    pub own: Own,
    /// The body that was judged.
    pub lines: Vec<Line>,
    /// Lines behind them that are never looked at.
    pub unread: usize,
    /// Where the words are from.
    pub source: Source,
}

/// Finds what the sender newly wrote.
pub fn own_words(message: &Message, context: &Context) -> Own {
    let (seen, _) = look(message, context);
    seen.own
}

/// The same, with the verdict on each line that it comes from.
pub fn shown(message: &Message, context: &Context) -> Shown {
    let (seen, source) = look(message, context);
    let mut beside = seen.beside.iter().peekable();
    let verdicts = seen.parts.iter().zip(&seen.bare);
    let lines = seen.body.lines().zip(verdicts).enumerate();
    let lines: Vec<Line> = lines
        .map(|(at, (text, (part, bare)))| {
            let mut own = match part {
                Part::Own => text.len() - bare..text.len(),
                _ => 0..0,
            };
            while let Some(typed) = beside.next_if(|typed| typed.line == at) {
                own = typed.within(text);
            }
            Line {
                text: text.to_owned(),
                part: *part,
                own,
            }
        })
        .collect();
    Shown {
        unread: seen.body.lines().count() - lines.len(),
        own: seen.own,
        lines,
        source,
    }
}

/// Which of the twins speaks, and what it says.
fn look(message: &Message, context: &Context) -> (Seen, Source) {
    let plain = plain_text(message);
    let mut seen = Seen::default();
    let mut source = Source::Plain;
    if !speaks_in_html(&plain, message) {
        seen = see(&plain, message, context);
    }
    // The HTML is a witness: it may mark a quote that the plain text lost, or hold all the words.
    if !message.html.is_empty() && (seen.own.is_empty() || (!seen.quotes && marks_quotes(message)))
    {
        let twin = see(&html_text(message), message, context);
        if seen.own.is_empty() || (twin.quotes && !twin.own.is_empty()) {
            (seen, source) = (twin, Source::Html);
        }
    }
    if seen.own.is_empty() {
        let subject = message.subject.as_str();
        if is_own_subject(subject) {
            seen.own.passages.push(Passage {
                prompt: None,
                text: subject.to_owned(),
            });
            seen.own.from_subject = true;
            source = Source::Subject;
        }
    }
    (seen, source)
}

/// What one of the twins says.
#[derive(Debug, Default)]
struct Seen {
    own: Own,
    /// Whether it holds a quote.
    quotes: bool,
    body: String,
    /// How many octets of each line stand behind its marks.
    bare: Vec<usize>,
    /// What each line of the body is that was looked at.
    parts: Vec<Part>,
    /// Own words on lines that are not own, in the order of the lines.
    beside: Vec<Typed>,
}

/// Own words on a line that is not: how many octets, at its end or at its beginning.
#[derive(Clone, Copy, Debug)]
struct Typed {
    line: usize,
    octets: usize,
    at_end: bool,
}

impl Typed {
    fn within(self, line: &str) -> Range<usize> {
        let (start, end) = if self.at_end {
            let end = line.trim_end().len();
            (end.saturating_sub(self.octets), end)
        } else {
            let start = line.len() - line.trim_start().len();
            (start, start + self.octets)
        };
        // Whatever a change of the judgement brings, this shows a line and never panics.
        if line.get(start..end).is_some() {
            start..end
        } else {
            0..0
        }
    }
}

fn see(text: &str, message: &Message, context: &Context) -> Seen {
    let body = clean_text(text);
    let lower = body.to_ascii_lowercase();
    let mut lines = quote::lines_of(&body, &lower, LINES_MAX);
    quote::unmark(&mut lines, context.originals);
    let judged = quote::judge_lines(&lines, context.originals);
    let quotes = judged.quotes;
    let (mut own, parts, beside) = passages(&lines, &judged, message);
    if context.answering.is_none() {
        let subject = message.subject.as_str();
        own.quoted = answered::by_quote(&lines, &judged.verdicts, subject);
    }
    let bare = lines.iter().map(|line| line.text.len()).collect();
    drop(lines);
    Seen {
        own,
        bare,
        quotes,
        body,
        parts,
        beside,
    }
}

/// The visible text of a letter, quote and all: for keeping beside what we sent.
pub fn body_text(message: &Message) -> String {
    let plain = plain_text(message);
    if speaks_in_html(&plain, message) {
        return html_text(message);
    }
    plain
}

fn plain_text(message: &Message) -> String {
    let plain: Vec<String> = message.plain.iter().map(unflowed).collect();
    without_armour(plain.join("\n"))
}

fn html_text(message: &Message) -> String {
    let parts = message.html.iter().map(|part| html::to_text(part));
    without_armour(parts.collect::<Vec<_>>().join("\n"))
}

fn speaks_in_html(plain: &str, message: &Message) -> bool {
    plain.trim().is_empty() || (!message.html.is_empty() && is_stub(plain))
}

/// Whether the HTML holds what clients wrap quotes in; a quick look before a careful one.
fn marks_quotes(message: &Message) -> bool {
    message.html.iter().any(|html| {
        [
            "<blockquote",
            "_quote",
            "divRplyFwdMsg",
            "border-top:solid",
            "OLK_SRC",
            "isReplyContent",
        ]
        .iter()
        .any(|mark| html.contains(mark))
    })
}

/// Takes the armour of signed text off (RFC 9580, section 7) and what is encrypted out.
fn without_armour(text: String) -> String {
    if !text.contains("-----BEGIN PGP ") {
        return text;
    }
    let mut kept: Vec<&str> = Vec::new();
    let mut signed = false;
    let mut head = false;
    let mut inside = false;
    for line in text.lines() {
        let bare = line.trim();
        match bare {
            "-----BEGIN PGP SIGNED MESSAGE-----" => (signed, head) = (true, true),
            _ if bare.starts_with("-----BEGIN PGP ") => (inside, signed) = (true, false),
            _ if bare.starts_with("-----END PGP ") => inside = false,
            _ if inside => {}
            _ if head => head = !bare.is_empty(),
            _ if signed => kept.push(line.strip_prefix("- ").unwrap_or(line)),
            _ => kept.push(line),
        }
    }
    kept.join("\n")
}

/// A plain part that only points at the HTML part.
fn is_stub(plain: &str) -> bool {
    plain.len() < 400 && {
        let tokens = tokens(plain);
        let mut words = tokens.iter().filter(|t| t.is_word);
        let any = |sense| {
            words
                .clone()
                .any(|word| lexicon().begins(&word.text, sense))
        };
        any(Sense::HtmlStub) && words.any(|word| word.text.contains("html"))
    }
}

/// Joins the lines of format=flowed (RFC 3676): a blank at the end says that the next line, if its
/// quote depth is the same, goes on.
fn unflowed(part: &TextPart) -> String {
    if !part.flowed {
        return part.text.clone();
    }
    let mut joined = String::with_capacity(part.text.len());
    let mut open_depth: Option<usize> = None;
    for line in part.text.lines() {
        let line = line.trim_end_matches('\r');
        let depth = line.bytes().take_while(|b| *b == b'>').count();
        let content = line.get(depth..).unwrap_or_default();
        let content = content.strip_prefix(' ').unwrap_or(content);
        if open_depth == Some(depth) && content != "-- " {
            joined.push_str(content);
        } else {
            if open_depth.is_some() {
                joined.push('\n');
            }
            joined.push_str(&">".repeat(depth.min(20)));
            if depth > 0 {
                joined.push(' ');
            }
            joined.push_str(content);
        }
        let flows = content.ends_with(' ') && content != "-- ";
        if flows {
            if part.delete_space {
                joined.pop();
            }
            open_depth = Some(depth);
        } else {
            open_depth = None;
            joined.push('\n');
        }
    }
    joined
}

/// Own lines that follow one another, each with its place in the body.
#[derive(Default)]
struct Run<'a> {
    texts: Vec<&'a str>,
    /// The line of each, and at which end of it where other words stand on it too.
    places: Vec<(usize, Option<End>)>,
}

/// An end of a line.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Front,
    Back,
}

impl<'a> Run<'a> {
    fn push(&mut self, text: &'a str, line: usize, end: Option<End>) {
        self.texts.push(text);
        self.places.push((line, end));
    }

    fn clear(&mut self) {
        self.texts.clear();
        self.places.clear();
    }
}

/// The own words under their prompts, what each line is, and own words beside others.
fn passages(
    lines: &[quote::Line<'_>],
    judged: &Judged,
    message: &Message,
) -> (Own, Vec<Part>, Vec<Typed>) {
    let mut own = Own {
        doubt: judged.doubt,
        ..Own::default()
    };
    let mut parts: Vec<Part> = judged.verdicts.iter().map(part_of).collect();
    let mut beside: Vec<Typed> = Vec::new();
    let mut prompt: Option<Section> = None;
    // Whether something stood since the prompt that ends its reach.
    let mut reach_ends = false;
    let mut first = true;
    let mut close = |run: &mut Run<'_>, prompt: Option<Section>, own: &mut Own| {
        let place = signature::Place {
            first,
            quotes: judged.quotes,
        };
        let mut kept: Vec<&str> = Vec::new();
        for at in signature::kept(&run.texts, message, place) {
            let (Some(text), Some((line, end))) = (run.texts.get(at), run.places.get(at)) else {
                continue;
            };
            kept.push(text);
            match (end, parts.get_mut(*line)) {
                (Some(end), _) => beside.push(Typed {
                    line: *line,
                    octets: text.len(),
                    at_end: *end == End::Back,
                }),
                (None, Some(part)) if *part == Part::Aside => *part = Part::Own,
                (None, _) => {}
            }
        }
        first = first && kept.iter().all(|line| line.trim().is_empty());
        let text = clean_text(&kept.join("\n")).trim().to_owned();
        if !text.is_empty() {
            own.passages.push(Passage { prompt, text });
        }
        run.clear();
    };
    let mut run = Run::default();
    for (at, (line, verdict)) in lines.iter().zip(&judged.verdicts).enumerate() {
        match verdict {
            Verdict::Own => {
                if !line.text.trim().is_empty() {
                    reach_ends = true;
                }
                match signature::behind_own_name(line.text, message) {
                    Some(words) => run.push(words, at, Some(End::Back)),
                    None => run.push(line.text, at, None),
                }
            }
            Verdict::Blank => {
                reach_ends = reach_ends || prompt.is_some();
                run.push("", at, None);
            }
            Verdict::Quoted { rest, before, .. } => {
                if let Some(before) = before {
                    run.push(before, at, Some(End::Front));
                }
                close(&mut run, prompt, &mut own);
                let found = line.prompt();
                if found.is_some() {
                    own.prompts_quoted = true;
                    prompt = found;
                    reach_ends = false;
                } else if line.text.trim().is_empty() {
                    reach_ends = reach_ends || prompt.is_some();
                } else if reach_ends {
                    prompt = None;
                }
                if let Some(rest) = rest {
                    let rest = signature::behind_own_name(rest, message).unwrap_or(rest);
                    run.push(rest, at, Some(End::Back));
                    reach_ends = true;
                }
            }
        }
    }
    close(&mut run, prompt, &mut own);
    (own, parts, beside)
}

/// What a line is before signatures are looked for: till then an own one counts as nobody's words.
const fn part_of(verdict: &Verdict) -> Part {
    match verdict {
        Verdict::Own => Part::Aside,
        Verdict::Blank => Part::Blank,
        Verdict::Quoted { introduces, .. } => {
            if *introduces {
                Part::Introduction
            } else {
                Part::Quote
            }
        }
    }
}

/// Whether a subject was typed by the sender: it answers nothing and is not ours.
fn is_own_subject(subject: &str) -> bool {
    !subject.trim().is_empty()
        && !answers(subject)
        && !answered::is_subject_of_ours(subject)
        && !is_placeholder(subject)
}

/// "(No subject)": what a client writes where nobody wrote anything.
fn is_placeholder(subject: &str) -> bool {
    let tokens = tokens(subject);
    let words: Vec<&str> = tokens
        .iter()
        .filter(|token| token.is_word)
        .map(|token| &*token.text)
        .collect();
    let mark = lexicon().longest(&words, 0, &[Sense::NoSubject], Languages::ALL);
    mark.is_some_and(|mark| mark.words == words.len())
}

/// Whether a subject begins as answers do: `Re:`, `AW:`, `Re[2]:`.
fn answers(subject: &str) -> bool {
    let tokens = tokens(subject);
    let words: Vec<&str> = tokens
        .iter()
        .take_while(|t| t.is_word)
        .map(|t| &*t.text)
        .collect();
    let prefix = lexicon().longest(&words, 0, &[Sense::ReplyPrefix], Languages::ALL);
    let behind = prefix.and_then(|prefix| tokens.get(prefix.words));
    behind.is_some_and(|mark| matches!(&*mark.text, ":" | "：" | "[" | "("))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading::message::Message;

    fn own(mail: &str) -> String {
        let now = chrono::DateTime::UNIX_EPOCH;
        let context = Context::new(now, chrono_tz::UTC);
        own_words(&Message::parse(mail.as_bytes()), &context).text()
    }

    #[test]
    fn flowed_lines_join_at_their_own_depth() {
        let mail = "From: a@x.org\nContent-Type: text/plain; format=flowed\n\nI would \nlove to.\n> so \n> it goes\n-- \nBen\n";
        assert_eq!(own(mail), "I would love to.");
    }

    #[test]
    fn a_changed_subject_speaks_where_the_body_is_empty() {
        assert_eq!(own("From: a@x.org\nSubject: YES!!!\n\n\n"), "YES!!!");
        assert_eq!(own("From: a@x.org\nSubject: Re: lunch\n\n\n"), "");
        for none in [
            "No subject",
            "(no subject)",
            "<Kein Betreff>",
            "(sans objet)",
            "(sin asunto)",
        ] {
            assert_eq!(own(&format!("From: a@x.org\nSubject: {none}\n\n\n")), "");
        }
        assert_eq!(own("From: a@x.org\nSubject: No, sorry\n\n\n"), "No, sorry");
    }

    #[test]
    fn a_stub_gives_way_to_the_html() {
        let mail = "From: a@x.org\nContent-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain\n\nPlease view this email in an HTML client.\n--b\nContent-Type: text/html\n\n<p>Yes please</p>\n--b--\n";
        assert_eq!(own(mail), "Yes please");
    }

    #[test]
    fn the_senders_name_in_front_of_typed_words_is_none_of_them() {
        let mail = "From: Ben Smith <b@x.org>\n\n[Ben Smith] A calm talk.\n\n[Smith, Ben] The late start.\n\n[Jo] was late.\n";
        assert_eq!(
            own(mail),
            "A calm talk.\n\nThe late start.\n\n[Jo] was late."
        );
    }
}
