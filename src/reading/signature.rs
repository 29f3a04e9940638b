//! Signatures and what clients, gateways and lawyers add around a person's words.
//!
//! Works on a run of own lines. A delimiter or a legal footer ends the run, a device line goes, a
//! sign-off goes with the name behind it. A device named inside a sentence stays.

use crate::reading::language::{Languages, Sense, lexicon};
use crate::reading::message::Message;
use crate::reading::phrase::{fold, tokens};

/// Longest signature below a sign-off, in lines.
const SIGNATURE_LINES_MAX: usize = 8;

/// The run without signature, device lines and banners; `first` says that nothing stands above.
pub fn without(run: &[String], message: &Message, first: bool) -> Vec<String> {
    let mut kept: Vec<String> = Vec::with_capacity(run.len());
    let mut in_banner = false;
    for line in run {
        let text = line.trim();
        if is_delimiter(text) {
            break;
        }
        if in_banner {
            in_banner = !text.is_empty();
            continue;
        }
        if opens_with(text, Sense::Banner) {
            let at_top = first && kept.iter().all(|l| l.trim().is_empty());
            if at_top {
                in_banner = true;
                continue;
            }
            break;
        }
        if is_client_line(text) {
            continue;
        }
        kept.push(line.clone());
    }
    drop_sign_off(&mut kept, message);
    kept
}

fn words_of(line: &str) -> Vec<String> {
    let tokens = tokens(line);
    tokens
        .into_iter()
        .filter(|t| t.is_word)
        .map(|t| t.text.into_owned())
        .take(40)
        .collect()
}

fn opens_with(line: &str, sense: Sense) -> bool {
    if line.is_empty() {
        return false;
    }
    let words = words_of(line);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    lexicon()
        .longest(&words, 0, &[sense], Languages::ALL)
        .is_some()
}

fn is_delimiter(line: &str) -> bool {
    matches!(line, "--" | "-- " | "__" | "—" | "*--*" | "*-- *" | "– ")
        || (line.len() >= 20 && line.chars().all(|c| c == '_'))
}

/// "Sent from my phone" as a line of its own, perhaps with more politeness behind it.
fn is_client_line(line: &str) -> bool {
    line.len() < 120
        && opens_with(
            line.trim_matches(['<', '[', '(', '*', ' ']),
            Sense::ClientLine,
        )
}

/// Takes "Best, Ben" and what follows it off the end; also the name alone.
fn drop_sign_off(kept: &mut Vec<String>, message: &Message) {
    let trim = |kept: &mut Vec<String>| {
        while kept.last().is_some_and(|line| line.trim().is_empty()) {
            kept.pop();
        }
    };
    trim(kept);
    let names = names_of(message);
    let is_name = |line: &str| {
        let folded = fold(line.trim_matches(|c: char| !c.is_alphanumeric()));
        !folded.is_empty() && names.contains(&folded)
    };
    let earliest = kept.len().saturating_sub(SIGNATURE_LINES_MAX);
    let sign_off = (earliest..kept.len()).find(|at| {
        kept.get(*at)
            .is_some_and(|line| is_sign_off(line, &is_name))
            && kept
                .iter()
                .skip(at + 1)
                .all(|below| below.chars().count() <= 60)
            && kept
                .iter()
                .skip(at + 1)
                .find(|below| !below.trim().is_empty())
                .is_none_or(|below| is_name(below) || below.split_whitespace().count() <= 4)
    });
    if let Some(at) = sign_off {
        kept.truncate(at);
    } else if kept.iter().filter(|l| !l.trim().is_empty()).count() > 1
        && kept.last().is_some_and(|line| is_name(line))
    {
        kept.pop();
    }
    trim(kept);
}

/// A line that is a sign-off and nothing else, or with the name behind it.
fn is_sign_off(line: &str, is_name: &dyn Fn(&str) -> bool) -> bool {
    let words = words_of(line);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let Some(mark) = lexicon().longest(&words, 0, &[Sense::SignOff], Languages::ALL) else {
        return false;
    };
    let rest = words.get(mark.words..).unwrap_or_default();
    rest.is_empty() || is_name(&rest.join(" "))
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
        let run: Vec<String> = body.lines().map(str::to_owned).collect();
        without(&run, &message, true).join("|")
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
        ] {
            assert_eq!(kept(text), text);
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
