//! HTML to lines of text, in one pass over the tags.
//!
//! Paragraphs, line breaks and list items stay; a blockquote's lines get `> ` in front; what a
//! client wraps around the quoted mail is marked the same way where that wrapper shows no quote of
//! its own; style, script, comments and hidden text go. Linear: nesting is bounded.

use html5gum::Tokenizer;
use html5gum::emitters::default::{DefaultEmitter, StartTag, Token};

/// Deepest nesting that is followed; tags below it are read as if they were not there.
const DEPTH_MAX: usize = 200;
/// Most `>` that are put in front of a line.
const QUOTE_DEPTH_MAX: usize = 8;
/// Most octets of text that are kept.
const TEXT_OCTETS_MAX: usize = 256 * 1024;

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

/// Ids and names of what stands directly above a quoted mail.
const QUOTE_OPENINGS: &[&str] = &[
    "divrplyfwdmsg",
    "stopspelling",
    "replysplit",
    "__divider__",
    "ms-outlook-quote",
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
    name: String,
    effect: Effect,
}

#[derive(Debug, Default)]
struct Line {
    text: String,
    quotes: usize,
    wrapper: Option<usize>,
    attribution: bool,
}

#[derive(Debug, Default)]
struct Walker {
    open: Vec<Open>,
    quotes: usize,
    hidden: usize,
    preformatted: usize,
    attribution: usize,
    wrappers: Vec<usize>,
    wrappers_seen: usize,
    lines: Vec<Line>,
    current: String,
    octets: usize,
}

/// The visible text of an HTML part.
pub fn to_text(html: &str) -> String {
    let mut walker = Walker::default();
    let mut emitter = DefaultEmitter::<()>::default();
    emitter.naively_switch_states(true);
    for token in Tokenizer::new_with_emitter(html, emitter) {
        let Ok(token) = token;
        match token {
            Token::StartTag(tag) => walker.start(&tag),
            Token::EndTag(tag) => walker.end(&String::from_utf8_lossy(&tag.name)),
            Token::String(text) => walker.text(&String::from_utf8_lossy(&text)),
            _ => {}
        }
        if walker.octets > TEXT_OCTETS_MAX {
            break;
        }
    }
    walker.break_line();
    walker.finish()
}

impl Walker {
    fn start(&mut self, tag: &StartTag<()>) {
        let name = String::from_utf8_lossy(&tag.name).to_ascii_lowercase();
        match name.as_str() {
            "br" => self.break_always(),
            "hr" => {
                self.break_line();
                self.push_text(if opens_quote(tag) {
                    OPENING_LINE
                } else {
                    "________________________________"
                });
                self.break_line();
            }
            "div" if opens_quote(tag) => {
                self.break_line();
                self.push_text(OPENING_LINE);
                self.break_line();
            }
            "img" => self.picture(tag),
            "p" | "blockquote" | "ul" | "ol" | "table" | "pre" | "h1" | "h2" | "h3" | "h4"
            | "h5" | "h6" => self.break_paragraph(),
            "div" | "li" | "tr" | "section" | "article" | "header" | "footer" | "body"
            | "center" | "dt" | "dd" => self.break_line(),
            "td" | "th" if !self.current.is_empty() => self.current.push(' '),
            _ => {}
        }
        if is_void(&name) || tag.self_closing && name != "div" {
            return;
        }
        if name == "li" {
            self.bullet();
        }
        if self.open.len() >= DEPTH_MAX {
            return;
        }
        let effect = self.effect_of(&name, tag);
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
        self.open.push(Open { name, effect });
    }

    fn effect_of(&mut self, name: &str, tag: &StartTag<()>) -> Effect {
        if tag.attributes.is_empty() && matches!(name, "p" | "div" | "span" | "b" | "i" | "td") {
            return Effect::Plain;
        }
        let attribute = |wanted: &[u8]| attribute(tag, wanted);
        match name {
            "blockquote" if !is_indented(tag) => return Effect::Blockquote,
            "head" | "script" | "style" | "title" | "template" | "noscript" => {
                return Effect::Hidden;
            }
            "ol" => return Effect::Ordered(attribute(b"start").parse().unwrap_or(1)),
            "ul" => return Effect::Unordered,
            "pre" => return Effect::Preformatted,
            _ => {}
        }
        let style = style_of(tag);
        let hidden = ["display:none", "mso-hide:all", "visibility:hidden"]
            .iter()
            .any(|way| style.contains(way));
        if hidden || tag.attributes.contains_key(b"hidden".as_slice()) {
            return Effect::Hidden;
        }
        if attribute(b"name") == "quote" {
            self.wrappers_seen += 1;
            return Effect::Wrapper(self.wrappers_seen);
        }
        let names = format!(
            "{} {} {}",
            attribute(b"class"),
            attribute(b"id"),
            attribute(b"name")
        );
        let among = |known: &[&str]| {
            names.split_whitespace().take(20).any(|given| {
                let given = given.strip_prefix("x_").unwrap_or(given);
                known
                    .iter()
                    .any(|k| given.starts_with(k) || given.ends_with(k))
            })
        };
        if among(ATTRIBUTION_WRAPPERS) {
            Effect::Attribution
        } else if among(SIGNATURE_WRAPPERS) {
            Effect::Hidden
        } else if among(QUOTE_WRAPPERS) {
            self.wrappers_seen += 1;
            Effect::Wrapper(self.wrappers_seen)
        } else {
            Effect::Plain
        }
    }

