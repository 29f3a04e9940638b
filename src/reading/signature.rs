//! Signatures and what clients, gateways and lawyers add around a person's words.
//!
//! Works on a run of own lines. A delimiter or a legal footer ends the run, a device line goes, a
//! sign-off goes with the name behind it. A device named inside a sentence stays.

use crate::reading::language::{Languages, Sense, lexicon};
use crate::reading::message::Message;
use crate::reading::phrase::{first_words, fold, tokens};
use std::cell::LazyCell;

/// Longest signature below a sign-off, in lines.
const SIGNATURE_LINES_MAX: usize = 8;

/// Words of a line that are looked at, more than any phrase has.
const WORDS_MAX: usize = 40;
/// Longest line that may be the sender's name, in octets.
const NAME_OCTETS_MAX: usize = 2_000;

/// What has been seen of the mail before a run.
#[derive(Clone, Copy, Debug, Default)]
pub struct Place {
    /// Nothing of the sender's stands above.
    pub first: bool,
    /// The mail holds a quote, so that what stands here is no broken one.
    pub quotes: bool,
}

/// Which lines of the run stay when signature, device lines and banners are taken off.
pub fn kept(run: &[&str], message: &Message, place: Place) -> Vec<usize> {
    let mut numbers: Vec<usize> = Vec::with_capacity(run.len());
    let mut kept: Vec<&str> = Vec::with_capacity(run.len());
    let mut in_banner = false;
    let mut fenced_to = None;
    let names = LazyCell::new(|| names_of(message));
    for (at, line) in run.iter().enumerate() {
        let text = line.trim();
        let below = run.get(at + 1..).unwrap_or_default();
        if fenced_to.is_some_and(|to| at <= to) {
            continue;
        }
        if is_fence(text, FENCE_OPENING) {
            let mut lines = below.iter().take(FENCED_LINES_MAX);
            let end = lines.position(|line| is_fence(line.trim(), FENCE_END));
            fenced_to = end.map(|end| at + 1 + end);
            if fenced_to.is_some() {
                continue;
            }
        }
        if is_picture(text) || is_own_address(text, message) {
            continue;
        }
        let empty = kept.iter().all(|l| l.trim().is_empty());
        if is_delimiter(text) || (is_rule(text) && signs(below)) {
            break;
        }
        if in_banner {
            in_banner = !text.is_empty();
            continue;
        }
        let tokens = tokens(text);
        let mut room = [""; WORDS_MAX];
        let words = first_words(tokens.iter(), &mut room);
        if opens(words, Sense::Banner) || opens(behind_tag(text, words), Sense::Banner) {
            if place.first && empty {
                in_banner = true;
                continue;
            }
            break;
        }
        let added = is_client_line(text, words)
            || is_scanner_line(text)
            || opens_behind_names(words, &names);
        if added {
            if !empty && !place.quotes && is_letter(below) {
                break;
            }
            continue;
        }
        kept.push(line);
        numbers.push(at);
    }
    drop_sign_off(&mut kept, message, place.first);
    drop_card(&mut kept);
    // Both take lines off the end only.
    numbers.truncate(kept.len());
    numbers
}

/// How a gateway fences its banner in, behind letters of chance: `ZjQcmQRYFpfptBannerStart`.
const FENCE_OPENING: &str = "BannerStart";
const FENCE_END: &str = "BannerEnd";
/// Most lines of a banner between fences.
const FENCED_LINES_MAX: usize = 20;

fn is_fence(line: &str, end: &str) -> bool {
    line.ends_with(end) && line.bytes().all(|octet| octet.is_ascii_alphanumeric())
}

/// The words behind a tag in brackets: `[EXTERNAL] CAUTION: …`.
fn behind_tag<'a, 'w>(line: &str, words: &'a [&'w str]) -> &'a [&'w str] {
    let tag = line.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    let count = tag.map_or(0, |(tag, _)| tag.split_whitespace().count());
    words.get(count..).unwrap_or_default()
}

/// What stands in the plain text for a picture that the client sends along: `[cid:image001.png@…]`.
fn is_picture(line: &str) -> bool {
    let inner = line
        .strip_prefix(['[', '<'])
        .and_then(|rest| rest.strip_suffix([']', '>']));
    inner.is_some_and(|inner| {
        let named = inner.strip_prefix("image:").map(str::trim);
        let file = |name: &str| !name.contains(char::is_whitespace) && name.contains('.');
        (inner.starts_with("cid:") && !inner.contains(char::is_whitespace))
            || named.is_some_and(file)
    })
}

