//! Headings: which prompt some words name, and how what is said under it goes on behind them.

use crate::lunch::notes::Section;
use crate::reading::language::{Languages, Sense, lexicon};
use crate::reading::phrase::{Token, tokens};

/// Longest phrase that is looked up, in words.
const PHRASE_WORDS_MAX: usize = 9;
/// Most words in front of a heading.
const LEADS_MAX: usize = 6;
/// Most words between a heading and its mark.
const TAIL_WORDS_MAX: usize = 9;
/// Most of them that say something of their own ("the best moment in the ward round:").
const TAIL_UNKNOWN_MAX: usize = 6;

/// What a mark opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    Section(Section),
    Achieved,
    Unplaced,
}

/// A text and its tokens.
pub(super) struct Text<'a> {
    pub(super) text: &'a str,
    pub(super) tokens: Vec<Token<'a>>,
    /// Before which tokens a sentence may begin; one more than there are tokens. Told once, so that a
    /// row of brackets or pictures is not walked back from each of its members.
    opens: Vec<bool>,
}

impl<'a> Text<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let tokens = tokens(text);
        let mut opens = Vec::with_capacity(tokens.len() + 1);
        let mut open = true;
        opens.push(open);
        for token in &tokens {
            open = match (token.is_word, &*token.text) {
                (false, "." | "!" | "?" | ";" | "\n" | "…" | "/" | "|" | "*" | "_") => true,
                (false, "(" | "\"" | "“" | "-" | "–" | "—") => open,
                (false, _) => false,
                (true, word) => open && is_picture(word),
            };
            opens.push(open);
        }
        Self {
            text,
            tokens,
            opens,
        }
    }

    pub(super) fn token(&self, at: usize) -> Option<&Token<'a>> {
        self.tokens.get(at)
    }

    /// The word there, folded, if it is one.
    pub(super) fn word(&self, at: usize) -> Option<&str> {
        self.token(at).filter(|t| t.is_word).map(|t| &*t.text)
    }

    /// The mark of punctuation there, if it is one.
    pub(super) fn mark(&self, at: usize) -> Option<&str> {
        self.token(at).filter(|t| !t.is_word).map(|t| &*t.text)
    }

    /// As it was typed.
    pub(super) fn raw(&self, at: usize) -> &'a str {
        let token = self.tokens.get(at);
        token
            .and_then(|t| self.text.get(t.start..t.end))
            .unwrap_or_default()
    }

    /// Where a token begins; the end of the text behind the last.
    pub(super) fn start(&self, at: usize) -> usize {
        self.token(at).map_or(self.text.len(), |t| t.start)
    }

    /// A picture or a sign that is no word.
    pub(super) fn is_picture(&self, at: usize) -> bool {
        self.word(at).is_some_and(is_picture)
    }

    /// Whether a hyphen stands inside a compound ("one-off").
    pub(super) fn is_hyphen(&self, at: usize) -> bool {
        let touches = |a: Option<&Token<'_>>, b: Option<&Token<'_>>| {
            a.is_some_and(|a| b.is_some_and(|b| a.end == b.start))
        };
        let before = at.checked_sub(1).and_then(|at| self.token(at));
        self.mark(at) == Some("-")
            && before.is_some_and(|t| t.is_word)
            && self.word(at + 1).is_some()
            && touches(before, self.token(at))
            && touches(self.token(at), self.token(at + 1))
    }

    /// The words from a token on, up to the next punctuation; and the token behind each.
    fn run(&self, at: usize) -> (Vec<&str>, Vec<usize>) {
        let mut words = Vec::with_capacity(PHRASE_WORDS_MAX);
        let mut behind = Vec::with_capacity(PHRASE_WORDS_MAX);
        let mut next = at;
        while words.len() < PHRASE_WORDS_MAX {
            if self.is_hyphen(next) {
                next += 1;
            }
            let Some(word) = self.word(next) else {
                break;
            };
            next += 1;
            words.push(word);
            behind.push(next);
        }
        (words, behind)
    }

    /// The longest phrase of some senses from a token on, and the token behind it.
    pub(super) fn find(&self, at: usize, senses: &[Sense]) -> Option<Found> {
        self.word(at)?;
        let (words, behind) = self.run(at);
        let mark = lexicon().longest(&words, 0, senses, Languages::ALL)?;
        Some(Found {
            sense: mark.sense,
            end: *behind.get(mark.words.checked_sub(1)?)?,
            words: mark.words,
        })
    }

    /// Whether a clause may begin at a token.
    pub(super) fn opens_clause(&self, at: usize) -> bool {
        let Some(before) = at.checked_sub(1) else {
            return true;
        };
        match self.word(before) {
            Some(word) => self.is_picture(before) || lexicon().is(word, Sense::Connecting),
            None => !self.is_hyphen(before) && self.mark(before) != Some("'"),
        }
    }

    /// Whether a sentence may begin at a token: behind its end, a break, a semicolon or a slash.
    pub(super) fn opens_sentence(&self, at: usize) -> bool {
        self.opens.get(at).copied().unwrap_or(false)
    }
}

