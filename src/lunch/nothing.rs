//! "Nothing": an answer to a prompt that answers it and holds nothing to keep.
//!
//! Only whole answers count. "Nothing fazed you in the outage" is a best moment.

use crate::lunch::notes::Words;

/// Answers without letters or digits, such as "-" or "/", say nothing either.
const NOTHING: &[&str] = &[
    "n a",
    "na",
    "no",
    "nope",
    "none",
    "none really",
    "none this time",
    "none comes to mind",
    "not really",
    "nil",
    "nothing",
    "nothing at all",
    "nothing comes to mind",
    "nothing from me",
    "nothing i can think of",
    "nothing much",
    "nothing really",
    "nothing special",
    "nothing this time",
    "nothing to add",
    "nothing to note",
    "nothing to report",
    "nothing to say",
    "no best moment",
    "no worst moment",
    "no focus",
    "no idea",
    "dont know",
    "i dont know",
    "not sure",
    "cant think of any",
    "cant think of anything",
    "cant think of one",
    "i cant think of any",
    "i cant think of anything",
    "i cant think of one",
    "keine",
    "keiner",
    "keins",
    "nichts",
    "gar nichts",
    "nichts besonderes",
    "diesmal nichts",
    "nix",
    "kein",
    "keine",
    "keiner",
    "keinen",
    "keins",
    "rien",
    "rien de special",
    "rien cette fois",
    "aucun",
    "aucune",
    "neant",
    "nada",
    "nada esta vez",
    "ninguno",
    "ninguna",
    "niets",
    "niks",
    "geen",
];

/// Whether the whole answer says that there is nothing to say.
pub fn says_nothing(words: &Words) -> bool {
    let plain: String = words
        .reveal()
        .to_lowercase()
        .chars()
        .filter(|c| !matches!(c, '\'' | '\u{2019}'))
        .map(|c| match c {
            'é' => 'e',
            c if c.is_alphanumeric() => c,
            _ => ' ',
        })
        .collect();
    let is_sign = |c: char| !c.is_alphanumeric() && !c.is_whitespace() && !c.is_ascii_punctuation();
    let plain = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    if plain.is_empty() {
        // a thumb or a heart says something, a dash does not
        return !words
            .reveal()
            .chars()
            .any(|c| is_sign(c) && !DASHES.contains(&c));
    }
    NOTHING.contains(&plain.as_str())
}

const DASHES: [char; 4] = ['\u{2013}', '\u{2014}', '\u{2212}', '\u{2026}'];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_answers_say_nothing() {
        for said in [
            "nothing",
            "Nothing.",
            "None!",
            "N/A",
            "-",
            " \u{2014} ",
            "Can\u{2019}t think of one",
            "Néant",
            "nichts",
            "...",
        ] {
            assert!(says_nothing(&said.to_owned().into()), "{said}");
        }
        for said in [
            "Nothing fazed you in the outage.",
            "No one else stayed.",
            "\u{2764}",
            "7",
            "None of us saw it, you did",
        ] {
            assert!(!says_nothing(&said.to_owned().into()), "{said}");
        }
    }
}
