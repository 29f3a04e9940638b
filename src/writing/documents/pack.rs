//! The pack: what may be shown for a promotion, as one HTML file that prints well and as Markdown.
//!
//! The HTML needs nothing from elsewhere: no script, no font, no picture, no link.

use super::markdown::{Page, full, plain};
use crate::lunch::record::{Pack, PackGoal, Stamped};
use crate::words::address::NameAddr;
use crate::writing::Templates;
use crate::writing::templates::{PACK, TemplateError};
use minijinja::context;
use minijinja::value::Value;

/// Who said it, where they want no name.
const SOMEBODY: &str = "A colleague";

/// The pack as HTML.
pub(super) fn html(pack: &Pack, templates: &Templates) -> Result<String, TemplateError> {
    let stamped = |moments: &[Stamped]| moments.iter().map(moment).collect::<Vec<_>>();
    let goal = |goal: &PackGoal| {
        context! {
            words => goal.words.reveal().clone(),
            since => full(goal.since),
            earlier => goal.earlier.iter().map(|(until, words)| context! {
                words => words.reveal().clone(), until => full(*until),
            }).collect::<Vec<_>>(),
            reached => goal.reached.map(full),
            agreed => goal.agreed,
            moments => stamped(&goal.moments),
        }
    };
    let (reached, open): (Vec<_>, Vec<_>) = pack.goals.iter().partition(|g| g.reached.is_some());
    let values = context! {
        who => pack.who.display_name(),
        made => full(pack.made),
        reached => reached.into_iter().map(goal).collect::<Vec<_>>(),
        open => open.into_iter().map(goal).collect::<Vec<_>>(),
        moments => stamped(&pack.moments),
    };
    templates.render(PACK, &values)
}

fn moment(moment: &Stamped) -> Value {
    context! {
        lines => moment.words.reveal().lines().map(str::to_owned).collect::<Vec<_>>(),
        by => by(moment),
        on => full(moment.on),
        granted => full(moment.granted),
    }
}

fn by(moment: &Stamped) -> String {
    let named = moment.speaker.as_ref().map(NameAddr::display_name);
    named.unwrap_or_else(|| SOMEBODY.to_owned())
}

/// The pack as Markdown.
pub(super) fn markdown(pack: &Pack) -> String {
    let mut page = Page::default();
    page.line(&format!(
        "# {}: goals and good moments",
        plain(&pack.who.display_name())
    ));
    page.line(&format!(
        "As of {}. Colleagues said these at feedback lunches for two, and each of them has let their \
         words be shown.",
        full(pack.made)
    ));
    let (reached, open): (Vec<_>, Vec<_>) = pack.goals.iter().partition(|g| g.reached.is_some());
    for (title, goals) in [("Goals reached", reached), ("Goals at work on", open)] {
        if goals.is_empty() {
            continue;
        }
        page.line(&format!("## {title}"));
        for goal in goals {
            page.line(&format!("### {}", plain(goal.words.reveal())));
            page.line(&growth(goal));
            put(&mut page, &goal.moments);
        }
    }
    if !pack.moments.is_empty() {
        page.line("## Good moments");
        put(&mut page, &pack.moments);
    }
    page.text
}

fn growth(goal: &PackGoal) -> String {
    let mut told = format!("Since {}.", full(goal.since));
    for (until, words) in &goal.earlier {
        told.push_str(&format!(
            " Until {} it was \u{201c}{}\u{201d}.",
            full(*until),
            plain(words.reveal())
        ));
    }
    if let Some(on) = goal.reached {
        let agreed = if goal.agreed {
            "; a colleague agreed"
        } else {
            ""
        };
        told.push_str(&format!(" Reached on {}{agreed}.", full(on)));
    }
    told
}

fn put(page: &mut Page, moments: &[Stamped]) {
    for moment in moments {
        page.quote(moment.words.reveal());
        page.line(&format!(
            "{}, {} (allowed on {})",
            plain(&by(moment)),
            full(moment.on),
            full(moment.granted)
        ));
    }
}
