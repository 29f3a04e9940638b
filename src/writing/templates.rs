//! Templates: the built-in letters, and an operator's own in their place.
//!
//! An override is tried on sample letters before it is taken: it must render, keep the prompts and
//! every way out that the built-in letter offers, and hold no http link. What is wrong is said with
//! file, line, caret and remedy. No error shows a value, only the template's own source.

use super::blocks::{self, Block, Sheet};
use super::picture::Picture;
use super::{Posting, documents, facts, markup, plain, samples};
use crate::lunch::letter::Letter;
use minijinja::syntax::SyntaxConfig;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior, context};

macro_rules! built_in {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../templates/", $name)))),*]
    };
}

/// The layout that dresses every letter in HTML.
const LAYOUT: &str = "layout.html";
/// What may be shown for a promotion, as a page of its own.
pub(super) const PACK: &str = "en/pack.html";
/// The last lines of every letter's small print.
const FOOTER: &str = "footer";

/// The last paragraph of a letter that brings something for the calendar along.
const ENTRY: &str = "entry";

const BUILT_IN: &[(&str, &str)] = built_in![
    "layout.html",
    "en/pack.html",
    "en/entry.txt",
    "en/footer.txt",
    "en/invitation.txt",
    "en/invitation-reminder.txt",
    "en/question.txt",
    "en/calendar-request.txt",
    "en/calendar-update.txt",
    "en/calendar-cancel.txt",
    "en/reminder.txt",
    "en/followup.txt",
    "en/followup-nudge.txt",
    "en/exchange.txt",
    "en/goal-reached.txt",
    "en/permission.txt",
    "en/board-confirm.txt",
    "en/board-ask.txt",
    "en/card.txt",
    "en/lunch-card.txt",
    "en/pass-it-on.txt",
    "en/summary.txt",
    "en/fabric.txt",
    "en/report.txt",
    "en/no-slot.txt",
    "en/confirm.txt",
    "en/returned.txt",
    "en/notice-accepted.txt",
    "en/notice-declined.txt",
    "en/notice-later.txt",
    "en/notice-question.txt",
    "en/notice-unclear.txt",
    "en/notice-lapsed.txt",
    "en/notice-undeliverable.txt",
    "en/notice-skipped.txt",
    "en/notice-stands.txt",
    "en/notice-moved.txt",
    "en/notice-paused.txt",
    "en/notice-resumed.txt",
    "en/notice-ended.txt",
    "en/notice-relayed.txt",
    "en/notice-goal-answered.txt",
    "en/notice-quote.txt",
    "en/receipt-accepted.txt",
    "en/receipt-declined.txt",
    "en/receipt-later.txt",
    "en/receipt-question.txt",
    "en/receipt-ended.txt",
    "en/receipt-stopped.txt",
    "en/receipt-skipped.txt",
    "en/receipt-stands.txt",
    "en/receipt-moved.txt",
    "en/receipt-paused.txt",
    "en/receipt-resumed.txt",
    "en/receipt-goal.txt",
    "en/receipt-goals.txt",
    "en/receipt-achieved.txt",
    "en/receipt-agreed.txt",
    "en/receipt-jotted.txt",
    "en/receipt-asked-anew.txt",
    "en/receipt-enough.txt",
    "en/receipt-forgotten.txt",
    "en/receipt-removed.txt",
    "en/receipt-quote.txt",
    "en/receipt-permission.txt",
    "en/receipt-board.txt",
    "en/receipt-board-leave.txt",
    "en/receipt-invited.txt",
    "en/receipt-many.txt",
    "en/receipt-no-tips.txt",
    "en/receipt-notes.txt",
    "en/receipt-held.txt",
    "en/receipt-undone.txt",
    "en/receipt-no-summaries.txt",
    "en/receipt-who-forgets.txt",
    "en/receipt-reopened.txt",
];

/// The words that let somebody out; an override keeps those that the built-in letter names.
const WAYS_OUT: [&str; 5] = ["no thanks", "stop", "end", "no summaries", "no board"];

/// What is wrong with a template, and what to do about it. Whoever shows it puts in front in which
/// folder the file stands.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}, line {line}: {place}")]
pub struct TemplateError {
    /// Its name, as in `en/invitation.txt`.
    pub file: String,
    /// Counted from 1.
    pub line: usize,
    place: Box<Place>,
}

/// The line concerned, with carets under what is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    why: String,
    excerpt: String,
    caret: String,
    remedy: String,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "{}", self.why)?;
        writeln!(f, "  {}\n  {}", self.excerpt, self.caret)?;
        write!(f, "  {}", self.remedy)
    }
}

/// All letters' templates, ready to render.
pub struct Templates {
    environment: Environment<'static>,
}

impl std::fmt::Debug for Templates {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Templates({})", BUILT_IN.len())
    }
}