/// The sender's own address alone, which some clients put where a signature would stand.
fn is_own_address(line: &str, message: &Message) -> bool {
    let bare = line.trim_matches(['<', '>', ' ', '*']);
    let from = message.from.as_ref();
    from.is_some_and(|from| bare.eq_ignore_ascii_case(from.address.as_str()))
}

/// "Virus-free.www.example.com": few words, one of which is of viruses, and a link.
fn is_scanner_line(line: &str) -> bool {
    let lower = line.to_ascii_lowercase();
    line.split_whitespace().count() <= SCANNER_WORDS_MAX
        && lower.contains("www.")
        && (lower.contains("virus") || lower.contains("viren"))
}

/// Most words of what a scanner of mails adds.
const SCANNER_WORDS_MAX: usize = 6;

/// "Ben Smith reacted via Gmail": what a client says of the sender.
fn opens_behind_names(words: &[&str], names: &[String]) -> bool {
    let count = words
        .iter()
        .take_while(|word| names.iter().any(|name| name == *word))
        .count();
    count > 0
        && opens(
            words.get(count..).unwrap_or_default(),
            Sense::ClientLineOfSender,
        )
}

fn opens(words: &[&str], sense: Sense) -> bool {
    let mark = lexicon().longest(words, 0, &[sense], Languages::ALL);
    mark.is_some()
}

fn opens_with(line: &str, sense: Sense) -> bool {
    opens(
        first_words(tokens(line).iter(), &mut [""; WORDS_MAX]),
        sense,
    )
}

fn is_delimiter(line: &str) -> bool {
    matches!(
        line,
        "--" | "__" | "—" | "–" | "*--*" | "*-- *" | "-- *" | "*--" | "‐‐"
    )
}

/// A line drawn across: before a signature, or between sections of what somebody wrote.
fn is_rule(line: &str) -> bool {
    line.len() >= 3
        && line
            .chars()
            .all(|c| matches!(c, '_' | '-' | '=' | '*' | '—' | '–'))
}

/// Few short lines, one of which says how to reach somebody.
fn signs(below: &[&str]) -> bool {
    let lines: Vec<&str> = below
        .iter()
        .map(|line| line.trim())
        .filter(|line| !line.is_empty())
        .take(SIGNATURE_LINES_MAX * 2)
        .collect();
    let short = lines.iter().all(|line| line.chars().count() <= 90);
    lines.is_empty()
        || (lines.len() <= SIGNATURE_LINES_MAX && short && lines.iter().any(|line| reaches(line)))
        || lines
            .first()
            .is_some_and(|line| opens_with(line, Sense::Banner))
}

/// Holds an address, a link or a telephone number.
fn reaches(line: &str) -> bool {
    let lower = line.to_ascii_lowercase();
    let linked = lower.contains("www.") || lower.contains("://");
    let addressed = lower.contains('@') && lower.contains('.');
    let digits = line.bytes().filter(u8::is_ascii_digit).count();
    let others = line.chars().filter(|c| c.is_alphabetic()).count();
    linked || addressed || (digits >= 7 && others <= 12)
}

/// Reads like a letter of somebody's: opens with a greeting, or goes on at length.
fn is_letter(below: &[&str]) -> bool {
    let first = below.iter().find(|line| !line.trim().is_empty());
    let greeted = first.is_some_and(|line| {
        line.trim_end().ends_with([',', '!', ':'])
            && line.split_whitespace().count() <= 4
            && opens_with(line, Sense::Greeting)
    });
    let mut words = below.iter().flat_map(|line| line.split_whitespace());
    greeted || words.nth(40).is_some()
}