fn is_picture(word: &str) -> bool {
    !word.chars().any(char::is_alphanumeric)
}

/// A phrase found.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    pub(super) sense: Sense,
    /// The token behind it.
    pub(super) end: usize,
    pub(super) words: usize,
}

/// A heading.
#[derive(Clone, Copy, Debug)]
pub(super) struct Head {
    pub(super) slot: Slot,
    /// Counts only beside a heading of another section.
    pub(super) paired: bool,
    /// Is the worst moment where there is none and a goal follows.
    pub(super) improvable: bool,
    /// Helps or hinders: a part of the focus, whose label stays.
    pub(super) labelled: bool,
    /// Its first token, without what leads to it.
    pub(super) first: usize,
    /// The token behind it.
    pub(super) end: usize,
    pub(super) words: usize,
}

impl Head {
    /// The heading that stands directly at a token.
    fn at(text: &Text<'_>, at: usize) -> Option<Self> {
        const SENSES: &[Sense] = &[
            Sense::Best,
            Sense::Worst,
            Sense::Focus,
            Sense::PairedBest,
            Sense::PairedWorst,
            Sense::PairedFocus,
            Sense::Improvable,
            Sense::Achieved,
            Sense::Helps,
            Sense::Hinders,
        ];
        let found = text.find(at, SENSES)?;
        // "Best wishes" heads nothing.
        let farewell = text.find(at, &[Sense::SignOff, Sense::Thanks]);
        if farewell.is_some_and(|farewell| farewell.words > found.words) {
            return None;
        }
        let slot = match found.sense {
            Sense::Best | Sense::PairedBest => Slot::Section(Section::Best),
            Sense::Worst | Sense::PairedWorst => Slot::Section(Section::Worst),
            Sense::Achieved => Slot::Achieved,
            _ => Slot::Section(Section::Focus),
        };
        Some(Self {
            slot,
            paired: matches!(
                found.sense,
                Sense::PairedBest | Sense::PairedWorst | Sense::PairedFocus
            ),
            improvable: found.sense == Sense::Improvable,
            labelled: matches!(found.sense, Sense::Helps | Sense::Hinders),
            first: at,
            end: found.end,
            words: found.words,
        })
    }

    /// The heading at a token, behind words that may lead to one: "so the", "Ana's", "for me".
    pub(super) fn led(text: &Text<'_>, at: usize) -> Option<Self> {
        let mut next = at;
        let mut names = 0;
        // "Pour" heads what speaks for somebody, and leads to "pour ton objectif".
        let mut leading = None;
        for _ in 0..LEADS_MAX {
            let lead = text.find(next, &[Sense::HeadingLead]);
            if let Some(head) = Self::at(text, next) {
                let leads = head.paired && lead.is_some_and(|lead| lead.end == head.end);
                if !leads || leading.is_some() {
                    return Some(leading.filter(|_| head.paired).unwrap_or(head));
                }
                leading = Some(head);
            }
            if let Some(lead) = lead {
                next = lead.end;
            } else if names < 2 && is_leading_name(text, next) {
                names += 1;
                next += 1;
            } else {
                return leading;
            }
            // "Well, the best", "Ben: best".
            if matches!(text.mark(next), Some("," | ":")) && text.word(next + 1).is_some() {
                if leading.is_some() {
                    return leading;
                }
                next += 1;
            }
        }
        leading.or_else(|| Head::at(text, next))
    }

    pub(super) const fn section(&self) -> Option<Section> {
        match self.slot {
            Slot::Section(section) => Some(section),
            _ => None,
        }
    }
}

fn is_name(text: &Text<'_>, at: usize) -> bool {
    let raw = text.raw(at);
    let capital = raw.starts_with(char::is_uppercase)
        || raw
            .split(['\'', '’'])
            .nth(1)
            .is_some_and(|rest| rest.starts_with(char::is_uppercase));
    capital && raw.chars().count() > 1 && text.word(at).is_some()
}

