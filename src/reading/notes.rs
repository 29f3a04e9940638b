//! Notes: own words sorted under the three prompts, however they were laid out.
//!
//! Inline under quoted prompts, numbered, headed (in any language we know), spoken in prose, as
//! three bullets or paragraphs. What has no such structure is not guessed: it is kept as unplaced,
//! and shown to the writer in the receipt. Nothing is dropped.
//!
//! `heads` knows headings, `lines` what opens a line, `numbers`, `signs` and `spoken` what may mark a
//! prompt; `scheme` decides which of them do; `tails` parts farewells from the last note.

mod heads;
pub mod held;
mod lines;
mod numbers;
mod scheme;
mod signs;
mod spoken;
mod tails;
mod unmarked;

use crate::lunch::notes::{Notes, Observation, Polarity, Section, Words};
use crate::reading::language::{Languages, Sense, lexicon};
use crate::reading::notes::heads::{Slot, Text};
use crate::reading::notes::scheme::Mark;
use crate::reading::phrase::tokens;
use crate::reading::visible::Own;
use crate::words::clean::clean_text;

/// The sorted words, and how firmly: whether any prompt was marked by the writer or the quote.
#[derive(Clone, Debug, Default)]
pub struct Sorted {
    /// The notes.
    pub notes: Notes,
    /// Whether numbers, headings or quoted prompts placed something.
    pub marked: bool,
    /// Whether headings spoken in prose, signs or a bare number placed it: only where notes were
    /// asked for.
    pub loosely: bool,
    /// Whether only the count of bullets or paragraphs placed it.
    pub by_count: bool,
    /// Whether they were bullets: nobody lists that there was no lunch.
    pub listed: bool,
}

impl Sorted {
    /// Whether anything says what belongs to which prompt.
    pub const fn placed(&self) -> bool {
        self.marked || self.loosely || self.by_count
    }
}

/// Sorts the own words.
pub fn sort(own: &Own) -> Sorted {
    let mut pieces: Vec<(Slot, String)> = Vec::new();
    let mut sorted = Sorted::default();
    let (mut torn, mut labelled) = (false, true);
    let prompted = own.passages.iter().filter(|p| p.prompt.is_some()).count();
    for passage in &own.passages {
        let start = passage.prompt.map_or(Slot::Unplaced, Slot::Section);
        sorted.marked |= passage.prompt.is_some();
        let text = Text::new(&passage.text);
        // All three in one go behind the last of the prompts, none of which has an answer of its own.
        let all = passage.prompt == Some(Section::Focus) && prompted == 1;
        let free = passage.prompt.is_none() || (all && scheme::counts_through(&text));
        let scheme = scheme::of(&text, free);
        torn |= scheme.torn;
        let opens = scheme.marks.iter().any(|m| m.slot != Slot::Unplaced);
        labelled &= passage.prompt.is_none() && (scheme.labelled || !opens);
        sorted.loosely |= opens && scheme.loose;
        sorted.marked |= opens && !scheme.loose;
        cut(&passage.text, start, &scheme.marks, &mut pieces);
    }
    let open = !torn && !sorted.loosely && (labelled || !sorted.marked);
    let three = open.then(|| unmarked::three(&own.text())).flatten();
    if let Some(three) = three {
        sorted.marked = false;
        sorted.by_count = true;
        sorted.listed = three.listed;
        let unplaced = |text| (Slot::Unplaced, text);
        let mut pieces: Vec<(Slot, String)> = three.before.into_iter().map(unplaced).collect();
        let slots = Section::ALL.map(Slot::Section);
        pieces.extend(slots.into_iter().zip(three.parts));
        pieces.extend(three.behind.into_iter().map(unplaced));
        sorted.notes = gather(pieces);
    } else if sorted.marked || sorted.loosely {
        part_tail(&mut pieces);
        sorted.notes = gather(pieces);
    } else if !own.is_empty() {
        sorted.notes.unplaced.push(Words::new(own.text()));
    }
    sorted
}