impl Templates {
    /// The letters as they come with the program.
    ///
    /// # Errors
    /// If one of them does not compile; a test holds that none does so.
    pub fn built_in() -> Result<Self, TemplateError> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_syntax(
            SyntaxConfig::builder()
                .trim_blocks(true)
                .lstrip_blocks(true)
                .build()
                .unwrap_or_default(),
        );
        environment.set_debug(true); // for the place of an error; values are never shown
        environment.set_formatter(blocks::formatter);
        environment.set_auto_escape_callback(|name| {
            if name.ends_with(".html") {
                AutoEscape::Html
            } else {
                AutoEscape::None
            }
        });
        let mut templates = Self { environment };
        for (name, source) in BUILT_IN {
            templates.add(name, source)?;
        }
        Ok(templates)
    }

    /// The built-in letters with an operator's own in place of some: name as in [`Templates::names`],
    /// and text.
    ///
    /// # Errors
    /// If a name is unknown, or a text does not compile or render, lacks a prompt or a way out that
    /// the built-in letter has, or holds an http link.
    pub fn with_overrides(files: &[(String, String)]) -> Result<Self, TemplateError> {
        let plain = Self::built_in()?;
        let mut templates = Self::built_in()?;
        for (name, source) in files {
            if !Self::names().any(|known| known == name) {
                return Err(unknown(name, source));
            }
            if let Some(line) = source
                .lines()
                .position(|l| l.contains("http://") || l.contains("https://"))
            {
                return Err(fault(
                    name,
                    source,
                    line + 1,
                    "a letter holds no web link",
                    "Letters are answered by mail alone: take the link out.",
                ));
            }
            templates.add(name, source)?;
        }
        for (name, source) in files {
            templates.try_on_samples(name, source, &plain)?;
        }
        Ok(templates)
    }

    /// The names of all templates, as they stand under `templates/`.
    pub fn names() -> impl Iterator<Item = &'static str> {
        BUILT_IN.iter().map(|(name, _)| *name)
    }

    /// The text of a built-in template, to start an own one from.
    pub fn source(name: &str) -> Option<&'static str> {
        BUILT_IN
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, source)| *source)
    }

    fn add(&mut self, name: &str, source: &str) -> Result<(), TemplateError> {
        self.environment
            .add_template_owned(name.to_owned(), source.to_owned())
            .map_err(|e| self.explain(name, source, &e))
    }

    /// Renders the letter's own template and the common footer.
    pub(super) fn sheet(&self, letter: &Letter, posting: &Posting) -> Result<Sheet, TemplateError> {
        let values = facts::of(letter, posting);
        let folder = posting.language.tag();
        let own = format!("{folder}/{}.txt", letter.body.name());
        let mut sheet = blocks::parse(&self.render(&own, &values)?);
        if letter.calendar.is_some() {
            let entry = self.render(&format!("{folder}/{ENTRY}.txt"), &values)?;
            sheet.blocks.extend(blocks::blocks(&entry));
        }
        let footer = self.render(&format!("{folder}/{FOOTER}.txt"), &values)?;
        sheet.small_print.extend(blocks::blocks(&footer));
        Ok(sheet)
    }

    /// Dresses a sheet as HTML.
    pub(super) fn html(
        &self,
        sheet: &Sheet,
        posting: &Posting,
        picture: Option<&Picture>,
    ) -> Result<String, TemplateError> {
        self.render(LAYOUT, &markup::values(sheet, posting, picture))
    }

    pub(super) fn render(
        &self,
        name: &str,
        values: &minijinja::Value,
    ) -> Result<String, TemplateError> {
        let template = self.environment.get_template(name);
        let source = template.as_ref().map_or("", |t| t.source()).to_owned();
        template
            .and_then(|t| t.render(context! { ..values.clone() }))
            .map_err(|e| self.explain(name, &source, &e))
    }

    /// Says what minijinja found, without the values it had at hand.
    fn explain(&self, name: &str, source: &str, error: &Error) -> TemplateError {
        let file = error.name().unwrap_or(name);
        let inner = self.environment.get_template(file).ok();
        let source = match &inner {
            Some(template) if file != name => template.source(),
            _ => source,
        };
        // these speak of the template alone; the details of others may quote a value
        let detail = error.detail().filter(|_| {
            matches!(
                error.kind(),
                ErrorKind::SyntaxError
                    | ErrorKind::UndefinedError
                    | ErrorKind::UnknownFilter
                    | ErrorKind::UnknownFunction
                    | ErrorKind::UnknownTest
                    | ErrorKind::UnknownMethod
            )
        });
        let what = detail.map_or_else(
            || error.kind().to_string(),
            |detail| format!("{}: {detail}", error.kind()),
        );
        let mut explained = fault(
            file,
            source,
            error.line().unwrap_or(1),
            &what,
            "templates/README.md lists the blocks and the values; `preview` shows the result.",
        );
        if let Some(range) = error.range() {
            explained.place.caret = caret(source, range.start, range.end);
        }
        explained
    }

    /// Writes every sample that the override touches, and compares it with the built-in one.
    fn try_on_samples(&self, name: &str, source: &str, plain: &Self) -> Result<(), TemplateError> {
        let lacking = |what: &str, remedy: &str| {
            let last = source.lines().count().max(1);
            fault(name, source, last, what, remedy)
        };
        if name == PACK {
            let sample = samples::of("report");
            return sample.map_or(Ok(()), |(letter, _)| {
                documents::of(&letter, self).map(|_| ())
            });
        }
        let shared = samples::with_variations();
        let personal = shared.clone().into_iter().map(samples::from_own_mailbox);
        for (kind, letter, posting) in personal.chain(shared.clone()) {
            let whole = [LAYOUT, "en/footer.txt", "en/entry.txt"].contains(&name);
            if !whole && name != format!("{}/{kind}.txt", posting.language.tag()) {
                continue;
            }
            let (own, given) = (
                self.sheet(&letter, &posting)?,
                plain.sheet(&letter, &posting)?,
            );
            let html = self.html(&own, &posting, None)?;
            if prompts(&own) != prompts(&given) {
                return Err(lacking(
                    "it does not hold the letter's prompts, numbered 1 to 3 and at most 64 characters long",
                    "Add a line that begins with '? 1. ' for the first prompt, and so on; none ends in a colon.",
                ));
            }
            let text = plain::dress(&own);
            for word in WAYS_OUT {
                if names_word(&plain::dress(&given), word) && !names_word(&text, word) {
                    return Err(lacking(
                        &format!("it does not say how to leave: \"{word}\" is missing"),
                        &format!("Add a line that tells the reader what \"{word}\" does."),
                    ));
                }
            }
            if own.subject.is_empty() {
                return Err(lacking(
                    "it has no subject",
                    "Begin the file with a line 'subject: …', then an empty line.",
                ));
            }
            if !text.contains(&posting.reference) {
                return Err(lacking(
                    "the letter's reference is missing",
                    "Add {{ reference }}: an answer finds its way by it.",
                ));
            }
            let shown = |block: &Block| match block {
                Block::Paragraph(text) | Block::Prompt(text) => html.contains(&escaped(text)),
                _ => true,
            };
            if !own.blocks.iter().chain(&own.small_print).all(shown) {
                return Err(lacking(
                    "it does not show the whole letter",
                    "Loop over 'blocks' and 'small_print', as the built-in layout does.",
                ));
            }
        }
        Ok(())
    }
}