/// "Sent from my phone" as a line of its own, perhaps with more politeness behind it. "Sent from
/// my desk, which is easier" is a sentence.
fn is_client_line(line: &str, words: &[&str]) -> bool {
    if line.len() >= 160 {
        return false;
    }
    if !opens(words, Sense::ClientLine) {
        let eastern = || lexicon().stands_in(line, Sense::ClientLineInside);
        return !line.is_ascii() && line.chars().count() < 30 && eastern();
    }
    let bare = line.trim_matches([
        '<', '[', '(', '*', ' ', '>', ']', ')', '_', '-', '/', '.', '\'', '"',
    ]);
    let clause = bare.split([',', ';', '!']).next().unwrap_or_default();
    let tokens = tokens(clause);
    let mut room = [""; WORDS_MAX];
    let in_clause = first_words(tokens.iter(), &mut room);
    let device = in_clause
        .iter()
        .any(|word| lexicon().begins(word, Sense::Device));
    let goes_on = clause.len() + 1 < bare.trim_end().len();
    device || (!goes_on && in_clause.len() <= 7)
}

/// Takes "Best, Ben" and what follows it off the end; also the name alone, or a card under it.
fn drop_sign_off(kept: &mut Vec<&str>, message: &Message, first: bool) {
    trim(kept);
    let names = LazyCell::new(|| names_of(message));
    let is_name = |line: &str| {
        let bare = line.trim_matches(|c: char| !c.is_alphanumeric());
        if bare.len() > NAME_OCTETS_MAX {
            return false;
        }
        let folded = fold(bare);
        !folded.is_empty() && names.contains(&folded)
    };
    let text_above = |at: usize| kept.iter().take(at).any(|line| !line.trim().is_empty());
    let blank_above = |at: usize| {
        at.checked_sub(1)
            .and_then(|above| kept.get(above))
            .is_none_or(|line| line.trim().is_empty())
    };
    let below = |at: usize| kept.get(at + 1..).unwrap_or_default();
    let few = |at: usize| below(at).iter().all(|line| line.chars().count() <= 70);
    let earliest = kept.len().saturating_sub(SIGNATURE_LINES_MAX);
    let ends_at = (earliest..kept.len()).find(|at| {
        let Some(line) = kept.get(*at).filter(|_| few(*at)) else {
            return false;
        };
        let next = below(*at).iter().find(|line| !line.trim().is_empty());
        let named = || {
            next.is_none_or(|next| {
                is_name(next)
                    || (next.split_whitespace().count() <= 4 && !next.ends_with(['?', '!', '.']))
            })
        };
        let signed_off = (text_above(*at) || !first) && is_sign_off(line, &is_name) && named();
        let carded = text_above(*at)
            && is_name(line)
            && (next.is_none() || (blank_above(*at) && below(*at).iter().any(|l| reaches(l))));
        signed_off || carded || (next.is_none() && text_above(*at) && is_dashed_name(kept, *at))
    });
    if let Some(at) = ends_at {
        kept.truncate(at);
    }
    trim(kept);
}

fn trim(kept: &mut Vec<&str>) {
    while kept.last().is_some_and(|line| line.trim().is_empty()) {
        kept.pop();
    }
}

/// `-Ben` or `~ Ben Smith` at the end, and no list of such lines.
fn is_dashed_name(kept: &[&str], at: usize) -> bool {
    let Some(line) = kept.get(at).map(|line| line.trim()) else {
        return false;
    };
    let Some(name) = line.strip_prefix(['-', '–', '—', '~']) else {
        return false;
    };
    let spaced = name.starts_with(' ');
    let listed = |line: &&str| line.trim_start().starts_with(['-', '*', '•', '–']);
    let blank_above = at
        .checked_sub(1)
        .and_then(|above| kept.get(above))
        .is_some_and(|line| line.trim().is_empty());
    (1..=3).contains(&name.split_whitespace().count())
        && name
            .trim()
            .chars()
            .all(|c| c.is_alphabetic() || matches!(c, ' ' | '.' | '-' | '\''))
        && name
            .split_whitespace()
            .all(|w| w.starts_with(char::is_uppercase))
        && (!spaced || (blank_above && !line.starts_with('-')))
        && !kept.iter().take(at).any(listed)
}

/// Takes a visiting card off the end: a paragraph of short lines, a name first, with an address or
/// a telephone number.
fn drop_card(kept: &mut Vec<&str>) {
    let start = kept
        .iter()
        .rposition(|line| line.trim().is_empty())
        .map_or(0, |blank| blank + 1);
    let card = kept.get(start..).unwrap_or_default();
    let capital = |word: &str| word.starts_with(|c: char| c.is_uppercase());
    let named = card.first().is_some_and(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        (1..=5).contains(&words.len())
            && words.iter().all(|word| capital(word))
            && !line.ends_with(['.', '!', '?', ':', ','])
    });
    let is_card = start > 0
        && (2..=SIGNATURE_LINES_MAX).contains(&card.len())
        && named
        && card.iter().all(|line| line.chars().count() <= 70)
        && card.iter().skip(1).any(|line| reaches(line));
    if is_card {
        kept.truncate(start);
        trim(kept);
    }
}

