//! HTML to lines of text, in one pass over the tags.
//!
//! Paragraphs, line breaks and list items stay; a blockquote's lines get `> ` in front; what a
//! client wraps around the quoted mail is marked the same way where that wrapper shows no quote of
//! its own; style, script, comments and hidden text go. Linear: nesting is bounded.

mod tag;

use html5gum::emitters::callback::{Callback, CallbackEmitter, CallbackEvent};
use html5gum::{Emitter, ForwardingEmitter, Span, Tokenizer};
use tag::{Attribute, Name, Tag, text_of};

/// Deepest nesting that is followed; tags below it are read as if they were not there.
const DEPTH_MAX: usize = 200;
/// Most `>` that are put in front of a line.
const QUOTE_DEPTH_MAX: usize = 8;
/// Most octets of text that are kept.
const TEXT_OCTETS_MAX: usize = 256 * 1024;
/// Most character references (`&amp;`): the tokenizer goes through long lists for each.
const REFERENCES_MAX: usize = 20_000;

/// Classes and ids (folded beginnings) of what clients wrap around a quoted mail.
const QUOTE_WRAPPERS: &[&str] = &[
    "gmail_quote",
    "gmail_extra",
    "yahoo_quoted",
    "protonmail_quote",
    "tutanota_quote",
    "zmail_extra",
    "skiff_quote",
    "front-blockquote",
    "mail-editor-reference-message-container",
    "olk_src_body_section",
    "isreplycontent",
    "isforwardcontent",
    "orimsghtmlseperator",
    "messagereplysection",
    "replyforwardcontainer",
    "mailcontent",
    "origbody",
    "nylas-quote",
    "canaryblockquote",
];

/// How such a place is shown, so that it is found as a separator.
const OPENING_LINE: &str = "-----Original Message-----";

/// Wrappers of an attribution line.
const ATTRIBUTION_WRAPPERS: &[&str] = &["gmail_attr", "moz-cite-prefix", "reply-intro"];

/// Wrappers of a signature.
const SIGNATURE_WRAPPERS: &[&str] = &[
    "gmail_signature",
    "moz-signature",
    "protonmail_signature_block",
    "ymail_android_signature",
    "ms-outlook-mobile-signature",
    "applesignature",
    "front-signature",
    "__sig_pre__",
    "__sig_post__",
];

/// What an open element does to the text in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Effect {
    Plain,
    Blockquote,
    Wrapper(usize),
    Attribution,
    Hidden,
    Ordered(u32),
    Unordered,
    Preformatted,
}

#[derive(Debug)]
struct Open {
    name: Name,
    effect: Effect,
}

/// A line of the text, by its place.
#[derive(Debug, Default)]
struct Line {
    start: usize,
    end: usize,
    quotes: usize,
    wrapper: Option<usize>,
    attribution: bool,
}

impl Line {
    const fn is_empty(&self) -> bool {
        self.start == self.end
    }
}

#[derive(Debug, Default)]
struct Walker {
    tag: Tag,
    open: Vec<Open>,
    quotes: usize,
    hidden: usize,
    preformatted: usize,
    attribution: usize,
    wrappers: Vec<usize>,
    wrappers_seen: usize,
    lines: Vec<Line>,
    /// Of all lines, and of the one that is not ended yet.
    text: String,
    /// Where that one begins.
    current: usize,
    octets: usize,
}

/// Tells the walker of tags and text, and nobody of errors, which need not be looked for then.
struct Events<F: Callback<(), ()>>(CallbackEmitter<F, (), ()>);

impl<F: Callback<(), ()>> ForwardingEmitter for Events<F> {
    type Token = ();

    fn inner(&mut self) -> &mut impl Emitter<Token = ()> {
        &mut self.0
    }

    fn should_emit_errors(&mut self) -> bool {
        false
    }
}

/// The visible text of an HTML part.
pub fn to_text(html: &str) -> String {
    let mut walker = Walker {
        text: String::with_capacity(html.len().min(TEXT_OCTETS_MAX)),
        ..Walker::default()
    };
    let told = |event: CallbackEvent<'_>, _: Span<()>| walker.take(&event);
    let mut events = CallbackEmitter::new(told);
    events.naively_switch_states(true);
    let flood = memchr::memchr_iter(b'&', html.as_bytes()).nth(REFERENCES_MAX);
    let html = flood.and_then(|at| html.get(..at)).unwrap_or(html);
    // It goes on until there is enough text or no more HTML.
    Tokenizer::new_with_emitter(html, Events(events)).next();
    walker.break_line();
    walker.finish()
}

