//! Signs: lines that begin with a plus, a minus or an arrow.

use crate::lunch::notes::Section;
use crate::reading::notes::heads::Slot;
use crate::reading::notes::lines::{Line, Sign};
use crate::reading::notes::scheme::{FOCUS, Mark};

/// `+ calm`, `- late`, `=> slides`: signs in front of lines, where some praise and some do not.
pub(super) fn signs(lines: &[Line<'_>]) -> Vec<Mark> {
    let count = |wanted: Sign| {
        let signs = lines.iter().filter_map(|line| line.sign);
        signs.filter(|(sign, _)| *sign == wanted).count()
    };
    if count(Sign::Plus) == 0 || count(Sign::Minus) == 0 {
        return Vec::new();
    }
    let slot = |sign| match sign {
        Sign::Plus => Slot::Section(Section::Best),
        Sign::Minus => Slot::Section(Section::Worst),
        Sign::Other => FOCUS,
    };
    lines
        .iter()
        .filter_map(|line| {
            let (sign, from) = line.sign?;
            Some(Mark::new(line.start, from, slot(sign)).loosely())
        })
        .collect()
}

/// Lines that begin with an arrow, below such as are headed.
pub(super) fn arrows(lines: &[Line<'_>]) -> Vec<Mark> {
    lines
        .iter()
        .filter(|line| {
            let bare = line.text.trim_start();
            ["→", "⇒", "=>", "->", "➜", "➔", "➡"]
                .iter()
                .any(|arrow| bare.starts_with(arrow))
        })
        .filter_map(|line| {
            let (_, from) = line.sign.or_else(|| {
                let bare = line.text.trim_start_matches([' ', '➡', '\u{fe0f}']);
                Some((Sign::Other, line.start + line.text.len() - bare.len()))
            })?;
            Some(Mark::new(line.start, from, FOCUS).loosely())
        })
        .collect()
}