/// A name between a heading and its mark: "of Ana", "d'Ana", "Ana:".
fn is_named(text: &Text<'_>, at: usize) -> bool {
    let led = at.checked_sub(1).is_some_and(|before| {
        text.find(before, &[Sense::HeadingTail]).is_some() || is_name(text, before)
    });
    let marked = matches!(text.mark(at + 1), Some(":" | "–" | "—" | "="));
    let joined = text.raw(at).contains(['\'', '’']);
    is_name(text, at) && (led || marked || joined)
}

/// A name that owns what is behind it, or that is spoken to: "Ana's", "Ana Smith's", "Ben,".
fn is_leading_name(text: &Text<'_>, at: usize) -> bool {
    let raw = text.raw(at);
    let owns = raw.ends_with("'s") || raw.ends_with("’s");
    let behind = text.mark(at + 1);
    let owner = raw.ends_with('s') || matches!(behind, Some("'" | "’"));
    let spoken_to = matches!(behind, Some("," | ":"));
    let goes_on = text
        .word(at + 1)
        .is_some_and(|_| text.raw(at + 1).ends_with("'s") || text.raw(at + 1).ends_with("’s"));
    owns || (is_name(text, at) && (owner || spoken_to || goes_on))
}

/// How the words go on behind a heading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum How {
    /// Nothing more stands on the line.
    Alone,
    /// A colon or its like.
    Marked,
    /// A dash.
    Dashed,
    /// "was", "is".
    Linked,
    /// A comma.
    Comma,
    /// The words follow directly.
    Bare,
}

/// What stands behind a heading.
#[derive(Clone, Copy, Debug)]
pub(super) struct Follow {
    pub(super) how: How,
    /// Where the note begins, in octets.
    pub(super) from: usize,
    /// Words between heading and mark that say something of their own.
    pub(super) unknown: usize,
    /// Where the words between heading and mark begin, in octets.
    pub(super) tail: usize,
}

impl Follow {
    /// Looks behind a heading.
    pub(super) fn of(text: &Text<'_>, head: &Head) -> Self {
        let mut behind = head.end;
        while matches!(text.mark(behind), Some("*" | "_")) {
            behind += 1;
        }
        let bare = Self {
            how: How::Bare,
            from: text.start(behind),
            unknown: 0,
            tail: text.start(behind),
        };
        if let Some(asked) = asked_behind(text, head) {
            return asked;
        }
        if let Some(from) = linked_within(text, head).or_else(|| linked_behind_comma(text, head)) {
            return Self {
                how: How::Linked,
                from,
                ..bare
            };
        }
        let mut at = head.end;
        let mut unknown = 0;
        let mut names = 0;
        let pictured = (head.first..head.end).all(|at| text.is_picture(at));
        for _ in 0..TAIL_WORDS_MAX {
            if text.word(at).is_none() {
                break;
            }
            if pictured && !text.is_picture(at) {
                return bare;
            }
            if text.is_picture(at) {
                if matches!(text.raw(at), "→" | "⇒" | "➡" | "➔") {
                    break;
                }
                at += 1;
                continue;
            }
            if unknown == 0
                && let Some(link) = text.find(at, &[Sense::Linking])
            {
                return Self {
                    how: How::Linked,
                    from: behind_mark(text, link.end),
                    unknown,
                    tail: bare.tail,
                };
            }
            match text.find(at, &[Sense::HeadingTail]) {
                Some(tail) => at = tail.end,
                None if unknown == 0 && names < 2 && is_named(text, at) => {
                    names += 1;
                    at += 1;
                }
                None => {
                    unknown += 1;
                    at += 1;
                }
            }
            if unknown > TAIL_UNKNOWN_MAX {
                return bare;
            }
            if text.is_hyphen(at) {
                at += 1;
            }
            at = behind_brackets(text, at);
        }
        at = behind_brackets(text, at);
        while matches!(text.mark(at), Some("*" | "_" | "\"" | "”" | ")" | "]")) {
            at += 1;
        }
        let how = match text.mark(at) {
            Some(":" | "=" | "|" | "：" | "?") => How::Marked,
            Some("-" | "–" | "—") if !text.is_hyphen(at) => How::Dashed,
            Some(",") => How::Comma,
            Some("." | "!" | "…") => match text.mark(at + 1) {
                Some("." | "\n" | "*" | "_") => How::Alone,
                None if text.token(at + 1).is_none() => How::Alone,
                _ if unknown == 0 && text.mark(at) != Some("!") => How::Marked,
                _ => return bare,
            },
            Some("\n") => How::Alone,
            None if text.token(at).is_none() => How::Alone,
            None if matches!(text.raw(at), "→" | "⇒" | "➡" | "➔") => How::Marked,
            _ if text.start(at) > bare.tail && follows_tab(text, at) => How::Marked,
            _ => return bare,
        };
        if how == How::Alone && unknown > 0 {
            return bare; // a whole line of words, and no heading
        }
        let from = match how {
            How::Alone => text.start(at),
            _ => behind_mark(text, at),
        };
        Self {
            how,
            from,
            unknown,
            tail: bare.tail,
        }
    }

