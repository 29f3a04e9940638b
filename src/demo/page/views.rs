//! What is shown: templates, and what they are given.

use crate::daemon::glance::Couple;
use crate::demo::client::Habit;
use crate::demo::page::card::Card;
use crate::demo::page::fabric::{Fabric, fabric};
use crate::demo::page::frame;
use crate::demo::page::inboxes::{Entry, brief, inbox, inboxes, local, of_letter, sender};
use crate::demo::page::marked::Marked;
use crate::demo::page::performance::{Letter, NOTE, Notice, Performance, told_habit};
use crate::demo::page::steps::{Step, steps};
use crate::demo::page::suggestions::{Suggestion, TRIALS, suggestions};
use crate::demo::stage::PLAYERS;
use crate::lunch::act::Answering;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use chrono::NaiveDateTime;
use minijinja::value::Serde;
use minijinja::{Environment, Value, context};
use serde::Serialize;

/// The ways of writing that are offered, with the names that a form uses.
pub const HABITS: [(&str, Habit, &str); 5] = [
    (
        "webmail",
        Habit::Webmail,
        "A web mailer: above a full quote",
    ),
    ("phone", Habit::Phone, "A phone: above a full quote"),
    (
        "inline",
        Habit::Inline,
        "Between the lines, a paragraph under each prompt",
    ),
    ("bare", Habit::Bare, "Words only, no quote"),
    ("away", Habit::Away, "An automatic reply, while away"),
];

const TEMPLATES: [(&str, &str); 11] = [
    ("frame.html", include_str!("frame.html")),
    ("head.html", include_str!("head.html")),
    ("side.html", include_str!("side.html")),
    ("overview.html", include_str!("overview.html")),
    ("entry.html", include_str!("entry.html")),
    ("people.html", include_str!("people.html")),
    ("marked.html", include_str!("marked.html")),
    ("mail.html", include_str!("mail.html")),
    ("answer.html", include_str!("answer.html")),
    ("try.html", include_str!("try.html")),
    ("trouble.html", include_str!("trouble.html")),
];

/// The templates, ready to render. Everything in them is escaped.
pub struct Views(Environment<'static>);

/// Something that did not work.
pub struct Trouble {
    /// HTTP status.
    pub status: StatusCode,
    /// What, in a few words.
    pub title: &'static str,
    /// What to do.
    pub text: &'static str,
}

/// What every page shows around its own.
#[derive(Clone, Debug, Serialize)]
pub struct Around {
    token: String,
    clock: String,
    steps: Vec<Step>,
    /// The number of the step to take, from one.
    number: usize,
    notice: Option<Told>,
}

#[derive(Clone, Debug, Serialize)]
struct Told {
    text: String,
    trouble: bool,
    letters: Vec<Entry>,
}

/// What the reply form holds when it opens.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// Which suggestion.
    pub suggestion: Option<usize>,
    /// Which link of the letter.
    pub press: Option<usize>,
}

/// What is in the box for any reply.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// The pasted text.
    pub words: String,
    /// To which letter, by name; empty if the text itself is to say so.
    pub answering: String,
    /// Which of the examples it is.
    pub trial: Option<usize>,
}

/// A value as templates take it.
fn given(value: &impl Serialize) -> Value {
    Value::from(Serde(value))
}

impl Around {
    /// As things stand.
    pub fn of(
        token: &str,
        now: NaiveDateTime,
        performance: &mut Performance,
        couples: &[Couple],
    ) -> Self {
        let notice = performance.notice();
        let steps = steps(performance, couples);
        let told = notice.map(
            |Notice {
                 text,
                 letters,
                 trouble,
             }| Told {
                text,
                trouble,
                letters: letters
                    .into_iter()
                    .filter_map(|n| Some(of_letter(n, performance.letter(n)?)))
                    .collect(),
            },
        );
        Self {
            token: token.to_owned(),
            clock: now.format("%A %-d %B %Y, %H:%M").to_string(),
            number: steps.iter().take_while(|step| step.done).count() + 1,
            steps,
            notice: told,
        }
    }
}