impl Walker {
    /// Whether it is enough.
    fn take(&mut self, event: &CallbackEvent<'_>) -> Option<()> {
        if self.octets > TEXT_OCTETS_MAX {
            return Some(());
        }
        match event {
            CallbackEvent::OpenStartTag { name } => self.tag.open(name),
            CallbackEvent::AttributeName { name } => self.tag.name_attribute(name),
            CallbackEvent::AttributeValue { value } => self.tag.take_value(value),
            CallbackEvent::CloseStartTag { self_closing } => {
                let mut tag = std::mem::take(&mut self.tag);
                self.start(&tag, *self_closing);
                tag.close();
                self.tag = tag;
            }
            CallbackEvent::EndTag { name } => {
                self.tag.close();
                self.end(name);
            }
            CallbackEvent::String { value } => self.take_text(&text_of(value)),
            _ => {}
        }
        None
    }

    fn start(&mut self, tag: &Tag, self_closing: bool) {
        let name = tag.name.as_slice();
        match name {
            b"br" => self.break_always(),
            b"hr" => {
                self.break_line();
                self.push_text(if tag.opens_quote() {
                    OPENING_LINE
                } else {
                    "________________________________"
                });
                self.break_line();
            }
            b"div" if tag.opens_quote() => {
                self.break_line();
                self.push_text(OPENING_LINE);
                self.break_line();
            }
            b"img" => self.picture(tag),
            b"p" | b"blockquote" | b"ul" | b"ol" | b"table" | b"pre" | b"h1" | b"h2" | b"h3"
            | b"h4" | b"h5" | b"h6" => self.break_paragraph(),
            b"div" | b"li" | b"tr" | b"section" | b"article" | b"header" | b"footer" | b"body"
            | b"center" | b"dt" | b"dd" => self.break_line(),
            b"td" | b"th" if self.current < self.text.len() => self.text.push(' '),
            _ => {}
        }
        if is_void(name) || self_closing && name != b"div" {
            return;
        }
        if name == b"li" {
            self.bullet();
        }
        if self.open.len() >= DEPTH_MAX {
            return;
        }
        let effect = self.effect_of(tag);
        match effect {
            Effect::Blockquote => self.quotes += 1,
            Effect::Hidden => self.hidden += 1,
            Effect::Preformatted => self.preformatted += 1,
            Effect::Attribution => self.attribution += 1,
            Effect::Wrapper(number) => self.wrappers.push(number),
            Effect::Plain | Effect::Ordered(_) | Effect::Unordered => {}
        }
        if effect != Effect::Plain && !matches!(effect, Effect::Hidden) {
            self.break_line();
        }
        let name = Name::of(name);
        self.open.push(Open { name, effect });
    }

    fn effect_of(&mut self, tag: &Tag) -> Effect {
        match tag.name.as_slice() {
            b"blockquote" if !tag.is_indented() => return Effect::Blockquote,
            b"head" | b"script" | b"style" | b"title" | b"template" | b"noscript" => {
                return Effect::Hidden;
            }
            b"ol" => return Effect::Ordered(tag.value(Attribute::Start).parse().unwrap_or(1)),
            b"ul" => return Effect::Unordered,
            b"pre" => return Effect::Preformatted,
            _ if !tag.has_attributes => return Effect::Plain,
            _ => {}
        }
        let style = tag.value(Attribute::Style);
        let hidden = ["display:none", "mso-hide:all", "visibility:hidden"]
            .iter()
            .any(|way| style.contains(way));
        if hidden || tag.has(Attribute::Hidden) {
            return Effect::Hidden;
        }
        if tag.value(Attribute::Name) != "quote" {
            if tag.is_among(ATTRIBUTION_WRAPPERS) {
                return Effect::Attribution;
            }
            if tag.is_among(SIGNATURE_WRAPPERS) {
                return Effect::Hidden;
            }
            if !tag.is_among(QUOTE_WRAPPERS) {
                return Effect::Plain;
            }
        }
        self.wrappers_seen += 1;
        Effect::Wrapper(self.wrappers_seen)
    }

