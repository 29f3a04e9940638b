//! The configuration file as sections and keys, each with its place, read one value at a time.
//!
//! Every reading names the key it asks for and the default, so what was never asked for is an
//! unknown key, and what cannot be read is a mistake at its own line; reading then goes on with
//! the default, so that all mistakes are found in one go.

use super::mistake::{ConfigError, Fault, Mistake, in_order, nearest};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::{Range, RangeInclusive};
use std::path::Path;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// One key of the file: where it stands, and what it says.
struct Entry<'t> {
    key_span: Range<usize>,
    value: Spanned<DeValue<'t>>,
}

/// One `[section]`; a section that is not in the file is an empty one.
pub(super) struct Section<'t> {
    name: &'static str,
    header: Option<Range<usize>>,
    entries: BTreeMap<String, Entry<'t>>,
    asked: BTreeSet<&'static str>,
    faults: Vec<(Option<Range<usize>>, Fault)>,
}

/// The parsed file.
pub(super) struct Page<'t> {
    text: &'t str,
    origin: &'t Path,
    sections: BTreeMap<&'static str, Section<'t>>,
    mistakes: Vec<Mistake>,
}

impl<'t> Page<'t> {
    /// Takes the file apart. Sections that nobody knows become mistakes.
    ///
    /// # Errors
    /// If the text is no TOML.
    pub(super) fn parse(
        text: &'t str,
        origin: &'t Path,
        names: &[&'static str],
    ) -> Result<Self, ConfigError> {
        let table = DeTable::parse(text).map_err(|error| {
            let fault = match error.message() {
                "duplicate key" => Fault::new("this key stands here a second time", "keep one"),
                // What the parser makes of `host = imap`: it takes the word for the beginning of `inf`.
                message if message.starts_with("invalid float") => Fault::new(
                    "this is neither text nor a number",
                    "text stands in \"quotes\"; numbers, dates and true or false stand without",
                ),
                message => Fault::new(
                    message.replace('\n', "; "),
                    "text stands in \"quotes\"; numbers, dates and true or false stand without",
                ),
            };
            in_order(vec![Mistake::at(
                origin,
                text,
                error.span().unwrap_or(0..0),
                fault,
            )])
        })?;
        let mut sections = BTreeMap::new();
        for name in names {
            sections.insert(*name, Section::empty(name));
        }
        let mut page = Self {
            text,
            origin,
            sections,
            mistakes: Vec::new(),
        };
        for (key, value) in table.into_inner() {
            page.place_section(key.span(), key.get_ref(), value.into_inner(), names);
        }
        Ok(page)
    }

    fn place_section(
        &mut self,
        span: Range<usize>,
        name: &str,
        value: DeValue<'t>,
        names: &[&'static str],
    ) {
        let fault = match (self.sections.get_mut(name), value) {
            (Some(section), DeValue::Table(table)) => {
                section.header = Some(span);
                for (key, value) in table {
                    let key_span = key.span();
                    let key = key.into_inner().into_owned();
                    section.entries.insert(key, Entry { key_span, value });
                }
                return;
            }
            (Some(_), _) => Fault::new(
                format!("`{name}` is a section, not a key"),
                format!("write [{name}] on a line of its own and its keys below"),
            ),
            (None, DeValue::Table(_)) => Fault::new(
                format!("there is no section [{name}]"),
                match nearest(name, names.iter().copied()) {
                    Some(near) => format!("did you mean [{near}]?"),
                    None => format!("the sections are {}", names.join(", ")),
                },
            ),
            (None, _) => Fault::new(
                format!("`{name}` stands outside any section"),
                "put it below the [section] it belongs to",
            ),
        };
        self.blame(Some(span), fault);
    }

    /// Takes a section out, to read its values. Give it back with [`Page::close`].
    pub(super) fn open(&mut self, name: &'static str) -> Section<'t> {
        let section = self.sections.remove(name);
        section.unwrap_or_else(|| Section::empty(name))
    }

    /// Takes a section back once its values are read.
    pub(super) fn close(&mut self, mut section: Section<'t>) {
        for (span, fault) in std::mem::take(&mut section.faults) {
            self.blame(span, fault);
        }
        self.sections.insert(section.name, section);
    }

    fn blame(&mut self, span: Option<Range<usize>>, fault: Fault) {
        self.mistakes.push(match span {
            Some(span) => Mistake::at(self.origin, self.text, span, fault),
            None => Mistake::missing(self.origin, fault),
        });
    }

    /// After all sections were read: what nobody asked for is an unknown key.
    ///
    /// # Errors
    /// All mistakes found, if there are any.
    pub(super) fn finish(mut self) -> Result<(), ConfigError> {
        let mut unknown = Vec::new();
        for section in self.sections.values() {
            for (key, entry) in &section.entries {
                if !section.asked.contains(key.as_str()) {
                    let what = format!("[{}] has no key `{key}`", section.name);
                    let fault = Fault::new(what, self.where_it_belongs(key, section));
                    unknown.push((entry.key_span.clone(), fault));
                }
            }
        }
        for (span, fault) in unknown {
            self.blame(Some(span), fault);
        }
        if self.mistakes.is_empty() {
            return Ok(());
        }
        Err(in_order(self.mistakes))
    }

    /// The remedy for an unknown key: a near one of its section, the section that has it, or all.
    fn where_it_belongs(&self, key: &str, section: &Section<'_>) -> String {
        let home = self.sections.values().find(|s| s.asked.contains(key));
        if let Some(home) = home {
            return format!("`{key}` belongs below [{}]", home.name);
        }
        match nearest(key, section.asked.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => {
                let keys: Vec<&str> = section.asked.iter().copied().collect();
                format!("its keys are {}", keys.join(", "))
            }
        }
    }

    /// Every `section.key` that was asked for.
    #[cfg(test)]
    pub(super) fn asked(&self) -> BTreeSet<String> {
        let keys = |s: &Section<'_>| -> Vec<String> {
            s.asked.iter().map(|k| format!("{}.{k}", s.name)).collect()
        };
        self.sections.values().flat_map(keys).collect()
    }
}

impl<'t> Section<'t> {
    const fn empty(name: &'static str) -> Self {
        Self {
            name,
            header: None,
            entries: BTreeMap::new(),
            asked: BTreeSet::new(),
            faults: Vec::new(),
        }
    }

    /// Reads one value, or gives `None` where the key is not in the file or cannot be read.
    pub(super) fn read<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&DeValue<'t>) -> Result<T, Fault>,
    ) -> Option<T> {
        self.asked.insert(key);
        let entry = self.entries.get(key)?;
        match read(entry.value.get_ref()) {
            Ok(value) => Some(value),
            Err(fault) => {
                self.faults.push((Some(entry.value.span()), fault));
                None
            }
        }
    }

    /// Reads a text with a meaning of its own, or gives `default`. An empty text is the default.
    pub(super) fn text<T>(
        &mut self,
        key: &'static str,
        default: T,
        read: impl FnOnce(&str) -> Result<T, Fault>,
    ) -> T {
        self.optional(key, read).unwrap_or(default)
    }

    /// Reads a text; `None` where it is missing or empty.
    pub(super) fn optional<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&str) -> Result<T, Fault>,
    ) -> Option<T> {
        self.read(key, |value| match as_text(key, value)? {
            "" => Ok(None),
            text => read(text).map(Some),
        })
        .flatten()
    }

    /// Reads a text that has no default.
    pub(super) fn required<T>(
        &mut self,
        key: &'static str,
        example: &str,
        read: impl FnOnce(&str) -> Result<T, Fault>,
    ) -> Option<T> {
        let faults_before = self.faults.len();
        let found = self.optional(key, read);
        if found.is_none() && self.faults.len() == faults_before {
            let what = format!("[{}] does not say its `{key}`", self.name);
            let remedy = format!(
                "below [{}] write, for example: {key} = \"{example}\"",
                self.name
            );
            self.blame(key, what, remedy);
        }
        found
    }

    /// Reads a whole number within bounds.
    pub(super) fn number(
        &mut self,
        key: &'static str,
        default: u16,
        bounds: RangeInclusive<u16>,
    ) -> u16 {
        let read = |value: &DeValue<'_>| {
            let DeValue::Integer(integer) = value else {
                let what = format!("`{key}` is a whole number, not {}", kind_of(value));
                return Err(Fault::new(what, format!("for example: {key} = {default}")));
            };
            let number = i128::from_str_radix(integer.as_str(), integer.radix());
            let fitting = number.ok().and_then(|n| u16::try_from(n).ok());
            fitting.filter(|n| bounds.contains(n)).ok_or_else(|| {
                let (least, most) = (bounds.start(), bounds.end());
                Fault::new(
                    format!("`{key}` cannot be {}", integer.as_str()),
                    format!("write a number from {least} to {most}; {default} is usual"),
                )
            })
        };
        self.read(key, read).unwrap_or(default)
    }

    /// Reads true or false.
    pub(super) fn flag(&mut self, key: &'static str, default: bool) -> bool {
        let read = |value: &DeValue<'_>| match value {
            DeValue::Boolean(flag) => Ok(*flag),
            other => {
                let what = format!("`{key}` is true or false, not {}", kind_of(other));
                Err(Fault::new(what, format!("for example: {key} = {default}")))
            }
        };
        self.read(key, read).unwrap_or(default)
    }

    /// Reads a list, each part by itself; a fault points at its part.
    pub(super) fn list<T>(
        &mut self,
        key: &'static str,
        example: &str,
        read: impl Fn(&DeValue<'t>) -> Result<T, Fault>,
    ) -> Vec<T> {
        self.asked.insert(key);
        let Some(entry) = self.entries.get(key) else {
            return Vec::new();
        };
        let DeValue::Array(parts) = entry.value.get_ref() else {
            let what = format!("`{key}` is a list, not {}", kind_of(entry.value.get_ref()));
            let fault = Fault::new(what, format!("for example: {key} = {example}"));
            self.faults.push((Some(entry.value.span()), fault));
            return Vec::new();
        };
        let mut found = Vec::new();
        for part in parts.iter() {
            match read(part.get_ref()) {
                Ok(value) => found.push(value),
                Err(fault) => self.faults.push((Some(part.span()), fault)),
            }
        }
        found
    }

    /// Whether the key stands in the file with something in it.
    pub(super) fn has(&self, key: &str) -> bool {
        let entry = self.entries.get(key).map(|entry| entry.value.get_ref());
        entry.is_some_and(|value| !matches!(value, DeValue::String(text) if text.is_empty()))
    }

    /// Notes a fault that shows only when several values are seen together. It points at the key's
    /// value, else at the section, else at nothing.
    pub(super) fn blame(&mut self, key: &str, what: impl Into<String>, remedy: impl Into<String>) {
        let value = self.entries.get(key).map(|entry| entry.value.span());
        let span = value.or_else(|| self.header.clone());
        self.faults.push((span, Fault::new(what, remedy)));
    }
}

/// A value that must be text.
pub(super) fn as_text<'v>(key: &str, value: &'v DeValue<'_>) -> Result<&'v str, Fault> {
    match value {
        DeValue::String(text) => Ok(text),
        other => Err(Fault::new(
            format!("`{key}` is a text, not {}", kind_of(other)),
            format!("put it in quotes: {key} = \"…\""),
        )),
    }
}

/// What a value is, in words for people.
fn kind_of(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