impl Views {
    /// Reads the templates.
    ///
    /// # Errors
    /// If one of them is broken.
    pub fn new() -> Result<Self, minijinja::Error> {
        let mut environment = Environment::new();
        for (name, source) in TEMPLATES {
            environment.add_template(name, source)?;
        }
        Ok(Self(environment))
    }

    fn render(&self, name: &str, values: &Value) -> Response {
        let rendered = self
            .0
            .get_template(name)
            .and_then(|t| t.render(values.clone()));
        match rendered {
            Ok(page) => Html(page).into_response(),
            Err(error) => {
                let text = format!("The page {name} could not be made: {error:#}");
                (StatusCode::INTERNAL_SERVER_ERROR, text).into_response()
            }
        }
    }

    /// What did not work, and what to do.
    pub fn trouble(&self, trouble: &Trouble) -> Response {
        let values = context! { title => trouble.title, text => trouble.text };
        let mut response = self.render("trouble.html", &values);
        if response.status().is_success() {
            *response.status_mut() = trouble.status;
        }
        response
    }

    /// The four inboxes.
    pub fn overview(
        &self,
        around: &Around,
        performance: &Performance,
        couples: &[Couple],
        now: NaiveDateTime,
    ) -> Response {
        let answers: Vec<Value> = performance
            .answers()
            .iter()
            .enumerate()
            .rev()
            .map(|(number, answer)| {
                context! {
                    href => format!("/answer/{number}"),
                    by => answer.by.name,
                    when => brief(answer.at),
                    said => answer.marked.said(),
                    because => answer.marked.because.as_str(),
                }
            })
            .collect();
        let fabric: Fabric = fabric(couples, now);
        let names: Vec<&str> = PLAYERS.iter().map(|player| player.name).collect();
        self.render(
            "overview.html",
            &context! {
                answers, names,
                around => given(around),
                fabric => given(&fabric),
                note => NOTE,
                inboxes => given(&inboxes(performance, "")),
                title => "Four inboxes",
                wide => true,
            },
        )
    }

    /// A letter, and the form to answer it.
    pub fn mail(
        &self,
        around: &Around,
        performance: &Performance,
        number: usize,
        view: &str,
        draft: &Draft,
    ) -> Option<Response> {
        let letter = performance.letter(number)?;
        let here = format!("/mail/{number}");
        let kind = letter.kind.as_ref();
        let answering = kind.map_or(Answering::Receipt, |kind| kind.answering);
        let name = kind.map_or("", |kind| kind.name.as_str());
        let suggested = suggestions(letter.player.name, answering, name);
        let picked: Option<&Suggestion> = draft.suggestion.and_then(|at| suggested.get(at));
        let presses = frame::presses(&letter.mail);
        let pressed = draft.press.and_then(|at| Some((at, presses.get(at)?)));
        let (words, habit) = match (picked, pressed) {
            (Some(picked), _) => (picked.words, picked.habit),
            (None, Some((_, press))) => (press.body.as_str(), Habit::Bare),
            (None, None) => ("", Habit::Webmail),
        };
        let answers = performance.answers().iter().enumerate();
        let answers = answers.filter(|(_, answer)| answer.to == number);
        let answers: Vec<Value> = answers
            .map(|(at, answer)| {
                context! {
                    href => format!("/answer/{at}"),
                    said => answer.marked.said(),
                    pressed => answer.pressed(),
                    when => brief(answer.at),
                }
            })
            .collect();
        let prompts = answering == Answering::FollowUp;
        let habits: Vec<Value> = HABITS
            .iter()
            .filter(|(_, habit, _)| prompts || *habit != Habit::Inline)
            .map(|(name, each, label)| {
                context! { name => *name, label => *label, chosen => *each == habit }
            })
            .collect();
        let chips: Vec<Value> = suggested
            .iter()
            .enumerate()
            .map(|(at, s)| {
                context! {
                    href => format!("{here}?say={at}#words"),
                    label => s.label,
                    how => told_habit(s.habit),
                    chosen => draft.suggestion == Some(at),
                }
            })
            .collect();
        Some(self.render(
            "mail.html",
            &context! {
                number, here => here.as_str(), view, answers, habits, chips, words,
                around => given(around),
                title => letter.mail.subject.as_str(),
                inboxes => given(&inboxes(performance, &here)),
                inbox => given(&inbox(performance, letter.player, &here)),
                player => letter.player.name,
                from => letter.mail.from.as_str(),
                initial => sender(&letter.mail).chars().take(1).collect::<String>(),
                to => format!("{} <{}>", letter.player.name, letter.player.address),
                subject => letter.mail.subject.as_str(),
                when => local(letter.mail.date).format("%A %-d %B %Y, %H:%M").to_string(),
                text => letter.mail.text.as_str(),
                head => letter.head.as_str(),
                ours => letter.is_ours(),
                has_html => letter.mail.html.is_some(),
                height => frame::height(&letter.mail),
                card => given(&Card::of(&letter.mail)),
                press => pressed.map(|(at, press)| context! {
                    at, to => press.to.as_str(), subject => press.subject.as_str(),
                }),
                writing => picked.is_some() || pressed.is_some(),
            },
        ))
    }