    fn end(&mut self, name: &str) {
        let name = name.to_ascii_lowercase();
        match name.as_str() {
            "p" | "blockquote" | "ul" | "ol" | "table" | "pre" | "h1" | "h2" | "h3" | "h4"
            | "h5" | "h6" => self.break_paragraph(),
            "div" | "li" | "tr" | "section" | "article" | "dt" | "dd" => self.break_line(),
            _ => {}
        }
        let Some(at) = self.open.iter().rposition(|open| open.name == name) else {
            return;
        };
        for closed in self.open.split_off(at) {
            match closed.effect {
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
    fn picture(&mut self, tag: &StartTag<()>) {
        let alt = tag
            .attributes
            .iter()
            .find(|(key, _)| key.as_slice() == b"alt")
            .map(|(_, value)| String::from_utf8_lossy(value).into_owned())
            .unwrap_or_default();
        if alt.chars().count() <= 4 && !alt.is_ascii() {
            self.push_text(&alt);
        }
    }

    fn text(&mut self, text: &str) {
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
        if text.starts_with(blank) && !self.current.is_empty() && !self.current.ends_with(' ') {
            self.current.push(' ');
        }
        let mut first = true;
        for word in text.split(blank).filter(|word| !word.is_empty()) {
            if !first {
                self.current.push(' ');
            }
            self.push_text(word);
            first = false;
        }
        if !first && text.ends_with(blank) {
            self.current.push(' ');
        }
    }

    fn push_text(&mut self, text: &str) {
        if self.hidden == 0 {
            self.octets += text.len();
            self.current.push_str(&text.replace('\u{a0}', " "));
        }
    }

    /// Ends the line if there is one: what the edges of blocks do.
    fn break_line(&mut self) {
        if self.current.trim().is_empty() {
            self.current.clear();
        } else {
            self.break_always();
        }
    }

    /// Ends the line even if it is empty: what `<br>` does.
    fn break_always(&mut self) {
        self.octets += 1;
        let text = std::mem::take(&mut self.current);
        let kept = if text.trim().is_empty() {
            String::new()
        } else {
            text
        };
        let line = self.line(kept);
        self.lines.push(line);
    }

    fn break_paragraph(&mut self) {
        self.break_line();
        if self.lines.last().is_some_and(|line| !line.text.is_empty()) {
            let blank = self.line(String::new());
            self.lines.push(blank);
        }
    }

    fn line(&self, text: String) -> Line {
        Line {
            text,
            quotes: self.quotes.min(QUOTE_DEPTH_MAX),
            wrapper: self.wrappers.last().copied(),
            attribution: self.attribution > 0,
        }
    }

    /// Puts the marks in front. A wrapper counts as a quote if no blockquote stands in it, text
    /// stands before it, and no text of the writer's follows it.
    fn finish(self) -> String {
        let has_text = |line: &&Line| !line.text.trim().is_empty();
        let quoting: Vec<usize> = self
            .lines
            .iter()
            .filter(|line| line.quotes > 0)
            .filter_map(|line| line.wrapper)
            .collect();
        let outside = |line: &&Line| line.wrapper.is_none() && line.quotes == 0;
        let last_outside = self
            .lines
            .iter()
            .rposition(|line| outside(&line) && has_text(&line));
        let mut text = String::new();
        let mut quoting_sorted = quoting;
        quoting_sorted.sort_unstable();
        for (number, line) in self.lines.iter().enumerate() {
            let wrapped = line.wrapper.is_some_and(|wrapper| {
                quoting_sorted.binary_search(&wrapper).is_err()
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
            text.push_str(line.text.trim_end());
            text.push('\n');
        }
        text
    }
}

fn attribute(tag: &StartTag<()>, wanted: &[u8]) -> String {
    tag.attributes
        .iter()
        .find(|(key, _)| key.as_slice() == wanted)
        .map(|(_, value)| String::from_utf8_lossy(value).to_ascii_lowercase())
        .unwrap_or_default()
}

/// The style without blanks.
fn style_of(tag: &StartTag<()>) -> String {
    let style = attribute(tag, b"style");
    let squeezed = style.chars().filter(|c| !c.is_whitespace());
    squeezed.take(400).collect()
}

/// What Outlook, Zimbra and others put directly above a quoted mail.
fn opens_quote(tag: &StartTag<()>) -> bool {
    if tag.attributes.is_empty() {
        return false;
    }
    let known = [b"id".as_slice(), b"name", b"data-marker"]
        .iter()
        .any(|key| {
            let value = attribute(tag, key);
            let value = value.strip_prefix("x_").unwrap_or(&value);
            QUOTE_OPENINGS.contains(&value)
        });
    if known {
        return true;
    }
    let style = style_of(tag);
    let outlook = style.contains("border-top:solid")
        && (style.contains("1.0pt") || style.contains("1pt"))
        && style.contains("padding:3");
    let windows_mail = style.contains("padding-top:5px") && style.contains("border-top");
    outlook || windows_mail
}

/// A blockquote by which a writer only moves a paragraph in.
fn is_indented(tag: &StartTag<()>) -> bool {
    let style = style_of(tag);
    style.contains("border:none") && style.contains("40px")
}

fn is_void(name: &str) -> bool {
    matches!(
        name,
        "br" | "hr" | "img" | "meta" | "link" | "input" | "wbr" | "area" | "base" | "col" | "embed"
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