/// A line that is a sign-off and nothing else, or with the name behind it.
fn is_sign_off(line: &str, is_name: &dyn Fn(&str) -> bool) -> bool {
    let tokens = tokens(line);
    let mut room = [""; WORDS_MAX];
    let words = first_words(tokens.iter(), &mut room);
    let Some(mark) = lexicon().longest(words, 0, &[Sense::SignOff], Languages::ALL) else {
        return false;
    };
    let rest = words.get(mark.words..).unwrap_or_default();
    rest.is_empty() || is_name(&rest.join(" "))
}

/// What stands behind `[Ben Smith] `, by which some clients mark words typed inside a quote.
pub fn behind_own_name<'a>(line: &'a str, message: &Message) -> Option<&'a str> {
    let inner = line.trim_start().strip_prefix('[')?;
    let (name, rest) = inner.split_once(']')?;
    if name.len() > NAME_OCTETS_MAX || rest.trim().is_empty() {
        return None;
    }
    let folded = fold(name);
    let mut parts = folded
        .split(|c: char| !c.is_alphanumeric())
        .filter(|part| !part.is_empty())
        .peekable();
    parts.peek()?;
    let names = names_of(message);
    let named = parts.all(|part| names.iter().any(|name| name == part));
    named.then(|| rest.trim_start())
}

/// The sender's names as a signature may have them.
fn names_of(message: &Message) -> Vec<String> {
    let Some(from) = &message.from else {
        return Vec::new();
    };
    let full = fold(from.name.as_str());
    let mut names: Vec<String> = full
        .split(|c: char| !c.is_alphanumeric())
        .filter(|part| part.chars().count() > 1)
        .map(str::to_owned)
        .collect();
    let initials: String = names.iter().filter_map(|n| n.chars().next()).collect();
    if let Some(first) = names.first().and_then(|n| n.chars().next()) {
        names.push(first.to_string());
    }
    if initials.chars().count() > 1 {
        names.push(initials);
    }
    let local = from.address.local().split('+').next().unwrap_or_default();
    names.extend(
        fold(local)
            .split(['.', '_', '-'])
            .filter(|part| part.chars().count() > 1)
            .map(str::to_owned),
    );
    names.push(full);
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(body: &str) -> String {
        let message = Message::parse(b"From: Ben Smith <ben@x.org>\n\n");
        let run: Vec<&str> = body.lines().collect();
        let place = Place {
            first: true,
            quotes: false,
        };
        let kept = super::kept(&run, &message, place);
        let lines: Vec<&str> = kept.into_iter().map(|at| run[at]).collect();
        lines.join("|")
    }

    #[test]
    fn signatures_and_device_lines_go() {
        assert_eq!(kept("Yes\n\nBest,\nBen\nHead of Sales\n+49 30 123"), "Yes");
        assert_eq!(kept("Yes\n--\nNo one left behind"), "Yes");
        assert_eq!(kept("Yes\n\nSent from my iPhone"), "Yes");
        assert_eq!(kept("Yes\n-Ben"), "Yes");
        assert_eq!(kept("Ja, gerne\nViele Grüße\nBen"), "Ja, gerne");
        assert_eq!(kept("Yes!\nThanks, Ben"), "Yes!");
    }

    #[test]
    fn sentences_stay() {
        for text in [
            "Ben",
            "I wrote it from my phone, sorry",
            "Best: the demo",
            "Thanks for asking me",
            "Thanks",
            "Sent from my desk, which is easier than my mobile phone.",
            "One part\n____________________\nand the other part of it",
        ] {
            assert_eq!(kept(text).replace('|', "\n"), text);
        }
    }

    #[test]
    fn banners_above_and_lawyers_below_go() {
        assert_eq!(
            kept(
                "CAUTION: This email originated from outside the organization. Do not click.\n\nYes\n\nThis email and any attachments are confidential. If you are not the intended recipient, do not read."
            ),
            "|Yes".trim_start_matches('|')
        );
    }
}