/// Cuts a text at its marks.
fn cut(text: &str, start: Slot, marks: &[Mark], pieces: &mut Vec<(Slot, String)>) {
    let first = marks.first().map_or(text.len(), |mark| mark.at);
    push(pieces, start, text.get(..first).unwrap_or_default(), false);
    for (number, mark) in marks.iter().enumerate() {
        let next = marks.get(number + 1);
        let end = next.map_or(text.len(), |next| next.at);
        let words = text.get(mark.from.min(end)..end).unwrap_or_default();
        // "3. -" is an answer, if an empty one: what comes in a paragraph below it is another thing.
        let whole = text.get(mark.at..end).unwrap_or_default();
        if let Some((line, below)) = whole.split_once('\n')
            && mark.slot != Slot::Unplaced
            && is_empty_answer(line)
            && below
                .lines()
                .next()
                .is_some_and(|line| line.trim().is_empty())
        {
            push(pieces, Slot::Unplaced, below, false);
            continue;
        }
        let runs_on = next.is_some() && !words.ends_with('\n');
        push(pieces, mark.slot, words, runs_on);
    }
}

/// "3. -": a number, and a dash and the like, by which somebody leaves a prompt empty.
fn is_empty_answer(line: &str) -> bool {
    let behind = line.trim().trim_start_matches(|c: char| c.is_ascii_digit());
    let sign = behind.strip_prefix(['.', ')', ':']).map_or("", str::trim);
    !sign.is_empty() && sign.chars().all(|c| matches!(c, '-' | '–' | '—' | '/'))
}

/// Takes what only joins a piece with the next one off its end, and drops what says nothing.
fn push(pieces: &mut Vec<(Slot, String)>, slot: Slot, words: &str, runs_on: bool) {
    let clean = clean_text(words);
    let mut text = without_rules(clean.trim()).trim_start_matches(['.', '…', ' ']);
    if slot != Slot::Unplaced {
        text = without_bullet(text);
    }
    if runs_on {
        text = without_joint(text);
    }
    text = text.trim_end_matches(['|', ' ', '\t']);
    if text.starts_with("| ") {
        text = text.trim_start_matches(['|', ' ']);
    }
    // The end of bold type whose beginning went with the heading.
    for mark in ["**", "__", "*", "_"] {
        if text.matches(mark).count() % 2 == 1 && text.ends_with(mark) {
            text = text.trim_end_matches(mark).trim_end();
        }
    }
    // A dash or a dot in an empty place is no answer; a picture may be one.
    let says = text
        .chars()
        .any(|c| c.is_alphanumeric() || !(c.is_ascii() || "–—…•·→“”„«»¿¡".contains(c)));
    if says {
        pieces.push((slot, text.to_owned()));
    }
}

/// Without the lines drawn above and below: "=====", "-----".
fn without_rules(text: &str) -> &str {
    let rule = |line: &str| {
        let line = line.trim();
        line.len() >= RULE_OCTETS_MIN && line.bytes().all(|octet| b"=-_~*#".contains(&octet))
    };
    let mut text = text;
    while let Some((_, rest)) = text.split_once('\n').filter(|(first, _)| rule(first)) {
        text = rest.trim_start();
    }
    while let Some((rest, _)) = text.rsplit_once('\n').filter(|(_, last)| rule(last)) {
        text = rest.trim_end();
    }
    text
}

/// Shortest line that is drawn, in octets.
const RULE_OCTETS_MIN: usize = 3;

/// A list of one is none.
fn without_bullet(text: &str) -> &str {
    let bullet = |line: &str| {
        let bare = line.trim_start();
        ["- ", "* ", "• ", "– ", "· ", "+ "]
            .iter()
            .any(|mark| bare.starts_with(mark))
    };
    if bullet(text) && text.lines().filter(|line| bullet(line)).count() == 1 {
        return text.trim_start_matches(['-', '*', '•', '–', '·', '+', ' ']);
    }
    text
}

/// "… the demo, and": without the "and".
fn without_joint(text: &str) -> &str {
    let mut text = text;
    for _ in 0..4 {
        text = text.trim_end_matches([
            ',', ';', '/', '|', '(', '[', ' ', '-', '–', '—', '\n', '*', '#',
        ]);
        let Some(at) = text.rfind(|c: char| c.is_whitespace() || c == ',') else {
            break;
        };
        let (before, last) = text.split_at(at);
        let word =
            crate::reading::phrase::fold(last.trim_start_matches(|c: char| !c.is_alphanumeric()));
        if !lexicon().is(&word, Sense::Connecting) {
            break;
        }
        text = before;
    }
    text.trim()
}

/// What stands below the last note and belongs to none.
fn part_tail(pieces: &mut Vec<(Slot, String)>) {
    let Some((slot, text)) = pieces.last().cloned() else {
        return;
    };
    if slot == Slot::Unplaced {
        return;
    }
    let (kept, rest) = tails::part(&text);
    if let Some(last) = pieces.last_mut() {
        last.1 = kept;
    }
    pieces.extend(rest.into_iter().map(|text| (Slot::Unplaced, text)));
}

