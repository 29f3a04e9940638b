//! Moments: whether a note tells when or where something was, so that it is about a moment and not
//! about a trait. Any sign counts: the hint that follows from none should be rare.

use crate::lunch::notes::Words;

/// Words that place something in time or at an occasion, in the languages that are read.
const PLACING: &[&str] = &[
    // English
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "january",
    "february",
    "march",
    "april",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "yesterday",
    "today",
    "morning",
    "afternoon",
    "evening",
    "night",
    "week",
    "month",
    "last",
    "ago",
    "when",
    "while",
    "during",
    "before",
    "after",
    "at",
    "in",
    "on",
    // German
    "montag",
    "dienstag",
    "mittwoch",
    "donnerstag",
    "freitag",
    "gestern",
    "heute",
    "morgens",
    "woche",
    "letzte",
    "letzten",
    "als",
    "beim",
    "bei",
    "im",
    "am",
    "während",
    "nach",
    "vor",
    // French
    "lundi",
    "mardi",
    "mercredi",
    "jeudi",
    "vendredi",
    "hier",
    "matin",
    "semaine",
    "quand",
    "pendant",
    "lors",
    "dans",
    "avant",
    "après",
    "au",
    // Spanish, Italian
    "lunes",
    "martes",
    "miércoles",
    "jueves",
    "viernes",
    "ayer",
    "semana",
    "cuando",
    "durante",
    "en",
    "antes",
    "lunedì",
    "martedì",
    "mercoledì",
    "giovedì",
    "venerdì",
    "ieri",
    "quando",
    "nella",
    "nel",
    "al",
    // Dutch
    "maandag",
    "dinsdag",
    "woensdag",
    "donderdag",
    "vrijdag",
    "gisteren",
    "toen",
    "tijdens",
    "bij",
    "op",
];

/// Whether the words say when or where: a day, an occasion, a date.
pub fn tells_when(words: &Words) -> bool {
    let text = words.reveal().to_lowercase();
    let mut spoken = text.split(|c: char| !c.is_alphanumeric());
    // "Tuesday's", "Sprint 12", "3 March"
    spoken.any(|word| PLACING.contains(&word) || word.chars().any(|c| c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_has_a_when_and_a_trait_has_none() {
        for said in [
            "In Tuesday's outage you read the error aloud.",
            "how you handled the demo yesterday",
            "Als der Kunde laut wurde, bliebst du ruhig.",
            "Sprint 12: the handover",
        ] {
            assert!(tells_when(&said.to_owned().into()), "{said}");
        }
        for said in [
            "Your calm.",
            "You are so patient with everybody",
            "Ruhig geblieben",
        ] {
            assert!(!tells_when(&said.to_owned().into()), "{said}");
        }
    }
}