    fn end(&mut self, name: &[u8]) {
        match name {
            b"p" | b"blockquote" | b"ul" | b"ol" | b"table" | b"pre" | b"h1" | b"h2" | b"h3"
            | b"h4" | b"h5" | b"h6" => self.break_paragraph(),
            b"div" | b"li" | b"tr" | b"section" | b"article" | b"dt" | b"dd" => self.break_line(),
            _ => {}
        }
        let name = Name::of(name);
        let Some(at) = self.open.iter().rposition(|open| open.name == name) else {
            return;
        };
        for number in at..self.open.len() {
            match self
                .open
                .get(number)
                .map_or(Effect::Plain, |open| open.effect)
            {
                Effect::Blockquote => self.quotes = self.quotes.saturating_sub(1),
                Effect::Hidden => self.hidden = self.hidden.saturating_sub(1),
                Effect::Preformatted => {
                    self.preformatted = self.preformatted.saturating_sub(1);
                }
                Effect::Wrapper(_) => {
                    self.break_line();
                    self.wrappers.pop();
                }
                Effect::Attribution => {
                    self.break_line();
                    self.attribution = self.attribution.saturating_sub(1);
                }
                Effect::Plain | Effect::Ordered(_) | Effect::Unordered => {}
            }
        }
        self.open.truncate(at);
    }

    fn bullet(&mut self) {
        let list = self
            .open
            .iter_mut()
            .rev()
            .find_map(|open| match &mut open.effect {
                Effect::Ordered(next) => {
                    let number = *next;
                    *next = next.saturating_add(1);
                    Some(format!("{number}. "))
                }
                Effect::Unordered => Some("- ".to_owned()),
                _ => None,
            });
        self.push_text(&list.unwrap_or_default());
    }

    /// Emoji come as pictures from some clients.
    fn picture(&mut self, tag: &Tag) {
        let alt = tag.value(Attribute::Alt);
        if !alt.is_ascii() && alt.chars().count() <= 4 {
            self.push_text(alt);
        }
    }

    fn take_text(&mut self, text: &str) {
        if self.hidden > 0 {
            return;
        }
        if self.preformatted > 0 {
            for (number, line) in text.split('\n').enumerate() {
                if number > 0 {
                    self.break_line();
                }
                self.push_text(line);
            }
            return;
        }
        let blank = |c: char| c.is_whitespace() && c != '\u{a0}';
        let current = self.current();
        if text.starts_with(blank) && !current.is_empty() && !current.ends_with(' ') {
            self.text.push(' ');
        }
        let mut first = true;
        let mut push = |word: &str| {
            if !word.is_empty() {
                if !first {
                    self.text.push(' ');
                }
                self.push_text(word);
                first = false;
            }
        };
        if text.is_ascii() {
            let blank = |octet: &u8| matches!(octet, b' ' | b'\t'..=b'\r');
            let mut from = 0;
            for word in text.as_bytes().split(blank) {
                push(text.get(from..from + word.len()).unwrap_or_default());
                from += word.len() + 1;
            }
        } else {
            text.split(blank).for_each(push);
        }
        if !first && text.ends_with(blank) {
            self.text.push(' ');
        }
    }

    /// The line that is not ended yet.
    fn current(&self) -> &str {
        self.text.get(self.current..).unwrap_or_default()
    }

    fn push_text(&mut self, text: &str) {
        if self.hidden == 0 {
            self.octets += text.len();
            if text.is_ascii() {
                self.text.push_str(text);
            } else {
                self.text.push_str(&text.replace('\u{a0}', " "));
            }
        }
    }

    /// Ends the line if there is one: what the edges of blocks do.
    fn break_line(&mut self) {
        if self.current().trim().is_empty() {
            self.text.truncate(self.current);
        } else {
            self.break_always();
        }
    }

    /// Ends the line even if it is empty: what `<br>` does.
    fn break_always(&mut self) {
        self.octets += 1;
        if self.current().trim().is_empty() {
            self.text.truncate(self.current);
        }
        self.end_line();
    }