/// The numbers of the prompts that are fit to stand in a letter.
fn prompts(sheet: &Sheet) -> Vec<char> {
    let fit = sheet.blocks.iter().filter_map(|block| match block {
        Block::Prompt(text) if !text.ends_with(':') => Some(text),
        _ => None,
    });
    fit.filter(|text| text.chars().count() <= blocks::PROMPT_CHARS_MAX)
        .filter_map(|text| text.split_once(". "))
        .filter_map(|(number, _)| number.chars().next())
        .collect()
}

/// Whether the text names the word, whole and in either case.
fn names_word(text: &str, word: &str) -> bool {
    let folded: String = text
        .to_lowercase()
        .chars()
        .map(|c| {
            if c.is_alphanumeric() || c == '\'' {
                c
            } else {
                ' '
            }
        })
        .collect();
    let words = folded.split_whitespace().collect::<Vec<_>>().join(" ");
    format!(" {words} ").contains(&format!(" {word} "))
}

/// As minijinja escapes it.
fn escaped(text: &str) -> String {
    minijinja::HtmlEscape(text).to_string()
}

fn unknown(name: &str, source: &str) -> TemplateError {
    let near = Templates::names().min_by_key(|known| strsim::damerau_levenshtein(known, name));
    fault(
        name,
        source,
        1,
        "there is no letter of that name",
        &format!(
            "The nearest one is '{}'; rename the file or take it out of the folder.",
            near.unwrap_or_default()
        ),
    )
}

fn fault(file: &str, source: &str, line: usize, why: &str, remedy: &str) -> TemplateError {
    let excerpt = source
        .lines()
        .nth(line.saturating_sub(1))
        .unwrap_or_default();
    let place = Place {
        why: why.to_owned(),
        excerpt: excerpt.to_owned(),
        caret: "^".repeat(excerpt.chars().count().clamp(1, 60)),
        remedy: remedy.to_owned(),
    };
    TemplateError {
        file: file.to_owned(),
        line,
        place: Box::new(place),
    }
}

/// Carets under the octets `start..end` of the source, within their first line.
fn caret(source: &str, start: usize, end: usize) -> String {
    let before = source.get(..start).unwrap_or_default();
    let column = before
        .rsplit('\n')
        .next()
        .map_or(0, |row| row.chars().count());
    let marked = source.get(start..end).unwrap_or_default();
    let length = marked.lines().next().map_or(1, |row| row.chars().count());
    format!("{}{}", " ".repeat(column), "^".repeat(length.max(1)))
}