    /// An answer: how it was read and what came of it.
    pub fn answer(
        &self,
        around: &Around,
        performance: &Performance,
        number: usize,
    ) -> Option<Response> {
        let answer = performance.answers().get(number)?;
        let here = format!("/answer/{number}");
        let letters: Vec<Entry> = answer
            .letters
            .clone()
            .filter_map(|n| Some(of_letter(n, performance.letter(n)?)))
            .collect();
        let to = performance.letter(answer.to);
        Some(self.render(
            "answer.html",
            &context! {
                around => given(around),
                letters => given(&letters),
                title => format!("{} answered", answer.by.name),
                inboxes => given(&inboxes(performance, &here)),
                inbox => given(&inbox(performance, answer.by, &here)),
                player => answer.by.name,
                subject => answer.subject.as_str(),
                how => answer.how,
                when => answer.at.format("%A %-d %B %Y, %H:%M").to_string(),
                marked => given(&answer.marked),
                to => given(&to.map(|letter| of_letter(answer.to, letter))),
            },
        ))
    }

    /// The box for any reply, and its verdict; `trial` is the example that was picked.
    pub fn try_out(
        &self,
        around: &Around,
        asked: &Asked,
        marked: Option<&Marked>,
        performance: &Performance,
    ) -> Response {
        let Asked {
            words,
            answering,
            trial,
        } = asked;
        let chips: Vec<Value> = TRIALS
            .iter()
            .enumerate()
            .map(|(at, example)| {
                context! {
                    href => format!("/try?say={at}"),
                    label => example.label,
                    chosen => *trial == Some(at),
                }
            })
            .collect();
        let letters: Vec<Value> = [
            ("invitation", "an invitation"),
            ("reminder", "a reminder before a lunch"),
            ("followup", "the letter for notes"),
            ("receipt", "a receipt"),
            ("exchange", "what the other one told"),
            ("summary", "a monthly summary"),
        ]
        .iter()
        .map(|(name, label)| {
            context! { name => *name, label => *label, chosen => *name == answering.as_str() }
        })
        .collect();
        self.render(
            "try.html",
            &context! {
                words => words.as_str(), letters, chips,
                writing => trial.is_some(),
                around => given(around),
                marked => given(&marked),
                inboxes => given(&inboxes(performance, "")),
                title => "Try any reply",
            },
        )
    }

    /// A letter's HTML, for the frame.
    pub fn letter(letter: &Letter, number: usize) -> Response {
        let policy = [(header::CONTENT_SECURITY_POLICY, super::guard::LETTER_POLICY)];
        (policy, Html(frame::html(&letter.mail, number))).into_response()
    }
}