    /// A heading that is plainly one: with its mark, and nothing in front of that to be lost.
    pub(super) fn is_firm(&self, head: &Head) -> bool {
        match self.how {
            How::Alone => self.unknown == 0,
            How::Marked => {
                self.unknown == 0
                    || (!head.paired
                        && !head.labelled
                        && (head.words > 1 || head.slot == Slot::Section(Section::Focus)))
            }
            How::Dashed => self.unknown == 0,
            How::Linked | How::Comma | How::Bare => false,
        }
    }
}

fn follows_tab(text: &Text<'_>, at: usize) -> bool {
    let before = text.text.get(..text.start(at)).unwrap_or_default();
    before.ends_with('\t')
}

/// "(of Ana)", in which anything may stand.
fn behind_brackets(text: &Text<'_>, at: usize) -> usize {
    let closing = match text.mark(at) {
        Some("(") => ")",
        Some("[") => "]",
        _ => return at,
    };
    (at + 1..at + 14)
        .find(|i| text.mark(*i) == Some(closing))
        .map_or(at, |closed| closed + 1)
}

/// "Weniger gut war der Ton": a heading of several words whose last one links, and words behind it.
fn linked_within(text: &Text<'_>, head: &Head) -> Option<usize> {
    let last = head.end.checked_sub(1).filter(|last| *last > head.first)?;
    let link = text.find(last, &[Sense::Linking])?;
    let goes_on = link.end == head.end && text.word(head.end).is_some();
    goes_on.then(|| text.start(head.end))
}

/// "Ce que j'ai préféré, c'est ton calme": a comma, and behind it the word that links.
fn linked_behind_comma(text: &Text<'_>, head: &Head) -> Option<usize> {
    let comma = text.mark(head.end) == Some(",");
    let link = text.find(head.end + 1, &[Sense::Linking])?;
    let goes_on = text.word(link.end).is_some();
    (comma && goes_on).then(|| text.start(link.end))
}

/// Our own third prompt, typed or copied: "focus, influencing the client: what helps or hinders?"
fn asked_behind(text: &Text<'_>, head: &Head) -> Option<Follow> {
    if head.slot != Slot::Section(Section::Focus) {
        return None;
    }
    let mut asked = false;
    for at in head.end..head.end + 40 {
        match text.mark(at) {
            Some("\n") => return None,
            Some("?") if asked => {
                let alone = matches!(text.mark(at + 1), Some("\n")) || text.token(at + 1).is_none();
                return Some(Follow {
                    how: if alone { How::Alone } else { How::Marked },
                    from: behind_mark(text, at),
                    unknown: 0,
                    tail: text.start(head.end),
                });
            }
            _ => {}
        }
        text.token(at)?;
        let asks = [Sense::Helps, Sense::Hinders];
        asked = asked || text.find(at, &asks).is_some() || text.word(at) == Some("better");
    }
    None
}

/// The octet behind a mark and what decorates it, on the same line.
fn behind_mark(text: &Text<'_>, at: usize) -> usize {
    let mut start = text.start(at);
    if text
        .mark(at)
        .is_some_and(|mark| mark != "\n" && mark != "\"" && mark != "(")
    {
        start = text.token(at).map_or(start, |t| t.end);
    }
    let rest = text.text.get(start..).unwrap_or_default();
    let trimmed = rest.trim_start_matches([
        ':', '-', '–', '—', '=', '>', '*', '_', ' ', '|', '→', '⇒', '\t', '\u{a0}', ',', '：', '➡',
        '➔', '\u{fe0f}',
    ]);
    start + (rest.len() - trimmed.len())
}