    fn break_paragraph(&mut self) {
        self.break_line();
        if self.lines.last().is_some_and(|line| !line.is_empty()) {
            self.end_line();
        }
    }

    fn end_line(&mut self) {
        self.lines.push(Line {
            start: self.current,
            end: self.text.len(),
            quotes: self.quotes.min(QUOTE_DEPTH_MAX),
            wrapper: self.wrappers.last().copied(),
            attribution: self.attribution > 0,
        });
        self.current = self.text.len();
    }

    /// Puts the marks in front. A wrapper counts as a quote if no blockquote stands in it, text
    /// stands before it, and no text of the writer's follows it.
    fn finish(self) -> String {
        let mut quoting: Vec<usize> = self
            .lines
            .iter()
            .filter(|line| line.quotes > 0)
            .filter_map(|line| line.wrapper)
            .collect();
        quoting.sort_unstable();
        let outside = |line: &Line| line.wrapper.is_none() && line.quotes == 0;
        let last_outside = self
            .lines
            .iter()
            .rposition(|line| outside(line) && !line.is_empty());
        let mut text = String::with_capacity(self.text.len() + self.lines.len() * 3);
        for (number, line) in self.lines.iter().enumerate() {
            let wrapped = line.wrapper.is_some_and(|wrapper| {
                quoting.binary_search(&wrapper).is_err()
                    && last_outside.is_some_and(|last| last < number)
            });
            let marks = if line.quotes > 0 {
                line.quotes
            } else {
                usize::from(wrapped || line.attribution)
            };
            for _ in 0..marks {
                text.push('>');
            }
            if marks > 0 {
                text.push(' ');
            }
            let written = self.text.get(line.start..line.end).unwrap_or_default();
            text.push_str(written.trim_end());
            text.push('\n');
        }
        text
    }
}

fn is_void(name: &[u8]) -> bool {
    matches!(
        name,
        b"br"
            | b"hr"
            | b"img"
            | b"meta"
            | b"link"
            | b"input"
            | b"wbr"
            | b"area"
            | b"base"
            | b"col"
            | b"embed"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_breaks_and_lists_stay() {
        let text =
            to_text("<p>One</p><p>Two<br>Three</p><ol><li>a</li><li>b</li></ol><ul><li>c</ul>");
        assert_eq!(text.trim(), "One\n\nTwo\nThree\n\n1. a\n2. b\n\n- c");
        assert_eq!(to_text("<div>a</div><div>b</div>").trim(), "a\nb");
        assert_eq!(
            to_text("<div>a</div><div><br></div><div>b</div>").trim(),
            "a\n\nb"
        );
    }

    #[test]
    fn quotes_are_marked_and_hidden_text_goes() {
        let html = "<head><title>t</title><style>p{}</style></head><body>Yes<script>no</script>\
            <div style='display: none'>pre</div><blockquote>q<blockquote>r</blockquote></blockquote>x";
        let text = to_text(html);
        let lines: Vec<&str> = text
            .lines()
            .filter(|l| !l.trim_matches(['>', ' ']).is_empty())
            .collect();
        assert_eq!(lines, ["Yes", "> q", ">> r", "x"]);
    }

    #[test]
    fn a_wrapper_is_a_quote_only_below_and_without_a_blockquote() {
        assert_eq!(
            to_text("Yes<div class=gmail_quote>Hi Ben</div>").trim(),
            "Yes\n> Hi Ben"
        );
        assert_eq!(to_text("<div class=gmail_quote>Yes</div>").trim(), "Yes");
        let inline = "<div>x</div><div class='gmail_quote'><div class=gmail_attr>On x wrote:</div>\
            <blockquote>1. Best</blockquote><div>the demo</div><blockquote>2. Worst</blockquote></div>";
        let text = to_text(inline);
        assert!(text.contains("\n> On x wrote:"), "{text}");
        assert!(text.contains("\nthe demo\n"), "{text}");
    }

    #[test]
    fn deep_nesting_costs_no_more_than_flat_text() {
        let deep = "<blockquote>".repeat(50_000) + "x" + &"</blockquote>".repeat(50_000);
        assert!(to_text(&deep).len() < 1000);
    }
}