fn gather(pieces: Vec<(Slot, String)>) -> Notes {
    let mut notes = Notes::default();
    let add = |slot: &mut Option<Words>, text: String| {
        let joined = match slot.take() {
            Some(before) => format!("{}\n\n{text}", before.reveal()),
            None => text,
        };
        *slot = Some(Words::new(joined));
    };
    for (slot, text) in pieces {
        match slot {
            Slot::Section(Section::Best) => add(&mut notes.best, text),
            Slot::Section(Section::Worst) => add(&mut notes.worst, text),
            Slot::Section(Section::Focus) => {
                notes.observations.extend(observations(&text));
                add(&mut notes.focus, text);
            }
            Slot::Achieved => add(&mut notes.achieved, text),
            Slot::Unplaced => notes.unplaced.push(Words::new(text)),
        }
    }
    notes
}

/// What in a focus answer is marked as helping or hindering.
pub fn observations(text: &str) -> Vec<Observation> {
    let tokens = tokens(text);
    let mut cuts: Vec<(Polarity, usize, usize)> = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        if !token.is_word {
            continue;
        }
        let words: Vec<&str> = tokens.iter().skip(at).take(5).map(|t| &*t.text).collect();
        let senses = [Sense::Helps, Sense::Hinders, Sense::HelpsAndHinders];
        let Some(mark) = lexicon().longest(&words, 0, &senses, Languages::ALL) else {
            continue;
        };
        let colon = tokens.get(at + mark.words);
        let marked = colon.is_some_and(|c| matches!(&*c.text, ":" | "-" | "–" | "—" | "="));
        if marked && let Some(colon) = colon {
            let polarity = match mark.sense {
                Sense::Helps => Polarity::Helps,
                Sense::HelpsAndHinders => Polarity::Both,
                _ => Polarity::Hinders,
            };
            cuts.push((polarity, token.start, colon.end));
        }
    }
    let mut found = Vec::new();
    for (number, (polarity, _, from)) in cuts.iter().enumerate() {
        let to = cuts
            .get(number + 1)
            .map_or(text.len(), |(_, start, _)| *start);
        let words = text.get(*from..to).unwrap_or_default();
        let words = words
            .trim()
            .trim_matches(['-', '*', ',', ';', ' ', '\n', '•'])
            .trim();
        if !words.is_empty() {
            found.push(Observation {
                polarity: *polarity,
                words: Words::new(words.to_owned()),
            });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading::visible::Passage;

    fn sorted(text: &str) -> Sorted {
        sort(&Own {
            passages: vec![Passage {
                prompt: None,
                text: text.to_owned(),
            }],
            ..Own::default()
        })
    }

    /// The three notes, and what belongs to none.
    fn notes(text: &str) -> [String; 4] {
        let sorted = sorted(text);
        let shown = |words: Option<&Words>| words.map(|w| w.reveal().clone()).unwrap_or_default();
        let [best, worst, focus] = Section::ALL.map(|s| shown(sorted.notes.section(s)));
        let unplaced: Vec<&str> = sorted
            .notes
            .unplaced
            .iter()
            .map(|w| w.reveal().as_str())
            .collect();
        [best, worst, focus, unplaced.join("|")]
    }

    #[test]
    fn one_scheme_counts_and_the_numbers_inside_it_do_not() {
        let under_headings = "Best:\n1. you rang\n2. you came\n\nWorst: the hat";
        assert_eq!(
            notes(under_headings),
            ["1. you rang\n2. you came", "the hat", "", ""]
        );
        let inside_numbers = "1. (a) the draft (b) the copy\n2. the rest\n3. stop at two";
        assert_eq!(notes(inside_numbers)[0], "(a) the draft (b) the copy");
        let announced = "Best moment was the demo, for two reasons:\n1. calm\n2. clear";
        assert!(
            notes(announced)[0].starts_with("the demo"),
            "{:?}",
            notes(announced)
        );
        assert_eq!(notes(announced)[1], "");
        let long = "1. a cake\n2. a card\n3. a song\n4. a speech\n5. a nap, all by you";
        assert_eq!(notes(long)[..3], ["", "", ""]);
    }

    #[test]
    fn numbers_may_jump_and_one_may_stand_alone() {
        assert_eq!(
            notes("3. pausing\n1. the shift\n2. the shouting"),
            ["the shift", "the shouting", "pausing", ""]
        );
        assert_eq!(
            notes("1 rang the plumber at six")[0],
            "rang the plumber at six"
        );
        for counted in [
            "2 weeks ago you tried",
            "3 slides too many again",
            "1 hour late, as ever",
        ] {
            assert_eq!(notes(counted)[3], counted);
        }
        assert!(
            !sorted("1 pm suits me better").marked,
            "no note where none was asked for"
        );
    }

    #[test]
    fn headings_in_prose_need_a_second_one_or_the_beginning() {
        let prose = "Honestly, the best bit was the handover; what I'd flag is the tone; for the goal: slow down.";
        assert_eq!(notes(prose), ["the handover", "the tone", "slow down.", ""]);
        assert_eq!(
            notes("Best was the demo. You were late, though.")[3],
            "You were late, though."
        );
        for plain in [
            "You did your best in a bad week and the goal is in sight.",
            "At first you were calm, in the second meeting less so.",
            "Best of luck with the move, you were good company.",
        ] {
            assert_eq!(notes(plain)[3], plain);
        }
    }

    #[test]
    fn pairs_of_words_head_only_beside_one_another() {
        assert_eq!(
            notes("Rose: credit\nThorn: the mic\nBud: shorter answers"),
            ["credit", "the mic", "shorter answers", ""]
        );
        assert_eq!(
            notes("Top: Ruhe\nTip: Radio leiser\nZiel: Nein sagen"),
            ["Ruhe", "Radio leiser", "Nein sagen", ""]
        );
        assert_eq!(
            notes("Top: Ruhe\nFlop: Radio\nTipp: Nein sagen")[2],
            "Nein sagen"
        );
        assert_eq!(
            notes("Plus: you were there all along")[3],
            "Plus: you were there all along"
        );
    }

    #[test]
    fn what_the_partner_says_is_nobodys_note() {
        let both =
            "Best: the demo\nWorst: the retro\n\nJo about me:\nBest: the wiki\nWorst: the wifi";
        assert_eq!(notes(both)[..3], ["the demo", "the retro", ""]);
        let torn = "Jo\nBest: the demo\nWorst: the retro\n\nMe\nBest: the wiki\nWorst: the wifi";
        assert_eq!(notes(torn)[..3], ["", "", ""]);
    }

    #[test]
    fn greetings_and_farewells_belong_to_no_prompt() {
        let mail = "Hi there, lovely soup!\n\n1. the show\n2. the fire\n3. fewer candles\n\nThat's all from me!\n\nP.S. I have your umbrella.";
        assert_eq!(
            notes(mail),
            [
                "the show",
                "the fire",
                "fewer candles",
                "Hi there, lovely soup!|That's all from me!\n\nP.S. I have your umbrella."
            ]
        );
    }

    #[test]
    fn all_three_in_one_go_under_the_last_prompt_are_three() {
        let under = |section, text: &str| {
            let passages = vec![Passage {
                prompt: Some(section),
                text: text.to_owned(),
            }];
            let own = Own {
                passages,
                ..Own::default()
            };
            let notes = sort(&own).notes;
            Section::ALL.map(|s| {
                let words = notes.section(s);
                words.map(|w| w.reveal().clone()).unwrap_or_default()
            })
        };
        for mark in [":", ".", ")"] {
            let text = format!("1{mark} a calm talk\n2{mark} the late start\n3{mark} ask first");
            let sorted = ["a calm talk", "the late start", "ask first"];
            assert_eq!(under(Section::Focus, &text), sorted, "{mark}");
        }
        let list = "Three things:\n1. ask\n2. wait\n3. sum up";
        assert_eq!(under(Section::Focus, list), ["", "", list]);
        let list = "1. ask\n2. wait";
        assert_eq!(under(Section::Focus, list), ["", "", list]);
    }

    #[test]
    fn a_dash_is_an_empty_answer_and_ends_there() {
        assert_eq!(
            notes("1. The welcome.\n2. -\n3. –\n\nI am away on the 28th, let's skip it."),
            [
                "The welcome.",
                "",
                "",
                "I am away on the 28th, let's skip it."
            ]
        );
        assert_eq!(
            notes("1. The welcome.\n2. -\n3.\n\nAsk more.")[2],
            "Ask more."
        );
    }
}
