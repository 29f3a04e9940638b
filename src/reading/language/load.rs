//! Loading: the language files, line by line, into the lexicon.

use super::sense::Sense;
use super::{FILES, Lexicon, Phrase, Word};
use crate::reading::phrase::{Pattern, fold};

/// A span of more hours is no span of a lunch.
const HOURS_MAX: u32 = 1_000;

impl Lexicon {
    pub(super) fn load() -> Self {
        let mut lexicon = Self::default();
        for (language, (code, text)) in FILES.iter().enumerate() {
            lexicon.take_file(language, code, text);
        }
        lexicon
    }

    fn take_file(&mut self, language: usize, code: &str, text: &str) {
        let mut section = String::new();
        let mut hours: Vec<(u32, String)> = Vec::new();
        for line in text.lines() {
            let line = line.split('#').next().unwrap_or_default().trim();
            if line.is_empty() {
                continue;
            }
            if let Some(name) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
                name.clone_into(&mut section);
                continue;
            }
            self.note_words(language, &section, line);
            let taken = match section.as_str() {
                "hour names" => line.split_once(' ').is_some_and(|(hour, names)| {
                    let names = names.split_whitespace().collect::<Vec<_>>().join("/");
                    hour.parse().map(|hour| hours.push((hour, names))).is_ok()
                }),
                "time" if line.contains('@') => self.take_each_hour(language, line, &hours),
                "weekday" => self.take_numbered(line, |word| (&mut word.weekday, true)),
                "month" => self.take_numbered(line, |word| (&mut word.month, true)),
                "number" => self.take_numbered(line, |word| (&mut word.number, false)),
                "ordinal" => self.take_numbered(line, |word| (&mut word.ordinal, true)),
                "number ending" => {
                    let endings = line.split_whitespace().map(fold);
                    self.number_endings.extend(endings);
                    true
                }
                "small words" => {
                    for word in line.split_whitespace() {
                        if let Some(word) = self.word_mut(&fold(word)) {
                            word.small.push(language);
                        }
                    }
                    true
                }
                "frequent words" => {
                    for word in line.split_whitespace() {
                        if let Some(word) = self.word_mut(&fold(word)) {
                            word.frequent.push(language);
                        }
                    }
                    true
                }
                name => self.take_pattern(language, name, line),
            };
            if !taken {
                self.faults.push(format!("{code}: [{section}] {line}"));
            }
        }
    }

    /// `+15 quarter past @`: a time of day for each hour, by its names and its figure.
    fn take_each_hour(&mut self, language: usize, line: &str, hours: &[(u32, String)]) -> bool {
        let Some((minutes, pattern)) = line.split_once(' ') else {
            return false;
        };
        let Ok(minutes) = minutes.parse::<i32>() else {
            return false;
        };
        hours.iter().all(|(hour, names)| {
            let hour_of_day = if *hour < 8 { hour + 12 } else { *hour };
            let names = format!("{names}/{hour}");
            let line = pattern.replace('@', &names);
            let value = i32::try_from(hour_of_day * 60).unwrap_or(0) + minutes;
            u32::try_from(value).is_ok_and(|value| {
                let time = format!("{:02}:{:02}", value / 60, value % 60);
                self.take_pattern(language, "time", &format!("{time} {line}"))
            })
        })
    }

    /// The number of a word that has an entry from now on.
    fn number_of(&mut self, folded: &str) -> usize {
        let number = self.vocabulary.add(folded);
        if number >= self.words.len() {
            self.words.resize_with(number + 1, Word::default);
        }
        number
    }

    /// The word's entry, to be filled in.
    fn word_mut(&mut self, folded: &str) -> Option<&mut Word> {
        let number = self.number_of(folded);
        self.words.get_mut(number)
    }

    /// A line `3 march mar`; the slot that it fills, and whether a date can begin with such a word.
    fn take_numbered(
        &mut self,
        line: &str,
        slot: impl Fn(&mut Word) -> (&mut Option<u32>, bool),
    ) -> bool {
        let mut words = line.split_whitespace();
        let Some(number) = words.next().and_then(|n| n.parse().ok()) else {
            return false;
        };
        for word in words {
            if let Some(word) = self.word_mut(&fold(word)) {
                let (slot, dated) = slot(word);
                slot.get_or_insert(number);
                word.dated |= dated;
            }
        }
        true
    }

    fn take_pattern(&mut self, language: usize, section: &str, line: &str) -> bool {
        let Some(sense) = Sense::from_section(section) else {
            return false;
        };
        if sense.is_beginning() {
            self.beginnings.push((sense, fold(line)));
            return true;
        }
        if sense.is_inside() {
            self.insides.push((sense, line.to_owned()));
            return true;
        }
        let (value, line) = match line.split_once(' ') {
            Some((number, behind)) if sense == Sense::Feast => match number.parse() {
                Ok(number) => (number, behind),
                Err(_) => return false,
            },
            Some((time, behind)) if matches!(sense, Sense::Clock | Sense::Span) => {
                let hours = if sense == Sense::Clock { 24 } else { HOURS_MAX };
                match minutes_of(time, hours) {
                    Some(minutes) => (minutes, behind),
                    None => return false,
                }
            }
            _ => (0, line),
        };
        let Some(pattern) = Pattern::parse(line) else {
            return false;
        };
        let number = self.phrases.len();
        let seconds: Option<Vec<usize>> = pattern
            .seconds()
            .map(|words| words.iter().map(|word| self.number_of(word)).collect());
        for opening in pattern.openings() {
            let first = self.number_of(opening);
            let Some(word) = self.words.get_mut(first) else {
                continue;
            };
            if seconds.is_none() {
                word.phrases.push(number);
            }
            word.opens.add(sense);
            word.dated |= opens_date(sense);
            if pattern.match_at(&[opening], 0).is_some() {
                word.alone.add(sense);
            }
            for second in seconds.iter().flatten() {
                self.pairs.entry((first, *second)).or_default().push(number);
            }
        }
        match pattern.closings() {
            Some(words) => {
                for word in words {
                    if let Some(word) = self.word_mut(word) {
                        word.closes.add(sense);
                    }
                }
            }
            None => self.open_ended.add(sense),
        }
        self.phrases.push(Phrase {
            sense,
            language,
            pattern,
            value,
        });
        true
    }

    /// Notes for each word of a line that its language knows it.
    fn note_words(&mut self, language: usize, section: &str, line: &str) {
        let people = matches!(FILES.get(language), Some(("common" | "clients", _)));
        let sense = Sense::from_section(section);
        if people || sense.is_some_and(|sense| sense.is_beginning() || sense.is_inside()) {
            return;
        }
        let bit = 1 << language;
        let pieces = line.split_whitespace().flat_map(|piece| piece.split('/'));
        for piece in pieces {
            let word = piece.trim_matches(['(', ')']);
            if word.chars().any(char::is_alphabetic)
                && let Some(word) = self.word_mut(&fold(word))
            {
                word.known_in |= bit;
            }
        }
    }
}

/// Minutes of `12:30`, with fewer hours than so many.
fn minutes_of(time: &str, hours: u32) -> Option<u32> {
    let (hour, minute) = time.split_once(':')?;
    let (hour, minute): (u32, u32) = (hour.parse().ok()?, minute.parse().ok()?);
    (hour < hours && minute < 60).then_some(hour * 60 + minute)
}

/// Whether a day or a time can begin with a phrase of the sense.
const fn opens_date(sense: Sense) -> bool {
    matches!(
        sense,
        Sense::Today
            | Sense::Tomorrow
            | Sense::AfterTomorrow
            | Sense::Next
            | Sense::In
            | Sense::Noon
            | Sense::Clock
            | Sense::StartOf
            | Sense::MidOf
            | Sense::EndOf
            | Sense::Coming
            | Sense::Feast
    )
}
