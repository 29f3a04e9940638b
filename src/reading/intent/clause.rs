//! Clauses: a text cut at punctuation and at "but", and joined again where a phrase goes across.

use super::SENSES;
use crate::reading::language::{Languages, Sense, lexicon};
use crate::reading::phrase::Token;

/// Longest phrase that a comma may stand in, in words.
const JOINED_WORDS_MAX: usize = 6;

/// Longest clause, in words; who writes no marks at all is read in pieces.
const CLAUSE_WORDS_MAX: usize = 200;

/// Words at the beginning and at the end of a text whose clauses are weighed.
const WEIGHED_WORDS: (usize, usize) = (3_000, 1_000);

/// Takes the clauses out of the middle of a text that is longer than anybody's answer.
pub(super) fn drop_middle(clauses: &mut Vec<Clause<'_>>) {
    let all: usize = clauses.iter().map(|clause| clause.words.len()).sum();
    let (first, last) = WEIGHED_WORDS;
    if all <= first + last {
        return;
    }
    let mut before = 0;
    clauses.retain(|clause| {
        let at = before;
        before += clause.words.len();
        at < first || before + last > all
    });
}

/// A clause: its words, and whether its sentence is a question.
pub(super) struct Clause<'a> {
    pub(super) words: Vec<&'a str>,
    pub(super) tokens: Vec<&'a Token<'a>>,
    pub(super) question: bool,
    /// Whether only a comma, a dash or "but" parts it from the one before.
    pub(super) continues: bool,
}

pub(super) fn clauses<'a>(tokens: &'a [Token<'a>], languages: Languages) -> Vec<Clause<'a>> {
    let mut found: Vec<Clause> = Vec::new();
    let mut current: Vec<&Token<'_>> = Vec::new();
    let mut continues = false;
    let mut sentence_first = 0;
    for (number, token) in tokens.iter().enumerate() {
        if token.text == "." && joins_words(tokens, number) {
            continue;
        }
        if token.is_word {
            if lexicon().is_in(&token.text, Sense::But, languages) && !current.is_empty() {
                push(&mut found, &mut current, continues);
                continues = true;
            }
            current.push(token);
            if current.len() >= CLAUSE_WORDS_MAX {
                push(&mut found, &mut current, continues);
                continues = true;
            }
            continue;
        }
        match &*token.text {
            "." | "!" | "?" | "\n" | "…" | ";" | "。" | "！" | "？" => {
                push(&mut found, &mut current, continues);
                continues = false;
                if matches!(&*token.text, "?" | "？") {
                    for clause in found.iter_mut().skip(sentence_first) {
                        clause.question = true;
                    }
                }
                sentence_first = found.len();
            }
            "," | "-" | "–" | "—" | ":" | "(" | ")" | "，" | "：" => {
                // A hyphen inside a compound ("one-off") parts nothing.
                let compound =
                    token.text == "-" && current.last().is_some_and(|last| last.end == token.start);
                if !compound && !current.is_empty() {
                    push(&mut found, &mut current, continues);
                    continues = true;
                }
            }
            _ => {}
        }
    }
    push(&mut found, &mut current, continues);
    found
}

/// Takes "really", "wirklich" and their like out of a clause in which nothing is understood with
/// them: "I would really like that".
pub(super) fn drop_fillers(clause: &mut Clause<'_>, languages: Languages) {
    let stance = [
        Sense::FirmYes,
        Sense::Yes,
        Sense::Fine,
        Sense::No,
        Sense::Later,
        Sense::Neutral,
        Sense::Doubt,
    ];
    let filler = |w: &&str| lexicon().is_in(w, Sense::Filler, languages);
    if !clause.words.iter().any(filler)
        || clause.words.len() < 2
        || !lexicon()
            .marks(&clause.words, &stance, languages)
            .is_empty()
    {
        return;
    }
    clause.tokens.retain(|t| !filler(&&*t.text));
    clause.words = clause.tokens.iter().map(|t| &*t.text).collect();
}

/// Whether a full stop ends no sentence: "3. Februar", "Feb. 3", "1 p.m.".
fn joins_words(tokens: &[Token<'_>], at: usize) -> bool {
    let word = |i: Option<usize>| i.and_then(|i| tokens.get(i)).filter(|t| t.is_word);
    let (Some(before), Some(behind)) = (word(at.checked_sub(1)), word(Some(at + 1))) else {
        return false;
    };
    let dated =
        |t: &Token<'_>| lexicon().month(&t.text).is_some() || lexicon().weekday(&t.text).is_some();
    let figure = |t: &Token<'_>| t.text.starts_with(|c: char| c.is_ascii_digit());
    let close = before.end + 1 == behind.start && before.text.len() == 1;
    (figure(before) && lexicon().month(&behind.text).is_some())
        || (dated(before) && before.text.len() <= 4 && figure(behind))
        || (close && !figure(before))
}

/// Joins neighbours of one sentence that are a phrase together: "I'm fine, thanks" is a no, though
/// neither half is.
pub(super) fn join_phrases(clauses: Vec<Clause<'_>>, languages: Languages) -> Vec<Clause<'_>> {
    let mut joined: Vec<Clause> = Vec::with_capacity(clauses.len());
    for mut clause in clauses {
        if clause.continues
            && let Some(before) = joined.last_mut()
            && before.words.len() + clause.words.len() <= JOINED_WORDS_MAX
        {
            let mut words = before.words.clone();
            words.extend(&clause.words);
            let mark = lexicon().longest(&words, 0, SENSES, languages);
            if mark.is_some_and(|mark| mark.words == words.len()) {
                before.words = words;
                before.tokens.append(&mut clause.tokens);
                before.question |= clause.question;
                continue;
            }
        }
        joined.push(clause);
    }
    joined
}

fn push<'a>(found: &mut Vec<Clause<'a>>, current: &mut Vec<&'a Token<'a>>, continues: bool) {
    if current.is_empty() {
        return;
    }
    let tokens = std::mem::take(current);
    found.push(Clause {
        words: tokens.iter().map(|t| &*t.text).collect(),
        tokens,
        question: false,
        continues,
    });
}
